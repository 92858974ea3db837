"""What a package for the Flemish Parliament has to hold."""

from __future__ import annotations

import io
from typing import Any

import pytest

from digivl.access.model import AccessLevel
from digivl.documents.model import (
    DECISION_REPORT,
    NOTA,
    CopyKind,
    Origin,
)
from digivl.dossiers.model import DecisionResult, StepKind
from digivl.dossiers.parliament import Form, ParliamentStatus
from digivl.dossiers.readiness import DECREE, MEMORANDUM
from digivl.errors import NotReadyError
from digivl.kernel.identifiers import URI
from digivl.kernel.parties import SYSTEM
from digivl.testing.council import CABINET, SECRETARIAT, Council
from digivl.testing.papers import paper

S = ParliamentStatus
ADMINISTRATION = AccessLevel.INTERNAL_ADMINISTRATION


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
    dossier, names = council.decided(*WHOLE)
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
    dossier, _ = council.decided(*WHOLE[1:])
    vl = council.vl
    before = [one.why for one in vl.parliament.readiness(dossier).missing]
    (step,) = vl.dossiers.steps(dossier)
    signed = council.document(
        dossier, level=ADMINISTRATION, type=DECISION_REPORT, signed=True
    )
    vl.secretary.attach(step.id, signed, by=SECRETARIAT)
    there = vl.parliament.readiness(dossier)

    assert (["BF ontbreekt"], ()) == (before, there.missing)
    assert signed in there.required


def test_what_is_missing(council: Council) -> None:
    """Each thing with its reason: not there, not signed, no Word, too guarded."""
    dossier, names = council.decided(
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
    dossier, _ = council.decided()

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
    vl.book.write(council.described(dossier))
    step = vl.dossiers.submit(
        dossier, StepKind.FINAL_APPROVAL, documents=[added.id], by=CABINET
    ).id
    meeting = council.meeting().id
    council.item(meeting, step)
    vl.approving.close(meeting, by=SECRETARIAT)
    vl.deciding.decide(step, DecisionResult.APPROVED, by=SECRETARIAT)

    (ready,) = vl.parliament.readiness(dossier).ready

    assert (Form.SIGNED, copy.sha256) == (ready.form, ready.sha256)


def test_each_step_has_its_own_list(council: Council) -> None:
    """What the principle approval lacks is told, whatever the final one has."""
    vl = council.vl
    dossier, names = council.decided(*WHOLE)
    early = vl.dossiers.submit(
        dossier,
        StepKind.PRINCIPLE_APPROVAL,
        documents=[council.document(dossier, level=ADMINISTRATION)],
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
