"""Others act at each moment of a session: nothing is lost, nothing is done twice."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest

from digivl.custody.model import of_dossier
from digivl.documents.model import NOTA
from digivl.errors import StaleRecordError, StepNotAllowedError
from digivl.kernel.parties import Party, Role
from digivl.records.tasks import TaskState
from digivl.settings import Limits
from digivl.signing.model import FLOW, FlowState, Signatory
from digivl.signing.session import SESSION, SessionState
from digivl.testing.papers import paper
from digivl.testing.route import CABINET

if TYPE_CHECKING:
    Desk = Any  # the fixture; its class stands in conftest.py

ME: Final = Party("minister-jeugd", "Vlaams minister van Jeugd", Role.MINISTER)


@attrs.define
class Crowded:
    """A book at which somebody else writes just before one of our writes."""

    real: Any
    moment: int = -1
    act: Callable[[], object] = lambda: None
    passed: int = 0

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.real, name)
        if name not in ("write", "erase"):
            return method

        def written(*args: Any, **more: Any) -> Any:
            self.passed += 1
            if self.passed - 1 == self.moment:
                self.act()
            return method(*args, **more)

        return written


def crowded(desk: Desk, book: Crowded) -> Any:
    """The sessions on a machine beside which others work."""
    sessions = desk.vl.signing_sessions
    signing = attrs.evolve(sessions.signing, book=book)
    return attrs.evolve(sessions, book=book, signing=signing)


def flows_of(desk: Desk, number: int = 2) -> list[str]:
    """Ids of flows that wait for this person alone."""
    found = []
    for title in range(number):
        document = desk.vl.documents.add(
            "dossier-1",
            io.BytesIO(paper(f"Besluit {title}")),
            title=f"Besluit {title}",
            type=NOTA,
            by=CABINET,
        )
        mine = [Signatory(party=ME, means="itsme")]
        found.append(desk.vl.signing.start(document.id, mine, by=CABINET).id)
    return found


def extended(desk: Desk) -> None:
    """Somebody acts on the dossier: who has it has until another moment."""
    subject = of_dossier("dossier-1")
    held = desk.vl.custody.of(subject).record
    due = held.due.replace(year=held.due.year + 1)
    desk.vl.custody.extend(subject, due, by=held.holder, reason="meer tijd")


def looked(desk: Desk, flow: str) -> None:
    """The signatory looks at it, as long as there is something to sign."""
    with suppress(StepNotAllowedError):
        desk.vl.signing.shown(flow, by=ME, face="web")


def driven(
    desk: Desk, moment: int = -1, act: str = "", flows: list[str] | None = None
) -> tuple[Any, list[str], int]:
    """A session from its start to its end, with an act of others at one moment.

    Gives it, its flows and at how many moments others can act.
    """
    flows = flows if flows is not None else flows_of(desk)
    book = Crowded(desk.vl.book)
    mine, theirs = crowded(desk, book), desk.vl.signing_sessions
    entry = mine.start_for(flows, by=ME, expected=None)
    told: list[Any] = []
    acts: dict[str, Callable[[], object]] = {
        "": lambda: None,
        "looks": lambda: looked(desk, flows[-1]),
        "dossier": lambda: extended(desk),
        "goes on": lambda: theirs.came_back(entry.id, told[-1], by=ME),
        "works": lambda: (
            desk.clock.passes(desk.vl.settings.limits.lease_seconds + 1),
            desk.vl.work(),
        ),
    }
    book.moment, book.act, book.passed = moment, acts[act], 0
    for _ in range(9):
        if entry.record.url:
            told.append(desk.visited(entry))
            entry = mine.came_back(entry.id, told[-1], by=ME)
        else:
            entry = mine.again(entry.id, by=ME)
        if SessionState.SIGNED is entry.record.state:
            break
    return entry, flows, book.passed


@pytest.mark.parametrize("act", ["looks", "dossier", "goes on", "works"])
def test_somebody_acts_at_each_write(desk_for: Callable[..., Desk], act: str) -> None:
    """Each flow is signed once, and known to the session; nobody consents twice."""
    # Others take over before the answers of the service are too old.
    desk = desk_for(settings={"limits": Limits(lease_seconds=5)})
    moments = driven(desk)[2]
    assert moments == 8
    for moment in range(moments):
        desk.simulator.signed.clear()
        entry, flows, _ = driven(desk, moment, act)

        where = (act, moment)
        assert SessionState.SIGNED is desk.read(entry).record.state, where
        assert 2 == len({*desk.simulator.signed}), where
        for name, piece in zip(flows, desk.read(entry).record.pieces, strict=True):
            record = desk.vl.signing.read(name).record
            done = [one.action for one in desk.vl.book.history(FLOW, name)]
            versions = desk.vl.documents.read(record.document).record.versions
            assert FlowState.SIGNED is record.state, where
            assert 1 == done.count("sign"), where
            assert 2 == len(versions), where
            assert record.current == piece.signed, where
        desk.clock.passes(13 * 3_600)
        assert 0 == desk.vl.work().stuck, where
        assert not _open_tasks(desk, entry.id), where


def _open_tasks(desk: Desk, id: str) -> list[Any]:
    return [
        task
        for task in desk.vl.book.tasks()
        if task.subject == SESSION.ref(id) and task.state is not TaskState.DONE
    ]


def test_the_service_was_slower_than_patience(desk: Desk) -> None:
    """Taken for dead while it signed: what comes is wanted all the same."""
    sessions = desk.vl.signing_sessions
    asked = desk.back(desk.start())

    @attrs.frozen
    class Slow:
        real: Any

        def signatures(self, *given: Any) -> Any:
            """Sign; meanwhile somebody gives up, and asks again."""
            signed = self.real.signatures(*given)
            desk.clock.passes(desk.vl.settings.limits.lease_seconds + 1)
            desk.vl.work()
            assert sessions.again(asked.id, by=ME).record.url
            return signed

        def __getattr__(self, name: str) -> Any:
            return getattr(self.real, name)

    slow = attrs.evolve(sessions, means=lambda name: Slow(sessions.means(name)))
    done = slow.came_back(asked.id, desk.visited(asked), by=ME)

    assert SessionState.SIGNED is done.record.state
    assert 2 == len(desk.simulator.signed)


def test_a_flow_that_never_rests(desk: Desk) -> None:
    """Somebody acts at every write: the signature waits, and nothing fails."""
    (name,) = flows_of(desk, 1)
    asked = desk.back(desk.vl.signing_sessions.start_for([name], by=ME, expected=None))

    @attrs.frozen
    class Restless:
        real: Any

        def write(self, *drafts: Any, **more: Any) -> Any:
            """Somebody looks, each time."""
            desk.vl.signing.shown(name, by=ME, face="web")
            return self.real.write(*drafts, **more)

        def __getattr__(self, attribute: str) -> Any:
            return getattr(self.real, attribute)

    sessions = desk.vl.signing_sessions
    signing = attrs.evolve(sessions.signing, book=Restless(desk.vl.book))
    busy = attrs.evolve(sessions, signing=signing)
    entry = busy.came_back(asked.id, desk.visited(asked), by=ME)
    assert SessionState.COMPLETING is entry.record.state
    desk.clock.passes(desk.vl.settings.limits.lease_seconds + 1)
    first, second = (
        desk.vl.book.lease("w", desk.clock(), 60, {"signing-session"}) for _ in "12"
    )
    busy.carry_on(first)
    with pytest.raises(StaleRecordError):
        busy.carry_on(second)
    desk.vl.book.postpone(second, until=desk.clock(), error="")

    desk.vl.work()
    assert SessionState.SIGNED is desk.read(entry).record.state
    assert FlowState.SIGNED is desk.vl.signing.read(name).record.state
    assert 1 == len(desk.simulator.signed)
