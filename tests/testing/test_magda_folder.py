"""The folder in which the simulator of MAGDA keeps what it accepted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from werkzeug.test import TestResponse

import digivl
from digivl.testing.magda import MagdaSimulator
from digivl.testing.magda_folder import MessageFolder
from digivl.testing.magda_sample import PDF

Post = Callable[..., TestResponse]


def test_folder_tells_a_person_what_was_sent(
    post: Post, simulator: MagdaSimulator
) -> None:
    """Beside each message stands its document; no file name tells to whom."""
    post(key="85073003328")

    names = sorted(file.name for file in simulator.folder.iterdir())

    assert [".json", ".pdf"] == sorted(Path(name).suffix for name in names)
    assert not [name for name in names if "85073003328" in name]
    (accepted,) = simulator.accepted()
    assert [PDF] == [file.read_bytes() for file in accepted.documents]


WRITER = """
import io, sys
from datetime import UTC, datetime
from pathlib import Path
sys.path.insert(0, {source!r})
from digivl.testing.magda_folder import AcceptedMessage, MessageFolder
folder = MessageFolder(Path({folder!r}))
for number in range({count}):
    made = folder.accept(
        AcceptedMessage(
            message_id=f"{name}-{{number}}", at=datetime.now(UTC), expires_at=None,
            code="", client="c", key=str(number),
            message={{"deliveryChannel": "PAPER"}}, documents=(),
        ),
        [io.BytesIO(b"%PDF" + bytes(100_000))],
        unique=True,
    )
    print(number, "new" if made else "old", flush=True)
"""


def writer(folder: Path, name: str, count: int) -> subprocess.Popen[str]:
    """A process that accepts messages under the keys 0, 1, 2 and so on."""
    source = str(Path(digivl.__file__).parent.parent)
    script = WRITER.format(source=source, folder=str(folder), name=name, count=count)
    return subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True
    )


def test_two_processes_accept_each_key_once(tmp_path: Path) -> None:
    """A key is won by one process, and the loser leaves nothing behind."""
    first, second = writer(tmp_path, "a", 30), writer(tmp_path, "b", 30)
    said = [*first.communicate()[0].split("\n"), *second.communicate()[0].split("\n")]

    messages = MessageFolder(tmp_path).all()

    assert 30 == sum(line.endswith("new") for line in said)
    assert [str(n) for n in range(30)] == sorted((m.key for m in messages), key=int)
    assert 60 == len(list(tmp_path.iterdir()))


def test_acceptance_survives_a_kill(tmp_path: Path) -> None:
    """Whatever was told to be accepted is there, whole, after a kill at any moment."""
    process = writer(tmp_path, "a", 10_000)
    assert process.stdout is not None
    told = [process.stdout.readline().split()[0] for _ in range(5)]
    os.kill(process.pid, signal.SIGKILL)
    told += [line.split()[0] for line in process.stdout if line.endswith("new\n")]
    process.wait()
    process.stdout.close()

    messages = MessageFolder(tmp_path).all()

    assert set(told) <= {message.key for message in messages}
    assert all(d.stat().st_size == 100_004 for m in messages for d in m.documents)
