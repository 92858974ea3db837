"""Keys on tokens, as they stand in the settings of an office."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from digivl import Digivl
from digivl.errors import ConfigurationError, WrongPINError
from digivl.signing import eid
from digivl.testing.papers import paper
from tests.signing.hardware.softhsm import GOOD, Tokens


@pytest.fixture(name="office", scope="module")
def _office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A development office."""
    folder = tmp_path_factory.mktemp("office") / "kantoor"
    Digivl.create(folder).close()
    return folder


@pytest.fixture(name="settings", scope="module")
def _settings(office: Path) -> str:
    """Its settings, as they were made."""
    return (office / "digivl.toml").read_text(encoding="utf-8")


@pytest.fixture(name="set_up", scope="module")
def _set_up(tokens: Tokens, office: Path) -> Tokens:
    """A card with one key, and an HSM with two; the PIN in a file."""
    for token, *key in (("BELPIC", "Signature", "02"), ("Zegels", "zegel", "0b")):
        if not tokens.has(token):
            tokens.add(token)
            tokens.key(token, "p384", label=key[0], id=key[1])
    (office / "pin").write_text(f"{GOOD}\n")
    return tokens


def signed(office: Path, settings: str, table: str) -> int:
    """Sign with the means `mine` of these settings; gives the size of the file."""
    text = f"{settings}\n[means.mine]\n{table}\n"
    (office / "digivl.toml").write_text(text, encoding="utf-8")
    with Digivl.open(office) as vl:
        done = vl.signing.sign_file(
            io.BytesIO(paper()), io.BytesIO(), means="mine", field="Zegel"
        )
    return done.size


GOOD_TABLES = {
    "eid": 'offer = "eid"\nmodule = "{module}"\npin_file = "pin"',
    "pkcs11 by id": (
        'offer = "pkcs11"\nmodule = "{module}"\ntoken = "Zegels"\nkey_id = "0b"\n'
        'pin_env = "DIGIVL_PIN"'
    ),
    "pkcs11 by serial": (
        'offer = "pkcs11"\nmodule = "{module}"\nserial = "{serial}"\nkey = "zegel"\n'
        'pin_file = "pin"'
    ),
    "pkcs11 with a file": (
        'offer = "pkcs11"\nmodule = "{module}"\ntoken = "Zegels"\nkey = "zegel"\n'
        'pin_file = "pin"\ncertificate = "zegel.pem"'
    ),
}


@pytest.mark.parametrize("case", GOOD_TABLES)
def test_signs_from_the_settings(
    set_up: Tokens,
    office: Path,
    settings: str,
    case: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Card or HSM, by label, id or serial number; the PIN in a file or environment."""
    monkeypatch.setenv("DIGIVL_PIN", GOOD)
    pem = set_up.certificate("Zegels", "zegel").public_bytes(Encoding.PEM)
    (office / "zegel.pem").write_bytes(pem)
    serial = set_up.serial("Zegels")
    table = GOOD_TABLES[case].format(module=set_up.module, serial=serial)

    assert signed(office, settings, table) > 0


def test_another_process_signs_on(set_up: Tokens, office: Path, settings: str) -> None:
    """Nothing of a token is kept but in the settings: a new process opens it itself."""
    signed(office, settings, GOOD_TABLES["eid"].format(module=set_up.module))
    program = """
import io, sys
from digivl import Digivl
from digivl.testing.papers import paper

with Digivl.open(sys.argv[1]) as vl:
    for _ in range(2):
        out = io.BytesIO()
        vl.signing.sign_file(io.BytesIO(paper()), out, means="mine", field="S")
        print(len(out.getvalue()) > 0)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, office],
        capture_output=True,
        text=True,
        check=False,
    )

    assert ("True\nTrue\n", "") == (done.stdout, done.stderr)


BAD_TABLES = {
    'offer = "eid"\nmodule = "{module}"\npin = "271828"': "never the PIN itself",
    'offer = "eid"\nmodule = "{module}"\npin_file = "gone"': "gone cannot be read",
    'offer = "pkcs11"\ntoken = "Zegels"\nkey = "zegel"': "mine has no module",
    'offer = "pkcs11"\nmodule = "{module}"\nkey = "zegel"': "token is named by",
    'offer = "pkcs11"\nmodule = "{module}"\ntoken = "Zegels"': "key on a token is",
    'offer = "pkcs11"\nmodule = "{module}"\ntoken = "Z"\nkey_id = "xyz"': "hexadecimal",
    (
        'offer = "pkcs11"\nmodule = "{module}"\ntoken = "Z"\nkey = "k"\n'
        'certificate = "gone.pem"'
    ): r"gone\.pem cannot be read",
}


@pytest.mark.parametrize("table", BAD_TABLES)
def test_what_the_settings_lack(
    set_up: Tokens, office: Path, settings: str, table: str
) -> None:
    """The error says what, and repeats no secret."""
    with pytest.raises(ConfigurationError, match=BAD_TABLES[table]) as wrong:
        signed(office, settings, table.format(module=set_up.module))
    assert GOOD not in wrong.value.diagnostics()


def test_a_wrong_pin_in_a_file(set_up: Tokens, office: Path, settings: str) -> None:
    """The file is read anew: once mended, it signs."""
    table = GOOD_TABLES["eid"].format(module=set_up.module)
    (office / "pin").write_text("000000")

    with pytest.raises(WrongPINError):
        signed(office, settings, table)
    (office / "pin").write_text(GOOD)
    assert signed(office, settings, table) > 0


def test_a_pin_that_is_no_text(set_up: Tokens, office: Path, settings: str) -> None:
    """As Windows writes it by itself (UTF-16): told, without what the file holds."""
    table = GOOD_TABLES["eid"].format(module=set_up.module)
    (office / "pin").write_text(GOOD, encoding="utf-16")
    try:
        with pytest.raises(ConfigurationError, match="the PIN is no text") as refused:
            signed(office, settings, table)
    finally:
        (office / "pin").write_text(GOOD)

    assert refused.value.hint
    assert refused.value.__cause__ is None


def test_where_the_middleware_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first place that has it; where it is nowhere, the usual one, to be named."""
    there = tmp_path / "libbeidpkcs11.so.0"
    places = {"linux": (str(tmp_path / "no.so"), str(there))}
    monkeypatch.setattr(eid, "_LIBRARIES", places)

    assert tmp_path / "no.so" == eid.library("linux")
    there.touch()
    assert there == eid.library("linux")
    assert there == eid.library("freebsd14")
