"""Numbers of documents and meetings of the Vlaamse Regering (VR-nummers).

A document number is written in three ways::

    VR 2026 2411 DOC.0123/2BIS                                display, and on a stamp
    VR 2026 2411 DOC.0123-2 Ontwerp van besluit - bijlage BIS  the name of the document

The four digits behind the year are day and month of the meeting.

Source:
    Kaleidos: document-naming-service, and ``utils/vr-document-name.js`` of its
    frontend.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from enum import Enum
from typing import Any, Final, Self

import attrs
from attrs.validators import optional

from digivl.errors import MalformedError
from digivl.kernel.checks import counted_from_one
from digivl.kernel.suffixes import ordinal, split, suffix

_LONGEST: Final = 500
_HEAD: Final = (
    r"VR (?P<year>[12][09]\d\d) (?P<day>\d\d)(?P<month>\d\d)(?P<vv> VV)? "
    r"(?P<kind>DOC|MED|DEC)\.(?P<number>\d{4,7})"
)
_SUFFIX: Final = r"(?P<suffix> ?[A-Z][A-Z ]{1,30}|V\d{3,4})?"
_STRICT: Final = re.compile(rf"{_HEAD}(?:/(?P<position>\d{{1,4}}))?{_SUFFIX}")
_LOOSE: Final = re.compile(rf"{_HEAD}(?:[/-](?P<position>\d{{1,4}}))?(?P<rest>.*)")


class VRKind(Enum):
    """Which series a number is of (soort nummer)."""

    DOC = "DOC"
    MED = "MED"
    DEC = "DEC"


@attrs.frozen(kw_only=True, order=False)
class VRNumber:
    """Number of one document on the agenda of the government (VR-nummer).

    They sort as Kaleidos sorts: the highest number first, within it by position, then
    the youngest meeting and the newest version first.

    Attributes:
        date: Day of the meeting at which it was numbered.
        kind: DOC for a nota, MED for an announcement, DEC for a ratification.
        number: Of the step within its series of that year.
        position: Of the document within the step; None for the step itself.
        version: 1, 2 for BIS, and so on.
        vv: Of a meeting about the Plan Vlaamse Veerkracht.
    """

    date: date
    kind: VRKind
    number: int = attrs.field(validator=counted_from_one)
    position: int | None = attrs.field(
        default=None, validator=optional(counted_from_one)
    )
    version: int = attrs.field(default=1, validator=counted_from_one)
    vv: bool = False

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the display form, strictly: a slash, and nothing behind the suffix.

        Raises:
            MalformedError: It is something else, or its date does not exist.
        """
        found = _STRICT.fullmatch(text) if len(text) <= _LONGEST else None
        if not found:
            raise _malformed(text)
        return cls(**_parts(found), version=ordinal(found["suffix"] or ""))

    @property
    def display(self) -> str:
        """``VR 2026 2411 DOC.0123/2BIS``: for lists and references."""
        position = "" if self.position is None else f"/{self.position}"
        return f"{_head(self)}{position}{suffix(self.version)}"

    @property
    def stamp(self) -> str:
        """What is stamped on the first page."""
        return self.display

    def name(self, subject: str, type: str = "") -> str:
        """The name of the document, as files and lists have it.

        Args:
            subject: What it is about.
            type: Short label of its document type; left out when empty.
        """
        return _name(self, _without_suffix(subject), type)

    def at(self, *, position: int, version: int = 1) -> Self:
        """The number of a document of the step that has this one."""
        return attrs.evolve(self, position=position, version=version)

    def same_step(self, other: VRNumber) -> bool:
        """Whether both are of documents of one step."""
        mine = (self.number, self.kind, self.date, self.vv)
        return mine == (other.number, other.kind, other.date, other.vv)

    @property
    def sort_key(self) -> tuple[int, int, int, int, str]:
        """Orders as Kaleidos does."""
        return (
            -self.number,
            self.position or 0,
            -self.date.toordinal(),
            -self.version,
            f"{self.kind.value}{self.vv}",
        )

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, VRNumber):
            return NotImplemented
        return self.sort_key < other.sort_key

    def __str__(self) -> str:
        return self.display


def _head(number: VRNumber) -> str:
    """What all documents of the step have in common."""
    day, vv = number.date, " VV" if number.vv else ""
    of_meeting = f"{day.year:04} {day.day:02}{day.month:02}{vv}"
    return f"VR {of_meeting} {number.kind.value}.{number.number:04}"


def _without_suffix(subject: str) -> str:
    return split(subject.strip())[0]


@attrs.frozen(kw_only=True)
class VRName:
    """Number, subject and type of a document: its whole name.

    Attributes:
        number: With position and version.
        subject: Trimmed, and without a suffix of its own.
        type: Short label of the document type, or empty.
    """

    number: VRNumber
    subject: str = attrs.field(default="", converter=_without_suffix)
    type: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a name, also one of before 2024: slash or dash, suffix glued or not.

        The last words are the suffix where they are one. Where the subject itself ends
        in BIS or TER that cannot be told apart; `VRNumber.version` of a document in the
        book never comes from here.

        Raises:
            MalformedError: It does not start with a number.
        """
        found = _LOOSE.fullmatch(text) if len(text) <= _LONGEST else None
        if not found:
            raise _malformed(text)
        # Glued behind the position the suffix stands right after a digit.
        rest, version = split(f"0{found['rest']}")
        subject, _, kind = rest[1:].strip().rpartition(" - ")
        if not subject:
            subject, kind = kind, ""
        number = VRNumber(**_parts(found), version=version)
        return cls(number=number, subject=subject, type=kind)

    def __str__(self) -> str:
        return _name(self.number, self.subject, self.type)


def _name(number: VRNumber, subject: str, type: str) -> str:
    place = "" if number.position is None else f"-{number.position}"
    head = _head(number) + place
    kind = f"- {_cased(type)}" if type else ""
    return " ".join(filter(None, (head, subject, kind, suffix(number.version))))


def sorted_names(names: Iterable[str]) -> list[str]:
    """Names in the order of their numbers; those without one last, by their letters."""
    return sorted(names, key=_name_key)


def _name_key(name: str) -> tuple[int, Any]:
    try:
        return 0, VRName.parse(name).number.sort_key
    except MalformedError:
        plain = unicodedata.normalize("NFKD", name.casefold())
        return 1, "".join(c for c in plain if not unicodedata.combining(c))


def _cased(type: str) -> str:
    # BVR, MvT and IF stay as they are; Nota becomes nota.
    return type if type[-1:].isupper() else type.lower()


def _parts(found: re.Match[str]) -> dict[str, Any]:
    try:
        day = date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError as cause:
        raise MalformedError(
            f"{found[0][:60]!r} has a date that does not exist",
            hint="Behind the year stand day and month, e.g. 2411 for 24 November.",
        ) from cause
    return {
        "date": day,
        "kind": VRKind(found["kind"]),
        "number": int(found["number"]),
        "position": int(found["position"]) if found["position"] else None,
        "vv": bool(found["vv"]),
    }


def _malformed(text: str) -> MalformedError:
    return MalformedError(
        f"{text[:60]!r} is no number of the Vlaamse Regering",
        hint="It reads like VR 2026 2411 DOC.0123/2.",
    )


_MEETING: Final = re.compile(
    r"(?:VR|VE) PV (?P<year>[12][09]\d\d)/(?P<number>\d{1,5})(?P<annex>-VV)?"
)


@attrs.frozen(kw_only=True)
class MeetingNumber:
    """Number of a meeting (vergadernummer): ``VR PV 2026/41``.

    Attributes:
        year: Of the meeting.
        number: Within that year.
        annex: True for an annex meeting, which has the number of its main one.
    """

    year: int
    number: int = attrs.field(validator=counted_from_one)
    annex: bool = False

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read one; ``VE PV`` is read too.

        Raises:
            MalformedError: It is something else.
        """
        found = _MEETING.fullmatch(text) if len(text) <= _LONGEST else None
        if not found:
            raise MalformedError(
                f"{text[:60]!r} is no number of a meeting",
                hint="It reads like VR PV 2026/41.",
            )
        year, number = int(found["year"]), int(found["number"])
        return cls(year=year, number=number, annex=bool(found["annex"]))

    def __str__(self) -> str:
        return f"VR PV {self.year:04}/{self.number}{'-VV' if self.annex else ''}"


def minutes_name(meeting: str, version: int = 1) -> str:
    """The name of the minutes (notulen) of a meeting."""
    return f"{meeting} {suffix(version)}".rstrip()


def report_name(meeting: str, kind: VRKind, item: int, version: int = 1) -> str:
    """The name of a decision report (beslissingsfiche).

    Args:
        meeting: Number of the meeting.
        kind: MED for an announcement.
        item: Number of the item on the agenda.
        version: 1, 2 for BIS, and so on.
    """
    word = "mededeling" if kind is VRKind.MED else "punt"
    return f"{meeting} - {word} {item:04}{suffix(version)}"
