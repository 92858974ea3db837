"""The verification code (controlecode): the token in the QR code and beside it.

A token is 130 random bits in Crockford's base 32: 26 characters. In the symbol it
stands in a URL in upper case, so that the symbol stays small; in print it stands in
groups, with a check character that tells a typing error from an unknown code. Only
the SHA-256 of a token is ever stored.

Source:
    ISO/IEC 7064, MOD 37,36 (check character); RFC 3986, sections 3.1 and 3.2.2 (scheme
    and host know no case).
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Final
from urllib.parse import urlsplit

import attrs
from stdnum.iso7064 import mod_37_36

from digivl.errors import MalformedError

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH: Final = 26
_BITS: Final = 130
_GROUP: Final = 4
_LONGEST: Final = 1_024
#: What people write for a character that the alphabet leaves out.
_MISREAD: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?(:\d{1,5})?")


def _token(_: object, __: object, token: str) -> None:
    if len(token) != _LENGTH or any(c not in _ALPHABET for c in token):
        raise MalformedError(
            "a verification code has 26 characters of 0-9 and A-Z without I, L, O, U",
            hint="Compare it with the line beside the QR code.",
        )


@attrs.frozen
class VerificationCode:
    """A verification code; whoever has it can look the document up.

    Raises:
        MalformedError: Not 26 characters of the alphabet.
    """

    token: str = attrs.field(validator=_token, repr=lambda token: f"'{token[:4]}…'")

    @classmethod
    def fresh(cls) -> VerificationCode:
        """A new random code of 130 bits."""
        number = secrets.randbits(_BITS)
        digits = (number >> shift & 31 for shift in range(_BITS - 5, -1, -5))
        return cls("".join(_ALPHABET[digit] for digit in digits))

    @classmethod
    def parse(cls, text: str, *, host: str) -> VerificationCode:
        """Read a code as scanned or typed: a URL of `host`, or the code alone.

        Case, blanks and hyphens do not matter, nor O for 0 and I or L for 1.

        Args:
            text: The text in the QR code, or what somebody typed.
            host: The only host a URL may have.

        Raises:
            MalformedError: Another host, a wrong check character, or no code at all.
        """
        if len(text) > _LONGEST:
            raise MalformedError(f"no verification code is {len(text)} characters long")
        typed = _path_of(text, host) if "/" in text else text
        squeezed = re.sub(r"[\s-]", "", typed).upper()
        if len(squeezed) == _LENGTH + 1:
            squeezed = _without_check(squeezed)
        return cls(squeezed.translate(_MISREAD))

    @property
    def digest(self) -> str:
        """SHA-256 of the token in hex: the name under which the register knows it."""
        return hashlib.sha256(self.token.encode()).hexdigest()

    @property
    def printed(self) -> str:
        """For people: groups of four and the check character."""
        text = self.token + mod_37_36.calc_check_digit(self.token)
        return "-".join(text[i : i + _GROUP] for i in range(0, len(text), _GROUP))

    def link(self, host: str) -> str:
        """The canonical URL, with the host in lower case."""
        return f"https://{checked_host(host)}/d/{self.token}"

    def symbol_text(self, host: str, *, upper_case: bool) -> str:
        """The text in the QR code; in upper case the symbol is one version smaller."""
        link = self.link(host)
        return link.upper() if upper_case else link.lower()


def checked_host(host: str) -> str:
    """The host in lower case.

    Raises:
        MalformedError: Not a host name, with or without a port.
    """
    lower = host.lower()
    if not _HOST.fullmatch(lower):
        raise MalformedError(
            f"{host[:60]!r} is not a host name",
            hint="Set code.host to a name under vlaanderen.be, without https://.",
        )
    return lower


def _path_of(text: str, host: str) -> str:
    try:
        parts = urlsplit(text.strip())
        named = parts.netloc.lower()
    except ValueError as cause:
        raise MalformedError("the text in this QR code is not a URL") from cause
    if parts.scheme.lower() != "https" or named != checked_host(host):
        raise MalformedError(
            f"this code leads to {named[:80] or 'nowhere'!r}, not to {host}",
            hint="It may be forged: a code of the government leads to its own host.",
        )
    path = parts.path.strip("/").partition("/")
    if path[0].lower() != "d":
        raise MalformedError("this URL holds no verification code")
    return path[2]


def _without_check(text: str) -> str:
    token, check = text[:-1].translate(_MISREAD), text[-1].translate(_MISREAD)
    known = all(character in _ALPHABET for character in token)
    if known and mod_37_36.calc_check_digit(token).translate(_MISREAD) != check:
        raise MalformedError(
            "there is a typing error in this verification code",
            hint="Compare it with the line beside the QR code.",
        )
    return token
