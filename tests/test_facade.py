"""The facade: how an application embeds digivl."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import attrs
import pytest

from digivl import Digivl
from digivl.dispatch.model import DISPATCH, DispatchState
from digivl.dossiers.model import DOSSIER
from digivl.errors import ConfigurationError, NotAnOfficeError, OfficeError
from digivl.office import open_office
from digivl.records.port import Query
from digivl.records.sqlbook import SQLBook
from digivl.records.tasks import NewTask, Task
from digivl.records.worker import WorkReport
from digivl.settings import Settings
from digivl.signing.model import FLOW
from digivl.testing import papers, route
from digivl.testing.route import Scene, start
from digivl.validation.verdict import Indication

At = Callable[..., Scene]


def test_whole_route_in_memory() -> None:
    """From nothing to sent, in an office that leaves nothing behind."""
    with Digivl.in_memory() as vl:
        start(vl, io.BytesIO(papers.paper()), "Een beslissing")
        report, folder = vl.work(), vl.folder
        states = [
            vl.book.read(DISPATCH, row.ref.id).record.state
            for row in vl.book.rows(Query(kind=DISPATCH.name))
        ]
        assert folder.is_dir()

    assert WorkReport(done=3) == report
    assert [DispatchState.ACCEPTED] * 2 == states
    assert not folder.parent.exists()


def test_in_a_notebook(scene_at: At) -> None:
    """Inside a running loop everything works: sign, validate, send."""
    scene = scene_at("opened")

    async def cell() -> WorkReport:
        start(scene.vl, io.BytesIO(papers.paper()), "Een beslissing")
        return scene.vl.work()

    assert WorkReport(done=3) == asyncio.run(cell())


def test_from_a_worker_thread_of_an_async_application(scene_at: At) -> None:
    """An async application calls it in a thread; several at once do no harm."""
    vl = scene_at("registered").vl

    async def serve() -> list[Indication]:
        jobs = (asyncio.to_thread(validated, vl) for _ in range(4))
        return list(await asyncio.gather(*jobs))

    assert [Indication.TOTAL_PASSED] * 4 == asyncio.run(serve())


def validated(vl: Digivl) -> Indication:
    """The verdict over the registered document."""
    sha256 = vl.documents.read("document-1").record.latest.sha256
    with vl.documents.opened(sha256) as file:
        return vl.validate(file, "final").indication


def test_eight_threads(scene_at: At) -> None:
    """One facade serves many threads: each opens, files and reads for itself."""
    vl, start_line = scene_at("opened").vl, threading.Barrier(8)

    def clerk(number: int) -> list[int]:
        start_line.wait()
        dossier = vl.dossiers.open(f"Dossier {number}", by=route.CABINET).id
        hands = (route.CABINET, route.INSPECTOR, route.BUDGET, route.CABINET)
        for by, to in pairwise(hands):
            vl.custody.hand_over(DOSSIER.ref(dossier), to, by=by)
        history = vl.custody.history(DOSSIER.ref(dossier))
        return [entry.version for entry in history]

    with ThreadPoolExecutor(8) as threads:
        versions = list(threads.map(clerk, range(8)))

    assert [[1, 2, 3, 4]] * 8 == versions
    assert 9 == len(vl.custody.worklist())


def test_services_are_made_once(scene_at: At) -> None:
    """Threads that ask at one moment get one and the same service."""
    vl, start_line = scene_at("opened").vl, threading.Barrier(8)

    def ask(_: int) -> int:
        start_line.wait()
        return id(vl.signing)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(ask, range(8)))

    assert vl.signing is vl.signing
    assert "Signing flows." == type(vl).signing.__doc__
    assert vl.signing.book is vl.book is vl.dispatches.book


def test_ten_lines(tmp_path: Path) -> None:
    """At most ten lines from import to a signed, registered, dispatched document."""
    file = tmp_path / "beslissing.pdf"
    file.write_bytes(papers.paper())
    lines = f"""
from digivl import Digivl
from digivl.testing.route import start
vl = Digivl.create({str(tmp_path / "office")!r})
with open({str(file)!r}, "rb") as pdf:
    dossier = start(vl, pdf, "Een beslissing")
report = vl.work()
vl.close()
""".strip()

    namespace: dict[str, object] = {}
    exec(lines, namespace)

    assert len(lines.splitlines()) <= 10
    assert WorkReport(done=3) == namespace["report"]


def test_book_of_the_application(scene_at: At, tmp_path: Path) -> None:
    """An application brings its own book; the facade neither opens nor closes it."""
    folder = scene_at("opened").vl.folder
    book = SQLBook.create(f"sqlite:///{tmp_path / 'own.sqlite'}")
    with Digivl.from_settings(open_office(folder), folder=folder, book=book) as vl:
        opened = vl.dossiers.open("Elders", by=route.CABINET)

    assert opened == book.read(DOSSIER, opened.id)
    book.close()
    with Digivl.open(folder) as vl:
        assert 1 == len(vl.custody.worklist())


def test_tasks_of_the_application(scene_at: At) -> None:
    """Tasks of the application's own are done by its own handlers."""
    seen: list[str] = []
    folder = scene_at("opened").vl.folder

    def remind(task: Task) -> None:
        seen.append(task.payload["text"])
        vl.book.write(done=task)

    vl = Digivl.from_settings(
        open_office(folder), folder=folder, handlers={"reminder": remind}
    )
    with vl:
        task = NewTask(
            kind="reminder",
            subject=DOSSIER.ref("dossier-1"),
            due=vl.clock(),
            payload={"text": "morgen"},
        )
        vl.book.write(tasks=[task])
        assert WorkReport(done=1) == vl.work()

    assert ["morgen"] == seen


def test_progress_is_told(scene_at: At) -> None:
    """Work tells after each task which it was, and what went wrong if anything."""
    scene, told = scene_at("registered"), []
    scene.vl.dispatches.send(
        scene.document, route.recipients(), sender=route.SENDER, by=route.SECRETARIAT
    )
    nothing = NewTask(
        kind="dispatch", subject=DISPATCH.ref("nowhere"), due=scene.vl.clock()
    )
    scene.vl.book.write(tasks=[nothing])

    report = scene.vl.work(lambda task, error: told.append((task.kind, error)))

    assert WorkReport(done=2, stuck=1) == report
    assert ["dispatch"] * 3 == [kind for kind, _ in told]
    assert [None, None] == [error for _, error in told[:2]]
    assert "there is no dispatch nowhere" in str(told[2][1])


def test_closing_twice(scene_at: At) -> None:
    """To close again does nothing; with simulators running, and without."""
    scene = scene_at("flow")
    scene.vl.signing.sign(next(scene.all(FLOW)).id, by=route.MINISTER)

    scene.vl.close()
    scene.vl.close()

    assert "digivl-pdf" in {thread.name for thread in threading.enumerate()}
    Digivl.open(scene.vl.folder).close()


def test_clock_of_the_application(scene_at: At) -> None:
    """All moments come from the clock that was given."""
    moment = datetime(2027, 1, 4, 9, tzinfo=UTC)
    vl = scene_at("opened", clock=lambda: moment).vl

    opened = vl.dossiers.open("Later", by=route.CABINET)

    assert moment == opened.at == opened.record.opened_at


def test_no_office(tmp_path: Path) -> None:
    """A folder that is no office, or is one already, is said to be."""
    with pytest.raises(NotAnOfficeError, match="is not there"):
        Digivl.open(tmp_path / "none")
    with pytest.raises(NotAnOfficeError, match="is no office"):
        Digivl.open(tmp_path)
    Digivl.create(tmp_path / "office").close()
    with pytest.raises(OfficeError, match="is an office already"):
        Digivl.create(tmp_path / "office")


def test_simulators_only_in_development(scene_at: At) -> None:
    """An office that is for real never reaches a simulator, whatever its settings."""
    scene = scene_at("flow", development=False)

    with pytest.raises(ConfigurationError, match="only in a development office"):
        scene.vl.signing.sign(next(scene.all(FLOW)).id, by=route.MINISTER)


def test_settings_by_hand(scene_at: At) -> None:
    """An application can do without digivl.toml: settings are one record."""
    folder = scene_at("registered").vl.folder
    settings = Settings(trust=("keys/authority.pem",))

    with Digivl.from_settings(settings, folder=folder) as vl:
        assert Indication.TOTAL_PASSED is validated(vl)
    without = attrs.evolve(settings, trust=())
    with Digivl.from_settings(without, folder=folder) as vl:
        assert Indication.INDETERMINATE is validated(vl)
