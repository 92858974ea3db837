"""Minutes of a meeting, and the words of its decisions (notulen, beslissingsfiches).

Every save is a version of the record. What is finished is not changed any more, but by
an act that opens it again and says why.

Source:
    Kaleidos: minutes-report-generation, decision-report-generation.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

import attrs

from digivl.dossiers.model import DecisionResult, ItemKind
from digivl.kernel.checks import counted_from_one, long_text, public_line
from digivl.kernel.kinds import Kind, Standing
from digivl.kernel.lifecycle import Lifecycle, Step


class MinutesState(Enum):
    """How far minutes are."""

    DRAFT = "ontwerp"
    FINISHED = "afgewerkt"
    APPROVED = "goedgekeurd"


class ReportState(Enum):
    """How far the words of a decision are."""

    DRAFT = "ontwerp"
    FINISHED = "afgewerkt"


_M = MinutesState

MINUTES_LIFECYCLE: Final = Lifecycle(
    subject="minutes",
    initial=_M.DRAFT,
    steps=(
        Step("edit", (_M.DRAFT,), _M.DRAFT),
        Step("finish", (_M.DRAFT,), _M.FINISHED),
        Step("reopen", (_M.FINISHED,), _M.DRAFT),
        Step("approve", (_M.FINISHED,), _M.APPROVED),
    ),
)

REPORT_LIFECYCLE: Final = Lifecycle(
    subject="decision report",
    initial=ReportState.DRAFT,
    steps=(
        Step("write", (ReportState.DRAFT,), ReportState.DRAFT),
        Step("finish", (ReportState.DRAFT,), ReportState.FINISHED),
        Step("reopen", (ReportState.FINISHED,), ReportState.DRAFT),
    ),
)

#: What a decision says when the secretary wrote nothing else.
DECISIONS: Final = {
    DecisionResult.APPROVED: "De Vlaamse Regering keurt het voorstel goed.",
    DecisionResult.POSTPONED: "De Vlaamse Regering stelt de behandeling uit.",
    DecisionResult.NOTED: "De Vlaamse Regering neemt akte van de mededeling.",
    DecisionResult.WITHDRAWN: "Het punt werd ingetrokken.",
}


@attrs.frozen(kw_only=True)
class Treatment:
    """What the minutes say of one item (behandeling van een agendapunt).

    Attributes:
        item: Id of the agenda item.
        kind: Nota or announcement.
        number: Of the item on the final agenda.
        title: As it stood there.
        text: What was said and decided.
    """

    item: str
    kind: ItemKind
    number: int = attrs.field(validator=counted_from_one)
    title: str = attrs.field(validator=public_line)
    text: str = attrs.field(default="", validator=long_text)


def _lines(_: object, __: object, lines: tuple[str, ...]) -> None:
    for line in lines:
        public_line(None, attrs.fields(Minutes).attendees, line)


@attrs.frozen(kw_only=True)
class Minutes:
    """The minutes of a meeting (notulen).

    Attributes:
        meeting: Id of the meeting.
        name: As they are called: the number of the meeting.
        attendees: Who was there, by function.
        treatments: In the order of the final agenda.
        approved_at: Id of the meeting that approved them.
    """

    meeting: str
    name: str = attrs.field(validator=public_line)
    attendees: tuple[str, ...] = attrs.field(default=(), validator=_lines)
    treatments: tuple[Treatment, ...] = ()
    approved_at: str | None = None
    state: MinutesState = MINUTES_LIFECYCLE.initial

    @property
    def is_approved(self) -> bool:
        """True once a later meeting approved them."""
        return self.state is MinutesState.APPROVED

    def after(self, step: str, **changes: Any) -> Minutes:
        """One step further in their lifecycle.

        Raises:
            StepNotAllowedError: There is no such step from here.
        """
        state = MINUTES_LIFECYCLE.after(self.state, step)
        return attrs.evolve(self, state=state, **changes)

    def with_texts(self, texts: Mapping[str, str]) -> tuple[Treatment, ...]:
        """The treatments with these texts, by the id of the item."""
        return tuple(
            attrs.evolve(one, text=texts.get(one.item, one.text))
            for one in self.treatments
        )


@attrs.frozen(kw_only=True)
class DecisionReport:
    """What was decided on an item, in the words of the secretary (beslissingsfiche).

    Attributes:
        item: Id of the agenda item.
        step: Id of the procedure step.
        meeting: Id of the meeting.
        dossier: Id of the dossier.
        title: One line for people.
        text: What was decided.
    """

    item: str
    step: str
    meeting: str
    dossier: str
    title: str = attrs.field(validator=public_line)
    text: str = attrs.field(default="", validator=long_text)
    state: ReportState = REPORT_LIFECYCLE.initial

    def after(self, step: str, text: str | None = None) -> DecisionReport:
        """One step further in its lifecycle.

        Raises:
            StepNotAllowedError: There is no such step from here.
        """
        state = REPORT_LIFECYCLE.after(self.state, step)
        kept = self.text if text is None else text
        return attrs.evolve(self, state=state, text=kept)


def report_id(item: str) -> str:
    """The id of the report on an agenda item; there is one."""
    return f"{item}.report"


def _minutes_standing(minutes: Minutes) -> Standing:
    return Standing(
        state=minutes.state.value,
        title=minutes.name,
        part_of=minutes.meeting,
        open=not minutes.is_approved,
    )


def _report_standing(report: DecisionReport) -> Standing:
    return Standing(
        state=report.state.value,
        title=report.title,
        dossier=report.dossier,
        part_of=report.meeting,
        open=report.state is ReportState.DRAFT,
    )


MINUTES: Final = Kind("minutes", Minutes, _minutes_standing)
REPORT: Final = Kind("report", DecisionReport, _report_standing)
