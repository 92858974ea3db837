"""A question that goes elsewhere: the office, the channels, and who answers."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import attrs
import pytest

from digivl import Digivl
from digivl.advice.body import Body
from digivl.advice.budget import BudgetLine
from digivl.advice.channels.krab import KrabChannel
from digivl.advice.channels.port import AdviceChannel, Opened
from digivl.advice.messages.correspondence import HEARD, SENT, HeardMessage, SentMessage
from digivl.advice.messages.message import (
    Enclosure,
    Incoming,
    Outgoing,
    OutgoingKind,
    Receipt,
    Said,
)
from digivl.advice.request import ADVICE, AdviceRequest
from digivl.custody.model import CustodyState
from digivl.documents.model import NOTA
from digivl.errors import NotFoundError
from digivl.http.auth import ClientSecret
from digivl.kernel.kinds import Ref
from digivl.kernel.money import Euro
from digivl.plugins.hookspecs import Offer, hookimpl
from digivl.records.entries import Entry
from digivl.records.port import Query
from digivl.records.sqlbook import SQLBook
from digivl.settings import Backend, Limits, Settings
from digivl.testing.council import CABINET, Council
from digivl.testing.krab import BASE, CLIENT_ID, CLIENT_SECRET, KrabSimulator, krab_app
from digivl.testing.matter import BVR, Matter
from digivl.testing.papers import paper
from digivl.testing.serving import serving

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
PDF = b"%PDF-1.7 a nota\n"


@attrs.define
class Pigeon:
    """A channel in memory.

    Attributes:
        carried: What it took.
        waiting: What will come in.
        events: What happens at each sending, before it is taken: an error or nothing.
        after: The same, once it is taken.
    """

    name: str = "pigeon"
    repeats: bool = False
    reference: str = "P-1"
    carried: list[Outgoing] = attrs.field(factory=list[Outgoing])
    waiting: list[Incoming] = attrs.field(factory=list[Incoming])
    confirmed: list[tuple[str, bool]] = attrs.field(factory=list[Any])
    before: list[BaseException | None] = attrs.field(factory=list[Any])
    after: list[BaseException | None] = attrs.field(factory=list[Any])
    files: dict[str, bytes] = attrs.field(factory=dict[str, bytes])
    clock: Callable[[], datetime] = lambda: MONDAY

    def send(self, message: Outgoing, opened: Opened) -> Receipt:
        """Take it."""
        self._happens(self.before)
        for one in message.enclosures:
            with opened(one.sha256) as pdf:
                self.files[one.sha256] = pdf.read()
        if not (self.repeats and message.key in {m.key for m in self.carried}):
            self.carried.append(message)
        self._happens(self.after)
        return Receipt(at=self.clock(), reference=self.reference)

    def collect(self) -> Iterator[Incoming]:
        """What waits."""
        yield from list(self.waiting)

    @contextmanager
    def opened(self, message: Incoming) -> Iterator[BinaryIO]:
        """A document that came with it."""
        if message.file not in self.files:
            raise NotFoundError("it has none")
        yield io.BytesIO(self.files[message.file])

    def confirm(self, message: Incoming, *, apart: bool) -> None:
        """It waits no more."""
        self.confirmed.append((message.id, apart))
        self.waiting = [one for one in self.waiting if one.id != message.id]

    def _happens(self, events: list[BaseException | None]) -> None:
        event = events.pop(0) if events else None
        if event is not None:
            raise event


@attrs.define
class Plugin:
    """Offers the pigeon through the same door as any plug-in."""

    pigeon: Pigeon

    @hookimpl
    def digivl_advice_channels(self) -> list[Offer[AdviceChannel]]:
        """One offer."""
        return [Offer("pigeon", lambda _: self.pigeon)]


@attrs.define
class Talk:
    """A dossier about which somebody elsewhere is asked."""

    matter: Matter
    pigeon: Pigeon
    channel: str = "pigeon"
    said: int = 0

    @property
    def vl(self) -> Digivl:
        """The office."""
        return self.matter.vl

    def ask(self, **how: Any) -> Entry[AdviceRequest]:
        """Ask advice over the channel."""
        return self.matter.ask(**({"channel": self.channel} | how))

    def asked(self) -> str:
        """Id of a question that left."""
        asked = self.ask().id
        self.work()
        return asked

    def work(self) -> tuple[int, int, int]:
        """Do what is due: how many were done, postponed, stuck."""
        report = self.vl.work()
        return report.done, report.postponed, report.stuck

    def says(self, asked: str, said: Said, **how: Any) -> None:
        """The other side says something about a question."""
        self.said += 1
        usual: dict[str, Any] = {"id": f"m{self.said}", "question": ADVICE.ref(asked)}
        self.pigeon.waiting.append(Incoming(said=said, **(usual | how)))

    def sent(self) -> list[SentMessage]:
        """All outgoing messages, the first said first."""
        found = [self.vl.book.read(SENT, one) for one in self._ids("sent")]
        return [e.record for e in sorted(found, key=lambda e: e.record.version)]

    def heard(self) -> list[HeardMessage]:
        """All messages that came in, in the order of their ids."""
        names = sorted(self._ids("heard"))
        return [self.vl.book.read(HEARD, one).record for one in names]

    def held(self, ref: Ref) -> tuple[str, str]:
        """Who has something, and what has to be done; empty when nobody has."""
        custody = self.vl.custody.of(ref).record
        if custody.state is CustodyState.CLOSED:
            return "", ""
        return custody.holder.id, custody.next_step

    def _ids(self, kind: str) -> list[str]:
        return [row.ref.id for row in self.vl.book.rows(Query(kind=kind))]


@pytest.fixture(name="pigeon")
def _pigeon() -> Pigeon:
    """A channel in memory."""
    return Pigeon()


@pytest.fixture(name="talks")
def _talks(
    quick_folder: Path, pigeon: Pigeon
) -> Iterator[Callable[[Mapping[str, Backend]], Talk]]:
    """Opens an office with other channels beside the pigeon."""
    book = SQLBook.create(f"sqlite:///{quick_folder / 'book.db'}")
    councils: list[Council] = []

    def opened(channels: Mapping[str, Backend]) -> Talk:
        desk = {"desk": "desk", "desk_label": "Registratie"}
        bird = Backend(offer="pigeon", options=desk)
        vl = Digivl.from_settings(
            Settings(channels={"pigeon": bird, **channels}),
            folder=quick_folder,
            book=book,
            plugins=(Plugin(pigeon),),
            clock=lambda: councils[0].now,
        )
        councils.append(Council(vl, now=MONDAY))
        pigeon.clock = councils[0].clock
        matter = Matter.opened(councils[0])
        matter.nota, matter.draft = (
            vl.documents.add(
                matter.dossier, io.BytesIO(paper()), title=title, type=of, by=CABINET
            ).id
            for title, of in (("Nota", NOTA), ("Besluit", BVR))
        )
        return Talk(matter, pigeon)

    yield opened
    for council in councils:
        council.vl.close()
    book.close()


@pytest.fixture(name="talk")
def _talk(talks: Callable[[Mapping[str, Backend]], Talk]) -> Talk:
    """An office that talks by pigeon."""
    return talks({})


@pytest.fixture(name="question")
def _question() -> Outgoing:
    """A question with one document and one line."""
    return outgoing()


def outgoing(**changes: Any) -> Outgoing:
    """A question, or as the arguments say."""
    fields: dict[str, Any] = {
        "key": "3f0c2f8e-6c4d-4a51-9d2f-000000000001",
        "kind": OutgoingKind.QUESTION,
        "question": Ref("advice", "0b7e2f8e-6c4d-4a51-9d2f-00000000000a"),
        "body": Body.IF,
        "title": "Subsidie voor jeugdwerk: crèches & één café",
        "dossier": "dossier-1",
        "asker": "Kabinet jeugd",
        "adviser": "Inspectie van Financiën",
        "at": MONDAY,
        "enclosures": (
            Enclosure(
                title="Nota aan de Vlaamse Regering",
                sha256=hashlib.sha256(PDF).hexdigest(),
                size=len(PDF),
                type="Nota",
            ),
        ),
        "lines": (
            BudgetLine(
                year=2027,
                article="HB0-1HDJ2HB-WT",
                vak=Euro("156000.00"),
                vek=None,
                recurrent=True,
            ),
        ),
    }
    return Outgoing(**(fields | changes))


@pytest.fixture(name="make_outgoing", scope="session")
def _make_outgoing() -> Callable[..., Outgoing]:
    """Makes a question, or as the arguments say."""
    return outgoing


@pytest.fixture(name="pdf", scope="session")
def _pdf() -> Opened:
    """Opens the document of the question."""

    @contextmanager
    def opened(_: str) -> Iterator[BinaryIO]:
        yield io.BytesIO(PDF)

    return opened


@pytest.fixture(name="simulator")
def _simulator(tmp_path: Path) -> KrabSimulator:
    """A KRAB with an empty folder."""
    return KrabSimulator(tmp_path / "krab", lambda: MONDAY)


@pytest.fixture(name="address")
def _address(simulator: KrabSimulator) -> Iterator[str]:
    """Where the simulator is served."""
    with serving(krab_app(simulator)) as url:
        yield url


@pytest.fixture(name="krab")
def _krab(address: str) -> Iterator[KrabChannel]:
    """The channel, connected to the simulator."""
    channel = KrabChannel.connect(
        address + BASE,
        address,
        ClientSecret(CLIENT_ID, CLIENT_SECRET),
        Limits(http_read_seconds=2),
        lambda: MONDAY,
    )
    yield channel
    channel.close()
