"""How signing sessions go on: to the next visit, to the signed files, to their end.

Signatures that are in the book are never lost: whatever happens meanwhile, a session
that has some is read again and gone on with, by whoever comes, until nothing is left.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, TypeVar

import attrs

from digivl.access.guard import Guard
from digivl.documents.service import Documents
from digivl.errors import (
    BackendUnavailableError,
    DigivlError,
    IdentificationExpiredError,
    MalformedError,
    StaleRecordError,
)
from digivl.kernel.parties import SYSTEM, Party
from digivl.records.entries import Entry
from digivl.records.port import RecordBook
from digivl.records.tasks import NewTask, Task
from digivl.settings import Limits
from digivl.signing.completing import completed
from digivl.signing.files import FileSigning
from digivl.signing.preparation import to_sign
from digivl.signing.remote import RemoteMeans
from digivl.signing.session import (
    SESSION,
    WAITING,
    SessionState,
    SigningSession,
    revealed,
)
from digivl.signing.signatures import Signatures

#: Kind of the task that goes on with a session that somebody left.
CARRY_ON: Final = "signing-session"
_ANSWER: Final = "answer"
#: How often it is begun anew when somebody else was first.
_TRIES: Final = 5
#: What is out of reach for longer is asked for less often,
_NEXT_ROUND: Final = timedelta(hours=1)
#: and from then on a person has to look at it.
_GIVES_UP: Final = timedelta(days=30)

Found = Entry[SigningSession]
T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Carrying:
    """What goes on with sessions, whoever comes by.

    Attributes:
        means: Gives a means by its name in the settings.
        signing: The flows in which it is signed.
        files: What brings signatures to their level.
    """

    book: RecordBook
    documents: Documents
    guard: Guard
    means: Callable[[str], RemoteMeans]
    signing: Signatures
    files: FileSigning
    clock: Callable[[], datetime]
    limits: Limits

    def carry_on(self, task: Task) -> None:
        """Go on with a session that somebody left; what the outbox does.

        Raises:
            BackendError: A timestamp, or word of a revocation, is not there yet; to be
                tried again.
            StaleRecordError: Others act on it all the time; likewise.
            SigningError: The level cannot be reached as things are: somebody has to
                look at it. The signatures are kept.
        """
        found, trouble = self.book.read(SESSION, task.subject.id), None
        watched = task.payload.get(_ANSWER)
        if watched is not None and watched not in found.record.answered[-1:]:
            # A later answer came, and has a task of its own.
            self.book.write(done=task)
            return
        found = self._unstuck(found)
        if found.record.state is SessionState.COMPLETING:
            found, trouble = self._completed(found)
        now = self.clock()
        if trouble is not None:
            if not self._is_for_later(found, task, trouble, now):
                raise trouble
            # Not stuck while what is missing may still come.
            self.book.again(task, until=now + _NEXT_ROUND, error=str(trouble))
            return
        self._expired(found)
        # Somebody is at it who can still die.
        busy = found.record.busy_since is not None
        tasks = [self._watch(found.id, found.record, now)] if busy else []
        self.book.write(done=task, tasks=tasks)

    def _is_for_later(
        self, found: Found, task: Task, trouble: DigivlError, now: datetime
    ) -> bool:
        last = task.attempts >= self.limits.task_attempts
        recent = now - found.record.expires_at <= _GIVES_UP
        return trouble.retryable and last and recent

    def _asked(self, record: SigningSession, now: datetime) -> SigningSession:
        """The person is sent away to consent to as many as can be at once."""
        identity = revealed(record.identity)
        numbers = record.open_pieces[: record.most_at_once]
        listed = [to_sign(record.pieces[number], identity) for number in numbers]
        visit = self.means(record.means).ask(
            state_of(record), identity, listed, now, record.description
        )
        return record.sent("ask", visit, numbers)

    def _sent(self, id: str, record: SigningSession, now: datetime) -> SigningSession:
        """The person is sent away; to say again who it is, where that is needed."""
        if record.state is not SessionState.IDENTIFYING:
            with contextlib.suppress(IdentificationExpiredError):
                return self._asked(record, now)
        return record.sent("begin again", self.means(record.means).begin(id, now), ())

    def _completed(self, found: Found) -> tuple[Found, DigivlError | None]:
        """Make the signed files of what was signed, then go on with the rest.

        Whoever was first at the session, or at what it signs, is given way to: then it
        is read again, and what is left is done.
        """
        trouble: DigivlError | None = None
        for _ in range(_TRIES):
            try:
                found, trouble = completed(self, found)
                return (found, trouble) if trouble else (self._went_on(found), None)
            except StaleRecordError as stale:
                found, trouble = self.book.read(SESSION, found.id), stale
            if found.record.state is not SessionState.COMPLETING:
                return found, None
        return found, trouble

    def _went_on(self, found: Found) -> Found:
        record, now = found.record, self.clock()
        if not record.open_pieces:
            return self._ended(found, record.end(), SYSTEM, "")
        try:
            record = self._sent(found.id, record, now)
        except BackendUnavailableError as error:
            record = attrs.evolve(record.take("ask"), trouble=error.code)
        return self.book.write(found.next(record, "ask the rest", SYSTEM, now))[0]

    def _ended(self, found: Found, step: str, by: Party, reason: str) -> Found:
        record = attrs.evolve(found.record.take(step), visit=None, busy_since=None)
        if record.state_text is not None:
            with contextlib.suppress(DigivlError):
                self.means(record.means).end(record.state_text.reveal())
        # What tells who signed is in the signed files; here it is not needed any more.
        return self.book.erase(found.next(record, step, by, self.clock(), reason))

    def _expired(self, found: Found) -> bool:
        """End a session that waited too long; True when it did."""
        record = found.record
        if record.state not in WAITING or self.clock() < record.expires_at:
            return record.state is SessionState.EXPIRED
        self._ended(found, "expire", SYSTEM, "")
        return True

    def _unstuck(self, found: Found) -> Found:
        """Take back what somebody worked on who must have died."""
        now = self.clock()
        if not found.record.is_stuck(now, self.limits.lease_seconds):
            return found
        record = found.record.lost("outcome-unknown")
        try:
            return self.book.write(found.next(record, "lose", SYSTEM, now))[0]
        except StaleRecordError:
            # It was alive, or somebody else took it back.
            return self.book.read(SESSION, found.id)

    def _watch(self, id: str, record: SigningSession, now: datetime) -> NewTask:
        """The task that looks after who works on the last answer."""
        task = task_of(id, now + timedelta(seconds=self.limits.lease_seconds))
        return attrs.evolve(task, payload={_ANSWER: record.answered[-1]})


def until_written(write: Callable[[], T]) -> T:
    """Write something; begin anew when somebody else was first.

    Args:
        write: Reads what there is, and writes upon it.

    Raises:
        StaleRecordError: Somebody else is first each time.
    """
    for _ in range(_TRIES - 1):
        with contextlib.suppress(StaleRecordError):
            return write()
    return write()


def task_of(id: str, due: datetime) -> NewTask:
    """The task that goes on with a session.

    Args:
        id: Of the session.
        due: When.
    """
    return NewTask(kind=CARRY_ON, subject=SESSION.ref(id), due=due)


def state_of(record: SigningSession) -> str:
    """What the means wants to remember.

    Raises:
        MalformedError: Nobody was sent anywhere yet.
    """
    if record.state_text is None:
        raise MalformedError("nobody was sent anywhere yet")
    return record.state_text.reveal()
