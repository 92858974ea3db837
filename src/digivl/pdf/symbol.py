"""The QR symbol: `qrcode` makes the matrix, digivl draws it.

Source:
    ISO/IEC 18004: 6.3.8 (quiet zone of four modules), 7.5 (error correction).
"""

from __future__ import annotations

from itertools import groupby
from threading import Lock
from typing import TYPE_CHECKING, Final

import attrs
from qrcode import constants
from qrcode.exceptions import DataOverflowError
from qrcode.main import QRCode

from digivl.errors import MalformedError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Free modules around the symbol, on every side.
QUIET_MODULES: Final = 4

_LEVELS: Final = {
    "L": constants.ERROR_CORRECT_L,
    "M": constants.ERROR_CORRECT_M,
    "Q": constants.ERROR_CORRECT_Q,
    "H": constants.ERROR_CORRECT_H,
}
# qrcode keeps tables that its threads share and search while they grow.
_lock: Final = Lock()


@attrs.frozen
class Symbol:
    """A QR symbol as a matrix.

    Attributes:
        version: 1 to 40; the size follows from it.
        rows: From the top, each from the left; True is dark. No quiet zone.
    """

    version: int
    rows: tuple[tuple[bool, ...], ...]

    @property
    def modules(self) -> int:
        """Modules on a side, without the quiet zone."""
        return len(self.rows)

    def side_mm(self, module_mm: float) -> float:
        """The side in millimetres, quiet zone included."""
        return (self.modules + 2 * QUIET_MODULES) * module_mm

    def runs(self) -> Iterator[tuple[int, int, int]]:
        """Dark runs as (row from the top, first column, length)."""
        for number, row in enumerate(self.rows):
            column = 0
            for dark, modules in groupby(row):
                length = sum(1 for _ in modules)
                if dark:
                    yield number, column, length
                column += length


def qr_symbol(text: str, *, level: str) -> Symbol:
    """The smallest symbol that holds `text`.

    Args:
        text: Upper case, digits and ``$%*+-./:`` keep it small.
        level: Error correction: L, M, Q or H.

    Raises:
        MalformedError: More text than a symbol can hold, or none.
    """
    if not text:
        raise MalformedError("a QR code needs a text")
    with _lock:
        try:
            code = QRCode(error_correction=_LEVELS[level], border=0)
            code.add_data(text)
            code.make(fit=True)
            rows = tuple(tuple(bool(dark) for dark in row) for row in code.modules)
        except (DataOverflowError, ValueError) as cause:
            raise MalformedError(
                f"a text of {len(text)} characters does not fit in a QR code",
                hint="Shorten it, or take a lower level of error correction.",
            ) from cause
    return Symbol((len(rows) - 17) // 4, rows)
