"""A driver that crashes, hangs or lies: a typed error, and the next call works."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from digivl.errors import (
    DriverFailedError,
    KeyUnusableError,
    TokenLostError,
    WrongPINError,
)
from digivl.signing.hardware import HardwareKey
from digivl.signing.pins import PINEntry
from tests.signing.hardware.faults import SHA256, Faulty, child, gone, works
from tests.signing.hardware.softhsm import GOOD

#: Every function of a driver that is called on the way to a signature.
CALLS = (
    *("C_GetFunctionList", "C_Initialize", "C_GetSlotList", "C_GetTokenInfo"),
    *("C_OpenSession", "C_FindObjectsInit", "C_FindObjects", "C_GetAttributeValue"),
    *("C_FindObjectsFinal", "C_CloseSession", "C_Login", "C_GetMechanismList"),
    *("C_SignInit", "C_Sign"),
)


def refused(key: HardwareKey, kind: type[KeyUnusableError], said: str) -> Any:
    """It does not sign; the error says how to mend it, and shows no PIN."""
    with pytest.raises(kind, match=said) as told:
        key.sign(b"message", SHA256)
    assert kind is type(told.value)
    assert told.value.hint
    assert GOOD not in told.value.diagnostics()
    return told.value


@pytest.mark.parametrize("call", CALLS)
def test_crash(faulty: Faulty, call: str) -> None:
    """Wherever it crashes, only its own process ends."""
    key = faulty.key(f"{call}:crash")

    refused(key, DriverFailedError, r"the driver faulty\.so crashed; nothing was")
    faulty.mend()
    assert works(key)


@pytest.mark.parametrize("call", CALLS)
def test_hang(faulty: Faulty, call: str) -> None:
    """Wherever it hangs, it is ended after its time."""
    key = faulty.key(f"{call}:hang", seconds=1)

    refused(key, DriverFailedError, r"the driver faulty\.so was silent for 1 s")
    faulty.mend()
    key.seconds = 60
    assert works(key)


@pytest.mark.parametrize("call", CALLS[1:])
def test_error_of_its_own(faulty: Faulty, call: str) -> None:
    """A number that no standard knows is an error, told in the same way."""
    key = faulty.key(f"{call}:80000001")

    refused(key, KeyUnusableError, "cannot be used")
    faulty.mend()
    assert works(key)


def test_a_driver_that_ends_its_process(faulty: Faulty) -> None:
    """As some do when their licence is over."""
    key = faulty.key("C_Sign:exit")

    refused(key, DriverFailedError, "crashed")
    faulty.mend()
    assert works(key)


def test_a_driver_that_lists_without_end(faulty: Faulty) -> None:
    """More than any memory holds: only its own process feels it."""
    refused(faulty.key("C_GetMechanismList:many"), KeyUnusableError, "MemoryError")


def test_a_driver_that_prints(faulty: Faulty) -> None:
    """What it prints is never taken for an answer."""
    assert works(faulty.key("C_Sign:print"))


def test_a_driver_that_writes_where_it_should_not(faulty: Faulty) -> None:
    """What comes out is no answer, and is told as that."""
    key = faulty.key("C_Sign:scribble")

    refused(key, DriverFailedError, "answered nonsense")
    faulty.mend()
    assert works(key)


@pytest.mark.parametrize(("fault", "stays"), [("escape", True), ("helper", False)])
def test_what_a_driver_starts(faulty: Faulty, fault: str, stays: bool) -> None:  # noqa: FBT001 - of a table
    """A window for a PIN ends with it; one that ran away holds nobody up."""
    key = faulty.key(f"C_Sign:{fault}", seconds=3)

    refused(key, DriverFailedError, "was silent for 3 s")
    number = int(faulty.file.read_text())
    try:
        assert gone(number) is not stays
    finally:
        if stays:
            os.kill(number, signal.SIGKILL)
    faulty.mend()
    key.seconds = 60
    assert works(key)


def test_a_crash_at_the_pin_costs_two_tries(faulty: Faulty) -> None:
    """It may have been a wrong one: a card blocks at the third."""
    key = faulty.key("C_Login:crash")
    for _ in range(2):
        refused(key, DriverFailedError, "crashed")
    refused(key, WrongPINError, "none is tried any more")


@pytest.mark.parametrize(
    ("flag", "said", "left"),
    [
        ("low", "is wrong; few tries are left", None),
        ("final", "is wrong; one try is left", 1),
        ("locked", "is wrong; it is blocked now", 0),
    ],
)
def test_tries_that_are_left(
    faulty: Faulty, flag: str, said: str, left: int | None
) -> None:
    """As the token tells it."""
    key = faulty.key(f"C_GetTokenInfo:{flag}", lambda: "000000")

    assert left == refused(key, WrongPINError, said).tries_left


CODES = {
    "C_Login:a4": (WrongPINError, "blocked or was never set"),
    "C_Login:50": (KeyUnusableError, "somebody cancelled"),
    "C_Sign:50": (KeyUnusableError, "somebody cancelled"),
    "C_Sign:32": (TokenLostError, "was taken out"),
    "C_SignInit:e0": (TokenLostError, "was taken out"),
    "C_OpenSession:e0": (TokenLostError, "was taken out"),
    "C_GetMechanismList:none": (KeyUnusableError, "does not sign with ECDSA_SHA256"),
}


@pytest.mark.parametrize("fault", CODES)
def test_what_the_driver_says(faulty: Faulty, fault: str) -> None:
    """Each trouble has its error, and leaves nothing behind."""
    kind, said = CODES[fault]
    key = faulty.key(fault)

    refused(key, kind, said)
    faulty.mend()
    assert works(key)


def test_a_card_that_is_taken_out_and_put_back(faulty: Faulty) -> None:
    """It is opened again by itself; the PIN is asked again."""
    asked: list[str] = []

    def ask() -> str:
        asked.append(GOOD)
        return GOOD

    key = faulty.key("C_Sign:32:4", ask)  # a signature is two calls: its size, then it
    first = child_after(key)
    assert works(key)
    assert works(key)

    assert first != child(key)
    assert 2 == len(asked)


def child_after(key: HardwareKey) -> int:
    """The process of the driver, after one signature."""
    assert works(key)
    return child(key)


def test_a_process_that_is_killed_meanwhile(faulty: Faulty) -> None:
    """Nobody notices: nothing had been asked of it."""
    key = faulty.key("nothing")
    number = child_after(key)
    os.kill(number, signal.SIGKILL)
    while not gone(number):
        pass

    assert works(key)
    assert number != child(key)


def test_a_process_that_is_stopped(faulty: Faulty) -> None:
    """It neither answers nor goes when it is told to: it is ended all the same."""
    key = faulty.key("nothing")
    first = child_after(key)
    os.kill(first, signal.SIGSTOP)
    key.close()
    assert gone(first)

    second = child_after(key)
    os.kill(second, signal.SIGSTOP)
    held = key._process  # noqa: SLF001 - how long it waits was settled when it started
    assert held is not None
    held.seconds = 1
    refused(key, DriverFailedError, "was silent for 1 s")
    assert gone(second)
    assert works(key)


def test_threads_beside_a_crash(faulty: Faulty) -> None:
    """One thread is told; the others sign, each its own message."""
    key = faulty.key("C_Sign:crash:5")
    key.identity()
    faulty.mend()

    def one(_: int) -> str:
        try:
            return "signed" if works(key) else "wrong"
        except DriverFailedError:
            return "told"

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(one, range(12)))

    assert {"signed": 11, "told": 1} == {one: said.count(one) for one in set(said)}


def test_threads_beside_one_that_hangs(faulty: Faulty) -> None:
    """All are told when its time is over, and none waits as long once more."""
    key = faulty.key("C_Sign:hang", seconds=3)
    key.identity()

    def one(_: int) -> str:
        with pytest.raises(DriverFailedError) as told:
            key.sign(b"message", SHA256)
        return str(told.value)

    with ThreadPoolExecutor(4) as pool:
        said = sorted(pool.map(one, range(4)))
    faulty.mend()
    key.seconds = 60

    assert ["for 3 s"] + 3 * ["while this one waited"] == [
        one.partition(" silent ")[2].partition(";")[0] for one in said
    ]
    assert works(key)


def test_somebody_gives_up(faulty: Faulty) -> None:
    """Ctrl-C at the PIN: the next act is right."""
    pins = iter(["", GOOD])

    def ask() -> str:
        if pin := next(pins):
            return pin
        raise KeyboardInterrupt

    key = faulty.key("nothing", ask)
    with pytest.raises(KeyboardInterrupt):
        key.sign(b"message", SHA256)
    assert works(key)


def test_a_pad(faulty: Faulty) -> None:
    """A reader with keys of its own: no PIN goes to the driver."""
    assert works(faulty.key("C_GetTokenInfo:pad", PINEntry.PAD))


def test_a_driver_that_asks_itself(faulty: Faulty) -> None:
    """As the middleware of a card does; who logs in all the same is welcome too."""
    assert works(faulty.key("C_OpenSession:itself:1", PINEntry.MIDDLEWARE))
    assert works(faulty.key("C_OpenSession:itself:1"))
