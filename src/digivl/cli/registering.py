"""The command `digivl advice register`: an answer that was given elsewhere."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from digivl.advice.body import AdviceOutcome
from digivl.advice.request import ADVICE
from digivl.app import Digivl
from digivl.cli.answering import Conditions, Question, question_named, room_of, told
from digivl.cli.offices import found
from digivl.cli.options import HERE, AsJson, Office
from digivl.cli.output import reported
from digivl.errors import MalformedError
from digivl.records.entries import AnyEntry


class Answer(StrEnum):
    """How an answer is written on a command line."""

    FAVOURABLE = "gunstig"
    FAVOURABLE_WITH_REMARKS = "gunstig-met-opmerkingen"
    FAVOURABLE_ON_CONDITIONS = "gunstig-onder-voorwaarden"
    UNFAVOURABLE = "ongunstig"
    AGREED = "akkoord"
    REFUSED = "geweigerd"


_ON_AGREEMENTS = frozenset({Answer.AGREED, Answer.REFUSED})


def register(
    question: Question,
    answer: Annotated[Answer, typer.Argument(help="What was answered.")],
    *,
    document: Annotated[str, typer.Option(help="Id of the document that shows it.")],
    reason: Annotated[str, typer.Option(help="Why it did not come by itself.")],
    condition: Conditions = None,
    refusal: Annotated[str, typer.Option(help="Why the minister refuses.")] = "",
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Register, as who asked, an answer that was given elsewhere."""
    with reported(as_json=as_json), Digivl.open(office) as vl:
        ref = question_named(vl, question)
        if (ref.kind == ADVICE.name) is (answer in _ON_AGREEMENTS):
            raise MalformedError(
                f"{answer.value!r} is no answer to this {ref.kind}",
                hint="Advice is (on)gunstig; an agreement is akkoord or geweigerd.",
            )
        by = room_of(vl, ref).read(ref.id).record.asker
        name, conditions = found(vl, document).id, condition or ()
        into = vl.registrations
        done: AnyEntry
        match answer:
            case Answer.AGREED:
                done = into.agree(
                    ref.id, document=name, reason=reason, conditions=conditions, by=by
                )
            case Answer.REFUSED:
                done = into.refuse(
                    ref.id, refusal=refusal, document=name, reason=reason, by=by
                )
            case _:
                done = into.advise(
                    ref.id,
                    AdviceOutcome[answer.name],
                    document=name,
                    reason=reason,
                    conditions=conditions,
                    by=by,
                )
    told(done, as_json=as_json)
