"""The CMS container of a PAdES signature, put together from cached DER.

Everything that does not change between two signatures of one signatory is encoded
once; what is left for each signature is one digest, one signature and one token.

Source:
    RFC 5652 (CMS), RFC 5035 (signing-certificate-v2), EN 319 142-1, 6.3 (PAdES B-B).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import attrs
from asn1crypto import algos, cms, x509
from cryptography.hazmat.primitives.asymmetric import rsa
from pyhanko.sign.general import as_signing_certificate_v2, simple_cms_attribute

from digivl.pdf.certificates import public_key
from digivl.pdf.chains import those_above
from digivl.pdf.der import (
    OCTETS,
    SEQUENCE,
    TAGGED_0,
    TAGGED_1,
    set_of,
    tlv,
)
from digivl.pdf.digests import Digest


def _oid(name: str) -> bytes:
    encoded: bytes = cms.ContentType(name).dump()
    return encoded


def _attribute(name: str, value: Any) -> bytes:
    encoded: bytes = simple_cms_attribute(name, value).dump()
    return encoded


_VERSION_1: Final = b"\x02\x01\x01"
_DIGESTS: Final[dict[Digest, bytes]] = {
    one: algos.DigestAlgorithm({"algorithm": one.value}).dump() for one in Digest
}
_DATA: Final = _oid("data")
_SIGNED_DATA: Final = _oid("signed_data")
_CONTENT_TYPE: Final = _attribute("content_type", "data")
_MESSAGE_DIGEST: Final[bytes] = cms.CMSAttributeType("message_digest").dump()
_TIMESTAMP: Final[bytes] = cms.CMSAttributeType("signature_time_stamp_token").dump()


@attrs.frozen
class _Parts:
    """What is the same in every signature of one signatory, in DER."""

    certificates: bytes
    signing_certificate: bytes
    signer: bytes
    digest: bytes
    algorithm: bytes


@lru_cache(maxsize=64)
def _parts(certificate: bytes, chain: tuple[bytes, ...], digest: Digest) -> _Parts:
    parsed = x509.Certificate.load(certificate)
    is_rsa = isinstance(public_key(certificate), rsa.RSAPublicKey)
    mechanism = f"{digest.value}_{'rsa' if is_rsa else 'ecdsa'}"
    return _Parts(
        # A key file can hold certificates that have nothing to do with this one.
        certificates=set_of(
            certificate, *those_above(certificate, chain), tag=TAGGED_0
        ),
        signing_certificate=_attribute(
            "signing_certificate_v2", as_signing_certificate_v2(parsed)
        ),
        signer=cms.IssuerAndSerialNumber(
            {"issuer": parsed.issuer, "serial_number": parsed.serial_number}
        ).dump(),
        digest=_DIGESTS[digest],
        algorithm=algos.SignedDigestAlgorithm({"algorithm": mechanism}).dump(),
    )


def signed_attributes(
    certificate: bytes, chain: tuple[bytes, ...], imprint: bytes, digest: Digest
) -> bytes:
    """What the signatory signs: content type, digest of the document, certificate.

    There is no signing-time attribute: PAdES claims the time in the PDF.

    Args:
        certificate: Of the signatory, DER.
        chain: Certificates that go along, DER.
        imprint: Digest over the byte range.
        digest: With which algorithm.
    """
    parts = _parts(certificate, chain, digest)
    message_digest = tlv(SEQUENCE, _MESSAGE_DIGEST, set_of(tlv(OCTETS, imprint)))
    return set_of(_CONTENT_TYPE, message_digest, parts.signing_certificate)


def container(
    certificate: bytes,
    chain: tuple[bytes, ...],
    attributes: bytes,
    signature: bytes,
    digest: Digest,
    token: bytes | None = None,
) -> bytes:
    """The DER that goes into the PDF.

    Args:
        certificate: Of the signatory, DER.
        chain: Certificates that go along where they are above it, DER.
        attributes: What `signed_attributes` gave.
        signature: The raw signature over them.
        digest: With which algorithm.
        token: An RFC 3161 token over `signature`, for level B-T.
    """
    parts = _parts(certificate, chain, digest)
    tokens = () if token is None else ((token,),)
    return assembled(
        Assembly(
            signer=parts.signer,
            digests=parts.digest,
            signer_digest=parts.digest,
            certificates=parts.certificates,
            attributes=attributes,
            algorithm=parts.algorithm,
            signature=signature,
            timestamps=tokens,
        )
    )


@attrs.frozen(kw_only=True)
class Assembly:
    """All that the container of one signature consists of, each part in DER.

    Attributes:
        signer: Issuer and number of the signer.
        digests: The digest algorithm, as the container names it.
        signer_digest: The same, as the signer names it.
        certificates: The set of them.
        attributes: What `signed_attributes` gave.
        algorithm: With which the signer signed.
        signature: The raw signature.
        timestamps: For each attribute of timestamps, its tokens.

    Source:
        RFC 5652, 5.1 and 5.3 (version 1: the signer is named by issuer and number).
    """

    signer: bytes
    digests: bytes
    signer_digest: bytes
    certificates: bytes
    attributes: bytes
    algorithm: bytes
    signature: bytes
    timestamps: tuple[tuple[bytes, ...], ...] = ()


def assembled(parts: Assembly) -> bytes:
    """The container, in DER."""
    tokens = [tlv(SEQUENCE, _TIMESTAMP, set_of(*values)) for values in parts.timestamps]
    signer_info = tlv(
        SEQUENCE,
        _VERSION_1,
        parts.signer,
        parts.signer_digest,
        # RFC 5652, 5.4: signed as SET OF, carried under an implicit tag.
        bytes((TAGGED_0,)) + parts.attributes[1:],
        parts.algorithm,
        tlv(OCTETS, parts.signature),
        *([set_of(*tokens, tag=TAGGED_1)] if tokens else ()),
    )
    signed_data = tlv(
        SEQUENCE,
        _VERSION_1,
        set_of(parts.digests),
        tlv(SEQUENCE, _DATA),
        parts.certificates,
        set_of(signer_info),
    )
    return tlv(SEQUENCE, _SIGNED_DATA, tlv(TAGGED_0, signed_data))


def with_timestamp(der: bytes, token: bytes) -> bytes:
    """A container with a signature timestamp added; what is signed stays as it is.

    Args:
        der: CMS SignedData with one signer.
        token: An RFC 3161 token over its signature.
    """
    envelope = cms.ContentInfo.load(der)
    info = envelope["content"]["signer_infos"][0]
    timestamp = cms.CMSAttribute(
        {
            "type": "signature_time_stamp_token",
            "values": [cms.ContentInfo.load(token)],
        }
    )
    before = info["unsigned_attrs"]
    info["unsigned_attrs"] = [*(before if before.native else ()), timestamp]
    encoded: bytes = envelope.dump()
    return encoded


def embedded_tokens(signer_info: cms.SignerInfo) -> list[Any]:
    """The signature timestamps that a SignerInfo carries; not checked."""
    found = []
    for attribute in signer_info["unsigned_attrs"] or ():
        if attribute["type"].native == "signature_time_stamp_token":
            found += list(attribute["values"])
    return found
