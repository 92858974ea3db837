"""Verdicts over files that others made, held against what others expect of them.

The floor is what was reached; it only goes up. No rule is tuned to a single file.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest

from digivl.settings import Limits
from digivl.validation.engine import validate
from digivl.validation.trust import Trust
from digivl.validation.verdict import Indication, SubIndication

if TYPE_CHECKING:
    from pathlib import Path

    from digivl.validation.verdict import FileVerdict, SignatureVerdict

#: How many of the clear expectations were met when this was last raised.
FLOOR: Final = 73
#: Slower files are known: each signature is compared with each later revision.
SECONDS: Final = 60


def cases(corpus: Path) -> list[tuple[Path, str]]:
    """File and expectation of each case."""
    rows = (corpus / "cases.tsv").read_text(encoding="utf-8").splitlines()
    split = [row.split("\t") for row in rows if not row.startswith("#")]
    return [(corpus / name, expected) for name, expected, *_ in split]


def judged(file: Path) -> FileVerdict:
    """The verdict without any trusted root."""
    with file.open("rb") as stream:
        at = datetime.now(UTC)
        return validate(stream, name=file.name, trust=Trust(), at=at, limits=Limits())


def crypto_is_good(one: SignatureVerdict) -> bool:
    """All that is missing is a trusted root."""
    return one.sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND


def met(expected: str, verdict: FileVerdict) -> bool | None:
    """True when the verdict is one of those expected; None when it is not clear."""
    answers = [_one_met(word, verdict) for word in re.split(r"\|", expected)]
    if True in answers:
        return True
    return None if None in answers else False


def _one_met(word: str, verdict: FileVerdict) -> bool | None:
    good = [crypto_is_good(one) for one in verdict.signatures]
    kind, _, sub = word.partition(":")
    same_sub = str(verdict.sub_indication or "").startswith(sub)
    answers = {
        "PASS_CRYPTO": bool(good) and all(good),
        "NOT_PASS": verdict.indication is Indication.REFUSED or not all(good),
        "FAIL": verdict.indication is Indication.TOTAL_FAILED and same_sub,
        "INDET": verdict.indication is Indication.INDETERMINATE and same_sub,
        "NOT_FAILED": verdict.indication is not Indication.TOTAL_FAILED,
        "NO_SIG": verdict.indication is Indication.NO_SIGNATURE,
        "REFUSE": verdict.indication is Indication.REFUSED,
        "NO_CRASH": True,
    }
    return answers.get(kind)


def test_every_file_gets_a_verdict_in_time(corpus: Path) -> None:
    """Whatever a file is, an outcome of ours comes out, and soon."""
    floor = 0
    for file, expected in cases(corpus):
        begin = time.monotonic()
        verdict = judged(file)
        assert time.monotonic() - begin < SECONDS, file.name
        floor += met(expected.partition(";")[0], verdict) is True

    assert floor >= FLOOR


def test_nothing_bad_passes(corpus: Path) -> None:
    """What may not pass is never left to the question of trust alone."""
    bad = {"NOT_PASS", "FAIL", "CHANGED:UNDEFINED"}
    passed = [
        file.name
        for file, expected in cases(corpus)
        if expected.partition(";")[0] in bad or expected.startswith("FAIL")
        for verdict in [judged(file)]
        if verdict.signatures and all(map(crypto_is_good, verdict.signatures))
    ]

    # DSS-2821: its timestamp does not hold, and behind its signature is only a store.
    known = 1
    assert len(passed) <= known, passed


@pytest.mark.parametrize(
    "name", ["decree-open-schools.pdf", "guide-digital-signing.pdf"]
)
def test_real_documents_have_no_signature(corpus: Path, name: str) -> None:
    """What was not signed is not signed."""
    assert Indication.NO_SIGNATURE is judged(corpus / "input" / name).indication
