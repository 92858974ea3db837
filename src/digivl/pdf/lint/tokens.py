"""Reads the operators of a content stream with what stands before them.

Source:
    ISO 32000-2, 7.8.2 (content streams), 8.9.7 (inline images).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from digivl.errors import LimitExceededError

Operands = list[Any]

_MOST_OPERANDS: Final = 100_000
_EVERY: Final = 4096
_TOKEN: Final = re.compile(
    rb"""
      (?P<number>[+-]?+(?:[0-9]++\.?+[0-9]*+|\.[0-9]++)(?![^\0\t\n\f\r\ ()<>\[\]{}/%]))
    | (?P<word>[^\0\t\n\f\r\ ()<>\[\]{}/%]+)
    | /(?P<name>[^\0\t\n\f\r\ ()<>\[\]{}/%]*)
    | (?P<text>\()
    | (?P<hex><[0-9A-Fa-f\0\t\n\f\r\ ]*>)
    | (?P<other><<|>>|[\[\]{}<>)])
    | %[^\r\n]*
    """,
    re.VERBOSE,
)
_IN_TEXT: Final = re.compile(rb"\\.|[()]", re.DOTALL)
_ESCAPED: Final = re.compile(rb"\\([0-7]{1,3}|\r\n|.)", re.DOTALL)
_ESCAPES: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_IMAGE_DATA: Final = re.compile(rb"[\0\t\n\f\r ]ID[\0\t\n\f\r ]")
_IMAGE_END: Final = re.compile(rb"[\0\t\n\f\r ]EI(?![^\0\t\n\f\r ()<>\[\]{}/%])")
_CONSTANTS: Final = {b"true", b"false", b"null"}
#: An inline image as one operator.
INLINE_IMAGE: Final = b"EI"


class Name(bytes):
    """A name, without its slash."""

    __slots__ = ()


def operators(
    content: bytes, tick: Callable[[], None]
) -> Iterator[tuple[bytes, Operands]]:
    """Each operator and its operands: numbers as float, text as bytes, names as `Name`.

    Brackets are left out, so that an array reads as its members.

    Args:
        content: Decoded.
        tick: Called now and then; it raises when there is no more time.

    Raises:
        LimitExceededError: More operands than any operator has.
    """
    operands: Operands = []
    position, count = 0, 0
    while found := _TOKEN.search(content, position):
        position, count = found.end(), count + 1
        if not count % _EVERY:
            tick()
            _check_few(operands)
        kind = found.lastgroup
        word = found[0] if kind == "word" else b""
        if word and word not in _CONSTANTS:
            if word == b"BI":
                word, position = INLINE_IMAGE, _image_end(content, position)
            yield word, operands
            operands = []
        elif kind == "text":
            end = _text_end(content, position)
            operands.append(_unescaped(content[position : end - 1]))
            position = end
        elif kind in _READERS:
            operands.append(_READERS[kind](found))


def _check_few(operands: Operands) -> None:
    if len(operands) > _MOST_OPERANDS:
        raise LimitExceededError("a page has an operator without end")


def _image_end(content: bytes, position: int) -> int:
    data = _IMAGE_DATA.search(content, position)
    end = _IMAGE_END.search(content, data.end()) if data else None
    return end.end() if end else len(content)


def _text_end(content: bytes, position: int) -> int:
    depth = 1
    while depth and (found := _IN_TEXT.search(content, position)):
        depth += (found[0] == b"(") - (found[0] == b")")
        position = found.end()
    return position if not depth else len(content) + 1


def _unescaped(text: bytes) -> bytes:
    if b"\\" not in text:
        return text
    return _ESCAPED.sub(_character, text)


def _character(found: re.Match[bytes]) -> bytes:
    said = found[1]
    if said[0] in b"01234567":
        return bytes((int(said, 8) & 0xFF,))
    if said in {b"\n", b"\r", b"\r\n"}:
        return b""
    return _ESCAPES.get(said, said)


def _from_hex(token: bytes) -> bytes:
    digits = bytes(c for c in token[1:-1] if c not in b"\0\t\n\f\r ")
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))


_READERS: Final[dict[str | None, Callable[[re.Match[bytes]], Any]]] = {
    "number": lambda found: float(found[0]),
    "name": lambda found: Name(found["name"]),
    "hex": lambda found: _from_hex(found[0]),
    "word": lambda _: None,
}
