"""PAdES B-B signatures per second: 30 KB PDF, RSA-2048, one thread, in memory.

The peer is pyHanko as its documentation shows it: `SimpleSigner` from the same PKCS#12
file, loaded once, and `sign_pdf`. Both read the same bytes and give signed bytes.
"""

from __future__ import annotations

import io
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers

from benchmarks.harness import Contest
from benchmarks.harness import run as measure
from digivl.pdf.signer import SignatureSpec, sign
from digivl.settings import Limits
from digivl.signing.development import KeyFile, make_development_keys
from digivl.signing.softkey import SoftKey
from digivl.testing.papers import paper

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROUNDS = 15
TEXT = (
    "Artikel 1. Dit besluit treedt in werking op de dag van zijn ondertekening. " * 32
)
LIMITS = Limits()


def run() -> Iterator[dict[str, Any]]:
    """The measurement."""
    with TemporaryDirectory() as folder:
        now = datetime.now(UTC)
        keys = make_development_keys(Path(folder), {"signer": "Signer"}, at=now)
        key_file = keys.signatories["signer"]
        document = paper(TEXT, pages=11)
        yield measure(
            Contest(
                name="sign-bb",
                unit="signatures/s",
                ours=per_second(ours(key_file, document), times=20),
                peer=per_second(peer(key_file, document), times=2),
                peer_name="pyHanko SimpleSigner and sign_pdf",
                more_is_better=True,
                rounds=ROUNDS,
            )
        )


def per_second(work: Callable[[], object], *, times: int) -> Callable[[], float]:
    """Measures how often `work` can be done in a second."""

    def measured() -> float:
        begin = time.perf_counter()
        for _ in range(times):
            work()
        return times / (time.perf_counter() - begin)

    return measured


def ours(key_file: KeyFile, document: bytes) -> Callable[[], object]:
    """Signs with digivl."""
    key = SoftKey.from_pkcs12("signer", key_file.path, key_file.password())
    spec = SignatureSpec(field="Signature")

    def work() -> bytes:
        target = io.BytesIO()
        sign(
            io.BytesIO(document),
            target,
            spec,
            key.identity(),
            key.sign,
            at=datetime.now(UTC),
            limits=LIMITS,
        )
        return target.getvalue()

    return work


def peer(key_file: KeyFile, document: bytes) -> Callable[[], object]:
    """Signs with pyHanko."""
    signer = signers.SimpleSigner.load_pkcs12(
        str(key_file.path), passphrase=key_file.password()
    )

    def work() -> object:
        writer = IncrementalPdfFileWriter(io.BytesIO(document))
        metadata = signers.PdfSignatureMetadata(field_name="Signature")
        return signers.sign_pdf(writer, metadata, signer=signer).getvalue()

    return work
