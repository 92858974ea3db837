"""Whatever is done in between: what an approved agenda holds was ready then."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import attrs

from digivl.advice.proposal import PROPOSAL, proposal_id
from digivl.documents.model import Origin
from digivl.dossiers.agenda import AgendaItem, FormalCheck
from digivl.dossiers.model import DecisionResult, ItemKind
from digivl.errors import MalformedError, NotReadyError, StepNotAllowedError
from digivl.kernel.parties import Party, Role
from digivl.records.entries import Entry
from digivl.testing import route
from digivl.testing.council import ADMIN, CABINET, SECRETARIAT, Council
from digivl.testing.matter import Matter

ACTS = 100
WALKS = 12
MINISTER = Party("minister-2", "Minister 2", Role.MINISTER, minister="minister-2")
REFUSED = (NotReadyError, StepNotAllowedError, MalformedError)


@attrs.define
class Walk:
    """One meeting, and what happens around it at random.

    Attributes:
        council: The office.
        dice: Where chance comes from.
        meeting: Id of the meeting.
        done: How often each act was done, and how often the gate said no.
    """

    council: Council
    dice: random.Random
    meeting: str = attrs.field()
    done: Counter[str] = attrs.field(factory=Counter[str])

    @meeting.default
    def _meeting(self) -> str:
        return self.council.meeting(days=30).id

    def item(self) -> Entry[AgendaItem]:
        """One that stands on the agenda now."""
        return self.dice.choice(self.council.vl.agendas.items(self.meeting))

    def put(self) -> None:
        """Another matter comes in."""
        kind = self.dice.choice(list(ItemKind))
        step = self.council.matter(f"Zaak {self.dice.random()}").id
        self.council.vl.agendas.put(step, self.meeting, kind=kind, by=SECRETARIAT)

    def propose(self) -> None:
        """A dossier proposes something else: money, or nothing."""
        dossier, book = self.item().record.dossier, self.council.vl.book
        costs = self.dice.random() < 0.5
        draft = self.council.described(dossier)
        record = route.proposal(dossier) if costs else draft.record
        found = book.read(PROPOSAL, proposal_id(dossier))
        book.write(found.next(record, "describe", CABINET, self.council.now))

    def loosen(self) -> None:
        """Something is let pass."""
        name = self.dice.choice(["IF", "BA", "Ontwerp"])
        step = self.item().record.step
        self.council.vl.readiness.loosen(step, name, reason="afspraak", by=ADMIN)

    def replace(self) -> None:
        """A document gets another text."""
        document = self.item().record.pieces[0].document
        entry = self.council.vl.documents.read(document)
        text = f"{self.dice.getrandbits(256):064x}"
        latest = attrs.evolve(
            entry.record.latest, sha256=text, origin=Origin.RECEIVED, source=None
        )
        bis = entry.record.with_version(latest)
        self.council.vl.book.write(entry.next(bis, "replace", CABINET, entry.at))

    def edit(self) -> None:
        """The secretariat takes the documents over, or only notes something."""
        item = self.item()
        documents = [piece.document for piece in item.record.pieces]
        how: dict[str, Any] = self.dice.choice(
            [{"documents": documents}, {"comment": "nota"}, {"for_press": True}]
        )
        self.council.vl.agendas.edit(item.id, by=SECRETARIAT, **how)

    def check(self) -> None:
        """Some are checked."""
        items = self.council.vl.agendas.items(self.meeting)
        some = self.dice.sample(items, self.dice.randint(1, len(items)))
        formal = self.dice.choice([FormalCheck.OK, FormalCheck.OK, FormalCheck.NOT_OK])
        names = [one.id for one in some]
        self.council.vl.agendas.check(names, formal, by=SECRETARIAT)

    def evoke(self) -> None:
        """A minister wants a decision."""
        approved = [i for i in self.council.vl.agendas.items(self.meeting) if _on(i)]
        if approved:
            item = self.dice.choice(approved).id
            self.council.vl.positions.evoke(
                item, "minister-2", by=MINISTER, reason="belangrijk"
            )

    def take_off(self) -> None:
        """One goes off the agenda."""
        item = self.item().id
        self.council.vl.agendas.take_off(item, by=SECRETARIAT, reason="later")

    def approve(self) -> None:
        """The agenda is approved: then all that stands there newly is ready."""
        approval = self.council.vl.approving.approve(self.meeting, by=SECRETARIAT)
        for line in approval.agenda.record.lines:
            if line.item not in approval.rolled_back:
                self.is_ready(self.council.vl.agendas.item(line.item).record)
                self.done["looked at"] += 1

    def decide(self) -> None:
        """The government approves; an announcement only when it is ready."""
        item = self.item().record
        step = self.council.vl.deciding.decide(
            item.step, DecisionResult.APPROVED, by=SECRETARIAT
        )
        if item.kind is ItemKind.ANNOUNCEMENT:
            self.is_ready(attrs.evolve(item, evoked=("minister-2",)))
            self.done["announcement approved"] += 1
        assert step.record.is_settled

    def is_ready(self, item: AgendaItem) -> None:
        """By what the gate says now; a step that was decided is not asked any more."""
        if not self.council.vl.dossiers.step(item.step).record.is_placed:
            return
        found = self.council.vl.readiness.requirements(
            item.dossier, item.step, kind=item.decided_as
        )
        assert [] == [one.name for one in found if one.blocking]

    def go(self) -> None:
        """Do something; what is refused changed nothing."""
        name = self.dice.choices([*ACTS_OF], weights=[*ACTS_OF.values()])[0]
        if not self.council.vl.agendas.items(self.meeting):
            name = "put"
        before = self.council.vl.agendas.items(self.meeting)
        try:
            getattr(self, name)()
        except REFUSED as error:
            said = f"{name} refused" if isinstance(error, NotReadyError) else "not now"
            self.done[said] += 1
            assert before == self.council.vl.agendas.items(self.meeting)
        else:
            self.done[name] += 1


#: Every act, and how often it is tried.
ACTS_OF = {
    "put": 5,
    "propose": 4,
    "loosen": 3,
    "replace": 2,
    "edit": 3,
    "check": 8,
    "evoke": 3,
    "take_off": 1,
    "approve": 8,
    "decide": 3,
}


def _on(item: Entry[AgendaItem]) -> bool:
    return bool(item.record.approved)


def test_what_is_approved_was_ready(matter: Matter) -> None:
    """At every approval, whatever happened before; each door was found closed too."""
    seen: Counter[str] = Counter()
    for seed in range(WALKS):
        walk = Walk(matter.council, random.Random(seed))
        for _ in range(ACTS):
            walk.go()
        seen += walk.done

    closed = (f"{door} refused" for door in ("check", "approve", "decide"))
    wanted = {*ACTS_OF, "looked at", "announcement approved", *closed}
    assert set() == {name for name in wanted if not seen[name]}
