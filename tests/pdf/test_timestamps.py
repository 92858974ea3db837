from __future__ import annotations

import hashlib
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from asn1crypto import cms, core, tsp, x509
from hypothesis import given
from hypothesis import strategies as st

from digivl.errors import (
    BackendRefusedError,
    BackendUnavailableError,
    DigivlError,
    MalformedError,
    UntrustworthyAnswerError,
)
from digivl.pdf.digests import Digest
from digivl.pdf.timestamps import Asked, checked_token, timestamp_request
from digivl.testing.tsa import Fault, TSASimulator

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from digivl.pdf.timestamps import Token
    from digivl.signing.development import DevelopmentKeys

DIGEST = hashlib.sha256(b"besluit").digest()


def test_a_request_can_be_read_again() -> None:
    """What goes out says what must come back."""
    asked = timestamp_request(DIGEST)

    assert asked == Asked.read(asked.der)
    assert timestamp_request(DIGEST).nonce != asked.nonce


def test_only_sha2_is_stamped() -> None:
    """A digest of another length is a mistake of the caller, and so is a policy."""
    with pytest.raises(MalformedError, match="32 bytes"):
        timestamp_request(b"short")
    with pytest.raises(MalformedError, match="no OID"):
        timestamp_request(DIGEST, policy="qualified")


@pytest.mark.parametrize("digest", Digest)
def test_the_strength_of_the_signature_is_kept(
    tsa: TSASimulator, digest: Digest
) -> None:
    """SHA-384 and SHA-512 are stamped as they are; which one, its length tells."""
    asked = timestamp_request(digest.of(b"besluit"), policy="2.999.3161.1")

    assert (digest, asked) == (asked.algorithm, Asked.read(asked.der))
    assert "2.999.3161.1" == checked_token(tsa.answer(asked.der), asked).policy
    longer = attrs.evolve(asked, algorithm=Digest.SHA256, digest=b"")
    if digest is not Digest.SHA256:
        with pytest.raises(UntrustworthyAnswerError, match="another digest algorithm"):
            checked_token(tsa.answer(asked.der), longer)


def test_another_policy_is_refused_by_the_simulator(tsa: TSASimulator) -> None:
    """The authority says no in the words of RFC 3161."""
    asked = timestamp_request(DIGEST, policy="2.999.1")

    with pytest.raises(BackendRefusedError) as refused:
        checked_token(tsa.answer(asked.der), asked)
    assert "unaccepted_policy" == refused.value.reason


def test_what_the_authority_says_of_its_clock(tsa: TSASimulator) -> None:
    """Accuracy and order are kept as they were said; they are its own word."""
    asked = timestamp_request(DIGEST)
    silent = checked_token(tsa.answer(asked.der), asked)
    tsa.accuracy = 500
    said = checked_token(tsa.answer(asked.der), asked)

    assert (None, False) == (silent.accuracy, silent.ordered)
    assert timedelta(milliseconds=500) == said.accuracy


@pytest.mark.parametrize("der", [b"", b"garbage", b"\x30\x00"])
def test_garbage_is_no_request(der: bytes) -> None:
    """What is not a request is not held against an answer."""
    with pytest.raises(MalformedError, match="timestamp request"):
        Asked.read(der)


def test_an_honest_answer_gives_a_token(tsa: TSASimulator) -> None:
    """Everything in the token was held against the request."""
    moment = datetime.now(UTC).replace(microsecond=0)
    tsa.clock = lambda: moment
    asked = timestamp_request(DIGEST)

    token = checked_token(tsa.answer(asked.der), asked)

    assert (moment, "digivl ontwikkeling TSU") == (token.time, token.authority)
    assert "2.999.3161.1" == token.policy
    assert "signed_data" == cms.ContentInfo.load(token.der)["content_type"].native


@pytest.mark.interop
def test_openssl_verifies_the_token(
    tsa: TSASimulator,
    development_keys: DevelopmentKeys,
    needs_program: Callable[[str], str],
    tmp_path: Path,
) -> None:
    """An independent program accepts the token over the data, to the root."""
    (tmp_path / "data").write_bytes(b"besluit")
    asked = timestamp_request(DIGEST)
    (tmp_path / "token").write_bytes(checked_token(tsa.answer(asked.der), asked).der)

    command: list[str | Path]
    command = [needs_program("openssl"), "ts", "-verify", "-token_in"]
    command += ["-in", tmp_path / "token", "-data", tmp_path / "data"]
    command += ["-CAfile", development_keys.authority]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (0, "Verification: OK") == (done.returncode, done.stdout.strip())


@pytest.mark.parametrize(
    ("fault", "error", "reason"),
    [
        (Fault.REFUSED, BackendRefusedError, "bad_request, this is not served here"),
        (Fault.NO_CLOCK, BackendUnavailableError, "the clock is not trustworthy"),
        (Fault.GARBAGE, MalformedError, "no timestamp response"),
        (Fault.WRONG_IMPRINT, UntrustworthyAnswerError, "another digest than asked"),
        (Fault.WRONG_NONCE, UntrustworthyAnswerError, "nonce"),
        (Fault.WRONG_POLICY, UntrustworthyAnswerError, "its policy is"),
        (Fault.WRONG_SIGNATURE, UntrustworthyAnswerError, "signature of the token"),
        (Fault.WRONG_NAME, UntrustworthyAnswerError, "names another authority"),
        (Fault.UNNAMED_UNIT, UntrustworthyAnswerError, "does not say under which"),
        (Fault.OTHER_UNIT, UntrustworthyAnswerError, "names another certificate"),
    ],
)
def test_a_lie_is_named(
    tsa: TSASimulator, fault: Fault, error: type[DigivlError], reason: str
) -> None:
    """Each lie has its error, and the text says which authority and why."""
    tsa.fault = fault
    asked = timestamp_request(DIGEST, policy="2.999.3161.1")

    with pytest.raises(error, match=rf"\[tsa-1\].*{reason}"):
        checked_token(tsa.answer(asked.der), asked, backend="tsa-1")


def test_the_answer_to_another_request_is_refused(tsa: TSASimulator) -> None:
    """A replayed answer has the wrong nonce."""
    old = tsa.answer(timestamp_request(DIGEST).der)

    with pytest.raises(UntrustworthyAnswerError, match="nonce"):
        checked_token(old, timestamp_request(DIGEST))


def test_an_unknown_algorithm_is_refused_by_the_simulator(tsa: TSASimulator) -> None:
    """The simulator says no where a real authority would."""
    request = tsp.TimeStampReq.load(timestamp_request(DIGEST).der)
    request["message_imprint"]["hash_algorithm"]["algorithm"] = "sha1"
    answer = tsa.answer(request.dump(force=True))

    with pytest.raises(BackendRefusedError, match="only SHA-2"):
        checked_token(answer, timestamp_request(DIGEST))


def test_the_simulator_refuses_garbage(tsa: TSASimulator) -> None:
    """A request that is none gets an answer that says so."""
    with pytest.raises(BackendRefusedError, match="no timestamp request"):
        checked_token(tsa.answer(b"garbage"), timestamp_request(DIGEST))


def test_a_key_for_documents_cannot_stamp(development_keys: DevelopmentKeys) -> None:
    """RFC 3161, 2.3: the certificate is for timestamps alone, and says so."""
    file = development_keys.signatories["minister"]
    impostor = TSASimulator.from_pkcs12(file.path, file.password())
    asked = timestamp_request(DIGEST)

    with pytest.raises(UntrustworthyAnswerError, match="not meant for timestamps"):
        checked_token(impostor.answer(asked.der), asked)


@pytest.mark.parametrize("days", [-1, 1_000], ids=["before", "after"])
def test_a_certificate_out_of_time_cannot_stamp(tsa: TSASimulator, days: int) -> None:
    """The certificate of the unit is valid at the moment it stamps."""
    tsa.clock = lambda: datetime.now(UTC) + timedelta(days=days)
    asked = timestamp_request(DIGEST)

    with pytest.raises(UntrustworthyAnswerError, match="not valid at"):
        checked_token(tsa.answer(asked.der), asked)


def bent(answer: bytes, bend: Callable[[Any], None]) -> bytes:
    """The answer with something in its token changed."""
    response = tsp.TimeStampResp.load(answer)
    bend(response["time_stamp_token"]["content"])
    changed: bytes = response.dump(force=True)
    return changed


def no_certificates(signed_data: Any) -> None:
    """Nobody knows who signed."""
    signed_data["certificates"] = []


def two_signers(signed_data: Any) -> None:
    """One is the truth, who is the other."""
    signed_data["signer_infos"] = [signed_data["signer_infos"][0]] * 2


def other_content(signed_data: Any) -> None:
    """A signed message, no timestamp."""
    signed_data["encap_content_info"] = {"content_type": "data", "content": b"other"}


def other_serial(signed_data: Any) -> None:
    """Another timestamp than was signed."""
    info = signed_data["encap_content_info"]["content"].parsed
    info["serial_number"] = 1
    content = core.ParsableOctetString(info.dump(force=True))
    signed_data["encap_content_info"] = {
        "content_type": "tst_info",
        "content": content,
    }


def _attributes(signed_data: Any) -> Any:
    return signed_data["signer_infos"][0]["signed_attrs"]


def named_twice(signed_data: Any) -> None:
    """Which of the two is meant?"""
    attributes = _attributes(signed_data)
    signed_data["signer_infos"][0]["signed_attrs"] = [*attributes, attributes[-1]]


def also_named_otherwise(signed_data: Any) -> None:
    """By the old attribute another certificate than by the new one."""
    other = {"certs": [{"cert_hash": bytes(20)}]}
    old = {"type": "signing_certificate", "values": [other]}
    attributes = [*_attributes(signed_data), cms.CMSAttribute(old)]
    signed_data["signer_infos"][0]["signed_attrs"] = attributes


def of_another_issuer(signed_data: Any) -> None:
    """The digest is that of the certificate, the serial number is not."""
    attribute = _attributes(signed_data)[-1]
    unit = signed_data["certificates"][0].chosen
    name = x509.GeneralName("directory_name", unit.issuer)
    serial = {"issuer": [name], "serial_number": unit.serial_number + 1}
    attribute["values"][0]["certs"][0]["issuer_serial"] = serial
    _attributes(signed_data)[-1] = attribute


def _info_with(signed_data: Any, **fields: Any) -> None:
    info = signed_data["encap_content_info"]["content"].parsed
    for name, value in fields.items():
        info[name] = value
    content = core.ParsableOctetString(info.dump(force=True))
    signed_data["encap_content_info"] = {
        "content_type": "tst_info",
        "content": content,
    }


def of_tomorrow(signed_data: Any) -> None:
    """A version that nobody knows yet."""
    _info_with(signed_data, version=2)


def with_a_condition(signed_data: Any) -> None:
    """What has to be understood, and is not."""
    extension = {"extn_id": "2.999.1", "critical": True, "extn_value": b"\x05\x00"}
    _info_with(signed_data, extensions=[extension])


def before_it_happened(signed_data: Any) -> None:
    """Nobody's clock is off by less than nothing."""
    _info_with(signed_data, accuracy={"seconds": -1})


def for_ever(signed_data: Any) -> None:
    """Nor by longer than there is time."""
    _info_with(signed_data, accuracy={"seconds": 10**30})


def by_a_broken_digest(signed_data: Any) -> None:
    """As it was done in another century."""
    signer = signed_data["signer_infos"][0]
    signer["digest_algorithm"] = {"algorithm": "sha1"}


def of_other_content(signed_data: Any) -> None:
    """Signed as if it were something else."""
    attribute = _attributes(signed_data)[0]
    attribute["values"] = ["data"]


@pytest.mark.parametrize(
    ("bend", "reason"),
    [
        (before_it_happened, "its accuracy makes no sense"),
        (for_ever, "its accuracy makes no sense"),
        (by_a_broken_digest, "sha1, which is broken"),
        (of_other_content, "wrongly signed"),
        (named_twice, "wrongly signed: Wrong cardinality"),
        (also_named_otherwise, "names another certificate"),
        (of_another_issuer, "wrongly signed: .* does not match"),
        (of_tomorrow, "a version that is not known"),
        (with_a_condition, "an extension that is not known"),
        (no_certificates, "wrongly signed"),
        (two_signers, "exactly one signer"),
        (other_content, "no TSTInfo"),
        (other_serial, "content of the token was changed"),
    ],
)
def test_a_bent_token_is_refused(
    tsa: TSASimulator, bend: Callable[[Any], None], reason: str
) -> None:
    """What was signed is what counts, and who signed must be in the token."""
    asked = timestamp_request(DIGEST)

    with pytest.raises(UntrustworthyAnswerError, match=reason):
        checked_token(bent(tsa.answer(asked.der), bend), asked)


@given(data=st.data())
def test_no_changed_byte_gives_another_time(
    data: st.DataObject, honest: tuple[Asked, bytes, Token]
) -> None:
    """One byte of an answer changed: refused, or what counts is as it was signed."""
    asked, answer, token = honest
    place = data.draw(st.integers(0, len(answer) - 1))
    changed = bytearray(answer)
    changed[place] ^= data.draw(st.integers(1, 255))

    try:
        found = checked_token(bytes(changed), asked)
    except DigivlError:
        return
    assert attrs.evolve(token, der=found.der, certificate=found.certificate) == found


@pytest.fixture(name="honest", scope="session")
def _honest(development_keys: DevelopmentKeys) -> tuple[Asked, bytes, Token]:
    file = development_keys.timestamps
    simulator = TSASimulator.from_pkcs12(file.path, file.password())
    asked = timestamp_request(DIGEST)
    answer = simulator.answer(asked.der)
    return asked, answer, checked_token(answer, asked)


@given(st.binary(max_size=300))
def test_noise_is_no_answer(noise: bytes) -> None:
    """Whatever comes back, only errors of ours leave."""
    with pytest.raises(DigivlError):
        checked_token(noise, timestamp_request(DIGEST))
