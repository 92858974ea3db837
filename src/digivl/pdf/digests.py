"""The digest algorithms that digivl signs with."""

from __future__ import annotations

import hashlib
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from digivl.pdf.certificates import public_key

if TYPE_CHECKING:
    from collections.abc import Mapping


class Digest(Enum):
    """Digest algorithm of a signature (hashalgoritme), as settings and JSON name it."""

    SHA256 = "sha256"
    SHA384 = "sha384"
    SHA512 = "sha512"

    @property
    def algorithm(self) -> hashes.HashAlgorithm:
        """As `cryptography` wants it."""
        return _ALGORITHMS[self]

    @property
    def size(self) -> int:
        """How long a digest is, in bytes."""
        return self.algorithm.digest_size

    def of(self, message: bytes) -> bytes:
        """The digest of a message."""
        return hashlib.new(self.value, message).digest()

    def start(self) -> Any:
        """A hash object, to be fed in pieces."""
        return hashlib.new(self.value)


_ALGORITHMS: Final[Mapping[Digest, hashes.HashAlgorithm]] = {
    Digest.SHA256: hashes.SHA256(),
    Digest.SHA384: hashes.SHA384(),
    Digest.SHA512: hashes.SHA512(),
}


def digest_for(certificate: bytes) -> Digest:
    """The digest that matches the strength of a key.

    Args:
        certificate: That holds the key, DER.

    Returns:
        SHA-384 for a key on P-384, SHA-512 on P-521, SHA-256 for all others.

    Raises:
        MalformedError: It is no certificate.
        KeyUnusableError: Its key is neither RSA nor on an elliptic curve.

    Source:
        ETSI TS 119 312, 7.3: the digest is no weaker than the curve. The Belgian eID
        card of today has a key on P-384.
    """
    key = public_key(certificate)
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return Digest.SHA256
    return {384: Digest.SHA384, 521: Digest.SHA512}.get(key.key_size, Digest.SHA256)
