"""The register: what was signed becomes authentic, once, and can be looked up."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable
from datetime import timedelta

import attrs
import pytest

from digivl.documents.model import Origin
from digivl.dossiers.model import DOSSIER
from digivl.errors import (
    MalformedError,
    NoRoomForCodeError,
    NotFoundError,
    NotReadyError,
    SigningError,
)
from digivl.kernel.moments import utc_now
from digivl.pdf.stamp import Place
from digivl.settings import CodeSettings
from digivl.signing.model import FLOW, Signatory
from digivl.testing import papers, route
from digivl.testing.route import Scene
from digivl.validation.verdict import FileVerdict, Indication
from digivl.verification.code import VerificationCode
from digivl.verification.model import (
    AUTHENTIC,
    CopyOutcome,
    RegisterState,
    VerifyOutcome,
)

At = Callable[..., Scene]


def flow_of(scene: Scene) -> str:
    """Id of the one flow."""
    return next(scene.all(FLOW)).id


def code_of(scene: Scene) -> VerificationCode:
    """The code on the last version of the document."""
    latest = scene.vl.documents.read(scene.document).record.latest
    return scene.vl.register.code_of(latest.sha256)


def bytes_of(scene: Scene, index: int = -1) -> bytes:
    """A version of the document."""
    version = scene.vl.documents.read(scene.document).record.versions[index]
    with scene.vl.documents.opened(version.sha256) as file:
        return file.read()


def test_registered_once(scene_at: At) -> None:
    """Registering again gives the same entry, and writes nothing."""
    scene = scene_at("signed")
    first = scene.vl.register.register(flow_of(scene), by=route.SECRETARIAT)
    moves = len(scene.vl.custody.history(DOSSIER.ref(scene.dossier)))

    again = scene.vl.register.register(flow_of(scene), by=route.CABINET)

    assert first == again
    assert moves == len(scene.vl.custody.history(DOSSIER.ref(scene.dossier)))


def test_what_is_registered(scene_at: At) -> None:
    """Size, pages, every state of the file, who signed by function, and when."""
    scene = scene_at("registered")
    record = next(scene.all(AUTHENTIC)).record
    final = bytes_of(scene)

    assert (RegisterState.ACTIVE, True) == (record.state, record.development)
    assert (len(final), 1) == (record.size, record.pages)
    assert record.final == record.revisions[-1].sha256
    lengths = [revision.length for revision in record.revisions]
    assert sorted(set(lengths)) == lengths
    assert [route.MINISTER.label, route.PRESIDENT.label] == [
        signature.function for signature in record.signatures
    ]
    assert {"B-T"} == {signature.level for signature in record.signatures}
    custody = scene.vl.custody.of(DOSSIER.ref(scene.dossier)).record
    assert (route.SECRETARIAT, "verzenden") == (custody.holder, custody.next_step)


@pytest.mark.parametrize("signatures", [0, 1])
def test_not_before_everybody_signed(signatures: int, scene_at: At) -> None:
    """An unsigned document, or one that lacks a signature, is not authentic."""
    scene = scene_at("flow")
    if signatures:
        scene.vl.signing.sign(flow_of(scene), by=route.MINISTER)

    with pytest.raises(NotReadyError, match="nog niet getekend"):
        scene.vl.register.register(flow_of(scene), by=route.SECRETARIAT)
    assert RegisterState.IN_SIGNING is next(scene.all(AUTHENTIC)).record.state


def test_missing_signatories_are_named(scene_at: At) -> None:
    """The error names who still has to sign, not who has signed."""
    scene = scene_at("flow")
    scene.vl.signing.sign(flow_of(scene), by=route.MINISTER)

    with pytest.raises(NotReadyError) as refused:
        scene.vl.register.register(flow_of(scene), by=route.SECRETARIAT)

    assert [route.PRESIDENT.label] == [name for name, _ in refused.value.missing]


def test_file_without_its_signatures(scene_at: At) -> None:
    """The file itself is looked at: what the flow says is not enough."""
    scene = scene_at("signed")
    register = attrs.evolve(
        scene.vl.register,
        validate=lambda _, name: FileVerdict(
            file=name, indication=Indication.NO_SIGNATURE
        ),
    )

    with pytest.raises(NotReadyError, match="0 handtekeningen in plaats van 2"):
        register.register(flow_of(scene), by=route.SECRETARIAT)


def test_tampered_file(scene_at: At) -> None:
    """Bytes that no longer match their name in the store are never registered."""
    scene = scene_at("signed")
    sha256 = scene.vl.documents.read(scene.document).record.latest.sha256
    file = scene.vl.folder / "documents" / sha256[:2] / sha256[2:]
    file.chmod(0o600)
    content = file.read_bytes()
    file.write_bytes(content.replace(b"Besluit", b"BESLUIT", 1))

    with pytest.raises(Exception, match="no longer has the bytes"):
        scene.vl.register.register(flow_of(scene), by=route.SECRETARIAT)


def test_signature_that_does_not_hold(scene_at: At) -> None:
    """A signature that fails its check keeps the document out of the register."""
    scene = scene_at("signed")
    changed = bytes_of(scene).replace(b"Besluit", b"BESLUIT", 1)
    register = attrs.evolve(
        scene.vl.register,
        validate=lambda _, name: scene.vl.validate(io.BytesIO(changed), name),
    )

    with pytest.raises(NotReadyError, match="Handtekening1: TOTAL-FAILED"):
        register.register(flow_of(scene), by=route.SECRETARIAT)


def test_without_code(scene_at: At) -> None:
    """A document that was never stamped cannot be registered; it says what to do."""
    scene = scene_at("decided")
    signatory = Signatory(party=route.MINISTER, means="minister")
    flow = scene.vl.signing.start(scene.document, [signatory], by=route.SECRETARIAT)
    scene.vl.signing.sign(flow.id, by=route.MINISTER)

    with pytest.raises(NotFoundError, match="without a verification code") as refused:
        scene.vl.register.register(flow.id, by=route.SECRETARIAT)
    assert "Stamp" in refused.value.hint


def test_stamp_on_a_signed_document(scene_at: At) -> None:
    """A code goes on before the first signature, never after."""
    scene = scene_at("signed")

    with pytest.raises(SigningError, match="a stamp would break"):
        scene.vl.register.stamp(scene.document, by=route.SECRETARIAT)


def test_stamp_where_there_is_text(scene_at: At) -> None:
    """A place that is taken, or off the page, is refused; nothing is reserved."""
    scene = scene_at("decided")
    off = Place(page=1, x_mm=500.0, y_mm=500.0)

    with pytest.raises(NoRoomForCodeError):
        scene.vl.register.stamp(scene.document, by=route.SECRETARIAT, place=off)
    assert [] == list(scene.all(AUTHENTIC))
    latest = scene.vl.documents.read(scene.document).record.latest
    assert Origin.RECEIVED is latest.origin


def test_put_up_once(scene_at: At) -> None:
    """A document has one flow at a time: a second would sign beside the register."""
    scene = scene_at("flow")
    signatory = Signatory(party=route.MINISTER, means="minister")

    with pytest.raises(SigningError, match="up for signing already"):
        scene.vl.signing.start(scene.document, [signatory], by=route.SECRETARIAT)


@pytest.mark.parametrize(
    ("stage", "outcome"),
    [
        ("flow", VerifyOutcome.NOT_YET_FINAL),
        ("signed", VerifyOutcome.NOT_YET_FINAL),
        ("registered", VerifyOutcome.AUTHENTIC),
    ],
)
def test_what_a_code_says(stage: str, outcome: VerifyOutcome, scene_at: At) -> None:
    """Until it is registered, a document is not valid, signed or not."""
    scene = scene_at(stage)

    said = scene.vl.register.verify(code_of(scene).link(CodeSettings().host))

    assert outcome is said.outcome
    assert said.document is not None
    assert said.copy is None


def test_what_a_copy_is(scene_at: At) -> None:
    """The true copy, each earlier version, a longer one, a changed one, another."""
    scene = scene_at("registered")
    final = bytes_of(scene)
    flipped = final[:500] + bytes((final[500] ^ 1,)) + final[501:]

    def copy(content: bytes) -> CopyOutcome | None:
        return scene.vl.register.verify(
            code_of(scene).printed, io.BytesIO(content)
        ).copy

    assert CopyOutcome.IDENTICAL is copy(final)
    for index in range(3):
        assert CopyOutcome.EARLIER_VERSION is copy(bytes_of(scene, index)), index
    assert CopyOutcome.LATER_CHANGED is copy(final + b"\n")
    assert CopyOutcome.DIFFERENT is copy(flipped)
    assert CopyOutcome.DIFFERENT is copy(papers.paper("Iets anders"))


def test_unknown_code(scene_at: At) -> None:
    """A code that nobody reserved is unknown, and nothing else is said."""
    scene = scene_at("registered")
    code = VerificationCode.fresh()

    said = scene.vl.register.verify(code.printed, io.BytesIO(bytes_of(scene)))

    assert (VerifyOutcome.UNKNOWN, None, None) == (
        said.outcome,
        said.document,
        said.copy,
    )


def test_code_of_another_host(scene_at: At) -> None:
    """An address elsewhere is refused before anything is looked up."""
    scene = scene_at("registered")

    with pytest.raises(MalformedError, match=r"evil\.example"):
        scene.vl.register.verify(code_of(scene).link("evil.example"))


def test_after_its_time(scene_at: At) -> None:
    """Once its availability is over, a code tells nothing any more."""
    now = [utc_now()]
    scene = scene_at("registered", clock=lambda: now[0])
    code = code_of(scene).printed
    record = next(scene.all(AUTHENTIC)).record

    now[0] = record.available_until
    assert VerifyOutcome.AUTHENTIC is scene.vl.register.verify(code).outcome
    now[0] += timedelta(seconds=1)
    said = scene.vl.register.verify(code, io.BytesIO(bytes_of(scene)))
    assert (VerifyOutcome.NO_LONGER_AVAILABLE, None) == (said.outcome, said.document)
    assert said.copy is None


def test_shorter_availability(scene_at: At) -> None:
    """Who stamps can say until when the code can be looked up."""
    scene = scene_at("decided")
    until = scene.vl.clock() - timedelta(seconds=1)

    coded = scene.vl.register.stamp(
        scene.document, by=route.SECRETARIAT, available_until=until
    )

    said = scene.vl.register.verify(coded.code.printed)
    assert VerifyOutcome.NO_LONGER_AVAILABLE is said.outcome


@pytest.mark.parametrize("step", ["withdraw", "supersede"])
def test_no_longer_valid(step: str, scene_at: At) -> None:
    """A document that was withdrawn or replaced says so, and shows what it was."""
    scene = scene_at("registered")
    found = next(scene.all(AUTHENTIC))
    draft = found.next(
        found.record.take(step), step, route.SECRETARIAT, scene.vl.clock()
    )
    scene.vl.book.write(draft)

    said = scene.vl.register.verify(code_of(scene).printed)

    expected = {
        "withdraw": VerifyOutcome.WITHDRAWN,
        "supersede": VerifyOutcome.SUPERSEDED,
    }
    assert expected[step] is said.outcome


def test_code_is_kept_nowhere(scene_at: At) -> None:
    """Who reads the whole book cannot look a document up: only a hash is in it."""
    scene = scene_at("registered")
    code = code_of(scene)

    with sqlite3.connect(scene.vl.folder / "book.sqlite") as book:
        dump = "\n".join(book.iterdump())
    book.close()
    files = [f for f in scene.vl.folder.glob("book.sqlite*") if f.is_file()]

    assert code.digest in dump
    for text in (code.token, code.printed, code.token.lower()):
        assert text not in dump
        assert not any(text.encode() in file.read_bytes() for file in files)


def test_no_code_on_a_version(scene_at: At) -> None:
    """A version from before the stamp carries no code."""
    scene = scene_at("registered")
    first = scene.vl.documents.read(scene.document).record.versions[0]

    with pytest.raises(NotFoundError, match="carries no code"):
        scene.vl.register.code_of(first.sha256)
    with pytest.raises(NotFoundError, match="has no verification code"):
        scene_at("decided").vl.register.of_document(scene.document)
