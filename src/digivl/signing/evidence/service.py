"""Puts an evidence report together, sets it on paper and seals it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, BinaryIO, Final

import attrs

from digivl.access.guard import Guard
from digivl.access.model import Permission
from digivl.documents.disk import scratch
from digivl.documents.model import DOCUMENT, Document
from digivl.documents.service import Documents
from digivl.errors import ConfigurationError
from digivl.kernel.kinds import Ref
from digivl.kernel.parties import Party
from digivl.pdf.checks import examined
from digivl.pdf.signer import Signed
from digivl.pdf.typeset import check_installed
from digivl.records.entries import Entry
from digivl.records.port import Query, RecordBook
from digivl.settings import Limits
from digivl.signing.evidence.acts import in_order, nameless, numbered, who
from digivl.signing.evidence.canonical import as_json
from digivl.signing.evidence.compared import differences, differences_of_seal, pinned
from digivl.signing.evidence.found import Found, found, signed_fields
from digivl.signing.evidence.logins import logins, who_logged_in, with_logins
from digivl.signing.evidence.model import Evidence, File, Standing
from digivl.signing.evidence.paper import paper
from digivl.signing.evidence.port import Judged, Reader
from digivl.signing.evidence.recorded import recorded
from digivl.signing.evidence.story import Story
from digivl.signing.files import FileSigning
from digivl.signing.loginseal.model import LOGIN_SEAL, LoginSeal
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
        prepares: Whether somebody may prepare signing in a dossier.
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
    prepares: Callable[[str, Party], bool]
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
        story, subject = Story.of(self.book.history(FLOW, flow)), FLOW.ref(flow)
        if story is None:
            self.guard.hide(by, Permission.READ_CONFIDENTIAL, subject)
        told = recorded(story, self.offers)
        record = told.flow
        document = self._document(record.document, by, subject)
        file = self._found(document, record.base, record.current, by)
        more = self.book.history(DOCUMENT, document.id)
        done = [*story.acts, *map(numbered, more)]
        people = [pinned(one, file.beginnings) for one in told.participants]
        return Evidence(
            flow=flow,
            state=record.state.value,
            standing=told.standing,
            started_by=who(record.started_by),
            deadline=record.deadline,
            bundle=told.bundle,
            elsewhere=told.elsewhere,
            problem=record.problem,
            sent=record.base,
            sent_at=told.sent_at,
            current=record.current,
            participants=tuple(people),
            differences=differences(people, file),
            acts=in_order(done),
            **self._shared(document, file, by),
        )

    def gather_seal(self, seal: str, *, by: Party) -> Evidence:
        """What the book and the sealed file say of a seal after logging in.

        Args:
            seal: Id of the login-based seal on a document of a dossier.
            by: As `gather`. The name of the person is only for itself, and for who
                may prepare signing.

        Raises:
            NotFoundError: There is none on a document that `by` may read.
            CorruptDocumentError: As `gather`.
        """
        history = list(self.book.history(LOGIN_SEAL, seal))
        subject = LOGIN_SEAL.ref(seal)
        if not history or history[0].record.document is None:
            self.guard.hide(by, Permission.READ_CONFIDENTIAL, subject)
        entry, name = history[0], history[0].record.document
        document = self._document(name, by, subject)
        shown, actor = entry.record.shown, entry.actor
        current = next(
            one.sha256
            for one in document.record.versions
            if (one.at, one.source) == (entry.at, shown)
        )
        file = self._found(document, shown, current, by)
        more = self.book.history(DOCUMENT, document.id)
        acts = in_order([*map(numbered, history), *map(numbered, more)])
        if not self._knows(document, actor, by):
            acts = tuple(nameless(one, actor) for one in acts)
            actor = attrs.evolve(actor, person=None)
        told = attrs.evolve(entry, actor=actor)
        person = pinned(who_logged_in(told, current), file.beginnings)
        return Evidence(
            login_seal=seal,
            state=LOGIN_SEAL.standing(entry.record).state,
            standing=Standing.FINAL,
            started_by=who(actor),
            sent=shown,
            current=current,
            participants=(person,),
            differences=differences_of_seal(person, file),
            acts=acts,
            **self._shared(document, file, by),
        )

    def _document(self, name: str, by: Party, subject: Ref) -> Entry[Document]:
        """The document, for who may read it.

        Raises:
            NotFoundError: `by` may not, told of `subject`.
        """
        found = self.book.read_all(DOCUMENT, [name]).get(name)
        if found is None or not self.reader.visible([found], by=by):
            self.guard.hide(by, Permission.READ_CONFIDENTIAL, subject)
        return found

    def _knows(self, document: Entry[Document], person: Party, by: Party) -> bool:
        """Whether the name of who logged in is for `by`."""
        return by.id == person.id or self.prepares(document.record.dossier, by)

    def _found(
        self, document: Entry[Document], base: str, current: str, by: Party
    ) -> Found:
        """What stands in a version that was made by signing another one."""
        now, name = self.clock(), document.id
        # Only its fields are looked at; nothing else is told of what was put up.
        with self.documents.opened(base) as source:
            earlier = signed_fields(source, at=now, limits=self.limits)
        with self.reader.opened(name, by=by, sha256=current) as source:
            judged = self.validate(source, name)
            # What is trusted is the business of validation: no roots for facts.
            facts = examined(source, roots=(), at=now, limits=self.limits)
            file = found(
                source,
                facts,
                judged,
                earlier=earlier,
                sizes=[one.size for one in document.record.versions],
            )
            known = logins(source, facts.signatures, self._seals(document, by))
        return attrs.evolve(file, signatures=with_logins(file.signatures, known))

    def _seals(
        self, document: Entry[Document], by: Party
    ) -> Iterator[tuple[Entry[LoginSeal], bool]]:
        """Seals of a document after logging in, and whether names are for `by`."""
        rows = self.book.rows(Query(kind=LOGIN_SEAL.name, part_of=document.id))
        for row in rows:
            # The first entry is the evidence; an erasure comes after it.
            entry = next(iter(self.book.history(LOGIN_SEAL, row.ref.id)))
            yield entry, self._knows(document, entry.actor, by)

    def _shared(
        self, document: Entry[Document], file: Found, by: Party
    ) -> dict[str, Any]:
        """What every report tells, whatever it is about."""
        record = document.record
        return {
            "dossier": record.dossier,
            "document": document.id,
            "title": record.title,
            "made_at": self.clock(),
            "made_by": who(by),
            "development": self.development,
            "files": tuple(
                File(
                    sha256=one.sha256,
                    size=one.size,
                    origin=one.origin.value,
                    at=one.at,
                    inside=one.sha256 in file.beginnings,
                )
                for one in record.versions
            ),
            "signatures": file.signatures,
            "timestamps": file.timestamps,
        }

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
            NotFoundError: As `gather`.
            SigningError: The key of the seal cannot be used.
            BackendUnavailableError: No timestamp authority answers; nothing was made.
        """
        return self._made(lambda: self.gather(flow, by=by))

    def make_seal(self, seal: str, *, by: Party) -> EvidenceReport:
        """The report of a seal after logging in; see `gather_seal` and `make`."""
        return self._made(lambda: self.gather_seal(seal, by=by))

    def _made(self, gather: Callable[[], Evidence]) -> EvidenceReport:
        # First: who may not know of it is told nothing of the settings either.
        evidence = gather()
        check_installed("the evidence report")
        if not self.seal:
            raise ConfigurationError(
                "no seal is set, so that a report cannot be sealed",
                hint='Name the means of the office: seal = "…" in digivl.toml.',
            )
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
