"""Release of decisions and documents of a meeting (vrijgave).

Source:
    Kaleidos: document-release-service, and the export to Themis.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from enum import Enum
from typing import Final

import attrs
from attrs.validators import optional

from digivl.kernel.calendar import FLEMISH, Calendar
from digivl.kernel.kinds import Kind, Standing
from digivl.kernel.lifecycle import Lifecycle, Step
from digivl.kernel.moments import BRUSSELS, aware, day_of
from digivl.records.entries import Entry
from digivl.records.port import RecordBook

_STATUS: Final = "http://themis.vlaanderen.be/id/concept/vrijgave-status/"
_HOUR: Final = 14


class Released(Enum):
    """What is released (wat wordt vrijgegeven)."""

    DECISIONS = "beslissingen"
    DOCUMENTS = "documenten"
    PUBLIC = "publiek"


class Scope(Enum):
    """What of a meeting is made public (omvang)."""

    NEWS = "newsitems"
    DOCUMENTS = "documents"


class ReleaseStatus(Enum):
    """Status of a release (vrijgavestatus)."""

    PLANNED = _STATUS + "1bd5b05a-07af-46d3-827f-297f993b8b54"
    CONFIRMED = _STATUS + "5da73f0d-6605-493c-9c1c-0d3a71bf286a"
    RELEASED = _STATUS + "27bd25d1-72b4-49b2-a0ba-236ca28373e5"


_R = ReleaseStatus

RELEASE_LIFECYCLE: Final = Lifecycle(
    subject="release",
    initial=_R.PLANNED,
    steps=(
        Step("plan again", (_R.PLANNED, _R.CONFIRMED), _R.PLANNED),
        Step("confirm", (_R.PLANNED,), _R.CONFIRMED),
        Step("release", (_R.PLANNED, _R.CONFIRMED), _R.RELEASED),
        # What is public can be made public anew with more or less, or with nothing.
        Step("change scope", (_R.RELEASED,), _R.RELEASED),
    ),
)


@attrs.frozen(kw_only=True)
class Release:
    """The release of one thing of a meeting (vrijgave).

    Attributes:
        meeting: Id of the meeting.
        what: Decisions, documents, or all of it to the public.
        planned: When it has to happen.
        started: When it did.
        scope: What is public, for a release to the public; nothing once it was undone.
    """

    meeting: str
    what: Released
    planned: datetime = attrs.field(validator=aware)
    started: datetime | None = attrs.field(default=None, validator=optional(aware))
    scope: tuple[Scope, ...] = ()
    state: ReleaseStatus = RELEASE_LIFECYCLE.initial

    @property
    def is_released(self) -> bool:
        """True once it happened; never undone, but for what is public."""
        return self.state is ReleaseStatus.RELEASED

    def plan_again(self, planned: datetime) -> Release:
        """It has to happen at another moment.

        Raises:
            StepNotAllowedError: It happened.
        """
        state = RELEASE_LIFECYCLE.after(self.state, "plan again")
        return attrs.evolve(self, state=state, planned=planned)

    def confirm(self) -> Release:
        """The planned moment stands.

        Raises:
            StepNotAllowedError: It is confirmed, or happened.
        """
        state = RELEASE_LIFECYCLE.after(self.state, "confirm")
        return attrs.evolve(self, state=state)

    def release(self, at: datetime) -> Release:
        """It happened.

        Raises:
            StepNotAllowedError: It did already.
        """
        state = RELEASE_LIFECYCLE.after(self.state, "release")
        return attrs.evolve(self, state=state, started=at)

    def rescope(self, scope: tuple[Scope, ...]) -> Release:
        """Something else of it is public now.

        Raises:
            StepNotAllowedError: It is not public yet.
        """
        state = RELEASE_LIFECYCLE.after(self.state, "change scope")
        return attrs.evolve(self, state=state, scope=scope)


def default_plan(meeting: datetime, calendar: Calendar = FLEMISH) -> datetime:
    """The next working day after a meeting at 14:00 in Brussels, in UTC."""
    day = calendar.add_working_days(day_of(meeting), 1)
    return (
        datetime.combine(day, time(), BRUSSELS) + timedelta(hours=_HOUR)
    ).astimezone(UTC)


def release_id(meeting: str, what: Released) -> str:
    """The id of a release; a meeting has one of each."""
    return f"{meeting}.{what.value}"


def _standing(release: Release) -> Standing:
    return Standing(
        state=release.state.name.lower(),
        title=f"vrijgave van {release.what.value}",
        part_of=release.meeting,
        due=release.planned,
        open=not release.is_released,
    )


RELEASE: Final = Kind("release", Release, _standing)


def release_of(book: RecordBook, meeting: str, what: Released) -> Entry[Release] | None:
    """The release of something of a meeting, if it was planned."""
    name = release_id(meeting, what)
    return book.read_all(RELEASE, [name]).get(name)
