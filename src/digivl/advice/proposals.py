"""Says what a dossier proposes, and who has to be heard on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import attrs

from digivl.access.guard import Admit
from digivl.access.model import Permission
from digivl.advice.proposal import PROPOSAL, Proposal, proposal_id
from digivl.kernel.declared import checked
from digivl.kernel.parties import Party
from digivl.records.entries import Entry, first
from digivl.records.port import RecordBook


@attrs.frozen
@checked
class Proposals:
    """What the dossiers of an office propose."""

    _book: RecordBook
    _admit: Admit
    _clock: Callable[[], datetime]

    def describe(
        self, proposal: Proposal, *, by: Party, reason: str = ""
    ) -> Entry[Proposal]:
        """Say what a dossier proposes, or that it proposes something else by now.

        Whatever was advised or agreed on other budget lines is stale from then on.

        Args:
            proposal: All of it.
            by: Who prepares the dossier.
            reason: Why it changed.

        Raises:
            NotAllowedError: The dossier is somebody else's.
            StepNotAllowedError: The dossier is closed.
        """
        self._admit(proposal.dossier, Permission.ASK_ADVICE, by)
        now, found = self._clock(), self.find(proposal.dossier)
        if found is None:
            name = proposal_id(proposal.dossier)
            draft = first(PROPOSAL, name, proposal, "describe", by, now)
        elif found.record == proposal:
            return found
        else:
            draft = found.next(proposal, "describe", by, now, reason)
        return self._book.write(draft)[0]

    def find(self, dossier: str) -> Entry[Proposal] | None:
        """What a dossier proposes; None where nobody said it."""
        name = proposal_id(dossier)
        return self._book.read_all(PROPOSAL, [name]).get(name)

    def read(self, dossier: str) -> Entry[Proposal]:
        """What a dossier proposes.

        Raises:
            NotFoundError: Nobody said it.
        """
        return self._book.read(PROPOSAL, proposal_id(dossier))
