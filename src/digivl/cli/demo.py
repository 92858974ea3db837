"""`digivl demo`: the whole route on one document, for real, on loopback."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Annotated, Final

import typer

from digivl.app import Digivl
from digivl.cli.files import is_there, reading
from digivl.cli.options import AsJson
from digivl.cli.output import NO, print_json, reported, tell
from digivl.errors import DigivlError
from digivl.kernel.kinds import Ref
from digivl.office import SETTINGS
from digivl.records.tasks import Task, TaskState

FOLDER: Final = Path("digivl-demo")
#: How long a service outside may stay away, in seconds.
_PATIENCE: Final = 60.0
_PAUSE: Final = 0.5


def demo(
    *,
    folder: Annotated[
        Path, typer.Option("--dir", help="Office to use, or a new folder.")
    ] = FOLDER,
    pdf: Annotated[
        Path | None, typer.Option(help="Your own document; else one is made.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take one document through the whole route and show that it worked."""
    from digivl.cli.story import Story

    began = time.monotonic()
    with reported(as_json=as_json), _office(folder, quiet=as_json) as vl:
        dossier = _started(vl, pdf)
        _play(vl, dossier, quiet=as_json)
        story = Story.told(vl, dossier, folder)
    seconds = time.monotonic() - began
    if as_json:
        print_json(story.as_json() | {"seconds": round(seconds, 2)})
    else:
        story.print(seconds)
    if not story.as_expected:
        raise typer.Exit(NO)


@contextmanager
def _office(folder: Path, *, quiet: bool) -> Iterator[Digivl]:
    from digivl.cli.story import Announcer

    if not is_there(folder / SETTINGS):
        if not quiet:
            tell("Kantoor maken met ontwikkelsleutels", "dim")
        Digivl.create(folder).close()
    with Digivl.open(folder, plugins=() if quiet else (Announcer(),)) as vl:
        yield vl


def _started(vl: Digivl, pdf: Path | None) -> Ref:
    from digivl.testing.route import start
    from digivl.testing.sample import TITLE, sample_decision

    if pdf is None:
        return start(vl, BytesIO(sample_decision(vl.clock())), TITLE)
    with reading(pdf) as content:
        return start(vl, content, pdf.stem)


def _play(vl: Digivl, dossier: Ref, *, quiet: bool) -> None:
    """Work until nothing is left of this dossier; what fails for now is tried again.

    Raises:
        DigivlError: Something failed for good, or for too long.
    """
    failures: list[DigivlError] = []

    def note(_: Task, error: DigivlError | None) -> None:
        if error is not None:
            failures.append(error)
            if not quiet:
                tell(error.diagnostics(), "red")

    deadline = time.monotonic() + _PATIENCE
    vl.work(note)
    while tasks := _left(vl, dossier):
        stuck = any(task.state is TaskState.STUCK for task in tasks)
        if stuck or time.monotonic() > deadline:
            raise failures[-1] if failures else _unfinished(tasks[0])
        time.sleep(_PAUSE)
        vl.work(note)


def _unfinished(task: Task) -> DigivlError:
    return DigivlError(
        f"the route is not complete: {task.error or 'somebody else works on it'}",
        hint="`digivl work --list` shows what is left; `digivl work` does it.",
    )


def _left(vl: Digivl, dossier: Ref) -> list[Task]:
    from digivl.records.port import Query

    own = {dossier, *(row.ref for row in vl.book.rows(Query(dossier=dossier.id)))}
    return [
        t for t in vl.book.tasks() if t.subject in own and t.state is not TaskState.DONE
    ]
