"""Who issued a certificate, and where it says that this and its revocation are told.

Source:
    RFC 5280, 4.2.1.9 (basic constraints), 4.2.1.13 (distribution points), 4.2.2.1
    (authority information access); RFC 6960, 4.2.2.2.1 (no check); EN 319 412-1, 5.2
    (validity assured, short term).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeVar

import attrs
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import AuthorityInformationAccessOID

from digivl.errors import MalformedError
from digivl.pdf.certificates import UNREADABLE, certificate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

E = TypeVar("E", bound=x509.ExtensionType)

_MOST_ADDRESSES: Final = 4
#: More than that no chain has.
MOST_CERTIFICATES: Final = 20
_SHORT_TERM: Final = x509.ObjectIdentifier("0.4.0.194121.2.1")


@attrs.frozen
class Addresses:
    """Where a certificate leads; nobody checked these addresses.

    Attributes:
        issuers: Where the certificate above it is.
        ocsp: Who answers whether it was revoked.
        crl: Where the list of revoked ones is.
    """

    issuers: tuple[str, ...] = ()
    ocsp: tuple[str, ...] = ()
    crl: tuple[str, ...] = ()


@lru_cache(maxsize=256)
def addresses(der: bytes) -> Addresses:
    """Where a certificate leads.

    Raises:
        MalformedError: It is no certificate.
    """
    access = extension(der, x509.AuthorityInformationAccess) or ()
    points = extension(der, x509.CRLDistributionPoints) or ()
    by_method: dict[x509.ObjectIdentifier, list[x509.GeneralName]] = {}
    for one in access:
        by_method.setdefault(one.access_method, []).append(one.access_location)
    return Addresses(
        issuers=uris(by_method.get(AuthorityInformationAccessOID.CA_ISSUERS, ())),
        ocsp=uris(by_method.get(AuthorityInformationAccessOID.OCSP, ())),
        crl=uris(name for point in points for name in point.full_name or ()),
    )


def uris(names: Iterable[x509.GeneralName]) -> tuple[str, ...]:
    """The http addresses among some names, a few at most."""
    found = (
        one.value for one in names if isinstance(one, x509.UniformResourceIdentifier)
    )
    wanted = (one for one in found if one.lower().startswith(("http://", "https://")))
    return tuple(dict.fromkeys(wanted))[:_MOST_ADDRESSES]


def extension(der: bytes, kind: type[E]) -> E | None:
    """An extension of a certificate; None where it has none, or one that is broken.

    Raises:
        MalformedError: It is no certificate.
    """
    try:
        return certificate(der).extensions.get_extension_for_class(kind).value
    except (x509.ExtensionNotFound, *UNREADABLE):
        return None


@lru_cache(maxsize=1_024)
def issued_by(der: bytes, above: bytes) -> bool:
    """True when an authority signed a certificate.

    Args:
        der: The certificate.
        above: That of the authority; it must be allowed to issue.
    """
    limits = extension(above, x509.BasicConstraints)
    usage = extension(above, x509.KeyUsage)
    if limits is None or not limits.ca or (usage and not usage.key_cert_sign):
        return False
    try:
        certificate(der).verify_directly_issued_by(certificate(above))
    except (InvalidSignature, *UNREADABLE):
        return False
    return True


def is_root(der: bytes) -> bool:
    """True when a certificate issued itself."""
    found = certificate(der)
    return found.subject == found.issuer and issued_by(der, der)


def check_above(
    der: bytes, above: Sequence[bytes], anchors: Sequence[bytes] = ()
) -> None:
    """Refuse certificates that are not those above another one, each of them sound.

    A certificate is sound when the one above it signed it. The highest has nobody above
    it here: it is, when it issued itself, or when one of the `anchors` did.

    Args:
        der: The certificate that they go along with.
        above: Those, in any order.
        anchors: To whom the chain has to lead; with none of them, a highest one that
            did not issue itself is taken as it is.

    Raises:
        MalformedError: One cannot be read, is not sound, stands there twice, or has
            nothing to do with the others; or there are too many.
    """
    if len(above) > MOST_CERTIFICATES:
        raise _no_chain(f"{len(above)} certificates go along")
    if len({der, *above}) <= len(above):
        raise _no_chain("a certificate stands there twice")
    try:
        for one in above:
            certificate(one)
    except MalformedError:
        raise _no_chain("a certificate cannot be read") from None
    reached = [der, *those_above(der, above)]
    if len(reached) <= len(above):
        raise _no_chain("a certificate has nothing to do with who signed")
    known = (*above, *anchors)
    if not all(is_sound(one, known, all_are_known=bool(anchors)) for one in reached):
        raise _no_chain("a certificate was not issued by whom it says")
    if anchors and not any(
        one == anchor or issued_by(one, anchor) for one in reached for anchor in anchors
    ):
        raise _no_chain("it does not lead to an authority that is trusted")


def those_above(der: bytes, others: Sequence[bytes]) -> tuple[bytes, ...]:
    """The certificates among some that are above one, from the nearest up."""
    left, reached = list(dict.fromkeys(others)), [der]
    for one in reached:
        found = [other for other in left if other != one and issued_by(one, other)]
        left = [other for other in left if other not in found]
        reached += found
    return tuple(one for one in reached[1:] if one != der)


def is_sound(
    der: bytes, known: Sequence[bytes], *, all_are_known: bool = False
) -> bool:
    """True when the one above a certificate signed it, as far as that is known.

    Args:
        der: The certificate.
        known: Those among which the one above is looked for.
        all_are_known: False when the one above may be none of them.
    """
    found = certificate(der)
    if any(issued_by(der, one) for one in known):
        return True
    if found.subject == found.issuer:
        return is_self_signed(der)
    # One that was bent is no longer issued by whom it names.
    return not all_are_known and not any(
        certificate(one).subject == found.issuer for one in known
    )


def is_self_signed(der: bytes) -> bool:
    """True when the key in a certificate signed it, whatever it may issue."""
    try:
        certificate(der).verify_directly_issued_by(certificate(der))
    except (InvalidSignature, *UNREADABLE):
        return False
    return True


def _no_chain(why: str) -> MalformedError:
    return MalformedError(
        f"the certificates above it are no chain: {why}",
        hint="Give those from the signatory up to the root, each once, as issued.",
    )


def is_never_revoked(der: bytes) -> bool:
    """True for a certificate that says that its revocation is not told."""
    if extension(der, x509.OCSPNoCheck) is not None:
        return True
    try:
        certificate(der).extensions.get_extension_for_oid(_SHORT_TERM)
    except (x509.ExtensionNotFound, *UNREADABLE):
        return False
    return True


def read_certificates(content: bytes) -> tuple[bytes, ...]:
    """The certificates in what an address gave: one in DER, some in PEM, or PKCS#7.

    Raises:
        MalformedError: It holds none.
    """
    readers: tuple[Callable[[], list[x509.Certificate]], ...] = (
        lambda: [x509.load_der_x509_certificate(content)],
        lambda: x509.load_pem_x509_certificates(content),
        lambda: pkcs7.load_der_pkcs7_certificates(content),
        lambda: pkcs7.load_pem_pkcs7_certificates(content),
    )
    for read in readers:
        try:
            found = read()
        except UNREADABLE:
            continue
        return tuple(
            one.public_bytes(Encoding.DER) for one in found[:MOST_CERTIFICATES]
        )
    raise MalformedError("no certificate can be read in it")
