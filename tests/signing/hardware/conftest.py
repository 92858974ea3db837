"""A driver with a folder of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

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
