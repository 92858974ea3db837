"""A dossier at the Flemish Parliament (parlementaire aangelegenheid).

A sending is recorded before anything is sent, and no other one starts until its answer
is known: a lost answer cannot make a second matter at the parliament.

Source:
    Kaleidos: vlaams-parlement-sync-service; its interface has no public specification.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import Enum
from typing import Final

import attrs
from attrs.validators import optional

from digivl.errors import MalformedError, NotFoundError, StepNotAllowedError
from digivl.kernel.checks import digest, free_text, named_outside, public_line
from digivl.kernel.kinds import Kind, Standing
from digivl.kernel.lifecycle import Lifecycle, Step
from digivl.kernel.moments import aware
from digivl.kernel.parties import Party
from digivl.records.entries import AnyDraft, Entry, first
from digivl.records.port import RecordBook

_STATUS: Final = "http://themis.vlaanderen.be/id/parlementaireaangelegenheid-status/"


class ParliamentStatus(Enum):
    """Status of a matter at the parliament; the first one is of our own."""

    PREPARED = "te versturen"
    INCOMPLETE = _STATUS + "d30fdd4d-ba47-437d-b72e-4bff02e8c3fb"
    COMPLETE = _STATUS + "018fb31c-44ad-4bf5-b01b-76de2d48abf4"
    BEING_HANDLED = _STATUS + "3905d9a1-c841-42fc-8a89-3b7d4ad61b4b"
    RECEIVED = _STATUS + "879aed2f-6efa-4d7b-ab1b-13cc406b1f92"
    REFUSED = _STATUS + "df0870a3-ce07-481d-9dbd-e95f0fd73a8b"


class Form(Enum):
    """In which form a document goes (vorm)."""

    PDF = "pdf"
    WORD = "word"
    SIGNED = "ondertekend"


class Outcome(Enum):
    """How a sending ended."""

    PENDING = "antwoord niet gekend"
    ACKNOWLEDGED = "ontvangen"
    FAILED = "mislukt"


_P = ParliamentStatus
_SENDABLE: Final = (_P.PREPARED, _P.INCOMPLETE, _P.COMPLETE, _P.REFUSED, _P.RECEIVED)
_THERE: Final = (_P.INCOMPLETE, _P.COMPLETE, _P.BEING_HANDLED)

#: What comes in tells nothing of what was sent.
_RECEIVED: Final[tuple[Step[ParliamentStatus], ...]] = tuple(
    Step("receive", (one,), one) for one in _P if one is not _P.PREPARED
)

PARLIAMENT_LIFECYCLE: Final = Lifecycle(
    subject="parliament flow",
    initial=_P.PREPARED,
    steps=(
        Step("send in part", (*_SENDABLE, _P.BEING_HANDLED), _P.INCOMPLETE),
        Step("send", (*_SENDABLE, _P.BEING_HANDLED), _P.COMPLETE),
        Step("handle", (*_THERE, _P.REFUSED), _P.BEING_HANDLED),
        Step("refuse", (*_THERE, _P.REFUSED), _P.REFUSED),
        Step("receive", (_P.PREPARED,), _P.RECEIVED),
        *_RECEIVED,
    ),
)

#: What the parliament says of a matter that it did not take in.
NOT_REGISTERED: Final = "niet ingeschreven"


@attrs.frozen(kw_only=True)
class SentFile:
    """One file of a sending (verzonden bestand).

    Attributes:
        document: Id of the document.
        sha256: The bytes.
        form: In which form it goes.
        filename: As it goes, with its extension.
        file_id: What the parliament calls it (pfls); None until that is known.
        replaces: What it called the file that this one takes the place of.
        replaced: SHA-256 of that file, as we sent it.
    """

    document: str
    sha256: str = attrs.field(validator=digest)
    form: Form
    filename: str = ""
    file_id: str | None = attrs.field(default=None, validator=optional(named_outside))
    replaces: str | None = None
    replaced: str | None = None


@attrs.frozen(kw_only=True)
class Sending:
    """One sending to the parliament (indiening).

    Attributes:
        key: Of this sending; the same one when it is tried again.
        at: When it was started.
        files: What goes.
        complete: Nothing is missing, and the decisions are released.
        comment: For the parliament.
        step: Id of the step that was decided last.
        submitter: Id of the minister who submitted it (indiener), if any.
        contact: Who sends it, for the questions of the parliament.
        reason: Why it failed.
    """

    key: str
    at: datetime = attrs.field(validator=aware)
    files: tuple[SentFile, ...]
    complete: bool
    comment: str = attrs.field(default="", validator=free_text)
    step: str = ""
    submitter: str | None = None
    contact: Party | None = None
    outcome: Outcome = Outcome.PENDING
    reason: str = attrs.field(default="", validator=free_text)

    def acknowledged(self, file_ids: Mapping[str, str]) -> Sending:
        """The parliament has it, and calls its files so, by their SHA-256."""
        files = tuple(
            attrs.evolve(one, file_id=file_ids.get(one.sha256, one.file_id))
            for one in self.files
        )
        return attrs.evolve(self, files=files, outcome=Outcome.ACKNOWLEDGED)


@attrs.frozen(kw_only=True)
class ParliamentFlow:
    """A dossier at the Flemish Parliament (parlementaire aangelegenheid).

    Attributes:
        dossier: Id of the dossier.
        title: One line, as the dossier has it.
        pobj: What the parliament calls it; None until that is known.
        sendings: The oldest first.
        received: What the parliament calls the files that came from it.
        said: Its last words on the matter, as they came.
        said_at: When it said so; None while it said nothing.
    """

    dossier: str
    title: str = attrs.field(validator=public_line)
    pobj: str | None = attrs.field(default=None, validator=optional(named_outside))
    sendings: tuple[Sending, ...] = ()
    received: tuple[str, ...] = ()
    said: str = attrs.field(default="", validator=free_text)
    said_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    state: ParliamentStatus = PARLIAMENT_LIFECYCLE.initial

    @property
    def pending(self) -> Sending | None:
        """The sending whose answer is not known."""
        last = self.sendings[-1] if self.sendings else None
        return last if last and last.outcome is Outcome.PENDING else None

    def sent(self) -> Iterator[SentFile]:
        """The files that the parliament has, the oldest first."""
        for sending in self.sendings:
            if sending.outcome is Outcome.ACKNOWLEDGED:
                yield from sending.files

    def start(self, sending: Sending) -> ParliamentFlow:
        """A sending starts.

        Raises:
            StepNotAllowedError: The answer to another one is not known.
        """
        if self.pending is not None:
            raise StepNotAllowedError(
                "parliament flow",
                Outcome.PENDING.value,
                "send",
                ("acknowledged", "failed"),
            )
        # Tells now what it would tell when the answer is there.
        PARLIAMENT_LIFECYCLE.after(self.state, "send")
        return attrs.evolve(self, sendings=(*self.sendings, sending))

    def acknowledge(
        self, key: str, pobj: str, file_ids: Mapping[str, str]
    ) -> ParliamentFlow:
        """The parliament has a sending; told again, nothing changes.

        Raises:
            NotFoundError: There is no such sending.
            StepNotAllowedError: It failed, or the matter has another name there.
        """
        found = self._sending(key)
        if found.outcome is Outcome.FAILED or self.pobj not in {None, pobj}:
            raise StepNotAllowedError(
                "sending", found.outcome.value, "acknowledge", ("tell the status",)
            )
        if found.outcome is Outcome.ACKNOWLEDGED:
            return self
        step = "send" if found.complete else "send in part"
        return attrs.evolve(
            self._with(found.acknowledged(file_ids)),
            pobj=pobj,
            state=PARLIAMENT_LIFECYCLE.after(self.state, step),
        )

    def fail(self, key: str, reason: str) -> ParliamentFlow:
        """A sending surely did not arrive; it may be sent anew.

        Raises:
            NotFoundError: There is no such sending.
            StepNotAllowedError: The parliament has it.
        """
        found = self._sending(key)
        if found.outcome is Outcome.ACKNOWLEDGED:
            raise StepNotAllowedError("sending", found.outcome.value, "fail", ())
        return self._with(attrs.evolve(found, outcome=Outcome.FAILED, reason=reason))

    def told(self, said: str, pobj: str, at: datetime) -> ParliamentFlow:
        """What the parliament says of it, and how it calls it by now.

        Raises:
            StepNotAllowedError: Nothing was sent.
        """
        named = attrs.evolve(self, pobj=pobj)
        if self._knows(said, at):
            # It is told every day, also after we sent again: that undoes nothing.
            return named
        if self.state is _P.RECEIVED:
            # Of a matter that it sent itself this tells nothing.
            return attrs.evolve(named, said=said, said_at=at)
        step = "refuse" if said == NOT_REGISTERED else "handle"
        state = PARLIAMENT_LIFECYCLE.after(self.state, step)
        return attrs.evolve(named, state=state, said=said, said_at=at)

    def _knows(self, said: str, at: datetime) -> bool:
        """Whether it said this already, or something later."""
        if self.said_at is None:
            return False
        return at < self.said_at or (at == self.said_at and said == self.said)

    def receive(self, pobj: str, files: tuple[str, ...]) -> ParliamentFlow:
        """Files came from the parliament; those that were there are kept once.

        Raises:
            StepNotAllowedError: The matter has another name there.
        """
        if self.pobj not in {None, pobj}:
            raise StepNotAllowedError(
                "parliament flow", f"bekend als {self.pobj}", "receive", ("tell",)
            )
        return attrs.evolve(
            self,
            pobj=pobj,
            received=tuple(dict.fromkeys((*self.received, *files))),
            state=PARLIAMENT_LIFECYCLE.after(self.state, "receive"),
        )

    def _sending(self, key: str) -> Sending:
        for one in self.sendings:
            if one.key == key:
                return one
        raise NotFoundError(f"there is no sending {key[:60]!r} to the parliament")

    def _with(self, sending: Sending) -> ParliamentFlow:
        sendings = tuple(sending if s.key == sending.key else s for s in self.sendings)
        return attrs.evolve(self, sendings=sendings)


def flow_id(dossier: str) -> str:
    """The id of the flow of a dossier; it has one."""
    return f"{dossier}.parliament"


@attrs.frozen(kw_only=True)
class ParliamentName:
    """What the parliament calls a dossier, or called it; of no other one, ever.

    Attributes:
        dossier: Id of the dossier.
    """

    dossier: str


def _name_standing(name: ParliamentName) -> Standing:
    return Standing(state="gegeven", title="", dossier=name.dossier, open=False)


def _standing(flow: ParliamentFlow) -> Standing:
    return Standing(
        state=flow.state.name.lower(),
        title=flow.title,
        dossier=flow.dossier,
        open=flow.state not in {_P.RECEIVED, _P.REFUSED},
    )


PARLIAMENT: Final = Kind("parliament", ParliamentFlow, _standing)
PARLIAMENT_NAME: Final = Kind("parliament-name", ParliamentName, _name_standing)


def flow_of(book: RecordBook, dossier: str) -> Entry[ParliamentFlow] | None:
    """The flow of a dossier, if it has one."""
    name = flow_id(dossier)
    return book.read_all(PARLIAMENT, [name]).get(name)


def flow_to_be(dossier: str, title: str) -> ParliamentFlow:
    """The flow of a dossier that was never at the parliament."""
    return ParliamentFlow(dossier=dossier, title=title)


def flow_called(book: RecordBook, pobj: str) -> Entry[ParliamentFlow] | None:
    """The flow that the parliament calls so by now, if there is one."""
    given = book.read_all(PARLIAMENT_NAME, [pobj]).get(pobj)
    found = flow_of(book, given.record.dossier) if given else None
    return found if found and found.record.pobj == pobj else None


def name_drafts(
    book: RecordBook, flow: ParliamentFlow, by: Party, at: datetime
) -> Iterator[AnyDraft]:
    """The draft that gives a dossier its name, if it is a new one.

    Who gives the same name to another dossier at that moment is stale.

    Raises:
        MalformedError: Another dossier has it, or had it.
    """
    if flow.pobj is None:
        return
    given = book.read_all(PARLIAMENT_NAME, [flow.pobj]).get(flow.pobj)
    if given is None:
        name = ParliamentName(dossier=flow.dossier)
        yield first(PARLIAMENT_NAME, flow.pobj, name, "name", by, at)
    elif given.record.dossier != flow.dossier:
        raise MalformedError(
            f"another dossier is {flow.pobj!r} at the parliament",
            hint="Ask the parliament which of both it is.",
        )


def flow_draft(
    found: Entry[ParliamentFlow] | None,
    flow: ParliamentFlow,
    action: str,
    by: Party,
    at: datetime,
    reason: str = "",
) -> AnyDraft:
    """The draft of an act on a flow, its first one included."""
    if found is None:
        return first(PARLIAMENT, flow_id(flow.dossier), flow, action, by, at, reason)
    return found.next(flow, action, by, at, reason)
