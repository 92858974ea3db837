"""What search knows of each kind of record: the words and the filters."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import attrs

from digivl.documents.model import DOCUMENT, Document
from digivl.dossiers.meeting import MEETING, Meeting
from digivl.dossiers.model import DOSSIER, STEP, Dossier, ProcedureStep
from digivl.dossiers.publication import PUBLICATION, Publication
from digivl.kernel.concepts import concept
from digivl.kernel.identifiers import URI
from digivl.kernel.kinds import Kind
from digivl.records.entries import AnyEntry, Entry
from digivl.records.indexing import Page
from digivl.search.words import words_of


def facet(name: str, value: str | URI) -> str:
    """The word that a filter asks for: nobody types it, and it fits the index."""
    digest = hashlib.sha256(f"{name}:{value}".encode()).hexdigest()
    return f"x{digest[:24]}"


def of_dossier(entry: Entry[Dossier]) -> Page:
    """A dossier: its title and policy fields."""
    dossier = entry.record
    labels = (_label(area) for area in dossier.areas)
    return Page(
        ref=entry.ref,
        version=entry.version,
        at=dossier.opened_at,
        title=dossier.title,
        dossier=entry.id,
        words=_line(dossier.title, *labels),
        facets=(
            *(facet("area", area) for area in dossier.areas),
            *_of_minister([dossier.opened_by.minister]),
        ),
    )


def of_step(entry: Entry[ProcedureStep]) -> Page:
    """A procedure step: its title and number."""
    step = entry.record
    return Page(
        ref=entry.ref,
        version=entry.version,
        at=entry.at,
        title=step.title,
        dossier=step.dossier,
        words=_line(step.title, str(step.number or ""), _label(URI(step.kind.value))),
        facets=(facet("type", step.kind.value), *_of_minister(step.ministers)),
    )


def of_meeting(entry: Entry[Meeting]) -> Page:
    """A meeting: its number, kind and place."""
    meeting = entry.record
    label = _label(URI(meeting.kind.value))
    return Page(
        ref=entry.ref,
        version=entry.version,
        at=meeting.planned_start,
        title=meeting.label,
        words=_line(meeting.label, label, meeting.location),
        facets=(facet("type", meeting.kind.value),),
    )


def of_document(entry: Entry[Document]) -> Page:
    """A document: its name and type; the text of its bytes is read apart."""
    document = entry.record
    return Page(
        ref=entry.ref,
        version=entry.version,
        at=document.latest.at,
        title=document.name,
        dossier=document.dossier,
        words=_line(document.name, document.title, _label(document.type)),
        facets=(facet("type", document.type),),
        text_of=document.delivered_as(document.latest.sha256),
    )


def of_publication(entry: Entry[Publication]) -> Page:
    """A publication in the Belgisch Staatsblad: its title and numbers."""
    one = entry.record
    return Page(
        ref=entry.ref,
        version=entry.version,
        at=one.published_at or entry.at,
        title=one.title,
        dossier=one.dossier,
        words=_line(one.title, str(one.number), one.numac),
        facets=(facet("type", one.regulation.value), *_of_minister(one.ministers)),
    )


@attrs.frozen
class Searched:
    """A kind of record that search knows, and how a page is made of one."""

    kind: Kind[Any]
    page: Callable[[Any], Page]


#: By the name of the kind.
SEARCHED: Final[Mapping[str, Searched]] = {
    one.kind.name: one
    for one in (
        Searched(DOSSIER, of_dossier),
        Searched(STEP, of_step),
        Searched(MEETING, of_meeting),
        Searched(DOCUMENT, of_document),
        Searched(PUBLICATION, of_publication),
    )
}


def page_of(entry: AnyEntry) -> Page:
    """The page of a record of one of these kinds."""
    return SEARCHED[entry.kind.name].page(entry)


def _line(*texts: str) -> str:
    return " ".join(word for text in texts for word in words_of(text))


def _label(uri: URI) -> str:
    return concept(uri).label


def _of_minister(ministers: Iterable[str | None]) -> Iterable[str]:
    return (facet("minister", one) for one in ministers if one)
