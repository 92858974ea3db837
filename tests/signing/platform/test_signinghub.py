"""The client of SigningHub: sessions, organisations, what counts as a success."""

from __future__ import annotations

import io
import logging
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import httpx
import pytest

from digivl.errors import (
    BackendError,
    BackendRefusedError,
    ConfigurationError,
    LimitExceededError,
    MalformedError,
    OutcomeUnknownError,
    UntrustworthyAnswerError,
)
from digivl.http.auth import ClientSecret
from digivl.kernel.identifiers import OVOCode
from digivl.plugins.catalog import Catalog
from digivl.plugins.hookspecs import Build
from digivl.settings import Limits
from digivl.signing.platform import signinghub_wire as wire
from digivl.signing.platform.people import Rectangle
from digivl.signing.platform.port import Owner
from digivl.signing.platform.signinghub import SigningHub
from digivl.testing.papers import paper
from digivl.testing.serving import serving
from digivl.testing.signinghub import Fault, SigningHubSimulator
from digivl.testing.signinghub_app import signinghub_app
from digivl.testing.signinghub_desk import PEOPLE

ONE, TWO = OVOCode("OVO000001"), OVOCode("OVO000002")
OWNER = Owner(ONE, "eigenaar@example.be")
MARK = "digivl-0123456789ab"
SECRETS = (
    *("eigenaar@example", "roef", "oorbeeld", "Els Model"),
    *("85073003328", "geheim"),
)


@pytest.fixture(name="simulator")
def _simulator(tmp_path: Path) -> SigningHubSimulator:
    """A platform of two organisations; one person belongs to both."""
    both = "eigenaar@example.be"
    return SigningHubSimulator(
        tmp_path / "hub",
        clients={"een": "geheim-1", "twee": "geheim-2"},
        organizations={"een": ONE.code, "twee": TWO.code},
        members={ONE.code: [both], TWO.code: [both, "ander@example.be"]},
    )


@pytest.fixture(name="connect")
def _connect(simulator: SigningHubSimulator) -> Iterator[Callable[..., SigningHub]]:
    """Gives clients of the platform."""
    accounts = {
        ONE: ClientSecret("een", "geheim-1"),
        TWO: ClientSecret("twee", "geheim-2"),
    }
    made: list[SigningHub] = []
    with serving(signinghub_app(simulator)) as url:

        def connect(given: Any = None) -> SigningHub:
            made.append(SigningHub.connect(url, given or accounts, Limits()))
            return made[-1]

        yield connect
        for one in made:
            one.close()


@pytest.fixture(name="hub")
def _hub(connect: Callable[..., SigningHub]) -> SigningHub:
    """A client of the platform."""
    return connect()


def draft(hub: SigningHub) -> str:
    """A package with one document."""
    package = hub.create(OWNER, hub.package_name("Besluit", MARK))
    hub.upload(OWNER, package, "Besluit.pdf", io.BytesIO(paper()))
    return package


def test_another_organisation_is_no_cancellation(
    hub: SigningHub, connect: Callable[..., SigningHub]
) -> None:
    """Its account gets a 404 for what is there; asked in its own name, it is there.

    An account that was put under the wrong code is found out by the person: the
    profile of the session is asked before anything counts as gone.
    """
    package = draft(hub)
    swapped = connect({ONE: ClientSecret("twee", "geheim-2")})

    assert hub.status(OWNER, package) is not None
    assert hub.status(Owner(TWO, OWNER.mail), package) is None
    assert swapped.status(OWNER, package) is None


def test_session_of_somebody_else(
    simulator: SigningHubSimulator, tmp_path: Path
) -> None:
    """A 404 in a session that is not of the owner proves nothing."""

    def answer(request: httpx.Request) -> httpx.Response:
        token = {"access_token": "x", "token_type": "Bearer", "expires_in": 60}
        if request.url.path.endswith(("/authenticate", "/scope")):
            return httpx.Response(200, json=token)
        if request.url.path.endswith("/profile"):
            return httpx.Response(200, json={"user_email": "ander@example.be"})
        return httpx.Response(404, json={"Message": "Document not found"})

    hub = mocked(answer)

    with pytest.raises(
        UntrustworthyAnswerError, match="the session is of somebody else"
    ):
        hub.status(OWNER, "7")
    with pytest.raises(UntrustworthyAnswerError):
        hub.delete(OWNER, "7")


def mocked(answer: Callable[[httpx.Request], httpx.Response]) -> SigningHub:
    """A client without a network."""
    accounts = {ONE: ClientSecret("een", "geheim-1")}
    transport = httpx.MockTransport(answer)
    return SigningHub.connect(
        "https://hub.example.be/api", accounts, Limits(), transport=transport
    )


def test_person_of_another_organisation(hub: SigningHub) -> None:
    """The account of an organisation acts for its own people only."""
    with pytest.raises(ConfigurationError, match="may not act for this person") as told:
        hub.create(Owner(ONE, "ander@example.be"), "x")

    assert "ander@" not in str(told.value)


def test_organisation_without_account(hub: SigningHub) -> None:
    """There is one account for each organisation."""
    with pytest.raises(ConfigurationError, match="no account for OVO000003"):
        hub.create(Owner(OVOCode("OVO000003"), "x@example.be"), "x")


def test_wrong_secret(connect: Callable[..., SigningHub]) -> None:
    """Who is not let in has something to mend."""
    hub = connect({ONE: ClientSecret("een", "fout")})

    with pytest.raises(ConfigurationError, match="no token"):
        hub.create(OWNER, "x")


def test_tokens_end(
    connect: Callable[..., SigningHub], simulator: SigningHubSimulator
) -> None:
    """A session that the platform ended is opened again, once."""
    hub = connect()
    package = draft(hub)
    client = "een"
    simulator.clients[client] = "geheim-3"  # type: ignore[index]

    with pytest.raises(ConfigurationError):
        hub.status(OWNER, package)
    simulator.clients[client] = "geheim-1"  # type: ignore[index]
    assert hub.status(OWNER, package) is not None


def test_sessions_have_a_bound(
    hub: SigningHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many people the oldest session is forgotten, and opened again when asked."""
    monkeypatch.setattr("digivl.signing.platform.signinghub_sessions._MOST", 1)
    package = draft(hub)
    hub.find(Owner(TWO, "ander@example.be"), MARK)

    assert hub.status(OWNER, package) is not None


def test_session_is_kept_and_ends(connect: Callable[..., SigningHub]) -> None:
    """A token is used until shortly before its end, then asked anew."""
    asked: list[str] = []
    now = [0.0]

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        token = {"access_token": "x", "token_type": "Bearer", "expires_in": 600}
        if request.url.path.endswith(("/authenticate", "/scope")):
            return httpx.Response(200, json=token)
        return httpx.Response(200, json=[])

    hub = mocked(answer)
    hub = attrs.evolve(hub, sessions=attrs.evolve(hub.sessions, clock=lambda: now[0]))
    for moment in (0.0, 500.0, 580.0):
        now[0] = moment
        hub.find(OWNER, MARK)

    assert 2 == sum(path.endswith("/scope") for path in asked)
    assert 3 == sum("/ALL/" in path for path in asked)


def test_only_two_statuses_are_a_success(
    hub: SigningHub, simulator: SigningHubSimulator
) -> None:
    """202 is none: of an act nobody knows then, and as an answer it makes no sense."""
    package = draft(hub)
    simulator.fail_next(Fault.NO_SUCCESS)
    with pytest.raises(UntrustworthyAnswerError, match="202"):
        hub.status(OWNER, package)
    simulator.fail_next(Fault.NO_SUCCESS)
    with pytest.raises(OutcomeUnknownError, match="202"):
        hub.create(OWNER, "nog een")


def test_many_pages(simulator: SigningHubSimulator, hub: SigningHub) -> None:
    """A list of more than a page is read on, up to its bound."""
    made = {"owner": OWNER.mail, "organization": ONE.code, "status": "DRAFT"}
    rest: dict[str, Any] = {
        "documents": [],
        "users": [],
        "fields": [],
        "deleted": False,
    }
    for number in range(120):
        simulator.files.make({**made, **rest, "package_name": f"{number} ({MARK})"})

    assert wire.PAGE == len(hub.find(OWNER, MARK))


def test_larger_than_it_takes(hub: SigningHub, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the platform would refuse does not leave."""
    package = draft(hub)
    monkeypatch.setattr(wire, "LARGEST", 10)

    with pytest.raises(LimitExceededError):
        hub.upload(OWNER, package, "x.pdf", io.BytesIO(paper()))


def test_strict(hub: SigningHub) -> None:
    """The simulator refuses what the real one does: a blank, a slash, a bad order."""
    with pytest.raises(BackendRefusedError, match="no blanks"):
        hub.create(OWNER, " Besluit")
    with pytest.raises(BackendRefusedError, match="no slash"):
        hub.create(OWNER, "a/b")
    package = draft(hub)
    with pytest.raises(BackendRefusedError, match="no recipients"):
        hub.share(OWNER, package)
    hub.invite(OWNER, package, [PEOPLE[2], PEOPLE[0]])
    document = hub.status(OWNER, package).documents[0].id  # type: ignore[union-attr]
    placed = attrs.evolve(PEOPLE[0], rectangle=Rectangle(page=1, x=1, y=1))
    with pytest.raises(BackendRefusedError, match="signs nothing"):
        hub.place(OWNER, package, document, 1, placed)
    with pytest.raises(BackendRefusedError, match="nobody has this order"):
        hub.place(OWNER, package, document, 9, placed)
    hub.share(OWNER, package)
    with pytest.raises(BackendRefusedError, match="already shared"):
        hub.share(OWNER, package)


def test_nothing_personal_is_told(
    hub: SigningHub, simulator: SigningHubSimulator, caplog: pytest.LogCaptureFixture
) -> None:
    """No address, error, log line or repr holds a name, an address or a secret."""
    caplog.set_level(logging.DEBUG)
    told = [repr(hub), repr(OWNER), repr(PEOPLE)]
    package = draft(hub)
    hub.invite(OWNER, package, PEOPLE)
    hub.share(OWNER, package)
    told += [repr(hub.status(OWNER, package)), repr(hub.sessions)]
    hub.find(OWNER, MARK)
    for fault in Fault:
        simulator.fail_next(fault, fault)
        for call in (
            lambda: hub.invite(OWNER, package, PEOPLE),
            lambda: hub.link(OWNER, package),
        ):
            try:
                call()
            except BackendError as error:
                told += [str(error), repr(error), error.hint]
    told += [record.getMessage() for record in caplog.records]
    assert any("POST answered" in text for text in told)

    assert [] == [s for s in SECRETS for text in told if s.lower() in text.lower()]


def test_what_the_platform_says_of_people_is_hidden(hub: SigningHub) -> None:
    """Its own words may hold an address, or the name that was just told it."""

    def answer(request: httpx.Request) -> httpx.Response:
        token = {"access_token": "x", "token_type": "Bearer", "expires_in": 60}
        if request.url.path.endswith(("/authenticate", "/scope")):
            return httpx.Response(200, json=token)
        text = "An Proef (an.proef@example.be) is not enrolled, ask baas@example.be"
        return httpx.Response(422, json={"Message": text})

    with pytest.raises(BackendRefusedError) as refused:
        mocked(answer).invite(OWNER, "7", PEOPLE)

    text = "••• (•••) is not enrolled, ask •••"
    assert f"[signinghub] status 422, {text}" == str(refused.value)


def test_error_bodies_are_cut(hub: SigningHub) -> None:
    """However long an explanation is, it stays a line."""

    def answer(request: httpx.Request) -> httpx.Response:
        token = {"access_token": "x", "token_type": "Bearer", "expires_in": 60}
        if request.url.path.endswith(("/authenticate", "/scope")):
            return httpx.Response(200, json=token)
        return httpx.Response(400, json={"Message": "fout " * 5_000})

    with pytest.raises(BackendRefusedError) as refused:
        mocked(answer).status(OWNER, "7")
    assert len(str(refused.value)) < 400


@pytest.fixture(name="made")
def _made(tmp_path: Path) -> Any:
    """Makes the platform of an offer with these options."""
    (tmp_path / "accounts.toml").write_text(
        '[OVO000001]\nclient_id = "x"\nclient_secret = "y"\n'
    )

    def make(**options: str) -> Any:
        given = {"url": "https://hub.example.be", "accounts_file": "accounts.toml"}
        build = Build(
            name="hub", options=given | options, folder=tmp_path, limits=Limits()
        )
        return Catalog.load(discover=False).platform("signinghub", build)

    return make


def test_offer(made: Any) -> None:
    """The accounts of each organisation come from a file."""
    hub = made()

    assert ("hub", "digivl", None) == (hub.name, hub.source, hub.gateway.tls)
    assert [ONE] == list(hub.sessions.accounts)


def test_client_certificate(made: Any, tmp_path: Path, needs_program: Any) -> None:
    """The network asks a certificate; it and its key come from files."""
    command = [
        *(needs_program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes"),
        *("-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "cert.pem")),
        *("-subj", "/CN=test", "-days", "2"),
    ]
    subprocess.run(command, check=True, capture_output=True)
    hub = made(certificate_file="cert.pem", key_file="key.pem", ca_file="cert.pem")

    assert isinstance(hub.gateway.tls, ssl.SSLContext)
    with pytest.raises(ConfigurationError, match="no certificate with its key"):
        made(certificate_file="cert.pem")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "\xff",
        "[OVO1]\nclient_id = 'x'\nclient_secret = 'y'",
        "[OVO000001]\nclient_id = 'x'",
        "[OVO000001]\nclient_id = 'x'\nclient_secret = ''",
        "[OVO000001]\nclient_id = 'x'\nclient_secret = 5",
        "OVO000001 = 5",
    ],
)
def test_wrong_accounts(made: Any, tmp_path: Path, text: str) -> None:
    """What is wrong is told, and not what stands there."""
    (tmp_path / "accounts.toml").write_text(text, encoding="latin-1")

    with pytest.raises(ConfigurationError, match=r"accounts\.toml") as told:
        made()
    assert told.value.hint


def test_no_accounts_file(made: Any) -> None:
    """A file that is not there."""
    with pytest.raises(ConfigurationError, match="cannot be read"):
        made(accounts_file="weg.toml")


def test_ids_that_lead_elsewhere(hub: SigningHub) -> None:
    """Nothing that is no id comes in a path."""
    with pytest.raises(MalformedError):
        hub.status(OWNER, "7/../8")
