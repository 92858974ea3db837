"""What leaves with a person, what may come back, and how its failures are called."""

from __future__ import annotations

import http.client
import json
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import attrs
import pytest

from digivl.errors import (
    BackendRefusedError,
    BackendUnavailableError,
    ConfigurationError,
    ConsentExpiredError,
    DigivlError,
    IdentificationExpiredError,
    KeyUnusableError,
    LimitExceededError,
    MalformedError,
    OutcomeUnknownError,
    SigningCancelledError,
)
from digivl.pdf.digests import Digest
from digivl.signing.csc import wire, wire2
from digivl.signing.csc.oauth import reference_of
from digivl.signing.csc.refusals import read_denial
from digivl.signing.remote import ToSign, Visit
from digivl.testing.csc import ACCOUNT, CLIENT_ID, REDIRECT_URI, Fault, Style
from digivl.testing.csc_person import CANCEL, LATE, answers

if TYPE_CHECKING:
    Service = Any  # its class stands in conftest.py

Serve = Callable[..., "Service"]


def params(visit: Visit) -> Mapping[str, str]:
    """What goes along in the link of a visit."""
    return {k: v[0] for k, v in parse_qs(urlsplit(visit.url).query).items()}


def test_visit_of_itsme(serve: Serve) -> None:
    """[A] oauth-paths: the parameters that itsme documents, with PKCE beside them."""
    service = serve()
    visit = service.means.begin("session-1", service.now)
    sent = params(visit)

    assert visit.url.startswith(f"{service.means.server.base_url}/oauth2/authorize?")
    assert "code" == sent["response_type"]
    assert CLIENT_ID == sent["client_id"]
    assert REDIRECT_URI == sent["redirect_uri"]
    assert "service" == sent["scope"]
    assert "nl" == sent["lang"]
    assert "S256" == sent["code_challenge_method"]
    assert sent["state"].startswith("session-1.")
    assert "session-1" == reference_of(sent)


def test_account_token(serve: Serve) -> None:
    """[A] account-key: HS256 under the SHA-256 of the client secret, used once."""
    service = serve()
    visit = service.means.begin("session-1", service.now)
    head, said, _ = params(visit)["account_token"].split(".")

    assert {"typ": "JWT", "alg": "HS256"} == json.loads(urlsafe_b64decode(head + "=="))
    claims = json.loads(urlsafe_b64decode(said + "=="))
    assert {"sub", "iat", "jti", "iss", "azp"} == claims.keys()
    assert (ACCOUNT, CLIENT_ID) == (claims["sub"], claims["azp"])
    answers(visit.url, CANCEL)
    with pytest.raises(BackendRefusedError, match="used before"):
        answers(visit.url, CANCEL)


def test_consent_of_itsme(serve: Serve) -> None:
    """The number of digests, and each of them in base64url."""
    service = serve()
    documents = service.documents(3)
    sent = params(service.asked(service.identified(), documents))

    assert "credential" == sent["scope"]
    assert "3" == sent["numSignatures"]
    digests = [urlsafe_b64decode(one) for one in sent["hash"].split(",")]
    assert [one.digest for one in documents] == digests


def test_description_as_the_service_can_hold_it(serve: Serve) -> None:
    """[A] description-set: what has no place in ISO 8859-15 stops nothing."""
    service = serve()
    found = service.identified()
    text = "\u2018Besluit\u2019 \u2013 subsidies\u2026 \u6f22 " + "x" * 300
    visit = service.means.ask(
        found.state, found.identity, service.documents(1), service.now, text
    )

    assert params(visit)["description"].startswith("'Besluit' - subsidies... ? xxx")
    assert 255 >= len(params(visit)["description"])
    assert service.means.signatures(visit.state, service.confirm(visit), service.now)


def test_pushed_and_rich_requests(serve: Serve) -> None:
    """[A] pushed-listed: the link holds only a name for what was asked."""
    service = serve(Style.V22)
    visit = service.asked(service.identified(), service.documents(2))

    assert {"client_id", "request_uri"} == params(visit).keys()
    assert "Stuk 0" in _page(visit)


def _page(visit: Visit) -> str:
    parts = urlsplit(visit.url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    connection.request("GET", f"{parts.path}?{parts.query}")
    text = connection.getresponse().read().decode()
    connection.close()
    return text


def test_plain_requests_of_version_2() -> None:
    """[A] sad-in-body: without rich requests, the digests are parameters."""
    consent = wire.Consent(
        credential="id",
        algorithm="1.2.3",
        digest=Digest.SHA256,
        digests=(b"x" * 32, b"y" * 32),
        labels=("Een", "Twee"),
        description="Twee stukken",
    )
    sent = wire2.consent_params(consent, "")

    assert "2" == sent["numSignatures"]
    assert "2.16.840.1.101.3.4.2.1" == sent["hashAlgorithmOID"]
    assert "Twee stukken" == sent["description"]
    assert 2 == len(sent["hashes"].split(","))
    assert "sad" == wire2.sign_body(consent, "sad")["SAD"]


@pytest.mark.parametrize("style", [Style.V1, Style.V2])
def test_pin_and_code(serve: Serve, style: Style) -> None:
    """An explicit consent asks on a form of one's own."""
    service = serve(style, explicit=True)
    visit = service.asked(service.identified(), service.documents())

    assert not visit.url
    assert ["PIN", "OTP"] == [one.name for one in visit.questions]
    assert all(one.secret and one.label for one in visit.questions)
    made = service.means.signatures(visit.state, service.confirm(visit), service.now)
    assert all(isinstance(one, bytes) for one in made)


@pytest.mark.parametrize("style", [Style.V1, Style.V2])
@pytest.mark.parametrize("name", ["PIN", "OTP"])
def test_wrong_pin_or_code(serve: Serve, style: Style, name: str) -> None:
    """It can be filled in again; nothing was signed."""
    service = serve(style, explicit=True)
    visit = service.asked(service.identified(), service.documents())
    wrong = {**service.confirm(visit), name: "0000"}

    with pytest.raises(KeyUnusableError, match="wrong"):
        service.means.signatures(visit.state, wrong, service.now)
    assert [] == service.simulator.signed
    assert service.means.signatures(visit.state, service.confirm(visit), service.now)
    with pytest.raises(MalformedError):
        service.means.signatures(visit.state, {"PIN": "1" * 999}, service.now)


def test_form_without_consent(serve: Serve) -> None:
    """A success that holds none is none."""
    service = serve(Style.V1, explicit=True)
    service.simulator.fail_next("credentials/authorize", Fault.GARBLED)
    visit = service.asked(service.identified(), service.documents())

    with pytest.raises(DigivlError, match="not JSON"):
        service.means.signatures(visit.state, service.confirm(visit), service.now)


@pytest.mark.parametrize(
    ("choice", "error"),
    [(CANCEL, SigningCancelledError), (LATE, ConsentExpiredError)],
)
def test_person_who_does_not_confirm(
    serve: Serve, choice: str, error: type[DigivlError]
) -> None:
    """[A] timeout-words: cancelled and too late are two things."""
    service = serve()
    visit = service.means.begin("session-1", service.now)

    with pytest.raises(error) as caught:
        service.means.identified(visit.state, answers(visit.url, choice), service.now)
    assert not caught.value.retryable
    assert caught.value.hint


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("temporarily_unavailable", BackendUnavailableError),
        ("server_error", BackendUnavailableError),
        ("unauthorized_client", ConfigurationError),
        ("invalid_request", BackendRefusedError),
        ("x" * 5_000, BackendRefusedError),
    ],
)
def test_other_denials(code: str, error: type[DigivlError]) -> None:
    """Each is an error of the house, with a bound on what is repeated of it."""
    said = {"error": code, "error_description": "85073003328 zegt nee " * 99}
    denial = read_denial("itsme", said)

    assert isinstance(denial, error)
    assert 400 > len(str(denial))
    assert "85073003328" not in str(denial)


@pytest.mark.parametrize(
    "change",
    [
        {"state": "session-1.guessed"},
        {"state": ""},
        {"state": "\ud800"},
        {"code": ""},
        {"code": "x" * 20_000},
    ],
)
def test_answer_that_was_tampered_with(serve: Serve, change: dict[str, str]) -> None:
    """Whatever a browser brings, it is refused."""
    service = serve()
    visit = service.means.begin("session-1", service.now)
    answer = {**service.confirm(visit), **change}

    with pytest.raises(MalformedError):
        service.means.identified(visit.state, answer, service.now)


def test_code_of_somebody_elses_visit(serve: Serve) -> None:
    """A code that was stolen is of no use in another visit: PKCE."""
    service = serve()
    mine = service.means.begin("session-1", service.now)
    theirs = service.means.begin("session-2", service.now)
    stolen = service.confirm(theirs)["code"]
    answer = {**service.confirm(mine), "code": stolen}

    with pytest.raises(ConsentExpiredError):
        service.means.identified(mine.state, answer, service.now)


def test_steps_out_of_order(serve: Serve) -> None:
    """A state is for one step, and for one means."""
    service = serve()
    visit = service.means.begin("session-1", service.now)
    found = service.identified()

    with pytest.raises(MalformedError, match="another step"):
        service.means.signatures(found.state, {}, service.now)
    with pytest.raises(MalformedError, match="another step"):
        service.means.ask(visit.state, found.identity, service.documents(), service.now)
    other = attrs.evolve(service.means, name="other")
    with pytest.raises(MalformedError, match="another means"):
        other.ask(found.state, found.identity, service.documents(), service.now)
    stranger = service.identified("test-secretaris").identity
    with pytest.raises(MalformedError, match="not the person"):
        service.means.ask(found.state, stranger, service.documents(), service.now)
    with pytest.raises(MalformedError, match="not all are digests"):
        service.asked(found, [ToSign(label="Stuk", digest=b"short")])
    with pytest.raises(LimitExceededError):
        service.asked(found, [])


def test_identification_that_ended(serve: Serve) -> None:
    """Then the person has to say again who it is."""
    service = serve()
    found = service.identified()
    later = service.now + timedelta(seconds=3_601)

    with pytest.raises(IdentificationExpiredError):
        service.means.ask(found.state, found.identity, service.documents(), later)


def test_token_that_the_service_forgot(serve: Serve) -> None:
    """It says so at the first method; nothing was signed."""
    service = serve()
    visit = service.asked(service.identified(), service.documents())
    service.simulator.fail_next("signatures/signHash", Fault.NO_TOKEN)

    with pytest.raises(IdentificationExpiredError):
        service.means.signatures(visit.state, service.confirm(visit), service.now)


def test_consent_that_ended(serve: Serve) -> None:
    """A consent that is too old at the service, or that we waited too long for."""
    service = serve()
    found = service.identified()
    visit = service.asked(found, service.documents())
    late = visit.expires_at + timedelta(seconds=1)
    with pytest.raises(ConsentExpiredError):
        service.means.signatures(visit.state, service.confirm(visit), late)

    service.simulator.fail_next("signatures/signHash", Fault.SAD_EXPIRED)
    visit = service.asked(found, service.documents())
    with pytest.raises(ConsentExpiredError) as caught:
        service.means.signatures(visit.state, service.confirm(visit), service.now)
    assert not isinstance(caught.value, IdentificationExpiredError)


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [(Fault.UNAVAILABLE, None), (Fault.BROKEN, None), (Fault.TOO_MANY, 30.0)],
)
def test_service_that_is_down(
    serve: Serve, fault: Fault, seconds: float | None
) -> None:
    """To be tried later; where it says how much later, that is told."""
    service = serve()
    service.simulator.fail_next("info", fault)

    with pytest.raises(BackendUnavailableError) as caught:
        service.means.begin("session-1", service.now)
    assert seconds == caught.value.retry_after_seconds
    assert caught.value.retryable


@pytest.mark.parametrize("fault", [Fault.LOST_REPLY, Fault.GATEWAY_TIMEOUT])
@pytest.mark.parametrize("repeats", [True, False])
def test_reply_that_was_lost(serve: Serve, fault: Fault, *, repeats: bool) -> None:
    """[A] sign-again: asked once more under the same consent; else it is not known."""
    service = serve()
    service.simulator.repeats = repeats
    service.simulator.fail_next("signatures/signHash", fault)
    visit = service.asked(service.identified(), service.documents())
    answer = service.confirm(visit)

    if repeats:
        assert 2 == len(service.means.signatures(visit.state, answer, service.now))
    else:
        with pytest.raises(OutcomeUnknownError):
            service.means.signatures(visit.state, answer, service.now)


def test_too_many_for_the_service(serve: Serve) -> None:
    """What the settings allow and the service does not, is told."""
    service = serve()
    found = service.identified()
    service.simulator.most_at_once = 1
    visit = service.asked(found, service.documents(2))

    with pytest.raises(BackendRefusedError, match="too high"):
        service.confirm(visit)
    service = serve(Style.V1, explicit=True)
    found = service.identified()
    service.simulator.most_at_once = 1
    visit = service.asked(found, service.documents(2))
    with pytest.raises(LimitExceededError):
        service.means.signatures(visit.state, service.confirm(visit), service.now)


def test_wrong_secret(serve: Serve) -> None:
    """Who is not known there is told to look at the settings."""
    service = serve()
    visit = service.means.begin("session-1", service.now)
    answer = service.confirm(visit)
    service.simulator.clients = {CLIENT_ID: "changed"}

    with pytest.raises(ConfigurationError):
        service.means.identified(visit.state, answer, service.now)


def test_end_of_a_session(serve: Serve) -> None:
    """The token is good for nothing any more; a service that is down stops nothing."""
    service = serve()
    found = service.identified()
    service.means.end(found.state)
    assert {} == service.simulator.tokens
    service.simulator.fail_next("auth/revoke", Fault.BROKEN)
    service.means.end(service.identified().state)
    service.means.end(service.means.begin("session-1", service.now).state)


def test_without_pkce(serve: Serve) -> None:
    """[A] pkce-ignored: a service that refuses what it does not know gets none."""
    service = serve()
    client = attrs.evolve(service.means.client, pkce=False)
    bare = attrs.evolve(service, means=attrs.evolve(service.means, client=client))
    visit = bare.means.begin("session-1", bare.now)

    assert not [name for name in params(visit) if name.startswith("code_")]
    assert bare.identified().identity
