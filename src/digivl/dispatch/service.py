"""Sends authentic documents: refuses what was sent before, delivers exactly once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final

import attrs

from digivl.access.model import Permission
from digivl.custody.model import of_dossier
from digivl.custody.moves import Moves
from digivl.dispatch.model import (
    DISPATCH,
    Channel,
    Dispatch,
    DispatchState,
    Receipt,
    Recipient,
)
from digivl.dispatch.provider import DeliveryProvider
from digivl.documents.service import Documents
from digivl.errors import (
    AlreadySentError,
    BackendRefusedError,
    BackendUnavailableError,
    ConfigurationError,
    MalformedError,
    NotReadyError,
    OutcomeUnknownError,
)
from digivl.kernel.identifiers import OVOCode
from digivl.kernel.parties import SYSTEM, Party
from digivl.records.entries import AnyDraft, Entry, first
from digivl.records.port import Query, RecordBook
from digivl.records.tasks import NewTask, Task
from digivl.verification.model import AuthenticDocument, RegisterState
from digivl.verification.service import Register

#: Kind of the task that delivers one dispatch.
DELIVER: Final = "dispatch"
_FOLLOW_UP_DAYS: Final = 5
#: Working days to look after a dispatch that went wrong; no rule gives a term.
_MEND_DAYS: Final = 2

_S = DispatchState
_NOT_OURS: Final = frozenset({401, 403, 404, 405})
_IN_THE_AIR: Final = (_S.SUBMITTING, _S.UNKNOWN)


def channel_for(recipient: Recipient) -> Channel:
    """The eBox where there is a number to find one by, else a letter."""
    return Channel.EBOX if recipient.has_number else Channel.PAPER


@attrs.frozen(kw_only=True)
class Dispatches:
    """The dispatches of an office."""

    book: RecordBook
    documents: Documents
    register: Register
    moves: Moves
    providers: Sequence[DeliveryProvider]
    clock: Callable[[], datetime]

    def send(
        self,
        document: str,
        recipients: Sequence[Recipient],
        *,
        sender: OVOCode,
        by: Party,
        subject: str | None = None,
        channel: Channel | None = None,
    ) -> tuple[Entry[Dispatch], ...]:
        """Put a registered document on its way to each recipient.

        A dispatch to the same recipient that was refused is superseded by it.

        Everything is written at once: the dispatches, and a task for each that
        `work` does. Nothing leaves the office before that.

        Args:
            document: Id of the document; it must be registered and valid.
            recipients: To whom; each gets it once.
            sender: The entity that sends.
            by: Who acts; follows the dispatches up.
            subject: What the recipient reads; the title of the document if None.
            channel: For all of them; None chooses for each.

        Raises:
            NotAllowedError: The dossier is somebody else's.
            StepNotAllowedError: The dossier is closed.
            NotReadyError: The document is not registered, or no longer valid.
            AlreadySentError: One of them was sent this document before.
        """
        self.documents.admitted(document, Permission.SEND, by)
        authentic = self.register.of_document(document)
        _check_active(authentic.record)
        before = self._sent_before(authentic.record)
        _check_not_sent(authentic.record, before, recipients)
        refused = {_identity(e.record.recipient): e for e in before}
        again = [refused.get(_identity(recipient)) for recipient in recipients]
        sent = [
            Dispatch(
                dossier=authentic.record.dossier,
                document=authentic.record.final or "",
                signed=bool(authentic.record.signatures),
                subject=subject or authentic.record.title,
                sender=sender,
                recipient=recipient,
                channel=channel or channel_for(recipient),
                follows=earlier.id if earlier else None,
            )
            for recipient, earlier in zip(recipients, again, strict=True)
        ]
        now = self.clock()
        ended = [d for e in again if e for d in self._superseded(e, by, now)]
        drafts = [first(DISPATCH, d.key, d, "draft", by, now) for d in sent]
        tasks = [
            NewTask(kind=DELIVER, subject=DISPATCH.ref(d.key), due=now, key=d.key)
            for d in sent
        ]
        # The register moves too: whoever sends the same document at the same time
        # is stale, so that nobody gets it twice.
        noted = authentic.next(authentic.record.take("dispatch"), "dispatch", by, now)
        held = self.moves.moved(
            of_dossier(authentic.record.dossier),
            by,
            "verzending opvolgen en het dossier afsluiten",
            by=by,
            at=now,
            days=_FOLLOW_UP_DAYS,
        )
        written = self.book.write(*drafts, noted, held, *ended, tasks=tasks)
        return written[: len(drafts)]

    def read(self, id: str) -> Entry[Dispatch]:
        """The dispatch as it is now.

        Raises:
            NotFoundError: No such dispatch.
        """
        return self.book.read(DISPATCH, id)

    def of_dossier(self, dossier: str) -> list[Entry[Dispatch]]:
        """All dispatches of a dossier."""
        rows = self.book.rows(Query(kind=DISPATCH.name, dossier=dossier))
        return [self.read(row.ref.id) for row in rows]

    def deliver(self, task: Task) -> None:
        """Deliver one dispatch; what the outbox does.

        The record says that an attempt begins before anything leaves. An attempt that
        ended in the dark (a crash, a lost reply) is looked up first, and repeated
        only under the same key.

        Raises:
            BackendUnavailableError: Not delivered; to be tried again.
            OutcomeUnknownError: Perhaps delivered; to be looked up.
        """
        found = self.read(task.subject.id)
        provider = self._provider(found.record.channel)
        if found.record.state in _IN_THE_AIR:
            receipt = provider.find(found.record)
            if receipt is not None:
                self._accepted(found, receipt, task)
                return
            found = self._write(found, found.record.submit_again(), "submit again")
        elif found.record.state is _S.DRAFT:
            started = found.record.submit(self.clock())
            found = self._write(found, started, "submit")
        else:
            self.book.write(done=task)
            return
        self._submit(found, provider, task)

    def _submit(
        self, found: Entry[Dispatch], provider: DeliveryProvider, task: Task
    ) -> None:
        dispatch = found.record
        try:
            with self.documents.opened(dispatch.document) as pdf:
                receipt = provider.submit(dispatch, pdf)
        except OutcomeUnknownError as error:
            lost = dispatch.lose_reply(str(error), error.correlation_id)
            self._write(found, lost, "lose the reply")
            raise
        except BackendUnavailableError:
            raise
        except BackendRefusedError as error:
            # Not let in, or the wrong address: nothing is wrong with the dispatch.
            if error.status in _NOT_OURS:
                raise
            rejected = dispatch.reject(str(error), error.reason, error.correlation_id)
            self._write(found, rejected, "reject", done=task)
        except MalformedError as error:
            self._write(found, dispatch.reject(str(error)), "reject", done=task)
        else:
            self._accepted(found, receipt, task)

    def _accepted(self, found: Entry[Dispatch], receipt: Receipt, task: Task) -> None:
        self._write(found, found.record.accept(receipt), "accept", done=task)

    def _write(
        self,
        found: Entry[Dispatch],
        record: Dispatch,
        action: str,
        done: Task | None = None,
    ) -> Entry[Dispatch]:
        now = self.clock()
        draft = found.next(record, action, SYSTEM, now)
        waits = [self._waiting(found, now)] if record.needs_a_person else []
        return self.book.write(draft, *waits, done=done)[0]

    def _waiting(self, found: Entry[Dispatch], at: datetime) -> AnyDraft:
        """Who sent it has to look after it."""
        sent = next(iter(self.book.history(DISPATCH, found.id)))
        return self.moves.taken(
            found.ref,
            sent.actor,
            "verzending nakijken en zo nodig opnieuw verzenden",
            dossier=found.record.dossier,
            title=found.record.subject,
            by=sent.actor,
            at=at,
            days=_MEND_DAYS,
        )

    def _superseded(
        self, found: Entry[Dispatch], by: Party, at: datetime
    ) -> Iterator[AnyDraft]:
        yield found.next(found.record.supersede(), "supersede", by, at)
        if self.moves.all_of([found.ref]):
            yield self.moves.closed(found.ref, by=by, at=at)

    def _sent_before(self, authentic: AuthenticDocument) -> list[Entry[Dispatch]]:
        """What was sent of this document, but what another one took the place of."""
        return [
            entry
            for entry in self.of_dossier(authentic.dossier)
            if entry.record.document == authentic.final
            and entry.record.state is not _S.SUPERSEDED
        ]

    def _provider(self, channel: Channel) -> DeliveryProvider:
        for provider in self.providers:
            if channel in provider.channels:
                return provider
        raise ConfigurationError(
            f"nobody delivers over {channel.label}",
            hint="Add [providers.NAME] to digivl.toml; `digivl plugins` lists offers.",
        )


def _check_not_sent(
    authentic: AuthenticDocument,
    before: Sequence[Entry[Dispatch]],
    recipients: Sequence[Recipient],
) -> None:
    seen = {
        _identity(entry.record.recipient)
        for entry in before
        if entry.record.state is not _S.REJECTED
    }
    for recipient in recipients:
        identity = _identity(recipient)
        if identity in seen:
            raise AlreadySentError(
                f"{authentic.title!r} was already sent to one of these recipients",
                hint="`digivl show` on the dossier lists its dispatches.",
            )
        seen.add(identity)


def _identity(recipient: Recipient) -> object:
    """What makes two recipients the same: their number, else name and address."""
    if recipient.insz is not None and not recipient.insz.is_erased:
        return recipient.insz
    return recipient.kbo or (recipient.name, recipient.address)


def _check_active(authentic: AuthenticDocument) -> None:
    if authentic.state is not RegisterState.ACTIVE:
        text = f"het document is {authentic.state.value}"
        raise NotReadyError(authentic.title, [("register", text)])
