from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import attrs
import pytest

from digivl.errors import (
    BackendRefusedError,
    BackendUnavailableError,
    ConfigurationError,
    MalformedError,
    UntrustworthyAnswerError,
)
from digivl.http.gateway import Gateway
from digivl.pdf.timestamps import Asked, checked_token, timestamp_request
from digivl.settings import Limits
from digivl.signing.authorities import HTTPAuthority, first_answer
from digivl.testing.serving import serving
from digivl.testing.tsa import Fault, TSASimulator, tsa_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digivl.errors import DigivlError
    from digivl.signing.development import DevelopmentKeys

DIGEST = hashlib.sha256(b"besluit").digest()


@attrs.frozen
class Local:
    """An authority without a network."""

    name: str
    simulator: TSASimulator

    def answer(self, request: bytes) -> bytes:
        """As the port says: down is `BackendUnavailableError`."""
        try:
            return self.simulator.answer(request)
        except ConnectionError as cause:
            raise BackendUnavailableError(self.name, str(cause)) from cause


@pytest.fixture(name="authority")
def _authority(development_keys: DevelopmentKeys) -> Callable[..., Local]:
    """Makes an authority, with a fault if asked."""
    file = development_keys.timestamps

    def make(name: str, fault: Fault | None = None) -> Local:
        simulator = TSASimulator.from_pkcs12(file.path, file.password())
        simulator.fault = fault
        return Local(name, simulator)

    return make


@pytest.fixture(name="asked")
def _asked() -> Asked:
    return timestamp_request(DIGEST)


def test_the_first_that_holds_is_taken(
    authority: Callable[..., Local], asked: Asked
) -> None:
    """One that is down, refuses or lies is passed over; later ones are not asked."""
    faults = [Fault.DOWN, Fault.REFUSED, Fault.GARBAGE, Fault.WRONG_NONCE]
    bad = [authority(fault.value, fault) for fault in faults]
    good, unasked = authority("good"), authority("unasked")

    answer = first_answer([*bad, good, unasked], asked.der)

    assert DIGEST == asked.digest
    assert checked_token(answer, asked).serial > 0
    assert (1, 0) == (good.simulator.answered, unasked.simulator.answered)


def test_when_one_may_come_back_it_can_be_tried_again(
    authority: Callable[..., Local], asked: Asked
) -> None:
    """The error names every authority and what it did."""
    authorities = [authority("a", Fault.WRONG_IMPRINT), authority("b", Fault.DOWN)]

    with pytest.raises(BackendUnavailableError, match=r"\[a\].*digest.*\[b\].*down"):
        first_answer(authorities, asked.der)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.WRONG_SIGNATURE, UntrustworthyAnswerError),
        (Fault.REFUSED, BackendRefusedError),
        (Fault.GARBAGE, UntrustworthyAnswerError),
    ],
)
def test_when_none_will_do_it_is_said(
    authority: Callable[..., Local],
    asked: Asked,
    fault: Fault,
    error: type[DigivlError],
) -> None:
    """Without one that is down a later try is of no use."""
    with pytest.raises(error, match=r"no timestamp: .*\[a\]") as refused:
        first_answer([authority("a", fault)], asked.der)

    assert not refused.value.retryable


def test_without_authorities(asked: Asked) -> None:
    """An empty list is a mistake in the settings."""
    with pytest.raises(ConfigurationError, match="no timestamp authority"):
        first_answer([], asked.der)


def test_only_requests_are_sent(authority: Callable[..., Local]) -> None:
    """What is not a request goes nowhere."""
    with pytest.raises(MalformedError):
        first_answer([authority("a")], b"garbage")


@pytest.fixture(name="over_http")
def _over_http(tsa: TSASimulator) -> Iterator[HTTPAuthority]:
    """The simulator on loopback, and the authority that asks it."""
    limits = Limits(http_read_seconds=0.3)
    with serving(tsa_app(tsa)) as url:
        yield HTTPAuthority("tsa", Gateway("tsa", f"{url}/tsr", limits))


def test_answers_over_http(over_http: HTTPAuthority, asked: Asked) -> None:
    """The whole way: a request over TCP, a token that holds."""
    assert checked_token(over_http.answer(asked.der), asked).serial > 0


@pytest.mark.parametrize("fault", [Fault.DOWN, Fault.SLOW])
def test_no_answer_over_http_may_come_later(
    over_http: HTTPAuthority, asked: Asked, tsa: TSASimulator, fault: Fault
) -> None:
    """Down and too slow are the same: try again later."""
    tsa.fault, tsa.slowness = fault, 1.0

    with pytest.raises(BackendUnavailableError):
        over_http.answer(asked.der)


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [("GET", {}, 405), ("POST", {"Content-Type": "text/plain"}, 415)],
)
def test_the_simulator_is_strict(
    tsa: TSASimulator, method: str, headers: dict[str, str], status: int
) -> None:
    """What is not RFC 3161 over HTTP is refused."""
    from werkzeug.test import Client

    answer = Client(tsa_app(tsa)).open("/", method=method, headers=headers)

    assert status == answer.status_code
