"""What holds of all shipped rules, and what was assumed where no source said it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from typing import Any

import pytest

from digivl.advice.body import AdviceOutcome, Body, SilenceEffect
from digivl.advice.proposal import (
    Act,
    Contract,
    ContractObject,
    ContractStage,
    Procedure,
    Proposal,
)
from digivl.advice.rules.facts import FACTS, facts_of
from digivl.advice.rules.files import shipped
from digivl.advice.rules.grounds import Confidence, Period
from digivl.advice.rules.ruleset import Purpose

RULES = shipped()
REGIMES = {one.id: one for one in RULES.regimes}
NEWER = date(2023, 1, 1)


def everything() -> Iterator[Any]:
    """Every rule of every kind."""
    for family in (RULES.rules, RULES.terms, RULES.deadlines, RULES.delegations):
        yield from family


def of(name: str, day: date) -> Any:
    """The rule of an id on a day."""
    (found,) = (r for r in everything() if r.id == name and r.period.holds_on(day))
    return found


def test_every_source_has_a_title() -> None:
    """Each key that a rule names stands in the table of sources, and each is used."""
    named = {key for rule in everything() for key in rule.source.split(", ")}
    source = files("digivl.advice.rules").joinpath("rules.toml")
    text = source.read_text(encoding="utf-8")
    titles = {source.key for source in RULES.sources}

    assert set() == named - titles
    assert {"OV-3B"} == titles - named
    assert "(OV-3B)" in text


def test_every_rule_of_the_table_is_there() -> None:
    """Under the numbers that the tables have."""
    ids = {rule.id for rule in everything()}
    numbers = {f"IF-{n:02}" for n in (*range(1, 9), *range(10, 17))}
    numbers |= {f"BA-{n:02}" for n in range(1, 8)}
    found = {one for one in numbers if any(name.startswith(one) for name in ids)}

    assert set() == numbers - found
    # IF-09 is no rule of its own: the thresholds are those of the estimate.
    assert all("IF-09" in of(name, NEWER).note for name in ("IF-07A", "IF-07B"))


def test_regimes() -> None:
    """Regimes of the table follow each other without a gap."""
    periods = [REGIMES[name].period for name in ("BVR2001", "BVCO-1", "BVCO-2")]

    assert [
        (date(2001, 2, 20), date(2019, 12, 31)),
        (date(2020, 1, 1), date(2022, 12, 31)),
        (NEWER, None),
    ] == [(one.start, one.end) for one in periods]
    assert date(2011, 9, 9) == REGIMES["MB2011"].period.start
    assert date(2018, 2, 8) == REGIMES["BVR2017"].period.start
    assert REGIMES["BVCO"].period == Period(start=date(2020, 1, 1))


def test_what_is_not_known_says_so() -> None:
    """A rule that leaves an amount or a list open was not wholly read, and notes it."""
    doubtful = {Confidence.PARTLY_READ, Confidence.INFERRED}
    open_ones = [
        rule
        for rule in RULES.rules
        if not all(condition.is_known for condition in rule.when)
    ]

    assert len(open_ones) > 10
    assert [] == [rule.id for rule in open_ones if rule.confidence not in doubtful]
    assert [] == [rule.id for rule in open_ones if not rule.note]


def test_an_inferred_period_is_explained() -> None:
    """By its regime, or by the rule itself."""
    assert [] == [r.id for r in RULES.regimes if r.period.inferred and not r.note]
    own = {r.period for r in RULES.regimes}
    lonely = [r for r in everything() if r.period.inferred and r.period not in own]
    assert {"RVS-T", "AGENDA"} == {r.id for r in lonely}
    assert all(r.note for r in lonely)


def test_no_entity_rule_is_shipped() -> None:
    """Nothing that is shipped claims to be of an entity."""
    assert Confidence.OWN not in {rule.confidence for rule in everything()}


def test_every_fact_is_told() -> None:
    """A proposal tells each fact that a rule can name, but two that others tell."""
    contract = Contract(
        object=ContractObject.WORKS,
        procedure=Procedure.OPEN,
        stage=ContractStage.AWARD,
    )
    proposal = Proposal(dossier="d", act=Act.NOTE, contract=contract)
    told = facts_of(proposal, first=True, outcome=AdviceOutcome.FAVOURABLE)

    assert set(FACTS) == {*told, "if_required"}


# --- assumptions, each by its name ----------------------------------------------------


def test_assumed_that_newer_pages_are_about_the_version_of_2023() -> None:
    """Pages of Vlaanderen Intern on advice have no date: from 1 January 2023 on."""
    newer = REGIMES["BVCO-2"].period
    named = ("IF-02", "IF-03", "IF-05", "BA-02", "IF-T", "BA-T", "AGENDA")

    assert newer == Period(start=NEWER, inferred=True)
    assert {newer} == {of(name, NEWER).period for name in named}


def test_assumed_that_older_pages_are_about_what_was_before() -> None:
    """Pages of overheid.vlaanderen.be on advice hold until then."""
    older = REGIMES["BVCO-1"].period

    assert older.inferred
    day = date(2021, 1, 1)
    assert {older} == {of(name, day).period for name in ("IF-01", "IF-03", "IF-T")}


def test_assumed_that_the_fourth_working_day_is_of_2023() -> None:
    """When the third working day before a meeting became the fourth was not found."""
    third, fourth = (of("AGENDA", day) for day in (date(2022, 12, 31), NEWER))

    assert (3, 4) == (third.working_days, fourth.working_days)
    assert third.period.inferred
    assert fourth.period.inferred


def test_assumed_that_a_council_term_rolls() -> None:
    """No rule says that thirty days that end on a Sunday end on Monday."""
    term = RULES.term(Body.SAR, NEWER)

    assert term
    assert term.rolls
    assert "aangenomen" in term.note


def test_assumed_that_the_raad_van_state_kept_thirty_days() -> None:
    """What the law of 11 July 2023 changed was not read."""
    before, since = (
        RULES.term(Body.RVS, day) for day in (date(2023, 7, 10), date(2023, 7, 11))
    )

    assert before
    assert since
    assert before.days == since.days
    assert Confidence.ASSUMED is since.confidence


def test_assumed_that_an_appeal_still_exists() -> None:
    """Under the decision of 2019 no term of appeal was read: that of before."""
    term = RULES.term(Body.IF, NEWER, Purpose.APPEAL)

    assert term
    assert (Confidence.ASSUMED, SilenceEffect.UNKNOWN) == (
        term.confidence,
        term.silence,
    )


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("STAP", date(2001, 2, 20)),
        ("BZ", date(2014, 12, 19)),
        ("OV", date(2020, 1, 1)),
        ("BD", date(2018, 12, 7)),
        ("RVS", None),
        ("RIA", date(2014, 1, 1)),
        ("DEL-2003", date(2003, 10, 10)),
        ("DEL-2017", date(2017, 6, 16)),
    ],
)
def test_assumed_start(name: str, start: date | None) -> None:
    """Days on which a regime started were chosen where none was read."""
    period = REGIMES[name].period

    assert (start, True) == (period.start, period.inferred)


def test_assumed_that_an_announcement_needs_nothing() -> None:
    """It asks no decision: no advice, no agreement; that is our reading."""
    ids = ("IF-MED", "BA-MED", "BZ-MED")

    assert {Confidence.INFERRED} == {of(name, NEWER).confidence for name in ids}


def test_assumed_that_a_question_suspends_between_the_regimes() -> None:
    """Of 2020 to 2022 no source says it; before and after it does."""
    for body in (Body.IF, Body.BA):
        term = RULES.term(body, date(2021, 1, 1))
        assert term
        assert term.suspends
        assert (Confidence.INFERRED, SilenceEffect.UNKNOWN) == (
            term.confidence,
            term.silence,
        )
