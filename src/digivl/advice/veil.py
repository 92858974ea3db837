"""Documents as they are told to somebody: without their name for who may not read them.

Who may know of a dossier sees what it needs and what is stale; how a document is called
can say as much as what stands in it.
"""

from __future__ import annotations

import attrs

from digivl.advice.gathering import Gathered
from digivl.documents.model import Document
from digivl.dossiers.reading import Reading
from digivl.kernel.concepts import concept
from digivl.kernel.parties import Party


def told_to(found: Gathered, dossier: str, by: Party, reading: Reading) -> Gathered:
    """The records of a dossier; what `by` may not read is called by its type.

    Args:
        found: As they are.
        dossier: Id of the dossier.
        by: Who asks.
        reading: Says who may read what.
    """
    open_ones = {entry.id for entry in reading.of_dossier(dossier, by=by)}
    documents = {
        name: document if name in open_ones else _veiled(document)
        for name, document in found.documents.items()
    }
    return attrs.evolve(found, documents=documents)


def _veiled(document: Document) -> Document:
    title = f"{concept(document.type).label} (niet in te zien)"
    return attrs.evolve(document, title=title, number=None)
