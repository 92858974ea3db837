"""Containers that a service made: by OpenSSL and by pyHanko, good and bent."""

from __future__ import annotations

import io
import subprocess
import traceback
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from asn1crypto import cms
from asn1crypto import x509 as asn1
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from hypothesis import given
from hypothesis import strategies as st
from pyhanko.sign.signers import SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from digivl.errors import (
    CertificateNotValidError,
    DigivlError,
    DocumentChangedError,
    LimitExceededError,
    MalformedError,
    PreparationExpiredError,
    SigningError,
    UntrustworthyAnswerError,
    WrongSignatoryError,
)
from digivl.pdf.bridge import run_coroutine
from digivl.pdf.der import value_size
from digivl.pdf.digests import Digest
from digivl.pdf.expected import ExpectedSigner, NumberHash
from digivl.pdf.phases import Prepared, complete_with_cms, prepare
from digivl.pdf.received import received
from digivl.pdf.signer import SignatureSpec, Signed
from digivl.settings import Limits
from digivl.testing.papers import paper

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from digivl.testing.tsa import TSASimulator

NOW = datetime.now(UTC)


def prepared_paper(**changes: Any) -> tuple[Prepared, bytes]:
    """A prepared document and its state."""
    target = io.BytesIO()
    spec = SignatureSpec(field="S", **changes)
    state = prepare(io.BytesIO(paper()), target, spec, at=NOW, limits=Limits())
    return state, target.getvalue()


def service(
    who: Any, imprint: bytes, digest: Digest = Digest.SHA256, **options: Any
) -> cms.ContentInfo:
    """What a service with pyHanko inside would send back."""
    from pyhanko.keys.internal import (
        translate_pyca_cryptography_cert_to_asn1,
        translate_pyca_cryptography_key_to_asn1,
    )

    from digivl.pdf.certificates import certificate

    found = certificate(who.identity.certificate)
    signer = SimpleSigner(
        signing_cert=translate_pyca_cryptography_cert_to_asn1(found),
        signing_key=translate_pyca_cryptography_key_to_asn1(who.key),
        cert_registry=SimpleCertificateStore(),
        embed_roots=options.pop("embed_roots", True),
    )
    options = {"use_pades": True, **options}
    return run_coroutine(signer.async_sign(imprint, digest.value, **options))


def completed(
    state: Prepared, file: bytes, der: bytes, **changes: Any
) -> tuple[bytes, Signed]:
    """The file with a container; nothing when it is refused."""
    target = io.BytesIO()
    try:
        signed = complete_with_cms(
            state, io.BytesIO(file), target, der, **{"at": NOW, **changes}
        )
    except BaseException:
        assert b"" == target.getvalue()
        raise
    return target.getvalue(), signed


@pytest.mark.interop
@pytest.mark.parametrize("digest", Digest)
def test_a_container_goes_in(
    person: Any, digest: Digest, pdfsig: Callable[..., str]
) -> None:
    """A container over this document by one signatory is let in as it is."""
    state, file = prepared_paper(digest=digest)
    der = service(person(), state.document_digest, digest).dump()
    signed, told = completed(state, file, der)

    assert der.hex().upper().encode() in signed
    assert "Signature is Valid." in pdfsig(signed)
    assert "B-B" == told.level


@pytest.mark.interop
def test_it_gets_a_timestamp(
    person: Any, tsa: TSASimulator, pdfsig: Callable[..., str]
) -> None:
    """Where it has none, one is added; what is signed stays as it was."""
    state, file = prepared_paper()
    der = service(person(), state.document_digest).dump()
    signed, told = completed(state, file, der, timestamp=tsa.answer)

    assert "B-T" == told.level
    assert "Signature is Valid." in pdfsig(signed)


def test_its_own_timestamp_stays(person: Any, tsa: TSASimulator) -> None:
    """A container that was stamped already is not stamped again."""
    state, file = prepared_paper()
    der = service(person(), state.document_digest).dump()
    once, first = completed(state, file, der, timestamp=tsa.answer)
    start, end = state.gap
    gap = bytes.fromhex(once[start + 1 : end - 1].decode())
    stamped = gap[: value_size(gap)]
    twice, second = completed(state, file, stamped, timestamp=tsa.answer)

    assert 1 == tsa.answered
    assert (once, first) == (twice, second)


def test_completing_twice_is_once(person: Any) -> None:
    """The same container on what it completed gives the same file."""
    who, (state, file) = person(), prepared_paper()
    der = service(who, state.document_digest).dump()
    once, _ = completed(state, file, der)

    assert once == completed(state, file, der)[0]
    assert once == completed(state, once, der, at=NOW + timedelta(days=9))[0]
    other = service(person(), state.document_digest).dump()
    with pytest.raises(SigningError, match="completed before"):
        completed(state, once, other)


def test_garbage_in_the_gap_is_another_file(person: Any) -> None:
    """A gap that holds no signature over this document was not filled by us."""
    state, file = prepared_paper()
    der = service(person(), state.document_digest).dump()
    start = state.gap[0]
    bent = file[: start + 1] + b"3080ab" + file[start + 7 :]

    with pytest.raises(DocumentChangedError):
        completed(state, bent, der)


def no_attribute(name: str) -> Callable[[cms.ContentInfo], None]:
    """A container without one of its signed attributes."""

    def bend(envelope: cms.ContentInfo) -> None:
        info = envelope["content"]["signer_infos"][0]
        kept = [one for one in info["signed_attrs"] if one["type"].native != name]
        info["signed_attrs"] = kept

    return bend


def doubled(envelope: cms.ContentInfo) -> None:
    """Two signatures."""
    infos = envelope["content"]["signer_infos"]
    envelope["content"]["signer_infos"] = [infos[0], infos[0]]


def twice_said(envelope: cms.ContentInfo) -> None:
    """An attribute that stands there twice."""
    info = envelope["content"]["signer_infos"][0]
    info["signed_attrs"] = [*info["signed_attrs"], info["signed_attrs"][0]]


def with_content(envelope: cms.ContentInfo) -> None:
    """A container with what it signs inside."""
    info = {"content_type": "data", "content": b"besluit"}
    envelope["content"]["encap_content_info"] = info


def of_something_else(envelope: cms.ContentInfo) -> None:
    """A container that calls what it signs something else than data."""
    envelope["content"]["encap_content_info"] = {"content_type": "tst_info"}


def broken(envelope: cms.ContentInfo) -> None:
    """A signature in which a bit turned."""
    info = envelope["content"]["signer_infos"][0]
    value = info["signature"].native
    info["signature"] = value[:-1] + bytes((value[-1] ^ 1,))


def nobody(envelope: cms.ContentInfo) -> None:
    """No certificates."""
    envelope["content"]["certificates"] = []


@pytest.mark.parametrize(
    ("bend", "error", "reason"),
    [
        (no_attribute("signing_certificate_v2"), UntrustworthyAnswerError, "PAdES"),
        (no_attribute("message_digest"), MalformedError, "cannot be read"),
        (no_attribute("content_type"), MalformedError, "cannot be read"),
        (doubled, UntrustworthyAnswerError, "exactly one"),
        (twice_said, UntrustworthyAnswerError, "twice"),
        (with_content, UntrustworthyAnswerError, "detached"),
        (of_something_else, UntrustworthyAnswerError, "something else than a document"),
        (broken, UntrustworthyAnswerError, "does not hold"),
        (nobody, MalformedError, "cannot be read"),
    ],
)
def test_a_bent_container_is_refused(
    person: Any, bend: Any, error: type[Exception], reason: str
) -> None:
    """What it must be, it must be whole."""
    state, file = prepared_paper()
    envelope = service(person(), state.document_digest)
    bend(envelope)

    with pytest.raises(error, match=reason):
        completed(state, file, envelope.dump(force=True))


def test_an_error_names_no_number(person: Any) -> None:
    """Parsers repeat the subject of a certificate, national number and all."""
    who = person(number="85073003328")
    state, file = prepared_paper()
    der = service(who, state.document_digest).dump()
    own = who.identity.certificate
    bent = der.replace(own, own[:-1] + bytes((own[-1] ^ 1,)))

    with pytest.raises(MalformedError, match="does not match") as refused:
        completed(state, file, bent)
    told = "".join(traceback.format_exception(refused.value))
    assert "85073003328" not in told


def test_another_document_is_refused(person: Any) -> None:
    """A container over something else is told as such."""
    state, file = prepared_paper()
    der = service(person(), bytes(32)).dump()

    with pytest.raises(UntrustworthyAnswerError, match="something else than this"):
        completed(state, file, der)


def test_another_digest_is_refused(person: Any) -> None:
    """The digest was chosen when it was prepared."""
    state, file = prepared_paper()
    der = service(person(), bytes(64), Digest.SHA512).dump()

    with pytest.raises(UntrustworthyAnswerError, match="another digest"):
        completed(state, file, der)


@pytest.mark.interop
def test_a_signing_time_is_refused(
    person: Any, needs_program: Callable[[str], str], tmp_path: Path
) -> None:
    """OpenSSL always says when: no PAdES baseline signature (EN 319 142-1, 6.3)."""
    who, (state, file) = person(), prepared_paper()
    start, end = state.gap
    (tmp_path / "content").write_bytes(file[:start] + file[end:])
    key = who.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(key)
    found = asn1.Certificate.load(who.identity.certificate)
    from asn1crypto import pem

    (tmp_path / "certificate.pem").write_bytes(pem.armor("CERTIFICATE", found.dump()))
    command: list[str | Path]
    command = [needs_program("openssl"), "cms", "-sign", "-cades", "-binary"]
    command += ["-in", tmp_path / "content", "-signer", tmp_path / "certificate.pem"]
    command += ["-inkey", tmp_path / "key.pem", "-md", "sha256", "-outform", "DER"]
    done = subprocess.run(command, check=True, capture_output=True)

    with pytest.raises(UntrustworthyAnswerError, match="baseline"):
        completed(state, file, done.stdout)


def test_the_right_person_signs(person: Any) -> None:
    """Who is expected is looked for in the container, before anything is copied."""
    state, file = prepared_paper()
    der = service(person(), state.document_digest).dump()
    here = ExpectedSigner(number=NumberHash.of("85073003328"))
    other = ExpectedSigner(number=NumberHash.of("94022722580"))

    completed(state, file, der, expected=here)
    with pytest.raises(WrongSignatoryError):
        completed(state, file, der, expected=other)


def test_what_is_late_or_unfit_is_refused(person: Any) -> None:
    """As when a raw signature is completed."""
    state, file = prepared_paper()
    expired = service(person(days=(-9, -2)), state.document_digest).dump()
    good = service(person(days=(-9, 9)), state.document_digest).dump()

    with pytest.raises(CertificateNotValidError):
        completed(state, file, expired)
    with pytest.raises(PreparationExpiredError):
        completed(state, file, good, at=NOW + timedelta(days=2))


def test_too_little_room_is_refused(person: Any) -> None:
    """What does not fit is not cut."""
    state, file = prepared_paper(reserved_bytes=2_048)
    envelope = service(person(), state.document_digest)
    found = envelope["content"]["certificates"]
    envelope["content"]["certificates"] = [*found, *(found[0] for _ in range(9))]

    with pytest.raises(LimitExceededError):
        completed(state, file, envelope.dump())


@pytest.mark.parametrize(
    "der",
    [b"", b"garbage", b"\x30\x00", cms.ContentInfo({"content_type": "data"}).dump()],
)
def test_garbage_is_no_container(der: bytes) -> None:
    """Whatever a service sends back, one of our errors leaves."""
    with pytest.raises(MalformedError):
        completed(*prepared_paper(), der)


@pytest.fixture(name="good", scope="session")
def _good(person: Any, development_keys: Any) -> tuple[Prepared, bytes]:
    state, _ = prepared_paper()
    return state, service(person(), state.document_digest).dump()


@given(data=st.data())
def test_no_changed_byte_signs_for_another(
    data: st.DataObject, good: tuple[Prepared, bytes]
) -> None:
    """One byte changed: refused, or the same signature by the same certificate."""
    state, der = good
    place = data.draw(st.integers(0, len(der) - 1))
    changed = bytearray(der)
    changed[place] ^= data.draw(st.integers(1, 255))
    honest = received(der, state)
    try:
        found = received(bytes(changed), state)
    except DigivlError:
        return
    assert honest.signature == found.signature
