"""A service for remote signing, means that speak to it, and the people in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import attrs
import pytest

from digivl.http.gateway import Gateway
from digivl.settings import Limits
from digivl.signing.csc.means import CSCMeans
from digivl.signing.csc.oauth import Client
from digivl.signing.remote import Answer, Identified, ToSign, Visit
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
from digivl.testing.csc_people import Keyholder
from digivl.testing.csc_person import answers
from digivl.testing.serving import serving

PEOPLE = two_people()
CLIENT = Client(
    id=CLIENT_ID, secret=CLIENT_SECRET, redirect_uri=REDIRECT_URI, account=ACCOUNT
)
MINISTER = "test-minister"
SECRETARY = "test-secretaris"


@attrs.frozen
class Service:
    """A service and a means that speaks to it."""

    simulator: CSCSimulator
    means: CSCMeans

    @property
    def now(self) -> datetime:
        """The present moment there."""
        return self.simulator.clock()

    def confirm(self, visit: Visit, who: str = MINISTER) -> Answer:
        """Agree, on the page or on the form."""
        if visit.url:
            return answers(visit.url, who)
        holder = self.simulator.people[who]
        secrets = {"PIN": holder.pin, "OTP": holder.code}
        return {one.name: secrets[one.name] for one in visit.questions}

    def identified(self, who: str = MINISTER) -> Identified:
        """Somebody who has said who it is."""
        visit = self.means.begin("session-1", self.now)
        return self.means.identified(visit.state, self.confirm(visit, who), self.now)

    def asked(self, found: Identified, documents: list[ToSign]) -> Visit:
        """The visit at which consent is given."""
        return self.means.ask(found.state, found.identity, documents, self.now)

    def documents(self, number: int = 2) -> list[ToSign]:
        """A list of things to sign."""
        digest = self.means.digest
        return [
            ToSign(label=f"Stuk {n}", digest=digest.of(f"stuk {n}".encode()))
            for n in range(number)
        ]


Serve = Callable[..., Service]


@pytest.fixture(name="serve")
def _serve() -> Iterator[Serve]:
    """Serves a simulator; gives it with a means."""
    opened: list[Callable[[], object]] = []

    def serve(style: Style = Style.ITSME, **given: object) -> Service:
        simulator = CSCSimulator(
            style=style, people=fresh(), explicit=bool(given.pop("explicit", False))
        )
        serving_it = serving(csc_app(simulator))
        address = serving_it.__enter__()
        opened.append(lambda: serving_it.__exit__(None, None, None))
        gateway = Gateway("itsme", address + style.base, Limits())
        client = attrs.evolve(CLIENT, account=ACCOUNT if style is Style.ITSME else "")
        settings = {"client": client, "most_at_once": 70} | given
        means = CSCMeans(
            name="itsme",
            service=gateway,
            server=Gateway("itsme oauth", address + style.base, Limits()),
            **settings,  # type: ignore[arg-type]
        )
        opened.append(means.close)
        return Service(simulator, means)

    yield serve
    for close in reversed(opened):
        close()


def fresh() -> dict[str, Keyholder]:
    """The people, each as it was made: keys take long to make."""
    return {name: attrs.evolve(one) for name, one in PEOPLE.items()}
