"""Each rule on a document that meets it, and on a twin that does not."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest

from digivl.pdf.lint.linter import lint
from digivl.pdf.lint.rules import FAMILIES, RULES
from digivl.settings import Limits
from digivl.testing.crafted import LINE, Sample, crafted
from digivl.testing.papers import text_in
from digivl.testing.unsafe import samples

SAMPLES = samples()
#: These need a real signature: see test_history.py.
WITH_SIGNATURE = {"changed-after-signature", "filled-after-signature"}
HELVETICA = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def named(sample: Sample) -> str:
    """How a test names a sample."""
    return f"{sample.code} {sample.name}".strip()


def codes(pdf: bytes) -> set[str]:
    """What is found in bytes."""
    return set(lint(io.BytesIO(pdf), Limits()).codes)


@pytest.mark.parametrize("sample", SAMPLES, ids=named)
def test_rule_is_met(sample: Sample) -> None:
    """What is looked for is found, and the twin is free of it."""
    assert sample.code in codes(sample.bad)
    assert sample.code not in codes(sample.twin)


def test_every_rule_has_a_sample() -> None:
    """No rule is there that nothing can meet."""
    assert RULES.keys() == {one.code for one in SAMPLES} | WITH_SIGNATURE


def test_plain_document_is_clean() -> None:
    """The document from which all samples are made has nothing to tell."""
    assert set() == codes(crafted())


def test_codes_are_unique() -> None:
    """No code stands for two rules."""
    every = [rule.code for rules in FAMILIES.values() for rule in rules]

    assert len(set(every)) == len(every)


@pytest.mark.parametrize("code", RULES)
def test_official_is_told_what_to_do(code: str) -> None:
    """Each rule has whole sentences: what it is, and in Dutch what to do."""
    rule = RULES[code]

    for text in (rule.dutch, rule.advice, rule.english):
        assert text[0].isupper()
        assert text.endswith((".", "`."))


@pytest.mark.interop
@pytest.mark.parametrize("sample", [s for s in SAMPLES if s.proof], ids=named)
def test_construct_is_real(
    sample: Sample, needs_program: Callable[[str], str], tmp_path: Path
) -> None:
    """Another program reads the same construct in the document, and not in its twin."""

    def seen(pdf: bytes) -> str:
        path = tmp_path / "sample.pdf"
        path.write_bytes(pdf)
        command = [needs_program("qpdf"), "--json=2", "--json-key=qpdf", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode in {0, 3}, done.stderr
        return json.dumps(json.loads(done.stdout))

    bad, twin = seen(sample.bad), seen(sample.twin)

    assert bad.count(sample.proof) > twin.count(sample.proof)


def pixels(pdf: bytes) -> bytes:
    """The page as another program shows it."""
    page = pypdfium2.PdfDocument(pdf)[0]
    return bytes(page.render().buffer)


@pytest.mark.parametrize("name", ["grey", "rgb", "cmyk", "space", "on white"])
def test_white_is_white(name: str) -> None:
    """What is called white, another program shows as an empty page."""
    (sample,) = (s for s in SAMPLES if (s.code, s.name) == ("white-text", name))
    shown = crafted({5: HELVETICA}, content=content_of(sample.bad))

    assert "Besluit" in text_in(shown)
    assert pixels(crafted(content="")) == pixels(shown)


@pytest.mark.parametrize("name", ["box", "lines", "clipped"])
def test_covered_is_covered(name: str) -> None:
    """What is called covered, another program reads and does not show."""
    (sample,) = (s for s in SAMPLES if (s.code, s.name) == ("covered-text", name))
    shown = crafted({5: HELVETICA}, content=content_of(sample.bad))
    twin = crafted({5: HELVETICA}, content=content_of(sample.twin))

    assert "Besluit" in text_in(shown)
    assert pixels(crafted(content="")) == pixels(shown)
    assert pixels(crafted(content="")) != pixels(twin)


def content_of(pdf: bytes) -> str:
    """The content of a document that was put together."""
    _, _, rest = pdf.partition(b"4 0 obj")
    return rest.partition(b"stream\n")[2].partition(b"\nendstream")[0].decode()


def test_line_is_shown() -> None:
    """The text of all samples is one that another program shows."""
    shown = crafted({5: HELVETICA}, content=LINE)

    assert pixels(crafted(content="")) != pixels(shown)
