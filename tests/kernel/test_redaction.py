"""National numbers are found, and taken out."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digivl.kernel.redaction import (
    REMOVED,
    holds_national_number,
    on_one_line,
    redacted,
)

VECTORS = ("85073003328", "94022722580", "17073003384", "98472899765")


@given(
    number=st.sampled_from(VECTORS),
    gaps=st.lists(st.sampled_from(["", " ", ".", "-", " - ", "\n"]), max_size=11),
    before=st.text(),
    after=st.text(),
)
def test_no_national_number_gets_through(
    number: str, gaps: list[str], before: str, after: str
) -> None:
    """However a number is spaced and whatever stands around it, its digits are gone."""
    spaced = "".join(
        digit + gap for digit, gap in zip(number, [*gaps, *[""] * 11], strict=False)
    )

    left = redacted(f"{before} {spaced} {after}")

    assert REMOVED in left
    assert spaced.strip() not in left


@given(st.uuids(), st.text(alphabet="abc :,", max_size=20))
@example(uuid="12345678-1234-1234-1234-123456789012", words="instance")
def test_uuid_stays(uuid: object, words: str) -> None:
    """The instance of an error is what a help desk asks for."""
    assert f"{words} {uuid}" == redacted(f"{words} {uuid}")


def test_enterprise_number_stays() -> None:
    """Ten digits identify no person."""
    assert "KBO 0406.798.006 stopped" == redacted("KBO 0406.798.006 stopped")


@given(st.text(max_size=2000))
def test_one_line_is_printable_and_bounded(text: str) -> None:
    """What somebody else wrote cannot forge a log line or flood it."""
    line = on_one_line(text, 80)

    assert len(line) <= 80
    assert line.isprintable()


def test_numbers_go_before_the_text_is_cut() -> None:
    """A cut in the middle of a number does not save ten of its digits."""
    assert "8507300332" not in on_one_line("x" * 70 + " 85073003328", 81)


@pytest.mark.parametrize(
    "text",
    [
        "85073003328",
        "Beslissing over 85.07.30-033.28",
        "Beslissing over 85 07 30 033 28, Gent",
        "INSZ85073003328x",
        "dossier 12 85.07.30-033.28",
        "1-98.47.28-997.65/2026",
    ],
)
def test_number_in_our_own_text_is_found(text: str) -> None:
    """However it is grouped, and whatever stands around it."""
    assert holds_national_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "VR 2026 2311 DOC.1234/5BIS",
        "2026/1123/0042",
        "KBO 0406.798.006 2026",
        "bedrag 12.345.678.901,00 euro",
        "85073003327",
        "850730033281",
        "010000000000000000000000000042",
        "٨٥٠٧٣٠٠٣٣٢٨",
        "",
    ],
)
def test_other_numbers_can_be_written(text: str) -> None:
    """References, amounts, dates and enterprise numbers are no national numbers."""
    assert not holds_national_number(text)


@given(st.uuids())
@example("42d3e472-0afe-4bee-9933-747152577986")
@example("85073003-3280-4000-8000-850730033281")
def test_no_key_is_taken_for_a_number(key: object) -> None:
    """A random key never happens to be refused."""
    assert not holds_national_number(str(key))


@given(st.binary(min_size=16, max_size=64))
def test_no_digest_is_taken_for_a_number(raw: bytes) -> None:
    """A digest in hexadecimal can hold any run of digits: that is chance."""
    assert not holds_national_number(raw.hex())


def test_a_number_inside_a_digest_is_chance() -> None:
    """The same digits count where they stand alone."""
    digest = "a85073003328b" + "0f" * 26

    assert not holds_national_number(f"authentic {digest}")
    assert holds_national_number("authentic 85073003328")
