"""Puts a package on a platform, once, however often it has to be tried.

A platform has no idempotency keys. So the name of a package carries a mark of ours: an
attempt that ended in the dark is looked up by it first. What was shared stands there;
a draft that is whole is used; one that is not is taken away and made anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import BinaryIO, Final

import attrs

from digivl.documents.disk import scratch
from digivl.errors import (
    BackendRefusedError,
    NotFoundError,
    OutcomeUnknownError,
    UntrustworthyAnswerError,
)
from digivl.signing.platform.model import Enclosed, SigningPackage, mark_of
from digivl.signing.platform.people import same_mail
from digivl.signing.platform.port import (
    Listed,
    Owner,
    PackageTold,
    PersonTold,
    PlatformState,
    SigningPlatform,
)

_CHUNK: Final = 1 << 20


@attrs.frozen(kw_only=True)
class Placed:
    """What stands on the platform now."""

    told: PackageTold
    documents: tuple[Enclosed, ...]


def owner_of(package: SigningPackage) -> Owner:
    """In whose name a package is dealt with: always the one that made it there."""
    account = package.account
    return Owner(account.organization, account.owner.reveal())


@attrs.frozen(kw_only=True)
class Sender:
    """Sends packages to one platform.

    Attributes:
        platform: Where to.
        opened: Opens the bytes of a document by their SHA-256, from their start.
        clock: Gives the present moment, with a zone.
    """

    platform: SigningPlatform
    opened: Callable[[str], AbstractContextManager[BinaryIO]]
    clock: Callable[[], datetime]

    def put_there(self, id: str, package: SigningPackage, *, again: bool) -> Placed:
        """Make the package, fill it, and share it if that is for us to do.

        Args:
            id: Id of the record; its mark stands in the name.
            package: What goes there.
            again: An attempt was made before: it may be there, whole or in part.

        Raises:
            OutcomeUnknownError: It may stand there.
            BackendRefusedError: The platform does not take it, or changes its bytes.
            BackendError: As the port says.
        """
        owner = owner_of(package)
        placed = self._found(id, package) if again else None
        if placed is None:
            placed = self._build(id, package)
        if placed.told.state is PlatformState.DRAFT and package.shared_by_us:
            self.platform.share(owner, placed.told.id)
            told = self._status(owner, placed.told.id)
            if told.state is PlatformState.DRAFT:
                raise UntrustworthyAnswerError(
                    self.platform.name, "it shared the package, and says it did not"
                )
            placed = attrs.evolve(placed, told=told)
        if again:
            self._sweep(id, owner, placed.told.id)
        return placed

    def clean(self, id: str, package: SigningPackage) -> None:
        """Take away the drafts that an attempt left which failed."""
        self._sweep(id, owner_of(package), "")

    def _found(self, id: str, package: SigningPackage) -> Placed | None:
        owner = owner_of(package)
        listed = self.platform.find(owner, mark_of(id))
        shared = [one for one in listed if not one.is_draft]
        if len(shared) > 1:
            raise OutcomeUnknownError(
                self.platform.name,
                f"{len(shared)} packages carry the mark of one",
                hint="Look on the platform which one counts, and delete the other.",
            )
        if shared:
            told = self._status(owner, shared[0].id)
            return Placed(told=told, documents=self._named(package, told))
        for draft in listed:
            if (whole := self._whole(owner, package, draft)) is not None:
                return whole
            self.platform.delete(owner, draft.id)
        return None

    def _sweep(self, id: str, owner: Owner, kept: str) -> None:
        for one in self.platform.find(owner, mark_of(id)):
            if one.is_draft and one.id != kept:
                self.platform.delete(owner, one.id)

    def _whole(
        self, owner: Owner, package: SigningPackage, draft: Listed
    ) -> Placed | None:
        """A draft that an earlier attempt left, if nothing lacks."""
        told = self.platform.status(owner, draft.id)
        placed = any(one.is_placed for one in package.signers)
        if told is None or placed or told.state is not PlatformState.DRAFT:
            return None
        if not self._fits(package, told):
            return None
        try:
            return Placed(told=told, documents=self._read_back(owner, package, told))
        except (BackendRefusedError, NotFoundError):
            return None

    def _build(self, id: str, package: SigningPackage) -> Placed:
        owner, platform = owner_of(package), self.platform
        name = platform.package_name(package.title, mark_of(id))
        made = platform.create(owner, name)
        for one, file_name in zip(package.documents, self._names(package), strict=True):
            with self.opened(one.sent) as pdf:
                platform.upload(owner, made, file_name, pdf)
        platform.invite(owner, made, package.invited)
        told = self._status(owner, made)
        if not self._fits(package, told):
            raise UntrustworthyAnswerError(
                platform.name,
                "what stands there is not what was sent: documents or people differ",
            )
        documents = self._read_back(owner, package, told)
        for document in documents:
            self._place(owner, package, told, document.theirs)
        return Placed(told=told, documents=documents)

    def _place(
        self, owner: Owner, package: SigningPackage, told: PackageTold, document: str
    ) -> None:
        people = {_key(one): one.order for one in told.people}
        for signer in package.signers:
            if signer.is_placed:
                order = people[same_mail(signer.mail.reveal()), signer.role]
                self.platform.place(owner, told.id, document, order, signer)

    def _read_back(
        self, owner: Owner, package: SigningPackage, told: PackageTold
    ) -> tuple[Enclosed, ...]:
        """The documents, once the platform gave back the bytes that it was given."""
        read = []
        for one in self._named(package, told):
            # Once more, before a bad connection counts as a bad platform.
            if not any(self._is_same(owner, told.id, one) for _ in range(2)):
                raise BackendRefusedError(
                    self.platform.name,
                    "it gives back other bytes than were uploaded",
                    hint="It has to keep documents as they are, unconverted.",
                )
            read.append(attrs.evolve(one, read_back_at=self.clock()))
        return tuple(read)

    def _is_same(self, owner: Owner, package: str, one: Enclosed) -> bool:
        with scratch() as file:
            self.platform.download(owner, package, one.theirs, file)
            return _sha256(file) == one.sent

    def _named(
        self, package: SigningPackage, told: PackageTold
    ) -> tuple[Enclosed, ...]:
        """The documents with what the platform calls them."""
        theirs = {one.name: one.id for one in told.documents}
        names = self._names(package)
        missing = [name for name in names if name not in theirs]
        if missing:
            raise UntrustworthyAnswerError(
                self.platform.name, f"{len(missing)} documents of the package are gone"
            )
        pairs = zip(package.documents, names, strict=True)
        return tuple(attrs.evolve(one, theirs=theirs[name]) for one, name in pairs)

    def _names(self, package: SigningPackage) -> Sequence[str]:
        names: list[str] = []
        for one in package.documents:
            names.append(self.platform.file_name(one.title, names))
        return names

    def _fits(self, package: SigningPackage, told: PackageTold) -> bool:
        """Whether the documents and the people there are those that were sent."""
        wanted = [(same_mail(one.mail.reveal()), one.role) for one in package.invited]
        people = sorted(told.people, key=lambda one: one.order)
        names = [one.name for one in told.documents]
        return [*self._names(package)] == names and wanted == [*map(_key, people)]

    def _status(self, owner: Owner, package: str) -> PackageTold:
        told = self.platform.status(owner, package)
        if told is None:
            raise OutcomeUnknownError(
                self.platform.name,
                "the package is gone while it was being made",
                hint="It is looked up, and made anew if it is not there.",
            )
        return told


def _key(person: PersonTold) -> tuple[str, object]:
    return same_mail(person.mail), person.role


def _sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
