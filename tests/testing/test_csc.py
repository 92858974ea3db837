"""The CSC simulator refuses what no specification allows."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import attrs
import httpx
import pytest

from digivl.errors import BackendRefusedError
from digivl.kernel.moments import utc_now
from digivl.signing.csc import oauth, wire, wire2
from digivl.testing.csc import (
    ACCOUNT,
    CLIENT_ID,
    CLIENT_SECRET,
    REDIRECT_URI,
    CSCSimulator,
    Granted,
    Pending,
    Style,
    two_people,
)
from digivl.testing.csc_counter import csc_app
from digivl.testing.csc_person import answers
from digivl.testing.serving import serving

PEOPLE: Final = two_people()
WHO: Final = "test-minister"
CLIENT: Final = oauth.Client(
    id=CLIENT_ID, secret=CLIENT_SECRET, redirect_uri=REDIRECT_URI, account=ACCOUNT
)
_DIGEST: Final = b"x" * 32
_SHA256: Final = "2.16.840.1.101.3.4.2.1"
_RSA: Final = "1.2.840.113549.1.1.11"


@attrs.frozen
class Counter:
    """A simulator, called without a network."""

    simulator: CSCSimulator
    client: httpx.Client

    def page(self, **changes: str) -> httpx.Response:
        """Go to a page with a link that is right but for the changes."""
        params = oauth.visit_params(CLIENT, "state", "proof", self.simulator.clock())
        params = params | {"scope": "service"} | changes
        given = {name: text for name, text in params.items() if text != "-"}
        if self.simulator.style.version == 1:
            return self.client.get("/oauth2/authorize", params=given)
        form = given | {"client_secret": CLIENT_SECRET}
        return self.client.post("/oauth2/pushed_authorize", data=form)

    def ask(self, method: str, body: Any, token: str = "") -> httpx.Response:
        """Call a method, as somebody who has said who it is."""
        headers = {"authorization": f"Bearer {token or self.token('service')}"}
        path = f"{self.simulator.style.base}/{method}"
        return self.client.post(path, json=body, headers=headers)

    def token(self, scope: str, *hashes: bytes) -> str:
        """A token of the minister."""
        pending = Pending(
            client=CLIENT_ID,
            scope=scope,
            state="",
            redirect_uri=REDIRECT_URI,
            owner=WHO,
            hashes=hashes,
        )
        until = self.simulator.now() + 600
        granted = Granted(pending=pending, holder=WHO, until=until, left=len(hashes))
        return self.simulator.grant(granted)


@pytest.fixture(name="counter")
def _counter(request: pytest.FixtureRequest) -> Iterator[Counter]:
    """A counter of the style that a test asks for; of itsme if it does not."""
    style = getattr(request, "param", Style.ITSME)
    people = {name: attrs.evolve(one) for name, one in PEOPLE.items()}
    simulator = CSCSimulator(style=style, people=people)
    transport = httpx.WSGITransport(app=csc_app(simulator))
    with httpx.Client(transport=transport, base_url="http://csc") as client:
        yield Counter(simulator, client)


def consent(**changes: str) -> dict[str, str]:
    """The parameters of a consent of version 1, but for the changes."""
    return {
        "scope": "credential",
        "credentialID": WHO,
        "numSignatures": "1",
        "hash": urlsafe_b64encode(_DIGEST).decode(),
    } | changes


def test_right_link(counter: Counter) -> None:
    """The page asks who it is; a second one what is signed."""
    assert "Wie bent u?" in counter.page().text
    assert "Aantal documenten: 1" in counter.page(**consent()).text


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "nobody"},
        {"redirect_uri": "https://elders.example"},
        {"response_type": "token"},
        {"scope": "everything"},
        {"code_challenge_method": "plain"},
        {"code_challenge": "short"},
        {"account_token": "-"},
        {"account_token": "a.b.c"},
        {"account_token": oauth.account_token(CLIENT, utc_now() - timedelta(hours=1))},
        {
            "account_token": oauth.account_token(
                attrs.evolve(CLIENT, account="x"), utc_now()
            )
        },
        {
            "account_token": oauth.account_token(
                attrs.evolve(CLIENT, id="other"), utc_now()
            )
        },
        consent(hash=""),
        consent(hash="="),
        consent(hash="AAAA"),
        consent(hash="é"),
        consent(numSignatures="2"),
        consent(credentialID="nobody"),
        consent(description="x" * 256),
        consent(description="\u6f22"),
        {"authorization_details": "[]"},
        {"request_uri": "urn:nobody"},
    ],
)
def test_link_that_is_not_right(counter: Counter, changes: dict[str, str]) -> None:
    """It is refused before anybody is asked anything."""
    assert 400 == counter.page(**changes).status_code
    assert {} == counter.simulator.pages


def test_key_that_is_disabled(counter: Counter) -> None:
    """Nobody is asked to sign with it; nor more than is possible at once."""
    counter.simulator.people[WHO].enabled = False
    assert "disabled" in counter.page(**consent()).text
    counter.simulator.people[WHO].enabled = True
    counter.simulator.most_at_once = 0
    assert "too high" in counter.page(**consent()).text


def details(**changes: Any) -> dict[str, str]:
    """A rich request of 2.2, but for the changes."""
    document = {
        "hash": b64encode(_DIGEST).decode(),
        "label": "Stuk",
        "hashType": "DTBSR",
    }
    said = {
        "type": wire2.RICH,
        "credentialID": WHO,
        "numSignatures": 1,
        "documentDigests": [document],
        "hashAlgorithmOID": _SHA256,
    }
    return {"scope": "-", "authorization_details": json.dumps([said | changes])}


@pytest.mark.parametrize("counter", [Style.V22], indirect=True)
def test_rich_requests(counter: Counter) -> None:
    """They are pushed first, by who can prove who it is, and can be wrong."""
    assert 201 == counter.page(**details()).status_code
    wrong: list[dict[str, str]] = [
        details(type="credential"),
        details(numSignatures=2),
        details(hashAlgorithmOID="1.2.3"),
        details(documentDigests=[{"hash": "!"}]),
        details(documentDigests=[]),
        {"authorization_details": "{"},
        {"code_challenge_method": "-"},
        {"scope": "credential", "hashes": "", "hashAlgorithmOID": "1"},
    ]
    for changes in wrong:
        assert 400 == counter.page(**changes).status_code, changes
    assert 400 == counter.client.get("/oauth2/authorize").status_code
    assert 401 == counter.client.post("/oauth2/pushed_authorize").status_code


@pytest.mark.parametrize("counter", [Style.V2], indirect=True)
def test_plain_consent_of_version_2(counter: Counter) -> None:
    """Digests are parameters, with the algorithm beside them."""
    hashes = urlsafe_b64encode(_DIGEST).decode()
    changes = consent(hash="-", hashes=hashes, hashAlgorithmOID=_SHA256)

    assert 201 == counter.page(**changes).status_code


def test_decision_on_no_page(counter: Counter) -> None:
    """A page can be decided on once, by who it is for."""
    decide = counter.client.post
    assert 400 == decide("/decide", data={"choice": "cancel"}).status_code
    assert 400 == decide("/decide", data={"choice": WHO}).status_code
    counter.page(**consent())
    (page,) = counter.simulator.pages
    choice = {"page": page, "choice": "test-secretaris"}
    assert "somebody else" in decide("/decide", data=choice).text
    assert 404 == counter.client.get("/nergens").status_code


def test_page_of_nobody() -> None:
    """The person is told that there is none."""

    def closed(_: Any, start: Any) -> list[bytes]:
        start("200 OK", [])
        return [b'<form method="post" action="/x"><input name="page" value="1">']

    with (
        serving(closed) as address,
        pytest.raises(BackendRefusedError, match="status 200"),
    ):
        answers(f"{address}/x", "test-minister")


def exchange(counter: Counter, **changes: str) -> dict[str, str]:
    """What a code is exchanged with, but for the changes."""
    counter.page()
    page = list(counter.simulator.pages)[-1]
    _, code = counter.simulator.confirm(page, WHO)
    return {
        "grant_type": "authorization_code",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "code": code,
        "redirect_uri": REDIRECT_URI,
        "code_verifier": "proof",
    } | changes


def test_token_by_form_and_by_json(counter: Counter) -> None:
    """Itsme takes both; a code is good for one exchange, for a minute."""
    form = exchange(counter)
    assert 200 == counter.client.post("/oauth2/token", data=form).status_code
    assert 400 == counter.client.post("/oauth2/token", data=form).status_code
    again = exchange(counter)
    assert 200 == counter.client.post("/oauth2/token", json=again).status_code
    assert 401 == counter.client.post("/oauth2/token", json=[]).status_code


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"client_secret": "wrong"}, 401),
        ({"grant_type": "password"}, 400),
        ({"code": "guessed"}, 400),
        ({"redirect_uri": "https://elders.example"}, 400),
        ({"code_verifier": "guessed"}, 400),
        ({"authorization_details": "[]"}, 400),
    ],
)
def test_exchange_that_is_not_right(
    counter: Counter, changes: dict[str, str], status: int
) -> None:
    """No token."""
    form = exchange(counter, **changes)

    assert status == counter.client.post("/oauth2/token", data=form).status_code
    assert {} == counter.simulator.tokens


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("credentials/list", {}),
        ("credentials/list", {"maxResults": 301}),
        ("credentials/list", []),
        ("credentials/info", {"credentialID": "nobody"}),
        ("credentials/info", {"credentialID": WHO}),
        (
            "credentials/info",
            {"credentialID": WHO, "certificates": "chain", "authInfo": True},
        ),
        ("signatures/signHash", {"credentialID": WHO}),
    ],
)
def test_method_that_is_asked_wrongly(counter: Counter, method: str, body: Any) -> None:
    """As itsme would."""
    assert 400 == counter.ask(method, body).status_code


def test_consent_by_code_that_is_not_offered(counter: Counter) -> None:
    """Itsme has no `credentials/authorize`."""
    body = {"credentialID": WHO}

    assert 501 == counter.ask("credentials/authorize", body).status_code
    assert 401 == counter.ask("credentials/list", {}, token="x").status_code


@pytest.mark.parametrize("counter", [Style.V1, Style.V2], indirect=True)
def test_signatures_that_are_asked_wrongly(counter: Counter) -> None:
    """Only what was consented to, by its algorithm, as often as consented to."""
    first = counter.simulator.style is Style.V1
    hashes, named = ("hash", "hashAlgo") if first else ("hashes", "hashAlgorithmOID")
    good = {
        "credentialID": WHO,
        "SAD": counter.token(wire.SCOPE_CREDENTIAL, _DIGEST),
        hashes: [b64encode(_DIGEST).decode()],
        "signAlgo": _RSA,
    }
    wrong: list[dict[str, Any]] = [
        {"SAD": "guessed"},
        {hashes: "x"},
        {hashes: []},
        {hashes: ["!"]},
        {hashes: [3]},
        {hashes: [b64encode(b"y" * 32).decode()]},
        {hashes: [b64encode(b"y").decode()]},
        {"signAlgo": "1.2.840.10045.4.3.2"},
        {"signAlgo": "1.2.840.113549.1.1.1"},
        {"signAlgo": "1.2.840.113549.1.1.1", named: "1.2.3"},
    ]
    for changes in wrong:
        response = counter.ask("signatures/signHash", good | changes)
        assert 400 == response.status_code, changes
    plain = {"signAlgo": "1.2.840.113549.1.1.1", named: _SHA256}
    assert 200 == counter.ask("signatures/signHash", good | plain).status_code
    assert 400 == counter.ask("signatures/signHash", good).status_code


@pytest.mark.parametrize("counter", [Style.V1, Style.V2], indirect=True)
def test_codes_that_are_asked_wrongly(counter: Counter) -> None:
    """A consent by PIN and code is as strict as one on a page."""
    counter.simulator.explicit = True
    first = counter.simulator.style is Style.V1
    hashes = "hash" if first else "hashes"
    data = [{"id": "PIN", "value": "1234"}, {"id": "OTP", "value": "987654"}, 3]
    good: dict[str, Any] = {
        "credentialID": WHO,
        "numSignatures": 1,
        hashes: [b64encode(_DIGEST).decode()],
        **({"PIN": "1234", "OTP": "987654"} if first else {"authData": data}),
    }
    ask = "credentials/authorize"
    assert 200 == counter.ask(ask, good).status_code
    assert 400 == counter.ask(ask, good | {"numSignatures": 2}).status_code
    wrong = {"PIN": "0"} if first else {"authData": "x"}
    assert 400 == counter.ask(ask, good | wrong).status_code
    counter.simulator.people[WHO].enabled = False
    assert "disabled" in counter.ask(ask, good).text
    counter.simulator.people[WHO].enabled = True
    counter.simulator.most_at_once = 0
    assert "too high" in counter.ask(ask, good).text


def test_loopback_only() -> None:
    """Where nothing is registered, people come back to this machine only."""
    anywhere = CSCSimulator(people={}, redirect_uris=None)

    assert anywhere.sends_back_to("http://127.0.0.1:1/x")
    assert anywhere.sends_back_to("http://localhost/x")
    assert not anywhere.sends_back_to("https://elders.example")
    assert not anywhere.sends_back_to("")
