"""What comes out of the process of a driver is checked before it is used."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pkcs11
import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given
from hypothesis import strategies as st
from pkcs11 import Attribute, KeyType, Mechanism

from digivl.errors import DriverFailedError, KeyUnusableError
from digivl.signing.pkcs11 import problems
from digivl.signing.pkcs11.answers import Opened, Seen, Trouble, nothing
from digivl.signing.pkcs11.process import DriverProcess
from digivl.signing.pkcs11.worker import Worker, answer, serve
from digivl.signing.tokenspec import TokenSpec
from tests.signing.hardware.pretend import Pretended, PretendKey

SPEC = TokenSpec(module=Path("driver.so"), token_label="t", key_label="k")
KEY = Opened(ec=True, each=False)

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
Known = st.dictionaries(
    st.sampled_from(["own", "others", "ec", "each", "signature", "error", "tries"]),
    anything,
)
READERS = (Seen.read, Opened.read, Trouble.read, KEY.signature, nothing)


@given(anything | Known)
def test_nonsense_is_told_as_nonsense(said: Any) -> None:
    """Whatever it is, a reader takes it whole or raises what is caught."""
    for read in READERS:
        try:
            read(said)
        except (ValueError, TypeError, KeyError, AttributeError):
            continue


@pytest.mark.parametrize(
    "line",
    [
        b"\xff\n",
        b"[]\n",
        b"7\n",
        b"{}\n",
        b'{"answer": 7}\n',
        b'{"answer": {"ec": 1, "each": false}}\n',
        b'{"answer": {}} {}\n',
        b'{"error": 7}\n',
        b"[" * 100_000 + b"\n",
        b"1" * 10_000 + b"\n",
    ],
    ids=lambda line: repr(line[:40]),
)
def test_a_line_that_is_no_answer(line: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told, and the process is ended."""
    killed: list[object] = []

    def kill(process: object) -> None:
        killed.append(process)

    monkeypatch.setattr(DriverProcess, "_exchanged", lambda *_: line)
    monkeypatch.setattr(DriverProcess, "kill", kill)
    process: Any = DriverProcess(SPEC, 1.0, None)  # type: ignore[arg-type]

    with pytest.raises(DriverFailedError, match="answered nonsense") as told:
        process.ask("open", Opened.read)
    assert told.value.hint
    assert [process] == killed


@given(st.binary(min_size=1, max_size=66), st.data())
def test_two_numbers_become_der(first: bytes, data: st.DataObject) -> None:
    """Whatever their length, they are the two numbers that came."""
    second = data.draw(st.binary(min_size=len(first), max_size=len(first)))
    said = json.loads(json.dumps(answer(_signing(first + second), _SIGN)))

    made = KEY.signature(said["answer"])

    assert (int.from_bytes(first, "big"), int.from_bytes(second, "big")) == (
        decode_dss_signature(made)
    )


@pytest.mark.parametrize("length", [0, 65, 5_000])
def test_a_signature_of_no_length(length: int) -> None:
    """None, half a number, or more than any key makes."""
    said = answer(_signing(b"\x01" * length), _SIGN)

    with pytest.raises(ValueError, match=f"a signature of {length} bytes"):
        KEY.signature(said["answer"])


_SIGN = json.dumps(
    {"do": "sign", "message": "", "digest": "sha512", "octets": 32, "pin": None}
).encode()


class Signer(PretendKey):
    """A key on P-256 that signs with bytes that were told."""

    data = made = b""

    def sign(self, _: bytes, **__: Any) -> bytes:
        """Those."""
        self.data = _
        return self.made


def _signing(made: bytes) -> Worker:
    key = Signer(key_type=KeyType.EC)
    key.made = made
    return Worker(key=key, offered=frozenset({Mechanism.ECDSA}))


def test_a_long_digest_on_a_short_curve() -> None:
    """Its first bits count; some tokens take no more (FIPS 186-5, 6.4)."""
    worker = _signing(b"\x01" * 64)
    answer(worker, _SIGN)

    assert 32 == len(worker.key.data)


def test_labels_are_not_to_be_trusted() -> None:
    """No line ends, no controls, nothing long, in an error."""
    label = "\x1b[2J\r\n" + "x" * 10_000
    said = Trouble.read({"error": "NoKey", "text": label, "tries": ""})

    error = problems.problem(SPEC, "open", said)

    assert str(error).startswith("the token has no key 'k'; it has: ?[2J??xxx")
    assert 400 > len(str(error))


def test_every_trouble_has_an_error() -> None:
    """Each exception of python-pkcs11 becomes an error with a hint, some by name."""
    names = {
        name
        for name, found in vars(pkcs11.exceptions).items()
        if isinstance(found, type) and issubclass(found, pkcs11.PKCS11Error)
    }

    sorted_out = problems.WRONG | problems.BLOCKED | problems.LOST | problems.CANCELLED
    assert sorted_out <= names
    for name in names:
        error = problems.problem(SPEC, "sign", Trouble(name, "", ""))
        assert isinstance(error, KeyUnusableError)
        assert error.hint


def test_more_certificates_than_anybody_has() -> None:
    """They are read up to a bound."""

    class Crowded(Pretended):
        def get_objects(self, _: object) -> Any:
            while True:
                yield {Attribute.VALUE: b"x" * 100_000}

    worker = Worker(library=Crowded())
    asked = {"do": "look", "token": "pretended", "serial": "", "key": "k", "id": ""}
    said = answer(worker, json.dumps(asked).encode())

    assert ("TooMuch", "more than 2000000 bytes on it") == (
        said["error"],
        said["text"],
    )


def test_leaving_a_card_that_is_gone() -> None:
    """There is nobody to say goodbye to, or who tells how many tries are left."""

    class Gone:
        def close(self) -> None:
            raise pkcs11.DeviceRemoved

        @property
        def slot(self) -> Any:
            raise pkcs11.DeviceRemoved

    worker = Worker(session=Gone(), token=Gone())
    worker.leave()

    assert worker.session is None
    assert "" == worker.tries()


def test_serves_until_nobody_asks() -> None:
    """One line for each line; then it leaves."""
    answers = io.BytesIO()
    serve(io.BytesIO(b'{"do": "gone"}\n{"do": "tries"}\n'), answers, 60)

    said = [json.loads(line)["error"] for line in answers.getvalue().splitlines()]
    assert ["AttributeError", "TypeError"] == said
