"""A PDF of 200 MB, from file to file: how long, and how much memory.

The peer of the time is what nobody can avoid: reading and hashing the file, twice,
once for the copy and once for the signature. Each side runs in a process of its own
on a file that was read before. The peer of the memory is its bound, 100 MB.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import attrs

from benchmarks.harness import Contest, result
from benchmarks.harness import run as measure
from digivl.kernel.moments import utc_now
from digivl.pdf.signer import SignatureSpec, sign
from digivl.settings import Limits
from digivl.signing.development import make_development_keys
from digivl.signing.softkey import SoftKey
from digivl.testing.papers import paper

MEGABYTES = 200
BOUND = 100.0
ROUNDS = 5


def run() -> Iterator[dict[str, Any]]:
    """Both measurements."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        folder = Path(name)
        write_large(folder / "large.pdf")
        keys = make_development_keys(folder, {"signer": "Signer"}, at=utc_now())
        key = keys.signatories["signer"]
        peaks: list[float] = []

        def ours() -> float:
            said = elsewhere("sign", folder, key.path, key.password_path)
            peaks.append(said["peak"])
            return said["seconds"]

        contest = Contest(
            name="sign-large",
            unit="s",
            ours=ours,
            peer=lambda: elsewhere("hash", folder, key.path, key.password_path)[
                "seconds"
            ],
            peer_name=f"reading and hashing {MEGABYTES} MB twice",
            more_is_better=False,
            rounds=ROUNDS,
        )
        yield measure(contest)
        bound = attrs.evolve(
            contest, name="sign-large-memory", unit="MB", peer_name="the bound"
        )
        yield result(bound, max(peaks), BOUND)


def write_large(path: Path) -> None:
    """A PDF with an attachment's worth of bytes that nothing refers to."""
    content = paper()
    place = content.index(b"1 0 obj")
    row = b"%" + os.urandom((1 << 19) - 1).hex().encode() + b"\n"
    filler = len(row) * MEGABYTES
    table = content.rindex(b"xref\n0 ")
    lines = content[table:].split(b"\n")
    for number, line in enumerate(lines):
        if line.endswith(b" n "):
            lines[number] = b"%010d" % (int(line[:10]) + filler) + line[10:]
    lines[-3] = b"%d" % (table + filler)
    with path.open("wb") as file:
        file.write(content[:place])
        for _ in range(MEGABYTES):
            file.write(row)
        file.write(content[place:table] + b"\n".join(lines))


def elsewhere(what: str, folder: Path, *key: Path) -> dict[str, float]:
    """What a fresh process measures."""
    command = [sys.executable, "-m", "benchmarks.sign_large", what, folder, *key]
    done = subprocess.run(
        [*map(str, command)], check=True, capture_output=True, text=True
    )
    said: dict[str, float] = json.loads(done.stdout)
    return said


def signing(folder: Path, p12: Path, password: Path) -> float:
    """Seconds to sign the file."""
    key = SoftKey.from_pkcs12("signer", p12, password.read_bytes().strip())
    limits = Limits(pdf_bytes=2 * MEGABYTES << 20)
    make = partial(sign, limits=limits, at=utc_now())
    with (
        (folder / "large.pdf").open("rb") as source,
        (folder / "signed.pdf").open("w+b") as target,
    ):
        begin = time.perf_counter()
        make(source, target, SignatureSpec(field="S"), key.identity(), key.sign)
        return time.perf_counter() - begin


def hashing(folder: Path) -> float:
    """Seconds to hash the file twice."""
    begin = time.perf_counter()
    for _ in range(2):
        with (folder / "large.pdf").open("rb") as file:
            hashlib.file_digest(file, "sha256")
    return time.perf_counter() - begin


def main(what: str, folder: str, *key: str) -> None:
    """Measure one side in this process."""
    if what == "sign":
        seconds = signing(Path(folder), *map(Path, key))
    else:
        seconds = hashing(Path(folder))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000
    print(json.dumps({"seconds": seconds, "peak": peak}))


if __name__ == "__main__":
    main(*sys.argv[1:])
