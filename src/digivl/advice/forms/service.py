"""Questions, advices and agreements as Dutch forms: accessible PDF, to be signed.

A form that is filed is a document of the dossier like any other. What an answer holds
is internal by its document type, and is never published.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from typing import Any, Final, TypeVar

import attrs

from digivl.access.guard import Admit, Guard
from digivl.access.model import AccessLevel, Permission
from digivl.advice.agreement import AGREEMENT, Agreement
from digivl.advice.forms.layout import FORM, Sheet
from digivl.advice.forms.parts import Material, Question, addressee, put_at
from digivl.advice.forms.sheets import advice_sheet, agreement_sheet, question_sheet
from digivl.advice.proposal import PROPOSAL, proposal_id
from digivl.advice.request import ADVICE
from digivl.custody.absence import works_with
from digivl.documents.model import (
    DOCUMENT,
    TYPE_BASE,
    Document,
    DocumentVersion,
    Origin,
    most_open,
)
from digivl.documents.service import Documents
from digivl.dossiers.model import DOSSIER, DossierState
from digivl.dossiers.reading import Reading
from digivl.errors import StepNotAllowedError
from digivl.kernel.declared import checked
from digivl.kernel.identifiers import URI
from digivl.kernel.kinds import Kind, Ref
from digivl.kernel.parties import Party
from digivl.pdf.mark import DEVELOPMENT_MARK
from digivl.pdf.typeset import typeset
from digivl.records.entries import Draft, Entry, first
from digivl.records.port import RecordBook

R = TypeVar("R", bound=attrs.AttrsInstance)

#: No code list has a type for a question, so that it is an annex; this is assumed.
QUESTION_TYPE: Final = URI(TYPE_BASE + "b3e150d3-eac6-44cf-9e70-dd4d13423631")
_LONGEST: Final = 500


class FormKind(Enum):
    """Which form (soort formulier)."""

    REQUEST = "vraag"
    ADVICE = "advies"
    AGREEMENT = "akkoord"

    @property
    def label(self) -> str:
        """What it is, in Dutch."""
        return _LABELS[self]


_LABELS: Final = {
    FormKind.REQUEST: "Vraag om advies of akkoord",
    FormKind.ADVICE: "Advies",
    FormKind.AGREEMENT: "Akkoord",
}

_SHEETS: Final[Mapping[FormKind, Callable[[Material], Sheet]]] = {
    FormKind.REQUEST: question_sheet,
    FormKind.ADVICE: advice_sheet,
    FormKind.AGREEMENT: agreement_sheet,
}


def _kind(question: Question) -> FormKind:
    if isinstance(question, Agreement):
        answered = question.ruling is not None or question.silence is not None
        return FormKind.AGREEMENT if answered else FormKind.REQUEST
    return FormKind.ADVICE if question.is_answered else FormKind.REQUEST


def form_id(question: str, kind: FormKind) -> str:
    """The id of the document of a form; a question has one of each."""
    return f"{question}.{kind.value}"


@attrs.frozen
@checked
class Forms:
    """Makes the forms of questions, and files them in their dossiers."""

    _book: RecordBook
    _documents: Documents
    _reading: Reading
    _guard: Guard
    _admit: Admit
    _clock: Callable[[], datetime]
    _development: bool = False

    def request(self, id: str, *, by: Party) -> bytes:
        """The question as PDF (adviesvraag, vraag om akkoord); PDF/UA-1.

        Args:
            id: Id of a request for advice, or of an agreement.
            by: Who reads it: who takes part in the dossier, or knows all of them.

        Raises:
            NotFoundError: There is none, or none that `by` may read; which of the two
                is not told.
            ConfigurationError: The extra ``report`` is not installed.
        """
        return self.make(id, FormKind.REQUEST, by=by)

    def advice(self, id: str, *, by: Party) -> bytes:
        """The advice as PDF (advies), or that the term passed without one.

        Raises:
            NotFoundError: As `request`.
            NotReadyError: It was not given, or an agreement was asked.
            ConfigurationError: The extra ``report`` is not installed.
        """
        return self.make(id, FormKind.ADVICE, by=by)

    def agreement(self, id: str, *, by: Party) -> bytes:
        """The agreement or refusal as PDF (akkoord), or that the term passed.

        Raises:
            NotFoundError: As `request`.
            NotReadyError: It was not given, or an advice was asked.
            ConfigurationError: The extra ``report`` is not installed.
        """
        return self.make(id, FormKind.AGREEMENT, by=by)

    def kind(self, id: str, *, by: Party) -> FormKind:
        """The form of a question by its state: the answer once there is one.

        Raises:
            NotFoundError: As `request`.
        """
        return _kind(self._asked(id, by).record)

    def make(self, id: str, kind: FormKind | None = None, *, by: Party) -> bytes:
        """A form as PDF; the one of its state where none is named.

        Raises:
            NotFoundError: As `request`.
            NotReadyError: There is nothing yet to put on it.
            ConfigurationError: The extra ``report`` is not installed.
        """
        found = self._asked(id, by)
        return self._set(self._sheet(found, kind or _kind(found.record)))

    def file(
        self, id: str, kind: FormKind | None = None, *, by: Party
    ) -> Entry[Document]:
        """Make a form and file it as a document of the dossier, ready to be signed.

        The question names it from then on. Filed again it is the same document; with
        a new version where the form says something else by now. An answer that was
        delivered as a document of its own is that document.

        Args:
            id: Id of a request for advice, or of an agreement.
            kind: Which form; the one of its state if None.
            by: Who files it: who answered, or may deliver to the dossier.

        Raises:
            NotFoundError: As `request`.
            NotAllowedError: `by` may not deliver to the dossier.
            NotReadyError: There is nothing yet to put on it.
            StepNotAllowedError: The dossier is closed.
            ConfigurationError: The extra ``report`` is not installed.
            StaleRecordError: Somebody else wrote of the question meanwhile.
        """
        found = self._asked(id, by)
        chosen = kind or _kind(found.record)
        sheet, name = self._sheet(found, chosen), form_id(id, chosen)
        delivered = _named(found.record, chosen)
        if delivered not in {None, name}:
            return self._documents.read(str(delivered))
        filed = self._book.read_all(DOCUMENT, [name]).get(name)
        if filed is not None and sheet == self._filed(found, chosen):
            return filed
        self._check_files(found.record, by)
        stored = self._documents.keep(io.BytesIO(self._set(sheet)))
        now = self._clock()
        version = DocumentVersion(
            sha256=stored.sha256,
            size=stored.size,
            origin=Origin.RECEIVED,
            at=now,
            level=self._level(found.record),
        )
        document = _document(found.record, chosen, sheet.heading, version)
        record = _naming(found.record, chosen, name)
        return self._book.write(
            _draft(filed, name, document, by),
            found.next(record, _action(chosen), by, now),
        )[0]

    def _asked(self, id: str, by: Party) -> Entry[Any]:
        """A question, for who may read it."""
        found: Entry[Any] | None = self._book.read_all(ADVICE, [id]).get(id)
        found = found or self._book.read_all(AGREEMENT, [id]).get(id)
        if found is None or not self._may(found.record, by):
            asked = Ref("question", id)
            self._guard.hide(by, Permission.READ_CONFIDENTIAL, asked)
        return found

    def _may(self, question: Question, by: Party) -> bool:
        """Who asked and who was asked read it, also of what is confidential."""
        mine = any(works_with(by, p) for p in (question.asker, addressee(question)))
        of = question.body.document_type
        level = most_open(of) if mine else self._level(question)
        return self._reading.admits(question.dossier, of, level, by=by, takes_part=mine)

    def _level(self, question: Question) -> AccessLevel:
        """Confidential when it is about something that is."""
        internal = AccessLevel.INTERNAL_GOVERNMENT
        wish = self._reading.wish(p.document for p in question.basis.pieces)
        guarded = wish.openness < internal.openness
        return AccessLevel.CONFIDENTIAL if guarded else internal

    def _check_files(self, question: Question, by: Party) -> None:
        if not works_with(by, addressee(question)):
            self._admit(question.dossier, Permission.DELIVER, by)
            return
        # Who answers files the answer, in the dossier of somebody else.
        state = self._book.read(DOSSIER, question.dossier).record.state
        if state is not DossierState.OPEN:
            raise StepNotAllowedError(
                *("dossier", state.value, "add to it", ()),
                hint="The form can still be made, and kept elsewhere.",
            )

    def _set(self, sheet: Sheet) -> bytes:
        notice = DEVELOPMENT_MARK if self._development else ""
        return typeset(FORM, sheet.data(notice), "the form")

    def _sheet(self, found: Entry[Any], kind: FormKind) -> Sheet:
        return _SHEETS[kind](self._matter(found))

    def _filed(self, found: Entry[Any], kind: FormKind) -> Sheet | None:
        """What the form said when it was filed last."""
        acts = list(self._book.history(found.kind, found.id))
        filed = [entry for entry in acts if entry.action == _action(kind)]
        return self._sheet(filed[-1], kind) if filed else None

    def _matter(self, found: Entry[Any]) -> Material:
        question: Question = found.record
        at, advice = put_at(question), None
        names = [piece.document for piece in question.basis.pieces]
        if isinstance(question, Agreement):
            advice = self._as_of(ADVICE, question.advice, at)
        if advice is not None and advice.advice and advice.advice.document:
            names.append(advice.advice.document)
        documents = self._book.read_all(DOCUMENT, names)
        return Material(
            id=found.id,
            question=question,
            documents={name: entry.record for name, entry in documents.items()},
            proposal=self._as_of(PROPOSAL, proposal_id(question.dossier), at),
            urgency=self._urgency(found),
            advice=advice,
        )

    def _as_of(self, kind: Kind[R], id: str, at: datetime | None) -> R | None:
        """A record as it was at a moment; as it is where none is named."""
        history = self._book.history(kind, id)
        past = [entry.record for entry in history if at is None or entry.at <= at]
        return past[-1] if past else None

    def _urgency(self, found: Entry[Any]) -> str:
        """Why it became urgent, in the words of who made it so."""
        for entry in self._book.history(found.kind, found.id):
            if entry.record.clock is not None and entry.record.clock.urged:
                return entry.reason
        return ""


def _action(kind: FormKind) -> str:
    return f"file {kind.name.lower()}"


def _named(question: Question, kind: FormKind) -> str | None:
    """The document that holds the answer, where the record names one."""
    if kind is FormKind.REQUEST:
        return None
    answer = question.ruling if isinstance(question, Agreement) else question.advice
    return answer.document if answer else None


def _naming(question: Question, kind: FormKind, name: str) -> Question:
    """The question once its answer is the document of that name."""
    if kind is FormKind.REQUEST:
        return question
    if isinstance(question, Agreement):
        ruling = question.ruling
        named = ruling and attrs.evolve(ruling, document=name)
        return attrs.evolve(question, ruling=named)
    advice = question.advice and attrs.evolve(question.advice, document=name)
    return attrs.evolve(question, advice=advice)


def _document(
    question: Question, kind: FormKind, heading: str, version: DocumentVersion
) -> Document:
    asks = kind is FormKind.REQUEST
    return Document(
        dossier=question.dossier,
        title=f"{heading}: {question.title}"[:_LONGEST].rstrip(),
        type=QUESTION_TYPE if asks else question.body.document_type,
        versions=(version,),
    )


def _draft(
    filed: Entry[Document] | None, name: str, document: Document, by: Party
) -> Draft[Document]:
    """The document, or one more version of what was filed before; never looser."""
    version = document.latest
    if filed is None:
        return first(DOCUMENT, name, document, "receive", by, version.at)
    level = version.level.stricter_of(filed.record.level)
    record = filed.record.with_version(attrs.evolve(version, level=level))
    return filed.next(record, "replace", by, version.at)
