"""Agenda versions and agenda items (Kaleidos).

An agenda version lists its items as they were then: each line names the version of the
item's record, so that nothing has to be copied from one agenda to the next.

Source:
    OSLO Besluitvorming (recognised 2021-02-04); Kaleidos, agenda-approve-service.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Final

import attrs

from digivl.dossiers.model import ItemKind
from digivl.kernel.checks import counted_from_one, digest, free_text, public_line
from digivl.kernel.kinds import Kind, Standing
from digivl.kernel.lifecycle import Lifecycle, Step

_THEMIS: Final = "http://themis.vlaanderen.be/id/concept/"
_AGENDA: Final = _THEMIS + "agenda-status/"
_FORMAL: Final = "http://kanselarij.vo.data.gift/id/concept/goedkeurings-statussen/"


class AgendaStatus(Enum):
    """Status of an agenda version (agendastatus)."""

    DESIGN = _AGENDA + "b3d8a99b-0a7e-419e-8474-4b508fa7ab91"
    APPROVED = _AGENDA + "fff6627e-4c96-4be1-b483-8fefcc6523ca"


class FormalCheck(Enum):
    """Outcome of the formal check of an item (formeel oké)."""

    OK = _FORMAL + "CC12A7DB-A73A-4589-9D53-F3C2F4A40636"
    NOT_OK = _FORMAL + "92705106-4A61-4C30-971A-55532633A9D6"
    NOT_YET = _FORMAL + "B72D1561-8172-466B-B3B6-FCC372C287D0"


class ItemState(Enum):
    """Whether an item stands on the agenda of its meeting."""

    PROPOSED = "op de ontwerpagenda"
    APPROVED = "op de agenda"
    TAKEN_OFF = "van de agenda"


_I = ItemState

AGENDA_LIFECYCLE: Final = Lifecycle(
    subject="agenda",
    initial=AgendaStatus.DESIGN,
    steps=(
        Step("approve", (AgendaStatus.DESIGN,), AgendaStatus.APPROVED),
        Step("reopen", (AgendaStatus.APPROVED,), AgendaStatus.DESIGN),
    ),
)

ITEM_LIFECYCLE: Final = Lifecycle(
    subject="agenda item",
    initial=_I.PROPOSED,
    steps=(
        Step("check", (_I.PROPOSED,), _I.PROPOSED),
        Step("check", (_I.APPROVED,), _I.APPROVED),
        Step("edit", (_I.PROPOSED,), _I.PROPOSED),
        Step("edit", (_I.APPROVED,), _I.APPROVED),
        Step("evoke", (_I.PROPOSED,), _I.PROPOSED),
        Step("evoke", (_I.APPROVED,), _I.APPROVED),
        Step("approve", (_I.PROPOSED, _I.APPROVED), _I.APPROVED),
        Step("take off", (_I.PROPOSED, _I.APPROVED), _I.TAKEN_OFF),
    ),
)


def serial(number: int) -> str:
    """How the nth agenda version is called: A to Z, then 27 and on."""
    return chr(ord("A") + number - 1) if number <= 26 else str(number)


@attrs.frozen(kw_only=True)
class Piece:
    """One version of a document on an agenda item (stuk).

    Attributes:
        document: Id of the document.
        sha256: The version, by its bytes.
    """

    document: str
    sha256: str = attrs.field(validator=digest)


@attrs.frozen(kw_only=True)
class AgendaItem:
    """A step on the agenda of a meeting (agendapunt).

    Attributes:
        meeting: Id of the meeting.
        step: Id of the procedure step.
        dossier: Id of the dossier.
        ministers: Ids of the competent ministers.
        pieces: The documents, each as the version it has on this item.
        rank: Of its first minister in the government; lower stands first.
        order: Order of arrival on the agenda of the meeting, for those of one rank.
        linked: Documents that the government had before (reeds bezorgd), each as the
            version it had then; who may read one depends on where it belongs.
        approved: The pieces on the last approved agenda version; none before, and none
            once it was taken off.
        formal: Outcome of the formal check; an edit asks a new one.
        ready: How many acts its dossier had when it was found ready; see
            `digivl.dossiers.admission`. 0 when it has to be looked at again.
        for_press: To be told to the press.
        comment: Of the secretariat, for the agenda.
        evoked: Ids of the ministers who want the government to decide on it.
    """

    meeting: str
    step: str
    dossier: str
    title: str = attrs.field(validator=public_line)
    kind: ItemKind
    rank: int = 0
    order: int = 0
    ministers: tuple[str, ...] = ()
    pieces: tuple[Piece, ...] = ()
    linked: tuple[Piece, ...] = ()
    approved: tuple[Piece, ...] = ()
    formal: FormalCheck = FormalCheck.NOT_YET
    ready: int = 0
    for_press: bool = False
    comment: str = attrs.field(default="", validator=free_text)
    evoked: tuple[str, ...] = ()
    state: ItemState = ITEM_LIFECYCLE.initial

    @property
    def decided_as(self) -> ItemKind:
        """As what it is dealt with: an announcement that somebody evoked as a nota."""
        return ItemKind.NOTA if self.evoked else self.kind

    def _after(self, step: str) -> AgendaItem:
        return attrs.evolve(self, state=ITEM_LIFECYCLE.after(self.state, step))

    def check(self, formal: FormalCheck, *, ready: int = 0) -> AgendaItem:
        """The formal check was done.

        Args:
            formal: Its outcome.
            ready: How many acts its dossier had, when it was found ready.

        Raises:
            StepNotAllowedError: It was taken off the agenda.
        """
        return attrs.evolve(self._after("check"), formal=formal, ready=ready)

    def edit(
        self,
        *,
        title: str | None = None,
        ministers: tuple[str, ...] | None = None,
        pieces: tuple[Piece, ...] | None = None,
        linked: tuple[Piece, ...] | None = None,
        comment: str | None = None,
        for_press: bool | None = None,
    ) -> AgendaItem:
        """Something on it changed; unless it is a note, it has to be checked again.

        Raises:
            StepNotAllowedError: It was taken off the agenda.
        """
        noted = all(one is None for one in (title, ministers, pieces, linked))
        return attrs.evolve(
            self._after("edit"),
            title=self.title if title is None else title,
            ministers=self.ministers if ministers is None else ministers,
            pieces=self.pieces if pieces is None else pieces,
            linked=self.linked if linked is None else linked,
            comment=self.comment if comment is None else comment,
            for_press=self.for_press if for_press is None else for_press,
            formal=self.formal if noted else FormalCheck.NOT_YET,
        )

    def evoke(self, minister: str) -> AgendaItem:
        """A minister wants the government to decide on it (evocatie).

        What a decision needs is asked anew: an announcement needed nothing.

        Raises:
            StepNotAllowedError: It was taken off the agenda.
        """
        evoked = tuple(dict.fromkeys((*self.evoked, minister)))
        return attrs.evolve(self._after("evoke"), evoked=evoked, ready=0)

    def approve(self) -> AgendaItem:
        """An approved agenda version holds it as it is now."""
        state = ITEM_LIFECYCLE.after(self.state, "approve")
        return attrs.evolve(self, state=state, approved=self.pieces)

    def take_off(self) -> AgendaItem:
        """It does not stand on the agenda any more.

        Raises:
            StepNotAllowedError: It does not already.
        """
        return attrs.evolve(self._after("take off"), approved=())


@attrs.frozen(kw_only=True)
class Line:
    """One item on an approved agenda version.

    Attributes:
        item: Id of the item.
        version: Which version of its record stands there.
        step: Id of the procedure step.
        kind: Nota or announcement.
        number: Counted from one for each kind.
    """

    item: str
    version: int = attrs.field(validator=counted_from_one)
    step: str
    kind: ItemKind
    number: int = attrs.field(validator=counted_from_one)


@attrs.frozen(kw_only=True)
class Agenda:
    """One version of the agenda of a meeting (agenda).

    Attributes:
        meeting: Id of the meeting.
        number: 1 for version A.
        title: As Kaleidos writes it: ``Agenda A voor zitting 24-11-2026``.
        lines: What stood on it when it was approved; none while it is a design.
    """

    meeting: str
    number: int = attrs.field(validator=counted_from_one)
    title: str = attrs.field(validator=public_line)
    lines: tuple[Line, ...] = ()
    status: AgendaStatus = AGENDA_LIFECYCLE.initial

    @property
    def serial(self) -> str:
        """Its letter, or number past Z."""
        return serial(self.number)

    def approve(self, lines: Sequence[Line]) -> Agenda:
        """These lines stand on it.

        Raises:
            StepNotAllowedError: It is approved already.
        """
        status = AGENDA_LIFECYCLE.after(self.status, "approve")
        return attrs.evolve(self, status=status, lines=tuple(lines))

    def reopen(self) -> Agenda:
        """It is a design again.

        Raises:
            StepNotAllowedError: It is one.
        """
        status = AGENDA_LIFECYCLE.after(self.status, "reopen")
        return attrs.evolve(self, status=status, lines=())


def agenda_id(meeting: str, number: int) -> str:
    """The id of an agenda version, so that no two can take the same number."""
    return f"{meeting}.{number}"


def _agenda_standing(agenda: Agenda) -> Standing:
    return Standing(
        state=agenda.status.name.lower(),
        title=agenda.title,
        part_of=agenda.meeting,
        open=agenda.status is AgendaStatus.DESIGN,
    )


def _item_standing(item: AgendaItem) -> Standing:
    return Standing(
        state=item.state.value,
        title=item.title,
        dossier=item.dossier,
        part_of=item.meeting,
        open=item.state is not ItemState.TAKEN_OFF,
    )


AGENDA: Final = Kind("agenda", Agenda, _agenda_standing)
ITEM: Final = Kind("item", AgendaItem, _item_standing)
