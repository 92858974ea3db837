"""Keeps national numbers out of text: finds them, and takes them out."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import Final

from digivl.errors import MalformedError
from digivl.kernel.identifiers import INSZ

#: What stands for a number that was taken out.
REMOVED: Final = "•••"

_UUID = r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"
#: Random names and digests: a run of digits in them is chance, not a person.
_NAMES: Final = re.compile(rf"{_UUID}|\b[0-9a-f]{{32,128}}\b", re.IGNORECASE)
#: Most text has fewer: there is nothing to look at. (What starts with a digit is sought
#: several times quicker than what starts with a group.)
_ELEVEN_DIGITS: Final = re.compile(r"\d(?:\D*\d){10}")
_SPACED: Final = re.compile(r"\d+(?:[\s.\-/]{1,3}\d+)*")
_LONG: Final = re.compile(rf"({_UUID})|\d(?:[\s.\-/]{{0,3}}\d){{10,}}", re.IGNORECASE)


def redacted(text: str) -> str:
    """Text of others without runs of eleven digits or more, however they are spaced.

    Takes out too much rather than too little. A UUID stays: it is what a help desk
    asks for, and it identifies no person.
    """
    return _LONG.sub(lambda found: found[1] or REMOVED, text)


def on_one_line(text: str, length: int = 300) -> str:
    """Redacted, printable, on one line and not longer than `length` characters."""
    # Cutting before redacting could leave ten digits of a number that had eleven.
    line = " ".join(redacted(text).split())
    printable = "".join(c if c.isprintable() else "�" for c in line)
    return printable if len(printable) <= length else printable[: length - 1] + "…"


def holds_national_number(text: str) -> bool:
    """True when groups of digits in our own text are a valid national number (INSZ).

    Exact, so that dates, enterprise numbers and references can be written.
    """
    if not _ELEVEN_DIGITS.search(text):
        return False
    runs = _SPACED.findall(_NAMES.sub("", text))
    return any(map(_is_number, {n for run in runs for n in _elevens(run)}))


def _elevens(run: str) -> set[str]:
    """Every stretch of whole groups in a run that has eleven digits."""
    groups = re.findall(r"\d+", run)
    digits, ends = "".join(groups), [0, *accumulate(map(len, groups))]
    return {digits[start : start + 11] for start in ends if start + 11 in ends}


def _is_number(digits: str) -> bool:
    try:
        INSZ(digits)
    except MalformedError:
        return False
    return True
