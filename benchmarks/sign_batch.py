"""A batch of 100 documents to B-T and to B-LTA: documents per second, one process.

The peer is pyHanko as its documentation shows it: `SimpleSigner` loaded once, one
`HTTPTimeStamper`, one `ValidationContext` that fetches, `sign_pdf` for each document.
Both sides ask one authority, which answers over HTTP from a process of its own.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asn1crypto import pem, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko_certvalidator import ValidationContext

from benchmarks.authority import Authority, authority
from benchmarks.harness import Contest
from benchmarks.harness import run as measure
from digivl.http.fetching import Fetcher
from digivl.http.gateway import Gateway
from digivl.kernel.moments import utc_now
from digivl.pdf.levels import Level
from digivl.settings import Limits
from digivl.signing.authorities import HTTPAuthority
from digivl.signing.files import FileSigning
from digivl.signing.revocation import Revocation
from digivl.signing.softkey import SoftKey
from digivl.signing.tsa import Timestamps
from digivl.testing.papers import paper
from digivl.testing.pki import PASSWORD
from digivl.validation.trust import Trust

BATCH = 100
#: The peer is measured on fewer documents of the same batch: it takes long.
PEER_BATCH = 10
ROUNDS = 5
THREADS = 4
TEXT = (
    "Artikel 1. Dit besluit treedt in werking op de dag van zijn ondertekening. " * 32
)


def run(level: Level) -> Iterator[dict[str, Any]]:
    """The measurement at one level."""
    document = paper(TEXT, pages=11)
    with authority() as served:
        yield measure(
            Contest(
                name=f"sign-{level.lower().replace('-', '')}",
                unit="documents/s",
                ours=ours(served, document, level),
                peer=peer(served, document, level),
                peer_name="pyHanko SimpleSigner, HTTPTimeStamper and sign_pdf",
                more_is_better=True,
                rounds=ROUNDS,
            )
        )


def ours(served: Authority, document: bytes, level: Level) -> Callable[[], float]:
    """Signs a batch with digivl; what it knows of revocation it learns in the batch."""
    key = SoftKey.from_pkcs12("signer", served.key, PASSWORD)

    def measured() -> float:
        gateway = Gateway("tsa", served.tsa, Limits())
        files = FileSigning(
            means=lambda _: key,
            timestamps=Timestamps(
                authorities=(HTTPAuthority("tsa", gateway),), clock=utc_now
            ),
            revocation=Revocation(
                Fetcher(Limits(), frozenset({"127.0.0.1"})),
                Trust.from_pem([served.root]).roots,
                utc_now,
            ),
            clock=utc_now,
            limits=Limits(),
        )

        def work(_: int) -> int:
            target = io.BytesIO()
            source = io.BytesIO(document)
            files.sign(source, target, means="signer", field="S", level=level)
            return len(target.getvalue())

        begin = time.perf_counter()
        with ThreadPoolExecutor(THREADS) as pool:
            sizes = list(pool.map(work, range(BATCH)))
        took = time.perf_counter() - begin
        gateway.close()
        files.revocation.close()
        assert len(sizes) == BATCH
        return BATCH / took

    return measured


def peer(served: Authority, document: bytes, level: Level) -> Callable[[], float]:
    """Signs a batch with pyHanko."""
    _, _, root = pem.unarmor(served.root.read_bytes())
    lasting = level is Level.B_LTA

    def measured() -> float:
        signer = signers.SimpleSigner.load_pkcs12(str(served.key), passphrase=PASSWORD)
        stamper = HTTPTimeStamper(served.tsa)
        context = ValidationContext(
            trust_roots=[x509.Certificate.load(root)], allow_fetching=True
        )
        metadata = signers.PdfSignatureMetadata(
            field_name="S",
            subfilter=SigSeedSubFilter.PADES,
            validation_context=context if lasting else None,
            embed_validation_info=lasting,
            use_pades_lta=lasting,
        )
        begin = time.perf_counter()
        for _ in range(PEER_BATCH):
            writer = IncrementalPdfFileWriter(io.BytesIO(document))
            signers.sign_pdf(writer, metadata, signer=signer, timestamper=stamper)
        return PEER_BATCH / (time.perf_counter() - begin)

    return measured
