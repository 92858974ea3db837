"""The picture of a route: legible, also without colour, sight or a screen."""

from __future__ import annotations

import re
from datetime import timedelta
from xml.etree import ElementTree as ET

import attrs
import pytest

from digivl.advice.body import Body
from digivl.advice.proposal import Act
from digivl.advice.route.drawing import folded, plain, tag
from digivl.advice.route.gantt import drawn
from digivl.advice.route.route import Route, StepStatus
from digivl.advice.route.timescale import Timescale
from digivl.testing.itinerary import ALL_TERMS, NOW, heard, laid_out, trace

SVG = "{http://www.w3.org/2000/svg}"
DAY = timedelta(days=1)


@pytest.fixture(name="route")
def _route() -> Route:
    """A route in which every status occurs."""
    return laid_out(
        Act.DECREE,
        trace("if", NOW - 40 * DAY, NOW - 30 * DAY),
        trace("ba", NOW - 25 * DAY, due=NOW - 3 * DAY, expected=NOW),
        trace("wt", NOW - 2 * DAY, due=NOW + 9 * DAY, expected=NOW + 9 * DAY),
        asked=heard(Body.IF, Body.BA, Body.BZ, Body.RVS, undetermined=[Body.SAR]),
        terms=ALL_TERMS,
    )


def parsed(route: Route) -> ET.Element:
    """The picture."""
    return ET.fromstring(drawn(route))


def texts(root: ET.Element) -> list[str]:
    """What is written in it."""
    return [one.text or "" for one in root.iter(f"{SVG}text")]


def test_every_status_occurs(route: Route) -> None:
    """The fixture shows them all."""
    assert set(StepStatus) == {step.status for step in route.steps}


def test_a_picture_is_an_image_with_a_name_and_a_description(route: Route) -> None:
    """Who cannot see it hears its title, and each step with its status and dates."""
    root = parsed(route)
    named = (root.attrib["aria-labelledby"]).split()
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")

    assert title is not None
    assert description is not None
    assert ("img", "nl") == (
        root.attrib["role"],
        root.attrib["{http://www.w3.org/XML/1998/namespace}lang"],
    )
    assert named == [title.attrib["id"], description.attrib["id"]]
    assert title.text == "Traject: Jeugdwerk"
    assert all(
        f"{step.label}: {step.status.value}" in (description.text or "")
        for step in route.steps
    )


def test_words_say_what_colours_say(route: Route) -> None:
    """The status of each step stands beside it in a word, with its dates."""
    written = texts(parsed(route))

    for status in StepStatus:
        steps = len(route.with_status(status))

        assert steps + 1 == written.count(status.value)  # and once in the legend
    assert "moest tegen 20 nov 2026" in written
    assert "tot en met 2 dec 2026" in written


def test_bars_differ_without_colour(route: Route) -> None:
    """Done is filled, what runs is striped, late is crossed, the rest has dashes."""
    drawn_as = {
        (one.attrib["fill"].rpartition("-")[2], one.attrib.get("stroke-dasharray", ""))
        for one in parsed(route).iter(f"{SVG}rect")
        if "stroke" in one.attrib
    }

    assert {
        ("#1f4e79", ""),
        ("runs)", ""),
        ("late)", ""),
        ("#ffffff", "4 3"),
        ("#ffffff", "1.5 3"),
    } == drawn_as


def luminance(colour: str) -> float:
    """Relative luminance of a colour, as WCAG reckons it."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21."""
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def test_texts_can_be_read(route: Route) -> None:
    """Each text has a contrast of 4.5 with the paper and with the bands on it."""
    picture = drawn(route)
    inks = set(re.findall(r'<text[^>]* fill="(#[0-9a-f]{6})"', picture)) - {"#ffffff"}

    assert inks
    assert all(contrast(ink, "#f5f5f5") >= 4.5 for ink in {*inks, "#1a1a1a"})
    assert contrast("#ffffff", "#a4001d") >= 4.5


def test_nothing_comes_from_outside(route: Route) -> None:
    """No style, no script, no link: what is filled is defined in the picture."""
    picture = drawn(route)
    used = set(re.findall(r"url\(#([^)]+)\)", picture))
    ids = [one.attrib["id"] for one in parsed(route).iter() if "id" in one.attrib]

    assert ["http://www.w3.org/2000/svg"] == re.findall(r'"(\w+://[^"]+)"', picture)
    assert not re.search("<(script|style|a|image|use|foreignObject)", picture)
    assert used <= set(ids)
    assert len(ids) == len(set(ids))


def test_two_pictures_go_on_one_page(route: Route) -> None:
    """Their ids differ with their dossiers."""
    moved = attrs.evolve(laid_out(Act.NOTE), dossier="dossier-2")
    names = [
        {one.attrib["id"] for one in parsed(each).iter() if "id" in one.attrib}
        for each in (route, moved)
    ]

    assert not names[0] & names[1]


@pytest.mark.parametrize(
    ("days", "grid"), [(4, True), (40, True), (400, True), (1100, False), (9000, False)]
)
def test_from_a_week_to_decades(days: int, grid: bool) -> None:  # noqa: FBT001
    """Weeks are shown while they can be told apart; months and years have names."""
    asked = trace("agenda", NOW - days * DAY, NOW - days * DAY)
    root = parsed(laid_out(Act.ANNOUNCEMENT, asked, trace("final", NOW, NOW)))
    faint = [p for p in root.iter(f"{SVG}path") if p.attrib.get("stroke") == "#e4e4e4"]

    assert bool(faint) is grid
    assert {"2026", "'26"} & set(texts(root))


def test_the_axis_is_in_whole_weeks() -> None:
    """From a Monday on, with every moment on it, at least three weeks."""
    axis = Timescale.over([NOW, NOW + 9 * DAY], left=100, width=210)

    assert ("2026-11-23", 3, 70) == (str(axis.first), axis.weeks, axis.week)
    assert [100, 170, 240] == [x for _, x in axis.mondays()]
    assert [("november 2026", 100), ("december 2026", 180)] == [
        (span.names[0], span.left) for span in axis.months()
    ]
    assert ["2026"] == [span.names[0] for span in axis.years()]


@pytest.mark.parametrize("days", range(0, 1200, 37))
def test_every_moment_lies_on_the_axis(days: int) -> None:
    """Also at the end of a month, of a year, and when the clock changes."""
    moments = [NOW, NOW + days * DAY]
    axis = Timescale.over(moments, left=100, width=500)

    assert all(100 <= axis.x(moment) <= 600 for moment in moments)
    assert sum(span.width for span in axis.months()) == pytest.approx(500)
    assert sum(span.width for span in axis.years()) == pytest.approx(500)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("kort", ["kort"]),
        ("een twee drie", ["een twee", "drie"]),
        ("een twee drie vier vijf zes", ["een twee", "drie vier…"]),
        ("aaaaaaaaaaaaaaaaaaaaaaaaaa", ["aaaaaaaa", "aaaaaaa…"]),
        ("", []),
    ],
)
def test_texts_are_folded(text: str, lines: list[str]) -> None:
    """In lines that fit; a word that is too long is cut, and what lacks shows."""
    assert lines == folded(text, width=50, size=10, lines=2)


def test_texts_stay_texts() -> None:
    """Signs of XML are written out, and what cannot be printed is replaced."""
    assert "&lt;b&gt; &amp; \ufffd" == plain("<b> & \x07")
    assert '<a b-c="&quot;1&quot;" d="1.5"/>' == tag("a", b_c='"1"', d=1.5)
