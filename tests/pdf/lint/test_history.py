"""What came after a signature, on documents that are really signed."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from digivl.pdf.lint.linter import lint
from digivl.settings import Limits
from digivl.testing.crafted import crafted, stream, updated
from digivl.testing.papers import paper

if TYPE_CHECKING:
    from collections.abc import Callable

    from digivl.pdf.signer import Signed
    from digivl.signing.softkey import SoftKey

    Sign = Callable[..., tuple[bytes, Signed]]


def codes(pdf: bytes) -> set[str]:
    """What is found in bytes."""
    return set(lint(io.BytesIO(pdf), Limits()).codes)


def test_second_signature_is_no_change(twice_signed: bytes) -> None:
    """Who signs next is not warned for the signature before."""
    found = codes(twice_signed)

    assert {"signed-before", "earlier-version", "standard-font"} == found


@pytest.fixture(name="signed_form")
def _signed_form(sign_bytes: Sign, minister: SoftKey) -> bytes:
    """A form with one field, signed."""
    field = "<< /FT /Tx /T (bedrag) /Ff 1 /V (Tien) /Rect [0 0 0 0] >>"
    form = crafted({7: field}, catalog="/AcroForm << /Fields [7 0 R] >>")
    return sign_bytes(form, minister)[0]


def test_filled_after_signature(signed_form: bytes) -> None:
    """A value that changed after a signature, as forms allow, is told."""
    field = "<< /FT /Tx /T (bedrag) /Ff 1 /V (Honderd) /Rect [0 0 0 0] >>"
    filled = updated(signed_form, {7: field})

    assert "filled-after-signature" not in codes(signed_form)
    assert "changed-after-signature" not in codes(filled)
    assert "filled-after-signature" in codes(filled)


def test_changed_after_signature(sign_bytes: Sign, minister: SoftKey) -> None:
    """Another text behind the signature is no signing."""
    signed, _ = sign_bytes(paper(), minister)
    other = updated(signed, {5: stream("BT /F 12 Tf 72 720 Td (Ander) Tj ET")})

    assert "changed-after-signature" not in codes(signed)
    assert "changed-after-signature" in codes(other)


def test_too_many_signatures(
    monkeypatch: pytest.MonkeyPatch, twice_signed: bytes
) -> None:
    """What is not compared is not passed over in silence."""
    monkeypatch.setattr("digivl.pdf.lint.history._MOST_SIGNATURES", 1)

    assert "unreadable-object" in codes(twice_signed)
