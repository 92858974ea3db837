"""What who prepares signing does: draft, send, recall, change, cancel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import attrs

from digivl.access.model import Permission
from digivl.custody.late import EARLY, LATE
from digivl.custody.model import Custody
from digivl.documents.model import Document
from digivl.errors import MalformedError
from digivl.kernel.moments import check_aware
from digivl.kernel.parties import Party
from digivl.records.entries import Draft, Entry, first
from digivl.signing.flows import Flows, check_here
from digivl.signing.model import FLOW, FlowState, SigningFlow
from digivl.signing.order import InOrder, staged
from digivl.signing.participants import (
    Approver,
    Handing,
    Participant,
    Signatory,
    Watcher,
)
from digivl.signing.port import Proposed
from digivl.signing.questions import questions

#: What is accepted in a document though the policy refuses it, and why.
Accepted = Mapping[str, str]


@attrs.frozen(kw_only=True)
class Preparing(Flows):
    """The acts of who starts a signing flow."""

    def proposed(self, document: str, *, by: Party) -> Sequence[Proposed]:
        """Who signs a document when nobody says otherwise, in the order of signing.

        Args:
            document: Id of the document.
            by: Who prepares it.

        Raises:
            NotAllowedError: The dossier is somebody else's.
            NotFoundError: No such document.
        """
        found = self.documents.admitted(document, Permission.PREPARE_SIGNING, by)
        named = self.signers.of(document, found.record)
        return [Proposed(one.party, one.why) for one in named]

    def start(
        self,
        document: str,
        signatories: InOrder[Signatory],
        *,
        by: Party,
        approvers: InOrder[Approver] = (),
        watchers: Sequence[Watcher] = (),
        deadline: datetime | None = None,
        accepted: Accepted | None = None,
    ) -> Entry[SigningFlow]:
        """Put the last version of a document up for signing, in the order given.

        Args:
            document: Id of the document.
            signatories: Who signs, with which means of the settings: one after the
                other; those in a list of their own at once.
            by: Who puts it up; holds the dossier again when all have signed.
            approvers: Who approves before, in the same form.
            watchers: Who is told.
            deadline: Until when everybody has to have signed; the term of each is five
                working days if None.
            accepted: What the policy refuses in the document, and `by` accepts: the
                code of the finding, and why. It is recorded.

        Raises:
            NotAllowedError: The dossier is somebody else's.
            NotFoundError: No such document.
            UnsafeDocumentError: They would not see all of it, or it can change later.
            StepNotAllowedError: The dossier is closed.
            MalformedError: No signatory, one that stands there twice, or a deadline
                that passed.
            SigningError: It is up for signing already, here or on a platform, or the
                policy lets one of them sign or approve nothing.
            ConfigurationError: The settings have no such signing means.
            StaleRecordError: Somebody else put it up at the same moment.
        """
        name, flow = self._marked(document, by)
        flow = prepared(flow, signatories, approvers, watchers, deadline)
        draft = first(FLOW, name, flow, "start", by, self.clock())
        draft = self._put_up(draft, accepted)
        return self._written(draft, None, *self._companions(draft, None))

    def draft(
        self,
        document: str,
        signatories: InOrder[Signatory] = (),
        *,
        by: Party,
        approvers: InOrder[Approver] = (),
        watchers: Sequence[Watcher] = (),
        deadline: datetime | None = None,
    ) -> Entry[SigningFlow]:
        """Mark a document for signing; nobody is asked until it is sent.

        Arguments and errors as `start`; without signatories it is to be prepared.
        """
        name, flow = self._marked(document, by)
        if signatories:
            flow = prepared(flow, signatories, approvers, watchers, deadline)
            self._check_able(flow.participants)
        return self._written(first(FLOW, name, flow, "draft", by, self.clock()))

    def edit(
        self,
        id: str,
        signatories: InOrder[Signatory],
        *,
        by: Party,
        approvers: InOrder[Approver] = (),
        watchers: Sequence[Watcher] = (),
        deadline: datetime | None = None,
    ) -> Entry[SigningFlow]:
        """Name who takes part in a draft, in the place of those it had.

        Raises:
            NotAllowedError: The dossier is somebody else's.
            NotFoundError: No such flow.
            StepNotAllowedError: It was sent: recall it first.
            MalformedError: As `start`.
        """
        found = self._prepares(id, by)
        flow = prepared(found.record, signatories, approvers, watchers, deadline)
        self._check_able(flow.participants)
        draft = found.next(flow, "edit", by, self.clock())
        return self._written(draft, found.record)

    def send(
        self, id: str, *, by: Party, accepted: Accepted | None = None
    ) -> Entry[SigningFlow]:
        """Put the document of a draft up for signing, in its last version.

        Args:
            id: Id of the flow.
            by: Who prepares it.
            accepted: As for `start`.

        Raises:
            NotAllowedError: The dossier is somebody else's.
            NotFoundError: No such flow.
            StepNotAllowedError: It is no draft, or nobody has to sign.
            MalformedError: Its deadline passed.
            SigningError: As `start`.
        """
        found = self._prepares(id, by)
        draft = found.next(found.record, "send", by, self.clock())
        draft = self._put_up(draft, accepted)
        more = self._companions(draft, found.record)
        return self._written(draft, found.record, *more)

    def recall(self, id: str, *, by: Party, reason: str = "") -> Entry[SigningFlow]:
        """Take it back before anybody approved or signed; it is a draft again.

        Raises:
            NotAllowedError: The dossier is somebody else's.
            NotFoundError: No such flow.
            StepNotAllowedError: Somebody approved or signed, or it was not sent.
            SigningError: People sign on a platform: withdraw the package first.
        """
        found = self._prepares(id, by)
        check_here(found.record)
        return self._done(found, found.record.recall(), "recall", by, reason)

    def cancel(self, id: str, *, by: Party, reason: str) -> Entry[SigningFlow]:
        """Stop a flow; the code of a document that was sent is void from then on.

        Args:
            id: Id of the flow.
            by: Who stops it.
            reason: Why, without personal values.

        Raises:
            NotAllowedError: The dossier is somebody else's.
            StepNotAllowedError: The flow has ended.
        """
        found = self._prepares(id, by)
        return self._done(found, found.record.cancel(), "cancel", by, reason)

    def extend(
        self, id: str, deadline: datetime, *, by: Party, reason: str = ""
    ) -> Entry[SigningFlow]:
        """Give everybody until another moment; a flow that expired goes on.

        Raises:
            NotAllowedError: The dossier is somebody else's.
            NotFoundError: No such flow.
            MalformedError: That moment passed, or has no zone.
            StepNotAllowedError: Nobody has to sign it now.
        """
        found = self._prepares(id, by)
        check_aware(deadline)
        if deadline <= self.clock():
            raise MalformedError(f"the deadline {deadline} lies in the past")
        return self._done(found, found.record.extend(deadline), "extend", by, reason)

    def replace(
        self,
        id: str,
        of: Party,
        to: Party,
        *,
        by: Party,
        means: str | None = None,
        reason: str = "",
    ) -> Entry[SigningFlow]:
        """Let somebody else sign or approve in the place of a participant.

        Args:
            id: Id of the flow.
            of: Who takes part, and did nothing yet.
            to: Who comes in its place.
            by: Who prepares it.
            means: With which means `to` signs; that of `of` if None.
            reason: Why, without personal values.

        Raises:
            NotAllowedError: The dossier is somebody else's.
            NotFoundError: No such flow, or `of` takes no part in it.
            StepNotAllowedError: It approved or signed, or the flow does not run.
            MalformedError: `to` takes part already.
            SigningError: The policy lets `to` sign or approve nothing, or people sign
                on a platform.
        """
        found, now = self._prepares(id, by), self.clock()
        check_here(found.record)
        one = found.record.taking_part(of.id)
        flow = found.record.hand_on(one, to, Handing.REPLACED, at=now, means=means)
        self._check_able(_new(found.record, flow))
        return self._done(found, flow, "replace", by, reason)

    def renew(
        self, id: str, *, by: Party, reason: str = "", accepted: Accepted | None = None
    ) -> Entry[SigningFlow]:
        """Go on with the new version of a document (BIS): all approve and sign again.

        The other documents of a bundle are not touched. A code goes on the new version
        before this; the code of the earlier one is void.

        Raises:
            NotAllowedError: The dossier is somebody else's.
            NotFoundError: No such flow.
            MalformedError: The document has no newer version.
            UnsafeDocumentError: As `start`; `accepted` is as there, too.
            StepNotAllowedError: Nobody has to sign it now.
        """
        found = self._prepares(id, by)
        latest = self.documents.read(found.record.document).record.latest.sha256
        if latest == found.record.current:
            raise MalformedError(
                f"{found.record.title!r} has no newer version than what is signed",
                hint="Deliver the new version to the document first.",
            )
        seen = self._looked_at(latest, accepted)
        said = "; ".join(filter(None, (reason, seen)))
        return self._done(found, found.record.renew(latest), "renew", by, said)

    def go_on(self, id: str, *, by: Party, reason: str = "") -> Entry[SigningFlow]:
        """Sign on from the last version that was accepted, after a failed validation.

        Raises:
            NotAllowedError: The dossier is somebody else's.
            NotFoundError: No such flow.
            StepNotAllowedError: Nothing failed.
        """
        found = self._prepares(id, by)
        return self._done(found, found.record.go_on(), "go on", by, reason)

    def remind(self, id: str, *, by: Party) -> Sequence[Entry[Custody]]:
        """Remind those whose turn it is, once for each due moment.

        Raises:
            NotAllowedError: The dossier is somebody else's.
            NotFoundError: No such flow.
        """
        found = self._prepares(id, by)
        told = {q.subject for q in questions(id, found.record) if not q.blocks}
        held = [e for ref, e in self.questions(id).items() if ref not in told]
        drafts = list(_reminders(held, by, self.clock()))
        return self.book.write(*drafts) if drafts else ()

    def _marked(self, document: str, by: Party) -> tuple[str, SigningFlow]:
        prepares = Permission.PREPARE_SIGNING
        found = self.documents.admitted(document, prepares, by).record
        return self._next_id(document, found.dossier), marked(document, found, by)

    def _put_up(
        self, draft: Draft[SigningFlow], accepted: Accepted | None
    ) -> Draft[SigningFlow]:
        """The draft of what is sent now: all that has to hold of it is checked here."""
        flow = draft.record
        self._check_able(flow.participants)
        self.check_elsewhere(flow.dossier, [flow.document])
        latest = self.documents.read(flow.document).record.latest.sha256
        sent, reason = flow.send(latest, draft.at), self._looked_at(latest, accepted)
        return attrs.evolve(draft, record=sent, reason=reason)

    def _looked_at(self, sha256: str, accepted: Accepted | None) -> str:
        """Look at a version that is put up; gives what was accepted in it, and why."""
        with self.documents.opened(sha256) as source:
            return self.files.look(source, accepted).reason

    def _done(
        self,
        found: Entry[SigningFlow],
        flow: SigningFlow,
        action: str,
        by: Party,
        reason: str,
    ) -> Entry[SigningFlow]:
        draft = found.next(flow, action, by, self.clock(), reason)
        more = self._companions(draft, found.record)
        return self._written(draft, found.record, *more)


def marked(document: str, found: Document, by: Party) -> SigningFlow:
    """A flow of a document in which nobody takes part yet."""
    return SigningFlow(
        dossier=found.dossier,
        document=document,
        title=found.title,
        base=found.latest.sha256,
        current=found.latest.sha256,
        started_by=by,
        signatories=(),
        state=FlowState.MARKED,
    )


def prepared(
    flow: SigningFlow,
    signatories: InOrder[Signatory],
    approvers: InOrder[Approver],
    watchers: Sequence[Watcher],
    deadline: datetime | None,
) -> SigningFlow:
    """A draft with these people, each in its stage: approvers before signatories."""
    placed = staged(approvers)
    last = max((one.stage or 0 for one in placed), default=0)
    return flow.prepare(staged(signatories, last), placed, watchers, deadline)


def _new(before: SigningFlow, after: SigningFlow) -> Iterator[Participant]:
    """Who came in somebody's place."""
    return (one for key, one in after.places.items() if key not in before.places)


def _reminders(
    held: Sequence[Entry[Custody]], by: Party, at: datetime
) -> Iterator[Draft[Custody]]:
    for one in held:
        record = one.record
        if record.due in {record.warned, record.reminded}:
            continue
        early = at < record.due
        yield one.next(record.remind(early=early), EARLY if early else LATE, by, at)
