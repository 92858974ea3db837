"""Files of an entity: what they add, replace and fill in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from digivl.advice.body import Body
from digivl.advice.rules.conditions import Fact
from digivl.advice.rules.files import load, shipped, with_file
from digivl.advice.rules.grounds import Confidence
from digivl.advice.rules.ruleset import Edition, Need, RuleSet
from digivl.errors import MalformedError
from digivl.kernel.money import Euro

Write = Callable[..., Path]
DAY = date(2026, 6, 1)
HEAD = 'format = 1\nname = "Entiteit"\nversion = "1"\n'
RULE = """
[[rule]]
id = "ENT-1"
body = "IF"
required = true
subject = "elke subsidie"
when = [{ fact = "spending", is = "subsidie" }]
valid_from = 2025-01-01
legal_basis = "besluit van de leidend ambtenaar"
source = "ENT"
"""
FILL = """
[[fill]]
rule = "IF-05"
fact = "amount"
over = "25000.00"
source = "BVCO, art. 71, geraadpleegd in het Staatsblad"
"""
SUBSIDY: dict[str, Fact] = {
    "act": "individueel ministerieel besluit",
    "exemptions": (),
    "first": True,
    "for_government": False,
    "spending": "subsidie",
}


def read(text: str, head: str = HEAD) -> RuleSet:
    """The shipped rules with those of a file."""
    return with_file(shipped(), "regels.toml", (head + text).encode())


def need(rules: RuleSet, amount: int, day: date = DAY) -> tuple[Need, tuple[str, ...]]:
    """What they say of a subsidy."""
    found = rules.assess(Body.IF, {**SUBSIDY, "amount": Euro(amount)}, day)
    return found.need, found.rules


@pytest.fixture(name="write")
def _write(tmp_path: Path) -> Write:
    """Writes a file and gives its path."""

    def write(text: str, name: str = "regels.toml") -> Path:
        path = tmp_path / name
        path.write_text(HEAD + text, encoding="utf-8")
        return path

    return write


def test_adds_a_rule() -> None:
    """A rule of the entity decides, and says that it is one; from its day on."""
    rules = read(RULE)

    assert (Need.REQUIRED, ("ENT-1",)) == need(rules, 1)
    assert Need.UNDETERMINED is need(rules, 1, date(2024, 12, 31))[0]
    assert Confidence.OWN is rules.rules[-1].confidence
    assert [("digivl", "1"), ("Entiteit", "1")] == [
        (one.name, one.version) for one in rules.editions
    ]


def test_fills_an_amount() -> None:
    """What was undetermined is decided; the rule names who filled it in."""
    rules = read(FILL)

    assert (Need.UNDETERMINED, ("IF-05",)) == need(shipped(), 25_001)
    assert (Need.REQUIRED, ("IF-05",)) == need(rules, 25_001)
    assert (Need.NOT_REQUIRED, ()) == need(rules, 25_000)
    (filled,) = (one for one in rules.rules if one.id == "IF-05")
    assert ("BVCO, art. 71, geraadpleegd in het Staatsblad", Confidence.OWN) == (
        filled.source,
        filled.confidence,
    )


def test_fills_a_list_and_a_limit() -> None:
    """Lists and the limits of delegations can be filled in as well."""
    lists = read(
        FILL.replace("IF-05", "IF-02U")
        .replace('"amount"', '"exemptions"')
        .replace('over = "25000.00"', 'one_of = ["§ 3, 4°"]')
    )
    claim: dict[str, Fact] = {
        "act": "voorontwerp van decreet",
        "first": True,
        "exemptions": ("§ 3, 4°",),
    }
    limits = read(
        FILL.replace("IF-05", "DEL-C")
        .replace('"amount"', '"decision_amount"')
        .replace("over", "upto")
    )
    contract: dict[str, Fact] = {
        "spending": "overheidsopdracht",
        "contract_object": "concessie",
        "decision_amount": Euro(25_000),
    }

    assert Need.NOT_REQUIRED is lists.assess(Body.IF, claim, DAY).need
    assert limits.decides(contract, DAY).allowed


def test_replaces_by_name() -> None:
    """All periods of an id go; who adds to one that is there has to say so."""
    own = RULE.replace("ENT-1", "IF-05").replace("2025-01-01", "2023-01-01")
    head = 'replaces = ["IF-05", "IF-T"]\n' + HEAD

    rules = read(own, head)

    assert (Need.REQUIRED, ("IF-05",)) == need(rules, 1)
    assert rules.term(Body.IF, DAY) is None
    with pytest.raises(MalformedError, match="two rules IF-05 hold") as refused:
        read(own)
    assert 'replaces = ["IF-05"]' in refused.value.hint


def test_a_file_can_go_on_with_a_rule() -> None:
    """A later period of an id that ended needs no replacing."""
    later = RULE.replace("ENT-1", "IF-13A").replace("2025-01-01", "2020-01-01")

    assert [False, True] == [
        one.required for one in read(later).rules if "13A" in one.id
    ]


def test_names_a_regime() -> None:
    """Days and legal basis come from a regime, shipped or of the file."""
    own = """
[[regime]]
id = "ENT"
subject = "huishoudelijk reglement"
legal_basis = "reglement van 1 april"
valid_from = 2024-04-01
"""
    rule = RULE.replace("valid_from = 2025-01-01\n", 'regime = "ENT"\n')
    rule = rule.replace('legal_basis = "besluit van de leidend ambtenaar"\n', "")

    found = read(own + rule).rules[-1]

    assert date(2024, 4, 1) == found.period.start
    assert "reglement van 1 april" == found.legal_basis


def test_terms_deadlines_and_delegations() -> None:
    """The other kinds of rule are read from files too."""
    grounds = 'valid_from = 2026-01-01\nlegal_basis = "x"\nsource = "ENT"\n'
    rules = read(
        f"""
[[term]]
id = "VTC-T"
body = "VTC"
days = 60
counted = "kalenderdagen"
calendar = "vo"
silence = "GEACHT_GUNSTIG"
{grounds}
[[delegation]]
id = "ENT-D"
holder = "afdelingshoofd"
subject = "subsidies"
when = [{{ fact = "spending", is = "subsidie" }}]
{grounds}
[[source]]
key = "ENT"
title = "Intern reglement"
"""
    )

    term = rules.term(Body.VTC, DAY)
    assert term
    assert (60, "vo") == (term.days, term.calendar)
    assert rules.decides(SUBSIDY, DAY).allowed
    assert "Intern reglement" == rules.sources[-1].title


def test_files_in_order(write: Write) -> None:
    """A later file can replace what an earlier one added."""
    first = write(RULE)
    second = write("", "later.toml")
    second.write_text('replaces = ["ENT-1"]\n' + HEAD.replace('"1"', '"2"'))

    assert (Need.REQUIRED, ("ENT-1",)) == need(load([first]), 1)
    assert Need.UNDETERMINED is need(load([first, second]), 1)[0]
    assert Edition("Entiteit", "2") == load([first, second]).editions[-1]
    assert shipped() == load([])


def test_hash_is_over_what_decides() -> None:
    """Comments, layout and order change nothing; a word of a rule or a version does."""
    other = RULE.replace("ENT-1", "ENT-2")
    plain = read(RULE + other).sha256

    assert plain == read("# nota\n\n" + other + RULE).sha256
    assert (
        plain == read(RULE.replace("2025-01-01\n", "2025-01-01 # ok\n") + other).sha256
    )
    changed = [
        read(RULE),
        read(RULE.replace("elke", "iedere") + other),
        read(RULE.replace("2025", "2024") + other),
        read(RULE.replace("true", "false") + other),
        read(RULE + other, HEAD.replace('version = "1"', 'version = "2"')),
        shipped(),
    ]
    assert 7 == len({plain, *(rules.sha256 for rules in changed)})
