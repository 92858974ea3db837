"""The commands `digivl session …`: one person signs elsewhere, in rounds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import parse_qsl, urlsplit

import typer

from digivl.app import Digivl
from digivl.cli.accepting import accepted
from digivl.cli.files import is_there, reading, written
from digivl.cli.flowtold import flow_named, staff, taking_part
from digivl.cli.inoffice import Answer, in_office
from digivl.cli.offices import found
from digivl.cli.options import Accept, Why
from digivl.cli.output import local, print_table
from digivl.cli.turns import Identified
from digivl.errors import MalformedError, NotFoundError
from digivl.kernel.parties import Party
from digivl.pdf.levels import Level
from digivl.records.port import Query
from digivl.signing.model import FLOW, Signatory

if TYPE_CHECKING:
    from digivl.records.entries import Entry
    from digivl.signing.session import Piece, SigningSession

_KIND: Final = "signing-session"
_ENDING: Final = ".pdf"
#: States in which a session ended without a signature on each document.
_NOT_ALL: Final = frozenset({"PARTLY_SIGNED", "FAILED", "EXPIRED"})

Chosen = Annotated[str, typer.Argument(help="Id of a session, or its start.")]
Means = Annotated[str, typer.Option(help="Remote means of the settings.")]
Signer = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="File that says who has to sign: a JSON object with insz, name or "
        "certificate.",
    ),
]
Anybody = Annotated[
    bool, typer.Option("--anybody", help="Or whoever has a key there signs.")
]
Description = Annotated[
    str | None, typer.Option(help="What the person reads of all of it; one line.")
]
Hours = Annotated[
    int, typer.Option(min=1, max=168, help="How long the person is waited for.")
]
Reached = Annotated[
    Level | None,
    typer.Option(help="What is reached; that of the settings if not named."),
]

app = typer.Typer(
    help="Sign elsewhere, with itsme or another remote means: begin, come back, go on.",
    no_args_is_help=True,
)


@app.command("start")
@in_office("Preparing")
def start(  # noqa: PLR0913 - an option for each part of a session
    vl: Digivl,
    files: Annotated[list[Path], typer.Argument(help="PDF files of no dossier.")],
    *,
    means: Means,
    signer: Signer = None,
    anybody: Anybody = False,
    reason: Annotated[
        str | None, typer.Option(help="Why it is signed, as readers show it.")
    ] = None,
    description: Description = None,
    accept: Accept = None,
    hours: Hours = 12,
    level: Reached = None,
    by: Annotated[str, typer.Option(help="Who begins it, as shown.")] = "Ondertekenaar",
) -> Answer:
    """Begin a session for files; `digivl session save` gives what was signed."""
    from digivl.cli.expecting import expected_of
    from digivl.signing.session import Order

    names = [file.name for file in files]
    if len({*names}) < len(names):
        raise MalformedError(
            "two files have the same name", hint="Begin a session for each of them."
        )
    reasons, expected = accepted(accept), expected_of(signer, anybody=anybody)
    orders = []
    for file in files:
        with reading(file) as content:
            vl.files.look(content, reasons)
            content.seek(0)
            sha256 = vl.documents.keep(content).sha256
        orders.append(
            Order(sha256=sha256, label=file.name, reason=reason, accepted=reasons)
        )
    begun = vl.signing_sessions.start(
        orders,
        means=means,
        expected=expected,
        by=staff(by),
        lasts=timedelta(hours=hours),
        level=level,
        **_described(description),
    )
    return _told(begun)


@app.command("flows")
@in_office("Preparing")
def flows(  # noqa: PLR0913 - an option for each part of a session
    vl: Digivl,
    flows: Annotated[
        list[str] | None,
        typer.Argument(help="Ids of flows, or their start; else all that wait."),
    ] = None,
    *,
    who: Annotated[
        str, typer.Option("--as", help="Who signs, as the flows name it, or by id.")
    ],
    signer: Signer = None,
    anybody: Anybody = False,
    identified: Identified = "",
    description: Description = None,
    hours: Hours = 12,
    level: Reached = None,
) -> Answer:
    """Begin a session for the documents of flows that wait for somebody."""
    from digivl.cli.expecting import expected_of

    expected = expected_of(signer, anybody=anybody)
    by, names = _turns(vl, who, flows or ())
    begun = vl.signing_sessions.start_for(
        names,
        by=by,
        expected=expected,
        identified=identified,
        lasts=timedelta(hours=hours),
        level=level,
        **_described(description),
    )
    return _told(begun)


@app.command("show")
@in_office()
def show(
    vl: Digivl,
    session: Annotated[
        str | None, typer.Argument(help="Id of a session, or its start; else all.")
    ] = None,
) -> Answer:
    """Where a session is, or all that wait: who has to go where, and what is signed."""
    if session is not None:
        return _told(_session(vl, session))
    from digivl.signing.session import SESSION

    rows = vl.book.rows(Query(kind=_KIND, open=True))
    entries = vl.book.read_all(SESSION, [row.ref.id for row in rows]).values()
    columns = ("Sessie", "Middel", "Wie", "Stand", "Tot", "Id")
    return Answer(
        lines=[_as_json(one) for one in entries],
        show=lambda: print_table("Ondertekensessies", columns, map(_line, entries)),
    )


@app.command("back")
@in_office()
def back(
    vl: Digivl,
    session: Chosen,
    address: Annotated[
        str | None,
        typer.Argument(help="Where the browser came back: all of its address bar."),
    ] = None,
) -> Answer:
    """The person came back; status 1 when the session ended and not all is signed.

    Without an address it asks what the service wants to know, such as a PIN; that is
    sent, and kept nowhere.
    """
    entry = _session(vl, session)
    answer = _asked(entry) if address is None else _answer(address)
    done = vl.signing_sessions.came_back(entry.id, answer, by=entry.record.by)
    return _told(done, no=done.record.state.name in _NOT_ALL)


@app.command("again")
@in_office()
def again(
    vl: Digivl,
    session: Chosen,
    *,
    level: Annotated[
        Level | None, typer.Option(help="Be content with this from now on.")
    ] = None,
) -> Answer:
    """Go on: send the person away once more, or finish what it signed."""
    entry = _session(vl, session)
    return _told(vl.signing_sessions.again(entry.id, by=entry.record.by, level=level))


@app.command("abort")
@in_office()
def abort(vl: Digivl, session: Chosen, *, why: Why = "") -> Answer:
    """Stop waiting; what was signed before stays signed."""
    entry = _session(vl, session)
    ended = vl.signing_sessions.abort(entry.id, by=entry.record.by, reason=why)
    return _told(ended)


@app.command("save")
@in_office()
def save(
    vl: Digivl,
    session: Chosen,
    *,
    out: Annotated[Path, typer.Option(help="Folder for the signed files.")],
) -> Answer:
    """Write the files that were signed in a session; status 1 when some are not."""
    pieces = _session(vl, session).record.pieces
    signed = [one for one in pieces if one.is_done]
    targets = [out / _name(one) for one in signed]
    for target in targets:
        if is_there(target) or targets.count(target) > 1:
            raise MalformedError(
                f"{target} would be overwritten",
                hint="Nothing was written. Name another folder with --out.",
            )
    for piece, target in zip(signed, targets, strict=True):
        with written(target) as file:
            vl.documents.store.fetch(piece.signed, file)
    return Answer(
        lines=[
            {"file": str(target), "label": one.order.label, "level": one.level}
            for one, target in zip(signed, targets, strict=True)
        ],
        said=[
            *map(str, targets),
            *(_document(one) for one in pieces if not one.is_done),
        ],
        no=len(signed) < len(pieces),
    )


def _described(description: str | None) -> dict[str, Any]:
    return {} if description is None else {"description": description}


def _turns(vl: Digivl, who: str, named: Sequence[str]) -> tuple[Party, list[str]]:
    """Who signs, and the flows: those that are named, or all that wait for it."""
    if named:
        names = [flow_named(vl, name) for name in named]
        flow = vl.signing.read(names[0]).record
        return taking_part(flow.participants, who).party, names
    rows = vl.book.rows(Query(kind=FLOW.name, open=True))
    entries = vl.book.read_all(FLOW, [row.ref.id for row in rows]).values()
    waiting = [
        (one.party, entry.id)
        for entry in entries
        for one in entry.record.turns
        if isinstance(one, Signatory)
        and one.means in vl.settings.remote
        and who in {one.party.id, one.party.label}
    ]
    if not waiting:
        raise NotFoundError(
            f"no document waits for {who!r} with a remote means",
            hint="`digivl flow show FLOW` tells whose turn it is, with which means.",
        )
    return waiting[0][0], [flow for _, flow in waiting]


def _session(vl: Digivl, name: str) -> Entry[SigningSession]:
    from digivl.signing.session import SESSION

    # Who may use the office may go on with what was begun in it.
    return vl.book.read(SESSION, found(vl, name, _KIND).id)


def _answer(address: str) -> Mapping[str, str]:
    try:
        parts = urlsplit(address)
        answer = dict(parse_qsl(parts.query or parts.fragment, keep_blank_values=True))
    except ValueError:
        answer = {}
    if not answer:
        raise MalformedError(
            "there is no answer in that address",
            hint="Give all of it, between quotes: 'https://…/terug?code=…&state=…'.",
        )
    return answer


def _asked(entry: Entry[SigningSession]) -> Mapping[str, str]:
    """What the person fills in here, where the service asks no page of its own."""
    if not entry.record.questions:
        raise MalformedError(
            "this session asks nothing here",
            hint="Give the address to which the browser came back, between quotes; "
            f"`digivl session show {entry.id[:8]}` tells where the person has to go.",
        )
    return {
        one.name: str(typer.prompt(one.label, hide_input=one.secret, err=True))
        for one in entry.record.questions
    }


def _told(entry: Entry[SigningSession], *, no: bool = False) -> Answer:
    return Answer(lines=[_as_json(entry)], said=list(_words(entry)), no=no)


def _as_json(entry: Entry[SigningSession]) -> dict[str, Any]:
    record = entry.record
    return {
        "session": entry.id,
        "means": record.means,
        "description": record.description,
        "by": record.by.label,
        "state": record.state.name,
        "url": record.url,
        "questions": [one.name for one in record.questions],
        "level": record.wanted,
        "expires_at": record.expires_at,
        "trouble": record.trouble,
        "documents": [
            {
                "label": one.order.label,
                "flow": one.order.flow,
                "signed": one.signed or None,
                "level": one.level or None,
                "signed_at": one.signed_at,
                "missing": one.missing,
                "error": one.error,
                "why": one.why,
            }
            for one in record.pieces
        ],
    }


def _words(entry: Entry[SigningSession]) -> Iterator[str]:
    record, short = entry.record, entry.id[:8]
    yield f"{record.description}: {record.state.value} ({short})"
    yield from (_document(one) for one in record.pieces)
    if record.url:
        yield f"{record.by.label} gaat met een browser naar:"
        yield record.url
        yield f"en nadien, met waar die terugkomt: digivl session back {short} 'ADRES'"
    elif record.questions:
        asked = ", ".join(one.label for one in record.questions)
        yield f"Gevraagd: {asked}. Geef dat met: digivl session back {short}"
    elif record.is_waiting:
        yield f"Niemand is onderweg: digivl session again {short}"
    if record.pending_pieces:
        yield "Wat getekend is, wordt afgewerkt door: digivl work"
    elif not record.is_waiting and any(
        one.is_done and one.order.flow is None for one in record.pieces
    ):
        yield f"Haal de bestanden op: digivl session save {short} --out MAP"


def _document(piece: Piece) -> str:
    if piece.error:
        return f"  {piece.order.label}: niet getekend: {piece.why}"
    if piece.missing:
        return f"  {piece.order.label}: getekend, nog maar {piece.level}: {piece.why}"
    if piece.is_done:
        return f"  {piece.order.label}: getekend, niveau {piece.level}"
    return f"  {piece.order.label}: nog niet getekend"


def _line(entry: Entry[SigningSession]) -> tuple[str, ...]:
    record = entry.record
    done = sum(one.is_done for one in record.pieces)
    state = f"{record.state.value}, {done} van {len(record.pieces)} getekend"
    until = local(record.expires_at)
    said = (record.description, record.means, record.by.label, state, until)
    return (*said, entry.id[:8])


def _name(piece: Piece) -> str:
    """A file name of what people read of a document."""
    plain = re.sub(r"[^\w .()-]", "_", piece.order.label).strip(" .") or "document"
    return plain if plain.lower().endswith(_ENDING) else f"{plain}{_ENDING}"
