"""A signing means on a card or in an HSM (PKCS#11)."""

from __future__ import annotations

import base64
import os
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from threading import RLock
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec

from digivl.errors import (
    ConfigurationError,
    DigivlError,
    DriverFailedError,
    KeyUnusableError,
    MalformedError,
    TokenLostError,
    WrongPINError,
)
from digivl.pdf.certificates import UNREADABLE, certificate, public_key
from digivl.pdf.spec import Identity
from digivl.settings import Limits
from digivl.signing.pkcs11.answers import Opened, Seen
from digivl.signing.pkcs11.problems import failed
from digivl.signing.pkcs11.process import DriverProcess

if TYPE_CHECKING:
    from digivl.pdf.digests import Digest
    from digivl.signing.pins import PIN
    from digivl.signing.tokenspec import TokenSpec

T = TypeVar("T")

_LONGEST_CHAIN: Final = 8
_KEYS: Final = weakref.WeakSet["HardwareKey"]()


@attrs.define(eq=False)
class HardwareKey:
    """A key that never leaves its token; thread-safe, one signature at a time.

    The driver runs in a process of its own, from the first use until `close`. It is
    started anew when it failed, when the token was taken out, and in a forked process.

    Attributes:
        name: Name in the settings.
        spec: Which key on which token.
        seconds: How long the driver may be silent.
    """

    name: str
    spec: TokenSpec
    _pin: PIN
    _given: tuple[bytes, ...] = attrs.field(default=(), repr=False)
    seconds: float = Limits().token_seconds
    _process: DriverProcess | None = attrs.field(default=None, init=False, repr=False)
    _opened: Opened | None = attrs.field(default=None, init=False, repr=False)
    _identity: Identity | None = attrs.field(default=None, init=False, repr=False)
    _hung: int = attrs.field(default=0, init=False, repr=False)
    _lock: Any = attrs.field(factory=RLock, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if find_spec("pkcs11") is None:
            raise ConfigurationError(
                f"{self.name}: keys on a card or in an HSM need the extra pkcs11",
                hint="Run: pip install 'digivl[pkcs11]'",
            )
        _KEYS.add(self)

    def identity(self) -> Identity:
        """The certificate of the key and its chain; asks no PIN.

        Raises:
            KeyUnusableError: No such token, or no certificate for this key.
            DriverFailedError: The driver hung or crashed.
        """
        with self._mine():
            return self._identity or self._twice(self._looked)

    def sign(self, message: bytes, digest: Digest) -> bytes:
        """The raw signature over a message; asks the PIN where the token wants it.

        Raises:
            WrongPINError: The PIN is wrong or blocked; a wrong one is not tried again.
            TokenLostError: The card was taken out; nothing was signed.
            DriverFailedError: The driver hung or crashed; nothing was signed.
            KeyUnusableError: The key cannot be used.
        """
        with self._mine():
            return self._twice(lambda: self._signed(message, digest))

    def close(self) -> None:
        """Log out and end the driver; the next use starts it again."""
        with self._lock:
            self._leave()

    @contextmanager
    def _mine(self) -> Iterator[None]:
        """One thread at a time; after any error the next one begins afresh.

        Who waited for one that hung is told, and does not wait that long once more.
        """
        before = self._hung
        with self._lock:
            if self._hung != before:
                raise failed(self.spec, "was silent while this one waited")
            try:
                yield
            except DigivlError:
                self._hung += self._process is not None and self._process.hung
                self._leave()
                raise
            except BaseException:
                # Somebody gave up waiting: nobody knows what the driver does now.
                self._leave(at_once=True)
                raise

    def _leave(self, *, at_once: bool = False) -> None:
        process, self._process, self._opened = self._process, None, None
        if process is not None:
            (process.kill if at_once else process.end)()

    def _twice(self, work: Callable[[], T]) -> T:
        """Do it, and once more where the token had gone away since the last time."""
        if self._process is not None and not self._process.alive:
            self._leave()  # it died while nobody asked it anything
        try:
            return work()
        except TokenLostError:
            self._leave()
        return work()

    def _signed(self, message: bytes, digest: Digest) -> bytes:
        opened = self._opened or self._logged_in()
        key = public_key(self.identity().certificate)
        is_ec = isinstance(key, ec.EllipticCurvePublicKey)
        return self._tried(
            self._pin.ask() if opened.each and self._pin.entry is None else None,
            "sign",
            opened.signature,
            message=base64.b64encode(message).decode(),
            digest=digest.value,
            octets=(key.key_size + 7) // 8 if is_ec else None,
        )

    def _logged_in(self) -> Opened:
        seen = self._running().ask("look", Seen.read, **self._names())
        if self._identity is not None:
            self._same(self._found(seen))
        entry = self._pin.entry
        opened = self._tried(
            self._pin.ask() if entry is None else None,
            "open",
            Opened.read,
            by=entry.value if entry else "us",
            **self._names(),
        )
        self._identity = self._found(seen)
        self._opened = opened
        return opened

    def _looked(self) -> Identity:
        seen = self._running().ask("look", Seen.read, **self._names())
        self._identity = self._found(seen)
        return self._identity

    def _same(self, found: Identity) -> None:
        """What a signature is made for does not become another's meanwhile."""
        before, self._identity = self._identity, found
        if before != found:
            raise KeyUnusableError(
                "another card is in its place than the one that was looked at",
                hint="Sign again with this one, or put the other one back.",
            )

    def _tried(
        self, pin: str | None, do: str, read: Callable[[Any], T], **of: Any
    ) -> T:
        try:
            done = self._running().ask(do, read, pin=pin, **of)
        except WrongPINError as cause:
            # A blocked one may be right: then it is tried when it was unblocked.
            if pin is not None and cause.tries_left != 0:
                self._pin.refused(pin)
            raise
        except DriverFailedError:
            if pin is not None:
                self._pin.unanswered()
            raise
        if pin is not None:
            self._pin.accepted(pin)
        return done

    def _running(self) -> DriverProcess:
        if self._process is None:
            secrets = frozenset({self._pin.variable})
            self._process = DriverProcess.start(self.spec, self.seconds, secrets)
        return self._process

    def _names(self) -> dict[str, str]:
        return {
            "token": self.spec.token_label,
            "serial": self.spec.token_serial,
            "key": self.spec.key_label,
            "id": self.spec.key_id.hex(),
        }

    def _found(self, seen: Seen) -> Identity:
        known = [*self._given, *seen.others]
        if self._given:
            # What the settings name goes first: a token may hold an old one.
            return _identity(self._given[0], [*known[1:], *seen.own])
        if len(seen.own) == 1:
            return _identity(seen.own[0], known)
        wanted = self.spec.key_label or self.spec.key_id.hex()
        many = "several certificates" if seen.own else "no certificate"
        raise KeyUnusableError(
            f"the token holds {many} for the key {wanted!r}",
            hint="Name the file with the certificate in the settings.",
        )

    def abandon(self) -> None:  # pragma: no cover - measured in the parent only
        """In a fork: what the parent has open is its own; a lock it held stays held."""
        self._lock = RLock()
        if self._process is not None:
            self._process.abandon()
        self._process = self._opened = None


def _in_child() -> None:  # pragma: no cover - as above
    for one in _KEYS:
        one.abandon()


if hasattr(os, "register_at_fork"):  # pragma: no branch - not on Windows
    os.register_at_fork(after_in_child=_in_child)


def _identity(der: bytes, known: Sequence[bytes]) -> Identity:
    """A certificate with those above it, as far as they are known."""
    try:
        certificate(der)
    except MalformedError as cause:
        raise KeyUnusableError(
            f"the token holds a certificate that cannot be read: {cause}",
            hint="Name the file with the right certificate in the settings.",
        ) from cause
    chain = [der]
    while len(chain) <= _LONGEST_CHAIN:
        issuer = next((one for one in known if _issued(chain[-1], one)), None)
        if issuer is None or issuer in chain:
            break
        chain.append(issuer)
    return Identity(chain[0], tuple(chain[1:]))


def _issued(one: bytes, by: bytes) -> bool:
    # Cards hold certificates of long ago that nobody can read: they are passed by.
    try:
        certificate(one).verify_directly_issued_by(certificate(by))
    except (*UNREADABLE, MalformedError, InvalidSignature):
        return False
    return True
