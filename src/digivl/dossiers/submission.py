"""A submission by a cabinet, with the agreement of those who submit with it.

In Kaleidos co-submitting cabinets agree by e-mail; here their answer is a record.

Source:
    Kaleidos: code list of submission statuses, and the moves of its submission pages.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Final

import attrs
from attrs.validators import optional

from digivl.dossiers.model import ItemKind, StepKind
from digivl.errors import MalformedError, NotReadyError
from digivl.kernel.checks import free_text, public_line
from digivl.kernel.kinds import Kind, Standing
from digivl.kernel.lifecycle import Lifecycle, Step
from digivl.kernel.moments import aware
from digivl.kernel.parties import Party

_STATUS: Final = "http://themis.vlaanderen.be/id/indieningstatus/"


class SubmissionStatus(Enum):
    """Status of a submission (status van een indiening)."""

    SUBMITTED = _STATUS + "b8a0cec4-60d5-431e-b27f-9696bde22552"
    UPDATED = _STATUS + "11c6fd4b-c4d9-4cd4-9a8a-2fa2820e9353"
    SUBMITTED_AGAIN = _STATUS + "b27cd825-72ae-44b0-b1ea-9dafdebe4e85"
    IN_TREATMENT = _STATUS + "1fa83eac-e995-4d0f-8a02-6c6e66ade185"
    CHANGE_ASKED = _STATUS + "b40d5f2d-719d-42c8-bd1c-e05d07e3d1a9"
    SENT_BACK = _STATUS + "b6e33771-665b-4af2-9f1d-41405d1a24d3"
    TREATED = _STATUS + "dd4f1819-a70d-453f-95cb-ab5ade98563e"


class CoAnswer(Enum):
    """What a co-submitting minister answered (antwoord van een mede-indiener)."""

    AGREED = "akkoord"
    REFUSED = "niet akkoord"


_S = SubmissionStatus
_WAITING: Final = (_S.SUBMITTED, _S.SUBMITTED_AGAIN, _S.UPDATED)

SUBMISSION_LIFECYCLE: Final = Lifecycle(
    subject="submission",
    initial=_S.SUBMITTED,
    steps=(
        Step("update", (_S.SUBMITTED,), _S.UPDATED),
        Step("ask back", _WAITING, _S.CHANGE_ASKED),
        Step("take up", (*_WAITING, _S.CHANGE_ASKED), _S.IN_TREATMENT),
        Step("send back", (_S.IN_TREATMENT, _S.CHANGE_ASKED), _S.SENT_BACK),
        Step("submit again", (_S.SENT_BACK,), _S.SUBMITTED_AGAIN),
        Step("treat", (_S.IN_TREATMENT,), _S.TREATED),
    ),
)


@attrs.frozen(kw_only=True)
class CoSubmitter:
    """A minister who submits with another one (mede-indiener).

    Attributes:
        minister: Id of the minister.
        answer: None until the minister answered.
        by: Who answered for the minister.
        at: When.
        remark: In the words of who answered, without personal values.
    """

    minister: str
    answer: CoAnswer | None = None
    by: Party | None = None
    at: datetime | None = attrs.field(default=None, validator=optional(aware))
    remark: str = attrs.field(default="", validator=free_text)


@attrs.frozen(kw_only=True)
class Submission:
    """What a cabinet submits to the secretariat (indiening).

    Attributes:
        dossier: Id of the dossier.
        title: One line, as the dossier has it.
        submitter: The cabinet.
        ministers: Ids of the competent ministers; the first one submits.
        kind: Which pass to the government it asks for.
        item: As what it has to stand on the agenda.
        documents: Ids of the documents, in their order.
        co_submitters: Who submits with it, each with the answer.
        confidential: Restricted access for all its documents.
        step: Id of the step it became; None until it is treated.
        updates: Id of the step that it brings something new for; None where it asks a
            pass of its own.
    """

    dossier: str
    title: str = attrs.field(validator=public_line)
    submitter: Party
    ministers: tuple[str, ...]
    kind: StepKind
    item: ItemKind
    documents: tuple[str, ...]
    co_submitters: tuple[CoSubmitter, ...] = ()
    confidential: bool = False
    step: str | None = None
    updates: str | None = None
    state: SubmissionStatus = SUBMISSION_LIFECYCLE.initial

    def after(self, step: str) -> Submission:
        """One step further in its lifecycle.

        Raises:
            StepNotAllowedError: There is no such step from here.
        """
        state = SUBMISSION_LIFECYCLE.after(self.state, step)
        return attrs.evolve(self, state=state)

    def answered(self, mine: CoSubmitter) -> Submission:
        """A co-submitter answered; a later answer takes the place of an earlier one.

        Raises:
            MalformedError: That minister does not submit with it.
        """
        if mine.minister not in {one.minister for one in self.co_submitters}:
            raise MalformedError(
                f"minister {mine.minister} does not submit with this one",
                hint="Name the co-submitters when it is submitted.",
            )
        answers = tuple(
            mine if one.minister == mine.minister else one for one in self.co_submitters
        )
        return attrs.evolve(self, co_submitters=answers)

    def again(self, documents: tuple[str, ...]) -> Submission:
        """Submitted again with these documents: every co-submitter is asked anew.

        Raises:
            StepNotAllowedError: It was not sent back.
        """
        asked = tuple(CoSubmitter(minister=one.minister) for one in self.co_submitters)
        return attrs.evolve(
            self.after("submit again"), documents=documents, co_submitters=asked
        )

    def treat(self, step: str) -> Submission:
        """It became a step.

        Raises:
            NotReadyError: A co-submitter did not agree.
            StepNotAllowedError: The secretariat did not take it up.
        """
        treated = self.after("treat")
        missing = [
            ("Co-agendering", _said(one))
            for one in self.co_submitters
            if one.answer is not CoAnswer.AGREED
        ]
        if missing:
            raise NotReadyError(self.title, missing)
        return attrs.evolve(treated, step=step)


def _said(one: CoSubmitter) -> str:
    said = one.answer.value if one.answer else "nog geen antwoord"
    return f"{one.minister}: {said}"


def _standing(submission: Submission) -> Standing:
    return Standing(
        state=submission.state.name.lower(),
        title=submission.title,
        dossier=submission.dossier,
        open=not SUBMISSION_LIFECYCLE.is_final(submission.state),
    )


SUBMISSION: Final = Kind("submission", Submission, _standing)
