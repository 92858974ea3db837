"""What digivl asks of a means that needs rounds with a person.

The person goes somewhere, by a link or a form, and comes back with an answer; twice:
first to say who it is, then to consent to a fixed list of digests. Between the rounds
everything stands in a `state`: text that can be kept anywhere, for another process on
another machine to go on with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import attrs

from digivl.errors import DigivlError
from digivl.kernel.checks import public_line
from digivl.kernel.moments import aware
from digivl.pdf.digests import Digest
from digivl.pdf.signer import Identity

#: With what a person came back: the parameters of the call-back, or of the form.
Answer = Mapping[str, str]


@attrs.frozen
class Question:
    """Something that the person fills in (in te vullen gegeven).

    Attributes:
        name: Under which the answer holds it.
        label: What the person reads.
        secret: True when nobody may read along, such as a PIN.
    """

    name: str
    label: str
    secret: bool = True


@attrs.frozen(kw_only=True)
class Visit:
    """Where the person has to go, or what to ask of it.

    Attributes:
        state: What to keep; nobody can sign with it who has not the secret of the
            means, but it tells who signs, so that it is kept like a personal value.
        expires_at: From when an answer comes too late.
        url: Where the browser goes; empty when there are questions.
        questions: What to ask on a page of one's own; none when there is a `url`.
    """

    state: str = attrs.field(repr=False)
    expires_at: datetime = attrs.field(validator=aware)
    url: str = attrs.field(default="", repr=False)
    questions: tuple[Question, ...] = ()


@attrs.frozen(kw_only=True)
class Identified:
    """Who the person is, as the means says.

    Attributes:
        state: What to keep from now on.
        identity: The certificate and its chain.
        most_at_once: How many documents one consent can cover.
    """

    state: str = attrs.field(repr=False)
    identity: Identity
    most_at_once: int


@attrs.frozen(kw_only=True)
class ToSign:
    """One document in the list that the person consents to.

    Attributes:
        label: What the person may read; one line, without personal values.
        digest: Of the attributes to sign, by the algorithm of the means.
    """

    label: str = attrs.field(validator=public_line)
    digest: bytes = attrs.field(repr=bytes.hex)


class RemoteMeans(Protocol):
    """A means on which a person signs elsewhere; thread-safe.

    Every method raises `BackendUnavailableError` when the service does not answer:
    nothing happened, and the same call may succeed later; and
    `UntrustworthyAnswerError` when it answers what cannot be.
    """

    @property
    def name(self) -> str:
        """Name in the settings."""
        ...

    @property
    def digest(self) -> Digest:
        """With which algorithm everything is hashed."""
        ...

    def begin(self, reference: str, at: datetime) -> Visit:
        """Where the person says who it is.

        Args:
            reference: What the application calls the session; it is the part before the
                last dot of the ``state`` that comes back with the person, where the
                means sends one along.
            at: The present moment, with a zone.
        """
        ...

    def identified(self, state: str, answer: Answer, at: datetime) -> Identified:
        """Who came back.

        Args:
            state: Of the `Visit`.
            answer: With what the person came back; comes from anybody.
            at: The present moment.

        Raises:
            MalformedError: The answer, or the state, belongs to another session.
            SigningCancelledError: The person did not want to.
            ConsentExpiredError: It took too long, or the answer was used before.
            KeyUnusableError: The person has no key there, or it cannot be used.
            CertificateNotValidError: The certificate is expired, revoked or suspended.
        """
        ...

    def ask(
        self,
        state: str,
        identity: Identity,
        documents: Sequence[ToSign],
        at: datetime,
        description: str = "",
    ) -> Visit:
        """Where the person consents to exactly these digests.

        Can be called again with the state of any later visit, for other documents or
        for the same.

        Args:
            state: Of `Identified`, or of a later `Visit`.
            identity: Who was identified.
            documents: At most as many as one consent can cover.
            at: The present moment.
            description: What the person reads about it; one line.

        Raises:
            LimitExceededError: There are too many.
            IdentificationExpiredError: The person has to say again who it is.
        """
        ...

    def signatures(
        self, state: str, answer: Answer, at: datetime
    ) -> tuple[bytes | DigivlError, ...]:
        """The raw signatures over what was consented to, in that order.

        Each was verified with the certificate; in the place of one that was not made,
        or does not hold, stands the error.

        Args:
            state: Of the `Visit`.
            answer: With what the person came back; comes from anybody.
            at: The present moment.

        Raises:
            MalformedError: The answer, or the state, belongs to another session.
            SigningCancelledError: The person did not want to.
            ConsentExpiredError: It took too long; or the consent was used, or is lost.
                To ask for it again, for the same documents, does no harm.
            KeyUnusableError: A wrong PIN or code; or the key cannot be used any more.
            OutcomeUnknownError: The answer was lost. Ask for consent again: a second
                signature over the same digest is none the more.
        """
        ...

    def end(self, state: str) -> None:
        """Let the service forget the session; whether it does, is not told."""
        ...
