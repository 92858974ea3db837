"""A picture of a route: when what was done, runs, or can be done (SVG).

It tells everything three times, so that nobody depends on colour: by the shape and the
filling of a bar, by a word and dates beside it, and by a description for who cannot see
it. It refers to nothing outside, and is the same for the same route.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, Self

import attrs

from digivl.advice.route.bars import PAPER, Pen, Stretch
from digivl.advice.route.drawing import FONT, folded, plain, tag, words
from digivl.advice.route.route import Route, RouteStep, StepStatus
from digivl.advice.route.timescale import Span, Timescale
from digivl.advice.route.wording import assumed, described, short, summary, when

_INK: Final = "#1a1a1a"
_SOFT: Final = "#4d4d4d"
_LINE: Final = "#b5b5b5"
_FAINT: Final = "#e4e4e4"
_BAND: Final = "#f5f5f5"

_WIDTH: Final = 1200
_EDGE: Final = 24
_ROOM: Final = _WIDTH - 2 * _EDGE
_SIGN: Final = 36
_NAMES: Final = 54
_NAMES_WIDTH: Final = 296
_AXIS: Final = 364
_AXIS_WIDTH: Final = 592
_TOLD: Final = 972
_TOLD_WIDTH: Final = 204
_LINE_HEIGHT: Final = 15
#: Weeks that are narrower would be a grey field, days could not be read.
_FINEST: Final = 5
_ROOM_FOR_DAYS: Final = 16
_OVER: Final = (StepStatus.DONE, StepStatus.SKIPPED)


def drawn(route: Route) -> str:
    """The picture, as a document of its own."""
    name = f"traject-{hashlib.sha256(route.dossier.encode()).hexdigest()[:12]}"
    picture = _Picture.of(route, Pen(name))
    described_as = plain(" ".join(described(route)))
    document = tag(
        "svg",
        tag("title", plain(f"Traject: {route.title}"), id=f"{name}-titel"),
        tag("desc", described_as, id=f"{name}-uitleg"),
        tag("defs", *picture.pen.fillings()),
        tag("rect", width=_WIDTH, height=picture.height, fill=PAPER),
        *picture.parts(),
        **{"xmlns": "http://www.w3.org/2000/svg", "xml:lang": "nl"},
        viewBox=f"0 0 {_WIDTH} {picture.height:g}",
        width=_WIDTH,
        height=picture.height,
        role="img",
        aria_labelledby=f"{name}-titel {name}-uitleg",
        font_family=FONT,
        fill=_INK,
    )
    return f"{document}\n"


@attrs.frozen(kw_only=True)
class _Row:
    """One step, with the lines of its texts, and where it lies.

    Attributes:
        step: The step.
        name: Its label.
        by: Who acts.
        told: When it was done or can be, or why it is left out.
        top: Where the row starts.
    """

    step: RouteStep
    name: Sequence[str]
    by: Sequence[str]
    told: Sequence[str]
    top: float

    @classmethod
    def of(cls, step: RouteStep, route: Route, top: float) -> Self:
        """The row of a step that starts at `top`."""
        told = when(step, route) or step.explanation
        return cls(
            step=step,
            name=folded(step.label, _NAMES_WIDTH, 13, 3),
            by=folded(step.by, _NAMES_WIDTH, 11, 1),
            told=folded(told, _TOLD_WIDTH, 11, 3),
            top=top,
        )

    @property
    def height(self) -> float:
        """How high it is."""
        lines = max(len(self.name) + len(self.by), 1 + len(self.told))
        return lines * _LINE_HEIGHT + 14

    @property
    def middle(self) -> float:
        """Where its bar lies."""
        return self.top + self.height / 2


@attrs.frozen(kw_only=True)
class _Picture:
    """A route laid out: title, axis, a row for each step, legend, assumptions."""

    route: Route
    pen: Pen
    axis: Timescale
    title: Sequence[str]
    rows: Sequence[_Row]
    notes: Sequence[str]

    @classmethod
    def of(cls, route: Route, pen: Pen) -> Self:
        """Lay a route out."""
        title = folded(route.title, _ROOM, 20, 2)
        top, rows = _start(title), []
        for step in route.steps:
            rows.append(row := _Row.of(step, route, top))
            top += row.height
        return cls(
            route=route,
            pen=pen,
            axis=_axis(route),
            title=title,
            rows=rows,
            notes=folded(assumed(route), _ROOM, 11, 6) if route.assumptions else (),
        )

    @property
    def top(self) -> float:
        """Where the rows start."""
        return _start(self.title)

    @property
    def bottom(self) -> float:
        """Where they end."""
        return self.top + sum(row.height for row in self.rows)

    @property
    def height(self) -> float:
        """How high all of it is."""
        return self.bottom + 78 + _LINE_HEIGHT * len(self.notes)

    def parts(self) -> Iterator[str]:
        """All that is drawn, what lies behind first."""
        yield from self._heading()
        yield from self._bands()
        yield from self._grid()
        yield from self._today()
        for row in self.rows:
            yield tag("g", tag("title", plain(_hint(row.step))), *self._row(row))
        yield from self._legend(self.bottom + 44)
        for number, line in enumerate(self.notes):
            y = self.bottom + 76 + number * _LINE_HEIGHT
            yield words(line, _EDGE, y, 11, fill=_SOFT)

    def _heading(self) -> Iterator[str]:
        for number, line in enumerate(self.title):
            y = 44 + 24 * number
            yield words(line, _EDGE, y, 20, font_weight="bold")
        y = 42 + 24 * len(self.title)
        yield words(summary(self.route), _EDGE, y, 13, fill=_SOFT)

    def _bands(self) -> Iterator[str]:
        for row in self.rows[::2]:
            yield tag(
                "rect",
                x=_EDGE,
                y=row.top,
                width=_ROOM,
                height=row.height,
                fill=_BAND,
            )

    def _grid(self) -> Iterator[str]:
        axis, top = self.axis, self.top
        numbered = axis.week >= _ROOM_FOR_DAYS
        names = top - (22 if numbered else 8)
        for day, x in axis.mondays() if axis.week >= _FINEST else ():
            yield _upright(x, top - 4, self.bottom, stroke=_FAINT)
            # Near its end a month has no room for another number.
            if numbered and day.day < 30:
                yield words(str(day.day), x + 2, top - 8, 10, fill=_SOFT)
        for month in axis.months():
            yield _upright(month.left, names - 12, self.bottom, stroke=_LINE)
            yield from _named(month, names)
        for year in axis.years():
            yield _upright(year.left, names - 28, self.bottom, stroke=_LINE)
            yield from _named(year, names - 16, font_weight="bold")
        for y in (top, self.bottom):
            style = {"stroke": _SOFT}
            yield tag("path", d=f"M{_EDGE} {y:g}h{_ROOM}", **style)

    def _today(self) -> Iterator[str]:
        x = self.axis.x(self.route.at)
        if not self.axis.left <= x <= self.axis.right:
            return
        style = {"stroke": _INK, "stroke_dasharray": "7 3", "stroke_width": "1.5"}
        yield _upright(x, self.top, self.bottom + 6, **style)
        middle = min(max(x, self.axis.left + 60), self.axis.right - 60)
        said = f"vandaag, {short(self.route.at)}"
        yield words(said, middle, self.bottom + 17, 11, text_anchor="middle")

    def _row(self, row: _Row) -> Iterator[str]:
        step, y = row.step, row.middle
        yield from self.pen.sign(step.status, _SIGN, y)
        yield from _column(row, _NAMES, row.name, row.by)
        yield from _column(row, _TOLD, [step.status.value], row.told)
        at = self._stretch(step)
        draw = self.pen.moment if step.is_moment else self.pen.bar
        yield from draw(step.status, at, y)

    def _stretch(self, step: RouteStep) -> Stretch:
        start, end, due = (
            self.axis.x(moment) if moment else None
            for moment in (step.start, step.end, step.due)
        )
        now = self.axis.x(self.route.at)
        return Stretch(start=start, end=end, due=due, now=now, right=self.axis.right)

    def _legend(self, y: float) -> Iterator[str]:
        x = float(_SIGN)
        for status in StepStatus:
            yield from self.pen.sign(status, x, y)
            drawn = status is not StepStatus.SKIPPED
            yield from self.pen.bar(status, _sample(status, x + 16), y)
            yield words(status.value, x + (54 if drawn else 14), y + 4, 11)
            x += 144 if drawn else 104
        yield from self.pen.moment(StepStatus.DONE, _sample(StepStatus.DONE, x), y)
        yield words("beslissing", x + 46, y + 4, 11)


def _start(title: Sequence[str]) -> float:
    """Where the rows start, below a title and the names of months."""
    return 98.0 + 24 * len(title)


def _hint(step: RouteStep) -> str:
    """What shows when somebody points at a step."""
    said = (f"{step.label}: {step.status.value}", step.explanation)
    return "; ".join(text for text in said if text)


def _axis(route: Route) -> Timescale:
    moments = list(_moments(route)) or [route.at]
    if any(step.start and not step.end and not step.due for step in route.steps):
        # What goes on to nobody knows when has some room to show it.
        moments.append(max(moments) + (max(moments) - min(moments)) / 12)
    return Timescale.over(moments, left=_AXIS, width=_AXIS_WIDTH)


def _moments(route: Route) -> Iterator[datetime]:
    for step in route.steps:
        yield from (one for one in (step.start, step.end, step.due) if one)
    # What is over is shown as it was, however long ago.
    if any(step.status not in _OVER for step in route.steps):
        yield route.at


def _sample(status: StepStatus, x: float) -> Stretch:
    """A bar for the legend: half of what runs has passed."""
    end = x + 16 if status is StepStatus.LATE else x + 30
    now = x + 30 if status is StepStatus.LATE else x + 15
    due = end if status in {StepStatus.LATE, StepStatus.RUNNING} else None
    return Stretch(start=x, end=end, due=due, now=now, right=end)


def _upright(x: float, top: float, bottom: float, **style: str) -> str:
    return tag("path", d=f"M{x:.2f} {top:g}V{bottom:g}", **style)


def _named(span: Span, y: float, **style: str) -> Iterator[str]:
    """The longest name that has room, if one has."""
    for name in span.names:
        if folded(name, span.width - 5, 11, 1) == [name]:
            yield words(name, span.left + 3, y, 11, **style)
            return


def _column(
    row: _Row, x: float, strong: Sequence[str], soft: Sequence[str]
) -> Iterator[str]:
    y = row.middle - _LINE_HEIGHT * (len(strong) + len(soft)) / 2 + 11
    for line in strong:
        yield words(line, x, y, 13)
        y += _LINE_HEIGHT
    for line in soft:
        yield words(line, x, y, 11, fill=_SOFT)
        y += _LINE_HEIGHT
