"""Acts on what is somebody else's: refused, and as if it were not there."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest

from digivl.access.model import DENIAL
from digivl.documents.model import NOTA
from digivl.dossiers.consultation import Silence
from digivl.dossiers.model import StepKind
from digivl.errors import NotAllowedError, NotFoundError
from digivl.kernel.identifiers import OVOCode, new_id
from digivl.records.entries import first
from digivl.records.port import Query
from digivl.signing.model import FLOW, Signatory, SigningFlow
from digivl.testing.council import ADMIN, CABINET, OTHER_CABINET, Council
from digivl.testing.papers import paper

FINAL = StepKind.FINAL_APPROVAL


@attrs.frozen
class Matter:
    """Ids of what a cabinet has, or of nothing at all."""

    dossier: str
    document: str
    submission: str
    round: str
    flow: str


NOTHING = Matter(*[f"nergens-{n}" for n in range(5)])


def matter(council: Council) -> Matter:
    """Something of everything."""
    vl, dossier = council.vl, council.vl.dossiers.open("Jeugdwerk", by=CABINET).id
    document = vl.documents.add(
        dossier, io.BytesIO(paper("Nota")), title="Nota", type=NOTA, by=CABINET
    ).id
    asked = vl.consultations.start(
        dossier,
        documents=[document],
        obligatory=[ADMIN],
        due=council.now + timedelta(days=3),
        silence=Silence.AGREES,
        by=CABINET,
    )
    submission = vl.submissions.submit(dossier, FINAL, documents=[document], by=CABINET)
    flow = first(
        FLOW,
        new_id(),
        SigningFlow(
            dossier=dossier,
            document=document,
            title="Nota",
            base="0" * 64,
            current="0" * 64,
            started_by=CABINET,
            signatories=(Signatory(party=CABINET, means="zegel"),),
        ),
        "start",
        CABINET,
        council.now,
    )
    vl.book.write(flow)
    return Matter(dossier, document, submission.id, asked.id, flow.id)


ACTS: dict[str, Callable[[Any, Matter, Any], object]] = {
    "close": lambda vl, it, by: vl.dossiers.close(it.dossier, by=by),
    "submit": lambda vl, it, by: vl.dossiers.submit(
        it.dossier, FINAL, documents=[it.document], by=by
    ),
    "submit to the secretariat": lambda vl, it, by: vl.submissions.submit(
        it.dossier, FINAL, documents=[it.document], by=by
    ),
    "ask back": lambda vl, it, by: vl.submissions.ask_back(
        it.submission, by=by, reason="fout"
    ),
    "submit again": lambda vl, it, by: vl.submissions.submit_again(
        it.submission, documents=[it.document], by=by
    ),
    "add": lambda vl, it, by: vl.documents.add(
        it.dossier, io.BytesIO(paper("x")), title="x", type=NOTA, by=by
    ),
    "replace": lambda vl, it, by: vl.documents.replace(
        it.document, io.BytesIO(paper("x")), by=by
    ),
    "translate": lambda vl, it, by: vl.documents.translate(
        it.document, io.BytesIO(paper("x")), language="fr", title="x", by=by
    ),
    "consult": lambda vl, it, by: vl.consultations.start(
        it.dossier,
        documents=[it.document],
        obligatory=[by],
        due=vl.clock() + timedelta(days=1),
        silence=Silence.AGREES,
        by=by,
    ),
    "ask advice": lambda vl, it, by: vl.advices.ask(
        it.dossier, documents=[it.document], adviser=by, by=by
    ),
    "stamp": lambda vl, it, by: vl.register.stamp(it.document, by=by),
    "put up for signing": lambda vl, it, by: vl.signing.start(it.document, [], by=by),
    "register": lambda vl, it, by: vl.register.register(it.flow, by=by),
    "cancel signing": lambda vl, it, by: vl.signing.cancel(it.flow, by=by, reason="x"),
    "send": lambda vl, it, by: vl.dispatches.send(
        it.document, [], sender=OVOCode("OVO002949"), by=by
    ),
    "close a round": lambda vl, it, by: vl.consultations.close(it.round, by=by),
    "send to the parliament": lambda vl, it, by: vl.parliament.start(
        it.dossier, [it.document], by=by
    ),
}


@pytest.mark.parametrize("name", ACTS)
def test_what_is_anothers_looks_absent(name: str, council: Council) -> None:
    """One refusal for both, which is recorded; who may do all is told it is absent."""
    act, theirs = ACTS[name], matter(council)
    refusals = set()
    for it in (theirs, NOTHING):
        with pytest.raises(NotAllowedError) as told:
            act(council.vl, it, OTHER_CABINET)
        refusals.add(str(told.value))

    assert 1 == len(refusals)
    assert 2 == len(council.vl.book.rows(Query(kind=DENIAL.name)))
    with pytest.raises(NotFoundError):
        act(council.vl, NOTHING, ADMIN)


def test_nobody_joins_by_submitting(council: Council) -> None:
    """A step in the own name on another's dossier would open all its documents."""
    theirs = matter(council)
    with pytest.raises(NotAllowedError):
        council.vl.dossiers.submit(
            theirs.dossier, FINAL, documents=[], by=OTHER_CABINET
        )

    assert [] == list(council.vl.dossiers.steps(theirs.dossier))
    with pytest.raises(NotFoundError):
        council.vl.reading.read(theirs.document, by=OTHER_CABINET)
