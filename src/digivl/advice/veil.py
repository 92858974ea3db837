"""Documents as they are told to somebody: without their name for who may not read them.

Who may know of a dossier sees what it needs and what is stale; how a document is called
can say as much as what stands in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from digivl.documents.model import Document
from digivl.dossiers.reading import Reading
from digivl.kernel.concepts import concept
from digivl.kernel.parties import Party
from digivl.records.entries import Entry


def told_to(
    by: Party | None, documents: Sequence[Entry[Document]], reading: Reading
) -> Mapping[str, Document]:
    """The documents by id; those that `by` may not read are called by their type.

    Args:
        by: Who asks; None where the library asks, for an act.
        documents: All of a dossier.
        reading: Says who may read what.
    """
    if by is None:
        return {entry.id: entry.record for entry in documents}
    open_ones = {entry.id for entry in reading.visible(documents, by=by)}
    return {
        entry.id: entry.record if entry.id in open_ones else _veiled(entry.record)
        for entry in documents
    }


def _veiled(document: Document) -> Document:
    title = f"{concept(document.type).label} (niet in te zien)"
    return attrs.evolve(document, title=title, number=None)
