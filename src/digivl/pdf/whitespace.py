"""Finds a free place on the pages of a PDF.

A place is free when every pixel of it, and of a millimetre around it, is paper: as
rendered, with annotations and form fields.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

import attrs

from digivl.errors import NoRoomForCodeError
from digivl.pdf.rendering import asked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from digivl.settings import Limits

#: Paper that stays free around a place, in millimetres.
CLEARANCE_MM: Final = 1.0
_HINT: Final = "Name a place for the stamp; it is then not checked for what it covers."


@attrs.frozen
class Place:
    """Where the stamp stands: its lower left corner on the page as displayed.

    Attributes:
        page: Counts from 1.
        x_mm: From the left edge of the page as displayed, after rotation and cropping.
        y_mm: From its lower edge.
    """

    page: int
    x_mm: float
    y_mm: float


@attrs.frozen
class Sheet:
    """A page and its size as displayed.

    Attributes:
        number: Counts from 1.
        width_mm: After rotation, cropping and user unit.
        height_mm: The same.
    """

    number: int
    width_mm: float
    height_mm: float


def free_place(
    path: Path,
    width_mm: float,
    height_mm: float,
    *,
    margin_mm: float,
    sheets: Sequence[Sheet],
    limits: Limits,
) -> Place | None:
    """A free place of that size; None when the sheets are full.

    On each sheet the corners come first (bottom right, bottom left, top right, top
    left), then the lowest and rightmost place.

    Args:
        path: The PDF.
        width_mm: Of the stamp.
        height_mm: Of the stamp.
        margin_mm: Edge of the page that stays free.
        sheets: Where to look, in this order.
        limits: `render_seconds` and `render_memory_bytes` count here.

    Raises:
        RenderingFailedError: The renderer failed, or took too long.
    """
    roomy = [
        sheet
        for sheet in sheets
        if sheet.width_mm >= width_mm + 2 * margin_mm
        and sheet.height_mm >= height_mm + 2 * margin_mm
    ]
    if not roomy:
        return None
    request = _request(path, (width_mm, height_mm), roomy)
    return _asked(request | {"margin": margin_mm}, limits)


def check_place(
    path: Path,
    place: Place,
    width_mm: float,
    height_mm: float,
    *,
    sheet: Sheet,
    limits: Limits,
) -> None:
    """Make sure that a place somebody named is on the page and covers nothing.

    Raises:
        NoRoomForCodeError: It is not; the error says why.
        RenderingFailedError: The renderer failed, or took too long.
    """
    size = f"{width_mm:.1f} x {height_mm:.1f} mm"
    right, top = place.x_mm + width_mm, place.y_mm + height_mm
    if (
        min(place.x_mm, place.y_mm) < 0
        or right > sheet.width_mm
        or top > sheet.height_mm
    ):
        raise NoRoomForCodeError(
            f"a stamp of {size} at {place.x_mm:g}, {place.y_mm:g} mm leaves page"
            f" {place.page}, which is {sheet.width_mm:.1f} x {sheet.height_mm:.1f} mm",
            hint="Count from the lower left corner of the page as it is displayed.",
        )
    request = _request(path, (width_mm, height_mm), [sheet])
    if _asked(request | {"at": [place.x_mm, place.y_mm]}, limits) is None:
        raise NoRoomForCodeError(
            f"a stamp of {size} at {place.x_mm:g}, {place.y_mm:g} mm would cover what"
            f" stands on page {place.page}",
            hint="Name another place, or none: then a free one is looked for.",
        )


def _request(
    path: Path, box: tuple[float, float], sheets: Sequence[Sheet]
) -> dict[str, Any]:
    return {
        "path": os.fspath(path),
        "box": box,
        "clearance": CLEARANCE_MM,
        "sheets": [(s.number - 1, s.width_mm, s.height_mm) for s in sheets],
        "at": None,
        "margin": 0,
    }


def _asked(request: dict[str, Any], limits: Limits) -> Place | None:
    what = "looking for a free place"
    return asked(request, _place, limits, what=what, hint=_HINT)


def _place(said: Any) -> Place | None:
    if said is None:
        return None
    index, x_mm, y_mm = said
    return Place(int(index) + 1, float(x_mm), float(y_mm))
