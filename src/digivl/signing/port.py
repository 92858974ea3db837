"""What signing asks of the room above it: records that move together with a flow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from digivl.kernel.parties import Party
from digivl.records.entries import AnyDraft
from digivl.signing.model import SigningFlow


class FlowCompanion(Protocol):
    """Moves its own records in the transaction that moves a signing flow."""

    def started(self, flow: SigningFlow, by: Party, at: datetime) -> Sequence[AnyDraft]:
        """Drafts to be written together with the start of `flow`."""
        ...

    def ended(self, flow: SigningFlow, by: Party, at: datetime) -> Sequence[AnyDraft]:
        """Drafts to be written when `by` refused or cancelled `flow`."""
        ...
