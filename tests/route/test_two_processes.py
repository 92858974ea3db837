"""Two processes on one office at the same moment."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from digivl import Recipient
from digivl.advice.model import ADVICE
from digivl.custody.model import CUSTODY
from digivl.dispatch.model import DISPATCH, PostalAddress
from digivl.records.tasks import TaskState
from digivl.signing.model import FLOW, FlowState
from digivl.testing import papers, route
from digivl.testing.magda_folder import MessageFolder
from digivl.testing.route import Scene, start
from digivl.verification.model import AUTHENTIC

RIVAL = Path(__file__).with_name("rival.py")
LOST = {"stale-record", "step-not-allowed", "already-sent", "signing", ""}


class Rival:
    """Another process, which has the office open."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, str(RIVAL), str(folder)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def told(self) -> Any:
        """Its next answer; waits for it."""
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def tell(self, **order: Any) -> None:
        """Give it an order, or let it go on."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def end(self) -> None:
        """It stops when there are no more orders."""
        with self.process:
            assert self.process.stdin is not None
            self.process.stdin.close()


@pytest.fixture(name="rivals")
def _rivals() -> Iterator[Callable[[Scene], list[Rival]]]:
    """Starts two processes on the office of a scene."""
    started: list[Rival] = []

    def start_two(scene: Scene) -> list[Rival]:
        started.extend(Rival(scene.vl.folder) for _ in range(2))
        assert ["ready"] * 2 == [rival.told()["code"] for rival in started]
        return started

    yield start_two
    for rival in started:
        rival.end()


# The act, the stage at which it can be done, and the kind of record whose id it takes.
ACTS = [
    ("advise", "asked", ADVICE),
    ("sign", "flow", FLOW),
    ("register", "signed", FLOW),
    ("send", "registered", None),
    ("hand over", "opened", None),
]


def order_for(scene: Scene, act: str, kind: Any) -> dict[str, Any]:
    """The order for an act on the one dossier of the scene."""
    if kind is not None:
        found = scene.only(kind)
        assert found is not None
        return {"act": act, "id": found.id}
    return {"act": act, "id": scene.document if act == "send" else scene.dossier}


@pytest.mark.parametrize(("act", "stage", "kind"), ACTS, ids=lambda one: str(one)[:9])
def test_who_read_first_and_wrote_last_is_stale(
    act: str,
    stage: str,
    kind: Any,
    scene_at: Callable[..., Scene],
    rivals: Callable[[Scene], list[Rival]],
) -> None:
    """Both read one version; one writes the next, the other is told it is stale."""
    scene = scene_at(stage)
    first, second = rivals(scene)
    order = order_for(scene, act, kind)
    before = len(scene.vl.custody.history(DOSSIER.ref(scene.dossier)))
    for rival in (first, second):
        rival.tell(**order, pause=True)
    assert ["paused"] * 2 == [rival.told()["code"] for rival in (first, second)]

    first.tell()
    assert "" == first.told()["code"]
    second.tell()
    lost = second.told()

    assert "stale-record" == lost["code"]
    assert "Read the record again" in lost["text"]
    assert before + 1 == len(scene.vl.custody.history(DOSSIER.ref(scene.dossier)))


@pytest.mark.parametrize(("act", "stage", "kind"), ACTS, ids=lambda one: str(one)[:9])
def test_at_once_one_of_them_does_it(
    act: str,
    stage: str,
    kind: Any,
    scene_at: Callable[..., Scene],
    rivals: Callable[[Scene], list[Rival]],
) -> None:
    """Without any arrangement one act is done, and the loser reads why in our words."""
    scene = scene_at(stage)
    order = order_for(scene, act, kind)
    both = rivals(scene)
    for rival in both:
        rival.tell(**order)

    answers = [rival.told() for rival in both]

    codes = {answer["code"] for answer in answers}
    assert "" in codes
    assert codes <= LOST
    assert not any("sqlite" in answer["text"].lower() for answer in answers)
    if act == "send":
        assert 2 == len(list(scene.all(DISPATCH)))
    if act == "sign":
        assert FlowState.PARTLY_SIGNED is scene.only(FLOW).record.state
