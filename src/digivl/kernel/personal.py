"""Personal values: hidden in repr, committed to in the journal, erasable.

A journal entry never holds a personal value; it holds a salted commitment of it. The
value and its salt stand apart and can be erased: without the salt the commitment
says nothing, and every hash and proof over the entry still holds.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Generic, TypeVar

import attrs

from digivl.errors import ErasedError, MalformedError

T = TypeVar("T")

SALT_BYTES = 32


def commitment(salt: bytes, value: bytes) -> str:
    """HMAC-SHA-256 of the canonical value under its own random salt, in hex."""
    return hmac.new(salt, value, hashlib.sha256).hexdigest()


def _salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)


@attrs.frozen(repr=False)
class Personal(Generic[T]):
    """A value about a natural person (persoonsgegeven); `reveal()` is the way to it.

    Two are equal when their values are. One that was erased keeps only the
    commitment that the entries hold.
    """

    _value: T | None
    salt: bytes = attrs.field(factory=_salt, eq=False)
    erased_commitment: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if (self._value is None) is (self.erased_commitment is None):
            raise MalformedError(
                "a personal value is there, or was erased",
                hint="Where there is no value at all, leave out the Personal too.",
            )

    @classmethod
    def erased(cls, commitment: str) -> Personal[T]:
        """What is left of a value after erasure."""
        return cls(None, b"", erased_commitment=commitment)

    @property
    def is_erased(self) -> bool:
        """True when the value is gone."""
        return self._value is None

    def reveal(self) -> T:
        """The value.

        Raises:
            ErasedError: It was erased.
        """
        if self._value is None:
            raise ErasedError("this personal value was erased")
        return self._value

    def __repr__(self) -> str:
        return "Personal(erased)" if self.is_erased else "Personal(•••)"

    __str__ = __repr__
