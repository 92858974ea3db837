"""Signs PDF documents to PAdES B-B or B-T, in one increment behind the original.

In one go here, with a means that signs at once; in two phases in `digivl.pdf.phases`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from digivl.errors import KeyUnusableError, MalformedError
from digivl.pdf.certificates import refuse_unfit, signed_by
from digivl.pdf.container import container, signed_attributes
from digivl.pdf.digests import digest_for
from digivl.pdf.levels import Level
from digivl.pdf.placing import emptied_on_failure, placed
from digivl.pdf.reading import readable
from digivl.pdf.spec import Identity, SignatureSpec, Signed
from digivl.pdf.timestamps import stamped

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from digivl.pdf.digests import Digest
    from digivl.pdf.reading import Source
    from digivl.settings import Limits

__all__ = ["Identity", "Level", "SignatureSpec", "Signed", "sign"]


def sign(
    source: Source,
    target: BinaryIO,
    spec: SignatureSpec,
    identity: Identity,
    raw: Callable[[bytes, Digest], bytes],
    *,
    at: datetime,
    timestamp: Callable[[bytes], bytes] | None = None,
    limits: Limits,
) -> Signed:
    """Sign a document; what was there stays byte for byte, as the prefix of the result.

    Args:
        source: The PDF, seekable; or opened before.
        target: An empty stream that can be read, written and sought; on any error it
            is empty again.
        spec: Field, reason, location.
        identity: Certificate of the signatory.
        raw: Gives the signature over a message, with a digest algorithm: RSA PKCS#1
            v1.5 or ECDSA, as the key of the certificate is.
        at: The claimed moment, with zone; the certificate must be valid then.
        timestamp: Sends a timestamp request (DER) and gives the answer (DER); with it
            the level is B-T.
        limits: Largest document.

    Raises:
        CertificateNotValidError: Expired, not yet valid, or not meant for signing.
        UnreadablePDFError: Not a PDF, or damaged.
        EncryptedPDFError: Protected with a password.
        SigningError: The field is used already, or the document forbids signing.
        KeyUnusableError: `raw` signs with another key than the certificate holds.
        UntrustworthyAnswerError: The timestamp authority lies.

    Source:
        EN 319 142-1, 6.3, levels B-B and B-T.
    """
    if at.tzinfo is None:
        raise MalformedError(f"at needs a time zone: {at!r}")
    certificate, chain = identity.certificate, identity.chain
    refuse_unfit(certificate, at)
    digest = spec.digest or digest_for(certificate)
    with emptied_on_failure(target):
        gap = placed(source, target, spec, digest, at=at, limits=limits)
        attributes = signed_attributes(certificate, chain, gap.digest, digest)
        signature = raw(attributes, digest)
        check_signature(identity, signature, attributes, digest)
        token = stamped(signature, timestamp, at) if timestamp else None
        der = token.der if token else None
        cms = container(certificate, chain, attributes, signature, digest, der)
        with readable():
            gap.fill(target, cms)
    return Signed(field=gap.field, at=at, size=gap.size, timestamp=token)


def check_signature(
    identity: Identity, signature: bytes, message: bytes, digest: Digest
) -> None:
    """See that the key of the certificate signed, and no other.

    Raises:
        KeyUnusableError: Another key did.
    """
    if not signed_by(identity.certificate, signature, message, digest.algorithm):
        raise KeyUnusableError(
            "the key that signed is not the key of the certificate",
            hint="Give the certificate that belongs to this key.",
        )
