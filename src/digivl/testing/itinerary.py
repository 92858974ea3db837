"""A route that is laid out from what a test says happened, without a book."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import attrs

from digivl.advice.body import Body, SilenceEffect
from digivl.advice.proposal import Act, Proposal
from digivl.advice.route.forecast import Forecast
from digivl.advice.route.needed import needed
from digivl.advice.route.planning import lay_out
from digivl.advice.route.route import Route
from digivl.advice.route.routes import ROUTES
from digivl.advice.route.traces import Trace
from digivl.advice.rules.files import shipped
from digivl.advice.rules.grounds import Confidence, Period
from digivl.advice.rules.ruleset import Assessment, Need, RuleSet, TermRule
from digivl.kernel.kinds import Ref
from digivl.kernel.terms import Counted

#: A Monday.
NOW: Final = datetime(2026, 11, 23, 9, tzinfo=UTC)


def term(body: Body, days: int, **how: Any) -> TermRule:
    """A term of a body, that always held."""
    usual: dict[str, Any] = {"period": Period(), "confidence": Confidence.OWN}
    return TermRule(
        id=f"{body.value}-T",
        body=body,
        days=days,
        legal_basis="geen: voor een test",
        source="geen: voor een test",
        **(usual | how),
    )


#: For those before the first approval, and a council; for nobody else.
TERMS: Final = (
    term(Body.IF, 12, suspends=True, silence=SilenceEffect.DEEMED_FAVOURABLE),
    term(Body.BA, 12, suspends=True, silence=SilenceEffect.NO_LONGER_REQUIRED),
    term(Body.BZ, 12),
    term(Body.WT, 12, extends=True),
    term(Body.SAR, 30, counted=Counted.CALENDAR_DAYS),
)
#: A term for everybody, as an entity can give in a file of its own.
ALL_TERMS: Final = (
    *TERMS,
    term(Body.RVS, 30, counted=Counted.CALENDAR_DAYS),
    term(Body.VTC, 20),
    term(Body.NEGOTIATION, 20),
    term(Body.RIA, 5),
)
#: The facts of a proposal on which a stage hangs, beside who has to be heard.
KNOWN: Final[dict[str, Any]] = {"deviates": False, "recurring": False}


def rules(terms: Sequence[TermRule] = TERMS) -> RuleSet:
    """The shipped rules, with these terms."""
    return attrs.evolve(shipped(), terms=tuple(terms))


def heard(
    *required: Body, undetermined: Collection[Body] = ()
) -> Mapping[Body, Assessment]:
    """Who has to be heard; the others have not."""
    needs = dict.fromkeys(Body, Need.NOT_REQUIRED)
    needs |= dict.fromkeys(required, Need.REQUIRED)
    needs |= dict.fromkeys(undetermined, Need.UNDETERMINED)
    return {
        body: Assessment(body=body, need=need, explanation=f"{body.value}-1")
        for body, need in needs.items()
    }


def trace(
    stage: str, start: datetime | None, end: datetime | None = None, **more: Any
) -> Trace:
    """One time that a stage was begun."""
    name = more.pop("name", f"{stage} {start} {end}")
    return Trace(stage=stage, subject=Ref("record", name), start=start, end=end, **more)


def _preparation(
    traces: Sequence[Trace], now: datetime, opened_at: datetime | None
) -> Trace:
    begun = [one.start for one in traces if one.start is not None]
    opened = min([opened_at or now - timedelta(days=7), *begun])
    return trace("prepare", opened, min(begun, default=None), expected=now)


def laid_out(
    act: Act,
    *traces: Trace,
    now: datetime = NOW,
    asked: Mapping[Body, Assessment] | None = None,
    terms: Sequence[TermRule] = TERMS,
    meetings: Sequence[datetime] = (),
    opened_at: datetime | None = None,
    closed_at: datetime | None = None,
    title: str = "Jeugdwerk",
    **facts: Any,
) -> Route:
    """The route of an act of which this happened, beside the preparation.

    Args:
        act: The act.
        traces: What happened.
        now: The present moment.
        asked: Who has to be heard; everybody if None.
        terms: How long they have.
        meetings: Those that are planned.
        opened_at: When the dossier was opened; a week ago if None.
        closed_at: When it was closed.
        title: Of the dossier.
        facts: Of the proposal, beside `KNOWN`.
    """
    stages = ROUTES[act]
    proposal = Proposal(dossier="dossier-1", act=act, **(KNOWN | facts))
    needs = needed(stages, proposal, heard(*Body) if asked is None else asked)
    told = {"prepare": [_preparation(traces, now, opened_at)]}
    for one in traces:
        told.setdefault(one.stage, []).append(one)
    forecast = Forecast(now=now, rules=rules(terms), meetings=meetings)
    steps, assumptions = lay_out(stages, needs, told, forecast, closed_at)
    return Route(
        dossier=proposal.dossier,
        title=title,
        act=act,
        at=now,
        steps=steps,
        assumptions=assumptions,
        rules=forecast.rules.sha256,
    )
