"""What proves later that certificates were good (validatiegegevens)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeAlias

import attrs


@attrs.frozen
class Evidence:
    """Checked validation data: what a document needs at level B-LT.

    Attributes:
        certificates: Of the holder, of those above it and of who answered, DER.
        ocsps: OCSP responses, DER.
        crls: Revocation lists, DER.
    """

    certificates: tuple[bytes, ...] = attrs.field(default=(), repr=False)
    ocsps: tuple[bytes, ...] = attrs.field(default=(), repr=False)
    crls: tuple[bytes, ...] = attrs.field(default=(), repr=False)

    @classmethod
    def together(cls, parts: Iterable[Evidence]) -> Evidence:
        """All of it, each piece once."""
        found = list(parts)
        return cls(
            tuple(dict.fromkeys(one for part in found for one in part.certificates)),
            tuple(dict.fromkeys(one for part in found for one in part.ocsps)),
            tuple(dict.fromkeys(one for part in found for one in part.crls)),
        )


#: Gives the evidence for a certificate. Beside it stand certificates that may be above
#: it, and the moment at which what it signed was there already (None is now).
Gather: TypeAlias = Callable[[bytes, Sequence[bytes], datetime | None], Evidence]
