"""Who sees which route, at what cost; and what really happened once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from digivl import Digivl
from digivl.access.model import DENIAL
from digivl.advice.agreement import AGREEMENT, Agreement, Ruling
from digivl.advice.basis import Basis
from digivl.advice.body import AdviceOutcome, Body
from digivl.advice.proposal import Act, Proposal
from digivl.advice.request import ADVICE, Advice, AdviceRequest
from digivl.advice.route.facts import RouteFacts, Told
from digivl.advice.route.forecast import Forecast
from digivl.advice.route.gantt import drawn
from digivl.advice.route.planning import plan
from digivl.advice.route.route import StepStatus
from digivl.advice.route.service import Routes
from digivl.advice.route.wording import described
from digivl.advice.rules.files import shipped
from digivl.dossiers.agenda import Piece
from digivl.dossiers.meeting import Meeting, MeetingKind
from digivl.dossiers.model import (
    DOSSIER,
    STEP,
    Decision,
    DecisionResult,
    ItemKind,
    Placement,
    ProcedureStep,
    StepKind,
    StepState,
)
from digivl.errors import NotFoundError
from digivl.kernel.parties import Party, Role
from digivl.records.port import Query, RecordBook
from digivl.testing.council import CABINET, INSPECTOR, OTHER_CABINET, SECRETARIAT
from digivl.testing.decree import ADVISERS, BUDGET, STAFF, Decree

PUBLIC = Party("burger", "Burger", Role.SIGNATORY)
VP = Party("vp", "Vlaams Parlement", Role.PARLIAMENT)
INTERNAL = {"if", "wt", "ikw", "ba", "bz"}


def at(decree: Decree, wanted: str) -> None:
    """Play a decree up to an act."""
    for act in decree.played():
        if act == wanted:
            return


def seen(decree: Decree, by: Party) -> set[str]:
    """Ids of the steps that somebody sees."""
    return {step.id for step in decree.vl.routes.of(decree.dossier, by=by).steps}


def test_who_may_not_know_of_a_dossier_sees_no_route(decree: Decree) -> None:
    """It is told what is told where nothing is, and that it was asked is recorded."""
    at(decree, "IF gegeven")
    said = []
    for dossier in (decree.dossier, "0" * 36):
        with pytest.raises(NotFoundError) as refused:
            decree.vl.routes.of(dossier, by=OTHER_CABINET)
        said.append(str(refused.value).replace(dossier, "…"))

    assert said[0] == said[1]
    assert len(decree.vl.book.rows(Query(kind=DENIAL.name))) == 2


def test_who_takes_part_sees_the_route(decree: Decree) -> None:
    """Who opened it, and the inspector who was asked, see all of it."""
    at(decree, "IF gevraagd")

    assert seen(decree, CABINET) == seen(decree, INSPECTOR) >= INTERNAL - {"ikw"}


def test_a_council_sees_nothing_internal(decree: Decree) -> None:
    """What the inspector and ministers say is told within the government only."""
    at(decree, "SAR gevraagd")
    council = ADVISERS[Body.SAR]
    route = decree.vl.routes.of(decree.dossier, by=council)
    told = " ".join([*described(route), drawn(route)]).lower()

    assert {"sar", "principle-1", "final"} <= seen(decree, council)
    assert not INTERNAL & seen(decree, council)
    assert not [w for w in ("inspectie", "begrotingsakkoord", "akkoord b") if w in told]


def test_who_advises_outside_sees_the_own_question(decree: Decree) -> None:
    """A service that was asked something internal sees that, and nothing else of it."""
    at(decree, "WT gevraagd")

    assert {"wt"} == INTERNAL & seen(decree, ADVISERS[Body.WT])


@contextmanager
def counted(vl: Digivl) -> Iterator[list[str]]:
    """The questions that the book is asked."""
    asked: list[str] = []

    @attrs.frozen
    class Counting:
        """A book that keeps what it was asked."""

        book: RecordBook

        def __getattr__(self, name: str) -> Any:
            asked.append(name)
            return getattr(self.book, name)

    book: Any = Counting(vl.book)
    reading = attrs.evolve(vl.reading, book=book)
    vl.__dict__["routes"] = Routes(
        book, reading, vl.guard, vl.rules, vl.calendars, vl.clock
    )
    yield asked


def test_a_route_asks_little_of_the_book(decree: Decree) -> None:
    """A few questions for each kind of record, and the history of what has a life.

    Other dossiers, however many, cost nothing.
    """
    for _ in decree.played():
        pass
    for number in range(20):
        decree.vl.dossiers.open(f"Ander dossier {number}", by=CABINET)
    with counted(decree.vl) as asked:
        decree.vl.routes.of(decree.dossier, by=SECRETARIAT)

    histories = asked.count("history")
    assert histories == len(decree.steps) + 4  # round, flow, parliament, publication
    assert len(asked) - histories <= 25


# What really happened once: a nota of the Vlaamse Regering of 27 April 2018 says when
# the inspector and two ministers answered. When they were asked it does not say: a day
# before is put here. Source: gpedia.groeipakket.be.
ASKED = datetime(2017, 11, 30, 9, tzinfo=UTC)
CHAIN = {
    "if": datetime(2017, 12, 12, 9, tzinfo=UTC),
    "ba": datetime(2018, 3, 21, 9, tzinfo=UTC),
    "bz": datetime(2018, 3, 26, 9, tzinfo=UTC),
    "final": datetime(2018, 4, 27, 8, tzinfo=UTC),
}
DAY = timedelta(days=1)
BASIS = Basis(pieces=(Piece(document="nota", sha256="0" * 64),))


def told(kind: Any, name: str, record: Any, since: datetime) -> Told[Any]:
    """A record of the chain."""
    return Told(subject=kind.ref(name), record=record, since=since, at=since)


def advised() -> AdviceRequest:
    """The advice of the inspector."""
    request = AdviceRequest(
        dossier="grp",
        title="Groeipakket",
        basis=BASIS,
        asker=CABINET,
        adviser=INSPECTOR,
        made_at=ASKED,
    )
    given = Advice(outcome=AdviceOutcome.FAVOURABLE, at=CHAIN["if"])
    return request.submit(ASKED).receive(ASKED, None).advise(given)


def agreed(body: Body, minister: Party) -> Agreement:
    """An agreement of a minister."""
    when = CHAIN[body.value.lower()]
    agreement = Agreement(
        dossier="grp",
        title="Groeipakket",
        body=body,
        advice="if",
        basis=BASIS,
        asker=CABINET,
        minister=minister,
        submitted_at=when - DAY,
    )
    return agreement.receive(when - DAY, None).decide(Ruling(granted=True, at=when))


def decided() -> Told[ProcedureStep]:
    """The decision, which was written down on the Monday after it."""
    placement = Placement(meeting="m", item="i", kind=ItemKind.NOTA)
    decision = Decision(
        result=DecisionResult.APPROVED,
        at=CHAIN["final"] + 3 * DAY,
        meeting="m",
        item="i",
    )
    step = ProcedureStep(
        dossier="grp",
        title="Groeipakket",
        kind=StepKind.FINAL_APPROVAL,
        ordinal=1,
        placements=(placement,),
        decisions=(decision,),
        state=StepState.APPROVED,
    )
    asked = CHAIN["final"] - 7 * DAY
    return attrs.evolve(told(STEP, "s", step, asked), scheduled_at=asked + DAY)


@pytest.fixture(name="facts")
def _facts() -> RouteFacts:
    """The chain, as a book would hold it."""
    return RouteFacts(
        dossier=DOSSIER.ref("grp"),
        title="Groeipakket",
        opened_at=ASKED - 20 * DAY,
        questions=[
            told(ADVICE, "if", advised(), ASKED),
            told(AGREEMENT, "ba", agreed(Body.BA, BUDGET), CHAIN["ba"] - DAY),
            told(AGREEMENT, "bz", agreed(Body.BZ, STAFF), CHAIN["bz"] - DAY),
        ],
        steps=[decided()],
        meetings={
            "m": Meeting(
                kind=MeetingKind.COUNCIL,
                planned_start=CHAIN["final"],
                number="VR PV 2018/17",
            )
        },
    )


def test_the_real_chain(facts: RouteFacts) -> None:
    """Inspector, two ministers, government: each on its day, whenever it is asked."""
    proposal = Proposal(dossier="grp", act=Act.NOTE, budget_impact=True)
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    route = plan(proposal, facts, Forecast(now=now, rules=shipped()))

    assert CHAIN == {step.id: step.end for step in route.steps if step.id in CHAIN}
    assert {StepStatus.DONE} == {step.status for step in route.steps}
    assert CHAIN["final"] == route.end


def test_the_real_chain_halfway(facts: RouteFacts) -> None:
    """In January 2018 both agreements could be asked, by the rules of that day."""
    then = attrs.evolve(facts, questions=facts.questions[:1], steps=[])
    proposal = Proposal(
        dossier="grp", act=Act.NOTE, budget_impact=True, more_staff=True
    )
    now = datetime(2018, 1, 15, 9, tzinfo=UTC)
    route = plan(proposal, then, Forecast(now=now, rules=shipped()))
    dates = {s.id: f"{s.end:%Y-%m-%d}" for s in route.steps if s.end and s.is_expected}

    assert ["ba", "bz"] == [step.id for step in route.with_status(StepStatus.NEXT)]
    # Twelve working days, then the third one before a Friday.
    assert {
        "ba": "2018-01-31",
        "bz": "2018-01-31",
        "agenda": "2018-02-06",
        "final": "2018-02-09",
    } == dates
