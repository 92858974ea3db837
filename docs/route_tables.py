"""The tables of the reference page on routes, and the picture of a route."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from digivl.advice.proposal import Act, Proposal
from digivl.advice.route.gantt import drawn
from digivl.advice.route.needed import FACTS, assessed
from digivl.advice.route.routes import ROUTES, SOURCES
from digivl.advice.route.stages import Evidence, Stage, following
from digivl.advice.rules.files import shipped
from digivl.kernel.concepts import concept
from digivl.testing.itinerary import NOW, laid_out, trace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digivl.kernel.identifiers import URI

Row = tuple[str, ...]
INTRO = (
    (
        "Which steps a decree, a decision, a nota or an announcement goes through, in "
        "which order: as far as public sources say. Officials read this, so it is in "
        "Dutch. Where a dossier is on it, tells [its route](../how-to/route.md)."
    ),
    (
        "A step whose term is *niet gekend* has no expected end, and neither has what "
        "comes after it. A term is that of the rule named by its id, on the page "
        "[Rules](rules.md), where the keys of the sources are too. What is *eigen "
        "handeling* waits for nobody else."
    ),
)
HEAD = ("stap", "na", "stukken", "termijn", "bron")
#: The rules of this day give the terms.
DAY = date(2026, 1, 1)


def sections() -> Iterator[tuple[str, Row, Sequence[Row]]]:
    """Each table with its title and its head."""
    for act, route in ROUTES.items():
        asked = [stage for stage in route if not stage.unasked]
        title = f"## {act.value[0].upper()}{act.value[1:]}"
        yield title, HEAD, [row(stage, asked) for stage in asked]
    yield "## Wat ook kan gebeuren", HEAD, [row(stage, ()) for stage in besides()]
    rows = [(one.value, ids_of(one)) for one in Evidence]
    yield "## Waaruit blijkt hoe ver een stap is", ("bewijs", "stap"), rows
    yield "## Bronnen", ("sleutel", "titel"), list(SOURCES.items())


def ids_of(evidence: Evidence) -> str:
    """The stages that something in the book is the evidence of."""
    every = (stage for route in ROUTES.values() for stage in route)
    found = dict.fromkeys(s.id for s in every if s.evidence is evidence)
    return ", ".join(f"`{name}`" for name in found)


def besides() -> Iterator[Stage]:
    """What no route asks."""
    asked = {s.id for route in ROUTES.values() for s in route if not s.unasked}
    yield from (stage for stage in ROUTES[Act.NOTE] if stage.id not in asked)


def nearest(stage: Stage, route: Sequence[Stage]) -> Iterator[str]:
    """What comes right before a stage in a route."""
    before = {name for name in stage.after if name in {one.id for one in route}}
    for name in stage.after:
        later = {one.id for one in following(route, name)}
        if name in before and not later & before:
            yield name


def row(stage: Stage, route: Sequence[Stage]) -> Row:
    """A stage with everything that is known of it."""
    after = ", ".join(f"`{name}`" for name in nearest(stage, route))
    basis = f"{stage.basis}; " if stage.basis else ""
    name = f"**{stage.label}** `{stage.id}`"
    return (
        "<br>".join((name, stage.by, *conditions(stage))),
        after,
        documents(stage),
        term(stage),
        f"{basis}{stage.source} ({stage.confidence.value})",
    )


def conditions(stage: Stage) -> Iterator[str]:
    """On what it hangs whether it is asked."""
    if stage.body is not None and not stage.unasked:
        yield f"*als de [regels](rules.md) {stage.body.value} vragen*"
    if stage.when is not None:
        yield f"*als: {FACTS[stage.when][0]}*"
    if stage.unless is not None:
        yield f"*niet als: {FACTS[stage.unless][0]}*"
    if stage.among:
        yield f"*als een van deze nodig is: {', '.join(stage.among)}*"
    if stage.internal:
        yield "*binnen de regering*"


def documents(stage: Stage) -> str:
    """What has to be there, and what comes of it."""
    parts = (("nodig", stage.needs), ("levert", stage.makes))
    return "<br>".join(f"{what}: {named(types)}" for what, types in parts if types)


def named(types: Sequence[URI]) -> str:
    """The short names of document types."""
    return ", ".join(concept(one).label for one in types)


def term(stage: Stage) -> str:
    """By which rule it ends, or that nobody knows."""
    if stage.months:
        return f"{stage.months} maanden"
    if stage.body is not None:
        found = shipped().term(stage.body, DAY)
        return f"`{found.id}`: {found.length}" if found else "niet gekend"
    deadlines = {one.id for one in shipped().deadlines if one.period.holds_on(DAY)}
    of = {
        Evidence.PREPARATION: "eigen handeling",
        Evidence.SENDING: "eigen handeling",
        Evidence.AGENDA: ", ".join(f"`{one}`" for one in sorted(deadlines)),
        Evidence.DECISION: "de vergadering",
    }
    return of.get(stage.evidence, "niet gekend")


def picture() -> str:
    """A decree under way: something is done, runs, is late, comes, and is left out."""
    day = timedelta(days=1)
    known = Proposal(
        dossier="dossier-1",
        act=Act.DECREE,
        budget_impact=True,
        more_staff=True,
        agency_matters=False,
        staff_policy=False,
        staff_statute=False,
        recurring=False,
        personal_data=False,
    )
    route = laid_out(
        Act.DECREE,
        trace("if", NOW - 38 * day, NOW - 28 * day),
        trace("wt", NOW - 38 * day, NOW - 24 * day),
        trace("ikw", NOW - 24 * day, NOW - 20 * day),
        trace("ba", NOW - 27 * day, due=NOW - 7 * day, expected=NOW),
        trace("bz", NOW - 9 * day, due=NOW + 8 * day, expected=NOW + 8 * day),
        asked=assessed(known, shipped(), NOW.date(), None),
        terms=shipped().terms,
        opened_at=NOW - 52 * day,
        title="Voorontwerp van decreet over jeugdwerk",
    )
    return drawn(route)
