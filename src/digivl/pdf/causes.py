"""What an error of the parsers says, without what it repeats of a document."""

from __future__ import annotations

import re
from typing import Final

_LONGEST: Final = 200
#: As long as a national number; parsers repeat the subject of a certificate whole.
_NUMBER: Final = re.compile(r"\d(?:[\s.\-/]{0,3}\d){10,}")


def first_line(cause: Exception) -> str:
    """The first line of an error, without national numbers; its kind if it has none."""
    text = _NUMBER.sub("•••", str(cause).partition("\n")[0])
    return text[:_LONGEST] or type(cause).__name__
