"""Whatever is asked and answered, in whatever order: it waits for exactly one party."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
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

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
ALL = (CABINET, INSPECTOR, BUDGET, MINISTER, OTHER_CABINET)
#: Whoever may, or one of them, who perhaps may not.
WHO = st.sampled_from([ALL, ALL, ALL, *((one,) for one in ALL)])
ADVISE = st.sampled_from([Body.IF, Body.IF, Body.WT])

Act = Callable[[str, Party], object]


class Acts(RuleBasedStateMachine):
    """Everybody does what comes up, whether it is for them or not."""

    council: ClassVar[Council]
    done: ClassVar[set[str]]

    @initialize(
        government=st.booleans(),
        answer=st.sampled_from([None, *AdviceOutcome]),
        goes_on=st.booleans(),
    )
    def open(
        self,
        government: bool,  # noqa: FBT001
        answer: AdviceOutcome | None,
        goes_on: bool,  # noqa: FBT001
    ) -> None:
        """Each run has a dossier of its own, about which something was asked."""
        self.council.now = MONDAY
        self.matter = Matter.opened(self.council)
        self.matter.propose(for_government=government)
        id = self.matter.received()
        if answer is None:
            return
        self.advise(ALL, answer)
        if goes_on and answer is AdviceOutcome.UNFAVOURABLE:
            self.dispute(ALL, "reply" if government else "lodge")
        elif goes_on:
            asked = self.matter.vl.agreements.ask(id, minister=BUDGET, by=CABINET)
            self.matter.vl.agreements.receive(asked.id, by=BUDGET)

    @rule(who=WHO, body=ADVISE, submit=st.booleans())
    def ask(self, who: tuple[Party, ...], body: Body, submit: bool) -> None:  # noqa: FBT001
        """Ask advice, or prepare it."""
        ask = self.matter.ask
        self._try("ask", who, lambda by: ask(by=by, body=body, submit=submit))

    @rule(
        who=WHO,
        act=st.sampled_from(
            ["submit", "receive", "receive", "withdraw", "edit", "send_back", "urge"]
        ),
    )
    def request(self, who: tuple[Party, ...], act: str) -> None:
        """What happens to a request before there is an answer."""
        more: dict[str, dict[str, Any]] = {
            "edit": {"documents": self.matter.documents},
            "send_back": {"lacks": ["x"]},
            "urge": {"reason": "x"},
        }
        do = getattr(self.matter.vl.advices, act)
        self._on(ADVICE, act, who, lambda it, by: do(it, by=by, **more.get(act, {})))

    @rule(who=WHO, act=st.sampled_from(["ask_information", "answer"]))
    def inquire(self, who: tuple[Party, ...], act: str) -> None:
        """A question for information, or its answer."""
        do = getattr(self.matter.vl.advices, act)
        self._on(ADVICE, act, who, lambda it, by: do(it, "x", by=by))

    @rule(who=WHO, outcome=st.sampled_from(AdviceOutcome))
    def advise(self, who: tuple[Party, ...], outcome: AdviceOutcome) -> None:
        """Advice is given."""
        conditional = outcome is AdviceOutcome.FAVOURABLE_ON_CONDITIONS
        how = {"conditions": ["x"] if conditional else []}
        do = self.matter.vl.advices.advise
        self._on(ADVICE, "advise", who, lambda it, by: do(it, outcome, by=by, **how))

    @rule(who=WHO, act=st.sampled_from(["reply", "lodge", "join", "confirm"]))
    def dispute(self, who: tuple[Party, ...], act: str) -> None:
        """What follows on an unfavourable one."""
        more: dict[str, dict[str, Any]] = {
            "reply": {"text": "x"},
            "lodge": {"minister": BUDGET, "reason": "x"},
        }
        do = getattr(self.matter.vl.appeals, act)
        self._on(ADVICE, act, who, lambda it, by: do(it, by=by, **more.get(act, {})))

    @rule(who=WHO, body=st.sampled_from([Body.BA, Body.BZ]))
    def ask_agreement(self, who: tuple[Party, ...], body: Body) -> None:
        """An agreement is asked."""
        ask = self.matter.vl.agreements.ask
        act: Act = lambda it, by: ask(it, minister=BUDGET, body=body, by=by)  # noqa: E731
        self._on(ADVICE, "ask agreement", who, act)

    @rule(
        who=WHO,
        act=st.sampled_from(
            ["receive", "agree", "withdraw", "refuse", "ask_completion", "complete"]
        ),
    )
    def agreement(self, who: tuple[Party, ...], act: str) -> None:
        """What happens to an agreement."""
        more: dict[str, dict[str, Any]] = {
            "refuse": {"reason": "x"},
            "ask_completion": {"text": "x"},
            "complete": {"text": "x"},
        }
        do = getattr(self.matter.vl.agreements, act)
        self._on(
            AGREEMENT,
            f"agreement: {act}",
            who,
            lambda it, by: do(it, by=by, **more.get(act, {})),
        )

    @rule(days=st.integers(1, 20))
    def wait(self, days: int) -> None:
        """Time passes; what passed is established, sooner or later."""
        self.matter.wait(days=days)

    @rule()
    def establish(self) -> None:
        """Terms that passed are established."""
        for entry in self.matter.vl.silences.establish():
            self.done.add(f"{entry.kind.name}: lapse")

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
                held = self.matter.vl.custody.of(subject)
                # What is moved on when its term is over is due at once.
                assert max(due, held.at) == held.record.due

    @invariant()
    def readiness_has_an_answer(self) -> None:
        """At every moment, each requirement once; what waits says for whom."""
        found = self.matter.vl.readiness.requirements(self.matter.dossier)
        assert len(found) == len({one.name for one in found})
        for one in found:
            assert one.explanation
            assert not one.blocking or not one.status.is_met
            assert one.whom or one.status.name != "PENDING"

    def _on(
        self, kind: Kind[Any], act: str, who: tuple[Party, ...], do: Act
    ) -> None:
        query = Query(kind=kind.name, dossier=self.matter.dossier)
        for row in self.matter.vl.book.rows(query):
            if self._try(act, who, partial(do, row.ref.id)):
                return

    def _try(
        self, act: str, who: tuple[Party, ...], do: Callable[[Party], object]
    ) -> bool:
        for by in who:
            with suppress(DigivlError):
                do(by)
                self.done.add(act)
                return True
        return False


def test_one_party_at_every_moment(matter: Matter) -> None:
    """Over random acts of everybody, and time that passes; each act really happens."""
    Acts.council, Acts.done = matter.council, set()

    run_state_machine_as_test(
        Acts,
        settings=settings(
            max_examples=50,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )

    expected = {
        *("ask", "submit", "receive", "withdraw", "edit", "send_back", "urge"),
        *("ask_information", "answer", "advise", "reply", "lodge", "join", "confirm"),
        *("ask agreement", "advice: lapse", "agreement: lapse"),
        *("agreement: receive", "agreement: agree", "agreement: refuse"),
        *("agreement: ask_completion", "agreement: complete", "agreement: withdraw"),
    }
    assert set() == expected - Acts.done
