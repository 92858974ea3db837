"""A consultation round between cabinets (overlegronde), and each answer in it.

Every addressee has an answer to give before a term, so that who is silent stands on a
work list; silence means what the round said it would, and is recorded as such.

Source:
    Write-round of the UK Cabinet committees, and CIS-Net of the European Commission:
    classes of answers, compulsory addressees, objections that are lifted or stand.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import Enum
from typing import Final

import attrs
from attrs.validators import optional

from digivl.dossiers.agenda import Piece
from digivl.errors import MalformedError
from digivl.kernel.checks import free_text, public_line
from digivl.kernel.kinds import Kind, Standing
from digivl.kernel.lifecycle import Lifecycle, Step
from digivl.kernel.moments import aware
from digivl.kernel.parties import Party


class Silence(Enum):
    """What silence means at the end of the term (regel bij stilte)."""

    AGREES = "stilte is akkoord"
    NO_ANSWER = "stilte is geen antwoord"


class Opinion(Enum):
    """What an addressee says (antwoord)."""

    AGREE = "akkoord"
    AGREE_WITH_COMMENTS = "akkoord met opmerkingen"
    OBJECT = "bezwaar"


class RoundState(Enum):
    """How a round stands, or ended."""

    OPEN = "lopend"
    AGREED = "akkoord"
    TO_MEETING = "naar de vergadering"


class AnswerState(Enum):
    """How far one answer is."""

    ASKED = "gevraagd"
    GIVEN = "gegeven"
    SILENT = "niet geantwoord"


ROUND_LIFECYCLE: Final = Lifecycle(
    subject="consultation",
    initial=RoundState.OPEN,
    steps=(
        Step("renew", (RoundState.OPEN,), RoundState.OPEN),
        Step("agree", (RoundState.OPEN,), RoundState.AGREED),
        Step("take to meeting", (RoundState.OPEN,), RoundState.TO_MEETING),
    ),
)

_A = AnswerState
ANSWER_LIFECYCLE: Final = Lifecycle(
    subject="answer",
    initial=_A.ASKED,
    steps=(
        Step("answer", (_A.ASKED, _A.GIVEN), _A.GIVEN),
        Step("lift", (_A.GIVEN,), _A.GIVEN),
        Step("ask again", (_A.ASKED, _A.GIVEN), _A.ASKED),
        Step("stay silent", (_A.ASKED,), _A.SILENT),
    ),
)


def _objection_has_reason(answer: Answer, _: object, remark: str) -> None:
    if answer.opinion is Opinion.OBJECT and not remark.strip():
        raise MalformedError(
            "an objection has a reason", hint="Say what has to change, in `remark`."
        )


@attrs.frozen(kw_only=True)
class Answer:
    """What one addressee answers (antwoord van een bestemmeling).

    Attributes:
        round: Id of the round.
        dossier: Id of the dossier.
        title: One line for people.
        addressee: Who has to answer.
        obligatory: The round cannot end in agreement without it.
        due: End of the term.
        opinion: None until it is given.
        remark: In the words of the addressee, without personal values.
        lifted: An objection that its author took back.
    """

    round: str
    dossier: str
    title: str = attrs.field(validator=public_line)
    addressee: Party
    obligatory: bool
    since: datetime = attrs.field(validator=aware)
    due: datetime = attrs.field(validator=aware)
    opinion: Opinion | None = None
    remark: str = attrs.field(default="", validator=(free_text, _objection_has_reason))
    lifted: bool = False
    state: AnswerState = ANSWER_LIFECYCLE.initial

    @property
    def objects(self) -> bool:
        """True for an objection that stands."""
        return self.opinion is Opinion.OBJECT and not self.lifted

    def give(self, opinion: Opinion, remark: str) -> Answer:
        """The answer, or another one in its place.

        Raises:
            StepNotAllowedError: The round is over.
        """
        state = ANSWER_LIFECYCLE.after(self.state, "answer")
        return attrs.evolve(
            self, state=state, opinion=opinion, remark=remark, lifted=False
        )

    def lift(self) -> Answer:
        """The objection is taken back.

        Raises:
            MalformedError: There is none.
            StepNotAllowedError: Nothing was answered.
        """
        state = ANSWER_LIFECYCLE.after(self.state, "lift")
        if not self.objects:
            raise MalformedError("there is no objection to lift")
        return attrs.evolve(self, state=state, lifted=True)

    def ask_again(self, at: datetime, due: datetime) -> Answer:
        """What it was about has changed: what was answered counts no more.

        Raises:
            StepNotAllowedError: The round is over.
        """
        state = ANSWER_LIFECYCLE.after(self.state, "ask again")
        return attrs.evolve(
            self,
            state=state,
            since=at,
            due=due,
            opinion=None,
            remark="",
            lifted=False,
        )

    def stay_silent(self) -> Answer:
        """The term is over and nothing was said."""
        state = ANSWER_LIFECYCLE.after(self.state, "stay silent")
        return attrs.evolve(self, state=state)


@attrs.frozen(kw_only=True)
class Round:
    """A consultation round (overlegronde).

    Attributes:
        dossier: Id of the dossier.
        title: One line for people.
        pieces: The documents, each as the version that is consulted on.
        starter: Who started it.
        due: End of the term.
        silence: What silence means then.
        ended_at: When it was closed.
    """

    dossier: str
    title: str = attrs.field(validator=public_line)
    pieces: tuple[Piece, ...]
    starter: Party
    due: datetime = attrs.field(validator=aware)
    silence: Silence
    ended_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    state: RoundState = ROUND_LIFECYCLE.initial

    def renew(self, pieces: tuple[Piece, ...], due: datetime) -> Round:
        """Other documents, and a term of their own.

        Raises:
            StepNotAllowedError: It is over.
        """
        state = ROUND_LIFECYCLE.after(self.state, "renew")
        return attrs.evolve(self, state=state, pieces=pieces, due=due)

    def close(self, answers: Collection[Answer], at: datetime) -> Round:
        """It is over: agreed, or something is left for the meeting.

        An objection that stands goes to the meeting, and so does the silence of who had
        to answer, unless the round said that silence agrees.

        Raises:
            StepNotAllowedError: It is over already.
            MalformedError: The term still runs, and somebody has not answered.
        """
        quiet = [one for one in answers if one.opinion is None]
        if quiet and at < self.due:
            raise MalformedError(
                f"{len(quiet)} of {len(answers)} have not answered, and have until "
                f"{self.due}",
                hint="Wait for the end of the term.",
            )
        counts = self.silence is Silence.NO_ANSWER
        left = any(one.objects for one in answers) or any(
            one.obligatory and counts for one in quiet
        )
        step = "take to meeting" if left else "agree"
        state = ROUND_LIFECYCLE.after(self.state, step)
        return attrs.evolve(self, state=state, ended_at=at)


def _round_standing(round: Round) -> Standing:
    return Standing(
        state=round.state.value,
        title=round.title,
        dossier=round.dossier,
        due=round.due,
        open=round.state is RoundState.OPEN,
    )


def _answer_standing(answer: Answer) -> Standing:
    who = answer.addressee
    waits = answer.state is AnswerState.ASKED
    return Standing(
        state=answer.state.value,
        title=answer.title,
        dossier=answer.dossier,
        part_of=answer.round,
        holder=who.id if waits else None,
        holder_label=who.label if waits else None,
        role=who.role.value if waits else None,
        entity=who.entity if waits else None,
        minister=who.minister if waits else None,
        next_step="antwoorden in de overlegronde" if waits else None,
        since=answer.since,
        due=answer.due if waits else None,
        open=waits,
    )


ROUND: Final = Kind("consultation", Round, _round_standing)
ANSWER: Final = Kind("answer", Answer, _answer_standing)
