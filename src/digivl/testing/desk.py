"""A desk at which people sign: for tests of signing flows."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

import attrs

from digivl.app import Digivl
from digivl.custody.model import CUSTODY, of_dossier
from digivl.documents.model import NOTA
from digivl.kernel.identifiers import URI, new_id
from digivl.kernel.kinds import Ref
from digivl.kernel.parties import Party, Role
from digivl.records.entries import Entry
from digivl.signing.authorities import TimestampAuthority
from digivl.signing.means import SigningMeans
from digivl.signing.model import FLOW, Approver, Signatory, SigningFlow, Watcher
from digivl.signing.service import Signing
from digivl.testing.council import CABINET
from digivl.testing.papers import paper

CHIEF = Party("kabinetschef", "Kabinetschef", Role.CABINET_STAFF)
LAWYER = Party("jurist", "Jurist", Role.CABINET_STAFF)
MINISTER = Party("minister-1", "Minister van Jeugd", Role.MINISTER)
DEPUTY = Party("minister-3", "Minister van Zorg", Role.MINISTER)
PRESIDENT = Party("minister-p", "Minister-president", Role.MINISTER)
ARCHIVE = Party("archief", "Archief", Role.GOVERNMENT_BODY)


def approves(party: Party, stage: int | None = None) -> Approver:
    """Somebody who approves."""
    return Approver(party=party, stage=stage)


def signs(party: Party, stage: int | None = None, means: str = "minister") -> Signatory:
    """Somebody who signs with the soft key of the minister, or another one."""
    return Signatory(party=party, stage=stage, means=means)


def watches(party: Party) -> Watcher:
    """Somebody who is told."""
    return Watcher(party=party)


@attrs.define
class Desk:
    """An office with one dossier, and means of its own; time stands until it is moved.

    Attributes:
        vl: The office; its clock is that of the desk.
        now: The moment it is.
        dossier: Id of the dossier.
        means: By their names; what is put here later is used.
    """

    vl: Digivl
    now: datetime
    dossier: str
    means: dict[str, SigningMeans]

    @classmethod
    def opened(
        cls,
        vl: Digivl,
        now: datetime,
        means: dict[str, SigningMeans],
        authority: TimestampAuthority,
    ) -> Desk:
        """The desk of an office, whose means and authority these are."""
        given = means.__getitem__
        stamps = attrs.evolve(vl.timestamps, authorities=(authority,))
        files = attrs.evolve(vl.files, means=given, timestamps=stamps)
        signing = attrs.evolve(vl.signing, means=given, files=files)
        # The rooms above see the same desk.
        vars(vl)["signing"] = signing
        dossier = vl.dossiers.open("Subsidie voor jeugdwerk", by=CABINET).id
        return cls(vl, now, dossier, means)

    @property
    def signing(self) -> Signing:
        """The signing flows."""
        return self.vl.signing

    def wait(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)

    def document(self, title: str = "Besluit", type: URI = NOTA) -> str:
        """A document of the dossier, with bytes of its own."""
        content = io.BytesIO(paper(f"Besluit {new_id()}"))
        add = self.vl.documents.add
        return add(self.dossier, content, title=title, type=type, by=CABINET).id

    def renewed(self, document: str) -> str:
        """Another version of it; its SHA-256."""
        content = io.BytesIO(paper(f"Besluit {new_id()}"))
        found = self.vl.documents.replace(document, content, by=CABINET)
        return found.record.latest.sha256

    def flow(self, *given: Approver | Signatory | Watcher) -> Entry[SigningFlow]:
        """A flow that was sent to these, in this order."""
        return self.signing.start(
            self.document(),
            [one for one in given if isinstance(one, Signatory)],
            approvers=[one for one in given if isinstance(one, Approver)],
            watchers=[one for one in given if isinstance(one, Watcher)],
            by=CABINET,
        )

    def asked(self, flow: str) -> list[tuple[str, str]]:
        """Who has which question of a flow: the party, and what it has to do."""
        held = self.signing.questions(flow).values()
        return sorted((e.record.holder.id, e.record.next_step) for e in held)

    def holder(self) -> tuple[str, str]:
        """Who has the dossier, and what has to be done."""
        held = self.vl.custody.of(of_dossier(self.dossier)).record
        return held.holder.id, held.next_step

    def worklist(self, party: Party) -> list[str]:
        """What waits for a party, in Dutch."""
        rows = self.vl.custody.worklist(holder=party.id)
        return [row.standing.next_step or "" for row in rows]

    def history(self, flow: str) -> list[str]:
        """What was done, the oldest first."""
        return [entry.action for entry in self.vl.book.history(FLOW, flow)]

    def closed(self, subject: Ref) -> bool:
        """Whether nobody holds something any more."""
        return not CUSTODY.standing(self.vl.custody.of(subject).record).open
