"""Commands about documents: sign, validate, verify."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import attrs
import typer

from digivl.app import Digivl
from digivl.cli.options import HERE, AsJson, Office
from digivl.cli.output import NO, OUT, local, print_facts, print_json, reported
from digivl.documents.disk import scratch
from digivl.documents.model import DECISION_REPORT
from digivl.errors import DigivlError, MalformedError, StorageError
from digivl.kernel.moments import utc_now
from digivl.kernel.parties import Party, Role
from digivl.office import SETTINGS
from digivl.settings import Settings
from digivl.signing.model import Signatory
from digivl.validation.engine import validate as judged
from digivl.validation.report import as_json as verdict_json
from digivl.validation.report import as_text
from digivl.validation.trust import Trust
from digivl.validation.verdict import FileVerdict, Indication
from digivl.verification.model import (
    CopyOutcome,
    Verification,
    VerifyOutcome,
)

Files = Annotated[list[Path], typer.Argument(help="PDF files.")]


def sign(
    files: Files,
    *,
    out: Annotated[Path, typer.Option(help="Folder for the signed files.")],
    means: Annotated[
        list[str], typer.Option(help="Signing means, in order; repeat for several.")
    ],
    by: Annotated[str, typer.Option(help="Who issues, as shown.")] = "Dossierbeheerder",
    code: Annotated[
        bool, typer.Option(help="Put a QR code on it and register it.")
    ] = True,
    timestamp: Annotated[bool, typer.Option(help="B-T; else B-B.")] = True,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Stamp, sign, timestamp and register each file, in a dossier of its own.

    With --no-code it only signs: nothing is recorded, no QR code is put on.
    """
    party = Party("cli", by, Role.DOSSIER_MANAGER)
    with reported(as_json=as_json), Digivl.open(office) as vl:
        for file in files:
            with written(out / file.name) as target:
                if code:
                    told = _recorded(vl, file, target, means, party)
                else:
                    told = _bare(vl, file, target, means, timestamp=timestamp)
            _print_signed(
                {"file": str(file), "out": str(out / file.name)} | told, as_json
            )


def validate(
    files: Files,
    *,
    trust: Annotated[
        list[Path] | None, typer.Option(help="PEM file with trusted roots; repeat.")
    ] = None,
    at: Annotated[
        datetime | None, typer.Option(help="Judge as of this moment (UTC if no zone).")
    ] = None,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """A verdict for each file; status 1 unless every one is TOTAL-PASSED."""
    with reported(as_json=as_json):
        settings, folder = _settings(office), office
        roots = trust or [folder / file for file in settings.trust]
        trusted, moment = Trust.from_pem(roots), _moment(at)
        passed = True
        for file in files:
            verdict = _verdict(file, trusted, moment, settings)
            passed &= verdict.indication is Indication.TOTAL_PASSED
            if as_json:
                print_json(verdict_json(verdict))
            else:
                OUT.print(as_text(verdict), markup=False)
    if not passed:
        raise typer.Exit(NO)


def verify(
    what: Annotated[str, typer.Argument(help="Code, URL, image or PDF.")],
    *,
    copy: Annotated[
        Path | None, typer.Option(help="The copy you have; it is never kept.")
    ] = None,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Look a code up, and compare a copy; status 1 unless authentic and identical."""
    with reported(as_json=as_json), Digivl.open(office) as vl, ExitStack() as opened:
        text = _code_text(vl, what)
        held = opened.enter_context(reading(copy)) if copy else None
        found = vl.register.verify(text, held)
    if as_json:
        print_json(verification_json(found))
    else:
        print_verification(found)
    if found.outcome is not VerifyOutcome.AUTHENTIC or found.copy not in (
        None,
        CopyOutcome.IDENTICAL,
    ):
        raise typer.Exit(NO)


def verification_json(found: Verification) -> dict[str, Any]:
    """What `verify --json` prints; the digests stand under `document`."""
    document = found.document
    facts = None
    if document is not None:
        facts = attrs.asdict(document, recurse=True)
        facts["state"] = document.state.value
        del facts["dossier"]
    return {
        "outcome": found.outcome.name,
        "text": found.outcome.value,
        "copy": found.copy.name if found.copy else None,
        "at": found.at,
        "document": facts,
    }


def print_verification(found: Verification) -> None:
    """The answer as a citizen reads it, in Dutch."""
    facts = {"Nagegaan op": local(found.at)}
    document = found.document
    if document is not None:
        facts |= {"Titel": document.title, "Uitgereikt door": document.issuer}
        facts |= {
            f"Getekend door ({number})": f"{one.function}, {local(one.at)}, {one.level}"
            for number, one in enumerate(document.signatures, start=1)
        }
        if document.pages:
            facts["Bladzijden"] = str(document.pages)
        if document.development:
            facts["Let op"] = "ontwikkeling, geen rechtswaarde"
    if found.copy is not None:
        facts["Uw exemplaar"] = found.copy.value
    print_facts(found.outcome.value, facts)


@contextmanager
def reading(path: Path) -> Iterator[BinaryIO]:
    """A file opened for reading.

    Raises:
        MalformedError: It cannot be read.
    """
    try:
        with path.open("rb") as file:
            yield file
    except OSError as cause:
        raise MalformedError(f"{path} cannot be read: {cause.strerror}") from cause


@contextmanager
def written(path: Path) -> Iterator[BinaryIO]:
    """A file that appears under its name only when the block ends well.

    Raises:
        StorageError: It cannot be written.
    """
    aside = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with aside.open("w+b") as file:
            yield file
        aside.replace(path)
    except OSError as cause:
        raise StorageError(f"{path} cannot be written: {cause.strerror}") from cause
    finally:
        aside.unlink(missing_ok=True)


def _recorded(
    vl: Digivl, file: Path, target: BinaryIO, means: list[str], by: Party
) -> dict[str, Any]:
    """Dossier, code, signatures, register: the whole of it, for one file."""
    with reading(file) as content:
        kept = vl.documents.keep(content)
    dossier = vl.dossiers.open(file.stem, by=by)
    with vl.documents.opened(kept.sha256) as content:
        document = vl.documents.add(
            dossier.id, content, title=file.stem, type=DECISION_REPORT, by=by
        )
    coded = vl.register.stamp(document.id, by=by)
    signatories = [
        Signatory(party=Party(name, name, Role.SIGNATORY), means=name) for name in means
    ]
    flow = vl.signing.start(document.id, signatories, by=by)
    for name in means:
        flow = vl.signing.sign(flow.id, name)
    registered = vl.register.register(flow.id, by=by)
    vl.documents.store.fetch(flow.record.current, target)
    return {
        "dossier": dossier.id,
        "document": document.id,
        "code": coded.code.printed,
        "link": coded.code.link(vl.settings.code.host),
        "page_added": coded.added_page,
        "sha256": flow.record.current,
        "signatures": [attrs.asdict(one) for one in registered.record.signatures],
    }


def _bare(
    vl: Digivl, file: Path, target: BinaryIO, means: list[str], *, timestamp: bool
) -> dict[str, Any]:
    """Only signatures, one after the other."""
    levels: list[str] = []
    with ExitStack() as opened:
        source = opened.enter_context(reading(file))
        for number, name in enumerate(means, start=1):
            last = number == len(means)
            into = target if last else opened.enter_context(scratch())
            made = vl.signing.sign_file(
                source,
                into,
                means=name,
                field=f"Handtekening{number}",
                timestamp=timestamp,
            )
            levels.append(made.level)
            source = into
            source.seek(0)
    return {"levels": levels}


def _print_signed(told: dict[str, Any], as_json: bool) -> None:  # noqa: FBT001
    if as_json:
        print_json(told)
        return
    OUT.print(f"{told['file']} -> {told['out']}", markup=False)
    for name in ("code", "document"):
        if name in told:
            OUT.print(f"  {name:9} {told[name]}", markup=False)


def _settings(office: Path) -> Settings:
    """The settings of the office, where there is one: validating needs none."""
    if (office / SETTINGS).is_file():
        return Settings.from_toml(office / SETTINGS)
    return Settings()


def _verdict(file: Path, trust: Trust, at: datetime, settings: Settings) -> FileVerdict:
    # A file that cannot be opened still gets its line.
    try:
        with reading(file) as source:
            return judged(
                source, name=str(file), trust=trust, at=at, limits=settings.limits
            )
    except DigivlError as error:
        return FileVerdict(
            file=str(file),
            indication=Indication.REFUSED,
            code=error.code,
            reason=error.diagnostics(),
        )


def _moment(at: datetime | None) -> datetime:
    if at is None:
        return utc_now()
    return at if at.tzinfo else at.replace(tzinfo=utc_now().tzinfo)


def _code_text(vl: Digivl, what: str) -> str:
    path = Path(what)
    if len(what) > 1_000 or "://" in what or not path.is_file():
        return what
    from digivl.verification.scan import code_text

    return code_text(path, host=vl.settings.code.host, limits=vl.settings.limits)
