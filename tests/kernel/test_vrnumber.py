"""Numbers of the Vlaamse Regering: written three ways, read tolerantly, ordered."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.errors import MalformedError
from digivl.kernel.suffixes import ordinal, split, suffix
from digivl.kernel.vrnumber import (
    MeetingNumber,
    VRKind,
    VRName,
    VRNumber,
    minutes_name,
    report_name,
    sorted_names,
)

numbers = st.builds(
    VRNumber,
    date=st.dates(date(1900, 1, 1), date(2099, 12, 31)).filter(
        lambda day: str(day.year)[1] in "09"
    ),
    kind=st.sampled_from(VRKind),
    number=st.integers(1, 99_999),
    position=st.integers(1, 999),
    version=st.integers(1, 120),
    vv=st.booleans(),
)
subjects = st.text("abcdefghij ëé", min_size=1, max_size=30).filter(str.strip)
TWELFTH_OF_MARCH = date(2024, 3, 12)


@given(numbers)
def test_display_reads_back(number: VRNumber) -> None:
    """What is shown can be read strictly, whatever the number."""
    assert number == VRNumber.parse(number.display)


@given(numbers, subjects)
def test_name_reads_back(number: VRNumber, subject: str) -> None:
    """The name of a document tells number, subject and type."""
    read = VRName.parse(number.name(" ".join(subject.split()), "IF"))

    assert (number, " ".join(subject.split()), "IF") == (
        read.number,
        read.subject,
        read.type,
    )


@given(st.lists(numbers, min_size=3, max_size=3))
def test_order_is_total(some: list[VRNumber]) -> None:
    """Any two can be compared, and the order holds over three."""
    first, second, third = sorted(some)

    assert [] == [
        pair for pair in ((second, first), (third, first)) if pair[0] < pair[1]
    ]
    assert (first == second) or (first < second) or (second < first)


@given(st.text(max_size=60))
def test_hostile_text_is_refused(text: str) -> None:
    """Whatever comes in, it is read or refused, and nothing else happens."""
    for read in (VRNumber.parse, VRName.parse, MeetingNumber.parse):
        with suppress(MalformedError):
            read(text)


@pytest.mark.parametrize(
    ("text", "display"),
    [
        ("VR 2021 0102 DOC.0001/1BIS", "VR 2021 0102 DOC.0001/1BIS"),
        ("VR 2024 1203 DOC.0123-2 Iets - bijlage BIS", "VR 2024 1203 DOC.0123/2BIS"),
        ("VR 2024 1203 VV MED.0003-1 Iets", "VR 2024 1203 VV MED.0003/1"),
        ("VR 2024 1203 DEC.0003 Iets", "VR 2024 1203 DEC.0003"),
        ("VR 2024 1203 DOC.0123/2TER DECIES", "VR 2024 1203 DOC.0123/2TER DECIES"),
        ("VR 2024 1203 DOC.0123/2 QIUNDECIES", "VR 2024 1203 DOC.0123/2QUINDECIES"),
    ],
)
def test_old_and_new_forms(text: str, display: str) -> None:
    """Slash or dash, suffix glued, apart or misspelt: the same number."""
    assert display == VRName.parse(text).number.display


@pytest.mark.parametrize(
    "text",
    [
        "VR 2024 3102 DOC.0123/2",
        "VR 2024 1213 DOC.0123/2",
        "VR 2024 1203 DOC.0123/2 Iets",
        "VR 2024 1203 NOT.0123/2",
        "VR 2024 1203 DOC.12/2",
        "VR 2024 1203 DOC.0000/2",
        "VR 2024 1203 DOC.0123/2ABC",
        "",
        "VR " * 400,
    ],
)
def test_strict_is_strict(text: str) -> None:
    """A date that does not exist, or anything too much, is refused."""
    with pytest.raises(MalformedError):
        VRNumber.parse(text)


def test_ways_to_write_it() -> None:
    """Display, stamp and name; a type in small letters unless it ends in a capital."""
    number = VRNumber(
        date=TWELFTH_OF_MARCH, kind=VRKind.DOC, number=123, position=2, version=2
    )

    assert "VR 2024 1203 DOC.0123/2BIS" == str(number) == number.stamp
    name = "VR 2024 1203 DOC.0123-2 Ontwerp van besluit X"
    assert f"{name} - bijlage BIS" == number.name("Ontwerp van besluit X ", "Bijlage")
    assert f"{name} - MvT BIS" == number.name("Ontwerp van besluit X TER", "MvT")
    assert f"{name} BIS" == number.name("Ontwerp van besluit X")


def test_sorted_as_kaleidos_sorts() -> None:
    """Highest number first, then position; names without a number come last."""
    names = [
        "Ànder document",
        "VR 2024 1203 DOC.0001/1",
        "VR 2024 1203 DOC.0002/2",
        "VR 2024 1203 DOC.0002/1",
        "VR 2024 1203 DOC.0002/1BIS",
        "een document",
    ]

    assert [names[i] for i in (4, 3, 2, 1, 0, 5)] == sorted_names(names)


def test_compared_with_something_else() -> None:
    """Only numbers can be compared with numbers."""
    number = VRNumber(date=TWELFTH_OF_MARCH, kind=VRKind.DOC, number=1)

    with pytest.raises(TypeError):
        number < "VR"  # noqa: B015
    assert number.same_step(attrs.evolve(number, position=3))


def test_meetings_and_their_papers() -> None:
    """Numbers of meetings, and names of minutes and decision reports."""
    meeting = MeetingNumber.parse("VR PV 2026/41-VV")

    assert (2026, 41, True) == (meeting.year, meeting.number, meeting.annex)
    assert "VR PV 2026/41-VV BIS" == minutes_name(str(meeting), 2)
    name = "VR PV 2026/41"
    assert f"{name} - punt 0004" == report_name(name, VRKind.DOC, 4)
    assert f"{name} - mededeling 0004BIS" == report_name(name, VRKind.MED, 4, 2)


@given(st.integers(1, 9999))
def test_suffix_reads_back(number: int) -> None:
    """Every version has a suffix, and every suffix one version; there is no ceiling."""
    assert number == ordinal(suffix(number))
    assert number == ordinal(suffix(number).replace(" ", "").lower())


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        *((1, ""), (2, "BIS"), (10, "DECIES"), (13, "TER DECIES")),
        *((15, "QUINDECIES"), (16, "SEXIES DECIES"), (20, "VICIES"), (100, "V100")),
    ],
)
def test_suffixes(number: int, expected: str) -> None:
    """The official ones to fifteen, and a system behind them."""
    assert expected == suffix(number)


@pytest.mark.parametrize("number", [0, -1, 10_000])
def test_no_such_version(number: int) -> None:
    """Versions count from one, and not without end."""
    with pytest.raises(MalformedError, match="count from 1"):
        suffix(number)


@pytest.mark.parametrize("text", ["X", "BISBIS", " ", "V1", "B" * 100])
def test_no_suffix(text: str) -> None:
    """What is no suffix is refused."""
    with pytest.raises(MalformedError, match="no version suffix"):
        ordinal(text)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Nota BIS", ("Nota", 2)),
        ("Nota TER DECIES", ("Nota", 13)),
        ("DOC.0001/1QUATER", ("DOC.0001/1", 4)),
        ("Nota over IBIS", ("Nota over IBIS", 1)),
        ("Nota", ("Nota", 1)),
    ],
)
def test_split(name: str, expected: tuple[str, int]) -> None:
    """A suffix stands apart, or right behind a digit; part of a word is none."""
    assert expected == split(name)
