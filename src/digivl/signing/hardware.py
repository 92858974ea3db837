"""A signing means on a card or in an HSM (PKCS#11)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

import attrs
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding

from digivl.errors import KeyUnusableError, TokenLostError
from digivl.pdf.spec import Identity
from digivl.signing.tokens import (
    Session,
    certificates,
    driver,
    opened,
)

if TYPE_CHECKING:
    from digivl.pdf.digests import Digest
    from digivl.signing.pins import PIN
    from digivl.signing.tokenspec import TokenSpec

T = TypeVar("T")

_LONGEST_CHAIN: Final = 8


@attrs.define(eq=False)
class HardwareKey:
    """A key that never leaves its token; thread-safe, one signature at a time.

    The token is opened at first use, and again when it was taken out, when the session
    is gone, and in a forked process.

    Attributes:
        name: Name in the settings.
        spec: Which key on which token.
    """

    name: str
    spec: TokenSpec
    _pin: PIN
    _given: tuple[bytes, ...] = attrs.field(default=(), repr=False)
    _session: Session | None = attrs.field(default=None, init=False, repr=False)
    _start: int = attrs.field(default=0, init=False, repr=False)
    _identity: Identity | None = attrs.field(default=None, init=False, repr=False)

    def identity(self) -> Identity:
        """The certificate of the key and its chain; asks no PIN.

        Raises:
            KeyUnusableError: No such token, or no certificate for this key.
        """
        if self._identity is None:
            self._identity = self._twice(self._found)
        return self._identity

    def sign(self, message: bytes, digest: Digest) -> bytes:
        """The raw signature over a message; asks the PIN where the token wants it.

        Raises:
            WrongPINError: The PIN is wrong or blocked; a wrong one is not tried again.
            TokenLostError: The card was taken out; nothing was signed.
            KeyUnusableError: The key cannot be used.
        """
        return self._twice(lambda: self._opened().sign(message, digest))

    def close(self) -> None:
        """Log out; the next signature opens the token again."""
        library = driver(self.spec.module)
        with library.lock:
            if self._session is not None and self._start == library.start:
                self._session.close()
            self._session = None

    def _twice(self, work: Callable[[], T]) -> T:
        """Do it, and once more where the token had gone away since the last time."""
        library = driver(self.spec.module)
        with library.lock:
            try:
                return work()
            except TokenLostError:
                library.restart()
            return work()

    def _opened(self) -> Session:
        start = driver(self.spec.module).start
        if self._session is None or self._start != start:
            self._session, self._start = opened(self.spec, self._pin), start
        return self._session

    def _found(self) -> Identity:
        own, others = certificates(self.spec)
        known = [*self._given, *others]
        if self._given:
            # What the settings name goes first: a token may hold an old one.
            return _identity(self._given[0], [*known[1:], *own])
        if len(own) == 1:
            return _identity(own[0], known)
        wanted = self.spec.key_label or self.spec.key_id.hex()
        many = "several certificates" if own else "no certificate"
        raise KeyUnusableError(
            f"the token holds {many} for the key {wanted!r}",
            hint="Name the file with the certificate in the settings.",
        )


def _identity(certificate: bytes, known: Sequence[bytes]) -> Identity:
    """A certificate with those above it, as far as they are known."""
    chain = [_loaded(certificate)]
    above = [_loaded(one) for one in known]
    while len(chain) <= _LONGEST_CHAIN:
        issuer = next((one for one in above if _issued(chain[-1], one)), None)
        if issuer is None or issuer in chain:
            break
        chain.append(issuer)
    ders = [one.public_bytes(Encoding.DER) for one in chain]
    return Identity(ders[0], tuple(ders[1:]))


def _loaded(der: bytes) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(der)
    except ValueError as cause:
        raise KeyUnusableError(
            f"the token holds a certificate that cannot be read: {cause}",
            hint="Name the file with the right certificate in the settings.",
        ) from cause


def _issued(one: x509.Certificate, by: x509.Certificate) -> bool:
    try:
        one.verify_directly_issued_by(by)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
