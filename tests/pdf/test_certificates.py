from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from digivl.errors import MalformedError
from digivl.http.fetching import Fetcher
from digivl.pdf.certificates import (
    certificate,
    common_name,
    holder,
    is_development,
    refuse_unfit,
)
from digivl.pdf.chains import is_root
from digivl.pdf.expected import ExpectedSigner
from digivl.pdf.phases import prepare
from digivl.pdf.spec import Identity, SignatureSpec
from digivl.settings import Limits
from digivl.signing.revocation import Revocation
from digivl.testing.papers import paper

if TYPE_CHECKING:
    from collections.abc import Callable

    from digivl.signing.softkey import SoftKey

NOW = datetime.now(UTC)


def made(*names: tuple[x509.ObjectIdentifier, str]) -> bytes:
    """A self-signed certificate without extensions, for a subject."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(oid, text) for oid, text in names])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
    )
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (((NameOID.COMMON_NAME, "Mia"), (NameOID.ORGANIZATION_NAME, "O")), "Mia"),
        (((NameOID.ORGANIZATION_NAME, "O"), (NameOID.COUNTRY_NAME, "BE")), "O"),
    ],
)
def test_people_are_called_by_their_common_name(
    names: tuple[tuple[x509.ObjectIdentifier, str], ...], expected: str
) -> None:
    """Common name first, organisation next; both readers agree."""
    der = made(*names)

    assert expected == common_name(certificate(der).subject) == holder(der)


def test_a_name_without_either_is_shown_whole() -> None:
    """Nothing is invented."""
    der = made((NameOID.COUNTRY_NAME, "BE"))

    assert ("C=BE", "") == (common_name(certificate(der).subject), holder(der))


@pytest.mark.parametrize("der", [None, b"", b"garbage", b"\x30\x00"])
def test_what_cannot_be_read_has_no_holder(der: bytes | None) -> None:
    """A certificate of somebody else never stops a verdict."""
    assert ("", False) == (holder(der), is_development(der))


def test_only_our_own_are_development(minister: SoftKey) -> None:
    """The mark is the whole organisation, not a word in it."""
    other = made((NameOID.ORGANIZATION_NAME, "GEEN RECHTSWAARDE bv"))

    assert is_development(minister.identity().certificate)
    assert not is_development(other)


def test_a_certificate_without_key_usage_may_sign() -> None:
    """The extension restricts; without it nothing is restricted (RFC 5280)."""
    refuse_unfit(made((NameOID.COMMON_NAME, "Mia")), NOW)


#: A common name in the places where others put no text, or none that can be read.
ODD_NAMES = {
    "not UTF-8": b"\x0c\x08QQ\xff\xfeQQQQ",
    "an old alphabet": b"\x14\x08QQ\xe9\xffQQQQ",
    "a number": b"\x02\x08QQQQQQQQ",
    "bits": b"\x03\x08\x00QQQQQQQ",
}


@pytest.mark.parametrize("case", ODD_NAMES)
def test_a_name_that_cannot_be_read(case: str) -> None:
    """Whoever made the certificate chose it: a typed error, wherever it comes in."""
    plain = made((NameOID.COMMON_NAME, "QQQQQQQQ"))
    der = plain.replace(b"\x0c\x08QQQQQQQQ", ODD_NAMES[case])
    fetcher = Fetcher(Limits(), resolve=lambda _: ())
    attempts: tuple[Callable[[], object], ...] = (
        lambda: certificate(der),
        lambda: refuse_unfit(der, NOW),
        lambda: is_root(der),
        lambda: ExpectedSigner(name="Q").check(der),
        lambda: Revocation(fetcher, (), lambda: NOW).evidence(der),
        lambda: prepare(
            io.BytesIO(paper()),
            io.BytesIO(),
            SignatureSpec(field="S"),
            at=NOW,
            limits=Limits(),
            identity=Identity(der),
        ),
    )
    for attempt in attempts:
        with pytest.raises(MalformedError, match="not an X\\.509 certificate"):
            attempt()
