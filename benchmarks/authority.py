"""An authority in a process of its own: OCSP, CRL and timestamps for both sides.

`python -m benchmarks.authority FOLDER` serves until its input ends. Revocation is told
by certomancer; timestamps come from our simulator with a key of that authority, since
certomancer loads its key for each of them and would be all that is measured.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs

from digivl.kernel.moments import utc_now
from digivl.testing.pki import PASSWORD, pki
from digivl.testing.serving import serving
from digivl.testing.tsa import TSASimulator, tsa_app


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


def serve(folder: Path) -> None:
    """Serve until the input ends."""
    with pki(folder, at=utc_now()) as made:
        stamps = TSASimulator.from_pkcs12(made.pkcs12("tsa", "stamping"), PASSWORD)
        with serving(tsa_app(stamps)) as url:
            key = made.pkcs12("signer", "issuing")
            said = {"key": str(key), "root": str(made.root_pem()), "tsa": f"{url}/"}
            print(json.dumps(said), flush=True)
            sys.stdin.read()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
