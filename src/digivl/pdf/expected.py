"""The right person: held against a certificate before it gets into a document.

A national number is kept as a salted hash. That keeps it out of sight, in errors,
logs and state; whoever has hash and salt can still try all numbers, so keep both where
personal values belong.

Source:
    EN 319 412-1, 5.1.3 (``PNOBE-`` before a number in the subject). The Belgian eID
    writes the number alone. itsme: assumed to do one of the two.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from typing import Final

import attrs
from cryptography.x509.oid import NameOID

from digivl.errors import ConfigurationError, MalformedError, WrongSignatoryError
from digivl.pdf.certificates import certificate

_HEX: Final = re.compile(r"[0-9a-f]{64}")
_SEMANTICS: Final = re.compile(r"(?:PNO|IDC|PAS|TIN)[A-Z]{2}-", re.IGNORECASE)
_NAMES: Final = (
    NameOID.COMMON_NAME,
    NameOID.GIVEN_NAME,
    NameOID.SURNAME,
    NameOID.ORGANIZATION_NAME,
)


@attrs.frozen
class NumberHash:
    """A number in a subject (rijksregisternummer, ondernemingsnummer), out of sight.

    Attributes:
        salt: Random, 16 bytes or more.
        sha256: Of salt and number.
    """

    salt: bytes = attrs.field(repr=False)
    sha256: bytes = attrs.field(repr=False)

    @classmethod
    def of(cls, number: str, salt: bytes | None = None) -> NumberHash:
        """Hash a number, however it is spaced or prefixed."""
        salt = secrets.token_bytes(16) if salt is None else salt
        return cls(salt, _hashed(salt, number))

    def fits(self, number: str) -> bool:
        """True when it is the hash of that number."""
        return hmac.compare_digest(self.sha256, _hashed(self.salt, number))


def _hashed(salt: bytes, number: str) -> bytes:
    plain = re.sub(r"[^0-9A-Za-z]", "", _SEMANTICS.sub("", number.strip())).upper()
    return hashlib.sha256(salt + plain.encode()).digest()


def _sha256(_: object, __: object, text: str | None) -> None:
    if text is not None and not _HEX.fullmatch(text):
        raise MalformedError("the SHA-256 of a certificate has 64 hexadecimal digits")


@attrs.frozen(kw_only=True)
class ExpectedSigner:
    """Who has to sign; all that is given must fit.

    Attributes:
        number: Of the person or organisation, as hash.
        name: Each word of it must stand in the name on the certificate. Weak: people
            share names, so give it beside something else.
        certificate: SHA-256 of the one certificate that may sign, in hexadecimal.
    """

    number: NumberHash | None = None
    name: str | None = attrs.field(default=None, repr=False)
    certificate: str | None = attrs.field(default=None, validator=_sha256)

    def __attrs_post_init__(self) -> None:
        if self.number is None and self.certificate is None and not _words(self.name):
            raise ConfigurationError(
                "nobody is expected: an empty check would let everybody sign",
                hint="Give a number, a name or the SHA-256 of a certificate.",
            )

    def check(self, der: bytes) -> None:
        """See that a certificate is of who is expected; no text names who it is of.

        Args:
            der: The certificate.

        Raises:
            WrongSignatoryError: It is somebody else's.
            MalformedError: It is no certificate.
        """
        subject = certificate(der).subject
        if self.certificate not in (None, hashlib.sha256(der).hexdigest()):
            raise _wrong("it is another certificate than the one agreed on")
        numbers = subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
        if self.number and not any(self.number.fits(str(n.value)) for n in numbers):
            raise _wrong("the number on the certificate is another one, or is missing")
        stands = [
            str(a.value) for o in _NAMES for a in subject.get_attributes_for_oid(o)
        ]
        if not _words(self.name) <= _words(" ".join(stands)):
            raise _wrong("the name on the certificate is another one")


def _wrong(why: str) -> WrongSignatoryError:
    return WrongSignatoryError(
        f"somebody else than expected would sign: {why}",
        hint="Let the person who was asked sign, or ask this one instead.",
    )


def _words(text: str | None) -> set[str]:
    """The words of a name, without case and accents."""
    plain = unicodedata.normalize("NFKD", (text or "").casefold())
    plain = "".join(one for one in plain if not unicodedata.combining(one))
    return set(re.findall(r"\w+", plain))
