"""Two processes on one office at the same moment."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from digivl import Recipient
from digivl.advice.request import ADVICE
from digivl.dispatch.model import DISPATCH, PostalAddress
from digivl.dossiers.model import DOSSIER
from digivl.records.tasks import TaskState
from digivl.signing.model import FLOW, FlowState
from digivl.testing import papers, route
from digivl.testing.magda_folder import MessageFolder
from digivl.testing.route import Scene, start

RIVAL = Path(__file__).with_name("rival.py")
#: What the one who comes second may be told; empty when it could be done as well.
LOST = {
    "stale-record",
    "step-not-allowed",
    "not-allowed",  # it has what it hands over no more
    "already-sent",
    "signing",
    "",
}


class Rival:
    """Another process, which obeys."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(RIVAL)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def tell(self, **order: Any) -> None:
        """Give it an order, or let it go on."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def let_go(self) -> None:
        """It closes the office."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def said(self) -> dict[str, str]:
        """Its next answer; waits for it."""
        assert self.process.stdout is not None
        answer: dict[str, str] = json.loads(self.process.stdout.readline())
        return answer

    def end(self) -> None:
        """It stops when there are no more orders."""
        with self.process:
            assert self.process.stdin is not None
            self.process.stdin.close()


@pytest.fixture(name="processes", scope="module")
def _processes() -> Iterator[tuple[Rival, Rival]]:
    """Two processes, with everything loaded."""
    both = Rival(), Rival()
    yield both
    for rival in both:
        rival.end()


@pytest.fixture(name="rivals")
def _rivals(
    processes: tuple[Rival, Rival],
) -> Iterator[Callable[[Scene], tuple[Rival, Rival]]]:
    """The two processes, with the office of a scene open."""

    def opened(scene: Scene) -> tuple[Rival, Rival]:
        for rival in processes:
            rival.tell(open=str(scene.vl.folder))
        assert ["open", "open"] == [rival.said()["code"] for rival in processes]
        return processes

    yield opened
    for rival in processes:
        rival.let_go()


@attrs.frozen
class Case:
    """An act, the stage at which it can be done, and what it is done on."""

    act: str
    stage: str
    on: Callable[[Scene], str]

    def order(self, scene: Scene) -> dict[str, str]:
        """As a process understands it."""
        return {"act": self.act, "id": self.on(scene)}


def the_only(kind: Any) -> Callable[[Scene], str]:
    """Id of the only record of a kind."""
    return lambda scene: next(scene.all(kind)).id


CASES = pytest.mark.parametrize(
    "case",
    [
        Case("hand over", "opened", lambda scene: scene.dossier),
        Case("advise", "asked", the_only(ADVICE)),
        Case("sign", "flow", the_only(FLOW)),
        Case("register", "signed", the_only(FLOW)),
        Case("send", "registered", lambda scene: scene.document),
    ],
    ids=lambda case: case.act,
)
At = Callable[..., Scene]
Rivals = Callable[[Scene], tuple[Rival, Rival]]


@CASES
def test_who_writes_last_is_stale(case: Case, scene_at: At, rivals: Rivals) -> None:
    """Both read one version; one writes the next, the other is told it is stale."""
    scene = scene_at(case.stage)
    both, custody = rivals(scene), scene.vl.custody
    before = len(custody.history(DOSSIER.ref(scene.dossier)))
    for rival in both:
        rival.tell(**case.order(scene), pause=True)
    assert ["paused", "paused"] == [rival.said()["code"] for rival in both]

    answers = []
    for rival in both:
        rival.tell()
        answers.append(rival.said())

    assert ["", "stale-record"] == [answer["code"] for answer in answers]
    assert "Read the record again" in answers[1]["text"]
    assert before + 1 == len(custody.history(DOSSIER.ref(scene.dossier)))


@CASES
def test_at_once(case: Case, scene_at: At, rivals: Rivals) -> None:
    """Whoever comes first does it; the other reads why not, in our own words."""
    scene = scene_at(case.stage)
    both = rivals(scene)
    for rival in both:
        rival.tell(**case.order(scene))

    answers = [rival.said() for rival in both]

    codes = {answer["code"] for answer in answers}
    assert "" in codes
    assert codes <= LOST
    assert not any("sqlite" in answer["text"].lower() for answer in answers)


def test_signed_once(scene_at: At, rivals: Rivals) -> None:
    """Two processes that sign for one party leave one signature."""
    scene = scene_at("flow")
    flow = the_only(FLOW)(scene)
    both = rivals(scene)
    for rival in both:
        rival.tell(act="sign", id=flow)
    for rival in both:
        rival.said()

    found = scene.vl.signing.read(flow).record

    assert FlowState.PARTLY_SIGNED is found.state
    assert [False, True] == sorted(s.signed_at is not None for s in found.signatories)


def messages(scene: Scene) -> Counter[str]:
    """What arrived at MAGDA, by channel."""
    folder = MessageFolder(scene.vl.folder / "outside" / "magda")
    return Counter(message.channel for message in folder.all())


def work_together(scene: Scene, both: tuple[Rival, Rival]) -> None:
    """Both do what is due, until nothing is."""
    for rival in both:
        rival.tell(act="work")
    assert ["", ""] == [rival.said()["code"] for rival in both]
    assert {TaskState.DONE} == {task.state for task in scene.vl.book.tasks()}


def test_two_workers_on_the_route(scene_at: At, rivals: Rivals) -> None:
    """Two workers at once on one office: each recipient still gets one message."""
    scene = scene_at("opened")
    start(scene.vl, io.BytesIO(papers.paper()), "Nog een beslissing")

    work_together(scene, rivals(scene))

    assert {"EBOX": 1, "PAPER": 1} == messages(scene)


def test_two_workers_on_many_letters(scene_at: At, rivals: Rivals) -> None:
    """Tasks are shared out between workers, and each is done once."""
    scene = scene_at("registered")
    address = PostalAddress(
        street="Voorbeeldstraat",
        house_number="1",
        postal_code="1000",
        municipality="Brussel",
    )
    people = [Recipient.by_letter(f"Vereniging {n}", address) for n in range(12)]
    scene.vl.dispatches.send(
        scene.document, people, sender=route.SENDER, by=route.SECRETARIAT
    )

    work_together(scene, rivals(scene))

    assert {"PAPER": 12} == messages(scene)
    assert 12 == len(list(scene.all(DISPATCH)))
