"""Publication in the Belgisch Staatsblad: translation, proof, publication.

Kaleidos lets any status follow on any other and keeps only the last change. Here the
proper way is a table, every change stays in the history, and what goes against the
table is an override with a reason.

Source:
    Kaleidos: publication-service; staatsblad-linking-service.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any, Final

import attrs
from attrs.validators import optional

from digivl.errors import MalformedError, StepNotAllowedError
from digivl.kernel.changes import changed
from digivl.kernel.checks import counted_from_one, free_text, public_line
from digivl.kernel.identifiers import URI
from digivl.kernel.kinds import Kind, Standing
from digivl.kernel.lifecycle import Lifecycle, Step
from digivl.kernel.moments import aware

_STATUS: Final = "http://themis.vlaanderen.be/id/concept/publicatie-status/"
_NUMAC: Final = re.compile(r"[12][0-9]{9}")
_TYPE: Final = "http://themis.vlaanderen.be/id/concept/regelgeving-type/"
_MODE: Final = "http://themis.vlaanderen.be/id/concept/publicatie-wijze/"
_URGENCY: Final = "http://themis.vlaanderen.be/id/concept/urgentieniveau/"

#: What people write of a publication.
WRITTEN: Final = (
    *("title", "regulation", "ministers", "mode", "urgency"),
    *("extracts", "pages", "remark"),
)


class PublicationStatus(Enum):
    """Status of a publication (publicatiestatus)."""

    STARTED = _STATUS + "fa62e050-3960-440d-bed9-1c3d3e9923a8"
    IN_TRANSLATION = _STATUS + "3f0d3d3f-cde4-411f-a370-23a4a6d7743d"
    TRANSLATED = _STATUS + "e34302e7-fcb2-47a4-a97e-10e39625fcfc"
    PROOF_ASKED = _STATUS + "f930c630-b568-4b92-b786-8a0e7363362a"
    PROOF_IN = _STATUS + "5350f28c-ff91-4a8c-94e1-699e92c73704"
    PROOF_RECALLED = _STATUS + "68b7d72e-38fd-4c0b-849b-cd4ae466e986"
    PROOF_CORRECTED = _STATUS + "9d01b336-be99-467f-ae2e-12f3841ae765"
    PUBLICATION_ASKED = _STATUS + "0b650ee2-3e5f-40f9-8c0d-0dc54a7a5f65"
    PUBLISHED = _STATUS + "2f8dc814-bd91-4bcf-a823-baf1cdc42475"
    CANCELLED = _STATUS + "9b9b0b5e-45c8-11eb-b378-0242ac130002"
    PAUSED = _STATUS + "bc294fde-45c8-11eb-b378-0242ac130002"


class RegulationType(Enum):
    """Type of regulation (type regelgeving)."""

    DECREE = _TYPE + "bf6101a9-d06b-44d4-b629-13965654c8c2"
    GOVERNMENT_DECISION = _TYPE + "ea7f5f79-f81c-459b-a0f7-d8e90e2d9b88"
    MINISTERIAL_DECISION = _TYPE + "49bad4d9-745b-4a71-b6c6-0eac34e6bdd4"
    DEPUTATION_DECISION = _TYPE + "77808a0d-b080-4750-8e1c-8e8bfc609cd1"
    NOTICE = _TYPE + "e580b153-8ba3-4450-84b8-87c50a60870c"
    CIRCULAR = _TYPE + "d34bdc39-48ac-4743-a7cd-de25105fddf2"
    ROYAL_DECISION = _TYPE + "b7f2fd2c-2a33-4745-bb66-f969d846356f"
    ERRATUM = _TYPE + "02d57dd4-bc84-4dd3-8a85-7e3ac4af2a7e"
    OTHER = _TYPE + "0916ac88-1a96-4e6b-a87b-b7f6dd4d9652"


class PublicationMode(Enum):
    """How much of a text is printed (publicatiewijze)."""

    IN_FULL = _MODE + "5659be06-3361-46b2-a0dd-69b4e6adb7e4"
    EXTRACT = _MODE + "bd49553f-39af-4b47-9550-1662e1bde7e6"


class Urgency(Enum):
    """How quickly a text has to appear (urgentieniveau)."""

    STANDARD = _URGENCY + "5a48d953-3d88-4eb6-b784-ddb3070c831d"
    URGENT = _URGENCY + "b2b9c588-e91d-4ce0-a1a1-11b522e8a9bf"


_P = PublicationStatus
_FINAL: Final = (_P.PUBLISHED, _P.CANCELLED)
_RUNNING: Final = tuple(one for one in _P if one not in (*_FINAL, _P.PAUSED))

PUBLICATION_LIFECYCLE: Final = Lifecycle(
    subject="publication",
    initial=_P.STARTED,
    steps=(
        Step("ask translation", (_P.STARTED,), _P.IN_TRANSLATION),
        Step("receive translation", (_P.IN_TRANSLATION,), _P.TRANSLATED),
        # What needs no translation, such as an extract, goes straight to the proof.
        Step("ask proof", (_P.STARTED, _P.TRANSLATED), _P.PROOF_ASKED),
        Step("receive proof", (_P.PROOF_ASKED, _P.PROOF_RECALLED), _P.PROOF_IN),
        Step("recall proof", (_P.PROOF_ASKED, _P.PROOF_IN), _P.PROOF_RECALLED),
        Step("correct proof", (_P.PROOF_IN,), _P.PROOF_CORRECTED),
        Step("ask proof again", (_P.PROOF_CORRECTED,), _P.PROOF_ASKED),
        Step(
            "ask publication",
            (_P.STARTED, _P.TRANSLATED, _P.PROOF_IN, _P.PROOF_CORRECTED),
            _P.PUBLICATION_ASKED,
        ),
        # The Staatsblad decides when: it can appear before everything is recorded.
        Step("publish", _RUNNING, _P.PUBLISHED),
        Step("pause", _RUNNING, _P.PAUSED),
        Step("cancel", (*_RUNNING, _P.PAUSED), _P.CANCELLED),
    ),
)


#: What has to be done next in each status, in Dutch.
NEXT_STEP: Final = {
    _P.STARTED: "vertaling of drukproef vragen",
    _P.IN_TRANSLATION: "de vertaling opvolgen",
    _P.TRANSLATED: "de drukproef vragen",
    _P.PROOF_ASKED: "de drukproef opvolgen",
    _P.PROOF_IN: "de drukproef nalezen",
    _P.PROOF_RECALLED: "de drukproef opvolgen",
    _P.PROOF_CORRECTED: "de publicatie vragen",
    _P.PUBLICATION_ASKED: "de publicatie opvolgen",
    _P.PAUSED: "de publicatie hernemen",
}


def _numac(_: object, __: object, number: str) -> None:
    if number and not _NUMAC.fullmatch(number):
        raise MalformedError(
            f"{number[:20]!r} is no numac number",
            hint="It has ten digits, the year first: 2019041469.",
        )


@attrs.frozen(kw_only=True)
class Publication:
    """One text on its way to the Belgisch Staatsblad (publicatieaangelegenheid).

    Attributes:
        dossier: Id of the dossier.
        title: One line, public.
        number: Own number of the publication, unique.
        regulation: What kind of text it is.
        step: Id of the step that decided it; None for a ministerial decision.
        ministers: Ids of the competent ministers.
        due: When the activity that runs now has to be done; None when none runs.
        documents: Ids of the documents that came with the last activity.
        paused_at: Where it goes on after a pause.
        numac: Number of the text in the Staatsblad, ten digits; empty until then.
        mode: In full or as an extract; None while that is not chosen.
        urgency: How quickly it has to appear.
        extracts: How many extracts are printed (aantal uittreksels).
        pages: How many pages it has; None while that is not known.
        remark: Of who publishes.
        eli: Its ELI, once it is published.
        published_at: When it appeared.
    """

    dossier: str
    title: str = attrs.field(validator=public_line)
    number: int = attrs.field(validator=counted_from_one)
    regulation: RegulationType
    step: str | None = None
    ministers: tuple[str, ...] = ()
    due: datetime | None = attrs.field(default=None, validator=optional(aware))
    documents: tuple[str, ...] = ()
    paused_at: PublicationStatus | None = None
    numac: str = attrs.field(default="", validator=_numac)
    mode: PublicationMode | None = None
    urgency: Urgency = Urgency.STANDARD
    extracts: int = attrs.field(default=1, validator=counted_from_one)
    pages: int | None = attrs.field(default=None, validator=optional(counted_from_one))
    remark: str = attrs.field(default="", validator=free_text)
    eli: URI | None = None
    published_at: datetime | None = attrs.field(default=None, validator=optional(aware))
    state: PublicationStatus = PUBLICATION_LIFECYCLE.initial

    def after(
        self, step: str, *, due: datetime | None = None, documents: tuple[str, ...] = ()
    ) -> Publication:
        """One activity further.

        Raises:
            StepNotAllowedError: There is no such step from here.
        """
        return attrs.evolve(
            self,
            state=PUBLICATION_LIFECYCLE.after(self.state, step),
            due=due,
            documents=documents or self.documents,
            paused_at=self.state if step == "pause" else None,
        )

    @property
    def is_done(self) -> bool:
        """True once it is published or cancelled."""
        return self.state in _FINAL

    def edit(self, changes: Mapping[str, Any]) -> Publication:
        """Something else is known of it.

        Raises:
            MalformedError: Another field is named, or a value does not fit.
            StepNotAllowedError: It is published or cancelled.
        """
        if self.is_done:
            raise StepNotAllowedError("publication", self.state.name, "edit", ())
        return changed(self, WRITTEN, changes)

    def resume(self) -> Publication:
        """Go on where it was paused.

        Raises:
            MalformedError: It is not paused.
        """
        if self.paused_at is None:
            raise MalformedError("this publication is not paused")
        return attrs.evolve(self, state=self.paused_at, paused_at=None)

    def published(self, numac: str, eli: URI | None, at: datetime) -> Publication:
        """It appeared; told again, it stays as it was.

        Raises:
            StepNotAllowedError: It was cancelled, or is paused.
        """
        if self.state is _P.PUBLISHED and self.numac in {"", numac}:
            return attrs.evolve(self, numac=numac, eli=eli or self.eli)
        return attrs.evolve(
            self.after("publish"), numac=numac, eli=eli, published_at=at
        )

    def forced(self, state: PublicationStatus) -> Publication:
        """Another status by hand, against the table."""
        return attrs.evolve(self, state=state, due=None, paused_at=None)


def _standing(publication: Publication) -> Standing:
    return Standing(
        state=publication.state.name.lower(),
        title=publication.title,
        dossier=publication.dossier,
        due=publication.due,
        open=not publication.is_done,
    )


PUBLICATION: Final = Kind("publication", Publication, _standing)
