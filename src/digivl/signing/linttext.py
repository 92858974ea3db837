"""What was found before signing: for programs, and in Dutch for who will sign."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any, Final

import attrs

from digivl.pdf.lint.report import LintFinding, LintReport
from digivl.pdf.lint.rule import Level
from digivl.pdf.lint.rules import RULES
from digivl.signing.lintpolicy import LintPolicy

_MOST_PAGES: Final = 8


class Outcome(Enum):
    """Whether a file may be signed; the value is what an official reads."""

    CLEAN = "kan worden ondertekend"
    WARNINGS = "kan worden ondertekend, maar lees eerst dit"
    REFUSED = "niet ondertekenen"
    UNREADABLE = "kan niet worden nagekeken"


@attrs.frozen
class Told:
    """The report on one file, by a policy."""

    file: str
    report: LintReport
    policy: LintPolicy

    @property
    def outcome(self) -> Outcome:
        """The worst of what was found."""
        levels = {self.policy.level(code) for code in self.report.codes}
        if Level.REFUSE in levels:
            return Outcome.REFUSED
        return Outcome.WARNINGS if Level.WARN in levels else Outcome.CLEAN

    def as_json(self) -> dict[str, Any]:
        """In plain values; keys as `digivl lint --json` prints them."""
        found = [self._finding(one) for one in self.report.findings]
        return {
            "file": self.file,
            "outcome": self.outcome.name,
            "policy": self.policy.name,
            "sha256": self.report.sha256,
            "pages": self.report.pages,
            "error": None,
            "reason": "",
            "findings": found,
        }

    def _finding(self, one: LintFinding) -> dict[str, Any]:
        rule = RULES[one.code]
        return attrs.asdict(one) | {
            "level": self.policy.level(one.code).value,
            "english": rule.english,
            "dutch": rule.dutch,
            "advice": rule.advice,
        }

    def as_text(self) -> str:
        """In Dutch; what is accepted is left out."""
        return "\n".join([f"{self.file}: {self.outcome.value}", *self._lines()])

    def _lines(self) -> Iterator[str]:
        order = {Level.REFUSE: "weigeren", Level.WARN: "let op"}
        for level, word in order.items():
            for code in self.report.codes:
                if self.policy.level(code) is level:
                    rule = RULES[code]
                    yield f"  {word}: {rule.dutch}{self._where(code)} [{code}]"
                    yield f"    {rule.advice}"

    def _where(self, code: str) -> str:
        pages = [
            str(one.page)
            for one in self.report.findings
            if one.code == code and one.page is not None
        ]
        if not pages:
            return ""
        shown = ", ".join(pages[:_MOST_PAGES])
        more = " ..." if len(pages) > _MOST_PAGES else ""
        return f" (bladzijde {shown}{more})"


def unreadable(file: str, error: str, reason: str) -> dict[str, Any]:
    """What `digivl lint --json` prints for a file that cannot be looked at."""
    return {
        "file": file,
        "outcome": Outcome.UNREADABLE.name,
        "policy": None,
        "sha256": None,
        "pages": None,
        "error": error,
        "reason": reason,
        "findings": [],
    }
