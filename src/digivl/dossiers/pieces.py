"""Documents of a dossier, each pinned to the version that it has now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from digivl.documents.model import DOCUMENT, Document
from digivl.dossiers.agenda import Piece
from digivl.errors import NotFoundError
from digivl.records.entries import Entry
from digivl.records.port import RecordBook


def belonging(
    book: RecordBook, dossier: str | None, documents: Sequence[str]
) -> Mapping[str, Entry[Document]]:
    """These documents, which all have to be of the dossier, or of any if it is None.

    Raises:
        NotFoundError: One of them is not.
    """
    found = book.read_all(DOCUMENT, documents)
    for name in documents:
        if name not in found or dossier not in {None, found[name].record.dossier}:
            # One of another dossier is told as one that is not there.
            where = "known" if dossier is None else f"of dossier {dossier}"
            raise NotFoundError(f"document {name} is not {where}")
    return found


def pinned(
    book: RecordBook, dossier: str | None, documents: Sequence[str]
) -> tuple[Piece, ...]:
    """Each of these documents once, in their order, with its last version.

    Raises:
        NotFoundError: One of them is not of the dossier.
    """
    found = belonging(book, dossier, documents)
    return tuple(
        Piece(document=name, sha256=found[name].record.latest.sha256)
        for name in dict.fromkeys(documents)
    )
