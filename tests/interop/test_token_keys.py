"""What keys on tokens sign, before those who judge signatures."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import attrs
import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives.serialization import Encoding

from digivl.pdf.signer import SignatureSpec, sign
from digivl.settings import Limits
from digivl.signing.hardware import HardwareKey
from digivl.signing.pins import PIN
from digivl.signing.tokenspec import TokenSpec
from digivl.testing.papers import paper
from digivl.testing.tsa import TSASimulator
from tests.signing.hardware.softhsm import GOOD, Tokens, softhsm

pytestmark = pytest.mark.interop


@attrs.frozen
class Made:
    """A file that was signed with a key on a token, and the certificate of that key."""

    pdf: Path
    certificate: Path


@pytest.fixture(name="tokens", scope="module")
def _tokens(
    tmp_path_factory: pytest.TempPathFactory, needs_program: Callable[[str], str]
) -> Iterator[Tokens]:
    for program in ("softhsm2-util", "pkcs11-tool"):
        needs_program(program)
    with softhsm(tmp_path_factory.mktemp("softhsm")) as made:
        yield made


@pytest.fixture(name="sealed", params=["p384", "rsa"])
def _sealed(
    request: pytest.FixtureRequest, tokens: Tokens, tsa: TSASimulator, tmp_path: Path
) -> Made:
    """Signed to B-T."""
    label = f"Zegel {request.param}"
    if not tokens.has(label):
        tokens.add(label)
        tokens.key(label, request.param)
    spec = TokenSpec(module=tokens.module, token_label=label, key_label="Signature")
    means = HardwareKey("zegel", spec, PIN(lambda: GOOD))
    target = io.BytesIO()
    sign(
        io.BytesIO(paper()),
        target,
        SignatureSpec(field="Zegel", reason="Test"),
        means.identity(),
        means.sign,
        at=datetime.now(UTC),
        timestamp=tsa.answer,
        limits=Limits(),
    )
    means.close()
    sealed = Made(tmp_path / "signed.pdf", tmp_path / "certificate.pem")
    sealed.pdf.write_bytes(target.getvalue())
    certificate = tokens.certificate(label, "Signature")
    sealed.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
    return sealed


def test_pdfsig(sealed: Made, judge: Callable[..., str]) -> None:
    """Poppler: valid, over the whole document."""
    said = judge("pdfsig", "-nocert", sealed.pdf)

    assert 1 == said.count("Signature Validation: Signature is Valid.")
    assert 1 == said.count("- Total document signed")


def test_openssl(sealed: Made, needs_program: Callable[[str], str]) -> None:
    """OpenSSL: the container stands by itself, as CAdES."""
    signed, folder = sealed.pdf.read_bytes(), sealed.pdf.parent
    start = signed.rindex(b"/Contents <") + len(b"/Contents ")
    end = signed.index(b">", start) + 1
    (folder / "content").write_bytes(signed[:start] + signed[end:])
    padded = bytes.fromhex(signed[start + 1 : end - 1].decode())
    (folder / "cms").write_bytes(cms.ContentInfo.load(padded).dump())

    command: list[str | Path]
    command = [needs_program("openssl"), "cms", "-verify", "-cades", "-binary"]
    command += ["-inform", "DER", "-in", folder / "cms", "-purpose", "any"]
    command += ["-content", folder / "content", "-out", folder / "out"]
    command += ["-CAfile", sealed.certificate]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (0, "CAdES Verification successful") == (
        done.returncode,
        done.stderr.splitlines()[0],
    )


def test_dss(sealed: Made, java_judge: Callable[..., list[list[str]]]) -> None:
    """DSS, trusting nobody: PAdES B-T, intact; only the trust anchor is missing."""
    signature, timestamp = java_judge("dss", "-", sealed.pdf)

    assert ["signature", "INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND"] == [
        signature[0],
        *signature[2:4],
    ]
    assert ["PAdES-BASELINE-T", "true", "true"] == signature[4:7]
    assert ("timestamp", "true") == (timestamp[0], timestamp[5])
