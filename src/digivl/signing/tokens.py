"""Tokens over PKCS#11: cards, HSMs. The only module that knows python-pkcs11.

Everything a driver raises becomes a typed error here.

Source:
    PKCS #11 Cryptographic Token Interface 3.1 (OASIS), sections 5 and 6.3 (ECDSA).
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Any, Final

import attrs
import pkcs11
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass, TokenFlag
from pkcs11 import exceptions as theirs

from digivl.errors import KeyUnusableError, TokenLostError, WrongPINError
from digivl.pdf.digests import Digest
from digivl.signing.pins import PIN, PINEntry
from digivl.signing.tokenspec import TokenSpec

#: After these nothing was signed, and a new session may find the token again.
_LOST: Final = (
    theirs.DeviceRemoved,
    theirs.KeyHandleInvalid,
    theirs.ObjectHandleInvalid,
    theirs.SessionClosed,
    theirs.SessionHandleInvalid,
    theirs.SlotIDInvalid,
    theirs.TokenNotPresent,
    theirs.UserNotLoggedIn,
)
_WRONG: Final = (theirs.PinIncorrect, theirs.PinInvalid, theirs.PinLenRange)
_BLOCKED: Final = (theirs.PinLocked, theirs.PinExpired, theirs.UserPinNotInitialized)
_RSA: Final[Mapping[Digest, Mechanism]] = {
    Digest.SHA256: Mechanism.SHA256_RSA_PKCS,
    Digest.SHA384: Mechanism.SHA384_RSA_PKCS,
    Digest.SHA512: Mechanism.SHA512_RSA_PKCS,
}
_EC: Final[Mapping[Digest, Mechanism]] = {
    Digest.SHA256: Mechanism.ECDSA_SHA256,
    Digest.SHA384: Mechanism.ECDSA_SHA384,
    Digest.SHA512: Mechanism.ECDSA_SHA512,
}
#: DER of a DigestInfo up to its digest (RFC 8017, 9.2, note 1).
_DIGEST_INFO: Final[Mapping[Digest, bytes]] = {
    Digest.SHA256: bytes.fromhex("3031300d060960864801650304020105000420"),
    Digest.SHA384: bytes.fromhex("3041300d060960864801650304020205000430"),
    Digest.SHA512: bytes.fromhex("3051300d060960864801650304020305000440"),
}
_MOST_OBJECTS: Final = 1_000


@attrs.define(eq=False)
class Session:
    """A session in which somebody may be logged in; of one process, used by one thread.

    Attributes:
        token: The token it is open on.
        key: The private key.
    """

    token: pkcs11.Token
    key: Any
    _session: pkcs11.Session
    _pin: PIN

    def sign(self, message: bytes, digest: Digest) -> bytes:
        """The raw signature; ECDSA in DER.

        Raises:
            TokenLostError: The token went away: nothing was signed.
            WrongPINError: The PIN for this signature was wrong.
            KeyUnusableError: The token does not sign so.
        """
        with _translated(self.token, self._pin):
            is_ec = self.key.key_type == KeyType.EC
            mechanism, data = self._mechanism(message, digest, is_ec=is_ec)
            pin = self._pin_for_each()
        with _translated(self.token, self._pin, pin):
            raw: bytes = self.key.sign(data, mechanism=mechanism, pin=pin)
        return _der(raw) if is_ec else raw

    def close(self) -> None:
        """Log out, where that still can be."""
        with suppress(theirs.PKCS11Error):
            self._session.close()

    def _mechanism(
        self, message: bytes, digest: Digest, *, is_ec: bool
    ) -> tuple[Mechanism, bytes]:
        """How this token signs, and over what.

        Hashing here sends the token a digest instead of the whole message.
        """
        offered = self.token.slot.get_mechanisms()
        plain = Mechanism.ECDSA if is_ec else Mechanism.RSA_PKCS
        hashing = (_EC if is_ec else _RSA)[digest]
        if plain in offered:
            head = b"" if is_ec else _DIGEST_INFO[digest]
            return plain, head + digest.of(message)
        if hashing in offered:
            return hashing, message
        raise KeyUnusableError(
            f"the token {self.token.label!r} does not sign with {hashing.name}",
            hint="Choose another digest, or another key.",
        )

    def _pin_for_each(self) -> str | None:
        """Some keys want the PIN for each signature (CKA_ALWAYS_AUTHENTICATE)."""
        if self._pin.entry is not None:
            return None
        try:
            wants = self.key[Attribute.ALWAYS_AUTHENTICATE]
        except (theirs.AttributeTypeInvalid, theirs.AttributeSensitive):
            return None  # a token that does not know the attribute asks once
        return self._pin.ask() if wants else None


def opened(spec: TokenSpec, pin: PIN) -> Session:
    """Open the token and find the key.

    Raises:
        KeyUnusableError: No such library, token or key.
        WrongPINError: The PIN is wrong or blocked.
        TokenLostError: The token went away meanwhile.
    """
    token = find_token(spec)
    session = _login(token, pin)
    try:
        with _translated(token, pin):
            key = _the_key(session, spec)
    except BaseException:
        with suppress(theirs.PKCS11Error):
            session.close()
        raise
    return Session(token, key, session, pin)


def certificates(spec: TokenSpec) -> tuple[list[bytes], list[bytes]]:
    """The certificates of the key, and all others on the token; DER, without a PIN.

    Raises:
        KeyUnusableError: No such library or token.
        TokenLostError: It went away meanwhile.
    """
    token = find_token(spec)
    public = PIN(PINEntry.MIDDLEWARE)
    with _translated(token, public):
        session = token.open()
        try:
            kind = {Attribute.CLASS: ObjectClass.CERTIFICATE}
            own = _values(session, {**kind, **_named(spec)})
            every = _values(session, kind)
        finally:
            session.close()
    return own, [one for one in every if one not in own]


def find_token(spec: TokenSpec) -> pkcs11.Token:
    """The token, when exactly one fits.

    Raises:
        KeyUnusableError: No such library, no such token, or several.
    """
    library = _library(spec.module)
    try:
        there: list[pkcs11.Token]
        there = [slot.get_token() for slot in library.get_slots(token_present=True)]
    except theirs.PKCS11Error as cause:
        raise _unusable(f"the tokens of {spec.module.name}", cause) from cause
    fitting = [token for token in there if _fits(token, spec)]
    if len(fitting) == 1:
        return fitting[0]
    labels = ", ".join(sorted({token.label for token in there})) or "none"
    wanted = spec.token_label or spec.token_serial
    if fitting:
        raise KeyUnusableError(
            f"{len(fitting)} tokens are called {wanted!r}",
            hint="Name the token by its serial number too.",
        )
    raise KeyUnusableError(
        f"no token {wanted!r} is there; there is: {labels}",
        hint="Put the card in the reader, or check the name of the token.",
    )


_STARTS: Final[Iterator[int]] = itertools.count(1)


@attrs.define(eq=False)
class Driver:
    """The library of a middleware: one in a process, used by one thread at a time.

    Attributes:
        module: The library.
        lock: Held while it is used.
        start: Number of the last start; sessions of an earlier one are gone.
    """

    module: Path
    lock: RLock = attrs.field(factory=RLock)
    start: int = attrs.field(factory=lambda: next(_STARTS))

    def restart(self) -> None:
        """Look anew which tokens are there; all sessions end."""
        with self.lock, suppress(theirs.PKCS11Error, RuntimeError):
            pkcs11.lib(str(self.module)).reinitialize()
        self.start = next(_STARTS)


_DRIVERS: Final[dict[Path, Driver]] = {}
_MAKING: Final = RLock()


def driver(module: Path) -> Driver:
    """The driver of a library; the same one for all keys in this process."""
    with _MAKING:
        return _DRIVERS.setdefault(module, Driver(module))


def _in_child() -> None:  # pragma: no cover - measured in the parent only
    # What the parent had open is not ours, and a lock it held is never let go.
    for one in _DRIVERS.values():
        one.lock = RLock()
        one.restart()


if hasattr(os, "register_at_fork"):  # pragma: no branch - not on Windows
    os.register_at_fork(after_in_child=_in_child)


def _library(module: Path) -> Any:
    if not module.is_file():
        raise KeyUnusableError(
            f"there is no PKCS#11 library {module.name}",
            hint="Install the middleware of the card or HSM, and name its library.",
        )
    try:
        return pkcs11.lib(str(module))
    except (theirs.PKCS11Error, RuntimeError, OSError) as cause:
        raise _unusable(f"the PKCS#11 library {module.name}", cause) from cause


def _fits(token: pkcs11.Token, spec: TokenSpec) -> bool:
    serial = token.serial.decode("ascii", "replace").strip()
    return spec.token_label in {"", token.label} and spec.token_serial in {"", serial}


def _login(token: pkcs11.Token, pin: PIN) -> pkcs11.Session:
    if pin.entry is PINEntry.MIDDLEWARE:
        with _translated(token, pin):
            return token.open()
    given = pkcs11.PROTECTED_AUTH if pin.entry is PINEntry.PAD else pin.ask()
    with _translated(token, pin, given if isinstance(given, str) else None):
        try:
            return token.open(user_pin=given)
        except theirs.UserAlreadyLoggedIn:
            # Another key of the same token is in use in this process.
            return token.open()


def _the_key(session: pkcs11.Session, spec: TokenSpec) -> pkcs11.PrivateKey:
    kind = {Attribute.CLASS: ObjectClass.PRIVATE_KEY}
    found = list(_objects(session, {**kind, **_named(spec)}))
    if len(found) == 1 and found[0].key_type in {KeyType.RSA, KeyType.EC}:
        key: pkcs11.PrivateKey = found[0]
        return key
    wanted = spec.key_label or spec.key_id.hex()
    if found:
        many = f"{len(found)} keys" if len(found) > 1 else "a key of another kind"
        raise KeyUnusableError(
            f"the token has {many} under {wanted!r}",
            hint="Name one RSA or elliptic curve key, by its label and its id.",
        )
    labels = sorted({key.label for key in _objects(session, kind)})
    raise KeyUnusableError(
        f"the token has no key {wanted!r}; it has: {', '.join(labels) or 'none'}",
        hint="Name the key by its label, or by its id in hexadecimal.",
    )


def _named(spec: TokenSpec) -> dict[Attribute, Any]:
    """What the objects of a key have in common."""
    named = {Attribute.LABEL: spec.key_label, Attribute.ID: spec.key_id}
    return {name: value for name, value in named.items() if value}


def _objects(session: pkcs11.Session, wanted: Mapping[Any, Any]) -> Iterator[Any]:
    for number, found in enumerate(session.get_objects(dict(wanted))):
        if number == _MOST_OBJECTS:
            raise KeyUnusableError(
                f"the token has more than {_MOST_OBJECTS} objects",
                hint="Name the key by its id.",
            )
        yield found


def _values(session: pkcs11.Session, wanted: Mapping[Any, Any]) -> list[bytes]:
    return [bytes(found[Attribute.VALUE]) for found in _objects(session, wanted)]


def _der(raw: bytes) -> bytes:
    """An ECDSA signature as CMS holds it; tokens give its two numbers in a row."""
    half = len(raw) // 2
    first, second = raw[:half], raw[half:]
    return encode_dss_signature(
        int.from_bytes(first, "big"), int.from_bytes(second, "big")
    )


@contextmanager
def _translated(
    token: pkcs11.Token, pin: PIN, given: str | None = None
) -> Iterator[None]:
    try:
        yield
    except _WRONG as cause:
        if given is not None:
            pin.refused(given)
        raise WrongPINError(
            f"the PIN of {token.label!r} is wrong{_tries(token)}",
            hint="Check it before you try again; too many wrong ones block the key.",
        ) from cause
    except _BLOCKED as cause:
        raise WrongPINError(
            f"the PIN of {token.label!r} is blocked or was never set",
            hint="Who issued the card or manages the HSM can unblock it.",
        ) from cause
    except theirs.FunctionCancelled as cause:
        raise KeyUnusableError(
            "the PIN was not entered: somebody cancelled",
            hint="Sign again, and enter the PIN.",
        ) from cause
    except _LOST as cause:
        raise TokenLostError(
            "the card was taken out, or the token is gone",
            hint="Put it back and sign again; nothing was signed.",
        ) from cause
    except theirs.PKCS11Error as cause:
        raise _unusable("the token", cause) from cause


def _tries(token: pkcs11.Token) -> str:
    with suppress(theirs.PKCS11Error):
        flags = token.flags
        if TokenFlag.USER_PIN_LOCKED in flags:
            return "; it is blocked now"
        if TokenFlag.USER_PIN_FINAL_TRY in flags:
            return "; one try is left"
        if TokenFlag.USER_PIN_COUNT_LOW in flags:
            return "; few tries are left"
    return ""


def _unusable(what: str, cause: Exception) -> KeyUnusableError:
    said = type(cause).__name__ + (f": {cause}" if str(cause) else "")
    return KeyUnusableError(
        f"{what} cannot be used: {said[:200]}",
        hint="`pkcs11-tool --module ... --test` tells whether the driver works.",
    )
