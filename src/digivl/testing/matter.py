"""A dossier about which somebody has to be heard: for tests of advice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Self

import attrs

from digivl.advice.proposal import Act, Proposal
from digivl.advice.request import AdviceRequest
from digivl.app import Digivl
from digivl.documents.model import NOTA
from digivl.dossiers.model import DOSSIER
from digivl.kernel.identifiers import URI
from digivl.kernel.parties import Party, Role
from digivl.records.entries import Entry
from digivl.testing import route
from digivl.testing.council import CABINET, INSPECTOR, Council

BVR = URI(
    "https://data.vlaanderen.be/id/concept/AardWetgeving/BesluitVanDeVlaamseRegering"
)
MINISTER = Party("minister-1", "Minister", Role.MINISTER, minister="minister-1")
BUDGET = Party("begroting", "Minister van Begroting", Role.BUDGET_MINISTER)


@attrs.define
class Matter:
    """A dossier with a nota and a draft; time stands until it is moved."""

    council: Council
    dossier: str
    nota: str
    draft: str

    @classmethod
    def opened(cls, council: Council) -> Self:
        """An individual decision that costs money."""
        dossier = council.vl.dossiers.open("Subsidie voor jeugdwerk", by=CABINET).id
        made = cls(
            council,
            dossier,
            council.document(dossier, "Nota", type=NOTA),
            council.document(dossier, "Besluit", type=BVR),
        )
        made.propose(act=Act.INDIVIDUAL_DECISION)
        return made

    @property
    def vl(self) -> Digivl:
        """The office."""
        return self.council.vl

    @property
    def documents(self) -> list[str]:
        """What is put forward."""
        return [self.nota, self.draft]

    def wait(self, **time: float) -> None:
        """Let time pass."""
        self.council.now += timedelta(**time)

    def propose(self, **facts: Any) -> Proposal:
        """Describe what it proposes: as before, with these facts."""
        found = self.vl.proposals.find(self.dossier)
        before = found.record if found else route.proposal(self.dossier)
        proposal = attrs.evolve(before, **facts)
        return self.vl.proposals.describe(proposal, by=CABINET).record

    def ask(self, **how: Any) -> Entry[AdviceRequest]:
        """Ask advice of the inspector."""
        usual: dict[str, Any] = {"adviser": INSPECTOR, "by": CABINET}
        return self.vl.advices.ask(
            self.dossier, documents=self.documents, **(usual | how)
        )

    def received(self, **how: Any) -> str:
        """Id of a request that the adviser has received."""
        asked = self.ask(**how)
        return self.vl.advices.receive(asked.id, by=asked.record.adviser).id

    def holder(self) -> tuple[str, str]:
        """Who has the dossier, and what has to be done."""
        custody = self.vl.custody.of(DOSSIER.ref(self.dossier)).record
        return custody.holder.id, custody.next_step

    def gate(self, step: str | None = None) -> dict[str, str]:
        """By name, how it stands with each requirement."""
        found = self.vl.readiness.requirements(self.dossier, step)
        return {one.name: one.status.name for one in found}
