"""Whatever comes from outside gives an error of the house, or something that holds."""

from __future__ import annotations

import contextlib
from typing import Any, Final

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from digivl.errors import DigivlError
from digivl.http.gateway import Gateway
from digivl.kernel.moments import utc_now
from digivl.pdf.digests import Digest
from digivl.settings import Limits
from digivl.signing.csc import wire, wire1, wire2
from digivl.signing.csc.about import read_about
from digivl.signing.csc.credential import Wanted, read_credential
from digivl.signing.csc.means import CSCMeans
from digivl.signing.csc.oauth import Client, reference_of
from digivl.signing.csc.refusals import read_denial
from digivl.testing.csc_people import Certifier

_CHAIN: Final = Certifier.make().keyholder("Test Minister", "85073003328").chain()
_WANTED: Final = Wanted(digest=Digest.SHA256, most_at_once=70, binds=False)
_WORDS: Final = st.sampled_from(
    [
        "enabled",
        "valid",
        "oauth2code",
        "explicit",
        "true",
        "2",
        "PIN",
        "Password",
        "1.2.840.113549.1.1.11",
        "1.2.840.113549.1.1.1",
        "chain",
        "",
        *_CHAIN,
    ]
)
_NAMES: Final = st.sampled_from(
    [
        "key",
        "cert",
        "auth",
        "status",
        "algo",
        "certificates",
        "SCAL",
        "multisign",
        "multiSign",
        "authMode",
        "mode",
        "objects",
        "id",
        "type",
        "label",
        "PIN",
        "OTP",
        "presence",
        "specs",
        "methods",
        "authType",
        "oauth2Servers",
        "supportsRar",
    ]
)
_JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | _WORDS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(_NAMES | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=20,
)
_OBJECTS: Final = st.dictionaries(_NAMES, _JSON, max_size=8)


@given(said=_JSON | _OBJECTS, changes=_OBJECTS)
def test_descriptions_of_keys(said: Any, changes: dict[str, Any]) -> None:
    """A key is read whole, or refused."""
    good: dict[str, Any] = {
        "key": {"status": "enabled", "algo": ["1.2.840.113549.1.1.11"]},
        "cert": {"status": "valid", "certificates": _CHAIN},
        "authMode": "oauth2code",
        "auth": {"mode": "oauth2code"},
    }
    for words in (wire1, wire2):
        for one in (said, good | changes):
            with contextlib.suppress(DigivlError):
                key = read_credential("id", one, words, _WANTED)
                assert 1 <= key.most_at_once <= 70
                assert key.identity.certificate


@given(said=_JSON | _OBJECTS)
def test_descriptions_of_services(said: Any) -> None:
    """A service speaks version 1 or 2, or is refused."""
    with contextlib.suppress(DigivlError):
        assert read_about(said, None).version in {1, 2}


@given(
    answer=st.dictionaries(
        st.sampled_from(["state", "code", "error", "error_description"]), st.text()
    )
)
def test_answers_of_browsers(answer: dict[str, str]) -> None:
    """Nobody knows the state of a visit by chance."""
    denial = read_denial("itsme", answer)
    assert denial is None or len(str(denial)) < 600
    assert reference_of(answer) in answer.get("state", "")


@given(text=st.text())
def test_descriptions_fit(text: str) -> None:
    """[A] description-set: whatever is written, the service can hold it."""
    made = wire.description_of(text)

    assert len(made) <= wire.LONGEST_DESCRIPTION
    made.encode(wire.CHARACTERS)


@settings(max_examples=40)
@given(body=st.binary(max_size=300), status=st.sampled_from([200, 302, 400, 401, 500]))
def test_bodies(body: bytes, status: int) -> None:
    """Bytes of anybody, under any status, at every step before a person is known."""
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=body))
    gateway = Gateway("itsme", "https://csc.example", Limits(), transport=transport)
    client = Client(id="me", secret="secret", redirect_uri="https://me.example/back")
    means = CSCMeans(name="itsme", service=gateway, server=gateway, client=client)

    with contextlib.suppress(DigivlError):
        means.begin("session-1", utc_now())
    with contextlib.suppress(DigivlError):
        means.identified(body.decode("latin-1"), {}, utc_now())
