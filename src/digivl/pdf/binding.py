"""Binds evidence to a signature: its digest stands in the signature dictionary.

The dictionary is in the byte range, so that the signature covers the digest; see
`docs/adr/0025-evidence-in-the-dictionary.md`.
"""

from __future__ import annotations

from typing import Any, Final

from pyhanko.pdf_utils import generic

#: Name of the entry: a SHA-256, as a byte string.
KEY: Final = "/DGVL_Evidence"
_SIZE: Final = 32


def bind(dictionary: Any, sha256: bytes) -> None:
    """Put the digest of evidence into a signature dictionary that is not written yet.

    Source:
        ISO 32000-2, annex E (names of developers in the dictionaries of the format).
    """
    dictionary[generic.NameObject(KEY)] = generic.ByteStringObject(sha256)


def bound(reader: Any, reference: tuple[int, int] | None, revision: int) -> str | None:
    """The digest in a signature dictionary as it was signed, in hexadecimal.

    Args:
        reader: Of the whole file.
        reference: Number and generation of the dictionary.
        revision: The one that the signature covers: a later one can hold another
            dictionary under the same number.
    """
    if reference is None:
        return None
    signed = reader.get_historical_resolver(revision)
    found = signed(generic.Reference(*reference, reader)).get(KEY)
    value = getattr(found, "original_bytes", found)
    is_digest = isinstance(value, bytes) and len(value) == _SIZE
    return value.hex() if is_digest else None
