"""The bars and signs of a picture of a route, told apart without colour."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

import attrs

from digivl.advice.route.drawing import polygon, tag, words
from digivl.advice.route.route import StepStatus

Style: TypeAlias = dict[str, str | float]

PAPER: Final = "#ffffff"
_DONE: Final = "#1f4e79"
_LATE: Final = "#a4001d"
_MIDDLE: Final[Style] = {"text_anchor": "middle", "font_weight": "bold"}

_HALF: Final = 8  # of the height of a bar
_LEAST: Final = 4  # the narrowest bar that can be seen
_S = StepStatus


@attrs.frozen(kw_only=True)
class Stretch:
    """Where the bar of a step lies along the axis; None where that is not known.

    Attributes:
        start: Where it starts.
        end: Where it ends.
        due: Where its term ends.
        now: Where the present moment lies.
        right: Where the axis ends.
    """

    start: float | None
    end: float | None
    due: float | None
    now: float
    right: float


@attrs.frozen
class Pen:
    """Draws with fillings of its own, called after the picture."""

    _name: str

    def fillings(self) -> Iterator[str]:
        """What has to be defined in the picture."""
        striped = tag("path", d="M-1 1 1-1M-1 7 7-1M5 7 7 5", stroke=_DONE)
        crossed = tag("path", d="M0 0 6 6M6 0 0 6", stroke=_LATE, stroke_width=1.4)
        for name, lines in (("runs", striped), ("late", crossed)):
            yield tag(
                "pattern",
                tag("rect", width=6, height=6, fill=PAPER),
                lines,
                id=f"{self._name}-{name}",
                width=6,
                height=6,
                patternUnits="userSpaceOnUse",
            )

    def bar(self, status: StepStatus, at: Stretch, y: float) -> Iterator[str]:
        """The bar of a step, around a height; nothing where no start is known."""
        if at.start is None or status is _S.SKIPPED:
            return
        if status is _S.DONE:
            yield _box(at.start, at.end or at.start, y, **self._filled(status))
            return
        left = at.now if status.has_begun else at.start
        until = at.end if at.end is not None else at.due
        if until is None or (at.end is None and until < left):
            yield from _open(left, at.right, y)
        elif left < until:
            yield _box(left, until, y, **_empty(status))
        if status.has_begun:
            yield _box(at.start, at.now, y, **self._filled(status))
        if at.due is not None:
            yield _stop(at.due, y)

    def moment(self, status: StepStatus, at: Stretch, y: float) -> Iterator[str]:
        """What happens at one moment: a lozenge."""
        x = at.end if at.end is not None else at.due
        if x is None or status is _S.SKIPPED:
            return
        over = status in {_S.DONE, _S.LATE}
        style = self._filled(status) if over else _empty(status)
        yield polygon(((x, y - 10), (x + 10, y), (x, y + 10), (x - 10, y)), **style)

    def sign(self, status: StepStatus, x: float, y: float) -> Iterator[str]:
        """The sign of a status, around a point."""
        if status is _S.LATE:
            yield polygon(((x, y - 8), (x + 8, y + 7), (x - 8, y + 7)), fill=_LATE)
            yield words("!", x, y + 5.5, 12, fill=PAPER, **_MIDDLE)
            return
        begins = status.has_begun or status is _S.NEXT
        style = self._filled(_S.DONE) if begins else _empty(status)
        fill = _DONE if status is _S.DONE else PAPER
        yield tag("circle", cx=x, cy=y, r=7, **(style | {"fill": fill}))
        if status is _S.DONE:
            tick = f"M{x - 3.5:g} {y:g}l2.6 2.8 4.4-5.4"
            yield tag("path", d=tick, fill="none", stroke=PAPER, stroke_width=1.8)
        elif status is _S.RUNNING:
            yield tag("path", d=f"M{x:g} {y - 7:g}a7 7 0 0 1 0 14z", fill=_DONE)
        elif status is _S.NEXT:
            corners = ((x - 2.5, y - 4), (x + 4, y), (x - 2.5, y + 4))
            yield polygon(corners, fill=_DONE)
        elif status is _S.UNDETERMINED:
            yield words("?", x, y + 4, 11, fill=_DONE, **_MIDDLE)
        elif status is _S.SKIPPED:
            yield tag("path", d=f"M{x - 4:g} {y:g}h8", stroke=_DONE, stroke_width=1.6)

    def _filled(self, status: StepStatus) -> Style:
        """What happened, or happens."""
        if status is _S.LATE:
            fill = f"url(#{self._name}-late)"
            return {"fill": fill, "stroke": _LATE, "stroke_width": 2}
        fill = _DONE if status is _S.DONE else f"url(#{self._name}-runs)"
        return {"fill": fill, "stroke": _DONE, "stroke_width": 1.5}


def _empty(status: StepStatus) -> Style:
    """What is to come: dashed, or dotted where nobody knows whether it does."""
    unsure = status in {_S.UNDETERMINED, _S.SKIPPED}
    dashes = "1.5 3" if unsure else "4 3"
    style: Style = {"fill": PAPER, "stroke": _DONE, "stroke_width": 1.5}
    return style | {"stroke_dasharray": dashes}


def _box(start: float, end: float, y: float, **style: str | float) -> str:
    width = max(end - start, _LEAST)
    return tag("rect", x=start, y=y - _HALF, width=width, height=2 * _HALF, **style)


def _open(start: float, right: float, y: float) -> Iterator[str]:
    """A line that goes on to nobody knows where."""
    d = f"M{start:.2f} {y:g}H{right - 12:g}"
    yield tag("path", d=d, stroke=_DONE, stroke_width=2, stroke_dasharray="1.5 3")
    yield words("?", right - 5, y + 4, 12, fill=_DONE, **_MIDDLE)


def _stop(x: float, y: float) -> str:
    """The end of a term."""
    d = f"M{x:.2f} {y - _HALF - 4:g}V{y + _HALF + 4:g}"
    return tag("path", d=d, stroke=_DONE, stroke_width=3)
