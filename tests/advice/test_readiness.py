"""Whether a step may go on the agenda, and what is missing: computed, not written."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import attrs
import pytest

from digivl.access.model import AccessLevel
from digivl.advice.body import AdviceOutcome, Body
from digivl.advice.proposal import Act
from digivl.advice.readiness import Stage
from digivl.documents.model import Origin
from digivl.dossiers.agenda import ITEM
from digivl.dossiers.gate import Requirement
from digivl.dossiers.meeting import MeetingKind
from digivl.dossiers.model import ItemKind, StepKind, StepState
from digivl.errors import MalformedError, NotAllowedError, NotFoundError, NotReadyError
from digivl.kernel.money import Euro
from digivl.settings import AdviceSettings
from digivl.testing.council import ADMIN, CABINET, INSPECTOR, OTHER_CABINET, SECRETARIAT
from digivl.testing.matter import BUDGET, BVR, Matter
from digivl.testing.papers import paper

FAVOURABLE = AdviceOutcome.FAVOURABLE


def found(matter: Matter, name: str, step: str | None = None) -> Requirement:
    """One requirement."""
    all_of_them = matter.vl.readiness.requirements(matter.dossier, step)
    return next(one for one in all_of_them if one.name == name)


def advise(matter: Matter, outcome: AdviceOutcome = FAVOURABLE, **how: Any) -> str:
    """Id of a request that was answered."""
    it = matter.received()
    return matter.vl.advices.advise(it, outcome, by=INSPECTOR, **how).id


def agree(matter: Matter, advice: str) -> str:
    """Id of an agreement that was given."""
    agreements = matter.vl.agreements
    it = agreements.ask(advice, minister=BUDGET, by=CABINET).id
    agreements.receive(it, by=BUDGET)
    return agreements.agree(it, by=BUDGET).id


def step_of(matter: Matter, kind: StepKind = StepKind.FINAL_APPROVAL) -> str:
    """Id of a step with all documents."""
    submit = matter.vl.dossiers.submit
    return submit(matter.dossier, kind, documents=matter.documents, by=CABINET).id


def replaced(matter: Matter, document: str) -> None:
    """Another text comes in the place of a document."""
    entry = matter.vl.documents.read(document)
    latest = entry.record.latest
    text = attrs.evolve(latest, sha256="f" * 64, origin=Origin.RECEIVED, source=None)
    record = entry.record.with_version(text)
    matter.vl.book.write(entry.next(record, "replace", CABINET, matter.council.now))


def test_from_nothing_to_ready(matter: Matter) -> None:
    """At every moment it says what is missing, from whom, since when, until when."""
    seen = [(matter.gate()["IF"], matter.gate()["BA"])]
    asked = matter.ask().id
    seen.append((matter.gate()["IF"], matter.gate()["BA"]))
    matter.vl.advices.receive(asked, by=INSPECTOR)
    waiting = found(matter, "IF")
    matter.vl.advices.advise(asked, FAVOURABLE, by=INSPECTOR)
    seen.append((matter.gate()["IF"], matter.gate()["BA"]))
    agree(matter, asked)
    seen.append((matter.gate()["IF"], matter.gate()["BA"]))

    assert [
        ("MISSING", "UNDETERMINED"),
        ("PENDING", "UNDETERMINED"),
        ("SATISFIED", "MISSING"),
        ("SATISFIED", "SATISFIED"),
    ] == seen
    assert (INSPECTOR.label, matter.council.now) == (waiting.whom, waiting.since)
    assert matter.vl.advices.read(asked).record.clock is not None
    assert waiting.due is not None
    assert (f"advice/{asked}",) == waiting.evidence
    ready = matter.vl.readiness.of(matter.dossier, by=CABINET)
    assert () == ready.blocking
    assert matter.vl.rules.sha256 == ready.rules


def test_the_secretariat_reads_it_as_it_writes_it(matter: Matter) -> None:
    """In the form of its internal review, with a conclusion."""
    agree(matter, advise(matter))
    review = matter.vl.readiness.of(matter.dossier, by=CABINET).as_review()

    lines = dict(line.split(": ", 1) for line in review.splitlines())
    assert ["IF", "BA", "BZ", "WT", "Co-agendering", "Def. check"] == list(lines)
    assert "in orde: gunstig op 23 november 2026" == lines["IF"]
    assert "in orde: akkoord op 23 november 2026" == lines["BA"]
    assert "niet vereist: geen mede-indieners" == lines["Co-agendering"]
    assert "klaar voor agendering" == lines["Def. check"]


def test_nobody_said_what_it_proposes(matter: Matter) -> None:
    """Nothing is determined then, and so nothing is ready."""
    other = matter.vl.dossiers.open("Iets anders", by=CABINET).id
    requirements = matter.vl.readiness.requirements(other)
    by_name = {one.name: one for one in requirements}

    for name in ("IF", "BA", "BZ", "WT"):
        assert "UNDETERMINED" == by_name[name].status.name
        assert by_name[name].blocking


@pytest.mark.parametrize(
    "unknown", [{"budget_impact": None, "lines": (), "spending": None}]
)
def test_what_is_not_known_is_never_not_required(
    unknown: dict[str, Any], matter: Matter
) -> None:
    """Facts that lack make it undetermined, and say which ones."""
    matter.propose(act=Act.REGULATORY_MINISTERIAL, **unknown)

    assert matter.gate()["IF"] != "NOT_REQUIRED"


def test_the_inspector_says_that_none_is_needed(matter: Matter) -> None:
    """Only explicitly; then no budget agreement is asked."""
    advise(matter, agreement_needed=False)

    assert "NOT_REQUIRED" == matter.gate()["BA"]
    assert (CABINET.id, "agenderen") == matter.holder()


def test_unfavourable_goes_on_with_a_reply(matter: Matter) -> None:
    """It is up to the government then."""
    it = advise(matter, AdviceOutcome.UNFAVOURABLE)
    assert ("MISSING", CABINET.label) == (matter.gate()["IF"], found(matter, "IF").whom)

    matter.vl.appeals.reply(it, "De raming is gehalveerd.", by=CABINET)

    assert "REFUSED_ESCALATED" == matter.gate()["IF"]
    assert not found(matter, "IF").blocking


def test_refused_goes_to_the_government(matter: Matter) -> None:
    """A refusal does not close the gate."""
    it, agreements = advise(matter), matter.vl.agreements
    asked = agreements.ask(it, minister=BUDGET, by=CABINET).id
    agreements.receive(asked, by=BUDGET)
    agreements.refuse(asked, reason="geen krediet", by=BUDGET)

    assert "REFUSED_ESCALATED" == matter.gate()["BA"]
    assert () == matter.vl.readiness.of(matter.dossier, by=CABINET).blocking


def test_conditions_are_told(matter: Matter) -> None:
    """How many are not met yet."""
    on_conditions = AdviceOutcome.FAVOURABLE_ON_CONDITIONS
    it = advise(matter, on_conditions, conditions=["a", "b"])
    said = found(matter, "IF").explanation
    matter.vl.advices.meet(it, 1, matter.nota, by=CABINET)

    assert said.endswith("2 voorwaarden nog te vervullen")
    assert found(matter, "IF").explanation.endswith("1 voorwaarde nog te vervullen")


def test_another_text_makes_it_stale(matter: Matter) -> None:
    """What was advised on is not there any more; a new request takes its place."""
    agree(matter, advise(matter))
    replaced(matter, matter.draft)

    stale = found(matter, "IF")
    assert ("STALE", True) == (stale.status.name, stale.blocking)
    assert "sindsdien gewijzigd: Besluit BIS" in stale.explanation
    assert "STALE" == matter.gate()["BA"]
    matter.wait(hours=1)
    agree(matter, advise(matter))
    assert () == matter.vl.readiness.of(matter.dossier, by=CABINET).blocking


def test_a_code_or_signature_changes_nothing(matter: Matter) -> None:
    """The text is the same one."""
    advise(matter)
    entry = matter.vl.documents.read(matter.draft)
    latest = entry.record.latest
    stamped = attrs.evolve(
        latest, sha256="e" * 64, origin=Origin.STAMPED, source=latest.sha256
    )
    record = entry.record.with_version(stamped)
    matter.vl.book.write(entry.next(record, "stamped", CABINET, matter.council.now))

    assert "SATISFIED" == matter.gate()["IF"]


def test_another_amount_makes_it_stale(matter: Matter) -> None:
    """Also in a later pass, where another text does not."""
    agree(matter, advise(matter))
    (line,) = matter.vl.proposals.read(matter.dossier).record.lines
    matter.propose(lines=(attrs.evolve(line, vak=Euro(1)),))

    stale = found(matter, "BA")
    assert ("STALE", True) == (stale.status.name, stale.blocking)
    assert "de begrotingslijnen" in stale.explanation


def test_the_last_request_counts(matter: Matter) -> None:
    """A later one takes the place of an earlier one; a withdrawn one does not."""
    first = advise(matter)
    matter.wait(hours=1)
    second = matter.ask(renews=first)
    assert "PENDING" == matter.gate()["IF"]

    matter.vl.advices.withdraw(second.id, by=CABINET)

    assert "SATISFIED" == matter.gate()["IF"]


def test_a_draft_hides_no_answer(matter: Matter) -> None:
    """What was prepared and not sent takes the place of nothing."""
    advise(matter)
    matter.wait(hours=1)

    matter.ask(submit=False)

    assert "SATISFIED" == matter.gate()["IF"]


def test_an_agreement_rests_on_the_last_advice(matter: Matter) -> None:
    """Once the inspector is asked anew and answers, the minister has to be too."""
    agree(matter, advise(matter))
    matter.wait(hours=1)
    again = advise(matter, AdviceOutcome.UNFAVOURABLE)
    matter.vl.appeals.reply(again, "De raming is gehalveerd.", by=CABINET)

    stale = found(matter, "BA")
    assert ("STALE", True) == (stale.status.name, stale.blocking)
    assert "het advies van de Inspectie" in stale.explanation
    agree(matter, again)
    assert "SATISFIED" == matter.gate()["BA"]


def test_who_has_to_be_heard_depends_on_the_pass(matter: Matter) -> None:
    """A later pass asks what was to be heard in between, not the first ones again."""
    agree(matter, advise(matter))
    first = step_of(matter, StepKind.PRINCIPLE_APPROVAL)
    given = matter.vl.dossiers.step(first)
    record = attrs.evolve(given.record, state=StepState.APPROVED)
    matter.vl.book.write(given.next(record, "approve", CABINET, matter.council.now))
    second = step_of(matter, StepKind.PRINCIPLE_APPROVAL)
    last = step_of(matter)
    replaced(matter, matter.draft)
    readiness = matter.vl.readiness

    stages = [
        readiness.of(matter.dossier, it, by=CABINET).stage
        for it in (first, second, last)
    ]

    assert [Stage.FIRST, Stage.ADVISED, Stage.FINAL] == stages
    assert not {"SAR", "RvS"} & matter.gate(first).keys()
    assert {"SAR", "VTC"} <= matter.gate(second).keys()
    assert {"SAR", "VTC", "RvS"} <= matter.gate(last).keys()
    # The text moves on with the advice on it; only the money is asked about again.
    assert ("STALE", False) == (
        matter.gate(second)["IF"],
        found(matter, "IF", second).blocking,
    )


def test_what_if(matter: Matter) -> None:
    """With a meeting in mind it says until when it can be submitted; late is no bar."""
    start = matter.council.now + timedelta(days=11)  # Friday 4 December, 10:00
    meeting = matter.vl.meetings.plan(
        MeetingKind.COUNCIL, start + timedelta(hours=1), by=SECRETARIAT
    ).id

    ready = matter.vl.readiness.of(matter.dossier, by=CABINET, meeting=meeting)
    assert ready.deadline is not None
    in_time = ready.requirements[-1]
    later = ready.deadline + timedelta(seconds=1)
    late = matter.vl.readiness.of(
        matter.dossier, by=CABINET, meeting=meeting, at=later
    ).requirements[-1]

    assert ("Indieningstermijn", "SATISFIED") == (in_time.name, in_time.status.name)
    assert ("MISSING", False) == (late.status.name, late.blocking)


def test_the_gate_opens_when_it_is_ready(matter: Matter) -> None:
    """And says before what it waits for; an announcement asks nothing."""
    step, meeting = step_of(matter), matter.council.meeting().id
    put = matter.vl.agendas.put
    with pytest.raises(NotReadyError, match="IF: niet gevraagd"):
        put(step, meeting, by=SECRETARIAT)
    agree(matter, advise(matter))

    assert step == put(step, meeting, by=SECRETARIAT).record.step
    announced = matter.vl.dossiers.open("Mededeling", by=CABINET).id
    note = matter.vl.dossiers.submit(
        announced, StepKind.FINAL_APPROVAL, documents=[], by=CABINET
    )
    item = put(note.id, meeting, kind=ItemKind.ANNOUNCEMENT, by=SECRETARIAT)
    assert note.id == item.record.step


def test_loosened_by_hand(matter: Matter) -> None:
    """By who may deviate from the rules, with a reason that stays on the item."""
    step, loosen = step_of(matter), matter.vl.readiness.loosen
    for nobody in (CABINET, SECRETARIAT):
        with pytest.raises(NotAllowedError):
            loosen(step, "IF", reason="brand", by=nobody)
    with pytest.raises(MalformedError, match="no requirement 'XY'"):
        loosen(step, "XY", reason="brand", by=ADMIN)
    loosen(step, "IF", reason="brand", by=ADMIN)
    loosen(step, "BA", reason="x", by=ADMIN)
    loosen(step, "BA", reason="brand", by=ADMIN)

    meeting = matter.council.meeting().id
    item = matter.vl.agendas.put(step, meeting, by=SECRETARIAT)

    said = f"{ADMIN.label}: brand"
    assert f"zonder IF: {said}; zonder BA: {said}" == item.reason
    assert said == found(matter, "IF", step).loosened


@pytest.fixture(name="settings_of_advice")
def _settings_of_advice(request: pytest.FixtureRequest) -> AdviceSettings:
    """Those of the test, if it has some."""
    found: AdviceSettings = getattr(request, "param", AdviceSettings())
    return found


@pytest.mark.parametrize(
    "settings_of_advice",
    [AdviceSettings(not_blocking=("IF", "BA"))],
    indirect=True,
)
def test_loosened_by_the_entity(matter: Matter) -> None:
    """What never blocks there is recorded each time."""
    step, meeting = step_of(matter), matter.council.meeting().id

    item = matter.vl.agendas.put(step, meeting, by=SECRETARIAT)

    entries = list(matter.vl.book.history(ITEM, item.id))
    assert "zonder IF: instelling van de entiteit" in entries[0].reason


def test_what_is_internal_stands_open(matter: Matter) -> None:
    """An advice that everybody could read keeps the step from the agenda."""
    document = matter.council.document(
        matter.dossier, "Advies IF", type=Body.IF.document_type
    )
    entry = matter.vl.documents.read(document)
    version = attrs.evolve(entry.record.latest, level=AccessLevel.PUBLIC)
    opened = attrs.evolve(entry.record, versions=(version,))
    matter.vl.book.write(entry.next(opened, "level", ADMIN, matter.council.now))

    assert "MISSING" == matter.gate()["Toegang"]


def test_a_text_that_is_not_there(matter: Matter) -> None:
    """Nota, draft and, with a decree, the memorandum: each on its own."""
    matter.propose(act=Act.DECREE)
    step = matter.vl.dossiers.submit(
        matter.dossier, StepKind.PRINCIPLE_APPROVAL, documents=[], by=CABINET
    ).id

    gate = matter.gate(step)

    assert ["MISSING"] * 3 == [gate[name] for name in ("Nota", "Ontwerp", "Memorie")]


def test_who_may_ask(matter: Matter) -> None:
    """Who may not know of the dossier is told that there is none."""
    readiness = matter.vl.readiness
    for name in (matter.dossier, "bestaat-niet"):
        with pytest.raises(NotFoundError, match=f"no dossier {name}"):
            readiness.of(name, by=OTHER_CABINET)
    with pytest.raises(NotFoundError, match="in this dossier"):
        readiness.of(matter.dossier, "elders", by=CABINET)


def test_the_type_counts(matter: Matter) -> None:
    """It is the document type that counts, not the name."""
    added = matter.vl.documents.add(
        matter.dossier, BytesIO(paper()), title="Nota", type=BVR, by=CABINET
    )
    step = matter.vl.dossiers.submit(
        matter.dossier, StepKind.FINAL_APPROVAL, documents=[added.id], by=CABINET
    ).id

    assert ("MISSING", "SATISFIED") == (
        matter.gate(step)["Nota"],
        matter.gate(step)["Ontwerp"],
    )
