"""MAGDA is away, refuses, or loses its reply: sent once, in the end, and on record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import attrs
import pytest

from digivl import INSZ, Digivl, Recipient
from digivl.dispatch.model import Dispatch, DispatchState, PostalAddress
from digivl.errors import AlreadySentError
from digivl.kernel.moments import utc_now
from digivl.records.tasks import Task, TaskState
from digivl.records.worker import WorkReport
from digivl.settings import Backend, Limits
from digivl.testing import route
from digivl.testing.magda import Fault, MagdaSimulator, magda_app
from digivl.testing.outside import MAGDA_BASE, MAGDA_CLIENT
from digivl.testing.route import Scene
from digivl.testing.serving import serving

#: What the record says after one failed attempt; what is absent did not fail at all.
AFTER = {
    Fault.UNAVAILABLE: DispatchState.SUBMITTING,
    Fault.SERVER_ERROR: DispatchState.SUBMITTING,
    Fault.TOO_MANY: DispatchState.SUBMITTING,
    Fault.BAD_GATEWAY: DispatchState.UNKNOWN,
    Fault.GATEWAY_TIMEOUT: DispatchState.UNKNOWN,
    Fault.LOST_REPLY: DispatchState.UNKNOWN,
    Fault.GARBLED: DispatchState.UNKNOWN,
    Fault.SLOW: DispatchState.UNKNOWN,
}
ADDRESS = PostalAddress(
    street="Voorbeeldstraat",
    house_number="1",
    postal_code="1000",
    municipality="Brussel",
)


@attrs.define
class Post:
    """A scene with a registered document, and the MAGDA it is sent through."""

    scene: Scene
    magda: MagdaSimulator
    ahead: timedelta = timedelta()

    def send(self, *people: Recipient) -> Dispatch:
        """Put the document on its way; gives the first dispatch."""
        sent = self.scene.vl.dispatches.send(
            self.scene.document,
            people or route.recipients()[:1],
            sender=route.SENDER,
            by=route.SECRETARIAT,
        )
        return sent[0].record

    def now(self, dispatch: Dispatch) -> Dispatch:
        """The dispatch as the book has it."""
        return self.scene.vl.dispatches.read(dispatch.key).record

    def reopened(self, **options: str) -> Digivl:
        """The same office, opened once more, with other options for MAGDA."""
        vl = self.scene.vl
        usual = vl.settings.providers["magda"].options
        changed = Backend(offer="magda", options={**usual, **options})
        settings = attrs.evolve(vl.settings, providers={"magda": changed})
        return Digivl.from_settings(settings, folder=vl.folder, clock=vl.clock)

    def tasks(self) -> list[Task]:
        """The outbox."""
        return list(self.scene.vl.book.tasks())


@pytest.fixture(name="post")
def _post(scene_at: Callable[..., Scene], tmp_path: Path) -> Iterator[Post]:
    """An office with its own MAGDA, and a clock that can be put ahead."""

    def clock() -> datetime:
        return utc_now() + post.ahead

    secret = "no-secret"
    magda = MagdaSimulator(
        tmp_path / "magda", clients={MAGDA_CLIENT: secret}, slow_seconds=1.0
    )
    (tmp_path / "secret").write_text(secret)
    with serving(magda_app(magda)) as url:
        options = {
            "url": url + MAGDA_BASE,
            "token_url": url,
            "client_id": MAGDA_CLIENT,
            "client_secret_file": str(tmp_path / "secret"),
            "organization": "0220916609",
            "application": "urn:test:digivl",
            "message_type": "besluit",
        }
        scene = scene_at(
            "registered",
            clock=clock,
            providers={"magda": Backend(offer="magda", options=options)},
            limits=Limits(http_read_seconds=0.5),
        )
        post = Post(scene, magda)
        yield post


@pytest.mark.parametrize("fault", AFTER)
def test_one_attempt_fails(fault: Fault, post: Post) -> None:
    """The record says how far it came; the next attempt ends it, with one message."""
    sent = post.send()
    post.magda.fail_next(fault)

    assert WorkReport(postponed=1) == post.scene.vl.work()
    assert AFTER[fault] is post.now(sent).state
    (waiting,) = post.tasks()
    assert waiting.error
    assert TaskState.WAITING is waiting.state

    # Not before its time.
    assert WorkReport() == post.scene.vl.work()
    post.ahead = timedelta(seconds=10)
    assert WorkReport(done=1) == post.scene.vl.work()
    assert DispatchState.ACCEPTED is post.now(sent).state
    assert [sent.key] == [message.key for message in post.magda.accepted()]


def test_every_fault_is_tried() -> None:
    """A new way to fail needs a test."""
    assert set(Fault) == {*AFTER, Fault.REVOKED}


def test_revoked_token_is_renewed(post: Post) -> None:
    """A token that no longer counts is no failure: a fresh one is asked for."""
    sent = post.send()
    post.magda.fail_next(Fault.REVOKED)

    assert WorkReport(done=1) == post.scene.vl.work()
    assert DispatchState.ACCEPTED is post.now(sent).state


def test_reply_lost_at_every_attempt(post: Post) -> None:
    """However often the reply is lost, there is one message."""
    sent = post.send()
    post.magda.fail_next(*[Fault.UNAVAILABLE] * 3, Fault.LOST_REPLY)
    for attempt in range(1, 6):
        post.scene.vl.work()
        post.ahead += timedelta(seconds=10 * 2**attempt)

    assert DispatchState.ACCEPTED is post.now(sent).state
    assert 1 == len(post.magda.accepted())


def test_gives_up_in_a_visible_place(post: Post) -> None:
    """A task that fails too often is stuck, with its reason; a person sets it going."""
    sent, vl = post.send(), post.scene.vl
    most = vl.settings.limits.task_attempts
    post.magda.fail_next(*[Fault.UNAVAILABLE] * most)
    for _ in range(most - 1):
        assert WorkReport(postponed=1) == vl.work()
        post.ahead += timedelta(hours=2)
    assert WorkReport(stuck=1) == vl.work()
    (stuck,) = post.tasks()
    assert "503" in str(stuck.error)

    vl.book.retry(stuck.key, vl.clock())

    assert WorkReport(done=1) == vl.work()
    assert DispatchState.ACCEPTED is post.now(sent).state
    assert 1 == len(post.magda.accepted())


def test_refused_by_magda(post: Post) -> None:
    """A refusal ends the task and says why; another channel is then free to try."""
    number = INSZ("94022722580")  # has no eBox
    sent = post.send(Recipient.citizen(number, name="Test", address=ADDRESS))

    assert WorkReport(done=1) == post.scene.vl.work()
    rejected = post.now(sent)
    assert DispatchState.REJECTED is rejected.state
    assert "e-Box" in rejected.error
    assert () == post.magda.accepted()

    again = post.send(Recipient.by_letter("Test", ADDRESS))
    post.scene.vl.work()
    assert DispatchState.ACCEPTED is post.now(again).state


def test_client_is_not_let_in(post: Post, tmp_path: Path) -> None:
    """A wrong secret is no refusal of the document: its task waits to be set going."""
    file, vl = tmp_path / "secret", post.scene.vl
    secret = file.read_text()
    file.write_text("something else")
    sent = post.send()

    assert WorkReport(stuck=1) == vl.work()
    (stuck,) = post.tasks()
    assert "no token" in str(stuck.error)
    with pytest.raises(AlreadySentError):
        post.send()

    file.write_text(secret)
    vl.book.retry(stuck.key, vl.clock())
    with post.reopened() as mended:
        assert WorkReport(done=1) == mended.work()
    assert DispatchState.ACCEPTED is post.now(sent).state


def test_nobody_answers(post: Post) -> None:
    """With MAGDA away the document stays on its way; nothing is lost."""
    sent = post.send()
    with post.reopened(url="http://127.0.0.1:9") as lonely:
        assert WorkReport(postponed=1) == lonely.work()

    post.ahead = timedelta(seconds=10)
    assert WorkReport(done=1) == post.scene.vl.work()
    assert DispatchState.ACCEPTED is post.now(sent).state
