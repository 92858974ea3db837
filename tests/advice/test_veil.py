"""Who may know of a dossier and not read a document is not told how it is called."""

from __future__ import annotations

import pytest

from digivl.access.model import AccessLevel
from digivl.advice.body import AdviceOutcome, Body
from digivl.documents.model import NOTA
from digivl.kernel.parties import Party, Role
from digivl.testing.council import CABINET, INSPECTOR, SECRETARIAT
from digivl.testing.matter import BVR, Matter

COUNCIL = Party("serv", "SERV", Role.GOVERNMENT_BODY)
SECRET = "Sluiting van de vestiging"
HIDDEN = "(niet in te zien)"


def told(matter: Matter, by: Party) -> str:
    """All that readiness and the route say in words."""
    ready = matter.vl.readiness.of(matter.dossier, by=by)
    route = matter.vl.routes.of(matter.dossier, by=by)
    words = [one.explanation for one in ready.requirements]
    words += [f"{step.label}: {step.explanation}" for step in route.steps]
    return "\n".join([ready.as_review(), *words])


@pytest.fixture(name="secret")
def _secret(matter: Matter) -> Matter:
    """A council is asked; what is put forward is for within the government."""
    matter.ask(body=Body.SAR, adviser=COUNCIL)
    matter.vl.advices.advise(matter.received(), AdviceOutcome.FAVOURABLE, by=INSPECTOR)
    return matter


def test_what_lies_there(secret: Matter) -> None:
    """The type of a document is told, and that it is there."""
    secret.council.document(secret.dossier, SECRET, type=NOTA)

    assert SECRET in told(secret, CABINET)
    outside = told(secret, COUNCIL)
    assert SECRET not in outside
    assert f"Nota {HIDDEN}, Nota {HIDDEN}" in outside
    ready = secret.vl.readiness.of(secret.dossier, by=COUNCIL).requirements
    (nota,) = (one for one in ready if one.name == "Nota")
    assert f"document/{secret.nota}" in nota.evidence


def test_what_was_not_put_forward(secret: Matter) -> None:
    """That another text came since, makes the advice stale for everybody."""
    secret.council.document(secret.dossier, SECRET, type=BVR)

    assert f"{SECRET}, niet voorgelegd" in told(secret, CABINET)
    assert SECRET not in told(secret, COUNCIL)
    assert f"{HIDDEN}, niet voorgelegd" in told(secret, COUNCIL)


def test_a_confidential_document_within_the_government(secret: Matter) -> None:
    """Who may read all of a dossier but one document is not told of that one."""
    staff = Party("kabinet-3", "Kabinet", Role.CABINET_STAFF, minister="minister-3")
    secret.council.document(secret.dossier, SECRET, AccessLevel.CONFIDENTIAL, NOTA)
    secret.ask(body=Body.VTC, adviser=staff)

    assert SECRET in told(secret, SECRETARIAT)
    assert SECRET not in told(secret, staff)
    ready = secret.vl.readiness.of(secret.dossier, by=staff).requirements
    (nota,) = (one.explanation for one in ready if one.name == "Nota")
    assert ["Nota", f"Nota {HIDDEN}"] == sorted(nota.split(", "))
