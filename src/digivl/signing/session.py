"""A signing session: some documents, one person elsewhere, and what came of it.

The record holds all that another machine needs to go on with it. What tells who signs
is personal, and is erased when the session ends.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

import attrs
from attrs.validators import optional

from digivl.errors import DigivlError, MalformedError
from digivl.kernel.checks import at_least_one, at_most, digest, free_text, public_line
from digivl.kernel.kinds import Kind, Standing
from digivl.kernel.lifecycle import Lifecycle, Step
from digivl.kernel.moments import aware
from digivl.kernel.parties import Party
from digivl.kernel.personal import Personal
from digivl.kernel.redaction import on_one_line
from digivl.pdf.expected import ExpectedSigner
from digivl.pdf.levels import Level
from digivl.pdf.spec import Identity
from digivl.signing.remote import Question, Visit

#: Most documents of one session; their records stand in one entry.
MOST: Final = 1_000
_REMEMBERED: Final = 20
_WHY: Final = 400


class SessionState(Enum):
    """How far a signing session is."""

    IDENTIFYING = "identificatie gevraagd"
    CONSENTING = "toestemming gevraagd"
    SIGNING = "handtekeningen gevraagd"
    COMPLETING = "handtekeningen ontvangen"
    SIGNED = "ondertekend"
    PARTLY_SIGNED = "gedeeltelijk ondertekend"
    FAILED = "niet ondertekend"
    ABORTED = "stopgezet"
    EXPIRED = "verlopen"


_S: Final = SessionState
WAITING: Final = (_S.IDENTIFYING, _S.CONSENTING)

SESSION_LIFECYCLE: Final = Lifecycle(
    subject="signing session",
    initial=_S.IDENTIFYING,
    steps=(
        Step("come back", (_S.IDENTIFYING,), _S.IDENTIFYING),
        Step("begin again", (*WAITING, _S.COMPLETING), _S.IDENTIFYING),
        Step("ask", (*WAITING, _S.COMPLETING), _S.CONSENTING),
        Step("sign", (_S.CONSENTING,), _S.SIGNING),
        Step("lose", (_S.SIGNING,), _S.CONSENTING),
        Step("lose", (_S.IDENTIFYING,), _S.IDENTIFYING),
        # Whoever was taken for dead while it signed may still bring the signatures.
        Step("receive", (_S.SIGNING, *WAITING), _S.COMPLETING),
        Step("complete", (_S.COMPLETING,), _S.COMPLETING),
        Step("finish", (_S.COMPLETING,), _S.SIGNED),
        Step("finish in part", (_S.COMPLETING,), _S.PARTLY_SIGNED),
        Step("fail", (_S.COMPLETING,), _S.FAILED),
        Step("abort", WAITING, _S.ABORTED),
        Step("expire", WAITING, _S.EXPIRED),
    ),
)


@attrs.frozen(kw_only=True)
class Order:
    """One document to be signed (te ondertekenen stuk).

    Attributes:
        sha256: Of the PDF in the document store.
        label: What people read of it; one line, without personal values.
        field: Name of the signature field.
        reason: Why it is signed, as readers show it.
        flow: Id of the signing flow in which this is the turn of the person.
        accepted: What the policy refuses in the document and who begins the session
            takes upon itself: the code of the finding, and why. A flow has its own.
    """

    sha256: str = attrs.field(validator=digest)
    label: str = attrs.field(validator=public_line)
    field: str = "Handtekening1"
    reason: str | None = attrs.field(default=None, validator=optional(public_line))
    flow: str | None = None
    accepted: Mapping[str, str] = attrs.field(factory=dict[str, str])


@attrs.frozen(kw_only=True)
class Piece:
    """One document of a session, and how far it is.

    Attributes:
        order: What was asked.
        prepared: State of the prepared signature, as JSON; empty when it failed.
        file: SHA-256 of the prepared file in the document store.
        asked: True while it stands in the list that the person sees.
        signature: The raw signature, in hexadecimal; empty until it was made.
        signed: SHA-256 of the signed file in the document store; empty until then. A
            file that its flow does not accept any more stays there, beside the error.
        level: Level that the signature has, such as ``B-T``.
        signed_at: Time of the timestamp, or the claimed time without one.
        missing: Code of what keeps the signed file below the level that was asked;
            it is kept as it is, and brought there later. Empty when nothing does.
        error: Code of what made it fail; empty when nothing did.
        why: What was wrong or is missing, and how to go on, for who looks into it.
    """

    order: Order
    prepared: str = ""
    file: str = ""
    asked: bool = False
    signature: str = ""
    signed: str = ""
    level: str = ""
    signed_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    missing: str = ""
    error: str = ""
    why: str = ""

    @property
    def is_open(self) -> bool:
        """True while the person has to consent to it."""
        return not (self.signature or self.signed or self.error)

    @property
    def is_pending(self) -> bool:
        """True when only the signed file has to be made, or brought to its level."""
        made = self.signed and not self.missing
        return bool(self.signature) and not (made or self.error)

    @property
    def is_done(self) -> bool:
        """True once it is signed at its level, and its flow knows it."""
        return bool(self.signed) and not (self.error or self.missing)

    def failed(self, error: DigivlError) -> Piece:
        """It will not be signed in this session."""
        return attrs.evolve(
            self, asked=False, missing="", error=error.code, why=_told(error)
        )

    def kept(self, error: DigivlError) -> Piece:
        """It is signed below the level that was asked; the rest comes later."""
        return attrs.evolve(self, missing=error.code, why=_told(error))


@attrs.frozen(kw_only=True)
class SigningSession:
    """One person signs some documents elsewhere (ondertekensessie).

    Attributes:
        means: Name of the means in the settings.
        description: What the person reads about all of it.
        by: Who began it, and goes on with it.
        pieces: In the order in which they were given.
        dossier: To which it belongs, if to one.
        identified: How the application identified `by`, for flows that are signed.
        expires_at: After that nobody is waited for.
        level: What the signatures have to reach.
        timestamp: What sessions of before had in the place of a level.
        expected: Who has to sign; None lets anybody.
        visit: Where the person is; None when nobody is waited for, or a new visit has
            to be made.
        state_text: What the means wants to remember.
        identity: Certificate and chain of the person; None until it is known.
        certificate: SHA-256 of the certificate.
        most_at_once: How many documents one consent covers.
        busy_since: Since when an answer is being worked on; None when none is.
        answered: Answers that were looked at, by a hash.
        trouble: Code of why the last visit came to nothing; empty when it did not.
    """

    means: str
    description: str = attrs.field(validator=public_line)
    by: Party
    pieces: tuple[Piece, ...] = attrs.field(validator=[at_least_one, at_most(MOST)])
    expires_at: datetime = attrs.field(validator=aware)
    level: Level | None = None
    timestamp: bool = True
    dossier: str | None = None
    identified: str = attrs.field(default="", validator=free_text)
    expected: Personal[ExpectedSigner] | None = None
    state: SessionState = SESSION_LIFECYCLE.initial
    visit: Personal[Visit] | None = None
    state_text: Personal[str] | None = None
    identity: Personal[Identity] | None = None
    certificate: str = ""
    most_at_once: int = 1
    busy_since: datetime | None = attrs.field(default=None, validator=optional(aware))
    answered: tuple[str, ...] = ()
    trouble: str = ""

    @property
    def wanted(self) -> Level:
        """The level that the signatures have to reach."""
        return self.level or (Level.B_T if self.timestamp else Level.B_B)

    @property
    def is_waiting(self) -> bool:
        """True when the person has to come back, or to be sent away once more."""
        return self.state in WAITING and self.busy_since is None

    @property
    def url(self) -> str:
        """Where the person has to go; empty when there is no page to go to."""
        return "" if self.visit is None else self.visit.reveal().url

    @property
    def questions(self) -> Sequence[Question]:
        """What to ask the person on a page of one's own."""
        return () if self.visit is None else self.visit.reveal().questions

    @property
    def open_pieces(self) -> Sequence[int]:
        """Which documents the person still has to consent to."""
        return [n for n, piece in enumerate(self.pieces) if piece.is_open]

    @property
    def asked_pieces(self) -> Sequence[int]:
        """Which documents stand in the list that the person sees."""
        return [n for n, piece in enumerate(self.pieces) if piece.asked]

    @property
    def pending_pieces(self) -> Sequence[int]:
        """Of which documents the signed file is to be made, or brought to its level."""
        return [n for n, piece in enumerate(self.pieces) if piece.is_pending]

    def is_signing(self, flow: str, at: datetime, *, given: bool = False) -> bool:
        """True while a flow is being signed in this session.

        Args:
            flow: Its id.
            at: The present moment.
            given: Only when the person consented, and the signature came or may come.
        """
        late = self.state in WAITING and self.expires_at <= at
        if late or SESSION_LIFECYCLE.is_final(self.state):
            return False
        mine = [piece for piece in self.pieces if piece.order.flow == flow]
        if any(piece.is_pending for piece in mine):
            return True
        comes = self.state is _S.SIGNING
        return any(p.is_open and (not given or (comes and p.asked)) for p in mine)

    def is_stuck(self, at: datetime, seconds: float) -> bool:
        """True when who was working on an answer must have died."""
        since = self.busy_since
        return since is not None and since + timedelta(seconds=seconds) <= at

    def knows(self, answer: Mapping[str, str]) -> bool:
        """True when this answer was looked at before."""
        return bool(answer.get("state")) and answer_hash(answer) in self.answered

    def take(self, step: str) -> SigningSession:
        """Take a step of the lifecycle.

        Raises:
            StepNotAllowedError: There is no such step from here.
        """
        return attrs.evolve(self, state=SESSION_LIFECYCLE.after(self.state, step))

    def claimed(
        self, step: str, answer: Mapping[str, str], at: datetime
    ) -> SigningSession:
        """Somebody begins to work on an answer: nobody else does."""
        answered = (*self.answered, answer_hash(answer))[-_REMEMBERED:]
        return attrs.evolve(
            self.take(step), busy_since=at, answered=answered, trouble=""
        )

    def lost(self, trouble: str) -> SigningSession:
        """The answer came to nothing: the person has to be sent away once more."""
        record = self.take("lose")
        return attrs.evolve(record, visit=None, busy_since=None, trouble=trouble)

    def sent(self, step: str, visit: Visit, asked: Sequence[int]) -> SigningSession:
        """The person is sent to a visit; to consent to some documents, or to none."""
        pieces = [
            attrs.evolve(piece, asked=number in asked)
            for number, piece in enumerate(self.pieces)
        ]
        return attrs.evolve(
            self.take(step),
            visit=Personal(visit),
            state_text=Personal(visit.state),
            pieces=tuple(pieces),
            busy_since=None,
            trouble="",
        )

    def received(
        self, outcomes: Sequence[bytes | DigivlError], asked: Sequence[int]
    ) -> SigningSession:
        """The signatures came, or errors in their place.

        Args:
            outcomes: One for each document that was asked.
            asked: Which documents these were.
        """
        pieces = list(self.pieces)
        for number, outcome in zip(asked, outcomes, strict=True):
            piece = attrs.evolve(pieces[number], asked=False)
            if isinstance(outcome, DigivlError):
                pieces[number] = piece.failed(outcome)
            else:
                pieces[number] = attrs.evolve(piece, signature=outcome.hex())
        return attrs.evolve(
            self.take("receive"), pieces=tuple(pieces), visit=None, busy_since=None
        )

    def misses(self, asked: Sequence[int], before: SigningSession) -> bool:
        """True when signatures that were asked before are still wanted.

        Args:
            asked: Of which documents.
            before: The session as it was then.
        """
        return (
            self.state in (_S.SIGNING, *WAITING)
            and self.certificate == before.certificate
            and all(self.pieces[number].is_open for number in asked)
        )

    def with_piece(self, number: int, piece: Piece) -> SigningSession:
        """The same, with another piece at a place."""
        pieces = (*self.pieces[:number], piece, *self.pieces[number + 1 :])
        return attrs.evolve(self, pieces=pieces)

    def end(self) -> str:
        """The step with which a session ends in which nothing is left to do."""
        signed = sum(piece.is_done for piece in self.pieces)
        if signed == len(self.pieces):
            return "finish"
        return "finish in part" if signed else "fail"


def answer_hash(answer: Mapping[str, str]) -> str:
    """How a session knows an answer again; nothing of a PIN or code is in it."""
    return hashlib.sha256(
        answer.get("state", "").encode("utf-8", "replace")
    ).hexdigest()


def revealed(value: Personal[Identity] | None) -> Identity:
    """Who was identified.

    Raises:
        MalformedError: Nobody was yet.
    """
    if value is None:
        raise MalformedError("nobody was identified yet")
    return value.reveal()


def _told(error: DigivlError) -> str:
    return on_one_line(" ".join(filter(None, (str(error), error.hint))), _WHY)


def _standing(session: SigningSession) -> Standing:
    done = sum(piece.is_done for piece in session.pieces)
    waits = not SESSION_LIFECYCLE.is_final(session.state)
    step = "ondertekenen op afstand"
    if session.state is _S.COMPLETING:
        step = f"handtekeningen afwerken tot {session.wanted}"
    return Standing(
        state=session.state.name,
        title=f"{session.description} ({done} van {len(session.pieces)} getekend)",
        dossier=session.dossier,
        next_step=step if waits else None,
        open=waits,
    )


SESSION: Final = Kind("signing-session", SigningSession, _standing)
