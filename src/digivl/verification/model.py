"""The authentic document (authentiek document) and what can be said of a copy."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Final

import attrs

from digivl.kernel.kinds import Kind, Standing
from digivl.kernel.lifecycle import Lifecycle, Step
from digivl.kernel.moments import aware


class RegisterState(Enum):
    """Where an authentic document stands in the register."""

    RESERVED = "gereserveerd"
    IN_SIGNING = "in ondertekening"
    ACTIVE = "geldig"
    SUPERSEDED = "vervangen"
    WITHDRAWN = "ingetrokken"
    VOID = "nooit ondertekend"


_S = RegisterState
_BEFORE: Final = (_S.RESERVED, _S.IN_SIGNING)

REGISTER_LIFECYCLE: Final = Lifecycle(
    subject="authentic document",
    initial=_S.RESERVED,
    steps=(
        Step("put up for signing", (_S.RESERVED,), _S.IN_SIGNING),
        Step("register", _BEFORE, _S.ACTIVE),
        Step("void", _BEFORE, _S.VOID),
        Step("dispatch", (_S.ACTIVE,), _S.ACTIVE),
        Step("supersede", (_S.ACTIVE,), _S.SUPERSEDED),
        Step("withdraw", (_S.ACTIVE, _S.SUPERSEDED), _S.WITHDRAWN),
    ),
)


@attrs.frozen
class RevisionDigest:
    """One state the file went through: its length in bytes and SHA-256."""

    length: int
    sha256: str


@attrs.frozen(kw_only=True)
class SignatureFact:
    """What the register tells of a signature: the function, never the name."""

    function: str
    at: datetime = attrs.field(validator=aware)
    level: str
    authority: str | None = None


@attrs.frozen(kw_only=True)
class AuthenticDocument:
    """The registered document that a verification code leads to.

    Its id in the book is the SHA-256 of the token; the token itself is not kept.

    Attributes:
        document: Id of the document.
        base: SHA-256 of the version before the stamp.
        stamped: SHA-256 of the version with the QR code.
        final: SHA-256 of the registered version; None until then.
        revisions: Every state of the registered file, the shortest first.
        signatures: Who signed, by function.
        development: True when it was made with development keys: no legal value.
        available_until: Until when the code can be looked up.
    """

    dossier: str
    document: str
    title: str
    issuer: str
    base: str
    stamped: str
    reserved_at: datetime = attrs.field(validator=aware)
    available_until: datetime = attrs.field(validator=aware)
    registered_at: datetime | None = attrs.field(
        default=None, validator=attrs.validators.optional(aware)
    )
    final: str | None = None
    size: int | None = None
    pages: int | None = None
    revisions: tuple[RevisionDigest, ...] = ()
    signatures: tuple[SignatureFact, ...] = ()
    development: bool = False
    state: RegisterState = REGISTER_LIFECYCLE.initial

    def register(
        self,
        final: RevisionDigest,
        revisions: tuple[RevisionDigest, ...],
        signatures: tuple[SignatureFact, ...],
        *,
        pages: int,
        at: datetime,
    ) -> AuthenticDocument:
        """From now on `final` is the authentic document."""
        return attrs.evolve(
            self,
            state=REGISTER_LIFECYCLE.after(self.state, "register"),
            final=final.sha256,
            size=final.length,
            pages=pages,
            revisions=revisions,
            signatures=signatures,
            registered_at=at,
        )

    def take(self, step: str) -> AuthenticDocument:
        """A step of the lifecycle that changes nothing but the state."""
        return attrs.evolve(self, state=REGISTER_LIFECYCLE.after(self.state, step))


class VerifyOutcome(Enum):
    """What a code says (uitkomst van de controle); values are the Dutch headlines."""

    AUTHENTIC = "Echt en geldig"
    SUPERSEDED = "Echt, maar vervangen"
    WITHDRAWN = "Ingetrokken: niet meer geldig"
    NOT_YET_FINAL = "Nog niet ondertekend: dit is geen geldig document"
    VOID = "Nooit ondertekend"
    NO_LONGER_AVAILABLE = "Niet meer raadpleegbaar via deze code"
    UNKNOWN = "Code niet gekend"


class CopyOutcome(Enum):
    """What a copy is, held against the authentic document."""

    IDENTICAL = "Uw bestand is identiek aan het authentieke document"
    EARLIER_VERSION = "Uw bestand is een eerdere versie, zonder alle handtekeningen"
    LATER_CHANGED = "Uw bestand werd na de ondertekening gewijzigd"
    DIFFERENT = "Uw bestand verschilt van het authentieke document"


@attrs.frozen(kw_only=True)
class Verification:
    """What the register answers; deliberately has no truth value.

    Attributes:
        outcome: What the code says.
        document: The facts, when the register knows the code.
        copy: What the copy is, when one was given and there is something to compare.
        at: When it was looked up.
    """

    outcome: VerifyOutcome
    at: datetime
    document: AuthenticDocument | None = None
    copy: CopyOutcome | None = None

    def __bool__(self) -> bool:
        raise TypeError("ask verification.outcome and verification.copy")


def _standing(document: AuthenticDocument) -> Standing:
    return Standing(
        state=document.state.value,
        title=document.title,
        dossier=document.dossier,
        open=document.state in _BEFORE,
    )


AUTHENTIC: Final = Kind("authentic", AuthenticDocument, _standing)
