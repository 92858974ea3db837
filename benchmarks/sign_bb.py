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

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 15
PAGES = 10
LIMITS = Limits()


def run() -> dict[str, Any]:
    """The measurement."""
    with TemporaryDirectory() as folder:
        now = datetime.now(UTC)
        keys = make_development_keys(Path(folder), {"signer": "Signer"}, at=now)
        key_file = keys.signatories["signer"]
        document = pdf(PAGES)
        return measure(
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


def pdf(pages: int) -> bytes:
    """A document of `pages` times three kilobytes, with cross-reference table."""
    kids = " ".join(f"{4 + 2 * page} 0 R" for page in range(pages))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {pages} /Kids [{kids}] /MediaBox [0 0 595 842] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for page in range(pages):
        lines = [f"(Artikel {page}.{line} van het besluit) Tj T*" for line in range(70)]
        text = "\n".join(["BT /F 9 Tf 11 TL 50 800 Td", *lines, "ET"])
        fonts = "<< /Font << /F 3 0 R >> >>"
        objects += [
            f"<< /Type /Page /Parent 2 0 R /Contents {5 + 2 * page} 0 R "
            f"/Resources {fonts} >>",
            f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
        ]
    return _file(objects)


def _file(objects: list[str]) -> bytes:
    content = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    rows = ["0000000000 65535 f \n"]
    for number, text in enumerate(objects, 1):
        rows.append(f"{len(content):010} 00000 n \n")
        content += f"{number} 0 obj\n{text}\nendobj\n".encode("ascii")
    trailer = (
        f"xref\n0 {len(rows)}\n{''.join(rows)}"
        f"trailer\n<< /Size {len(rows)} /Root 1 0 R >>\n"
        f"startxref\n{len(content)}\n%%EOF\n"
    )
    return content + trailer.encode("ascii")


if __name__ == "__main__":
    print(run())
