"""The first promise: an open dossier has one holder, one next step, one due moment."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from io import BytesIO
from typing import Any, ClassVar

import attrs
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from digivl import Digivl, DigivlError
from digivl.advice.agreement import AGREEMENT
from digivl.advice.body import AdviceOutcome
from digivl.advice.proposal import Act
from digivl.advice.request import ADVICE
from digivl.custody.label import PREFIX
from digivl.custody.model import CUSTODY, custody_id
from digivl.documents.model import NOTA
from digivl.dossiers.agenda import ITEM, FormalCheck
from digivl.dossiers.consultation import ROUND, Opinion, Silence
from digivl.dossiers.meeting import MeetingKind
from digivl.dossiers.model import (
    DOSSIER,
    STEP,
    DecisionResult,
    DossierState,
    ItemKind,
    StepKind,
)
from digivl.kernel.kinds import Kind, Ref
from digivl.records.port import Query, Row
from digivl.testing import route
from digivl.testing.council import ADMIN
from digivl.testing.papers import paper
from digivl.testing.route import Scene

parties = st.sampled_from(
    [
        *(route.CABINET, route.SECRETARIAT, route.SECRETARIAT, ADMIN, ADMIN),
        *(route.INSPECTOR, route.BUDGET, route.MINISTER),
    ]
)


class Acts(RuleBasedStateMachine):
    """Any act in any order by anybody; what is not allowed is refused."""

    vl: ClassVar[Digivl]

    @initialize(by=st.sampled_from([route.CABINET, ADMIN]))
    def open(self, by: Any) -> None:
        """Each run has a dossier of its own."""
        self.dossier = self.vl.dossiers.open("Subsidie", by=by).id
        content = BytesIO(paper())
        self.document = self.vl.documents.add(
            self.dossier, content, title="Nota", type=NOTA, by=by
        ).id
        self.vl.proposals.describe(
            attrs.evolve(route.proposal(self.dossier), act=Act.NOTE), by=by
        )

    @rule(adviser=parties, by=parties)
    def ask_advice(self, adviser: Any, by: Any) -> None:
        """Ask advice, perhaps once more."""
        with suppress(DigivlError):
            self.vl.advices.ask(
                self.dossier, documents=[self.document], adviser=adviser, by=by
            )

    @rule(by=parties)
    def receive(self, by: Any) -> None:
        """The first request or question is received."""
        self._on(ADVICE, lambda it: self.vl.advices.receive(it, by=by))
        self._on(AGREEMENT, lambda it: self.vl.agreements.receive(it, by=by))

    @rule(needed=st.booleans(), by=parties)
    def advise(self, needed: bool, by: Any) -> None:  # noqa: FBT001
        """Advice is given."""
        outcome = AdviceOutcome.FAVOURABLE
        give = self.vl.advices.advise
        self._on(ADVICE, lambda it: give(it, outcome, agreement_needed=needed, by=by))

    @rule(by=parties)
    def ask_agreement(self, by: Any) -> None:
        """A budget agreement is asked."""
        ask = self.vl.agreements.ask
        self._on(ADVICE, lambda it: ask(it, minister=route.BUDGET, by=by))

    @rule(yes=st.booleans(), by=parties)
    def decide_agreement(self, yes: bool, by: Any) -> None:  # noqa: FBT001
        """It is given or refused."""
        asked = self.vl.agreements
        if yes:
            self._on(AGREEMENT, lambda it: asked.agree(it, by=by))
        else:
            self._on(AGREEMENT, lambda it: asked.refuse(it, reason="neen", by=by))

    @rule(kind=st.sampled_from(StepKind), by=parties)
    def submit(self, kind: StepKind, by: Any) -> None:
        """A step to the government begins."""
        with suppress(DigivlError):
            self.vl.dossiers.submit(self.dossier, kind, documents=[], by=by)

    @rule(kind=st.sampled_from(ItemKind), days=st.integers(-30, 30), by=parties)
    def put_on_agenda(self, kind: ItemKind, days: int, by: Any) -> None:
        """A step goes on an agenda, of a meeting that may be over."""
        start = self.vl.clock() + timedelta(days=days)
        plan, place = self.vl.meetings.plan, self.vl.agendas.put
        with suppress(DigivlError):
            meeting = plan(MeetingKind.COUNCIL, start, number="1", by=by)
            self._on(STEP, lambda it: place(it, meeting.id, kind=kind, by=by))

    @rule(formal=st.sampled_from(FormalCheck), by=parties)
    def check(self, formal: FormalCheck, by: Any) -> None:
        """An item is checked formally."""
        self._on(ITEM, lambda it: self.vl.agendas.check([it], formal, by=by))

    @rule(by=parties)
    def take_off(self, by: Any) -> None:
        """An item comes off its agenda."""
        take_off = self.vl.agendas.take_off
        self._on(ITEM, lambda it: take_off(it, by=by, reason="vergissing"))

    @rule(act=st.sampled_from(["approve", "close", "adjourn"]), by=parties)
    def approve(self, act: str, by: Any) -> None:
        """An agenda is approved, or the meeting ends."""
        approve = getattr(self.vl.approving, act)
        self._on_meeting(lambda it: approve(it, by=by))

    @rule(act=st.sampled_from(["reopen", "reopen_agenda"]), by=parties)
    def reopen(self, act: str, by: Any) -> None:
        """A meeting or its agenda is opened again."""
        reopen = getattr(self.vl.approving, act)
        self._on_meeting(lambda it: reopen(it, by=by, reason="vergissing"))

    @rule(by=parties, days=st.integers(1, 30), gone=st.booleans())
    def move(self, by: Any, days: int, gone: bool) -> None:  # noqa: FBT001
        """A meeting is moved or does not take place."""
        meetings, start = self.vl.meetings, self.vl.clock() + timedelta(days=days)
        if gone:
            self._on_meeting(lambda it: meetings.cancel(it, by=by, reason="quorum"))
        else:
            self._on_meeting(lambda it: meetings.move(it, start, by=by))

    @rule(result=st.sampled_from(DecisionResult), by=parties)
    def decide(self, result: DecisionResult, by: Any) -> None:
        """The government decides."""
        self._on(STEP, lambda it: self.vl.deciding.decide(it, result, by=by))

    @rule(result=st.sampled_from(DecisionResult), by=parties)
    def correct(self, result: DecisionResult, by: Any) -> None:
        """A decision was written down wrongly."""
        correct = self.vl.deciding.correct
        self._on(STEP, lambda it: correct(it, result, by=by, reason="vergissing"))

    @rule(by=parties)
    def propose_again(self, by: Any) -> None:
        """What was withdrawn comes back."""
        again = self.vl.deciding.propose_again
        self._on(STEP, lambda it: again(it, by=by, reason="vergissing"))

    @rule(to=parties, by=parties)
    def hand_over(self, to: Any, by: Any) -> None:
        """Somebody passes it on."""
        with suppress(DigivlError):
            self.vl.custody.hand_over(DOSSIER.ref(self.dossier), to, by=by)

    @rule(act=st.sampled_from(["take_over", "recall"]), by=parties)
    def take(self, act: str, by: Any) -> None:
        """Somebody takes it, or takes back what was handed over."""
        with suppress(DigivlError):
            getattr(self.vl.custody, act)(self._subject, by=by, reason="dringend")

    @rule(to=parties, by=parties)
    def escalate(self, to: Any, by: Any) -> None:
        """It goes up."""
        with suppress(DigivlError):
            self.vl.custody.escalate(self._subject, to, by=by, reason="te laat")

    @rule(to=parties, by=parties, back=st.booleans())
    def hand_over_question(self, to: Any, by: Any, back: bool) -> None:  # noqa: FBT001
        """Who was asked passes the question on, or takes it back."""
        custody = self.vl.custody
        self._on(ADVICE, lambda it: custody.hand_over(ADVICE.ref(it), to, by=by))
        if back:
            self._on(ADVICE, lambda it: custody.recall(ADVICE.ref(it), by=by))

    @rule(days=st.integers(-5, 30), by=parties)
    def extend(self, days: int, by: Any) -> None:
        """The holder gets more time, or less."""
        due = self.vl.clock() + timedelta(days=days)
        with suppress(DigivlError):
            self.vl.custody.extend(self._subject, due, by=by, reason="verlof")

    @rule(holder=parties, to=parties, days=st.integers(0, 9))
    def delegate(self, holder: Any, to: Any, days: int) -> None:
        """Somebody is absent, perhaps who stands in for another."""
        start = self.vl.clock()
        until = start + timedelta(days=days)
        with suppress(DigivlError):
            self.vl.absences.delegate(holder, to, start=start, until=until, by=ADMIN)

    @rule(to=parties)
    def scan(self, to: Any) -> None:
        """The folder of paper comes to somebody, who scans its label."""
        with suppress(DigivlError):
            label = self.vl.labels.make(self._subject, by=to)
            self.vl.labels.scanned(f"{PREFIX}{label.id}", to)

    @rule(silence=st.sampled_from(Silence), by=parties)
    def consult(self, silence: Silence, by: Any) -> None:
        """Others are consulted, each of whom then has an answer to give."""
        with suppress(DigivlError):
            self.vl.consultations.start(
                self.dossier,
                documents=[self.document],
                obligatory=[route.SECRETARIAT],
                others=[route.BUDGET],
                due=self.vl.clock() + timedelta(days=3),
                silence=silence,
                by=by,
            )

    @rule(opinion=st.sampled_from(Opinion), by=parties)
    def answer(self, opinion: Opinion, by: Any) -> None:
        """Somebody who was consulted answers; when all did, the round ends."""
        rounds = self.vl.consultations
        give, asker = rounds.answer, route.CABINET
        self._on(ROUND, lambda it: give(it, opinion, by=by, remark="te duur"))
        self._on(ROUND, lambda it: rounds.close(it, by=asker))

    @rule()
    def remind(self) -> None:
        """Reminders change nothing of who has it."""
        self.vl.custody.remind()

    @rule(by=parties, really=st.integers(0, 9))
    def close(self, by: Any, really: int) -> None:
        """Now and then it is closed, and then everything else is refused."""
        if really == 0:
            with suppress(DigivlError):
                self.vl.dossiers.close(self.dossier, by=by)

    @invariant()
    def one_holder_and_one_next_step(self) -> None:
        """While it is open; once it is closed nobody holds it."""
        state = self.vl.dossiers.read(self.dossier).record.state
        query = Query(kind=CUSTODY.name, dossier=self.dossier)
        own = custody_id(self._subject)
        (row,) = [row for row in self.vl.book.rows(query) if row.ref.id == own]
        assert row.standing.open is (state is DossierState.OPEN)
        assert row.standing.holder
        assert row.standing.next_step
        assert row.standing.since
        assert row.standing.due
        assert row.standing.since <= row.standing.due
        last = self.vl.custody.of(DOSSIER.ref(self.dossier))
        assert (last.version, CUSTODY.standing(last.record)) == (
            row.version,
            row.standing,
        )

    @invariant()
    def it_stands_on_one_work_list(self) -> None:
        """Its holder has it on the list: as a question if there is one, else itself."""
        held = self.vl.custody.of(self._subject).record
        own = custody_id(self._subject)
        listed = [row for row in self.vl.custody.worklist() if self._is_mine(row)]
        there = [row.ref.id for row in listed]
        of_holder = [row for row in listed if row.standing.holder == held.holder.id]
        mine = self.vl.custody.worklist(holder=held.holder.id)

        assert len(set(there)) == len(there)
        if CUSTODY.standing(held).open:
            asked = [
                r for r in of_holder if r.ref.id != own and r.ref.kind == "custody"
            ]
            assert bool(asked) is (own not in there)
            assert {row.ref for row in of_holder} <= {row.ref for row in mine}
        else:
            assert own not in there

    @invariant()
    def nobody_who_was_asked_is_forgotten(self) -> None:
        """Each open question is with one party, on whose list it stands."""
        listed = {row.ref.id for row in self.vl.custody.worklist()}
        for kind in (ADVICE, AGREEMENT):
            for entry in Scene(self.vl, self.dossier, "").all(kind):
                is_open = kind.standing(entry.record).open
                assert is_open is (custody_id(entry.ref) in listed)

    @invariant()
    def who_is_late_is_named(self) -> None:
        """What is overdue says who should act."""
        for late in self.vl.custody.overdue():
            assert late.act
            assert late.act_label
            assert late.late >= timedelta()

    def _is_mine(self, row: Row) -> bool:
        return row.standing.dossier == self.dossier

    @property
    def _subject(self) -> Ref:
        return DOSSIER.ref(self.dossier)

    def _on_meeting(self, act: Callable[[str], object]) -> None:
        items = Scene(self.vl, self.dossier, "").all(ITEM)
        for meeting in {entry.record.meeting for entry in items}:
            with suppress(DigivlError):
                act(meeting)
                return

    def _on(self, kind: Kind[Any], act: Callable[[str], object]) -> None:
        scene = Scene(self.vl, self.dossier, "")
        for entry in scene.all(kind):
            with suppress(DigivlError):
                act(entry.id)
                return


def test_no_black_hole(scene_at: Callable[..., Scene]) -> None:
    """Whatever happens in whatever order, who has it has one answer."""
    Acts.vl = scene_at("opened").vl

    run_state_machine_as_test(
        Acts,
        settings=settings(
            max_examples=40,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
