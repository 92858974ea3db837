"""A text on its way to the Belgisch Staatsblad."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digivl.custody.model import CUSTODY
from digivl.dossiers.publication import (
    NEXT_STEP,
    PUBLICATION,
    Publication,
    PublicationMode,
    PublicationStatus,
    RegulationType,
    Urgency,
)
from digivl.errors import (
    MalformedError,
    NotAllowedError,
    NotFoundError,
    StepNotAllowedError,
)
from digivl.kernel.concepts import concept
from digivl.kernel.identifiers import URI
from digivl.kernel.parties import SYSTEM, Party, Role
from digivl.records.entries import Entry
from digivl.testing.council import ADMIN, CABINET, Council

P = PublicationStatus
OVRB = Party("ovrb", "OVRB", Role.PUBLICATIONS)
ELI = URI("http://www.ejustice.just.fgov.be/eli/besluit/2026/11/24/2026000001/justel")


def started(council: Council) -> Entry[Publication]:
    """A publication that was just started."""
    dossier = council.vl.dossiers.open("Besluit", by=CABINET).id
    return council.vl.publications.start(
        dossier, "Besluit over jeugdwerk", RegulationType.GOVERNMENT_DECISION, by=OVRB
    )


def test_mode_and_urgency(council: Council) -> None:
    """What is known of a text can change until it is published; its way does not."""
    found, vl = started(council), council.vl.publications
    assert (None, Urgency.STANDARD) == (found.record.mode, found.record.urgency)

    changed = vl.edit(
        found.id, mode=PublicationMode.EXTRACT, urgency=Urgency.URGENT, pages=3, by=OVRB
    )

    record = changed.record
    assert ("Bij uittreksel", "spoedprocedure", P.STARTED) == (
        concept(PublicationMode.EXTRACT.value).label,
        concept(record.urgency.value).label,
        record.state,
    )
    for wrong in ({"state": P.PUBLISHED}, {"pages": 0}):
        with pytest.raises(MalformedError):
            vl.edit(found.id, by=OVRB, **wrong)
    vl.advance(found.id, "cancel", by=OVRB)
    with pytest.raises(StepNotAllowedError):
        vl.edit(found.id, remark="te laat", by=OVRB)


def test_documents_are_of_the_dossier(council: Council) -> None:
    """What went to the translation or the proof belongs to the same dossier."""
    found, vl = started(council), council.vl.publications
    other = council.vl.dossiers.open("Ander", by=CABINET).id

    for name in (council.document(other), "nergens"):
        with pytest.raises(NotFoundError, match="is not of dossier"):
            vl.advance(found.id, "ask translation", documents=[name], by=OVRB)


def test_an_override_has_a_reason(council: Council) -> None:
    """Also who may go against the rules says why; it stays in the book."""
    found = started(council)
    with pytest.raises(MalformedError, match="asks a reason"):
        council.vl.publications.override(found.id, P.PROOF_IN, by=ADMIN, reason=" ")

    assert P.STARTED is council.vl.publications.read(found.id).record.state


def test_the_whole_way(council: Council) -> None:
    """Translation, proof, publication: every status stays in the history."""
    found, vl = started(council), council.vl.publications
    due = council.now + timedelta(days=10)
    steps = (
        *("ask translation", "receive translation", "ask proof", "receive proof"),
        *("correct proof", "ask publication"),
    )

    asked = vl.advance(found.id, steps[0], by=OVRB, due=due)
    for step in steps[1:]:
        vl.advance(found.id, step, by=OVRB)
    vl.name_numac(found.id, "2026000001", by=OVRB)
    published = vl.appeared("2026000001", ELI, council.now, by=SYSTEM)
    again = vl.appeared("2026000001", ELI, council.now, by=SYSTEM)

    assert due == PUBLICATION.standing(asked.record).due
    assert (P.PUBLISHED, ELI, council.now) == (
        published.record.state,
        published.record.eli,
        published.record.published_at,
    )
    assert published == again
    history = council.vl.book.history(PUBLICATION, found.id)
    assert ["start", *steps, "numac", "publish"] == [entry.action for entry in history]


def test_numbers_are_unique(council: Council) -> None:
    """Each publication has the next number, in any year."""
    first = started(council)
    council.now += timedelta(days=60)

    assert [1, 2] == [first.record.number, started(council).record.number]


def test_late_translation_is_overdue(council: Council) -> None:
    """What was asked and did not come in time stands on the list of who publishes."""
    found, vl = started(council), council.vl
    vl.publications.advance(found.id, "ask translation", by=OVRB, due=council.now)
    council.now += timedelta(days=1)

    late = {one.row.ref.id: one for one in vl.custody.overdue()}

    mine = late[f"publication:{found.id}"]
    assert (OVRB.id, "de vertaling opvolgen") == (
        mine.act,
        mine.row.standing.next_step,
    )


def test_somebody_has_it_until_it_is_done(council: Council) -> None:
    """Who has it keeps it through all steps; back by hand it is held again."""
    found, vl = started(council), council.vl
    second = Party("ovrb-2", "OVRB", Role.PUBLICATIONS)
    vl.custody.hand_over(found.ref, second, by=OVRB)

    vl.publications.advance(found.id, "ask proof", by=OVRB)
    proof = vl.custody.of(found.ref).record
    with pytest.raises(StepNotAllowedError):
        vl.dossiers.close(found.record.dossier, by=CABINET)
    vl.publications.advance(found.id, "cancel", by=OVRB)
    done = vl.custody.of(found.ref)
    vl.publications.override(found.id, P.PROOF_IN, by=ADMIN, reason="vergissing")
    again = vl.custody.of(found.ref).record

    assert (second, "de drukproef opvolgen") == (proof.holder, proof.next_step)
    assert not CUSTODY.standing(done.record).open
    assert (ADMIN, "de drukproef nalezen") == (again.holder, again.next_step)


def test_each_open_status_has_a_next_step() -> None:
    """No publication waits for nothing."""
    final = {P.PUBLISHED, P.CANCELLED}

    assert {*P} - final == {*NEXT_STEP}


def test_pause_and_resume(council: Council) -> None:
    """After a pause it goes on where it was."""
    found, vl = started(council), council.vl.publications
    vl.advance(found.id, "ask translation", by=OVRB)

    paused = vl.advance(found.id, "pause", by=OVRB)
    with pytest.raises(StepNotAllowedError):
        vl.advance(found.id, "ask proof", by=OVRB)
    resumed = vl.resume(found.id, by=OVRB)

    assert [P.PAUSED, P.IN_TRANSLATION] == [paused.record.state, resumed.record.state]
    with pytest.raises(MalformedError, match="not paused"):
        vl.resume(found.id, by=OVRB)


def test_by_hand_is_an_override(council: Council) -> None:
    """Against the table only an administrator can, with a reason."""
    found, vl = started(council), council.vl.publications

    with pytest.raises(NotAllowedError):
        vl.override(found.id, P.PROOF_IN, by=OVRB, reason="op papier gekregen")
    with pytest.raises(StepNotAllowedError, match="receive proof"):
        vl.advance(found.id, "receive proof", by=OVRB)
    done = vl.override(found.id, P.PROOF_IN, by=ADMIN, reason="op papier gekregen")

    assert ("override", "op papier gekregen", P.PROOF_IN) == (
        done.action,
        done.reason,
        done.record.state,
    )


def test_cancelled_is_final(council: Council) -> None:
    """What was cancelled does not appear; an unknown number is said."""
    found, vl = started(council), council.vl.publications
    vl.name_numac(found.id, "2026000001", by=OVRB)
    vl.advance(found.id, "cancel", by=OVRB)

    with pytest.raises(StepNotAllowedError):
        vl.appeared("2026000001", ELI, council.now, by=SYSTEM)
    with pytest.raises(NotFoundError, match="numac"):
        vl.appeared("2026999999", None, council.now, by=SYSTEM)


def test_only_who_publishes(council: Council) -> None:
    """A cabinet does not start a publication."""
    dossier = council.vl.dossiers.open("Besluit", by=CABINET).id

    with pytest.raises(NotAllowedError):
        council.vl.publications.start(
            dossier, "Besluit", RegulationType.DECREE, by=CABINET
        )


def test_a_numac_number_has_ten_digits(council: Council) -> None:
    """Another one is refused, and an empty one finds nothing."""
    found = started(council)

    with pytest.raises(MalformedError, match="numac"):
        council.vl.publications.name_numac(found.id, "12", by=OVRB)
    with pytest.raises(NotFoundError, match="numac"):
        council.vl.publications.appeared("", None, council.now, by=SYSTEM)
