"""Whatever is asked and answered, in whatever order: it waits for exactly one party."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from itertools import product
from random import Random
from typing import Any

import attrs

from digivl.advice.agreement import AGREEMENT, AGREEMENT_LIFECYCLE
from digivl.advice.appeals import appeal_of
from digivl.advice.body import AdviceOutcome, Body
from digivl.advice.request import ADVICE, ADVICE_LIFECYCLE, AdviceState
from digivl.custody.model import CUSTODY, custody_id
from digivl.dossiers.model import DOSSIER
from digivl.errors import DigivlError
from digivl.kernel.kinds import Kind
from digivl.kernel.lifecycle import Lifecycle
from digivl.kernel.parties import Party
from digivl.records.port import Query
from digivl.testing.council import CABINET, INSPECTOR, OTHER_CABINET
from digivl.testing.matter import BUDGET, MINISTER, Matter

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
ALL = (CABINET, INSPECTOR, BUDGET, MINISTER, OTHER_CABINET)
#: Whoever may, or one of them, who perhaps may not.
WHO = [ALL, ALL, ALL, *((one,) for one in ALL)]
Act = Callable[[Matter, str, Party], object]


def _of(room: str, act: str, **how: Any) -> Act:
    """An act of a room of the facade on something that is there."""
    return lambda matter, it, by: getattr(getattr(matter.vl, room), act)(
        it, by=by, **how
    )


def _advised(outcome: AdviceOutcome) -> Act:
    conditional = outcome is AdviceOutcome.FAVOURABLE_ON_CONDITIONS
    conditions = ["x"] if conditional else []
    return _of("advices", "advise", outcome=outcome, conditions=conditions)


ON_ADVICE: dict[str, Act] = {
    "submit": _of("advices", "submit"),
    "receive": _of("advices", "receive"),
    "edit": lambda m, it, by: m.vl.advices.edit(it, documents=m.documents, by=by),
    "send back": _of("advices", "send_back", lacks=["x"]),
    "ask information": _of("advices", "inquire", text="x"),
    "answer": _of("advices", "answer", text="x"),
    "urge": _of("advices", "urge", reason="x"),
    "withdraw": _of("advices", "withdraw"),
    **{outcome.value: _advised(outcome) for outcome in AdviceOutcome},
    "reply": _of("appeals", "reply", text="x"),
    "lodge": _of("appeals", "lodge", minister=BUDGET, reason="x"),
    "join": _of("appeals", "join"),
    "confirm": _of("appeals", "confirm"),
    "ask BA": _of("agreements", "ask", minister=BUDGET, body=Body.BA),
    "ask BZ": _of("agreements", "ask", minister=BUDGET, body=Body.BZ),
    "renew": lambda m, it, by: m.ask(by=by, renews=it),
}
#: What is no step of a lifecycle: it can follow on every state.
ALWAYS = {"ask BA", "ask BZ", "renew"}
ON_AGREEMENT: dict[str, Act] = {
    "agreement: receive": _of("agreements", "receive"),
    "agreement: agree": _of("agreements", "agree"),
    "agreement: refuse": _of("agreements", "refuse", reason="x"),
    "agreement: withdraw": _of("agreements", "withdraw"),
    "agreement: ask to complete": _of("agreements", "inquire", text="x"),
    "agreement: complete": _of("agreements", "answer", text="x"),
}
ANEW: dict[str, Act] = {
    "ask IF": lambda m, _, by: m.ask(by=by),
    "ask WT": lambda m, _, by: m.ask(by=by, body=Body.WT),
    "draft": lambda m, _, by: m.ask(by=by, submit=False),
}


#: How the lifecycle calls an act, where it is called otherwise here.
STEPS = dict.fromkeys((outcome.value for outcome in AdviceOutcome), "advise")
STEPS["lodge"] = "appeal"
#: What leads back comes up less often.
BACK = {
    "withdraw",
    "send back",
    "renew",
    "draft",
    "agreement: withdraw",
    "ask WT",
    "ask IF",
}
NAMES = {*ON_ADVICE, *ON_AGREEMENT, *ANEW}


@attrs.define
class Walk:
    """Everybody does what comes up on one dossier, whether it is for them or not."""

    matter: Matter
    chance: Random
    done: set[str]

    def step(self) -> None:
        """One act, or time that passes."""
        if self.chance.random() < 0.15:
            self.matter.wait(days=self.chance.choice([1, 2, 5, 20]))
            return
        if self.chance.random() < 0.1:
            for entry in self.matter.vl.silences.establish():
                self.done.add(f"{entry.kind.name}: lapse")
            return
        for name in self.chance.sample(sorted(NAMES), len(NAMES)):
            if name in BACK and self.chance.random() < 0.8:
                continue
            if self._happens(name, self.chance.choice(WHO)):
                self.done.add(name)
                return

    def check(self) -> None:
        """What holds at every moment."""
        self.one_holder_each()
        self.who_has_it_has_a_term()
        self.readiness_has_an_answer()

    def one_holder_each(self) -> None:
        """What is open and submitted is held by one party, and nothing else is."""
        book = self.matter.vl.book
        held = {
            row.ref.id
            for row in book.rows(Query(kind=CUSTODY.name, open=True))
            if row.standing.dossier == self.matter.dossier
        }
        expected = {custody_id(DOSSIER.ref(self.matter.dossier))}
        for entry in self.matter.vl.advices.of(self.matter.dossier):
            if entry.record.state is AdviceState.APPEALED:
                expected.add(custody_id(appeal_of(entry.id)))
            elif entry.record.is_open and entry.record.submitted_at is not None:
                expected.add(custody_id(entry.ref))
        for asked in self.matter.vl.agreements.of(self.matter.dossier):
            if asked.record.is_open:
                expected.add(custody_id(asked.ref))

        assert expected == held

    def who_has_it_has_a_term(self) -> None:
        """Until the end of the term that runs, where one does."""
        for entry in self.matter.vl.advices.of(self.matter.dossier):
            if (due := entry.record.due) is not None:
                appealed = entry.record.state is AdviceState.APPEALED
                subject = appeal_of(entry.id) if appealed else entry.ref
                held = self.matter.vl.custody.of(subject)
                # What is moved on when its term is over is due at once.
                assert max(due, held.at) == held.record.due

    def readiness_has_an_answer(self) -> None:
        """At every moment, each requirement once; what waits says for whom."""
        found = self.matter.vl.readiness.requirements(self.matter.dossier)
        assert len(found) == len({one.name for one in found})
        for one in found:
            assert one.explanation
            assert not one.blocking or not one.status.is_met
            assert one.whom or one.status.name != "PENDING"

    def _happens(self, name: str, who: tuple[Party, ...]) -> bool:
        """Whether one of them may do it, to something that is there."""
        if name in ANEW:
            act, ids = ANEW[name], [self.matter.dossier]
        elif name in ON_ADVICE:
            act, ids = ON_ADVICE[name], self._open(ADVICE, STEPS.get(name, name))
        else:
            act, ids = ON_AGREEMENT[name], self._open(AGREEMENT, name[11:])
        for it, by in product(ids, who):
            with suppress(DigivlError):
                act(self.matter, it, by)
                return True
        return False

    def _open(self, kind: Kind[Any], step: str) -> list[str]:
        """Ids of the questions that can take a step, in any order."""
        lifecycle: Lifecycle[Any] = (
            ADVICE_LIFECYCLE if kind is ADVICE else AGREEMENT_LIFECYCLE
        )
        book = self.matter.vl.book
        rows = book.rows(Query(kind=kind.name, dossier=self.matter.dossier))
        found = book.read_all(kind, [row.ref.id for row in rows]).values()
        ids = [
            entry.id
            # Ids are random: by their number in the book a walk is the same each time.
            for entry in sorted(found, key=lambda entry: entry.number)
            if step in ALWAYS or step in lifecycle.open_steps(entry.record.state)
        ]
        return self.chance.sample(ids, len(ids))


def test_one_party_at_every_moment(matter: Matter) -> None:
    """Over random acts of everybody, and time that passes; each act really happens."""
    chance, done = Random(7), set[str]()
    for number in range(24):
        matter.council.now = MONDAY
        walk = Walk(Matter.opened(matter.council), chance, done)
        walk.matter.propose(for_government=number % 3 == 0)
        for _ in range(50):
            walk.step()
            walk.check()

    assert set() == (NAMES | {"advice: lapse", "agreement: lapse"}) - done
