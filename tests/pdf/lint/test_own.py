"""What digivl and pyHanko make may be signed next, at each level and in each form."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from asn1crypto import ocsp, tsp, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation import DocumentSecurityStore

from digivl.pdf.levels import Level
from digivl.pdf.lint.linter import lint
from digivl.pdf.lint.rule import Level as Strictness
from digivl.pdf.lint.rules import RULES
from digivl.pdf.signer import sign
from digivl.pdf.spec import (
    Box,
    Certification,
    FieldLock,
    Lock,
    SignatureSpec,
    Visible,
)
from digivl.pdf.stamp import StampSpec, stamp
from digivl.pdf.typeset import typeset
from digivl.pdf.upgrade import upgrade
from digivl.settings import Limits
from digivl.signing.softkey import SoftKey
from digivl.testing.crafted import crafted
from digivl.testing.papers import paper
from digivl.testing.pki import PASSWORD
from digivl.testing.tsa import TSASimulator

if TYPE_CHECKING:
    from digivl.signing.revocation import Revocation
    from digivl.testing.pki import PKI

LIMITS = Limits()
BOX = Visible(("Ann Proef",), Box(1, 20, 20, 60, 20))
#: An answer that only has to be there.
OCSP = ocsp.OCSPResponse({"response_status": "try_later"})


def refused(pdf: bytes) -> set[str]:
    """For what the next signatory would be stopped."""
    found = lint(io.BytesIO(pdf), LIMITS).codes
    return {code for code in found if RULES[code].level is Strictness.REFUSE}


@attrs.frozen
class Desk:
    """Signs, stamps the time and keeps, as digivl does."""

    key: SoftKey
    stamps: TSASimulator
    revocation: Revocation

    def signed(self, pdf: bytes, field: str = "S#", **spec: Any) -> bytes:
        """With one signature more, at B-T."""
        target = io.BytesIO()
        sign(
            io.BytesIO(pdf),
            target,
            SignatureSpec(field=field, **spec),
            self.key.identity(),
            self.key.sign,
            at=datetime.now(UTC),
            timestamp=self.stamps.answer,
            limits=LIMITS,
        )
        return target.getvalue()

    def upgraded(self, pdf: bytes, level: Level) -> bytes:
        """The same document at a higher level."""
        target = io.BytesIO()
        upgrade(
            io.BytesIO(pdf),
            target,
            level,
            timestamp=self.stamps.answer,
            gather=self.revocation.evidence,
            at=datetime.now(UTC),
            limits=LIMITS,
        )
        return target.getvalue()


@pytest.fixture(name="desk")
def _desk(pki: PKI, revocation: Revocation) -> Desk:
    key = SoftKey.from_pkcs12("signer", pki.pkcs12("signer"), PASSWORD)
    stamps = TSASimulator.from_pkcs12(pki.pkcs12("tsa", "stamping"), PASSWORD)
    return Desk(key, stamps, revocation)


def stamped(pdf: bytes) -> bytes:
    """With a QR code, as it goes out for signing."""
    spec = StampSpec(
        symbol_text="https://example.test/v/1",
        link="https://example.test/v/1",
        lines=("example.test", "1234"),
        alt="QR-code",
        module_mm=0.45,
        margin_mm=8,
    )
    target = io.BytesIO()
    stamp(io.BytesIO(pdf), target, spec, LIMITS)
    return target.getvalue()


def papers() -> dict[str, bytes]:
    """Plain, stamped, and tagged as our templates are."""
    tagged = typeset('#set document(title: "Nota")\n= Nota\nTekst', {}, "a note")
    return {"plain": paper(), "stamped": stamped(paper()), "tagged": tagged}


@pytest.mark.parametrize("kind", list(papers()))
def test_each_level_and_renewed(desk: Desk, kind: str) -> None:
    """From B-T to B-LTA, renewed, and signed again on top of that."""
    pdf = desk.signed(papers()[kind])
    assert set() == refused(pdf)
    for level in (Level.B_LT, Level.B_LTA, Level.B_LTA):
        pdf = desk.upgraded(pdf, level)
        assert set() == refused(pdf)
    pdf = desk.signed(pdf)
    assert set() == refused(pdf)
    assert set() == refused(desk.upgraded(pdf, Level.B_LTA))


@pytest.mark.parametrize("kind", list(papers()))
@pytest.mark.parametrize("spec", [{}, {"visible": BOX}])
def test_five_signatures(desk: Desk, kind: str, spec: dict[str, Any]) -> None:
    """One after another, all in sight or none."""
    pdf = papers()[kind]
    for number in range(5):
        own = dict(spec)
        if own:
            own["visible"] = Visible(("Ann",), Box(1, 20, 20 + 22 * number, 50, 20))
        pdf = desk.signed(pdf, f"S{number}", **own)
        assert set() == refused(pdf)


@pytest.mark.parametrize("level", [Certification.FORMS, Certification.NOTES])
def test_certified(desk: Desk, level: Certification) -> None:
    """An author who allows more signatures gets them, archived or not."""
    pdf = desk.signed(paper(), certify=level)
    assert set() == refused(pdf)
    pdf = desk.signed(pdf)
    assert set() == refused(pdf)
    assert set() == refused(desk.upgraded(pdf, Level.B_LTA))


def test_certified_against_anything(desk: Desk) -> None:
    """Who certifies against any change still has it archived."""
    pdf = desk.signed(paper(), certify=Certification.NOTHING)

    assert set() == refused(desk.upgraded(pdf, Level.B_LTA))


def test_fields_that_are_there(desk: Desk) -> None:
    """Fields that the author placed are signed in turn; one locks the others' rest."""
    field = (
        "<< /Type /Annot /Subtype /Widget /FT /Sig /T ({}) /F 4 /P 3 0 R"
        " /Rect [50 {} 200 {}] >>"
    )
    form = crafted(
        {7: field.format("A", 50, 90), 8: field.format("B", 100, 140)},
        catalog="/AcroForm << /Fields [7 0 R 8 0 R] /SigFlags 0 >>",
        page="/Annots [7 0 R 8 0 R]",
    )
    lock = FieldLock(Lock.ONLY, ("A",))
    pdf = desk.signed(form, "A", visible=Visible(("Ann",)), lock=lock)
    assert set() == refused(pdf)
    pdf = desk.signed(pdf, "B", visible=Visible(("Bob",)))
    assert set() == refused(pdf)
    assert set() == refused(desk.upgraded(pdf, Level.B_LTA))


class Stamper(TimeStamper):
    """pyHanko's client, asking our simulator."""

    def __init__(self, simulator: TSASimulator) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.simulator = simulator

    async def async_request_tsa_response(self, req: Any) -> Any:
        """The answer of the simulator."""
        return tsp.TimeStampResp.load(self.simulator.answer(req.dump()))


def by_pyhanko(pki: PKI, pdf: bytes, field: str, box: Any = None) -> bytes:
    """Signed by pyHanko's own signer."""
    key = signers.SimpleSigner.load_pkcs12(
        str(pki.pkcs12("signer")), passphrase=PASSWORD
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    signed: io.BytesIO = signers.sign_pdf(
        writer,
        signers.PdfSignatureMetadata(
            field_name=field, subfilter=fields.SigSeedSubFilter.PADES
        ),
        signer=key,
        new_field_spec=fields.SigFieldSpec(field, box=box) if box else None,
    )
    return signed.getvalue()


def archived_by_pyhanko(desk: Desk, pdf: bytes, *, vri: bool) -> bytes:
    """With validation data and a timestamp over the document, by pyHanko."""
    content = io.BytesIO(pdf)
    reader = PdfFileReader(content)
    last = reader.embedded_regular_signatures[-1]
    DocumentSecurityStore.add_dss(
        content,
        last.pkcs7_content.hex().encode("ascii") if vri else None,
        certs=[x509.Certificate.load(desk.key.identity().certificate)],
        ocsps=[OCSP],
    )
    content.seek(0)
    writer = IncrementalPdfFileWriter(content)
    stamper = signers.PdfTimeStamper(Stamper(desk.stamps))
    done: bytes = stamper.timestamp_pdf(writer, "sha256").getvalue()
    return done


@pytest.mark.parametrize("vri", [False, True])
@pytest.mark.parametrize("box", [None, (20, 20, 200, 80)])
def test_made_by_pyhanko(desk: Desk, pki: PKI, *, vri: bool, box: Any) -> None:
    """B-LTA, with its data by signature or not, then signed and archived again."""
    pdf = archived_by_pyhanko(desk, by_pyhanko(pki, paper(), "A", box), vri=vri)
    assert set() == refused(pdf)
    pdf = archived_by_pyhanko(desk, by_pyhanko(pki, pdf, "B"), vri=vri)
    assert set() == refused(pdf)
    assert (b"/VRI" in pdf) is vri
    assert set() == refused(desk.upgraded(desk.signed(pdf), Level.B_LTA))
