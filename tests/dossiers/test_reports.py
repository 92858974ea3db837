"""Decision reports as documents: who reads them when, and what they complete."""

from __future__ import annotations

import pytest

from digivl.access.model import AccessLevel
from digivl.documents.model import DECISION_REPORT
from digivl.dossiers.model import DecisionResult, ProcedureStep
from digivl.errors import NotAllowedError, NotFoundError, StepNotAllowedError
from digivl.kernel.parties import Party, Role
from digivl.records.entries import Entry
from digivl.search.service import Only
from digivl.testing.council import CABINET, OTHER_CABINET, SECRETARIAT, Council

PRESS = Party("pers", "Persdienst", Role.PRESS)
BODY = Party("OVO000001", "Agentschap", Role.GOVERNMENT_BODY)
READERS = (SECRETARIAT, PRESS, CABINET, OTHER_CABINET, BODY)


def decided(
    council: Council, result: DecisionResult = DecisionResult.APPROVED
) -> tuple[str, Entry[ProcedureStep]]:
    """A meeting that decided on one step, and that step."""
    meeting = council.meeting().id
    item = council.item(meeting)
    council.vl.approving.close(meeting, by=SECRETARIAT)
    decided = council.vl.deciding.decide(item.record.step, result, by=SECRETARIAT)
    return meeting, decided


def report(council: Council, dossier: str) -> str:
    """A decision report in a dossier, for who works for the government."""
    level = AccessLevel.INTERNAL_GOVERNMENT
    return council.document(dossier, "Beslissing", level, DECISION_REPORT)


def readers(council: Council, document: str) -> list[str]:
    """Who reads it; a search tells them the same."""
    found = []
    for reader in READERS:
        only = Only(kinds=("document",))
        hits = council.vl.search.find("beslissing", by=reader, only=only).hits
        searched = document in {hit.ref.id for hit in hits}
        try:
            council.vl.reading.read(document, by=reader)
        except NotFoundError:
            assert not searched
            continue
        assert searched
        found.append(reader.id)
    return found


def test_a_report_is_read_as_its_decision_is(council: Council) -> None:
    """Before the release by few, attached or not; also for the own cabinet."""
    meeting, step = decided(council)
    document = report(council, step.record.dossier)
    loose = readers(council, document)
    attached = council.vl.secretary.attach(step.id, document, by=SECRETARIAT).record
    before = readers(council, document)
    council.vl.releases.decisions(meeting, by=SECRETARIAT)
    after = readers(council, document)

    few = [SECRETARIAT.id, PRESS.id]
    assert [few, few, [*few, CABINET.id, OTHER_CABINET.id]] == [loose, before, after]
    assert [document] == [one.report for one in attached.decisions]


def test_the_report_of_one_decision_does_not_open_with_another(
    council: Council,
) -> None:
    """Postponed and released, then approved: the second report waits for its own."""
    first, step = decided(council, DecisionResult.POSTPONED)
    dossier, vl = step.record.dossier, council.vl
    postponed, approved = report(council, dossier), report(council, dossier)
    vl.secretary.attach(step.id, postponed, by=SECRETARIAT)
    vl.releases.decisions(first, by=SECRETARIAT)
    second = council.meeting(days=8).id
    council.item(second, step.id)
    vl.approving.close(second, by=SECRETARIAT)
    again = vl.deciding.decide(step.id, DecisionResult.APPROVED, by=SECRETARIAT)
    pieces = again.record.pieces
    done = vl.secretary.attach(step.id, approved, by=SECRETARIAT).record

    assert CABINET.id in readers(council, postponed)
    assert CABINET.id not in readers(council, approved)
    assert [postponed, approved] == [one.report for one in done.decisions]
    assert (step.record.documents, (*step.record.documents, approved)) == (
        pieces,
        done.pieces,
    )


def test_attached_twice_is_recorded_once(council: Council) -> None:
    """One decision has one report, and a report tells one decision."""
    _, step = decided(council)
    document, other = (report(council, step.record.dossier) for _ in range(2))
    attach = council.vl.secretary.attach
    once = attach(step.id, document, by=SECRETARIAT)

    assert once == attach(step.id, document, by=SECRETARIAT)
    with pytest.raises(StepNotAllowedError, match="add a version"):
        attach(step.id, other, by=SECRETARIAT)


def test_what_cannot_be_a_report(council: Council) -> None:
    """Of another dossier or type, before any decision, or by others."""
    _, step = decided(council)
    _, elsewhere = decided(council)
    dossier, attach = step.record.dossier, council.vl.secretary.attach
    nota, foreign = council.document(dossier), report(council, elsewhere.record.dossier)
    undecided = council.matter()

    for name in (nota, foreign):
        with pytest.raises(NotFoundError, match=name):
            attach(step.id, name, by=SECRETARIAT)
    early = report(council, undecided.record.dossier)
    with pytest.raises(StepNotAllowedError, match="decide"):
        attach(undecided.id, early, by=SECRETARIAT)
    with pytest.raises(NotAllowedError):
        attach(step.id, report(council, dossier), by=CABINET)
