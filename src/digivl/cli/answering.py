"""The commands `digivl advice …` of who is asked: receive, inquire, answer."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import attrs
import typer

from digivl.advice.agreement import AGREEMENT
from digivl.advice.body import AdviceOutcome
from digivl.advice.request import ADVICE
from digivl.app import Digivl
from digivl.cli.labels import result
from digivl.cli.offices import found
from digivl.cli.options import HERE, AsJson, Office
from digivl.cli.output import local, print_json, reported, say
from digivl.errors import MalformedError
from digivl.kernel.kinds import Ref
from digivl.kernel.parties import Party, Role
from digivl.records.entries import AnyEntry

Question = Annotated[
    str, typer.Argument(help="Id of a request or agreement, or its start.")
]
Words = Annotated[str, typer.Argument(help="In Dutch, without personal values.")]
By = Annotated[
    str | None, typer.Option(help="Who acts, as shown; who has it to do if not named.")
]
Conditions = Annotated[
    list[str] | None, typer.Option("--condition", help="Repeat it for each one.")
]
Holding = Annotated[
    str | None, typer.Option("--document", help="Id of the document that holds it.")
]


class Outcome(StrEnum):
    """How the conclusion of an advice is written on a command line."""

    FAVOURABLE = "gunstig"
    FAVOURABLE_WITH_REMARKS = "gunstig-met-opmerkingen"
    FAVOURABLE_ON_CONDITIONS = "gunstig-onder-voorwaarden"
    UNFAVOURABLE = "ongunstig"


def receive(
    question: Question, *, by: By = None, office: Office = HERE, as_json: AsJson = False
) -> None:
    """Receive a question: the term starts."""
    _act(office, question, by, lambda it: it.room.receive(it.id, by=it.by), as_json)


def back(
    question: Question,
    lacks: Annotated[list[str], typer.Argument(help="What lacks, each on its own.")],
    *,
    by: By = None,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Send a request back that is not complete: its term is void."""

    def act(it: _Act) -> AnyEntry:
        return it.vl.advices.send_back(it.advice, lacks=lacks, by=it.by)

    _act(office, question, by, act, as_json)


def inquire(
    question: Question,
    text: Words,
    *,
    by: By = None,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Ask for information, or to complete the file; it can stop the term."""
    _act(
        office, question, by, lambda it: it.room.inquire(it.id, text, by=it.by), as_json
    )


def answer(
    question: Question,
    text: Words,
    *,
    by: By = None,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Answer what was inquired: the term goes on."""
    _act(
        office, question, by, lambda it: it.room.answer(it.id, text, by=it.by), as_json
    )


def give(
    question: Question,
    outcome: Annotated[Outcome, typer.Argument(help="The conclusion.")],
    *,
    no_agreement: Annotated[
        bool, typer.Option("--no-agreement", help="No budget agreement is needed.")
    ] = False,
    condition: Conditions = None,
    document: Holding = None,
    by: By = None,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Give advice; who asked goes on."""

    def act(it: _Act) -> AnyEntry:
        return it.vl.advices.advise(
            it.advice,
            AdviceOutcome[outcome.name],
            agreement_needed=not no_agreement,
            conditions=condition or (),
            document=it.document(document),
            by=it.by,
        )

    _act(office, question, by, act, as_json)


def agree(
    question: Question,
    *,
    condition: Conditions = None,
    document: Holding = None,
    by: By = None,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Give an agreement; who asked goes on."""

    def act(it: _Act) -> AnyEntry:
        return it.vl.agreements.agree(
            it.agreement,
            conditions=condition or (),
            document=it.document(document),
            by=it.by,
        )

    _act(office, question, by, act, as_json)


def refuse(
    question: Question,
    reason: Words,
    *,
    document: Holding = None,
    by: By = None,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Refuse an agreement; the government can still decide."""

    def act(it: _Act) -> AnyEntry:
        return it.vl.agreements.refuse(
            it.agreement, reason=reason, document=it.document(document), by=it.by
        )

    _act(office, question, by, act, as_json)


def question_named(vl: Digivl, name: str, kind: str | None = None) -> Ref:
    """A request or an agreement whose id is `name`, or starts with it.

    Raises:
        NotFoundError: There is none, or more than one.
        MalformedError: It is something else.
    """
    ref = found(vl, name)
    kinds = (kind,) if kind else (ADVICE.name, AGREEMENT.name)
    if ref.kind not in kinds:
        raise MalformedError(
            f"{name} is no {' or '.join(kinds)} but a {ref.kind}",
            hint="digivl advice list DOSSIER shows the ids.",
        )
    return ref


def room_of(vl: Digivl, ref: Ref) -> Any:
    """Where a question is asked and answered."""
    return vl.advices if ref.kind == ADVICE.name else vl.agreements


def told(entry: AnyEntry, *, as_json: bool) -> None:
    """Print a question as it is now."""
    record = entry.record
    if as_json:
        told = {"kind": entry.kind.name, "id": entry.id, "of": record.body.value}
        print_json(told | {"state": record.state.value, "due": record.due})
        return
    due = f", tegen {local(record.due)}" if record.due else ""
    say(f"{result(entry)}{due} ({entry.id[:8]})")


@attrs.frozen
class _Act:
    """An act on a question, by who has it or somebody else."""

    vl: Digivl
    ref: Ref
    by: Party

    @property
    def id(self) -> str:
        return self.ref.id

    @property
    def room(self) -> Any:
        return room_of(self.vl, self.ref)

    @property
    def advice(self) -> str:
        return question_named(self.vl, self.id, ADVICE.name).id

    @property
    def agreement(self) -> str:
        return question_named(self.vl, self.id, AGREEMENT.name).id

    def document(self, name: str | None) -> str | None:
        return found(self.vl, name).id if name else None


def _act(
    office: Path,
    question: str,
    by: str | None,
    act: Callable[[_Act], AnyEntry],
    as_json: bool,  # noqa: FBT001 - each command hands its own on
) -> None:
    with reported(as_json=as_json), Digivl.open(office) as vl:
        ref = question_named(vl, question)
        holder = vl.custody.of(ref).record.holder
        who = Party("cli", by, Role.ADMIN) if by else holder
        done = act(_Act(vl, ref, who))
    told(done, as_json=as_json)
