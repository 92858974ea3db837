"""A driver that does what SoftHSM cannot: pads, keys that ask each time, trouble."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, Final, Self

import attrs
import pkcs11
from cryptography.hazmat.primitives.serialization import Encoding
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass, TokenFlag

from digivl.signing.pkcs11.answers import Trouble
from digivl.signing.pkcs11.problems import problem
from digivl.signing.pkcs11.worker import Worker, answer
from digivl.signing.tokenspec import TokenSpec
from tests.signing.hardware.softhsm import GOOD, KEYS, self_signed

SIGNED: Final = b"signed"


@cache
def usual() -> bytes:
    """The certificate that stands on the token when nothing else is told."""
    return self_signed(KEYS["rsa"](), "Pretended").public_bytes(Encoding.DER)


@attrs.define
class Beside:
    """The worker of a driver, in this process: what is asked goes through JSON too."""

    spec: TokenSpec
    worker: Worker = attrs.field(factory=Worker)
    alive: bool = True
    hung: bool = False

    @classmethod
    def start(cls, spec: TokenSpec, *_: object) -> Self:
        """As the real one does."""
        made = cls(spec)
        made.ask("load", dict, module=str(spec.module))
        return made

    def ask(self, do: str, read: Callable[[Any], Any], **said: Any) -> Any:
        """What the worker says."""
        line = json.dumps({"do": do, **said}).encode()
        heard = json.loads(json.dumps(answer(self.worker, line)))
        if "error" in heard:
            raise problem(self.spec, do, Trouble.read(heard))
        return read(heard["answer"])

    def end(self) -> None:
        """Log out."""
        self.worker.leave()


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
        troubles: What the next log-ins end in.
        certificates: What stands on the token under the name of the key.
        above: What else stands there.
        given: The PIN of each log-in.
        closed: How often a session was closed.
    """

    key: PretendKey = attrs.field(factory=PretendKey)
    flags: TokenFlag = attrs.field(factory=lambda: TokenFlag(0))
    offered: set[Mechanism] = attrs.field(factory=lambda: {Mechanism.RSA_PKCS})
    troubles: list[Exception] = attrs.field(factory=list[Exception])
    certificates: list[bytes] = attrs.field(factory=lambda: [usual()])
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
        """A session; in one without a PIN nobody is logged in."""
        if user_pin is None:
            return self
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
