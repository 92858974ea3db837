"""What comes back from the Flemish Parliament."""

from __future__ import annotations

import io
from datetime import date

import pytest

from digivl.access.model import AccessLevel
from digivl.documents.model import NOTA
from digivl.dossiers.mandates import Mandate, Office
from digivl.dossiers.model import StepKind
from digivl.dossiers.parliament import ParliamentStatus
from digivl.dossiers.readiness import DECREE
from digivl.dossiers.retrieval import Incoming, IncomingKind
from digivl.errors import MalformedError, StepNotAllowedError
from digivl.kernel.parties import SYSTEM
from digivl.testing.council import CABINET, SECRETARIAT, Council
from digivl.testing.papers import paper

S = ParliamentStatus


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
    dossier, names = council.decided((DECREE, {}))
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
    dossier, names = council.decided((DECREE, {}))
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


def test_a_dossier_keeps_its_name(council: Council) -> None:
    """What comes under another name is not taken in for it."""
    dossier, names = council.decided((NOTA, {}))
    vl = council.vl.parliament
    key = vl.start(dossier, names, by=CABINET).record.sendings[0].key
    vl.acknowledged(dossier, key, "pobj-2", {}, by=SYSTEM)

    with pytest.raises(StepNotAllowedError, match="bekend als pobj-2"):
        council.vl.retrieval.retrieve(
            "pobj-3",
            [incoming()],
            subject="jeugd",
            adopted=date(2026, 11, 20),
            by=SECRETARIAT,
            dossier=dossier,
        )


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
