"""Makes the signed files of a session whose signatures are there; needs nobody.

A timestamp, or word of a revocation, can be out of reach. The signature is then kept in
a file at the level that was reached, and brought further when it is asked for again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import BinaryIO, Final, Protocol

import attrs

from digivl.documents.disk import scratch
from digivl.documents.service import Documents
from digivl.errors import (
    BackendError,
    CertificateRevokedError,
    CertificateUnprovenError,
    DigivlError,
    SigningError,
    StaleRecordError,
    StorageError,
)
from digivl.kernel.parties import SYSTEM
from digivl.pdf.levels import Level
from digivl.pdf.phases import Prepared, complete
from digivl.pdf.spec import Signed
from digivl.records.entries import Entry
from digivl.records.port import RecordBook
from digivl.signing.files import FileSigning
from digivl.signing.inflow import finished, found_signed
from digivl.signing.session import Piece, SigningSession, revealed
from digivl.signing.signatures import Signatures

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
    def files(self) -> FileSigning:
        """What brings signatures to their level."""
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
    record, going = found.record, _Going(desk, found, found.record.wanted)
    for count, number in enumerate(record.pending_pieces, start=1):
        try:
            piece = going.further(record.pieces[number])
        except (BackendError, StorageError, StaleRecordError) as error:
            going.trouble = error
            break
        except DigivlError as error:
            piece = record.pieces[number].failed(error)
        record = record.with_piece(number, piece)
        if count % _EACH == 0:
            found = _written(desk, found, record)
    return _written(desk, found, record), going.trouble


def _written(
    desk: Desk, found: Entry[SigningSession], record: SigningSession
) -> Entry[SigningSession]:
    if record == found.record:
        return found
    step = "complete"
    return desk.book.write(found.next(record.take(step), step, SYSTEM, desk.clock()))[0]


@attrs.define
class _Going:
    """One go at the documents of a session.

    Attributes:
        reach: The level that is tried; what was out of reach is not asked again for
            each document.
        trouble: Why the session cannot be finished now.
    """

    desk: Desk
    session: Entry[SigningSession]
    reach: Level
    trouble: DigivlError | None = None

    def further(self, piece: Piece) -> Piece:
        """A document with its signed file; kept as far as it came, where that is less.

        Raises:
            BackendError: Its flow cannot be told now.
            StorageError: Likewise, or the file cannot be kept.
            StaleRecordError: Others act on its flow all the time.
            DigivlError: The signature cannot be used.
        """
        desk, session = self.desk, self.session
        if (there := found_signed(desk.signing, session, piece)) is not None:
            return there
        source = desk.documents.opened(piece.signed or piece.file)
        with source as before, scratch() as target:
            made, lacks = self._made(piece, before, target)
            target.seek(0)
            signed = attrs.evolve(
                piece,
                signed=desk.documents.store.put(target).sha256,
                level=str(made.level),
                signed_at=made.timestamp.time if made.timestamp else made.at,
                missing="",
                why="",
            )
            if lacks is None:
                return finished(desk.signing, session, signed, target, made)
        if isinstance(lacks, CertificateRevokedError):
            return signed.failed(lacks)
        self.trouble = self.trouble or lacks
        # As long as nothing changes it is told once.
        same = (signed.signed, lacks.code) == (piece.signed, piece.missing)
        return piece if same else signed.kept(lacks)

    def _made(
        self, piece: Piece, source: BinaryIO, target: BinaryIO
    ) -> tuple[Signed, DigivlError | None]:
        """A signed file at the highest level that can be had, and what it lacks."""
        wanted = self.session.record.wanted
        made, lacks = self._stamped(piece, source, target)
        if wanted is Level.B_B or (made.timestamp and not wanted.reaches(Level.B_LT)):
            return made, None
        if made.timestamp is None or not self.reach.reaches(Level.B_LT):
            return made, lacks or self.trouble
        try:
            return self._raised(target, made), None
        except DigivlError as error:
            self._lower(Level.B_T, error)
            return made, error

    def _stamped(
        self, piece: Piece, source: BinaryIO, target: BinaryIO
    ) -> tuple[Signed, DigivlError | None]:
        """A signed file at B-T; or at B-B, and why no authority stamped it."""
        if not self.reach.reaches(Level.B_T):
            return self._bare(piece, source, target), None
        ask = self.desk.files.timestamps.answer
        try:
            return self._bare(piece, source, target, ask), None
        except DigivlError as error:
            # What is wrong with the signature itself is wrong without a timestamp too.
            made = self._bare(piece, source, target)
            self._lower(Level.B_B, error)
            return made, error

    def _bare(
        self,
        piece: Piece,
        source: BinaryIO,
        target: BinaryIO,
        ask: Callable[[bytes], bytes] | None = None,
    ) -> Signed:
        record = self.session.record
        return complete(
            Prepared.from_json(piece.prepared),
            source,
            target,
            revealed(record.identity),
            bytes.fromhex(piece.signature),
            at=self.desk.clock(),
            timestamp=ask,
            expected=None if record.expected is None else record.expected.reveal(),
        )

    def _raised(self, target: BinaryIO, made: Signed) -> Signed:
        """The same at B-LT or B-LTA; on any error the file is as it was.

        Raises:
            CertificateRevokedError: That of the person, before it signed.
            DigivlError: It cannot be reached now.
        """
        files, record = self.desk.files, self.session.record
        since = made.timestamp.time if made.timestamp else None
        proof = files.proof(revealed(record.identity), since)
        try:
            return files.raised(target, made, proof, record.wanted)
        except CertificateRevokedError as unit:
            raise CertificateUnprovenError(
                f"the timestamp proves nothing for later: {unit}",
                hint="Be content with B-T, or have it signed again.",
            ) from unit

    def _lower(self, level: Level, error: DigivlError) -> None:
        # What one document is too large or too damaged for holds for that one alone.
        alone = isinstance(error, CertificateRevokedError)
        if isinstance(error, BackendError | SigningError) and not alone:
            self.reach = level
