"""A driver with a folder of its own, and one with faults."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from digivl.signing.hardware import HardwareKey
from tests.signing.hardware.faults import Faulty
from tests.signing.hardware.softhsm import Tokens, softhsm


@pytest.fixture(name="tokens", scope="session")
def _tokens(
    tmp_path_factory: pytest.TempPathFactory, needs_program: Callable[[str], str]
) -> Iterator[Tokens]:
    """The tokens of the driver that all tests here use."""
    for program in ("softhsm2-util", "pkcs11-tool"):
        needs_program(program)
    with softhsm(tmp_path_factory.mktemp("softhsm")) as made:
        yield made


@pytest.fixture(name="faulty_module", scope="session")
def _faulty_module(
    tmp_path_factory: pytest.TempPathFactory, needs_program: Callable[[str], str]
) -> Path:
    """A driver between us and SoftHSM that does what it is told to do wrong."""
    target = tmp_path_factory.mktemp("faulty") / "faulty.so"
    source = Path(__file__).with_name("faulty.c")
    command = [needs_program("cc"), "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
    command += ["-o", str(target), str(source), "-ldl"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr
    return target


@pytest.fixture(name="faulty")
def _faulty(
    tokens: Tokens,
    faulty_module: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Faulty]:
    """A key on P-256 behind the driver with faults."""
    if not tokens.has("faulty"):
        tokens.add("faulty")
        tokens.key("faulty", "p256")
    made: list[HardwareKey] = []
    yield Faulty(tokens, faulty_module, tmp_path / "number", monkeypatch, made)
    for key in made:
        key.close()
