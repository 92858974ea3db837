"""What a certificate says of its holder, and which signature belongs to whom."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs
from asn1crypto import core
from cryptography import x509
from cryptography.x509.oid import NameOID, ObjectIdentifier

from digivl.errors import MalformedError
from digivl.pdf.certificates import certificate
from digivl.pdf.seals import is_seal
from digivl.signing.platform.people import Invited, Matching, words_of

_STATEMENTS: Final = ObjectIdentifier("1.3.6.1.5.5.7.1.3")
_COMPLIANCE: Final = "0.4.0.1862.1.1"
_DEVICE: Final = "0.4.0.1862.1.4"
#: As on an eID card, or with what EN 319 412-1 puts before it.
_NUMBER: Final = re.compile(r"(?:(?:PNO|IDC|TIN|PAS)BE-)?(\d{11})", re.IGNORECASE)


@attrs.frozen(kw_only=True)
class Claims:
    """What a certificate claims.

    Attributes:
        number: National number; empty where there is none.
        words: Of the name of its holder, without accents and case.
        qualified: It says that it is qualified, and its key on a qualified device.
        seals: It is that of an organisation, whatever name of a person stands in it.
    """

    number: str = attrs.field(default="", repr=False)
    words: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    qualified: bool = False
    seals: bool = False

    def same_holder(self, other: Claims) -> bool:
        """Whether nothing tells the holders of two certificates apart."""
        if self.number and other.number:
            return self.number == other.number
        return self.words == other.words


class _Statement(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012 - as asn1crypto wants it
        ("id", core.ObjectIdentifier),
        ("info", core.Any, {"optional": True}),
    ]


class _Statements(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _Statement


def claims(der: bytes) -> Claims:
    """Read a certificate.

    Args:
        der: The certificate.

    Raises:
        MalformedError: It is none, or its extensions cannot be read.

    Source:
        EN 319 412-1, 5.1.3 (semantics of serialNumber); EN 319 412-5, 4.2.
    """
    found = certificate(der)
    try:
        told = _statements(found)
        numbers = _texts(found, NameOID.SERIAL_NUMBER)
        names = _texts(found, NameOID.GIVEN_NAME) + _texts(found, NameOID.SURNAME)
        names = names or _texts(found, NameOID.COMMON_NAME)
    except (ValueError, TypeError) as cause:
        raise MalformedError("a certificate in it cannot be read") from cause
    matches = [match for text in numbers if (match := _NUMBER.fullmatch(text))]
    return Claims(
        number=matches[0][1] if matches else "",
        words=frozenset(word for name in names for word in words_of(name)),
        qualified={_COMPLIANCE, _DEVICE} <= told,
        seals=is_seal(der),
    )


def _texts(found: x509.Certificate, oid: x509.ObjectIdentifier) -> list[str]:
    return [str(one.value) for one in found.subject.get_attributes_for_oid(oid)]


def _statements(found: x509.Certificate) -> set[str]:
    try:
        extension: Any = found.extensions.get_extension_for_oid(_STATEMENTS)
    except x509.ExtensionNotFound:
        return set()
    told = _Statements.load(extension.value.value, strict=True)
    return {str(one["id"].dotted) for one in told}


def is_of(signer: Invited, claimed: Claims, matching: Matching) -> bool:
    """Whether a certificate is that of somebody.

    A number that differs is somebody else, whatever the name. By name, all words of
    the name we know have to stand in that of the certificate. An organisation is
    nobody, whomever it is called after.
    """
    if claimed.seals:
        return False
    if signer.number is not None and claimed.number:
        return claimed.number == signer.number.reveal().wire
    if matching is Matching.NUMBER:
        return False
    words = {*words_of(signer.name.reveal())}
    return bool(words) and words <= claimed.words


def assigned(
    signers: Sequence[Invited], claimed: Sequence[Claims | None], matching: Matching
) -> Mapping[int, int]:
    """Which signature is whose: as many pairs as there can be, each once.

    Who signed twice signed for one of them, also where the name fits another.

    Args:
        signers: Who had to sign.
        claimed: What the certificate of each signature says; None where unreadable.
        matching: By what people are known.

    Returns:
        The place of a signature, by the place of its signer.
    """
    own = [*enumerate(claimed)]
    once = [
        (n, one)
        for n, one in own
        if one and not any(other and one.same_holder(other) for _, other in own[:n])
    ]
    fits = [
        [n for n, one in once if is_of(signer, one, matching)] for signer in signers
    ]
    taken: dict[int, int] = {}

    def find(signer: int, tried: set[int]) -> bool:
        for signature in fits[signer]:
            if signature in tried:
                continue
            tried.add(signature)
            if signature not in taken or find(taken[signature], tried):
                taken[signature] = signer
                return True
        return False

    for signer in range(len(signers)):
        find(signer, set())
    return {signer: signature for signature, signer in taken.items()}
