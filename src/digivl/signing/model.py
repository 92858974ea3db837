"""Signing flow and signatories (handtekenaangelegenheid).

Source:
    States of the Themis list ``handtekenstatus``; PARTLY_SIGNED is ours, the list has
    no state for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Final

import attrs

from digivl.errors import MalformedError, SigningError
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
        acting: Who signed in the place of the party, during an absence.
        signed_at: Time of the qualified or development timestamp; None until then.
        certificate: SHA-256 of the certificate that signed.
        authority: Who gave the timestamp.
    """

    party: Party
    means: str
    acting: Party | None = None
    signed_at: datetime | None = attrs.field(
        default=None, validator=attrs.validators.optional(aware)
    )
    certificate: str | None = None
    authority: str | None = None

    @property
    def function(self) -> str:
        """As whom it signs, in Dutch."""
        own = self.party.label
        return own if self.acting is None else f"{self.acting.label}, namens {own}"


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

    def signatories_of(
        self, party: Party, acting: Mapping[str, Party]
    ) -> Sequence[Signatory]:
        """As whom a party signs this: as itself, and for who is absent.

        Args:
            party: Who wants to sign.
            acting: Who signs for each absent party, by its id.
        """
        return [
            attrs.evolve(one, acting=None if one.party.id == party.id else party)
            for one in self.signatories
            if party.id in {one.party.id, acting.get(one.party.id, one.party).id}
        ]

    def turn_of(self, signatories: Sequence[Signatory]) -> Signatory:
        """The one of these signatories whose turn it is.

        Raises:
            StepNotAllowedError: The flow has ended.
            SigningError: Signed already, or somebody else signs first.
        """
        FLOW_LIFECYCLE.after(self.state, "sign")
        first = self.next_signatory
        for signatory in signatories:
            if first and signatory.party.id == first.party.id:
                return signatory
        waiting = [s for s in signatories if s.signed_at is None]
        if not first or not waiting:
            last = signatories[-1].party
            raise SigningError(f"{last} has signed this document already")
        raise SigningError(f"{first.party} signs before {waiting[0].party}")

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
