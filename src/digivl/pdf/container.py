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
from digivl.pdf.digests import Digest

_SEQUENCE: Final = 0x30
_SET: Final = 0x31
_OCTETS: Final = 0x04
_TAGGED_0: Final = 0xA0
_TAGGED_1: Final = 0xA1


def _tlv(tag: int, *parts: bytes) -> bytes:
    """One DER value: tag, length, content."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def _set(*members: bytes, tag: int = _SET) -> bytes:
    """A DER SET OF: its members in the order of their encodings."""
    return _tlv(tag, *sorted(members))


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
        certificates=_set(certificate, *chain, tag=_TAGGED_0),
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
    message_digest = _tlv(_SEQUENCE, _MESSAGE_DIGEST, _set(_tlv(_OCTETS, imprint)))
    return _set(_CONTENT_TYPE, message_digest, parts.signing_certificate)


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
        chain: Certificates that go along, DER.
        attributes: What `signed_attributes` gave.
        signature: The raw signature over them.
        digest: With which algorithm.
        token: An RFC 3161 token over `signature`, for level B-T.
    """
    parts = _parts(certificate, chain, digest)
    unsigned: tuple[bytes, ...] = ()
    if token is not None:
        timestamp = _tlv(_SEQUENCE, _TIMESTAMP, _set(token))
        unsigned = (_tlv(_TAGGED_1, timestamp),)
    signer_info = _tlv(
        _SEQUENCE,
        _VERSION_1,
        parts.signer,
        parts.digest,
        # RFC 5652, 5.4: signed as SET OF, carried under an implicit tag.
        bytes((_TAGGED_0,)) + attributes[1:],
        parts.algorithm,
        _tlv(_OCTETS, signature),
        *unsigned,
    )
    signed_data = _tlv(
        _SEQUENCE,
        _VERSION_1,
        _set(parts.digest),
        _tlv(_SEQUENCE, _DATA),
        parts.certificates,
        _set(signer_info),
    )
    return _tlv(_SEQUENCE, _SIGNED_DATA, _tlv(_TAGGED_0, signed_data))


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
