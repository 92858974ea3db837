"""Timestamps that come later: no authority answered when the signature was made.

A signature can be dear: a person put a card in, or came back from a service. It is kept
at level B-B, and a task of the outbox brings the file to B-T when an authority answers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, BinaryIO, Final

import attrs

from digivl.documents.disk import CHUNK, scratch
from digivl.documents.model import Origin
from digivl.documents.service import Documents
from digivl.errors import BackendError
from digivl.kernel.moments import from_wire, to_wire
from digivl.kernel.parties import SYSTEM
from digivl.pdf.levels import Level
from digivl.pdf.signer import Signed
from digivl.pdf.standing import standing
from digivl.pdf.timestamps import Token
from digivl.pdf.upgrade import Upgraded
from digivl.records.entries import AnyDraft
from digivl.records.port import RecordBook
from digivl.records.tasks import NewTask, Task
from digivl.settings import Limits
from digivl.signing.files import FileSigning
from digivl.signing.insession import is_signing
from digivl.signing.model import FLOW, Signatory, SigningFlow

#: Kind of the task that brings a file to B-T.
LATER: Final = "timestamp"
#: From then on a person has to look at it.
_GIVES_UP: Final = timedelta(days=30)
_NEXT_ROUND: Final = timedelta(hours=1)
_AWAY: Final = "people sign it on a platform"


def is_unstamped(one: Signatory) -> bool:
    """Whether a signatory signed and no authority stamped that yet."""
    return one.signed_at is not None and one.authority is None


def later_task(flow: str, at: datetime) -> NewTask:
    """The task that brings the file of a flow to B-T.

    Args:
        flow: Id of the flow.
        at: When it was signed.
    """
    return NewTask(
        kind=LATER, subject=FLOW.ref(flow), due=at, payload={"since": to_wire(at)}
    )


@attrs.frozen(kw_only=True)
class LaterTimestamps:
    """Gives signatures the timestamp that no authority gave when they were made.

    Attributes:
        book: Where the flows are recorded.
        documents: Their files.
        files: Brings files to the level of the settings.
        clock: The present moment, with a zone.
        limits: How often a task is tried.
    """

    book: RecordBook
    documents: Documents
    files: FileSigning
    clock: Callable[[], datetime]
    limits: Limits

    def stamped(self, bare: BinaryIO, target: BinaryIO, made: Signed) -> Signed:
        """A signed file at the level of flows; or as it is, when nobody answers now.

        Args:
            bare: The file at B-B; seekable.
            target: An empty stream for the result.
            made: What is known of the signature.
        """
        try:
            up = self._upgraded(bare, target)
        except BackendError:
            bare.seek(0)
            while chunk := bare.read(CHUNK):
                target.write(chunk)
            return made
        token = up.timestamps[0]
        return attrs.evolve(made, size=up.size, timestamp=token, level=up.level)

    def carry_out(self, task: Task) -> None:
        """Bring the file of a flow to B-T; nothing is done that was done already.

        While people sign it on a platform it stays as it was sent there.

        Raises:
            BackendError: No authority answers; the task is tried again.
            StaleRecordError: Somebody signed meanwhile; it is tried again.
        """
        try:
            self._carry_out(task)
        except BackendError:
            now = self.clock()
            last = task.attempts >= self.limits.task_attempts
            if not last or now - from_wire(task.payload["since"]) > _GIVES_UP:
                raise
            # Not stuck while an authority may still come back.
            again = later_task(task.subject.id, now + _NEXT_ROUND)
            again = attrs.evolve(again, payload=task.payload)
            self.book.write(tasks=[again], done=task)

    def _carry_out(self, task: Task) -> None:
        found, now = self.book.read(FLOW, task.subject.id), self.clock()
        if any(is_signing(self.book, found, one, now) for one in found.record.signers):
            # Who signs these bytes elsewhere would have signed others.
            self.book.again(task, until=now + _NEXT_ROUND)
            return
        document = self.documents.read(found.record.document)
        bare = any(map(is_unstamped, found.record.signatories))
        if not bare or document.record.latest.sha256 != found.record.current:
            # Stamped by another worker, or replaced: there is nothing left to do.
            self.book.write(done=task)
            return
        if found.record.elsewhere is not None and not found.record.is_ended:
            self.book.again(task, until=self.clock() + _NEXT_ROUND, error=_AWAY)
            return
        with self.documents.opened(found.record.current) as source, scratch() as target:
            up = self._upgraded(source, target)
            token = up.timestamps[0] if up.timestamps else self._last_in(target)
            target.seek(0)
            stored = self.documents.store.put(target)
        flow = _stamped(found.record, stored.sha256, token, up.level)
        drafts: list[AnyDraft] = [found.next(flow, "timestamp", SYSTEM, now)]
        if up.changed:
            made = self.documents.draft(document, stored, Origin.SIGNED, SYSTEM, now)
            drafts.append(made)
        self.book.write(*drafts, done=task)

    def _last_in(self, file: BinaryIO) -> Token:
        """The timestamp over all that was signed, which came with a later signature."""
        found = standing(file, self.limits).all
        return [one for one in found if one.is_timestamp][-1].tokens[0]

    def _upgraded(self, source: BinaryIO, target: BinaryIO) -> Upgraded:
        return self.files.upgrade(source, target, level=self.files.stamped_level)


def _stamped(flow: SigningFlow, sha256: str, token: Token, level: Level) -> SigningFlow:
    """The flow, with the time of the timestamp for who had none."""
    signatories = tuple(
        attrs.evolve(
            one,
            signed_at=token.time,
            authority=token.authority,
            token=hashlib.sha256(token.der).hexdigest(),
            level=level.value,
            **_renamed(one, flow.current, sha256),
        )
        if is_unstamped(one)
        else one
        for one in flow.signatories
    )
    return attrs.evolve(flow, current=sha256, signatories=signatories)


def _renamed(one: Signatory, bare: str, sha256: str) -> Mapping[str, Any]:
    """The names of the file that a signatory made, where it is the one that changed."""
    if one.version == bare != sha256:
        return {"bare": bare, "version": sha256}
    return {}
