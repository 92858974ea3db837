"""Who reads which document when: one rule for every way."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digivl.access.model import DENIAL, AccessLevel
from digivl.access.policy import TablePolicy
from digivl.advice.body import Body
from digivl.documents.model import DOCUMENT, NOTA, Origin
from digivl.dossiers.model import DOSSIER, DecisionResult, StepKind, StepState
from digivl.dossiers.release import Released, Scope
from digivl.errors import NotAllowedError, NotFoundError
from digivl.kernel.parties import Party, Role
from digivl.records.port import Query
from digivl.search.service import Only
from digivl.testing.council import (
    ADMIN,
    CABINET,
    OTHER_CABINET,
    SECRETARIAT,
    Council,
)
from digivl.testing.papers import paper

A = AccessLevel
STAFF = Party("medewerker", "Kabinetsmedewerker", Role.CABINET_STAFF)
BODY = Party("OVO000001", "Agentschap", Role.GOVERNMENT_BODY)
CITIZEN = Party("burger", "Test Burger", Role.SIGNATORY)
MINISTER = Party("minister-2", "Minister", Role.MINISTER, minister="minister-2")
READERS = (ADMIN, SECRETARIAT, CABINET, OTHER_CABINET, MINISTER, STAFF, BODY)


def readers(council: Council, document: str) -> list[str]:
    """The ids of those who may read it now."""
    found = []
    for reader in READERS:
        try:
            council.vl.reading.read(document, by=reader)
        except NotFoundError:
            continue
        found.append(reader.id)
    return found


def test_a_document_opens_step_by_step(council: Council) -> None:
    """Approval, decisions, documents, public: each gate lets more people in."""
    meeting = council.meeting()
    item = council.item(meeting.id, council.matter(level=A.PUBLIC).id)
    document = item.record.pieces[0].document
    level, releases = council.vl.reading.level, council.vl.releases
    seen, who = [level(document)], [readers(council, document)]

    council.vl.approving.close(meeting.id, by=SECRETARIAT)
    council.vl.deciding.decide(
        item.record.step, DecisionResult.APPROVED, by=SECRETARIAT
    )
    seen.append(level(document))
    who.append(readers(council, document))
    releases.decisions(meeting.id, by=SECRETARIAT)
    seen.append(level(document))
    who.append(readers(council, document))
    for what, scope in (
        (Released.DOCUMENTS, ()),
        (Released.PUBLIC, (Scope.NEWS, Scope.DOCUMENTS)),
    ):
        releases.plan(meeting.id, what, at=council.now, scope=scope, by=SECRETARIAT)
        council.now += timedelta(minutes=1)
        council.vl.work()
        seen.append(level(document))
        who.append(readers(council, document))

    assert [
        *(A.INTERNAL_SECRETARIAT, A.CONFIDENTIAL, A.INTERNAL_GOVERNMENT),
        *(A.INTERNAL_ADMINISTRATION, A.PUBLIC),
    ] == seen
    base = [ADMIN.id, SECRETARIAT.id, CABINET.id]
    assert [
        base,
        [*base, MINISTER.id],
        [*base, OTHER_CABINET.id, MINISTER.id, STAFF.id],
        [reader.id for reader in READERS],
        [reader.id for reader in READERS],
    ] == who


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_no_way_shows_more_than_the_rule(data: Any, council: Council) -> None:
    """Reading, listing and searching agree; nobody passes the effective level."""
    wish = data.draw(st.sampled_from(AccessLevel))
    opened = data.draw(st.integers(0, 3))
    reader = data.draw(st.sampled_from(READERS))
    meeting = council.meeting()
    item = council.item(meeting.id, council.matter(level=wish, by=OTHER_CABINET).id)
    document = item.record.pieces[0].document
    if opened > 0:
        council.vl.approving.close(meeting.id, by=SECRETARIAT)
        step = item.record.step
        council.vl.deciding.decide(step, DecisionResult.APPROVED, by=SECRETARIAT)
    if opened > 1:
        council.vl.releases.decisions(meeting.id, by=SECRETARIAT)
    if opened > 2:
        council.vl.releases.plan(
            meeting.id, Released.DOCUMENTS, at=council.now, by=SECRETARIAT
        )
        council.vl.work()

    shown = [
        e.id for e in council.vl.reading.of_dossier(item.record.dossier, by=reader)
    ]
    try:
        council.vl.reading.read(document, by=reader)
        may_read = True
    except NotFoundError:
        may_read = False

    only = Only(dossier=item.record.dossier)
    hits = council.vl.search.find("ontwerp", by=reader, only=only).hits
    hits += council.vl.search.find("jeugdwerk", by=reader, only=only).hits
    kinds = [hit.ref.kind for hit in hits]

    assert ([document] if may_read else []) == shown
    assert shown == [hit.ref.id for hit in hits if hit.ref.kind == "document"]
    # What belongs to a dossier shows only to who may know of the dossier.
    assert "dossier" in kinds or not kinds
    submitted = reader.minister == OTHER_CABINET.minister
    if may_read and not submitted:
        level = council.vl.reading.level(document)
        assert TablePolicy().reads(reader, level, ["minister-2"])


def test_hidden_looks_like_absent(council: Council) -> None:
    """Who may not see a document is told what is told of one that is not there."""
    item = council.item(council.meeting().id)
    document = item.record.pieces[0].document
    texts = []
    for name in (document, "0" * len(document)):
        with pytest.raises(NotFoundError) as refused:
            council.vl.reading.read(name, by=STAFF)
        texts.append(refused.value.diagnostics().replace(name, "…"))

    assert texts[0] == texts[1]
    assert 2 == len(council.vl.book.rows(Query(kind=DENIAL.name)))


def test_refused_acts_are_recorded(council: Council) -> None:
    """What a role does not allow is refused before anything is looked up."""
    with pytest.raises(NotAllowedError, match="kabinetsmedewerker") as refused:
        council.vl.agendas.put("nergens", "nergens", by=STAFF)

    (row,) = council.vl.book.rows(Query(kind=DENIAL.name))
    denial = council.vl.book.read(DENIAL, row.ref.id)
    assert ("step/nergens", STAFF) == (denial.record.subject, denial.actor)
    assert refused.value.permission == denial.record.permission


def test_bytes_go_by_the_same_rule(council: Council) -> None:
    """The bytes of a version are given to those who may read it, and no other bytes."""
    dossier = council.vl.dossiers.open("Met bytes", by=CABINET).id
    content = paper()
    document = council.vl.documents.add(
        dossier, io.BytesIO(content), title="Nota", type=NOTA, by=CABINET
    ).id
    opened = council.vl.reading.opened

    with opened(document, by=CABINET) as file:
        assert content == file.read()
    for other in (STAFF, OTHER_CABINET, BODY):
        with pytest.raises(NotFoundError), opened(document, by=other):
            pass
    with pytest.raises(NotFoundError), opened(document, by=ADMIN, sha256="0" * 64):
        pass


def test_postponed_is_not_shown_outside(council: Council) -> None:
    """The administration does not see the documents of what was postponed."""
    meeting = council.meeting()
    item = council.item(meeting.id, council.matter(level=A.PUBLIC).id)
    document = item.record.pieces[0].document
    council.vl.approving.close(meeting.id, by=SECRETARIAT)
    council.vl.deciding.decide(
        item.record.step, DecisionResult.POSTPONED, by=SECRETARIAT
    )
    council.vl.releases.decisions(meeting.id, by=SECRETARIAT)
    council.vl.releases.plan(
        meeting.id, Released.DOCUMENTS, at=council.now, by=SECRETARIAT
    )
    council.vl.work()

    assert BODY.id not in readers(council, document)
    assert STAFF.id in readers(council, document)


def test_confidential_step_tightens(council: Council) -> None:
    """Restricted access of a step counts for all its documents."""
    dossier = council.vl.dossiers.open("Vertrouwelijk", by=CABINET).id
    document = council.document(dossier, level=A.PUBLIC)
    council.vl.dossiers.submit(
        dossier,
        StepKind.FINAL_APPROVAL,
        documents=[document],
        by=CABINET,
        confidential=True,
    )

    assert A.CONFIDENTIAL is council.vl.reading.level(document)
    assert OTHER_CABINET.id not in readers(council, document)


def test_earlier_versions_need_the_right_to_history(council: Council) -> None:
    """Only the newest version can be open; earlier ones stay in the government."""
    dossier = council.vl.dossiers.open("Met BIS", by=CABINET).id
    document = council.vl.documents.add(
        dossier, io.BytesIO(paper()), title="Nota", type=NOTA, by=CABINET
    )
    old = document.record.latest.sha256
    council.vl.documents.replace(document.id, io.BytesIO(paper("anders")), by=CABINET)

    done = council.vl.dossiers.set_level(document.id, A.PUBLIC, by=SECRETARIAT)

    levels = [version.level for version in done.record.versions]
    assert [A.INTERNAL_GOVERNMENT, A.PUBLIC] == levels
    with pytest.raises(NotFoundError):
        council.vl.reading.read(document.id, by=BODY)
    council.vl.custody.hand_over(DOSSIER.ref(dossier), BODY, by=CABINET)
    with council.vl.reading.opened(document.id, by=BODY) as file:
        assert file.read()
    with (
        pytest.raises(NotFoundError),
        council.vl.reading.opened(document.id, by=BODY, sha256=old),
    ):
        pass


def test_a_minister_leaves(council: Council) -> None:
    """The matter stays with the minister it had; the successor's is a new one."""
    meeting = council.meeting()
    item = council.item(meeting.id)
    council.vl.agendas.edit(item.id, ministers=["minister-3"], by=SECRETARIAT)

    assert ("minister-1",) == council.step_of(item).ministers
    assert [("minister-1",), ("minister-1",), ("minister-3",)] == [
        entry.record.ministers for entry in council.vl.agendas.history(item.id)
    ]
    document = item.record.pieces[0].document
    assert DOCUMENT.name == council.vl.reading.read(document, by=CABINET).kind.name


def test_late_document_waits_like_the_others(council: Council) -> None:
    """A document that is added to an item is not open before the item's gates are."""
    meeting = council.meeting()
    item = council.item(meeting.id)
    late = council.document(item.record.dossier, "Bijlage", A.PUBLIC)
    names = [*(p.document for p in item.record.pieces), late]

    council.vl.agendas.edit(item.id, documents=names, by=SECRETARIAT)
    council.vl.agendas.edit(item.id, documents=names[:1], by=SECRETARIAT)

    assert A.INTERNAL_SECRETARIAT is council.vl.reading.level(late)
    assert BODY.id not in readers(council, late)


def test_stamped_before_the_agenda(council: Council) -> None:
    """A document that had its code before it was put on the agenda opens as any."""
    vl = council.vl
    dossier = vl.dossiers.open("Met code", by=CABINET).id
    vl.book.write(council.described(dossier))
    document = council.document(dossier, level=A.PUBLIC)
    found = vl.documents.read(document)
    stamped = attrs.evolve(
        found.record.latest,
        sha256="c" * 64,
        origin=Origin.STAMPED,
        source=found.record.latest.sha256,
    )
    record = found.record.with_version(stamped)
    vl.book.write(found.next(record, "stamped", SECRETARIAT, council.now))
    step = vl.dossiers.submit(
        dossier, StepKind.FINAL_APPROVAL, documents=[document], by=CABINET
    )
    meeting = council.meeting()
    council.item(meeting.id, step.id)

    vl.approving.close(meeting.id, by=SECRETARIAT)

    assert A.CONFIDENTIAL is vl.reading.level(document)


def test_who_delivers_to_a_dossier(council: Council) -> None:
    """Its owner, the cabinet of a competent minister and the staff; nobody else."""
    dossier = council.vl.dossiers.open("Subsidie", by=CABINET).id
    council.vl.dossiers.submit(
        dossier,
        StepKind.FINAL_APPROVAL,
        documents=(),
        by=SECRETARIAT,
        ministers=["minister-3"],
    )
    third = Party("kabinet-3", "Kabinet", Role.DOSSIER_MANAGER, minister="minister-3")
    add = council.vl.documents.add

    for who in (CABINET, third, SECRETARIAT):
        add(dossier, io.BytesIO(paper()), title="Nota", type=NOTA, by=who)
    for who in (OTHER_CABINET, STAFF, BODY):
        with pytest.raises(NotAllowedError, match="documenten aanleveren"):
            add(dossier, io.BytesIO(paper()), title="Nota", type=NOTA, by=who)


def test_who_is_asked_reads_what_it_is_about(council: Council) -> None:
    """Each of two who were asked at once, though the dossier is with one of them."""
    dossier = council.vl.dossiers.open("Subsidie", by=CABINET).id
    council.vl.book.write(council.described(dossier))
    document = council.document(dossier)
    inspectors = [
        Party(f"if-{n}", "Inspecteur", Role.FINANCE_INSPECTOR) for n in range(3)
    ]
    for inspector, body in zip(inspectors, (Body.IF, Body.WT), strict=False):
        council.vl.advices.ask(
            dossier, documents=[document], adviser=inspector, body=body, by=CABINET
        )

    for inspector in inspectors[:2]:
        assert document == council.vl.reading.read(document, by=inspector).id
    with pytest.raises(NotFoundError):
        council.vl.reading.read(document, by=inspectors[2])


def test_a_decision_is_told_with_its_release(council: Council) -> None:
    """Before, a cabinet sees that it stands on the agenda; outside nothing at all."""
    meeting = council.meeting().id
    step = council.item(meeting).record.step
    council.vl.approving.close(meeting, by=SECRETARIAT)
    council.vl.deciding.decide(step, DecisionResult.POSTPONED, by=SECRETARIAT)
    read = council.vl.reading.step

    def told(reader: Party) -> tuple[StepState, int]:
        seen = read(step, by=reader)
        return seen.state, len(seen.decisions)

    before = [told(who) for who in (SECRETARIAT, CABINET, OTHER_CABINET)]
    with pytest.raises(NotFoundError, match="there is no step"):
        read(step, by=BODY)
    council.vl.releases.decisions(meeting, by=SECRETARIAT)

    hidden, shown = (StepState.ON_AGENDA, 0), (StepState.POSTPONED, 1)
    assert [shown, hidden, hidden] == before
    assert shown == told(OTHER_CABINET)


def test_a_document_of_no_dossier(council: Council) -> None:
    """One that an import left without its dossier is nobody's to read, not a crash."""
    document = council.document("nergens")

    with pytest.raises(NotFoundError):
        council.vl.reading.read(document, by=ADMIN)
    assert () == tuple(council.vl.reading.of_dossier("nergens", by=ADMIN))
    only = Only(dossier="nergens")
    assert () == council.vl.search.find(by=ADMIN, only=only).hits
