"""Files of others, damaged in many ways: a report or a typed error, within bounds."""

from __future__ import annotations

import io
import random
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import pytest

from digivl.errors import DigivlError
from digivl.pdf.growth import only_signed_since
from digivl.pdf.lint.linter import lint
from digivl.settings import Limits

if TYPE_CHECKING:
    from pathlib import Path

LIMITS: Final = Limits(lint_objects=20_000, lint_seconds=20)
LARGEST: Final = 40_000
PER_FILE: Final = 3
TOKENS: Final = (
    *b"<< >> [ ] ( ) / null -9 obj endobj stream".split(),
    *b"/Kids /Annots /V /AP 99999999999".split(),
    b" 3 0 R ",
)
STRUCTURE: Final = re.compile(rb"/[A-Z]\w+|\d+ 0 R|obj|xref")


def damaged(pdf: bytes, seed: int) -> bytes:
    """The file with some bytes changed, dropped, doubled or replaced by tokens."""
    chance, changed = random.Random(seed), bytearray(pdf)
    places = [found.start() for found in STRUCTURE.finditer(pdf)]
    for _ in range(chance.randint(1, 8)):
        at = chance.choice(places) if chance.random() < 0.7 else None
        at = min(chance.randrange(len(pdf)) if at is None else at, len(changed) - 1)
        match chance.randrange(4):
            case 0:
                changed[at] = chance.randrange(256)
            case 1:
                del changed[at : at + chance.randrange(20)]
            case 2:
                changed[at:at] = changed[at : at + chance.randrange(60)]
            case _:
                token = chance.choice(TOKENS)
                changed[at : at + len(token)] = token
    return bytes(changed)


@pytest.mark.parametrize("seed", range(PER_FILE))
def test_damaged_files_of_others(corpus: Path, seed: int) -> None:
    """Neither the linter nor the comparison trips over what it reads."""
    small = [
        file
        for file in sorted((corpus / "pdf").glob("*.pdf"))
        if file.stat().st_size <= LARGEST
    ]
    looked_at = 0
    for number, file in enumerate(small):
        pdf = damaged(file.read_bytes(), 1_000 * seed + number)
        with suppress(DigivlError):
            looked_at += bool(lint(io.BytesIO(pdf), LIMITS).sha256)
        # A revision in the middle, wherever that is; a reason in words, or none.
        assert isinstance(
            only_signed_since(io.BytesIO(pdf), len(pdf) // 2, LIMITS), str
        )

    assert looked_at
