"""What the signer refuses, and what it leaves behind then: nothing."""

from __future__ import annotations

import io
import os
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

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
from tests.validation.test_container_length import KEY
from tests.validation.test_container_length import certificate as of_length

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from digivl.errors import DigivlError
    from digivl.signing.softkey import SoftKey
    from digivl.testing.tsa import TSASimulator

    Contents = Callable[[bytes], bytes]
    Sign = Callable[..., tuple[bytes, Signed]]


NOW = datetime.now(UTC)


@pytest.mark.parametrize(
    ("curve", "mechanism"),
    [
        (ec.SECP256R1(), "sha256_ecdsa"),
        (ec.SECP384R1(), "sha384_ecdsa"),
        (ec.SECP521R1(), "sha512_ecdsa"),
    ],
)
def test_signs_with_an_elliptic_curve(
    curve: ec.EllipticCurve, mechanism: str, contents: Contents
) -> None:
    """Mechanism and digest follow the key of the certificate."""
    key, certificate = issued(ec.generate_private_key(curve))
    target = io.BytesIO()

    signed = sign(
        io.BytesIO(paper()),
        target,
        SignatureSpec(field="S"),
        Identity(certificate),
        lambda message, digest: key.sign(message, ec.ECDSA(digest.algorithm)),
        at=NOW,
        limits=Limits(),
    )

    signer_info = cms.ContentInfo.load(contents(target.getvalue()))["content"][
        "signer_infos"
    ][0]
    assert mechanism == signer_info["signature_algorithm"]["algorithm"].native
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
        "raw": lambda message, digest: key.sign(message, ec.ECDSA(digest.algorithm)),
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
        raw=lambda message, digest: stranger.sign(message, ec.ECDSA(digest.algorithm)),
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

    refused_with(
        LimitExceededError,
        "were reserved",
        spec=spec,
        identity=Identity(of_length(), (of_length(3_000),)),
        raw=lambda message, digest: KEY.sign(message, ec.ECDSA(digest.algorithm)),
    )


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
