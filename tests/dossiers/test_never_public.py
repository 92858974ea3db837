"""What prepares policy is never published: advice of the IF, and both agreements.

Source:
    vlaanderen.be, publication of the decisions of the Flemish Government: what is not
    published. That agreements stay within the government is inferred.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from itertools import product

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digivl import Digivl
from digivl.access.model import AccessLevel, Permission
from digivl.access.policy import TablePolicy
from digivl.advice.body import Body
from digivl.documents.model import (
    BUDGET_AGREEMENT,
    DOCUMENT,
    IF_ADVICE,
    NOTA,
    STAFF_AGREEMENT,
    CopyKind,
    most_open,
)
from digivl.dossiers.model import DOSSIER, DecisionResult, StepKind
from digivl.dossiers.readiness import DECREE
from digivl.dossiers.release import Released, Scope
from digivl.errors import NotFoundError, NotReadyError, TooOpenError
from digivl.kernel.identifiers import URI
from digivl.kernel.parties import Party, Role
from digivl.search.service import Only
from digivl.testing.council import CABINET, SECRETARIAT, Council
from digivl.testing.papers import paper, text_in

A = AccessLevel
BODY = Party("OVO000001", "Agentschap", Role.GOVERNMENT_BODY)
VP = Party("vlaams-parlement", "Vlaams Parlement", Role.PARLIAMENT)
GUARDED = {
    IF_ADVICE: A.INTERNAL_ADMINISTRATION,
    BUDGET_AGREEMENT: A.INTERNAL_GOVERNMENT,
    STAFF_AGREEMENT: A.INTERNAL_GOVERNMENT,
}


class Generous:
    """The policy of an entity where everybody may do and read everything."""

    def allows(self, *_: object) -> bool:
        """They may."""
        return True

    def reads(self, *_: object) -> bool:
        """They may."""
        return True


def test_every_answer_has_a_ceiling() -> None:
    """The types under which the answers of IF, BA and BZ are filed, and no others."""
    assert GUARDED == {
        body.document_type: most_open(body.document_type)
        for body in (Body.IF, Body.BA, Body.BZ)
    }
    assert A.PUBLIC is most_open(NOTA) is most_open(Body.RVS.document_type)


@pytest.mark.parametrize("type", GUARDED, ids=["IF", "BA", "BZ"])
def test_no_looser_level(type: URI, council: Council) -> None:
    """It is refused, with what the loosest one is; nothing is written."""
    dossier = council.vl.dossiers.open("Jeugdwerk", by=CABINET).id
    document, most = council.document(dossier, type=type), GUARDED[type]
    set_level = council.vl.dossiers.set_level
    looser = [level for level in A if level.openness > most.openness]
    for level in looser:
        with pytest.raises(TooOpenError) as refused:
            set_level(document, level, by=SECRETARIAT)
        assert "is never published" in str(refused.value)
        assert refused.value.most in refused.value.hint
    assert looser

    assert 1 == council.vl.documents.read(document).version
    assert most is set_level(document, most, by=SECRETARIAT).record.level


def test_no_policy_loosens_it(council: Council) -> None:
    """An entity where everybody may everything keeps them within the government."""
    vl = council.vl
    generous = Digivl.from_settings(
        vl.settings,
        folder=vl.folder,
        book=vl.book,
        policy=Generous(),
        clock=council.clock,
    )
    dossier = vl.dossiers.open("Jeugdwerk", by=CABINET).id
    agreement = council.document(dossier, type=BUDGET_AGREEMENT)
    nota = council.document(dossier, type=NOTA)

    with generous, pytest.raises(TooOpenError):
        generous.dossiers.set_level(agreement, A.PUBLIC, by=BODY)

    assert [nota] == [e.id for e in generous.reading.of_dossier(dossier, by=BODY)]


def test_a_translation_is_not_looser(council: Council) -> None:
    """Neither than its type lets, nor than what it is a translation of."""
    vl, dossier = council.vl, council.vl.dossiers.open("Jeugdwerk", by=CABINET).id
    document = council.document(dossier, level=A.CONFIDENTIAL, type=IF_ADVICE)

    made = vl.documents.translate(
        document, io.BytesIO(paper("Avis")), language="fr", title="Avis", by=CABINET
    )

    assert A.CONFIDENTIAL is made.record.level
    with pytest.raises(TooOpenError):
        vl.dossiers.set_level(made.id, A.PUBLIC, by=SECRETARIAT)


def loosen(council: Council, document: str, level: A) -> None:
    """Give it a level as an older book may have it, past every check."""
    found = council.vl.documents.read(document)
    (version,) = found.record.versions
    versions = (attrs.evolve(version, level=level),)
    record = attrs.evolve(found.record, versions=versions)
    council.vl.book.write(found.next(record, "level", SECRETARIAT, council.now))


def release(council: Council, meeting: str, *, gates: int) -> None:
    """Open so many gates of a meeting."""
    releases = council.vl.releases
    if gates > 0:
        releases.decisions(meeting, by=SECRETARIAT)
    planned = (
        (Released.DOCUMENTS, ()),
        (Released.PUBLIC, (Scope.NEWS, Scope.DOCUMENTS)),
    )
    for what, scope in planned[: max(gates - 1, 0)]:
        releases.plan(meeting, what, at=council.now, scope=scope, by=SECRETARIAT)
    council.now += timedelta(minutes=1)
    council.vl.work()


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(gates=st.integers(0, 3), has=st.booleans(), reader=st.sampled_from((BODY, VP)))
def test_no_way_leads_outside(
    gates: int,
    has: bool,  # noqa: FBT001 - drawn
    reader: Party,
    council: Council,
) -> None:
    """At every level, whatever is released or handed over: not read, found or named."""
    vl = council.vl
    dossier = vl.dossiers.open("Jeugdwerk", by=CABINET).id
    vl.book.write(council.described(dossier))
    nota = council.document(dossier, "Stuk", A.PUBLIC)
    guarded = {
        council.document(dossier, f"Geheim {n}", type=kind): (kind, level)
        for n, (kind, level) in enumerate(product(GUARDED, A))
    }
    step = vl.dossiers.submit(
        dossier, StepKind.FINAL_APPROVAL, documents=[nota, *guarded], by=CABINET
    ).id
    meeting = council.meeting().id
    item = council.item(meeting, step).id
    vl.approving.close(meeting, by=SECRETARIAT)
    vl.deciding.decide(step, DecisionResult.APPROVED, by=SECRETARIAT)
    vl.news.draft(item, by=SECRETARIAT)
    vl.news.finish(item, by=SECRETARIAT)
    for document, (_, level) in guarded.items():
        loosen(council, document, level)
    release(council, meeting, gates=gates)
    if has:
        vl.custody.hand_over(DOSSIER.ref(dossier), reader, by=CABINET)

    open_ones = {
        document
        for document, (kind, level) in guarded.items()
        if kind == IF_ADVICE and level.openness >= A.INTERNAL_ADMINISTRATION.openness
    }
    may = open_ones if gates > 1 or has else set()
    only = Only(dossier=dossier, kinds=(DOCUMENT.name,))
    hits = {hit.ref.id for hit in vl.search.find(by=reader, only=only).hits}
    shown = {entry.id for entry in vl.reading.of_dossier(dossier, by=reader)}
    sendable = {one.document for one in vl.parliament.readiness(dossier).ready}

    assert may == shown - {nota} == hits - {nota}
    assert open_ones == sendable - {nota}
    assert named(vl, meeting, step, reader) <= {names(vl, one) for one in may}
    for document in guarded.keys() - may:
        with pytest.raises(NotFoundError):
            vl.reading.read(document, by=reader)
    # Who reads only what is public reads none of them, ever.
    citizens, effective = TablePolicy(clearance={}), vl.reading.level
    assert not any(citizens.reads(reader, effective(name)) for name in guarded)


def names(vl: Digivl, document: str) -> str:
    """The title of a document, as papers name it."""
    return vl.documents.read(document).record.title


def named(vl: Digivl, meeting: str, step: str, by: Party) -> set[str]:
    """The guarded documents that somebody finds on the papers of a meeting."""
    makers: list[Callable[[], bytes]] = [
        lambda: vl.papers.agenda(meeting, by=by),
        lambda: vl.papers.report(step, by=by),
        lambda: vl.news.newsletter(meeting, by=by),
    ]
    papers = []
    for make in makers:
        with suppress(NotFoundError, NotReadyError):
            papers.append(text_in(make()))
    return set(re.findall(r"Geheim \d+", " ".join(papers)))


def test_the_bytes_go_by_the_same_rule(council: Council) -> None:
    """Also those of a copy, and of a type that was once set looser."""
    vl, dossier = council.vl, council.vl.dossiers.open("Jeugdwerk", by=CABINET).id
    added = vl.documents.add(
        dossier, io.BytesIO(paper()), title="BA", type=BUDGET_AGREEMENT, by=CABINET
    )
    sha256 = added.record.latest.sha256
    flat = io.BytesIO(paper("plat"))
    copied = vl.documents.copy(
        added.id, flat, CopyKind.FLATTENED, of=sha256, by=CABINET
    )
    loosen(council, added.id, A.PUBLIC)
    vl.custody.hand_over(DOSSIER.ref(dossier), BODY, by=CABINET)

    for name in copied.record.files:
        with (
            pytest.raises(NotFoundError),
            vl.reading.opened(added.id, by=BODY, sha256=name),
        ):
            pass
        with vl.reading.opened(added.id, by=CABINET, sha256=name) as file:
            assert file.read()


def test_an_advice_goes_to_the_parliament(council: Council) -> None:
    """With a draft decree, once it may leave the government; not when confidential."""
    vl = council.vl
    for level, goes in (
        (A.INTERNAL_ADMINISTRATION, True),
        (A.INTERNAL_GOVERNMENT, False),
        (A.CONFIDENTIAL, False),
    ):
        dossier, (decree, advice) = council.decided(
            (DECREE, {}), (IF_ADVICE, {"level": level})
        )
        if goes:
            (sending,) = vl.parliament.start(
                dossier, [decree, advice], by=CABINET
            ).record.sendings
            assert [decree, advice] == [one.document for one in sending.files]
        else:
            with pytest.raises(NotReadyError, match="mag niet verstuurd"):
                vl.parliament.start(dossier, [decree, advice], by=CABINET)


def test_an_agreement_does_not(council: Council) -> None:
    """Also where an older book let it be that open."""
    dossier, (decree, agreement) = council.decided(
        (DECREE, {}), (BUDGET_AGREEMENT, {"level": A.INTERNAL_ADMINISTRATION})
    )

    with pytest.raises(NotReadyError, match="mag niet verstuurd"):
        council.vl.parliament.start(dossier, [decree, agreement], by=CABINET)


def test_the_right_to_loosen_is_no_right_to_publish(council: Council) -> None:
    """Who manages documents is refused as well: it is no matter of permissions."""
    dossier = council.vl.dossiers.open("Jeugdwerk", by=CABINET).id
    document = council.document(dossier, type=STAFF_AGREEMENT)

    assert council.vl.guard.policy.allows(SECRETARIAT, Permission.MANAGE_AGENDA)
    with pytest.raises(TooOpenError, match="Akkoord Bestuurszaken"):
        council.vl.dossiers.set_level(
            document, A.INTERNAL_ADMINISTRATION, by=SECRETARIAT
        )
