"""How long the process of a driver lives, and what it gets to know."""

from __future__ import annotations

import gc
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from digivl import Digivl
from digivl.cli.doctor import examine
from digivl.errors import DriverFailedError, KeyUnusableError
from digivl.pdf.levels import Level
from digivl.signing.batch import By, Job, Order
from digivl.signing.hardware import HardwareKey
from digivl.signing.pins import PIN
from digivl.signing.tokenspec import TokenSpec
from digivl.testing.papers import paper
from tests.signing.hardware.faults import SHA256, Faulty, child, gone, works
from tests.signing.hardware.softhsm import GOOD

PROGRAM = """
import sys
from pathlib import Path
from digivl.pdf.digests import Digest
from digivl.signing.hardware import HardwareKey
from digivl.signing.pins import PIN
from digivl.signing.tokenspec import TokenSpec

spec = TokenSpec(module=Path(sys.argv[1]), token_label="faulty", key_label="Signature")
key = HardwareKey("zegel", spec, PIN(lambda: sys.argv[2]))
key.identity()
print(key._process._child.pid, flush=True)
if sys.argv[3] == "fork":
    import os, time
    if os.fork() == 0:
        print(os.getpid(), flush=True)
        time.sleep(600)
if sys.argv[3] != "idle":
    key.sign(b"m", Digest.SHA256)
sys.stdin.read()
"""


def until(condition: Callable[[], bool]) -> None:
    """Wait, a minute at most."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def started(module: Path, how: str) -> subprocess.Popen[str]:
    """A program that signs, or waits."""
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(module), GOOD, how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.crash
@pytest.mark.parametrize("how", ["idle", "hangs"])
def test_ends_with_its_parent(faulty: Faulty, how: str) -> None:
    """Kill -9 of who signs leaves no driver behind, not even one that hangs."""
    faulty.key("C_Sign:hang" if how == "hangs" else "nothing")
    with started(faulty.module, how) as program:
        assert program.stdout is not None
        number = int(program.stdout.readline())
        if how == "hangs":
            until(lambda: "hrtimer" in waits(number) or "sleep" in waits(number))
        program.kill()
    until(lambda: gone(number))


def waits(number: int) -> str:
    """What a process waits for, as the kernel calls it; may be told to nobody."""
    try:
        said = Path(f"/proc/{number}/wchan").read_text()
    except OSError:
        said = ""
    return said if said not in {"", "0"} else "sleep"


@pytest.mark.crash
def test_ends_with_its_parent_beside_a_fork(faulty: Faulty) -> None:
    """Also when a fork of the parent lives on: it holds nothing open."""
    faulty.key("nothing")
    with started(faulty.module, "fork") as program:
        assert program.stdout is not None
        number, fork = (int(program.stdout.readline()) for _ in range(2))
        try:
            program.kill()
            until(lambda: gone(number))
            assert not gone(fork)
        finally:
            os.kill(fork, signal.SIGKILL)


def test_ends_with_its_program(faulty: Faulty) -> None:
    """Who forgets to close it leaves none behind either, and hears nothing of it."""
    faulty.key("nothing")
    with started(faulty.module, "signs") as program:
        assert program.stdout is not None
        number = int(program.stdout.readline())
        program.communicate("")

    assert 0 == program.returncode
    assert gone(number)


def test_ends_when_it_is_closed(faulty: Faulty) -> None:
    """And leaves no zombie; once more does nothing."""
    key = faulty.key("nothing")
    assert works(key)
    number = child(key)
    key.close()
    key.close()

    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


def test_ends_when_nobody_holds_it(faulty: Faulty) -> None:
    """A key that is dropped takes its process along."""
    spec = TokenSpec(module=faulty.module, token_label="faulty", key_label="Signature")
    faulty.key("nothing")
    key = HardwareKey("dropped", spec, PIN(lambda: GOOD))
    assert works(key)
    number = child(key)
    del key
    gc.collect()

    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


def test_a_driver_that_does_not_go(faulty: Faulty) -> None:
    """One that hangs at the end is ended."""
    key = faulty.key("C_Finalize:hang")
    assert works(key)
    number = child(key)
    key.close()

    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


def test_a_crash_leaves_no_zombie(faulty: Faulty) -> None:
    """Nor does one that hung."""
    for fault, seconds in (("C_Sign:crash", 60), ("C_Sign:hang", 3)):
        key = faulty.key(fault, seconds=seconds)
        key.identity()
        number = child(key)
        with pytest.raises(DriverFailedError):
            key.sign(b"m", SHA256)
        with pytest.raises(ProcessLookupError):
            os.kill(number, 0)


def test_a_fork_leaves_it_alone(faulty: Faulty) -> None:
    """A fork starts its own, and ends only that one."""
    key = faulty.key("nothing")
    assert works(key)
    before = child(key)
    fork = os.fork()
    if fork == 0:  # pragma: no cover - measured in the parent only
        try:
            good = works(key) and child(key) != before
            key.close()
            os._exit(0 if good else 1)
        except BaseException:  # noqa: BLE001 - a child must not go on as a test
            os._exit(2)

    assert 0 == os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1])
    assert works(key)
    assert before == child(key)


def office(
    folder: Path, faulty: Faulty, pin: str = 'pin_file = "pin"', more: str = ""
) -> Path:
    """An office whose means `kaart` is behind the driver with faults."""
    made = folder / "kantoor"
    Digivl.create(made).close()
    settings = made / "digivl.toml"
    (made / "pin").write_text(GOOD)
    settings.write_text(
        f'{settings.read_text()}\n[means.kaart]\noffer = "pkcs11"\n'
        f'module = "{faulty.module}"\ntoken = "faulty"\nkey = "Signature"\n'
        f"{pin}\n{more}\n"
    )
    return made


def test_nobody_sees_the_pin(
    faulty: Faulty,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It stands in no argument, environment, log, repr or dump of memory."""
    monkeypatch.setenv("ZEGEL_PIN", GOOD)
    faulty.key("nothing")
    monkeypatch.delenv("FAULT_PIN")
    with (
        caplog.at_level(logging.DEBUG),
        Digivl.open(office(tmp_path, faulty, pin='pin_env = "ZEGEL_PIN"')) as vl,
    ):
        key = vl.means("kaart")
        assert isinstance(key, HardwareKey)
        assert works(key)
        of = Path(f"/proc/{child(key)}")
        seen = [(of / name).read_bytes() for name in ("cmdline", "environ")]
        limits = (of / "limits").read_text()

    assert not any(GOOD.encode() in one for one in seen)
    assert GOOD not in caplog.text
    assert GOOD not in repr(key)
    (core,) = (line for line in limits.splitlines() if "core file" in line)
    assert ["0", "0", "bytes"] == core.split()[-3:]


def test_how_long_is_in_the_settings(faulty: Faulty, tmp_path: Path) -> None:
    """The doctor tells of a driver that hangs, and of all the rest."""
    faulty.key("C_GetSlotList:hang")
    with Digivl.open(
        office(tmp_path, faulty, more="[limits]\ntoken_seconds = 1")
    ) as vl:
        found = {one.what: one for one in examine(vl)}

    assert not found["means kaart"].ok
    assert "was silent for 1 s" in found["means kaart"].text
    assert found["means minister"].ok


def test_no_process(faulty: Faulty, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without room for one says so."""
    key = faulty.key("nothing")
    monkeypatch.setattr(sys, "executable", "/nowhere/python")

    with pytest.raises(KeyUnusableError, match="no process for the driver") as told:
        key.identity()
    assert told.value.hint


@pytest.mark.parametrize("processes", [1, 2])
def test_batches(faulty: Faulty, tmp_path: Path, processes: int) -> None:
    """A driver that crashes stops a batch at once; started again, it goes on."""
    jobs = [Job(tmp_path / f"{n}.pdf", tmp_path / "out" / f"{n}.pdf") for n in range(9)]
    for job in jobs:
        job.source.write_bytes(paper(job.source.name))
    order = Order((By("kaart"),), level=Level.B_B)
    faulty.key("C_Sign:crash:6")
    place = office(tmp_path, faulty)
    with (
        Digivl.open(place) as vl,
        pytest.raises(DriverFailedError, match="crashed") as told,
    ):
        vl.sign_many(jobs, order, processes=processes, threads=2)
    faulty.mend()
    with Digivl.open(place) as vl:
        report = vl.sign_many(jobs, order, processes=processes, threads=2)

    assert told.value.hint
    assert 0 == report.failed
    assert 9 == report.signed + report.skipped
    assert 9 == len(list((tmp_path / "out").iterdir()))
