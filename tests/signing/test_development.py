from __future__ import annotations

import stat
import subprocess
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12

from digivl.errors import MalformedError, StorageError
from digivl.pdf.certificates import is_development
from digivl.pdf.mark import DEVELOPMENT_MARK
from digivl.signing.development import make_development_keys

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from digivl.signing.development import DevelopmentKeys
    from digivl.signing.softkey import SoftKey

NOW = datetime.now(UTC)


def test_every_certificate_says_what_it_is_worth(
    development_keys: DevelopmentKeys, minister: SoftKey
) -> None:
    """The mark stands in the subject of each, in plain words."""
    stamp = development_keys.timestamps
    unit = pkcs12.load_pkcs12(stamp.path.read_bytes(), stamp.password()).cert
    root = x509.load_pem_x509_certificate(development_keys.authority.read_bytes())
    identity = minister.identity()

    assert "ONTWIKKELING - GEEN RECHTSWAARDE" == DEVELOPMENT_MARK
    assert all(is_development(der) for der in (identity.certificate, *identity.chain))
    assert unit is not None
    for certificate in (unit.certificate, root):
        assert DEVELOPMENT_MARK in certificate.subject.rfc4514_string()


def test_only_the_owner_can_read_it(development_keys: DevelopmentKeys) -> None:
    """Keys and passwords are files of mode 0600."""
    folder = development_keys.authority.parent
    modes = {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}

    assert {0o600} == modes


def test_nothing_else_is_left(development_keys: DevelopmentKeys) -> None:
    """No temporary file, and no key of the authority."""
    names = {file.name for file in development_keys.authority.parent.iterdir()}

    assert {
        "authority.pem",
        *(
            f"{name}.{ending}"
            for name in ("minister", "secretary", "timestamps")
            for ending in ("p12", "password")
        ),
    } == names


@pytest.mark.interop
def test_openssl_verifies_the_chain(
    development_keys: DevelopmentKeys,
    minister: SoftKey,
    needs_program: Callable[[str], str],
    tmp_path: Path,
) -> None:
    """An independent program finds the way from the signatory to the root."""
    (tmp_path / "signer.der").write_bytes(minister.identity().certificate)

    command: list[str | Path]
    command = [needs_program("openssl"), "verify", "-x509_strict", "-CAfile"]
    command += [development_keys.authority, tmp_path / "signer.der"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (0, "") == (done.returncode, done.stderr)


def test_is_quick(tmp_path: Path) -> None:
    """An office with two signatories is made within seconds, on any machine."""
    begin = time.perf_counter()
    make_development_keys(tmp_path / "keys", {"a": "A", "b": "B"}, at=NOW)

    assert time.perf_counter() - begin < 5


@pytest.mark.parametrize("name", ["../outside", "", "a/b", "..", "timestamps"])
def test_a_file_name_is_a_name(tmp_path: Path, name: str) -> None:
    """Nothing is written outside the folder."""
    with pytest.raises(MalformedError, match="no name for a key file"):
        make_development_keys(tmp_path / "keys", {name: "A"}, at=NOW)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """The disk says no; the error says where."""
    (tmp_path / "keys").touch()

    with pytest.raises(StorageError, match="keys"):
        make_development_keys(tmp_path / "keys", {}, at=NOW)


def test_a_failed_write_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole or not at all."""

    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)

    with pytest.raises(StorageError, match="No space left"):
        make_development_keys(tmp_path / "keys", {}, at=NOW)
    assert [] == list((tmp_path / "keys").iterdir())
