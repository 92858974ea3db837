"""Speaks with the driver of a card or an HSM: a program of its own.

A driver is native code of somebody else. It can crash, hang, print, or mind that its
process forks, and must not take the application with it.
`digivl.signing.pkcs11.process` starts this as a process: one request as a line of JSON
on its standard input, one answer as a line on its output, until the input ends. It is
the only module that knows python-pkcs11, and imports little, so that it starts quickly.

Source:
    PKCS #11 Cryptographic Token Interface 3.1 (OASIS), sections 5 and 6.3 (ECDSA).
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import attrs
import pkcs11
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass, TokenFlag
from pkcs11 import exceptions as theirs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_RSA: Final[Mapping[str, Mechanism]] = {
    "sha256": Mechanism.SHA256_RSA_PKCS,
    "sha384": Mechanism.SHA384_RSA_PKCS,
    "sha512": Mechanism.SHA512_RSA_PKCS,
}
_EC: Final[Mapping[str, Mechanism]] = {
    "sha256": Mechanism.ECDSA_SHA256,
    "sha384": Mechanism.ECDSA_SHA384,
    "sha512": Mechanism.ECDSA_SHA512,
}
#: DER of a DigestInfo up to its digest (RFC 8017, 9.2, note 1).
_DIGEST_INFO: Final[Mapping[str, bytes]] = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}
_MOST_OBJECTS: Final = 1_000
_MOST_CERTIFICATE_BYTES: Final = 2_000_000
_LONGEST_TEXT: Final = 200
#: How often a look is taken whether who started this is still there.
_LOOK_SECONDS: Final = 0.5
#: Who started this ends it when its time is over; this ends by itself a little later.
_LATER_SECONDS: Final = 5.0


class Refused(Exception):  # noqa: N818 - never leaves this program
    """What was asked cannot be: the kind of trouble, and its text."""


@attrs.define
class Worker:
    """One driver, one token, one session, one key."""

    library: Any = None
    token: Any = None
    session: Any = None
    key: Any = None
    offered: frozenset[Mechanism] = frozenset()

    def load(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Load the driver with that path."""
        self.library = pkcs11.lib(asked["module"])
        return {}

    def look(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The certificates of the key, and all others on the token, without a PIN."""
        self.leave()
        self.token = self._found(asked)
        session = self.token.open()
        try:
            kind = {Attribute.CLASS: ObjectClass.CERTIFICATE}
            own = _values(session, {**kind, **_named(asked)})
            every = _values(session, kind)
        finally:
            session.close()
        others = [one for one in every if one not in own]
        return {"own": [_coded(one) for one in own], "others": [*map(_coded, others)]}

    def open(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Open the token that was looked at, log in, and find the key."""
        self.session = self._logged_in(asked)
        self.key = _the_key(self.session, asked)
        self.offered = frozenset(self.token.slot.get_mechanisms())
        return {"ec": self.key.key_type == KeyType.EC, "each": _wants_each(self.key)}

    def sign(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The raw signature of the key that was opened; ECDSA as two numbers."""
        message = base64.b64decode(asked["message"])
        mechanism, data = self._manner(message, asked["digest"], asked["octets"])
        raw = self.key.sign(data, mechanism=mechanism, pin=asked["pin"])
        return {"signature": _coded(bytes(raw))}

    def leave(self) -> None:
        """Log out and close the session, if there is one."""
        session, self.session, self.key = self.session, None, None
        if session is not None:
            try:
                session.close()
            except pkcs11.PKCS11Error:
                return  # the card is gone, and the session with it

    def tries(self) -> str:
        """What the token says of the tries that are left."""
        try:
            flags = self.token.slot.get_token().flags
        except pkcs11.PKCS11Error:
            return ""
        if TokenFlag.USER_PIN_LOCKED in flags:
            return "locked"
        if TokenFlag.USER_PIN_FINAL_TRY in flags:
            return "final"
        return "low" if TokenFlag.USER_PIN_COUNT_LOW in flags else ""

    def _found(self, asked: Mapping[str, Any]) -> Any:
        slots = self.library.get_slots(token_present=True)
        there = [slot.get_token() for slot in slots]
        fitting = [token for token in there if _fits(token, asked)]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise Refused("SeveralTokens", str(len(fitting)))
        raise Refused("NoToken", ", ".join(sorted({token.label for token in there})))

    def _logged_in(self, asked: Mapping[str, Any]) -> Any:
        if asked["by"] == "middleware":
            return self.token.open()
        pin = pkcs11.PROTECTED_AUTH if asked["by"] == "pad" else asked["pin"]
        try:
            return self.token.open(user_pin=pin)
        except theirs.UserAlreadyLoggedIn:
            return self.token.open()

    def _manner(
        self, message: bytes, digest: str, octets: int
    ) -> tuple[Mechanism, bytes]:
        """How this token signs, and over what.

        Hashing here sends the token a digest instead of the whole message.
        """
        is_ec = self.key.key_type == KeyType.EC
        plain = Mechanism.ECDSA if is_ec else Mechanism.RSA_PKCS
        hashing = (_EC if is_ec else _RSA)[digest]
        if plain in self.offered:
            hashed = hashlib.new(digest, message).digest()
            # Of a digest longer than the curve the first bits count (FIPS 186-5, 6.4).
            return plain, hashed[:octets] if is_ec else _DIGEST_INFO[digest] + hashed
        if hashing in self.offered:
            return hashing, message
        raise Refused("NoMechanism", hashing.name)


def _fits(token: Any, asked: Mapping[str, Any]) -> bool:
    serial = token.serial.decode("ascii", "replace").strip()
    return asked["token"] in {"", token.label} and asked["serial"] in {"", serial}


def _the_key(session: Any, asked: Mapping[str, Any]) -> Any:
    kind = {Attribute.CLASS: ObjectClass.PRIVATE_KEY}
    found = list(_objects(session, {**kind, **_named(asked)}))
    if len(found) > 1:
        raise Refused("SeveralKeys", str(len(found)))
    if not found:
        labels = sorted({key.label for key in _objects(session, kind)})
        raise Refused("NoKey", ", ".join(labels))
    if found[0].key_type not in {KeyType.RSA, KeyType.EC}:
        raise Refused("OtherKey")
    return found[0]


def _wants_each(key: Any) -> bool:
    """Some keys want the PIN for each signature (CKA_ALWAYS_AUTHENTICATE)."""
    try:
        return bool(key[Attribute.ALWAYS_AUTHENTICATE])
    except (theirs.AttributeTypeInvalid, theirs.AttributeSensitive):
        return False  # a token that does not know the attribute asks once


def _named(asked: Mapping[str, Any]) -> dict[Attribute, Any]:
    """What the objects of a key have in common."""
    named = {Attribute.LABEL: asked["key"], Attribute.ID: bytes.fromhex(asked["id"])}
    return {name: value for name, value in named.items() if value}


def _objects(session: Any, wanted: Mapping[Any, Any]) -> Iterator[Any]:
    for number, found in enumerate(session.get_objects(dict(wanted))):
        if number == _MOST_OBJECTS:
            raise Refused("TooMuch", f"more than {_MOST_OBJECTS} objects")
        yield found


def _values(session: Any, wanted: Mapping[Any, Any]) -> list[bytes]:
    found, size = list[bytes](), 0
    for one in _objects(session, wanted):
        found.append(bytes(one[Attribute.VALUE]))
        size += len(found[-1])
        if size > _MOST_CERTIFICATE_BYTES:
            raise Refused("TooMuch", f"more than {_MOST_CERTIFICATE_BYTES} bytes on it")
    return found


def _coded(value: bytes) -> str:
    return base64.b64encode(value).decode()


def answer(worker: Worker, line: bytes) -> dict[str, Any]:
    """What is said to one request.

    Args:
        worker: Who does it.
        line: JSON with `do`, the name of a method, and what it wants.
    """
    asked = json.loads(line)
    try:
        return {"answer": getattr(worker, asked["do"])(asked)}
    except Refused as cause:
        kind, *text = cause.args
        return _trouble(kind, "".join(text))
    except pkcs11.PKCS11Error as cause:
        said = _trouble(type(cause).__name__, str(cause))
        return {**said, "tries": worker.tries()} if "Pin" in said["error"] else said
    except Exception as cause:  # noqa: BLE001 - a driver can make anything go wrong
        return _trouble(type(cause).__name__, "")


def _trouble(kind: str, text: str) -> dict[str, str]:
    return {"error": kind, "text": text[:_LONGEST_TEXT], "tries": ""}


def serve(requests: BinaryIO, answers: BinaryIO, seconds: float) -> None:
    """Answer, line by line, until nobody asks any more.

    Args:
        requests: Where they come from.
        answers: Where the answers go; not buffered.
        seconds: How long one may take; after that the system ends this process.
    """
    worker = Worker()
    for line in requests:
        _alarm(seconds + _LATER_SECONDS)
        answers.write(json.dumps(answer(worker, line)).encode() + b"\n")
        _alarm(0)
    worker.leave()


def _alarm(seconds: float) -> None:
    if sys.platform != "win32":  # pragma: no branch
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _harden() -> None:
    """A crash leaves no PIN in a file, and nobody outlives who asked."""
    if sys.platform == "win32":  # pragma: no cover
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    threading.Thread(target=_watch, args=[os.getppid()], daemon=True).start()


def _watch(parent: int) -> None:
    # Also while the driver hangs, and when a fork of the parent holds our input open.
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os.killpg(0, signal.SIGKILL)  # pragma: no cover - nothing is measured after this


def main() -> int:
    """Serve on the standard streams; the driver gets none of them."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(nothing, stream)
    _harden()
    serve(requests, answers, float(sys.argv[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
