"""Finds dossiers, steps, meetings, documents and publications, for who may know."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Final

import attrs
from attrs.validators import optional

from digivl.documents.disk import on_disk
from digivl.documents.model import DOCUMENT
from digivl.documents.port import DocumentStore
from digivl.dossiers.meeting import MEETING
from digivl.dossiers.reading import Reading
from digivl.errors import (
    CorruptDocumentError,
    MalformedError,
    NotFoundError,
    RenderingFailedError,
)
from digivl.kernel.kinds import Ref
from digivl.kernel.moments import aware
from digivl.kernel.parties import Party
from digivl.pdf.text import text_of
from digivl.records.entries import AnyEntry
from digivl.records.indexing import Asked, Match, Term
from digivl.records.port import RecordBook
from digivl.search.excerpts import Excerpt, excerpt_of
from digivl.search.pages import SEARCHED, facet, page_of
from digivl.search.words import joined, terms_of, words_of
from digivl.settings import Limits

#: Told after each document: what it is, and how many are left.
Progress = Callable[[Ref, int], None]

_BATCH: Final = 200
#: Pages that are looked at for one answer; who may see few of them goes on from there.
_MOST_LOOKED_AT: Final = 1_000
_LARGEST_LIMIT: Final = 200


def _searched(_: object, __: object, kinds: Collection[str]) -> None:
    for kind in kinds:
        if kind not in SEARCHED:
            known = ", ".join(SEARCHED)
            raise MalformedError(
                f"{kind[:40]!r} is not searched", hint=f"These are: {known}."
            )


@attrs.frozen(kw_only=True)
class Only:
    """What is looked for; what is None or empty does not matter.

    Attributes:
        kinds: ``dossier``, ``step``, ``meeting``, ``document``, ``publication``.
        dossier: Id of the dossier it belongs to.
        minister: Id of a minister whose dossier, step or publication it is.
        area: URI of a policy field of the dossier.
        type: URI of the type of a document, step, meeting or regulation.
        since: Its moment is this one or later; with a zone.
        until: Its moment is before this one; with a zone.
    """

    kinds: tuple[str, ...] = attrs.field(default=(), validator=_searched)
    dossier: str | None = None
    minister: str | None = None
    area: str | None = None
    type: str | None = None
    since: datetime | None = attrs.field(default=None, validator=optional(aware))
    until: datetime | None = attrs.field(default=None, validator=optional(aware))

    def asked(self, terms: tuple[Term, ...]) -> Asked:
        """The same, as the index knows it."""
        wanted = ("minister", self.minister), ("area", self.area), ("type", self.type)
        return Asked(
            terms=terms,
            kinds=self.kinds,
            dossier=self.dossier,
            facets=tuple(facet(name, value) for name, value in wanted if value),
            since=self.since,
            until=self.until,
        )


#: No filter.
ANYTHING: Final = Only()


@attrs.frozen(kw_only=True)
class Hit:
    """Something that was found.

    Attributes:
        ref: The record.
        title: One line.
        at: Its moment: opened, planned, received or last changed; with a zone.
        dossier: Id of its dossier; None for a meeting.
        excerpt: Where the words stand in the text of a document; None elsewhere.
    """

    ref: Ref
    title: str
    at: datetime
    dossier: str | None
    excerpt: Excerpt | None = None


@attrs.frozen(kw_only=True)
class Found:
    """One page of what was found.

    Attributes:
        hits: The latest first.
        after: Where the next page starts; None when this is the last one.
        behind: How many documents of the office are searched by their name only until
            `catch_up` reads their text.
    """

    hits: tuple[Hit, ...]
    after: int | None
    behind: int


@attrs.frozen
class Search:
    """Searches an office; it shows nobody more than `Reading` does."""

    _book: RecordBook
    _store: DocumentStore
    _reading: Reading
    _limits: Limits

    def find(
        self,
        words: str = "",
        *,
        by: Party,
        only: Only = ANYTHING,
        limit: int = 20,
        after: int | None = None,
    ) -> Found:
        """What `by` may know of that has all these words; the latest first.

        Without words it lists. A word is found in its other forms (besluiten finds
        besluit); ``"…"`` asks for words that follow on each other, and ``sub*`` for
        those that start so.

        Args:
            words: What has to stand in the title, number or text.
            by: Who searches.
            only: What else has to hold.
            limit: At most so many, up to 200.
            after: Go on where the page before ended.

        Raises:
            MalformedError: The query is too long, or there is no such page or kind.
        """
        asked = only.asked(terms_of(words))
        if not 1 <= limit <= _LARGEST_LIMIT:
            raise MalformedError(f"a page has 1 to {_LARGEST_LIMIT} hits, not {limit}")
        self._index_records()
        # Words that are none, such as a full stop, ask for what nothing has.
        if words.strip() and not asked.terms:
            return Found(hits=(), after=None, behind=self._book.index.behind())
        return self._page(asked, by, limit, after)

    def catch_up(self, progress: Progress | None = None) -> int:
        """Take in what was written since, with the text of documents; how many texts.

        A document whose text cannot be read is found by its name; it is not tried
        again. Each is taken in by itself: interrupted, it goes on where it was.
        """
        self._index_records()
        index, done = self._book.index, 0
        while waiting := index.textless(_BATCH):
            left = index.behind()
            for ref, sha256 in waiting:
                text = self._text(sha256)
                words = joined(words_of(text), self._limits.search_characters)
                index.put_text(ref, sha256, text, words)
                done, left = done + 1, left - 1
                if progress is not None:
                    progress(ref, left)
        return done

    def _index_records(self) -> None:
        index = self._book.index
        index.prepare()
        while refs := index.unseen(SEARCHED.keys(), _BATCH):
            index.put([page_of(entry) for entry in self._entries(refs)])

    def _entries(self, refs: Sequence[Ref]) -> Iterator[AnyEntry]:
        ordered = sorted(refs, key=lambda ref: ref.kind)
        for kind, some in groupby(ordered, key=lambda ref: ref.kind):
            ids = [ref.id for ref in some]
            yield from self._book.read_all(SEARCHED[kind].kind, ids).values()

    def _page(self, asked: Asked, by: Party, limit: int, after: int | None) -> Found:
        index, hits, looked = self._book.index, list[Hit](), 0
        last, size = after, limit + 1
        while looked < _MOST_LOOKED_AT:
            matches = index.matches(asked, limit=size, after=last)
            seen = self._seen(matches, by)
            for match in matches:
                if len(hits) == limit:
                    return self._found(hits, last)
                last = match.number
                if match.ref in seen:
                    hits.append(self._hit(match, asked.terms))
            looked += len(matches)
            if len(matches) < size:
                return self._found(hits, None)
            # Who may see little has to look further.
            size = min(2 * size, _BATCH)
        return self._found(hits, last)

    def _found(self, hits: Sequence[Hit], after: int | None) -> Found:
        behind = self._book.index.behind()
        return Found(hits=tuple(hits), after=after, behind=behind)

    def _seen(self, matches: Sequence[Match], by: Party) -> Collection[Ref]:
        """Those that `by` may know of, as they are now."""
        of_kind: dict[str, list[Match]] = {}
        for match in matches:
            of_kind.setdefault(match.ref.kind, []).append(match)
        documents = of_kind.pop(DOCUMENT.name, [])
        meetings = [match.ref.id for match in of_kind.pop(MEETING.name, [])]
        rest = [match for some in of_kind.values() for match in some]
        known = self._reading.known((m.dossier for m in rest if m.dossier), by=by)
        return {
            *(match.ref for match in rest if match.dossier in known),
            *map(MEETING.ref, self._reading.known_meetings(meetings, by=by)),
            *self._seen_documents(documents, by),
        }

    def _seen_documents(self, matches: Sequence[Match], by: Party) -> Iterator[Ref]:
        versions = {match.ref.id: match.version for match in matches}
        found = self._book.read_all(DOCUMENT, versions)
        # What changed meanwhile may have another text and another level by now.
        same = [e for e in found.values() if e.version == versions[e.id]]
        for entry in self._reading.visible(same, by=by):
            yield entry.ref

    def _hit(self, match: Match, terms: Sequence[Term]) -> Hit:
        excerpt = None
        if match.ref.kind == DOCUMENT.name and terms:
            excerpt = excerpt_of(self._book.index.text(match.ref), terms)
        return Hit(
            ref=match.ref,
            title=match.title,
            at=match.at,
            dossier=match.dossier,
            excerpt=excerpt,
        )

    def _text(self, sha256: str) -> str:
        try:
            with (
                on_disk("temporary files"),
                tempfile.TemporaryDirectory(prefix="digivl-") as folder,
            ):
                path = Path(folder) / "document.pdf"
                with path.open("wb") as file:
                    self._store.fetch(sha256, file)
                return text_of(path, self._limits)
        except (CorruptDocumentError, NotFoundError, RenderingFailedError):
            # `digivl doctor` tells of the first two; the last has no text to find.
            return ""
