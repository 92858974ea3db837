"""Numbers and names, judged by python-stdnum; and what never shows a number."""

from __future__ import annotations

import copy
import pickle
import traceback
from datetime import date
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.be import bis, nn, vat

from digivl.errors import MalformedError
from digivl.kernel.identifiers import (
    INSZ,
    URI,
    EnterpriseNumber,
    OVOCode,
    new_id,
    themis_uri,
)

VALID = {
    "85073003328": (1900, False),
    "94022722580": (1900, False),
    "79072300048": (1900, False),
    "17073003384": (2000, False),
    "98472899765": (1900, True),
    "01490700185": (2000, True),
}
#: Two that stand in published documentation and fail the check; one by hand.
INVALID = ("71022722580", "84022711080", "12345678901")
ENTERPRISES = (
    *("0406798006", "0220916609", "0852093431", "0534530277"),
    *("0474028805", "0212148896", "0800002352", "0428759497"),
)

births = st.dates(date(1900, 1, 1), date(2020, 12, 31))


def with_check(nine: str, *, born_2000: bool) -> str:
    """Nine digits with the two that check them."""
    return f"{nine}{97 - int(('2' if born_2000 else '') + nine) % 97:02}"


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """A number of somebody, of any kind that is given out."""
    born = draw(births)
    month = born.month + draw(st.sampled_from([0, 20, 40]))
    nine = f"{born:%y}{month:02}{born:%d}{draw(st.integers(1, 998)):03}"
    return with_check(nine, born_2000=born.year >= 2000)


def judged(text: str) -> bool:
    """What python-stdnum says."""
    return bool(nn.is_valid(text) or bis.is_valid(text))


def accepted(text: str) -> bool:
    """What digivl says."""
    try:
        INSZ(text)
    except MalformedError:
        return False
    return True


@pytest.mark.parametrize(("text", "facts"), VALID.items())
def test_valid_number(text: str, facts: tuple[int, bool]) -> None:
    """Published numbers are accepted; century and kind are known."""
    number = INSZ(text)

    assert (text, facts) == (number.wire, (number.century, number.is_bis))


@pytest.mark.parametrize("text", INVALID)
def test_invalid_number(text: str) -> None:
    """Published numbers whose check digits fail are refused."""
    assert not judged(text)
    with pytest.raises(MalformedError, match="INSZ"):
        INSZ(text)


@given(numbers())
def test_numbers_of_people(text: str) -> None:
    """Every number that can be given out is accepted, by an independent judge too."""
    assert judged(text)
    assert text == INSZ(text).wire


@given(numbers(), st.integers(0, 10), st.integers(1, 9))
def test_a_wrong_digit(text: str, place: int, change: int) -> None:
    """A number with one wrong digit is refused, as the independent judge does."""
    digit = str((int(text[place]) + change) % 10)
    wrong = text[:place] + digit + text[place + 1 :]
    # The year can fit the other century; of a year to come the judge knows it cannot.
    assume(int(wrong[:2]) + 2000 <= date.today().year)  # noqa: DTZ011

    assert judged(wrong) == accepted(wrong)


@given(st.text("0123456789", min_size=11, max_size=11))
def test_any_eleven_digits(text: str) -> None:
    """What the independent judge accepts, digivl accepts."""
    assert accepted(text) or not judged(text)


@pytest.mark.parametrize(
    "text",
    ["85.07.30-033.28", "85 07 30 033 28", "\t850730-03328\n", "\uff18\uff15073003328"],
)
def test_however_it_is_written(text: str) -> None:
    """Dots, hyphens, blanks and wide digits do not matter."""
    assert INSZ("85073003328") == INSZ(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "8507300332", "850730033280", "8507300332A", "85073003328\n1"),
        *("٨٥٠٧٣٠٠٣٣٢٨", "85/07/30-033.28", None, 8507300332),
    ],
    ids=repr,
)
def test_not_eleven_digits(text: Any) -> None:
    """Whatever is not eleven digits of our alphabet is refused."""
    with pytest.raises(MalformedError, match="has 11 digits"):
        INSZ(text)


@pytest.mark.parametrize("month", [13, 19, 33, 39, 53, 99])
def test_no_such_month(month: int) -> None:
    """Months tell national numbers from BIS numbers; others do not exist."""
    with pytest.raises(MalformedError, match="has month"):
        INSZ(with_check(f"85{month}30033", born_2000=False))


@pytest.mark.parametrize("nine", ["850000001", "000001001", "004001002", "851399001"])
def test_unknown_birth(nine: str) -> None:
    """A date that is unknown or used up is no reason to refuse, but month 13 is."""
    text = with_check(nine, born_2000=False)

    assert (nine[2:4] != "13") == accepted(text)


SHOWN = "'•••••••••28'"


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        ascii,
        "{}".format,
        "%s".__mod__,
        lambda number: f"{[number]} {(number,)} { ({'of': number}) }",
        lambda number: repr(copy.deepcopy(number)),
        lambda number: str(pickle.loads(pickle.dumps(number))),
        lambda number: repr(attrs.evolve(number)),
    ],
)
def test_number_is_not_shown(show: Any) -> None:
    """However it is turned into text, a number shows two digits at most."""
    shown = show(INSZ("85073003328"))

    assert "850730" not in shown
    assert "28" in shown


def attempts() -> dict[str, Any]:
    """Things that go wrong with a number at hand."""
    number = INSZ("85073003328")
    return {
        "format": lambda: f"{number:>20}",
        "compare": lambda: number < "x",  # type: ignore[operator]
        "add": lambda: number + 1,  # type: ignore[operator]
        "set": lambda: setattr(number, "_digits", "x"),
        "missing": lambda: number.digits,  # type: ignore[attr-defined]
        "index": lambda: dict[INSZ, str]()[number],
        "check": lambda: INSZ("85073003329"),
        "month": lambda: INSZ("85993003328"),
        "long": lambda: INSZ("850730033281"),
        "enterprise": lambda: EnterpriseNumber("85073003328"),
        "spaced": lambda: EnterpriseNumber("85.07.30-033.28"),
        "ovo": lambda: OVOCode("85073003328"),
        "uri": lambda: URI("not a URI 85073003328"),
    }


@pytest.mark.parametrize("name", attempts())
def test_errors_do_not_show_it(name: str) -> None:
    """No error text holds a number, whatever went wrong with it."""
    with pytest.raises(Exception) as raised:  # noqa: PT011 (whatever Python says)
        attempts()[name]()

    error = raised.value
    texts = [*traceback.format_exception_only(error), getattr(error, "hint", "")]
    assert "8507300" not in "".join(texts)
    assert "85.07.30" not in "".join(texts)


def test_number_can_travel() -> None:
    """A number that went to another process is the same, and as silent."""
    number = INSZ("85073003328")

    travelled = pickle.loads(pickle.dumps(number))

    assert number == travelled
    assert hash(number) == hash(travelled)


@pytest.mark.parametrize("text", ENTERPRISES)
def test_enterprise_number(text: str) -> None:
    """Published enterprise numbers are accepted, and written with dots."""
    number = EnterpriseNumber(text)

    assert text == number.wire
    assert f"{text[:4]}.{text[4:7]}.{text[7:]}" == str(number)


@pytest.mark.parametrize(
    "text",
    ["0406.798.006", "BE 0406.798.006", "be0406798006", "406798006", "BE406798006"],
)
def test_enterprise_number_as_written(text: str) -> None:
    """The prefix of VAT, dots and the old form with nine digits are understood."""
    assert EnterpriseNumber("0406798006") == EnterpriseNumber(text)


@pytest.mark.parametrize(
    "text",
    ["0852093432", "0123456789", "2406798006", "", "BE", None, "0000000000", "0-"],
)
def test_invalid_enterprise_number(text: Any) -> None:
    """The documented counter-examples, and what has another form, are refused."""
    with pytest.raises(MalformedError, match="is not an enterprise number"):
        EnterpriseNumber(text)


@given(st.text(max_size=14) | st.from_regex(r"(BE)?[0-2]?[0-9.]{9,11}", fullmatch=True))
def test_enterprise_number_as_judged(text: str) -> None:
    """The independent judge and digivl agree; what is accepted has ten digits."""
    try:
        wire = EnterpriseNumber(text).wire
    except MalformedError:
        assert not vat.is_valid(text)
    else:
        assert vat.validate(text) == wire
        assert wire.isascii()
        assert (10, True) == (len(wire), wire.isdigit())


@given(st.integers(0, 999_999))
def test_ovo_code(number: int) -> None:
    """OVO and six digits, as it is written."""
    assert f"OVO{number:06}" == str(OVOCode(f"OVO{number:06}"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "OVO",
        "ovo002949",
        "OVO2949",
        "OVO0029491",
        "OVO\u0660\u0660\u0662949",
        "OVO002949\n",
    ],
)
def test_invalid_ovo_code(text: str) -> None:
    """Anything else is refused."""
    with pytest.raises(MalformedError, match="is not an OVO code"):
        OVOCode(text)


@pytest.mark.parametrize(
    "text", ["http://themis.vlaanderen.be/id/dossier/1", "urn:x:y", "tag:a,2026:é"]
)
def test_uri(text: str) -> None:
    """An absolute URI is kept as it was written."""
    assert text == str(URI(text))


@pytest.mark.parametrize(
    "text",
    ["", "dossier/1", "//host/x", "http:", "http://a b", "a:\n", "a:<x>", "x:" * 2_000],
    ids=lambda text: text[:10],
)
def test_invalid_uri(text: str) -> None:
    """What is relative, has blanks or never ends is refused."""
    with pytest.raises(MalformedError, match="is not an absolute URI"):
        URI(text)


def test_themis_uri() -> None:
    """A resource is named by the rule of Kaleidos."""
    uri = themis_uri("dossier", "1f3a")

    assert "http://themis.vlaanderen.be/id/dossier/1f3a" == uri
    assert uri == str(URI(uri))


def test_new_ids() -> None:
    """Each id is another, and a UUID that tells neither time nor machine."""
    made = {new_id() for _ in range(100)}

    assert 100 == len(made)
    assert {4} == {UUID(text).version for text in made}


@pytest.mark.parametrize("kind", [INSZ, EnterpriseNumber])
def test_numbers_can_be_sorted(kind: Any) -> None:
    """Numbers have an order, so that reports do."""
    texts = sorted(VALID if kind is INSZ else ENTERPRISES)

    assert texts == [number.wire for number in sorted(map(kind, reversed(texts)))]
