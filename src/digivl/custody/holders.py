"""Who can be given something by hand: the port of rooms that have a say in it."""

from __future__ import annotations

from typing import Protocol

from digivl.custody.model import Custody
from digivl.kernel.parties import Party


class Holders(Protocol):
    """Says to whom a subject can be given: a question goes to who can answer it."""

    def check(self, held: Custody, to: Party) -> None:
        """Refuse who would have something without being able to do anything with it.

        Args:
            held: What is given, and who has it.
            to: Who would have it.

        Raises:
            MalformedError: `to` can do nothing with it.
        """
        ...
