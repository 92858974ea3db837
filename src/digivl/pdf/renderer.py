"""Looks at pages, and says where one is empty or what it reads: a program of its own.

A native renderer can be brought down by a hostile file, and must not take the
application with it. `digivl.pdf.rendering` starts this as a process, under limits of
memory and time: one request as JSON on its standard input, one answer on its output.
It imports the standard library and the renderer only, so that it starts quickly.
"""

from __future__ import annotations

import json
import math
import resource
import sys
from typing import TYPE_CHECKING, Any

import pypdfium2 as pdfium

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: From this value on, in each of red, green and blue, a pixel is paper.
WHITE = 250
#: A hairline of a tenth of a millimetre still greys a pixel of this density.
PIXELS_PER_MM = 4.0
_MOST_PIXELS = 20_000_000
_INK = bytes(ord("0") if value >= WHITE else ord("1") for value in range(256))

Spot = tuple[float, float]


class Page:
    """One page as rows of ink, from the bottom; the highest bit is the left edge."""

    def __init__(self, rows: Sequence[int], columns: int, per_mm: float) -> None:
        self.rows, self.columns, self.per_mm = rows, columns, per_mm

    def free(self, box: Spot, clearance: float) -> list[int]:
        """For each row, a bit for each column from which `box` stands on paper only."""
        wide, high = (math.ceil(side * self.per_mm) + 1 for side in box)
        around = math.ceil(clearance * self.per_mm)
        edge = [0] * around
        rows = [
            _spread(row, wide + 2 * around) >> around
            for row in _windows([*edge, *self.rows, *edge], high + 2 * around)
        ]
        every = (1 << self.columns) - 1
        return [~row & every for row in rows]


def _spread(row: int, length: int) -> int:
    """A bit is set when any of `length` bits from it to the right was."""
    done = 1
    while done < length:
        step = min(done, length - done)
        row |= row << step
        done += step
    return row


def _windows(rows: list[int], length: int) -> list[int]:
    """Each row joined with the `length - 1` rows above it."""
    done = 1
    while done < length:
        step = min(done, length - done)
        rows = [one | other for one, other in zip(rows, rows[step:], strict=False)]
        done += step
    return rows


def look(document: pdfium.PdfDocument, index: int, size: Spot) -> Page:
    """Render one page, annotations and form fields included.

    Args:
        document: The file, forms initialised.
        index: Of the page, from 0.
        size: Width and height as displayed, in millimetres.
    """
    page = document[index]
    points = page.get_size()
    if not math.isclose(points[0] / points[1], size[0] / size[1], rel_tol=0.01):
        raise ValueError(f"two programs read a different size of page {index + 1}")
    per_mm = min(PIXELS_PER_MM, math.sqrt(_MOST_PIXELS / (size[0] * size[1])))
    bitmap = page.render(scale=size[0] * per_mm / points[0], rev_byteorder=True)
    return Page(list(_ink(bitmap)), bitmap.width, per_mm)


def _ink(bitmap: pdfium.PdfBitmap) -> Iterator[int]:
    pixels, channels = bytes(bitmap.buffer), bitmap.n_channels
    for number in reversed(range(bitmap.height)):
        start = number * bitmap.stride
        row = pixels[start : start + bitmap.width * channels].translate(_INK)
        ink = 0
        for channel in range(min(channels, 3)):
            ink |= int(row[channel::channels], 2)
        yield ink


def find(
    page: Page, size: Spot, box: Spot, margin: float, clearance: float
) -> Spot | None:
    """The first free corner, or the lowest and then rightmost free place.

    All in millimetres; places are lower left corners.
    """
    free = page.free(box, clearance)
    left, right = margin, size[0] - margin - box[0]
    bottom, top = margin, size[1] - margin - box[1]
    for corner in ((right, bottom), (left, bottom), (right, top), (left, top)):
        if _is_free(page, free, corner):
            return corner
    first, last = math.ceil(left * page.per_mm), math.floor(right * page.per_mm)
    inside = (1 << page.columns - first) - (1 << page.columns - 1 - last)
    for number in range(math.ceil(bottom * page.per_mm), int(top * page.per_mm) + 1):
        here = free[number] & inside if number < len(free) else 0
        if here:
            column = page.columns - (here & -here).bit_length()
            return column / page.per_mm, number / page.per_mm
    return None


def _is_free(page: Page, free: list[int], spot: Spot) -> bool:
    column, row = (math.floor(part * page.per_mm) for part in spot)
    if not (0 <= column < page.columns and 0 <= row < len(free)):
        return False
    return bool(free[row] >> (page.columns - 1 - column) & 1)


def answer(request: dict[str, Any]) -> list[float] | None:
    """The place found as [page from 0, x, y], None when there is none.

    Args:
        request: `path`, `sheets` ([page from 0, width, height] in the order to look),
            `box`, `margin`, `clearance`, and `at`: the one spot to look at, or None.
    """
    document = pdfium.PdfDocument(request["path"])
    document.init_forms()
    box, clearance = tuple(request["box"]), request["clearance"]
    for index, width, height in request["sheets"]:
        page = look(document, index, (width, height))
        if request["at"]:
            asked = tuple(request["at"])
            spot = asked if _is_free(page, page.free(box, clearance), asked) else None
        else:
            spot = find(page, (width, height), box, request["margin"], clearance)
        if spot:
            return [index, *spot]
    return None


def text(request: dict[str, Any]) -> str:
    """The text of all pages.

    Args:
        request: `text` is the path; `most` the most characters to read.
    """
    parts: list[str] = []
    left: int = request["most"]
    with pdfium.PdfDocument(request["text"]) as document:
        for page in document:
            read = page.get_textpage()
            part = read.get_text_range(0, min(left, read.count_chars()))
            parts.append(part)
            left -= len(part) + 1
            page.close()
            if left <= 0:
                break
    return "\n".join(parts)


def main() -> int:
    """Read a request, limit itself to what it may use, answer."""
    request = json.load(sys.stdin)
    seconds = math.ceil(request["seconds"])
    resource.setrlimit(resource.RLIMIT_AS, (request["memory"], request["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        wanted = text if "text" in request else answer
        said: dict[str, Any] = {"answer": wanted(request)}
    except (pdfium.PdfiumError, ValueError, IndexError, MemoryError) as cause:
        said = {"failed": f"{type(cause).__name__}: {cause}"[:300]}
    json.dump(said, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
