"""A service for remote signing on loopback, for tests, demonstrations and trials.

`CSCSimulator` is the service with people and their keys in it, `csc_app` its counter: a
WSGI application with the methods of the CSC API, and pages on which a person confirms
or cancels, in a browser or by `digivl.testing.csc_person`. It is strict: what no
specification allows is refused. What it has stands in memory.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from threading import Lock
from typing import Final
from urllib.parse import urlsplit

import attrs

from digivl.http.gateway import is_loopback
from digivl.kernel.moments import utc_now
from digivl.pdf.digests import Digest
from digivl.testing.csc_people import MINISTER, SECRETARY, Certifier, Keyholder
from digivl.testing.magda_rules import Refusal

#: A client that every simulator lets in, and the account that it lets people in by.
CLIENT_ID: Final = "digivl-simulator"
CLIENT_SECRET: Final = "no-secret-at-all"  # noqa: S105 - it guards nothing
ACCOUNT: Final = "digivl-account"
#: Where a browser comes back when nobody says otherwise.
REDIRECT_URI: Final = "http://127.0.0.1:8000/terug"
_CODE_SECONDS: Final = 60


class Style(Enum):
    """What the service speaks: its version, and its ways."""

    ITSME = "version 1 as itsme documents it"
    V1 = "version 1.0.4, with PIN and code where `explicit` is set"
    V2 = "version 2.0, with pushed and rich requests"
    V22 = "version 2.2, with pushed and rich requests"

    @property
    def version(self) -> int:
        """1 or 2."""
        return 2 if self in {Style.V2, Style.V22} else 1

    @property
    def base(self) -> str:
        """Where the service stands below its address."""
        return f"/csc/v{self.version}"


class Fault(Enum):
    """A way in which one call of a method fails (storing)."""

    UNAVAILABLE = "503, nothing done"
    BROKEN = "500, nothing done"
    TOO_MANY = "429 with Retry-After, nothing done"
    NO_TOKEN = "401: the token is no longer good"  # noqa: S105 - a word
    SAD_EXPIRED = "400: the consent has expired"
    GATEWAY_TIMEOUT = "504, but it was done"
    LOST_REPLY = "the connection is cut after it was done"
    GARBLED = "200 with something else than an answer; it was done"
    WRONG_SIGNATURE = "the first signature is of something else"
    WRONG_COUNT = "a signature is missing"
    SWAPPED = "the signatures are in another order"


@attrs.define(kw_only=True)
class Pending:
    """A page that waits for a person.

    Attributes:
        client: Who sent the person there.
        scope: ``service`` or ``credential``.
        state: What goes back along with the person.
        challenge: Of PKCE; empty without it.
        details: The rich request, to be repeated; empty without one.
        owner: Id of the key that is consented to.
        hashes: What is consented to.
        digest: With which algorithm they were made; None when that is not known.
        description: What the person reads.
        labels: What the person reads of each document.
    """

    client: str
    scope: str
    state: str
    redirect_uri: str
    challenge: str = ""
    details: str = ""
    owner: str = ""
    hashes: tuple[bytes, ...] = ()
    digest: Digest | None = None
    description: str = ""
    labels: tuple[str, ...] = ()


@attrs.define(kw_only=True)
class Granted:
    """What a code or a token stands for.

    Attributes:
        pending: What was confirmed.
        holder: By whom.
        until: Until when it is good, in seconds.
        left: How many signatures can still be made with it.
    """

    pending: Pending
    holder: str
    until: float
    left: int = 0


def two_people() -> dict[str, Keyholder]:
    """Somebody who is called minister and somebody who is called secretary."""
    certifier = Certifier.make()
    made = (
        certifier.keyholder("Test Minister", MINISTER),
        certifier.keyholder("Test Secretaris", SECRETARY),
    )
    return {one.id: one for one in made}


@attrs.define(eq=False, kw_only=True)
class CSCSimulator:
    """The service; any number of threads can call it.

    Attributes:
        style: What it speaks.
        explicit: True asks for PIN and code in the place of a page of consent.
        people: Who has a key, by the id of it.
        clients: Secrets by client id.
        redirect_uris: Where people may be sent back to; None is anywhere on this
            machine.
        accounts: Accounts that people are let in by; only itsme asks for one.
        clock: Gives the present moment, with a zone.
        most_at_once: How many one consent covers.
        sad_seconds: How long a consent is good.
        token_seconds: How long an identification is good.
        scal: ``2`` binds a consent to its digests.
        repeats: True gives the same signatures again under the same consent.
        slow: How long a slow call takes, in seconds; see `slow_next`.
    """

    style: Style = Style.ITSME
    explicit: bool = False
    people: dict[str, Keyholder] = attrs.field(factory=two_people, repr=False)
    clients: Mapping[str, str] = attrs.field(
        factory=lambda: {CLIENT_ID: CLIENT_SECRET}, repr=False
    )
    redirect_uris: set[str] | None = attrs.field(factory=lambda: {REDIRECT_URI})
    accounts: set[str] = attrs.field(factory=lambda: {ACCOUNT})
    clock: Callable[[], datetime] = utc_now
    most_at_once: int = 70
    sad_seconds: int = 3_600
    token_seconds: int = 3_600
    scal: str = "2"
    repeats: bool = False
    pages: dict[str, Pending] = attrs.field(factory=dict[str, Pending], init=False)
    codes: dict[str, Granted] = attrs.field(factory=dict[str, Granted], init=False)
    tokens: dict[str, Granted] = attrs.field(factory=dict[str, Granted], init=False)
    pushed: dict[str, Mapping[str, str]] = attrs.field(
        factory=dict[str, Mapping[str, str]], init=False
    )
    seen: set[str] = attrs.field(factory=set[str], init=False)
    #: Each call of a method: its name, and the body.
    calls: list[tuple[str, object]] = attrs.field(
        factory=list[tuple[str, object]], init=False
    )
    #: Every digest that was ever signed, in order.
    signed: list[bytes] = attrs.field(factory=list[bytes], init=False)
    _faults: dict[str, deque[Fault]] = attrs.field(
        factory=dict[str, "deque[Fault]"], init=False, repr=False
    )
    lock: Lock = attrs.field(factory=Lock, init=False, repr=False)

    def fail_next(self, method: str, *faults: Fault) -> None:
        """Let the next calls of a method fail, one fault each, in this order.

        Args:
            method: As the service lists it, e.g. ``signatures/signHash``.
            faults: How.
        """
        self._faults.setdefault(method, deque()).extend(faults)

    def next_fault(self, method: str) -> Fault | None:
        """How this call of a method fails; None when it does not."""
        with self.lock:
            waiting = self._faults.get(method)
            return waiting.popleft() if waiting else None

    def sends_back_to(self, redirect_uri: str) -> bool:
        """True when people may be sent back there."""
        if self.redirect_uris is None:
            return is_loopback(urlsplit(redirect_uri).hostname or "")
        return redirect_uri in self.redirect_uris

    def now(self) -> float:
        """The present moment in seconds."""
        return self.clock().timestamp()

    def open_page(self, pending: Pending) -> str:
        """A page that waits; its id."""
        with self.lock:
            page = secrets.token_urlsafe(16)
            self.pages[page] = pending
            return page

    def confirm(self, page: str, holder: str) -> tuple[Pending, str]:
        """A person confirms: the page is gone, and gives a code.

        Raises:
            Refusal: 400 - there is no such page, or it is of somebody else.
        """
        with self.lock:
            pending = self.pages.pop(page, None)
            if pending is None or holder not in self.people:
                raise Refusal(400, "there is no such page any more")
            if pending.owner and pending.owner != holder:
                raise Refusal(400, "this key is somebody else's")
            code = secrets.token_urlsafe(16)
            self.codes[code] = Granted(
                pending=pending,
                holder=holder,
                until=self.now() + _CODE_SECONDS,
                left=len(pending.hashes),
            )
            return pending, code

    def cancel(self, page: str) -> Pending:
        """A person cancels, or does not come: the page is gone.

        Raises:
            Refusal: 400 - there is no such page.
        """
        with self.lock:
            pending = self.pages.pop(page, None)
        if pending is None:
            raise Refusal(400, "there is no such page any more")
        return pending

    def grant(self, granted: Granted) -> str:
        """A token."""
        with self.lock:
            token = secrets.token_urlsafe(24)
            self.tokens[token] = granted
            return token

    def granted(self, token: str, scope: str) -> Granted | None:
        """What a token stands for; None when it is not good for a scope."""
        with self.lock:
            found = self.tokens.get(token)
        good = found is not None and self.now() < found.until
        return found if found and good and found.pending.scope == scope else None

    def take(self, sad: Granted, hashes: tuple[bytes, ...]) -> None:
        """Take signatures off what a consent is good for.

        Raises:
            Refusal: 400 - it was used, or is not for these.
        """
        if self.scal == "2" and not {*hashes} <= {*sad.pending.hashes}:
            raise Refusal(400, "Hash is not authorized by the SAD")
        with self.lock:
            if sad.left < len(hashes) and not self.repeats:
                raise Refusal(400, "Invalid parameter SAD")
            sad.left -= len(hashes)
            self.signed += hashes
