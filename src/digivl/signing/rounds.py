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
from typing import Any, Final, TypeVar

import attrs

from digivl.access.guard import Admit
from digivl.access.model import Permission
from digivl.errors import (
    BackendError,
    BackendUnavailableError,
    ConsentExpiredError,
    DigivlError,
    MalformedError,
    StaleRecordError,
)
from digivl.kernel.identifiers import new_id
from digivl.kernel.parties import Party
from digivl.kernel.personal import Personal
from digivl.pdf.expected import ExpectedSigner
from digivl.pdf.levels import Level
from digivl.pdf.spec import Identity
from digivl.records.entries import AnyDraft, first
from digivl.signing.carrying import (
    Carrying,
    Found,
    state_of,
    task_of,
    until_written,
)
from digivl.signing.preparation import Preparation, check_any
from digivl.signing.remote import Answer
from digivl.signing.session import (
    MOST,
    SESSION,
    Order,
    SessionState,
    SigningSession,
)

#: How long people are waited for.
LASTS: Final = timedelta(hours=12)
#: How long a signature that was made can wait to be put in its file. That needs nobody.
_TO_COMPLETE: Final = timedelta(days=365)
_LONGEST: Final = timedelta(days=7)
#: What the person reads when nothing else is said.
DESCRIPTION: Final = "Documenten ondertekenen"

#: What goes along with the start of a session, by its id and the present moment.
Along = Callable[[str, datetime], Sequence[AnyDraft]]
T = TypeVar("T")


@attrs.frozen(kw_only=True)
class SigningSessions(Carrying):
    """The sessions of people who sign elsewhere.

    Attributes:
        admit: To a dossier that a session belongs to.
    """

    admit: Admit

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
        level: Level | None = None,
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
            level: What the signatures reach; None is the level of the settings, and
                B-T at least.

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
            level=level,
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
        level: Level | None,
        along: Along = lambda _, __: (),
        **terms: Any,
    ) -> Found:
        if not timedelta(0) < lasts <= _LONGEST:
            raise MalformedError(f"a session lasts at most {_LONGEST.days} days")
        if len(orders) > MOST:
            raise MalformedError(f"a session has at most {MOST} documents")
        chosen, now, session = self.means(means), self.clock(), new_id()
        make = Preparation(
            documents=self.documents,
            look=self.files.look,
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
            level=level or self.files.stamped_level,
            expected=None if expected is None else Personal(expected),
            **terms,
        )
        check_any(record.pieces)
        sent = record.sent("begin again", chosen.begin(session, now), ())
        started = first(SESSION, session, sent, "start", by, now)
        tasks = [task_of(session, record.expires_at)]
        return until_written(
            lambda: self.book.write(started, *along(session, now), tasks=tasks)[0]
        )

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
            CertificateRevokedError: The same, as its authority says (B-LT and B-LTA).
            CertificateUnprovenError: Its chain is not complete, likewise.
            OutcomeUnknownError: It may or may not have been signed there; nothing was
                signed here, and asking again does no harm.
        """
        found = self._unstuck(self._mine(id, by))
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

    def again(self, id: str, *, by: Party, level: Level | None = None) -> Found:
        """Go on: send the person away once more, or finish what it signed.

        After cancelling, too late or a loss it is the first. Once the signatures are
        there it is the second: what keeps documents below their level is asked again,
        and nobody has to consent to anything.

        Args:
            id: Of the session.
            by: Who began the session.
            level: What to be content with from now on; None changes nothing.

        Raises:
            NotAllowedError: It is somebody else's session; also where there is none.
            StepNotAllowedError: Nobody has to be asked any more.
            ConsentExpiredError: The session has expired.
            BackendUnavailableError: The service does not answer.
        """
        found = self._unstuck(self._mine(id, by))
        try:
            return self._again(found, by, level)
        except StaleRecordError:
            # Somebody else went on with it.
            return self._mine(id, by)

    def _again(self, found: Found, by: Party, level: Level | None) -> Found:
        record, now = found.record, self.clock()
        if record.busy_since is not None:
            return found
        completes = record.state is SessionState.COMPLETING
        record.take("complete" if completes else "begin again")
        if level is not None and level is not record.wanted:
            record = attrs.evolve(record, level=level)
        if completes:
            if record is not found.record:
                changed = found.next(record.take("complete"), "ask less", by, now)
                found = self.book.write(changed)[0]
            return self._completed(found)[0]
        if self._expired(found):
            raise ConsentExpiredError(
                "the session has expired", hint="Begin another; nothing was signed."
            )
        record = self._sent(found.id, record, now)
        return self.book.write(found.next(record, "ask again", by, now))[0]

    def abort(self, id: str, *, by: Party, reason: str = "") -> Found:
        """Stop waiting; what was signed before stays signed.

        Raises:
            NotAllowedError: It is somebody else's session; also where there is none.
            StepNotAllowedError: It has ended, or signatures are on their way.
        """
        found = self._unstuck(self._mine(id, by))
        return self._ended(found, "abort", by, reason)

    def _answered(self, found: Found, answer: Answer) -> Found:
        if found.record.state is SessionState.IDENTIFYING:
            claimed, known = self._worked(found, "come back", answer, self._identified)
            by, now = known.by, self.clock()
            return self.book.write(claimed.next(known, "identify", by, now))[0]
        claimed, outcomes = self._worked(found, "sign", answer, self._signed)
        return self._completed(self._received(claimed, outcomes))[0]

    def _worked(
        self, found: Found, step: str, answer: Answer, act: Callable[[Found, Answer], T]
    ) -> tuple[Found, T]:
        """Say that an answer is worked on, then work on it."""
        record, now = found.record, self.clock()
        mine = record.claimed(step, answer, now)
        claim, watch = found.next(mine, step, record.by, now), self._watch
        claimed = self.book.write(claim, tasks=[watch(found.id, mine, now)])[0]
        try:
            return claimed, act(claimed, answer)
        except DigivlError as error:
            self._released(claimed, record, error)
            raise

    def _received(
        self, claimed: Found, outcomes: Sequence[bytes | DigivlError]
    ) -> Found:
        """Write down what was signed, also when it was taken for lost meanwhile."""
        asked = claimed.record.asked_pieces

        def write() -> Found:
            found = self.book.read(SESSION, claimed.id)
            if not found.record.misses(asked, claimed.record):
                raise StaleRecordError(SESSION.name, found.id, found.version)
            record, by = found.record.received(outcomes, asked), claimed.record.by
            return self.book.write(found.next(record, "receive", by, self.clock()))[0]

        return until_written(write)

    def _released(
        self, claimed: Found, before: SigningSession, error: DigivlError
    ) -> None:
        # What can be told again, or was nobody's answer, leaves all as it was.
        if isinstance(error, BackendUnavailableError | MalformedError):
            record = before
        else:
            record = claimed.record.lost(error.code)
        now, by = self.clock(), before.by
        # Who took it for lost meanwhile wrote the same.
        with contextlib.suppress(StaleRecordError):
            self.book.write(claimed.next(record, "lose", by, now, error.code))

    def _identified(self, found: Found, answer: Answer) -> SigningSession:
        record, now = found.record, self.clock()
        known = self.means(record.means).identified(state_of(record), answer, now)
        if record.expected is not None:
            record.expected.reveal().check(known.identity.certificate)
        self._check_provable(record, known.identity)
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

    def _check_provable(self, record: SigningSession, identity: Identity) -> None:
        """Let nobody consent to what can never reach the level that was asked."""
        if record.wanted.reaches(Level.B_LT):
            # Who tells of revocation may be down: the signature can wait for that.
            with contextlib.suppress(BackendError):
                self.files.proof(identity)

    def _signed(self, found: Found, answer: Answer) -> Sequence[bytes | DigivlError]:
        record, now = found.record, self.clock()
        return self.means(record.means).signatures(state_of(record), answer, now)

    def _mine(self, id: str, by: Party) -> Found:
        found = self.book.read_all(SESSION, [id]).get(id)
        if found is None or found.record.by.id != by.id:
            # Of somebody else, and not there, are one refusal.
            self.guard.refuse(by, Permission.SIGN, SESSION.ref(id))
        self.guard.check(by, Permission.SIGN, subject=found.ref)
        return found
