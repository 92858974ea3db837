"""The commands `digivl advice …` of who asks: propose, ask, see how it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import attrs
import typer

from digivl.advice.agreement import AGREEMENT
from digivl.advice.body import Body
from digivl.advice.request import ADVICE, IN_HOUSE
from digivl.app import Digivl
from digivl.cli.answering import Question, question_named, room_of, told
from digivl.cli.labels import result
from digivl.cli.offices import found
from digivl.cli.options import HERE, AsJson, Office
from digivl.cli.output import local, print_json, print_table, reported, say
from digivl.cli.proposals import read_proposal
from digivl.dossiers.model import DOSSIER
from digivl.errors import MalformedError
from digivl.kernel.parties import Party, Role
from digivl.records.entries import AnyEntry

#: In which role a body answers.
_ROLES: Final = {
    Body.IF: Role.FINANCE_INSPECTOR,
    Body.BA: Role.BUDGET_MINISTER,
    Body.BZ: Role.MINISTER,
}


def propose(
    dossier: Annotated[str, typer.Argument(help="Id of a dossier, or its start.")],
    *,
    facts: Annotated[
        Path, typer.Option("--from", help="TOML file with what it proposes.")
    ],
    reason: Annotated[str, typer.Option(help="Why it changed.")] = "",
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Say what a dossier proposes: from that follows who has to be heard."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        name = _dossier(vl, dossier)
        proposal = read_proposal(facts, name)
        by = vl.dossiers.read(name).record.opened_by
        done = vl.proposals.describe(proposal, by=by, reason=reason)
    if as_json:
        print_json({"dossier": name, "act": done.record.act.value})
        return
    say(f"{done.record.act.value}: beschreven. Verder: digivl readiness {name[:8]}")


def listed(
    dossier: Annotated[str, typer.Argument(help="Id of a dossier, or its start.")],
    *,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """What was asked about a dossier, and how it stands."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        name = _dossier(vl, dossier)
        asked: list[AnyEntry] = [*vl.advices.of(name), *vl.agreements.of(name)]
    if as_json:
        for entry in asked:
            told(entry, as_json=True)
        return
    columns = ("Wat", "Aan", "Stand", "Tegen", "Id")
    print_table("Adviezen en akkoorden", columns, [_line(entry) for entry in asked])


def ask(
    subject: Annotated[
        str,
        typer.Argument(
            help="Id of a dossier; for BA and BZ of the advice request it rests on."
        ),
    ],
    *,
    to: Annotated[str, typer.Option(help="Who has to answer, as shown.")],
    of: Annotated[Body, typer.Option(help="Which advice or agreement.")] = Body.IF,
    documents: Annotated[
        list[str] | None,
        typer.Option("--document", help="Id of a document to advise on; repeat it."),
    ] = None,
    channel: Annotated[
        str, typer.Option(help="How it goes there, by its name in the settings.")
    ] = IN_HOUSE,
    renews: Annotated[
        str | None,
        typer.Option(help="Id of the question that it takes the place of."),
    ] = None,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Ask advice or agreement; who has to answer has it from then on."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        names = [found(vl, one).id for one in documents or ()]
        who = _answerer(to, of)
        before = question_named(vl, renews).id if renews else None
        how: Mapping[str, Any] = {"channel": channel, "renews": before}
        asked: AnyEntry
        if of.agrees:
            asked = _ask_agreement(vl, subject, of, who, names, how)
        else:
            name = _dossier(vl, subject)
            asked = vl.advices.ask(
                name,
                documents=names,
                adviser=who,
                by=vl.dossiers.read(name).record.opened_by,
                body=of,
                **how,
            )
    told(asked, as_json=as_json)


def explain(
    question: Question, *, office: Office = HERE, as_json: AsJson = False
) -> None:
    """How the end of a term is reached, step by step with its source."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        ref = question_named(vl, question)
        reckoned = room_of(vl, ref).explain(ref.id)
        if reckoned is None:
            raise MalformedError(
                "no term runs for it",
                hint="It was not received yet, or no rule gives a term.",
            )
    if as_json:
        told_steps = [attrs.asdict(step) for step in reckoned.steps]
        print_json(
            {"due": reckoned.last_day, "due_at": reckoned.due, "steps": told_steps}
        )
        return
    say(reckoned.text)


def urge(
    question: Question,
    reason: Annotated[str, typer.Argument(help="Why it cannot wait.")],
    *,
    minister: Annotated[str, typer.Option(help="Id of the minister who invokes it.")],
    days: Annotated[
        int | None, typer.Option(help="How many; the fewest allowed if not named.")
    ] = None,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Invoke urgency, as the minister: the term is shorter."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        ref = question_named(vl, question, ADVICE.name)
        who = Party(minister, "Minister", Role.MINISTER, minister=minister)
        done = vl.advices.urge(ref.id, reason=reason, days=days, by=who)
    told(done, as_json=as_json)


def reply(
    question: Question,
    text: Annotated[str, typer.Argument(help="In Dutch, without personal values.")],
    *,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Reply to an unfavourable advice."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        ref = question_named(vl, question, ADVICE.name)
        asker = vl.advices.read(ref.id).record.asker
        done = vl.appeals.reply(ref.id, text, by=asker)
    told(done, as_json=as_json)


def withdraw(
    question: Question, *, office: Office = HERE, as_json: AsJson = False
) -> None:
    """Take a question back: nobody has to answer it any more."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        ref = question_named(vl, question)
        room = room_of(vl, ref)
        done = room.withdraw(ref.id, by=room.read(ref.id).record.asker)
    told(done, as_json=as_json)


def _ask_agreement(
    vl: Digivl,
    subject: str,
    of: Body,
    who: Party,
    documents: Sequence[str],
    how: Mapping[str, Any],
) -> AnyEntry:
    advice = question_named(vl, subject, ADVICE.name).id
    return vl.agreements.ask(
        advice,
        minister=who,
        by=vl.advices.read(advice).record.asker,
        body=of,
        documents=documents or None,
        **how,
    )


def _answerer(label: str, of: Body) -> Party:
    role = _ROLES.get(of, Role.GOVERNMENT_BODY)
    return Party("-".join(label.lower().split()), label, role)


def _dossier(vl: Digivl, name: str) -> str:
    ref = found(vl, name)
    if ref.kind != DOSSIER.name:
        raise MalformedError(f"{name} is no dossier but a {ref.kind}")
    return ref.id


def _line(entry: AnyEntry) -> tuple[str, ...]:
    record = entry.record
    to = record.minister if entry.kind is AGREEMENT else record.adviser
    due = local(record.due) if record.due else ""
    return (record.body.label, str(to), result(entry), due, entry.id[:8])
