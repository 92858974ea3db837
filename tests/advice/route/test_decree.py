"""A whole decree, with its route asked after every act."""

from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from digivl.advice.route.gantt import drawn
from digivl.advice.route.route import Route, StepStatus
from digivl.errors import NotReadyError
from digivl.kernel.kinds import Ref
from digivl.testing.council import CABINET, SECRETARIAT
from digivl.testing.decree import Decree

S = StepStatus

#: What runs after each act; a step that is late runs too.
RUNS = {
    "beschreven": "prepare",
    "IF gevraagd": "if",
    "IF ontvangen": "if",
    "IF gegeven": "",
    "WT gevraagd": "wt",
    "WT ontvangen": "wt",
    "WT gegeven": "",
    "overlegronde gestart": "ikw",
    "overlegronde gesloten": "",
    "BA gevraagd": "ba",
    "BA gegeven": "",
    "BZ gevraagd": "bz",
    "BZ gegeven": "",
    "eerste goedkeuring ingediend": "agenda-1",
    "eerste goedkeuring op de ontwerpagenda": "agenda-1",
    "eerste goedkeuring geagendeerd": "principle-1",
    "eerste goedkeuring beslist": "",
    "SAR gevraagd": "sar",
    "SAR ontvangen": "sar",
    "SAR gegeven": "",
    "VTC gevraagd": "vtc",
    "VTC ontvangen": "vtc",
    "VTC gegeven": "",
    "tweede goedkeuring ingediend": "agenda-2",
    "tweede goedkeuring op de ontwerpagenda": "agenda-2",
    "tweede goedkeuring geagendeerd": "principle-2",
    "tweede goedkeuring beslist": "",
    "RvS gevraagd": "rvs",
    "RvS ontvangen": "rvs",
    "RvS gegeven": "",
    "definitieve goedkeuring ingediend": "agenda",
    "definitieve goedkeuring op de ontwerpagenda": "agenda",
    "definitieve goedkeuring geagendeerd": "final",
    "definitieve goedkeuring beslist": "",
    "ter ondertekening": "sign",
    "ondertekend": "",
    "verzonden (1)": "parliament-in parliament",
    "verzonden (2)": "parliament",
    "in behandeling": "parliament",
    "aangenomen": "",
    "bekrachtiging op de ontwerpagenda": "",
    "bekrachtigd": "",
    "publicatie gestart": "publication",
    "vertaling te laat": "publication",
    "gepubliceerd": "",
}


def played(decree: Decree) -> dict[str, Route]:
    """The route after each act, as the secretariat sees it."""
    acts = decree.played()
    next(acts)
    return {act: decree.vl.routes.of(decree.dossier, by=SECRETARIAT) for act in acts}


def done(route: Route) -> set[tuple[str, Ref | None]]:
    """What was done, by its record."""
    return {(step.id, step.subject) for step in route.with_status(S.DONE)}


def test_a_whole_decree(decree: Decree) -> None:
    """From opening to Staatsblad: what runs is shown, and what was done stays done."""
    told = played(decree)
    runs = {
        act: " ".join(step.id for step in route.with_status(S.RUNNING, S.LATE))
        for act, route in told.items()
    }
    last = list(told.values())[-1]

    assert runs == RUNS
    routes = list(told.values())
    assert all(done(before) <= done(after) for before, after in pairwise(routes))
    assert ["publication"] == [
        step.id for step in told["vertaling te laat"].with_status(S.LATE)
    ]
    assert {S.DONE} == {step.status for step in last.steps} - {S.SKIPPED}
    assert {"negotiation"} >= {step.id for step in last.with_status(S.SKIPPED)}


def test_dates_of_a_whole_decree(decree: Decree) -> None:
    """What is expected lies ahead, what is past is of the records; it can be drawn."""
    for route in played(decree).values():
        for step in route.steps:
            if step.is_expected and step.end is not None:
                assert step.end >= route.at
            if step.status is S.DONE and step.end is not None:
                assert step.end <= route.at
        assert ET.fromstring(drawn(route)) is not None


def test_decisions_have_the_day_of_their_meeting(decree: Decree) -> None:
    """The government approved when it met, though it was written down later."""
    last = list(played(decree).values())[-1]
    meetings = sorted(
        placement.meeting
        for step in decree.steps
        for placement in decree.vl.dossiers.step(step).record.placements
    )
    starts = {decree.vl.meetings.read(m).record.planned_start for m in meetings}
    moments = {step.end for step in last.steps if step.is_moment}

    assert 4 == len(moments)
    assert starts == moments


def test_a_dossier_that_nobody_described(decree: Decree) -> None:
    """Without an act there is no route: the error says what to do."""
    with pytest.raises(NotReadyError, match="beschrijf eerst"):
        decree.vl.routes.of(decree.dossier, by=CABINET)
