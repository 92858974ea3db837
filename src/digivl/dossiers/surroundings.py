"""What of a dossier decides who may read its documents, and who may know of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

import attrs

from digivl.access.model import AccessLevel, Gates, Permission, effective_level
from digivl.documents.model import DECISION_REPORT, Document
from digivl.dossiers.agenda import ITEM, AgendaItem, ItemState
from digivl.dossiers.model import DOSSIER, STEP, ProcedureStep, StepState
from digivl.dossiers.releases import Releases
from digivl.dossiers.submission import SUBMISSION, Submission
from digivl.kernel.parties import Party
from digivl.records.entries import Entry
from digivl.records.grouping import by_dossier
from digivl.records.port import RecordBook

_UNDECIDED: Final = (StepState.POSTPONED, StepState.WITHDRAWN)


@attrs.frozen(kw_only=True)
class Surroundings:
    """What of a dossier decides who may read its documents.

    Attributes:
        dossier: Its id.
        opened_by: The party that opened it.
        steps: Its procedure steps.
        submissions: What was submitted of it to the secretariat.
        items: Every agenda item they stood on, by id.
        gates: Of the meetings of those items, by id.
    """

    dossier: str
    opened_by: Party
    steps: Sequence[ProcedureStep]
    submissions: Sequence[Submission]
    items: Mapping[str, AgendaItem]
    gates: Mapping[str, Gates]

    def steps_of(self, document: str) -> Sequence[ProcedureStep]:
        """The steps that the document was submitted for, or says a decision of."""
        return [
            step
            for step in self.steps
            if document in step.documents
            or any(decision.report == document for decision in step.decisions)
        ]

    def told_by(self, found: Entry[Document]) -> Iterator[Gates]:
        """The gates of the decisions that a document may tell.

        A decision report that nobody attached yet may tell any of the dossier.
        """
        loose = found.record.type == DECISION_REPORT and not self.steps_of(found.id)
        for step in self.steps:
            for decision in step.decisions:
                if decision.item and (loose or decision.report == found.id):
                    yield self.gates_of(step, decision.item)

    def ministers(self, steps: Sequence[ProcedureStep]) -> Collection[str]:
        """Whose matter these steps are: their ministers, and that of the opener."""
        named = {minister for step in steps for minister in step.ministers}
        opener = self.opened_by.minister
        return {*named, opener} if opener else named

    def is_of(self, party: Party) -> bool:
        """Whether it is the matter of a party: opened by it, or of its minister.

        Also of a minister who is asked to submit it too.
        """
        whose = {*self.ministers(self.steps), *self.co_submitters()}
        return party.id == self.opened_by.id or party.minister in whose

    def co_submitters(self, document: str | None = None) -> Collection[str]:
        """Ids of the ministers who have to agree with it, or with this document."""
        return {
            one.minister
            for submission in self.submissions
            if document is None or document in submission.documents
            for one in submission.co_submitters
        }

    def gates_of(self, step: ProcedureStep, item: str) -> Gates:
        """Which gates are open for a step as this item."""
        placed = self.items[item]
        if placed.state is not ItemState.APPROVED:
            return Gates()
        # A release opens what the government decided, also when the item came later.
        if not step.decided_on(item):
            return Gates(agenda_approved=True)
        return self.gates[placed.meeting]

    @property
    def level(self) -> AccessLevel:
        """Who may know of it: of its title, its numbers, and that it is there."""
        reached = [
            agenda_level(
                self.gates_of(step, placement.item),
                told=step.is_settled and not step.confidential,
            )
            for step in self.steps
            for placement in step.placements
        ]
        closed = AccessLevel.INTERNAL_SECRETARIAT
        return max(reached, key=lambda level: level.openness, default=closed)


def agenda_level(gates: Gates, *, told: bool = True) -> AccessLevel:
    """Who may know what stands on an agenda.

    Args:
        gates: Of its meeting.
        told: Only what was approved or taken note of, without restricted access, is
            told outside the government.
    """
    if not gates.agenda_approved:
        return AccessLevel.INTERNAL_SECRETARIAT
    if not told or not gates.documents_released:
        return AccessLevel.INTERNAL_GOVERNMENT
    if gates.published:
        return AccessLevel.PUBLIC
    return AccessLevel.INTERNAL_ADMINISTRATION


@attrs.frozen(kw_only=True)
class Readable:
    """How one version can be read.

    Attributes:
        wish: The level that was set.
        level: The level in effect now.
        ministers: Ids of the ministers whose matter it is.
        needs: What a reader must be allowed beside the level.
    """

    wish: AccessLevel
    level: AccessLevel
    ministers: Collection[str]
    needs: Collection[Permission]


def readable(found: Entry[Document], sha256: str, around: Surroundings) -> Readable:
    """The level in effect of a version, and what else it asks; pure.

    Args:
        found: The document.
        sha256: The version, or a copy or the original of one.
        around: What its dossier says.
    """
    document = found.record
    steps = around.steps_of(found.id)
    version = document.holding(sha256)
    wish = document.level_of(version)
    if any(step.confidential for step in steps):
        wish = wish.stricter_of(AccessLevel.CONFIDENTIAL)
    delivered = document.delivered_as(version.sha256)
    gates = [
        _gates(around, step, placement.item, found, delivered)
        for step in steps
        for placement in step.placements
    ]
    told = list(around.told_by(found))
    if steps:
        gates.extend(told)
    most = max(gates, key=lambda one: one.open, default=None)
    needs = set()
    if not all(one.decisions_released for one in told):
        needs.add(Permission.READ_DECISIONS_BEFORE_RELEASE)
    if delivered != document.delivered_as(document.latest.sha256):
        needs.add(Permission.READ_HISTORY)
    if steps and all(step.state in _UNDECIDED for step in steps):
        needs.add(Permission.READ_UNDECIDED)
    return Readable(
        wish=wish,
        level=effective_level(wish, most),
        ministers={*around.ministers(steps), *around.co_submitters(found.id)},
        needs=needs,
    )


def _gates(
    around: Surroundings,
    step: ProcedureStep,
    item: str,
    found: Entry[Document],
    delivered: str,
) -> Gates:
    approved, delivered_as = around.items[item].approved, found.record.delivered_as
    mine = [p.sha256 for p in approved if p.document == found.id]
    if delivered not in map(delivered_as, mine):
        return Gates()
    return around.gates_of(step, item)


def surroundings(
    book: RecordBook, releases: Releases, dossiers: Iterable[str]
) -> Mapping[str, Surroundings]:
    """The surroundings of these dossiers, by id; those that are not there lack."""
    wanted = tuple(dict.fromkeys(dossiers))
    found = book.read_all(DOSSIER, wanted)
    steps = by_dossier(book, STEP, wanted)
    items = by_dossier(book, ITEM, wanted)
    submitted = by_dossier(book, SUBMISSION, wanted)
    gates = releases.gates(e.record.meeting for some in items.values() for e in some)
    return {
        name: Surroundings(
            dossier=name,
            opened_by=entry.record.opened_by,
            steps=[one.record for one in steps.get(name, ())],
            submissions=[one.record for one in submitted.get(name, ())],
            items={one.id: one.record for one in items.get(name, ())},
            gates=gates,
        )
        for name, entry in found.items()
    }
