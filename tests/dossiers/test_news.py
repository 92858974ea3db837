"""News items and the newsletter of a meeting."""

from __future__ import annotations

import pytest

from digivl.dossiers.agenda import AgendaItem
from digivl.dossiers.model import DecisionResult, ItemKind, StepKind
from digivl.dossiers.release import Released, Scope
from digivl.errors import (
    MalformedError,
    NotAllowedError,
    NotFoundError,
    StaleRecordError,
    StepNotAllowedError,
)
from digivl.kernel.parties import Party, Role
from digivl.records.entries import Entry
from digivl.testing.council import CABINET, SECRETARIAT, Council
from digivl.testing.papers import text_in

PRESS = Party("kort-bestek", "Kort bestek", Role.PRESS)
CITIZEN = Party("burger", "Burger", Role.SIGNATORY)


def told(council: Council, result: DecisionResult) -> tuple[str, Entry[AgendaItem]]:
    """A closed meeting with news of a nota that was decided so; the nota."""
    meeting = council.meeting().id
    nota = council.item(meeting)
    council.vl.approving.close(meeting, by=SECRETARIAT)
    council.vl.deciding.decide(nota.record.step, result, by=SECRETARIAT)
    council.vl.news.draft(nota.id, by=PRESS)
    council.vl.news.edit(
        nota.id, title="Jeugdhuizen krijgen steun", text="Eerst.\n\nDan.", by=PRESS
    )
    council.vl.news.finish(nota.id, by=PRESS)
    return meeting, nota


def publish(council: Council, meeting: str, *scope: Scope) -> None:
    """Release the meeting to the public."""
    council.vl.releases.plan(
        meeting, Released.PUBLIC, at=council.now, scope=scope, by=SECRETARIAT
    )
    council.vl.work()


def test_news_opens_with_the_release(council: Council) -> None:
    """Who makes it reads it at once; the public once the news is released."""
    meeting, nota = told(council, DecisionResult.APPROVED)
    news = council.vl.news
    assert [nota.id] == [e.record.item for e in news.of_meeting(meeting, by=PRESS)]
    assert () == tuple(news.of_meeting(meeting, by=CITIZEN))
    with pytest.raises(NotFoundError):
        news.read(nota.id, by=CITIZEN)
    for hidden in (meeting, "nergens"):
        with pytest.raises(NotFoundError, match=f"there is no meeting {hidden}"):
            news.newsletter(hidden, by=CITIZEN)

    publish(council, meeting, Scope.NEWS)

    text = text_in(news.newsletter(meeting, by=CITIZEN))
    assert "Beslissingen van de Vlaamse Regering van 25 november 2026" in text
    assert "Jeugdhuizen krijgen steun Eerst. Dan." in text
    assert "Jeugdhuizen krijgen steun" == news.read(nota.id, by=CITIZEN).record.title


@pytest.mark.parametrize("result", [DecisionResult.POSTPONED, DecisionResult.WITHDRAWN])
def test_what_was_not_decided_is_no_news(
    council: Council, result: DecisionResult
) -> None:
    """What was postponed or withdrawn never goes out."""
    meeting, nota = told(council, result)
    publish(council, meeting, Scope.NEWS)

    assert [] == list(council.vl.news.of_meeting(meeting, by=CITIZEN))
    assert "Er zijn geen nieuwsberichten" in text_in(
        council.vl.news.newsletter(meeting, by=PRESS)
    )
    with pytest.raises(NotFoundError):
        council.vl.news.read(nota.id, by=CITIZEN)


def test_announcements_make_their_own(council: Council) -> None:
    """Finished at the close of the meeting, once; confidential ones stay inside."""
    meeting = council.meeting().id
    open_, confidential = (
        council.matter("Mededeling"),
        council.vl.dossiers.submit(
            council.vl.dossiers.open("Geheim", by=CABINET).id,
            StepKind.FINAL_APPROVAL,
            documents=(),
            by=CABINET,
            confidential=True,
        ),
    )
    items = [
        council.item(meeting, step.id, kind=ItemKind.ANNOUNCEMENT)
        for step in (open_, confidential)
    ]
    council.vl.approving.close(meeting, by=SECRETARIAT)
    council.vl.approving.reopen(meeting, by=SECRETARIAT, reason="vergeten punt")
    council.vl.approving.close(meeting, by=SECRETARIAT)
    publish(council, meeting, Scope.NEWS)

    made = council.vl.news.of_meeting(meeting, by=PRESS)
    assert [True, False] == [entry.record.in_newsletter for entry in made]
    assert [1, 1] == [entry.version for entry in made]
    shown = council.vl.news.of_meeting(meeting, by=CITIZEN)
    assert [items[0].id] == [entry.record.item for entry in shown]


def test_news_of_the_step_before(council: Council) -> None:
    """A second step of a dossier starts from what was told of the first."""
    _, nota = told(council, DecisionResult.APPROVED)
    step = council.vl.dossiers.submit(
        nota.record.dossier, StepKind.RATIFICATION, documents=(), by=CABINET
    )
    again = council.item(council.meeting(days=8).id, step.id)

    news = council.vl.news.draft(again.id, by=PRESS).record

    assert "Jeugdhuizen krijgen steun" == news.title
    assert again.id == news.item


def test_what_is_refused(council: Council) -> None:
    """Not by a cabinet, not twice, not once it is finished, not with an INSZ."""
    _, nota = told(council, DecisionResult.APPROVED)
    news = council.vl.news

    with pytest.raises(NotAllowedError):
        news.edit(nota.id, title="Anders", by=CABINET)
    with pytest.raises(StaleRecordError):
        news.draft(nota.id, by=PRESS)
    with pytest.raises(StepNotAllowedError, match="reopen"):
        news.edit(nota.id, title="Anders", by=PRESS)
    news.reopen(nota.id, by=PRESS, reason="tikfout")
    with pytest.raises(MalformedError, match="INSZ"):
        news.edit(nota.id, text="Voor 00.00.01 003-64", by=PRESS)
    with pytest.raises(MalformedError, match="step"):
        news.edit(nota.id, step="andere", by=PRESS)
