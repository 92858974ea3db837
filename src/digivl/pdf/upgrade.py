"""Brings documents that were signed before to a higher level, and renews the highest.

Source:
    EN 319 142-1, 6.3 (levels); 5.4.3 and 5.5 (renewal: first the validation data of the
    last timestamp, then a new one over all of it).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, BinaryIO

import attrs

from digivl.errors import LimitExceededError, MalformedError
from digivl.pdf.archiving import add_evidence, add_timestamp
from digivl.pdf.container import with_timestamp
from digivl.pdf.evidence import Evidence
from digivl.pdf.levels import Level
from digivl.pdf.placing import emptied_on_failure
from digivl.pdf.reading import opened, readable
from digivl.pdf.standing import Signatures, Standing, standing
from digivl.pdf.timestamps import stamped
from digivl.pdf.update import CHUNK_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from digivl.pdf.evidence import Gather
    from digivl.pdf.timestamps import Token
    from digivl.settings import Limits

__all__ = ["Upgraded", "upgrade"]


@attrs.frozen(kw_only=True)
class Upgraded:
    """What was reached.

    Attributes:
        level: Of the signatures in the document, the lowest.
        size: Of the file in bytes.
        timestamps: The tokens that were added, oldest first.
        changed: False when there was nothing to do.
    """

    level: Level
    size: int
    timestamps: tuple[Token, ...] = ()
    changed: bool = True


def upgrade(
    source: BinaryIO,
    target: BinaryIO,
    level: Level,
    *,
    timestamp: Callable[[bytes], bytes],
    gather: Gather,
    at: datetime,
    limits: Limits,
) -> Upgraded:
    """Bring every signature of a document to a level.

    A single fresh signature gets its timestamp within, if there is room; all else goes
    behind what is there. What has the level already stays as it is, except at B-LTA,
    where the validation data of the last timestamp and a new one are added.

    Args:
        source: The signed PDF; seekable.
        target: An empty stream that can be read, written and sought; on any error it
            is empty again.
        level: B-T, B-LT or B-LTA.
        timestamp: Sends a timestamp request (DER) and gives the answer (DER).
        gather: Gives checked validation data for a certificate.
        at: The present moment, with zone.
        limits: Largest document.

    Raises:
        SigningError: There is no signature, or one does not hold; or, from `gather`:
            revoked, chain incomplete, revocation unknown.
        UnreadablePDFError: Not a PDF, or damaged.
        EncryptedPDFError: Protected with a password.
        BackendError: The authority gave no token that holds.
    """
    if level is Level.B_B or at.tzinfo is None:
        text = "an upgrade goes to B-T or higher, at a moment with a zone"
        raise MalformedError(text)
    with readable():
        opened(source, limits)
    with emptied_on_failure(target):
        with readable():
            source.seek(0)
            while chunk := source.read(CHUNK_BYTES):
                target.write(chunk)
        return _Upgrade(target, timestamp, gather, at, limits).to(level)


@attrs.define
class _Upgrade:
    """One document on its way up, in place."""

    target: BinaryIO
    send: Callable[[bytes], bytes]
    gather: Gather
    at: datetime
    limits: Limits
    added: list[Token] = attrs.field(factory=list["Token"])

    def to(self, level: Level) -> Upgraded:
        before = self.target.seek(0, os.SEEK_END)
        found = self._stamped(standing(self.target, self.limits))
        if level is Level.B_LTA or (level is Level.B_LT and not found.provable):
            # All of it first: nothing is written for a certificate that was revoked.
            evidence = self._evidence(found)
            if level is Level.B_LT:
                add_evidence(self.target, evidence)
            else:
                token, _ = add_timestamp(self.target, evidence, self.send, at=self.at)
                self.added.append(token)
        size = self.target.seek(0, os.SEEK_END)
        changed = bool(self.added) or size != before
        return Upgraded(
            level=level, size=size, timestamps=tuple(self.added), changed=changed
        )

    def _stamped(self, found: Signatures) -> Signatures:
        """See that each signature has a timestamp (B-T)."""
        last = max((one.end for one in found.all if one.is_timestamp), default=0)
        bare = [
            one
            for one in found.all
            if not (one.is_timestamp or one.tokens or one.end < last)
        ]
        if not bare:
            return found
        if len(bare) > 1 or bare[0] is not found.all[-1] or not self._within(bare[0]):
            token, _ = add_timestamp(self.target, Evidence(), self.send, at=self.at)
            self.added.append(token)
        return standing(self.target, self.limits)

    def _within(self, one: Standing) -> bool:
        """Put a timestamp into the container itself, while nothing covers it yet."""
        if one.end != self.target.seek(0, os.SEEK_END):
            return False
        token = stamped(one.signature, self.send, self.at)
        try:
            with readable():
                one.gap.fill(self.target, with_timestamp(one.container, token.der))
        except LimitExceededError:
            # The room that its maker left is too small.
            return False
        self.added.append(token)
        return True

    def _evidence(self, found: Signatures) -> Evidence:
        """What the last archive timestamp does not cover, and that one itself."""
        archives = [n for n, one in enumerate(found.all) if _archives(one)]
        archived = max(archives, default=0)
        parts: list[Evidence] = []
        for number, one in enumerate(found.all[archived:], start=archived):
            later = [
                other.time
                for other in found.all[number + 1 :]
                if other.is_timestamp and other.time
            ]
            proven = min(later, default=None)
            if one.is_timestamp:
                parts.append(self.gather(one.certificate, one.others, proven))
                continue
            own = min(filter(None, (one.time, proven)), default=None)
            parts.append(self.gather(one.certificate, one.others, own))
            parts += [
                self.gather(token.certificate, token.certificates, proven)
                for token in one.tokens
            ]
        return Evidence.together(parts)


def _archives(one: Standing) -> bool:
    return one.is_timestamp and one.stored
