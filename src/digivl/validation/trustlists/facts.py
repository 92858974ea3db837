"""What a certificate says of itself, as far as qualification asks for it.

Certificates of strangers do not always keep the rules, so asn1crypto reads them, part
by part; a part that cannot be read says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import sha1, sha256
from typing import Any, Final

import attrs
from asn1crypto import core, x509

#: Of EN 319 412-5.
QC_COMPLIANCE: Final = "0.4.0.1862.1.1"
QC_SSCD: Final = "0.4.0.1862.1.4"
QC_TYPE: Final = "0.4.0.1862.1.6"
QC_LEGISLATION: Final = "0.4.0.1862.1.7"
TYPE_ESIGN: Final = "0.4.0.1862.1.6.1"
TYPE_ESEAL: Final = "0.4.0.1862.1.6.2"
TYPE_WEB: Final = "0.4.0.1862.1.6.3"
#: Policies of before eIDAS (TS 101 456).
QCP: Final = "0.4.0.1456.1.2"
QCP_PLUS: Final = "0.4.0.1456.1.1"

_QC_STATEMENTS: Final = "1.3.6.1.5.5.7.1.3"
_TIME_STAMPING: Final = "1.3.6.1.5.5.7.3.8"
_UNREADABLE: Final = (ValueError, TypeError, KeyError, OverflowError)
#: Names of X.509, by those that lists use.
_BITS: Final = {
    "digital_signature": "digitalSignature",
    "non_repudiation": "nonRepudiation",
    "key_encipherment": "keyEncipherment",
    "data_encipherment": "dataEncipherment",
    "key_agreement": "keyAgreement",
    "key_cert_sign": "keyCertSign",
    "crl_sign": "crlSign",
    "encipher_only": "encipherOnly",
    "decipher_only": "decipherOnly",
}


class _Statement(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    _fields = [  # noqa: RUF012 - the form of asn1crypto
        ("id", core.ObjectIdentifier),
        ("info", core.Any, {"optional": True}),
    ]


class QCStatements(core.SequenceOf):  # type: ignore[misc]  # idem
    """Statements about a certificate or a token (RFC 3739, 3.2.6)."""

    _child_spec = _Statement


class _Oids(core.SequenceOf):  # type: ignore[misc]  # idem
    _child_spec = core.ObjectIdentifier


class _Texts(core.SequenceOf):  # type: ignore[misc]  # idem
    _child_spec = core.PrintableString


@attrs.frozen(kw_only=True)
class CertificateFacts:
    """What a certificate says of itself.

    Attributes:
        not_before: From when it is valid.
        statements: OIDs of its QCStatements.
        types: OIDs of its QcType statement.
        countries: Of its QcCClegislation statement: qualified by other law than eIDAS.
        policies: OIDs of its certificate policies.
        key_usage: Names of the bits that are set.
        purposes: OIDs of its extended key usage.
        purposes_critical: That extension is critical.
        attributes: OIDs of the attributes of its subject.
    """

    not_before: datetime
    statements: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    policies: frozenset[str] = frozenset()
    key_usage: frozenset[str] = frozenset()
    purposes: frozenset[str] = frozenset()
    purposes_critical: bool = False
    attributes: frozenset[str] = frozenset()

    @property
    def stamps_time_only(self) -> bool:
        """True when it is meant for timestamps and nothing else (RFC 3161, 2.3)."""
        return self.purposes_critical and self.purposes == frozenset({_TIME_STAMPING})


@lru_cache(maxsize=1_024)
def certificate_facts(der: bytes) -> CertificateFacts | None:
    """What a certificate says; None when it cannot be read at all."""
    try:
        found = x509.Certificate.load(der, strict=True)
        not_before = found["tbs_certificate"]["validity"]["not_before"].native
        extensions = list(found["tbs_certificate"]["extensions"])
        by_id = {str(one["extn_id"].dotted): one for one in extensions}
        purposes = by_id.get("2.5.29.37")
        critical = bool(purposes and purposes["critical"].native)
    except _UNREADABLE:
        return None
    if not isinstance(not_before, datetime) or not_before.tzinfo is None:
        return None
    statements = _statements(by_id.get(_QC_STATEMENTS))
    return CertificateFacts(
        not_before=not_before,
        statements=frozenset(statements),
        types=_read(
            lambda: (str(one.dotted) for one in _Oids.load(statements.get(QC_TYPE)))
        ),
        countries=_countries(statements),
        policies=_read(lambda: _policies(by_id.get("2.5.29.32"))),
        key_usage=_read(lambda: _key_usage(by_id.get("2.5.29.15"))),
        purposes=_read(lambda: _purposes(purposes)),
        purposes_critical=critical,
        attributes=_read(lambda: _attributes(found)),
    )


@lru_cache(maxsize=8_192)
def key_of(der: bytes) -> bytes | None:
    """What tells a holder from all others: key and subject; None when unreadable."""
    try:
        inner = x509.Certificate.load(der, strict=True)["tbs_certificate"]
        key: bytes = inner["subject_public_key_info"].dump()
        subject: bytes = inner["subject"].hashable.encode()
    except _UNREADABLE:
        return None
    return sha256(key).digest() + sha256(subject).digest()


@lru_cache(maxsize=8_192)
def key_identifier_of(der: bytes) -> bytes | None:
    """The identifier of a key, made from the key itself; None when unreadable.

    The one that a certificate states is whatever its maker wrote there.

    Source:
        RFC 5280, 4.2.1.2, method 1.
    """
    try:
        inner = x509.Certificate.load(der, strict=True)["tbs_certificate"]
        # What follows the number of unused bits: the key.
        bits: bytes = inner["subject_public_key_info"]["public_key"].contents[1:]
    except _UNREADABLE:
        return None
    return sha1(bits, usedforsecurity=False).digest()


def _read(reading: Callable[[], Iterable[str]]) -> frozenset[str]:
    try:
        return frozenset(reading())
    except _UNREADABLE:
        return frozenset()


def _statements(extension: Any) -> Mapping[str, bytes | None]:
    """OID of each QCStatement, with what goes along with it, DER."""
    if extension is None:
        return {}
    try:
        found = QCStatements.load(extension["extn_value"].contents, strict=True)
        return {
            str(one["id"].dotted): one["info"].dump() if one["info"] else None
            for one in found
        }
    except _UNREADABLE:
        return {}


def _countries(statements: Mapping[str, bytes | None]) -> frozenset[str]:
    if QC_LEGISLATION not in statements:
        return frozenset()
    found = _read(
        lambda: (str(one.native) for one in _Texts.load(statements[QC_LEGISLATION]))
    )
    # Some other law than eIDAS, whichever: that it cannot be read makes it no better.
    return found or frozenset({"?"})


def _policies(extension: Any) -> Iterator[str]:
    for one in extension["extn_value"].parsed if extension else ():
        yield str(one["policy_identifier"].dotted)


def _key_usage(extension: Any) -> Iterator[str]:
    for one in extension["extn_value"].parsed.native if extension else ():
        if one in _BITS:
            yield _BITS[one]


def _purposes(extension: Any) -> Iterator[str]:
    for one in extension["extn_value"].parsed if extension else ():
        yield str(one.dotted)


def _attributes(found: Any) -> Iterator[str]:
    for names in found.subject.chosen:
        for pair in names:
            yield str(pair["type"].dotted)
