"""The command `sign`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from digivl.app import Digivl
from digivl.cli.options import HERE, AsJson, Office
from digivl.cli.output import FAILED, busy, counted, print_json, reported, say, tell
from digivl.kernel.parties import Party, Role
from digivl.pdf.levels import Level

if TYPE_CHECKING:
    from digivl.pdf.spec import Certification, FieldLock
    from digivl.signing.batch import Order, Outcome


class Allowed(Enum):
    """What may still be done with a certified document."""

    NOTHING = "nothing"
    FORMS = "forms"
    NOTES = "notes"


_FILES: Final = "PDF files."


def sign(  # noqa: PLR0913 - an option for each part of a signature
    files: Annotated[list[Path], typer.Argument(help=_FILES)],
    *,
    out: Annotated[Path, typer.Option(help="Folder for the signed files.")],
    means: Annotated[
        list[str] | None,
        typer.Option(
            help="Signing means, in order; repeat for several. As who it signs can "
            "follow: minister='Vlaams minister van Jeugd'."
        ),
    ] = None,
    by: Annotated[str, typer.Option(help="Who issues, as shown.")] = "Dossierbeheerder",
    code: Annotated[
        bool, typer.Option(help="Put a QR code on it and register it.")
    ] = True,
    timestamp: Annotated[
        bool, typer.Option(help="Without, for --no-code only: B-B.")
    ] = True,
    level: Annotated[
        Level | None,
        typer.Option(help="With --no-code: what is reached; else as the settings say."),
    ] = None,
    certify: Annotated[
        Allowed | None,
        typer.Option(help="With --no-code: certify; what may still be done."),
    ] = None,
    lock: Annotated[
        bool, typer.Option(help="With --no-code: nobody signs after this.")
    ] = False,
    lock_field: Annotated[
        list[str] | None,
        typer.Option(help="With --no-code: lock this field of the form; repeat."),
    ] = None,
    visible: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PAGE,X,Y,WIDTH,HEIGHT",
            help="With --no-code: where it is seen, in mm from the lower left of a "
            "page; repeat, one for each means.",
        ),
    ] = None,
    upgrade: Annotated[
        bool,
        typer.Option(help="Sign nothing: bring signed files to --level."),
    ] = False,
    resume: Annotated[
        bool, typer.Option(help="With --no-code: go on with a batch that was stopped.")
    ] = False,
    processes: Annotated[
        int, typer.Option(min=1, max=64, help="With --no-code: how many at a time.")
    ] = 1,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Stamp, sign, timestamp and register each file, in a dossier of its own.

    With --no-code it only signs: nothing is recorded, no QR code is put on. What is
    wrong with one file is then told, and the others are signed.
    """
    from digivl.cli.signing import batch_order, box, checked, functions

    alone = upgrade or not code
    if not (alone or timestamp):
        raise typer.BadParameter("--no-timestamp goes with --no-code only")
    look = {"certify": _certification(certify), "lock": _lock(lock, lock_field)}
    if not alone and (
        level or visible or resume or processes > 1 or any(look.values())
    ):
        raise typer.BadParameter("this goes with --no-code only")
    if upgrade == bool(means):
        raise typer.BadParameter("name --means, or --upgrade without any")
    with reported(as_json=as_json), Digivl.open(office) as vl:
        signers = functions(means or ())
        checked(vl, files, out, signers, resume=resume)
        if not alone:
            _recorded(vl, files, out, signers, by, as_json=as_json)
            return
        wanted = level if timestamp else Level.B_B
        order = batch_order(signers, wanted, look, [box(one) for one in visible or ()])
        _batch(vl, files, out, order, processes, as_json=as_json)


def _certification(allowed: Allowed | None) -> Certification | None:
    from digivl.pdf.spec import Certification

    return None if allowed is None else Certification[allowed.name]


def _lock(everything: bool, fields: list[str] | None) -> FieldLock | None:  # noqa: FBT001 - as typer gives it
    from digivl.pdf.spec import FieldLock, Lock

    if everything:
        return FieldLock()
    return FieldLock(Lock.ONLY, tuple(fields)) if fields else None


def _recorded(
    vl: Digivl,
    files: Iterable[Path],
    out: Path,
    signers: dict[str, str],
    by: str,
    *,
    as_json: bool,
) -> None:
    from digivl.cli.signing import recorded

    party = Party("cli", by, Role.DOSSIER_MANAGER)
    for file in files:
        target = out / file.name
        with busy(f"Signing {file}", quiet=as_json):
            told = recorded(vl, file, target, signers, party)
        if as_json:
            print_json({"file": str(file), "out": str(target)} | told)
            continue
        say(f"{file} -> {target}")
        for name in ("code", "document"):
            say(f"  {name:9} {told[name]}")


def _batch(
    vl: Digivl,
    files: list[Path],
    out: Path,
    order: Order,
    processes: int,
    *,
    as_json: bool,
) -> None:
    from digivl.signing.batch import Job

    jobs = (Job(file, out / file.name) for file in files)
    with _progress(order, len(files), as_json=as_json) as progress:
        report = vl.sign_many(jobs, order, processes=processes, progress=progress)
    if report.failed:
        raise typer.Exit(FAILED)


@contextmanager
def _progress(order: Order, total: int, *, as_json: bool) -> Iterator[Any]:
    """Tells each outcome, and how far the batch is."""
    from digivl.cli.signing import outcome_json

    with counted("Signing", total, quiet=as_json) as advance:

        def progress(outcome: Outcome) -> None:
            advance()
            failure, job = outcome.failure, outcome.job
            if as_json:
                print_json(outcome_json(outcome, order))
            elif failure is not None:
                tell(f"{job.source}: {failure.text}", "red")
                tell(failure.hint)
            elif outcome.skipped:
                say(f"{job.source} -> {job.target} (signed before)")
            else:
                say(f"{job.source} -> {job.target}")

        yield progress
