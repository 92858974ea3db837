"""What goes to the Flemish Parliament, and what comes back."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digivl import DigivlError
from digivl.access.model import AccessLevel
from digivl.documents.model import (
    DECISION_REPORT,
    DOCUMENT,
    NOTA,
    CopyKind,
    Document,
    DocumentVersion,
    Origin,
    Original,
    WordProcessor,
)
from digivl.dossiers.mandates import Mandate, Office
from digivl.dossiers.model import DecisionResult, StepKind
from digivl.dossiers.parliament import (
    PARLIAMENT,
    Form,
    Outcome,
    ParliamentStatus,
    flow_id,
)
from digivl.dossiers.readiness import DECREE, MEMORANDUM
from digivl.dossiers.retrieval import Incoming, IncomingKind
from digivl.errors import (
    MalformedError,
    NotAllowedError,
    NotFoundError,
    NotReadyError,
    StaleRecordError,
    StepNotAllowedError,
)
from digivl.kernel.identifiers import URI, new_id
from digivl.kernel.parties import SYSTEM, Party, Role
from digivl.records.entries import first
from digivl.testing.council import ADMIN, CABINET, OTHER_CABINET, SECRETARIAT, Council
from digivl.testing.papers import paper

S = ParliamentStatus
ADMINISTRATION = AccessLevel.INTERNAL_ADMINISTRATION
VP = Party("vlaams-parlement", "Vlaams Parlement", Role.PARLIAMENT)


def file(council: Council, number: int = 0) -> str:
    """The digest of some bytes."""
    council.made += 1
    return f"{council.made:060x}{number:04x}"


def document(
    council: Council,
    dossier: str,
    type: URI,
    *,
    signed: bool = False,
    word: bool = False,
    level: AccessLevel = ADMINISTRATION,
) -> str:
    """A document of a dossier; its bytes are nowhere."""
    original = Original(sha256=file(council), size=1, media_type=WordProcessor.DOCX)
    received = DocumentVersion(
        sha256=file(council),
        size=1,
        origin=Origin.RECEIVED,
        at=council.now,
        level=level,
        original=original if word else None,
    )
    versions: tuple[DocumentVersion, ...] = (received,)
    if signed:
        versions += (
            DocumentVersion(
                sha256=file(council),
                size=1,
                origin=Origin.SIGNED,
                source=received.sha256,
                at=council.now,
                level=level,
            ),
        )
    record = Document(dossier=dossier, title="Stuk", type=type, versions=versions)
    draft = first(DOCUMENT, new_id(), record, "receive", CABINET, council.now)
    return council.vl.book.write(draft)[0].id


def decided(
    council: Council, *documents: tuple[URI, dict[str, Any]], released: bool = True
) -> tuple[str, list[str]]:
    """A dossier with a definitive approval of these documents; their ids."""
    vl = council.vl
    dossier = vl.dossiers.open("Decreet over jeugdwerk", by=CABINET).id
    vl.book.write(council.favourable(dossier, "Decreet over jeugdwerk"))
    names = [document(council, dossier, of, **how) for of, how in documents]
    step = vl.dossiers.submit(
        dossier, StepKind.FINAL_APPROVAL, documents=names, by=CABINET
    ).id
    meeting = council.meeting().id
    council.item(meeting, step)
    vl.approving.close(meeting, by=SECRETARIAT)
    vl.deciding.decide(step, DecisionResult.APPROVED, by=SECRETARIAT)
    if released:
        vl.releases.decisions(meeting, by=SECRETARIAT)
    return dossier, names


WHOLE: tuple[tuple[URI, dict[str, Any]], ...] = (
    (DECISION_REPORT, {"signed": True}),
    (DECREE, {"signed": True, "word": True}),
    (MEMORANDUM, {"signed": True, "word": True}),
    (NOTA, {}),
    (
        URI(
            "http://themis.vlaanderen.be/id/concept/document-type/"
            "fb931eff-38f2-4743-802b-4240c35b8b0c"
        ),
        {},
    ),
)


def test_a_whole_package(council: Council) -> None:
    """Everything in every form; complete once the decisions are released, too."""
    dossier, names = decided(council, *WHOLE)
    vl = council.vl.parliament
    ready = vl.readiness(dossier)

    started = vl.start(dossier, names, by=CABINET).record
    key = started.sendings[0].key
    ids = {f.sha256: f"pfls-{n}" for n, f in enumerate(started.sendings[0].files)}
    done = vl.acknowledged(dossier, key, "pobj-1", ids, by=SYSTEM)
    again = vl.acknowledged(dossier, key, "pobj-1", ids, by=SYSTEM)

    assert () == ready.missing
    assert [Form.SIGNED, Form.SIGNED, Form.WORD, Form.SIGNED, Form.WORD] == [
        one.form for one in ready.ready[:5]
    ]
    assert (S.PREPARED, S.COMPLETE) == (started.state, done.record.state)
    (step,), (sending,) = council.vl.dossiers.steps(dossier), started.sendings
    assert (step.id, "minister-1", CABINET) == (
        sending.step,
        sending.submitter,
        sending.contact,
    )
    assert [".docx", " (ondertekend).pdf"] == [
        sending.files[n].filename.removeprefix(one.name)
        for n, one in ((2, ready.ready[2]), (1, ready.ready[1]))
    ]
    assert (done.version, "pobj-1") == (again.version, again.record.pobj)


def test_a_report_that_was_made_later(council: Council) -> None:
    """A signed decision report counts once it is attached to its decision."""
    dossier, _ = decided(council, *WHOLE[1:])
    vl = council.vl
    before = [one.why for one in vl.parliament.readiness(dossier).missing]
    (step,) = vl.dossiers.steps(dossier)
    signed = document(council, dossier, DECISION_REPORT, signed=True)
    vl.secretary.attach(step.id, signed, by=SECRETARIAT)
    there = vl.parliament.readiness(dossier)

    assert (["BF ontbreekt"], ()) == (before, there.missing)
    assert signed in there.required


def test_what_is_missing(council: Council) -> None:
    """Each thing with its reason: not there, not signed, no Word, too guarded."""
    dossier, names = decided(
        council,
        (DECREE, {}),
        (NOTA, {"level": AccessLevel.INTERNAL_GOVERNMENT}),
        (MEMORANDUM, {"signed": True}),
        released=False,
    )
    vl = council.vl.parliament

    assert [
        "BF ontbreekt",
        "Decreet ontbreekt als word",
        "Decreet ontbreekt als ondertekend",
        "MvT ontbreekt als word",
        "Nota mag niet buiten de regering: geef het niveau Intern Overheid",
        "Advies ontbreekt",
    ] == [one.why for one in vl.readiness(dossier).missing]
    with pytest.raises(NotReadyError, match="mag niet verstuurd"):
        vl.start(dossier, names, by=CABINET)
    sent = vl.start(dossier, [names[0], names[2]], by=CABINET).record
    assert not sent.sendings[0].complete


def test_a_step_without_documents_is_told(council: Council) -> None:
    """Also where the rest is not about a decree."""
    dossier, _ = decided(council)

    (missing,) = council.vl.parliament.readiness(dossier).missing

    assert "heeft geen documenten" in missing.why


def test_the_flattened_copy_goes(council: Council) -> None:
    """Of a signed document goes the copy without certificates, where there is one."""
    vl, dossier = council.vl, council.vl.dossiers.open("Decreet", by=CABINET).id
    added = vl.documents.add(
        dossier, io.BytesIO(paper()), title="Decreet", type=DECREE, by=CABINET
    )
    signed = vl.documents.draft(
        added,
        vl.documents.keep(io.BytesIO(paper("getekend"))),
        Origin.SIGNED,
        SECRETARIAT,
        council.now,
    )
    last = vl.book.write(signed)[0].record.latest.sha256
    vl.dossiers.set_level(added.id, ADMINISTRATION, by=SECRETARIAT)
    flat = io.BytesIO(paper("afgevlakt"))
    (copy,) = vl.documents.copy(
        added.id, flat, CopyKind.FLATTENED, of=last, by=SECRETARIAT
    ).record.copies
    vl.book.write(council.favourable(dossier, "Decreet"))
    step = vl.dossiers.submit(
        dossier, StepKind.FINAL_APPROVAL, documents=[added.id], by=CABINET
    ).id
    meeting = council.meeting().id
    council.item(meeting, step)
    vl.approving.close(meeting, by=SECRETARIAT)
    vl.deciding.decide(step, DecisionResult.APPROVED, by=SECRETARIAT)

    (ready,) = vl.parliament.readiness(dossier).ready

    assert (Form.SIGNED, copy.sha256) == (ready.form, ready.sha256)


def test_a_lost_answer_holds_up_the_next(council: Council) -> None:
    """As long as nobody knows whether a sending arrived, no other one starts."""
    dossier, names = decided(council, (NOTA, {}))
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
    dossier, names = decided(council, (NOTA, {}), (MEMORANDUM, {}))
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
        sha256=file(council),
        size=1,
        origin=Origin.RECEIVED,
        at=council.now,
        level=ADMINISTRATION,
    )
    record = found.record.with_version(version)
    council.vl.book.write(found.next(record, "replace", CABINET, council.now))


def test_an_answer_without_names_loses_none(council: Council) -> None:
    """The last name that is known stays what a new version takes the place of."""
    dossier, names = decided(council, (NOTA, {}))
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
    dossier, names = decided(council, (NOTA, {}), (MEMORANDUM, {}))
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
    dossier, names = decided(council, (NOTA, {}), (MEMORANDUM, {}))
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
    (one, _), (two, names) = decided(council, (NOTA, {})), decided(council, (NOTA, {}))
    vl, documents = council.vl.parliament, council.vl.parliament.readiness(one).required
    key = vl.start(one, documents, by=CABINET).record.sendings[0].key
    vl.acknowledged(one, key, "pobj-1", {}, by=SYSTEM)
    key = vl.start(two, names, by=CABINET).record.sendings[0].key

    with pytest.raises(MalformedError, match="another dossier is 'pobj-1'"):
        vl.acknowledged(two, key, "pobj-1", {}, by=SYSTEM)
    vl.acknowledged(two, key, "pobj-2", {}, by=SYSTEM)
    with pytest.raises(MalformedError, match="another dossier is 'pobj-1'"):
        vl.told("pobj-1", "ingediend", council.now, before="pobj-2", by=SYSTEM)
    with pytest.raises(StepNotAllowedError, match="bekend als pobj-2"):
        council.vl.retrieval.retrieve(
            "pobj-3",
            [incoming()],
            subject="x",
            adopted=date(2026, 11, 20),
            by=SECRETARIAT,
            dossier=two,
        )


def test_two_who_give_one_name(council: Council) -> None:
    """At the same moment: one of both is told, and gives it to nothing."""
    both = [decided(council, (NOTA, {})) for _ in range(2)]
    vl = council.vl.parliament
    keys = [
        vl.start(dossier, names, by=CABINET).record.sendings[0].key
        for dossier, names in both
    ]

    def name(number: int) -> str:
        with suppress(StaleRecordError, MalformedError):
            vl.acknowledged(both[number][0], keys[number], "pobj-1", {}, by=SYSTEM)
        return vl.flow(both[number][0]).record.pobj or ""

    with ThreadPoolExecutor(2) as threads:
        named = list(threads.map(name, range(2)))

    assert ["", "pobj-1"] == sorted(named)


def test_who_tells_what_the_parliament_answered(council: Council) -> None:
    """Who may not send does not answer for the parliament, nor say it failed."""
    dossier, names = decided(council, (NOTA, {}))
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
    dossier, names = decided(council, (NOTA, {}))

    for other in (OTHER_CABINET, SECRETARIAT, VP):
        with pytest.raises(NotAllowedError):
            council.vl.parliament.start(dossier, names, by=other)
    undecided = council.vl.dossiers.open("Later", by=CABINET).id
    with pytest.raises(NotReadyError, match="nog niet genomen"):
        council.vl.parliament.start(undecided, names, by=CABINET)


def test_each_step_has_its_own_list(council: Council) -> None:
    """What the principle approval lacks is told, whatever the final one has."""
    vl = council.vl
    dossier, names = decided(council, *WHOLE)
    early = vl.dossiers.submit(
        dossier,
        StepKind.PRINCIPLE_APPROVAL,
        documents=[document(council, dossier, NOTA)],
        by=CABINET,
    )

    there = vl.parliament.readiness(dossier)

    assert {f"principiële goedkeuring ({early.record.ordinal})"} == {
        one.step.lower() for one in there.missing
    }
    assert ["BF", "Decreet", "MvT", "Advies", "IF"] == [
        one.why.removesuffix(" ontbreekt") for one in there.missing
    ]
    assert {*names, *early.record.documents} == set(there.required)


def incoming(kind: IncomingKind = IncomingKind.DECREE, name: str = "1") -> Incoming:
    """A file from the parliament."""
    content = io.BytesIO(paper(f"Perkament {name}"))
    return Incoming(file_id=name, kind=kind, title=f"Stuk {name}", content=content)


def test_a_decree_comes_back(council: Council) -> None:
    """A ratification, once, by who is in office and the minister-president."""
    for person, office, end in (
        ("minister-1", Office.MINISTER, None),
        ("minister-8", Office.MINISTER, date(2026, 6, 1)),
        ("minister-9", Office.MINISTER_PRESIDENT, None),
    ):
        council.vl.government.appoint(
            Mandate(
                person=person,
                office=office,
                title=f"Minister {person}",
                rank=int(person[-1]),
                start=date(2026, 1, 1),
                end=end,
            ),
            by=SECRETARIAT,
        )
    dossier, names = decided(council, (DECREE, {}))
    vl = council.vl.parliament
    key = vl.start(dossier, names, by=CABINET).record.sendings[0].key
    vl.acknowledged(dossier, key, "pobj-1", {}, by=SYSTEM)
    retrieve, day = council.vl.retrieval.retrieve, date(2026, 11, 20)

    flow = retrieve(
        "pobj-1", [incoming()], subject="jeugd", adopted=day, by=SECRETARIAT
    )
    again = retrieve(
        "pobj-1", [incoming()], subject="jeugd", adopted=day, by=SECRETARIAT
    )

    (step,) = [
        entry.record
        for entry in council.vl.dossiers.steps(dossier)
        if entry.record.kind is StepKind.RATIFICATION
    ]
    assert flow == again
    assert (("vp-1",), {"minister-1", "minister-9"}) == (
        step.documents,
        set(step.ratified_by),
    )
    assert AccessLevel.PUBLIC is council.vl.documents.read("vp-1").record.latest.level


def test_what_comes_later_joins_its_step(council: Council) -> None:
    """An annex after the decree is of the same ratification; there is no second one."""
    dossier, names = decided(council, (DECREE, {}))
    vl = council.vl.parliament
    key = vl.start(dossier, names, by=CABINET).record.sendings[0].key
    vl.acknowledged(dossier, key, "pobj-1", {}, by=SYSTEM)
    reference = incoming(IncomingKind.REFERENCE, "0")
    annex = incoming(IncomingKind.ANNEX, "2")
    for files in ([reference], [incoming()], [incoming(), annex]):
        council.vl.retrieval.retrieve(
            "pobj-1",
            files,
            subject="jeugd",
            adopted=date(2026, 11, 20),
            by=SECRETARIAT,
        )

    (step,) = [
        entry.record
        for entry in council.vl.dossiers.steps(dossier)
        if entry.record.kind is StepKind.RATIFICATION
    ]

    assert ("vp-1", "vp-2") == step.documents


def test_something_new_from_the_parliament(council: Council) -> None:
    """A matter nobody knew becomes a dossier that the secretariat has to treat."""
    flow = council.vl.retrieval.retrieve(
        "pobj-7",
        [
            incoming(IncomingKind.RESOLUTION, "2"),
            incoming(IncomingKind.REFERENCE, "3"),
        ],
        subject="betreffende jeugdwerk",
        adopted=date(2026, 11, 20),
        by=SECRETARIAT,
    ).record

    opened = council.vl.dossiers.read(flow.dossier).record
    assert (
        "Resolutie betreffende jeugdwerk, aangenomen op 20 november 2026"
        == opened.title
    )
    assert (S.RECEIVED, ("2", "3")) == (flow.state, flow.received)
    guarded = council.vl.documents.read("vp-3").record.latest.level
    assert AccessLevel.INTERNAL_SECRETARIAT is guarded
    with pytest.raises(MalformedError, match="nothing came"):
        council.vl.retrieval.retrieve(
            "pobj-8", [], subject="x", adopted=date(2026, 11, 20), by=SECRETARIAT
        )


@pytest.mark.parametrize("name", ["", "a b", "../x", "x" * 101, "a;b"])
def test_names_of_the_parliament(council: Council, name: str) -> None:
    """What cannot be part of an id is refused, with what it has to be."""
    with pytest.raises(MalformedError, match="no name of another system"):
        incoming(name=name)
    with pytest.raises(MalformedError, match="no name of another system"):
        council.vl.retrieval.retrieve(
            name, [incoming()], subject="x", adopted=date(2026, 1, 1), by=SECRETARIAT
        )


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.integers(0, 6), max_size=12))
def test_nothing_goes_twice(council: Council, acts: list[int]) -> None:
    """In whatever order it is sent, lost, told and sent again: once, as one matter."""
    dossier, names = decided(council, (NOTA, {}), (MEMORANDUM, {"word": True}))
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
