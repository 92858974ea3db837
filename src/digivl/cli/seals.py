"""The commands `digivl seal …`: seals of the organisation for who logged in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from digivl.app import Digivl
from digivl.cli.files import is_there, reading, written
from digivl.cli.flowtold import staff
from digivl.cli.inoffice import Answer, in_office
from digivl.cli.offices import found
from digivl.cli.options import SECRETARIAT, By
from digivl.cli.output import local, print_facts
from digivl.documents.model import DOCUMENT
from digivl.errors import LimitExceededError, MalformedError
from digivl.kernel.parties import Party, Role
from digivl.records.entries import Entry
from digivl.signing.loginseal.model import LOGIN_SEAL, LoginSeal

_LARGEST: Final = 1_000_000

Login = Annotated[
    Path,
    typer.Option(
        metavar="FILE",
        help="File that says how the person logged in, a JSON object: provider, "
        "method, level, session, at, person, and insz, second_factor, client.",
    ),
]
Shown = Annotated[
    str,
    typer.Option(
        metavar="SHA256", help="Of the file that the person saw: see `sha256sum`."
    ),
]
Text = Annotated[
    str,
    typer.Option(help="What it accepted, word for word, without personal values."),
]
Means = Annotated[str, typer.Option(help="Means of the settings that is a seal.")]
As = Annotated[
    str, typer.Option("--as", help="As whom the person acts: a function, as shown.")
]
Seal = Annotated[str, typer.Argument(help="Id of a seal, or its start.")]

app = typer.Typer(
    help="Seal for somebody who logged in and has no key, with evidence of that.",
    no_args_is_help=True,
)


@app.command("file")
@in_office("Sealing")
def file(  # noqa: PLR0913 - each part of the evidence
    vl: Digivl,
    file: Annotated[Path, typer.Argument(help="A PDF file of no dossier.")],
    *,
    out: Annotated[Path, typer.Option(help="The sealed file to write.")],
    login: Login,
    shown: Shown,
    text: Text,
    means: Means,
    who: As,
    title: Annotated[
        str | None,
        typer.Option(help="One line for lists; the name of the file if not named."),
    ] = None,
) -> Answer:
    """Seal a file that somebody accepted who logged in."""
    from digivl.cli.logins import read_login

    _check_free(out)
    known = read_login(login)
    with reading(file) as source, written(out) as target:
        sealed = vl.login_seals.seal_file(
            source,
            target,
            known,
            shown=shown,
            text=text,
            title=title or file.stem,
            means=means,
            by=staff(who),
        )
    return _told(sealed, str(out))


@app.command("document")
@in_office("Sealing")
def document(
    vl: Digivl,
    document: Annotated[str, typer.Argument(help="Id of a document, or its start.")],
    *,
    login: Login,
    shown: Shown,
    text: Text,
    means: Means,
    who: As,
) -> Answer:
    """Seal a document of a dossier that somebody accepted who logged in."""
    from digivl.cli.logins import read_login

    known = read_login(login)
    sealed = vl.login_seals.seal(
        found(vl, document, DOCUMENT.name).id,
        known,
        shown=shown,
        text=text,
        means=means,
        # It reads and signs what it was shown, as one of the secretariat lets it.
        by=Party(staff(who).id, who, Role.SECRETARIAT),
    )
    return _told(sealed)


@app.command("show")
@in_office()
def show(vl: Digivl, seal: Seal) -> Answer:
    """What was accepted, when and over which bytes; no name of a person."""
    return _told(_read(vl, seal))


@app.command("evidence")
@in_office()
def evidence(
    vl: Digivl,
    seal: Seal,
    *,
    out: Annotated[Path, typer.Option(help="The JSON file to write.")],
    by: By = SECRETARIAT,
) -> Answer:
    """Write the evidence of a seal: it holds the personal values that are left."""
    _check_free(out)
    party, entry = Party("cli", by, Role.SECRETARIAT), _read(vl, seal)
    with written(out) as target:
        target.write(vl.login_seals.evidence(entry.id, by=party))
    line = {"seal": entry.id, "file": str(out)}
    return Answer(lines=[line], said=[f"Bewijs van de verzegeling: {out}"])


@app.command("check")
@in_office()
def check(
    vl: Digivl,
    file: Annotated[Path, typer.Argument(help="The sealed PDF.")],
    evidence: Annotated[Path, typer.Argument(help="The evidence, a JSON file.")],
) -> Answer:
    """See whether evidence belongs to a sealed PDF; status 1 when it does not.

    It tells which personal values the evidence still opens, and not what they are.
    """
    from digivl.signing.loginseal.binding import Outcome

    with reading(evidence) as proof:
        content = proof.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise LimitExceededError(f"{evidence} is larger than {_LARGEST} bytes")
    with reading(file) as source:
        belongs = vl.login_seals.check(source, content)
    line = {
        "file": str(file),
        "outcome": belongs.outcome.name,
        "text": belongs.outcome.value,
        "field": belongs.field,
        "opened": sorted(belongs.opened),
        "closed": list(belongs.closed),
    }
    return Answer(
        lines=[line],
        said=[f"{file}: {belongs.outcome.value}"],
        no=belongs.outcome is not Outcome.TOGETHER,
    )


def _check_free(out: Path) -> None:
    if is_there(out):
        raise MalformedError(
            f"{out} would be overwritten", hint="Name another with --out."
        )


def _read(vl: Digivl, name: str) -> Entry[LoginSeal]:
    return vl.book.read(LOGIN_SEAL, found(vl, name, LOGIN_SEAL.name).id)


def _told(entry: Entry[LoginSeal], out: str | None = None) -> Answer:
    record, known = entry.record, entry.record.authentication
    line: dict[str, Any] = {
        "seal": entry.id,
        "title": record.title,
        "function": record.function,
        "text": record.text,
        "accepted_at": entry.at,
        "shown": record.shown,
        "dossier": record.dossier,
        "document": record.document,
        "means": record.means,
        "certificate": record.certificate,
        "field": record.field,
        "provider": known.provider,
        "method": known.method,
        "level": str(known.level),
        "logged_in_at": known.at,
        "file": out,
    }
    facts = {
        "Aanvaard door": f"{record.function}, op {local(entry.at)}",
        "Tekst": record.text,
        "Aangemeld": f"{known.provider}, {known.method}, op {local(known.at)}",
        "Niveau": str(known.level),
        "Getoond": record.shown,
        "Verzegeld met": f"{record.means}, veld {record.field}",
        "Id": entry.id,
    }
    facts |= {"Bestand": out} if out else {}
    return Answer(
        lines=[line],
        show=lambda: print_facts(f"Verzegeling na aanmelding: {record.title}", facts),
    )
