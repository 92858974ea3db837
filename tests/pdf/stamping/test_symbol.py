"""The QR symbol as a matrix."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.errors import MalformedError
from digivl.pdf.symbol import qr_symbol

ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
URL = "HTTPS://VERIFIEER.VLAANDEREN.BE/D/0123456789ABCDEFGHJKMNPQRS"


def test_token_url_is_version_4_at_q() -> None:
    """Sixty upper-case characters fit version 4 at level Q: 33 modules, 24.6 mm."""
    symbol = qr_symbol(URL, level="Q")

    assert (60, 4, 33) == (len(URL), symbol.version, symbol.modules)
    assert pytest.approx(24.6) == symbol.side_mm(0.6)


@given(st.text(ALPHANUMERIC, min_size=1, max_size=120), st.sampled_from("LMQH"))
def test_runs_are_the_dark_modules(text: str, level: str) -> None:
    """The runs that are drawn cover the dark modules, each once, and no others."""
    symbol = qr_symbol(text, level=level)

    drawn = [(y, x + i) for y, x, length in symbol.runs() for i in range(length)]

    dark = {
        (y, x) for y, row in enumerate(symbol.rows) for x, on in enumerate(row) if on
    }
    assert len(drawn) == len(dark)
    assert dark == set(drawn)


def test_threads_make_the_same_symbol() -> None:
    """Many threads at once make what one makes."""
    texts = [URL[:length] for length in range(1, 61)]
    expected = [qr_symbol(text, level="Q") for text in texts]

    with ThreadPoolExecutor(8) as pool:
        actual = list(pool.map(lambda text: qr_symbol(text, level="Q"), texts))

    assert expected == actual


@pytest.mark.parametrize("text", ["", "A" * 3_000])
def test_impossible_texts_are_refused(text: str) -> None:
    """No text, and more text than a symbol holds, are typed errors."""
    with pytest.raises(MalformedError):
        qr_symbol(text, level="Q")
