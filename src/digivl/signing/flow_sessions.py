"""Signing sessions for flows: several documents whose turn it is, under one consent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

from digivl.access.model import Permission
from digivl.errors import DocumentChangedError
from digivl.kernel.parties import Party
from digivl.pdf.expected import ExpectedSigner
from digivl.pdf.levels import Level
from digivl.records.entries import AnyDraft
from digivl.signing.carrying import Found
from digivl.signing.inflow import order_of, taken
from digivl.signing.insession import asked
from digivl.signing.rounds import DESCRIPTION, LASTS, SigningSessions


@attrs.frozen(kw_only=True)
class FlowSessions(SigningSessions):
    """The sessions of an office, for files and for flows."""

    def start_for(
        self,
        flows: Sequence[str],
        *,
        by: Party,
        expected: ExpectedSigner | None,
        identified: str = "",
        description: str = DESCRIPTION,
        lasts: timedelta = LASTS,
        level: Level | None = None,
    ) -> Found:
        """Begin to sign in flows whose turn it is for `by`, with a remote means.

        Each flow is signed when its document is completed, exactly once. One that
        moved on meanwhile (cancelled, renewed, signed by somebody else) fails by
        itself, as a document that cannot be signed does; the file with its signature
        stays in the document store.

        Args:
            flows: Their ids, in the order of signing.
            by: The signatory, or who stands in for it; goes on with the session.
            expected: Who has to sign; None lets anybody who has a key there.
            identified: How the application identified `by`.
            description: What the person reads of all of it; one line.
            lasts: How long the person is waited for.
            level: What the signatures reach; None is the level of the settings, and
                B-T at least.

        Returns:
            The session; the link is ``entry.record.url``.

        Raises:
            NotAllowedError: It is not for `by` to sign; also where there is no such
                flow.
            StepNotAllowedError: A flow does not run, or its deadline passed.
            SigningError: It is not the turn of this party, or it is signing a flow in
                another session; of two that start at one moment one is refused so.
            NotShownError: It was shown another version.
            MalformedError: A document has a newer version; or no flows, one twice, or
                for several means.
            ConfigurationError: Their means does not sign in rounds.
            BackendUnavailableError: The service does not answer; nothing was begun.
            StaleRecordError: Others act on a flow all the time; nothing was begun.
            DigivlError: None of the documents could be prepared.
        """
        self.guard.check(by, Permission.SIGN)
        turns = taken(self.signing, flows, by, identified)
        orders = [order_of(turn) for turn in turns]
        dossiers = {turn.flow.record.dossier for turn in turns}

        def along(session: str, at: datetime) -> Sequence[AnyDraft]:
            # Read again: what was prepared meanwhile must still be what is signed.
            now = taken(self.signing, flows, by, identified)
            if [order_of(turn) for turn in now] != orders:
                raise DocumentChangedError(
                    "a document was signed or replaced meanwhile",
                    hint="Start again, with the documents as they are now.",
                )
            return [asked(turn.flow, turn.signatory, session, by, at) for turn in now]

        return self._begun(
            orders,
            turns[0].signatory.means,
            expected,
            by=by,
            lasts=lasts,
            identified=identified,
            description=description,
            dossier=dossiers.pop() if len(dossiers) == 1 else None,
            level=level,
            along=along,
        )
