"""What the book tells of a route: a trace for each time that a stage was begun; pure.

Here are those of questions for advice and agreement; `telling` has the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import attrs
from attrs.validators import optional

from digivl.advice.agreement import AGREEMENT, Agreement, AgreementState, Ruling
from digivl.advice.body import AdviceOutcome, SilenceEffect
from digivl.advice.clock import Clock
from digivl.advice.registration import in_passing
from digivl.advice.request import ADVICE, Advice, AdviceRequest, AdviceState
from digivl.advice.route.forecast import Forecast
from digivl.kernel.kinds import Ref
from digivl.kernel.moments import aware, date_in_dutch, day_of

Question = AdviceRequest | Agreement

#: What is said where no rule gives a term.
NO_TERM: Final = "termijn niet gekend"

_AT_ASKER: Final = (
    AdviceState.SENT_BACK,
    AdviceState.INFORMATION_ASKED,
    AgreementState.COMPLETION_ASKED,
)
_GONE: Final = (AdviceState.WITHDRAWN, AgreementState.WITHDRAWN)
_APPEALS: Final = {
    AdviceState.JOINED: "de minister volgt het beroep",
    AdviceState.CONFIRMED: "de minister bevestigt het advies",
    AdviceState.APPEAL_LAPSED: "geen uitspraak binnen de termijn",
}


@attrs.frozen(kw_only=True)
class Trace:
    """One time that a stage was begun, or is set to begin (spoor).

    Attributes:
        stage: Id of the stage.
        subject: The record that tells it.
        start: When it began; None where it is only set to begin.
        end: When it was done; None until then.
        due: Until when somebody has, by a term; None where none runs.
        expected: When it can be done, if everybody uses the whole term; None where
            that is not known.
        ready: Since when it can come before a meeting that is not known yet.
        by: Who has to act; empty for who does by the route.
        said: What there is to say of it, in Dutch.
        label: What it is called, where it has another name than the stage.
    """

    stage: str
    subject: Ref
    start: datetime | None = attrs.field(default=None, validator=optional(aware))
    end: datetime | None = attrs.field(default=None, validator=optional(aware))
    due: datetime | None = attrs.field(default=None, validator=optional(aware))
    expected: datetime | None = attrs.field(default=None, validator=optional(aware))
    ready: datetime | None = attrs.field(default=None, validator=optional(aware))
    by: str = ""
    said: str = ""
    label: str = ""


def question_traces(
    id: str, question: Question, told_at: datetime, stage: str, forecast: Forecast
) -> Iterator[Trace]:
    """What a question tells of its stage; nothing once it was withdrawn.

    An appeal against an advice is a trace of its own: the advice stays given.

    Args:
        id: Id of the question.
        question: The question.
        told_at: Moment of the last act on it.
        stage: Id of its stage.
        forecast: By what its end is expected.
    """
    if question.state in _GONE:
        return
    kind = ADVICE if isinstance(question, AdviceRequest) else AGREEMENT
    trace = Trace(stage=stage, subject=kind.ref(id), start=question.submitted_at)
    end = _answered_at(question)
    if question.submitted_at is None:
        yield attrs.evolve(trace, said="de vraag is in opmaak")
    elif end is not None:
        yield attrs.evolve(
            trace, end=end, by=_asked_of(question), said=_answer(question)
        )
    else:
        yield _running(trace, question, forecast)
    if isinstance(question, AdviceRequest):
        yield from _appeals(trace, question, told_at, forecast)


def asked_at(question: Question) -> datetime:
    """When a question was put; the moment it was drafted, for an advice."""
    if isinstance(question, AdviceRequest):
        return question.made_at
    return question.submitted_at


def term_text(clock: Clock) -> str:
    """How long somebody has, and by which rule; in Dutch."""
    term = clock.term
    if clock.urged is not None:
        length = term.counted.length(clock.urged.days)
        return f"hoogdringend: {length} ({term.id})"
    return f"{term.counted.length(term.days + clock.extension)} ({term.id})"


def on(moment: datetime) -> str:
    """The day of a moment, in Dutch."""
    return date_in_dutch(day_of(moment))


def _running(trace: Trace, question: Question, forecast: Forecast) -> Trace:
    trace = attrs.evolve(trace, by=_holder(question), said=_asked(question))
    if isinstance(question, AdviceRequest) and question.state is AdviceState.SENT_BACK:
        lacks = f"teruggezonden: {'; '.join(question.lacks)}"
        return _expected_anew(trace, question, lacks, forecast)
    if question.received_at is None:
        waits = "nog niet ontvangen, zodat geen termijn loopt"
        return _expected_anew(trace, question, waits, forecast)
    if question.clock is None:
        return _saying(trace, NO_TERM)
    term = term_text(question.clock)
    return _by_clock(_saying(trace, term), question, question.clock, forecast)


def _expected_anew(
    trace: Trace, question: Question, text: str, forecast: Forecast
) -> Trace:
    """A term that still has to start, as if it is received now."""
    clock = forecast.answer(question.body, forecast.now)
    due = clock.due if clock else None
    return attrs.evolve(_saying(trace, text), expected=due)


def _by_clock(
    trace: Trace, question: Question, clock: Clock, forecast: Forecast
) -> Trace:
    if question.state in _AT_ASKER:
        asked = on(question.inquiries[-1].asked_at)
        trace = _saying(trace, f"vraag om inlichtingen op {asked}")
        if clock.due is None:
            resumed = forecast.resumed(clock, question.inquiries).due
            trace = _saying(trace, "de termijn staat stil")
            return attrs.evolve(trace, expected=resumed)
    return _until(trace, clock, forecast.now)


def _until(trace: Trace, clock: Clock, now: datetime) -> Trace:
    if clock.due is None:
        return trace
    trace = attrs.evolve(trace, due=clock.due, expected=clock.due)
    trace = _saying(trace, f"tot en met {on(clock.due)}")
    if now <= clock.due:
        return trace
    effect = clock.term.silence
    # Where silence has an effect, the dossier can go on from now; else nobody knows.
    expected = None if effect is SilenceEffect.UNKNOWN else now
    trace = _saying(trace, f"geen antwoord: {effect.label}")
    return attrs.evolve(trace, expected=expected)


def _saying(trace: Trace, text: str) -> Trace:
    said = "; ".join(part for part in (trace.said, text) if part)
    return attrs.evolve(trace, said=said)


def _asked(question: Question) -> str:
    if question.submitted_at is None or question.received_at is None:
        return f"gevraagd op {on(question.submitted_at or asked_at(question))}"
    received = on(question.received_at)
    return f"gevraagd op {on(question.submitted_at)}, ontvangen op {received}"


def _holder(question: Question) -> str:
    if question.state in _AT_ASKER:
        return question.asker.label
    return _asked_of(question)


def _asked_of(question: Question) -> str:
    if isinstance(question, AdviceRequest):
        return question.adviser.label
    return question.minister.label


def _given(question: Question) -> Advice | Ruling | None:
    return question.advice if isinstance(question, AdviceRequest) else question.ruling


def _answered_at(question: Question) -> datetime | None:
    if given := _given(question):
        return given.at
    if question.silence is None:
        return None
    # Silence has its effect when the term is over, whenever it was established.
    due = question.clock.due if question.clock else None
    return due or question.silence.at


def _answer(question: Question) -> str:
    given = _given(question)
    if given is None:
        effect = question.silence.effect.label if question.silence else ""
        return f"geen antwoord binnen de termijn: {effect}"
    if isinstance(given, Ruling):
        refused = "geweigerd; de minister kan het aan de regering voorleggen"
        text = f"{'akkoord' if given.granted else refused}, op {on(given.at)}"
        return text + in_passing(given.registered)
    text = f"{given.outcome.label}, op {on(given.at)}{in_passing(given.registered)}"
    if given.outcome is AdviceOutcome.UNFAVOURABLE:
        replied = isinstance(question, AdviceRequest) and question.reply is not None
        text += "; repliek gegeven" if replied else "; een repliek is nodig"
    return text


def _appeals(
    trace: Trace, request: AdviceRequest, told_at: datetime, forecast: Forecast
) -> Iterator[Trace]:
    appeal = request.appeal
    if appeal is None:
        return
    clock = appeal.clock
    trace = attrs.evolve(
        trace,
        start=appeal.at,
        by=appeal.minister.label,
        label="Beroep tegen het advies van de Inspectie van Financiën",
        said=term_text(clock) if clock else NO_TERM,
    )
    if request.state in _APPEALS:
        yield attrs.evolve(trace, end=told_at, said=_APPEALS[request.state])
    else:
        yield _until(trace, clock, forecast.now) if clock else trace
