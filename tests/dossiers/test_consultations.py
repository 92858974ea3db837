"""Consultation rounds: answers in classes, terms, silence, objections."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest

from digivl.dossiers.consultation import (
    AnswerState,
    Opinion,
    Round,
    RoundState,
    Silence,
)
from digivl.dossiers.consultations import TopicRule, obligatory_on
from digivl.dossiers.model import DossierState
from digivl.errors import (
    MalformedError,
    NotAllowedError,
    NotFoundError,
    StepNotAllowedError,
)
from digivl.kernel.identifiers import URI
from digivl.kernel.parties import Party, Role
from digivl.records.entries import Entry
from digivl.testing.council import CABINET, OTHER_CABINET, SECRETARIAT, Council

THIRD = Party("kabinet-3", "Kabinet welzijn", Role.DOSSIER_MANAGER, minister="m-3")
AGREE, OBJECT = Opinion.AGREE, Opinion.OBJECT


def started(council: Council, silence: Silence = Silence.NO_ANSWER) -> Entry[Round]:
    """A round in which one has to answer, and one may."""
    dossier = council.vl.dossiers.open("Subsidie", by=CABINET).id
    return council.vl.consultations.start(
        dossier,
        documents=[council.document(dossier)],
        obligatory=[OTHER_CABINET],
        others=[THIRD],
        due=council.now + timedelta(days=10),
        silence=silence,
        by=CABINET,
    )


def waiting(council: Council, who: Party) -> list[str]:
    """What waits for somebody on the work list."""
    rows = council.vl.custody.worklist(holder=who.id)
    return [row.standing.next_step or "" for row in rows]


def test_who_is_asked_has_it_on_the_work_list(council: Council) -> None:
    """Until the answer is given; so who is silent is visible, and overdue in time."""
    found = started(council)
    before = waiting(council, OTHER_CABINET)
    council.vl.consultations.answer(found.id, AGREE, by=OTHER_CABINET)
    council.now += timedelta(days=11)

    assert ["antwoorden in de overlegronde"] == before == waiting(council, THIRD)
    assert [] == waiting(council, OTHER_CABINET)
    assert [THIRD.id] == [late.act for late in council.vl.custody.overdue()]


def test_all_agree(council: Council) -> None:
    """Once everybody answered the round can be closed before its term."""
    found, vl = started(council), council.vl.consultations
    vl.answer(found.id, Opinion.AGREE_WITH_COMMENTS, by=OTHER_CABINET, remark="art. 3")
    with pytest.raises(MalformedError, match="1 of 2"):
        vl.close(found.id, by=CABINET)
    vl.answer(found.id, AGREE, by=THIRD)

    closed = vl.close(found.id, by=CABINET)

    assert (RoundState.AGREED, council.now) == (
        closed.record.state,
        closed.record.ended_at,
    )
    with pytest.raises(StepNotAllowedError):
        vl.answer(found.id, OBJECT, by=THIRD, remark="te laat")


def test_an_objection_is_lifted_or_goes_to_the_meeting(council: Council) -> None:
    """What stands at the end goes to the meeting; its author can lift it."""
    vl = council.vl.consultations
    ends = []
    for lifted in (False, True):
        found = started(council)
        vl.answer(found.id, OBJECT, by=OTHER_CABINET, remark="geen budget")
        vl.answer(found.id, AGREE, by=THIRD)
        if lifted:
            vl.lift(found.id, by=OTHER_CABINET, reason="budget gevonden")
        ends.append(vl.close(found.id, by=CABINET).record.state)

    assert [RoundState.TO_MEETING, RoundState.AGREED] == ends
    other = started(council)
    vl.answer(other.id, AGREE, by=THIRD)
    with pytest.raises(MalformedError, match="no objection"):
        vl.lift(other.id, by=THIRD, reason="vergissing")


@pytest.mark.parametrize(
    ("silence", "expected"),
    [
        (Silence.AGREES, RoundState.AGREED),
        (Silence.NO_ANSWER, RoundState.TO_MEETING),
    ],
)
def test_silence_means_what_was_said(
    council: Council, silence: Silence, expected: RoundState
) -> None:
    """Only at the end of the term, and with the rule in the book."""
    found, vl = started(council, silence), council.vl.consultations
    council.now += timedelta(days=10)

    closed = vl.close(found.id, by=CABINET)

    assert expected is closed.record.state
    answers = vl.answers(found.id, by=CABINET).values()
    assert {(AnswerState.SILENT, silence.value)} == {
        (entry.record.state, entry.reason) for entry in answers
    }


def test_other_documents_ask_anew(council: Council) -> None:
    """What was answered on the documents before counts no more."""
    found, vl = started(council), council.vl.consultations
    vl.answer(found.id, AGREE, by=OTHER_CABINET)
    more = [council.document(found.record.dossier, "Nieuwe versie")]
    due = council.now + timedelta(days=5)

    renewed = vl.renew(found.id, documents=more, due=due, by=CABINET)

    assert (due, more) == (
        renewed.record.due,
        [piece.document for piece in renewed.record.pieces],
    )
    assert {None} == {
        e.record.opinion for e in vl.answers(found.id, by=CABINET).values()
    }
    assert 1 == len(waiting(council, OTHER_CABINET))
    with pytest.raises(MalformedError, match="after now"):
        vl.renew(found.id, documents=more, due=council.now, by=CABINET)


def test_what_is_refused(council: Council) -> None:
    """Who was not asked, an objection without a reason, a round that asks nobody."""
    found, vl = started(council), council.vl.consultations

    with pytest.raises(NotAllowedError):
        vl.answer(found.id, AGREE, by=CABINET)
    with pytest.raises(MalformedError, match="reason"):
        vl.answer(found.id, OBJECT, by=THIRD)
    with pytest.raises(MalformedError, match="asks somebody"):
        vl.start(
            found.record.dossier,
            documents=[],
            obligatory=[],
            due=council.now + timedelta(days=1),
            by=CABINET,
        )


def test_who_answers_for_who_was_asked(council: Council) -> None:
    """Who stands in for it during an absence, and says so; nobody else."""
    found, vl = started(council), council.vl.consultations
    until = council.now + timedelta(days=2)
    council.vl.absences.delegate(
        THIRD, SECRETARIAT, start=council.now, until=until, by=THIRD
    )
    with pytest.raises(NotAllowedError):
        vl.answer(found.id, AGREE, by=OTHER_CABINET, addressee=THIRD.id)
    answer = partial(vl.answer, found.id, by=SECRETARIAT, addressee=THIRD.id)

    given = answer(OBJECT, remark="geen budget")
    lifted = vl.lift(found.id, by=SECRETARIAT, addressee=THIRD.id, reason="gevonden")

    assert (THIRD, SECRETARIAT) == (given.record.addressee, given.actor)
    assert lifted.record.lifted
    council.now = until
    with pytest.raises(NotAllowedError):
        answer(AGREE)


def test_obligatory_by_topic() -> None:
    """Who has to be asked follows from the topic and the day, each once."""
    topic, other = URI("https://x.example/a"), URI("https://x.example/b")
    rules = [
        TopicRule(topic=topic, addressees=(THIRD, CABINET), source="regel 1"),
        TopicRule(
            topic=topic,
            addressees=(THIRD, OTHER_CABINET),
            source="regel 2",
            valid_from=date(2026, 1, 1),
            valid_until=date(2027, 1, 1),
        ),
        TopicRule(topic=other, addressees=(CABINET,), source="regel 3"),
    ]

    def asked(day: date) -> list[str]:
        return [party.id for party in obligatory_on([topic], rules, day)]

    assert [THIRD.id, CABINET.id, OTHER_CABINET.id] == asked(date(2026, 6, 1))
    assert [THIRD.id, CABINET.id] == asked(date(2027, 1, 1))


def test_only_who_started_ends_a_round(council: Council) -> None:
    """Another cabinet neither starts one on that dossier, nor renews or closes it."""
    found, vl = started(council), council.vl.consultations
    documents, due = [council.document(found.record.dossier)], found.record.due

    with pytest.raises(NotAllowedError):
        vl.close(found.id, by=OTHER_CABINET)
    with pytest.raises(NotAllowedError):
        vl.renew(found.id, documents=documents, due=due, by=OTHER_CABINET)
    with pytest.raises(NotAllowedError):
        vl.start(
            found.record.dossier,
            documents=documents,
            obligatory=[CABINET],
            due=due,
            by=OTHER_CABINET,
        )
    colleague = Party("collega", "Collega", CABINET.role, minister=CABINET.minister)
    vl.renew(found.id, documents=documents, due=due, by=colleague)


def test_a_dossier_in_consultation_is_not_closed(council: Council) -> None:
    """As long as somebody has an answer to give, or the round runs."""
    found, vl = started(council), council.vl.consultations
    close = council.vl.dossiers.close
    with pytest.raises(StepNotAllowedError, match="nog bij"):
        close(found.record.dossier, by=CABINET)
    vl.answer(found.id, AGREE, by=OTHER_CABINET)
    vl.answer(found.id, AGREE, by=THIRD)
    with pytest.raises(StepNotAllowedError, match="in overleg"):
        close(found.record.dossier, by=CABINET)

    vl.close(found.id, by=CABINET)

    closed = close(found.record.dossier, by=CABINET).record
    assert DossierState.CLOSED is closed.state


def test_a_remark_holds_no_national_number(council: Council) -> None:
    """Words of people stay in the book for ever: an INSZ in them is refused."""
    found, vl = started(council), council.vl.consultations

    with pytest.raises(MalformedError, match="INSZ"):
        vl.answer(found.id, OBJECT, by=THIRD, remark="zie 00.00.01 003-64")
    with pytest.raises(MalformedError, match="at most 5000 characters"):
        vl.answer(found.id, OBJECT, by=THIRD, remark="x" * 5001)
    with pytest.raises(MalformedError, match="printed"):
        vl.answer(found.id, OBJECT, by=THIRD, remark="bel\x07")
    vl.answer(found.id, OBJECT, by=THIRD, remark="Artikel 3:\n- te duur")


def test_who_sees_a_round(council: Council) -> None:
    """Who started it and who was asked; it is absent for others."""
    found, vl = started(council), council.vl.consultations
    other = Party("k9", "Kabinet 9", Role.DOSSIER_MANAGER, minister="minister-9")

    for by in (CABINET, OTHER_CABINET, SECRETARIAT):
        assert found.id == vl.read(found.id, by=by).id
    for name in (found.id, "nergens"):
        with pytest.raises(NotFoundError, match=f"there is no consultation {name}"):
            vl.answers(name, by=other)
