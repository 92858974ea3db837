"""What the process of a driver answers, checked: a faulty driver shares its memory."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Final

import attrs
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

#: No RSA key of today, nor two numbers on a curve, signs with more bytes.
_LONGEST_SIGNATURE: Final = 4_096
_LONGEST_TEXT: Final = 300


@attrs.frozen
class Trouble:
    """Why the driver did not do it.

    Attributes:
        kind: Name of an exception of python-pkcs11, or of the worker.
        text: What else it says; printable, and not long.
        tries: ``locked``, ``final``, ``low``, or empty: what the token says of the PIN.
    """

    kind: str
    text: str
    tries: str

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Trouble:
        """Read what was said.

        Raises:
            ValueError: It makes no sense.
        """
        return cls(*(_text(said[name]) for name in ("error", "text", "tries")))


@attrs.frozen
class Seen:
    """The certificates on a token, DER.

    Attributes:
        own: Those with the name of the key.
        others: All others.
    """

    own: tuple[bytes, ...]
    others: tuple[bytes, ...]

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Seen:
        """Read what was said.

        Raises:
            ValueError: It makes no sense.
        """
        own, others = (tuple(map(_bytes, said[name])) for name in ("own", "others"))
        return cls(own, others)


@attrs.frozen
class Opened:
    """A key that can sign.

    Attributes:
        ec: It is on an elliptic curve; else it is an RSA key.
        each: It wants the PIN with each signature.
    """

    ec: bool
    each: bool

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Opened:
        """Read what was said.

        Raises:
            ValueError: It makes no sense.
        """
        return cls(_truth(said["ec"]), _truth(said["each"]))

    def signature(self, said: Mapping[str, Any]) -> bytes:
        """The raw signature as CMS holds it: ECDSA in DER.

        Raises:
            ValueError: It makes no sense.
        """
        raw = _bytes(said["signature"])
        if not 0 < len(raw) <= _LONGEST_SIGNATURE or (self.ec and len(raw) % 2):
            raise ValueError(f"a signature of {len(raw)} bytes")
        if not self.ec:
            return raw
        # Tokens give the two numbers in a row.
        half = len(raw) // 2
        first, second = raw[:half], raw[half:]
        return encode_dss_signature(
            int.from_bytes(first, "big"), int.from_bytes(second, "big")
        )


def nothing(said: Mapping[str, Any]) -> None:
    """There is nothing in it.

    Raises:
        ValueError: There is.
    """
    if said != {}:
        raise ValueError("more than was asked")


def _bytes(said: Any) -> bytes:
    return base64.b64decode(said, validate=True)


def _text(said: Any) -> str:
    if not isinstance(said, str):
        raise TypeError("no text")
    # Labels are chosen by whoever made the token: no line ends or controls in errors.
    return "".join(one if one.isprintable() else "?" for one in said[:_LONGEST_TEXT])


def _truth(said: Any) -> bool:
    if not isinstance(said, bool):
        raise TypeError("neither true nor false")
    return said
