"""Terms of a work list, against the working-day counting of the package `holidays`.

`terms`: 10,000 terms of 12 working days, a third of them with a question that was
answered. The peer counts days by its own functions, on the same dates of the same legal
calendar. Ours starts from moments, and gives the instant in UTC at which each term ends
in Brussels.

`terms-days`: both sides only find the twelfth working day after a date.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import attrs
import holidays

from benchmarks.harness import Contest
from benchmarks.harness import run as measure
from digivl.kernel.calendar import LEGAL
from digivl.kernel.moments import day_of
from digivl.kernel.terms import Suspension, Term

REQUESTS = 10_000
DAYS = 12
ROUNDS = 15
TERM = Term(days=DAYS)
START = datetime(2019, 1, 1, 8, tzinfo=UTC)
DAY = timedelta(days=1)
JUDGE = holidays.country_holidays("BE", years=range(2018, 2027))


@attrs.frozen
class Request:
    """A request for advice, as a work list meets it."""

    received: datetime
    questions: tuple[Suspension, ...]


def run() -> Iterator[dict[str, Any]]:
    """The measurements: the terms of a list; the bare counting of days."""
    requests = made(REQUESTS)
    theirs = [dates(request) for request in requests]
    check(requests, theirs)
    yield against(
        "terms",
        lambda: [due(request) for request in requests],
        lambda: [counted(*each) for each in theirs],
    )
    starts = [start for start, *_ in theirs]
    yield against(
        "terms-days",
        lambda: [LEGAL.add_working_days(start, DAYS) for start in starts],
        lambda: [JUDGE.get_nth_working_day(start, DAYS) for start in starts],
    )


def against(
    name: str, ours: Callable[[], object], peer: Callable[[], object]
) -> dict[str, Any]:
    """Measure one work on both sides."""
    return measure(
        Contest(
            name=name,
            unit="s",
            ours=lambda: timed(ours),
            peer=lambda: timed(peer),
            peer_name="holidays, working days of the same dates",
            more_is_better=False,
            rounds=ROUNDS,
        )
    )


def made(number: int) -> Sequence[Request]:
    """Requests over six years, the same in every run."""
    random = Random(1974)
    requests = []
    for index in range(number):
        received = START + timedelta(minutes=random.randrange(6 * 365 * 24 * 60))
        asked = received + timedelta(days=random.randrange(1, 9))
        question = Suspension(asked, asked + timedelta(days=random.randrange(20)))
        requests.append(Request(received, () if index % 3 else (question,)))
    return requests


def due(request: Request) -> datetime | None:
    """When its term ends."""
    return TERM.due(request.received, LEGAL, request.questions)


def dates(request: Request) -> tuple[date, date | None, date | None]:
    """The days in Brussels that the peer counts between."""
    received = day_of(request.received)
    for question in request.questions:
        if question.end:
            return received, day_of(question.start), day_of(question.end)
    return received, None, None


def counted(received: date, asked: date | None, answered: date | None) -> date:
    """The last day, as the peer counts."""
    if asked is None or answered is None:
        return JUDGE.get_nth_working_day(received, DAYS)
    used = JUDGE.get_working_days_count(received + DAY, asked)
    return JUDGE.get_nth_working_day(answered, DAYS - used)


def check(
    requests: Sequence[Request],
    theirs: Sequence[tuple[date, date | None, date | None]],
) -> None:
    """Both sides have to find the same days."""
    for request, each in zip(requests, theirs, strict=True):
        found = due(request)
        if found is None or day_of(found) != counted(*each):
            raise AssertionError(f"{request} ends on {found}, not {counted(*each)}")


def timed(work: Callable[[], object]) -> float:
    """Seconds that some work takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin
