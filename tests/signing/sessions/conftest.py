"""An office whose people sign at a service, over real HTTP on loopback."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from digivl import Digivl
from digivl.kernel.parties import Party, Role
from digivl.pdf.expected import ExpectedSigner, NumberHash
from digivl.records.entries import Entry
from digivl.settings import Backend, SigningSettings
from digivl.signing.remote import Answer
from digivl.signing.session import Order, SigningSession
from digivl.testing.csc import (
    ACCOUNT,
    CLIENT_ID,
    CLIENT_SECRET,
    REDIRECT_URI,
    CSCSimulator,
    Style,
    two_people,
)
from digivl.testing.csc_counter import csc_app
from digivl.testing.csc_people import MINISTER as NUMBER
from digivl.testing.csc_person import answers
from digivl.testing.papers import paper
from digivl.testing.route import Scene
from digivl.testing.serving import serving

if TYPE_CHECKING:
    from digivl.testing.pki import PKI

PEOPLE = two_people()
ME = Party("minister-jeugd", "Vlaams minister van Jeugd", Role.MINISTER)
WHO = "test-minister"
EXPECTED = ExpectedSigner(number=NumberHash.of(NUMBER))

Session = Entry[SigningSession]


@attrs.define
class Clock:
    """A clock that only goes on when it is told to."""

    now: datetime = attrs.field(factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        """The present moment."""
        return self.now

    def passes(self, seconds: float) -> None:
        """Time goes by."""
        self.now += timedelta(seconds=seconds)


@attrs.frozen
class Desk:
    """An office, the service that its people sign at, and the clock of both."""

    vl: Digivl
    simulator: CSCSimulator
    clock: Clock

    def orders(self, number: int = 2) -> list[Order]:
        """Documents in the store of the office."""
        keep = self.vl.documents.keep
        return [
            Order(
                sha256=keep(io.BytesIO(paper(f"Besluit {n}"))).sha256,
                label=f"Besluit {n}",
            )
            for n in range(number)
        ]

    def start(self, number: int = 2, **given: Any) -> Session:
        """Somebody is asked to sign."""
        settings: dict[str, Any] = {"means": "itsme", "expected": EXPECTED, "by": ME}
        settings |= given
        return self.vl.signing_sessions.start(self.orders(number), **settings)

    def visited(self, entry: Session, who: str = WHO) -> Answer:
        """The person goes where the session says, and chooses."""
        return answers(entry.record.url, who)

    def back(self, entry: Session, who: str = WHO) -> Session:
        """The person goes there, and comes back."""
        answer = self.visited(entry, who)
        return self.vl.signing_sessions.came_back(entry.id, answer, by=ME)

    def signed(self, number: int = 2, **given: Any) -> Session:
        """A session from its start to its end."""
        entry = self.start(number, **given)
        while entry.record.url:
            entry = self.back(entry)
        return entry

    def read(self, entry: Session) -> Session:
        """As it is now."""
        return self.vl.signing_sessions.read(entry.id, by=ME)

    def verdicts(self, entry: Session) -> list[Any]:
        """What holds of the signed files."""
        found = []
        for piece in entry.record.pieces:
            with self.vl.documents.opened(piece.signed) as file:
                found.append(self.vl.validate(file, piece.order.label))
        return found


MakeDesk = Callable[..., Desk]


@pytest.fixture(name="clock")
def _clock() -> Clock:
    """One clock for the office and for the service."""
    return Clock()


@pytest.fixture(name="desk_for")
def _desk_for(scene_at: Callable[..., Scene], clock: Clock) -> Iterator[MakeDesk]:
    """Makes an office and a service."""
    opened: list[Callable[[], object]] = []

    def make(
        style: Style = Style.ITSME,
        *,
        most: int = 70,
        simulator: CSCSimulator | None = None,
        settings: Mapping[str, Any] | None = None,
        **options: str,
    ) -> Desk:
        service = simulator or CSCSimulator(
            style=style,
            clock=clock,
            people={name: attrs.evolve(one) for name, one in PEOPLE.items()},
        )
        served = serving(csc_app(service))
        address = served.__enter__()
        opened.append(lambda: served.__exit__(None, None, None))
        given = {
            "url": address + service.style.base,
            "client_id": CLIENT_ID,
            "client_secret_file": "csc.secret",
            "redirect_uri": REDIRECT_URI,
            "account_id": ACCOUNT,
            "most_at_once": str(most),
        }
        chosen = Backend(offer="csc", options=given | options)
        scene = scene_at(
            "opened", clock=clock, remote={"itsme": chosen}, **(settings or {})
        )
        (scene.vl.folder / "csc.secret").write_text(CLIENT_SECRET)
        return Desk(scene.vl, service, clock)

    yield make
    for close in reversed(opened):
        close()


@pytest.fixture(name="lasting_for")
def _lasting_for(desk_for: MakeDesk, pki: PKI, clock: Clock) -> MakeDesk:
    """Makes an office that signs to a level, with people whom an authority vouches for.

    That authority tells of revocation, and gives the timestamps.
    """

    def make(level: str, name: str = "signer", **more: Any) -> Desk:
        # Whole seconds: a fraction is no time of RFC 5280.
        clock.now, pki.clock = clock.now.replace(microsecond=0), clock
        holder = pki.keyholder(name, "issuing", id=WHO)
        style = Style.ITSME if holder.is_rsa else Style.V1
        simulator = CSCSimulator(style=style, clock=clock, people={WHO: holder})
        authority = Backend(offer="rfc3161", options={"url": pki.tsa()})
        settings = {
            "authorities": {"tsa": authority},
            "trust": (str(pki.root_pem()),),
            "signing": SigningSettings(level=level, private_hosts=("127.0.0.1",)),
        }
        return desk_for(simulator=simulator, settings=settings | more)

    return make


@pytest.fixture(name="desk")
def _desk(desk_for: MakeDesk) -> Desk:
    """An office whose people sign with itsme."""
    return desk_for()
