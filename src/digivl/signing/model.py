"""Signing flow and signatories (handtekenaangelegenheid).

Source:
    States of the Themis list ``handtekenstatus``; PARTLY_SIGNED is ours, the list has
    no state for it.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Final

import attrs

from digivl.errors import MalformedError, NotFoundError, SigningError
from digivl.kernel.kinds import Kind, Standing
from digivl.kernel.lifecycle import Lifecycle, Step
from digivl.kernel.moments import aware
from digivl.kernel.parties import Party

_STATUS: Final = (
    "http://themis.vlaanderen.be/id/handtekenstatus/{}-11ee-bb35-ee395168dcf7"
)


class FlowState(Enum):
    """How far a signing flow is (handtekenstatus)."""

    TO_BE_SIGNED = _STATUS.format("47508452-0538")
    PARTLY_SIGNED = "gedeeltelijk getekend"
    SIGNED = _STATUS.format("29d4e7d2-0539")
    REFUSED = _STATUS.format("3128aae6-0539")
    CANCELLED = _STATUS.format("2d043722-053a")


_WAITING: Final = (FlowState.TO_BE_SIGNED, FlowState.PARTLY_SIGNED)

FLOW_LIFECYCLE: Final = Lifecycle(
    subject="signing flow",
    initial=FlowState.TO_BE_SIGNED,
    steps=(
        Step("sign", _WAITING, FlowState.PARTLY_SIGNED),
        Step("sign last", _WAITING, FlowState.SIGNED),
        Step("refuse", _WAITING, FlowState.REFUSED),
        Step("cancel", _WAITING, FlowState.CANCELLED),
    ),
)


@attrs.frozen(kw_only=True)
class Signatory:
    """Somebody who has to sign (ondertekenaar).

    Attributes:
        party: The function that signs.
        means: Name of the signing means in the settings.
        signed_at: Time of the qualified or development timestamp; None until then.
        certificate: SHA-256 of the certificate that signed.
        authority: Who gave the timestamp.
    """

    party: Party
    means: str
    signed_at: datetime | None = attrs.field(
        default=None, validator=attrs.validators.optional(aware)
    )
    certificate: str | None = None
    authority: str | None = None


def _different_people(
    _: object, __: object, signatories: tuple[Signatory, ...]
) -> None:
    if not signatories:
        raise MalformedError("a signing flow needs at least one signatory")
    if len({signatory.party.id for signatory in signatories}) < len(signatories):
        raise MalformedError(
            "the same signatory stands twice in a signing flow",
            hint="Each party signs a document once; give each its own id.",
        )


@attrs.frozen(kw_only=True)
class SigningFlow:
    """Who signs a document, in which order, and how far that is.

    Attributes:
        document: Id of the document.
        base: SHA-256 of the version that was put up for signing.
        current: SHA-256 of the version that the next signatory signs.
        signatories: In the order of signing.
    """

    dossier: str
    document: str
    title: str
    base: str
    current: str
    started_by: Party
    signatories: tuple[Signatory, ...] = attrs.field(validator=_different_people)
    state: FlowState = FLOW_LIFECYCLE.initial

    @property
    def next_signatory(self) -> Signatory | None:
        """Whose turn it is; None when everybody signed."""
        return next((s for s in self.signatories if s.signed_at is None), None)

    def turn_of(self, party: str) -> Signatory:
        """The signatory of that id, whose turn it must be.

        Raises:
            StepNotAllowedError: The flow has ended.
            NotFoundError: Nobody of that id has to sign.
            SigningError: Signed already, or somebody else signs first.
        """
        FLOW_LIFECYCLE.after(self.state, "sign")
        found = [s for s in self.signatories if s.party.id == party]
        if not found:
            known = ", ".join(s.party.id for s in self.signatories)
            raise NotFoundError(f"{party!r} does not sign this; who do: {known}")
        (signatory,) = found
        if signatory.signed_at is not None:
            raise SigningError(f"{signatory.party} has signed this document already")
        if (first := self.next_signatory) and signatory is not first:
            raise SigningError(f"{first.party} signs before {signatory.party}")
        return signatory

    def signed(self, signatory: Signatory, sha256: str) -> SigningFlow:
        """`signatory` signed; the version is now `sha256`."""
        after = tuple(
            signatory if s.party.id == signatory.party.id else s
            for s in self.signatories
        )
        step = "sign" if any(s.signed_at is None for s in after) else "sign last"
        return attrs.evolve(
            self,
            state=FLOW_LIFECYCLE.after(self.state, step),
            signatories=after,
            current=sha256,
        )

    def refuse(self) -> SigningFlow:
        """A signatory refuses: nobody signs any more."""
        return attrs.evolve(self, state=FLOW_LIFECYCLE.after(self.state, "refuse"))

    def cancel(self) -> SigningFlow:
        """It is stopped: nobody signs any more."""
        return attrs.evolve(self, state=FLOW_LIFECYCLE.after(self.state, "cancel"))


def _standing(flow: SigningFlow) -> Standing:
    waiting = flow.next_signatory
    done = sum(s.signed_at is not None for s in flow.signatories)
    return Standing(
        state=flow.state.name,
        title=f"{flow.title} ({done} van {len(flow.signatories)} getekend)",
        dossier=flow.dossier,
        next_step=f"ondertekenen: {waiting.party}" if waiting else None,
        open=not FLOW_LIFECYCLE.is_final(flow.state),
    )


FLOW: Final = Kind("signing", SigningFlow, _standing)
