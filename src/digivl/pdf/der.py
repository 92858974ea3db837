"""The little DER that digivl writes itself: tag, length, content.

Source:
    X.690, 8.1 (encoding), 10.1 (shortest length) and 11.6 (order in a SET OF).
"""

from __future__ import annotations

from typing import Final

SEQUENCE: Final = 0x30
SET: Final = 0x31
OCTETS: Final = 0x04
TAGGED_0: Final = 0xA0
TAGGED_1: Final = 0xA1

_LONG: Final = 0x80


def tlv(tag: int, *parts: bytes) -> bytes:
    """One DER value: tag, length, content."""
    content = b"".join(parts)
    size = len(content)
    if size < _LONG:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG | len(length))) + length + content


def set_of(*members: bytes, tag: int = SET) -> bytes:
    """A DER SET OF: its members in the order of their encodings."""
    return tlv(tag, *sorted(members))


def value_size(content: bytes) -> int:
    """How many bytes the value takes with which `content` begins.

    Raises:
        ValueError: It begins with no value of a known length, or is shorter than that.
    """
    size, start = content[1] if len(content) > 1 else 0, 2
    if size >= _LONG:
        start += size - _LONG
        size = int.from_bytes(content[2:start], "big")
    # A length of one byte, 0x80, is that of a value without a known one.
    if not 2 < start + size <= len(content) or content[1] == _LONG:
        raise ValueError("no value in DER")
    return start + size
