"""Whatever the secretariat does in whatever order, the ledger and the steps agree."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digivl.dossiers.agenda import FormalCheck
from digivl.dossiers.model import DecisionResult, ItemKind
from digivl.errors import DigivlError
from digivl.testing.council import ADMIN, SECRETARIAT, Council

ACTS = (
    *("put", "put", "put news", "check", "check", "spoil", "approve", "approve"),
    *("close", "adjourn", "reopen", "reopen agenda", "take off", "cancel"),
    *("approved", "postponed", "withdrawn", "again", "next meeting"),
)


class Desk:
    """A secretariat that does what it is told, where that is allowed."""

    def __init__(self, council: Council) -> None:
        self.council, self.vl = council, council.vl
        self.meeting = council.meeting().id
        self.steps: list[str] = []

    def do(self, act: str, which: int) -> None:
        """One act; what is not allowed is refused and changes nothing."""
        with suppress(DigivlError):
            self._do(act, which)

    def _do(self, act: str, which: int) -> None:
        vl, by, meeting = self.vl, SECRETARIAT, self.meeting
        if act == "next meeting":
            self.meeting = self.council.meeting(days=8).id
        elif act.startswith("put"):
            self.steps.append(self.council.matter().id)
            kind = ItemKind.ANNOUNCEMENT if "news" in act else ItemKind.NOTA
            self.council.item(meeting, self.steps[-1], kind=kind)
        elif act in {"approve", "close", "adjourn"}:
            getattr(vl.approving, act)(meeting, by=by)
        elif act == "reopen":
            vl.approving.reopen(meeting, by=by, reason="vergeten")
        elif act == "reopen agenda":
            vl.approving.reopen_agenda(meeting, by=ADMIN, reason="fout")
        elif act == "cancel":
            vl.meetings.cancel(meeting, by=by, reason="quorum")
        elif self.steps:
            self._on_one(act, self.steps[which % len(self.steps)])

    def _on_one(self, act: str, step: str) -> None:
        vl, by = self.vl, SECRETARIAT
        placements = vl.dossiers.step(step).record.placements
        item = placements[-1].item if placements else ""
        if act in {"check", "spoil"}:
            formal = FormalCheck.OK if act == "check" else FormalCheck.NOT_OK
            vl.agendas.check([item], formal, by=by)
        elif act == "take off":
            vl.agendas.take_off(item, by=by, reason="vergissing")
        elif act == "again":
            self.council.item(self.meeting, step)
        else:
            vl.deciding.decide(step, DecisionResult[act.upper()], by=by)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 9)), max_size=25))
def test_ledger_and_steps_agree(acts: list[tuple[str, int]], council: Council) -> None:
    """Every number was given to the step that has it, once; no number is skipped."""
    desk: Any = Desk(council)
    for act, which in acts:
        desk.do(act, which)

    for name in ("DOC", "MED"):
        ledger = list(council.vl.dossiers.ledger(2026, name))
        given_out = [one for entry in ledger for one in entry.record.given]
        assert list(range(1, len(given_out) + 1)) == [one.number for one in given_out]
        holders = [council.vl.dossiers.step(one.to).record.number for one in given_out]
        assert [one.number for one in given_out] == [
            number.number if number else None for number in holders
        ]
    for step in desk.steps:
        record = council.vl.dossiers.step(step).record
        names = [council.vl.documents.read(d).record for d in record.documents]
        numbers = [one.number for one in names if one.number]
        assert all(record.number and one.same_step(record.number) for one in numbers)
