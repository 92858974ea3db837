"""Two phases: prepared here and now, completed later, elsewhere, by a key not known."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from digivl.errors import (
    CertificateNotValidError,
    DocumentChangedError,
    KeyUnusableError,
    LimitExceededError,
    PreparationExpiredError,
    SigningError,
    UnreadablePDFError,
    UntrustworthyAnswerError,
)
from digivl.pdf.digests import Digest
from digivl.pdf.phases import Prepared, attributes_to_sign, complete, prepare
from digivl.pdf.signer import SignatureSpec, Signed
from digivl.settings import Limits
from digivl.testing.papers import paper
from digivl.testing.tsa import Fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from digivl.signing.softkey import SoftKey
    from digivl.testing.tsa import TSASimulator

NOW = datetime.now(UTC)


def prepared_paper(
    content: bytes | None = None, **changes: Any
) -> tuple[Prepared, bytes]:
    """A prepared document and its state."""
    target = io.BytesIO()
    given = {
        "spec": SignatureSpec(field="S", reason="Akkoord"),
        "at": NOW,
        "limits": Limits(),
        **changes,
    }
    state = prepare(
        io.BytesIO(paper() if content is None else content), target, **given
    )
    return state, target.getvalue()


def completed(
    state: Prepared, file: bytes, who: Any, **changes: Any
) -> tuple[bytes, Signed]:
    """The file signed by somebody, the state having been away as JSON."""
    state = Prepared.from_json(state.to_json())
    identity = changes.pop("identity", who.identity)
    identity = identity() if callable(identity) else identity
    message = attributes_to_sign(state, identity)
    signature = changes.pop("signature", None) or who.sign(message, state.digest)
    target = io.BytesIO()
    try:
        signed = complete(
            state,
            io.BytesIO(file),
            target,
            identity,
            signature,
            **{"at": NOW, **changes},
        )
    except BaseException:
        assert b"" == target.getvalue()
        raise
    return target.getvalue(), signed


@pytest.mark.interop
def test_pdfsig_calls_it_valid(minister: SoftKey, pdfsig: Callable[..., str]) -> None:
    """Prepared, then completed: an independent reader sees one valid signature."""
    signed, told = completed(*prepared_paper(), minister)
    said = pdfsig(signed)

    assert 1 == said.count("Signature Validation: Signature is Valid.")
    assert 1 == said.count("- Total document signed")
    assert ("B-B", len(signed), "S", NOW) == (
        *(told.level, told.size, told.field),
        told.at,
    )


@pytest.mark.interop
@pytest.mark.parametrize("digest", [None, Digest.SHA384, Digest.SHA512])
def test_the_certificate_comes_late(
    person: Any, digest: Digest | None, pdfsig: Callable[..., str]
) -> None:
    """While nobody knows who signs, the spec says the digest; else it is SHA-256."""
    state, file = prepared_paper(spec=SignatureSpec(field="S", digest=digest))
    signed, _ = completed(state, file, person())

    assert (digest or Digest.SHA256) is state.digest
    assert "Signature is Valid." in pdfsig(signed)


def test_a_known_certificate_gives_the_digest(person: Any) -> None:
    """With the certificate at hand, the digest fits its key from the beginning."""
    card = person(curve=ec.SECP384R1())
    state, file = prepared_paper(identity=card.identity)
    completed(state, file, card)

    assert Digest.SHA384 is state.digest


def test_a_known_certificate_is_checked_first(person: Any) -> None:
    """Nothing is prepared for a certificate that has expired."""
    with pytest.raises(CertificateNotValidError, match="expired"):
        prepared_paper(identity=person(days=(-3, -2)).identity)


def test_timestamped(minister: SoftKey, tsa: TSASimulator) -> None:
    """With an authority the level is B-T."""
    _, told = completed(*prepared_paper(), minister, timestamp=tsa.answer)

    assert "B-T" == told.level
    assert told.timestamp is not None


def test_the_same_inputs_give_the_same_bytes(minister: SoftKey) -> None:
    """RSA signs the same way each time, so completing twice gives one file."""
    state, file = prepared_paper()

    assert completed(state, file, minister) == completed(state, file, minister)


def test_what_was_completed_is_recognised(minister: SoftKey, tsa: TSASimulator) -> None:
    """A completed file comes out as it is, with its timestamp, even when it is late."""
    state, file = prepared_paper()
    once, told = completed(state, file, minister, timestamp=tsa.answer)
    late = NOW + timedelta(days=400)
    twice, again = completed(state, once, minister, timestamp=tsa.answer, at=late)

    assert (once, told) == (twice, again)
    assert 1 == tsa.answered


def test_what_was_completed_by_another_is_told(person: Any) -> None:
    """One signature fits into a prepared document."""
    state, file = prepared_paper()
    signed, _ = completed(state, file, person())

    with pytest.raises(SigningError, match="completed before"):
        completed(state, signed, person())


PROGRAM = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from digivl.pdf.phases import Prepared, attributes_to_sign, complete
from digivl.signing.softkey import SoftKey
folder, p12, password = map(Path, sys.argv[1:])
state = Prepared.from_json((folder / "state.json").read_text())
key = SoftKey.from_pkcs12("minister", p12, password.read_bytes().strip())
who = key.identity()
raw = key.sign(attributes_to_sign(state, who), state.digest)
with (folder / "prepared.pdf").open("rb") as source, \\
        (folder / "signed.pdf").open("w+b") as target:
    complete(state, source, target, who, raw, at=datetime.now(UTC))
"""


def test_another_process_goes_on(
    minister: SoftKey, development_keys: Any, tmp_path: Path
) -> None:
    """State and file are all that the second phase needs; it gives the same bytes."""
    state, file = prepared_paper()
    (tmp_path / "state.json").write_text(state.to_json())
    (tmp_path / "prepared.pdf").write_bytes(file)
    key = development_keys.signatories["minister"]
    command = [sys.executable, "-c", PROGRAM, tmp_path, key.path, key.password_path]
    subprocess.run([*map(str, command)], check=True)

    here, _ = completed(state, file, minister)
    assert here == (tmp_path / "signed.pdf").read_bytes()


def flipped(content: bytes, place: int) -> bytes:
    """The same bytes, one bit turned."""
    changed = bytearray(content)
    changed[place] ^= 1
    return bytes(changed)


@pytest.mark.parametrize("where", ["head", "bracket", "gap", "other bracket", "tail"])
def test_a_changed_file_is_refused(minister: SoftKey, where: str) -> None:
    """One bit anywhere, and it is not the file that was prepared."""
    state, file = prepared_paper()
    start, end = state.gap
    place = {
        "head": 20,
        "bracket": start,
        "gap": start + 50,
        "other bracket": end - 1,
        "tail": len(file) - 3,
    }[where]
    with pytest.raises(DocumentChangedError, match="not the one"):
        completed(state, flipped(file, place), minister)


@pytest.mark.parametrize("size", [-1, 1, 40])
def test_a_file_of_another_size_is_refused(minister: SoftKey, size: int) -> None:
    """Longer or shorter: another file."""
    state, file = prepared_paper()
    other = file[:size] if size < 0 else file + b"\n" * size

    with pytest.raises(DocumentChangedError):
        completed(state, other, minister)


def test_a_file_that_shrinks_meanwhile_is_refused(minister: SoftKey) -> None:
    """What was measured and what is read must be one."""

    class Shrinking(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return b"" if self.tell() > 300 else super().read(min(size or 0, 200))

    state, file = prepared_paper()
    message = attributes_to_sign(state, minister.identity())
    with pytest.raises(DocumentChangedError):
        complete(
            state,
            Shrinking(file),
            io.BytesIO(),
            minister.identity(),
            minister.sign(message, state.digest),
            at=NOW,
        )


@pytest.mark.parametrize("digest", [Digest.SHA256, Digest.SHA384])
def test_a_changed_state_is_refused(minister: SoftKey, digest: Digest) -> None:
    """The state says of the file what the file does not say: neither is believed."""
    state, file = prepared_paper(spec=SignatureSpec(field="S", digest=digest))
    other = attrs.evolve(state, document_digest=bytes(digest.size))

    with pytest.raises(DocumentChangedError):
        completed(other, file, minister)


def test_too_late_is_told(minister: SoftKey) -> None:
    """A prepared document does not wait for ever."""
    state, file = prepared_paper(lifetime=timedelta(hours=1))
    with pytest.raises(PreparationExpiredError, match="until") as refused:
        completed(state, file, minister, at=NOW + timedelta(hours=2))

    assert NOW + timedelta(hours=1) == state.expires_at
    assert "again" in refused.value.hint


def test_a_certificate_that_expired_meanwhile_is_refused(person: Any) -> None:
    """The certificate counts at the moment of completing."""
    state, file = prepared_paper(lifetime=timedelta(days=9))

    with pytest.raises(CertificateNotValidError):
        completed(state, file, person(), at=NOW + timedelta(days=2))


def test_another_key_never_gets_in(person: Any) -> None:
    """What signed must be the key of the certificate that is given."""
    state, file = prepared_paper()

    with pytest.raises(KeyUnusableError, match="not the key"):
        completed(state, file, person(), identity=person().identity)


def test_a_lying_authority_leaves_nothing(minister: SoftKey, tsa: TSASimulator) -> None:
    """A token that does not hold never gets in, nor does anything else."""
    tsa.fault = Fault.WRONG_IMPRINT

    with pytest.raises(UntrustworthyAnswerError):
        completed(*prepared_paper(), minister, timestamp=tsa.answer)


def test_too_little_room_is_refused(person: Any) -> None:
    """A chain that does not fit is not cut."""
    state, file = prepared_paper(spec=SignatureSpec(field="S", reserved_bytes=2_048))
    who = person(comment=bytes(3_000))

    with pytest.raises(LimitExceededError, match="reserved"):
        completed(state, file, who)


@pytest.mark.parametrize("content", [b"", b"no PDF", paper()[:-60]])
def test_only_a_pdf_is_prepared(content: bytes) -> None:
    """As for signing in one go."""
    with pytest.raises(UnreadablePDFError):
        prepared_paper(content)


def test_moments_have_a_zone(minister: SoftKey) -> None:
    """A moment without zone is no moment."""
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(ValueError, match="time zone"):
        prepared_paper(at=naive)
    with pytest.raises(ValueError, match="time zone"):
        completed(*prepared_paper(), minister, at=naive)


def test_the_original_is_the_prefix(minister: SoftKey) -> None:
    """Both phases leave what was there as it was, whatever stands at its end."""
    original = paper().rstrip(b"\n")
    signed, _ = completed(*prepared_paper(original), minister)

    assert signed.startswith(original)


def test_big_files_are_streamed(minister: SoftKey, tmp_path: Path) -> None:
    """Neither phase holds a document in memory."""
    import tracemalloc

    head, tail = paper()[:15], paper()[15:]
    row = b"%" + os.urandom(40_000).hex().encode() + b"\n"
    filler = row * 250
    content = head + filler + moved(tail, len(filler))
    (tmp_path / "big.pdf").write_bytes(content)
    tracemalloc.start()
    with (
        (tmp_path / "big.pdf").open("rb") as source,
        (tmp_path / "prepared.pdf").open("w+b") as file,
        (tmp_path / "signed.pdf").open("w+b") as target,
    ):
        state = prepare(source, file, SignatureSpec(field="S"), at=NOW, limits=Limits())
        who = minister.identity()
        raw = minister.sign(attributes_to_sign(state, who), state.digest)
        complete(state, file, target, who, raw, at=NOW)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < len(content) / 2
    assert (tmp_path / "signed.pdf").stat().st_size == state.size


def moved(tail: bytes, shift: int) -> bytes:
    """The rest of a paper after `shift` bytes were put in after its head."""
    place = tail.rindex(b"xref\n0 ")
    lines = tail[place:].split(b"\n")
    for number, row in enumerate(lines):
        if row.endswith(b" n "):
            lines[number] = b"%010d" % (int(row[:10]) + shift) + row[10:]
    lines[-3] = b"%d" % (place + 15 + shift)
    return tail[:place] + b"\n".join(lines)
