"""The commands `digivl flow …` of who takes part: approve, sign, refuse, delegate."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from digivl.app import Digivl
from digivl.cli.flowtold import (
    Flow,
    Flows,
    acting,
    as_json,
    flow_named,
    in_words,
    staff,
    told,
)
from digivl.cli.inoffice import Answer, in_office
from digivl.cli.options import Reason, Why
from digivl.kernel.parties import Party
from digivl.signing.batches import Outcome
from digivl.signing.model import Approver, Signatory
from digivl.signing.participants import Participant

AsWho = Annotated[
    str | None,
    typer.Option(
        "--as",
        help="Who acts, as shown or by id; if not named, the one whose turn it is.",
    ),
]
#: With which somebody signs who comes in the place of another.
Means = Annotated[
    str | None, typer.Option(help="Signing means; that of who had it if not named.")
]
Identified = Annotated[
    str, typer.Option(help="How it is known who acts, such as 'eID via ACM/IDM'.")
]


@in_office()
def approve(
    vl: Digivl,
    flow: Flow,
    *,
    remark: Annotated[str, typer.Option(help="In Dutch, in your own words.")] = "",
    identified: Identified = "",
    who: AsWho = None,
) -> Answer:
    """Approve (paraferen) as the one whose turn it is."""
    it, by = _turn(vl, flow, Approver, who)
    said = {"remark": remark, "identified": identified}
    return told(vl.signing.approve(it, by=by, **said))


@in_office("Signing")
def sign(
    vl: Digivl, flows: Flows, *, identified: Identified = "", who: AsWho = None
) -> Answer:
    """Sign as the one whose turn it is; status 1 when one of several was not."""
    first, by = _turn(vl, flows[0], Signatory, who)
    if len(flows) == 1:
        return told(vl.signing.sign(first, by=by, identified=identified))
    names = [flow_named(vl, name) for name in flows]
    outcomes = vl.signing.sign_all(names, by=by, identified=identified)
    return Answer(
        lines=[_as_json(one) for one in outcomes],
        said=[_in_words(one) for one in outcomes],
        no=not all(one.done for one in outcomes),
    )


@in_office()
def refuse(vl: Digivl, flow: Flow, reason: Reason, *, who: AsWho = None) -> Answer:
    """Refuse to approve or sign; who put it up goes on."""
    it, by = _turn(vl, flow, Participant, who)
    return told(vl.signing.refuse(it, by=by, reason=reason))


@in_office()
def delegate(
    vl: Digivl,
    flow: Flow,
    to: Annotated[str, typer.Argument(help="Who acts in its name, as shown.")],
    *,
    means: Means = None,
    who: AsWho = None,
    why: Why = "",
) -> Answer:
    """Hand an approval or signature to somebody who acts in that name (namens)."""
    it, by = _turn(vl, flow, Participant, who)
    return told(vl.signing.delegate(it, staff(to), by=by, means=means, reason=why))


def _turn(
    vl: Digivl, flow: str, kind: type[Participant], who: str | None
) -> tuple[str, Party]:
    """The id of a flow, and who acts in it."""
    name = flow_named(vl, flow)
    return name, acting(vl.signing.read(name).record, kind, who)


def _as_json(outcome: Outcome) -> dict[str, Any]:
    if outcome.entry is not None:
        return as_json(outcome.entry)
    error = outcome.error
    code, hint = (error.code, error.hint) if error else ("", "")
    said = {"flow": outcome.flow, "error": code, "text": str(error)}
    return said | {"hint": hint, "tried": outcome.tried}


def _in_words(outcome: Outcome) -> str:
    if outcome.entry is not None:
        return in_words(outcome.entry)
    tried = "" if outcome.tried else " (niet geprobeerd)"
    return f"{outcome.title or outcome.flow}: niet getekend{tried}: {outcome.error}"
