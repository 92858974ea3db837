"""Independent authorities answer our requests; an independent program judges tokens."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from werkzeug.wrappers import Request, Response

from digivl.errors import BackendRefusedError, BackendUnavailableError
from digivl.http.gateway import Gateway
from digivl.pdf.digests import Digest
from digivl.pdf.timestamps import checked_token, timestamp_request
from digivl.settings import Limits
from digivl.signing.authorities import HTTPAuthority
from digivl.testing.serving import serving

if TYPE_CHECKING:
    from digivl.signing.development import DevelopmentKeys

pytestmark = pytest.mark.interop

_OPENSSL = """
[tsa]
default_tsa = unit
[unit]
serial = {folder}/serial
signer_cert = {folder}/unit.pem
certs = {folder}/root.pem
signer_key = {folder}/key.pem
signer_digest = sha384
default_policy = 2.999.1
other_policies = 2.999.2
digests = sha256, sha384
accuracy = secs:1, millisecs:500, microsecs:100
ordering = yes
tsa_name = yes
ess_cert_id_alg = {named_by}
"""
_CERTOMANCER = """
external-url-prefix: "http://127.0.0.1:{port}"
keysets:
  keys:
    path-prefix: "."
    keys:
      root: {{path: root.pem}}
      unit: {{path: unit.pem}}
pki-architectures:
  test:
    keyset: keys
    entities:
      root: {{common-name: Independent Root}}
      unit: {{common-name: Independent TSU}}
    certs:
      root:
        subject: root
        issuer: root
        validity: {{valid-from: "2020-01-01T00:00:00+0000",
                    valid-to: "2100-01-01T00:00:00+0000"}}
        extensions:
          - {{id: basic_constraints, critical: true, value: {{ca: true}}}}
          - {{id: key_usage, critical: true,
              smart-value: {{schema: key-usage, params: [key_cert_sign]}}}}
      unit:
        subject: unit
        issuer: root
        validity: {{valid-from: "2020-01-01T00:00:00+0000",
                    valid-to: "2100-01-01T00:00:00+0000"}}
        extensions:
          - {{id: key_usage, critical: true,
              smart-value: {{schema: key-usage, params: [digital_signature]}}}}
          - {{id: extended_key_usage, critical: true, value: [time_stamping]}}
    services:
      time-stamping:
        unit: {{signing-cert: unit}}
"""


@attrs.frozen
class Independent:
    """An authority of others: how it is asked, and the root it rests on."""

    authority: HTTPAuthority
    root: Path


def asking(url: str) -> HTTPAuthority:
    """As the settings would make it."""
    gateway = Gateway("other", url, Limits(http_read_seconds=20), plain=True)
    return HTTPAuthority("other", gateway)


def pem(key: Any) -> bytes:
    """A private key as the others want it."""
    encoded: bytes = key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    return encoded


@pytest.fixture(name="openssl", params=["sha1", "sha256"])
def _openssl(
    request: pytest.FixtureRequest,
    needs_program: Callable[[str], str],
    development_keys: DevelopmentKeys,
    tmp_path: Path,
) -> Iterator[Independent]:
    """`openssl ts -reply` as an authority: by the old attribute, and by the new one."""
    file = development_keys.timestamps
    store = pkcs12.load_pkcs12(file.path.read_bytes(), file.password())
    assert store.cert is not None
    root = tmp_path / "root.pem"
    root.write_bytes(development_keys.authority.read_bytes())
    (tmp_path / "unit.pem").write_bytes(
        store.cert.certificate.public_bytes(Encoding.PEM)
    )
    (tmp_path / "key.pem").write_bytes(pem(store.key))
    (tmp_path / "serial").write_text("01\n")
    config = _OPENSSL.format(folder=tmp_path, named_by=request.param)
    (tmp_path / "tsa.cnf").write_text(config)

    def answered(environ: Any, start_response: Any) -> Any:
        question, answer = tmp_path / "question", tmp_path / "answer"
        question.write_bytes(Request(environ).get_data())
        command = [needs_program("openssl"), "ts", "-reply", "-config", "tsa.cnf"]
        command += ["-queryfile", str(question), "-out", str(answer)]
        subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
        response = Response(answer.read_bytes(), mimetype="application/timestamp-reply")
        return response(environ, start_response)

    with serving(answered) as url:
        yield Independent(asking(url), root)


@pytest.fixture(name="certomancer", scope="session")
def _certomancer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Independent]:
    """Certomancer's authority, as it is served for demonstrations."""
    pytest.importorskip("certomancer")
    folder = tmp_path_factory.mktemp("certomancer")
    for name in ("root", "unit"):
        key = ec.generate_private_key(ec.SECP256R1())
        (folder / f"{name}.pem").write_bytes(pem(key))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "pki.yml").write_text(_CERTOMANCER.format(port=port))
    program = [sys.executable, "-m", "certomancer", "--config", "pki.yml"]
    running = subprocess.Popen(
        [*program, "animate", "--port", str(port)],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    root = folder / "root-certificate.pem"
    try:
        subprocess.run(
            [*program, "summon", "test", "root", str(root)], cwd=folder, check=True
        )
        wait_for(port)
        yield Independent(asking(f"http://127.0.0.1:{port}/test/tsa/unit"), root)
    finally:
        running.terminate()
        running.wait()


def wait_for(port: int) -> None:
    """Until somebody listens there; it is slow to start."""
    for _ in range(200):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"nobody listens on port {port}")


@pytest.fixture(name="verified")
def _verified(
    needs_program: Callable[[str], str], tmp_path: Path
) -> Callable[[bytes, Path], str]:
    """What `openssl ts -verify` says of a token over the word ``besluit``."""

    def verify(token: bytes, root: Path) -> str:
        (tmp_path / "data").write_bytes(b"besluit")
        (tmp_path / "token").write_bytes(token)
        command = [needs_program("openssl"), "ts", "-verify", "-token_in"]
        command += ["-in", str(tmp_path / "token"), "-data", str(tmp_path / "data")]
        command += ["-CAfile", str(root)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return (done.stdout + done.stderr).strip()

    return verify


@pytest.mark.parametrize("digest", [Digest.SHA256, Digest.SHA384])
def test_openssl_as_authority(
    openssl: Independent, verified: Callable[[bytes, Path], str], digest: Digest
) -> None:
    """Its token holds by our checks and by its own, under the policy that was asked."""
    asked = timestamp_request(digest.of(b"besluit"), policy="2.999.2")
    token = checked_token(openssl.authority.answer(asked.der), asked)

    assert ("2.999.2", True) == (token.policy, token.ordered)
    assert token.accuracy is not None
    assert 1.5001 == token.accuracy.total_seconds()
    assert "Verification: OK" in verified(token.der, openssl.root)


@pytest.mark.parametrize(
    ("digest", "policy", "reason"),
    [(Digest.SHA512, None, "bad_alg"), (Digest.SHA256, "2.999.3", "unaccepted_policy")],
)
def test_openssl_refuses(
    openssl: Independent, digest: Digest, policy: str | None, reason: str
) -> None:
    """What it does not serve it refuses in the words of RFC 3161."""
    asked = timestamp_request(digest.of(b"besluit"), policy=policy)

    with pytest.raises(BackendRefusedError) as refused:
        checked_token(openssl.authority.answer(asked.der), asked)
    assert reason == refused.value.reason


@pytest.mark.parametrize("digest", Digest)
def test_certomancer_as_authority(
    certomancer: Independent, verified: Callable[[bytes, Path], str], digest: Digest
) -> None:
    """A unit on an elliptic curve, of another hand: it holds for us and for OpenSSL."""
    asked = timestamp_request(digest.of(b"besluit"))
    try:
        answer = certomancer.authority.answer(asked.der)
    except BackendUnavailableError:  # it serves one at a time
        answer = certomancer.authority.answer(asked.der)
    token = checked_token(answer, asked)

    assert "Independent TSU" == token.authority
    assert "Verification: OK" in verified(token.der, certomancer.root)
