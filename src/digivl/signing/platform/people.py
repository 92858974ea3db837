"""Who approves and signs on a platform, in which order, with which assurance."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Any, Final

import attrs

from digivl.errors import MalformedError
from digivl.kernel.checks import counted_from_one
from digivl.kernel.identifiers import INSZ
from digivl.kernel.parties import Party
from digivl.kernel.personal import Personal

_LONGEST_MAIL: Final = 254
_LONGEST: Final = 200
_MOST: Final = 50


class PlatformRole(Enum):
    """What somebody does with a package (rol); values as SigningHub writes them."""

    APPROVER = "REVIEWER"
    SIGNER = "SIGNER"
    COPY = "CARBON_COPY"


class Assurance(Enum):
    """How sure a signature has to be (betrouwbaarheidsniveau)."""

    SES = "ELECTRONIC_SIGNATURE"
    AES = "ADVANCED_ELECTRONIC_SIGNATURE"
    HIGH_TRUST_AES = "HIGH_TRUST_ADVANCED"
    QES = "QUALIFIED_ELECTRONIC_SIGNATURE"

    @property
    def label(self) -> str:
        """In Dutch."""
        return _LABELS[self]


_LABELS: Final = {
    Assurance.SES: "gewone elektronische handtekening",
    Assurance.AES: "geavanceerde handtekening",
    Assurance.HIGH_TRUST_AES: "geavanceerde handtekening met hoge zekerheid",
    Assurance.QES: "gekwalificeerde handtekening",
}


class Matching(Enum):
    """By what a certificate is known to be of somebody (herkenning)."""

    NUMBER = "number"
    NAME = "name"


def _a_line(_: object, attribute: attrs.Attribute[Any], line: Personal[str]) -> None:
    """One line, filled; what was erased was one."""
    text = "x" if line.is_erased else line.reveal()
    if not 0 < len(text.strip()) <= _LONGEST or not text.isprintable():
        raise MalformedError(
            f"the {attribute.name} is one line of 1 to {_LONGEST} characters"
        )


@attrs.frozen(kw_only=True)
class ByText:
    """A signature stands above the first place with this text, e.g. a name."""

    text: Personal[str] = attrs.field(validator=_a_line)
    width: int = attrs.field(default=100, validator=counted_from_one)
    height: int = attrs.field(default=40, validator=counted_from_one)


@attrs.frozen(kw_only=True)
class Rectangle:
    """A signature stands here: in points, from the top left corner of a page."""

    page: int = attrs.field(validator=counted_from_one)
    x: int
    y: int
    width: int = attrs.field(default=100, validator=counted_from_one)
    height: int = attrs.field(default=40, validator=counted_from_one)

    def __attrs_post_init__(self) -> None:
        if min(self.x, self.y) < 0:
            raise MalformedError("a place on a page is counted from its top left")


def is_mail(_: object, __: object, mail: Personal[str]) -> None:
    """An e-mail address, or one that was erased."""
    if not mail.is_erased:
        _check_mail(mail.reveal())


def _check_mail(mail: str) -> None:
    name, _, host = mail.rpartition("@")
    fits = mail.isprintable() and not any(c in mail for c in " <>,;\"'\\")
    if not name or "." not in host or len(mail) > _LONGEST_MAIL or not fits:
        raise MalformedError(
            "this is no e-mail address",
            hint="Write it as name@host, without a name or brackets around it.",
        )


def same_mail(mail: str) -> str:
    """What two ways to write one e-mail address have in common."""
    return unicodedata.normalize("NFC", mail).strip().casefold()


@attrs.frozen(kw_only=True)
class Invited:
    """Somebody who is asked to approve or sign, or gets a copy (genodigde).

    Attributes:
        party: The function that does it; public.
        mail: Where the platform reaches the person.
        name: Of the person, as it stands on the certificate.
        role: What is asked.
        turn: Who has the same turn may act at the same moment; it counts from 1.
        assurance: Of the signature; it does not matter for who signs nothing.
        number: National number (INSZ), where the certificate holds it and it is known.
        text: The signature stands at the first place with this text.
        rectangle: Or it stands here; with neither, who shares the package places it.
    """

    party: Party
    mail: Personal[str] = attrs.field(validator=is_mail)
    name: Personal[str] = attrs.field(validator=_a_line)
    role: PlatformRole = PlatformRole.SIGNER
    turn: int = attrs.field(default=1, validator=counted_from_one)
    assurance: Assurance = Assurance.QES
    number: Personal[INSZ] | None = None
    text: ByText | None = None
    rectangle: Rectangle | None = None

    def __attrs_post_init__(self) -> None:
        if self.text is not None and self.rectangle is not None:
            raise MalformedError("a signature has one place: a text or a rectangle")

    @classmethod
    def person(cls, party: Party, mail: str, name: str, **asked: Any) -> Invited:
        """Invite somebody by plain values; for the rest, see the attributes."""
        number = asked.pop("number", None)
        return cls(
            party=party,
            mail=Personal(mail),
            name=Personal(name),
            number=None if number is None else Personal(number),
            **asked,
        )

    @property
    def is_placed(self) -> bool:
        """Whether we say where the signature stands."""
        return self.text is not None or self.rectangle is not None

    @property
    def signs(self) -> bool:
        """Whether a signature of this person has to come back."""
        return self.role is PlatformRole.SIGNER


def in_order(invited: Iterable[Invited]) -> tuple[Invited, ...]:
    """By turn; within one, approvers, then copies, then signers; else as they came.

    The place in this order, over all of them, is what a platform counts fields by.
    """
    rank = {PlatformRole.APPROVER: 0, PlatformRole.COPY: 1, PlatformRole.SIGNER: 2}
    return tuple(sorted(invited, key=lambda one: (one.turn, rank[one.role])))


def check_invited(invited: Sequence[Invited], matching: Matching) -> None:
    """Refuse a list of people with which nobody could tell who signed.

    Raises:
        MalformedError: Nobody signs; somebody stands twice; two signers cannot be told
            apart; or a signer cannot be recognised.
    """
    signers = [one for one in invited if one.signs]
    if not signers or len(invited) > _MOST:
        raise MalformedError(
            f"a package goes to 1 to {_MOST} people, of whom at least one signs",
            hint="An approver signs nothing; invite who has to sign as SIGNER.",
        )
    _once([(same_mail(one.mail.reveal()), one.role) for one in invited])
    _once([one.party.id for one in signers])
    _once([_mark(one) for one in signers])
    for one in signers:
        if one.assurance is Assurance.SES:
            raise MalformedError(
                "a plain electronic signature leaves no certificate of the person",
                hint="Ask for AES or QES: what comes back is checked by certificate.",
            )
        if one.number is None and not words_of(one.name.reveal()):
            raise MalformedError(
                "the name of a signer has no letters, so it fits any certificate",
                hint="Give the name as it stands on the certificate.",
            )
        if matching is Matching.NUMBER and one.number is None:
            raise MalformedError(
                "a signer has no national number, by which certificates are matched",
                hint='Give it, or set match = "name" for this platform.',
            )


def _mark(one: Invited) -> object:
    return one.number or frozenset(words_of(one.name.reveal()))


def _once(values: Sequence[object]) -> None:
    if len({*values}) < len(values):
        raise MalformedError(
            "the same person stands twice in one package, or cannot be told apart",
            hint="Each has an own address, party and name; or give national numbers.",
        )


def words_of(name: str) -> list[str]:
    """The words of a name without accents, marks and case."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    kept = "".join(c for c in plain if not unicodedata.combining(c))
    return "".join(c if c.isalnum() else " " for c in kept).split()
