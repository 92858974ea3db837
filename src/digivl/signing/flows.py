"""What all acts on signing flows share: reading, rights, and writing with custody."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import count
from uuid import NAMESPACE_URL, uuid5

import attrs

from digivl.access.guard import Guard
from digivl.access.model import Permission
from digivl.custody.absence import Absences
from digivl.custody.model import Custody
from digivl.custody.moves import Moves, moved_once
from digivl.documents.service import Documents
from digivl.errors import SigningError, StaleRecordError, StepNotAllowedError
from digivl.kernel.kinds import Ref
from digivl.kernel.parties import Party
from digivl.records.entries import AnyDraft, Draft, Entry
from digivl.records.port import Query, RecordBook
from digivl.records.tasks import NewTask
from digivl.signing.files import FileSigning
from digivl.signing.means import SigningMeans
from digivl.signing.model import FLOW, FlowState, Signatory, SigningFlow
from digivl.signing.participants import Participant
from digivl.signing.port import DefaultSigners, FlowCompanion
from digivl.signing.states import DRAFTS
from digivl.signing.tsa_later import LaterTimestamps
from digivl.signing.turns import Turns


@attrs.frozen(kw_only=True)
class Flows:
    """The signing flows of an office, to read and to write.

    Attributes:
        means: Gives a means by its name in the settings.
        outside: Names of the means with which people sign elsewhere: in a session with
            a remote means, or on a platform.
        check_elsewhere: Refuses documents of a dossier that are on a platform.
    """

    book: RecordBook
    documents: Documents
    moves: Moves
    guard: Guard
    absences: Absences
    means: Callable[[str], SigningMeans]
    outside: Container[str]
    check_elsewhere: Callable[[str, Sequence[str]], None]
    files: FileSigning
    later: LaterTimestamps | None
    companion: FlowCompanion
    signers: DefaultSigners
    clock: Callable[[], datetime]

    def read(self, id: str) -> Entry[SigningFlow]:
        """The flow as it is now.

        Raises:
            NotFoundError: No such flow.
        """
        return self.book.read(FLOW, id)

    def bundle(self, id: str) -> Sequence[Entry[SigningFlow]]:
        """The flows that were sent together, in their order; none of no bundle."""
        rows = self.book.rows(Query(kind=FLOW.name, part_of=id))
        found = self.book.read_all(FLOW, [row.ref.id for row in rows]).values()
        return sorted(found, key=lambda entry: entry.record.place or 0)

    def questions(self, id: str) -> Mapping[Ref, Entry[Custody]]:
        """What of a flow waits for somebody now, and who has it.

        Raises:
            NotFoundError: No such flow.
        """
        return Turns(self.moves).held(id, self.read(id).record)

    def moving(
        self, draft: Draft[SigningFlow], before: SigningFlow
    ) -> Sequence[AnyDraft]:
        """An act on a flow with all that goes with it, to be written by another room.

        Args:
            draft: The flow as it is after it.
            before: As it was.
        """
        held = Turns(self.moves).moved(draft, before)
        return [draft, *held, *self._companions(draft, before)]

    def _prepares(self, id: str, by: Party) -> Entry[SigningFlow]:
        """A flow, for who may prepare signing in its dossier."""
        found = self.book.read_all(FLOW, [id]).get(id)
        # What is not there is of no dossier: that is refused as another's would be.
        document = found.record.document if found else id
        self.documents.admitted(document, Permission.PREPARE_SIGNING, by)
        return found or self.read(id)

    def _next_id(self, document: str, dossier: str) -> str:
        """The id of the next flow of a document, of which no other one runs.

        Who starts one at the same moment gets the same id: only one of them is written.

        Raises:
            SigningError: Another one runs.
        """
        names = (f"digivl:{FLOW.name}:{document}/{number}" for number in count())
        ids = (str(uuid5(NAMESPACE_URL, name)) for name in names)
        # Before looking for others: one that is written meanwhile has taken it.
        free = next(one for one in ids if not self.book.read_all(FLOW, [one]))
        self._check_free(document, dossier)
        return free

    def _check_free(self, document: str, dossier: str) -> None:
        rows = self.book.rows(Query(kind=FLOW.name, dossier=dossier, open=True))
        found = self.book.read_all(FLOW, [row.ref.id for row in rows])
        if any(entry.record.document == document for entry in found.values()):
            raise SigningError(
                "this document is up for signing already",
                hint="Sign it there, or cancel that flow first.",
            )

    def _check_able(self, those: Iterable[Participant]) -> None:
        """That each has its means, and may do what it is asked.

        Raises:
            ConfigurationError: The settings have no such signing means.
            SigningError: The policy lets one of them sign, or approve, nothing.
        """
        for one in those:
            if isinstance(one, Signatory) and one.means not in self.outside:
                self.means(one.means)
            self._check_may(one)

    def _check_may(self, one: Participant) -> None:
        permission = permission_of(one)
        if not self.guard.policy.allows(one.party, permission):
            verb = "signs" if permission is Permission.SIGN else "approves"
            raise SigningError(
                f"{one.party} {verb} nothing in the role {one.party.role.value!r}",
                hint="Give the party a role that may, or change the policy.",
            )

    def _written(
        self,
        draft: Draft[SigningFlow],
        before: SigningFlow | None = None,
        *more: AnyDraft,
        tasks: Sequence[NewTask] = (),
    ) -> Entry[SigningFlow]:
        """Write an act on a flow, with custody and what else goes with it."""
        try:
            held = [*Turns(self.moves).moved(draft, before)]
        except StepNotAllowedError as cause:
            # What is held moved on with the flow: that is what there is to say.
            known = self.book.read_all(FLOW, [draft.id]).get(draft.id)
            if known is not None and known.version >= draft.version:
                raise StaleRecordError(FLOW.name, draft.id, draft.version) from cause
            raise
        return self.book.write(draft, *moved_once([*held, *more]), tasks=tasks)[0]

    def _companions(
        self, draft: Draft[SigningFlow], before: SigningFlow | None
    ) -> Sequence[AnyDraft]:
        """What has to be written elsewhere when a flow starts, changes base or ends."""
        flow, by, at = draft.record, draft.actor, draft.at
        was_sent = before is not None and _is_sent(before)
        changed = before is None or before.base != flow.base
        drafts: list[AnyDraft] = []
        stopped = flow.is_ended and flow.state is not FlowState.SIGNED
        if before is not None and was_sent and (changed or stopped):
            drafts += self.companion.ended(before, by, at)
        if not flow.is_ended and _is_sent(flow) and (changed or not was_sent):
            drafts += self.companion.started(flow, by, at)
        return drafts


def permission_of(one: Participant) -> Permission:
    """What somebody needs to do what it is asked."""
    return Permission.SIGN if isinstance(one, Signatory) else Permission.APPROVE


def check_here(flow: SigningFlow) -> None:
    """Refuse to do here what people do on a platform.

    Raises:
        SigningError: The flow was given to one.
    """
    if flow.elsewhere is not None:
        raise SigningError(
            f"{flow.title!r} is signed on {flow.elsewhere.platform}",
            hint="Sign it there, or take it back first.",
        )


def _is_sent(flow: SigningFlow) -> bool:
    # Flows of the first version say nothing of when: they were sent at once.
    return flow.sent_at is not None or flow.state not in DRAFTS
