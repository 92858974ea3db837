"""A driver that does what SoftHSM cannot: pads, keys that ask each time, trouble."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import attrs
import pkcs11
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass, TokenFlag

from tests.signing.hardware.softhsm import GOOD

SIGNED: Final = b"signed"


@attrs.define
class PretendKey:
    """The private key; also its own label and attributes.

    Attributes:
        always: Whether it wants the PIN for each signature; None: it cannot tell.
        troubles: What the next signatures end in.
        got: The PIN of each signature, and its mechanism.
    """

    always: bool | None = False
    key_type: KeyType = KeyType.RSA
    label: str = "Signature"
    troubles: list[Exception] = attrs.field(factory=list[Exception])
    got: list[tuple[Any, Mechanism]] = attrs.field(factory=list[tuple[Any, Mechanism]])

    def __getitem__(self, name: Attribute) -> bool:
        """The one attribute that is asked."""
        assert name is Attribute.ALWAYS_AUTHENTICATE
        if self.always is None:
            raise pkcs11.AttributeTypeInvalid
        return self.always

    def sign(self, _: bytes, *, mechanism: Mechanism, pin: Any) -> bytes:
        """No signature of anything."""
        self.got.append((pin, mechanism))
        if self.troubles:
            raise self.troubles.pop(0)
        if self.always and pin != GOOD:
            raise pkcs11.PinIncorrect
        return SIGNED


@attrs.define
class Pretended:
    """Library, slot, token and session in one: there is one of each.

    Attributes:
        key: The only key.
        flags: Of the token.
        offered: Which mechanisms it has.
        troubles: What the next openings end in.
        certificates: What stands on the token under the name of the key.
        above: What else stands there.
        given: The PIN of each opening.
        closed: How often a session was closed.
    """

    key: PretendKey = attrs.field(factory=PretendKey)
    flags: TokenFlag = attrs.field(factory=lambda: TokenFlag(0))
    offered: set[Mechanism] = attrs.field(factory=lambda: {Mechanism.RSA_PKCS})
    troubles: list[Exception] = attrs.field(factory=list[Exception])
    certificates: list[bytes] = attrs.field(factory=list[bytes])
    above: Sequence[bytes] = ()
    given: list[Any] = attrs.field(factory=list[Any])
    closed: int = 0
    serial: bytes = b"1"
    label: str = "pretended"
    more_keys: Sequence[PretendKey] = ()

    @property
    def slot(self) -> Pretended:
        """Where the token is."""
        return self

    def reinitialize(self) -> None:
        """Nothing to look at anew."""

    def get_slots(self, *, token_present: bool) -> list[Pretended]:
        """The one."""
        assert token_present
        return [self]

    def get_token(self) -> Pretended:
        """The one."""
        return self

    def get_mechanisms(self) -> set[Mechanism]:
        """As told."""
        return self.offered

    def open(self, *, user_pin: Any = None) -> Pretended:
        """A session."""
        self.given.append(user_pin)
        if self.troubles:
            raise self.troubles.pop(0)
        return self

    def close(self) -> None:
        """The end of a session."""
        self.closed += 1

    def get_objects(self, wanted: dict[Attribute, Any]) -> Iterator[Any]:
        """The key, or the certificates."""
        if wanted[Attribute.CLASS] is ObjectClass.PRIVATE_KEY:
            return iter([self.key, *self.more_keys])
        others = () if Attribute.LABEL in wanted else self.above
        return iter([{Attribute.VALUE: one} for one in (*self.certificates, *others)])
