"""Makes a package of documents, before anything of it goes anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from digivl.documents.model import Document
from digivl.records.entries import Entry
from digivl.signing.platform.model import Acted, Enclosed, SigningPackage
from digivl.signing.platform.people import Invited, in_order


def packed(
    documents: Sequence[Entry[Document]], invited: Sequence[Invited], **terms: Any
) -> SigningPackage:
    """A package that goes nowhere yet."""
    titles = [entry.record.name for entry in documents]
    more = f" (en {len(titles) - 1} andere)" if len(titles) > 1 else ""
    people = in_order(invited)
    return SigningPackage(
        dossier=documents[0].record.dossier,
        title=titles[0] + more,
        documents=tuple(map(_enclosed, documents)),
        invited=people,
        acted=tuple(Acted() for _ in people),
        **terms,
    )


def _enclosed(entry: Entry[Document]) -> Enclosed:
    latest = entry.record.latest
    return Enclosed(
        document=entry.id,
        title=entry.record.name,
        sent=latest.sha256,
        size=latest.size,
    )
