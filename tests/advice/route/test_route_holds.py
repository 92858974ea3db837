"""What holds of a route, whatever happened and whatever is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

from hypothesis import example, given, settings
from hypothesis import strategies as st

from digivl.advice.body import Body
from digivl.advice.proposal import Act
from digivl.advice.route.gantt import drawn
from digivl.advice.route.route import Route, RouteStep, StepStatus
from digivl.advice.route.routes import ROUTES
from digivl.advice.route.stages import Evidence, following
from digivl.advice.route.traces import Trace
from digivl.advice.route.wording import awaited, described, summary, when
from digivl.advice.rules.ruleset import Assessment, Need
from digivl.testing.itinerary import ALL_TERMS, NOW, TERMS, heard, laid_out, trace

S = StepStatus
TO_COME = {S.NEXT, S.LATER, S.UNDETERMINED}
#: What happens only once all that comes before it is over.
LAST = {
    Evidence.DECISION,
    Evidence.SIGNING,
    Evidence.SENDING,
    Evidence.PARLIAMENT,
    Evidence.PUBLICATION,
}

moments = st.integers(-900, 0).map(lambda hours: NOW + timedelta(hours=hours))
planned = st.integers(0, 900).map(lambda hours: NOW + timedelta(hours=hours))
later = st.none() | moments | planned
facts = st.fixed_dictionaries(
    {name: st.sampled_from([True, False, None]) for name in ("deviates", "recurring")}
)


@st.composite
def traces_of(draw: st.DrawFn, stages: Sequence[str]) -> Trace:
    """One time that some stage was begun, done or only set to begin."""
    start = draw(st.none() | moments)
    end = None
    if start is not None and draw(st.booleans()):
        end = start + timedelta(hours=draw(st.integers(0, 200)))
        end = min(end, NOW)
    return trace(
        draw(st.sampled_from(stages)),
        start,
        end,
        name=str(draw(st.integers(0, 10**9))),
        due=draw(later),
        expected=draw(later),
        ready=draw(st.none() | moments),
    )


@st.composite
def stories(draw: st.DrawFn) -> tuple[Act, list[Trace], dict[str, Any]]:
    """An act, what happened of it, and what is known and planned."""
    act = draw(st.sampled_from(Act))
    names = [stage.id for stage in ROUTES[act][1:]]
    needs = {body: draw(st.sampled_from(Need)) for body in Body}
    some = st.lists(traces_of(names), max_size=8, unique_by=lambda one: one.subject)
    happened = draw(some)
    known: dict[str, Any] = {
        "asked": assessments(needs),
        "terms": draw(st.sampled_from([(), TERMS, ALL_TERMS])),
        "meetings": draw(st.lists(planned, max_size=3)),
        "closed_at": draw(st.none() | st.just(NOW)),
        **draw(facts),
    }
    return act, happened, known


def assessments(needs: Mapping[Body, Need]) -> Mapping[Body, Assessment]:
    """Who has to be heard."""
    required = [body for body, need in needs.items() if need is Need.REQUIRED]
    unsure = [body for body, need in needs.items() if need is Need.UNDETERMINED]
    return heard(*required, undetermined=unsure)


def stage_of(step: RouteStep) -> str:
    """Id of the stage of a step."""
    return step.id.partition(".")[0]


def by_id(route: Route) -> dict[str, RouteStep]:
    """The steps, each once."""
    found = {step.id: step for step in route.steps}
    assert len(found) == len(route.steps)
    return found


def story(told: tuple[Act, list[Trace], dict[str, Any]]) -> Route:
    """The route of a story."""
    act, happened, known = told
    return laid_out(act, *happened, **known)


@given(stories())
def test_nothing_comes_before_what_is_over(
    told: tuple[Act, list[Trace], dict[str, Any]],
) -> None:
    """No step is still to come that must come before a decision that was taken."""
    route, stages = story(told), {stage.id: stage for stage in ROUTES[told[0]]}
    done = {stage_of(step) for step in route.with_status(S.DONE)}
    over = {name for name in done if stages[name].evidence in LAST}
    for step in route.steps:
        if step.status in TO_COME:
            after = {one.id for one in following(ROUTES[told[0]], stage_of(step))}

            assert not over & after


@given(stories())
def test_expected_dates_follow_on_each_other(
    told: tuple[Act, list[Trace], dict[str, Any]],
) -> None:
    """What is expected lies ahead, and never before what it waits for."""
    steps = by_id(story(told))
    for step in steps.values():
        if step.is_expected and step.end is not None:
            assert step.end >= NOW
        if step.status in TO_COME and step.start is not None:
            assert step.start >= NOW
        for name in step.waits_for:
            other = steps[name].end

            assert other is None or step.end is None or other <= step.end


@given(stories())
def test_no_date_after_what_nobody_knows(
    told: tuple[Act, list[Trace], dict[str, Any]],
) -> None:
    """What waits for a step without a date has none, and names what it hangs on."""
    steps = by_id(story(told))
    for step in steps.values():
        unknown = [name for name in step.waits_for if steps[name].end is None]
        if step.status in TO_COME and unknown:
            assert (None, None) == (step.start, step.end)
        if step.hangs_on is not None:
            assert (None, None) == (step.end, steps[step.hangs_on].end)


@given(stories())
def test_waiting_is_for_what_is_not_done(
    told: tuple[Act, list[Trace], dict[str, Any]],
) -> None:
    """Who can begin waits for nothing, who comes later for something not done."""
    steps = by_id(story(told))
    for step in steps.values():
        assert (step.status is S.NEXT) <= (step.waits_for == ())
        assert (step.status is S.LATER) <= (step.waits_for != ())
        assert not {steps[name].status for name in step.waits_for} & {S.DONE, S.SKIPPED}


@given(stories())
def test_what_happened_is_told_once(
    told: tuple[Act, list[Trace], dict[str, Any]],
) -> None:
    """Each trace that began is one step, done when it ended; nothing else is."""
    happened = {one.subject: one.end for one in told[1] if one.start is not None}
    route = story(told)
    begun = {s.subject: s for s in route.steps[1:] if s.status.has_begun and s.subject}

    assert set(happened) == set(begun)
    assert all(
        (end is not None) is (begun[subject].status is S.DONE)
        for subject, end in happened.items()
    )


@given(stories(), st.data())
def test_more_never_undoes_what_was_done(
    told: tuple[Act, list[Trace], dict[str, Any]], data: st.DataObject
) -> None:
    """Whatever is recorded beside it, what was done stays done."""
    act, happened, known = told
    more = data.draw(traces_of([stage.id for stage in ROUTES[act][1:]]))
    before = {step.subject for step in story(told).with_status(S.DONE)[1:]}
    after = laid_out(act, *happened, more, **known).with_status(S.DONE)

    assert before - {more.subject} <= {step.subject for step in after}


@given(stories(), st.integers(0, 2000))
def test_time_undoes_nothing(
    told: tuple[Act, list[Trace], dict[str, Any]], hours: int
) -> None:
    """When time passes and nothing happens, what is done stays so, and late is late."""
    act, happened, known = told
    before = by_id(story(told))
    after = by_id(laid_out(act, *happened, now=NOW + timedelta(hours=hours), **known))

    assert set(before) == set(after)
    for name, step in before.items():
        assert step.status is not S.DONE or after[name].status is S.DONE
        assert step.status is not S.LATE or after[name].status is S.LATE


ELEMENTS = set("svg g title desc defs pattern rect path circle polygon text".split())
titles = st.text(min_size=1, max_size=500)
#: A drawing takes longer than most: a busy machine is no reason to fail.
unhurried = settings(deadline=None)


@unhurried
@given(stories(), titles)
@example((Act.NOTE, [], {}), "]]><script>alert(1)</script>&amp;\x00\ud800\u202e")
@example((Act.NOTE, [], {}), "x" * 500)
def test_a_picture_is_always_well_formed(
    told: tuple[Act, list[Trace], dict[str, Any]], title: str
) -> None:
    """Whatever people write stays text: no element but ours, nothing from outside."""
    act, happened, known = told
    picture = drawn(laid_out(act, *happened, title=title, **known))
    root = ET.fromstring(picture)
    names = {one.tag.partition("}")[2] for one in root.iter()}
    values = [value for one in root.iter() for value in one.attrib.values()]

    assert picture.encode()
    assert names <= ELEMENTS
    assert not [value for value in values if "://" in value or "javascript" in value]
    assert picture == drawn(laid_out(act, *happened, title=title, **known))


def numbers(root: ET.Element, *names: str) -> list[float]:
    """The values of some attributes of all elements."""
    return [
        float(one.attrib[name])
        for one in root.iter()
        for name in names
        if name in one.attrib
    ]


@unhurried
@given(stories())
def test_a_picture_stays_within_its_edges(
    told: tuple[Act, list[Trace], dict[str, Any]],
) -> None:
    """Nothing is drawn left, right, above or below the paper; rows do not overlap."""
    root = ET.fromstring(drawn(story(told)))
    width, height = float(root.attrib["width"]), float(root.attrib["height"])

    assert all(0 <= x <= width for x in numbers(root, "x", "cx"))
    assert all(0 <= y <= height for y in numbers(root, "y", "cy"))
    assert all(size >= 0 for size in numbers(root, "width", "height"))


@given(stories())
def test_every_step_has_words(told: tuple[Act, list[Trace], dict[str, Any]]) -> None:
    """Each step can be told in a table and in a sentence, whatever is not known."""
    route = story(told)
    sentences = list(described(route))

    assert summary(route)
    assert len(route.steps) + 1 + bool(route.assumptions) == len(sentences)
    for step in route.steps:
        assert (step.status is S.SKIPPED) is (when(step, route) == "")
        assert (awaited(step, route) == "") is (step.status in {S.DONE, S.SKIPPED})


@given(stories())
def test_outside_the_government_nothing_internal_is_told(
    told: tuple[Act, list[Trace], dict[str, Any]],
) -> None:
    """Neither a step nor a word that names one; what was asked of somebody is told."""
    route = story(told)
    outside = route.outside()
    inside = {step.id for step in route.steps if step.internal}
    shown = list(outside.steps)
    mine = [step.subject for step in route.steps if step.internal and step.subject]

    assert not inside & {step.id for step in shown}
    assert not inside & {name for step in shown for name in step.waits_for}
    assert not inside & {step.hangs_on for step in shown}
    assert set(mine) <= {step.subject for step in route.outside(mine).steps}
