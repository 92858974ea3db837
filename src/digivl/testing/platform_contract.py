"""The contract of signing platforms."""

from __future__ import annotations

import io
from typing import Protocol

import pytest

from digivl.errors import BackendError, NotFoundError
from digivl.signing.platform.model import Progress
from digivl.signing.platform.people import Invited, PlatformRole, same_mail
from digivl.signing.platform.port import Owner, PlatformState, SigningPlatform
from digivl.testing.papers import paper

_MARK = "digivl-0123456789ab"


class PeopleThere(Protocol):
    """Plays the people of a package, for `SigningPlatformContract`."""

    def approve(self, package: str) -> None:
        """The approver approves."""
        ...

    def sign(self, package: str) -> None:
        """The signer signs."""
        ...

    def decline(self, package: str, reason: str) -> None:
        """Whoever has to act refuses."""
        ...

    def remove(self, package: str) -> None:
        """The owner deletes it there."""
        ...


class SigningPlatformContract:
    """The rules of `digivl.signing.platform.port.SigningPlatform`.

    Derive a class whose name starts with `Test`, and give it the fixtures `platform`,
    `owner`, `stranger`, `invited` (an approver in the first turn, a signer in the
    second) and `people`.
    """

    #: The document that is sent.
    content: bytes = paper()

    @pytest.fixture
    def platform(self) -> SigningPlatform:
        """The platform that is tried; to be overridden."""
        raise NotImplementedError

    @pytest.fixture
    def owner(self) -> Owner:
        """In whose name; to be overridden."""
        raise NotImplementedError

    @pytest.fixture
    def stranger(self) -> Owner:
        """Whom the platform knows, who does not see the package; to be overridden."""
        raise NotImplementedError

    @pytest.fixture
    def invited(self) -> tuple[Invited, ...]:
        """An approver and a signer; to be overridden."""
        raise NotImplementedError

    @pytest.fixture
    def people(self) -> PeopleThere:
        """Who acts there; to be overridden."""
        raise NotImplementedError

    @pytest.fixture
    def draft(
        self, platform: SigningPlatform, owner: Owner, invited: tuple[Invited, ...]
    ) -> tuple[str, str]:
        """A package with one document that nobody was asked for yet: both ids."""
        package = platform.create(owner, platform.package_name("Besluit", _MARK))
        name = platform.file_name("Besluit", ())
        document = platform.upload(owner, package, name, io.BytesIO(self.content))
        platform.invite(owner, package, invited)
        return package, document

    def test_names(self, platform: SigningPlatform) -> None:
        """The mark stays whole however long the title is; file names differ."""
        package = platform.package_name(" " + "lang/" * 200, _MARK)
        first = platform.file_name("  a/b.PDF", ())
        second = platform.file_name("  a/b.PDF", [first])

        assert platform.name
        assert _MARK in package
        assert package == package.strip()
        assert first != second
        assert "/" not in package + first + second
        assert (first + second).count(".pdf") == 2

    def test_a_draft(
        self,
        platform: SigningPlatform,
        owner: Owner,
        draft: tuple[str, str],
        invited: tuple[Invited, ...],
    ) -> None:
        """Nobody was asked; documents and people are there, in their order."""
        package, document = draft
        told = platform.status(owner, package)

        assert told is not None
        assert (PlatformState.DRAFT, package) == (told.state, told.id)
        assert [document] == [one.id for one in told.documents]
        wanted = [(same_mail(one.mail.reveal()), one.role, one.turn) for one in invited]
        people = sorted(told.people, key=lambda one: one.order)
        assert wanted == [(same_mail(p.mail), p.role, p.turn) for p in people]
        assert {Progress.UN_PROCESSED} == {one.progress for one in people}

    def test_is_found_by_its_mark(
        self, platform: SigningPlatform, owner: Owner, draft: tuple[str, str]
    ) -> None:
        """By its mark and by no other one; and it tells whether anybody was asked."""
        (before,) = platform.find(owner, _MARK)
        platform.share(owner, draft[0])
        (after,) = platform.find(owner, _MARK)

        assert (draft[0], True) == (before.id, before.is_draft)
        assert (draft[0], False) == (after.id, after.is_draft)
        assert [] == list(platform.find(owner, "digivl-ffffffffffff"))

    def test_gives_back_the_same_bytes(
        self, platform: SigningPlatform, owner: Owner, draft: tuple[str, str]
    ) -> None:
        """Before anybody signs, a document is what was uploaded."""
        target = io.BytesIO()
        platform.download(owner, *draft, target)

        assert self.content == target.getvalue()

    def test_signed(
        self,
        platform: SigningPlatform,
        owner: Owner,
        draft: tuple[str, str],
        people: PeopleThere,
    ) -> None:
        """After everybody acted it is completed; signatures stand behind the bytes."""
        platform.share(owner, draft[0])
        people.approve(draft[0])
        people.sign(draft[0])

        told = platform.status(owner, draft[0])
        target = io.BytesIO()
        platform.download(owner, *draft, target)

        assert told is not None
        assert PlatformState.COMPLETED is told.state
        done = {one.role: (one.progress, one.processed_on) for one in told.people}
        assert Progress.REVIEWED is done[PlatformRole.APPROVER][0]
        assert Progress.SIGNED is done[PlatformRole.SIGNER][0]
        assert all(at is not None and at.tzinfo for _, at in done.values())
        assert target.getvalue().startswith(self.content)
        assert len(self.content) < len(target.getvalue())

    def test_declined(
        self,
        platform: SigningPlatform,
        owner: Owner,
        draft: tuple[str, str],
        people: PeopleThere,
    ) -> None:
        """Who refuses ends it, and may say why."""
        platform.share(owner, draft[0])
        people.decline(draft[0], "artikel 2 klopt niet")

        told = platform.status(owner, draft[0])

        assert told is not None
        assert PlatformState.DECLINED is told.state
        (refused,) = [p for p in told.people if p.progress is Progress.DECLINED]
        assert "artikel 2 klopt niet" == refused.reason

    def test_recall(
        self, platform: SigningPlatform, owner: Owner, draft: tuple[str, str]
    ) -> None:
        """What is taken back before anybody acted is a draft again."""
        platform.share(owner, draft[0])
        platform.recall(owner, draft[0])

        told = platform.status(owner, draft[0])

        assert told is not None
        assert PlatformState.DRAFT is told.state

    def test_delete(
        self, platform: SigningPlatform, owner: Owner, draft: tuple[str, str]
    ) -> None:
        """What is deleted is gone, and stays gone."""
        platform.delete(owner, draft[0])
        platform.delete(owner, draft[0])

        assert platform.status(owner, draft[0]) is None
        assert [] == list(platform.find(owner, _MARK))
        with pytest.raises(NotFoundError):
            platform.download(owner, *draft, io.BytesIO())

    def test_deleted_there(
        self,
        platform: SigningPlatform,
        owner: Owner,
        draft: tuple[str, str],
        people: PeopleThere,
    ) -> None:
        """What its owner deletes there is gone too."""
        people.remove(draft[0])

        assert platform.status(owner, draft[0]) is None

    def test_link(
        self, platform: SigningPlatform, owner: Owner, draft: tuple[str, str]
    ) -> None:
        """It is an address, of this package."""
        link = platform.link(owner, draft[0])

        assert link.startswith("http")
        assert draft[0] in link

    def test_logs_out(
        self, platform: SigningPlatform, owner: Owner, draft: tuple[str, str]
    ) -> None:
        """After logging out it logs in again when it is needed."""
        platform.log_out()
        platform.log_out()

        assert platform.status(owner, draft[0]) is not None

    def test_another_organisation_sees_nothing_and_proves_nothing(
        self, platform: SigningPlatform, draft: tuple[str, str], stranger: Owner
    ) -> None:
        """That it does not show somebody else's package is no proof that it is gone."""
        with pytest.raises((BackendError, NotFoundError)):
            platform.download(stranger, *draft, io.BytesIO())
