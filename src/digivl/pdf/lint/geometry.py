"""Boxes, matrices, and the plane on which a page is painted in thought."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import attrs

#: Left, bottom, right, top.
Box = tuple[float, float, float, float]
#: The six numbers of a transformation, as PDF writes them.
Matrix = tuple[float, float, float, float, float, float]
Point = tuple[float, float]

IDENTITY: Final[Matrix] = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
#: So much, in points, may text start outside the visible page.
_BESIDE: Final = 6.0
_EDGE: Final = 0.5
_CELL: Final = 24.0
_FEW_IMAGES: Final = 200
_MOST_PAINTED: Final = 5_000
_MOST_WHITE: Final = 1_000
_MOST_HIDDEN: Final = 50_000


def multiplied(first: Matrix, then: Matrix) -> Matrix:
    """The transformation that does one, then the other."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return (
        a * g + b * i,
        a * h + b * j,
        c * g + d * i,
        c * h + d * j,
        e * g + f * i + k,
        e * h + f * j + m,
    )


def moved(point: Point, matrix: Matrix) -> Point:
    """Where a point ends up."""
    (x, y), (a, b, c, d, e, f) = point, matrix
    return a * x + c * y + e, b * x + d * y + f


def scale(matrix: Matrix) -> float:
    """How much larger things get."""
    a, b, c, d, *_ = matrix
    return math.sqrt(abs(a * d - b * c))


def upright(matrix: Matrix) -> bool:
    """True when sides of a box stay parallel to those of the page."""
    a, b, c, d, *_ = matrix
    small = 1e-6 * (abs(a) + abs(b) + abs(c) + abs(d))
    return (abs(b) <= small and abs(c) <= small) or (
        abs(a) <= small and abs(d) <= small
    )


def bounds(points: Iterable[Point]) -> Box:
    """The smallest box around points."""
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def placed(box: Box, matrix: Matrix) -> Box:
    """The smallest upright box around a box that is moved."""
    return bounds(moved(corner, matrix) for corner in corners(box))


def corners(box: Box) -> list[Point]:
    """The four corners of a box."""
    left, bottom, right, top = box
    return [(left, bottom), (right, bottom), (right, top), (left, top)]


def overlap(one: Box, other: Box) -> Box:
    """What two boxes share; a box without inside when that is nothing."""
    return (
        max(one[0], other[0]),
        max(one[1], other[1]),
        min(one[2], other[2]),
        min(one[3], other[3]),
    )


def straight(values: Sequence[float]) -> Box:
    """A box from two opposite corners, whichever they are."""
    x, y, u, v = (float(value) for value in values)
    return min(x, u), min(y, v), max(x, u), max(y, v)


def is_inside(point: Point, box: Box, edge: float = 0.0) -> bool:
    """True when a point lies in a box, so far from its edge."""
    x, y = point
    return box[0] + edge <= x <= box[2] - edge and box[1] + edge <= y <= box[3] - edge


def is_rectangle(points: Sequence[Point]) -> bool:
    """True when points, in order, are the corners of an upright rectangle."""
    ring = list(points[:-1] if points[0] == points[-1] else points)
    if len(ring) != 4:
        return False
    sides = zip(ring, [*ring[1:], ring[0]], strict=True)
    return all(x == u or y == v for (x, y), (u, v) in sides)


@attrs.define
class Plane:
    """What is painted where, on one page.

    Attributes:
        page: The part of the page that is shown.
        written: Pieces of text that start on it.
        covered: Pieces that something was painted over.
        white: Pieces in white on nothing but paper.
        tiny: Pieces smaller than a point.
        outside: Pieces that start outside the page.
    """

    page: Box
    written: int = 0
    covered: int = 0
    white: int = 0
    tiny: int = 0
    outside: int = 0
    _cells: dict[tuple[int, int], list[Point]] = attrs.field(
        factory=dict[tuple[int, int], list[Point]]
    )
    _painted: list[tuple[Box, bool]] = attrs.field(factory=list[tuple[Box, bool]])
    _images: list[Box] = attrs.field(factory=list[Box])
    _hidden: list[Point] = attrs.field(factory=list[Point])

    def write(self, at: Point, *, tiny: bool, white: bool) -> None:
        """A piece of text that is meant to be seen."""
        if not is_inside(at, self.page, -_BESIDE):
            self.outside += 1
            return
        self.written += 1
        self.tiny += tiny
        if white and self.white < _MOST_WHITE:
            self.white += self._is_paper(at)
        self._cells.setdefault(_cell(at), []).append(at)

    def _is_paper(self, at: Point) -> bool:
        if len(self._painted) >= _MOST_PAINTED:
            return False
        for box, white in reversed(self._painted):
            if is_inside(at, box):
                return white
        return True

    def hide(self, at: Point) -> None:
        """A piece of text that leaves no mark."""
        if len(self._hidden) < _MOST_HIDDEN:
            self._hidden.append(at)

    def show_image(self, box: Box) -> None:
        """An image, which can be the scan of which text was recognized."""
        self._images.append(box)
        if len(self._images) > _FEW_IMAGES:
            every = [corner for one in self._images for corner in corners(one)]
            self._images = [bounds(every)]

    def paint(self, box: Box, *, white: bool = False, covers: bool = False) -> None:
        """Something that fills a box, perhaps so that nothing below it shows."""
        left, bottom, right, top = box
        if not (left < right and bottom < top):
            return
        if len(self._painted) < _MOST_PAINTED:
            self._painted.append((box, white))
        if covers:
            for cell in list(self._near(box)):
                self._cover(cell, box)

    def _near(self, box: Box) -> Iterator[tuple[int, int]]:
        left, bottom, right, top = self.page
        around = 2 * _BESIDE
        wide = (left - around, bottom - around, right + around, top + around)
        left, bottom, right, top = overlap(box, wide)
        if not (left < right and bottom < top):
            return
        (low, down), (high, up) = _cell((left, bottom)), _cell((right, top))
        if (high - low + 1) * (up - down + 1) > len(self._cells):
            yield from (
                cell
                for cell in self._cells
                if low <= cell[0] <= high and down <= cell[1] <= up
            )
            return
        for column in range(low, high + 1):
            for row in range(down, up + 1):
                if (column, row) in self._cells:
                    yield column, row

    def _cover(self, cell: tuple[int, int], box: Box) -> None:
        points = self._cells[cell]
        left = [point for point in points if not is_inside(point, box, _EDGE)]
        self.covered += len(points) - len(left)
        if left:
            self._cells[cell] = left
        else:
            del self._cells[cell]

    def unseen(self) -> tuple[int, int]:
        """Pieces of text that leave no mark: beside any image, and on one."""
        on = sum(
            any(is_inside(point, box) for box in self._images) for point in self._hidden
        )
        return len(self._hidden) - on, on


def _cell(at: Point) -> tuple[int, int]:
    return math.floor(at[0] / _CELL), math.floor(at[1] / _CELL)
