"""Holds a copy against the registered document, in one pass over its bytes."""

from __future__ import annotations

import hashlib
from typing import BinaryIO

from digivl.documents.disk import CHUNK
from digivl.errors import LimitExceededError
from digivl.verification.model import AuthenticDocument, CopyOutcome


def compare(
    document: AuthenticDocument, copy: BinaryIO, *, largest: int
) -> CopyOutcome | None:
    """What `copy` is; None when nothing is registered yet to compare with.

    Args:
        document: The facts of the register.
        copy: The bytes somebody has; read to the end, never kept.
        largest: Most bytes that are read.

    Raises:
        LimitExceededError: The copy is larger.
    """
    if document.final is None or document.size is None:
        return None
    whole, prefix = _digests(copy, document.size, largest)
    if whole == document.final:
        return CopyOutcome.IDENTICAL
    earlier = {revision.sha256 for revision in document.revisions}
    if whole in earlier | {document.base, document.stamped}:
        return CopyOutcome.EARLIER_VERSION
    # Something was put behind the authentic bytes, which are all still there.
    if prefix == document.final:
        return CopyOutcome.LATER_CHANGED
    return CopyOutcome.DIFFERENT


def _digests(copy: BinaryIO, length: int, largest: int) -> tuple[str, str]:
    """SHA-256 of all bytes, and of the first `length` of them."""
    digest, prefix, size = hashlib.sha256(), "", 0
    while chunk := copy.read(min(CHUNK, length - size) if size < length else CHUNK):
        size += len(chunk)
        if size > largest:
            raise LimitExceededError(
                f"the copy is larger than {largest} bytes",
                hint="No document of this size was registered.",
            )
        digest.update(chunk)
        if size == length:
            prefix = digest.copy().hexdigest()
    return digest.hexdigest(), prefix
