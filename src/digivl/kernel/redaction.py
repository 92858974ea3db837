"""Takes national numbers out of text that somebody else wrote."""

from __future__ import annotations

import re
from typing import Final

#: What stands for a number that was taken out.
REMOVED: Final = "•••"

# Twelve digits at its end could be a number in disguise.
_UUID = r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-(?!\d{12}\b)[0-9a-f]{12}\b"
_ELEVEN_DIGITS = r"\d(?:[\s.\-/]{0,3}\d){10,}"
_NUMBERS: Final = re.compile(f"({_UUID})|{_ELEVEN_DIGITS}", re.IGNORECASE)


def redacted(text: str) -> str:
    """The same text without runs of eleven digits or more, however they are spaced.

    A UUID stays: it is what a help desk asks for, and it identifies no person.
    """
    return _NUMBERS.sub(lambda found: found[1] or REMOVED, text)


def on_one_line(text: str, length: int = 300) -> str:
    """Redacted, printable, on one line and not longer than `length` characters."""
    # Cutting before redacting could leave ten digits of a number that had eleven.
    line = " ".join(redacted(text).split())
    printable = "".join(c if c.isprintable() else "�" for c in line)
    return printable if len(printable) <= length else printable[: length - 1] + "…"
