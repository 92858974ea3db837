"""Suffixes of delivered versions: none, BIS, TER and so on.

Source:
    Kaleidos numbers up to the fifteenth version in Latin, and nothing fixes what comes
    behind it. From the sixteenth on the Latin goes on here as a system: the unit, then
    the ten, as in ``QUATER DECIES``.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from digivl.errors import MalformedError

_OFFICIAL: Final = (
    "",
    "BIS",
    "TER",
    "QUATER",
    "QUINQUIES",
    "SEXIES",
    "SEPTIES",
    "OCTIES",
    "NOVIES",
    "DECIES",
    "UNDECIES",
    "DUODECIES",
    "TER DECIES",
    "QUATER DECIES",
    "QUINDECIES",
)
_UNITS: Final = ("", "SEMEL", *_OFFICIAL[1:9])
_TENS: Final = (
    *("", "DECIES", "VICIES", "TRICIES", "QUADRAGIES", "QUINQUAGIES"),
    *("SEXAGIES", "SEPTUAGIES", "OCTOGIES", "NONAGIES"),
)
#: A spelling that a service of Kaleidos writes.
_MISSPELT: Final = {"QIUNDECIES": 15}
_LATIN_ENDS: Final = 99
_MOST: Final = 9999
_PLAIN: Final = re.compile(r"V([1-9]\d{2,3})")


def suffix(number: int) -> str:
    """The suffix of the nth delivered version; none for the first.

    Raises:
        MalformedError: `number` does not lie between 1 and 9999.
    """
    if not 1 <= number <= _MOST:
        raise MalformedError(f"versions count from 1 to {_MOST}, not {number}")
    if number <= len(_OFFICIAL):
        return _OFFICIAL[number - 1]
    if number > _LATIN_ENDS:
        return f"V{number}"
    ten, unit = divmod(number, 10)
    return f"{_UNITS[unit]} {_TENS[ten]}".strip()


def ordinal(text: str) -> int:
    """Which version a suffix names, however it is spaced or cased.

    Raises:
        MalformedError: It is no suffix.
    """
    bare = "".join(text.split()).upper() if len(text) <= 40 else ""
    plain = _PLAIN.fullmatch(bare)
    number = int(plain[1]) if plain else _numbers().get(bare)
    if number is None or (not bare and text):
        raise MalformedError(
            f"{text[:40]!r} is no version suffix", hint="It is BIS, TER, QUATER, …"
        )
    return number


def split(name: str) -> tuple[str, int]:
    """A name without its suffix, and the version that the suffix names.

    A suffix stands behind a blank, or, as it was written before June 2024, right
    behind a digit. A name without one is of the first version.
    """
    bare = name.rstrip()
    # Most names end in a small letter and no suffix does: then none has to be sought.
    found = None if bare[-1:].islower() else _at_end().search(bare)
    if found is None:
        return bare, 1
    return bare[: found.start()].rstrip(), ordinal(found["suffix"])


@cache
def _numbers() -> dict[str, int]:
    written = {suffix(n).replace(" ", ""): n for n in range(1, _LATIN_ENDS + 1)}
    return written | _MISSPELT


@cache
def _at_end() -> re.Pattern[str]:
    words = [suffix(n) for n in range(2, _LATIN_ENDS + 1)] + list(_MISSPELT)
    # The longest first: a name that ends in TER DECIES does not end in DECIES.
    longest = sorted(words, key=len, reverse=True)
    choice = "|".join(word.replace(" ", " ?") for word in longest)
    return re.compile(rf"(?:\s+|(?<=\d))(?P<suffix>{choice}|V[1-9]\d{{2,3}})\s*$")
