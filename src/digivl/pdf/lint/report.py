"""What was found, in records; the words for it are in the table of rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import attrs

from digivl.pdf.lint.rule import Hit, plain

#: Places of one rule that are told apart; the rest is counted.
_MOST_PLACES: Final = 100


@attrs.frozen(kw_only=True)
class LintFinding:
    """A rule that was met, on one page or in the document as a whole.

    Attributes:
        code: Of the rule; see `digivl.pdf.lint.rules.RULES`.
        page: From 1; None when it belongs to no single page, or to too many.
        object: The first object concerned, e.g. ``12 0``; empty when there is none.
        detail: For developers; what the file says in words of its own is left out.
        count: How often it was met there.
    """

    code: str
    page: int | None
    object: str
    detail: str
    count: int = 1


@attrs.frozen(kw_only=True)
class LintReport:
    """What a signer cannot see in a document, or what can change in it later.

    Attributes:
        sha256: Of the file that was looked at, in hexadecimal.
        pages: How many there are.
        findings: In the order of the table of rules, then of the pages.
    """

    sha256: str
    pages: int
    findings: tuple[LintFinding, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes that were met, each once."""
        return tuple(dict.fromkeys(one.code for one in self.findings))

    def to_json(self) -> dict[str, Any]:
        """The report in plain values."""
        return attrs.asdict(self) | {
            "findings": [attrs.asdict(one) for one in self.findings]
        }


@attrs.define
class Gathering:
    """Counts hits by rule and page, in bounded memory."""

    _found: dict[tuple[str, int | None], tuple[Hit, int]] = attrs.field(
        factory=dict[tuple[str, int | None], tuple[Hit, int]]
    )
    _places: dict[str, int] = attrs.field(factory=dict[str, int])

    def add(self, hits: Iterable[Hit]) -> None:
        """Take in what a check gives."""
        for hit in hits:
            key = (hit.code, hit.page)
            if key not in self._found:
                places = self._places.get(hit.code, 0)
                if places >= _MOST_PLACES:
                    key = (hit.code, None)
                self._places[hit.code] = places + 1
            first, count = self._found.get(key, (hit, 0))
            self._found[key] = (first, count + 1)

    def findings(self, order: Iterable[str]) -> tuple[LintFinding, ...]:
        """What was gathered, in the order of `order` and of the pages."""
        rank = {code: number for number, code in enumerate(order)}
        keys = sorted(self._found, key=lambda key: (rank[key[0]], key[1] or 0))
        return tuple(self._finding(key) for key in keys)

    def _finding(self, key: tuple[str, int | None]) -> LintFinding:
        hit, count = self._found[key]
        return LintFinding(
            code=hit.code,
            page=key[1],
            object=hit.object,
            detail=plain(hit.detail),
            count=count,
        )
