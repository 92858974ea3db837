"""What is set wrong is told with how to mend it: at the start, or by doctor."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from digivl import Digivl
from digivl.cli.doctor import examine
from digivl.errors import ConfigurationError

#: What stands in the settings, what is put there, what the hint names.
AT_ONCE: Final = [
    ('seal = "zegel"', 'seal = "nope"', "zegel"),
    ('seal = "zegel"', "seal = 3", "quotes"),
    ("[office]", "[signing]\nlevel = 3\n[office]", "quotes"),
    ("[office]", "[signing]\nanchors = 3\n[office]", "["),
    ("[office]", "[signing]\nlevle = 'B-T'\n[office]", "level"),
    ("[office]", "[signing.lint]\nscript = 3\n[office]", "quotes"),
    ("[office]", "[timestamps]\nwait_seconds = -1\n[office]", "30"),
    ("[office]", "[timestamps]\nwait_seconds = 'x'\n[office]", "number"),
    ("[office]", "[limits]\npdf_bytes = 0\n[office]", "larger"),
    ("[office]", "[limits]\npdf_bytes = 'x'\n[office]", "whole number"),
    ("[office]", "[limits]\npdf_byte = 9\n[office]", "pdf_bytes"),
    ('offer = "rfc3161"', "", "digivl plugins"),
]
#: What only shows when it is used: what stands there, what is put there, what doctor
#: looks at, what the hint names.
AT_USE: Final = [
    ("[office]", "[signing]\nlevel = 'B-X'\n[office]", "signing", "B-LTA"),
    ("[office]", "[signing]\nanchors = ['x.pem']\n[office]", "signing", "anchors"),
    ("[office]", "[signing.lint]\nX = 'warn'\n[office]", "signing", "policy"),
    ("[office]", "[signing.lint]\npolicy = 'lax'\n[office]", "signing", "strict"),
    ('offer = "rfc3161"', 'offer = "tsa"', "authority development", "rfc3161"),
    (
        'offer = "rfc3161"',
        'offer = "rfc3161"\nper_day = 0',
        "authority development",
        "above zero",
    ),
    (
        'offer = "rfc3161"',
        'offer = "rfc3161"\npause_seconds = -1',
        "authority development",
        "pause_seconds",
    ),
    ('password_file = "keys/zegel.password"', "", "means zegel", "password_file"),
    (
        'password_file = "keys/zegel.password"',
        'password_env = "DIGIVL_NOT_SET"',
        "means zegel",
        "environment",
    ),
    ('"keys/zegel.password"', '"keys/no.password"', "means zegel", "path"),
]


def rewritten(office: Path, old: str, new: str) -> Path:
    """The office with something else in its settings."""
    path = office / "digivl.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return office


@pytest.mark.parametrize(("old", "new", "named"), AT_ONCE)
def test_told_at_once(office: Path, old: str, new: str, named: str) -> None:
    """The office does not open, and the hint says what to write."""
    with pytest.raises(ConfigurationError) as refused:
        Digivl.open(rewritten(office, old, new))

    assert named in refused.value.hint


@pytest.mark.parametrize(("old", "new", "what", "named"), AT_USE)
def test_told_by_doctor(
    office: Path, old: str, new: str, what: str, named: str
) -> None:
    """Doctor finds what only shows when it is used, and says how to mend it."""
    with Digivl.open(rewritten(office, old, new)) as vl:
        found = {one.what: one for one in examine(vl)}

    assert not found[what].ok
    assert named in found[what].text.partition("\n")[2]
