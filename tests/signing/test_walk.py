"""Whatever is done by whomever in whatever order: what waits, waits for one party."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any

import attrs

from digivl.custody.model import CUSTODY, custody_id, of_dossier
from digivl.documents.disk import scratch
from digivl.errors import DigivlError
from digivl.kernel.parties import Party
from digivl.records.entries import Entry
from digivl.records.port import Query
from digivl.signing.model import FlowState, SigningFlow
from digivl.signing.order import progress
from digivl.signing.outside import Did, DoneOutside
from digivl.signing.participants import (
    Participant,
    ParticipantState,
    Signatory,
    Watcher,
)
from digivl.signing.questions import possible, questions
from digivl.signing.states import RUNNING
from digivl.testing.council import CABINET
from digivl.testing.desk import (
    ARCHIVE,
    CHIEF,
    DEPUTY,
    LAWYER,
    MINISTER,
    PRESIDENT,
    Desk,
    approves,
    signs,
    watches,
)

PEOPLE = (CHIEF, LAWYER, MINISTER, PRESIDENT, DEPUTY, ARCHIVE, CABINET)
Act = Callable[["Walk", str, Party], object]


def _plan(walk: Walk) -> dict[str, Any]:
    """Some approvers and signatories, in some order."""
    chance = walk.chance
    people = chance.sample([MINISTER, PRESIDENT, DEPUTY], chance.choice([1, 2, 3]))
    signatories = [signs(one, means=chance.choice(MEANS)) for one in people]
    together = chance.random() < 0.4
    deadline = walk.desk.now + timedelta(days=chance.choice([2, 5]))
    approvers = chance.sample([CHIEF, LAWYER], chance.choice([0, 0, 1, 2]))
    return {
        "signatories": [signatories] if together else signatories,
        "approvers": [[approves(one) for one in approvers]] if approvers else [],
        "watchers": [watches(ARCHIVE)] if chance.random() < 0.3 else [],
        "deadline": deadline if chance.random() < 0.4 else None,
    }


def _renew(walk: Walk, it: str, by: Party) -> object:
    """A new version, most often with an act of the flow."""
    walk.desk.renewed(walk.read(it).document)
    return walk.desk.signing.renew(it, by=by)


def _take_in(walk: Walk, it: str, by: Party) -> object:
    """What the first of those whose turn it is did on a platform."""
    flow = walk.read(it)
    if flow.elsewhere is None or not flow.turns:
        raise DigivlError("nothing is done there")
    one, now = flow.turns[0], walk.desk.now
    signs_it = isinstance(one, Signatory)
    did = Did.SIGNED if signs_it else Did.APPROVED
    if walk.chance.random() < 0.15:
        did = Did.REFUSED
    wrong = walk.chance.random() < 0.2
    file = walk.signed(flow, wrong=wrong) if did is Did.SIGNED else None
    done = DoneOutside(party=one.party.id, did=did, at=now)
    return walk.desk.signing.take_in(it, [done], file, by=by)


ACTS: dict[str, Act] = {
    "edit": lambda w, it, by: w.desk.signing.edit(it, **_plan(w), by=by),
    "send": lambda w, it, by: w.desk.signing.send(it, by=by),
    "recall": lambda w, it, by: w.desk.signing.recall(it, by=by),
    "show": lambda w, it, by: w.desk.signing.shown(it, by=by, face="web"),
    "approve": lambda w, it, by: w.desk.signing.approve(it, by=by),
    "sign": lambda w, it, by: w.desk.signing.sign(it, by=by),
    "refuse": lambda w, it, by: w.desk.signing.refuse(it, by=by, reason="x"),
    "delegate": lambda w, it, by: w.desk.signing.delegate(it, w.somebody(), by=by),
    "replace": lambda w, it, by: w.desk.signing.replace(
        it, w.somebody(), w.somebody(), by=by
    ),
    "extend": lambda w, it, by: w.desk.signing.extend(
        it, w.desk.now + timedelta(days=3), by=by
    ),
    "renew": _renew,
    "go on": lambda w, it, by: w.desk.signing.go_on(it, by=by),
    "cancel": lambda w, it, by: w.desk.signing.cancel(it, by=by, reason="x"),
    "give out": lambda w, it, by: w.desk.signing.give_out(
        it, platform="map", reference="1", by=by
    ),
    "take in": _take_in,
    "take back": lambda w, it, by: w.desk.signing.take_back(it, by=by),
    "fail": lambda w, it, by: w.desk.signing.fail(it, "x", by=by),
}
#: What ends a flow, or leads back, comes up less often.
RARE = {"refuse", "cancel", "recall", "renew", "fail", "edit", "give out"}
MEANS = ("minister", "secretary")
NEW = {"start", "draft", "expire", "remind"}


@attrs.define
class Walk:
    """Everybody does what comes up, whether it is for them or not."""

    desk: Desk
    chance: Random
    done: set[str]
    states: set[FlowState | ParticipantState]
    flow: str = ""

    def begin(self) -> None:
        """A flow of its own."""
        plan, signing = _plan(self), self.desk.signing
        document = self.desk.document()
        if self.chance.random() < 0.3:
            given = {} if self.chance.random() < 0.5 else plan
            self.flow = signing.draft(document, **given, by=CABINET).id
            self.done.add("draft")
        else:
            self.flow = signing.start(document, **plan, by=CABINET).id
            self.done.add("start")

    def step(self) -> None:
        """One act, or time that passes."""
        if self.chance.random() < 0.08:
            self.desk.wait(days=self.chance.choice([1, 3]))
            self.done |= {entry.action for entry in self.desk.signing.expire()}
            return
        if self.chance.random() < 0.05:
            self.desk.signing.remind(self.flow, by=CABINET)
            self.done.add("remind")
            return
        for name in self.chance.sample(sorted(ACTS), len(ACTS)):
            if name in RARE and self.chance.random() < 0.85:
                continue
            for by in self.chance.sample(PEOPLE, len(PEOPLE)):
                with suppress(DigivlError):
                    ACTS[name](self, self.flow, by)
                    self.done.add(name)
                    return

    def check(self) -> None:
        """What holds at every moment."""
        entry = self.desk.signing.read(self.flow)
        flow = entry.record
        self.states |= {flow.state, *(one.state for one in flow.participants)}
        self._one_holder_each(entry)
        self._state_follows(flow)
        self._in_turn(flow)
        self._signed_once_each(flow)

    def read(self, it: str) -> SigningFlow:
        """The flow as it is."""
        return self.desk.signing.read(it).record

    def somebody(self) -> Party:
        """One of those who may sign or approve."""
        return self.chance.choice(PEOPLE[:-1])

    def signed(self, flow: SigningFlow, *, wrong: bool) -> io.BytesIO:
        """The document signed elsewhere; or another one."""
        of = self.desk.vl.documents.read(self.desk.document()).record.latest.sha256
        number = sum(one.signed_at is not None for one in flow.signatories)
        with (
            self.desk.vl.documents.opened(of if wrong else flow.current) as source,
            scratch() as target,
        ):
            self.desk.signing.sign_file(
                source, target, means="secretary", field=f"Map{number}.{len(of)}"
            )
            target.seek(0)
            return io.BytesIO(target.read())

    def _one_holder_each(self, entry: Entry[SigningFlow]) -> None:
        """What waits is held by one party; nothing else is; the dossier always is."""
        wanted = {q.subject: q for q in questions(entry.id, entry.record)}
        rows = self.desk.vl.book.rows(
            Query(kind=CUSTODY.name, dossier=self.desk.dossier, open=True)
        )
        held = {row.ref.id: row.standing for row in rows}
        mine = {custody_id(ref) for ref in possible(entry.id, entry.record)}

        assert {custody_id(ref) for ref in wanted} == mine & held.keys()
        assert custody_id(of_dossier(self.desk.dossier)) in held
        for ref, question in wanted.items():
            standing = held[custody_id(ref)]
            assert (question.to.id, question.step) == (
                standing.holder,
                standing.next_step,
            )
            assert standing.due is not None
        blocking = [question for question in wanted.values() if question.blocks]
        assert entry.record.is_ended is (blocking == [])

    def _state_follows(self, flow: SigningFlow) -> None:
        """The state is that of Themis for what was done; refused counts first."""
        live = [one for one in flow.participants if one.is_live]
        refused = any(one.state is ParticipantState.REFUSED for one in live)
        assert refused is (flow.state is FlowState.REFUSED)
        if flow.state in (*RUNNING, FlowState.SIGNED):
            assert progress(flow.participants) is flow.state
        if flow.state is FlowState.SIGNED:
            assert all(one.done_at for one in live if not isinstance(one, Watcher))

    def _in_turn(self, flow: SigningFlow) -> None:
        """Nobody acted while somebody of an earlier stage had not."""
        live = [one for one in flow.participants if one.is_live]
        decide = [one for one in live if not isinstance(one, Watcher)]
        done = [one.stage or 0 for one in decide if one.done_at is not None]
        waiting = [one.stage or 0 for one in decide if one.is_open]
        assert max(done, default=0) <= min(waiting, default=99)

    def _signed_once_each(self, flow: SigningFlow) -> None:
        """Each signature is over the version that the one before it made."""
        signed = [one for one in flow.signers if one.signed_at is not None]
        chain = {one.over: one for one in signed}
        assert len(chain) == len(signed)
        version, count = flow.base, 0
        while one := chain.get(version):
            version, count = str(one.version), count + 1
        assert (flow.current, len(signed)) == (version, count)
        assert all(_acted_on_this(one, flow) for one in flow.participants)


def _acted_on_this(one: Participant, flow: SigningFlow) -> bool:
    """Whether who did something did it on a version of the document as it is now."""
    version = getattr(one, "version", None)
    return version is None or version in flow.versions


def test_one_party_at_every_moment(desk: Desk) -> None:
    """Over random acts of everybody, and time that passes; each act really happens."""
    walk = Walk(desk, Random(5), set(), set())
    start = desk.now
    for _ in range(40):
        desk.now = start
        walk.begin()
        for _ in range(25):
            walk.step()
            walk.check()
            if walk.read(walk.flow).is_ended:
                break

    assert set() == {*ACTS, *NEW} - walk.done
    assert set() == {*FlowState, *ParticipantState} - walk.states
