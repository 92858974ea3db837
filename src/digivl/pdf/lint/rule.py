"""A rule, how strict it is, and what a check gives back when it finds something."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Final

import attrs

_LONGEST_DETAIL: Final = 120


class Level(Enum):
    """What is done about a finding (weigeren, waarschuwen, aanvaarden)."""

    REFUSE = "refuse"
    WARN = "warn"
    ACCEPT = "accept"


@attrs.frozen(kw_only=True)
class Rule:
    """One thing that is looked for.

    Attributes:
        code: Stable name, fit for settings, logs and `--json`.
        level: What is done about it when no policy says otherwise.
        english: What it is, for developers.
        dutch: What it is, for the official who is going to sign.
        advice: What that official can do, in Dutch.
    """

    code: str
    level: Level
    english: str
    dutch: str
    advice: str


@attrs.frozen
class Hit:
    """One place where a rule was met.

    Attributes:
        code: Of the rule.
        page: From 1; None when it belongs to no single page.
        object: Number and generation, e.g. ``12 0``; empty when there is none.
        detail: For developers: which action, which flag; never what the file says in
            words of its own, which may name people.
    """

    code: str
    page: int | None = None
    object: str = ""
    detail: str = ""


Hits = Iterator[Hit]


def plain(text: str) -> str:
    """Short, and in ASCII: a detail can hold a name that the file chose."""
    told = "".join(c if c.isascii() and c.isprintable() else "?" for c in text)
    return told[:_LONGEST_DETAIL]
