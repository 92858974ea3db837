"""What stands on the forms: the question, the advice, the agreement; pure.

Only what was fixed when a question was put, or answered, stands there: a name of a
document as it was then, the proposal as it was. What happens later changes no form.

Source:
    Contents of a request and of an advice: vlaanderen.be, advies-, akkoord- en
    overlegprocedures. The templates of the government are not public: how a form is
    divided is ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from digivl.advice.agreement import Agreement, Ruling
from digivl.advice.body import AdviceAspect, Body
from digivl.advice.clock import Clock, Inquiry
from digivl.advice.follow_up import Silence
from digivl.advice.forms.layout import Column, Row, Section, Sheet, Table
from digivl.advice.forms.parts import (
    Material,
    Question,
    Sections,
    act,
    addressee,
    amounts,
    capital,
    costs,
    course,
    date_of,
    length_of,
    pieces,
    references,
    urgency,
)
from digivl.advice.registration import Registered
from digivl.advice.request import Advice, AdviceRequest, Condition
from digivl.errors import NotReadyError
from digivl.pdf.typeset import paragraphs

_NOTHING: Final = "Geen opmerkingen."


def question_sheet(material: Material) -> Sheet:
    """The question (adviesvraag, vraag om akkoord)."""
    asked = material.question
    return Sheet(
        heading=f"Vraag om {asked.body.label}",
        subject=asked.title,
        facts=(
            ("Aan", addressee(asked).label),
            ("Van", asked.asker.label),
            *act(material.proposal),
            *course(asked),
            *urgency(material),
            *references(material),
        ),
        sections=(*_lacks(asked), *_advice_before(material), *_inquiries(asked)),
        signer=asked.asker.label,
        grounds=(
            pieces(material, "De vraag gaat over deze stukken."),
            *costs(material),
        ),
    )


def advice_sheet(material: Material) -> Sheet:
    """The advice, or that none was given in time (advies).

    Raises:
        NotReadyError: There is neither.
    """
    asked = material.question
    if isinstance(asked, Agreement):
        raise NotReadyError(asked.title, [("Advies", "een akkoord is geen advies")])
    if (advice := asked.advice) is None:
        return _silent(material, "advies", asked.silence)
    text = "Het advies steunt op deze stukken."
    return Sheet(
        heading=capital(asked.body.label),
        subject=asked.title,
        conclusion=capital(advice.outcome.label),
        remark=_agreement_needed(asked.body, advice),
        facts=(
            *_answered(material, "Advies gegeven op", advice.at),
            *_registered(advice.registered),
        ),
        sections=(*_aspects(asked.body, advice), *_conditions(advice.conditions)),
        signer=asked.adviser.label,
        grounds=(pieces(material, text), *amounts(asked)),
    )


def agreement_sheet(material: Material) -> Sheet:
    """The agreement, its refusal, or that none was given in time (akkoord).

    Raises:
        NotReadyError: There is none of these.
    """
    asked = material.question
    if not isinstance(asked, Agreement):
        raise NotReadyError(asked.title, [("Akkoord", "een advies is geen akkoord")])
    if (ruling := asked.ruling) is None:
        return _silent(material, "akkoord", asked.silence)
    text = "De beslissing steunt op deze stukken."
    return Sheet(
        heading=_ruled_on(asked.body, ruling),
        subject=asked.title,
        conclusion=_ruled(ruling),
        facts=(
            *_answered(material, "Beslist op", ruling.at),
            *_registered(ruling.registered),
        ),
        sections=(
            *_reason(ruling),
            *_conditions(ruling.conditions),
            *_advice_before(material),
        ),
        signer=asked.minister.label,
        grounds=(pieces(material, text), *amounts(asked)),
    )


def _silent(material: Material, what: str, silence: Silence | None) -> Sheet:
    asked = material.question
    if silence is None:
        raise NotReadyError(asked.title, [(capital(what), "nog niet gegeven")])
    text = "De vraag ging over deze stukken."
    return Sheet(
        heading=f"Verstreken termijn: {asked.body.label}",
        subject=asked.title,
        conclusion=f"Geen {what} binnen de termijn",
        remark=f"{capital(silence.effect.label)}.",
        facts=_answered(material, "Vastgesteld op", silence.at),
        sections=(_rule(silence, asked.clock), *_advice_before(material)),
        grounds=(pieces(material, text), *amounts(asked)),
    )


def _answered(
    material: Material, label: str, at: datetime
) -> tuple[tuple[str, str], ...]:
    asked = material.question
    return (
        ("Gevraagd door", asked.asker.label),
        ("Gevraagd aan", addressee(asked).label),
        *act(material.proposal),
        *course(asked),
        (label, date_of(at)),
        *references(material),
    )


def _registered(registered: Registered | None) -> Iterator[tuple[str, str]]:
    if registered is not None:
        yield "Geregistreerd door", f"{registered.by}: {registered.reason}"


def _lacks(asked: Question) -> Sections:
    if not isinstance(asked, Agreement) and asked.lacks:
        yield Section(title="Wat ontbreekt", points=asked.lacks)


def _inquiries(asked: Question) -> Sections:
    if asked.inquiries:
        told = [row for inquiry in asked.inquiries for row in _inquiry(inquiry)]
        yield Section(title="Vragen en antwoorden", remarks=tuple(told))


def _inquiry(inquiry: Inquiry) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield date_of(inquiry.asked_at), tuple(paragraphs(f"Vraag: {inquiry.text}"))
    if inquiry.answered_at is not None:
        text = f"Antwoord: {inquiry.answer}"
        yield date_of(inquiry.answered_at), tuple(paragraphs(text))
    else:
        yield "", ("Nog niet beantwoord.",)


def _agreement_needed(body: Body, advice: Advice) -> str:
    """What the Inspectie van Financiën says of it; the others say nothing."""
    if body is not Body.IF:
        return ""
    need = "vereist" if advice.agreement_needed else "niet vereist"
    return f"Een begrotingsakkoord is {need}."


def _aspects(body: Body, advice: Advice) -> Sections:
    """Each aspect that the Inspectie van Financiën looks at, remarks or not."""
    said: dict[AdviceAspect, list[str]] = {}
    for one in advice.aspects:
        said.setdefault(one.aspect, []).extend(paragraphs(one.text))
    shown = AdviceAspect if body is Body.IF else said
    remarks = tuple(
        (capital(aspect.value), tuple(said.get(aspect) or [_NOTHING]))
        for aspect in shown
    )
    if remarks:
        yield Section(title="Opmerkingen", remarks=remarks)


def _conditions(conditions: Sequence[Condition]) -> Sections:
    if conditions:
        points = tuple(condition.text for condition in conditions)
        yield Section(title="Voorwaarden", points=points)


def _ruled_on(body: Body, ruling: Ruling) -> str:
    """A refusal is not called an agreement: lists show no more than its name."""
    return capital(body.label) if ruling.granted else f"Weigering: {body.label}"


def _ruled(ruling: Ruling) -> str:
    if not ruling.granted:
        return "Geen akkoord"
    return "Akkoord onder voorwaarden" if ruling.conditions else "Akkoord"


def _reason(ruling: Ruling) -> Sections:
    if ruling.reason.strip():
        title = "Opmerking" if ruling.granted else "Reden"
        yield Section(title=title, text=tuple(paragraphs(ruling.reason)))


def _advice_before(material: Material) -> Sections:
    """The advice that an agreement rests on, with what the asker replied."""
    asked, before = material.question, material.advice
    if not isinstance(asked, Agreement) or before is None:
        return
    text = [f"{_concluded(before)} Kenmerk {asked.advice}."]
    if before.reply is not None:
        text.append(f"Repliek van {date_of(before.reply.at)}:")
        text += paragraphs(before.reply.text)
    yield Section(title=capital(before.body.label), text=tuple(text))


def _concluded(before: AdviceRequest) -> str:
    if (advice := before.advice) is not None:
        return f"{capital(advice.outcome.label)}, gegeven op {date_of(advice.at)}."
    if (silence := before.silence) is not None:
        effect = silence.effect.label
        return f"Geen advies binnen de termijn: {effect}, op {date_of(silence.at)}."
    return "Nog niet gegeven."


def _rule(silence: Silence, clock: Clock | None) -> Section:
    basis, text = "", ""
    if clock is not None and clock.due is not None:
        length, end = length_of(clock), date_of(clock.due)
        text = f"De termijn van {length} begon bij de ontvangst en verstreek op {end}."
        basis = clock.term.legal_basis
    table = Table(
        columns=(
            ("Regel", Column.SHORT),
            ("Rechtsgrond", Column.TEXT),
            ("SHA-256 van de regels", Column.DIGEST),
        ),
        rows=(Row(((silence.rule,), (basis,), (silence.rules,))),),
    )
    return Section(title="Stilzwijgen", text=tuple(paragraphs(text)), table=table)
