"""Puts an empty signature into a document, and fills it: the PDF side of signing.

The update is written behind the original, which is hashed while it is copied. What a
signature covers is everything but the gap that its container goes into.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

import attrs
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject

from digivl.errors import LimitExceededError
from digivl.pdf.appearance import new_field, show, show_nothing
from digivl.pdf.binding import bind
from digivl.pdf.locks import check_signable, numbered, permissions
from digivl.pdf.reading import opened, readable
from digivl.pdf.update import CHUNK_BYTES, Increment

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from datetime import datetime

    from pyhanko.sign.signers.pdf_byterange import PdfSignedData

    from digivl.pdf.digests import Digest
    from digivl.pdf.reading import Source
    from digivl.pdf.spec import SignatureSpec
    from digivl.settings import Limits


@attrs.frozen
class Gap:
    """Where the container goes, brackets included, and what it signs.

    Attributes:
        start: Offset of the opening bracket.
        end: Offset behind the closing bracket.
        size: Of the whole file.
        digest: Over everything but the gap.
        field: Name of the signature field.
    """

    start: int
    end: int
    size: int
    digest: bytes = attrs.field(repr=False)
    field: str = ""

    @property
    def room(self) -> int:
        """How many bytes of DER fit."""
        return (self.end - self.start - 2) // 2

    def fill(self, target: BinaryIO, container: bytes) -> None:
        """Write the container where it belongs.

        Raises:
            LimitExceededError: It does not fit.
        """
        if len(container) > self.room:
            raise LimitExceededError(
                f"the signature takes {len(container)} bytes and {self.room} were"
                " reserved",
                hint="Raise `reserved_bytes`, or send fewer certificates along.",
            )
        target.seek(self.start + 1)
        target.write(container.hex().upper().encode("ascii"))


class Update(Increment):
    """An update that hashes what was there while it copies it."""

    hashes: Any = None

    def write(self, stream: BinaryIO) -> None:
        """Write what was there, then what is new."""
        untyped: Any = super()
        untyped.write(stream)

    def _copy(self, source: BinaryIO, stream: BinaryIO) -> None:
        while chunk := source.read(CHUNK_BYTES):
            self.hashes.update(chunk)
            if stream is not source:
                stream.write(chunk)


def placed(
    source: Source,
    target: BinaryIO,
    spec: SignatureSpec,
    digest: Digest,
    *,
    at: datetime,
    limits: Limits,
) -> Gap:
    """Write the document with an empty signature; the original is its prefix.

    Args:
        source: The PDF, seekable; or opened before.
        target: An empty stream that can be read, written and sought.
        spec: How it stands in the document.
        digest: With which algorithm it will be signed.
        at: The claimed moment.
        limits: Largest document.

    Raises:
        UnreadablePDFError: Not a PDF, or damaged.
        EncryptedPDFError: Protected with a password.
        SigningError: The field is used already, or the document forbids signing.
        MalformedError: A visible line has a character that the lettering has not.
    """
    with readable():
        writer: Update = Update.over(opened(source, limits))
        spec = numbered(writer.prev, spec)
        check_signable(writer.prev, spec, digest)
        placeholder = SignatureObject(
            timestamp=at,
            subfilter=SigSeedSubFilter.PADES,
            reason=spec.reason,
            location=spec.location,
            bytes_reserved=2 * spec.reserved_bytes,
        )
        if spec.evidence is not None:
            bind(placeholder, spec.evidence)
        steps: Generator[Any, Any, None]
        embedder = PdfCMSEmbedder(new_field_spec=new_field(writer, spec))
        steps = embedder.write_cms(spec.field, writer)
        field = next(steps)
        if spec.visible is None:
            show_nothing(writer, field.get_object())
        else:
            show(writer, field, spec)
        allowed = permissions(writer, field.get_object(), spec, digest)
        steps.send(SigObjSetup(sig_placeholder=placeholder, mdp_setup=allowed))
        gap = written(writer, target, placeholder, digest)
        return attrs.evolve(gap, field=spec.field)


def written(
    writer: Update, target: BinaryIO, placeholder: PdfSignedData, digest: Digest
) -> Gap:
    """Write an update with an empty container, its byte range, and hash it.

    Args:
        writer: The update in the making; `placeholder` is among its new objects.
        target: An empty stream that can be read, written and sought; or the document
            itself, which is then added to in place.
        placeholder: The signature dictionary.
        digest: With which algorithm.
    """
    writer.hashes = digest.start()
    before = writer.input_stream.seek(0, os.SEEK_END)
    writer.write(target)
    size = target.tell()
    start, end = placeholder.contents.offsets
    placeholder.byte_range.fill_offsets(target, start, end, size)
    hash_range(target, writer.hashes, before, start)
    hash_range(target, writer.hashes, end, size)
    return Gap(start, end, size, writer.hashes.digest())


def hash_range(stream: BinaryIO, hashes: Any, start: int, end: int) -> None:
    """Hash the bytes from `start` up to `end`, which must be there."""
    stream.seek(start)
    while start < end:
        chunk = stream.read(min(CHUNK_BYTES, end - start))
        if not chunk:
            raise EOFError("the file is shorter than it was")
        hashes.update(chunk)
        start += len(chunk)


@contextmanager
def emptied_on_failure(target: BinaryIO) -> Iterator[None]:
    """Leave nothing half-written in a stream when the block fails."""
    try:
        yield
    except BaseException:
        target.seek(0)
        target.truncate()
        raise
