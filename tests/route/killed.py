"""Kills the route at each of its points and judges what is left; a program of its own.

    python killed.py FOLDER PART PARTS

It imports everything and plays the route once undisturbed, counting the points at which
something becomes lasting. Then it forks a child for each: the child plays the route in
a fresh copy of the office and is killed (SIGKILL) at its point; a second child opens
the office again, holds everything against everything, does what is due, and looks
whether the route is complete. One JSON line a point: its name and what was wrong.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import shutil
import signal
import sqlite3
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from functools import cache, wraps
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import attrs
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy.engine.default import DefaultDialect

from digivl import Digivl
from digivl.advice.agreement import AGREEMENT
from digivl.advice.request import ADVICE
from digivl.custody.model import CUSTODY, CustodyState
from digivl.dispatch.magda import MagdaDocumentendienst
from digivl.dispatch.model import DISPATCH, DispatchState
from digivl.documents.model import DOCUMENT, NOTA
from digivl.dossiers.meeting import MEETING
from digivl.dossiers.model import DOSSIER, STEP, DossierState
from digivl.errors import NotAnOfficeError
from digivl.kernel.kinds import Kind
from digivl.records.port import Query
from digivl.records.tasks import TaskState
from digivl.signing.model import FLOW
from digivl.signing.questions import questions
from digivl.testing.magda import MagdaSimulator
from digivl.testing.magda_folder import MessageFolder
from digivl.testing.route import start
from digivl.testing.sample import TITLE, sample_decision
from digivl.testing.tsa import TSASimulator
from digivl.validation.verdict import Indication
from digivl.verification.model import AUTHENTIC, CopyOutcome, VerifyOutcome

KINDS: Final[tuple[Kind[Any], ...]] = (
    *(DOSSIER, DOCUMENT, ADVICE, AGREEMENT, STEP),
    *(MEETING, FLOW, AUTHENTIC, DISPATCH, CUSTODY),
)
#: What is asked of somebody, and waits for that one by itself.
_QUESTIONS: Final[tuple[Kind[Any], ...]] = (ADVICE, AGREEMENT)
#: Two sign, each in a turn of its own.
_TURNS: Final = 2
SAMPLE: Final = sample_decision(datetime.now(UTC))


#: A method that makes something lasting: its class, its name, and what it does.
Watched = tuple[Any, str, str]


@attrs.define
class Points:
    """Counts the points that are reached; the fatal one is the last."""

    fatal: int | None = None
    also: Sequence[Watched] = ()
    names: list[str] = attrs.field(factory=list[str])

    def reach(self, name: str) -> None:
        """Go on, or die as in a power cut."""
        if len(self.names) == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        self.names.append(name)

    @contextmanager
    def installed(self) -> Iterator[None]:
        """A point before and after each act that makes something lasting."""
        with (
            self._around(Path, "replace", "rename"),
            self._around(Path, "rename", "rename of the office"),
            self._around(MagdaDocumentendienst, "submit", "publication"),
            self._around(MagdaSimulator, "accept", "acceptance"),
            self._around(TSASimulator, "answer", "timestamp"),
            self._around(DefaultDialect, "do_commit", "commit", _writes()),
            ExitStack() as others,
        ):
            for owner, name, label in self.also:
                others.enter_context(self._around(owner, name, label))
            yield

    @contextmanager
    def _around(
        self,
        owner: Any,
        name: str,
        label: str,
        matters: Callable[..., bool] = lambda *_: True,
    ) -> Iterator[None]:
        original = getattr(owner, name)

        @wraps(original)
        def watched(*args: Any, **options: Any) -> Any:
            if not matters(*args):
                return original(*args, **options)
            self.reach(f"before {label}")
            result = original(*args, **options)
            self.reach(f"after {label}")
            return result

        setattr(owner, name, watched)
        try:
            yield
        finally:
            setattr(owner, name, original)


def _writes() -> Callable[..., bool]:
    """Tells the commits that change rows from those that end a reading."""
    counts: dict[int, int] = {}

    def changed(_: object, connection: Any) -> bool:
        mark, count = id(connection.driver_connection), connection.total_changes
        before, counts[mark] = counts.get(mark, 0), count
        return bool(before != count)

    return changed


def make(folder: Path) -> None:
    """Make an office, unless it is there."""
    with suppress(NotAnOfficeError):
        Digivl.open(folder).close()
        return
    Digivl.create(folder).close()


def live(folder: Path) -> None:
    """Start the route unless it runs, and do what is due."""
    with Digivl.open(folder) as vl:
        if not vl.book.tasks():
            start(vl, BytesIO(SAMPLE), TITLE)
        vl.work()


def judge_made(folder: Path) -> None:
    """There is a whole office or none; making it again gives an empty one."""
    assert not folder.exists() or (folder / "digivl.toml").is_file()
    make(folder)
    with Digivl.open(folder) as vl:
        check_truth(vl)
        assert [] == [*vl.book.rows(Query()), *vl.book.tasks()]


def judge_lived(folder: Path) -> None:
    """What the kill left is true, and one round of work completes it, at once."""
    with Digivl.open(folder) as vl:
        check_truth(vl)
        if not vl.book.tasks():
            # Killed before the task was written: nothing was promised yet.
            assert [] == vl.book.rows(Query())
            start(vl, BytesIO(SAMPLE), TITLE)
        # No clock runs ahead here: a dead worker's lease is free at once.
        vl.work()
        assert {TaskState.DONE} == {task.state for task in vl.book.tasks()}
        check_truth(vl)
        check_complete(vl)


def check_truth(vl: Digivl) -> None:
    """Entries, current rows, documents, custody and the outside tell one story."""
    _check_entries(vl.folder / "book.sqlite")
    _check_current(vl)
    _check_documents(vl)
    _check_custody(vl)
    _check_outside(vl)


def _check_entries(book: Path) -> None:
    """Read with sqlite3 alone: each leaf hash holds, versions count without a gap."""
    with sqlite3.connect(book) as connection:
        assert [("ok",)] == connection.execute("PRAGMA integrity_check").fetchall()
        rows = connection.execute(
            "SELECT kind, id, version, canonical, leaf FROM entry ORDER BY number"
        ).fetchall()
        current = connection.execute("SELECT kind, id, version FROM current").fetchall()
    connection.close()
    last: dict[tuple[str, str], int] = {}
    for *key, canonical, leaf in rows:
        kind, name, version = key
        assert leaf == hashlib.sha256(b"\0" + canonical.encode()).digest()
        assert key == [
            json.loads(canonical)[part] for part in ("kind", "id", "version")
        ]
        assert version == last.get((kind, name), 0) + 1
        last[kind, name] = version
    assert last == {(kind, name): version for kind, name, version in current}


def _check_current(vl: Digivl) -> None:
    """Each current row is what the last entry of its record says."""
    for kind in KINDS:
        for row in vl.book.rows(Query(kind=kind.name)):
            entry = vl.book.read(kind, row.ref.id)
            assert (entry.version, kind.standing(entry.record)) == (
                row.version,
                row.standing,
            )


def _check_documents(vl: Digivl) -> None:
    """What a record names is in the store, and every file there has its own name."""
    named = {
        version.sha256
        for document in _all(vl, DOCUMENT)
        for version in document.versions
    }
    named |= {flow.current for flow in _all(vl, FLOW)}
    named |= {authentic.stamped for authentic in _all(vl, AUTHENTIC)}
    named |= {authentic.final for authentic in _all(vl, AUTHENTIC)} - {None}
    named |= {dispatch.document for dispatch in _all(vl, DISPATCH)}
    named |= {task.payload["sha256"] for task in _demo_tasks(vl)}
    for sha256 in named:
        vl.documents.store.fetch(sha256, BytesIO())
    store = vl.folder / "documents"
    for file in store.glob("??/*"):
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        assert digest == file.parent.name + file.name


def _check_custody(vl: Digivl) -> None:
    """An open dossier has one holder, one next step and one due moment.

    So has each question that is open.
    """
    opened = [
        row.ref
        for row in vl.book.rows(Query(kind=DOSSIER.name))
        if row.standing.state == DossierState.OPEN.value
    ]
    for kind in _QUESTIONS:
        rows = vl.book.rows(Query(kind=kind.name, open=True))
        opened += [row.ref for row in rows]
    for row in vl.book.rows(Query(kind=FLOW.name)):
        flow = vl.signing.read(row.ref.id).record
        opened += [question.subject for question in questions(row.ref.id, flow)]
    held = [c for c in _all(vl, CUSTODY) if c.state is CustodyState.HELD]
    assert sorted(map(str, opened)) == sorted(str(c.subject) for c in held)
    for row in vl.custody.worklist():
        assert row.standing.holder
        assert row.standing.next_step
        assert row.standing.due


def _check_outside(vl: Digivl) -> None:
    """Nobody got what no record says was submitted, and nobody got it twice."""
    left = {
        dispatch.key
        for dispatch in _all(vl, DISPATCH)
        if dispatch.state is not DispatchState.DRAFT
    }
    keys = [message.key for message in _messages(vl)]
    assert len(keys) == len(set(keys))
    assert set(keys) <= left


def check_complete(vl: Digivl) -> None:
    """Signed twice, registered, sent to two; each record of the route there once."""
    for kind in {*KINDS} - {MEETING, DISPATCH, CUSTODY, DOCUMENT}:
        assert 1 == len(_all(vl, kind)), kind.name
    assert 1 + len(_QUESTIONS) + _TURNS == len(_all(vl, CUSTODY))
    document, nota = sorted(_all(vl, DOCUMENT), key=lambda one: one.type == NOTA)
    assert 1 == len(nota.versions)
    final = document.latest.sha256
    with vl.documents.opened(final) as file:
        verdict = vl.validate(file, "final")
    assert [Indication.TOTAL_PASSED] * 2 == [s.indication for s in verdict.signatures]
    code = vl.register.code_of(final)
    with vl.documents.opened(final) as copy:
        said = vl.register.verify(code.printed, copy)
    assert (VerifyOutcome.AUTHENTIC, CopyOutcome.IDENTICAL) == (said.outcome, said.copy)
    assert ["EBOX", "PAPER"] == sorted(m.channel for m in _messages(vl))
    for message in _messages(vl):
        (sent,) = message.documents
        assert final == hashlib.sha256(sent.read_bytes()).hexdigest()
    states = [dispatch.state for dispatch in _all(vl, DISPATCH)]
    assert [DispatchState.ACCEPTED] * 2 == states


def _all(vl: Digivl, kind: Any) -> list[Any]:
    rows = vl.book.rows(Query(kind=kind.name))
    return [vl.book.read(kind, row.ref.id).record for row in rows]


def _demo_tasks(vl: Digivl) -> list[Any]:
    return [task for task in vl.book.tasks() if task.kind == "demo"]


def _messages(vl: Digivl) -> list[Any]:
    folder = vl.folder / "outside" / "magda"
    return list(MessageFolder(folder).all()) if folder.exists() else []


def in_child(work: Callable[[], None]) -> tuple[int, str]:
    """Do `work` in a forked child: how it ended, and what it raised."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        said = ""
        try:
            work()
        except BaseException:  # noqa: BLE001 - the parent tells
            said = traceback.format_exc()[-8_000:]
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    return os.waitpid(child, 0)[1], said


def killed(act: Callable[[], None], fatal: int, also: Sequence[Watched] = ()) -> str:
    """What went wrong with the killing itself; empty when the child died there."""

    def doomed() -> None:
        with Points(fatal, also).installed():
            act()

    status, said = in_child(doomed)
    died = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    return "" if died else f"was not killed (status {status}): {said}"


def kill_at_each(
    act: Callable[[Path], None],
    judge: Callable[[Path], None],
    office: Path,
    fresh: Path | None,
    part: slice,
    also: Sequence[Watched] = (),
) -> None:
    """Kill `act` at each of its points, starting each time from a copy of `fresh`."""
    points = Points(also=also)
    _lay(fresh, office)
    with points.installed():
        act(office)
    for fatal in range(len(points.names))[part]:
        _lay(fresh, office)
        problem = killed(lambda: act(office), fatal, also)
        problem = problem or in_child(lambda: judge(office))[1]
        point = f"{act.__name__} {fatal}: {points.names[fatal]}"
        print(json.dumps({"point": point, "problem": problem}), flush=True)  # noqa: T201


def _lay(fresh: Path | None, office: Path) -> None:
    shutil.rmtree(office, ignore_errors=True)
    if fresh is not None:
        shutil.copytree(fresh, office)


def main(folder: Path, part: int, parts: int) -> None:
    """Kill the making of an office, and the route in it."""
    # RSA keys are made once, here: the children inherit them.
    rsa.generate_private_key = cache(rsa.generate_private_key)
    fresh, office = folder / "fresh", folder / "office"
    make(fresh)
    gc.freeze()
    share = slice(part, None, parts)
    kill_at_each(make, judge_made, office, None, share)
    kill_at_each(live, judge_lived, office, fresh, share)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
