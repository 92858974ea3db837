"""Checks every signature of a document apart: one bad one never hides the others.

pyHanko parses and computes; what it raises on the way ends here, as a finding.
"""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import attrs
from asn1crypto import parser as asn1
from asn1crypto import x509
from cryptography.hazmat.primitives.hashes import Hash
from pyhanko.sign.ades.report import AdESFailure, AdESStatus
from pyhanko.sign.validation import (
    DocumentSecurityStore,
    EmbeddedPdfSignature,
    SignatureCoverageLevel,
    async_validate_cms_signature,
)
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from digivl.errors import UnreadablePDFError
from digivl.pdf.additions import byte_range, later_additions
from digivl.pdf.binding import bound
from digivl.pdf.bridge import run_coroutine
from digivl.pdf.causes import first_line
from digivl.pdf.container import embedded_tokens
from digivl.pdf.fields import SignatureField, filled_fields, removed_fields
from digivl.pdf.findings import (
    Findings,
    Problem,
    SignatureFinding,
    TimestampFinding,
    failed,
    unclear,
)
from digivl.pdf.reading import entry, opened, readable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from pyhanko.pdf_utils.reader import PdfFileReader

    from digivl.settings import Limits

# Its warnings say again what the findings say; without a handler they would end up
# on the terminal of whoever validates a bad file.
for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).addHandler(logging.NullHandler())

_PADES: Final = "/ETSI.CAdES.detached"
_KINDS: Final = {_PADES: "B", "/adbe.pkcs7.detached": "PKCS7", "/PBAD.PAdES": "B"}
#: Either usage is enough for a signature (RFC 5280, 4.2.1.3).
_SIGNING: Final = KeyUsageConstraints(
    key_usage={"non_repudiation", "digital_signature"}, match_all_key_usages=False
)


def examined(
    source: BinaryIO, *, roots: Sequence[bytes], at: datetime, limits: Limits
) -> Findings:
    """Everything that can be found out about the signatures of a document, offline.

    Args:
        source: The PDF; seekable.
        roots: Trusted root certificates, DER.
        at: Moment for which trust is asked, with zone.
        limits: Largest document.

    Raises:
        UnreadablePDFError: Not a PDF, or damaged beyond reading its form.
        EncryptedPDFError: Protected with a password.
        LimitExceededError: Larger than allowed.
    """
    reader, lenient = _read(source, limits)
    with readable():
        present = filled_fields(reader.root)
        removed = removed_fields(reader, present)
    examination = _Examination(source, reader, tuple(roots), at)
    timestamps = [
        examination.document_timestamp(one) for one in present if one.is_timestamp
    ]
    timestamps.sort(key=lambda finding: finding.revision)
    signatures = [
        examination.signature(one, timestamps)
        for one in present
        if not one.is_timestamp
    ]
    signatures += [_removed(name) for name in removed]
    return Findings(
        signatures=tuple(signatures), timestamps=tuple(timestamps), lenient=lenient
    )


def _read(source: BinaryIO, limits: Limits) -> tuple[PdfFileReader, bool]:
    reader = opened(source, limits)
    try:
        opened(source, limits, strict=True)
    except UnreadablePDFError:
        return reader, True
    return reader, False


def _removed(name: str) -> SignatureFinding:
    problem = unclear(
        "SIGNED_DATA_NOT_FOUND", "a later revision removed this signature"
    )
    return SignatureFinding(field=name, problem=problem, changes=("REMOVED",))


@attrs.frozen
class _Examination:
    """One document under examination."""

    source: BinaryIO
    reader: PdfFileReader
    roots: tuple[bytes, ...]
    at: datetime

    def signature(
        self, field: SignatureField, stamps: Sequence[TimestampFinding]
    ) -> SignatureFinding:
        """What holds of one signature; never raises."""
        if field.subfilter not in _KINDS:
            kind = field.subfilter or "(none)"
            problem = unclear("FORMAT_FAILURE", f"its kind, {kind}, is not known")
            return SignatureFinding(field=field.name, problem=problem)
        try:
            return self._signature(field, stamps)
        # A hostile signature can make the parsers raise anything.
        except Exception as cause:  # noqa: BLE001
            return SignatureFinding(field=field.name, problem=_problem(cause))

    def document_timestamp(self, field: SignatureField) -> TimestampFinding:
        """What holds of one document timestamp; never raises."""
        try:
            embedded = self._embedded(field)
            found = self._token(embedded.signed_data, embedded.compute_digest, self.at)
            problem = found.problem
            if found.sound:
                problem = later_additions(self.source, embedded)[0] or problem
            revision = embedded.signed_revision
            content = embedded.pkcs7_content
            token = _sha256(content[: _length(content)])
            return attrs.evolve(found, problem=problem, revision=revision, sha256=token)
        except Exception as cause:  # noqa: BLE001
            return TimestampFinding(problem=_problem(cause))

    def _signature(
        self, field: SignatureField, stamps: Sequence[TimestampFinding]
    ) -> SignatureFinding:
        embedded = self._embedded(field)
        _refuse_loose_attributes(embedded)
        own = self._own_timestamps(embedded)
        later = [one for one in stamps if one.revision > embedded.signed_revision]
        status = self._status(embedded, _proven_time([*own, *later], self.at))
        added, changes = later_additions(self.source, embedded)
        broken = _integrity(status) or added
        loose = self._loosely_written(embedded)
        problem = broken or _trust(status) or _stamped(own) or loose
        evidence = None
        if broken is None and loose is None:
            revision = embedded.signed_revision
            evidence = bound(self.reader, field.reference, revision)
        return SignatureFinding(
            field=field.name,
            problem=problem,
            level=self._level(field, own, later),
            covers_whole_document=embedded.coverage
            is SignatureCoverageLevel.ENTIRE_FILE,
            changes=changes,
            certificate=status.signing_cert.dump(),
            signing_time=_claimed(embedded),
            timestamps=tuple(own),
            evidence=evidence,
        )

    def _embedded(self, field: SignatureField) -> EmbeddedPdfSignature:
        embedded = EmbeddedPdfSignature(self.reader, field.field, field.name)
        embedded.compute_integrity_info(skip_diff=True)
        return embedded

    def _context(self, moment: datetime) -> ValidationContext:
        return ValidationContext(
            trust_roots=[x509.Certificate.load(root) for root in self.roots],
            other_certs=self._stored_certificates(),
            moment=moment,
            allow_fetching=False,
        )

    def _stored_certificates(self) -> list[Any]:
        if "/DSS" not in self.reader.root:
            return []
        try:
            return list(DocumentSecurityStore.read_dss(self.reader).load_certs())
        # A broken store helps nobody, and hurts no signature either.
        except Exception:  # noqa: BLE001
            return []

    def _status(self, embedded: EmbeddedPdfSignature, moment: datetime) -> Any:
        return run_coroutine(
            async_validate_cms_signature(
                embedded.signed_data,
                raw_digest=embedded.compute_digest(),
                validation_context=self._context(moment),
                key_usage_settings=_SIGNING,
            )
        )

    def _own_timestamps(self, embedded: EmbeddedPdfSignature) -> list[TimestampFinding]:
        signature: Any = embedded.signer_info["signature"].native

        def imprint(algorithm: str) -> bytes:
            return _digest(algorithm, signature)

        found = []
        for token in embedded_tokens(embedded.signer_info):
            try:
                one = self._token(token["content"], imprint, self.at)
                found.append(attrs.evolve(one, sha256=_sha256(token.dump())))
            except Exception as cause:  # noqa: BLE001
                found.append(TimestampFinding(problem=_problem(cause)))
        return found

    def _token(
        self, signed_data: Any, imprint: Callable[[str], bytes], at: datetime
    ) -> TimestampFinding:
        work = validate_tst_signed_data(signed_data, self._context(at), imprint)
        status = TimestampSignatureStatus(**run_coroutine(work))
        broken = _integrity(status)
        info = signed_data["encap_content_info"]["content"].parsed
        return TimestampFinding(
            problem=broken or _trust(status),
            sound=broken is None,
            time=status.timestamp,
            certificate=status.signing_cert.dump(),
            serial=info["serial_number"].native,
            policy=info["policy"].dotted,
        )

    def _loosely_written(self, embedded: EmbeddedPdfSignature) -> Problem | None:
        """Nothing but the container and zeros may stand where the signature stands."""
        content = embedded.pkcs7_content
        _, start, end, _ = byte_range(embedded)
        self.source.seek(start)
        written = self.source.read(end - start)[1:-1]
        padding = content[_length(content) :]
        hexadecimal = content.hex().encode()
        if written not in (hexadecimal, hexadecimal.upper()) or any(padding):
            text = "other data stand in the place of the signature"
            return unclear("FORMAT_FAILURE", text)
        return None

    def _level(
        self,
        field: SignatureField,
        own: Sequence[TimestampFinding],
        later: Sequence[TimestampFinding],
    ) -> str:
        """The level by what is there (EN 319 142-1, 6.2.1); trust set aside."""
        kind = _KINDS[field.subfilter]
        archived = [one for one in later if one.sound and self._stored(one.revision)]
        stamped = any(one.sound for one in (*own, *later))
        if stamped and archived:
            return f"{kind}-LTA"
        if stamped and self._stored(self.reader.xrefs.total_revisions - 1):
            return f"{kind}-LT"
        if stamped:
            return f"{kind}-T"
        return "B-B" if kind == "B" else kind

    def _stored(self, revision: int) -> bool:
        """True when validation data stand in the document at a revision."""
        root: Any = self.reader.get_historical_root(revision)
        store = entry(root, "/DSS", {})
        answers = entry(store, "/OCSPs") or entry(store, "/CRLs")
        return bool(entry(store, "/Certs") and answers)


def _length(content: bytes) -> int:
    """How long the container is that stands in front."""
    # Not by writing it again: where the length ends in 80 (hexadecimal), asn1crypto
    # takes it for indefinite, and writes the whole anew for half a minute.
    parsed: Any = asn1.parse(content)
    header, body, trailer = parsed[3:6]
    return len(header) + len(body) + len(trailer)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _digest(algorithm: str, content: bytes) -> bytes:
    digest = Hash(get_pyca_cryptography_hash(algorithm))
    digest.update(content)
    return digest.finalize()


def _integrity(status: Any) -> Problem | None:
    if not status.intact:
        return failed("HASH_FAILURE", "what was signed has been changed")
    if not status.valid:
        return failed("SIG_CRYPTO_FAILURE", "the signature does not hold")
    return None


def _trust(status: Any) -> Problem | None:
    found = status.trust_problem_indic
    if found is None:
        return None
    name = found.standard_name
    if name == "CHAIN_CONSTRAINTS_FAILURE" and status.signing_cert.self_signed != "no":
        # pyHanko calls a root of its own making invalid; it is only not known here.
        name = "NO_CERTIFICATE_CHAIN_FOUND"
    kind = failed if found.status is AdESStatus.FAILED else unclear
    return kind(name, "its certificate is not trusted")


def _stamped(own: Sequence[TimestampFinding]) -> Problem | None:
    for stamp in own:
        if stamp.problem and not stamp.sound:
            text = f"its timestamp does not hold: {stamp.problem.reason}"
            return unclear("SIG_CONSTRAINTS_FAILURE", text)
    return None


def _proven_time(stamps: Sequence[TimestampFinding], at: datetime) -> datetime:
    """The earliest moment at which the signature surely existed."""
    proven = [one.time for one in stamps if one.time and one.problem is None]
    return min(proven, default=at)


def _claimed(embedded: EmbeddedPdfSignature) -> datetime | None:
    try:
        return embedded.self_reported_timestamp
    # A wrong date is a claim that cannot be read, no more.
    except Exception:  # noqa: BLE001
        return None


def _refuse_loose_attributes(embedded: EmbeddedPdfSignature) -> None:
    """Refuse signed attributes in an order that DER forbids (RFC 5652, 5.3)."""
    encoded = [one.dump() for one in embedded.signer_info["signed_attrs"] or ()]
    if encoded != sorted(encoded):
        raise SignatureValidationError(
            "its signed attributes are not in DER",
            ades_subindication=AdESFailure.FORMAT_FAILURE,
        )


def _problem(cause: Exception) -> Problem:
    """What an exception of the parsers says about the signature."""
    text = first_line(cause)
    if isinstance(cause, SignatureValidationError):
        found = cause.ades_subindication
        kind = failed if found.status is AdESStatus.FAILED else unclear
        return kind(found.standard_name, text)
    return unclear("FORMAT_FAILURE", f"it cannot be read: {text}")
