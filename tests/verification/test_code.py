"""The verification code: printed, typed, scanned, never mistaken for another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.errors import MalformedError
from digivl.verification.code import VerificationCode, checked_host

HOST = "verifieer.vlaanderen.be"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
TOKEN = "0123456789ABCDEFGHJKMNPQRS"
tokens = st.text(ALPHABET, min_size=26, max_size=26)


def parse(text: str) -> VerificationCode:
    """Read a code of the usual host."""
    return VerificationCode.parse(text, host=HOST)


@given(tokens, st.booleans())
def test_all_forms_lead_to_one_code(token: str, upper: bool) -> None:  # noqa: FBT001
    """Bare, printed, as link and as symbol: it is the same code."""
    code = VerificationCode(token)
    symbol = code.symbol_text(HOST, upper_case=upper)
    forms = [token, code.printed, code.link(HOST), symbol]

    assert {code} == {parse(form) for form in forms}
    assert symbol == (symbol.upper() if upper else symbol.lower())


@given(tokens, st.data())
def test_typing_does_not_matter(token: str, data: st.DataObject) -> None:
    """Case, blanks, hyphens, O for 0, and I or L for 1 are all read."""
    written = [
        data.draw(st.sampled_from({"0": "0Oo", "1": "1IiLl"}.get(c, c + c.lower())))
        + data.draw(st.sampled_from(["", "", " ", "-", "\t"]))
        for c in token
    ]

    assert VerificationCode(token) == parse("".join(written))


def slips(code: VerificationCode) -> Iterator[str]:
    """The printed form with each single wrong character, and each swap of two."""
    text = code.printed.replace("-", "")
    for at in range(26):
        before, here, after = text[:at], text[at], text[at + 1 :]
        yield from (before + wrong + after for wrong in ALPHABET if wrong != here)
        # The check character may be one that the alphabet lacks: it is not swapped.
        if at < 25 and after[0] != here:
            yield before + after[0] + here + after[1:]


def is_noticed(typed: str) -> bool:
    """True when the check character gives a mistake away."""
    try:
        parse(typed)
    except MalformedError as error:
        return "typing error" in str(error)
    return False


def test_typing_errors_are_noticed() -> None:
    """At least 98 in 100 mistakes are; the others are read as an unknown code.

    The check itself finds every single wrong character. Reading O as 0, and I and L
    as 1, costs the rest: their check characters cannot be told apart.
    """
    chance = Random(1)
    made = ("".join(chance.choices(ALPHABET, k=26)) for _ in range(20))
    codes = [VerificationCode(token) for token in made]

    noticed = [is_noticed(typed) for code in codes for typed in slips(code)]

    assert len(noticed) > 16_000
    assert sum(noticed) > 0.98 * len(noticed)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing that somebody types or scans ends in another error."""
    with suppress(MalformedError):
        parse(text)


@given(st.text("https:/d.ABC%@[]\\#?" + HOST, max_size=60))
def test_any_address_is_read_or_refused(text: str) -> None:
    """Nor do addresses that only look like one."""
    with suppress(MalformedError):
        parse("https://" + text)


@pytest.mark.parametrize(
    "address",
    [
        f"https://verifieer.vlaanderen.be.evil.example/d/{TOKEN}",
        f"https://evil.example/d/{TOKEN}",
        f"https://verifieer.vlaanderen.be@evil.example/d/{TOKEN}",
        f"https://evil.example/https://{HOST}/d/{TOKEN}",
        f"https://{HOST}:444/d/{TOKEN}",
        f"http://{HOST}/d/{TOKEN}",
        f"ftp://{HOST}/d/{TOKEN}",
        f"//{HOST}/d/{TOKEN}",
        f"javascript:{HOST}/d/{TOKEN}",
        f"https://[{HOST}/d/{TOKEN}",
    ],
)
def test_address_of_somebody_else(address: str) -> None:
    """A code that leads elsewhere is refused, not looked up."""
    with pytest.raises(MalformedError, match=r"leads to|not a URL|holds no"):
        parse(address)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0" * 25,
        "0" * 28,
        "U" * 26,
        "é" * 26,
        f"https://{HOST}/",
        f"https://{HOST}/x/{TOKEN}",
        f"https://{HOST}/d/",
        f"https://{HOST}/d/{TOKEN}/more",
        "0" * 5_000,
    ],
    ids=lambda text: text[:30] or "empty",
)
def test_no_code(text: str) -> None:
    """What holds no code is said to hold none."""
    with pytest.raises(MalformedError):
        parse(text)


def test_codes_are_random() -> None:
    """No two codes are alike, and every character of the alphabet comes up."""
    codes = {VerificationCode.fresh() for _ in range(500)}

    assert 500 == len(codes)
    assert set(ALPHABET) == {c for code in codes for c in code.token}
    # The first character carries random bits as well.
    assert len({code.token[0] for code in codes}) > 16


def test_repr_does_not_tell() -> None:
    """A log line with a code in it does not let the reader look the document up."""
    assert "VerificationCode(token='0123…')" == repr(VerificationCode(TOKEN))


def test_print_is_in_groups() -> None:
    """Six groups of four and the last three, with the check character."""
    groups = VerificationCode(TOKEN).printed.split("-")

    assert [4, 4, 4, 4, 4, 4, 3] == [len(group) for group in groups]
    assert TOKEN == "".join(groups)[:-1]


@pytest.mark.parametrize("host", ["", "https://a.be", "a b", "a.be/d", "-a.be", "a\nb"])
def test_no_host(host: str) -> None:
    """A setting that is no host name is refused where it is used."""
    with pytest.raises(MalformedError, match="not a host name") as refused:
        checked_host(host)
    assert "code.host" in refused.value.hint


def test_host_knows_no_case() -> None:
    """The symbol is in upper case; the host stays the same."""
    assert "localhost:8080" == checked_host("LOCALHOST:8080")
    code = VerificationCode(TOKEN)
    assert code == VerificationCode.parse(
        f"HTTPS://LOCALHOST:8080/D/{TOKEN}", host="LocalHost:8080"
    )
