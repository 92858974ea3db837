"""Honest documents pass: papers of the government, and those that we make ourselves."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from digivl.errors import DigivlError
from digivl.pdf.lint.linter import lint
from digivl.pdf.lint.rule import Level
from digivl.pdf.lint.rules import RULES
from digivl.pdf.typeset import typeset
from digivl.settings import Limits
from digivl.testing.papers import paper

if TYPE_CHECKING:
    from collections.abc import Callable

    from digivl.testing.route import Scene

#: Of 40 files that others signed in good order, or made to be signed, the standard
#: policy refuses so many: a form that can still be filled in (4), what came after an
#: earlier signature and is not recognized as allowed (10), a page left unused (1).
MOST_REFUSED: Final = 13


def codes(pdf: bytes, level: Level) -> set[str]:
    """What is found in bytes that has this level."""
    found = lint(io.BytesIO(pdf), Limits()).codes
    return {code for code in found if RULES[code].level is level}


@pytest.mark.parametrize(
    "name", ["decree-open-schools", "guide-digital-signing", "oslo-dossier-use-cases"]
)
def test_papers_of_the_government(corpus: Path, name: str) -> None:
    """What Word, LibreOffice and Acrobat make of a decree, a guide, a report: clean."""
    pdf = (corpus / "input" / f"{name}.pdf").read_bytes()

    assert set() == codes(pdf, Level.REFUSE)
    assert set() == codes(pdf, Level.WARN)


def test_own_templates() -> None:
    """What we set from templates is clean."""
    pdf = typeset('#set document(title: "Nota")\n= Nota\nTekst', {}, "a note")

    assert set() == set(lint(io.BytesIO(pdf), Limits()).codes)


def test_own_route(scene_at: Callable[..., Scene]) -> None:
    """Stamped and signed twice by us: no warning but for the font of the test paper."""
    vl = scene_at("registered").vl
    sha256 = vl.documents.read("document-1").record.latest.sha256
    with vl.documents.opened(sha256) as file:
        pdf = file.read()

    assert set() == codes(pdf, Level.REFUSE)
    assert {"standard-font"} == codes(pdf, Level.WARN)


def test_papers_of_tests() -> None:
    """The papers of the tests use a font that every viewer has, and that is all."""
    assert {"standard-font"} == set(lint(io.BytesIO(paper(pages=3)), Limits()).codes)


def cases(corpus: Path) -> list[tuple[Path, str]]:
    """File and expectation of each case."""
    rows = (corpus / "cases.tsv").read_text(encoding="utf-8").splitlines()
    split = [row.split("\t") for row in rows if not row.startswith("#")]
    return [(corpus / name, expected) for name, expected, *_ in split]


def outcome(file: Path) -> set[str] | None:
    """What the standard policy refuses in a file; None when it cannot be looked at."""
    try:
        return codes(file.read_bytes(), Level.REFUSE)
    except DigivlError:
        return None


def test_files_of_others(corpus: Path) -> None:
    """Every file gets a report or a typed error; how many good ones are refused."""
    refused = Counter[str]()
    good = []
    for file, expected in cases(corpus):
        found = outcome(file)
        clear = expected.startswith(("PASS_CRYPTO", "NO_SIG;SIGNABLE"))
        if clear and "CHANGED" not in expected and found is not None:
            good.append(found)
            refused.update(found)

    assert len(list(filter(None, good))) <= MOST_REFUSED, refused


@pytest.mark.parametrize("file", ["415020db3f79", "19a1582ce29a"])
def test_shadow_attacks(corpus: Path, file: str) -> None:
    """Files of which a part was hidden or replaced after signing are refused."""
    assert outcome(corpus / "pdf" / f"{file}.pdf")
