"""Signs in two phases, for whoever signs later, elsewhere, or with a key not yet known.

    prepare -> attributes_to_sign -> (the signatory) -> complete
    prepare -> (a service that makes the whole container) -> complete_with_cms

Between the two stand the prepared file and a `Prepared`: any process on any machine can
go on with them, as often as it wants. To give up is to delete both.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any, BinaryIO

import attrs

from digivl.errors import (
    DocumentChangedError,
    MalformedError,
    PreparationExpiredError,
    SigningError,
)
from digivl.pdf.certificates import refuse_unfit
from digivl.pdf.chains import check_above
from digivl.pdf.container import container, signed_attributes, with_timestamp
from digivl.pdf.digests import Digest, digest_for
from digivl.pdf.placing import emptied_on_failure, placed
from digivl.pdf.prepared import LIFETIME, Prepared
from digivl.pdf.reading import readable
from digivl.pdf.received import Received, held, received
from digivl.pdf.signer import check_signature
from digivl.pdf.spec import Signed
from digivl.pdf.timestamps import stamped
from digivl.pdf.update import CHUNK_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, timedelta

    from digivl.pdf.expected import ExpectedSigner
    from digivl.pdf.reading import Source
    from digivl.pdf.spec import Identity, SignatureSpec
    from digivl.pdf.timestamps import Token
    from digivl.settings import Limits

    Send = Callable[[bytes], bytes]

__all__ = ["Prepared", "attributes_to_sign", "complete", "complete_with_cms", "prepare"]


def prepare(
    source: Source,
    target: BinaryIO,
    spec: SignatureSpec,
    *,
    at: datetime,
    limits: Limits,
    identity: Identity | None = None,
    lifetime: timedelta = LIFETIME,
) -> Prepared:
    """Write a document that only misses the signature itself.

    Args:
        source: The PDF, seekable; or opened before.
        target: An empty stream that can be read, written and sought: the prepared
            file, on any error empty again.
        spec: How the signature stands in it. While the certificate is not known, a key
            on another curve than P-256 needs its `digest` here.
        at: The claimed moment, with zone.
        limits: Largest document.
        identity: Who signs, where that is known already.
        lifetime: How long it can be completed.

    Raises:
        CertificateNotValidError: Expired, not yet valid, or not meant for signing.
        UnreadablePDFError: Not a PDF, or damaged.
        EncryptedPDFError: Protected with a password.
        SigningError: The field is used already, or the document forbids signing.
    """
    if at.tzinfo is None:
        raise MalformedError(f"at needs a time zone: {at!r}")
    digest = spec.digest or Digest.SHA256
    if identity is not None:
        refuse_unfit(identity.certificate, at)
        digest = spec.digest or digest_for(identity.certificate)
    with emptied_on_failure(target):
        gap = placed(source, target, spec, digest, at=at, limits=limits)
        with readable():
            sha256 = _sha256(target)
        return Prepared(
            field=gap.field,
            digest=digest,
            document_digest=gap.digest,
            sha256=sha256,
            size=gap.size,
            gap=(gap.start, gap.end),
            at=at,
            expires_at=at + lifetime,
        )


def attributes_to_sign(prepared: Prepared, identity: Identity) -> bytes:
    """The message to be signed, by the key of this certificate; the same each time.

    Its digest is ``prepared.digest.of(message)``: what a service that signs digests
    wants.

    Args:
        prepared: What `prepare` gave.
        identity: Who signs.

    Raises:
        MalformedError: It is no certificate.
    """
    return signed_attributes(
        identity.certificate,
        identity.chain,
        prepared.document_digest,
        prepared.digest,
    )


def complete(
    prepared: Prepared,
    source: BinaryIO,
    target: BinaryIO,
    identity: Identity,
    signature: bytes,
    *,
    at: datetime,
    timestamp: Send | None = None,
    expected: ExpectedSigner | None = None,
) -> Signed:
    """Put a raw signature into the prepared file.

    The same inputs give the same bytes, the timestamp aside. A file that was completed
    before with this signature comes out as it is, with the timestamp it has; one that
    has none gets it now, however long ago it was completed.

    Args:
        prepared: What `prepare` gave.
        source: The prepared file; seekable.
        target: Another, empty stream that can be read, written and sought; on any
            error it is empty again.
        identity: Who signed.
        signature: Over `attributes_to_sign`: RSA PKCS#1 v1.5, or ECDSA in DER.
        at: The present moment, with zone; the certificate must be valid then.
        timestamp: Sends a timestamp request (DER) and gives the answer (DER); with it
            the level is B-T.
        expected: Who should have signed.

    Raises:
        DocumentChangedError: The file is not the one that was prepared.
        PreparationExpiredError: It was not completed in time.
        WrongSignatoryError: Somebody else signed.
        CertificateNotValidError: Expired, not yet valid, or not meant for signing.
        KeyUnusableError: Another key signed than the certificate holds.
        SigningError: It was completed before, with another signature.
        UntrustworthyAnswerError: The timestamp authority lies.
        MalformedError: The chain of the identity is none.
    """
    completion = _Completion(prepared, source, target, at)
    check_above(identity.certificate, identity.chain)
    if expected is not None:
        expected.check(identity.certificate)
    with emptied_on_failure(target):
        before = completion.copied()
        attributes = attributes_to_sign(prepared, identity)
        check_signature(identity, signature, attributes, prepared.digest)
        if before is not None:
            return completion.again(before, identity.certificate, signature, timestamp)
        completion.check(identity.certificate)
        token = stamped(signature, timestamp, at) if timestamp else None
        cms = container(
            identity.certificate,
            identity.chain,
            attributes,
            signature,
            prepared.digest,
            token.der if token else None,
        )
        return completion.filled(cms, token)


def complete_with_cms(
    prepared: Prepared,
    source: BinaryIO,
    target: BinaryIO,
    cms: bytes,
    *,
    at: datetime,
    timestamp: Send | None = None,
    expected: ExpectedSigner | None = None,
    anchors: Sequence[bytes] = (),
) -> Signed:
    """Put a container that a service made into the prepared file, once it was checked.

    Args:
        prepared: What `prepare` gave.
        source: The prepared file; seekable.
        target: As for `complete`.
        cms: CMS SignedData, DER, over ``prepared.document_digest``; nothing behind it.
        at: The present moment, with zone; the certificate must be valid then.
        timestamp: As for `complete`; not asked when the container has a timestamp.
        expected: Who should have signed.
        anchors: Certificates (DER) of the authorities to which the chain in it has to
            lead. With none, its highest certificate is not held against the one that
            issued it, unless it issued itself: whoever validates does that.

    Raises:
        LimitExceededError: There is no room for it.
        MalformedError: It is no CMS SignedData.
        UntrustworthyAnswerError: It signs something else, holds more than one
            signature, is no PAdES baseline signature, its certificates are no chain,
            or it holds anything besides.
        SigningError: As `complete`.
    """
    completion = _Completion(prepared, source, target, at)
    signed = received(cms, prepared, anchors)
    if expected is not None:
        expected.check(signed.certificate)
    with emptied_on_failure(target):
        before = completion.copied()
        if before is not None:
            return completion.again(
                before, signed.certificate, signed.signature, timestamp
            )
        completion.check(signed.certificate)
        token = signed.timestamp
        if token is None and timestamp is not None:
            token = stamped(signed.signature, timestamp, at)
            return completion.filled(with_timestamp(signed.der, token.der), token)
        return completion.filled(signed.der, token)


def _sha256(stream: BinaryIO) -> str:
    hashes = hashlib.sha256()
    stream.seek(0)
    while chunk := stream.read(CHUNK_BYTES):
        hashes.update(chunk)
    return hashes.hexdigest()


@attrs.frozen
class _Completion:
    """One prepared file on its way to a signed one."""

    prepared: Prepared
    source: BinaryIO
    target: BinaryIO
    at: datetime

    def __attrs_post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise MalformedError(f"at needs a time zone: {self.at!r}")

    def check(self, certificate: bytes) -> None:
        """Refuse what is too late, or signed with what may not sign now."""
        if self.at > self.prepared.expires_at:
            raise PreparationExpiredError(
                "the signature was prepared too long ago:"
                f" it could be completed until {self.prepared.expires_at}",
                hint="Prepare the document again, and have that signed.",
            )
        refuse_unfit(certificate, self.at)

    def copied(self) -> Received | None:
        """Copy the file and hold it against the state; what it was completed with.

        Raises:
            DocumentChangedError: It is another file.
        """
        with readable():
            if self.source.seek(0, os.SEEK_END) != self.prepared.size:
                raise _changed()
            self.source.seek(0)
            written = self._hashed_copy()
        if not written.strip(b"0"):
            return None
        try:
            return held(bytes.fromhex(written.decode("ascii")), self.prepared)
        except (ValueError, SigningError) as cause:
            raise _changed() from cause

    def _hashed_copy(self) -> bytes:
        """What stands in the gap, in hexadecimal."""
        start, end = self.prepared.gap
        file = hashlib.sha256()
        self._pass(start, file)
        if self.prepared.digest is Digest.SHA256:
            signed = file.copy()
        else:
            signed = self._digest_so_far(start)
        gap = self.source.read(end - start)
        self.target.write(gap)
        # As it was when it was prepared.
        file.update(b"<" + b"0" * (end - start - 2) + b">")
        self._pass(self.prepared.size - end, file, signed)
        if (
            file.hexdigest() != self.prepared.sha256
            or signed.digest() != self.prepared.document_digest
            or (gap[:1], gap[-1:]) != (b"<", b">")
        ):
            raise _changed()
        return gap[1:-1]

    def _digest_so_far(self, length: int) -> Any:
        hashes = self.prepared.digest.start()
        self.source.seek(0)
        while length:
            chunk = self.source.read(min(CHUNK_BYTES, length))
            hashes.update(chunk)
            length -= len(chunk)
        return hashes

    def _pass(self, length: int, *hashes: Any) -> None:
        while length:
            chunk = self.source.read(min(CHUNK_BYTES, length))
            if not chunk:
                raise _changed()
            for one in hashes:
                one.update(chunk)
            self.target.write(chunk)
            length -= len(chunk)

    def again(
        self,
        before: Received,
        certificate: bytes,
        signature: bytes,
        timestamp: Send | None,
    ) -> Signed:
        """What was completed before stays as it is; it may get a timestamp."""
        if (before.certificate, before.signature) != (certificate, signature):
            raise SigningError(
                "this document was completed before, with another signature",
                hint="Take that one, or prepare the document again.",
            )
        if before.timestamp is not None or timestamp is None:
            return self._signed(before.timestamp)
        token = stamped(signature, timestamp, self.at)
        return self.filled(with_timestamp(before.der, token.der), token)

    def filled(self, cms: bytes, token: Token | None) -> Signed:
        """Write the container into the copy."""
        with readable():
            self.prepared.place.fill(self.target, cms)
        return self._signed(token)

    def _signed(self, token: Token | None) -> Signed:
        prepared = self.prepared
        return Signed(
            field=prepared.field, at=prepared.at, size=prepared.size, timestamp=token
        )


def _changed() -> DocumentChangedError:
    return DocumentChangedError(
        "the file is not the one that was prepared for this signature",
        hint="Take the file that `prepare` wrote, or prepare the document again.",
    )
