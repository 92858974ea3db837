"""What goes wrong around an act: a typed error with a hint, and nothing changed."""

from __future__ import annotations

import errno
import io
import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from digivl import DigivlError
from digivl.documents.model import NOTA
from digivl.dossiers.model import DOSSIER
from digivl.errors import (
    BackendRefusedError,
    BackendUnavailableError,
    CertificateNotValidError,
    EncryptedPDFError,
    KeyUnusableError,
    StorageFullError,
    UnreadablePDFError,
    UntrustworthyAnswerError,
)
from digivl.kernel.moments import utc_now
from digivl.settings import Backend, Limits
from digivl.signing.model import FLOW, FlowState
from digivl.testing import papers, route
from digivl.testing.route import Scene
from digivl.testing.serving import serving
from digivl.testing.tsa import Fault, TSASimulator, tsa_app

At = Callable[..., Scene]


@attrs.frozen
class Picture:
    """What an office holds: acts, documents, and who has the dossier."""

    entries: int
    tasks: int
    documents: frozenset[str]
    custody: tuple[str, str, Any]


def picture(scene: Scene) -> Picture:
    """The office as it is now, read without the library where that is possible."""
    folder = scene.vl.folder
    with sqlite3.connect(folder / "book.sqlite") as book:
        (entries,) = book.execute("SELECT count(*) FROM entry").fetchone()
        (tasks,) = book.execute("SELECT count(*) FROM task").fetchone()
    book.close()
    files = (folder / "documents").rglob("*")
    held = scene.vl.custody.of(DOSSIER.ref(scene.dossier)).record
    return Picture(
        entries,
        tasks,
        frozenset(file.name for file in files if file.is_file()),
        (held.holder.id, held.next_step, held.due),
    )


@contextmanager
def refused(scene: Scene, error: type[DigivlError], match: str) -> Iterator[None]:
    """The block raises `error` with a hint, and leaves the office as it was."""
    before = picture(scene)
    with pytest.raises(error, match=match) as caught:
        yield
    assert caught.value.hint
    assert before == picture(scene)


def sign(scene: Scene) -> FlowState:
    """The minister signs; gives how far the flow then is."""
    flow = next(scene.all(FLOW)).id
    return scene.vl.signing.sign(flow, by=route.MINISTER).record.state


@pytest.mark.parametrize(
    ("content", "error", "match"),
    [
        (b"", UnreadablePDFError, "empty"),
        (b"PK\x03\x04 a workbook", UnreadablePDFError, "PDF"),
        (papers.paper()[:300], UnreadablePDFError, "PDF|damaged|truncated"),
    ],
    ids=["empty", "no-pdf", "truncated"],
)
def test_no_document(
    content: bytes, error: type[DigivlError], match: str, scene_at: At
) -> None:
    """What is no PDF is refused before anything is kept."""
    scene = scene_at("opened")

    with refused(scene, error, match):
        add(scene, content)

    add(scene, papers.paper("Nota"))


def test_encrypted_document(
    scene_at: At, tmp_path: Path, needs_program: Callable[[str], str]
) -> None:
    """A PDF behind a password is refused, and the text says so."""
    scene, plain, locked = scene_at("opened"), tmp_path / "p.pdf", tmp_path / "l.pdf"
    plain.write_bytes(papers.paper())
    qpdf = needs_program("qpdf")
    command = [qpdf, "--encrypt", "user", "owner", "256", "--", str(plain), str(locked)]
    subprocess.run(command, check=True)

    with refused(scene, EncryptedPDFError, "password"):
        add(scene, locked.read_bytes())


def add(scene: Scene, content: bytes) -> None:
    """Take a document in."""
    vl, file = scene.vl, io.BytesIO(content)
    vl.documents.add(scene.dossier, file, title="Nota", type=NOTA, by=route.CABINET)


@pytest.mark.parametrize(
    ("file", "content", "match"),
    [
        ("minister.p12", b"", "is empty"),
        ("minister.p12", b"no key", "not a PKCS#12 file"),
        ("minister.password", b"something else", "wrong password"),
    ],
    ids=["0-bytes", "no-key", "password"],
)
def test_unusable_key(file: str, content: bytes, match: str, scene_at: At) -> None:
    """A key that does not open signs nothing; with the right file the same act does."""
    scene = scene_at("flow")
    path = scene.vl.folder / "keys" / file
    right = path.read_bytes()
    path.write_bytes(content)

    with refused(scene, KeyUnusableError, match):
        sign(scene)

    path.write_bytes(right)
    assert FlowState.PARTLY_SIGNED is sign(scene)


@pytest.mark.parametrize(
    ("days", "match"), [(3_000, "expired on"), (-3_000, "is valid from")]
)
def test_certificate_of_another_time(days: int, match: str, scene_at: At) -> None:
    """A certificate that is expired, or not valid yet, signs nothing."""
    now = [utc_now() + timedelta(days=days)]
    scene = scene_at("flow", clock=lambda: now[0])

    with refused(scene, CertificateNotValidError, match):
        sign(scene)

    now[0] = utc_now()
    assert FlowState.PARTLY_SIGNED is sign(scene)


@pytest.fixture(name="authority")
def _authority(stages: Path) -> Iterator[tuple[TSASimulator, str]]:
    """The timestamp authority of the office, and where it is served."""
    keys = stages / "flow" / "keys"
    password = (keys / "timestamps.password").read_bytes().strip()
    simulator = TSASimulator.from_pkcs12(keys / "timestamps.p12", password)
    with serving(tsa_app(simulator)) as url:
        yield simulator, url


FAULTS = {
    Fault.DOWN: BackendUnavailableError,
    Fault.BUSY: BackendUnavailableError,
    Fault.NO_CLOCK: BackendUnavailableError,
    Fault.SLOW: BackendUnavailableError,
    Fault.REFUSED: BackendRefusedError,
    Fault.GARBAGE: UntrustworthyAnswerError,
    Fault.WRONG_IMPRINT: UntrustworthyAnswerError,
    Fault.WRONG_NONCE: UntrustworthyAnswerError,
    Fault.WRONG_SIGNATURE: UntrustworthyAnswerError,
    Fault.WRONG_NAME: UntrustworthyAnswerError,
    Fault.UNNAMED_UNIT: UntrustworthyAnswerError,
    Fault.OTHER_UNIT: UntrustworthyAnswerError,
}


def test_every_fault_is_tried() -> None:
    """A new way to lie needs a test."""
    # Nobody asks for a policy on the route: any is good.
    assert set(Fault) == {*FAULTS, Fault.WRONG_POLICY}


@pytest.mark.parametrize("fault", FAULTS)
def test_timestamp_authority_fails(
    fault: Fault, authority: tuple[TSASimulator, str], scene_at: At
) -> None:
    """Without an honest timestamp nothing is signed; later the same act succeeds."""
    simulator, url = authority
    now = [utc_now()]
    simulator.clock = lambda: now[0]
    scene = scene_at(
        "flow",
        clock=lambda: now[0],
        authorities={"tsa": Backend(offer="rfc3161", options={"url": url})},
        limits=Limits(http_read_seconds=0.5),
    )
    simulator.fault, simulator.slowness = fault, 1.0

    with refused(scene, FAULTS[fault], "no timestamp"):
        sign(scene)

    simulator.fault = None
    now[0] += timedelta(minutes=2)
    assert FlowState.PARTLY_SIGNED is sign(scene)


def test_second_authority_stands_in(
    authority: tuple[TSASimulator, str], scene_at: At
) -> None:
    """Authorities are asked in order: when the first is away, the second stamps."""
    away = Backend(offer="rfc3161", options={"url": "http://127.0.0.1:9"})
    there = Backend(offer="rfc3161", options={"url": authority[1]})
    scene = scene_at("flow", authorities={"first": away, "second": there})

    assert FlowState.PARTLY_SIGNED is sign(scene)


@pytest.fixture(name="small_disk")
def _small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KiB; only who may mount has one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_disk_of_the_documents_is_full(scene_at: At, small_disk: Path) -> None:
    """No room for a document: nothing is kept; with room the same act succeeds."""
    store = Backend(offer="folder", options={"path": str(small_disk / "documents")})
    scene = scene_at("opened", documents=store)
    filler = small_disk / "filler"
    filler.write_bytes(bytes(60_000))

    with refused(scene, StorageFullError, "no room left"):
        add(scene, papers.paper("Nota", pages=40))
    assert [] == [f for f in small_disk.rglob("*") if f.is_file() and f != filler]

    filler.unlink()
    add(scene, papers.paper("Nota", pages=40))


ACTS: dict[str, Callable[[Scene], object]] = {
    "opened": lambda scene: add(scene, papers.paper("Nota")),
    "flow": sign,
}


@pytest.mark.parametrize("stage", ACTS)
def test_disk_fills_up_at_the_last_moment(
    stage: str, scene_at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forcing a document to the disk can still fail: then nothing was kept."""
    scene = scene_at(stage)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with refused(scene, StorageFullError, "no room left"):
            ACTS[stage](scene)

    ACTS[stage](scene)
