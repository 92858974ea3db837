"""Signing sessions: people sign elsewhere, in rounds that survive a restart.

Everything that matters is in the book before and behind each act outside: that an
answer is being worked on, and what came of it. So it can be told twice, and go on
anywhere after a crash. Signatures are written down before anything is made of them;
from there on nobody has to be asked again.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import attrs

from digivl.access.guard import Admit, Guard
from digivl.access.model import Permission
from digivl.documents.service import Documents
from digivl.errors import (
    BackendUnavailableError,
    ConsentExpiredError,
    DigivlError,
    IdentificationExpiredError,
    MalformedError,
    StaleRecordError,
)
from digivl.kernel.identifiers import new_id
from digivl.kernel.parties import SYSTEM, Party
from digivl.kernel.personal import Personal
from digivl.pdf.expected import ExpectedSigner
from digivl.records.entries import Entry, first
from digivl.records.port import RecordBook
from digivl.records.tasks import NewTask, Task
from digivl.settings import Limits
from digivl.signing.completing import completed
from digivl.signing.preparation import Preparation, check_any, to_sign
from digivl.signing.remote import Answer, RemoteMeans
from digivl.signing.session import (
    MOST,
    SESSION,
    WAITING,
    Order,
    SessionState,
    SigningSession,
    revealed,
)
from digivl.signing.signatures import Signatures
from digivl.signing.tsa import Timestamps

#: Kind of the task that goes on with a session that somebody left.
CARRY_ON: Final = "signing-session"
#: How long people are waited for.
LASTS: Final = timedelta(hours=12)
#: How long a signature that was made can wait for a timestamp.
_TO_COMPLETE: Final = timedelta(days=7)
_LONGEST: Final = timedelta(days=7)
#: What the person reads when nothing else is said.
DESCRIPTION: Final = "Documenten ondertekenen"

Found = Entry[SigningSession]


@attrs.frozen(kw_only=True)
class SigningSessions:
    """The sessions of people who sign elsewhere.

    Attributes:
        means: Gives a means by its name in the settings.
        signing: The flows in which it is signed.
        timestamps: Of the authorities of the office.
        admit: To a dossier that a session belongs to.
    """

    book: RecordBook
    documents: Documents
    guard: Guard
    means: Callable[[str], RemoteMeans]
    signing: Signatures
    timestamps: Timestamps
    admit: Admit
    clock: Callable[[], datetime]
    limits: Limits

    def start(
        self,
        orders: Sequence[Order],
        *,
        means: str,
        expected: ExpectedSigner | None,
        by: Party,
        description: str = DESCRIPTION,
        dossier: str | None = None,
        lasts: timedelta = LASTS,
        timestamp: bool = True,
    ) -> Found:
        """Prepare documents and send the person away to say who it is.

        A document that cannot be prepared fails by itself; the others go on.

        Args:
            orders: Which documents; their bytes are in the document store, see
                `Documents.keep`.
            means: Name of the means in the settings.
            expected: Who has to sign; None lets anybody who has a key there.
            by: Who goes on with it.
            description: What the person reads of all of it; one line.
            dossier: To which it belongs, if to one; `by` has to prepare its signing.
            lasts: How long the person is waited for.
            timestamp: False gives level B-B.

        Returns:
            The session; the link is ``entry.record.url``.

        Raises:
            NotAllowedError: The policy lets `by` sign nothing, or the dossier is
                somebody else's.
            ConfigurationError: The settings have no such means.
            MalformedError: No documents, too many, or for too long.
            BackendUnavailableError: The service does not answer; nothing was begun.
            DigivlError: None of the documents could be prepared.
        """
        self.guard.check(by, Permission.SIGN)
        if dossier is not None:
            self.admit(dossier, Permission.PREPARE_SIGNING, by)
        return self._begun(
            orders,
            means,
            expected,
            by=by,
            lasts=lasts,
            description=description,
            timestamp=timestamp,
            dossier=dossier,
        )

    def _begun(
        self,
        orders: Sequence[Order],
        means: str,
        expected: ExpectedSigner | None,
        *,
        by: Party,
        lasts: timedelta,
        **terms: Any,
    ) -> Found:
        if not timedelta(0) < lasts <= _LONGEST:
            raise MalformedError(f"a session lasts at most {_LONGEST.days} days")
        if len(orders) > MOST:
            raise MalformedError(f"a session has at most {MOST} documents")
        chosen, now, session = self.means(means), self.clock(), new_id()
        make = Preparation(
            documents=self.documents,
            digest=chosen.digest,
            at=now,
            lifetime=lasts + _TO_COMPLETE,
            limits=self.limits,
        )
        record = SigningSession(
            means=means,
            by=by,
            pieces=tuple(map(make.piece, orders)),
            expires_at=now + lasts,
            expected=None if expected is None else Personal(expected),
            **terms,
        )
        check_any(record.pieces)
        sent = record.sent("begin again", chosen.begin(session, now), ())
        started = first(SESSION, session, sent, "start", by, now)
        return self.book.write(started, tasks=[_task(session, record.expires_at)])[0]

    def read(self, id: str, *, by: Party) -> Found:
        """The session as it is now.

        Raises:
            NotAllowedError: It is somebody else's; also where there is none.
        """
        return self._mine(id, by)

    def came_back(self, id: str, answer: Answer, *, by: Party) -> Found:
        """The person came back from a visit.

        Told twice, it is done once. When the session then has a visit, the person has
        to go there; when it is waiting without one, `again` makes one.

        Args:
            id: Of the session.
            answer: The parameters of the call-back, or of the form.
            by: Who began the session.

        Raises:
            NotAllowedError: It is somebody else's session; also where there is none.
            StepNotAllowedError: Nobody is waited for.
            MalformedError: The answer belongs to another visit; it still is waited for.
            BackendUnavailableError: The service, or its answer, was not there; the
                same answer can be told again.
            SigningCancelledError: The person did not want to.
            ConsentExpiredError: It took too long.
            WrongSignatoryError: It is somebody else than expected.
            KeyUnusableError: The person has no key there, or it cannot be used.
            CertificateNotValidError: Expired, revoked or suspended.
            OutcomeUnknownError: It may or may not have been signed there; nothing was
                signed here, and asking again does no harm.
        """
        found = self._unstuck(self._mine(id, by), self.clock())
        record = found.record
        if record.knows(answer) or record.busy_since is not None:
            return found
        if record.state is SessionState.COMPLETING:
            return self._completed(found)[0]
        if self._expired(found):
            raise ConsentExpiredError(
                "the session has expired", hint="Begin another; nothing was signed."
            )
        try:
            return self._answered(found, answer)
        except StaleRecordError:
            # Of two that were told the same, the other one was first.
            return self._mine(id, by)

    def again(self, id: str, *, by: Party) -> Found:
        """Send the person away once more: after cancelling, too late, or a loss.

        Raises:
            NotAllowedError: It is somebody else's session; also where there is none.
            StepNotAllowedError: Nobody has to be asked any more.
            ConsentExpiredError: The session has expired.
            BackendUnavailableError: The service does not answer.
        """
        found = self._unstuck(self._mine(id, by), self.clock())
        if found.record.busy_since is not None:
            return found
        if found.record.state is SessionState.COMPLETING:
            return self._completed(found)[0]
        found.record.take("begin again")
        if self._expired(found):
            raise ConsentExpiredError(
                "the session has expired", hint="Begin another; nothing was signed."
            )
        now = self.clock()
        record = self._sent(found.id, found.record, now)
        return self.book.write(found.next(record, "ask again", by, now))[0]

    def abort(self, id: str, *, by: Party, reason: str = "") -> Found:
        """Stop waiting; what was signed before stays signed.

        Raises:
            NotAllowedError: It is somebody else's session; also where there is none.
            StepNotAllowedError: It has ended, or signatures are on their way.
        """
        found = self._unstuck(self._mine(id, by), self.clock())
        return self._ended(found, "abort", by, reason)

    def carry_on(self, task: Task) -> None:
        """Go on with a session that somebody left; what the outbox does.

        Raises:
            BackendError: A timestamp is not there yet; to be tried again.
        """
        found = self.book.read(SESSION, task.subject.id)
        found = self._unstuck(found, self.clock())
        if found.record.state is SessionState.COMPLETING:
            found, trouble = self._completed(found)
            if trouble is not None:
                raise trouble
        self._expired(found)
        self.book.write(done=task)

    def _answered(self, found: Found, answer: Answer) -> Found:
        """Say that an answer is worked on, work on it, and say what came of it."""
        record, now = found.record, self.clock()
        identifies = record.state is SessionState.IDENTIFYING
        step = "come back" if identifies else "sign"
        claim = found.next(record.claimed(step, answer, now), step, record.by, now)
        claimed = self.book.write(claim, tasks=[self._watch(found.id, now)])[0]
        try:
            act = self._identified if identifies else self._signed
            done = act(claimed, answer)
        except DigivlError as error:
            self._released(claimed, found.record, error)
            raise
        step = "identify" if identifies else "receive"
        written = self.book.write(claimed.next(done, step, record.by, self.clock()))[0]
        return written if identifies else self._completed(written)[0]

    def _released(
        self, claimed: Found, before: SigningSession, error: DigivlError
    ) -> None:
        # What can be told again, or was nobody's answer, leaves all as it was.
        if isinstance(error, BackendUnavailableError | MalformedError):
            record = before
        else:
            record = claimed.record.lost(error.code)
        now, by = self.clock(), before.by
        self.book.write(claimed.next(record, "lose", by, now, error.code))

    def _identified(self, found: Found, answer: Answer) -> SigningSession:
        record, now = found.record, self.clock()
        known = self.means(record.means).identified(_state(record), answer, now)
        if record.expected is not None:
            record.expected.reveal().check(known.identity.certificate)
        return self._asked(
            attrs.evolve(
                record,
                state_text=Personal(known.state),
                identity=Personal(known.identity),
                certificate=hashlib.sha256(known.identity.certificate).hexdigest(),
                most_at_once=known.most_at_once,
            ),
            now,
        )

    def _signed(self, found: Found, answer: Answer) -> SigningSession:
        record = found.record
        outcomes = self.means(record.means).signatures(
            _state(record), answer, self.clock()
        )
        return record.received(outcomes)

    def _asked(self, record: SigningSession, now: datetime) -> SigningSession:
        """The person is sent away to consent to as many as can be at once."""
        identity = revealed(record.identity)
        numbers = record.open_pieces[: record.most_at_once]
        listed = [to_sign(record.pieces[number], identity) for number in numbers]
        visit = self.means(record.means).ask(
            _state(record), identity, listed, now, record.description
        )
        return record.sent("ask", visit, numbers)

    def _sent(self, id: str, record: SigningSession, now: datetime) -> SigningSession:
        """The person is sent away; to say again who it is, where that is needed."""
        if record.state is not SessionState.IDENTIFYING:
            with contextlib.suppress(IdentificationExpiredError):
                return self._asked(record, now)
        return record.sent("begin again", self.means(record.means).begin(id, now), ())

    def _completed(self, found: Found) -> tuple[Found, DigivlError | None]:
        """Make the signed files of what was signed, then go on with the rest."""
        try:
            found, trouble = completed(self, found)
            return (found, trouble) if trouble else (self._went_on(found), None)
        except StaleRecordError:
            # Somebody else was completing it as well.
            return self.book.read(SESSION, found.id), None

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

    def _unstuck(self, found: Found, now: datetime) -> Found:
        """Take back what somebody worked on who must have died."""
        if not found.record.is_stuck(now, self.limits.lease_seconds):
            return found
        record = found.record.lost("outcome-unknown")
        return self.book.write(found.next(record, "lose", SYSTEM, now))[0]

    def _watch(self, id: str, now: datetime) -> NewTask:
        return _task(id, now + timedelta(seconds=self.limits.lease_seconds))

    def _mine(self, id: str, by: Party) -> Found:
        found = self.book.read_all(SESSION, [id]).get(id)
        if found is None or found.record.by.id != by.id:
            # Of somebody else, and not there, are one refusal.
            self.guard.refuse(by, Permission.SIGN, SESSION.ref(id))
        self.guard.check(by, Permission.SIGN, subject=found.ref)
        return found


def _task(id: str, due: datetime) -> NewTask:
    return NewTask(kind=CARRY_ON, subject=SESSION.ref(id), due=due)


def _state(record: SigningSession) -> str:
    if record.state_text is None:
        raise MalformedError("nobody was sent anywhere yet")
    return record.state_text.reveal()
