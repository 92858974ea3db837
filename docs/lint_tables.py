"""The tables of the reference page on what is looked for before signing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digivl.pdf.lint.rules import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Row = tuple[str, ...]
HEAD = ("code", "by itself", "what it is", "in Dutch", "what to do, in Dutch")
INTRO = (
    (
        "What `digivl lint` looks for, and what is done about it when the settings say "
        "nothing: `refuse`, `warn` or `accept`. The codes are stable: they stand in "
        "`[signing.lint]`, in `--json` and in the record of what was accepted. See "
        "[how to use it](../how-to/check-before-signing.md)."
    ),
)


def sections() -> Iterator[tuple[str, Row, Sequence[Row]]]:
    """Title, head and rows for each family of rules."""
    for family, rules in FAMILIES.items():
        rows = [
            (f"`{rule.code}`", rule.level.value, rule.english, rule.dutch, rule.advice)
            for rule in rules
        ]
        yield f"## {family}", HEAD, rows
