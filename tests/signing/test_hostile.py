"""Unlucky and hostile users of signing flows: none gets stuck, or gets away with it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import attrs
import pytest

from digivl.errors import (
    MalformedError,
    NotShownError,
    SigningError,
    StaleRecordError,
    StepNotAllowedError,
)
from digivl.kernel.parties import Party
from digivl.records.entries import Entry
from digivl.records.port import Query
from digivl.signing.model import FLOW, FlowState, SigningFlow
from digivl.signing.preparing import Preparing
from digivl.signing.turns import Turns
from digivl.testing.council import CABINET
from digivl.testing.desk import (
    CHIEF,
    DEPUTY,
    MINISTER,
    PRESIDENT,
    Desk,
    signs,
    watches,
)

Start = Callable[[Desk, str], Any]


@attrs.frozen
class StandsIn:
    """The president acts for the minister."""

    def sign_for(self, _: datetime) -> dict[str, Party]:
        """As `Absences`."""
        return {MINISTER.id: PRESIDENT}


@pytest.mark.parametrize("before", ["refused", "signed"])
def test_signed_before_in_another_flow(before: str, desk: Desk) -> None:
    """Signatures that stand in a document already keep nobody from the next flow."""
    asked = [signs(MINISTER), signs(PRESIDENT)]
    flow = desk.flow(*asked)
    desk.signing.sign(flow.id, by=MINISTER)
    if before == "refused":
        desk.signing.refuse(flow.id, by=PRESIDENT, reason="Niet akkoord")
    else:
        desk.signing.sign(flow.id, by=PRESIDENT)

    again = desk.signing.start(flow.record.document, asked, by=CABINET)
    desk.signing.sign(again.id, by=MINISTER)
    done = desk.signing.sign(again.id, by=PRESIDENT).record

    first = 2 if before == "refused" else 3
    names = [one.field for one in done.signatories]
    assert [f"Handtekening{first}", f"Handtekening{first + 1}"] == names
    assert FlowState.SIGNED is done.state


def started(desk: Desk, document: str) -> Entry[SigningFlow]:
    """Put up for signing."""
    return desk.signing.start(document, [signs(MINISTER)], by=CABINET)


def drafted(desk: Desk, document: str) -> Entry[SigningFlow]:
    """Marked for it."""
    return desk.signing.draft(document, by=CABINET)


def bundled(desk: Desk, document: str) -> Any:
    """Put up with another one."""
    documents = {document: [signs(MINISTER)], desk.document(): [signs(MINISTER)]}
    return desk.signing.start_bundle(documents, by=CABINET)


@pytest.mark.parametrize("start", [started, drafted, bundled])
def test_put_up_twice_at_once(
    start: Start, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two people mark one document at the same moment: one flow comes of it."""
    desk.flow(signs(DEPUTY))  # who has something else of the dossier keeps it
    document, both = desk.document(), threading.Barrier(2)
    look, outcomes = Preparing._check_free, list[Any]()  # noqa: SLF001 - between look and write

    def looked(signing: Preparing, name: str, dossier: str) -> None:
        look(signing, name, dossier)
        if name == document:
            both.wait(30)

    def act() -> None:
        try:
            outcomes.append(start(desk, document))
        except StaleRecordError as error:
            outcomes.append(error)

    monkeypatch.setattr(Preparing, "_check_free", looked)
    threads = [threading.Thread(target=act) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert 1 == sum(isinstance(one, StaleRecordError) for one in outcomes)
    rows = desk.vl.book.rows(Query(kind=FLOW.name, dossier=desk.dossier))
    flows = desk.vl.book.read_all(FLOW, [row.ref.id for row in rows]).values()
    assert 1 == sum(one.record.document == document for one in flows)


def test_a_deadline_has_a_zone(desk: Desk) -> None:
    """Nine o'clock is not a moment; that is told as anything else."""
    flow = desk.flow(signs(MINISTER))
    with pytest.raises(MalformedError, match="time zone"):
        desk.signing.extend(flow.id, datetime(2099, 1, 1, 9), by=CABINET)  # noqa: DTZ001 - that is it


def test_nobody_hands_it_to_itself(desk: Desk) -> None:
    """Nor does who started it replace somebody by the same."""
    flow = desk.flow(signs(MINISTER))
    with pytest.raises(MalformedError, match="takes this part already"):
        desk.signing.delegate(flow.id, MINISTER, by=MINISTER)
    with pytest.raises(MalformedError, match="takes this part already"):
        desk.signing.replace(flow.id, MINISTER, MINISTER, by=CABINET)


def test_handed_on_and_back(desk: Desk) -> None:
    """Who gets its own part back acts in its own name, and in nobody's."""
    flow = desk.flow(signs(MINISTER))
    desk.signing.delegate(flow.id, PRESIDENT, by=MINISTER)
    desk.signing.delegate(flow.id, DEPUTY, by=PRESIDENT)
    desk.signing.delegate(flow.id, MINISTER, by=DEPUTY)

    done = desk.signing.sign(flow.id, by=MINISTER).record

    assert [MINISTER.label] == [one.function for one in done.signers]


def test_sent_again_with_another_version(desk: Desk) -> None:
    """What was shown before a recall is not what is sent after it."""
    flow = desk.flow(signs(MINISTER), watches(CHIEF))
    for one in (MINISTER, CHIEF):
        desk.signing.shown(flow.id, by=one, face="web")
    desk.signing.recall(flow.id, by=CABINET)
    desk.renewed(flow.record.document)
    desk.signing.send(flow.id, by=CABINET)

    assert (CHIEF.id, "kennis nemen") in desk.asked(flow.id)
    with pytest.raises(NotShownError):
        desk.signing.sign(flow.id, by=MINISTER)
    desk.signing.shown(flow.id, by=MINISTER, face="web")
    assert FlowState.SIGNED is desk.signing.sign(flow.id, by=MINISTER).record.state


def test_who_stands_in_looks_once(desk: Desk) -> None:
    """For itself and for who is absent, whoever of them is first."""
    flow = desk.signing.start(
        desk.document(), [signs(MINISTER, 2), signs(PRESIDENT, 1)], by=CABINET
    )
    desk.signing.shown(flow.id, by=PRESIDENT, face="web")
    desk.renewed(flow.record.document)
    desk.signing.renew(flow.id, by=CABINET)
    away: Any = StandsIn()
    signing = attrs.evolve(desk.signing, absences=away)

    signing.shown(flow.id, by=PRESIDENT, face="web")
    signing.sign(flow.id, by=PRESIDENT)
    done = signing.sign(flow.id, by=PRESIDENT).record

    assert FlowState.SIGNED is done.state
    seen = [one.shown and one.shown.sha256 for one in done.signatories]
    assert [done.base, done.base] == seen


def test_what_is_held_moved_on_meanwhile(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody acted between the reading of a flow and of its custody: that is told."""
    flow, real = desk.flow(signs(MINISTER)), Turns.moved

    def moved(turns: Turns, draft: Any, before: Any = None) -> Any:
        monkeypatch.setattr(Turns, "moved", real)
        desk.signing.shown(flow.id, by=MINISTER, face="web")
        yield from real(turns, draft, before)
        raise StepNotAllowedError("custody", "afgerond", "move", ())

    monkeypatch.setattr(Turns, "moved", moved)
    with pytest.raises(StaleRecordError):
        desk.signing.sign(flow.id, by=MINISTER)


@pytest.mark.parametrize("act", ["recall", "replace"])
def test_nothing_changes_behind_a_platform(act: str, desk: Desk) -> None:
    """People sign there what they were asked: it is taken back there first."""
    flow = desk.flow(signs(MINISTER))
    desk.signing.give_out(flow.id, platform="hub", reference="1", by=CABINET)
    acts: dict[str, Callable[[], Any]] = {
        "recall": lambda: desk.signing.recall(flow.id, by=CABINET),
        "replace": lambda: desk.signing.replace(
            flow.id, MINISTER, PRESIDENT, by=CABINET
        ),
    }
    with pytest.raises(SigningError, match="is signed on hub"):
        acts[act]()
    desk.signing.take_back(flow.id, by=CABINET)
    assert FlowState.PREPARED is desk.signing.recall(flow.id, by=CABINET).record.state
