"""Every act of the facade asks who acts: no path does more than the policy allows.

Each public method that takes who acts is found by itself and tried by strangers; a new
one is tried too, and asks here for what it is called with.
"""

from __future__ import annotations

import inspect
import io
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any, Final

import attrs
import pytest

from digivl import Digivl
from digivl.access.model import DENIAL, AccessLevel, Permission
from digivl.advice.body import AdviceOutcome
from digivl.advice.proposal import Act, Proposal
from digivl.documents.model import NOTA, CopyKind
from digivl.dossiers.agenda import FormalCheck
from digivl.dossiers.consultation import Opinion
from digivl.dossiers.mandates import Mandate, Office
from digivl.dossiers.meeting import MeetingKind
from digivl.dossiers.model import DOSSIER, DecisionResult, StepKind
from digivl.dossiers.positions import Stand
from digivl.dossiers.publication import PublicationStatus, RegulationType
from digivl.dossiers.release import Released
from digivl.dossiers.submission import CoAnswer
from digivl.errors import NotAllowedError, NotFoundError
from digivl.kernel.identifiers import URI, OVOCode
from digivl.kernel.parties import Party, Role
from digivl.kernel.personal import Personal
from digivl.records.port import Query
from digivl.records.sqlbook import SQLBook
from digivl.settings import Settings
from digivl.signing.loginseal.model import Authentication
from digivl.signing.platform.model import Account
from digivl.signing.session import Order
from digivl.testing.council import (
    ADMIN,
    CABINET,
    Council,
)
from digivl.testing.everything import NOTHING, Ids, everything
from digivl.testing.papers import paper

#: Of an organisation that has no part in it; and a cabinet with rights, but not here.
NOBODY: Final = Party("vreemd", "Vreemde dienst", Role.GOVERNMENT_BODY)
ELSEWHERE: Final = Party(
    "kabinet-9", "Kabinet 9", Role.DOSSIER_MANAGER, entity="OVO9", minister="m-9"
)
_ROOMS: Final = (
    *("advices", "agreements", "appeals", "forms", "proposals", "readiness"),
    *("exchange", "hearing", "registrations", "routes"),
    *("absences", "agendas", "approving", "consultations", "custody", "deciding"),
    *("dispatches", "documents", "dossiers", "evidence", "government", "labels"),
    *("login_seals", "meetings", "packages"),
    *("news", "papers", "parliament", "positions", "publications", "reading"),
    *("register", "releases", "retrieval", "search", "secretary", "signing"),
    *("signing_sessions", "submissions"),
)
#: No rooms, or rooms where nobody acts.
_APART: Final = {
    *("book", "catalog", "files", "guard", "later", "level", "lint_policy"),
    *("revocation", "rules", "silences", "timestamps"),
}
#: They write nothing themselves: an act that asked takes their drafts.
_DRAFTS: Final = {
    "agendas.off",
    "documents.draft",
    "dossiers.step_draft",
    "register.ended",
    "register.started",
}
#: In one's own name, by who has the bytes, or their hash; nothing of a dossier moves.
_IN_ONES_OWN_NAME: Final = {"login_seals.seal_file", "signing_sessions.start"}
#: They refuse nobody: who may know of nothing gets nothing.
_LISTS: Final = {
    "news.of_meeting",
    "reading.known",
    "reading.known_meetings",
    "reading.listed",
    "reading.of_dossier",
    "reading.visible",
    "search.find",
}
#: They tell for each what became of it: a refusal is one outcome of several.
_EACH: Final = {"signing.sign_all"}
#: What a cabinet may for its own minister: it is its own from then on.
_OF_ONES_OWN: Final = {"dossiers.open"}


def arguments(vl: Digivl, it: Ids, by: Party) -> Mapping[str, Any]:
    """What acts are called with, by the name of the parameter; a room may differ."""
    now, soon = vl.clock(), vl.clock() + timedelta(days=30)
    day, content = date(2026, 1, 1), io.BytesIO(paper("x"))
    return {
        "absences.id": it.absence,
        "adviser": by,
        "advices.id": it.advice,
        "agreements.advice": it.advice,
        "agreements.id": it.agreement,
        "agreements.minister": by,
        "appeals.id": it.advice,
        "authentication": Authentication(
            provider="ACM/IDM",
            method="eID",
            level=URI("urn:example:hoog"),
            session="s-1",
            at=now,
            person=Personal("Test Burger"),
        ),
        "appeals.minister": by,
        "condition": 1,
        "days": 3,
        "exchange.id": it.sent,
        "forms.id": it.advice,
        "hearing.id": it.heard,
        "lacks": ["x"],
        "login_seals.id": it.seal,
        "means": "zegel",
        "outcome": AdviceOutcome.FAVOURABLE,
        "proposal": Proposal(dossier=it.dossier, act=Act.NOTE),
        "requirement": "IF",
        "answer": CoAnswer.AGREED,
        "account": Account.of("x", OVOCode("OVO000001"), "x@example.be"),
        "adopted": day,
        "at": now,
        "by": by,
        "content": content,
        "consultations.id": it.round,
        "custody.subject": DOSSIER.ref(it.dossier),
        "day": day,
        "document": it.document,
        "documents": [it.document],
        "documents.id": it.document,
        "documents.kind": next(iter(CopyKind)),
        "documents.of": it.document,
        "dossier": it.dossier,
        "dossiers.id": it.dossier,
        "dossiers.kind": StepKind.FINAL_APPROVAL,
        "due": soon,
        "eli": None,
        "ended": now,
        "file_ids": {},
        "files": [],
        "flow": it.flow,
        "formal": FormalCheck.OK,
        "government.id": "geen",
        "holder": CABINET,
        "item": it.item,
        "invited": [],
        "items": [it.item],
        "key": "sleutel",
        "kind": StepKind.FINAL_APPROVAL,
        "labels.subject": DOSSIER.ref(it.dossier),
        "language": "fr",
        "level": AccessLevel.PUBLIC,
        "mandate": Mandate(
            person="m-9", office=Office.MINISTER, title="x", rank=9, start=day
        ),
        "meeting": it.meeting,
        "meetings.kind": MeetingKind.COUNCIL,
        "minister": by.minister or "minister-2",
        "ministers": ["m-9"],
        "new": [],
        "numac": "2026000001",
        "obligatory": [by],
        "opinion": Opinion.AGREE,
        "packages.id": it.package,
        "permission": Permission.DELIVER,
        "pobj": it.pobj,
        "publications.id": it.publication,
        "publications.step": "pause",
        "reading.id": it.step,
        "reason": "x",
        "orders": [Order(sha256="0" * 64, label="x")],
        "recipients": [],
        "refusal": "x",
        "registrations.id": it.advice,
        "regulation": RegulationType.DECREE,
        "result": DecisionResult.APPROVED,
        "said": "niet ingeschreven",
        "scope": [],
        "seal": it.seal,
        "shown": "0" * 64,
        "source": io.BytesIO(paper("x")),
        "secretary.at": it.meeting,
        "sender": OVOCode("OVO002949"),
        "signatories": [],
        "bundle": it.flow,
        "deadline": soon,
        "done": [],
        "face": "web",
        "of": CABINET,
        "platform": "x",
        "problem": "x",
        "reference": "x",
        "signing.documents": {it.document: []},
        "signing.id": it.flow,
        "signing_sessions.answer": {},
        "signing_sessions.expected": None,
        "signing_sessions.flows": [it.flow],
        "signing_sessions.id": it.session,
        "stand": Stand.NO_OBJECTION,
        "start": now,
        "target": io.BytesIO(),
        "started": now,
        "state": PublicationStatus.PUBLISHED,
        "step": it.step,
        "subject": "x",
        "submissions.id": it.submission,
        "text": "x",
        "title": "x",
        "to": by,
        "type": NOTA,
        "until": soon,
        "what": Released.DOCUMENTS,
    }


def acts() -> list[str]:
    """The public methods of the rooms with a `by`."""
    with Digivl.in_memory() as vl:
        return [
            f"{room}.{name}"
            for room in _ROOMS
            for name, method in inspect.getmembers(getattr(vl, room), inspect.ismethod)
            if not name.startswith("_") and "by" in inspect.signature(method).parameters
        ]


# `admits` only says whether: what asks it refuses.
ACTS: Final = sorted(
    {*acts()} - _DRAFTS - _LISTS - _EACH - _IN_ONES_OWN_NAME - {"reading.admits"}
)


def tried(vl: Digivl, act: str, it: Ids, by: Party) -> object:
    """Call an act with all that it asks for."""
    room, _, name = act.partition(".")
    method, given = getattr(getattr(vl, room), name), arguments(vl, it, by)
    wanted = inspect.signature(method).parameters.values()
    positional, named = [], {}
    for one in wanted:
        if one.default is not one.empty or one.kind is one.VAR_KEYWORD:
            continue
        value = given.get(f"{room}.{one.name}", given.get(one.name, one))
        assert value is not one, f"say what {act} gets as {one.name}"
        if one.kind is one.KEYWORD_ONLY:
            named[one.name] = value
        else:
            positional.append(value)
    done = method(*positional, **named)
    if isinstance(done, AbstractContextManager):
        with done as opened:
            return opened
    return done


@pytest.fixture(name="office", scope="module")
def _office(tmp_path_factory: pytest.TempPathFactory) -> tuple[Digivl, Ids]:
    """An office that every refused act leaves as it was."""
    folder = tmp_path_factory.mktemp("office")
    book = SQLBook.create(f"sqlite:///{folder / 'book.db'}")
    council: Council
    vl = Digivl.from_settings(
        Settings(), folder=folder, book=book, clock=lambda: council.now
    )
    council = Council(vl)
    return vl, everything(council)


def test_every_room_is_looked_at(office: tuple[Digivl, Ids]) -> None:
    """Of what the facade opens nothing with acts is left out."""
    rooms = {
        name
        for name in dir(type(office[0]))
        if not name.startswith("_")
        and type(getattr(office[0], name)).__module__.startswith("digivl.")
    }

    assert {*_ROOMS, *_APART} == rooms


def test_nobody_acts_in_what_is_left_out(office: tuple[Digivl, Ids]) -> None:
    """None of those rooms has a method that takes who acts."""
    found = [
        f"{room}.{name}"
        for room in _APART
        for name, method in inspect.getmembers(
            getattr(office[0], room), inspect.ismethod
        )
        if not name.startswith("_") and "by" in inspect.signature(method).parameters
    ]

    assert [] == found


def standing(vl: Digivl) -> dict[Any, int]:
    """Every record but the refusals, and its version."""
    rows = vl.book.rows(Query())
    return {row.ref: row.version for row in rows if row.ref.kind != DENIAL.name}


def refused(vl: Digivl, act: str, it: Ids, by: Party) -> str:
    """What is told; the act was recorded as a refusal, and did nothing else."""
    before, denials = standing(vl), len(vl.book.rows(Query(kind=DENIAL.name)))
    with pytest.raises((NotAllowedError, NotFoundError)) as told:
        tried(vl, act, it, by)

    assert before == standing(vl)
    assert denials + 1 == len(vl.book.rows(Query(kind=DENIAL.name)))
    text = f"{type(told.value).__name__} {told.value}"
    for name in attrs.astuple(it):
        text = text.replace(name, "…")
    return text


@pytest.mark.parametrize("act", ACTS)
def test_nobody_does_what_is_not_allowed(act: str, office: tuple[Digivl, Ids]) -> None:
    """Refused, recorded once, nothing done; and the same where there is nothing."""
    vl, there = office

    told = {refused(vl, act, it, NOBODY) for it in (there, NOTHING)}

    assert 1 == len(told)


@pytest.mark.parametrize("act", sorted({*ACTS} - _OF_ONES_OWN))
def test_a_cabinet_does_nothing_of_another(
    act: str, office: tuple[Digivl, Ids]
) -> None:
    """Though it may do the same for its own minister."""
    vl, there = office

    told = {refused(vl, act, it, ELSEWHERE) for it in (there, NOTHING)}

    assert 1 == len(told)


class NothingGoes:
    """The policy of an application that is shut."""

    def allows(self, *_: object) -> bool:
        """No."""
        return False

    def reads(self, *_: object) -> bool:
        """No."""
        return False


@pytest.mark.parametrize("act", sorted({*ACTS, *_IN_ONES_OWN_NAME}))
def test_the_policy_is_asked(act: str, office: tuple[Digivl, Ids]) -> None:
    """No role does anything by itself: the policy of an application has the word."""
    vl, there = office
    shut = Digivl.from_settings(
        vl.settings,
        folder=vl.folder,
        book=vl.book,
        policy=NothingGoes(),
        clock=vl.clock,
    )

    assert refused(shut, act, there, ADMIN)


@pytest.mark.parametrize("by", [NOBODY, ELSEWHERE])
def test_lists_show_nothing(by: Party, office: tuple[Digivl, Ids]) -> None:
    """Who may know of nothing gets empty lists, and no error that tells more."""
    vl, it = office
    document = vl.documents.read(it.document)
    lists = {
        "news.of_meeting": vl.news.of_meeting(it.meeting, by=by),
        "reading.known": vl.reading.known([it.dossier], by=by),
        "reading.known_meetings": vl.reading.known_meetings([it.meeting], by=by),
        "reading.listed": vl.reading.listed(vl.custody.worklist(), by=by),
        "reading.of_dossier": vl.reading.of_dossier(it.dossier, by=by),
        "reading.visible": vl.reading.visible([document], by=by),
        "search.find": vl.search.find("mandaat", by=by).hits,
    }

    assert {name: [] for name in _LISTS} == {k: list(v) for k, v in lists.items()}


@pytest.mark.parametrize("by", [NOBODY, ELSEWHERE])
def test_each_outcome_is_a_refusal(by: Party, office: tuple[Digivl, Ids]) -> None:
    """Of many at once none is done for who may do none of them."""
    vl, it = office
    before = standing(vl)
    for flow in (it.flow, NOTHING.flow):
        (outcome,) = vl.signing.sign_all([flow], by=by)
        assert isinstance(outcome.error, NotAllowedError)

    assert before == standing(vl)
