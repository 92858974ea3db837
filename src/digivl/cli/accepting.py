"""Reads `--accept`: what is signed though the linter refuses it, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from digivl.errors import MalformedError


def accepted(words: Sequence[str] | None) -> Mapping[str, str]:
    """The reason for each code.

    Args:
        words: As they are written: ``CODE[,CODE]=REASON``.

    Raises:
        MalformedError: There is no code or no reason, or a code stands twice.
    """
    reasons: dict[str, str] = {}
    for word in words or ():
        codes, _, why = word.partition("=")
        named = [code.strip() for code in codes.split(",")]
        if not (why.strip() and all(named)):
            raise MalformedError(
                f"--accept {word!r} says no code, or not why",
                hint="Write CODE=REASON: --accept javascript='nagekeken met de "
                "opsteller'. `digivl lint` shows the codes.",
            )
        if reasons.keys() & {*named} or len({*named}) < len(named):
            raise MalformedError(
                f"--accept {word!r} names a code that stands there already",
                hint="Give each code one reason.",
            )
        reasons |= dict.fromkeys(named, why.strip())
    return reasons
