"""Start a consultation round, answer in it, renew it, close it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime

import attrs

from digivl.access.guard import Guard
from digivl.access.model import Permission
from digivl.custody.absence import Absences
from digivl.dossiers.consultation import (
    ANSWER,
    ROUND,
    Answer,
    Opinion,
    Round,
    Silence,
)
from digivl.dossiers.pieces import pinned
from digivl.dossiers.service import Dossiers
from digivl.errors import MalformedError
from digivl.kernel.identifiers import URI, new_id
from digivl.kernel.parties import Party
from digivl.records.entries import AnyDraft, Entry, first
from digivl.records.port import Query, RecordBook


@attrs.frozen(kw_only=True)
class TopicRule:
    """Who has to be consulted on a topic; an entity brings its own.

    Attributes:
        topic: Policy field.
        addressees: Who has to answer.
        source: Where that stands.
        valid_from: First day; None for always.
        valid_until: First day on which it is over; None while it holds.
    """

    topic: URI
    addressees: tuple[Party, ...]
    source: str
    valid_from: date | None = None
    valid_until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the rule is in force on that day."""
        started = self.valid_from is None or self.valid_from <= day
        return started and (self.valid_until is None or day < self.valid_until)


def obligatory_on(
    topics: Sequence[URI], rules: Sequence[TopicRule], day: date
) -> tuple[Party, ...]:
    """Who has to be consulted on these topics that day, each once."""
    named = {
        party.id: party
        for rule in rules
        if rule.topic in topics and rule.holds_on(day)
        for party in rule.addressees
    }
    return tuple(named.values())


@attrs.frozen
class Consultations:
    """The consultation rounds of an office."""

    _book: RecordBook
    _guard: Guard
    _dossiers: Dossiers
    _absences: Absences
    _clock: Callable[[], datetime]

    def start(
        self,
        dossier: str,
        *,
        documents: Sequence[str],
        obligatory: Sequence[Party],
        others: Sequence[Party] = (),
        due: datetime,
        silence: Silence = Silence.NO_ANSWER,
        by: Party,
    ) -> Entry[Round]:
        """Start a round; each addressee has it on the work list until it answers.

        Args:
            dossier: Id of the dossier.
            documents: Ids of the documents; their last versions count.
            obligatory: Who has to answer.
            others: Who may.
            due: End of the term, with a zone.
            silence: What silence means then.
            by: Who starts it.

        Raises:
            MalformedError: Nobody is asked, or the term is over already.
            NotFoundError: No such dossier, or no such document in it.
            StepNotAllowedError: The dossier is closed.
        """
        opened = self._dossiers.admit_open(dossier, Permission.CONSULT, by)
        now, name = self._clock(), new_id()
        asked = {party.id: party for party in (*obligatory, *others)}
        if not asked or due <= now:
            raise MalformedError("a round asks somebody, and ends after now")
        must = {party.id for party in obligatory}
        record = Round(
            dossier=dossier,
            title=opened.title,
            pieces=pinned(self._book, dossier, documents),
            starter=by,
            due=due,
            silence=silence,
        )
        answers = (
            Answer(
                round=name,
                dossier=dossier,
                title=opened.title,
                addressee=party,
                obligatory=party.id in must,
                since=now,
                due=due,
            )
            for party in asked.values()
        )
        return self._book.write(
            first(ROUND, name, record, "start", by, now),
            *(
                first(ANSWER, _answer_id(name, one.addressee.id), one, "ask", by, now)
                for one in answers
            ),
        )[0]

    def read(self, id: str, *, by: Party) -> Entry[Round]:
        """The round as it is now, for who started it or acts for who was asked.

        Raises:
            NotFoundError: There is none, or none that `by` may see; which of the two is
                not told.
        """
        found = self._book.read_all(ROUND, [id]).get(id)
        if found is None or not self._sees(by, found):
            self._guard.hide(by, Permission.CONSULT, ROUND.ref(id))
        return found

    def answers(self, id: str, *, by: Party) -> Mapping[str, Entry[Answer]]:
        """Every answer in a round, given or not, by the id of the addressee.

        Raises:
            NotFoundError: As `read`.
        """
        return self._answers(self.read(id, by=by).id)

    def _sees(self, by: Party, found: Entry[Round]) -> bool:
        starter = found.record.starter
        whose = {starter.minister or starter.id}
        mine = () if by.id == starter.id else whose
        if self._guard.policy.allows(by, Permission.CONSULT, mine):
            return True
        acts_for, now = self._absences.acts_for, self._clock()
        asked = (entry.record.addressee for entry in self._answers(found.id).values())
        return any(acts_for(by, party, now) for party in asked)

    def _answers(self, id: str) -> Mapping[str, Entry[Answer]]:
        rows = self._book.rows(Query(kind=ANSWER.name, part_of=id))
        found = self._book.read_all(ANSWER, [row.ref.id for row in rows])
        return {entry.record.addressee.id: entry for entry in found.values()}

    def answer(
        self,
        id: str,
        opinion: Opinion,
        *,
        by: Party,
        remark: str = "",
        addressee: str | None = None,
    ) -> Entry[Answer]:
        """Answer, or answer anew.

        Args:
            id: Id of the round.
            opinion: What is said.
            by: Who answers.
            remark: Why, without personal values.
            addressee: Id of who was asked, for who works with it or stands in for it;
                `by` if None.

        Raises:
            NotAllowedError: `by` was not asked; that is recorded.
            MalformedError: An objection without a reason.
            StepNotAllowedError: The round is over.
        """
        found = self._mine(id, by, addressee)
        record = found.record.give(opinion, remark)
        return self._book.write(
            found.next(record, "answer", by, self._clock()), self._touched(id, by)
        )[0]

    def lift(
        self, id: str, *, by: Party, reason: str, addressee: str | None = None
    ) -> Entry[Answer]:
        """Take an objection back; arguments as `answer`.

        Raises:
            NotAllowedError: `by` was not asked; that is recorded.
            MalformedError: There is no objection.
        """
        found = self._mine(id, by, addressee)
        draft = found.next(found.record.lift(), "lift", by, self._clock(), reason)
        return self._book.write(draft, self._touched(id, by))[0]

    def renew(
        self, id: str, *, documents: Sequence[str], due: datetime, by: Party
    ) -> Entry[Round]:
        """Consult on other documents: everybody is asked anew.

        Raises:
            StepNotAllowedError: The round is over.
            MalformedError: The term is over already.
        """
        found, now = self._own(id, by), self._clock()
        if due <= now:
            raise MalformedError("the term of a round ends after now")
        pieces = pinned(self._book, found.record.dossier, documents)
        drafts = [
            entry.next(entry.record.ask_again(now, due), "ask again", by, now)
            for entry in self._answers(id).values()
        ]
        record = found.record.renew(pieces, due)
        return self._book.write(found.next(record, "renew", by, now), *drafts)[0]

    def close(self, id: str, *, by: Party) -> Entry[Round]:
        """End a round; silence becomes an act, with the rule that gives its meaning.

        Raises:
            MalformedError: The term still runs, and somebody has not answered.
            StepNotAllowedError: It is over already.
        """
        found, now = self._own(id, by), self._clock()
        answers = self._answers(id)
        record = found.record.close([e.record for e in answers.values()], now)
        rule = found.record.silence.value
        silent: Iterator[AnyDraft] = (
            entry.next(entry.record.stay_silent(), "stay silent", by, now, rule)
            for entry in answers.values()
            if entry.record.opinion is None
        )
        return self._book.write(found.next(record, "close", by, now), *silent)[0]

    def _own(self, id: str, by: Party) -> Entry[Round]:
        with self._guard.hiding(by, Permission.CONSULT, ROUND.ref(id)):
            found = self._book.read(ROUND, id)
        self._guard.check_own(
            by, Permission.CONSULT, found.record.starter, subject=found.ref
        )
        return found

    def _mine(self, id: str, by: Party, addressee: str | None) -> Entry[Answer]:
        found = self._answers(id).get(addressee or by.id)
        if found is None or not self._absences.acts_for(
            by, found.record.addressee, self._clock()
        ):
            self._guard.refuse(by, Permission.CONSULT, ROUND.ref(id))
        return found

    def _touched(self, id: str, by: Party) -> AnyDraft:
        # Who closes the round at this moment, or answers too, is told to read again.
        found = self._book.read(ROUND, id)
        record = found.record.renew(found.record.pieces, found.record.due)
        return found.next(record, "answer", by, self._clock())


def _answer_id(round: str, addressee: str) -> str:
    return f"{round}.{addressee}"
