"""An authority in a process of its own: OCSP, CRL and timestamps for both sides.

`python -m benchmarks.authority FOLDER` serves until its input ends. Revocation is told
by certomancer. A real timestamp authority is another machine and takes nothing of
this one; so the tokens are made with as little work as can be: once by the simulator,
then by changing digest, nonce and signature in place. Else the authority would be
what is measured, for both sides the same.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import attrs
from asn1crypto import tsp
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from digivl.kernel.moments import utc_now
from digivl.testing.pki import PASSWORD, pki
from digivl.testing.tsa import TSASimulator


@attrs.frozen
class Authority:
    """Where it is.

    Attributes:
        key: PKCS#12 file of the signatory, with the chain; its password is `PASSWORD`.
        root: The root, PEM.
        tsa: Address of the timestamp authority.
    """

    key: Path
    root: Path
    tsa: str


@contextmanager
def authority() -> Generator[Authority]:
    """An authority for as long as the block runs."""
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.authority", folder]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdin is not None and process.stdout is not None  # noqa: PT018
            said = json.loads(process.stdout.readline())
            yield Authority(Path(said["key"]), Path(said["root"]), said["tsa"])
            process.stdin.close()


@attrs.frozen
class Stamps:
    """Makes tokens quickly, of one that the simulator made."""

    simulator: TSASimulator
    key: rsa.RSAPrivateKey
    made: dict[int, bytes] = attrs.field(factory=dict[int, bytes])

    def answer(self, request: bytes) -> bytes:
        """The answer to a request, both DER."""
        asked = tsp.TimeStampReq.load(request)
        digest = asked["message_imprint"]["hashed_message"].native
        nonce = asked["nonce"].contents
        model = self.made.get(len(nonce))
        if model is None:
            model = self.made[len(nonce)] = self.simulator.answer(request)
        return self._changed(model, digest, nonce)

    def _changed(self, model: bytes, digest: bytes, nonce: bytes) -> bytes:
        data = tsp.TimeStampResp.load(model)["time_stamp_token"]["content"]
        content: Any = data["encap_content_info"]["content"].parsed
        signer = data["signer_infos"][0]
        info, attributes = content.dump(), signer["signed_attrs"].untag().dump()
        imprint = content["message_imprint"]["hashed_message"].contents
        fresh = info.replace(imprint, digest).replace(content["nonce"].contents, nonce)
        told = attributes.replace(
            hashlib.sha256(info).digest(), hashlib.sha256(fresh).digest()
        )
        signature = self.key.sign(told, padding.PKCS1v15(), SHA256())
        return (
            model.replace(info, fresh)
            .replace(attributes[1:], told[1:])
            .replace(signer["signature"].contents, signature)
        )


def handler(stamps: Stamps) -> type[BaseHTTPRequestHandler]:
    """Answers timestamp requests, and keeps connections."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            request = self.rfile.read(int(self.headers["content-length"]))
            answer = stamps.answer(request)
            self.send_response(200)
            self.send_header("content-type", "application/timestamp-reply")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    return Handler


def serve(folder: Path) -> None:
    """Serve until the input ends."""
    with pki(folder, at=utc_now()) as made:
        simulator = TSASimulator.from_pkcs12(made.pkcs12("tsa", "stamping"), PASSWORD)
        pem = (folder / "tsa.pem").read_bytes()
        key: Any = load_pem_private_key(pem, None)
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler(Stamps(simulator, key)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        said = {
            "key": str(made.pkcs12("signer", "issuing")),
            "root": str(made.root_pem()),
            "tsa": f"http://127.0.0.1:{server.server_port}/",
        }
        print(json.dumps(said), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
