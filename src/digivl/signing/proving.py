"""Whether the key of a batch works: known to every thread and process of it.

Until it signed once nobody else tries it: three wrong PINs block a card, whichever
process gave them.
"""

from __future__ import annotations

import json
import threading
from contextlib import AbstractContextManager
from multiprocessing.context import SpawnContext
from types import SimpleNamespace
from typing import Any, Final, Self

import attrs

_WORKS: Final = b"works"
#: Bytes that processes share; what went wrong is cut so that it fits as JSON.
_ROOM: Final = 16_384
_LONGEST: Final = 1_000


@attrs.frozen(eq=False)
class Proving:
    """What is known of a key: nothing, that it signs, or why it cannot.

    Attributes:
        alone: Held by who tries it while nothing is known.
    """

    alone: AbstractContextManager[Any]
    _said: Any

    @classmethod
    def among_threads(cls) -> Self:
        """Known in this process."""
        return cls(threading.Lock(), SimpleNamespace(value=b""))

    @classmethod
    def among_processes(cls, context: SpawnContext) -> Self:
        """Known in the processes that it is given to when they start."""
        return cls(context.Lock(), context.Array("c", _ROOM))

    @property
    def works(self) -> bool:
        """Whether it signed, and nothing went wrong with it since."""
        return bool(self._said.value == _WORKS)

    @property
    def why_not(self) -> dict[str, Any] | None:
        """Why it cannot sign, as `failed` was told; None when nothing says so."""
        said = self._said.value
        return None if said in {b"", _WORKS} else json.loads(said)

    def worked(self) -> None:
        """It signed; what went wrong with it beside that stays."""
        if not self._said.value:
            self._said.value = _WORKS

    def failed(self, why: dict[str, Any]) -> None:
        """It cannot sign; `why` is plain values, of which long texts are cut."""
        cut = {
            name: value[:_LONGEST] if isinstance(value, str) else value
            for name, value in why.items()
        }
        self._said.value = json.dumps(cut).encode()
