"""Addresses within certificates: an attacker chooses them, so few of them are asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.errors import (
    BackendRefusedError,
    BackendUnavailableError,
    DigivlError,
    UntrustworthyAnswerError,
)
from digivl.http.fetching import Fetcher
from digivl.settings import Limits

if TYPE_CHECKING:
    from collections.abc import Callable

    Handler = Callable[[httpx.Request], httpx.Response]

PUBLIC = "93.184.215.14"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever this machine has to pass by."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def fetcher(
    answer: Handler | None = None,
    *,
    found: list[str] | None = None,
    private: frozenset[str] = frozenset(),
    limits: Limits | None = None,
) -> tuple[Fetcher, list[httpx.Request]]:
    """A fetcher that asks nobody, and what it would have asked."""
    asked: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answer(request) if answer else httpx.Response(200, content=b"lijst")

    made = Fetcher(
        limits or Limits(),
        private,
        resolve=lambda _: [PUBLIC] if found is None else found,
        transport=httpx.MockTransport(respond),
    )
    return made, asked


def test_asks_at_the_address_that_was_checked() -> None:
    """A second look-up could give another address, so there is none."""
    made, asked = fetcher()

    assert b"lijst" == made.fetch("http://crl.example.be/lijst.crl?versie=2#deel")
    (request,) = asked
    assert f"http://{PUBLIC}/lijst.crl?versie=2" == str(request.url)
    assert "crl.example.be" == request.headers["host"]


def test_https_wants_the_certificate_of_the_name() -> None:
    """The name is checked, though the address is asked; of version 6 as well."""
    made, asked = fetcher(found=["2606:2800:220:1:248:1893:25c8:1946"])
    made.fetch("https://crl.example.be/lijst.crl")

    assert "crl.example.be" == asked[0].extensions["sni_hostname"]
    assert "[2606:2800:220:1:248:1893:25c8:1946]" in str(asked[0].url)


def test_posts_a_question() -> None:
    """A question is posted, with its headers."""
    made, asked = fetcher()
    made.fetch("http://ocsp.example.be", content=b"wie", headers={"accept": "x/y"})

    assert ("POST", b"wie", "x/y") == (
        asked[0].method,
        asked[0].content,
        asked[0].headers["accept"],
    )


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ocsp.example.be",
        "ldap://ds.example.be/cn=CA",
        "ftp://example.be/ca.crl",
        "file:///etc/passwd",
        "http://",
        "http://user:password@example.be/",
        "http://example.be:22/",
        "http://example.be:0/",
        "http://example.be:99999/",
        "http://[::1/",
        "http://exa mple.be/",
        "http://example.be/\r\nX: y",
        "http://ëxample.be/",
        "http://example.be/" + "x" * 2_048,
        "http://127.0.0.1/",
        "http://127.1/",
        "http://0.0.0.0/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://192.168.1.1/",
        "http://100.64.0.1/",
        "http://224.0.0.1/",
        "http://[::1]/",
        "http://[fd00::1]/",
        "http://[fe80::1]/",
        "http://[::ffff:10.0.0.1]/",
    ],
)
def test_what_is_not_asked(url: str) -> None:
    """No other scheme, port, user, nor a machine of the own network."""
    made, asked = fetcher(found=["127.0.0.1"])
    with pytest.raises(BackendRefusedError, match="is not asked"):
        made.fetch(url)

    assert [] == asked


@pytest.mark.parametrize(
    "found", [["10.0.0.1"], [PUBLIC, "127.0.0.1"], ["::1"], ["fe80::1%eth0"], ["x"]]
)
def test_a_public_name_of_a_private_place_is_not_asked(found: list[str]) -> None:
    """One private address among those of a name is one too many."""
    made, asked = fetcher(found=found)
    with pytest.raises(BackendRefusedError, match="private network"):
        made.fetch("http://crl.example.be/")

    assert [] == asked


def test_a_private_host_that_was_named_is_asked() -> None:
    """An authority of the own network is named in the settings; any port then."""
    made, asked = fetcher(private=frozenset({"127.0.0.1", "ca.intern"}))
    made.fetch("http://127.0.0.1:8080/crl")
    made.fetch("http://ca.intern:8080/crl")

    assert ["127.0.0.1", "ca.intern"] == [one.url.host for one in asked]


def to(*places: str) -> Handler:
    """Answers that lead on, one after the other."""
    left = list(places)

    def respond(request: httpx.Request) -> httpx.Response:
        if left:
            return httpx.Response(302, headers={"location": left.pop(0)})
        return httpx.Response(200, content=b"lijst")

    return respond


def test_follows_a_few_redirects() -> None:
    """Relative ones too, each to an address that was checked."""
    made, asked = fetcher(to("/b", "http://crl2.example.be/c"))

    assert b"lijst" == made.fetch("http://crl.example.be/a")
    assert ["crl.example.be"] * 2 + ["crl2.example.be"] == [
        one.headers["host"] for one in asked
    ]


@pytest.mark.parametrize("place", ["http://127.0.0.1/", "file:///x", "http://x:23/"])
def test_no_redirect_into_the_own_network(place: str) -> None:
    """What may not be asked may not be led to."""
    made, asked = fetcher(to(place))
    with pytest.raises(BackendRefusedError, match="is not asked"):
        made.fetch("http://crl.example.be/a")

    assert 1 == len(asked)


def test_no_end_of_redirects() -> None:
    """A few, no more; a question is never led on; nowhere is nowhere."""
    made, asked = fetcher(to(*"abcdefgh"))
    with pytest.raises(BackendRefusedError, match="on and on"):
        made.fetch("http://crl.example.be/")
    assert 4 == len(asked)
    with pytest.raises(BackendRefusedError, match="302"):
        fetcher(to("/b"))[0].fetch("http://ocsp.example.be/", content=b"wie")
    with pytest.raises(BackendRefusedError, match="302"):
        fetcher(to(""))[0].fetch("http://crl.example.be/")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (404, BackendRefusedError),
        (204, BackendRefusedError),
        (429, BackendUnavailableError),
        (500, BackendUnavailableError),
        (503, BackendUnavailableError),
    ],
)
def test_another_status_is_no_answer(status: int, error: type[DigivlError]) -> None:
    """The error names the address, without what could be personal in it."""
    made, _ = fetcher(lambda _: httpx.Response(status))
    with pytest.raises(error, match=rf"example.be.*{status}") as failed:
        made.fetch("http://crl.example.be/85073003328.crl")

    assert "85073003328" not in failed.value.diagnostics()


def test_an_answer_is_no_larger_than_the_limit() -> None:
    """A list that never ends is cut."""
    made, _ = fetcher(
        lambda _: httpx.Response(200, content=b"x" * 2_000),
        limits=Limits(revocation_bytes=1_000),
    )
    with pytest.raises(UntrustworthyAnswerError, match="larger than 1000"):
        made.fetch("http://crl.example.be/")


@pytest.mark.parametrize("cause", [OSError("no such host"), UnicodeError("label")])
def test_a_host_that_nobody_knows(cause: Exception) -> None:
    """A later try may find it."""

    def unknown(_: str) -> list[str]:
        raise cause

    made = Fetcher(Limits(), resolve=unknown)
    with pytest.raises(BackendUnavailableError, match="nobody knows"):
        made.fetch("http://crl.example.be/")
    nowhere, _ = fetcher(found=[])
    with pytest.raises(BackendUnavailableError, match="nobody knows"):
        nowhere.fetch("http://crl.example.be/")


def test_the_resolver_of_this_machine() -> None:
    """Names are looked up as everywhere else."""
    with pytest.raises(BackendRefusedError, match="private network"):
        Fetcher(Limits()).fetch("http://localhost/")


def test_a_proxy_looks_names_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a proxy this machine may know no names; addresses are checked as ever."""
    monkeypatch.setenv("http_proxy", "http://proxy.intern:3128")
    monkeypatch.setenv("no_proxy", "direct.example.be")
    made, asked = fetcher(found=[])
    made.fetch("http://crl.example.be/")
    with pytest.raises(BackendRefusedError, match="private network"):
        made.fetch("http://10.0.0.1/")
    with pytest.raises(BackendUnavailableError):
        made.fetch("http://direct.example.be/")

    assert ["crl.example.be"] == [one.url.host for one in asked]


@given(st.text(max_size=60))
def test_any_text_is_refused_or_asked(text: str) -> None:
    """Whatever stands in a certificate, one of our errors leaves."""
    made, asked = fetcher()
    try:
        made.fetch(f"http://{text}")
    except DigivlError:
        return
    assert 1 == len(asked)


def test_lets_go(development_keys: Any) -> None:
    """Closing closes the connections."""
    made, _ = fetcher()
    made.close()

    with pytest.raises(RuntimeError, match="closed"):
        made.fetch("http://crl.example.be/")
