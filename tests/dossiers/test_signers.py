"""Who signs a document when nobody says otherwise."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import attrs
import pytest

from digivl.documents.model import DECISION_REPORT, NOTULEN, RATIFICATION
from digivl.dossiers.mandates import Mandate, Office
from digivl.dossiers.model import DecisionResult, StepKind
from digivl.dossiers.submission import CoAnswer
from digivl.errors import NotAllowedError
from digivl.kernel.parties import Party, Role
from digivl.signing.port import Proposed
from digivl.testing.council import CABINET, OTHER_CABINET, SECRETARIAT, Council

START = date(2026, 1, 1)
OTHER = Party("minister-2", "Minister 2", Role.MINISTER, minister="minister-2")


@pytest.fixture(name="council")
def _governed(council: Council) -> Council:
    """A council with a government."""
    for person, office, rank in (
        ("mp", Office.MINISTER_PRESIDENT, 1),
        ("minister-2", Office.VICE_MINISTER_PRESIDENT, 2),
        ("minister-1", Office.MINISTER, 5),
        ("sec", Office.SECRETARY, 20),
        ("wnd", Office.ACTING_SECRETARY, 21),
    ):
        council.vl.government.appoint(
            Mandate(
                person=person,
                office=office,
                title=f"{office.name} {person}",
                rank=rank,
                start=START,
            ),
            by=SECRETARIAT,
        )
    return council


def proposed(council: Council, document: str) -> list[tuple[str, str]]:
    """Who signs, and as what."""
    found = council.vl.signing.proposed(document, by=SECRETARIAT)
    return [(one.party.id, one.why) for one in found]


def decided(council: Council, **how: Any) -> tuple[str, str, str]:
    """A step that a meeting approved: dossier, document, step."""
    step = council.matter(**how)
    meeting = council.meeting().id
    council.item(meeting, step.id)
    council.vl.approving.close(meeting, by=SECRETARIAT)
    council.vl.deciding.decide(step.id, DecisionResult.APPROVED, by=SECRETARIAT)
    return step.record.dossier, step.record.documents[0], step.id


def test_president_and_who_submits(council: Council) -> None:
    """By rank; each with its title of the day, and in which part it signs."""
    _, document, _ = decided(council)

    assert [("mp", "minister-president"), ("minister-1", "indiener")] == proposed(
        council, document
    )
    first_one = council.vl.signing.proposed(document, by=SECRETARIAT)[0]
    assert isinstance(first_one, Proposed)
    signatory = first_one.signatory("eid")
    assert ("MINISTER_PRESIDENT mp", "eid") == (signatory.party.label, signatory.means)


def test_who_submits_with_it(council: Council) -> None:
    """Also who agreed with the submission that the step came from."""
    dossier = council.vl.dossiers.open("Samen", by=CABINET).id
    council.vl.book.write(council.described(dossier))
    document = council.document(dossier)
    submission = council.vl.submissions.submit(
        dossier,
        StepKind.FINAL_APPROVAL,
        documents=[document],
        co_submitters=["minister-2"],
        by=CABINET,
    ).id
    council.vl.submissions.answer(submission, "minister-2", CoAnswer.AGREED, by=OTHER)
    council.vl.submissions.take_up(submission, by=SECRETARIAT)
    council.vl.submissions.treat(submission, by=SECRETARIAT)
    council.vl.submissions.submit(
        dossier, StepKind.PRINCIPLE_APPROVAL, documents=[document], by=CABINET
    )

    assert [
        ("mp", "minister-president"),
        ("minister-2", "mede-indiener"),
        ("minister-1", "indiener"),
    ] == proposed(council, document)


def test_each_person_once(council: Council) -> None:
    """A president who submits signs as president; nobody signs for two mandates."""
    dossier = council.vl.dossiers.open("MP", by=SECRETARIAT).id
    document = council.document(dossier)
    council.vl.dossiers.submit(
        dossier,
        StepKind.FINAL_APPROVAL,
        documents=[document],
        ministers=["mp", "minister-2", "minister-2"],
        by=SECRETARIAT,
    )

    assert [("mp", "minister-president"), ("minister-2", "mede-indiener")] == proposed(
        council, document
    )


def test_the_government_of_the_day_of_the_decision(council: Council) -> None:
    """A new president changes nothing of what was decided before."""
    _, document, _ = decided(council)
    (old,) = [
        e
        for e in council.vl.government.mandates()
        if e.record.office is Office.MINISTER_PRESIDENT
    ]
    day = (council.now + timedelta(days=10)).date()
    council.vl.government.change(old.id, day, person="mp-2", by=SECRETARIAT)
    council.now += timedelta(days=20)
    later = council.matter("Later")

    assert "mp" == proposed(council, document)[0][0]
    assert "mp-2" == proposed(council, later.record.documents[0])[0][0]


def test_reports_and_minutes_are_of_the_secretary(council: Council) -> None:
    """The one that the meeting names, else the one in office."""
    dossier, _, step = decided(council)
    report = council.document(dossier, "Beslissingsfiche", type=DECISION_REPORT)
    council.vl.secretary.attach(step, report, by=SECRETARIAT)
    minutes = council.document(dossier, "Notulen", type=NOTULEN)

    assert [("sec", "secretaris")] == proposed(council, report)
    assert [("sec", "secretaris")] == proposed(council, minutes)

    item = council.vl.dossiers.step(step).record.decisions[-1].meeting
    found = council.vl.meetings.read(item)
    record = attrs.evolve(found.record, secretary="ACTING_SECRETARY wnd")
    council.vl.book.write(found.next(record, "edit", SECRETARIAT, council.now))
    assert [("wnd", "secretaris")] == proposed(council, report)


def test_a_ratification_is_of_who_ratifies(council: Council) -> None:
    """The list of the step, in order of rank."""
    dossier = council.vl.dossiers.open("Decreet", by=CABINET).id
    document = council.document(dossier, "Decreet", type=RATIFICATION)
    council.vl.dossiers.submit(
        dossier,
        StepKind.RATIFICATION,
        documents=[document],
        ministers=["minister-1"],
        ratified_by=["minister-1", "mp"],
        by=SECRETARIAT,
    )

    assert [("mp", "bekrachtiger"), ("minister-1", "bekrachtiger")] == proposed(
        council, document
    )


def test_before_it_is_submitted(council: Council) -> None:
    """The minister of the cabinet that opened it, by name where it has no mandate."""
    opened = Party("k", "Kabinet", Role.DOSSIER_MANAGER, minister="minister-8")
    dossier = council.vl.dossiers.open("Nieuw", by=opened).id
    document = council.document(dossier)
    own = council.vl.dossiers.open("Secretarie", by=SECRETARIAT).id

    assert [("mp", "minister-president"), ("minister-8", "indiener")] == proposed(
        council, document
    )
    assert [("mp", "minister-president")] == proposed(council, council.document(own))


def test_of_another_nothing_is_proposed(council: Council) -> None:
    """Who may not prepare it is not told who would sign."""
    _, document, _ = decided(council)

    with pytest.raises(NotAllowedError):
        council.vl.signing.proposed(document, by=OTHER_CABINET)
