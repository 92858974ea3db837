"""The mark of what has no legal value."""

from __future__ import annotations

from typing import Final

#: Stands in the subject of every certificate that `digivl init` makes; whoever sees
#: it knows that the signature has no legal value.
DEVELOPMENT_MARK: Final = "ONTWIKKELING - GEEN RECHTSWAARDE"
