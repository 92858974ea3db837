from __future__ import annotations

import asyncio
import io
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from digivl.errors import (
    BackendRefusedError,
    CertificateNotValidError,
    EncryptedPDFError,
    KeyUnusableError,
    LimitExceededError,
    MalformedError,
    SigningError,
    StorageFullError,
    UnreadablePDFError,
    UntrustworthyAnswerError,
)
from digivl.pdf.signer import Identity, SignatureSpec, Signed, sign
from digivl.settings import Limits
from digivl.testing.papers import paper
from digivl.testing.tsa import Fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from digivl.errors import DigivlError
    from digivl.signing.development import DevelopmentKeys
    from digivl.signing.softkey import SoftKey
    from digivl.testing.tsa import TSASimulator

    Sign = Callable[..., tuple[bytes, Signed]]

NOW = datetime.now(UTC)


def contents(signed: bytes) -> bytes:
    """The container of the last signature."""
    start = signed.rindex(b"/Contents <") + len(b"/Contents <")
    return bytes.fromhex(signed[start : signed.index(b">", start)].decode())


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


def test_no_signing_time_attribute(sign_bytes: Sign, minister: SoftKey) -> None:
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


def test_signs_with_an_elliptic_curve(
    development_keys: DevelopmentKeys, tmp_path: Path
) -> None:
    """The mechanism follows the key of the certificate."""
    key, certificate = issued(ec.generate_private_key(ec.SECP384R1()))
    target = io.BytesIO()

    signed = sign(
        io.BytesIO(paper()),
        target,
        SignatureSpec(field="S"),
        Identity(certificate),
        lambda message: key.sign(message, ec.ECDSA(SHA256())),
        at=NOW,
        limits=Limits(),
    )

    signer_info = cms.ContentInfo.load(contents(target.getvalue()))["content"][
        "signer_infos"
    ][0]
    assert "sha256_ecdsa" == signer_info["signature_algorithm"]["algorithm"].native
    assert signed.timestamp is None


def issued(key: Any, **changes: Any) -> tuple[Any, bytes]:
    """A self-signed certificate for a key; `changes` bend it."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509.oid import NameOID

    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Proef")])
    usage = dict.fromkeys(
        (
            "digital_signature content_commitment key_encipherment data_encipherment "
            "key_agreement key_cert_sign crl_sign encipher_only decipher_only"
        ).split(),
        False,
    )
    usage |= changes.get("usage", {"digital_signature": True})
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
    )
    if usage:
        builder = builder.add_extension(x509.KeyUsage(**usage), critical=True)
    algorithm = changes.get("algorithm", SHA256())
    return key, builder.sign(key, algorithm).public_bytes(Encoding.DER)


def refused_with(
    error: type[Exception],
    match: str,
    *,
    content: bytes | None = None,
    chain: tuple[bytes, ...] = (),
    **changes: Any,
) -> Any:
    """Signs what must be refused; the target stays empty."""
    key, certificate = issued(ec.generate_private_key(ec.SECP256R1()))
    given = {
        "identity": Identity(certificate, chain),
        "raw": lambda message: key.sign(message, ec.ECDSA(SHA256())),
        "spec": SignatureSpec(field="S"),
        "at": NOW,
        "limits": Limits(),
        "target": io.BytesIO(),
        **changes,
    }
    with pytest.raises(error, match=match) as refused:
        sign(io.BytesIO(paper() if content is None else content), **given)
    assert b"" == given["target"].getvalue()
    return refused.value


@pytest.mark.parametrize(
    ("days", "match"),
    [(2, "expired on"), (-2, "is valid from")],
    ids=["after", "before"],
)
def test_a_certificate_out_of_time_is_refused(days: int, match: str) -> None:
    """A certificate must be valid at the moment that is claimed."""
    error = refused_with(CertificateNotValidError, match, at=NOW + timedelta(days=days))

    assert error.hint


def test_a_certificate_for_another_purpose_is_refused() -> None:
    """Key usage must allow signatures."""
    _, certificate = issued(
        ec.generate_private_key(ec.SECP256R1()), usage={"key_agreement": True}
    )
    refused_with(
        CertificateNotValidError,
        "not meant for signing",
        identity=Identity(certificate),
    )


def test_a_key_of_another_kind_is_refused() -> None:
    """Ed25519 is no key of the signatures that digivl makes."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    _, certificate = issued(Ed25519PrivateKey.generate(), algorithm=None)
    refused_with(KeyUnusableError, "Ed25519", identity=Identity(certificate))


def test_garbage_is_no_certificate() -> None:
    """An identity is checked before the document is touched."""
    refused_with(MalformedError, "not an X.509", identity=Identity(b"garbage"))


def test_a_signature_of_another_key_never_gets_in() -> None:
    """What signs must be the key of the certificate."""
    stranger = ec.generate_private_key(ec.SECP256R1())
    refused_with(
        KeyUnusableError,
        "not the key of the certificate",
        raw=lambda message: stranger.sign(message, ec.ECDSA(SHA256())),
    )


def test_a_moment_has_a_zone() -> None:
    """A claimed time without zone claims nothing."""
    refused_with(ValueError, "time zone", at=NOW.replace(tzinfo=None))


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04 a Word file", b"%PDF-1.7 and then nothing", paper()[:-60]],
    ids=["empty", "not-a-pdf", "cut-off", "truncated"],
)
def test_a_damaged_file_is_refused(content: bytes) -> None:
    """Nothing is signed that cannot be read."""
    refused_with(UnreadablePDFError, ".", content=content)


@pytest.mark.interop
def test_a_protected_file_is_refused(
    needs_program: Callable[[str], str], tmp_path: Path
) -> None:
    """A signature cannot be added to what is encrypted."""
    (tmp_path / "plain.pdf").write_bytes(paper())
    command = [needs_program("qpdf"), "--encrypt", "", "owner", "256", "--"]
    subprocess.run(
        [*command, tmp_path / "plain.pdf", tmp_path / "locked.pdf"], check=True
    )
    refused_with(
        EncryptedPDFError, "protected", content=(tmp_path / "locked.pdf").read_bytes()
    )


def test_a_field_is_signed_once(sign_bytes: Sign, minister: SoftKey) -> None:
    """A name that is taken is refused, with advice."""
    signed, _ = sign_bytes(paper(), minister, "S")

    error = refused_with(SigningError, "already signed", content=signed)

    assert "another field name" in error.hint


def locked(content: bytes) -> bytes:
    """The same file, its signature field with a lock over the whole document."""
    lock = b"/Lock <</P 1>> "
    return content.replace(b"/FT /Sig", lock + b"/FT /Sig", 1)


def test_a_locked_document_is_refused(sign_bytes: Sign, minister: SoftKey) -> None:
    """A signatory who locked the document is the last one."""
    signed, _ = sign_bytes(paper(), minister, "First")
    increment = signed[len(paper()) :]
    start = increment.index(b"xref")
    # The field stands before the cross-references: move them by what is put in.
    moved = locked(signed)
    shift = len(moved) - len(signed)
    at = len(paper()) + start
    assert signed[at : at + 4] == b"xref"
    refused = rewritten(moved, shift)
    refused_with(SigningError, "locked the document", content=refused)


def rewritten(content: bytes, shift: int) -> bytes:
    """Cross-references after `shift` bytes were put into the last revision."""
    place = content.rindex(b"\nxref\n") + 1
    lines = content[place:].split(b"\n")
    field = content.rindex(b"/Lock")
    for number, row in enumerate(lines):
        if len(row) >= 18 and row[:10].isdigit() and int(row[:10]) > field - 200:
            old = int(row[:10])
            new = old if content[old:].split(b" ", 1)[0].isdigit() else old + shift
            lines[number] = b"%010d" % new + row[10:]
    start = lines.index(b"startxref") + 1
    lines[start] = b"%d" % place
    return content[:place] + b"\n".join(lines)


def test_too_little_room_is_refused() -> None:
    """What does not fit is not cut."""
    spec = SignatureSpec(field="S", reserved_bytes=2_048)

    refused_with(LimitExceededError, "were reserved", spec=spec, chain=(b"x" * 3_000,))


class FullDisk(io.BytesIO):
    """A disk with room for some bytes."""

    def write(self, data: Any) -> int:
        """Some bytes, then no more."""
        if self.tell() + len(data) > 5_000:
            raise OSError(28, os.strerror(28))
        return super().write(data)


def test_a_full_disk_leaves_nothing_behind() -> None:
    """Half a signed document is no document."""
    refused_with(StorageFullError, "no room", target=FullDisk())


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.REFUSED, BackendRefusedError),
        (Fault.GARBAGE, MalformedError),
        (Fault.WRONG_IMPRINT, UntrustworthyAnswerError),
        (Fault.WRONG_NONCE, UntrustworthyAnswerError),
        (Fault.WRONG_SIGNATURE, UntrustworthyAnswerError),
    ],
)
def test_a_lying_authority_leaves_nothing_behind(
    tsa: TSASimulator, fault: Fault, error: type[DigivlError]
) -> None:
    """A token that was not checked never gets into a file."""
    tsa.fault = fault

    refused_with(error, ".", timestamp=tsa.answer)


def test_a_clock_far_off_is_noticed(tsa: TSASimulator) -> None:
    """A stamp that is days from the claimed moment: one of the clocks is wrong."""
    tsa.clock = lambda: NOW - timedelta(days=3)

    refused_with(UntrustworthyAnswerError, "it stamped", timestamp=tsa.answer)


@pytest.mark.parametrize("name", ["", ".", "a..b", "x" * 128])
def test_names_of_fields_are_names(name: str) -> None:
    """A field name is a path of names."""
    with pytest.raises(ValueError, match="no name"):
        SignatureSpec(field=name)


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
