"""Minutes of a meeting, and the words of its decisions."""

from __future__ import annotations

from datetime import date

import pytest

from digivl.dossiers.agenda import AgendaItem
from digivl.dossiers.mandates import Mandate, Office
from digivl.dossiers.minutes import MINUTES, MinutesState, ReportState
from digivl.dossiers.model import DecisionResult, ItemKind
from digivl.errors import (
    NotAllowedError,
    NotFoundError,
    NotReadyError,
    StaleRecordError,
    StepNotAllowedError,
)
from digivl.kernel.parties import Party, Role
from digivl.records.entries import Entry
from digivl.testing.council import CABINET, SECRETARIAT, Council
from digivl.testing.papers import text_in

MINISTER = Party("minister-2", "Minister", Role.MINISTER, minister="minister-2")


def decided(council: Council) -> tuple[str, Entry[AgendaItem]]:
    """A closed meeting with a nota that was approved and an announcement; the nota."""
    council.vl.government.appoint(
        Mandate(
            person="minister-1",
            office=Office.MINISTER_PRESIDENT,
            title="minister-president van de Vlaamse Regering",
            rank=1,
            start=date(2026, 1, 1),
        ),
        by=SECRETARIAT,
    )
    meeting = council.meeting().id
    nota = council.item(meeting)
    council.item(meeting, council.matter("Nieuws").id, kind=ItemKind.ANNOUNCEMENT)
    council.vl.approving.close(meeting, by=SECRETARIAT)
    council.vl.deciding.decide(
        nota.record.step, DecisionResult.APPROVED, by=SECRETARIAT
    )
    return meeting, nota


def test_from_draft_to_approval(council: Council) -> None:
    """Made of the agenda and the decisions, saved, finished, approved later."""
    meeting, nota = decided(council)
    secretary = council.vl.secretary
    secretary.write(
        nota.record.step, "De regering hecht haar goedkeuring.", by=SECRETARIAT
    )

    drafted = secretary.draft(meeting, by=SECRETARIAT).record
    secretary.edit(
        meeting,
        attendees=[*drafted.attendees, "de secretaris"],
        texts={nota.id: "Na bespreking.\n\nDe regering stemt in."},
        by=SECRETARIAT,
    )
    secretary.finish(meeting, by=SECRETARIAT)
    with pytest.raises(StepNotAllowedError, match="reopen"):
        secretary.edit(meeting, texts={}, by=SECRETARIAT)
    later = council.meeting(days=8).id
    with pytest.raises(StepNotAllowedError, match="close"):
        secretary.approve(meeting, at=later, by=SECRETARIAT)
    council.item(later)
    council.vl.approving.close(later, by=SECRETARIAT)
    done = secretary.approve(meeting, at=later, by=SECRETARIAT).record

    assert [
        "De regering hecht haar goedkeuring.",
        "De Vlaamse Regering neemt akte van de mededeling.",
    ] == [one.text for one in drafted.treatments]
    assert (MinutesState.APPROVED, later) == (done.state, done.approved_at)
    assert ["draft", "edit", "finish", "approve"] == [
        entry.action for entry in council.vl.book.history(MINUTES, meeting)
    ]


def test_the_paper(council: Council) -> None:
    """Who was there, each item with its text, and room to sign."""
    meeting, nota = decided(council)
    council.vl.secretary.draft(meeting, by=SECRETARIAT)
    council.vl.secretary.edit(
        meeting, texts={nota.id: "Een.\n\nTwee *x* #y"}, by=SECRETARIAT
    )

    text = text_in(council.vl.papers.minutes(meeting, by=SECRETARIAT))

    for part in (
        "Notulen VR PV 2026/1",
        "minister-president van de Vlaamse Regering",
        "1. Subsidie voor jeugdwerk Een. Twee *x* #y",
        "Mededelingen 1. Nieuws",
        "de secretaris van de Vlaamse Regering",
    ):
        assert part in text


def test_who_reads_minutes(council: Council) -> None:
    """The secretariat; ministers once they are approved; no cabinet."""
    meeting, _ = decided(council)
    secretary = council.vl.secretary
    secretary.draft(meeting, by=SECRETARIAT)
    secretary.finish(meeting, by=SECRETARIAT)
    for reader in (MINISTER, CABINET):
        with pytest.raises(NotFoundError, match="there are no minutes"):
            council.vl.papers.minutes(meeting, by=reader)
    later = council.meeting(days=8).id
    council.item(later)
    council.vl.approving.close(later, by=SECRETARIAT)

    secretary.approve(meeting, at=later, by=SECRETARIAT)

    assert secretary.minutes(meeting, by=MINISTER).record.is_approved
    with pytest.raises(NotFoundError, match="there are no minutes"):
        secretary.minutes(meeting, by=CABINET)


def test_words_of_a_decision(council: Council) -> None:
    """Kept with every save; the paper takes them; finished ones stand."""
    _, nota = decided(council)
    step, secretary = nota.record.step, council.vl.secretary
    secretary.write(step, "Eerste versie.", by=SECRETARIAT)
    secretary.write(step, "De regering beslist.\n\nOnder voorbehoud.", by=SECRETARIAT)
    finished = secretary.finish_report(step, by=SECRETARIAT)
    with pytest.raises(StepNotAllowedError, match="reopen"):
        secretary.write(step, "Anders", by=SECRETARIAT)

    text = text_in(council.vl.papers.report(step, by=SECRETARIAT))
    again = secretary.reopen_report(step, by=SECRETARIAT, reason="tikfout")

    assert "De regering beslist. Onder voorbehoud." in text
    assert (3, ReportState.FINISHED) == (finished.version, finished.record.state)
    assert ReportState.DRAFT is again.record.state


def test_what_is_refused(council: Council) -> None:
    """Not of an open meeting, not twice, not by a cabinet, not before a decision."""
    meeting, _ = decided(council)
    planned = council.meeting(days=8).id
    undecided = council.item(planned).record.step
    secretary = council.vl.secretary
    secretary.draft(meeting, by=SECRETARIAT)

    with pytest.raises(StaleRecordError):
        secretary.draft(meeting, by=SECRETARIAT)
    with pytest.raises(StepNotAllowedError, match="close"):
        secretary.draft(planned, by=SECRETARIAT)
    with pytest.raises(NotAllowedError):
        secretary.edit(meeting, texts={}, by=CABINET)
    with pytest.raises(NotReadyError, match="nog niet genomen"):
        secretary.write(undecided, "Te vroeg", by=SECRETARIAT)
    secretary.finish(meeting, by=SECRETARIAT)
    with pytest.raises(StepNotAllowedError, match="close"):
        secretary.approve(meeting, at=meeting, by=SECRETARIAT)
