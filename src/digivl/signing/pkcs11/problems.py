"""What goes wrong with cards, HSMs and their drivers, as errors of digivl."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from digivl.errors import (
    DriverFailedError,
    KeyUnusableError,
    TokenLostError,
    WrongPINError,
)

if TYPE_CHECKING:
    from digivl.signing.pkcs11.answers import Trouble
    from digivl.signing.tokenspec import TokenSpec

#: The PIN was looked at, and is wrong.
WRONG: Final = frozenset({"PinIncorrect", "PinInvalid", "PinLenRange"})
#: No PIN is right now.
BLOCKED: Final = frozenset({"PinLocked", "PinExpired", "UserPinNotInitialized"})
#: After these nothing was signed, and a new session may find the token again.
LOST: Final = frozenset(
    {
        "DeviceRemoved",
        "KeyHandleInvalid",
        "ObjectHandleInvalid",
        "SessionClosed",
        "SessionHandleInvalid",
        "SlotIDInvalid",
        "TokenNotPresent",
        "TokenNotRecognised",
        "UserNotLoggedIn",
    }
)
CANCELLED: Final = frozenset({"FunctionCancelled"})
_TRIES: Final = {
    "locked": ("; it is blocked now", 0),
    "final": ("; one try is left", 1),
    "low": ("; few tries are left", None),
}


def problem(spec: TokenSpec, do: str, said: Trouble) -> KeyUnusableError:
    """The error for what the driver said.

    Args:
        spec: What was to be used.
        do: What it was asked.
        said: Why it did not.
    """
    if said.kind in WRONG:
        return _wrong(spec, said)
    if said.kind in BLOCKED:
        return WrongPINError(
            f"the PIN of {_token(spec)!r} is blocked or was never set",
            hint="Who issued the card or manages the HSM can unblock it.",
            tries_left=0,
        )
    if said.kind in CANCELLED:
        return KeyUnusableError(
            "the PIN was not entered: somebody cancelled",
            hint="Sign again, and enter the PIN.",
        )
    if said.kind in LOST:
        return TokenLostError(
            "the card was taken out, or the token is gone",
            hint="Put it back and sign again; nothing was signed.",
        )
    known = _REFUSED.get(said.kind)
    return known(spec, said.text) if known else _unusable(spec, do, said)


def failed(spec: TokenSpec, how: str) -> DriverFailedError:
    """The driver did not answer as a driver does; its process was ended.

    Args:
        spec: What was to be used.
        how: What it did.
    """
    return DriverFailedError(
        f"the driver {spec.module.name} {how}; nothing was signed",
        hint="Sign again: it is started anew. If it happens again, look at the reader "
        "or the HSM, and update the driver.",
    )


def _wrong(spec: TokenSpec, said: Trouble) -> WrongPINError:
    text, left = _TRIES.get(said.tries, ("", None))
    return WrongPINError(
        f"the PIN of {_token(spec)!r} is wrong{text}",
        hint="Check it before you try again; too many wrong ones block the key.",
        tries_left=left,
    )


def _no_token(spec: TokenSpec, there: str) -> KeyUnusableError:
    return KeyUnusableError(
        f"no token {_token(spec)!r} is there; there is: {there or 'none'}",
        hint="Put the card in the reader, or check the name of the token.",
    )


def _several_tokens(spec: TokenSpec, count: str) -> KeyUnusableError:
    return KeyUnusableError(
        f"{count} tokens are called {_token(spec)!r}",
        hint="Name the token by its serial number too.",
    )


def _no_key(spec: TokenSpec, there: str) -> KeyUnusableError:
    return KeyUnusableError(
        f"the token has no key {_key(spec)!r}; it has: {there or 'none'}",
        hint="Name the key by its label, or by its id in hexadecimal.",
    )


def _several_keys(spec: TokenSpec, count: str) -> KeyUnusableError:
    return _not_one(spec, f"{count} keys")


def _other_key(spec: TokenSpec, _: str) -> KeyUnusableError:
    return _not_one(spec, "a key of another kind")


def _not_one(spec: TokenSpec, what: str) -> KeyUnusableError:
    return KeyUnusableError(
        f"the token has {what} under {_key(spec)!r}",
        hint="Name one RSA or elliptic curve key, by its label and its id.",
    )


def _no_mechanism(spec: TokenSpec, wanted: str) -> KeyUnusableError:
    return KeyUnusableError(
        f"the token {_token(spec)!r} does not sign with {wanted}",
        hint="Choose another digest, or another key.",
    )


def _too_much(_: TokenSpec, what: str) -> KeyUnusableError:
    return KeyUnusableError(f"the token has {what}", hint="Name the key by its id.")


_REFUSED: Final[Mapping[str, Callable[[TokenSpec, str], KeyUnusableError]]] = {
    "NoToken": _no_token,
    "SeveralTokens": _several_tokens,
    "NoKey": _no_key,
    "SeveralKeys": _several_keys,
    "OtherKey": _other_key,
    "NoMechanism": _no_mechanism,
    "TooMuch": _too_much,
}


def _unusable(spec: TokenSpec, do: str, said: Trouble) -> KeyUnusableError:
    name = spec.module.name
    what = {
        "load": f"the PKCS#11 library {name}",
        "look": f"the tokens of {name}",
    }.get(do, "the token")
    text = said.kind + (f": {said.text}" if said.text else "")
    return KeyUnusableError(
        f"{what} cannot be used: {text}",
        hint="`pkcs11-tool --module ... --test` tells whether the driver works.",
    )


def _token(spec: TokenSpec) -> str:
    return spec.token_label or spec.token_serial


def _key(spec: TokenSpec) -> str:
    return spec.key_label or spec.key_id.hex()
