"""What a package for the Flemish Parliament must hold, and what of it there is.

Source:
    Kaleidos: DOCUMENT_REQUIREMENTS of vlaams-parlement-sync-service. Mended here: which
    level a document has is looked at, and a step without documents is told. It is the
    level that was set, released or not: who owns the matter sends it.
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
    """A file that can go (klaar om te versturen)."""

    document: str
    name: str
    sha256: str
    form: Form


@attrs.frozen(kw_only=True)
class MissingFile:
    """Something that has to be there (ontbreekt).

    Attributes:
        type: Type of the document; None for a step that has none at all.
        form: Form it has to have.
        why: What is the matter, in Dutch.
    """

    type: URI | None
    form: Form | None
    why: str


@attrs.frozen(kw_only=True)
class Readiness:
    """What there is for the parliament, and what is missing."""

    ready: tuple[ReadyFile, ...]
    missing: tuple[MissingFile, ...]


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
    wanted = {name for one in of for name in one.documents}
    mine = [entry for entry in documents if entry.id in wanted]
    open_enough = [e for e in mine if e.record.latest.level in _SENDABLE]
    missing = [] if not is_decree else list(_missing(step.kind, mine))
    missing += [_empty(one) for one in of if not one.documents]
    return Readiness(
        ready=tuple(file for entry in open_enough for file in _files(entry)),
        missing=tuple(missing),
    )


def _missing(
    kind: StepKind, documents: Sequence[Entry[Document]]
) -> Iterator[MissingFile]:
    for of_type, forms in REQUIRED.get(kind, ()):
        there = [entry for entry in documents if entry.record.type == of_type]
        for form in forms:
            if why := _why_not(of_type, form, there):
                yield MissingFile(type=of_type, form=form, why=why)


def _why_not(of_type: URI, form: Form, there: Sequence[Entry[Document]]) -> str:
    label = concept(of_type).label
    if not there:
        return f"{label} ontbreekt"
    sendable = [e for e in there if e.record.latest.level in _SENDABLE]
    if not sendable:
        return f"{label} mag niet buiten de regering: geef het niveau Intern Overheid"
    if any(file.form is form for entry in sendable for file in _files(entry)):
        return ""
    return f"{label} ontbreekt als {form.value}"


def _empty(step: ProcedureStep) -> MissingFile:
    what = concept(step.kind.value).label
    return MissingFile(
        type=None, form=None, why=f"de {what} ({step.ordinal}) heeft geen documenten"
    )


def _files(entry: Entry[Document]) -> Iterator[ReadyFile]:
    """The forms in which a document can go: signed for unsigned, and its original."""
    document, latest = entry.record, entry.record.latest
    delivered = document.version(document.delivered_as(latest.sha256))
    forms = [(Form.PDF, latest.sha256)]
    if latest.origin is Origin.SIGNED:
        forms = [(Form.SIGNED, _distributed(document))]
    if delivered.original is not None:
        forms.append((Form.WORD, delivered.original.sha256))
    for form, sha256 in forms:
        yield ReadyFile(document=entry.id, name=document.name, sha256=sha256, form=form)


def _distributed(document: Document) -> str:
    """Of a signed version its flattened copy, where there is one."""
    signed = document.latest.sha256
    for copy in reversed(document.copies):
        if copy.source == signed:
            return copy.sha256
    return signed
