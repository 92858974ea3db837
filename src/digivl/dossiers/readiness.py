"""What a package for the Flemish Parliament must hold, and what of it there is.

Source:
    Kaleidos: DOCUMENT_REQUIREMENTS of vlaams-parlement-sync-service. Mended here: which
    level a document has is looked at, and a step without documents is told. Each step
    is held to the list of its own kind. It is the level that was set, released or not:
    who owns the matter sends it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final

import attrs

from digivl.access.model import AccessLevel
from digivl.documents.model import (
    DECISION_REPORT,
    IF_ADVICE,
    NOTA,
    TYPE_BASE,
    Document,
    Origin,
)
from digivl.dossiers.model import ProcedureStep, StepKind
from digivl.dossiers.parliament import Form
from digivl.kernel.concepts import concept
from digivl.kernel.identifiers import URI
from digivl.records.entries import Entry

DECREE: Final = URI("https://data.vlaanderen.be/id/concept/AardWetgeving/Decreet")
MEMORANDUM: Final = URI(TYPE_BASE + "f036e016-268e-4611-8fee-77d2047b51d8")
ADVICE: Final = URI(TYPE_BASE + "fb931eff-38f2-4743-802b-4240c35b8b0c")

#: Who may read less than this may not be sent it.
_SENDABLE: Final = (AccessLevel.INTERNAL_ADMINISTRATION, AccessLevel.PUBLIC)

#: What goes with a decree: type of document, and each form it has to have.
REQUIRED: Final = {
    StepKind.FINAL_APPROVAL: (
        (DECISION_REPORT, (Form.SIGNED,)),
        (DECREE, (Form.WORD, Form.SIGNED)),
        (MEMORANDUM, (Form.WORD, Form.SIGNED)),
        (NOTA, (Form.PDF,)),
        (ADVICE, (Form.PDF,)),
    ),
    StepKind.PRINCIPLE_APPROVAL: (
        (DECISION_REPORT, (Form.SIGNED,)),
        (DECREE, (Form.PDF,)),
        (MEMORANDUM, (Form.PDF,)),
        (NOTA, (Form.PDF,)),
        (ADVICE, (Form.PDF,)),
        (IF_ADVICE, (Form.PDF,)),
    ),
}


@attrs.frozen(kw_only=True)
class ReadyFile:
    """A file that can go (klaar om te versturen).

    Attributes:
        document: Id of the document.
        name: Of the document.
        sha256: The bytes.
        form: In which form.
        extension: Of the file, with its dot.
    """

    document: str
    name: str
    sha256: str
    form: Form
    extension: str

    @property
    def filename(self) -> str:
        """As it goes: what was signed says so."""
        said = f" ({self.form.value})" if self.form is Form.SIGNED else ""
        return f"{self.name}{said}{self.extension}"


@attrs.frozen(kw_only=True)
class MissingFile:
    """Something that has to be there (ontbreekt).

    Attributes:
        step: Of which step, e.g. ``definitieve goedkeuring (1)``.
        type: Type of the document; None for a step that has none at all.
        form: Form it has to have.
        why: What is the matter, in Dutch.
    """

    step: str
    type: URI | None
    form: Form | None
    why: str


@attrs.frozen(kw_only=True)
class Readiness:
    """What there is for the parliament, and what is missing.

    Attributes:
        ready: What can go.
        missing: What lacks; it keeps nothing else back.
        required: Ids of the documents that can go and that the list asks for; all that
            can go where there is no list.
    """

    ready: tuple[ReadyFile, ...]
    missing: tuple[MissingFile, ...]
    required: tuple[str, ...]


def readiness(
    step: ProcedureStep,
    steps: Collection[ProcedureStep],
    documents: Sequence[Entry[Document]],
) -> Readiness:
    """What of a dossier can go to the parliament; pure.

    Args:
        step: The step that was decided last.
        steps: All steps of the dossier.
        documents: Those of the dossier.
    """
    is_decree = any(
        entry.record.type == DECREE and entry.id in step.documents
        for entry in documents
    )
    counted = [one for one in steps if one.kind is not StepKind.RATIFICATION]
    of = counted if is_decree and step.kind in REQUIRED else [step]
    wanted = {name for one in of for name in one.pieces}
    mine = [entry for entry in documents if entry.id in wanted]
    open_enough = [e for e in mine if e.record.level in _SENDABLE]
    missing = [lack for one in of for lack in _missing(one, mine, is_decree=is_decree)]
    asked = {e.id for one in of for e in _asked(one, open_enough)} if is_decree else ()
    return Readiness(
        ready=tuple(file for entry in open_enough for file in _files(entry)),
        missing=tuple(missing),
        required=tuple(e.id for e in open_enough if not asked or e.id in asked),
    )


def _asked(
    step: ProcedureStep, documents: Sequence[Entry[Document]]
) -> Iterator[Entry[Document]]:
    """Those of a step that the list of its kind asks for."""
    types = {of_type for of_type, _ in REQUIRED.get(step.kind, ())}
    for entry in documents:
        if entry.id in step.pieces and entry.record.type in types:
            yield entry


def _missing(
    step: ProcedureStep, documents: Sequence[Entry[Document]], *, is_decree: bool
) -> Iterator[MissingFile]:
    if not step.documents:
        yield _empty(step)
    mine = [entry for entry in documents if entry.id in step.pieces]
    for of_type, forms in REQUIRED.get(step.kind, ()) if is_decree else ():
        there = [entry for entry in mine if entry.record.type == of_type]
        for form in forms:
            if why := _why_not(of_type, form, there):
                yield MissingFile(step=_name(step), type=of_type, form=form, why=why)


def _why_not(of_type: URI, form: Form, there: Sequence[Entry[Document]]) -> str:
    label = concept(of_type).label
    if not there:
        return f"{label} ontbreekt"
    sendable = [e for e in there if e.record.level in _SENDABLE]
    if not sendable:
        return f"{label} mag niet buiten de regering: geef het niveau Intern Overheid"
    if any(file.form is form for entry in sendable for file in _files(entry)):
        return ""
    return f"{label} ontbreekt als {form.value}"


def _empty(step: ProcedureStep) -> MissingFile:
    why = f"de {_name(step)} heeft geen documenten"
    return MissingFile(step=_name(step), type=None, form=None, why=why)


def _name(step: ProcedureStep) -> str:
    return f"{concept(step.kind.value).label} ({step.ordinal})"


def _files(entry: Entry[Document]) -> Iterator[ReadyFile]:
    """The forms in which a document can go: signed for unsigned, and its original."""
    document, latest = entry.record, entry.record.latest
    delivered = document.version(document.delivered_as(latest.sha256))
    forms = [(Form.PDF, latest.sha256, ".pdf")]
    if latest.origin is Origin.SIGNED:
        forms = [(Form.SIGNED, _distributed(document), ".pdf")]
    if (word := delivered.original) is not None:
        forms.append((Form.WORD, word.sha256, f".{word.media_type.name.lower()}"))
    for form, sha256, extension in forms:
        yield ReadyFile(
            document=entry.id,
            name=document.name,
            sha256=sha256,
            form=form,
            extension=extension,
        )


def _distributed(document: Document) -> str:
    """Of a signed version its flattened copy, where there is one."""
    signed = document.latest.sha256
    for copy in reversed(document.copies):
        if copy.source == signed:
            return copy.sha256
    return signed
