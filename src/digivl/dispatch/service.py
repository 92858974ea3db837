"""Sends authentic documents: refuses what was sent before, delivers exactly once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from digivl.records.entries import Entry, first
from digivl.records.port import Query, RecordBook
from digivl.records.tasks import NewTask, Task
from digivl.verification.model import AuthenticDocument, RegisterState
from digivl.verification.service import Register

#: Kind of the task that delivers one dispatch.
DELIVER: Final = "dispatch"
_FOLLOW_UP_DAYS: Final = 5

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
        self._check_not_sent(authentic.record, recipients)
        sent = [
            self._dispatch(authentic.record, recipient, sender, subject, channel)
            for recipient in recipients
        ]
        now = self.clock()
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
        return self.book.write(*drafts, noted, held, tasks=tasks)[: len(drafts)]

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
        draft = found.next(record, action, SYSTEM, self.clock())
        (entry,) = self.book.write(draft, done=done)
        return entry

    def _provider(self, channel: Channel) -> DeliveryProvider:
        for provider in self.providers:
            if channel in provider.channels:
                return provider
        raise ConfigurationError(
            f"nobody delivers over {channel.label}",
            hint="Add [providers.NAME] to digivl.toml; `digivl plugins` lists offers.",
        )

    def _dispatch(
        self,
        authentic: AuthenticDocument,
        recipient: Recipient,
        sender: OVOCode,
        subject: str | None,
        channel: Channel | None,
    ) -> Dispatch:
        return Dispatch(
            dossier=authentic.dossier,
            document=authentic.final or "",
            signed=bool(authentic.signatures),
            subject=subject or authentic.title,
            sender=sender,
            recipient=recipient,
            channel=channel or channel_for(recipient),
        )

    def _check_not_sent(
        self, authentic: AuthenticDocument, recipients: Sequence[Recipient]
    ) -> None:
        before = [
            entry.record.recipient
            for entry in self.of_dossier(authentic.dossier)
            if entry.record.document == authentic.final
            and entry.record.state is not _S.REJECTED
        ]
        seen = {_identity(recipient) for recipient in before}
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
