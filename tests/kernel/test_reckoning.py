"""What officials read of a term: each step, in Dutch, with its source."""

from __future__ import annotations

from datetime import datetime, time

import pytest

from digivl.errors import MalformedError
from digivl.kernel.calendar import CLOSED, FEDERAL, FLEMISH, LEGAL
from digivl.kernel.moments import BRUSSELS
from digivl.kernel.reckoning import Reckoning, StepKind
from digivl.kernel.terms import Counted, Deadline, Suspension, Term, Urgency

RULE = "pagina over het advies van de Inspectie van Financiën"
ADVICE = Term(days=12, rule=RULE)


def at(text: str) -> datetime:
    """A moment in Brussels."""
    return datetime.fromisoformat(text).replace(tzinfo=BRUSSELS)


def texts(reckoning: Reckoning, *kinds: StepKind) -> list[str]:
    """What the steps say, but for those of other kinds."""
    return [s.text for s in reckoning.steps if not kinds or s.kind in kinds]


def test_a_term_is_told_step_by_step() -> None:
    """Every day is numbered or has the reason why it does not count."""
    reckoning = ADVICE.reckon(at("2021-04-27T09:00"), LEGAL)

    expected = """\
De termijn loopt tot en met vrijdag 14 mei 2021, 24 uur Brusselse tijd [6]

Stap voor stap:
  termijn van 12 werkdagen [1]
  ontvangen op dinsdag 27 april 2021: die dag telt niet mee [2]
  dag 1: woensdag 28 april 2021 [3]
  dag 2: donderdag 29 april 2021 [3]
  dag 3: vrijdag 30 april 2021 [3]
  zaterdag 1 en zondag 2 mei 2021: weekend [4]
  dag 4: maandag 3 mei 2021 [3]
  dag 5: dinsdag 4 mei 2021 [3]
  dag 6: woensdag 5 mei 2021 [3]
  dag 7: donderdag 6 mei 2021 [3]
  dag 8: vrijdag 7 mei 2021 [3]
  zaterdag 8 en zondag 9 mei 2021: weekend [4]
  dag 9: maandag 10 mei 2021 [3]
  dag 10: dinsdag 11 mei 2021 [3]
  dag 11: woensdag 12 mei 2021 [3]
  donderdag 13 mei 2021: Hemelvaartsdag [5]
  dag 12: vrijdag 14 mei 2021 [3]

Bronnen:
  [1] pagina over het advies van de Inspectie van Financiën
  [2] naar Bestuursdecreet art. II.30 en Gerechtelijk Wetboek art. 52
  [3] kalender legal: wettelijke feestdagen vrij
  [4] Gerechtelijk Wetboek art. 53: zaterdag en zondag
  [5] wet van 4 januari 1974 en KB van 18 april 1974: de tien feestdagen
  [6] naar Bestuursdecreet art. II.30 en Gerechtelijk Wetboek art. 53"""
    assert expected == reckoning.text


def test_a_suspension_is_told_with_what_is_left() -> None:
    """Between the day of the question, which counts, and the day after the answer."""
    question = Suspension(at("2021-05-03T10:00"), at("2021-05-10T16:00"))

    reckoning = ADVICE.reckon(at("2021-04-27T09:00"), LEGAL, [question])

    (suspended,) = [s for s in reckoning.steps if s.kind is StepKind.SUSPENDED]
    place = reckoning.steps.index(suspended)
    before, after = reckoning.steps[place - 1], reckoning.steps[place + 1]
    assert "dag 4: maandag 3 mei 2021" == before.text
    assert (
        "geschorst van maandag 3 mei 2021 tot maandag 10 mei 2021: de dag van de vraag "
        "telt mee, die van het antwoord niet; nog 8 werkdagen"
    ) == suspended.text
    assert "dag 5: dinsdag 11 mei 2021" == after.text
    assert "geen bron" in suspended.source


def test_a_term_that_stands_still_is_told() -> None:
    """There is no end; what is left is said, also after urgency was declared."""
    question = Suspension(at("2021-05-03T10:00"))
    urgency = Urgency(at=at("2021-05-04T10:00"), days=5, least=4)

    reckoning = ADVICE.reckon(at("2021-04-27T09:00"), LEGAL, [question])
    urgent = ADVICE.reckon(at("2021-04-27T09:00"), LEGAL, [question], urgency)

    assert (None, None, 8) == (reckoning.due, reckoning.last_day, reckoning.left)
    still = "De termijn staat stil sinds maandag 3 mei 2021; nog {} werkdagen [{}]"
    assert still.format(8, 5) == reckoning.text.splitlines()[0]
    assert (4, still.format(4, 6)) == (urgent.left, urgent.text.splitlines()[0])


def test_calendar_days_are_told_at_once() -> None:
    """They all count; an end on a day off moves, where the rule says so."""
    term = Term(days=30, counted=Counted.CALENDAR_DAYS, rolls=True)

    reckoning = term.reckon(at("2021-06-11T09:00"), LEGAL)

    sunday, monday = "zondag 11 juli 2021", "maandag 12 juli 2021"
    assert [
        "termijn van 30 kalenderdagen",
        "ontvangen op vrijdag 11 juni 2021: die dag telt niet mee",
        "dag 1 tot en met 30: zaterdag 12 juni tot en met zondag 11 juli 2021",
        f"{sunday} is geen werkdag (weekend): verschoven naar {monday}",
        f"de termijn loopt tot en met {monday}, 24 uur Brusselse tijd",
    ] == texts(reckoning)


@pytest.mark.parametrize(
    ("received", "why"),
    [
        ("2026-11-20T18:30", "vrijdag 20 november 2026 om 18:30, na 18:00"),
        ("2026-11-21T10:00", "zaterdag 21 november 2026 om 10:00, geen werkdag"),
    ],
)
def test_a_late_receipt_is_told(received: str, why: str) -> None:
    """Why it counts as received on another day."""
    term = Term(days=1, cutoff=time(18))

    reckoning = term.reckon(at(received), LEGAL)

    assert [
        f"ontvangen op {why}: telt als ontvangen op maandag 23 november 2026",
        "maandag 23 november 2026 telt niet mee",
        "dag 1: dinsdag 24 november 2026",
    ] == texts(reckoning, StepKind.START, StepKind.COUNTED)


def test_urgency_is_told_and_questions_after_it() -> None:
    """What the new term is, what is left of it, and that no question stops it."""
    urgency = Urgency(
        at=at("2021-04-28T11:00"), days=5, least=4, stops=False, rule="BVR 2001"
    )
    question = Suspension(at("2021-04-29T10:00"), at("2021-04-29T12:00"))

    reckoning = ADVICE.reckon(at("2021-04-27T09:00"), LEGAL, [question], urgency)

    assert [
        (
            "hoogdringend sinds woensdag 28 april 2021: 5 werkdagen vanaf dezelfde "
            "ontvangst, ten minste 4 werkdagen na die dag; nog 4 werkdagen"
        ),
        "de vraag van donderdag 29 april 2021 schorst de termijn niet",
    ] == texts(reckoning, StepKind.URGENT, StepKind.RUNS_ON)
    assert {"BVR 2001"} == {
        step.source
        for step in reckoning.steps
        if step.kind in {StepKind.URGENT, StepKind.RUNS_ON}
    }


def test_an_extension_is_told() -> None:
    """One day is not days."""
    term = Term(days=1, extension=1)

    reckoning = term.reckon(at("2021-04-27T09:00"), LEGAL)

    told = "termijn van 1 werkdag, in onderling akkoord verlengd met 1 werkdag"
    assert told == reckoning.steps[0].text


def test_closed_days_are_told_as_one_and_as_assumed() -> None:
    """Nobody takes an assumption for a rule."""
    reckoning = ADVICE.reckon(at("2021-12-13T09:00"), CLOSED)

    (closed,) = [step for step in reckoning.steps if "gesloten" in step.text]
    assert (
        "maandag 27 tot en met vrijdag 31 december 2021: gesloten tussen Kerstmis en "
        "Nieuwjaar"
    ) == closed.text
    assert closed.source.startswith("aanname")
    off = texts(reckoning, StepKind.OFF)
    assert "zaterdag 1 en zondag 2 januari 2022: weekend" in off


def test_a_deadline_is_told_backwards() -> None:
    """From the meeting to the fourth working day before it."""
    deadline = Deadline(days=4, rule="reglement van orde")

    reckoning = deadline.reckon(at("2021-11-05T10:00"), FLEMISH)

    assert [
        "vergadering op vrijdag 5 november 2021: die dag telt niet mee",
        "1e werkdag ervoor: donderdag 4 november 2021",
        "2e werkdag ervoor: woensdag 3 november 2021",
        "dinsdag 2 november 2021: Allerzielen",
        "maandag 1 november 2021: Allerheiligen",
        "zaterdag 30 en zondag 31 oktober 2021: weekend",
        "3e werkdag ervoor: vrijdag 29 oktober 2021",
        "4e werkdag ervoor: donderdag 28 oktober 2021",
        "uiterlijk op donderdag 28 oktober 2021 om 15:00, Brusselse tijd",
    ] == texts(reckoning)
    assert "reglement van orde" == reckoning.steps[-1].source
    assert at("2021-10-28T15:00") == reckoning.due


def test_an_extra_day_off_is_told_with_its_list() -> None:
    """The reader sees who chose it."""
    days = {"2023": ["2023-05-19"]}
    calendar = FEDERAL.with_days_off(days, name="brugdag", source="BOSA, 2023")

    reckoning = Term(days=1).reckon(at("2023-05-18T09:00"), calendar)

    (bridge,) = [step for step in reckoning.steps if "brugdag" in step.text]
    assert "vrijdag 19 mei 2023: brugdag" == bridge.text
    assert "BOSA, 2023" == bridge.source


def test_a_rule_is_one_line() -> None:
    """It stands in what people read."""
    with pytest.raises(MalformedError, match="rule"):
        Term(days=1, rule="een\nregel")
