"""PDF/A and PDF/UA stay what they are when signed: veraPDF before and after."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from digivl.pdf.signer import SignatureSpec, sign
from digivl.pdf.spec import Box, Certification, FieldLock, Visible
from digivl.settings import Limits

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from digivl.signing.softkey import SoftKey

pytestmark = pytest.mark.interop

TEXT = """
#set document(title: "Besluit", date: datetime(year: 2026, month: 11, day: 24))
#set text(lang: "nl")
= Besluit
Artikel 1. Dit besluit treedt in werking op de dag van zijn ondertekening.
"""
LINES = ("Ondertekend door Ann Proef", "op 24 november 2026 om 10.30 uur")
SEEN = Visible(LINES, Box(1, 20, 30, 80, 20))
OPTIONS: dict[str, dict[str, Any]] = {
    "invisible": {},
    "visible": {"visible": SEEN},
    "certified": {"certify": Certification.FORMS, "visible": SEEN},
    "locked": {"lock": FieldLock()},
}
KINDS = ("a-1b", "a-1a", "a-2b", "a-2a", "a-3b", "a-4", "ua-1")


def made(kind: str) -> bytes:
    """A document of a kind, made by typst."""
    typst = pytest.importorskip("typst")
    content: bytes = typst.compile(TEXT.encode(), format="pdf", pdf_standards=kind)
    return content


def signed(content: bytes, key: SoftKey, tsa: Any, **options: Any) -> bytes:
    """The document, signed."""
    target = io.BytesIO()
    sign(
        io.BytesIO(content),
        target,
        SignatureSpec(field="S", reason="Akkoord", **options),
        key.identity(),
        key.sign,
        at=datetime.now(UTC),
        timestamp=tsa.answer,
        limits=Limits(),
    )
    return target.getvalue()


def test_signing_keeps_the_kind(
    minister: SoftKey,
    tsa: Any,
    java_judge: Callable[..., list[list[str]]],
    tmp_path: Path,
) -> None:
    """Signed in each way, a document of each kind conforms as it did before."""
    arguments: list[object] = []
    for kind in KINDS:
        before = made(kind)
        files = {"before": before} | {
            name: signed(before, minister, tsa, **how) for name, how in OPTIONS.items()
        }
        arguments.append(f"--{kind.removeprefix('a-').replace('ua-', 'ua')}")
        for name, content in files.items():
            file = tmp_path / f"{kind}-{name}.pdf"
            file.write_bytes(content)
            arguments.append(file)
    said = java_judge("verapdf", *arguments)

    assert len(KINDS) * (1 + len(OPTIONS)) == len(said)
    assert [] == [fields for fields in said if fields[1] != "true"]
