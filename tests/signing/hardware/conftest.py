"""A driver with a folder of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.signing.hardware.softhsm import MODULES, Tokens


@pytest.fixture(name="tokens", scope="session")
def _tokens(
    tmp_path_factory: pytest.TempPathFactory, needs_program: Callable[[str], str]
) -> Iterator[Tokens]:
    """SoftHSM with a folder of its own; the driver reads its settings once."""
    for program in ("softhsm2-util", "pkcs11-tool"):
        needs_program(program)
    module = next(path for path in map(Path, MODULES) if path.is_file())
    made = Tokens(module, tmp_path_factory.mktemp("softhsm"))
    made.objects.mkdir()
    conf = made.folder / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {made.objects}\nlog.level = ERROR\n")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(conf)
    yield made
    if before is None:
        del os.environ["SOFTHSM2_CONF"]
    else:
        os.environ["SOFTHSM2_CONF"] = before
