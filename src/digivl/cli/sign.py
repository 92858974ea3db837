"""The command `sign`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from digivl.app import Digivl
from digivl.cli.accepting import accepted
from digivl.cli.options import HERE, Accept, AnyMeans, AsJson, Office
from digivl.cli.output import FAILED, busy, counted, print_json, reported, say, tell
from digivl.kernel.parties import Party, Role
from digivl.pdf.levels import Level

if TYPE_CHECKING:
    from digivl.signing.batch import Order, Outcome
    from digivl.signing.model import Signatory


class Allowed(Enum):
    """What may still be done with a certified document."""

    NOTHING = "nothing"
    FORMS = "forms"
    NOTES = "notes"


class Hashed(Enum):
    """With which digest is signed."""

    SHA256 = "sha256"
    SHA384 = "sha384"
    SHA512 = "sha512"


_FILES: Final = "PDF files."
_THREADS: Final = 4
#: Panels of the help; what stands in these two goes with --no-code only.
_LASTS: Final = "How long it can be proven (with --no-code)"
_LOOKS: Final = "How it stands in the document (with --no-code)"
_MANY: Final = "Many files (with --no-code)"


def sign(  # noqa: PLR0913 - an option for each part of a signature
    files: Annotated[list[Path], typer.Argument(help=_FILES)],
    *,
    out: Annotated[Path, typer.Option(help="Folder for the signed files.")],
    means: AnyMeans = None,
    by: Annotated[str, typer.Option(help="Who issues, as shown.")] = "Dossierbeheerder",
    code: Annotated[
        bool, typer.Option(help="Put a QR code on it and register it.")
    ] = True,
    accept: Accept = None,
    signer: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            rich_help_panel=_LOOKS,
            help="File that says who has to sign: a JSON object with insz, name or "
            "certificate. Another certificate signs nothing.",
        ),
    ] = None,
    timestamp: Annotated[
        bool, typer.Option(rich_help_panel=_LASTS, help="Without: level B-B.")
    ] = True,
    level: Annotated[
        Level | None,
        typer.Option(
            rich_help_panel=_LASTS,
            help="What is reached; that of the settings if not named.",
        ),
    ] = None,
    upgrade: Annotated[
        bool,
        typer.Option(
            "--upgrade",
            rich_help_panel=_LASTS,
            help="Sign nothing: bring signed files to --level, or renew B-LTA.",
        ),
    ] = False,
    digest: Annotated[
        Hashed | None,
        typer.Option(rich_help_panel=_LASTS, help="What fits the key if not named."),
    ] = None,
    field: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            rich_help_panel=_LOOKS,
            help="Field to sign in, one that is there and empty or a new one; repeat, "
            "one for each means. Handtekening1, Handtekening2 ... if not named.",
        ),
    ] = None,
    reason: Annotated[
        str, typer.Option(rich_help_panel=_LOOKS, help="Why, as readers show it.")
    ] = "",
    location: Annotated[
        str, typer.Option(rich_help_panel=_LOOKS, help="Where, as readers show it.")
    ] = "",
    certify: Annotated[
        Allowed | None,
        typer.Option(
            rich_help_panel=_LOOKS,
            help="The first signature is that of the author, and says what may still "
            "be done: nothing, forms (fill in, sign), or notes as well.",
        ),
    ] = None,
    lock: Annotated[
        bool,
        typer.Option(
            "--lock", rich_help_panel=_LOOKS, help="Nobody signs after the last one."
        ),
    ] = False,
    lock_field: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            rich_help_panel=_LOOKS,
            help="The last one locks this field of the form; repeat.",
        ),
    ] = None,
    lock_all_but: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            rich_help_panel=_LOOKS,
            help="The last one locks all fields but this one; repeat.",
        ),
    ] = None,
    visible: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PAGE,X,Y,WIDTH,HEIGHT",
            rich_help_panel=_LOOKS,
            help="Where it is seen, in mm from the lower left of a page; -1 is the "
            "last one. Or `field`: where an empty --field stands. Repeat, one for "
            "each means.",
        ),
    ] = None,
    text: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LINE",
            rich_help_panel=_LOOKS,
            help="What stands there; repeat for more lines. Who signed and when if "
            "not named.",
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            rich_help_panel=_MANY,
            help="Go on with a batch that was stopped.",
        ),
    ] = False,
    processes: Annotated[
        int,
        typer.Option(min=1, max=64, rich_help_panel=_MANY, help="How many at a time."),
    ] = 1,
    threads: Annotated[
        int,
        typer.Option(
            min=1, max=64, rich_help_panel=_MANY, help="Files under way in each."
        ),
    ] = _THREADS,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Stamp, sign, timestamp and register each file, in a dossier of its own.

    With --no-code it only signs: nothing is recorded, no QR code is put on. What is
    wrong with one file is then told, and the others are signed.
    """
    from digivl.cli.signing import Looks, boxes, checked, lock_of, signatories

    alone = upgrade or not code
    looks: dict[str, object] = {"signer": signer}
    looks |= {"digest": digest, "field": field, "reason": reason, "location": location}
    looks |= {"certify": certify, "lock": lock, "lock_field": lock_field}
    looks |= {"lock_all_but": lock_all_but, "visible": visible, "text": text}
    many: dict[str, object] = {
        "resume": resume,
        "processes": processes > 1,
        "threads": threads != _THREADS,
    }
    lasts: dict[str, object] = {"no-timestamp": not timestamp, "level": level}
    if upgrade == bool(means):
        raise typer.BadParameter("name --means, or --upgrade without any")
    if not alone:
        _refuse(lasts | looks | many, "goes with --no-code only")
    if upgrade:
        _refuse(looks | {"accept": accept}, "is of who signs, and --upgrade signs not")
    if text and not visible:
        raise typer.BadParameter("--text stands in a place: name one with --visible")
    with reported(as_json=as_json), Digivl.open(office) as vl:
        signers, reasons = signatories(means or ()), accepted(accept)
        checked(vl, files, out, signers, resume=resume)
        if not alone:
            _recorded(vl, files, out, signers, by, reasons, as_json=as_json)
            return
        order = Looks(
            every=_every(signer, digest, reason, location, reasons),
            certify=certify and certify.name,
            lock=lock_of(lock, lock_field, lock_all_but),
            boxes=boxes(visible or ()),
            text=text or (),
            fields=field or (),
        ).order(signers, level if timestamp else Level.B_B)
        _batch(vl, files, out, order, processes, threads, as_json=as_json)


def _refuse(asked: Mapping[str, object], why: str) -> None:
    """Refuse options that are of another way to sign."""
    for name, value in asked.items():
        if value:
            raise typer.BadParameter(f"--{name.replace('_', '-')} {why}")


def _every(
    signer: Path | None,
    digest: Hashed | None,
    reason: str,
    location: str,
    reasons: Mapping[str, str],
) -> dict[str, Any]:
    """What holds for each signature, in the words of `FileSigning.sign`."""
    from digivl.cli.expecting import read_signer
    from digivl.pdf.digests import Digest

    return {
        "expected": signer and read_signer(signer),
        "digest": digest and Digest[digest.name],
        "reason": reason,
        "location": location,
        "accepted": reasons,
    }


def _recorded(
    vl: Digivl,
    files: Sequence[Path],
    out: Path,
    signers: Sequence[Signatory],
    by: str,
    reasons: Mapping[str, str],
    *,
    as_json: bool,
) -> None:
    from digivl.cli.signing import recorded

    party = Party("cli", by, Role.DOSSIER_MANAGER)
    for file in files:
        target = out / file.name
        with busy(f"Signing {file}", quiet=as_json):
            told = recorded(vl, file, target, signers, reasons, party)
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
    threads: int,
    *,
    as_json: bool,
) -> None:
    from digivl.signing.batch import Job

    jobs = (Job(file, out / file.name) for file in files)
    with _progress(order, len(files), as_json=as_json) as progress:
        report = vl.sign_many(
            jobs, order, processes=processes, threads=threads, progress=progress
        )
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
