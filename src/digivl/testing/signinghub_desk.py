"""An office with a signing platform that can be played: for tests and trials."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import attrs

from digivl.app import Digivl
from digivl.documents.model import NOTA
from digivl.kernel.identifiers import INSZ, OVOCode
from digivl.kernel.parties import Party, Role
from digivl.records.entries import Entry
from digivl.records.sqlbook import SQLBook
from digivl.records.worker import WorkReport
from digivl.settings import Backend, Settings
from digivl.signing.platform.model import (
    SENDING,
    Account,
    PackageState,
    SigningPackage,
)
from digivl.signing.platform.people import Invited, PlatformRole
from digivl.testing.papers import paper
from digivl.testing.serving import serving
from digivl.testing.signinghub import (
    CLIENT_ID,
    CLIENT_SECRET,
    ORGANIZATION,
    SigningHubSimulator,
)
from digivl.testing.signinghub_app import signinghub_app
from digivl.testing.signinghub_folder import Package

DESK: Final = Party(ORGANIZATION, "Kabinet jeugd", Role.ADMIN)
PRESIDENT: Final = Party("minister-0", "Minister-president", Role.MINISTER)
MINISTER: Final = Party("minister-1", "Vlaams minister van Jeugd", Role.MINISTER)
ADVISER: Final = Party("raadgever", "Raadgever", Role.CABINET_STAFF)
ACCOUNT: Final = Account.of("hub", OVOCode(ORGANIZATION), "Eigenaar@example.be")
#: The people who are usually asked: an approver first, then two signers.
PEOPLE: Final = (
    Invited.person(PRESIDENT, "An.Proef@example.be", "An Proef", turn=2),
    Invited.person(
        MINISTER,
        "jan.voorbeeld@example.be",
        "Jan Voorbeeld",
        turn=2,
        number=INSZ("85073003328"),
    ),
    Invited.person(ADVISER, "els@example.be", "Els Model", role=PlatformRole.APPROVER),
)
_ACCOUNTS: Final = f"""\
[{ORGANIZATION}]
client_id = "{CLIENT_ID}"
client_secret = "{CLIENT_SECRET}"
"""


@attrs.define
class Clock:
    """Stands until it is moved."""

    now: datetime = datetime(2026, 11, 24, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The moment it is."""
        return self.now


@attrs.define
class Desk:
    """Who sends packages, and the platform; time stands until it is moved.

    Attributes:
        vl: The office.
        hub: The platform.
        clock: The moment it is, in both.
    """

    vl: Digivl
    hub: SigningHubSimulator
    clock: Clock

    @classmethod
    @contextmanager
    def opened(cls, folder: Path, **options: str) -> Iterator[Desk]:
        """An office in a folder that serves the platform beside it.

        Args:
            folder: An empty folder.
            options: Of the platform, beside its address and accounts.
        """
        clock, book = Clock(), f"sqlite:///{folder / 'book.sqlite'}"
        numbers = {"jan.voorbeeld@example.be": "85073003328"}
        hub = SigningHubSimulator(folder / "hub", clock, numbers=numbers)
        (folder / "accounts.toml").write_text(_ACCOUNTS)
        SQLBook.create(book).close()
        with serving(signinghub_app(hub)) as url:
            platform = {"url": url, "accounts_file": "accounts.toml", **options}
            settings = Settings(
                book=book,
                trust=(str(hub.people.authority),),
                platforms={"hub": Backend(offer="signinghub", options=platform)},
            )
            vl = Digivl.from_settings(settings, folder=folder, clock=clock)
            desk = cls(vl, hub, clock)
            yield desk
            desk.vl.close()

    def again(self, **changes: Any) -> None:
        """Open the office again, with other settings."""
        self.vl.close()
        settings = attrs.evolve(self.vl.settings, **changes)
        folder, clock = self.vl.folder, self.clock
        self.vl = Digivl.from_settings(settings, folder=folder, clock=clock)

    def document(
        self, title: str = "Besluit", content: bytes = b"", dossier: str = ""
    ) -> str:
        """Id of a new document; of a new dossier if none is named."""
        dossier = dossier or self.vl.dossiers.open(title, by=DESK).id
        content = content or paper("Besluit van An Proef en Jan Voorbeeld")
        add = self.vl.documents.add
        return add(dossier, io.BytesIO(content), title=title, type=NOTA, by=DESK).id

    def send(self, *documents: str, **terms: Any) -> Entry[SigningPackage]:
        """Send documents, or a new one, to the usual people."""
        invited = terms.pop("invited", PEOPLE)
        chosen = documents or (self.document(),)
        return self.vl.packages.send(chosen, invited, ACCOUNT, by=DESK, **terms)

    def sent(self, *documents: str, **terms: Any) -> Entry[SigningPackage]:
        """Send, and bring it to the platform."""
        package = self.send(*documents, **terms)
        self.work(0)
        return self.vl.packages.read(package.id)

    def work(self, minutes: float = 61) -> WorkReport:
        """Let time pass, then do what is due."""
        self.clock.now += timedelta(minutes=minutes)
        return self.vl.work()

    def settled(self, package: Entry[SigningPackage]) -> SigningPackage:
        """A package after everything that can be tried again was."""
        for _ in range(8):
            self.work()
            if self.state(package) not in SENDING:
                break
            for task in self.vl.book.tasks(state="stuck"):
                self.vl.book.retry(task.key, self.clock())
        return self.vl.packages.read(package.id).record

    def state(self, package: Entry[SigningPackage]) -> PackageState:
        """How far a package is."""
        return self.vl.packages.read(package.id).record.state

    def there(self) -> Package:
        """The one package on the platform."""
        (found,) = self.hub.packages()
        return found
