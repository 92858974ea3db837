"""Whatever is asked and answered, in whatever order: it waits for exactly one party."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from digivl.advice.agreement import AGREEMENT
from digivl.advice.appeals import appeal_of
from digivl.advice.body import AdviceOutcome, Body
from digivl.advice.request import ADVICE, AdviceState
from digivl.custody.model import CUSTODY, custody_id
from digivl.dossiers.model import DOSSIER
from digivl.errors import DigivlError
from digivl.kernel.kinds import Kind
from digivl.kernel.parties import Party
from digivl.records.port import Query
from digivl.testing.council import CABINET, INSPECTOR, OTHER_CABINET, Council
from digivl.testing.matter import BUDGET, MINISTER, Matter

PARTIES = st.sampled_from([CABINET, INSPECTOR, BUDGET, MINISTER, OTHER_CABINET])


class Acts(RuleBasedStateMachine):
    """Everybody does what comes up, whether it is for them or not."""

    council: ClassVar[Council]

    @initialize(government=st.booleans())
    def open(self, government: bool) -> None:  # noqa: FBT001
        """Each run has a dossier of its own."""
        self.matter = Matter.opened(self.council)
        self.matter.propose(for_government=government)

    @rule(by=PARTIES, body=st.sampled_from(Body), submit=st.booleans())
    def ask(self, by: Party, body: Body, submit: bool) -> None:  # noqa: FBT001
        """Ask advice, or prepare it."""
        with suppress(DigivlError):
            self.matter.ask(by=by, body=body, submit=submit)

    @rule(by=PARTIES, act=st.sampled_from(["submit", "receive", "withdraw"]))
    def plain(self, by: Party, act: str) -> None:
        """An act that says nothing more."""
        self._on(ADVICE, lambda it: getattr(self.matter.vl.advices, act)(it, by=by))

    @rule(by=PARTIES)
    def edit(self, by: Party) -> None:
        """Let it rest on something else."""
        advices, documents = self.matter.vl.advices, self.matter.documents
        self._on(ADVICE, lambda it: advices.edit(it, documents=documents, by=by))

    @rule(by=PARTIES)
    def send_back(self, by: Party) -> None:
        """It is not complete."""
        back = self.matter.vl.advices.send_back
        self._on(ADVICE, lambda it: back(it, lacks=["x"], by=by))

    @rule(by=PARTIES, act=st.sampled_from(["ask_information", "answer"]))
    def inquire(self, by: Party, act: str) -> None:
        """A question for information, or its answer."""
        self._on(
            ADVICE, lambda it: getattr(self.matter.vl.advices, act)(it, "x", by=by)
        )

    @rule(by=PARTIES)
    def urge(self, by: Party) -> None:
        """Urgency."""
        urge = self.matter.vl.advices.urge
        self._on(ADVICE, lambda it: urge(it, reason="x", by=by))

    @rule(by=PARTIES, outcome=st.sampled_from(AdviceOutcome))
    def advise(self, by: Party, outcome: AdviceOutcome) -> None:
        """Advice is given."""
        conditional = outcome is AdviceOutcome.FAVOURABLE_ON_CONDITIONS
        conditions = ["x"] if conditional else []
        advise = self.matter.vl.advices.advise
        self._on(ADVICE, lambda it: advise(it, outcome, conditions=conditions, by=by))

    @rule(by=PARTIES)
    def reply(self, by: Party) -> None:
        """A reply to it."""
        reply = self.matter.vl.appeals.reply
        self._on(ADVICE, lambda it: reply(it, "x", by=by))

    @rule(by=PARTIES)
    def lodge(self, by: Party) -> None:
        """An appeal against it."""
        lodge = self.matter.vl.appeals.lodge
        self._on(ADVICE, lambda it: lodge(it, minister=BUDGET, reason="x", by=by))

    @rule(by=PARTIES, act=st.sampled_from(["join", "confirm"]))
    def rule_on(self, by: Party, act: str) -> None:
        """The minister rules on it."""
        self._on(ADVICE, lambda it: getattr(self.matter.vl.appeals, act)(it, by=by))

    @rule(by=PARTIES, body=st.sampled_from([Body.BA, Body.BZ]))
    def ask_agreement(self, by: Party, body: Body) -> None:
        """An agreement is asked."""
        ask = self.matter.vl.agreements.ask
        self._on(ADVICE, lambda it: ask(it, minister=BUDGET, body=body, by=by))

    @rule(by=PARTIES, act=st.sampled_from(["receive", "agree", "withdraw"]))
    def agreement(self, by: Party, act: str) -> None:
        """It is received, given or withdrawn."""
        agreements = self.matter.vl.agreements
        self._on(AGREEMENT, lambda it: getattr(agreements, act)(it, by=by))

    @rule(by=PARTIES, act=st.sampled_from(["ask_completion", "complete"]))
    def complete(self, by: Party, act: str) -> None:
        """It has to be completed, and is."""
        agreements = self.matter.vl.agreements
        self._on(AGREEMENT, lambda it: getattr(agreements, act)(it, "x", by=by))

    @rule(by=PARTIES)
    def refuse(self, by: Party) -> None:
        """It is refused."""
        refuse = self.matter.vl.agreements.refuse
        self._on(AGREEMENT, lambda it: refuse(it, reason="x", by=by))

    @rule(days=st.integers(1, 20))
    def wait(self, days: int) -> None:
        """Time passes; what passed is established, sooner or later."""
        self.matter.wait(days=days)

    @rule()
    def establish(self) -> None:
        """Terms that passed are established."""
        self.matter.vl.silences.establish()

    @invariant()
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

    @invariant()
    def who_has_it_has_a_term(self) -> None:
        """Until the end of the term that runs, where one does."""
        for entry in self.matter.vl.advices.of(self.matter.dossier):
            if (due := entry.record.due) is not None:
                appealed = entry.record.state is AdviceState.APPEALED
                subject = appeal_of(entry.id) if appealed else entry.ref
                assert due == self.matter.vl.custody.of(subject).record.due

    @invariant()
    def readiness_has_an_answer(self) -> None:
        """At every moment, each requirement once; what waits says for whom."""
        found = self.matter.vl.readiness.requirements(self.matter.dossier)
        assert len(found) == len({one.name for one in found})
        for one in found:
            assert one.explanation
            assert not one.blocking or not one.status.is_met
            assert one.whom or one.status.name != "PENDING"

    def _on(self, kind: Kind[Any], act: Callable[[str], object]) -> None:
        rows = self.matter.vl.book.rows(
            Query(kind=kind.name, dossier=self.matter.dossier)
        )
        for row in rows:
            with suppress(DigivlError):
                act(row.ref.id)
                return


def test_one_party_at_every_moment(matter: Matter) -> None:
    """Over random acts of everybody, and time that passes."""
    Acts.council = matter.council

    run_state_machine_as_test(
        Acts,
        settings=settings(
            max_examples=40,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
