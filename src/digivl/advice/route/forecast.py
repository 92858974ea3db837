"""What can be said of dates that are still to come; pure.

Nothing is reckoned where no rule gives a term: then there is no date.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from typing import Final

import attrs

from digivl.advice.body import Body
from digivl.advice.clock import Clock, Inquiry, with_answer
from digivl.advice.rules.ruleset import RuleSet
from digivl.kernel.calendar import CALENDARS, LEGAL, Calendar
from digivl.kernel.moments import BRUSSELS, aware, day_of, end_of_day

_FRIDAY: Final = 4
#: No source gives the hour of a meeting; it decides nothing.
_HOUR: Final = time(10)
_WEEKS: Final = 520


class Assumption(Enum):
    """What expected dates rest on, beside the rules (veronderstelling)."""

    AT_ONCE = "wie niets moet afwachten, vraagt, dient in en zendt meteen"
    WHOLE_TERM = "wie een termijn heeft, gebruikt hem helemaal"
    RECEIVED_AT_ONCE = "wat gevraagd is of wordt, is dezelfde dag ontvangen"
    FRIDAYS = (
        "waar geen vergadering gepland is, is er een op elke vrijdag die een werkdag is"
    )
    UNDETERMINED_COUNTS = "wat onbepaald is, is meegerekend alsof het nodig is"


@attrs.frozen(kw_only=True)
class Chance:
    """A meeting that something can still be put on the agenda of.

    Attributes:
        meeting: When it is held.
        deadline: The latest moment to be on its agenda; None where that is automatic.
        planned: False for a Friday on which no meeting is planned yet.
    """

    meeting: datetime
    deadline: datetime | None
    planned: bool


@attrs.frozen(kw_only=True)
class Forecast:
    """By what expected dates are reckoned (vooruitzicht).

    Attributes:
        now: The present moment.
        rules: How long bodies have, and when something has to be in for a meeting.
        meetings: The meetings that are planned.
        calendars: By name, with the bridging days of the office.
    """

    now: datetime = attrs.field(validator=aware)
    rules: RuleSet
    meetings: Sequence[datetime] = ()
    calendars: Mapping[str, Calendar] = CALENDARS

    def answer(self, body: Body, received: datetime) -> Clock | None:
        """The clock of a body from receipt, by the rule of that day; None without one.

        Raises:
            MalformedError: The rule names a calendar that is not there.
        """
        term = self.rules.term(body, day_of(received))
        if term is None:
            return None
        clock = Clock(term=term, rules=self.rules.sha256, received=received)
        return clock.wound((), self.calendars)

    def resumed(self, clock: Clock, inquiries: tuple[Inquiry, ...]) -> Clock:
        """The clock, if what was asked last is answered now."""
        answered = with_answer(inquiries, "", max(self.now, inquiries[-1].asked_at))
        return clock.wound(answered, self.calendars)

    def deadline(self, meeting: datetime) -> datetime | None:
        """The latest moment to be on the agenda of a meeting; None without a rule."""
        return self.rules.agenda_deadline(meeting, self.calendars)

    def meeting(self, ready: datetime, *, automatic: bool = False) -> Chance | None:
        """The first meeting that comes, for what is ready at some moment.

        Args:
            ready: When it is, or was, submitted.
            automatic: It needs not be in beforehand.

        Returns:
            None where no rule says until when something can be submitted.
        """
        for moment, planned in self._meetings(max(ready, self.now)):
            if automatic:
                return Chance(meeting=moment, deadline=None, planned=planned)
            last = self.deadline(moment)
            if last is None:
                return None
            if ready <= last:
                return Chance(meeting=moment, deadline=last, planned=planned)
        return None

    def _meetings(self, after: datetime) -> Iterator[tuple[datetime, bool]]:
        planned = sorted(self.meetings)
        yield from ((moment, True) for moment in planned if moment >= after)
        # Up to the last meeting that is planned there are no others.
        from_day = max([day_of(after), *(_day_after(one) for one in planned[-1:])])
        calendar = self.calendars.get(LEGAL.name, LEGAL)
        for day in _fridays(from_day):
            moment = datetime.combine(day, _HOUR, BRUSSELS).astimezone(UTC)
            if moment >= after and calendar.is_working_day(day):
                yield moment, False


def _day_after(moment: datetime) -> date:
    return day_of(moment) + timedelta(days=1)


def _fridays(day: date) -> Iterator[date]:
    first = day + timedelta(days=(_FRIDAY - day.weekday()) % 7)
    for number in range(_WEEKS):
        yield first + timedelta(weeks=number)


def months_later(moment: datetime, months: int) -> datetime:
    """The last instant of the day so many months later, or of the last of its month."""
    day = day_of(moment)
    years, month = divmod(day.month - 1 + months, 12)
    following = date(day.year + years, month + 1, 1)
    last = ((following + timedelta(days=31)).replace(day=1) - following).days
    return end_of_day(following.replace(day=min(day.day, last)))
