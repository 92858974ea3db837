"""Makes a package of documents, before anything of it goes anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, BinaryIO

from digivl.documents.model import Document
from digivl.records.entries import Entry
from digivl.signing.platform.model import Acted, Enclosed, SigningPackage
from digivl.signing.platform.people import Invited, in_order
from digivl.signing.preparing import Accepted

#: Looks for what a signer cannot see in a document; gives what was accepted, and why.
Look = Callable[[BinaryIO, Accepted | None], str]


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


def looked_at(
    documents: Iterable[Enclosed],
    opened: Callable[[str], AbstractContextManager[BinaryIO]],
    look: Look,
    accepted: Mapping[str, Accepted],
) -> str:
    """Look at what people are asked to sign; what was accepted in it, and why."""
    reasons = []
    for one in documents:
        with opened(one.sent) as source:
            reasons.append(look(source, accepted.get(one.document)))
    return "; ".join(dict.fromkeys(filter(None, reasons)))


def _enclosed(entry: Entry[Document]) -> Enclosed:
    latest = entry.record.latest
    return Enclosed(
        document=entry.id,
        title=entry.record.name,
        sent=latest.sha256,
        size=latest.size,
    )
