"""Computes whether a step may go on the agenda, and if not, what is missing.

The secretariat of the government keeps a note of it in free text (``IF: BA: BZ: WT:
Co-agendering: Def. check:``); here it follows from the records. Pure.

Source:
    Vlaanderen Intern: what goes with the agenda request of a first and second principle
    approval and of a final one. That an announcement, which asks no decision, has no
    gate is inferred.
"""

from __future__ import annotations

from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from datetime import datetime
from enum import Enum
from typing import Final

import attrs

from digivl.advice.agreement import Agreement
from digivl.advice.body import Body
from digivl.advice.completeness import DRAFTS, MEMORANDUM
from digivl.advice.judging import (
    Now,
    advised,
    agreed,
    answered_last,
    is_flagged,
    of_body,
    outcome_of,
)
from digivl.advice.proposal import Act, Proposal
from digivl.advice.request import AdviceRequest
from digivl.advice.rules.facts import facts_of
from digivl.advice.rules.ruleset import Assessment, Need, RuleSet
from digivl.documents.model import NOTA, RATIFICATION, Document, most_open
from digivl.dossiers.gate import Requirement, RequirementStatus
from digivl.dossiers.model import ProcedureStep, StepKind, StepState
from digivl.dossiers.submission import CoAnswer, Submission
from digivl.kernel.identifiers import URI
from digivl.kernel.moments import day_of, in_dutch
from digivl.records.entries import Entry

_S = RequirementStatus
#: Asked before the first pass; what they answered is looked at in each.
_ASKED_FIRST: Final = (Body.IF, Body.BA, Body.BZ, Body.WT)
#: Heard after the first principle approval.
_HEARD_NEXT: Final = (Body.SAR, Body.VTC, Body.NEGOTIATION)


#: What a step can need, as people and settings name it.
NAMES: Final = frozenset(
    {
        *("Nota", "Ontwerp", "Memorie", "Bekrachtiging"),
        *(body.value for body in Body),
        *("Co-agendering", "Toegang", "Indieningstermijn"),
    }
)


class Stage(Enum):
    """Which pass to the government a step is (fase)."""

    FIRST = "eerste goedkeuring"
    ADVISED = "goedkeuring na advies"
    FINAL = "definitieve goedkeuring"
    RATIFICATION = "bekrachtiging"


def stage_of(kind: StepKind, ordinal: int, others: Sequence[ProcedureStep]) -> Stage:
    """Which pass a step is: a later one once the government approved an earlier one.

    What was prepared, withdrawn or only taken note of spares no other step anything.

    Args:
        kind: Of the step.
        ordinal: 1 for the first of its kind.
        others: The other steps of the dossier.
    """
    if kind is StepKind.RATIFICATION:
        return Stage.RATIFICATION
    is_final = kind is not StepKind.PRINCIPLE_APPROVAL
    approved = any(is_final or one.ordinal < ordinal for one in principles(others))
    if not approved:
        return Stage.FIRST
    return Stage.FINAL if is_final else Stage.ADVISED


def principles(steps: Iterable[ProcedureStep]) -> Sequence[ProcedureStep]:
    """The principle approvals that the government gave."""
    kind, approved = StepKind.PRINCIPLE_APPROVAL, StepState.APPROVED
    return [one for one in steps if one.kind is kind and one.state is approved]


@attrs.frozen(kw_only=True)
class Situation:
    """A dossier, as its readiness depends on it.

    Attributes:
        proposal: What it proposes; None where nobody said it.
        stage: Which pass is looked at.
        final: It is the final approval, also where it is the only pass.
        documents: All documents of the dossier, by id.
        pieces: The version of each that stands on the agenda, by its id.
        submitted: Ids of those of the step; of all while there is no step.
        requests: Requests for advice, the oldest first.
        agreements: Agreements that were asked, the oldest first.
        submission: The last one of the step.
        at: The moment that is looked at.
        deadline: The last moment to submit for the meeting, if one is chosen.
        loosened: By the name of a requirement, who loosened it and why.
    """

    proposal: Proposal | None
    stage: Stage
    final: bool
    documents: Mapping[str, Document]
    submitted: Sequence[str]
    pieces: Mapping[str, str] = attrs.field(factory=dict[str, str])
    requests: Sequence[Entry[AdviceRequest]] = ()
    agreements: Sequence[Entry[Agreement]] = ()
    submission: Submission | None = None
    at: datetime
    deadline: datetime | None = None
    loosened: Mapping[str, str] = attrs.field(factory=dict[str, str])


@attrs.frozen(kw_only=True)
class Readiness:
    """Whether a step may go on the agenda, and what is missing (gereedheid).

    Attributes:
        dossier: Id of the dossier.
        step: Id of the step; None for the one that comes next.
        meeting: Id of the meeting; None while none is chosen.
        stage: Which pass it is.
        at: When it was computed.
        deadline: The last moment to submit for that meeting.
        rules: SHA-256 of the rules it was computed by.
        requirements: Everything the step needs, met or not.
    """

    dossier: str
    step: str | None
    meeting: str | None
    stage: Stage
    at: datetime
    deadline: datetime | None
    rules: str
    requirements: tuple[Requirement, ...]

    @property
    def blocking(self) -> tuple[Requirement, ...]:
        """What keeps it from the agenda; empty when nothing does."""
        return tuple(one for one in self.requirements if one.blocking)

    def as_review(self) -> str:
        """As the secretariat writes it in its internal review, in Dutch."""
        found = {one.name: one for one in self.requirements}
        lines = []
        for name in ("IF", "BA", "BZ", "WT", "Co-agendering"):
            one = found.get(name)
            said = f"{one.status.value}: {one.explanation}" if one else ""
            lines.append(f"{name}: {said}".rstrip())
        lines.append(f"Def. check: {self._conclusion()}")
        return "\n".join(lines)

    def _conclusion(self) -> str:
        if not self.blocking:
            return "klaar voor agendering"
        return "ontbreekt: " + ", ".join(one.name for one in self.blocking)


def requirements(situation: Situation, rules: RuleSet) -> tuple[Requirement, ...]:
    """Everything the step needs, met or not."""
    if situation.stage is Stage.RATIFICATION:
        found = [_document("Bekrachtiging", {RATIFICATION}, situation)]
    else:
        found = [*_texts(situation), *_bodies(situation, rules)]
        found += [_co_submitters(situation), _levels(situation)]
    if situation.deadline is not None:
        found.append(_in_time(situation.at, situation.deadline))
    return tuple(_loosened(one, situation.loosened) for one in found)


def _texts(situation: Situation) -> Iterator[Requirement]:
    yield _document("Nota", {NOTA}, situation)
    act = situation.proposal.act if situation.proposal else None
    if act is None or act.has_draft:
        yield _document("Ontwerp", DRAFTS, situation)
    if act is Act.DECREE:
        yield _document("Memorie", {MEMORANDUM}, situation)


def _document(
    name: str, types: set[URI] | frozenset[URI], situation: Situation
) -> Requirement:
    documents, there = situation.documents, _of_types(types, situation)
    if there:
        names = ", ".join(documents[one].name for one in there)
        return Requirement(
            name=name,
            status=_S.SATISFIED,
            explanation=names,
            evidence=tuple(f"document/{one}" for one in there),
        )
    missing = "zit niet bij de stukken"
    return Requirement(name=name, status=_S.MISSING, explanation=missing, blocking=True)


def _of_types(types: Collection[URI], situation: Situation) -> Sequence[str]:
    """Ids of the documents that are put forward and are of one of these types."""
    documents = situation.documents
    return [
        one
        for one in situation.submitted
        if one in documents and documents[one].type in types
    ]


def _bodies(situation: Situation, rules: RuleSet) -> Iterator[Requirement]:
    first = situation.stage is Stage.FIRST
    assess = _assessor(situation, rules, first=first)
    now = Now(
        documents=situation.documents,
        pieces=situation.pieces,
        lines=situation.proposal.lines if situation.proposal else (),
        texts_count=first,
        drafts=_of_types(DRAFTS, situation) if first else (),
        advice=answered_last(of_body(situation.requests, Body.IF)),
    )
    for body in _heard(situation):
        assessment = assess(body)
        if body.agrees:
            yield agreed(assessment, of_body(situation.agreements, body), now)
        else:
            yield advised(assessment, of_body(situation.requests, body), now)
    # Nobody is asked for it: it is an annex, of no document type of its own.
    analysis = advised(assess(Body.RIA), of_body(situation.requests, Body.RIA), now)
    yield attrs.evolve(analysis, blocking=False)


def _heard(situation: Situation) -> Iterator[Body]:
    yield from _ASKED_FIRST
    if situation.final or situation.stage is Stage.ADVISED:
        yield from _HEARD_NEXT
    if situation.final:
        yield Body.RVS


def _assessor(
    situation: Situation, rules: RuleSet, *, first: bool
) -> Callable[[Body], Assessment]:
    if situation.proposal is None:
        return lambda body: Assessment(
            body=body,
            need=Need.UNDETERMINED,
            explanation="niet beschreven wat het dossier voorstelt",
        )
    advices = of_body(situation.requests, Body.IF)
    facts = facts_of(
        situation.proposal,
        first=first,
        final=situation.final,
        advice_flag=is_flagged(advices),
        outcome=outcome_of(advices),
    )
    day = day_of(situation.at)
    return lambda body: rules.assess(body, facts, day)


def _co_submitters(situation: Situation) -> Requirement:
    name, submission = "Co-agendering", situation.submission
    if submission is None or not submission.co_submitters:
        none = "geen mede-indieners"
        return Requirement(name=name, status=_S.NOT_REQUIRED, explanation=none)
    waiting = [
        one.minister
        for one in submission.co_submitters
        if one.answer is not CoAnswer.AGREED
    ]
    if not waiting:
        agreed_all = "alle mede-indieners gaan akkoord"
        return Requirement(name=name, status=_S.SATISFIED, explanation=agreed_all)
    whom = ", ".join(waiting)
    return Requirement(
        name=name,
        status=_S.PENDING,
        explanation=f"nog geen akkoord van {whom}",
        blocking=True,
        whom=whom,
    )


def _levels(situation: Situation) -> Requirement:
    """What is internal must not stand open for others."""
    open_ones = [
        document.name
        for document in situation.documents.values()
        if document.latest.level.openness > most_open(document.type).openness
    ]
    name = "Toegang"
    if not open_ones:
        kept = "interne adviezen en akkoorden blijven intern"
        return Requirement(name=name, status=_S.SATISFIED, explanation=kept)
    said = f"staat te open: {', '.join(open_ones)}"
    return Requirement(name=name, status=_S.MISSING, explanation=said, blocking=True)


def _in_time(at: datetime, deadline: datetime) -> Requirement:
    """Late is no bar: urgency can be pleaded, and the secretariat decides."""
    said = f"uiterlijk {in_dutch(deadline)}"
    late = deadline < at
    return Requirement(
        name="Indieningstermijn",
        status=_S.MISSING if late else _S.SATISFIED,
        explanation=f"{said}: te laat, motiveer de hoogdringendheid" if late else said,
        due=deadline,
    )


def _loosened(found: Requirement, loosened: Mapping[str, str]) -> Requirement:
    why = loosened.get(found.name, "")
    if not found.blocking or not why:
        return found
    return attrs.evolve(found, blocking=False, loosened=why)
