"""Two who ask the same person at one moment: one is refused, and says why."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest

from digivl import Digivl
from digivl.documents.model import NOTA
from digivl.errors import (
    DigivlError,
    DocumentChangedError,
    NotAllowedError,
    SigningError,
    StaleRecordError,
    StepNotAllowedError,
)
from digivl.kernel.parties import Party, Role
from digivl.records.port import Query
from digivl.records.sqlbook import SQLBook
from digivl.settings import Backend, Settings
from digivl.signing.model import FLOW, FlowState, Signatory
from digivl.signing.session import SESSION, SessionState
from digivl.testing.csc import (
    ACCOUNT,
    CLIENT_ID,
    CLIENT_SECRET,
    REDIRECT_URI,
    CSCSimulator,
)
from digivl.testing.csc_counter import csc_app
from digivl.testing.papers import paper
from digivl.testing.route import CABINET
from digivl.testing.serving import serving

if TYPE_CHECKING:
    Desk = Any  # the fixture; its class stands in conftest.py

ME: Final = Party("minister-jeugd", "Vlaams minister van Jeugd", Role.MINISTER)
OTHER: Final = Party("minister-p", "Minister-president", Role.MINISTER)
MINE: Final = Signatory(party=ME, means="itsme")


def flow(vl: Digivl, *signatories: Any, title: str = "Besluit") -> str:
    """Id of a flow of a new document; of the person with itsme if nobody is named."""
    dossier = vl.dossiers.open("Subsidie", by=CABINET).id
    content = io.BytesIO(paper(title))
    document = vl.documents.add(dossier, content, title=title, type=NOTA, by=CABINET).id
    return str(vl.signing.start(document, signatories or [MINE], by=CABINET).id)


def begin(vl: Digivl, *flows: str, **given: Any) -> Any:
    """A session for flows."""
    asked: dict[str, Any] = {"by": ME, "expected": None}
    return vl.signing_sessions.start_for(flows, **asked | given)


def sessions_of(vl: Digivl) -> list[str]:
    """Ids of the sessions that were begun."""
    return [row.ref.id for row in vl.book.rows(Query(kind=SESSION.name))]


@attrs.frozen
class Meanwhile:
    """A remote means; something happens while the person is sent away."""

    real: Any
    act: Callable[[], object]

    def begin(self, *given: Any) -> Any:
        """Let it happen, then send the person away."""
        self.act()
        return self.real.begin(*given)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


def while_starting(vl: Digivl, act: Callable[[], object]) -> Any:
    """The sessions; something happens between the look at the flows and the start."""
    sessions = vl.signing_sessions
    return attrs.evolve(
        sessions, means=lambda name: Meanwhile(sessions.means(name), act)
    )


@pytest.fixture(name="vl")
def _vl(url: str, quick_folder: Path) -> Iterator[Digivl]:
    """An office on each kind of database, whose people sign elsewhere."""
    with serving(csc_app(CSCSimulator())) as address:
        options = {
            "url": f"{address}/csc/v1",
            "client_id": CLIENT_ID,
            "client_secret_file": "csc.secret",
            "redirect_uri": REDIRECT_URI,
            "account_id": ACCOUNT,
        }
        (quick_folder / "csc.secret").write_text(CLIENT_SECRET)
        settings = Settings(
            development=True, remote={"itsme": Backend(offer="csc", options=options)}
        )
        book = SQLBook.create(url)
        with Digivl.from_settings(settings, folder=quick_folder, book=book) as vl:
            yield vl
        book.close()


def test_many_start_at_one_moment(vl: Digivl) -> None:
    """One of the threads begins a session; the others are told that there is one."""
    name, ready = flow(vl), Barrier(6)

    def started(_: int) -> Any:
        ready.wait()
        try:
            return begin(vl, name)
        except DigivlError as error:
            return error

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(started, range(6)))
    refused = [one for one in outcomes if isinstance(one, DigivlError)]
    (entry,) = (one for one in outcomes if not isinstance(one, DigivlError))

    assert [entry.id] == sessions_of(vl)
    assert {SigningError} == {type(error) for error in refused}
    assert all("another session" in str(error) for error in refused)
    assert all("abort" in error.hint for error in refused)
    assert ["start", "ask"] == [one.action for one in vl.book.history(FLOW, name)]


def test_second_start_while_the_first_asks(vl: Digivl) -> None:
    """Both looked before either began: the book decides, and nothing is left of one."""
    one, two = flow(vl), flow(vl, title="Nota")
    first: list[Any] = []
    late = while_starting(vl, lambda: first.append(begin(vl, two)))
    with pytest.raises(SigningError, match="another session"):
        late.start_for([one, two], by=ME, expected=None)

    assert [first[0].id] == sessions_of(vl)
    assert vl.signing.read(one).record.signatories[0].session is None
    assert begin(vl, one).id in sessions_of(vl)


@pytest.mark.parametrize(
    ("act", "error", "text"),
    [
        (
            lambda vl, it: vl.signing.give_out(
                it, platform="hub", reference="1", by=CABINET
            ),
            SigningError,
            "is signed on hub",
        ),
        (
            lambda vl, it: vl.signing.refuse(it, by=ME, reason="Fout bedrag"),
            StepNotAllowedError,
            "cannot 'sign'",
        ),
        (
            lambda vl, it: vl.signing.delegate(it, OTHER, by=ME),
            NotAllowedError,
            "does not allow",
        ),
    ],
)
def test_other_ways_that_came_first(
    vl: Digivl, act: Any, error: type[DigivlError], text: str
) -> None:
    """A platform, a refusal, a delegation: no session is begun behind them."""
    name = flow(vl)
    late = while_starting(vl, lambda: act(vl, name))
    with pytest.raises(error, match=text):
        late.start_for([name], by=ME, expected=None)

    assert [] == sessions_of(vl)


def test_what_changes_nothing_stands_in_nobodys_way(vl: Digivl) -> None:
    """Somebody looks meanwhile: the session begins all the same."""
    name = flow(vl)
    look = while_starting(vl, lambda: vl.signing.shown(name, by=ME, face="web"))
    entry = look.start_for([name], by=ME, expected=None)

    mine = vl.signing.read(name).record.signatories[0]
    assert entry.id == mine.session
    assert mine.shown is not None


def test_document_that_is_signed_meanwhile(desk: Desk) -> None:
    """What was prepared is not what there is to sign now: it has to begin again."""
    vl = desk.vl
    by_key = Signatory(party=OTHER, means="minister-president")
    name = flow(vl, [MINE, by_key])
    late = while_starting(vl, lambda: vl.signing.sign(name, by=OTHER))
    with pytest.raises(DocumentChangedError, match="meanwhile"):
        late.start_for([name], by=ME, expected=None)
    assert begin(vl, name).record.url


def test_session_that_came_first(vl: Digivl) -> None:
    """Neither another session nor a platform asks who is signing; also not at once."""
    name = flow(vl)
    entry = begin(vl, name)
    with pytest.raises(SigningError, match="another session"):
        begin(vl, name)
    with pytest.raises(SigningError, match="another session"):
        vl.signing.give_out(name, platform="hub", reference="1", by=CABINET)
    vl.signing_sessions.abort(entry.id, by=ME)
    assert begin(vl, name).id != entry.id


def test_platform_at_the_same_moment(vl: Digivl) -> None:
    """It looked before the session began: its write is refused."""
    name = flow(vl)

    @attrs.frozen
    class Late:
        real: Any

        def write(self, *drafts: Any, **more: Any) -> Any:
            """The session was quicker."""
            begin(vl, name)
            return self.real.write(*drafts, **more)

        def __getattr__(self, attribute: str) -> Any:
            return getattr(self.real, attribute)

    late = attrs.evolve(vl.signing, book=Late(vl.book))
    with pytest.raises(StaleRecordError):
        late.give_out(name, platform="hub", reference="1", by=CABINET)
    assert vl.signing.read(name).record.elsewhere is None


def test_another_signatory_can_begin(vl: Digivl) -> None:
    """Two who sign at once each have a session of their own."""
    theirs = Signatory(party=OTHER, means="itsme")
    name = flow(vl, [MINE, theirs])
    begin(vl, name)
    begin(vl, name, by=OTHER)

    assert 2 == len(sessions_of(vl))


def test_session_that_ended_holds_nobody(desk: Desk) -> None:
    """Expired, failed or left by a flow that moved on: another one can begin."""
    vl = desk.vl
    name = flow(vl)
    begin(vl, name, lasts=timedelta(hours=1))
    desk.clock.passes(3_600)
    again = desk.back(begin(vl, name))
    cancelled = flow(vl, title="Nota")
    vl.signing.cancel(cancelled, by=CABINET, reason="fout")
    desk.simulator.people["test-minister"].status = "revoked"
    with pytest.raises(DigivlError):
        desk.back(again)
    vl.signing_sessions.abort(again.id, by=ME)
    desk.simulator.people["test-minister"].status = "valid"
    entry = begin(vl, name)
    while entry.record.url:
        entry = desk.back(entry)

    assert SessionState.SIGNED is entry.record.state
    assert vl.signing.read(name).record.signatories[0].session is None


@pytest.mark.parametrize(
    "act",
    [
        lambda vl, it: vl.signing.refuse(it, by=ME, reason="Toch niet"),
        lambda vl, it: vl.signing.delegate(it, OTHER, by=ME),
        begin,
        lambda vl, it: vl.signing.give_out(
            it, platform="hub", reference="1", by=CABINET
        ),
    ],
)
def test_who_signed_cannot_do_something_else(
    lasting_for: Callable[..., Desk], pki: Any, act: Any
) -> None:
    """The signature waits for its level: it counts, and nothing goes past it."""
    desk = lasting_for("B-LT")
    name = flow(desk.vl)
    pki.down += ["/ocsp/", "/crls/"]
    entry = begin(desk.vl, name)
    while entry.record.url:
        entry = desk.back(entry)
    assert SessionState.COMPLETING is entry.record.state
    with pytest.raises(SigningError, match="session"):
        act(desk.vl, name)
    pki.down.clear()
    desk.clock.passes(61)
    desk.vl.signing_sessions.again(entry.id, by=ME)

    assert FlowState.SIGNED is desk.vl.signing.read(name).record.state


def test_who_has_not_signed_may_refuse(desk: Desk) -> None:
    """Until the consent the person can think better of it."""
    name = flow(desk.vl)
    asked = desk.back(begin(desk.vl, name))
    desk.vl.signing.refuse(name, by=ME, reason="Toch niet")
    done = desk.back(asked)

    assert SessionState.FAILED is done.record.state
    assert FlowState.REFUSED is desk.vl.signing.read(name).record.state


def test_refusal_while_the_service_signs(desk: Desk) -> None:
    """The person agreed: what comes of it is waited for."""
    name = flow(desk.vl)
    asked = desk.back(begin(desk.vl, name))
    sessions, refused = desk.vl.signing_sessions, list[DigivlError]()

    @attrs.frozen
    class Watched:
        real: Any

        def signatures(self, *given: Any) -> Any:
            """Somebody refuses meanwhile."""
            with pytest.raises(SigningError, match="signed") as caught:
                desk.vl.signing.refuse(name, by=ME, reason="Toch niet")
            refused.append(caught.value)
            return self.real.signatures(*given)

        def __getattr__(self, attribute: str) -> Any:
            return getattr(self.real, attribute)

    slow = attrs.evolve(sessions, means=lambda one: Watched(sessions.means(one)))
    done = slow.came_back(asked.id, desk.visited(asked), by=ME)

    assert SessionState.SIGNED is done.record.state
    assert 1 == len(refused)
