"""Where book and file disagree, and whether people signed what they were shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import attrs

from digivl.kernel.moments import to_wire
from digivl.signing.evidence.found import Found
from digivl.signing.evidence.model import Difference, Signature, Timestamp
from digivl.signing.evidence.people import Part, Participant, Pinned

#: A token has no fractions of a second where the authority gives none.
_SAME: Final = timedelta(seconds=1)
#: From less to more; what is upgraded later goes up.
_LEVELS: Final = ("B-B", "B-T", "B-LT", "B-LTA")


def pinned(one: Participant, beginnings: Mapping[str, int]) -> Participant:
    """A participant, with whether what was sent, shown and signed are the same.

    Each is a file that the signed one begins with, byte for byte, and none is shorter
    than the one before: only then did nothing but signatures come between.

    Args:
        one: Who takes part.
        beginnings: What the signed file begins with, and the sizes.
    """
    if one.over is None:
        return one
    shown = one.shown.sha256 if one.shown is not None else None
    chain = [sha256 for sha256 in (one.sent, shown, one.over) if sha256 is not None]
    sizes = [beginnings.get(sha256, -1) for sha256 in chain]
    if len({*chain}) > 1 and (-1 in sizes or sizes != sorted(sizes)):
        found = Pinned.OTHER
    elif shown is None:
        found = Pinned.UNSHOWN
    else:
        found = Pinned.SAME if len({*chain}) == 1 else Pinned.GROWN
    return attrs.evolve(one, pinned=found)


def differences(
    participants: Sequence[Participant], file: Found
) -> tuple[Difference, ...]:
    """Where the book and the file disagree: both ways, and in order."""
    signed = [
        one
        for one in participants
        if one.part is Part.SIGNS and one.done_at is not None
    ]
    places = _places(signed, file.signatures)
    loose = _of_the_file(places, file.signatures)
    return (
        *_of_the_book(signed, places, file),
        *_unlike(participants),
        *loose,
        *_of_logins(file.signatures),
    )


def differences_of_seal(one: Participant, file: Found) -> tuple[Difference, ...]:
    """Where the book and a file that was sealed after logging in disagree.

    Args:
        one: Who logged in.
        file: What stands in the sealed file.
    """
    mine = [signature for signature in file.signatures if signature.field == one.field]
    gone = () if mine else (_gone(one),)
    return (*gone, *_of_the_file([], file.signatures), *_of_logins(file.signatures))


def matched(
    participants: Sequence[Participant], signatures: Sequence[Signature]
) -> Mapping[str, Signature]:
    """The signature in the file of each who signed, by the id of the party."""
    signed = [
        one
        for one in participants
        if one.part is Part.SIGNS and one.done_at is not None
    ]
    places = _places(signed, signatures)
    return {
        one.who.id: signatures[place]
        for one, place in zip(signed, places, strict=True)
        if place is not None
    }


def _places(
    signed: Sequence[Participant], signatures: Sequence[Signature]
) -> Sequence[int | None]:
    """Where in the file the signature of each stands; each place serves one."""
    places: list[int | None] = []
    for one in signed:
        fitting = [
            place
            for place, signature in enumerate(signatures)
            if place not in places
            and signature.certificate is not None
            and signature.certificate.sha256 == one.certificate
        ]
        # One certificate can stand there twice: then the field tells which it is.
        fitting.sort(key=lambda place: signatures[place].field != one.field)
        places.append(next(iter(fitting), None))
    return places


def _of_the_book(
    signed: Sequence[Participant], places: Sequence[int | None], file: Found
) -> Iterator[Difference]:
    for one, place in zip(signed, places, strict=True):
        if place is None:
            yield _gone(one)
        else:
            yield from _compared(one, file.signatures[place], file.timestamps)
        for version in (one.over, one.signed):
            if version is not None and version not in file.beginnings:
                yield Difference(
                    about=one.who.function,
                    what="het bestand begint niet met de vastgelegde versie",
                    recorded=version,
                )
    moments = [one.done_at for one in signed]
    order = [place for _, place in sorted(zip(moments, places, strict=True), key=_when)]
    known = [place for place in order if place is not None]
    if known != sorted(known):
        yield Difference(
            about="alle handtekeningen",
            what="de volgorde in het bestand is een andere dan werd vastgelegd",
        )


def _gone(one: Participant) -> Difference:
    return Difference(
        about=one.who.function,
        what="de vastgelegde handtekening staat niet in het bestand",
        recorded=one.certificate or "",
    )


def _when(pair: tuple[datetime | None, int | None]) -> datetime:
    moment, _ = pair
    return moment or datetime.min.replace(tzinfo=UTC)


def _unlike(participants: Sequence[Participant]) -> Iterator[Difference]:
    for one in participants:
        if one.pinned is Pinned.OTHER:
            shown = one.shown.sha256 if one.shown is not None else one.sent
            yield Difference(
                about=one.who.function,
                what="voorgelegd, getoond en getekend zijn niet dezelfde bytes",
                recorded=shown or "",
                found=one.over or "",
            )


def _of_the_file(
    places: Sequence[int | None], signatures: Sequence[Signature]
) -> Iterator[Difference]:
    for place, one in enumerate(signatures):
        if place not in places and not one.earlier and one.login is None:
            yield Difference(
                about=one.field,
                what="deze handtekening in het bestand is niet vastgelegd",
                found=one.certificate.subject if one.certificate else "",
            )


def _of_logins(signatures: Sequence[Signature]) -> Iterator[Difference]:
    for one in signatures:
        if one.login is not None and not one.login.belongs:
            yield Difference(
                about=one.field,
                what=one.login.outcome,
                recorded=one.login.evidence,
                found=one.evidence or "",
            )


def _compared(
    one: Participant, signature: Signature, stamps: Sequence[Timestamp]
) -> Iterator[Difference]:
    about, stamp = one.who.function, _stamp_of(one, signature, stamps)
    if one.authority is not None and stamp is None:
        yield Difference(
            about=about,
            what="het vastgelegde tijdstempel staat niet in het bestand",
            recorded=one.authority,
        )
    at = stamp.time if stamp is not None else signature.claimed
    if one.done_at is not None and (at is None or abs(at - one.done_at) >= _SAME):
        yield Difference(
            about=about,
            what="het bestand noemt een ander tijdstip",
            recorded=to_wire(one.done_at),
            found=to_wire(at) if at else "",
        )
    if stamp is not None and one.authority not in (None, stamp.authority):
        yield Difference(
            about=about,
            what="het bestand noemt een andere tijdstempelautoriteit",
            recorded=one.authority or "",
            found=stamp.authority,
        )
    if stamp is not None and one.token not in (None, stamp.token):
        yield Difference(
            about=about,
            what="het tijdstempel in het bestand is een ander",
            recorded=one.token or "",
            found=stamp.token or "",
        )
    if one.field not in (None, signature.field):
        yield Difference(
            about=about,
            what="de handtekening staat in een ander veld",
            recorded=one.field or "",
            found=signature.field,
        )
    if _height(signature.level) < _height(one.level or ""):
        yield Difference(
            about=about,
            what="de handtekening heeft een lager niveau dan werd vastgelegd",
            recorded=one.level or "",
            found=signature.level,
        )


def _stamp_of(
    one: Participant, signature: Signature, stamps: Sequence[Timestamp]
) -> Timestamp | None:
    """The timestamp that the book means; else its own; else that of its moment.

    One that came later can stand over the document as a whole, and a signature that
    is kept for long has more than one.
    """
    own = signature.timestamps
    meant = (
        stamp for stamp in (*own, *stamps) if one.token and stamp.token == one.token
    )
    late = (stamp for stamp in stamps if stamp.time == one.done_at)
    return next(iter((*meant, *own, *late)), None)


def _height(level: str) -> int:
    return _LEVELS.index(level) if level in _LEVELS else -1
