"""What signing asks of the rooms above and beside it, answered by the facade."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import attrs

from digivl.documents.model import Document
from digivl.kernel.parties import Party
from digivl.records.entries import AnyDraft
from digivl.signing.model import Signatory, SigningFlow


class FlowCompanion(Protocol):
    """Moves its own records in the transaction that moves a signing flow."""

    def started(self, flow: SigningFlow, by: Party, at: datetime) -> Sequence[AnyDraft]:
        """Drafts to be written together with the start of `flow`."""
        ...

    def ended(self, flow: SigningFlow, by: Party, at: datetime) -> Sequence[AnyDraft]:
        """Drafts to be written when `by` refused or cancelled `flow`."""
        ...


@attrs.frozen
class Proposed:
    """Somebody who has to sign a document by default (voorgestelde ondertekenaar).

    Attributes:
        party: The function, as it was on the day of the decision.
        why: As what, in Dutch.
    """

    party: Party
    why: str

    def signatory(self, means: str) -> Signatory:
        """That party, with a signing means of the settings."""
        return Signatory(party=self.party, means=means)


class DefaultSigner(Protocol):
    """Somebody who signs by default, as the room beside tells it."""

    @property
    def party(self) -> Party:
        """The function."""
        ...

    @property
    def why(self) -> str:
        """As what, in Dutch."""
        ...


class DefaultSigners(Protocol):
    """Knows who signs a document when nobody says otherwise."""

    def of(self, id: str, document: Document) -> Sequence[DefaultSigner]:
        """Who signs it, each person once, in the order of signing.

        Args:
            id: Of the document.
            document: As it is now.
        """
        ...
