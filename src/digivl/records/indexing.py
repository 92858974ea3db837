"""What digivl asks of the full-text index of a record book.

The index is made from the book, and can be made again from it: what it holds is behind
what was written last until somebody catches it up.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Protocol

import attrs

from digivl.errors import MalformedError
from digivl.kernel.checks import at_least_one
from digivl.kernel.kinds import Ref


def _plain_words(
    _: object, attribute: attrs.Attribute[Any], value: str | tuple[str, ...]
) -> None:
    words = value.split() if isinstance(value, str) else value
    if not all(word.isalnum() for word in words):
        raise MalformedError(f"{attribute.name} are letters and digits")


@attrs.frozen(kw_only=True)
class Term:
    """What has to stand in a page: words that follow on each other.

    Attributes:
        words: One or more, as the index knows them: letters and digits only.
        starts: The last one is only the start of a word.
    """

    words: tuple[str, ...] = attrs.field(validator=(at_least_one, _plain_words))
    starts: bool = False


@attrs.frozen(kw_only=True)
class Page:
    """What the index knows of one version of a record.

    Attributes:
        ref: The record.
        version: Of its record.
        at: Its moment, for the order of what is found; with a zone.
        title: One line, public.
        dossier: Id of its dossier.
        words: What it is found by, separated by blanks.
        facets: Words that only filters ask for.
        text_of: Digest of the bytes whose text belongs to it; None when it has none.
    """

    ref: Ref
    version: int
    at: datetime
    title: str
    dossier: str | None = None
    words: str = attrs.field(default="", validator=_plain_words)
    facets: tuple[str, ...] = attrs.field(default=(), validator=_plain_words)
    text_of: str | None = None


@attrs.frozen(kw_only=True)
class Asked:
    """Which pages are wanted; what is None or empty does not matter.

    Attributes:
        terms: All of them stand in it.
        kinds: Names of kinds.
        dossier: Id of the dossier it belongs to.
        facets: All of them are its own.
        since: Its moment is this one or later.
        until: Its moment is before this one.
    """

    terms: tuple[Term, ...] = ()
    kinds: Collection[str] = ()
    dossier: str | None = None
    facets: tuple[str, ...] = attrs.field(default=(), validator=_plain_words)
    since: datetime | None = None
    until: datetime | None = None


@attrs.frozen(kw_only=True)
class Match:
    """One page that was found.

    Attributes:
        number: Its place in the index, to go on behind it.
        ref: The record.
        version: Which version the index knows.
        at: Its moment.
        title: Its title.
        dossier: Id of its dossier.
    """

    number: int
    ref: Ref
    version: int
    at: datetime
    title: str
    dossier: str | None


class SearchIndex(Protocol):
    """The full-text index of a book; thread-safe, errors as those of the book."""

    def prepare(self) -> None:
        """Make the index where there is none."""
        ...

    def unseen(self, kinds: Collection[str], limit: int) -> Sequence[Ref]:
        """Records of which the index lacks the last version, at most so many."""
        ...

    def put(self, pages: Sequence[Page]) -> None:
        """Take in pages; each takes the place of an earlier version of its record.

        A text that was read stays as long as it is of the same bytes.
        """
        ...

    def textless(self, limit: int) -> Sequence[tuple[Ref, str]]:
        """Pages whose text was not read, each with the digest of its bytes."""
        ...

    def put_text(self, ref: Ref, text_of: str, text: str, words: str) -> None:
        """Take in the text of a page, unless it is of other bytes by now."""
        ...

    def behind(self) -> int:
        """How many pages have a text that was not read."""
        ...

    def matches(
        self, asked: Asked, *, limit: int, after: int | None = None
    ) -> Sequence[Match]:
        """Pages that were asked for, the latest moment first.

        Args:
            asked: Which ones.
            limit: At most so many.
            after: Go on behind the page with this number.
        """
        ...

    def text(self, ref: Ref) -> str:
        """The text of a page that was read; empty when there is none."""
        ...
