"""What works without any extra, and what is said when one is missing.

The children of these tests cannot import what an extra brings. The session `minimal`
runs the same tests where it is not installed.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

import digivl

BROUGHT_BY_EXTRAS = (
    "PIL",
    "lxml",
    "pkcs11",
    "psycopg",
    "rich",
    "signxml",
    "typer",
    "typst",
    "werkzeug",
    "zxingcpp",
)


def run(code: str) -> subprocess.CompletedProcess[str]:
    """Run code in an interpreter that has no extras."""
    blocked = f"import sys; sys.modules.update(dict.fromkeys({BROUGHT_BY_EXTRAS!r}))\n"
    command = [sys.executable, "-c", blocked + code]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", digivl.__all__)
def test_window_opens_without_extras(name: str) -> None:
    """Every name of the shop window can be used without any extra."""
    done = run(f"import digivl; digivl.{name}")

    assert ("", 0) == (done.stderr, done.returncode)


def test_command_names_its_extra() -> None:
    """The command without the extra `cli` says what to install, and exits with 2."""
    done = run("from digivl.cli import main; main()")

    assert 2 == done.returncode
    assert "digivl[cli]" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_key_on_a_token_names_its_extra() -> None:
    """The offers are there; who picks one without the extra is told what to install."""
    done = run("""
from pathlib import Path
from digivl.errors import ConfigurationError
from digivl.plugins.catalog import Catalog
from digivl.plugins.hookspecs import Build
from digivl.settings import Limits

build = Build(name="zegel", options={}, folder=Path(), limits=Limits())
try:
    Catalog.load(discover=False).means("eid", build)
except ConfigurationError as error:
    print(error.diagnostics())
""")

    assert "zegel: keys on a card or in an HSM need the extra pkcs11" in done.stdout
    assert "digivl[pkcs11]" in done.stdout


def test_trusted_lists_name_their_extra() -> None:
    """Who wants them without the extra is told what to install."""
    done = run("""
from pathlib import Path
from digivl.errors import ConfigurationError
from digivl.kernel.moments import utc_now
from digivl.settings import Settings
from digivl.validation.lists import trust_lists

try:
    trust_lists(Settings(), Path(), utc_now)
except ConfigurationError as error:
    print(error.diagnostics())
""")

    assert "trusted lists need" in done.stdout
    assert "digivl[trustlists]" in done.stdout
