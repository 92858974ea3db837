"""What stands on an agenda is a version of a text; the gate looks at that one."""

from __future__ import annotations

import attrs
import pytest

from digivl.advice.body import AdviceOutcome
from digivl.documents.model import Origin
from digivl.dossiers.agenda import FormalCheck
from digivl.dossiers.model import StepKind
from digivl.errors import NotReadyError
from digivl.testing.council import ADMIN, CABINET, INSPECTOR, SECRETARIAT
from digivl.testing.matter import Matter


def replaced(matter: Matter, sha256: str) -> None:
    """The draft is another text now."""
    entry = matter.vl.documents.read(matter.draft)
    latest = attrs.evolve(
        entry.record.latest, sha256=sha256, origin=Origin.RECEIVED, source=None
    )
    bis = entry.record.with_version(latest)
    matter.vl.book.write(entry.next(bis, "replace", CABINET, matter.council.now))


def test_a_version_that_nobody_advised_on_is_not_ready(matter: Matter) -> None:
    """The dossier went back to the text of the advice; the item holds another one."""
    vl, sha256 = matter.vl, matter.vl.documents.read(matter.draft).record.latest.sha256
    vl.advices.advise(matter.received(), AdviceOutcome.FAVOURABLE, by=INSPECTOR)
    step = vl.dossiers.submit(
        matter.dossier,
        StepKind.FINAL_APPROVAL,
        documents=matter.documents,
        by=CABINET,
    ).id
    vl.readiness.loosen(step, "BA", reason="afspraak", by=ADMIN)
    item = vl.agendas.put(step, matter.council.meeting().id, by=SECRETARIAT).id
    replaced(matter, "f" * 64)
    vl.agendas.edit(item, documents=matter.documents, by=SECRETARIAT)
    replaced(matter, sha256)

    with pytest.raises(NotReadyError, match="IF"):
        vl.agendas.check([item], FormalCheck.OK, by=SECRETARIAT)

    vl.agendas.edit(item, documents=matter.documents, by=SECRETARIAT)
    assert vl.agendas.check([item], FormalCheck.OK, by=SECRETARIAT)
