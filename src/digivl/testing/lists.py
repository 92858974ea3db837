"""A Union of a few countries, whose trusted lists a test writes, signs and spoils.

The list of lists, pivots, national lists, with keys of their own and at a moment that
the test chooses. `served_lists` answers on loopback; `write_to` leaves files, for a
judge. What goes wrong in the world goes wrong here on request.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

from digivl.testing.lists_pki import Holder, list_signer
from digivl.testing.lists_xml import signed, written
from digivl.validation.trustlists.model import (
    DigitalIdentity,
    Pointer,
    Provider,
    Qualification,
    Service,
    ServiceState,
    TrustedList,
)
from digivl.validation.trustlists.names import (
    XML_LIST,
    ListType,
    ServiceStatus,
    ServiceType,
    Usage,
)

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

_DAY: Final = timedelta(days=1)
#: What a service for certificates is listed for, unless a test says something else.
EVERY_USE: Final = (Usage.ESIGNATURES, Usage.ESEALS)


def state(
    holder: Holder,
    since: datetime,
    *,
    type: ServiceType | str = ServiceType.CA_QC,
    status: ServiceStatus | str = ServiceStatus.GRANTED,
    additional: tuple[Usage | str, ...] | None = None,
    qualifications: tuple[Qualification, ...] = (),
) -> ServiceState:
    """How the service of an authority, or of a timestamp unit, stands from a moment on.

    Args:
        holder: Whose certificate it is known by.
        since: From when, with zone.
        type: What it does.
        status: How it stands.
        additional: For what it issues; signatures and seals for one that issues.
        qualifications: What is said of some of its certificates.
    """
    issues = type == ServiceType.CA_QC
    return ServiceState(
        type=type,
        name=holder.certificate.subject.rfc4514_string(),
        status=status,
        since=since,
        identity=DigitalIdentity(
            certificates=(holder.der,),
            subjects=(holder.certificate.subject.rfc4514_string(),),
        ),
        additional=(EVERY_USE if issues else ()) if additional is None else additional,
        qualifications=qualifications,
    )


@attrs.define(eq=False)
class Country:
    """A country with its list.

    Attributes:
        signer: Who signs its list.
        announced: Who may sign it by the list of lists; the signer if empty.
        services: Those on its list.
        version: Of the form: 5 or 6.
        sequence: Of the last issue.
        next_update: How long after an issue the next one is due.
        closed: No next one follows, ever.
    """

    territory: str
    signer: Holder
    announced: tuple[Holder, ...] = ()
    services: list[Service] = attrs.field(factory=list[Service])
    version: int = 5
    sequence: int = 0
    next_update: timedelta = 180 * _DAY
    closed: bool = False

    def add(self, *states: ServiceState) -> Service:
        """Put a service on the list, with how it stands and stood."""
        service = Service(states)
        self.services.append(service)
        return service


@attrs.define(eq=False)
class Lists:
    """The lists of a Union.

    Attributes:
        base: Before the name of each file.
        clock: The present moment, with zone.
        files: What stands at each address; a test may spoil it.
        down: Addresses at which nobody answers.
        asked: Addresses that were asked.
        anchor: Whose certificate the Official Journal published.
        signer: Who signs the list of lists now.
        countries: By territory.
        pivots: Addresses, newest first.
    """

    base: str
    clock: Callable[[], datetime]
    anchor: Holder
    signer: Holder
    files: dict[str, bytes] = attrs.field(factory=dict[str, bytes])
    down: set[str] = attrs.field(factory=set[str])
    asked: list[str] = attrs.field(factory=list[str])
    countries: dict[str, Country] = attrs.field(factory=dict[str, Country])
    pivots: list[str] = attrs.field(factory=list[str])
    sequence: int = 0

    @classmethod
    def made(
        cls,
        clock: Callable[[], datetime],
        base: str = "https://lists.example",
        territories: Iterable[str] = ("BE", "NL"),
    ) -> Lists:
        """A Union with a few countries, nothing published yet."""
        since = clock() - 400 * _DAY
        anchor = list_signer("Proef Commissie 1", "EU", since)
        found = cls(base, clock, anchor, anchor)
        for one in territories:
            signer = list_signer(f"Proef lijst {one}", one, since)
            found.countries[one] = Country(one, signer)
        return found

    @property
    def location(self) -> str:
        """Of the list of lists."""
        return f"{self.base}/eu-lotl.xml"

    def location_of(self, territory: str) -> str:
        """Of the list of a country."""
        return f"{self.base}/{territory.lower()}.xml"

    def publish(self, *territories: str) -> None:
        """Issue the lists of some countries, or all, and the list of lists."""
        for territory in territories or self.countries:
            country = self.countries[territory]
            country.sequence += 1
            content = written(self._national(country))
            self.files[self.location_of(territory)] = signed(
                content, country.signer, self.clock()
            )
        self.sequence += 1
        self.files[self.location] = self._lotl(self.signer, self.signer)

    def roll_over(self) -> Holder:
        """Another key signs the list of lists from now on; a pivot hands it over."""
        after = list_signer(
            f"Proef Commissie {len(self.pivots) + 2}", "EU", self.clock() - 30 * _DAY
        )
        self.sequence += 1
        address = f"{self.base}/eu-lotl-pivot-{self.sequence}.xml"
        self.files[address] = self._lotl(self.signer, after)
        self.pivots.insert(0, address)
        self.signer = after
        self.publish()
        return after

    def write_to(self, folder: Path) -> None:
        """Leave every file in a folder, under the last part of its address."""
        for address, content in self.files.items():
            (folder / address.rpartition("/")[2]).write_bytes(content)

    def fetch(self, address: str) -> bytes | None:
        """What stands at an address; None when nobody answers."""
        self.asked.append(address)
        return None if address in self.down else self.files.get(address)

    def answer(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """As a WSGI application."""
        content = self.fetch(self.base + environ["PATH_INFO"])
        status = "503 Service Unavailable" if content is None else "200 OK"
        start_response(status, [("Content-Type", XML_LIST)])
        return [content or b""]

    def _national(self, country: Country) -> TrustedList:
        at = self.clock().replace(microsecond=0)
        provider = Provider(
            name=f"Proef dienstverlener {country.territory}",
            trade_names=("VATBE-0000000000",),
            services=tuple(country.services),
        )
        return TrustedList(
            version=country.version,
            sequence=country.sequence,
            type=ListType.NATIONAL,
            territory=country.territory,
            operator=f"Proef toezicht {country.territory}",
            issued=at,
            next_update=None if country.closed else at + country.next_update,
            pointers=(self._own_pointer(self.signer),),
            providers=(provider,) if country.services else (),
        )

    def _lotl(self, by: Holder, next_signer: Holder) -> bytes:
        at = self.clock().replace(microsecond=0)
        about = f"{self.base}/official-journal"
        found = TrustedList(
            version=5,
            sequence=self.sequence,
            type=ListType.OF_LISTS,
            territory="EU",
            operator="Proef Commissie",
            issued=at,
            next_update=at + 180 * _DAY,
            information=(about, *self.pivots),
            pointers=(
                self._own_pointer(next_signer),
                *(self._pointer(one) for one in self.countries.values()),
            ),
        )
        return signed(written(found), by, self.clock())

    def _own_pointer(self, signer: Holder) -> Pointer:
        return Pointer(
            location=self.location,
            signers=(signer.der,),
            territory="EU",
            type=ListType.OF_LISTS,
            mime_type=XML_LIST,
            operator="Proef Commissie",
        )

    def _pointer(self, country: Country) -> Pointer:
        return Pointer(
            location=self.location_of(country.territory),
            signers=tuple(one.der for one in country.announced or (country.signer,)),
            territory=country.territory,
            type=ListType.NATIONAL,
            mime_type=XML_LIST,
            operator=f"Proef toezicht {country.territory}",
        )


@contextmanager
def served_lists(clock: Callable[[], datetime]) -> Generator[Lists]:
    """Lists that are asked for over HTTP on loopback, as long as the block runs."""
    from digivl.testing.serving import serving

    # The addresses stand in the lists: the port is known before they are written.
    with socket.create_server(("127.0.0.1", 0)) as listening:
        base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        lists = Lists.made(clock, base)
        with serving(lists.answer, on=listening):
            yield lists


def broken(content: bytes) -> bytes:
    """The list with one word changed after it was signed."""
    return content.replace(b"Proef toezicht", b"Proef toezocht", 1)


def unsigned(content: bytes) -> bytes:
    """The list without its signature."""
    pattern = rb"<ds:Signature[ >].*</ds:Signature>"
    return re.sub(pattern, b"", content, flags=re.DOTALL)


def twice_signed(content: bytes, holder: Holder, at: datetime) -> bytes:
    """The list with one more signature."""
    return signed(content, holder, at)


def signed_by_another(content: bytes, at: datetime) -> bytes:
    """The list signed by somebody who may not."""
    return signed(unsigned(content), list_signer("Proef vreemde", "XX", at - _DAY), at)


def not_parsable(content: bytes) -> bytes:
    """The list cut short."""
    return content[: len(content) * 2 // 3]


def not_conform(content: bytes, holder: Holder, at: datetime) -> bytes:
    """The list rightly signed, but without its number."""
    pattern = rb"<TSLSequenceNumber>\d+</TSLSequenceNumber>"
    return signed(re.sub(pattern, b"", unsigned(content)), holder, at)
