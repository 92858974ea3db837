"""Parts that the forms share: who asks whom, when, about which documents; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

import attrs

from digivl.advice.agreement import Agreement, AgreementState
from digivl.advice.body import Body
from digivl.advice.clock import Clock
from digivl.advice.forms import impact
from digivl.advice.forms.layout import Column, Row, Section, Table
from digivl.advice.proposal import Proposal
from digivl.advice.request import AdviceRequest, AdviceState
from digivl.documents.model import Document
from digivl.errors import NotFoundError
from digivl.kernel.concepts import concept
from digivl.kernel.moments import date_in_dutch, day_of
from digivl.kernel.parties import Party

Question = AdviceRequest | Agreement

#: Who judges what a proposal costs; the others look at its text.
_WEIGH_COSTS: Final = (Body.IF, Body.BA, Body.BZ)
_GONE: Final = "een stuk dat er niet meer is"
_NOT_PUT: Final = {
    AdviceState.CONCEPT: "ontwerp, nog niet ingediend",
    AdviceState.SENT_BACK: "teruggezonden, niet volledig",
    AdviceState.WITHDRAWN: "ingetrokken",
    AgreementState.WITHDRAWN: "ingetrokken",
}

Facts = Iterator[tuple[str, str]]
Sections = Iterator[Section]


@attrs.frozen(kw_only=True)
class Material:
    """All that a form is made from (zaak).

    Attributes:
        id: Of the question.
        question: As it is, or was.
        documents: Those it rests on and that of the advice, by id.
        proposal: As it was when the question was put; None where nobody wrote it.
        urgency: Why it is urgent.
        advice: What an agreement rests on, as it was when the agreement was asked.
    """

    id: str
    question: Question
    documents: Mapping[str, Document]
    proposal: Proposal | None = None
    urgency: str = ""
    advice: AdviceRequest | None = None


def addressee(question: Question) -> Party:
    """Who has to answer."""
    return question.minister if isinstance(question, Agreement) else question.adviser


def put_at(question: Question) -> datetime | None:
    """When it was put as it stands; None while it is a draft."""
    if isinstance(question, Agreement):
        completed = [i.answered_at for i in question.inquiries if i.answered_at]
        return max([question.submitted_at, *completed])
    return question.submitted_at


def act(proposal: Proposal | None) -> Facts:
    """What is proposed, where somebody wrote that."""
    if proposal is not None:
        yield "Voorstel", proposal.act.value


def course(asked: Question) -> Facts:
    """When it was put and received, and until when the answer is expected."""
    if asked.state in _NOT_PUT:
        yield "Stand", _NOT_PUT[asked.state]
    if asked.submitted_at is not None:
        again = 1 if isinstance(asked, Agreement) else asked.submission
        number = f" (indiening {again})" if again > 1 else ""
        yield "Ingediend op", f"{date_of(asked.submitted_at)}{number}"
    if asked.received_at is not None:
        yield "Ontvangen op", date_of(asked.received_at)
    if asked.state not in _NOT_PUT:
        yield "Termijn", _term(asked)


def _term(asked: Question) -> str:
    if asked.received_at is None:
        return "begint bij de ontvangst"
    if (clock := asked.clock) is None:
        return "geen regel geeft er een"
    end = (
        f"uiterlijk {date_of(clock.due)}" if clock.due else "geschorst tot het antwoord"
    )
    return f"{length_of(clock)}, {end}"


def length_of(clock: Clock) -> str:
    """How long a term is: ``12 werkdagen``."""
    unit, urged = clock.term.counted.value, clock.urged
    days = urged.days if urged else clock.term.days + clock.extension
    return f"{days} {unit if days > 1 else unit.removesuffix('en')}"


def urgency(material: Material) -> Facts:
    """That the minister invoked urgency, and why."""
    if material.question.clock is not None and material.question.clock.urged:
        yield "Dringend", material.urgency or "ja"


def references(material: Material) -> Facts:
    """How it is called here, and elsewhere."""
    asked = material.question
    yield "Dossier", asked.dossier
    yield "Kenmerk", material.id
    if asked.reference:
        whose = "minister" if isinstance(asked, Agreement) else "adviseur"
        yield f"Kenmerk {whose}", asked.reference


def pieces(material: Material, text: str) -> Section:
    """The documents it is about, each as the version it had then."""
    rows = [
        _piece(material.documents.get(piece.document), piece.sha256)
        for piece in material.question.basis.pieces
    ]
    columns = (("Stuk", Column.TEXT), ("SHA-256", Column.DIGEST))
    table = Table(columns=columns, rows=(*_advice_piece(material), *rows))
    return Section(title="Stukken", text=(text,), table=table)


def _piece(document: Document | None, sha256: str) -> Row:
    if document is None:
        return Row(((_GONE,), (sha256,)))
    kind = concept(document.type)
    try:
        name = document.name_as(sha256)
    except NotFoundError:
        name = _GONE
    return Row(((name, kind.alternative or kind.label), (sha256,)))


def _advice_piece(material: Material) -> Iterator[Row]:
    """The document of the advice, as it was when the agreement was asked."""
    given = material.advice.advice if material.advice else None
    name, asked_at = given.document if given else None, put_at(material.question)
    document = material.documents.get(name or "")
    if document is None or asked_at is None:
        return
    there = [version for version in document.versions if version.at <= asked_at]
    if there and all(p.document != name for p in material.question.basis.pieces):
        yield _piece(document, there[-1].sha256)


def amounts(asked: Question) -> Sections:
    """The effect on the budget, where it was put forward."""
    if asked.basis.lines:
        yield impact.budget(asked.basis.lines)


def costs(material: Material) -> Sections:
    """Everything that a proposal costs, for who weighs that; unknown or not."""
    asked, proposal = material.question, material.proposal
    if asked.body not in _WEIGH_COSTS:
        yield from amounts(asked)
        return
    touched = proposal.budget_impact if proposal else None
    yield impact.budget(asked.basis.lines, touched)
    yield impact.staff(proposal)
    yield impact.local(proposal)


def capital(text: str) -> str:
    """With a capital at its start."""
    return text[:1].upper() + text[1:]


def date_of(moment: datetime) -> str:
    """The day of a moment, in words."""
    return date_in_dutch(day_of(moment))
