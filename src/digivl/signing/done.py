"""Whether a batch signed a file before: by what stands there, and by nothing else.

So whoever goes on with a batch, on this machine or another one, needs no list that
could be lost, or say something else than the folder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digivl.documents.disk import on_disk
from digivl.errors import StorageError
from digivl.pdf.levels import Level
from digivl.pdf.proof import has_grown, unproven

if TYPE_CHECKING:
    from pathlib import Path

    from digivl.settings import Limits


def is_done(
    path: Path, source: Path, level: Level, signatures: int, limits: Limits
) -> bool:
    """True when a file is there, and is the other one, signed as asked, whole.

    Args:
        path: The file.
        source: Of which it should be made.
        level: What it has to reach.
        signatures: How many were added; none when those of `source` were brought to
            the level.
        limits: Largest document.

    Raises:
        StorageError: The file is there, and is something else, or damaged.
    """
    with on_disk(str(path)):
        try:
            made = path.open("rb")
        except FileNotFoundError:
            return False
        with made, source.open("rb") as document:
            # No lower level can stand there; to prove it takes longer than to sign.
            if signatures == 1 and level is Level.B_B and has_grown(made, document):
                return True
            why = unproven(made, document, level, signatures, limits)
    if not why:
        return True
    raise StorageError(
        f"{path} is there already, and is not {source} as it would be signed: {why}",
        hint="Name another folder, or move that file away and start again.",
    )
