"""Which root certificates a verdict rests on (vertrouwensankers)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from digivl.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@attrs.frozen
class Trust:
    """Pinned root certificates, DER; without any nothing can pass."""

    roots: tuple[bytes, ...] = ()

    @classmethod
    def from_pem(cls, paths: Iterable[Path]) -> Trust:
        """The certificates in some PEM files.

        Raises:
            ConfigurationError: A file that cannot be read or holds no certificate.
        """
        return cls(tuple(der for path in paths for der in _certificates(path)))


def _certificates(path: Path) -> list[bytes]:
    try:
        found = x509.load_pem_x509_certificates(path.read_bytes())
    except OSError as cause:
        raise ConfigurationError(
            f"trusted certificates: {path.name} cannot be read: {cause.strerror}",
            hint="Check `trust` and [signing] `anchors` in the settings: a path starts "
            "at the office.",
        ) from cause
    except ValueError as cause:
        raise ConfigurationError(
            f"trusted certificates: {path.name} holds no certificate in PEM",
            hint='A PEM file starts with "-----BEGIN CERTIFICATE-----".',
        ) from cause
    return [certificate.public_bytes(Encoding.DER) for certificate in found]
