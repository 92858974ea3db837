"""The route of each act, as a table: from the first text to the Belgisch Staatsblad.

Assumed, since no source says it: that a consultation round stands for the political
alignment of cabinets; that the second approval falls away where nobody has to be heard
between the two; that a recurring decision, which is "often" approved once, is; and that
what is not regulatory is published only where that is recorded. What a route does not
ask is shown once it happens all the same.

Source:
    Flow chart for making regulation, and pages on the council of ministers, of the
    Flemish government; Bestuursdecreet art. III.103 and III.122; circular VR 2017/11.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from digivl.advice.body import Body
from digivl.advice.proposal import Act
from digivl.advice.route.stages import Evidence, Stage, ordered
from digivl.advice.rules.grounds import Confidence
from digivl.documents.model import (
    BUDGET_AGREEMENT,
    DECISION_REPORT,
    IF_ADVICE,
    NOTA,
    RATIFICATION,
    TYPE_BASE,
)
from digivl.dossiers.model import StepKind
from digivl.dossiers.readiness import DECREE, MEMORANDUM
from digivl.kernel.identifiers import URI

_LEGISLATION: Final = "https://data.vlaanderen.be/id/concept/AardWetgeving/"
_DECISION: Final = URI(_LEGISLATION + "BesluitVanDeVlaamseRegering")
_MINISTERIAL: Final = URI(_LEGISLATION + "MinisterieelBesluit")
_PROTOCOL: Final = URI(_LEGISLATION + "Protocol")
_CIRCULAR: Final = URI(TYPE_BASE + "e9e8ec50-c6fd-44ac-bc34-e5e4cdb0294e")
_ANNOUNCEMENT: Final = URI(TYPE_BASE + "72dd647f-7afa-4d2a-9c7f-de73a8bd85a1")

_GOVERNMENT: Final = "Vlaamse Regering"
_AGENDA: Final = "VL-AG, HR2017"
#: What can have to be heard between the first approval and the second.
_HEARD: Final = ("sar", "vtc", "negotiation")

#: Where the order was read, beside the sources of the rules.
SOURCES: Final = {
    "OV-1": "overheid.vlaanderen.be, 1: opmaak van het ontwerpdossier",
    "VR2017": "omzendbrief VR 2017/11 van 17 maart 2017",
    "KALEIDOS": "Kaleidos, code op github.com/kanselarij-vlaanderen",
}

PREPARE: Final = Stage(
    id="prepare",
    label="Dossier opmaken",
    by="kabinet en administratie",
    evidence=Evidence.PREPARATION,
    source="OV-1, OV-S122",
)
INSPECTION: Final = Stage(
    id="if",
    label="Advies van de Inspectie van Financiën",
    by="Inspectie van Financiën",
    after=("prepare",),
    evidence=Evidence.QUESTION,
    body=Body.IF,
    needs=(NOTA,),
    makes=(IF_ADVICE,),
    internal=True,
    source="OV-2, VL-IF",
)
LANGUAGE: Final = Stage(
    id="wt",
    label="Wetgevingstechnisch en taalkundig advies",
    by="adviseur wetgevingstechniek",
    after=("prepare",),
    evidence=Evidence.QUESTION,
    body=Body.WT,
    needs=(NOTA,),
    makes=(Body.WT.document_type,),
    internal=True,
    source="VL-WT",
)
ALIGNMENT: Final = Stage(
    id="ikw",
    label="Politieke afstemming",
    by="kabinetten",
    after=("prepare",),
    evidence=Evidence.ROUND,
    internal=True,
    source="OV-3B",
    confidence=Confidence.ASSUMED,
)
ANALYSIS: Final = Stage(
    id="ria",
    label="Reguleringsimpactanalyse",
    by="administratie",
    after=("prepare",),
    evidence=Evidence.QUESTION,
    body=Body.RIA,
    source="OV-3A",
)
BUDGET: Final = Stage(
    id="ba",
    label="Begrotingsakkoord",
    by="minister bevoegd voor het budgettair beleid",
    after=("if",),
    evidence=Evidence.QUESTION,
    body=Body.BA,
    needs=(NOTA, IF_ADVICE),
    makes=(BUDGET_AGREEMENT,),
    internal=True,
    source="VL-BA",
)
STAFF: Final = Stage(
    id="bz",
    label="Akkoord bestuurszaken",
    by="minister bevoegd voor de bestuurszaken",
    after=("if",),
    evidence=Evidence.QUESTION,
    body=Body.BZ,
    needs=(NOTA, IF_ADVICE),
    makes=(Body.BZ.document_type,),
    internal=True,
    source="VL-BZ",
)
FIRST_AGENDA: Final = Stage(
    id="agenda-1",
    label="Agendering, eerste principiële goedkeuring",
    by="kabinet en secretarie",
    after=("prepare", "if", "wt", "ria", "ikw", "ba", "bz"),
    evidence=Evidence.AGENDA,
    kind=StepKind.PRINCIPLE_APPROVAL,
    needs=(NOTA, IF_ADVICE, BUDGET_AGREEMENT),
    unless="recurring",
    source=_AGENDA,
)
FIRST_APPROVAL: Final = Stage(
    id="principle-1",
    label="Eerste principiële goedkeuring",
    by=_GOVERNMENT,
    after=("agenda-1",),
    evidence=Evidence.DECISION,
    kind=StepKind.PRINCIPLE_APPROVAL,
    makes=(DECISION_REPORT,),
    unless="recurring",
    source="KALEIDOS",
)
COUNCIL: Final = Stage(
    id="sar",
    label="Advies van de strategische adviesraad",
    by="strategische adviesraad",
    after=("principle-1",),
    evidence=Evidence.QUESTION,
    body=Body.SAR,
    needs=(NOTA,),
    makes=(Body.SAR.document_type,),
    phase=1,
    basis="Bestuursdecreet art. III.103, § 2",
    source="BD, OV-S123",
)
PRIVACY: Final = Stage(
    id="vtc",
    label="Advies van de Vlaamse Toezichtcommissie",
    by="Vlaamse Toezichtcommissie",
    after=("principle-1",),
    evidence=Evidence.QUESTION,
    body=Body.VTC,
    makes=(Body.VTC.document_type,),
    phase=1,
    basis="AVG art. 36.4",
    source="VL-VTC",
)
NEGOTIATION: Final = Stage(
    id="negotiation",
    label="Onderhandelingen met de vakorganisaties",
    by="onderhandelingscomité",
    after=("principle-1",),
    evidence=Evidence.QUESTION,
    body=Body.NEGOTIATION,
    document=_PROTOCOL,
    makes=(_PROTOCOL,),
    phase=1,
    source="OV-S125",
)
SECOND_AGENDA: Final = Stage(
    id="agenda-2",
    label="Agendering, tweede principiële goedkeuring",
    by="kabinet en secretarie",
    after=("principle-1", *_HEARD),
    evidence=Evidence.AGENDA,
    kind=StepKind.PRINCIPLE_APPROVAL,
    times=2,
    needs=(NOTA,),
    among=_HEARD,
    source="OV-S123",
    confidence=Confidence.INFERRED,
)
SECOND_APPROVAL: Final = Stage(
    id="principle-2",
    label="Tweede principiële goedkeuring",
    by=_GOVERNMENT,
    after=("agenda-2",),
    evidence=Evidence.DECISION,
    kind=StepKind.PRINCIPLE_APPROVAL,
    times=2,
    makes=(DECISION_REPORT,),
    among=_HEARD,
    source="OV-S124",
    confidence=Confidence.INFERRED,
)
STATE_COUNCIL: Final = Stage(
    id="rvs",
    label="Advies van de Raad van State",
    by="Raad van State, afdeling Wetgeving",
    after=("prepare", "if", "principle-1", "principle-2"),
    evidence=Evidence.QUESTION,
    body=Body.RVS,
    makes=(Body.RVS.document_type,),
    phase=1,
    source="OV-S124",
)
LANGUAGE_AGAIN: Final = attrs.evolve(
    LANGUAGE,
    id="wt-again",
    label="Wetgevingstechnisch en taalkundig advies, opnieuw",
    after=("rvs",),
    phase=1,
    source="OV-3B",
)
ALIGNMENT_AGAIN: Final = attrs.evolve(
    ALIGNMENT,
    id="ikw-again",
    label="Politieke afstemming, opnieuw",
    after=("rvs",),
    phase=1,
    source="OV-3A, OV-3B",
)
FINAL_AGENDA: Final = Stage(
    id="agenda",
    label="Agendering, definitieve goedkeuring",
    by="kabinet en secretarie",
    after=(
        *("prepare", "if", "wt", "ria", "ikw", "ba", "bz", "principle-1", *_HEARD),
        *("principle-2", "rvs", "wt-again", "ikw-again"),
    ),
    evidence=Evidence.AGENDA,
    kind=StepKind.FINAL_APPROVAL,
    needs=(NOTA,),
    source=_AGENDA,
)
FINAL_APPROVAL: Final = Stage(
    id="final",
    label="Definitieve goedkeuring",
    by=_GOVERNMENT,
    after=("agenda",),
    evidence=Evidence.DECISION,
    kind=StepKind.FINAL_APPROVAL,
    makes=(DECISION_REPORT,),
    source="OV-3A",
)
SIGNING: Final = Stage(
    id="sign",
    label="Ondertekening",
    by="bevoegde ministers",
    after=("prepare", "if", "ba", "bz", "rvs", "final"),
    evidence=Evidence.SIGNING,
    source="OV-S125",
)
SENDING: Final = Stage(
    id="parliament-in",
    label="Indiening bij het Vlaams Parlement",
    by="bevoegde minister",
    after=("final", "sign"),
    evidence=Evidence.SENDING,
    needs=(DECREE, MEMORANDUM, DECISION_REPORT, Body.RVS.document_type),
    source="OV-S125, VR2017",
)
PARLIAMENT: Final = Stage(
    id="parliament",
    label="Behandeling en stemming",
    by="Vlaams Parlement",
    after=("parliament-in",),
    evidence=Evidence.PARLIAMENT,
    makes=(DECREE,),
    source="KALEIDOS",
)
RATIFY: Final = Stage(
    id="ratification",
    label="Bekrachtiging en afkondiging",
    by=_GOVERNMENT,
    after=("parliament",),
    evidence=Evidence.DECISION,
    kind=StepKind.RATIFICATION,
    makes=(RATIFICATION,),
    source="VL-AG",
)
PUBLICATION: Final = Stage(
    id="publication",
    label="Publicatie in het Belgisch Staatsblad",
    by="Ondersteuning Vlaamse Regering en Betekeningen",
    after=("final", "sign", "ratification"),
    evidence=Evidence.PUBLICATION,
    source="KALEIDOS",
)
RATIFY_IN_TIME: Final = Stage(
    id="decree-in-time",
    label="Bekrachtiging bij decreet van de afwijking",
    by="Vlaams Parlement",
    after=("final",),
    evidence=Evidence.DOCUMENT,
    document=DECREE,
    when="deviates",
    months=6,
    basis="Bestuursdecreet art. III.122",
    source="BD",
)


_ALL: Final = (
    *(PREPARE, INSPECTION, LANGUAGE, ANALYSIS, ALIGNMENT, BUDGET, STAFF),
    *(FIRST_AGENDA, FIRST_APPROVAL, COUNCIL, PRIVACY, NEGOTIATION),
    *(SECOND_AGENDA, SECOND_APPROVAL, STATE_COUNCIL, LANGUAGE_AGAIN, ALIGNMENT_AGAIN),
    *(FINAL_AGENDA, FINAL_APPROVAL, SIGNING),
    *(SENDING, PARLIAMENT, RATIFY, PUBLICATION),
)


def _route(*asked: Stage, more: tuple[Stage, ...] = ()) -> tuple[Stage, ...]:
    """What is asked, among all else that can happen."""
    mine = {stage.id: stage for stage in asked}
    can_happen = (
        attrs.evolve(stage, unasked=True, when=None, unless=None, among=())
        for stage in _ALL
    )
    return ordered(*(mine.get(stage.id, stage) for stage in can_happen), *more)


def _drafting(*types: URI) -> Stage:
    return attrs.evolve(PREPARE, makes=types)


def _always(*stages: Stage) -> tuple[Stage, ...]:
    return tuple(attrs.evolve(stage, unless=None) for stage in stages)


def _once(when: str | None = None, needs: URI = NOTA) -> tuple[Stage, Stage]:
    """The one approval of what is approved once."""
    return (
        attrs.evolve(FINAL_AGENDA, label="Agendering", needs=(needs,), when=when),
        attrs.evolve(FINAL_APPROVAL, label="Goedkeuring", when=when),
    )


_BY_MINISTER: Final = _once(when="for_government")
_HEARD_BEFORE: Final = (INSPECTION, LANGUAGE, BUDGET, STAFF)
_APPROVED_TWICE: Final = (
    *(FIRST_AGENDA, FIRST_APPROVAL, COUNCIL, PRIVACY, NEGOTIATION),
    *(SECOND_AGENDA, SECOND_APPROVAL, STATE_COUNCIL, FINAL_AGENDA, FINAL_APPROVAL),
)

ROUTES: Final[Mapping[Act, tuple[Stage, ...]]] = {
    Act.DECREE: _route(
        _drafting(NOTA, DECREE, MEMORANDUM),
        *_HEARD_BEFORE,
        *_always(*_APPROVED_TWICE),
        *(SIGNING, SENDING, PARLIAMENT, RATIFY, PUBLICATION),
    ),
    Act.REGULATORY_DECISION: _route(
        _drafting(NOTA, _DECISION),
        *(*_HEARD_BEFORE, *_APPROVED_TWICE, SIGNING, PUBLICATION),
        more=(RATIFY_IN_TIME,),
    ),
    Act.INDIVIDUAL_DECISION: _route(
        _drafting(NOTA, _DECISION), INSPECTION, BUDGET, STAFF, *_once(), SIGNING
    ),
    Act.REGULATORY_MINISTERIAL: _route(
        _drafting(_MINISTERIAL),
        *(INSPECTION, BUDGET, STAFF, PRIVACY, STATE_COUNCIL),
        *(*_BY_MINISTER, SIGNING, PUBLICATION),
    ),
    Act.INDIVIDUAL_MINISTERIAL: _route(
        _drafting(_MINISTERIAL), INSPECTION, BUDGET, STAFF, *_BY_MINISTER, SIGNING
    ),
    Act.CIRCULAR: _route(_drafting(_CIRCULAR), INSPECTION, BUDGET, *_BY_MINISTER),
    Act.NOTE: _route(_drafting(NOTA), INSPECTION, BUDGET, STAFF, *_once()),
    Act.ANNOUNCEMENT: _route(
        _drafting(_ANNOUNCEMENT),
        _once(needs=_ANNOUNCEMENT)[0],
        attrs.evolve(FINAL_APPROVAL, label="Kennisname"),
    ),
}
