"""The words for a route, in the Dutch of who reads it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Final

from digivl.advice.route.route import Route, RouteStep, StepStatus
from digivl.advice.route.traces import NO_TERM
from digivl.kernel.moments import date_in_dutch, day_of

#: Names of months where there is little room, from January on.
SHORT_MONTHS: Final = "jan feb mrt apr mei jun jul aug sep okt nov dec".split()


def when(step: RouteStep, route: Route) -> str:
    """When a step was done, has to be or can be."""
    if step.status is StepStatus.SKIPPED:
        return ""
    if step.status is StepStatus.DONE and step.start and step.end:
        return _from_to(day_of(step.start), day_of(step.end))
    if step.due is not None:
        until = "moest tegen" if step.status is StepStatus.LATE else "tot en met"
        return f"{until} {short(step.due)}"
    if step.end is not None:
        return f"verwacht op {short(step.end)}"
    return unknown(step, route)


def unknown(step: RouteStep, route: Route) -> str:
    """Why the end of a step is not known."""
    cause = route.step(step.hangs_on) if step.hangs_on else None
    if cause is None:
        return NO_TERM
    return f"hangt af van {lowered(cause.label)}"


def awaited(step: RouteStep, route: Route) -> str:
    """What or whom a step waits for; nothing once it is done or left out."""
    if step.status in {StepStatus.DONE, StepStatus.SKIPPED}:
        return ""
    if step.status.has_begun and not step.waits_for:
        return step.by
    steps = (route.step(name) for name in step.waits_for)
    return ", ".join(lowered(one.label) for one in steps if one) or "niets"


def summary(route: Route) -> str:
    """How far a route is, in one line."""
    counted = (
        f"{number} {status.value}"
        for status in StepStatus
        if (number := len(route.with_status(status)))
    )
    at = date_in_dutch(day_of(route.at))
    return f"{route.act.value}, stand op {at}: {', '.join(counted)}"


def described(route: Route) -> Iterator[str]:
    """The route in sentences, for who cannot see a picture of it."""
    yield f"{summary(route)}."
    for number, step in enumerate(route.steps, 1):
        said = ", ".join(
            text for text in (step.status.value, when(step, route)) if text
        )
        why = f"; {step.explanation}" if step.explanation else ""
        yield f"{number}. {step.label}: {said}{why}."
    if route.assumptions:
        yield f"{assumed(route)}."


def assumed(route: Route) -> str:
    """What the expected dates rest on, in one sentence."""
    said = "; ".join(one.value for one in route.assumptions)
    return f"Verwachte datums zijn gerekend alsof: {said}"


def short(moment: datetime) -> str:
    """The day of a moment: ``14 mei 2021``."""
    return _short(day_of(moment))


def lowered(label: str) -> str:
    """A label within a sentence."""
    return f"{label[0].lower()}{label[1:]}"


def _short(day: date) -> str:
    return f"{day.day} {SHORT_MONTHS[day.month - 1]} {day.year}"


def _from_to(start: date, end: date) -> str:
    if start == end:
        return _short(end)
    first, last = _short(start).split(), _short(end).split()
    while first[-1] == last[len(first) - 1]:
        first.pop()
    return f"{' '.join(first)} tot {_short(end)}"
