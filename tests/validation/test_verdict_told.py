"""What a verdict says, as JSON and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import pytest

from digivl.validation.report import as_json, as_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from digivl.validation.verdict import FileVerdict


def test_a_verdict_has_no_truth_value(
    judged: Callable[..., FileVerdict], twice: bytes
) -> None:
    """`if verdict:` would always be a mistake."""
    verdict = judged(twice)
    for one in (verdict, verdict.signatures[0], verdict.signatures[0].timestamps[0]):
        with pytest.raises(TypeError, match="neither true nor false"):
            bool(one)


def test_json_has_the_promised_keys(
    judged: Callable[..., FileVerdict], twice: bytes
) -> None:
    """What `validate --json` prints for a file."""
    shown = as_json(attrs.evolve(judged(twice), file="besluit.pdf"))

    assert ("besluit.pdf", "TOTAL-PASSED", None) == (
        shown["file"],
        shown["indication"],
        shown["sub_indication"],
    )
    assert {
        "field",
        "indication",
        "sub_indication",
        "level",
        "covers_whole_document",
        "changes",
        "signer",
        "signing_time",
        "qualification",
        "timestamps",
        "warnings",
    } <= shown["signatures"][0].keys()
    assert {"indication", "time", "qualification"} <= (
        shown["signatures"][0]["timestamps"][0].keys()
    )


def test_the_text_is_dutch(judged: Callable[..., FileVerdict], twice: bytes) -> None:
    """What a citizen reads is Dutch, warnings included."""
    text = as_text(judged(twice))

    assert "f.pdf: geldig" == text.splitlines()[0]
    assert "handtekening van Test Minister" in text
    assert "let op: ontwikkeling, geen rechtswaarde" in text


def test_the_text_of_a_refusal_says_why(judged: Callable[..., FileVerdict]) -> None:
    """A refusal is one line."""
    assert "f.pdf: geweigerd" == as_text(judged(b"")).splitlines()[0]
