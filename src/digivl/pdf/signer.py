"""Signs PDF documents to PAdES B-B or B-T, in one increment behind the original."""

from __future__ import annotations

import hashlib
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import attrs
from attrs.validators import ge, le
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject

from digivl.errors import (
    KeyUnusableError,
    LimitExceededError,
    SigningError,
    UntrustworthyAnswerError,
)
from digivl.pdf.certificates import refuse_unfit, signed_by
from digivl.pdf.container import container, signed_attributes
from digivl.pdf.digests import Digest, digest_for
from digivl.pdf.reading import certification, entry, opened, readable
from digivl.pdf.timestamps import Token, checked_token, timestamp_request

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from datetime import datetime

    from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest

    from digivl.settings import Limits

#: Read and hash in pieces of this size; pyHanko's own default is 4 KiB.
_CHUNK_BYTES: Final = 1 << 20
#: An authority that is further off than this is lying, or our own clock is.
_CLOCK_SECONDS: Final = 86_400


class _Writer(IncrementalPdfFileWriter):
    """pyHanko's update, in larger pieces, which leaves the metadata alone."""

    IO_CHUNK_SIZE: int = _CHUNK_BYTES  # pyright: ignore[reportIncompatibleVariableOverride]

    def _update_meta(self) -> None:
        """Nothing: a signature changes nothing that the document says of itself."""


@attrs.frozen
class Identity:
    """Who signs: a certificate and the chain above it, both DER."""

    certificate: bytes = attrs.field(repr=False)
    chain: tuple[bytes, ...] = attrs.field(default=(), repr=False)


def _field_name(_: object, __: object, name: str) -> None:
    if not all(part.strip() for part in name.split(".")) or len(name) > 127:
        raise ValueError(f"{name[:40]!r} is no name for a signature field")


@attrs.frozen(kw_only=True)
class SignatureSpec:
    """How a signature stands in the document.

    Attributes:
        field: Name of the field; a new one, or one that is there and empty.
        reason: Why it is signed, as readers show it.
        location: Where it is signed.
        digest: With which algorithm; None is what fits the key.
        reserved_bytes: Room for the CMS container with its token; the file grows by
            twice that, since it stands there in hexadecimal.
    """

    field: str = attrs.field(validator=_field_name)
    reason: str | None = None
    location: str | None = None
    digest: Digest | None = None
    reserved_bytes: int = attrs.field(
        default=16_384, validator=[ge(2_048), le(1 << 20)]
    )


@attrs.frozen(kw_only=True)
class Signed:
    """What was made.

    Attributes:
        field: Name of the signature field.
        at: The claimed time, as it stands in the document.
        size: Length of the signed file in bytes.
        timestamp: The checked token; None at level B-B.
    """

    field: str
    at: datetime
    size: int
    timestamp: Token | None

    @property
    def level(self) -> str:
        """``B-B`` or ``B-T`` (EN 319 142-1)."""
        return "B-B" if self.timestamp is None else "B-T"


def sign(
    source: BinaryIO,
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
        source: The PDF; seekable.
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
        raise ValueError(f"at needs a time zone: {at!r}")
    refuse_unfit(identity.certificate, at)
    digest = spec.digest or digest_for(identity.certificate)
    with readable():
        writer = _Writer.from_reader(opened(source, limits))
        _refuse_unsignable(writer, spec.field)
    with _emptied_on_failure(target):
        with readable():
            prepared = _prepared(writer, target, spec, digest, at)
        attributes = signed_attributes(
            identity.certificate, identity.chain, prepared.document_digest, digest
        )
        signature = _signature(identity, attributes, digest, raw)
        token = _token(signature, timestamp, at) if timestamp else None
        with readable():
            _fill(prepared, target, identity, attributes, signature, digest, token)
            size = target.seek(0, os.SEEK_END)
    return Signed(field=spec.field, at=at, size=size, timestamp=token)


def _refuse_unsignable(writer: IncrementalPdfFileWriter, field: str) -> None:
    if certification(writer.prev) == MDPPerm.NO_CHANGES.value:
        raise SigningError(
            "the document was certified and allows no further signature",
            hint="Ask its author for a copy that may be signed.",
        )
    for name, value, holder in enumerate_sig_fields(writer.prev):
        if value is not None and name == field:
            raise SigningError(
                f"the signature field {field!r} is already signed",
                hint="Choose another field name.",
            )
        if value is not None and _locks_all(holder.get_object()):
            raise SigningError(
                f"the signature in {name!r} locked the document",
                hint="Ask that signatory to sign a copy without locking it.",
            )


def _locks_all(field: Any) -> bool:
    lock = entry(field, "/Lock", {})
    return bool(entry(lock, "/P") == MDPPerm.NO_CHANGES.value)


def _prepared(
    writer: IncrementalPdfFileWriter,
    target: BinaryIO,
    spec: SignatureSpec,
    digest: Digest,
    at: datetime,
) -> PreparedByteRangeDigest:
    """Write everything but the container; gives the digest of what was written."""
    placeholder = SignatureObject(
        timestamp=at,
        subfilter=SigSeedSubFilter.PADES,
        reason=spec.reason,
        location=spec.location,
        bytes_reserved=2 * spec.reserved_bytes,
    )
    steps: Generator[Any, Any, None] = PdfCMSEmbedder().write_cms(spec.field, writer)
    next(steps)
    steps.send(SigObjSetup(sig_placeholder=placeholder))
    prepared: PreparedByteRangeDigest
    prepared, _ = steps.send(
        SigIOSetup(md_algorithm=digest.value, output=target, chunk_size=_CHUNK_BYTES)
    )
    return prepared


def _signature(
    identity: Identity,
    message: bytes,
    digest: Digest,
    raw: Callable[[bytes, Digest], bytes],
) -> bytes:
    signature = raw(message, digest)
    if not signed_by(identity.certificate, signature, message, digest.algorithm):
        raise KeyUnusableError(
            "the key that signed is not the key of the certificate",
            hint="Give the certificate that belongs to this key.",
        )
    return signature


def _token(signature: bytes, send: Callable[[bytes], bytes], at: datetime) -> Token:
    asked = timestamp_request(hashlib.sha256(signature).digest())
    token = checked_token(send(asked.der), asked)
    if abs((token.time - at).total_seconds()) > _CLOCK_SECONDS:
        raise UntrustworthyAnswerError(
            token.authority,
            f"it stamped {token.time:%Y-%m-%d %H:%M} UTC while it is {at}",
            hint="Check the clock of this machine, then tell the authority.",
        )
    return token


def _fill(
    prepared: PreparedByteRangeDigest,
    target: BinaryIO,
    identity: Identity,
    attributes: bytes,
    signature: bytes,
    digest: Digest,
    token: Token | None,
) -> None:
    cms = container(
        identity.certificate,
        identity.chain,
        attributes,
        signature,
        digest,
        token.der if token else None,
    )
    room = (prepared.reserved_region_end - prepared.reserved_region_start - 2) // 2
    if len(cms) > room:
        raise LimitExceededError(
            f"the signature takes {len(cms)} bytes and {room} were reserved",
            hint="Raise `reserved_bytes`, or send fewer certificates along.",
        )
    prepared.fill_with_cms(target, cms)


@contextmanager
def _emptied_on_failure(target: BinaryIO) -> Iterator[None]:
    try:
        yield
    except BaseException:
        target.seek(0)
        target.truncate()
        raise
