"""What an entity sets: bridging days, and rules of its own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from digivl import Digivl
from digivl.errors import ConfigurationError, DigivlError, NotReadyError
from digivl.kernel.moments import day_of
from digivl.settings import AdviceSettings, Settings
from digivl.testing.council import SECRETARIAT
from digivl.testing.matter import Matter

OWN_RULE = """
format = 1
name = "Agentschap"
version = "1"

[[rule]]
id = "AG-01"
body = "IF"
required = false
subject = "subsidie tot 200.000 euro"
when = [{ fact = "amount", upto = "200000.00" }]
valid_from = 2026-01-01
legal_basis = "besluit van het agentschap"
source = "AG"
"""


@pytest.fixture(name="settings_of_advice")
def _settings_of_advice(
    request: pytest.FixtureRequest, quick_folder: Path
) -> AdviceSettings:
    """With a file of bridging days and one of rules, as the test has them."""
    days_off, rules = request.param
    (quick_folder / "brugdagen.toml").write_text(days_off)
    (quick_folder / "regels.toml").write_text(rules)
    return AdviceSettings(
        days_off="brugdagen.toml" if days_off else "",
        rules=("regels.toml",) if rules else (),
    )


@pytest.mark.parametrize(
    "settings_of_advice", [('2026 = ["2026-12-07"]', "")], indirect=True
)
def test_bridging_days_move_a_term(matter: Matter) -> None:
    """A day off of the office is no working day of its terms."""
    due = matter.vl.advices.read(matter.received()).record.due

    assert due is not None
    assert date(2026, 12, 10) == day_of(due)


@pytest.mark.parametrize("settings_of_advice", [("", OWN_RULE)], indirect=True)
def test_a_rule_of_the_entity_decides(matter: Matter) -> None:
    """And is named; its set has a hash of its own."""
    found = {r.name: r for r in matter.vl.readiness.requirements(matter.dossier)}

    assert "NOT_REQUIRED" == found["IF"].status.name
    assert ("AG-01",) == found["IF"].rules


LATER_RULE = """
format = 1
name = "Agentschap"
version = "2"

[[rule]]
id = "AG-02"
body = "WT"
required = true
subject = "alles, vanaf woensdag"
valid_from = 2026-11-25
legal_basis = "besluit van het agentschap"
source = "AG"
"""


@pytest.mark.parametrize("settings_of_advice", [("", LATER_RULE)], indirect=True)
def test_a_rule_that_starts_is_asked_at_the_next_door(matter: Matter) -> None:
    """What was ready on Tuesday is looked at again when it is approved on Wednesday."""
    council, vl = matter.council, matter.vl
    meeting = council.meeting().id
    council.item(meeting)
    matter.wait(days=1)
    before = vl.readiness.acts([matter.dossier])
    matter.wait(days=1)

    with pytest.raises(NotReadyError, match="WT") as refused:
        vl.approving.approve(meeting, by=SECRETARIAT)

    assert {"WT"} == {name for name, _ in refused.value.missing}
    assert vl.readiness.acts([matter.dossier]) != before


@pytest.mark.parametrize(
    ("days_off", "rules"),
    [
        ('2026 = ["2025-12-09"]', ""),
        ("2026 = 1", ""),
        ("geen toml", ""),
        ("", "format = 2"),
        ("", OWN_RULE.replace("amount", "bedrag")),
        ("", OWN_RULE * 2),
    ],
)
def test_what_is_wrong_is_told(days_off: str, rules: str, quick_folder: Path) -> None:
    """By a typed error that names the file and says how to mend it."""
    (quick_folder / "brugdagen.toml").write_text(days_off)
    (quick_folder / "regels.toml").write_text(rules)
    settings = Settings(
        advice=AdviceSettings(days_off="brugdagen.toml", rules=("regels.toml",))
    )

    with (
        Digivl.from_settings(settings, folder=quick_folder) as vl,
        pytest.raises(DigivlError) as refused,
    ):
        _ = vl.calendars if days_off else vl.rules

    assert refused.value.hint
    assert ".toml" in str(refused.value)


def test_a_file_that_is_not_there(quick_folder: Path) -> None:
    """It says which, and where it is named."""
    settings = Settings(advice=AdviceSettings(days_off="weg.toml"))

    with (
        Digivl.from_settings(settings, folder=quick_folder) as vl,
        pytest.raises(ConfigurationError, match=r"weg\.toml") as refused,
    ):
        _ = vl.calendars

    assert "[advice]" in refused.value.hint


def test_a_requirement_that_is_not_known(quick_folder: Path) -> None:
    """A name that is misspelt loosens nothing in silence."""
    settings = Settings(advice=AdviceSettings(not_blocking=("WT", "Notaa")))

    with (
        Digivl.from_settings(settings, folder=quick_folder) as vl,
        pytest.raises(ConfigurationError, match="Notaa is not known") as refused,
    ):
        _ = vl.readiness

    assert "Nota" in refused.value.hint
