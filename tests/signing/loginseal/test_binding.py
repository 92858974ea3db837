"""Whether evidence and a file belong together, also years later and to strangers."""

from __future__ import annotations

import hashlib
import io
import json
import re
from typing import Any

import attrs
import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digivl.errors import MalformedError, UnreadablePDFError
from digivl.kernel.moments import utc_now
from digivl.pdf.binding import KEY, bound
from digivl.pdf.checks import examined
from digivl.pdf.phases import attributes_to_sign, complete, prepare
from digivl.pdf.signer import SignatureSpec, sign
from digivl.settings import Limits
from digivl.signing.loginseal.binding import Outcome, belongs
from digivl.signing.loginseal.model import LOGIN_SEAL
from digivl.signing.softkey import SoftKey
from digivl.testing import route
from digivl.testing.papers import paper
from tests.signing.loginseal.conftest import Desk

PERSON = {
    "person": "Test Burger",
    "number": "85073003328",
    "client": "192.0.2.1, testprogramma",
}


def judged(content: bytes, evidence: bytes) -> Any:
    """As somebody without an office."""
    return belongs(io.BytesIO(content), evidence, at=utc_now(), limits=Limits())


@attrs.frozen
class Pair:
    """A sealed file with its evidence, and another pair of the same office."""

    sealed: bytes
    evidence: bytes
    other_file: bytes
    other_evidence: bytes


@pytest.fixture(name="pair")
def _pair(desk: Desk) -> Pair:
    """Two files that were sealed by the same person."""
    one, first = desk.seal_file(paper("Een"))
    two, second = desk.seal_file(paper("Twee"))
    return Pair(one, desk.evidence(first), two, desk.evidence(second))


def test_they_belong_together(pair: Pair) -> None:
    """To which signature, and who it was, each value checked."""
    found = judged(pair.sealed, pair.evidence)

    assert Outcome.TOGETHER is found.outcome
    assert found.field.startswith("Verzegeling-")
    assert (PERSON, ()) == (found.opened, found.closed)
    assert "Test Burger" not in repr(found)


def test_others_do_not(pair: Pair) -> None:
    """Swapped evidence, a file that was never sealed, or one that was changed."""
    broken = pair.sealed[:600] + b"x" + pair.sealed[601:]

    assert Outcome.OTHER_EVIDENCE is judged(pair.sealed, pair.other_evidence).outcome
    assert Outcome.OTHER_EVIDENCE is judged(pair.other_file, pair.evidence).outcome
    assert Outcome.NO_EVIDENCE is judged(paper(), pair.evidence).outcome
    assert Outcome.NO_EVIDENCE is judged(broken, pair.evidence).outcome
    with pytest.raises(UnreadablePDFError):
        judged(b"no PDF", pair.evidence)


def test_another_digest_under_the_seal(pair: Pair) -> None:
    """The digest is what is signed: who changes it breaks the signature."""
    place = re.search(KEY.encode() + rb" <([0-9a-f]{64})>", pair.sealed)
    assert place
    wanted = hashlib.sha256(
        rfc8785.dumps(json.loads(pair.other_evidence)["entry"])
    ).hexdigest()
    forged = pair.sealed[: place.start(1)] + wanted.encode()
    forged += pair.sealed[place.end(1) :]

    assert Outcome.NO_EVIDENCE is judged(forged, pair.other_evidence).outcome


def test_another_dictionary_in_a_later_revision(pair: Pair) -> None:
    """An update that gives the dictionary a digest of its own is not believed."""
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    out = io.BytesIO(pair.sealed)
    writer: Any = IncrementalPdfFileWriter(out)
    (field,) = writer.root["/AcroForm"]["/Fields"]
    value = field.get_object()["/V"]
    wanted = rfc8785.dumps(json.loads(pair.other_evidence)["entry"])
    digest = hashlib.sha256(wanted).digest()
    value[generic.NameObject(KEY)] = generic.ByteStringObject(digest)
    writer.mark_update(field.get_object().raw_get("/V"))
    writer.write_in_place()

    for evidence in (pair.evidence, pair.other_evidence):
        assert Outcome.TOGETHER is not judged(out.getvalue(), evidence).outcome


def test_another_seal_with_the_same_digest(pair: Pair, minister: SoftKey) -> None:
    """A digest can be copied; the evidence names the certificate that sealed."""
    entry = json.loads(pair.evidence)["entry"]
    target = io.BytesIO()
    sign(
        io.BytesIO(paper("Een")),
        target,
        SignatureSpec(
            field="S", evidence=hashlib.sha256(rfc8785.dumps(entry)).digest()
        ),
        minister.identity(),
        minister.sign,
        at=utc_now(),
        limits=Limits(),
    )

    assert Outcome.OTHER_SEAL is judged(target.getvalue(), pair.evidence).outcome


def test_another_document_under_the_same_evidence(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was shown begins the file; a seal on something else does not count."""
    monkeypatch.setattr(
        "digivl.signing.loginseal.service._checked", lambda *_: len(paper("Een"))
    )
    shown = hashlib.sha256(paper("Een")).hexdigest()
    sealed, name = desk.seal_file(paper("Twee"), shown=shown)

    assert Outcome.OTHER_DOCUMENT is judged(sealed, desk.evidence(name)).outcome


def test_signed_again_later(pair: Pair, minister: SoftKey) -> None:
    """A signature behind it changes nothing: the binding stands in its revision."""
    target = io.BytesIO()
    sign(
        io.BytesIO(pair.sealed),
        target,
        SignatureSpec(field="Later"),
        minister.identity(),
        minister.sign,
        at=utc_now(),
        limits=Limits(),
    )

    assert Outcome.TOGETHER is judged(target.getvalue(), pair.evidence).outcome


def test_after_erasure(desk: Desk) -> None:
    """The binding still holds, by the commitments; who it was cannot be shown."""
    sealed, name = desk.seal_file(paper())
    before = desk.evidence(name)
    entry = desk.vl.book.read(LOGIN_SEAL, name)
    act = entry.next(entry.record, "erase", route.SECRETARIAT, desk.vl.clock(), "term")
    desk.vl.book.erase(act)

    after = desk.evidence(name)
    found = judged(sealed, after)

    assert Outcome.TOGETHER is found.outcome
    assert ({}, ("person", "number", "client")) == (found.opened, found.closed)
    assert json.loads(before)["entry"] == json.loads(after)["entry"]
    assert b"Test Burger" not in after
    # A copy that went out before still shows it: that is told in the manual.
    assert PERSON == judged(sealed, before).opened


def test_evidence_is_canonical(pair: Pair) -> None:
    """It can be written anew and stays the same; blanks in it change nothing."""
    told = json.loads(pair.evidence)

    assert pair.evidence == rfc8785.dumps(told)
    loose = json.dumps(told, indent=4).encode()
    assert Outcome.TOGETHER is judged(pair.sealed, loose).outcome


CHANGES: dict[str, Any] = {
    "another name": lambda told: told["personal"][0].update(value="Ander Mens"),
    "another salt": lambda told: told["personal"][0].update(salt="00" * 32),
    "a short salt": lambda told: told["personal"][0].update(salt="00"),
    "a salt in words": lambda told: told["personal"][0].update(salt="zout"),
    "a number for a name": lambda told: told["personal"][0].update(value=7),
    "a value of nobody": lambda told: told["personal"].append(
        {"salt": "00" * 32, "value": "x"}
    ),
    "no values": lambda told: told.pop("personal"),
    "another format": lambda told: told.update(format="x"),
    "a newer version": lambda told: told.update(version=2),
    "another kind": lambda told: told["entry"].update(kind="dossier"),
    "no body": lambda told: told["entry"].update(body=7),
    "no size": lambda told: told["entry"]["body"].update(size="7"),
    "no commitment": lambda told: told["entry"]["body"]["authentication"].update(
        person="Test Burger"
    ),
    "a number too large": lambda told: told["entry"].update(format=1e400),
    "too much": lambda told: told.update(more="x" * 100_000),
}


@pytest.mark.parametrize("case", CHANGES)
def test_evidence_that_is_none(pair: Pair, case: str) -> None:
    """Typed, with a hint; never half believed."""
    told = json.loads(pair.evidence)
    CHANGES[case](told)

    with pytest.raises(MalformedError) as refused:
        judged(pair.sealed, json.dumps(told).encode())
    assert refused.value.hint


def test_evidence_with_another_entry(pair: Pair) -> None:
    """One character of the entry is enough."""
    told = json.loads(pair.evidence)
    told["entry"]["body"]["text"] += "!"

    found = judged(pair.sealed, json.dumps(told).encode())

    assert Outcome.OTHER_EVIDENCE is found.outcome


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(place=st.integers(0, 2_000), noise=st.binary(max_size=8))
def test_noise(pair: Pair, place: int, noise: bytes) -> None:
    """Evidence from anybody: an answer or a typed error."""
    bad = pair.evidence[:place] + noise + pair.evidence[place + len(noise) :]
    try:
        found = judged(pair.sealed, bad)
    except MalformedError:
        return
    assert (Outcome.TOGETHER is found.outcome) is (bad == pair.evidence)


def test_a_digest_that_is_none(minister: SoftKey) -> None:
    """The spec takes 32 bytes; what others wrote there is read as nothing."""
    with pytest.raises(ValueError, match="SHA-256 of 32 bytes"):
        SignatureSpec(field="S", evidence=b"short")
    target = io.BytesIO()
    sign(
        io.BytesIO(paper()),
        target,
        SignatureSpec(field="S"),
        minister.identity(),
        minister.sign,
        at=utc_now(),
        limits=Limits(),
    )
    (found,) = examined(target, roots=(), at=utc_now(), limits=Limits()).signatures
    assert found.evidence is None
    assert bound(None, None, 0) is None, "a dictionary without a number of its own"


def test_in_two_phases(minister: SoftKey) -> None:
    """It stands in the prepared file, for whatever makes the signature later."""
    prepared_file, target, digest = io.BytesIO(), io.BytesIO(), b"\x07" * 32
    spec = SignatureSpec(field="S", evidence=digest)
    limits, now = Limits(), utc_now()
    prepared = prepare(io.BytesIO(paper()), prepared_file, spec, at=now, limits=limits)
    message = attributes_to_sign(prepared, minister.identity())
    signature = minister.sign(message, prepared.digest)
    complete(prepared, prepared_file, target, minister.identity(), signature, at=now)

    (found,) = examined(target, roots=(), at=now, limits=limits).signatures
    assert digest.hex() == found.evidence
