"""To whom: recipients and their postal addresses."""

from __future__ import annotations

import re
from typing import Any, Final

import attrs

from digivl.dispatch.countries import COUNTRIES
from digivl.errors import MalformedError
from digivl.kernel.identifiers import INSZ, EnterpriseNumber
from digivl.kernel.personal import Personal

#: Longest line that goes through the whole postal chain.
LINE: Final = 50
_NAME: Final = 100
_BOX_PREFIX: Final = re.compile(r"(?:bus|bte|boite|boîte|box)\b|[#/]", re.IGNORECASE)
_BELGIAN_POSTCODE: Final = re.compile(r"[1-9][0-9]{3}")


def _line(_: object, attribute: attrs.Attribute[Any], text: str) -> None:
    # The text of the error names the field and never the value: it is personal.
    where = attribute.name.replace("_", " ")
    if len(text) > LINE:
        raise MalformedError(
            f"the {where} of the address is longer than {LINE} characters",
            hint="Abbreviate it as it is to stand on the letter.",
        )
    if not text.isprintable() or text != text.strip():
        raise MalformedError(
            f"the {where} of the address holds line breaks or outer blanks",
            hint="Each part of the address is one line.",
        )


def _known_country(_: object, __: object, code: str) -> None:
    if code not in COUNTRIES:
        raise MalformedError(
            "the country of the address is no ISO 3166-1 code",
            hint="Two capitals, such as BE or NL.",
        )


def _bare_box(_: object, __: object, box: str) -> None:
    if _BOX_PREFIX.match(box):
        raise MalformedError(
            "the box number of the address starts with a word or a sign",
            hint="Write the number alone, e.g. 3 or 0101; “bus” is printed before it.",
        )


_part = attrs.field(default="", validator=_line)


@attrs.frozen(kw_only=True)
class PostalAddress:
    """Where a letter goes (postadres): a street with a number, or a PO box.

    Attributes:
        attention: Department or person within the organisation; its own line.
        street: Type and name of the street, in one language.
        house_number: Number, also ``12A`` or a range ``12-14``.
        box_number: Number of the box alone, without “bus”.
        po_box: Number of the PO box (postbus), in the place of a street.
        postal_code: Four digits in Belgium, without a country code.
        municipality: Gemeente or deelgemeente.
        country: ISO 3166-1 code.

    Raises:
        MalformedError: A part is missing, too long or not of its form; the text
            names the part and never its value.

    Source:
        KB of 24 April 2014, art. 34 (street with number and box; postcode with
        municipality); bpost, rules for addressing.
    """

    attention: str = _part
    street: str = _part
    house_number: str = _part
    box_number: str = attrs.field(default="", validator=[_line, _bare_box])
    po_box: str = _part
    postal_code: str = _part
    municipality: str = attrs.field(validator=_line)
    country: str = attrs.field(default="BE", validator=_known_country)

    def __attrs_post_init__(self) -> None:
        if bool(self.street) == bool(self.po_box):
            raise MalformedError("an address has either a street or a PO box")
        if not self.municipality:
            raise MalformedError("an address has a municipality")
        if self.country == "BE":
            self._check_belgian()

    def _check_belgian(self) -> None:
        if not _BELGIAN_POSTCODE.fullmatch(self.postal_code):
            raise MalformedError(
                "a Belgian postcode has four digits",
                hint="Without “B-” before it; the country stands apart.",
            )
        if self.street and not self.house_number:
            raise MalformedError("a Belgian street address has a house number")

    def lines(self) -> tuple[str, ...]:
        """The lines as printed, from the top; the name stands above them.

        Abroad, the country is the last line, in capitals and in full.
        """
        abroad = "" if self.country == "BE" else COUNTRIES[self.country].upper()
        box = f"bus {self.box_number}" if self.box_number else ""
        door = _joined(self.street, self.house_number, box)
        place = _joined(self.postal_code, self.municipality)
        po_box = f"postbus {self.po_box}" if self.po_box else ""
        lines = (self.attention, door or po_box, place, abroad)
        return tuple(line for line in lines if line)


def _joined(*words: str) -> str:
    return " ".join(word for word in words if word)


def _fits(_: object, __: object, name: Personal[str]) -> None:
    if name.is_erased:
        return
    text = name.reveal()
    if not text.strip() or len(text) > _NAME or not text.isprintable():
        raise MalformedError(
            f"the name of a recipient is one line of 1 to {_NAME} characters"
        )


@attrs.frozen(kw_only=True)
class Recipient:
    """To whom (bestemmeling): a citizen, an enterprise, or just an address.

    Make one with `citizen`, `enterprise` or `by_letter`.

    Attributes:
        name: First and last name, or the name of the organisation.
        insz: National number of a citizen.
        kbo: Number of an enterprise, association or public body.
        address: Where a letter would go; None when only the eBox can be used.
    """

    name: Personal[str] = attrs.field(validator=_fits)
    insz: Personal[INSZ] | None = None
    kbo: EnterpriseNumber | None = None
    address: Personal[PostalAddress] | None = None

    def __attrs_post_init__(self) -> None:
        if self.insz is not None and self.kbo is not None:
            raise MalformedError("a recipient is a citizen or an enterprise, not both")
        if self.address is None:
            if not self.has_number:
                raise MalformedError(
                    "this recipient cannot be reached",
                    hint="Give a national number, an enterprise number or an address.",
                )
        elif not self.name.is_erased and len(self.name.reveal()) > LINE:
            raise MalformedError(
                f"the name above an address is longer than {LINE} characters",
                hint="Shorten it as it is to stand on the letter.",
            )

    @classmethod
    def citizen(
        cls, insz: INSZ, *, name: str, address: PostalAddress | None = None
    ) -> Recipient:
        """A natural person with a national number (burger)."""
        return cls(name=Personal(name), insz=Personal(insz), address=_personal(address))

    @classmethod
    def enterprise(
        cls,
        number: EnterpriseNumber,
        *,
        name: str,
        address: PostalAddress | None = None,
    ) -> Recipient:
        """An enterprise, association or public body (onderneming)."""
        return cls(name=Personal(name), kbo=number, address=_personal(address))

    @classmethod
    def by_letter(cls, name: str, address: PostalAddress) -> Recipient:
        """Somebody of whom only the address is known."""
        return cls(name=Personal(name), address=Personal(address))

    @property
    def has_number(self) -> bool:
        """True when there is a number that an eBox could be found by."""
        return self.insz is not None or self.kbo is not None

    def lines(self) -> tuple[str, ...]:
        """Name and address as printed; only the name when there is no address.

        Raises:
            ErasedError: They were erased.
        """
        below = self.address.reveal().lines() if self.address is not None else ()
        return (self.name.reveal(), *below)


def _personal(address: PostalAddress | None) -> Personal[PostalAddress] | None:
    return None if address is None else Personal(address)
