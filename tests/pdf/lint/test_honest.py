"""Honest documents pass: papers of the government, and those that we make ourselves."""

from __future__ import annotations

import io
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
#: policy refuses these, and rightly: what a signer sees there can still change.
REFUSED: Final = {
    # Certified for filling in (P=2), with text fields that are still open.
    "258bfce4ba97": {"fillable-field"},
    "cd29c40210c6": {"fillable-field"},
    "3aa7e402ad6f": {"fillable-field"},
    # As these; and a field was filled in that its signature had locked.
    "1222ac6dd25d": {"fillable-field", "changed-after-signature"},
}
#: What came after a signature in these changed what was signed, or hid it.
CHANGED: Final = {
    "415020db3f79": "shadow attack: hide",
    "19a1582ce29a": "shadow attack: replace, by the look of a field",
    "a3983e741fcb": "pages were removed",
    "14b7f31cda8b": "the reason of a signature was replaced",
    "cd2036531057": "an annotation was added",
    "fe2f01386160": "structure and catalog were changed after a timestamp",
    "87d2ac89fab2": "the look of a field, which the trailer names too",
    "c91d4fae34b1": "the same, by the catalog",
    "b7ac270c96e4": "the same, written over",
    "4737544a5e85": "the same, directly",
    "9b5dadd12b92": "half of a byte range",
    "73dc0c19842d": "a gap in a byte range",
}


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
    """Every file gets a report or a typed error; the good ones that are refused."""
    good = 0
    refused: dict[str, set[str]] = {}
    for file, expected in cases(corpus):
        found = outcome(file)
        clear = expected.startswith(("PASS_CRYPTO", "NO_SIG;SIGNABLE"))
        if clear and "CHANGED" not in expected and found is not None:
            good += 1
            if found:
                refused[file.stem] = found

    assert (40, REFUSED) == (good, refused)


def test_nothing_good_was_changed(corpus: Path) -> None:
    """Stores, timestamps, signatures and filled fields are what signing adds."""
    words = ("PASS_CRYPTO", "CHANGED:FORM", "MIXED:PASS_CRYPTO", "TS_FAIL", "MIXED;")
    good = {file for file, expected in cases(corpus) if expected.startswith(words)}
    changed = {
        file.stem for file in good if "changed-after-signature" in (outcome(file) or ())
    }

    assert {"1222ac6dd25d"} == changed


@pytest.mark.parametrize("file", list(CHANGED), ids=list(CHANGED.values()))
def test_changed(corpus: Path, file: str) -> None:
    """What is no signing is refused, however it was made to look like it."""
    assert "changed-after-signature" in (outcome(corpus / "pdf" / f"{file}.pdf") or ())
