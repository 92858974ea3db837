"""What is stored in a document for later: each piece once, and nothing is lost."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from digivl.errors import UnreadablePDFError
from digivl.pdf.archiving import add_evidence, add_timestamp
from digivl.pdf.evidence import Evidence
from digivl.pdf.reading import entry
from digivl.testing.papers import paper

if TYPE_CHECKING:
    from collections.abc import Callable

    from digivl.testing.tsa import TSASimulator

NAMES = ("/Certs", "/OCSPs", "/CRLs")


def kept(content: bytes) -> list[list[bytes]]:
    """What a document stores: certificates, OCSP responses, lists."""
    root: Any = PdfFileReader(io.BytesIO(content)).root
    lists = [entry(entry(root, "/DSS", {}), name, ()) for name in NAMES]
    return [[one.get_object().data for one in pieces] for pieces in lists]


def stored(content: bytes, *pieces: tuple[bytes, ...]) -> bytes:
    """The document with validation data."""
    target = io.BytesIO(content)
    size = add_evidence(target, Evidence(*pieces))
    assert size == len(target.getvalue())
    assert target.getvalue().startswith(content)
    return target.getvalue()


pieces = st.lists(st.binary(max_size=50), max_size=5).map(tuple)


@given(
    first=st.tuples(pieces, pieces, pieces), second=st.tuples(pieces, pieces, pieces)
)
def test_each_piece_stands_there_once(first: Any, second: Any) -> None:
    """Whatever is stored, in whatever steps: all of it, no piece twice."""
    content = stored(stored(paper(), *first), *second)
    found = kept(content)

    for held, one, other in zip(found, first, second, strict=True):
        assert len(held) == len(set(held))
        assert set(held) == {*one, *other}
    assert content == stored(content, *first)


def test_a_large_list_is_packed(tmp_path: Any) -> None:
    """A revocation list of a megabyte of the same need not take a megabyte."""
    large = b"lijst " * 200_000
    content = stored(paper(), (b"c",), (), (large,))

    assert len(content) < 100_000
    assert [[b"c"], [], [large]] == kept(content)
    assert content == stored(content, (), (), (large,))


def changed(content: bytes, change: Callable[[Any], None]) -> bytes:
    """The document after somebody else changed its catalog."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    change(writer.root)
    writer.update_root()
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def test_what_a_later_revision_dropped_comes_back() -> None:
    """A store that was overwritten loses nothing that an earlier revision had."""
    before = stored(paper(), (b"a", b"b"), (b"o",), ())
    dropped = changed(before, lambda root: root.pop("/DSS"))
    assert [[], [], []] == kept(dropped)

    assert [[b"a", b"b", b"c"], [b"o"], []] == kept(stored(dropped, (b"c",)))


def test_what_is_no_piece_is_left_out() -> None:
    """A store that others filled with something else does no harm."""

    def odd(root: Any) -> None:
        numbers = generic.ArrayObject([generic.NumberObject(1), root.raw_get("/Pages")])
        root["/DSS"] = generic.DictionaryObject({generic.NameObject("/Certs"): numbers})

    content = stored(changed(paper(), odd), (b"c",))

    assert [[b"c"], [], []] == kept(content)


@pytest.mark.parametrize(("version", "declared"), [(b"1.7", True), (b"2.0", False)])
def test_old_versions_declare_it(version: bytes, *, declared: bool) -> None:
    """PDF 2.0 knows the store; before that, an extension says so (EN 319 142-1)."""
    content = stored(paper().replace(b"%PDF-1.7", b"%PDF-" + version, 1), (b"c",))
    root: Any = PdfFileReader(io.BytesIO(content)).root

    assert declared == ("/Extensions" in root and "/ESIC" in root["/Extensions"])


def test_timestamps_get_names_of_their_own(tsa: TSASimulator) -> None:
    """One after the other; without a look where no field has one to borrow."""
    target = io.BytesIO(paper())
    for _ in range(3):
        token, size = add_timestamp(
            target, Evidence((b"c",)), tsa.answer, at=datetime.now(UTC)
        )
        assert size == len(target.getvalue())
        assert "digivl ontwikkeling TSU" == token.authority
    root: Any = PdfFileReader(io.BytesIO(target.getvalue())).root
    fields = [one.get_object() for one in root["/AcroForm"]["/Fields"]]

    assert ["Tijdstempel1", "Tijdstempel2", "Tijdstempel3"] == [f["/T"] for f in fields]
    assert not any("/AP" in field for field in fields)
    assert [[b"c"], [], []] == kept(target.getvalue())


def test_what_is_damaged_is_told() -> None:
    """It should have been opened before; if it was not, an error of ours leaves."""
    with pytest.raises(UnreadablePDFError):
        add_evidence(io.BytesIO(b"%PDF-1.7 niets %%EOF"), Evidence((b"c",)))
