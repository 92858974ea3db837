from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.errors import LimitExceededError
from digivl.pdf import revisions as module
from digivl.pdf.revisions import Revision, revisions
from digivl.testing.papers import paper

if TYPE_CHECKING:
    from collections.abc import Callable

    from digivl.pdf.signer import Signed
    from digivl.signing.softkey import SoftKey

    Sign = Callable[..., tuple[bytes, Signed]]


def named(content: bytes) -> Revision:
    """The revision that these bytes are."""
    return Revision(len(content), hashlib.sha256(content).hexdigest())


def test_every_signature_ends_a_revision(
    sign_bytes: Sign, minister: SoftKey, secretary: SoftKey
) -> None:
    """The original and each signed state are prefixes, byte for byte."""
    original = paper()
    once, _ = sign_bytes(original, minister, "A")
    twice, _ = sign_bytes(once, secretary, "B")

    found = revisions(io.BytesIO(twice))

    assert (named(original), named(once), named(twice)) == found


def test_bytes_behind_the_end_belong_to_no_revision() -> None:
    """What stands behind the last end mark was never a whole file."""
    assert (named(paper()),) == revisions(io.BytesIO(paper() + b"1 0 obj\nhidden"))


def test_a_pdf_inside_an_attachment_is_no_revision() -> None:
    """An end counts when its cross-references stand where it says."""
    outer = paper()
    content = outer[:15] + paper("bijlage") + outer[15:]

    assert () == revisions(io.BytesIO(content))


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"startxref\n99999\n%%EOF"])
def test_what_is_no_pdf_has_none(content: bytes) -> None:
    """Nothing is invented."""
    assert () == revisions(io.BytesIO(content))


def test_there_is_an_end_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file made of ends alone is refused."""
    monkeypatch.setattr(module, "_MOST", 3)

    with pytest.raises(LimitExceededError, match="more than 3 revisions"):
        revisions(io.BytesIO(b"startxref\n0\n%%EOF\n" * 4))


@given(chunk=st.integers(64, 2_000), end=st.sampled_from([b"", b"\n", b"\r", b"\r\n"]))
def test_the_size_of_the_pieces_does_not_matter(chunk: int, end: bytes) -> None:
    """Reading in small pieces finds the same ends."""
    content = paper(pages=2).rstrip() + end
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_CHUNK_BYTES", chunk)

        assert (named(content),) == revisions(io.BytesIO(content))
