"""Numbers and names that identify people, enterprises, entities and concepts.

Each is checked when it is made and cannot be made wrong. A national number shows
only its last digits in `repr` and `str`, so that it never reaches a log by accident;
`wire` gives it whole, for the one place that sends it.
"""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import attrs
from stdnum.be import vat
from stdnum.exceptions import ValidationError
from stdnum.util import clean

from digivl.errors import MalformedError

_URI = re.compile(r"[a-z][a-z0-9+.-]*:[^\s<>\"{}|\\^`]+", re.IGNORECASE)
_OVO = re.compile(r"OVO[0-9]{6}")
_THEMIS = "http://themis.vlaanderen.be/id"


def new_id() -> str:
    """A fresh random identifier: a UUID, 36 characters."""
    return str(uuid4())


def themis_uri(concept: str, id: str) -> str:
    """The URI of a resource by the rule of Kaleidos, e.g. ``…/id/dossier/{uuid}``."""
    return f"{_THEMIS}/{concept}/{id}"


def _national_number(text: Any) -> str:
    digits = clean(str(text), " -.").strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) == 11):
        raise MalformedError(
            "a national number (INSZ) has 11 digits",
            hint="Write it as on the eID card, YY.MM.DD-NNN.CC, or digits only.",
        )
    _check_components(digits)
    if _century(digits) is None:
        raise MalformedError(
            "the check digits of this national number (INSZ) do not fit",
            hint="Compare it with the eID card: probably a typing error.",
        )
    return digits


def _check_components(digits: str) -> None:
    # Day, month and counter may be zero or past the calendar (unknown date, counter
    # used up); only the ranges that tell BIS from national numbers are fixed.
    month = int(digits[2:4])
    if not (month <= 12 or 20 <= month <= 32 or 40 <= month <= 52):
        raise MalformedError(f"no national number (INSZ) has month {month:02}")


def _century(digits: str) -> int | None:
    first, check = int(digits[:9]), int(digits[9:])
    if 97 - first % 97 == check:
        return 1900
    if 97 - (2_000_000_000 + first) % 97 == check:
        return 2000
    return None


def _hidden(digits: str) -> str:
    return f"'•••••••••{digits[-2:]}'"


def _quoted(text: str) -> str:
    # What was taken for another kind of identifier may be a national number.
    hides = sum(c.isdigit() for c in text) > 10
    return "this text (hidden: it may hold an INSZ)" if hides else repr(text[:60])


@attrs.frozen(order=True)
class INSZ:
    """Identification number of a person (identificatienummer van de sociale zekerheid).

    A national register number (rijksregisternummer) or a BIS number; 11 digits.

    Raises:
        MalformedError: Wrong length or check digits; the text never holds the number.

    Source:
        Law of 8 August 1983 (national register); KB of 8 February 1991 (BIS).
    """

    _digits: str = attrs.field(converter=_national_number, repr=_hidden, alias="number")

    @property
    def wire(self) -> str:
        """The 11 digits, for the one call that needs them."""
        return self._digits

    @property
    def is_bis(self) -> bool:
        """True for a BIS number: its month is raised by 20 or 40."""
        return int(self._digits[2:4]) >= 20

    @property
    def century(self) -> int:
        """1900 or 2000, as the check digits tell."""
        return _century(self._digits) or 1900

    def __str__(self) -> str:
        return _hidden(self._digits).strip("'")


def _enterprise_number(text: Any) -> str:
    try:
        digits: str = vat.validate(str(text))
    except ValidationError as cause:
        raise MalformedError(
            f"{_quoted(str(text))} is not an enterprise number (KBO)",
            hint="It has 10 digits, starts with 0 or 1 and ends in two check digits.",
        ) from cause
    return digits


@attrs.frozen(order=True)
class EnterpriseNumber:
    """Enterprise number (ondernemingsnummer, KBO); 10 digits, first 0 or 1.

    Raises:
        MalformedError: Wrong length or check digits.

    Source:
        Code of Economic Law, book III, title 2.
    """

    _digits: str = attrs.field(converter=_enterprise_number, alias="number")

    @property
    def wire(self) -> str:
        """Ten digits without dots."""
        return self._digits

    def __str__(self) -> str:
        return f"{self._digits[:4]}.{self._digits[4:7]}.{self._digits[7:]}"


def _ovo_code(_: object, __: object, code: str) -> None:
    if not _OVO.fullmatch(code):
        raise MalformedError(
            f"{_quoted(code)} is not an OVO code",
            hint="It is OVO and six digits, e.g. OVO002949.",
        )


@attrs.frozen(order=True)
class OVOCode:
    """Code of an organisation of the Flemish government (OVO-code, Wegwijs).

    Raises:
        MalformedError: Not ``OVO`` and six digits.
    """

    code: str = attrs.field(validator=_ovo_code)

    def __str__(self) -> str:
        return self.code


def _absolute_uri(_: object, __: object, text: str) -> None:
    if len(text) > 2048 or not _URI.fullmatch(text):
        raise MalformedError(f"{_quoted(text)} is not an absolute URI")


@attrs.frozen(order=True)
class URI:
    """An absolute URI of a concept or a resource; kept as it was written.

    Raises:
        MalformedError: Not absolute, or with blanks.
    """

    text: str = attrs.field(validator=_absolute_uri)

    def __str__(self) -> str:
        return self.text
