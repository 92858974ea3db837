"""Whether a file is what signing makes of another one, whole: read, and not believed.

A name and a size prove nothing: a disk can lose the end of a file, or its middle, and
somebody can put another file there.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, BinaryIO, Final

from cryptography import x509
from cryptography.x509 import ocsp

from digivl.errors import DigivlError
from digivl.pdf.archiving import stored_pieces
from digivl.pdf.certificates import UNREADABLE, certificate, signed_by
from digivl.pdf.chains import is_sound
from digivl.pdf.digests import Digest
from digivl.pdf.levels import Level
from digivl.pdf.placing import hash_range
from digivl.pdf.reading import opened, readable
from digivl.pdf.received import sound
from digivl.pdf.standing import Signatures, Standing, standing
from digivl.pdf.update import CHUNK_BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digivl.pdf.evidence import Evidence
    from digivl.settings import Limits


_LAST: Final = b"%%EOF\n"
_END: Final = re.compile(rb"startxref\s+\d+\s+%%EOF")


def unproven(
    made: BinaryIO, source: BinaryIO, level: Level, signatures: int, limits: Limits
) -> str:
    """Why a file is not surely what signing makes of another one; empty when it is.

    All of both is read, once to compare and once for each signature that was added.

    Args:
        made: The file; seekable.
        source: Of which it should be made; seekable.
        level: What it has to reach.
        signatures: How many were added; none when those of `source` were brought to
            the level, which can put a timestamp into the last of them.
        limits: Largest document.
    """
    size = source.seek(0, os.SEEK_END)
    try:
        before = () if signatures else standing(source, limits).all
        if not size or not _begins(made, source, size, before):
            return "it was not made of it"
        found = standing(made, limits, since=size if signatures else 0)
        return _lacks(found, before, level, signatures, size) or _bent(
            made, found, size, limits
        )
    except DigivlError as unreadable:
        return str(unreadable)


def has_grown(made: BinaryIO, source: BinaryIO) -> bool:
    """Whether a file is all of another one with something behind it, up to an end.

    Quick, and enough where nothing but signing at B-B puts files there.

    Args:
        made: The file; seekable.
        source: What it should begin with; seekable.
    """
    size = source.seek(0, os.SEEK_END)
    if made.seek(0, os.SEEK_END) <= size or not size:
        return False
    made.seek(-len(_LAST), os.SEEK_END)
    return made.read() == _LAST and _same(made, source, 0, size)


def reached(found: Signatures) -> Level:
    """The level that all signatures of a document have together."""
    stamps = [one for one in found.all if one.is_timestamp]
    last = max((one.end for one in stamps), default=0)
    if not all(one.tokens or one.end < last for one in found.all):
        return Level.B_B
    if not found.provable:
        return Level.B_T
    return Level.B_LTA if any(one.stored for one in stamps) else Level.B_LT


def _begins(
    made: BinaryIO, source: BinaryIO, size: int, before: Sequence[Standing]
) -> bool:
    """Whether a file begins with all of another one, a container at its end aside."""
    start = end = size
    if before and not before[-1].is_timestamp:
        start, end = before[-1].gap.start, before[-1].gap.end
    return _same(made, source, 0, start) and _same(made, source, end, size)


def _same(first: BinaryIO, second: BinaryIO, start: int, end: int) -> bool:
    first.seek(start)
    second.seek(start)
    while start < end:
        wanted = second.read(min(CHUNK_BYTES, end - start))
        if not wanted or first.read(len(wanted)) != wanted:
            return False
        start += len(wanted)
    return True


def _lacks(
    found: Signatures,
    before: Sequence[Standing],
    level: Level,
    signatures: int,
    size: int,
) -> str:
    """What was asked and is not there; empty when all is."""
    made = {(one.field, one.signature, one.certificate) for one in found.all}
    if not made.issuperset(
        (one.field, one.signature, one.certificate) for one in before
    ):
        return "it holds another signature"
    added = sum(not one.is_timestamp and one.end > size for one in found.all)
    if added != signatures:
        return f"{added} signatures were added to it, not {signatures}"
    if not reached(found).reaches(level):
        return f"it has level {reached(found)}, not {level}"
    if not signatures and level is Level.B_LTA and found.all[-1].end <= size:
        return "no timestamp was added to it"
    return ""


def _bent(made: BinaryIO, found: Signatures, size: int, limits: Limits) -> str:
    """What is damaged of what no signature covers; empty when nothing is."""
    with readable():
        pieces = stored_pieces(opened(made, limits))
    if pieces is None:
        return "its validation data are damaged"
    for one in found.all:
        # A timestamp can have gone into one that was there.
        touched = one.end >= size and _is_overwritten(made, one)
        if touched or (one.end > size and _is_bent(made, one, pieces.certificates)):
            return f"what stands in {one.field!r} is damaged"
    if found.all[-1].end == made.seek(0, os.SEEK_END):
        return ""
    # Validation data at the end, which nothing covers yet; nothing else may follow.
    made.seek(found.all[-1].end)
    tail = made.read() if found.provable else b""
    if len(_END.findall(tail)) != 1 or not tail.endswith(_LAST):
        return "something follows what was signed"
    return "" if _hold(pieces, found) else "its validation data are damaged"


def _is_overwritten(made: BinaryIO, one: Standing) -> bool:
    made.seek(one.gap.start)
    written = made.read(one.gap.end - one.gap.start)[1:-1].lower()
    # Zeros fill the rest of the room.
    return written.rstrip(b"0") != one.container.hex().encode().rstrip(b"0")


def _is_bent(made: BinaryIO, one: Standing, stored: Sequence[bytes]) -> bool:
    own = [one.certificate, *one.others]
    own += [der for token in one.tokens for der in token.certificates]
    if not all(is_sound(der, (*own, *stored)) for der in own):
        return True
    if one.is_timestamp:
        return False
    for digest in Digest:
        hashes = digest.start()
        hash_range(made, hashes, 0, one.gap.start)
        hash_range(made, hashes, one.gap.end, one.end)
        try:
            sound(one.container, digest, hashes.digest())
        except DigivlError:
            continue
        return False
    return True


def _hold(pieces: Evidence, found: Signatures) -> bool:
    """Whether each piece was signed by somebody whose certificate stands there."""
    known = [
        *pieces.certificates,
        *(der for one in found.all for der in (one.certificate, *one.others)),
        *(
            der
            for one in found.all
            for token in one.tokens
            for der in (token.certificate, *token.certificates)
        ),
    ]
    try:
        return (
            all(is_sound(der, known) for der in pieces.certificates)
            and all(_is_answered(der, known) for der in pieces.ocsps)
            and all(_is_listed(der, known) for der in pieces.crls)
        )
    except UNREADABLE:
        return False


def _is_answered(der: bytes, known: Sequence[bytes]) -> bool:
    said = ocsp.load_der_ocsp_response(der)
    algorithm = said.signature_hash_algorithm
    return algorithm is not None and any(
        signed_by(one, said.signature, said.tbs_response_bytes, algorithm)
        for one in known
    )


def _is_listed(der: bytes, known: Sequence[bytes]) -> bool:
    said = x509.load_der_x509_crl(der)
    authors = (certificate(one) for one in known)
    return any(
        one.subject == said.issuer and said.is_signature_valid(one.public_key())  # type: ignore[arg-type]
        for one in authors
    )
