"""What a question rests on: documents by their hash, and budget lines.

An answer holds for what was asked. Once a draft or a line changed it is stale; that is
not written down, it follows from comparing.

Source:
    No Belgian rule gives an advice a term of validity. That a new one is needed when
    the matter changed is inferred; Slovenia has that rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from digivl.advice.budget import BudgetLine
from digivl.documents.model import Document
from digivl.dossiers.agenda import Piece
from digivl.errors import NotFoundError
from digivl.kernel.checks import at_least_one

_NONE: Final[Mapping[str, str]] = {}
_GONE: Final = "een stuk is er niet meer"


@attrs.frozen(kw_only=True)
class Basis:
    """What a question rests on (grondslag).

    Attributes:
        pieces: The documents, each as the version it had.
        lines: The effect on the budget, as it was put forward.
    """

    pieces: tuple[Piece, ...] = attrs.field(validator=at_least_one)
    lines: tuple[BudgetLine, ...] = ()

    def changed_pieces(
        self, documents: Mapping[str, Document], standing: Mapping[str, str] = _NONE
    ) -> tuple[str, ...]:
        """Names of the documents that have another text now, in Dutch.

        A QR code or a signature on a document changes nothing in it.

        Args:
            documents: As they are now, by id.
            standing: The version of each that stands on an agenda: it counts too.
        """
        names = []
        for piece in self.pieces:
            document = documents.get(piece.document)
            if document is None:
                names.append(_GONE)
            elif _is_another(document, piece.sha256, standing.get(piece.document)):
                names.append(document.name)
        return tuple(names)


def _is_another(document: Document, sha256: str, standing: str | None) -> bool:
    now = document.latest.sha256
    try:
        before = document.delivered_as(sha256)
        texts = [document.delivered_as(one) for one in (now, standing or now)]
    except NotFoundError:
        return True
    return any(text != before for text in texts)
