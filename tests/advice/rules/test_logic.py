"""Three values: what is certain stays so, and what is not known never becomes a no."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.advice.body import AdviceOutcome, Body
from digivl.advice.proposal import (
    Act,
    Contract,
    ContractObject,
    ContractStage,
    Procedure,
    Proposal,
    Spending,
)
from digivl.advice.rules.conditions import Comparison, Condition, Fact, all_hold
from digivl.advice.rules.facts import FACTS, FactKind, facts_of
from digivl.advice.rules.files import shipped
from digivl.advice.rules.grounds import Confidence, Period
from digivl.advice.rules.ruleset import DeadlineRule, Need, Rule, RuleSet, TermRule
from digivl.errors import MalformedError
from digivl.kernel.money import Euro

NOTHING = "0" * 64
DAY = date(2026, 6, 1)
GROUNDS: dict[str, Any] = {
    "legal_basis": "BVCO",
    "source": "x",
    "confidence": Confidence.OWN,
}
CLAIMS = ("BVCO art. 43, § 3", "VCO art. 2, 6°", "MB 9-9-2011: vervoer")
amounts = st.sampled_from((0, 29_999, 30_000, 10**5, 10**6, 10**8)).map(Euro)
by_kind: dict[FactKind, st.SearchStrategy[Fact]] = {
    FactKind.FLAG: st.booleans(),
    FactKind.LIST: st.lists(st.sampled_from(CLAIMS), unique=True).map(tuple),
    FactKind.AMOUNT: amounts,
    FactKind.PERCENTAGE: st.integers(-50, 50).map(Decimal),
}
values = {
    name: by_kind.get(fact.kind, st.sampled_from(fact.choices or ("",)))
    for name, fact in FACTS.items()
}
everything = st.fixed_dictionaries(values)
known_names = st.sets(st.sampled_from(sorted(FACTS)))
days = st.dates(date(1999, 1, 1), date(2030, 1, 1))
bodies = st.sampled_from(Body)
maybe = st.none() | st.booleans()


def rule(**fields: Any) -> Rule:
    """A duty, always, unless told otherwise."""
    usual: dict[str, Any] = {
        "id": "X",
        "body": Body.IF,
        "required": True,
        "subject": "iets",
        "period": Period(),
    }
    return Rule(**(usual | GROUNDS | fields))


def need(*rules: Rule, **facts: Fact) -> Need:
    """What some rules say of facts."""
    return (
        RuleSet(rules=rules, terms=(), sha256=NOTHING).assess(Body.IF, facts, DAY).need
    )


def is_certain(found: Need) -> bool:
    """Whether an answer is a yes or a no."""
    return found is not Need.UNDETERMINED


@given(bodies, everything, known_names, days)
def test_certain_whatever_turns_out(
    body: Body, facts: Mapping[str, Fact], known: set[str], day: date
) -> None:
    """An answer that is certain with some facts unknown holds however they turn out."""
    some = {name: fact for name, fact in facts.items() if name in known}
    before = shipped().assess(body, some, day)

    after = shipped().assess(body, facts, day)

    assert not is_certain(before.need) or before.need is after.need
    assert is_certain(before.need) or before.explanation


def filled(when: tuple[Condition, ...], data: st.DataObject) -> tuple[Condition, ...]:
    """Conditions with any amount or list in the place of those that lack."""
    return tuple(
        one
        if one.is_known
        else attrs.evolve(one, values=(data.draw(scalars(one.fact)),))
        for one in when
    )


def scalars(fact: str) -> st.SearchStrategy[Any]:
    """What one fact can be compared with."""
    if FACTS[fact].kind is FactKind.LIST:
        return st.sampled_from(CLAIMS)
    return values[fact]


@given(bodies, everything, known_names, days, st.data())
def test_certain_whatever_the_amounts(
    body: Body,
    facts: Mapping[str, Fact],
    known: set[str],
    day: date,
    data: st.DataObject,
) -> None:
    """And however amounts and lists turn out that no source gives."""
    some = {name: fact for name, fact in facts.items() if name in known}
    before = shipped().assess(body, some, day)
    rules = tuple(
        attrs.evolve(one, when=filled(one.when, data))
        for one in shipped().rules
        if one.body in {body, Body.IF} and one.period.holds_on(day)
    )

    after = attrs.evolve(shipped(), rules=rules).assess(body, some, day)

    assert not is_certain(before.need) or before.need is after.need


contracts = st.builds(
    Contract,
    object=st.sampled_from(ContractObject),
    procedure=st.sampled_from(Procedure),
    stage=st.sampled_from(ContractStage),
    estimate=amounts,
    award=amounts,
    price_only=st.booleans(),
    lowest=st.booleans(),
    advised_before=st.booleans(),
    change_exempt=st.booleans(),
)
OPTIONAL = [
    field.name
    for field in attrs.fields(Proposal)
    if field.default is None and field.name != "local"
]
proposals = st.builds(
    Proposal,
    dossier=st.just("d"),
    act=st.sampled_from(Act),
    for_government=st.booleans(),
    spending=st.sampled_from(Spending),
    amount=amounts,
    contract=contracts,
    **{
        name: st.booleans()
        for name in OPTIONAL
        if name not in {"spending", "amount", "contract"}
    },
)


@given(bodies, proposals, st.sets(st.sampled_from(OPTIONAL)), maybe, maybe, days)
def test_proposals_can_be_told_later(
    body: Body,
    proposal: Proposal,
    untold: set[str],
    final: bool | None,  # noqa: FBT001
    flag: bool | None,  # noqa: FBT001
    day: date,
) -> None:
    """What is certain of half a proposal is so of the whole one; also who decides."""
    nothing: dict[str, Any] = dict.fromkeys(untold)
    half = attrs.evolve(proposal, **nothing)
    outcome = AdviceOutcome.FAVOURABLE if flag is not None else None
    before, after = (
        facts_of(one, first=True, final=final, advice_flag=flag, outcome=outcome)
        for one in (half, proposal)
    )

    found = shipped().assess(body, before, day).need
    assert not is_certain(found) or found is shipped().assess(body, after, day).need
    decided = shipped().decides(before, day).allowed
    assert decided is None or decided is shipped().decides(after, day).allowed


@given(amounts, st.sampled_from(Comparison), st.booleans())
def test_an_unknown_amount_is_undetermined(
    amount: Euro,
    comparison: Comparison,
    required: bool,  # noqa: FBT001
) -> None:
    """Never "not required", whether a duty or an exemption hangs on it."""
    unknown = Condition(fact="amount", comparison=comparison)
    hangs = rule(id="Y", required=required, when=(unknown,))
    also = () if required else (rule(),)

    assert need(hangs, *also, amount=amount) is Need.UNDETERMINED
    assert need(hangs, *also) is Need.UNDETERMINED


def test_an_unknown_list() -> None:
    """Who claims nothing is on no list; who claims something may be on it."""
    exemption = rule(id="Y", required=False, when=(Condition(fact="exemptions"),))

    assert need(rule(), exemption, exemptions=()) is Need.REQUIRED
    assert need(rule(), exemption, exemptions=("a",)) is Need.UNDETERMINED


@pytest.mark.parametrize(
    ("comparison", "expected"),
    [
        (Comparison.OVER, [False, False, True]),
        (Comparison.AT_LEAST, [False, True, True]),
        (Comparison.UPTO, [True, True, False]),
        (Comparison.UNDER, [True, False, False]),
    ],
)
def test_comparisons(comparison: Comparison, expected: list[bool]) -> None:
    """Below, at and above the amount; of an amount a percentage says nothing."""
    limit = Condition(fact="amount", comparison=comparison, values=(Euro(10),))

    assert expected == [limit.holds({"amount": Euro(n)}) for n in (9, 10, 11)]
    assert limit.holds({"amount": Decimal(10)}) is None


def test_one_that_does_not_hold_is_enough() -> None:
    """A rule whose one condition fails is not about it, whatever else is unknown."""
    both = (
        Condition(fact="first", values=(True,)),
        Condition(fact="final", values=(True,)),
    )

    assert [False, None, True] == [
        all_hold(both, facts)
        for facts in (
            {"first": False},
            {"first": True},
            {"first": True, "final": True},
        )
    ]


def test_an_amount_is_compared_with_one() -> None:
    """A condition on two amounts has no meaning."""
    with pytest.raises(MalformedError, match="not more"):
        Condition(fact="amount", comparison=Comparison.OVER, values=(Euro(1), Euro(2)))


def test_no_duty_is_no_answer() -> None:
    """Where nobody wrote what is asked nothing is known, but for an exemption."""
    assert need() is Need.UNDETERMINED
    assert need(rule(required=False)) is Need.NOT_REQUIRED
    ended = rule(period=Period(end=DAY - timedelta(days=1)))
    assert need(ended) is Need.UNDETERMINED


def test_the_explanation_says_what_lacks() -> None:
    """In Dutch: the rules, the facts that were not told, the limits nobody gives."""
    facts: dict[str, Fact] = {
        "act": "individueel ministerieel besluit",
        "exemptions": (),
        "first": True,
        "for_government": False,
    }
    known = facts | {"spending": "subsidie", "amount": Euro(5)}

    found = shipped().assess(Body.IF, known, DAY)

    assert (
        "misschien IF-05: subsidiebeslissing boven het bedrag van art. 71; geen bron "
        "geeft de grens of de lijst voor: geraamd bedrag zonder btw"
    ) == found.explanation
    assert (("IF-05",), (), ("amount",)) == (
        found.rules,
        found.unknown,
        found.unsourced,
    )
    without = shipped().assess(Body.IF, facts, DAY)
    assert "niet gekend: soort uitgave" in without.explanation
    assert "spending" in without.unknown


edges = st.none() | st.dates(date(2020, 1, 1), date(2020, 1, 12))
periods = (
    st.tuples(edges, edges)
    .map(lambda pair: sorted(pair, key=str) if all(pair) else pair)
    .map(lambda pair: Period(start=pair[0], end=pair[1]))
)
SPAN = [date(2019, 12, 31) + timedelta(days=n) for n in range(15)]


def makes(family: str, first: Period, second: Period) -> RuleSet:
    """A set of rules with two of one id."""
    made: dict[str, Any] = {"rules": (), "terms": (), "sha256": NOTHING}
    of: dict[str, Any] = {
        "rules": rule,
        "terms": lambda **f: TermRule(id="X", body=Body.IF, days=1, **GROUNDS, **f),
        "deadlines": lambda **f: DeadlineRule(
            id="X", working_days=1, at=shipped().deadlines[0].at, **GROUNDS, **f
        ),
    }
    pair = tuple(of[family](period=period) for period in (first, second))
    return RuleSet(**(made | {family: pair}))


@given(st.sampled_from(["rules", "terms", "deadlines"]), periods, periods)
def test_overlap_is_refused(family: str, first: Period, second: Period) -> None:
    """Two rules of one id are refused if, and only if, both hold on some day."""
    together = any(first.holds_on(day) and second.holds_on(day) for day in SPAN)

    if together:
        with pytest.raises(MalformedError, match="hold on one day"):
            makes(family, first, second)
    else:
        made = makes(family, first, second)
        assert 2 == len(getattr(made, family))


def test_two_terms_for_one_purpose_are_refused() -> None:
    """Also under two ids: a question has one term."""
    terms = tuple(
        TermRule(id=name, body=Body.IF, days=1, period=Period(), **GROUNDS)
        for name in ("X", "Y")
    )

    with pytest.raises(MalformedError, match="X and Y"):
        RuleSet(rules=(), terms=terms, sha256=NOTHING)


def test_a_period_ends_after_it_starts() -> None:
    """The other way round is no period."""
    with pytest.raises(MalformedError, match="cannot hold"):
        Period(start=DAY, end=DAY - timedelta(days=1))
