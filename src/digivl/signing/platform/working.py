"""What the outbox does with packages: send them, look at them, take them back."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import attrs

from digivl.custody.moves import moved_once
from digivl.documents.disk import scratch
from digivl.documents.model import DOCUMENT, Origin
from digivl.documents.port import Stored
from digivl.errors import (
    BackendError,
    BackendRefusedError,
    BackendUnavailableError,
    ConfigurationError,
    DigivlError,
    LimitExceededError,
    MalformedError,
    NotFoundError,
    OutcomeUnknownError,
    SigningError,
    StepNotAllowedError,
)
from digivl.kernel.parties import SYSTEM
from digivl.kernel.redaction import on_one_line
from digivl.records.entries import AnyDraft, Entry
from digivl.records.tasks import NewTask, Task
from digivl.signing.platform.checking import Checker
from digivl.signing.platform.findings import Finding, FindingKind
from digivl.signing.platform.looking import looked, pause
from digivl.signing.platform.model import (
    ENDING,
    PACKAGE,
    RUNNING,
    SENDING,
    Enclosed,
    PackageState,
    SigningPackage,
    mark_of,
)
from digivl.signing.platform.moves import moved
from digivl.signing.platform.port import PlatformState
from digivl.signing.platform.sending import Placed, Sender, owner_of
from digivl.signing.platform.service import LOOK, WITHDRAW, Packages

_LOG: Final = logging.getLogger("digivl.work")
#: Not let in, or the wrong address: nothing is wrong with the package.
_NOT_OURS: Final = frozenset({401, 403, 404, 405})
_LONGEST: Final = 500
#: How long a package has to be gone, before it counts as deleted there.
_SURELY_GONE: Final = timedelta(minutes=5)
_S = PackageState


@attrs.frozen(kw_only=True)
class PackageWork:
    """Works on the packages of an office; any number of workers can.

    Attributes:
        packages: Those packages.
        checker: Checks what came back.
    """

    packages: Packages
    checker: Checker

    def send(self, task: Task) -> None:
        """Put one package on its platform; what the outbox does.

        The record says that an attempt begins before anything leaves; one that ended
        in the dark is looked up first.

        Raises:
            BackendUnavailableError: Not there; to be tried again.
            OutcomeUnknownError: Perhaps there; to be looked up.
        """
        found = self._read(task)
        if found.record.state not in SENDING:
            self.packages.book.write(done=task)
            return
        again = found.record.state is not _S.WAITING
        found = self._write(found, found.record.step("begin"), "begin")
        sender = self._sender(found.record)
        try:
            placed = sender.put_there(found.id, found.record, again=again)
        except OutcomeUnknownError as error:
            lost = found.record.step("lose reply", problem=_said(error))
            self._write(found, lost, "lose reply")
            raise
        except DigivlError as error:
            self._failed(found, error, sender, task)
        else:
            self._placed(found, placed, task)

    def look(self, task: Task) -> None:
        """Look how far one package is, and take in what came back.

        A platform that does not answer leaves everything as it was: the look is never
        given up.

        Raises:
            BackendUnavailableError: It could not be looked at now.
        """
        found = self._read(task)
        try:
            if found.record.state is _S.RETURNED:
                self._take_in(found, task)
            elif found.record.state in RUNNING:
                self._look(found, task)
            else:
                self.packages.book.write(done=task)
        except (BackendError, ConfigurationError) as error:
            self._again(found, task, str(error))
            if error.retryable:
                raise
            raise BackendUnavailableError(
                found.record.account.platform,
                f"a package could not be looked at: {error}",
                hint=error.hint,
            ) from error

    def withdraw(self, task: Task) -> None:
        """Take one package back from its platform; taking it back twice is harmless.

        Raises:
            BackendUnavailableError: It is still there; to be tried again.
        """
        found = self._read(task)
        if found.record.state not in ENDING:
            self.packages.book.write(done=task)
            return
        package, now = found.record, self.packages.clock()
        platform = self.packages.platform(package.account.platform)
        owner = owner_of(package)
        told = platform.status(owner, package.reference)
        if told is not None and told.state is PlatformState.COMPLETED:
            # Everybody signed before it could be taken back: then it counts.
            self._changed(found, looked(package, told, now), task)
            return
        if told is not None:
            self._take_back(package, told.state)
        step = "expired" if package.state is _S.EXPIRING else "disappear"
        self._changed(found, package.step(step, changed_at=now), task, action=step)

    def _take_back(self, package: SigningPackage, state: PlatformState) -> None:
        platform = self.packages.platform(package.account.platform)
        owner, reference = owner_of(package), package.reference
        if state is PlatformState.SHARED:
            try:
                # A draft cannot be signed any more while it is being deleted.
                platform.recall(owner, reference)
            except BackendRefusedError:
                _LOG.info("a package was acted on and cannot be recalled, only deleted")
        platform.delete(owner, reference)

    def _look(self, found: Entry[SigningPackage], task: Task) -> None:
        package, now = found.record, self.packages.clock()
        platform = self.packages.platform(package.account.platform)
        told = platform.status(owner_of(package), package.reference)
        if told is None:
            self._missed(found, task)
            return
        after = looked(package, told, now)
        if after.state in RUNNING and package.until and package.until <= now:
            ending = after.step("expire", changed_at=now)
            self._changed(found, ending, task, action="expire")
        elif after == package:
            self._again(found, task)
        else:
            self._changed(found, after, task)

    def _missed(self, found: Entry[SigningPackage], task: Task) -> None:
        """The platform does not know it: gone for good only when it says so twice."""
        package, now = found.record, self.packages.clock()
        if package.missed_at is None:
            record = attrs.evolve(package, missed_at=now)
            self._write(found, record, "miss")
            self.packages.book.again(task, until=now + _SURELY_GONE)
            return
        platform = self.packages.platform(package.account.platform)
        if platform.find(owner_of(package), mark_of(found.id)):
            self._again(found, task, "not found by its id, but listed")
            return
        record = package.step("disappear", changed_at=now)
        self._changed(found, record, task, action="disappear")

    def _take_in(self, found: Entry[SigningPackage], task: Task) -> None:
        """Fetch what came back, if that was not done yet; then check it."""
        if found.record.synced_at is None:
            found = self._fetched(found)
        package, now = found.record, self.packages.clock()
        acceptance = self.packages.acceptance(package.account.platform)
        checked = self.checker.check(package, acceptance, now)
        findings = [*checked.findings, *self._outdated(package)]
        if findings and all(one.kind is FindingKind.TRY_LATER for one in findings):
            self._again(found, task, findings[0].text)
            return
        if findings:
            self._failed_check(found, findings, task)
            return
        signed = package.step("sign", documents=checked.documents, changed_at=now)
        drafts = [*self._versions(package, now)]
        try:
            self._changed(found, signed, task, drafts, action="sign")
        except (SigningError, StepNotAllowedError, NotFoundError) as error:
            gone = Finding(kind=FindingKind.FLOW_MOVED_ON, detail=_said(error))
            self._failed_check(found, [gone], task)

    def _failed_check(
        self, found: Entry[SigningPackage], findings: Sequence[Finding], task: Task
    ) -> None:
        now = self.packages.clock()
        failed = found.record.step("fail", findings=tuple(findings), changed_at=now)
        self._changed(found, failed, task, action="fail")

    def _fetched(self, found: Entry[SigningPackage]) -> Entry[SigningPackage]:
        """What came back, kept as it is before anybody judges it."""
        package = found.record
        documents = tuple(self._fetch(package, one) for one in package.documents)
        now = self.packages.clock()
        record = attrs.evolve(package, documents=documents, synced_at=now)
        return self._write(found, record, "fetch")

    def _fetch(self, package: SigningPackage, one: Enclosed) -> Enclosed:
        platform = self.packages.platform(package.account.platform)
        with scratch() as file:
            try:
                platform.download(
                    owner_of(package), package.reference, one.theirs, file
                )
            except NotFoundError:
                return _lost(one, FindingKind.MISSING_DOCUMENT)
            except LimitExceededError:
                return _lost(one, FindingKind.TOO_LARGE)
            file.seek(0)
            stored = self.packages.documents.store.put(file)
        came: dict[str, Any] = {"returned": stored.sha256, "lost": None}
        return attrs.evolve(one, returned_size=stored.size, **came)

    def _outdated(self, package: SigningPackage) -> list[Finding]:
        """The documents that got a newer version than the one that was sent."""
        names = [one.document for one in package.documents]
        latest = self.packages.book.read_all(DOCUMENT, names)
        return [
            Finding(kind=FindingKind.NEWER_VERSION, document=one.document)
            for one in package.documents
            if latest[one.document].record.latest.sha256 != one.sent
        ]

    def _versions(self, package: SigningPackage, now: datetime) -> Sequence[AnyDraft]:
        documents = self.packages.documents
        return [
            documents.draft(
                documents.read(one.document),
                Stored(one.returned or "", one.returned_size),
                Origin.SIGNED,
                SYSTEM,
                now,
            )
            for one in package.documents
        ]

    def _failed(
        self,
        found: Entry[SigningPackage],
        error: DigivlError,
        sender: Sender,
        task: Task,
    ) -> None:
        """It was not taken: because of what it is, or for now."""
        no = isinstance(error, BackendRefusedError) and error.status not in _NOT_OURS
        if not no and not isinstance(error, MalformedError):
            raise error
        # What was begun is taken away; if that fails, all of it is tried again.
        sender.clean(found.id, found.record)
        now = self.packages.clock()
        record = found.record.step("reject", problem=_said(error), changed_at=now)
        self._changed(found, record, task, action="reject")

    def _placed(self, found: Entry[SigningPackage], placed: Placed, task: Task) -> None:
        now = self.packages.clock()
        there = attrs.evolve(
            found.record,
            reference=placed.told.id,
            documents=placed.documents,
            problem="",
        )
        self._changed(found, looked(there, placed.told, now), task, action="place")

    def _changed(
        self,
        found: Entry[SigningPackage],
        record: SigningPackage,
        task: Task,
        drafts: Sequence[AnyDraft] = (),
        *,
        action: str = "look",
    ) -> None:
        """Write what changed with the end of the task, and what has to be done next."""
        now, tasks = self.packages.clock(), list[NewTask]()
        if record.state in RUNNING:
            due = now + pause(record, now)
            tasks.append(NewTask(kind=LOOK, subject=found.ref, due=due))
        if record.state is _S.RETURNED:
            tasks.append(NewTask(kind=LOOK, subject=found.ref, due=now))
        if record.state is _S.EXPIRING:
            tasks.append(NewTask(kind=WITHDRAW, subject=found.ref, due=now))
        self._write(found, record, action, drafts, tasks=tasks, done=task)

    def _again(self, found: Entry[SigningPackage], task: Task, error: str = "") -> None:
        now = self.packages.clock()
        until = now + pause(found.record, now)
        self.packages.book.again(task, until=until, error=error)

    def _write(
        self,
        found: Entry[SigningPackage],
        record: SigningPackage,
        action: str,
        drafts: Sequence[AnyDraft] = (),
        **more: Any,
    ) -> Entry[SigningPackage]:
        now, packages = self.packages.clock(), self.packages
        draft = found.next(record, action, SYSTEM, now)
        held = moved(packages.moves, found.ref, found.record, record, SYSTEM, now)
        along = packages.companion.moved(found, record, SYSTEM, now)
        all_held = moved_once([*held, *along])
        return packages.book.write(draft, *all_held, *drafts, **more)[0]

    def _read(self, task: Task) -> Entry[SigningPackage]:
        return self.packages.book.read(PACKAGE, task.subject.id)

    def _sender(self, package: SigningPackage) -> Sender:
        return Sender(
            platform=self.packages.platform(package.account.platform),
            opened=self.packages.documents.opened,
            clock=self.packages.clock,
        )


def _lost(one: Enclosed, why: FindingKind) -> Enclosed:
    """A document that did not come now; what came before is still there."""
    return one if one.returned is not None else attrs.evolve(one, lost=why)


def _said(error: DigivlError) -> str:
    return on_one_line(str(error), _LONGEST)
