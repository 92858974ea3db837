"""Documents that pyHanko's own signer made: certified, archived, timestamped."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from asn1crypto import ocsp, tsp, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation import DocumentSecurityStore

from digivl.errors import SigningError, UnreadablePDFError
from digivl.pdf.signer import SignatureSpec, sign
from digivl.settings import Limits
from digivl.testing.papers import paper
from digivl.validation.verdict import Indication, SubIndication

if TYPE_CHECKING:
    from collections.abc import Callable

    from digivl.signing.development import DevelopmentKeys
    from digivl.signing.softkey import SoftKey
    from digivl.testing.tsa import TSASimulator
    from digivl.validation.verdict import FileVerdict


#: An answer that only has to be there: revocation is not judged yet.
OCSP = ocsp.OCSPResponse({"response_status": "try_later"})


class Stamper(TimeStamper):
    """pyHanko's client, asking our simulator."""

    def __init__(self, simulator: TSASimulator) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.simulator = simulator

    async def async_request_tsa_response(self, req: Any) -> Any:
        """The answer of the simulator."""
        return tsp.TimeStampResp.load(self.simulator.answer(req.dump()))


@pytest.fixture(name="certified")
def _certified(development_keys: DevelopmentKeys) -> bytes:
    """A document whose author allows nothing after his signature (DocMDP, 1)."""
    file = development_keys.signatories["minister"]
    signer = signers.SimpleSigner.load_pkcs12(
        str(file.path), passphrase=file.password()
    )
    metadata = signers.PdfSignatureMetadata(
        field_name="Author",
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        subfilter=fields.SigSeedSubFilter.PADES,
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(paper()))
    signed: io.BytesIO = signers.sign_pdf(writer, metadata, signer=signer)
    return signed.getvalue()


@pytest.fixture(name="archived")
def _archived(
    signed: Callable[..., bytes], tsa: TSASimulator, minister: SoftKey
) -> bytes:
    """A signature with validation data and a document timestamp over all of it."""
    content = io.BytesIO(signed())
    certificates = [
        x509.Certificate.load(der)
        for der in (minister.identity().certificate, *minister.identity().chain)
    ]
    DocumentSecurityStore.add_dss(content, None, certs=certificates, ocsps=[OCSP])
    content.seek(0)
    writer = IncrementalPdfFileWriter(content)
    stamped = signers.PdfTimeStamper(Stamper(tsa)).timestamp_pdf(writer, "sha256")
    result: bytes = stamped.getvalue()
    return result


def test_a_certified_document_passes(
    certified: bytes, judged: Callable[..., FileVerdict]
) -> None:
    """An author's signature is a signature."""
    assert Indication.TOTAL_PASSED is judged(certified).indication


def test_a_certified_document_is_not_signed_again(
    certified: bytes, minister: SoftKey
) -> None:
    """What its author forbids is refused before anything is written."""
    with pytest.raises(SigningError, match="allows no further signature"):
        sign(
            io.BytesIO(certified),
            io.BytesIO(),
            SignatureSpec(field="Second"),
            minister.identity(),
            minister.sign,
            at=datetime.now(UTC),
            limits=Limits(),
        )


def test_what_certification_forbids_does_not_pass(
    certified: bytes,
    signed: Callable[..., bytes],
    judged: Callable[..., FileVerdict],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A second signature behind an author who allowed none."""
    monkeypatch.setattr("digivl.pdf.locks.certification", lambda _: None)
    author, second = judged(signed(certified, field="Secretary")).signatures

    assert Indication.INDETERMINATE is author.indication
    assert SubIndication.SIG_CONSTRAINTS_FAILURE is author.sub_indication
    assert ("FORM",) == author.changes
    assert Indication.TOTAL_PASSED is second.indication


def test_an_archived_signature_has_its_level(
    archived: bytes, judged: Callable[..., FileVerdict]
) -> None:
    """Validation data, then a timestamp over the document: B-LTA."""
    verdict = judged(archived)
    (one,) = verdict.signatures
    (stamp,) = verdict.timestamps

    assert (Indication.TOTAL_PASSED, "B-LTA", ("LTA",)) == (
        one.indication,
        one.level,
        one.changes,
    )
    assert Indication.TOTAL_PASSED is stamp.indication


def test_a_spoilt_document_timestamp_is_named(
    archived: bytes, judged: Callable[..., FileVerdict]
) -> None:
    """The signature before it stands; the level falls."""
    start = archived.rindex(b"/Contents <") + 11
    spoilt = archived[: start + 2] + b"00" + archived[start + 4 :]
    verdict = judged(spoilt)

    assert Indication.INDETERMINATE is verdict.timestamps[0].indication
    assert Indication.TOTAL_PASSED is verdict.signatures[0].indication
    assert verdict.signatures[0].level != "B-LTA"


def test_a_form_without_end_is_refused(
    signed: Callable[..., bytes], judged: Callable[..., FileVerdict]
) -> None:
    """A form whose fields hold themselves is damaged, and said to be."""
    loop = b"<< /FT /Sig /T (x) /Kids [3 0 R] >>"
    content = paper().replace(
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>", loop.ljust(54)
    )
    form = b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [3 0 R] >> >>"
    verdict = judged(with_catalog(content, form))

    assert (Indication.REFUSED, UnreadablePDFError.code) == (
        verdict.indication,
        verdict.code,
    )


def with_catalog(content: bytes, catalog: bytes) -> bytes:
    """An increment with another catalog."""
    previous = int(content[content.rindex(b"startxref") :].split()[1])
    place = len(content)
    content += b"1 0 obj\n" + catalog + b"\nendobj\n"
    xref = b"xref\n1 1\n%010d 00000 n \n" % place
    trailer = b"trailer\n<< /Size 6 /Root 1 0 R /Prev %d >>\n" % previous
    end = b"startxref\n%d\n%%%%EOF\n" % len(content)
    return content + xref + trailer + end
