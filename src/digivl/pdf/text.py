"""The text of a PDF, for search; read in a process of its own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from digivl.pdf.rendering import asked

if TYPE_CHECKING:
    from pathlib import Path

    from digivl.settings import Limits


def text_of(path: Path, limits: Limits) -> str:
    """The text of all pages, in the order in which it stands in the file.

    Args:
        path: The PDF.
        limits: `search_characters` is the most that is read; `render_seconds` and
            `render_memory_bytes` bound the reading.

    Raises:
        RenderingFailedError: The renderer failed, or took too long.
    """
    request = {"text": os.fspath(path), "most": limits.search_characters}
    hint = "The document is found by its title and number only."
    return asked(request, _clean, limits, what="reading the text", hint=hint)


def _clean(said: object) -> str:
    # Half a surrogate pair has no UTF-8, and no database takes it, or a NUL.
    return str(said).encode(errors="replace").decode().replace("\0", " ")
