"""Makes the signed files of a session whose signatures are there; needs nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final, Protocol

import attrs

from digivl.documents.disk import scratch
from digivl.documents.service import Documents
from digivl.errors import BackendError, DigivlError, StorageError
from digivl.kernel.parties import SYSTEM
from digivl.pdf.phases import Prepared, complete
from digivl.records.entries import Entry
from digivl.records.port import RecordBook
from digivl.signing.inflow import finished, found_signed
from digivl.signing.session import Piece, SigningSession, revealed
from digivl.signing.signatures import Signatures
from digivl.signing.tsa import Timestamps

#: After how many documents it is written down how far it is.
_EACH: Final = 10


class Desk(Protocol):
    """What is needed to complete."""

    @property
    def book(self) -> RecordBook:
        """Where sessions stand."""
        ...

    @property
    def documents(self) -> Documents:
        """Where files stand."""
        ...

    @property
    def signing(self) -> Signatures:
        """Where flows are signed."""
        ...

    @property
    def timestamps(self) -> Timestamps:
        """Where timestamps come from."""
        ...

    @property
    def clock(self) -> Callable[[], datetime]:
        """Gives the present moment."""
        ...


def completed(
    desk: Desk, found: Entry[SigningSession]
) -> tuple[Entry[SigningSession], DigivlError | None]:
    """Make the signed files that are not there yet, and write down which.

    Done twice, or by two at once, each document has one signed file: the one that was
    written down first.

    Args:
        desk: With what.
        found: A session with signatures.

    Returns:
        The session; and what kept it from being finished, such as a timestamp that
        nobody gives now.

    Raises:
        StaleRecordError: Somebody else was first.
    """
    record, trouble = found.record, None
    for count, number in enumerate(record.pending_pieces, start=1):
        try:
            piece = _signed(desk, found, record.pieces[number])
        except (BackendError, StorageError) as error:
            trouble = error
            break
        except DigivlError as error:
            piece = record.pieces[number].failed(error)
        record = record.with_piece(number, piece)
        if count % _EACH == 0:
            found = _written(desk, found, record)
    return _written(desk, found, record), trouble


def _written(
    desk: Desk, found: Entry[SigningSession], record: SigningSession
) -> Entry[SigningSession]:
    if record == found.record:
        return found
    step = "complete"
    return desk.book.write(found.next(record.take(step), step, SYSTEM, desk.clock()))[0]


def _signed(desk: Desk, found: Entry[SigningSession], piece: Piece) -> Piece:
    if (there := found_signed(desk.signing, found, piece)) is not None:
        return there
    record = found.record
    ask = desk.timestamps.answer if record.timestamp else None
    with desk.documents.opened(piece.file) as source, scratch() as target:
        made = complete(
            Prepared.from_json(piece.prepared),
            source,
            target,
            revealed(record.identity),
            bytes.fromhex(piece.signature),
            at=desk.clock(),
            timestamp=ask,
            expected=None if record.expected is None else record.expected.reveal(),
        )
        target.seek(0)
        stored = desk.documents.store.put(target)
        signed = attrs.evolve(
            piece,
            signed=stored.sha256,
            level=str(made.level),
            signed_at=made.timestamp.time if made.timestamp else made.at,
        )
        return finished(desk.signing, found, signed, target, made)
