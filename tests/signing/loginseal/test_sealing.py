"""Somebody who is logged in signs, without a key of its own."""

from __future__ import annotations

import hashlib
import io
import json
from datetime import timedelta
from typing import Any

import attrs
import pytest

from digivl import Party, Role
from digivl.documents.model import DOCUMENT, NOTA, Origin
from digivl.errors import (
    BackendError,
    ConfigurationError,
    DocumentChangedError,
    KeyUnusableError,
    MalformedError,
    NotAllowedError,
    NotFoundError,
    SigningError,
    StaleRecordError,
    StepNotAllowedError,
    UnreadablePDFError,
)
from digivl.kernel.identifiers import INSZ
from digivl.kernel.personal import Personal
from digivl.records.port import Query
from digivl.signing.loginseal.binding import Outcome, sha256_of
from digivl.signing.loginseal.model import LOGIN_SEAL, LONGEST_SESSION
from digivl.signing.model import Signatory
from digivl.signing.tsa import Timestamps
from digivl.testing import route
from digivl.testing.papers import paper
from tests.signing.loginseal.conftest import TEXT, Desk


def seals(desk: Desk) -> int:
    """How many seals the book knows."""
    return len(list(desk.vl.book.rows(Query(kind=LOGIN_SEAL.name))))


def test_a_document(desk: Desk) -> None:
    """Evidence and sealed version are there; the seal binds the entry."""
    shown = desk.latest

    entry = desk.seal()

    record = entry.record
    assert (shown, TEXT, "Test Burger") == (
        record.shown,
        record.text,
        record.authentication.person.reveal(),
    )
    version = desk.vl.documents.read(desk.document).record.latest
    assert (Origin.SIGNED, shown) == (version.origin, version.source)
    assert ["receive", "signed"] == desk.history(DOCUMENT, DOCUMENT.ref(desk.document))
    sealed = desk.bytes_of(version.sha256)
    assert sealed.startswith(desk.bytes_of(shown))
    assert f"/DGVL_Evidence <{sha256_of(entry.canonical).hex()}>".encode() in sealed
    (signature,) = desk.vl.validate(io.BytesIO(sealed), "x.pdf").signatures
    assert ("TOTAL-PASSED", "B-T") == (signature.indication.value, signature.level)
    assert record.field == signature.field


def test_nobody_is_named_in_the_journal_or_the_file(desk: Desk) -> None:
    """Name, number and address stand in neither; commitments do."""
    entry = desk.seal()
    everything = entry.canonical.encode() + desk.bytes_of(desk.latest)

    for value in (b"Test Burger", b"85073003328", b"192.0.2.1"):
        assert value not in everything
    assert 3 == entry.canonical.count("$personal")


def test_a_file(desk: Desk) -> None:
    """Outside any dossier; the evidence is in the book all the same."""
    content = paper("Los")
    sealed, name = desk.seal_file(content)

    assert sealed.startswith(content)
    record = desk.vl.book.read(LOGIN_SEAL, name).record
    assert (None, None, len(content)) == (record.dossier, record.document, record.size)


def test_several_people_on_one_document(desk: Desk) -> None:
    """Each by its own evidence, over what the one before made of it."""
    first, second = desk.seal(), desk.seal()
    sealed = desk.bytes_of(desk.latest)

    for one in (first, second):
        found = desk.vl.login_seals.check(io.BytesIO(sealed), desk.evidence(one.id))
        assert (Outcome.TOGETHER, one.record.field) == (found.outcome, found.field)


def login_at(desk: Desk, **ago: float) -> dict[str, Any]:
    """A login so long ago."""
    at = desk.vl.clock() - timedelta(**ago)
    return {"authentication": attrs.evolve(desk.login, at=at)}


PRESS = Party("pers", "Pers", Role.PRESS)
REFUSED: dict[str, tuple[Any, type[Exception], str]] = {
    "another version": (
        lambda _: {"shown": hashlib.sha256(b"").hexdigest()},
        MalformedError,
        "newer version",
    ),
    "no key of a person": (
        lambda _: {"means": "minister"},
        KeyUnusableError,
        "key of a person",
    ),
    "no such means": (lambda _: {"means": "x"}, ConfigurationError, "signing means"),
    "who may not": (lambda _: {"by": PRESS}, NotAllowedError, "ondertekenen"),
    "an old login": (
        lambda desk: login_at(desk, seconds=LONGEST_SESSION.total_seconds() + 60),
        MalformedError,
        "not of this session",
    ),
    "a login to come": (
        lambda desk: login_at(desk, minutes=-6),
        MalformedError,
        "not of this session",
    ),
    "no text": (lambda _: {"text": " "}, MalformedError, "text that says so"),
    "a number in the text": (
        lambda _: {"text": "Ik, 85.07.30-033.28, ga akkoord"},
        MalformedError,
        "national number",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(desk: Desk, case: str) -> None:
    """Nothing is signed, and nothing recorded but the refusal."""
    changes, error, said = REFUSED[case]
    before = desk.latest

    with pytest.raises(error, match=said):
        desk.seal(**changes(desk))

    assert (before, 0) == (desk.latest, seals(desk))


def test_a_document_in_a_flow(desk: Desk) -> None:
    """It would get a version that the flow does not know."""
    vl, by = desk.vl, route.CABINET
    flow = vl.signing.start(
        desk.document, [Signatory(party=route.MINISTER, means="minister")], by=by
    )
    with pytest.raises(SigningError, match="in a signing flow"):
        desk.seal()
    vl.signing.cancel(flow.id, by=by, reason="anders")
    assert desk.seal().record.document == desk.document


def test_a_closed_dossier_and_no_document(desk: Desk) -> None:
    """As every act on a document."""
    dossier = desk.vl.documents.read(desk.document).record.dossier
    desk.vl.dossiers.close(dossier, by=route.CABINET)

    with pytest.raises(StepNotAllowedError):
        desk.seal()
    with pytest.raises((NotFoundError, NotAllowedError)):
        desk.vl.login_seals.seal(
            "none",
            desk.login,
            shown=desk.latest,
            text=TEXT,
            means="zegel",
            by=route.MINISTER,
        )


def test_who_cannot_read_it(desk: Desk) -> None:
    """Nobody signs what it cannot read, though it signs in general."""
    stranger = Party("iemand", "Iemand", Role.SIGNATORY)

    with pytest.raises(NotFoundError):
        desk.seal(by=stranger)
    assert 0 == seals(desk)


def test_the_evidence_is_of_one_cabinet(desk: Desk) -> None:
    """Who prepares signing in other dossiers gets no name and no national number."""
    elsewhere = Party(
        "kabinet-9", "Kabinet 9", Role.DOSSIER_MANAGER, entity="OVO9", minister="m-9"
    )
    _, loose = desk.seal_file(paper("Los"))
    inside = desk.seal().id
    for name in (inside, loose, "er-is-geen"):
        with pytest.raises(NotAllowedError):
            desk.vl.login_seals.evidence(name, by=elsewhere)
    with pytest.raises(NotAllowedError):
        desk.vl.login_seals.evidence(loose, by=route.CABINET)

    for by in (route.MINISTER, route.SECRETARIAT):
        assert b"Test Burger" in desk.vl.login_seals.evidence(loose, by=by)
    assert b"Test Burger" in desk.vl.login_seals.evidence(inside, by=route.CABINET)


def test_somebody_was_first(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A version that comes in meanwhile: nothing is written over it."""
    answer = Timestamps.answer

    def late(*given: Any) -> bytes:
        desk.vl.documents.replace(
            desk.document, io.BytesIO(paper("Nieuw")), by=route.CABINET
        )
        return answer(*given)

    with monkeypatch.context() as slow:
        slow.setattr(Timestamps, "answer", late)
        with pytest.raises(StaleRecordError):
            desk.seal()

    assert 0 == seals(desk)
    assert ["receive", "replace"] == desk.history(DOCUMENT, DOCUMENT.ref(desk.document))


def test_a_flow_of_another_document(desk: Desk) -> None:
    """It holds nothing up."""
    vl, by = desk.vl, route.CABINET
    other = vl.documents.add(
        vl.documents.read(desk.document).record.dossier,
        io.BytesIO(paper("Bijlage")),
        title="Bijlage",
        type=NOTA,
        by=by,
    )
    minister = Signatory(party=route.MINISTER, means="minister")
    vl.signing.start(other.id, [minister], by=by)

    assert desk.seal().record.document == desk.document


def test_what_everybody_signed(desk: Desk) -> None:
    """It is registered as it is; a new version can be sealed."""
    vl = desk.vl
    minister = Signatory(party=route.MINISTER, means="minister")
    flow = vl.signing.start(desk.document, [minister], by=route.CABINET).id
    vl.signing.sign(flow, by=route.MINISTER)

    with pytest.raises(SigningError, match="everybody signed"):
        desk.seal()
    assert 0 == seals(desk)
    vl.documents.replace(desk.document, io.BytesIO(paper("BIS")), by=route.CABINET)
    assert desk.seal().record.document == desk.document


def test_a_file_that_was_not_shown(desk: Desk) -> None:
    """The hash is compared with the bytes; no target holds anything."""
    other = hashlib.sha256(paper("Anders")).hexdigest()

    with pytest.raises(DocumentChangedError, match="not the file that was shown"):
        desk.seal_file(paper(), shown=other)
    with pytest.raises(UnreadablePDFError):
        desk.seal_file(b"no PDF")
    with pytest.raises(NotAllowedError):
        desk.seal_file(paper(), by=PRESS)
    assert 0 == seals(desk)


def test_no_timestamp(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """No authority answers: nothing happened, and the person can try again."""

    def silent(*_: Any) -> None:
        raise BackendError("tsa", "no answer")

    before = desk.latest
    with monkeypatch.context() as broken:
        broken.setattr(Timestamps, "answer", silent)
        with pytest.raises(BackendError):
            desk.seal()
        with pytest.raises(BackendError):
            desk.seal_file(paper())

    assert (before, 0) == (desk.latest, seals(desk))
    desk.seal()


def test_a_book_that_fails(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file without its evidence in the book does not go round."""

    def full(*_: Any) -> None:
        raise OSError("no room")

    monkeypatch.setattr(type(desk.vl.login_seals.book), "write", full)

    with pytest.raises(OSError, match="no room"):
        desk.seal_file(paper())


WRONG: dict[str, Any] = {
    "provider": "",
    "method": "eID\n",
    "session": "85073003328",
    "person": Personal(" "),
    "client": Personal("x" * 201),
}


@pytest.mark.parametrize("field", WRONG)
def test_what_a_login_cannot_be(desk: Desk, field: str) -> None:
    """Empty, on more lines, without end, or a national number in the open."""
    with pytest.raises(MalformedError):
        attrs.evolve(desk.login, **{field: WRONG[field]})


def test_a_login_with_little(desk: Desk) -> None:
    """Number, second factor and client are there or not."""
    bare = attrs.evolve(desk.login, number=None, client=None, second_factor="")

    entry = desk.seal(authentication=bare)

    (one,) = json.loads(desk.evidence(entry.id))["personal"]
    assert "Test Burger" == one["value"]


def test_who_gets_the_evidence(desk: Desk) -> None:
    """Who sealed, and who may prepare signing; nobody else."""
    name, get = desk.seal().id, desk.vl.login_seals.evidence

    assert get(name, by=route.MINISTER) == get(name, by=route.SECRETARIAT)
    with pytest.raises(NotAllowedError):
        get(name, by=PRESS)
    with pytest.raises(NotAllowedError):
        get("none", by=PRESS)
    with pytest.raises(NotFoundError):
        get("none", by=route.SECRETARIAT)


def test_a_number_is_never_shown(desk: Desk) -> None:
    """Not in a repr, and so in no log."""
    entry = desk.seal()

    assert "85073003328" not in repr(entry.record)
    assert INSZ("85073003328") == entry.record.authentication.number.reveal()  # type: ignore[union-attr]
