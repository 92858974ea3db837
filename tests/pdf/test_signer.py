"""Signatures that other programs verify too."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import attrs
import pytest
from asn1crypto import cms

from digivl.pdf.signer import SignatureSpec, Signed, sign
from digivl.settings import Limits
from digivl.testing.papers import paper

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from digivl.signing.development import DevelopmentKeys
    from digivl.signing.softkey import SoftKey
    from digivl.testing.tsa import TSASimulator

    Contents = Callable[[bytes], bytes]
    Sign = Callable[..., tuple[bytes, Signed]]

NOW = datetime.now(UTC)


@pytest.mark.interop
def test_pdfsig_calls_both_signatures_valid(
    twice_signed: bytes, needs_program: Callable[[str], str], tmp_path: Path
) -> None:
    """An independent reader: two valid signatures, the last over the whole file."""
    file = tmp_path / "signed.pdf"
    file.write_bytes(twice_signed)

    said = subprocess.run(
        [needs_program("pdfsig"), "-nocert", file],
        capture_output=True,
        text=True,
        check=False,
    ).stdout

    assert 2 == said.count("Signature Validation: Signature is Valid.")
    assert 2 == said.count("Signature Type: ETSI.CAdES.detached")
    assert 1 == said.count("- Total document signed")


@pytest.mark.interop
def test_qpdf_finds_nothing(
    twice_signed: bytes, needs_program: Callable[[str], str], tmp_path: Path
) -> None:
    """The structure of a signed file is without fault."""
    file = tmp_path / "signed.pdf"
    file.write_bytes(twice_signed)

    done = subprocess.run(
        [needs_program("qpdf"), "--check", file],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "") == (done.returncode, done.stderr)


@pytest.mark.interop
def test_openssl_verifies_the_container(
    sign_bytes: Sign,
    minister: SoftKey,
    development_keys: DevelopmentKeys,
    needs_program: Callable[[str], str],
    tmp_path: Path,
    contents: Contents,
) -> None:
    """The CMS stands by itself: OpenSSL verifies it over the byte range."""
    signed, _ = sign_bytes(paper(), minister)
    start = signed.rindex(b"/Contents <") + len(b"/Contents ")
    end = signed.index(b">", start) + 1
    (tmp_path / "content").write_bytes(signed[:start] + signed[end:])
    container = cms.ContentInfo.load(contents(signed)).dump()
    (tmp_path / "cms").write_bytes(container)

    command: list[str | Path]
    command = [needs_program("openssl"), "cms", "-verify", "-cades", "-binary"]
    command += ["-inform", "DER", "-in", tmp_path / "cms", "-purpose", "any"]
    command += ["-content", tmp_path / "content", "-out", tmp_path / "out"]
    command += ["-CAfile", development_keys.authority]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (0, "CAdES Verification successful") == (
        done.returncode,
        done.stderr.splitlines()[0],
    )


@pytest.mark.interop
def test_the_container_is_der(
    sign_bytes: Sign,
    minister: SoftKey,
    tsa: TSASimulator,
    needs_program: Callable[[str], str],
    contents: Contents,
) -> None:
    """What we put together by hand is what OpenSSL would write."""
    signed, _ = sign_bytes(paper(), minister, tsa=tsa)
    container = cms.ContentInfo.load(contents(signed)).dump()

    command = [needs_program("openssl"), "cms", "-cmsout"]
    command += ["-inform", "DER", "-outform", "DER"]
    done = subprocess.run(command, input=container, capture_output=True, check=True)

    assert container == done.stdout


@pytest.mark.interop
def test_openssl_verifies_the_token_in_the_file(
    twice_signed: bytes,
    development_keys: DevelopmentKeys,
    needs_program: Callable[[str], str],
    tmp_path: Path,
    contents: Contents,
) -> None:
    """The token, taken out of the PDF again, stamps the signature it stands beside."""
    signed_data = cms.ContentInfo.load(contents(twice_signed))["content"]
    signer_info = signed_data["signer_infos"][0]
    token = signer_info["unsigned_attrs"][0]["values"][0]
    (tmp_path / "token").write_bytes(token.dump())
    (tmp_path / "data").write_bytes(signer_info["signature"].native)

    command: list[str | Path]
    command = [needs_program("openssl"), "ts", "-verify", "-token_in"]
    command += ["-in", tmp_path / "token", "-data", tmp_path / "data"]
    command += ["-CAfile", development_keys.authority]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (0, "Verification: OK") == (done.returncode, done.stdout.strip())


def test_no_signing_time_attribute(
    sign_bytes: Sign, minister: SoftKey, contents: Contents
) -> None:
    """PAdES claims the time in the PDF, never in the CMS (EN 319 142-1, 6.3)."""
    signed, _ = sign_bytes(paper(), minister)
    signer_info = cms.ContentInfo.load(contents(signed))["content"]["signer_infos"][0]
    kinds = {one["type"].native for one in signer_info["signed_attrs"]}

    assert {"content_type", "message_digest", "signing_certificate_v2"} == kinds
    assert re.search(rb"/M \(D(:|\\072)", signed)


@pytest.mark.parametrize("level", ["B-B", "B-T"])
def test_the_original_is_the_prefix(
    sign_bytes: Sign, minister: SoftKey, tsa: TSASimulator, level: str
) -> None:
    """Signing appends: what was there stays byte for byte."""
    original = paper(pages=3)

    result, signed = sign_bytes(original, minister, tsa=tsa if level == "B-T" else None)

    assert result.startswith(original)
    assert (level, len(result)) == (signed.level, signed.size)


def test_signs_inside_a_running_loop(
    sign_bytes: Sign, minister: SoftKey, tsa: TSASimulator
) -> None:
    """Notebooks run a loop of their own."""

    async def notebook() -> tuple[bytes, Signed]:
        return sign_bytes(paper(), minister, tsa=tsa)

    _, signed = asyncio.run(notebook())

    assert "B-T" == signed.level


def test_signs_in_eight_threads(
    sign_bytes: Sign, minister: SoftKey, tsa: TSASimulator
) -> None:
    """Threads share a key, an identity and an authority."""
    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(sign_bytes, paper(), minister, tsa=tsa) for _ in range(24)]
        levels = {job.result()[1].level for job in jobs}

    assert {"B-T"} == levels
    assert 24 == tsa.answered


def test_big_files_are_streamed(minister: SoftKey, tmp_path: Path) -> None:
    """A document of 40 MB is signed from file to file, as a prefix of the result."""
    filler = b"%" + os.urandom(1 << 16).replace(b"\n", b" ").replace(b"\r", b" ")
    original = paper()
    head, tail = original[:15], original[15:]
    shift = 640 * (len(filler) + 1)
    content = head + (filler + b"\n") * 640 + tail
    moved = shifted(content, len(head), shift)
    (tmp_path / "big.pdf").write_bytes(moved)

    with (
        (tmp_path / "big.pdf").open("rb") as source,
        (tmp_path / "signed.pdf").open("w+b") as target,
    ):
        sign(
            source,
            target,
            SignatureSpec(field="S"),
            minister.identity(),
            minister.sign,
            at=NOW,
            limits=Limits(),
        )

    assert (tmp_path / "signed.pdf").read_bytes().startswith(moved)


def shifted(content: bytes, start: int, shift: int) -> bytes:
    """Cross-references of a paper after `shift` bytes were put in at `start`."""
    place = content.rindex(b"xref\n0 ")
    lines = content[place:].split(b"\n")
    for number, row in enumerate(lines):
        if row.endswith(b" n "):
            lines[number] = b"%010d" % (int(row[:10]) + shift) + row[10:]
    lines[-3] = b"%d" % place
    assert start < place
    return content[:place] + b"\n".join(lines)


def test_a_spec_is_a_record() -> None:
    """Changing one thing gives another spec, checked again."""
    spec = SignatureSpec(field="S")

    with pytest.raises(ValueError, match="reserved_bytes"):
        attrs.evolve(spec, reserved_bytes=1)
