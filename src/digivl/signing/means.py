"""What digivl asks of a signing means (ondertekenmiddel)."""

from __future__ import annotations

from typing import Protocol

from digivl.pdf.digests import Digest
from digivl.pdf.signer import Identity


class SigningMeans(Protocol):
    """A key somebody signs with: a soft key, a card, a remote service."""

    @property
    def name(self) -> str:
        """Name in the settings."""
        ...

    def identity(self) -> Identity:
        """The certificate of the signatory and its chain.

        Raises:
            KeyUnusableError: The key cannot be read, or the password is wrong.
        """
        ...

    def sign(self, message: bytes, digest: Digest) -> bytes:
        """The raw signature over `message`: RSA PKCS#1 v1.5, or ECDSA in DER.

        Args:
            message: What is signed; the means hashes it.
            digest: With which algorithm.

        Raises:
            KeyUnusableError: The key cannot be used.
            BackendError: A remote means failed.
        """
        ...
