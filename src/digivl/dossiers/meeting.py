"""A meeting of the government, and which version its agenda has (Kaleidos).

Source:
    OSLO Besluitvorming (recognised 2021-02-04); Kaleidos, agenda-approve-service.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Final

import attrs

from digivl.dossiers.agenda import serial
from digivl.errors import MalformedError, StepNotAllowedError
from digivl.kernel.checks import free_text, public_line
from digivl.kernel.kinds import Kind, Standing
from digivl.kernel.lifecycle import Lifecycle, Step
from digivl.kernel.moments import aware, day_of

_MEETING: Final = "http://themis.vlaanderen.be/id/concept/vergaderactiviteit-type/"


class MeetingKind(Enum):
    """Kind of a meeting (soort vergadering)."""

    COUNCIL = _MEETING + "ef51c9d5-8b45-4501-9dcd-3e00ccff524f"
    ELECTRONIC_PROCEDURE = _MEETING + "2387564a-0897-4a62-9b9a-d1755eece7af"
    SPECIAL_COUNCIL = _MEETING + "62a0a3c3-44ed-4f35-8b46-1d50616ad42c"
    RECOVERY_PLAN = _MEETING + "9b4701f8-a136-4009-94c6-d64fdc96b9a2"
    ANNEX = _MEETING + "30d6a064-8cca-4485-8b37-7ab2357d931d"

    @property
    def is_annex(self) -> bool:
        """True for a meeting that belongs to a main one."""
        return self in {MeetingKind.ANNEX, MeetingKind.RECOVERY_PLAN}


class MeetingState(Enum):
    """How far a meeting is; closed means that its last agenda is final."""

    PLANNED = "gepland"
    CLOSED = "afgesloten"
    CANCELLED = "geannuleerd"


_M = MeetingState

MEETING_LIFECYCLE: Final = Lifecycle(
    subject="meeting",
    initial=_M.PLANNED,
    steps=(
        Step("change agenda", (_M.PLANNED,), _M.PLANNED),
        Step("move", (_M.PLANNED,), _M.PLANNED),
        Step("approve", (_M.PLANNED,), _M.PLANNED),
        Step("reopen agenda", (_M.PLANNED,), _M.PLANNED),
        Step("close", (_M.PLANNED,), _M.CLOSED),
        Step("reopen", (_M.CLOSED,), _M.PLANNED),
        Step("hold", (_M.PLANNED,), _M.PLANNED),
        Step("hold", (_M.CLOSED,), _M.CLOSED),
        Step("cancel", (_M.PLANNED,), _M.CANCELLED),
    ),
)


def _annex_has_main(meeting: Meeting, _: object, main: str | None) -> None:
    if meeting.kind.is_annex and main is None:
        raise MalformedError(
            "an annex meeting belongs to a main meeting",
            hint="Name it in `main`.",
        )


@attrs.frozen(kw_only=True)
class Meeting:
    """A meeting of the Vlaamse Regering (vergaderactiviteit).

    Its record is what two secretaries contend for: every act on its agenda writes the
    next version of it, so that one of them wins and the other is told.

    Attributes:
        number: As it is written, e.g. ``VR PV 2026/41``.
        main: Id of the main meeting of an annex.
        design: Number of the agenda version that is a design; None when there is none.
        approved: Number of the last approved version; 0 before.
        held: When it started and ended in fact.
        secretary: Function of who takes the minutes.
    """

    kind: MeetingKind
    planned_start: datetime = attrs.field(validator=aware)
    number: str = attrs.field(validator=public_line)
    main: str | None = attrs.field(default=None, validator=_annex_has_main)
    location: str = attrs.field(default="", validator=free_text)
    secretary: str = attrs.field(default="", validator=free_text)
    design: int | None = 1
    approved: int = 0
    held: tuple[datetime, datetime] | None = None
    state: MeetingState = MEETING_LIFECYCLE.initial

    @property
    def is_final(self) -> bool:
        """True once its last agenda is final."""
        return self.state is MeetingState.CLOSED

    @property
    def label(self) -> str:
        """Number and day, for people."""
        return f"{self.number} van {_day(self.planned_start)}"

    def agenda_title(self, number: int) -> str:
        """What an agenda version of this meeting is called."""
        return f"Agenda {serial(number)} voor zitting {_day(self.planned_start)}"

    def after(self, step: str) -> Meeting:
        """One step further in its lifecycle.

        Raises:
            StepNotAllowedError: There is no such step from here.
        """
        state = MEETING_LIFECYCLE.after(self.state, step)
        return attrs.evolve(self, state=state)

    def approve(self) -> Meeting:
        """The design is approved, and the next one opens.

        Raises:
            StepNotAllowedError: There is no design.
        """
        number = self._design("approve")
        after = self.after("approve")
        return attrs.evolve(after, approved=number, design=number + 1)

    def close(self, *, approving: bool) -> Meeting:
        """The last approved agenda is final.

        Args:
            approving: The design is approved with it; else it goes.

        Raises:
            StepNotAllowedError: It is closed, or no agenda was approved.
        """
        number = self._design("close") if approving else self.approved
        if not number:
            raise StepNotAllowedError(
                "meeting", "zonder goedgekeurde agenda", "close", ("approve",)
            )
        return attrs.evolve(self.after("close"), approved=number, design=None)

    def hold(self, started: datetime, ended: datetime) -> Meeting:
        """It was held, from `started` to `ended`.

        Raises:
            MalformedError: It ended before it started.
            StepNotAllowedError: It was cancelled.
        """
        if ended < started:
            raise MalformedError(f"the meeting ended at {ended}, before it started")
        return attrs.evolve(self.after("hold"), held=(started, ended))

    def reopen(self) -> Meeting:
        """A new design opens from the last approved agenda."""
        return attrs.evolve(self.after("reopen"), design=self.approved + 1)

    def reopen_agenda(self) -> Meeting:
        """The last approved agenda is the design again.

        Raises:
            StepNotAllowedError: There is none, or it is final.
        """
        if not self.approved:
            raise StepNotAllowedError("agenda", "ontwerp", "reopen", ("approve",))
        after = self.after("reopen agenda")
        return attrs.evolve(after, design=self.approved, approved=self.approved - 1)

    def _design(self, step: str) -> int:
        if self.design is None:
            raise StepNotAllowedError(
                "meeting",
                self.state.value,
                step,
                MEETING_LIFECYCLE.open_steps(_M.CLOSED),
            )
        return self.design


def _meeting_standing(meeting: Meeting) -> Standing:
    return Standing(
        state=meeting.state.value,
        title=meeting.number,
        due=meeting.planned_start,
        part_of=meeting.main,
        open=meeting.state is MeetingState.PLANNED,
    )


def _day(moment: datetime) -> str:
    day = day_of(moment)
    return f"{day.day}-{day.month}-{day.year}"


MEETING: Final = Kind("meeting", Meeting, _meeting_standing)
