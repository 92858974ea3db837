"""What digivl asks of a platform where people approve and sign (tekenplatform)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import BinaryIO, Protocol

import attrs

from digivl.kernel.identifiers import OVOCode
from digivl.signing.platform.model import Progress
from digivl.signing.platform.people import Invited, PlatformRole


class PlatformState(Enum):
    """How far a package is, says the platform; values as SigningHub writes them."""

    DRAFT = "DRAFT"
    SHARED = "SHARED"
    DECLINED = "DECLINED"
    COMPLETED = "COMPLETED"
    EXPIRED = "EXPIRED"


@attrs.frozen
class Owner:
    """In whose name something is asked: an organisation, and a person of it."""

    organization: OVOCode
    mail: str = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class PersonTold:
    """What the platform says of one person in a package.

    Attributes:
        order: The place among all people of the package, from 1.
        delegated: Somebody else acted for the person.
        reason: Why it was refused.
    """

    mail: str = attrs.field(repr=False)
    role: PlatformRole | None
    order: int
    turn: int = 1
    progress: Progress = Progress.UN_PROCESSED
    processed_on: datetime | None = None
    delegated: bool = False
    reason: str = attrs.field(default="", repr=False)


@attrs.frozen
class DocumentTold:
    """A document in a package: what the platform calls it, and the name we gave it."""

    id: str
    name: str


@attrs.frozen(kw_only=True)
class PackageTold:
    """What the platform says of a package."""

    id: str
    state: PlatformState
    documents: tuple[DocumentTold, ...] = ()
    people: tuple[PersonTold, ...] = ()


@attrs.frozen
class Listed:
    """A package in a list: its id, and whether nobody was asked yet."""

    id: str
    name: str
    is_draft: bool


class SigningPlatform(Protocol):
    """Where people approve and sign documents that are uploaded. Thread-safe.

    Every method raises `BackendUnavailableError` when it was not done and can be tried
    later, `BackendRefusedError` when it was refused, `UntrustworthyAnswerError` when
    the answer makes no sense and `ConfigurationError` when the client is not let in.
    No error, log line or repr holds an address or a name of a person.
    """

    @property
    def name(self) -> str:
        """Name in the settings."""
        ...

    def package_name(self, title: str, mark: str) -> str:
        """A name as the platform allows it, that holds `mark` whole."""
        ...

    def file_name(self, title: str, taken: Sequence[str]) -> str:
        """The name of a PDF as the platform allows it, other than those `taken`."""
        ...

    def create(self, owner: Owner, name: str) -> str:
        """Make an empty package; gives its id.

        Raises:
            OutcomeUnknownError: It may have been made: ask `find`.
        """
        ...

    def upload(self, owner: Owner, package: str, name: str, pdf: BinaryIO) -> str:
        """Add a document, as it is; gives its id.

        Args:
            owner: In whose name.
            package: Id of a draft.
            name: As `file_name` gave it.
            pdf: Seekable; it is streamed from its start.

        Raises:
            OutcomeUnknownError: It may have been added.
            LimitExceededError: It is larger than the platform allows.
        """
        ...

    def invite(self, owner: Owner, package: str, invited: Sequence[Invited]) -> None:
        """Say who approves, signs and gets a copy; in the order in which they are told.

        Raises:
            OutcomeUnknownError: Some of them may be on it.
        """
        ...

    def place(
        self, owner: Owner, package: str, document: str, order: int, signer: Invited
    ) -> None:
        """Say where a signature stands, and of which assurance it has to be.

        Args:
            owner: In whose name.
            package: Id of a draft.
            document: Id of the document there.
            order: Place of the signer among all people of the package, from 1.
            signer: Whose place is told.

        Raises:
            OutcomeUnknownError: It may stand there.
            BackendRefusedError: The text is not in the document.
        """
        ...

    def share(self, owner: Owner, package: str) -> None:
        """Ask the people: from here on they can act.

        Raises:
            OutcomeUnknownError: They may have been asked: `status` tells.
        """
        ...

    def status(self, owner: Owner, package: str) -> PackageTold | None:
        """How far a package is; None when it is surely gone.

        That somebody else would not see it is no proof that it is gone: before None is
        said, the platform must have recognised the owner.
        """
        ...

    def find(self, owner: Owner, mark: str) -> Sequence[Listed]:
        """The packages with this mark in their name; at most 100."""
        ...

    def download(
        self, owner: Owner, package: str, document: str, into: BinaryIO
    ) -> None:
        """Copy a document as it is now into an empty file.

        Raises:
            LimitExceededError: It is larger than the settings allow.
            NotFoundError: The package has no such document.
        """
        ...

    def link(self, owner: Owner, package: str) -> str:
        """An address where the owner can open the package: to place fields, to share.

        It lets in whoever has it: it is never logged or kept.
        """
        ...

    def recall(self, owner: Owner, package: str) -> None:
        """Take a shared package back: a draft again. Doing it twice does no harm.

        Raises:
            BackendRefusedError: Somebody acted already; it can only be deleted.
        """
        ...

    def delete(self, owner: Owner, package: str) -> None:
        """Take a package away; one that is gone stays gone."""
        ...

    def log_out(self) -> None:
        """Forget the sessions; the platform is told, and need not answer."""
        ...
