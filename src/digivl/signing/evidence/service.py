"""Puts an evidence report together, sets it on paper and seals it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import BinaryIO, Final

import attrs

from digivl.access.guard import Guard
from digivl.access.model import Permission
from digivl.documents.disk import scratch
from digivl.documents.model import DOCUMENT
from digivl.documents.service import Documents
from digivl.errors import ConfigurationError, NotFoundError
from digivl.kernel.parties import Party
from digivl.pdf.signer import Signed
from digivl.pdf.typeset import check_installed
from digivl.records.entries import AnyEntry
from digivl.records.port import RecordBook
from digivl.settings import Limits
from digivl.signing.evidence.canonical import as_json
from digivl.signing.evidence.found import differences, found, signed_fields
from digivl.signing.evidence.model import Evidence, File
from digivl.signing.evidence.paper import paper
from digivl.signing.evidence.port import Judged, Reader
from digivl.signing.evidence.recorded import acts, recorded, who
from digivl.signing.files import FileSigning
from digivl.signing.model import FLOW

_FIELD: Final = "Zegel"
_REASON: Final = "Bewijsverslag van een ondertekening"


@attrs.frozen(kw_only=True)
class EvidenceReport:
    """An evidence report in its two forms.

    Attributes:
        evidence: What it tells.
        json: It, as canonical JSON; its SHA-256 stands in the PDF.
        pdf: It, as an accessible PDF with the seal of the office.
        seal: What was made of that seal.
    """

    evidence: Evidence
    json: bytes = attrs.field(repr=False)
    pdf: bytes = attrs.field(repr=False)
    seal: Signed

    @property
    def json_sha256(self) -> str:
        """SHA-256 of the JSON, hexadecimal."""
        return hashlib.sha256(self.json).hexdigest()


@attrs.frozen(kw_only=True)
class EvidenceReports:
    """The evidence reports of an office.

    Attributes:
        book: Where flows and documents are recorded.
        documents: The bytes of versions.
        reader: Gives documents to who may read them.
        guard: Records who asked for what it may not know of.
        validate: What validation says of a file, by its name.
        files: Signs with the seal.
        offers: The offer of each signing means, by its name.
        seal: Name of the means of the office itself; empty when it has none.
        development: Keys without legal value.
        clock: The present moment, with a zone.
        limits: Largest document.
    """

    book: RecordBook
    documents: Documents
    reader: Reader
    guard: Guard
    validate: Callable[[BinaryIO, str], Judged]
    files: FileSigning
    offers: Mapping[str, str]
    seal: str
    development: bool
    clock: Callable[[], datetime]
    limits: Limits

    def gather(self, flow: str, *, by: Party) -> Evidence:
        """What the book and the signed file say of a flow, now.

        A flow that has not ended gives how far it is (tussenstand).

        Args:
            flow: Id of the flow.
            by: Who reads it: who may read the document that is signed.

        Raises:
            NotFoundError: There is none, or none that `by` may read; which of the two
                is not told.
            CorruptDocumentError: The stored file no longer matches its name.
        """
        history = list(self.book.history(FLOW, flow))
        if not history:
            self.guard.hide(by, Permission.READ_CONFIDENTIAL, FLOW.ref(flow))
        told = recorded(history, self.offers)
        name, current = told.flow.document, told.flow.current
        try:
            document = self.reader.read(name, by=by).record
        except NotFoundError:
            self.guard.hide(by, Permission.READ_CONFIDENTIAL, FLOW.ref(flow))
        now = self.clock()
        # Only its fields are looked at; nothing else is told of what was put up.
        with self.documents.opened(told.flow.base) as source:
            earlier = signed_fields(source, at=now, limits=self.limits)
        with self.reader.opened(name, by=by, sha256=current) as source:
            judged = self.validate(source, name)
            file = found(source, judged, earlier=earlier, at=now, limits=self.limits)
        entries: list[AnyEntry] = [*history, *self.book.history(DOCUMENT, name)]
        return Evidence(
            flow=flow,
            state=told.flow.state.value,
            standing=told.standing,
            dossier=told.flow.dossier,
            document=name,
            title=told.flow.title,
            made_at=now,
            made_by=who(by),
            development=self.development,
            sent=told.flow.base,
            current=current,
            participants=told.participants,
            files=tuple(
                File(
                    sha256=one.sha256,
                    size=one.size,
                    origin=one.origin.value,
                    at=one.at,
                    inside=one.sha256 in file.prefixes,
                )
                for one in document.versions
            ),
            signatures=file.signatures,
            timestamps=file.timestamps,
            acts=acts(entries),
            differences=differences(told.participants, file),
        )

    def make(self, flow: str, *, by: Party) -> EvidenceReport:
        """The report of a flow as JSON, and as an accessible PDF (PDF/UA-1).

        It has the seal of the office with a timestamp, at the level of the settings.
        Nothing is recorded, and the document stays as it is.

        Args:
            flow: Id of the flow.
            by: As `gather`.

        Raises:
            ConfigurationError: The settings name no seal, or the extra ``report`` is
                not installed.
            SigningError: The key of the seal cannot be used.
            BackendUnavailableError: No timestamp authority answers; nothing was made.
        """
        check_installed("the evidence report")
        if not self.seal:
            raise ConfigurationError(
                "no seal is set, so that a report cannot be sealed",
                hint='Name the means of the office: seal = "…" in digivl.toml.',
            )
        evidence = self.gather(flow, by=by)
        told = as_json(evidence)
        pdf, seal = self._sealed(paper(evidence, hashlib.sha256(told).hexdigest()))
        return EvidenceReport(evidence=evidence, json=told, pdf=pdf, seal=seal)

    def _sealed(self, pdf: bytes) -> tuple[bytes, Signed]:
        with scratch() as target:
            made = self.files.sign(
                io.BytesIO(pdf),
                target,
                means=self.seal,
                field=_FIELD,
                level=self.files.stamped_level,
                reason=_REASON,
            )
            target.seek(0)
            return target.read(), made
