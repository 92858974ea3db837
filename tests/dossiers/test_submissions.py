"""What a cabinet submits: its statuses, and the agreement of co-submitters as data."""

from __future__ import annotations

from datetime import date

import pytest

from digivl.access.model import AccessLevel
from digivl.dossiers.mandates import Mandate, Office
from digivl.dossiers.model import DOSSIER, StepKind
from digivl.dossiers.submission import CoAnswer, Submission, SubmissionStatus
from digivl.errors import (
    MalformedError,
    NotAllowedError,
    NotFoundError,
    NotReadyError,
    StepNotAllowedError,
)
from digivl.kernel.parties import Party, Role
from digivl.records.entries import Entry
from digivl.testing.council import CABINET, OTHER_CABINET, SECRETARIAT, Council

S = SubmissionStatus
FINAL = StepKind.FINAL_APPROVAL
STAFF = Party("medewerker", "Kabinetsmedewerker", Role.CABINET_STAFF)


def submitted(council: Council, *co_submitters: str) -> Entry[Submission]:
    """A submission with one document."""
    dossier = council.vl.dossiers.open("Subsidie", by=CABINET).id
    return council.vl.submissions.submit(
        dossier,
        FINAL,
        documents=[council.document(dossier)],
        by=CABINET,
        co_submitters=co_submitters,
    )


def holder(council: Council, submission: Entry[Submission]) -> tuple[str, str]:
    """Who has the dossier, and what has to be done."""
    subject = DOSSIER.ref(submission.record.dossier)
    held = council.vl.custody.of(subject).record
    return held.holder.label, held.next_step


def test_from_cabinet_to_step(council: Council) -> None:
    """Submitted, sent back, submitted again, treated: the history has each status."""
    found, vl = submitted(council), council.vl.submissions
    assert ("Secretarie van de regering", "de indiening behandelen") == (
        holder(council, found)
    )

    vl.take_up(found.id, by=SECRETARIAT)
    vl.send_back(found.id, by=SECRETARIAT, reason="bijlage ontbreekt")
    assert ("Kabinet jeugd", "de indiening aanpassen") == holder(council, found)
    more = [*found.record.documents, council.document(found.record.dossier)]
    vl.submit_again(found.id, documents=more, by=CABINET)
    vl.take_up(found.id, by=SECRETARIAT)
    step = vl.treat(found.id, by=SECRETARIAT)

    assert (tuple(more), ("minister-1",)) == (
        step.record.documents,
        step.record.ministers,
    )
    last = vl.read(found.id, by=CABINET).record
    assert (S.TREATED, step.id) == (last.state, last.step)
    statuses = [
        entry.record.state for entry in council.vl.book.history(found.kind, found.id)
    ]
    assert [
        *(S.SUBMITTED, S.IN_TREATMENT, S.SENT_BACK),
        *(S.SUBMITTED_AGAIN, S.IN_TREATMENT, S.TREATED),
    ] == statuses


def test_co_submitters_have_to_agree(council: Council) -> None:
    """It is not treated before each of them agreed; it says who did not."""
    found, vl = submitted(council, "minister-2", "minister-3"), council.vl.submissions
    vl.take_up(found.id, by=SECRETARIAT)
    vl.answer(found.id, "minister-2", CoAnswer.REFUSED, by=OTHER_CABINET)

    with pytest.raises(NotReadyError) as refused:
        vl.treat(found.id, by=SECRETARIAT)

    assert [
        ("Co-agendering", "minister-2: niet akkoord"),
        ("Co-agendering", "minister-3: nog geen antwoord"),
    ] == list(refused.value.missing)
    third = Party("k-3", "Kabinet", Role.DOSSIER_MANAGER, minister="minister-3")
    vl.answer(found.id, "minister-3", CoAnswer.AGREED, by=third)
    answered = vl.answer(
        found.id, "minister-2", CoAnswer.AGREED, by=OTHER_CABINET, remark="na overleg"
    )
    mine = answered.record.co_submitters[0]
    assert (OTHER_CABINET, council.now, "na overleg") == (mine.by, mine.at, mine.remark)
    assert vl.treat(found.id, by=SECRETARIAT).id


def test_new_documents_ask_new_agreement(council: Council) -> None:
    """Who agreed with something else did not agree with this."""
    found, vl = submitted(council, "minister-2"), council.vl.submissions
    vl.answer(found.id, "minister-2", CoAnswer.AGREED, by=OTHER_CABINET)
    vl.take_up(found.id, by=SECRETARIAT)
    vl.send_back(found.id, by=SECRETARIAT, reason="fout")

    again = vl.submit_again(found.id, documents=found.record.documents, by=CABINET)

    assert [None] == [one.answer for one in again.record.co_submitters]


def test_nobody_answers_for_another_minister(council: Council) -> None:
    """A cabinet answers for its own minister, and only where that one is asked."""
    found, answer = submitted(council, "minister-2"), council.vl.submissions.answer

    with pytest.raises(NotAllowedError):
        answer(found.id, "minister-2", CoAnswer.AGREED, by=CABINET)
    with pytest.raises(MalformedError, match="minister-1"):
        answer(found.id, "minister-1", CoAnswer.AGREED, by=CABINET)


def test_the_cabinet_asks_it_back(council: Council) -> None:
    """Before the secretariat takes it up, the own cabinet can ask it back."""
    found, vl = submitted(council), council.vl.submissions

    asked = vl.ask_back(found.id, by=CABINET, reason="fout document")
    sent = vl.send_back(found.id, by=SECRETARIAT, reason="op vraag")

    assert [S.CHANGE_ASKED, S.SENT_BACK] == [asked.record.state, sent.record.state]
    with pytest.raises(NotAllowedError):
        vl.submit_again(found.id, documents=[], by=OTHER_CABINET)


def test_one_at_a_time(council: Council) -> None:
    """A dossier has one unfinished submission; after it a next one can come."""
    found, vl = submitted(council), council.vl.submissions

    with pytest.raises(StepNotAllowedError, match="ingediend"):
        vl.submit(found.record.dossier, FINAL, documents=[], by=CABINET)
    vl.take_up(found.id, by=SECRETARIAT)
    vl.treat(found.id, by=SECRETARIAT)

    with pytest.raises(StepNotAllowedError, match="behandeld"):
        vl.answer(found.id, "minister-1", CoAnswer.AGREED, by=CABINET)
    assert vl.submit(found.record.dossier, FINAL, documents=[], by=CABINET).id


def test_what_is_refused(council: Council) -> None:
    """Who may not submit, a document of another dossier, a treatment too early."""
    found, vl = submitted(council), council.vl.submissions
    other = council.vl.dossiers.open("Ander", by=CABINET).id

    with pytest.raises(NotAllowedError):
        vl.submit(other, FINAL, documents=[], by=STAFF)
    with pytest.raises(NotFoundError, match="is not of dossier"):
        vl.submit(other, FINAL, documents=found.record.documents, by=CABINET)
    with pytest.raises(StepNotAllowedError, match="treat"):
        vl.treat(found.id, by=SECRETARIAT)
    with pytest.raises(NotAllowedError):
        vl.take_up(found.id, by=CABINET)


def test_what_is_submitted_is_not_closed(council: Council) -> None:
    """Unless it was sent back; then it cannot be submitted again any more."""
    found, vl = submitted(council), council.vl
    dossier, documents = found.record.dossier, found.record.documents
    with pytest.raises(StepNotAllowedError, match="ingediend"):
        vl.dossiers.close(dossier, by=CABINET)
    vl.submissions.take_up(found.id, by=SECRETARIAT)
    vl.submissions.send_back(found.id, by=SECRETARIAT, reason="onvolledig")
    with pytest.raises(NotAllowedError):
        vl.dossiers.close(dossier, by=OTHER_CABINET)

    vl.dossiers.close(dossier, by=CABINET, reason="zonder voorwerp")

    with pytest.raises(StepNotAllowedError, match="afgesloten"):
        vl.submissions.submit_again(found.id, documents=documents, by=CABINET)


def test_who_has_to_agree_has_it_on_the_work_list(council: Council) -> None:
    """Until it answers; and again when it is submitted anew."""
    council.vl.government.appoint(
        Mandate(
            person="minister-2",
            office=Office.MINISTER,
            title="Vlaams minister van Cultuur",
            rank=2,
            start=date(2026, 1, 1),
        ),
        by=SECRETARIAT,
    )
    found, vl = submitted(council, "minister-2", "minister-3"), council.vl

    def waiting(minister: str) -> list[str | None]:
        rows = vl.custody.worklist(minister=minister)
        return [row.standing.holder_label for row in rows if row.standing.due]

    seen = [waiting("minister-2"), waiting("minister-3")]
    vl.submissions.answer(found.id, "minister-2", CoAnswer.AGREED, by=OTHER_CABINET)
    seen += [waiting("minister-2"), waiting("minister-3")]
    vl.submissions.take_up(found.id, by=SECRETARIAT)
    vl.submissions.send_back(found.id, by=SECRETARIAT, reason="onvolledig")
    seen += [waiting("minister-2"), waiting("minister-3")]
    vl.submissions.submit_again(found.id, documents=found.record.documents, by=CABINET)
    seen += [waiting("minister-2"), waiting("minister-3")]

    two, three = ["Vlaams minister van Cultuur"], ["minister-3"]
    assert [two, three, [], three, [], [], two, three] == seen


@pytest.mark.parametrize(
    "level", [AccessLevel.INTERNAL_GOVERNMENT, AccessLevel.CONFIDENTIAL]
)
def test_who_has_to_agree_can_read_it(council: Council, level: AccessLevel) -> None:
    """What is submitted, as confidential as it is; not what else the dossier holds."""
    vl, dossier = council.vl, council.vl.dossiers.open("Samen", by=CABINET).id
    asked, other = (council.document(dossier, level=level) for _ in range(2))
    for document in (asked, other):
        with pytest.raises(NotFoundError):
            vl.reading.read(document, by=OTHER_CABINET)
    vl.submissions.submit(
        dossier,
        FINAL,
        documents=[asked],
        co_submitters=["minister-2"],
        by=CABINET,
    )

    assert asked == vl.reading.read(asked, by=OTHER_CABINET).id
    third = Party("kabinet-3", "Kabinet 3", Role.DOSSIER_MANAGER, minister="m-3")
    with pytest.raises(NotFoundError):
        vl.reading.read(asked, by=third)
    if level is AccessLevel.CONFIDENTIAL:
        with pytest.raises(NotFoundError):
            vl.reading.read(other, by=OTHER_CABINET)


def test_who_sees_a_submission(council: Council) -> None:
    """Who made it, who is asked to agree, and those who see all; absent for others."""
    found, vl = submitted(council, "minister-3"), council.vl.submissions
    press = Party("pers", "Persdienst", Role.PRESS)
    asked = Party("k3", "Kabinet 3", Role.CABINET_STAFF, minister="minister-3")
    minister = Party("m2", "Minister", Role.MINISTER, minister="minister-2")

    for by in (CABINET, asked, minister, SECRETARIAT):
        assert found.id == vl.read(found.id, by=by).id
    for by in (OTHER_CABINET, press):
        with pytest.raises(NotFoundError, match=f"there is no submission {found.id}"):
            vl.read(found.id, by=by)
