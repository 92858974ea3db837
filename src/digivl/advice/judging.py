"""Judges one question of a dossier: what of it is satisfied, pending, missing or stale.

Pure: everything it looks at comes in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, TypeVar

import attrs

from digivl.advice.agreement import Agreement, AgreementState
from digivl.advice.body import AdviceOutcome, Body
from digivl.advice.budget import BudgetLine
from digivl.advice.registration import in_passing
from digivl.advice.request import AdviceRequest, AdviceState, Condition
from digivl.advice.rules.ruleset import Assessment, Need
from digivl.documents.model import Document
from digivl.dossiers.gate import Requirement, RequirementStatus
from digivl.kernel.moments import date_in_dutch, day_of, in_dutch
from digivl.kernel.parties import Party
from digivl.records.entries import Entry

_S = RequirementStatus
#: What a requirement is called that no rule decides.
_NEEDS: Final = {
    Need.REQUIRED: (_S.MISSING, "niet gevraagd"),
    Need.NOT_REQUIRED: (_S.NOT_REQUIRED, "niet vereist"),
    Need.UNDETERMINED: (_S.UNDETERMINED, "niet te bepalen"),
}

R = TypeVar("R", AdviceRequest, Agreement)


@attrs.frozen(kw_only=True)
class Now:
    """What answers are compared with: how the dossier is now.

    Attributes:
        documents: The documents of the dossier, by id.
        pieces: The version of each that stands on the agenda, by its id.
        lines: The effect on the budget, as the proposal has it.
        texts_count: An answer is stale when a text changed, not only a budget line.
        drafts: Ids of the texts that are put forward for approval.
        advice: Id of the request that the Inspectie van Financiën answered last.
    """

    documents: Mapping[str, Document]
    lines: Collection[BudgetLine]
    texts_count: bool
    drafts: Collection[str] = ()
    advice: str | None = None
    pieces: Mapping[str, str] = attrs.field(factory=dict[str, str])


def advised(
    assessment: Assessment, requests: Iterable[Entry[AdviceRequest]], now: Now
) -> Requirement:
    """How it stands with an advice.

    Args:
        assessment: Whether it is needed.
        requests: Those to this body, the oldest first.
        now: How the dossier is.
    """
    last = _counting(requests)
    if last is None:
        return _unasked(assessment)
    if last.record.is_open:
        pending = _pending(assessment, last, last.record.adviser.label)
        return _unless_idle(pending, assessment)
    answered = _of_advice(assessment, last)
    return _unless_idle(_unless_stale(answered, last, now), assessment)


def agreed(
    assessment: Assessment, agreements: Iterable[Entry[Agreement]], now: Now
) -> Requirement:
    """How it stands with an agreement; arguments as `advised`."""
    last = _counting(agreements)
    if last is None:
        return _unasked(assessment)
    if last.record.is_open:
        pending = _pending(assessment, last, last.record.minister.label)
        return _unless_idle(pending, assessment)
    ruled = _unless_stale(_of_agreement(assessment, last), last, now)
    return _unless_idle(ruled, assessment)


def _counting(questions: Iterable[Entry[R]]) -> Entry[R] | None:
    """The question that counts: the last one that was asked and not withdrawn.

    What was never submitted counts only where there is nothing else.
    """
    withdrawn = (AdviceState.WITHDRAWN, AgreementState.WITHDRAWN)
    made = [q for q in questions if q.record.state not in withdrawn]
    asked = [q for q in made if not _is_unsent(q.record)]
    counting = asked or made
    return counting[-1] if counting else None


def _appealed_to(record: AdviceRequest | Agreement) -> Party | None:
    """Who rules on the appeal against an advice; None where there is none."""
    if isinstance(record, AdviceRequest) and record.appeal is not None:
        return record.appeal.minister
    return None


def _is_unsent(record: AdviceRequest | Agreement) -> bool:
    return isinstance(record, AdviceRequest) and record.submitted_at is None


def _unasked(assessment: Assessment) -> Requirement:
    status, said = _NEEDS[assessment.need]
    return Requirement(
        name=assessment.body.value,
        status=status,
        explanation=f"{said} ({assessment.explanation})",
        blocking=not status.is_met,
        rules=assessment.rules,
    )


def _pending(assessment: Assessment, question: Entry[R], answerer: str) -> Requirement:
    record = question.record
    whom = answerer
    said = f"gevraagd aan {answerer}"
    if (minister := _appealed_to(record)) is not None:
        whom, said = minister.label, f"in beroep bij {minister}"
    if record.state is AdviceState.CONCEPT:
        whom, said = record.asker.label, "nog niet ingediend"
    elif record.state is AdviceState.SENT_BACK:
        whom, said = record.asker.label, "teruggestuurd, aan te vullen"
    elif record.state in (
        AdviceState.INFORMATION_ASKED,
        AgreementState.COMPLETION_ASKED,
    ):
        whom, said = record.asker.label, f"{answerer} vroeg inlichtingen"
    elif record.due is not None:
        said += f", tot {in_dutch(record.due)}"
    elif record.received_at is None:
        said += ", nog niet ontvangen"
    return Requirement(
        name=assessment.body.value,
        status=_S.PENDING,
        explanation=said,
        blocking=True,
        rules=assessment.rules,
        whom=whom,
        since=question.at,
        due=record.due,
        evidence=(str(question.ref),),
    )


def _of_advice(assessment: Assessment, asked: Entry[AdviceRequest]) -> Requirement:
    record = asked.record
    if record.silence is not None and record.advice is None:
        return _silent(assessment, asked)
    advice = record.advice
    if advice is None:
        raise AssertionError("an answered request has an advice or a silence")
    said = f"{advice.outcome.label} op {date_in_dutch(day_of(advice.at))}"
    said += in_passing(advice.registered)
    status, blocking, whom = _S.SATISFIED, False, ""
    if advice.outcome is AdviceOutcome.UNFAVOURABLE:
        status, blocking, whom, more = _against(record)
        said += more
    said += _open_conditions(advice.conditions)
    return Requirement(
        name=assessment.body.value,
        status=status,
        explanation=said,
        blocking=blocking,
        rules=assessment.rules,
        whom=whom,
        evidence=_evidence(asked, advice.document),
    )


def _against(record: AdviceRequest) -> tuple[RequirementStatus, bool, str, str]:
    """What an unfavourable advice comes to: status, blocking, from whom, words."""
    if record.state is AdviceState.JOINED:
        return _S.SATISFIED, False, "", ", in beroep bijgetreden"
    if record.state in (AdviceState.CONFIRMED, AdviceState.APPEAL_LAPSED):
        return _S.REFUSED_ESCALATED, False, "", ", in beroep niet bijgetreden"
    if record.reply is not None:
        return _S.REFUSED_ESCALATED, False, "", ", met repliek"
    return _S.MISSING, True, record.asker.label, ", repliek ontbreekt"


def _of_agreement(assessment: Assessment, asked: Entry[Agreement]) -> Requirement:
    ruling = asked.record.ruling
    if ruling is None:
        return _silent(assessment, asked)
    day = date_in_dutch(day_of(ruling.at))
    said = f"akkoord op {day}" if ruling.granted else f"geweigerd op {day}"
    said += in_passing(ruling.registered)
    return Requirement(
        name=assessment.body.value,
        # The minister may put to the government what was refused.
        status=_S.SATISFIED if ruling.granted else _S.REFUSED_ESCALATED,
        explanation=said + _open_conditions(ruling.conditions),
        rules=assessment.rules,
        evidence=_evidence(asked, ruling.document),
    )


def _silent(assessment: Assessment, asked: Entry[R]) -> Requirement:
    silence = asked.record.silence
    if silence is None:
        raise AssertionError("a question that is not open has an answer or a silence")
    day = date_in_dutch(day_of(silence.at))
    return Requirement(
        name=assessment.body.value,
        status=_S.SATISFIED_BY_SILENCE,
        explanation=f"geen antwoord: {silence.effect.label}, vastgesteld op {day}",
        rules=(silence.rule,),
        evidence=(str(asked.ref),),
    )


def _unless_stale(found: Requirement, asked: Entry[R], now: Now) -> Requirement:
    basis = asked.record.basis
    texts: tuple[str, ...] = basis.changed_pieces(now.documents, now.pieces)
    known = {piece.document for piece in basis.pieces}
    unseen: list[str] = [now.documents[it].name for it in now.drafts if it not in known]
    lines: bool = set(basis.lines) != set(now.lines)
    other: bool = _rests_on_another(asked.record, now.advice)
    changed = [
        *(("de begrotingslijnen",) if lines else ()),
        *(("het advies van de Inspectie van Financiën",) if other else ()),
        *texts,
        *(f"{name}, niet voorgelegd" for name in unseen),
    ]
    if not changed:
        return found
    return attrs.evolve(
        found,
        status=_S.STALE,
        explanation=f"{found.explanation}; sindsdien gewijzigd: {', '.join(changed)}",
        blocking=found.blocking or lines or other or now.texts_count,
        whom=asked.record.asker.label,
    )


def _unless_idle(found: Requirement, assessment: Assessment) -> Requirement:
    """What waits, or has to be asked anew, keeps nothing waiting that needs it not."""
    idle = found.status in {_S.PENDING, _S.STALE}
    if not idle or assessment.need is not Need.NOT_REQUIRED:
        return found
    said = f"{found.explanation}; niet vereist"
    return attrs.evolve(found, explanation=said, blocking=False)


def _rests_on_another(record: AdviceRequest | Agreement, advice: str | None) -> bool:
    """Whether an agreement was given on an advice that another took the place of."""
    return (
        isinstance(record, Agreement) and advice is not None and record.advice != advice
    )


def _open_conditions(conditions: Sequence[Condition]) -> str:
    still = sum(condition.met_by is None for condition in conditions)
    if not still:
        return ""
    said = "voorwaarde" if still == 1 else "voorwaarden"
    return f", {still} {said} nog te vervullen"


def _evidence(asked: Entry[R], document: str | None) -> tuple[str, ...]:
    return (str(asked.ref), f"document/{document}") if document else (str(asked.ref),)


def is_flagged(requests: Iterable[Entry[AdviceRequest]]) -> bool | None:
    """Whether the inspector says that an agreement is needed; None before any answer.

    Silence, of the inspector or on this, counts as needed.
    """
    answered = [q.record for q in requests if q.record.is_answered]
    if not answered:
        return None
    advice = answered[-1].advice
    return advice.agreement_needed if advice is not None else True


def answered_last(requests: Iterable[Entry[AdviceRequest]]) -> str | None:
    """Id of the request that was answered last; None before any answer."""
    answered = [q.id for q in requests if q.record.is_answered]
    return answered[-1] if answered else None


def outcome_of(requests: Iterable[Entry[AdviceRequest]]) -> AdviceOutcome | None:
    """What the inspector concluded last; None before any advice, and after silence."""
    answered = [q.record for q in requests if q.record.is_answered]
    advice = answered[-1].advice if answered else None
    return advice.outcome if advice is not None else None


def of_body(questions: Iterable[Entry[R]], body: Body) -> Sequence[Entry[R]]:
    """The questions to one body, in their order."""
    return [question for question in questions if question.record.body is body]
