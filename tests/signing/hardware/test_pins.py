"""Where a PIN comes from, and when it is not tried any more."""

from __future__ import annotations

import pytest

from digivl.errors import WrongPINError
from digivl.signing.pins import PIN, PINEntry


def test_what_is_no_pin() -> None:
    """An empty file, or one that is something else, costs no try of the card."""
    for said in ("", "1" * 257):
        with pytest.raises(WrongPINError, match="no PIN was given") as told:
            PIN(lambda said=said: said).ask()  # type: ignore[misc]
        assert told.value.hint


def test_a_driver_that_never_answers_costs_two_tries() -> None:
    """Whatever the PIN; a card blocks at the third."""
    given = iter(["111111", "222222", "333333"])
    pin = PIN(lambda: next(given))
    for _ in range(2):
        pin.ask()
        pin.unanswered()

    with pytest.raises(WrongPINError, match="none is tried any more") as told:
        pin.ask()
    assert told.value.hint


def test_a_pin_that_was_right_is_tried_again() -> None:
    """A driver that fails now and then does not stop a seal for good."""
    pin = PIN(lambda: "123456")
    pin.accepted(pin.ask())
    for _ in range(5):
        pin.unanswered()

    assert "123456" == pin.ask()


def test_a_pin_that_is_right_no_more() -> None:
    """Once refused, it was right for nothing."""
    pin = PIN(lambda: "123456")
    pin.accepted("123456")
    pin.refused("123456")

    with pytest.raises(WrongPINError, match="refused before"):
        pin.ask()


def test_shows_no_pin() -> None:
    """Neither the source nor what was tried stands in a repr."""
    pin = PIN(PINEntry.PAD, "DIGIVL_PIN")
    pin.refused("123456")

    assert "PIN(variable='DIGIVL_PIN')" == repr(pin)
