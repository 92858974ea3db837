"""What goes to the Flemish Parliament, and what it says of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digivl import DigivlError
from digivl.access.model import AccessLevel
from digivl.documents.model import (
    NOTA,
    DocumentVersion,
    Origin,
)
from digivl.dossiers.parliament import (
    PARLIAMENT,
    Outcome,
    ParliamentStatus,
    flow_id,
)
from digivl.dossiers.readiness import MEMORANDUM
from digivl.errors import (
    MalformedError,
    NotAllowedError,
    NotFoundError,
    NotReadyError,
    StepNotAllowedError,
)
from digivl.kernel.identifiers import new_id
from digivl.kernel.parties import SYSTEM, Party, Role
from digivl.testing.council import ADMIN, CABINET, OTHER_CABINET, SECRETARIAT, Council

S = ParliamentStatus
ADMINISTRATION = AccessLevel.INTERNAL_ADMINISTRATION
VP = Party("vlaams-parlement", "Vlaams Parlement", Role.PARLIAMENT)


def test_a_lost_answer_holds_up_the_next(council: Council) -> None:
    """As long as nobody knows whether a sending arrived, no other one starts."""
    dossier, names = council.decided((NOTA, {}))
    vl = council.vl.parliament
    key = vl.start(dossier, names, by=CABINET).record.sendings[0].key
    with pytest.raises(StepNotAllowedError, match="antwoord niet gekend"):
        vl.start(dossier, names, by=CABINET)

    vl.failed(dossier, key, by=CABINET, reason="verbinding geweigerd")
    again = vl.start(dossier, names, by=CABINET).record

    assert [Outcome.FAILED, Outcome.PENDING] == [s.outcome for s in again.sendings]
    with pytest.raises(StepNotAllowedError, match="mislukt"):
        vl.acknowledged(dossier, key, "pobj-1", {}, by=SYSTEM)


def test_only_what_is_new_goes_again(council: Council) -> None:
    """A new version names the file it replaces; the same bytes never go twice."""
    dossier, names = council.decided((NOTA, {}), (MEMORANDUM, {}))
    vl = council.vl.parliament
    sent = vl.start(dossier, names, by=CABINET).record.sendings[0]
    ids = {one.sha256: f"pfls-{one.document}" for one in sent.files}
    vl.acknowledged(dossier, sent.key, "pobj-1", ids, by=SYSTEM)
    with pytest.raises(NotReadyError, match="niets nieuws"):
        vl.start(dossier, names, by=CABINET)
    replaced(council, names[0])
    last = council.vl.documents.read(names[0]).record.latest

    (only,) = vl.start(dossier, names, by=CABINET).record.sendings[-1].files

    (before,) = [one.sha256 for one in sent.files if one.document == names[0]]
    assert (last.sha256, f"pfls-{names[0]}", before) == (
        only.sha256,
        only.replaces,
        only.replaced,
    )


def replaced(council: Council, name: str) -> None:
    """A new version of a document."""
    found = council.vl.documents.read(name)
    version = DocumentVersion(
        sha256=new_id().replace("-", "") * 2,
        size=1,
        origin=Origin.RECEIVED,
        at=council.now,
        level=ADMINISTRATION,
    )
    record = found.record.with_version(version)
    council.vl.book.write(found.next(record, "replace", CABINET, council.now))


def test_an_answer_without_names_loses_none(council: Council) -> None:
    """The last name that is known stays what a new version takes the place of."""
    dossier, names = council.decided((NOTA, {}))
    vl = council.vl.parliament
    first_one = vl.start(dossier, names, by=CABINET).record.sendings[0]
    ids = {one.sha256: "pfls-1" for one in first_one.files}
    vl.acknowledged(dossier, first_one.key, "pobj-1", ids, by=SYSTEM)
    replaced(council, names[0])
    key = vl.start(dossier, names, by=CABINET).record.sendings[-1].key
    vl.acknowledged(dossier, key, "pobj-1", {}, by=SYSTEM)
    replaced(council, names[0])

    (only,) = vl.start(dossier, names, by=CABINET).record.sendings[-1].files

    assert "pfls-1" == only.replaces


def test_what_the_parliament_says(council: Council) -> None:
    """Handled, refused, renamed; told twice is recorded once; then only an override."""
    dossier, names = council.decided((NOTA, {}), (MEMORANDUM, {}))
    vl = council.vl.parliament
    key = vl.start(dossier, names[:1], by=CABINET).record.sendings[0].key
    vl.acknowledged(dossier, key, "pobj-1", {}, by=SYSTEM)

    now, words = council.now, "te behandelen in commissie"
    handled = vl.told("pobj-1", words, now, by=SYSTEM)
    assert handled == vl.told("pobj-1", words, now, by=SYSTEM)
    renamed = vl.told("pobj-2", words, now, before="pobj-1", by=SYSTEM)
    assert renamed == vl.told("pobj-2", words, now, before="pobj-1", by=SYSTEM)
    with pytest.raises(NotAllowedError):
        vl.start(dossier, names, by=CABINET)
    with pytest.raises(MalformedError, match="asks a reason"):
        vl.start(dossier, names, by=ADMIN)
    assert vl.start(dossier, names, by=ADMIN, reason="op vraag").record.pending
    later = now + timedelta(days=1)
    refused = vl.told("pobj-2", "niet ingeschreven", later, by=SYSTEM)
    assert refused == vl.told("pobj-2", "niet ingeschreven", later, by=SYSTEM)
    assert refused == vl.told("pobj-2", words, now, by=SYSTEM)

    assert (S.BEING_HANDLED, "pobj-2", S.REFUSED) == (
        handled.record.state,
        renamed.record.pobj,
        refused.record.state,
    )
    with pytest.raises(NotFoundError):
        vl.told("pobj-1", words, now, by=SYSTEM)


def test_an_old_refusal_does_not_undo_a_new_sending(council: Council) -> None:
    """Refused, sent again, and told of the first refusal once more: it is there."""
    dossier, names = council.decided((NOTA, {}), (MEMORANDUM, {}))
    vl, now = council.vl.parliament, council.now
    key = vl.start(dossier, names[:1], by=CABINET).record.sendings[0].key
    vl.acknowledged(dossier, key, "pobj-1", {}, by=SYSTEM)
    vl.told("pobj-1", "niet ingeschreven", now, by=SYSTEM)
    key = vl.start(dossier, names, by=CABINET).record.sendings[-1].key
    vl.acknowledged(dossier, key, "pobj-1", {}, by=SYSTEM)

    again = vl.told("pobj-1", "niet ingeschreven", now, by=SYSTEM).record
    taken = vl.told("pobj-1", "ingediend", now + timedelta(days=1), by=SYSTEM).record

    assert (S.COMPLETE, S.BEING_HANDLED) == (again.state, taken.state)


def test_one_name_one_dossier(council: Council) -> None:
    """What the parliament calls one dossier is never another one too."""
    (one, _), (two, names) = council.decided((NOTA, {})), council.decided((NOTA, {}))
    vl, documents = council.vl.parliament, council.vl.parliament.readiness(one).required
    key = vl.start(one, documents, by=CABINET).record.sendings[0].key
    vl.acknowledged(one, key, "pobj-1", {}, by=SYSTEM)
    key = vl.start(two, names, by=CABINET).record.sendings[0].key

    with pytest.raises(MalformedError, match="another dossier is 'pobj-1'"):
        vl.acknowledged(two, key, "pobj-1", {}, by=SYSTEM)
    vl.acknowledged(two, key, "pobj-2", {}, by=SYSTEM)
    with pytest.raises(MalformedError, match="another dossier is 'pobj-1'"):
        vl.told("pobj-1", "ingediend", council.now, before="pobj-2", by=SYSTEM)


def test_who_tells_what_the_parliament_answered(council: Council) -> None:
    """Who may not send does not answer for the parliament, nor say it failed."""
    dossier, names = council.decided((NOTA, {}))
    vl = council.vl.parliament
    key = vl.start(dossier, names, by=CABINET).record.sendings[0].key

    for other in (OTHER_CABINET, SECRETARIAT, VP):
        with pytest.raises(NotAllowedError):
            vl.acknowledged(dossier, key, "pobj-1", {}, by=other)
        with pytest.raises(NotAllowedError):
            vl.failed(dossier, key, by=other, reason="weg")
    vl.acknowledged(dossier, key, "pobj-1", {}, by=CABINET)
    for other in (OTHER_CABINET, SECRETARIAT, VP):
        with pytest.raises(NotAllowedError):
            vl.told("pobj-1", "niet ingeschreven", council.now, by=other)


def test_only_the_own_minister_sends(council: Council) -> None:
    """Another cabinet does not, and neither does the secretariat."""
    dossier, names = council.decided((NOTA, {}))

    for other in (OTHER_CABINET, SECRETARIAT, VP):
        with pytest.raises(NotAllowedError):
            council.vl.parliament.start(dossier, names, by=other)
    undecided = council.vl.dossiers.open("Later", by=CABINET).id
    with pytest.raises(NotReadyError, match="nog niet genomen"):
        council.vl.parliament.start(undecided, names, by=CABINET)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.integers(0, 6), max_size=12))
def test_nothing_goes_twice(council: Council, acts: list[int]) -> None:
    """In whatever order it is sent, lost, told and sent again: once, as one matter."""
    dossier, names = council.decided((NOTA, {}), (MEMORANDUM, {"word": True}))
    vl, pobj = council.vl.parliament, f"pobj-{dossier}"
    moments = (council.now + timedelta(hours=n) for n in count())

    def key() -> str:
        return vl.flow(dossier).record.sendings[-1].key

    def answer(name: str) -> object:
        files = vl.flow(dossier).record.sendings[-1].files
        ids = {one.sha256: f"pfls-{one.sha256}" for one in files}
        return vl.acknowledged(dossier, key(), name, ids, by=SYSTEM)

    possible: list[Callable[[], object]] = [
        lambda: vl.start(dossier, names[:1], by=CABINET),
        lambda: vl.start(dossier, names, by=ADMIN, reason="opnieuw"),
        lambda: answer(pobj),
        lambda: answer(f"{pobj}-2"),
        lambda: vl.failed(dossier, key(), by=CABINET, reason="weg"),
        lambda: vl.told(pobj, "in behandeling", next(moments), by=SYSTEM),
        lambda: vl.told(pobj, "niet ingeschreven", next(moments), by=SYSTEM),
    ]
    for act in acts:
        with suppress(DigivlError):
            possible[act]()
    with suppress(NotFoundError):
        flow = vl.flow(dossier).record
        sent = [one.sha256 for one in flow.sent()]
        assert len(set(sent)) == len(sent)
        pending = [s for s in flow.sendings if s.outcome is Outcome.PENDING]
        assert len(pending) <= 1
        history = council.vl.book.history(PARLIAMENT, flow_id(dossier))
        called = {entry.record.pobj for entry in history} - {None}
        assert len(called) <= 1
