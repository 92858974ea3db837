"""Programs by others judge what the route makes of a document."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Judge = Callable[..., str]

pytestmark = pytest.mark.interop

_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
_TOKEN_OID = "id-smime-aa-timeStampToken"


def signed_parts(file: Path) -> list[tuple[bytes, bytes]]:
    """Of each signature the signed bytes and the CMS, found without any library."""
    content, found = file.read_bytes(), []
    for match in _BYTE_RANGE.finditer(content):
        start, length, again, rest = map(int, match.groups())
        signed = content[start : start + length] + content[again : again + rest]
        written = content[start + length : again].strip(b"<>")
        cms = bytes.fromhex(written.decode())
        size = 4 + int.from_bytes(cms[2:4], "big")
        assert b"\x30\x82" == cms[:2]
        found.append((signed, cms[:size]))
    return found


def test_pdfsig(made: Any, judge: Judge) -> None:
    """Poppler: both signatures valid; the last one covers the total document."""
    said = judge("pdfsig", "-nocert", made.final)

    assert 2 == said.count("- Signature Validation: Signature is Valid.")
    assert 2 == said.count("ETSI.CAdES.detached")
    assert 1 == said.count("- Total document signed")
    assert said.rindex("- Total document signed") > said.rindex("Signature #2")
    assert 1 == said.count("- Not total document signed")


def test_pdfsig_knows_the_first_state(made: Any, judge: Judge) -> None:
    """Poppler: the version in between is totally covered by the first signature."""
    said = judge("pdfsig", "-nocert", made.versions[2])

    assert 1 == said.count("- Total document signed")


@pytest.mark.parametrize("version", [1, 2, 3], ids=["stamped", "once", "twice"])
def test_qpdf(made: Any, judge: Judge, version: int) -> None:
    """Qpdf finds no syntax or stream encoding errors in any version of ours."""
    said = judge("qpdf", "--check", made.versions[version])

    assert "No syntax or stream encoding errors found" in said
    assert "WARNING" not in said


def test_mutool(made: Any, judge: Judge) -> None:
    """MuPDF opens it as it is: nothing to repair, the same number of pages."""
    pages = re.compile(r"^Pages: (\d+)", re.MULTILINE)
    said = [judge("mutool", "info", file) for file in made.versions]

    assert all("repair" not in text and "error" not in text for text in said[1:])
    counts = [int(pages.findall(text)[0]) for text in said]
    assert counts[1:] == [counts[-1]] * 3
    assert counts[0] <= counts[-1] <= counts[0] + 1


def test_pdftotext_finds_the_printed_code(made: Any, judge: Judge) -> None:
    """The code beside the symbol is text: it can be selected and read aloud."""
    text = judge("pdftotext", "-layout", made.final, "-")
    code = "".join(made.told["code"].split("-"))

    assert code in re.sub(r"[\s-]", "", text)
    assert "verifieer.vlaanderen.be/d" in text


@pytest.mark.parametrize("dpi", [150, 300])
def test_zbar_reads_the_code(made: Any, judge: Judge, dpi: int) -> None:
    """Zbar reads from the rendered page where the register is."""
    (page,) = pages_with_code(made, judge, dpi)
    said = judge("zbarimg", "--raw", "-q", page)

    read = [line.lower() for line in said.splitlines() if "//" in line]
    assert [made.link.lower()] == read


@pytest.mark.parametrize("dpi", [150, 300])
def test_zxing_reads_the_code(made: Any, judge: Judge, dpi: int) -> None:
    """So does zxing-cpp; and it finds error correction of at least level M."""
    zxingcpp = pytest.importorskip("zxingcpp")
    image = pytest.importorskip("PIL.Image")
    (page,) = pages_with_code(made, judge, dpi)
    with image.open(page) as picture:
        (symbol,) = zxingcpp.read_barcodes(picture)

    assert made.link.lower() == symbol.text.lower()
    assert symbol.ec_level in {"M", "Q", "H"}


def pages_with_code(made: Any, judge: Judge, dpi: int) -> list[Path]:
    """Pictures of the pages on which the code is printed."""
    first = made.told["code"].split("-")[0]
    pages = judge("pdftotext", "-layout", made.final, "-").split("\f")
    numbers = [n for n, text in enumerate(pages, start=1) if f"{first}-" in text]
    found = []
    for number in numbers:
        target = made.folder / f"{number}-{dpi}"
        if not target.with_suffix(".png").exists():
            options = ("-r", dpi, "-f", number, "-l", number, "-png", "-singlefile")
            judge("pdftoppm", *options, made.final, target)
        found.append(target.with_suffix(".png"))
    return found


def test_openssl_verifies_the_signatures(made: Any, judge: Judge) -> None:
    """Openssl cms: each signature holds over its bytes, up to the authority."""
    parts = signed_parts(made.final)
    assert 2 == len(parts)
    for signed, cms in parts:
        content, signature = made.folder / "signed", made.folder / "signature.cms"
        content.write_bytes(signed)
        signature.write_bytes(cms)
        said = judge(
            *("openssl", "cms", "-verify", "-binary", "-inform", "DER"),
            *("-in", signature, "-content", content, "-CAfile", made.root),
            *("-purpose", "any", "-out", made.folder / "out"),
        )
        assert "successful" in said


def test_openssl_verifies_the_timestamps(made: Any, judge: Judge) -> None:
    """Openssl ts: each token is over the value of its signature."""
    for _, cms in signed_parts(made.final):
        token, value = token_and_value(cms, made.folder, judge)
        said = judge(
            *("openssl", "ts", "-verify", "-token_in", "-in", token),
            *("-digest", hashlib.sha256(value).hexdigest(), "-CAfile", made.root),
        )
        assert "Verification: OK" in said


def token_and_value(cms: bytes, folder: Path, judge: Judge) -> tuple[Path, bytes]:
    """The timestamp token and the signature value, as openssl lists the bytes."""
    source, token = folder / "one.cms", folder / "one.tst"
    source.write_bytes(cms)
    listed = judge("openssl", "asn1parse", "-inform", "DER", "-in", source)
    lines = [line for line in listed.splitlines() if ":d=" in line]
    here = next(n for n, line in enumerate(lines) if _TOKEN_OID in line)
    # The SET that follows holds the token; the signature value stands just before.
    start = position(lines[here + 2])
    size = int(re.findall(r"hl=(\d)", lines[here + 2])[0])
    size += int(re.findall(r"l=\s*(\d+) [cp]", lines[here + 2])[0])
    token.write_bytes(cms[start : start + size])
    value = [line for line in lines[:here] if "prim: OCTET STRING" in line][-1]
    head = int(re.findall(r"hl=(\d)", value)[0])
    length = int(re.findall(r" l=\s*(\d+) prim", value)[0])
    at = position(value) + head
    return token, cms[at : at + length]


def position(line: str) -> int:
    """Where in the file openssl found it."""
    return int(line.split(":", maxsplit=1)[0])


def test_openssl_lists_the_attributes_of_pades(made: Any, judge: Judge) -> None:
    """The signed attributes are those of PAdES baseline, and no signing time.

    Source: EN 319 142-1, 6.3 (signing-time shall not be present).
    """
    for _, cms in signed_parts(made.final):
        source = made.folder / "attributes.cms"
        source.write_bytes(cms)
        options = ("-cmsout", "-print", "-noout", "-inform", "DER", "-in", source)
        printed = judge("openssl", "cms", *options)
        signed, unsigned = re.split(r"\bsignedAttrs:|\bunsignedAttrs:", printed)[1:]
        signed = signed.partition("signatureAlgorithm:")[0]

        names = ["contentType", "id-smime-aa-signingCertificateV2", "messageDigest"]
        assert names == sorted(re.findall(r"object: ([\w-]+)", signed))
        assert [_TOKEN_OID] == re.findall(r"object: ([\w-]+)", unsigned)


def test_a_signed_agreement_is_a_document_like_any_other(
    agreement: Path, judge: Judge
) -> None:
    """Poppler, qpdf and zbar: signed as a whole, sound, and its code can be read."""
    said = judge("pdfsig", "-nocert", agreement)
    picture = agreement.with_suffix("")
    options = ("-r", 150, "-f", 1, "-l", 1, "-png", "-singlefile")
    judge("pdftoppm", *options, agreement, picture)
    read = judge("zbarimg", "--raw", "-q", picture.with_suffix(".png"))

    assert 1 == said.count("Signature is Valid.")
    assert 1 == said.count("- Total document signed")
    assert "No syntax or stream encoding errors" in judge("qpdf", "--check", agreement)
    assert "HTTPS://VERIFIEER.VLAANDEREN.BE/D/" in read


def test_an_evidence_report_is_sealed(reports: tuple[Path, ...], judge: Judge) -> None:
    """Poppler: one valid seal over all of it; qpdf finds nothing to say."""
    for report in reports:
        said = judge("pdfsig", "-nocert", report)
        assert 1 == said.count("Signature is Valid.")
        assert 1 == said.count("- Total document signed")
        assert "No syntax or stream encoding errors" in judge("qpdf", "--check", report)


def test_a_changed_evidence_report(changed_report: Path, judge: Judge) -> None:
    """Whoever has the file sees it with Poppler alone."""
    said = judge("pdfsig", "-nocert", changed_report)

    assert "Signature is Valid." not in said
    assert 1 == said.count("Digest Mismatch")
