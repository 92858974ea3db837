"""The papers of a meeting as accessible PDF: agenda and decision report."""

from __future__ import annotations

import io
from datetime import date

import pytest

from digivl.access.model import AccessLevel
from digivl.documents.model import DECISION_REPORT, Origin
from digivl.dossiers.agenda import AgendaItem
from digivl.dossiers.mandates import Mandate, Office
from digivl.dossiers.model import DecisionResult, ItemKind, StepKind
from digivl.errors import NotFoundError, NotReadyError
from digivl.kernel.parties import Party, Role
from digivl.records.entries import Entry
from digivl.testing.council import (
    CABINET,
    INSPECTOR,
    OTHER_CABINET,
    SECRETARIAT,
    Council,
)
from digivl.testing.papers import text_in

PARLIAMENT = Party("vlaams-parlement", "Vlaams Parlement", Role.PARLIAMENT)


def held(council: Council) -> tuple[str, Entry[AgendaItem]]:
    """A closed meeting with a nota and an announcement; the nota."""
    council.vl.government.appoint(
        Mandate(
            person="minister-1",
            office=Office.MINISTER,
            title="Vlaams minister van Jeugd",
            rank=3,
            start=date(2026, 1, 1),
        ),
        by=SECRETARIAT,
    )
    meeting = council.meeting().id
    nota = council.item(meeting, council.matter('Besluit #eval("1") *x* $y$').id)
    council.item(meeting, kind=ItemKind.ANNOUNCEMENT)
    council.vl.approving.close(meeting, by=SECRETARIAT)
    return meeting, nota


def test_agenda(council: Council) -> None:
    """Number, day, items with ministers and documents; titles are only text."""
    meeting, _ = held(council)

    pdf = council.vl.papers.agenda(meeting, by=SECRETARIAT)

    text = text_in(pdf)
    for part in (
        "Agenda A",
        "VR PV 2026/1",
        "Ministerraad van 25 november 2026 om 10.00 uur",
        'Besluit #eval("1") *x* $y$',
        "Vlaams minister van Jeugd",
        "VR 2026 2511 DOC.0001-1 Ontwerp van besluit - nota",
        "VR 2026 2511 MED.0001-1",
        "pagina 1 van 1",
    ):
        assert part in text
    assert pdf == council.vl.papers.agenda(meeting, 1, by=SECRETARIAT)


def test_decision_report(council: Council) -> None:
    """Subject, documents and decision; in the words of the secretary if there are."""
    _, nota = held(council)
    step, report = nota.record.step, council.vl.papers.report
    with pytest.raises(NotReadyError, match="nog niet genomen"):
        report(step, by=SECRETARIAT)
    council.vl.deciding.decide(step, DecisionResult.APPROVED, by=SECRETARIAT)

    text = text_in(report(step, by=SECRETARIAT))
    own = text_in(
        report(step, text="De Vlaamse Regering hecht haar goedkeuring.", by=SECRETARIAT)
    )

    assert "VR PV 2026/1 - punt 0001" in text
    assert "keurt het voorstel goed" in text
    assert "Voor eensluidend verslag" in text
    assert "hecht haar goedkeuring" in own


def test_hidden_documents_are_not_named(council: Council) -> None:
    """What only the secretariat reads is on no paper."""
    _, nota = held(council)
    document = nota.record.pieces[0].document
    council.vl.dossiers.set_level(
        document, AccessLevel.INTERNAL_SECRETARIAT, by=SECRETARIAT
    )
    council.vl.deciding.decide(
        nota.record.step, DecisionResult.APPROVED, by=SECRETARIAT
    )

    assert "DOC.0001-1" not in text_in(
        council.vl.papers.report(nota.record.step, by=SECRETARIAT)
    )


def test_a_design_is_no_paper(council: Council) -> None:
    """An agenda that is not approved is not made."""
    meeting = council.meeting().id

    with pytest.raises(NotReadyError, match="nog niet goedgekeurd"):
        council.vl.papers.agenda(meeting, 1, by=SECRETARIAT)


def test_ready_to_be_signed(council: Council) -> None:
    """A report is a document like any other: the dossier takes it in."""
    _, nota = held(council)
    council.vl.deciding.decide(
        nota.record.step, DecisionResult.APPROVED, by=SECRETARIAT
    )
    pdf = council.vl.papers.report(nota.record.step, by=SECRETARIAT)

    added = council.vl.documents.add(
        nota.record.dossier,
        io.BytesIO(pdf),
        title="VR PV 2026/1 - punt 0001",
        type=DECISION_REPORT,
        by=SECRETARIAT,
    )

    assert Origin.RECEIVED is added.record.latest.origin


def test_a_report_names_the_meeting_that_decided(council: Council) -> None:
    """Postponed and on a later agenda, the report is still of the one that decided."""
    _, nota = held(council)
    step = nota.record.step
    council.vl.deciding.decide(step, DecisionResult.POSTPONED, by=SECRETARIAT)
    later = council.meeting(days=8).id
    again = council.item(later, step)
    council.vl.agendas.edit(again.id, title="Andere titel", by=SECRETARIAT)

    text = text_in(council.vl.papers.report(step, by=SECRETARIAT))

    assert "VR PV 2026/1 - punt 0001" in text
    assert "stelt de behandeling uit" in text
    assert "Andere titel" not in text


def test_who_may_read_papers(council: Council) -> None:
    """Cabinets read the agenda; a decision only once it is released."""
    meeting, nota = held(council)
    step, papers = nota.record.step, council.vl.papers
    council.vl.deciding.decide(step, DecisionResult.APPROVED, by=SECRETARIAT)

    assert papers.agenda(meeting, by=CABINET)
    with pytest.raises(NotFoundError, match="there are no papers"):
        papers.report(step, by=CABINET)
    with pytest.raises(NotFoundError, match="there are no papers"):
        papers.agenda(meeting, by=PARLIAMENT)
    council.vl.releases.decisions(meeting, by=SECRETARIAT)
    assert papers.report(step, by=CABINET)
    assert papers.report(step, by=INSPECTOR)


def test_a_confidential_report(council: Council) -> None:
    """Of a confidential matter only who may read confidential documents reads it."""
    meeting = council.meeting().id
    dossier = council.vl.dossiers.open("Vertrouwelijk dossier", by=CABINET).id
    council.vl.book.write(council.described(dossier))
    step = council.vl.dossiers.submit(
        dossier, StepKind.FINAL_APPROVAL, documents=(), by=CABINET, confidential=True
    ).id
    council.item(meeting, step)
    council.vl.approving.close(meeting, by=SECRETARIAT)
    council.vl.deciding.decide(step, DecisionResult.APPROVED, by=SECRETARIAT)
    council.vl.releases.decisions(meeting, by=SECRETARIAT)

    assert council.vl.papers.report(step, by=CABINET)
    for other in (OTHER_CABINET, INSPECTOR):
        with pytest.raises(NotFoundError, match="there are no papers"):
            council.vl.papers.report(step, by=other)
