"""The route of each act, as it stands in the table."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import attrs
import pytest

from digivl.advice.body import Body
from digivl.advice.proposal import Act
from digivl.advice.route.route import StepStatus
from digivl.advice.route.routes import FIRST_APPROVAL, PREPARE, ROUTES, SOURCES
from digivl.advice.route.stages import Evidence, Stage, following, ordered
from digivl.advice.rules.files import shipped
from digivl.advice.rules.grounds import Confidence
from digivl.errors import MalformedError
from digivl.testing.itinerary import heard, laid_out

BEFORE = "prepare if wt ba bz"
TWICE = "agenda-1 principle-1 sar vtc negotiation agenda-2 principle-2 rvs agenda final"
ASKED = {
    Act.DECREE: f"{BEFORE} {TWICE} sign parliament-in parliament ratification "
    "publication",
    Act.REGULATORY_DECISION: f"{BEFORE} {TWICE} sign publication decree-in-time",
    Act.INDIVIDUAL_DECISION: "prepare if ba bz agenda final sign",
    Act.REGULATORY_MINISTERIAL: "prepare if ba bz vtc rvs agenda final sign "
    "publication",
    Act.INDIVIDUAL_MINISTERIAL: "prepare if ba bz agenda final sign",
    Act.CIRCULAR: "prepare if ba agenda final",
    Act.NOTE: "prepare if ba bz agenda final",
    Act.ANNOUNCEMENT: "prepare agenda final",
}


def names(act: Act) -> list[str]:
    """Ids of what the route of an act asks."""
    return [stage.id for stage in ROUTES[act] if not stage.unasked]


@pytest.mark.parametrize("act", Act)
def test_route_of_an_act(act: Act) -> None:
    """Each act has its stages, in the order in which they are gone through."""
    assert ASKED[act].split() == names(act)


@pytest.mark.parametrize("act", Act)
def test_everything_can_happen(act: Act) -> None:
    """What the route of an act does not ask has a place in it when it happens."""
    bodies = {stage.body for stage in ROUTES[act]}
    evidence = {stage.evidence for stage in ROUTES[act]}

    assert set(Body) <= bodies
    assert set(Evidence) - {Evidence.DOCUMENT} <= evidence


def before(act: Act, id: str) -> set[str]:
    """Ids of the stages that come before one, near and far."""
    route = ROUTES[act]
    return {
        stage.id
        for stage in route
        if id in {later.id for later in following(route, stage.id)}
    }


@pytest.mark.parametrize("act", [Act.DECREE, Act.NOTE])
def test_order_of_advice_and_agreements(act: Act) -> None:
    """The inspector before both ministers, all before the government.

    The ministers can agree at one time.
    """
    assert {"if"} == {"if", "ba", "bz"} & before(act, "ba")
    assert {"if"} == {"if", "ba", "bz"} & before(act, "bz")
    assert {"if", "ba", "bz"} <= before(act, "final")


def test_order_of_a_decree() -> None:
    """Councils after the first approval, the Raad van State after the second.

    Language goes beside the inspector; ratification follows on the parliament, and
    publication comes at the end.
    """
    stages = (
        *("prepare", "wt", "principle-1", "sar", "principle-2", "rvs", "final"),
        *("sign", "parliament-in", "parliament", "ratification", "publication"),
    )

    assert "if" not in before(Act.DECREE, "wt")
    assert all(
        earlier in before(Act.DECREE, later) for earlier, later in pairwise(stages)
    )


def test_an_announcement_asks_no_advice() -> None:
    """It is taken note of: who had to be heard by a rule is not asked all the same."""
    route = laid_out(Act.ANNOUNCEMENT, asked=heard(*Body))

    assert ["prepare", "agenda", "final"] == [step.id for step in route.steps]
    assert "Kennisname" == route.steps[-1].label


def statuses(act: Act, **facts: Any) -> dict[str, StepStatus]:
    """How each step of a new dossier stands, with facts of its proposal."""
    return {step.id: step.status for step in laid_out(act, **facts).steps}


def test_what_hangs_on_a_fact() -> None:
    """It is asked where the fact holds, left out where not, else undetermined."""
    stands = {
        fact: statuses(Act.REGULATORY_DECISION, deviates=fact)["decree-in-time"]
        for fact in (True, False, None)
    }
    expected = {
        True: StepStatus.LATER,
        False: StepStatus.SKIPPED,
        None: StepStatus.UNDETERMINED,
    }

    assert expected == stands


def test_a_minister_can_decide_alone() -> None:
    """A ministerial decision comes before the government where that has to decide."""
    alone = statuses(Act.INDIVIDUAL_MINISTERIAL, for_government=False)
    together = statuses(Act.INDIVIDUAL_MINISTERIAL, for_government=True)

    assert StepStatus.SKIPPED is alone["agenda"] is alone["final"]
    assert StepStatus.LATER is together["agenda"] is together["final"]


def test_assumed_that_who_recurs_is_approved_once() -> None:
    """Assumed: a recurring regulatory decision has no approval in principle."""
    stands = statuses(Act.REGULATORY_DECISION, recurring=True)

    assert StepStatus.SKIPPED is stands["agenda-1"] is stands["principle-1"]
    assert StepStatus.LATER is stands["final"]
    assert StepStatus.LATER is statuses(Act.DECREE, recurring=True)["principle-1"]


def test_assumed_that_a_second_approval_follows_on_advice() -> None:
    """Assumed: where nobody is heard after the first approval there is no second."""
    without = laid_out(Act.DECREE, asked=heard(Body.IF, Body.RVS))
    unsure = laid_out(Act.DECREE, asked=heard(undetermined=[Body.VTC]))

    found = without.step("principle-2"), unsure.step("principle-2")
    assert [StepStatus.SKIPPED, StepStatus.UNDETERMINED] == [
        step.status for step in found if step
    ]


def test_assumed_stages_say_so() -> None:
    """What no source says stands in the table as assumed or inferred."""
    unsure = {
        stage.id
        for route in ROUTES.values()
        for stage in route
        if stage.confidence is not Confidence.READ
    }

    assert {"ikw", "ikw-again", "agenda-2", "principle-2"} == unsure


def test_every_stage_has_its_source() -> None:
    """Each stage says where it was read, by keys that the reference explains."""
    known = {*SOURCES, *(one.key for one in shipped().sources)}
    named = {
        key
        for route in ROUTES.values()
        for stage in route
        for key in stage.source.split(", ")
    }

    assert set() == named - known
    assert set(SOURCES) <= named


@pytest.mark.parametrize(
    ("stages", "said"),
    [
        ((PREPARE, PREPARE), "one id"),
        ((PREPARE, FIRST_APPROVAL), "nothing comes before"),
        (
            (
                PREPARE,
                attrs.evolve(FIRST_APPROVAL, id="a", after=("prepare", "b")),
                attrs.evolve(FIRST_APPROVAL, id="b", after=("prepare",)),
            ),
            "before what comes first",
        ),
    ],
)
def test_a_wrong_route_is_refused(stages: tuple[Stage, ...], said: str) -> None:
    """A route names each stage once, after what comes before it."""
    with pytest.raises(MalformedError, match=said):
        ordered(*stages)
