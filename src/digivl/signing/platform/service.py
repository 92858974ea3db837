"""Signing on a platform: send, look, take in what came back once it is in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, BinaryIO, Final

import attrs

from digivl.access.model import Permission
from digivl.custody.moves import Moves, moved_once
from digivl.documents.model import Document
from digivl.documents.service import Documents
from digivl.errors import MalformedError, NotFoundError, SigningError
from digivl.kernel.identifiers import new_id
from digivl.kernel.kinds import Ref
from digivl.kernel.moments import check_aware
from digivl.kernel.parties import Party
from digivl.records.entries import AnyDraft, Draft, Entry, first
from digivl.records.port import Query, RecordBook
from digivl.records.tasks import NewTask
from digivl.signing.platform.checking import Acceptance
from digivl.signing.platform.companion import PackageCompanion
from digivl.signing.platform.model import (
    PACKAGE,
    UNSIGNED,
    Account,
    Enclosed,
    PackageState,
    SigningPackage,
)
from digivl.signing.platform.moves import moved, waiting
from digivl.signing.platform.packing import Look, looked_at, packed
from digivl.signing.platform.people import Invited, check_invited
from digivl.signing.platform.port import SigningPlatform
from digivl.signing.platform.sending import owner_of
from digivl.signing.preparing import Accepted

#: Kinds of the tasks that work on packages.
SEND: Final = "platform send"
LOOK: Final = "platform look"
WITHDRAW: Final = "platform withdraw"


@attrs.frozen(kw_only=True)
class Packages:
    """The packages of an office on signing platforms.

    Attributes:
        platform: Gives a platform by its name in the settings.
        acceptance: What the office accepts from it.
        companion: Moves along with a package.
        look: Looks for what a signer cannot see; gives what was accepted, and why.
    """

    book: RecordBook
    documents: Documents
    moves: Moves
    platform: Callable[[str], SigningPlatform]
    acceptance: Callable[[str], Acceptance]
    companion: PackageCompanion
    look: Look
    clock: Callable[[], datetime]

    def send(
        self,
        documents: Sequence[str],
        invited: Sequence[Invited],
        account: Account,
        *,
        by: Party,
        share: bool = True,
        until: datetime | None = None,
        flow: Ref | None = None,
        accepted: Mapping[str, Accepted] | None = None,
    ) -> Entry[SigningPackage]:
        """Put the last versions of some documents on their way to a platform.

        The package and the task that sends it are written together; `work` does the
        task. Nothing leaves the office before that.

        Args:
            documents: Ids of documents of one dossier, in the order to show them.
            invited: Who approves, signs and gets a copy.
            account: The platform, and in whose name the package stands there.
            by: Who asks; has the dossier again when it ended.
            share: False where the owner places fields and shares it on the platform.
            until: When it is taken back by itself, with a zone.
            flow: The signing flow of the one document; it is given out with this, and
                taken in, taken back or failed when the package ends.
            accepted: What the policy refuses in a document, by its id, and is accepted:
                the code of the finding, and why. What is of a flow was looked at there.

        Raises:
            UnsafeDocumentError: They would not see all of it, or it can change later.
            NotAllowedError: The dossier is somebody else's.
            NotFoundError: No such document.
            StepNotAllowedError: The dossier is closed.
            MalformedError: Documents of several dossiers; people with whom nobody
                could tell who signed; or other people or documents than the flow has.
            SigningError: A document is on a platform already, or up for signing here.
            ConfigurationError: The settings have no such platform.
        """
        found = self._admitted(documents, by)
        self.check_free(found[0].record.dossier, [entry.id for entry in found])
        self.platform(account.platform)
        check_invited(invited, self.acceptance(account.platform).matching)
        if until is not None:
            check_aware(until)
        now = self.clock()
        package = packed(
            found,
            invited,
            started_by=by,
            changed_at=now,
            account=account,
            shared_by_us=share,
            until=until,
            flow=flow,
        )
        seen = "" if flow else self._looked_at(package.documents, accepted)
        return self._started(package, by, now, reason=seen)

    def read(self, id: str) -> Entry[SigningPackage]:
        """The package as it is now.

        Raises:
            NotFoundError: No such package.
        """
        return self.book.read(PACKAGE, id)

    def of_dossier(self, dossier: str) -> list[Entry[SigningPackage]]:
        """All packages with documents of a dossier."""
        rows = self.book.rows(Query(kind=PACKAGE.name, dossier=dossier))
        return list(self.book.read_all(PACKAGE, [row.ref.id for row in rows]).values())

    def of_flow(self, flow: Ref) -> list[Entry[SigningPackage]]:
        """The packages that are a part of something."""
        rows = self.book.rows(Query(kind=PACKAGE.name, part_of=flow.id))
        found = self.book.read_all(PACKAGE, [row.ref.id for row in rows]).values()
        return [entry for entry in found if entry.record.flow == flow]

    def link(self, id: str, *, by: Party) -> str:
        """An address where the owner opens the package: to place fields and share it.

        It lets in whoever has it; it is not recorded.

        Args:
            id: Id of the package.
            by: Who asks.

        Raises:
            NotAllowedError: The dossier is somebody else's.
            SigningError: It is not on the platform.
            BackendError: The platform does not give it.
        """
        found = self._of(id, by)
        package = found.record
        if not package.reference:
            raise SigningError(
                "this package is not on the platform",
                hint="`digivl work` brings it there.",
            )
        return self.platform(package.account.platform).link(
            owner_of(package), package.reference
        )

    def withdraw(self, id: str, *, by: Party, reason: str) -> Entry[SigningPackage]:
        """Take a package back; `work` takes it from the platform.

        Args:
            id: Id of the package.
            by: Who takes it back.
            reason: Why, without personal values.

        Raises:
            NotAllowedError: The dossier is somebody else's.
            StepNotAllowedError: It ended, came back, or is just being sent.
        """
        found, now = self._of(id, by), self.clock()
        if found.record.state is PackageState.WAITING:
            record = found.record.step("drop", changed_at=now)
            return self._write(found, record, "drop", by, now, reason=reason)
        record = found.record.step("withdraw", changed_at=now)
        task = NewTask(kind=WITHDRAW, subject=found.ref, due=now)
        return self._write(
            found, record, "withdraw", by, now, reason=reason, tasks=[task]
        )

    def ask_again(
        self,
        id: str,
        *,
        by: Party,
        reason: str,
        until: datetime | None = None,
        accepted: Mapping[str, Accepted] | None = None,
    ) -> Entry[SigningPackage]:
        """Send the last versions of the same documents to the same people once more.

        Args:
            id: Id of a package that ended without signatures that count.
            by: Who asks.
            reason: Why, without personal values.
            until: When the new one is taken back by itself.
            accepted: As for `send`, of what has another version than was sent.

        Raises:
            NotAllowedError: The dossier is somebody else's.
            UnsafeDocumentError: As `send`.
            SigningError: It did not end so, or was looked after already.
        """
        found = self._of(id, by)
        self._check_unsettled(found)
        was, now = found.record, self.clock()
        names = [one.document for one in was.documents]
        documents = self._admitted(names, by)
        package = packed(
            documents,
            was.invited,
            started_by=by,
            changed_at=now,
            account=was.account,
            shared_by_us=was.shared_by_us,
            until=until,
            flow=was.flow,
            follows=found.id,
        )
        old = {one.sent for one in was.documents}
        new = [one for one in package.documents if one.sent not in old]
        seen = "" if was.flow else self._looked_at(new, accepted)
        settled = self._settled(found, by, now, reason)
        return self._started(package, by, now, *settled, reason=seen)

    def check_again(self, id: str, *, by: Party, reason: str) -> Entry[SigningPackage]:
        """Check what came back once more, e.g. with a root that is trusted now.

        Where the platform gave other bytes than it should, they are fetched once more;
        where it has none any more, those that came back are checked.

        Args:
            id: Id of a package whose files were not in order.
            by: Who asks.
            reason: What changed.

        Raises:
            NotAllowedError: The dossier is somebody else's.
            StepNotAllowedError: It is not such a package.
            SigningError: It was looked after already.
        """
        found, now = self._of(id, by), self.clock()
        record = found.record.checked_again(now)
        self._check_unsettled(found)
        task = NewTask(kind=LOOK, subject=found.ref, due=now)
        return self._write(
            found, record, "check again", by, now, reason=reason, tasks=[task]
        )

    def settle(self, id: str, *, by: Party, reason: str) -> Entry[SigningPackage]:
        """Let it be: nobody has to do anything with it any more.

        Args:
            id: Id of a package that ended without signatures that count.
            by: Who looked after it.
            reason: What was done, without personal values.

        Raises:
            NotAllowedError: The dossier is somebody else's.
            SigningError: It did not end so, or was settled already.
        """
        found = self._of(id, by)
        self._check_unsettled(found)
        now = self.clock()
        settled, closed = self._settled(found, by, now, reason)
        along = self.companion.moved(found, settled.record, by, now)
        return self.book.write(settled, *moved_once([closed, *along]))[0]

    @contextmanager
    def evidence(self, id: str, document: str, *, by: Party) -> Iterator[BinaryIO]:
        """What came back, whatever it is, to be read from its start.

        A file that was not in order is kept as proof of that; it becomes no version of
        the document, and goes nowhere else.

        Args:
            id: Id of the package.
            document: Id of a document in it.
            by: Who looks at it.

        Raises:
            NotAllowedError: The dossier is somebody else's.
            NotFoundError: Nothing came back.
        """
        found = self._of(id, by)
        for one in found.record.documents:
            if one.document == document and one.returned is not None:
                with self.documents.opened(one.returned) as file:
                    yield file
                return
        raise NotFoundError(f"nothing came back of document {document}")

    def _of(self, id: str, by: Party) -> Entry[SigningPackage]:
        """A package on whose dossier `by` may prepare signing."""
        found = self.book.read_all(PACKAGE, [id]).get(id)
        # What is not there is of no dossier: that is refused as another's would be.
        document = found.record.documents[0].document if found else id
        self.documents.admitted(document, Permission.PREPARE_SIGNING, by)
        return found or self.read(id)

    def _admitted(self, documents: Sequence[str], by: Party) -> list[Entry[Document]]:
        found = [
            self.documents.admitted(document, Permission.PREPARE_SIGNING, by)
            for document in documents
        ]
        if len({entry.record.dossier for entry in found}) != 1:
            raise MalformedError(
                "a package holds documents of one dossier, and at least one",
                hint="Send what is of another dossier apart.",
            )
        if len({entry.id for entry in found}) < len(found):
            raise MalformedError("the same document stands twice in one package")
        return found

    def check_free(self, dossier: str, documents: Sequence[str]) -> None:
        """Refuse documents of a dossier that are on a platform already.

        Raises:
            SigningError: One of them is in a package that is not done with.
        """
        rows = self.book.rows(Query(kind=PACKAGE.name, dossier=dossier, open=True))
        found = self.book.read_all(PACKAGE, [row.ref.id for row in rows])
        for package in (entry.record for entry in found.values()):
            if {*documents} & {one.document for one in package.documents}:
                raise SigningError(
                    f"a document is on {package.account.platform} already",
                    hint="Ask again or settle that package first, or withdraw it.",
                )

    def _looked_at(
        self, documents: Iterable[Enclosed], accepted: Mapping[str, Accepted] | None
    ) -> str:
        return looked_at(documents, self.documents.opened, self.look, accepted or {})

    def _started(
        self,
        package: SigningPackage,
        by: Party,
        now: datetime,
        *more: AnyDraft,
        reason: str = "",
    ) -> Entry[SigningPackage]:
        waits, ref = waiting(package), PACKAGE.ref(new_id())
        started = first(PACKAGE, ref.id, package, "send", by, now, reason)
        asked = self.moves.asked(
            ref,
            waits.party,
            waits.step,
            dossier=package.dossier,
            title=package.title,
            by=by,
            at=now,
            days=waits.days,
        )
        along = self.companion.started(ref, package, by, now)
        held = moved_once([*asked, *along])
        task = NewTask(kind=SEND, subject=ref, due=now, key=ref.id)
        return self.book.write(started, *more, *held, tasks=[task])[0]

    def _check_unsettled(self, found: Entry[SigningPackage]) -> None:
        if found.record.state not in UNSIGNED or found.record.settled:
            raise SigningError(
                f"this package is {found.record.state.label}: nothing is to be mended",
                hint="Only what ended without signatures is asked again or settled.",
            )

    def _settled(
        self, found: Entry[SigningPackage], by: Party, now: datetime, reason: str
    ) -> tuple[Draft[SigningPackage], AnyDraft]:
        record = attrs.evolve(found.record, settled=True)
        settled = found.next(record, "settle", by, now, reason)
        closed = self.moves.closed(found.ref, by=by, at=now)
        return settled, closed

    def _write(
        self,
        found: Entry[SigningPackage],
        record: SigningPackage,
        action: str,
        by: Party,
        now: datetime,
        **more: Any,
    ) -> Entry[SigningPackage]:
        draft = found.next(record, action, by, now, more.pop("reason", ""))
        held = moved(self.moves, found.ref, found.record, record, by, now)
        along = self.companion.moved(found, record, by, now)
        return self.book.write(draft, *moved_once([*held, *along]), **more)[0]
