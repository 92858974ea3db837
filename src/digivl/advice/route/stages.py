"""What a stage of a route is: who acts, what comes first, what shows it is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Final

import attrs
from attrs.validators import optional

from digivl.advice.body import Body
from digivl.advice.rules.grounds import Confidence
from digivl.dossiers.model import StepKind
from digivl.errors import MalformedError
from digivl.kernel.checks import counted_from_one, public_line
from digivl.kernel.identifiers import URI

_ORDER: Final = "Name in `after` only stages of the route that stand before it."


class Evidence(Enum):
    """What in the book shows how far a stage is (bewijs)."""

    PREPARATION = "het openen van het dossier, tot de eerste vraag of indiening"
    QUESTION = "een vraag om advies of akkoord"
    ROUND = "een overlegronde"
    AGENDA = "een procedurestap, tot hij op een goedgekeurde agenda staat"
    DECISION = "de beslissing op een procedurestap"
    SIGNING = "de ondertekening van een stuk"
    SENDING = "een zending naar het Vlaams Parlement"
    PARLIAMENT = "wat van het Vlaams Parlement terugkomt"
    DOCUMENT = "een stuk in het dossier"
    PUBLICATION = "een publicatie in het Belgisch Staatsblad"


@attrs.frozen(kw_only=True)
class Stage:
    """One stage of a route (stap van een traject).

    Attributes:
        id: Short, for programs; within a route it is unique.
        label: In Dutch.
        by: Who acts, in Dutch.
        after: Ids of the stages that come first; those that a route has not are left
            out of it.
        evidence: What in the book shows how far it is.
        body: Who answers, for a question.
        kind: Type of the procedure step, for an agenda or a decision.
        times: Of which approval of that kind, counted from 1.
        document: Type of the document that shows it, where nothing else does.
        needs: Types of the documents that have to be there.
        makes: Types of the documents that come of it.
        phase: After how many approvals it falls; a question that is asked again later
            belongs to the stage of the later phase, where there is one.
        when: Fact of the proposal that asks it; not known makes it undetermined.
        unless: Fact of the proposal that leaves it out, when it is known to hold.
        among: It is needed when one of these stages is.
        unasked: Nothing asks it; it is shown once it happens.
        months: It has to be done within so many months after what comes before it.
        internal: What stays within the government: it is shown to nobody else.
        basis: The provision it rests on; empty where none was read.
        source: Where it was read, by the keys of the sources.
        confidence: How sure it is.
    """

    id: str = attrs.field(validator=public_line)
    label: str = attrs.field(validator=public_line)
    by: str = attrs.field(validator=public_line)
    after: tuple[str, ...] = ()
    evidence: Evidence
    body: Body | None = None
    kind: StepKind | None = None
    times: int = attrs.field(default=1, validator=counted_from_one)
    document: URI | None = None
    needs: tuple[URI, ...] = ()
    makes: tuple[URI, ...] = ()
    phase: int = 0
    when: str | None = None
    unless: str | None = None
    among: tuple[str, ...] = ()
    unasked: bool = False
    months: int | None = attrs.field(default=None, validator=optional(counted_from_one))
    internal: bool = False
    basis: str = ""
    source: str = attrs.field(validator=public_line)
    confidence: Confidence = Confidence.READ


def ordered(*stages: Stage) -> tuple[Stage, ...]:
    """The stages of a route: each only names stages of the route, that stand before it.

    Raises:
        MalformedError: Two stages have one id, one comes after nothing though it is
            not the first, or before what it comes after.
    """
    names = [stage.id for stage in stages]
    if len(set(names)) < len(names):
        raise MalformedError(
            f"two stages of a route have one id: {names}",
            hint="Give each stage an id of its own.",
        )
    route: list[Stage] = []
    for number, stage in enumerate(stages):
        after = tuple(name for name in stage.after if name in names)
        among = tuple(name for name in stage.among if name in names)
        if number and not after:
            raise MalformedError(f"nothing comes before stage {stage.id}", hint=_ORDER)
        if {*after, *among} - set(names[:number]):
            raise MalformedError(
                f"stage {stage.id} stands before what comes first", hint=_ORDER
            )
        route.append(attrs.evolve(stage, after=after, among=among))
    return tuple(route)


def following(route: Sequence[Stage], id: str) -> Iterator[Stage]:
    """The stages that come after one, near and far."""
    found = {id}
    for stage in route:
        if found.intersection(stage.after):
            found.add(stage.id)
            yield stage
