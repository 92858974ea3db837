"""Submit to the secretariat, answer as co-submitter, take up, send back, treat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import attrs

from digivl.access.guard import Guard
from digivl.access.model import Permission
from digivl.custody.model import of_dossier
from digivl.custody.moves import Moves
from digivl.dossiers.agendas import SECRETARIAT
from digivl.dossiers.agreeing import Agreeing
from digivl.dossiers.model import ItemKind, ProcedureStep, StepKind
from digivl.dossiers.pieces import belonging
from digivl.dossiers.service import Dossiers
from digivl.dossiers.submission import (
    SUBMISSION,
    CoAnswer,
    CoSubmitter,
    Submission,
)
from digivl.errors import StepNotAllowedError
from digivl.kernel.identifiers import new_id
from digivl.kernel.parties import Party
from digivl.records.entries import Entry, first
from digivl.records.port import Query, RecordBook

#: Terms in working days for what no rule gives one.
TREAT_DAYS: Final = 2
MEND_DAYS: Final = 5


@attrs.frozen
class Submissions:
    """The submissions of an office; who has to act holds the dossier.

    Each minister who has to agree with one has that question.
    """

    _book: RecordBook
    _moves: Moves
    _guard: Guard
    _dossiers: Dossiers
    _agreeing: Agreeing
    _clock: Callable[[], datetime]

    def submit(
        self,
        dossier: str,
        kind: StepKind,
        *,
        documents: Sequence[str],
        by: Party,
        ministers: Sequence[str] = (),
        co_submitters: Sequence[str] = (),
        item: ItemKind = ItemKind.NOTA,
        confidential: bool = False,
    ) -> Entry[Submission]:
        """Submit; the secretariat holds the dossier then.

        Args:
            dossier: Id of the dossier.
            kind: Which pass to the government it asks for.
            documents: Ids of the documents, in their order.
            by: The cabinet.
            ministers: Ids of the competent ministers; that of `by` if none.
            co_submitters: Ids of the ministers who have to agree with it.
            item: As what it has to stand on the agenda.
            confidential: Restricted access for all its documents.

        Raises:
            NotFoundError: No such dossier, or no such document in it.
            StepNotAllowedError: The dossier is closed, or another submission of it is
                not finished.
        """
        whose = tuple(ministers) or ((by.minister,) if by.minister else ())
        opened = self._dossiers.check_submits(dossier, whose, by)
        belonging(self._book, dossier, documents)
        if self._book.rows(Query(kind=SUBMISSION.name, dossier=dossier, open=True)):
            raise StepNotAllowedError("dossier", "ingediend", "submit", ("treat",))
        record = Submission(
            dossier=dossier,
            title=opened.title,
            submitter=by,
            ministers=whose,
            kind=kind,
            item=item,
            documents=tuple(documents),
            co_submitters=tuple(CoSubmitter(minister=one) for one in co_submitters),
            confidential=confidential,
        )
        now, name = self._clock(), new_id()
        held = self._moves.moved(
            of_dossier(dossier),
            SECRETARIAT,
            "de indiening behandelen",
            by=by,
            at=now,
            days=TREAT_DAYS,
        )
        return self._book.write(
            first(SUBMISSION, name, record, "submit", by, now),
            held,
            *self._agreeing.asked(name, record, by, now),
        )[0]

    def read(self, id: str, *, by: Party) -> Entry[Submission]:
        """The submission as it is now; its history tells every status.

        Raises:
            NotFoundError: There is none, or none that `by` may see; which of the two is
                not told.
        """
        found = self._book.read_all(SUBMISSION, [id]).get(id)
        if found is None or not self._sees(by, found.record):
            self._guard.hide(by, Permission.VIEW_SUBMISSIONS, SUBMISSION.ref(id))
        return found

    def _sees(self, by: Party, submission: Submission) -> bool:
        asked = [one.minister for one in submission.co_submitters]
        owner = submission.submitter
        whose = {*submission.ministers, *asked, owner.minister or owner.id}
        mine = () if by.id == owner.id else whose
        return self._guard.policy.allows(by, Permission.VIEW_SUBMISSIONS, mine)

    def _found(self, id: str) -> Entry[Submission]:
        return self._book.read(SUBMISSION, id)

    def answer(
        self,
        id: str,
        minister: str,
        answer: CoAnswer,
        *,
        by: Party,
        remark: str = "",
    ) -> Entry[Submission]:
        """Record whether a co-submitting minister agrees.

        Raises:
            NotAllowedError: `by` does not act for that minister.
            NotFoundError: As `read`.
            MalformedError: That minister does not submit with it.
            StepNotAllowedError: It is treated already.
        """
        subject = SUBMISSION.ref(id)
        own = [minister]
        self._guard.check(by, Permission.SUBMIT, ministers=own, subject=subject)
        found, now = self.read(id, by=by), self._clock()
        if found.record.step is not None:
            raise StepNotAllowedError("submission", "behandeld", "answer", ())
        mine = CoSubmitter(
            minister=minister, answer=answer, by=by, at=now, remark=remark
        )
        record = found.record.answered(mine)
        return self._book.write(
            found.next(record, "answer", by, now),
            *self._agreeing.answered(id, [minister], by, now),
        )[0]

    def ask_back(self, id: str, *, by: Party, reason: str) -> Entry[Submission]:
        """The cabinet asks its own file back.

        Raises:
            StepNotAllowedError: The secretariat took it up already.
        """
        found = self._own(id, by)
        record = found.record.after("ask back")
        draft = found.next(record, "ask back", by, self._clock(), reason)
        return self._book.write(draft)[0]

    def take_up(self, id: str, *, by: Party) -> Entry[Submission]:
        """The secretariat treats it.

        Raises:
            StepNotAllowedError: It is sent back, or taken up already.
        """
        subject = SUBMISSION.ref(id)
        self._guard.check(by, Permission.TREAT_SUBMISSION, subject=subject)
        found = self._found(id)
        record = found.record.after("take up")
        return self._book.write(found.next(record, "take up", by, self._clock()))[0]

    def send_back(self, id: str, *, by: Party, reason: str) -> Entry[Submission]:
        """Send it back; the cabinet holds the dossier again.

        Raises:
            StepNotAllowedError: The secretariat did not take it up.
        """
        subject = SUBMISSION.ref(id)
        self._guard.check(by, Permission.TREAT_SUBMISSION, subject=subject)
        found, now = self._found(id), self._clock()
        record = found.record.after("send back")
        held = self._moves.moved(
            of_dossier(record.dossier),
            record.submitter,
            "de indiening aanpassen",
            by=by,
            at=now,
            days=MEND_DAYS,
            reason=reason,
        )
        draft = found.next(record, "send back", by, now, reason)
        asked = [one.minister for one in record.co_submitters]
        ended = self._agreeing.answered(id, asked, by, now)
        return self._book.write(draft, held, *ended)[0]

    def submit_again(
        self, id: str, *, documents: Sequence[str], by: Party
    ) -> Entry[Submission]:
        """Submit what was sent back; every co-submitter has to agree anew.

        Raises:
            StepNotAllowedError: It was not sent back, or the dossier is closed.
        """
        found, now = self._own(id, by), self._clock()
        self._dossiers.admit_open(found.record.dossier, Permission.SUBMIT, by)
        belonging(self._book, found.record.dossier, documents)
        record = found.record.again(tuple(documents))
        held = self._moves.moved(
            of_dossier(record.dossier),
            SECRETARIAT,
            "de indiening behandelen",
            by=by,
            at=now,
            days=TREAT_DAYS,
        )
        draft = found.next(record, "submit again", by, now)
        asked = self._agreeing.asked(id, record, by, now)
        return self._book.write(draft, held, *asked)[0]

    def treat(self, id: str, *, by: Party) -> Entry[ProcedureStep]:
        """Make a procedure step of it, ready for an agenda.

        Raises:
            NotReadyError: A co-submitter did not agree; it says who.
            StepNotAllowedError: The secretariat did not take it up.
        """
        subject = SUBMISSION.ref(id)
        self._guard.check(by, Permission.TREAT_SUBMISSION, subject=subject)
        found, now = self._found(id), self._clock()
        was = found.record
        step = self._dossiers.step_draft(
            was.dossier,
            was.kind,
            documents=was.documents,
            ministers=was.ministers,
            confidential=was.confidential,
            by=by,
            at=now,
        )
        held = self._moves.moved(
            of_dossier(was.dossier),
            SECRETARIAT,
            "agenderen",
            by=by,
            at=now,
            days=TREAT_DAYS,
        )
        treated = found.next(was.treat(step.id), "treat", by, now)
        return self._book.write(step, treated, held)[0]

    def _own(self, id: str, by: Party) -> Entry[Submission]:
        with self._guard.hiding(by, Permission.SUBMIT, SUBMISSION.ref(id)):
            found = self._found(id)
        self._guard.check_own(
            by,
            Permission.SUBMIT,
            found.record.submitter,
            ministers=found.record.ministers,
            subject=found.ref,
        )
        return found
