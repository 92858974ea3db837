"""The levels of a PAdES signature: what it can still prove later."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """Level of a signature (niveau), as settings and JSON name it.

    Source:
        EN 319 142-1, 6.1.
    """

    B_B = "B-B"
    B_T = "B-T"
    B_LT = "B-LT"
    B_LTA = "B-LTA"

    def reaches(self, other: Level) -> bool:
        """True when this level holds all that `other` asks."""
        order = list(Level)
        return order.index(self) >= order.index(other)
