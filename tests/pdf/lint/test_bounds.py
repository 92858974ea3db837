"""Whatever a file is, findings or a typed error come out, within its bounds."""

from __future__ import annotations

import io
import random
from contextlib import suppress
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digivl.errors import (
    DigivlError,
    EncryptedPDFError,
    LimitExceededError,
    UnreadablePDFError,
)
from digivl.pdf.lint.linter import lint
from digivl.pdf.lint.report import LintReport
from digivl.settings import Limits
from digivl.testing.crafted import LINE, crafted, stream
from digivl.testing.papers import paper
from digivl.testing.unsafe import samples

SAMPLES = [one.bad for one in samples()]
LIMITS = Limits(lint_objects=5_000, lint_seconds=20)


def looked_at(pdf: bytes, **limits: Any) -> LintReport:
    """The report on bytes."""
    return lint(io.BytesIO(pdf), attrs.evolve(LIMITS, **limits))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SAMPLES), st.integers(0, 2**32), st.integers(1, 12))
def test_mutated_files(pdf: bytes, seed: int, times: int) -> None:
    """Bytes that are changed, dropped or doubled make no untyped error."""
    chance, changed = random.Random(seed), bytearray(pdf)
    for _ in range(times):
        at = chance.randrange(len(changed))
        match chance.randrange(4):
            case 0:
                changed[at] = chance.randrange(256)
            case 1:
                del changed[at : at + chance.randrange(20)]
            case 2:
                changed[at:at] = changed[at : at + chance.randrange(40)]
            case _:
                changed[at : at + 1] = chance.choice(
                    [
                        b"<<",
                        b">>",
                        b"[",
                        b"]",
                        b"(",
                        b")",
                        b"/",
                        b" 3 0 R ",
                        b"null",
                        b"-9",
                    ]
                )
    with suppress(DigivlError):
        assert isinstance(looked_at(bytes(changed)), LintReport)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_any_content(content: bytes) -> None:
    """Whatever a page draws, it is followed or passed over."""
    assert isinstance(looked_at(crafted({4: stream(content)})), LintReport)


OPERANDS = st.one_of(
    st.integers(-999, 999).map(str),
    st.floats(-1e30, 1e30, allow_nan=False).map(lambda value: f"{value:f}"),
    st.sampled_from(
        ["/F", "/X", "/G", "(tekst)", "<41>", "[(a) -5 (b)]", "null", "true"]
    ),
)
WORDS = st.sampled_from(
    "q Q cm gs g rg k cs sc scn BMC BDC EMC re m l c v y W f S n sh Do BT Tm Td TD T* "
    "TL Tr Tf Tj TJ ' \" BI ID EI BX ?".split()
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.lists(OPERANDS, max_size=6), WORDS), max_size=40))
def test_any_operators(lines: list[tuple[list[str], str]]) -> None:
    """Operators with wrong operands, too few or too many, do no harm."""
    content = "\n".join(f"{' '.join(operands)} {word}" for operands, word in lines)
    form = stream(content, "/Type /XObject /Subtype /Form /BBox [0 0 9 9]")
    pdf = crafted({7: form}, content=content, resources="/XObject << /X 7 0 R >>")

    assert isinstance(looked_at(pdf), LintReport)


@pytest.mark.parametrize(
    ("pdf", "limits"),
    [
        (paper(pages=40), {"lint_objects": 50}),
        (paper(), {"lint_seconds": 1e-9}),
        (paper(pages=3), {"pdf_pages": 2}),
        (paper(), {"pdf_bytes": 10}),
        (crafted(content="q " * 3_000), {}),
        (crafted(content="/A BMC " * 3_000), {}),
        (crafted(content="1 " * 120_000), {}),
        (crafted(page="/A " + "[" * 250 + "]" * 250), {}),
        (crafted(catalog="/A " + "[" * 5_000 + "]" * 5_000), {}),
    ],
)
def test_limits(pdf: bytes, limits: dict[str, float]) -> None:
    """More than is let in is a typed error that says so."""
    with pytest.raises(LimitExceededError):
        looked_at(pdf, **limits)


def test_forms_in_forms() -> None:
    """Forms that draw each other end; forms that multiply run out of budget."""
    head = "/Type /XObject /Subtype /Form /BBox [0 0 9 9] "
    names = "/XObject << /X 7 0 R >>"
    itself = crafted(
        {7: stream("/X Do", f"{head} /Resources << {names} >>")},
        resources=names,
        content="/X Do",
    )
    assert "unused-drawing" not in looked_at(itself).codes
    many = {
        number: stream(
            "/X Do " * 10, f"{head} /Resources << /XObject << /X {number + 1} 0 R >> >>"
        )
        for number in range(7, 25)
    }
    bomb = crafted(many, resources=names, content="/X Do")
    with pytest.raises(LimitExceededError):
        looked_at(bomb)
    deep = crafted(
        {
            number: stream(
                "/X Do", f"{head} /Resources << /XObject << /X {number + 1} 0 R >> >>"
            )
            for number in range(7, 40)
        },
        resources=names,
        content="/X Do",
    )
    with pytest.raises(LimitExceededError, match="forms in forms"):
        looked_at(deep)


def test_too_much_content(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page with more content than can be followed is refused."""
    monkeypatch.setattr("digivl.pdf.lint.painting._MOST_CONTENT", 10)

    with pytest.raises(LimitExceededError, match="more content"):
        looked_at(crafted())


def test_fields_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A form that goes in circles ends."""
    circle = {7: "<< /FT /Tx /Kids [8 0 R] >>", 8: "<< /Kids [7 0 R] >>"}
    form = crafted(circle, catalog="/AcroForm << /Fields [7 0 R 9 0 R (a)] >>")

    with pytest.raises(DigivlError):
        looked_at(form)
    monkeypatch.setattr("digivl.pdf.lint.forms._MOST", 3)
    wide = crafted(
        {7: "<< /FT /Sig >>"}, catalog=f"/AcroForm << /Fields [{'7 0 R ' * 9}] >>"
    )
    with pytest.raises(LimitExceededError, match="more fields"):
        looked_at(wide)


def test_page_tree_without_end() -> None:
    """A page tree of direct nodes cannot be longer than documents may be."""
    kids = "<< /Type /Pages /Kids [] >> " * 30
    tree = crafted({2: f"<< /Type /Pages /Count 1 /Kids [3 0 R {kids}] >>"})

    with pytest.raises(LimitExceededError, match="page tree"):
        looked_at(tree, pdf_pages=10)


@pytest.mark.parametrize(
    ("pdf", "error"),
    [
        (b"", UnreadablePDFError),
        (b"Geachte,", UnreadablePDFError),
        (b"x" + paper(), UnreadablePDFError),
        (paper()[:-20], UnreadablePDFError),
        (
            crafted({7: "<< /Filter /Standard >>"}, trailer="/Encrypt 7 0 R"),
            EncryptedPDFError,
        ),
    ],
)
def test_no_document(pdf: bytes, error: type[DigivlError]) -> None:
    """What is no PDF, or protected, is a typed error."""
    with pytest.raises(error):
        looked_at(pdf)


def test_one_huge_object(monkeypatch: pytest.MonkeyPatch) -> None:
    """An object without end is not read; a large stream is no such object."""
    monkeypatch.setattr("digivl.pdf.lint.places._LARGEST", 20_000)
    numbers = "[" + "1 " * 15_000 + "]"

    looked_at(crafted({7: stream(numbers)}, catalog="/A 7 0 R"))
    for hidden in (numbers, f"<< /A (>> stream\n endobj) /B {numbers} >>"):
        with pytest.raises(LimitExceededError, match="one object"):
            looked_at(crafted({7: hidden}, catalog="/A 7 0 R"))
    monkeypatch.setattr("digivl.pdf.lint.places._LARGEST", 20)
    (packed,) = (s.twin for s in samples() if s.name == "in a stream")
    with pytest.raises(LimitExceededError, match="one object"):
        looked_at(packed)


def test_memory_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Objects that were read make place for others, and nothing else changes."""
    whole = looked_at(paper(pages=30))
    monkeypatch.setattr("digivl.pdf.lint.walk._MOST_KEPT", 5)

    assert whole == looked_at(paper(pages=30))


def test_many_places_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a rule that is met everywhere, the first places are told and all counted."""
    monkeypatch.setattr("digivl.pdf.lint.report._MOST_PLACES", 3)
    report = looked_at(paper(pages=10))
    pages = [one.page for one in report.findings]

    assert {1, 2, 3, None} == set(pages)
    assert 10 == sum(one.count for one in report.findings)


def test_details_do_not_steer() -> None:
    """What the file names cannot steer a terminal, or fill it."""
    name = "/A#1b#5b31m" + "x" * 200
    pdf = crafted({5: f"<< /Type /Font /Subtype /Type1 /BaseFont {name} >>"})
    findings = looked_at(pdf).findings

    assert "font-not-embedded" in {one.code for one in findings}
    assert all(one.detail.isprintable() for one in findings)
    assert max(len(one.detail) for one in findings) == 120


def test_report_names_the_file() -> None:
    """The report holds the digest of the bytes that were looked at, in plain values."""
    import hashlib

    told = looked_at(paper()).to_json()

    assert hashlib.sha256(paper()).hexdigest() == told["sha256"]
    assert {"code", "page", "object", "detail", "count"} == set(told["findings"][0])


def test_line_of_samples_is_text() -> None:
    """The line of the samples is one piece of text, in a font of the file."""
    assert () == looked_at(crafted(content=LINE)).findings
