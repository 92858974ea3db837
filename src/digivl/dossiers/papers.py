"""The papers of a meeting: its agenda, its minutes, and a report of each decision.

Source:
    Kaleidos, decision-report-generation: what stands in a beslissingsfiche, and which
    documents it does not name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO, Final, NoReturn

import attrs

from digivl.access.guard import Guard
from digivl.access.model import AccessLevel, Permission
from digivl.documents.model import DOCUMENT, TYPE_BASE, Document, most_open
from digivl.dossiers.agenda import AgendaItem, Line, serial
from digivl.dossiers.agendas import Agendas
from digivl.dossiers.mandates import Government
from digivl.dossiers.meeting import MEETING, Meeting
from digivl.dossiers.minutes import DECISIONS, REPORT, report_id
from digivl.dossiers.model import (
    STEP,
    Decision,
    DecisionResult,
    ItemKind,
    ProcedureStep,
)
from digivl.dossiers.reading import Reading
from digivl.dossiers.releases import Releases
from digivl.dossiers.secretary import Secretary
from digivl.errors import NotFoundError, NotReadyError
from digivl.kernel.concepts import concept
from digivl.kernel.identifiers import URI
from digivl.kernel.kinds import Ref
from digivl.kernel.moments import BRUSSELS, date_in_dutch, day_of
from digivl.kernel.parties import Party
from digivl.kernel.vrnumber import VRKind, report_name
from digivl.pdf.heading import head
from digivl.pdf.typeset import paragraphs, typeset
from digivl.records.entries import Entry
from digivl.records.port import RecordBook
from digivl.settings import Limits

#: A document that can only be looked into is not named.
_FOR_INSPECTION: Final = URI(TYPE_BASE + "075bc7a9-75fd-423b-be88-571d3fa3d043")

_PAGE: Final = """
#let data = json(bytes(sys.inputs.data))
#set document(title: data.heading, author: "Vlaamse Regering", date: none)
#set page(paper: "a4", margin: (x: 25mm, top: 28mm, bottom: 25mm),
  header: text(size: 9pt)[Vlaamse Regering #h(1fr) #data.number],
  footer: context text(size: 9pt)[
    #h(1fr) pagina #counter(page).display() van #counter(page).final().first()
  ])
#set text(lang: "nl", region: "BE", size: 11pt)
#set par(leading: 0.7em)
#show heading: set block(above: 1.4em, below: 0.7em)
= #data.heading
#data.when
#if data.where != "" [\\ #data.where]
"""
_AGENDA: Final = (
    _PAGE
    + """
#for part in data.parts {
  heading(level: 2, part.title)
  if part.items.len() == 0 [Geen.]
  for item in part.items {
    block(breakable: false, above: 1em, grid(columns: (12mm, 1fr),
      [#item.number.],
      [*#item.title* \\
       #if item.ministers != "" [#item.ministers \\ ]
       #for name in item.documents [#text(size: 9.5pt, name) \\ ]]))
  }
}
"""
)
_REPORT: Final = (
    _PAGE
    + """
== Betreft
#data.title
#if data.ministers != "" [\\ #data.ministers]
#if data.documents.len() > 0 [
== Documenten
#list(..data.documents.map(name => [#name]))
]
== Beslissing
#for paragraph in data.decision { par(paragraph) }

#v(14mm)
#block(breakable: false)[
  Voor eensluidend verslag, \\
  #data.secretary
  #v(18mm)
]
"""
)
_MINUTES: Final = (
    _PAGE
    + """
== Aanwezig
#if data.attendees.len() == 0 [Niet vermeld.] else {
  list(..data.attendees.map(one => [#one]))
}
#for part in data.parts {
  if part.items.len() > 0 { heading(level: 2, part.title) }
  for item in part.items {
    heading(level: 3, item.number + ". " + item.title)
    for paragraph in item.paragraphs { par(paragraph) }
  }
}
#v(14mm)
#block(breakable: false)[
  #data.secretary
  #v(18mm)
]
"""
)


_PARTS: Final = (
    (ItemKind.NOTA, "Nota's"),
    (ItemKind.ANNOUNCEMENT, "Mededelingen"),
)
_SECRETARY: Final = "de secretaris van de Vlaamse Regering"
_BEFORE_RELEASE: Final = Permission.READ_DECISIONS_BEFORE_RELEASE


@attrs.frozen
class Papers:
    """Makes the papers of meetings, ready to be added to a dossier and signed."""

    _book: RecordBook
    _agendas: Agendas
    _government: Government
    _releases: Releases
    _reading: Reading
    _secretary: Secretary
    _guard: Guard
    _limits: Limits

    def agenda(self, meeting: str, number: int | None = None, *, by: Party) -> bytes:
        """An approved agenda as PDF; the last one if no number is named.

        The government reads it; once the documents are released the administration,
        and once they are public everybody: these of what was approved or taken note of
        only, with the names of the documents they may read.

        Raises:
            NotFoundError: No such meeting, or no such version, or none that `by` may
                read; which of the two is not told.
            NotReadyError: That version is a design.
            ConfigurationError: The extra ``report`` is not installed.
        """
        self._check(by, meeting)
        held = self._agendas.read(meeting).record
        agenda = self._agendas.agenda(meeting, number).record
        if not agenda.lines:
            raise NotReadyError(agenda.title, [("Agenda", "nog niet goedgekeurd")])
        lines = self._told(agenda.lines, by)
        items = self._items(lines)
        parts = [
            {
                "title": title,
                "items": [
                    self._line(line, items[line.item], held, by)
                    for line in lines
                    if line.kind is kind
                ],
            }
            for kind, title in _PARTS
        ]
        heading = f"Agenda {serial(agenda.number)}"
        data = {**_head(held, heading), "parts": parts}
        return typeset(_AGENDA, data, "the agenda")

    def report(self, step: str, *, by: Party, text: str = "") -> bytes:
        """The decision report (beslissingsfiche) of the last decision on a step.

        Args:
            step: Id of the procedure step.
            by: Who reads it; before the decisions are released only a few may.
            text: What was decided; what the secretary wrote if none, or else a plain
                sentence that follows from the result.

        Raises:
            NotFoundError: No such step, or `by` may not read its decision.
            NotReadyError: Nothing was decided on it.
            ConfigurationError: The extra ``report`` is not installed.
        """
        record = self._reading.step(step, by=by)
        decision = record.decisions[-1] if record.decisions else None
        if decision is None or not decision.item:
            self._check_undecided(by, step)
            raise NotReadyError(record.title, [("Beslissing", "nog niet genomen")])
        self._check(by, decision.meeting, decided=record)
        line = self._line_of(decision)
        item = self._items([line])[decision.item]
        held = self._agendas.read(decision.meeting).record
        kind = VRKind.MED if line.kind is ItemKind.ANNOUNCEMENT else VRKind.DOC
        data = {
            **_head(held, report_name(held.number, kind, line.number)),
            "title": item.title,
            "ministers": self._ministers(item, held.planned_start),
            "documents": self._names(item, decision.result, by),
            "decision": paragraphs(text or self._written(decision)),
            "secretary": held.secretary or _SECRETARY,
        }
        return typeset(_REPORT, data, "the decision report")

    def minutes(self, meeting: str, *, by: Party) -> bytes:
        """The minutes of a meeting as PDF.

        Raises:
            NotFoundError: There are none, or none that `by` may read.
            ConfigurationError: The extra ``report`` is not installed.
        """
        minutes = self._secretary.minutes(meeting, by=by).record
        held = self._agendas.read(meeting).record
        parts = [
            {
                "title": title,
                "items": [
                    {
                        "number": str(one.number),
                        "title": one.title,
                        "paragraphs": paragraphs(one.text),
                    }
                    for one in minutes.treatments
                    if one.kind is kind
                ],
            }
            for kind, title in _PARTS
        ]
        data = {
            **_head(held, f"Notulen {minutes.name}"),
            "attendees": list(minutes.attendees),
            "parts": parts,
            "secretary": held.secretary or _SECRETARY,
        }
        return typeset(_MINUTES, data, "the minutes")

    def numbered(self, document: str, target: BinaryIO, *, by: Party) -> None:
        """A document with its VR number above page 1, for who may read it.

        The document stays as it is; `documents.copy` keeps what is made, if wanted.

        Args:
            document: Id of the document.
            target: An empty stream for the PDF.
            by: Who reads it.

        Raises:
            NotFoundError: There is none, or none that `by` may read; which of the two
                is not told.
            NotReadyError: It has no number yet.
            SigningError: Its last version is signed: the number would break that.
        """
        found = self._reading.read(document, by=by).record
        if found.number is None:
            raise NotReadyError(found.title, [("VR-nummer", "nog niet gegeven")])
        said = attrs.evolve(found.number, version=found.delivered).stamp
        with self._reading.opened(document, by=by) as source:
            head(source, target, said, self._limits)

    def _written(self, decision: Decision) -> str:
        name = report_id(decision.item)
        found = self._book.read_all(REPORT, [name]).get(name)
        text = found.record.text if found else ""
        return text or DECISIONS[decision.result]

    def _check(
        self, by: Party, meeting: str, *, decided: ProcedureStep | None = None
    ) -> None:
        may = meeting in self._reading.known_meetings([meeting], by=by)
        if decided is not None:
            may = may and self._may_know(by, meeting, decided)
        if not may:
            self._hide(by, MEETING.ref(meeting))

    def _check_undecided(self, by: Party, step: str) -> None:
        """Who may not know a decision is not told either that there is none."""
        if not self._guard.policy.allows(by, _BEFORE_RELEASE):
            self._hide(by, STEP.ref(step))

    def _hide(self, by: Party, subject: Ref) -> NoReturn:
        self._guard.record(by, _BEFORE_RELEASE, subject)
        raise NotFoundError(f"there are no papers of {subject.kind} {subject.id}")

    def _told(self, lines: Sequence[Line], by: Party) -> Sequence[Line]:
        """The lines of an agenda that `by` may know."""
        if self._is_inside(by):
            return lines
        steps = self._book.read_all(STEP, (line.step for line in lines))
        dossiers = {name: entry.record.dossier for name, entry in steps.items()}
        known = self._reading.known(dossiers.values(), by=by)
        return [line for line in lines if dossiers[line.step] in known]

    def _is_inside(self, by: Party) -> bool:
        """Whether it belongs to the government, which reads its whole agenda."""
        return self._guard.policy.reads(by, AccessLevel.INTERNAL_GOVERNMENT)

    def _may_know(self, by: Party, meeting: str, step: ProcedureStep) -> bool:
        gates, policy = self._releases.gates([meeting])[meeting], self._guard.policy
        if not gates.decisions_released and not policy.allows(by, _BEFORE_RELEASE):
            return False
        level = AccessLevel.CONFIDENTIAL
        return not step.confidential or policy.reads(by, level, step.ministers)

    def _line_of(self, decision: Decision) -> Line:
        """Where the decision was taken: the agenda as it was approved last."""
        agenda = self._agendas.agenda(decision.meeting).record
        for line in agenda.lines:
            if line.item == decision.item:
                return line
        raise NotReadyError(
            agenda.title, [("Agenda", "het punt staat niet op de goedgekeurde versie")]
        )

    def _items(self, lines: Sequence[Line]) -> dict[str, AgendaItem]:
        """The items as they stood there."""
        return {
            line.item: next(
                entry.record
                for entry in self._agendas.history(line.item)
                if entry.version == line.version
            )
            for line in lines
        }

    def _line(
        self, line: Line, item: AgendaItem, held: Meeting, by: Party
    ) -> dict[str, Any]:
        return {
            "number": str(line.number),
            "title": item.title,
            "ministers": self._ministers(item, held.planned_start),
            "documents": self._names(item, None, by),
        }

    def _ministers(self, item: AgendaItem, at: datetime) -> str:
        day = day_of(at)
        named = [
            entry.record.title
            for entry in self._government.on(day)
            if entry.record.person in item.ministers
        ]
        return ", ".join(named)

    def _names(
        self, item: AgendaItem, result: DecisionResult | None, by: Party
    ) -> list[str]:
        found: Mapping[str, Entry[Document]] = self._book.read_all(
            DOCUMENT, [piece.document for piece in item.pieces]
        )
        documents = [found[p.document] for p in item.pieces]
        inside = self._is_inside(by)
        # Outside, and of what is never published, only what `by` may read is named.
        guarded = [e for e in documents if not inside or _is_kept(e.record)]
        seen = {entry.id for entry in self._reading.visible(guarded, by=by)}
        hidden = {entry.id for entry in guarded} - seen
        records = (entry.record for entry in documents if entry.id not in hidden)
        return [one.name for one in records if _is_named(one, result)]


def _is_kept(document: Document) -> bool:
    return most_open(document.type) is not AccessLevel.PUBLIC


def _is_named(document: Document, result: DecisionResult | None) -> bool:
    level = document.latest.level
    if level is AccessLevel.WITHDRAWN:
        return result is DecisionResult.WITHDRAWN
    hidden = level is AccessLevel.INTERNAL_SECRETARIAT
    return not hidden and document.type != _FOR_INSPECTION


def _head(held: Meeting, heading: str) -> dict[str, Any]:
    start = held.planned_start.astimezone(BRUSSELS)
    day = date_in_dutch(start.date())
    return {
        "heading": heading,
        "number": held.number,
        "when": f"{concept(held.kind.value).label} van {day} om {start:%H.%M} uur",
        "where": held.location,
    }
