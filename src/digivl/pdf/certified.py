"""What a certificate says of its holder, without the number of a person."""

from __future__ import annotations

import hashlib
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

import attrs
from asn1crypto import x509 as asn1

from digivl.errors import MalformedError

if TYPE_CHECKING:
    from datetime import datetime

#: What identifies a person by number: on an eID card it is the national number.
_NUMBERS: Final = frozenset({"serial_number", "unique_identifier", "user_id"})
_SHOWN: Final = (
    "common_name",
    "title",
    "organizational_unit_name",
    "organization_name",
    "organization_identifier",
    "country_name",
)
_LONGEST: Final = 500


@attrs.frozen(kw_only=True)
class CertificateFacts:
    """What is worth knowing of a certificate.

    Attributes:
        subject: To whom it was issued: name, title, organisation and country.
        issuer: By whom, likewise.
        serial: Its number, hexadecimal.
        valid_from: First moment of its validity, UTC.
        valid_until: Last moment of its validity, UTC.
        sha256: Of its bytes, hexadecimal.
    """

    subject: str
    issuer: str
    serial: str
    valid_from: datetime
    valid_until: datetime
    sha256: str


def certificate_facts(der: bytes) -> CertificateFacts:
    """The facts of a certificate, also of one that is not by the rules.

    Raises:
        MalformedError: It cannot be read.
    """
    try:
        found = asn1.Certificate.load(der, strict=True)
        validity: Any = found["tbs_certificate"]["validity"]
        return CertificateFacts(
            subject=_named(found.subject),
            issuer=_named(found.issuer),
            serial=f"{found.serial_number:x}",
            valid_from=validity["not_before"].native.astimezone(UTC),
            valid_until=validity["not_after"].native.astimezone(UTC),
            sha256=hashlib.sha256(der).hexdigest(),
        )
    # asn1crypto reads lazily: what is wrong shows itself as any error.
    except Exception as cause:
        raise MalformedError("the certificate cannot be read") from cause


def _named(name: Any) -> str:
    fields = dict(name.native)
    known = [fields.pop(key) for key in _SHOWN if key in fields]
    if not known:
        known = [text for key, text in fields.items() if key not in _NUMBERS]
    texts = [
        str(text)
        for value in known
        for text in (value if isinstance(value, list) else [value])
    ]
    line = " ".join(", ".join(texts).split())
    return "".join(c if c.isprintable() else "�" for c in line)[:_LONGEST]
