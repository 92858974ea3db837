"""How the end of a term was reached, step by step, in Dutch and with its sources.

Who walks the days of a term keeps a *leg* for each part of the way: a function that
tells it when it is asked. So the end and its explanation come from one walk, and who
wants the end only pays for no text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from enum import Enum
from itertools import count, groupby
from typing import Final, TypeAlias

import attrs

from digivl.kernel.calendar import Calendar, DayOff
from digivl.kernel.moments import days_in_dutch

_DAY: Final = timedelta(days=1)
_FIRST_DAY: Final = "naar Bestuursdecreet art. II.30 en Gerechtelijk Wetboek art. 52"
_LAST_DAY: Final = "naar Bestuursdecreet art. II.30 en Gerechtelijk Wetboek art. 53"
_EVERY_DAY: Final = "naar Gerechtelijk Wetboek art. 52: alle dagen tellen mee"
_MOVED: Final = "naar Gerechtelijk Wetboek art. 53: een vervaldag op een vrije dag"
_OURS: Final = "afspraak in digivl; geen bron bepaalt het"
_GIVEN: Final = "opgegeven"


class StepKind(Enum):
    """What a step does in the count (soort stap)."""

    TERM = "termijn"
    START = "begin"
    COUNTED = "telt mee"
    OFF = "telt niet mee"
    SUSPENDED = "geschorst"
    RUNS_ON = "loopt door"
    URGENT = "hoogdringend"
    MOVED = "verschoven"
    END = "einde"


@attrs.frozen
class TermStep:
    """One step to the end of a term (rekenstap).

    Attributes:
        kind: What it does.
        first: The first day it is about.
        last: The last one, which can be the same; None while a question is open.
        text: For people, in Dutch.
        source: The rule, our convention or the assumption it rests on; in Dutch.
    """

    kind: StepKind
    first: date
    last: date | None
    text: str
    source: str


#: Tells a part of the way, when it is asked.
Leg: TypeAlias = Callable[[], Iterable[TermStep]]
#: So many days, in Dutch.
Length: TypeAlias = Callable[[int], str]


@attrs.frozen(kw_only=True)
class Reckoning:
    """The end of a term, and how it was reached (berekening van een termijn).

    Attributes:
        due: The end as an instant, in UTC; None while the term stands still.
        last_day: The day of it in Brussels: what the rule says, whatever the clock.
        left: Days that are left while it stands still; else 0.
        steps: How it was reached, in order; the last one is the answer.
    """

    due: datetime | None
    last_day: date | None
    left: int = 0
    steps: tuple[TermStep, ...]

    @property
    def text(self) -> str:
        """The answer, the steps and their sources, for people."""
        notes = dict(zip(dict.fromkeys(s.source for s in self.steps), count(1)))
        *way, answer = [f"{s.text} [{notes[s.source]}]" for s in self.steps]
        sources = (f"  [{number}] {source}" for source, number in notes.items())
        told = ["Stap voor stap:", *(f"  {line}" for line in way), "", "Bronnen:"]
        return "\n".join([f"{answer[0].upper()}{answer[1:]}", "", *told, *sources])


def term_told(
    day: date, length: Length, days: int, extension: int, rule: str | None
) -> Iterator[TermStep]:
    """Tell what the term is."""
    text = f"termijn van {length(days)}"
    if extension:
        text += f", in onderling akkoord verlengd met {length(extension)}"
    yield TermStep(StepKind.TERM, day, day, text, rule or _GIVEN)


def received_told(
    received: datetime, starts: date, cutoff: time | None
) -> Iterator[TermStep]:
    """Tell from when it is counted; what comes in too late counts as of another day."""
    day = received.date()
    on, kind = days_in_dutch(day, day), StepKind.START
    if day == starts:
        text = f"ontvangen op {on}: die dag telt niet mee"
        yield TermStep(kind, day, day, text, _FIRST_DAY)
        return
    late = f", na {cutoff:%H:%M}" if cutoff and received.time() > cutoff else ""
    why = f"{on} om {received:%H:%M}{late or ', geen werkdag'}"
    text = f"ontvangen op {why}: telt als ontvangen op {days_in_dutch(starts, starts)}"
    yield TermStep(kind, day, starts, text, f"{_GIVEN} uur; geen bron bepaalt er een")
    text = f"{days_in_dutch(starts, starts)} telt niet mee"
    yield TermStep(kind, starts, starts, text, _FIRST_DAY)


def meeting_told(day: date) -> Iterator[TermStep]:
    """Tell from which day it is counted back."""
    text = f"vergadering op {days_in_dutch(day, day)}: die dag telt niet mee"
    yield TermStep(StepKind.START, day, day, text, _OURS)


def working_days_told(
    calendar: Calendar, after: date, last: date, number: int, named: str = "dag {}"
) -> Iterator[TermStep]:
    """Tell each working day after one day up to another, and why others are skipped.

    Args:
        calendar: Which days are working days.
        after: The day before the first; or behind it, to count back.
        last: The last day.
        number: Of the first working day.
        named: What a working day is called, by its number.
    """
    numbers, step = count(number), _DAY if last > after else -_DAY
    each = (after + n * step for n in range(1, abs((last - after).days) + 1))
    source = f"kalender {calendar.name}: {calendar.title}"
    found = ((day, calendar.day_off(day)) for day in each)
    for off, group in groupby(found, key=lambda pair: _why(pair[1])):
        days = [day for day, _ in group]
        if off is not None:
            first, end = min(days), max(days)
            text = f"{days_in_dutch(first, end)}: {off[0]}"
            yield TermStep(StepKind.OFF, first, end, text, off[1])
            continue
        for day in days:
            text = f"{named.format(next(numbers))}: {days_in_dutch(day, day)}"
            yield TermStep(StepKind.COUNTED, day, day, text, source)


def _why(off: DayOff | None) -> tuple[str, str] | None:
    return (off.name, off.source) if off else None


def calendar_days_told(after: date, last: date, number: int) -> Iterator[TermStep]:
    """Tell the days after one day up to another, which all count."""
    first, end = after + _DAY, number + (last - after).days - 1
    if first > last:
        return
    numbers = f"dag {number}" if number == end else f"dag {number} tot en met {end}"
    text = f"{numbers}: {days_in_dutch(first, last)}"
    yield TermStep(StepKind.COUNTED, first, last, text, _EVERY_DAY)


def suspended_told(
    asked: date, answered: date, left: int, length: Length
) -> Iterator[TermStep]:
    """Tell when it stood still."""
    text = (
        f"geschorst van {days_in_dutch(asked, asked)} tot "
        f"{days_in_dutch(answered, answered)}: de dag van de vraag telt mee, die van "
        f"het antwoord niet; nog {length(left)}"
    )
    yield TermStep(StepKind.SUSPENDED, asked, answered, text, _OURS)


def still_told(asked: date, left: int, length: Length) -> Iterator[TermStep]:
    """Tell that it stands still."""
    since = days_in_dutch(asked, asked)
    text = f"de termijn staat stil sinds {since}; nog {length(left)}"
    yield TermStep(StepKind.SUSPENDED, asked, None, text, _OURS)


def runs_on_told(asked: date, rule: str | None) -> Iterator[TermStep]:
    """Tell of a question that did not stop the term."""
    text = f"de vraag van {days_in_dutch(asked, asked)} schorst de termijn niet"
    yield TermStep(StepKind.RUNS_ON, asked, asked, text, rule or _GIVEN)


def urgent_told(
    day: date, days: int, least: int, left: int, length: Length, rule: str | None
) -> Iterator[TermStep]:
    """Tell that a shorter term took the place of the first."""
    text = (
        f"hoogdringend sinds {days_in_dutch(day, day)}: {length(days)} vanaf dezelfde "
        f"ontvangst, ten minste {length(least)} na die dag; nog {length(left)}"
    )
    yield TermStep(StepKind.URGENT, day, day, text, rule or _GIVEN)


def moved_told(calendar: Calendar, last: date, to: date) -> Iterator[TermStep]:
    """Tell that an end on a day off moved to the next working day."""
    off = calendar.day_off(last)
    text = (
        f"{days_in_dutch(last, last)} is geen werkdag ({off.name if off else ''}): "
        f"verschoven naar {days_in_dutch(to, to)}"
    )
    yield TermStep(StepKind.MOVED, last, to, text, _MOVED)


def end_told(day: date) -> Iterator[TermStep]:
    """Tell the end of a term."""
    until = days_in_dutch(day, day)
    text = f"de termijn loopt tot en met {until}, 24 uur Brusselse tijd"
    yield TermStep(StepKind.END, day, day, text, _LAST_DAY)


def before_told(day: date, at: time, rule: str | None) -> Iterator[TermStep]:
    """Tell the latest moment before a meeting."""
    text = f"uiterlijk op {days_in_dutch(day, day)} om {at:%H:%M}, Brusselse tijd"
    yield TermStep(StepKind.END, day, day, text, rule or _GIVEN)
