"""Tokens of SoftHSM: a real driver, without a card."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import attrs
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

MODULES: Final = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
)
GOOD: Final = "271828"
KEYS: Final[dict[str, Callable[[], Any]]] = {
    "rsa": lambda: rsa.generate_private_key(65537, 2048),
    "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "p521": lambda: ec.generate_private_key(ec.SECP521R1()),
}


@attrs.frozen
class Tokens:
    """The tokens of one process.

    Attributes:
        module: The driver.
        folder: Where files stand that tokens are made from.
    """

    module: Path
    folder: Path

    @property
    def objects(self) -> Path:
        """Where the driver keeps its tokens."""
        return self.folder / "tokens"

    def add(self, label: str) -> None:
        """A token with that label, initialised."""
        self.run("softhsm2-util", "--init-token", "--free", "--so-pin", "31415926")(
            "--label", label, "--pin", GOOD
        )

    def key(
        self, token: str, kind: str, *, label: str = "Signature", id: str = "02"
    ) -> x509.Certificate:
        """Put a key and its certificate on a token."""
        key = KEYS[kind]()
        certificate = self_signed(key, f"Test {kind}")
        (self.folder / "key.pem").write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        (self.folder / "cert.der").write_bytes(certificate.public_bytes(Encoding.DER))
        self.run("softhsm2-util", "--import", self.folder / "key.pem")(
            *("--token", token, "--label", label, "--id", id, "--pin", GOOD)
        )
        self.write_certificate(token, label=label, id=id)
        return certificate

    def write_certificate(self, token: str, *, label: str, id: str) -> None:
        """Put what stands in `cert.der` on a token, with the tool of OpenSC."""
        self.run("pkcs11-tool", "--module", self.module, "--token-label", token)(
            *("--login", "--pin", GOOD, "--write-object", self.folder / "cert.der"),
            *("--type", "cert", "--label", label, "--id", id),
        )

    def has(self, label: str) -> bool:
        """Whether there is a token with that label."""
        return f"token label        : {label}\n" in self._listed()

    def serial(self, label: str) -> str:
        """Its serial number."""
        slot = next(s for s in self._listed().split("Slot ") if f": {label}\n" in s)
        (number,) = re.findall(r"serial num +: (\S+)", slot)
        return str(number)

    def certificate(self, token: str, label: str) -> x509.Certificate:
        """A certificate that stands on it, read with the tool of OpenSC."""
        target = self.folder / "read.der"
        self.run("pkcs11-tool", "--module", self.module, "--token-label", token)(
            *("--read-object", "--type", "cert", "--label", label),
            *("--output-file", target),
        )
        return x509.load_der_x509_certificate(target.read_bytes())

    def _listed(self) -> str:
        command = ["pkcs11-tool", "--module", str(self.module), "--list-slots"]
        return subprocess.run(
            command, capture_output=True, text=True, check=True
        ).stdout

    def run(self, *command: object) -> Callable[..., None]:
        """Run a program with these arguments, and those that follow."""

        def more(*arguments: object) -> None:
            words = [str(word) for word in (*command, *arguments)]
            done = subprocess.run(words, capture_output=True, text=True, check=False)
            assert 0 == done.returncode, done.stdout + done.stderr

        return more


@contextmanager
def softhsm(folder: Path) -> Iterator[Tokens]:
    """SoftHSM with a folder of its own; the driver reads its settings when it starts.

    Args:
        folder: An empty folder.
    """
    module = next(path for path in map(Path, MODULES) if path.is_file())
    made = Tokens(module, folder)
    made.objects.mkdir()
    conf = folder / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {made.objects}\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SOFTHSM2_CONF", str(conf))
        yield made


def self_signed(key: Any, name: str) -> x509.Certificate:
    """A certificate that signs documents, for a year."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder(subject, subject, key.public_key(), 7)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=365))
        .sign(key, SHA256())
    )
