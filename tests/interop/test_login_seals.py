"""A seal that binds evidence, before those who judge signatures."""

from __future__ import annotations

import io
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from digivl import Digivl
from digivl.kernel.identifiers import URI
from digivl.kernel.personal import Personal
from digivl.signing.loginseal.model import Authentication
from digivl.testing import route
from digivl.testing.papers import paper

pytestmark = pytest.mark.interop


@pytest.fixture(name="office", scope="module")
def _office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with one sealed file in it."""
    folder = tmp_path_factory.mktemp("login") / "kantoor"
    content, sealed = paper(), io.BytesIO()
    with Digivl.create(folder) as vl:
        login = Authentication(
            provider="ACM/IDM",
            method="itsme",
            level=URI("urn:be:vlaanderen:acm:zekerheidsniveau:hoog"),
            session="s-4711",
            at=vl.clock(),
            person=Personal("Test Burger"),
        )
        vl.login_seals.seal_file(
            io.BytesIO(content),
            sealed,
            login,
            shown=sha256(content).hexdigest(),
            text="Ik ga akkoord.",
            title="Overeenkomst",
            means="zegel",
            by=route.MINISTER,
        )
    (folder / "sealed.pdf").write_bytes(sealed.getvalue())
    return folder


def test_pdfsig_and_qpdf(office: Path, judge: Callable[..., str]) -> None:
    """Poppler: valid, over the whole document; qpdf finds no fault."""
    said = judge("pdfsig", "-nocert", office / "sealed.pdf")

    assert 1 == said.count("Signature Validation: Signature is Valid.")
    assert 1 == said.count("- Total document signed")
    assert judge("qpdf", "--check", office / "sealed.pdf")


def test_dss(office: Path, java_judge: Callable[..., list[list[str]]]) -> None:
    """DSS, trusting the development authority: it passes, as PAdES B-T."""
    root = office / "keys" / "authority.pem"
    signature, timestamp = java_judge("dss", root, office / "sealed.pdf")

    assert ["signature", "TOTAL_PASSED", "PAdES-BASELINE-T", "true"] == [
        signature[0],
        signature[2],
        *signature[4:6],
    ]
    assert ["timestamp", "PASSED"] == [timestamp[0], timestamp[2]]
