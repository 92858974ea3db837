"""What digivl asks of the tallies of a record book: small counts that many share.

A tally says how much of something was used, e.g. of the budget of an authority. It is
no record of what happened: it is overwritten, and no proof rests on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

T = TypeVar("T")


class Tallies(Protocol):
    """Texts by name, each changed by one at a time; thread-safe.

    They raise what the book raises: see `digivl.records.port.RecordBook`.
    """

    def change(self, name: str, step: Callable[[str | None], tuple[str, T]]) -> T:
        """Read a tally and write what follows from it; nobody else does meanwhile.

        Args:
            name: Of the tally.
            step: Takes the text as it is, None where there is none yet; gives the text
                as it becomes, and what is told to the caller. It is quick, and asks
                nothing of the book.
        """
        ...

    def read(self, prefix: str) -> Mapping[str, str]:
        """The tallies whose names start so, by name."""
        ...
