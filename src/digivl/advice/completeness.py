"""Whether a question is complete: what an inspector would send it back for.

Source:
    Vlaanderen Intern, pages on the advice of the Inspectie van Financiën, the
    agreement of the minister of budget, that of Bestuurszaken, and the advice on
    legislative technique and language: what each request has to hold.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

import attrs

from digivl.advice.basis import Basis
from digivl.advice.body import AdviceOutcome, Body
from digivl.advice.budget import BudgetLine
from digivl.advice.proposal import Act, Proposal
from digivl.advice.request import AdviceRequest, AdviceState
from digivl.documents.model import NOTA, TYPE_BASE
from digivl.kernel.identifiers import URI

_LEGISLATION: Final = "https://data.vlaanderen.be/id/concept/AardWetgeving/"
MEMORANDUM: Final = URI(TYPE_BASE + "f036e016-268e-4611-8fee-77d2047b51d8")
#: Types of the texts that can be put forward for approval.
DRAFTS: Final = frozenset(
    {
        URI(_LEGISLATION + "Decreet"),
        URI(_LEGISLATION + "BesluitVanDeVlaamseRegering"),
        URI(_LEGISLATION + "MinisterieelBesluit"),
        *(
            URI(TYPE_BASE + name)
            for name in (
                "d3a616a1-4734-409d-be51-30917c91eb84",  # OBVR
                "3f6ed920-7cd0-4296-a5b7-eb06d77ca5f4",  # VOBVR
                "8a1e048a-4b55-4a19-b1c0-c85dba09a15c",  # OD
                "2c18bb9d-bbfe-474a-9f81-63ba3983a33e",  # VOD
                "e9e8ec50-c6fd-44ac-bc34-e5e4cdb0294e",  # OMZ
                "0ed0785c-f427-4bc0-8507-72eb2a7b5454",  # SWA
                "83f7dc8b-b763-47c4-8a21-f7e43b879ad2",  # SWO
                "cf471294-af65-455c-a200-86b7fd70751a",  # overeenkomst
            )
        ),
    }
)


@attrs.frozen
class Lack:
    """Something that a question lacks (ontbrekend gegeven).

    Attributes:
        name: Short, in Dutch.
        text: What has to be added, in Dutch.
    """

    name: str
    text: str


def lacks(
    body: Body,
    proposal: Proposal | None,
    basis: Basis,
    types: Collection[URI],
    advice: AdviceRequest | None = None,
) -> tuple[Lack, ...]:
    """What a question to a body lacks; empty when it is complete. Pure.

    Args:
        body: Who is asked.
        proposal: The facts; None where nobody described them.
        basis: What the question rests on.
        types: Types of its documents.
        advice: For an agreement, the request to the Inspectie van Financiën.
    """
    if proposal is None:
        return (Lack("Voorstel", "beschrijf eerst wat het dossier voorstelt"),)
    found = [*_texts(body, proposal, types), *_money(body, proposal, basis)]
    if body.agrees:
        found += _advised(advice)
    if body is Body.BZ and proposal.more_staff and not proposal.staff:
        split = "geef de weerslag per rang, graad of functie, statutair of contractueel"
        found.append(Lack("Personeel", split))
    return tuple(found)


def _texts(body: Body, proposal: Proposal, types: Collection[URI]) -> Iterator[Lack]:
    if proposal.for_government and NOTA not in types:
        yield Lack("Nota", "de nota aan de Vlaamse Regering ontbreekt")
    if proposal.act.has_draft and not DRAFTS.intersection(types):
        yield Lack("Ontwerp", "de tekst die ter goedkeuring voorligt ontbreekt")
    explains = body is Body.WT and proposal.act is Act.DECREE
    if explains and MEMORANDUM not in types:
        yield Lack("Memorie", "de memorie van toelichting ontbreekt")


def _money(body: Body, proposal: Proposal, basis: Basis) -> Iterator[Lack]:
    if body not in {Body.IF, Body.BA}:
        return
    if proposal.budget_impact is None and not basis.lines:
        yield Lack("Weerslag", "zeg of er een weerslag op de begroting is")
    if proposal.budget_impact and not basis.lines:
        yield Lack("Begrotingslijnen", "geef de weerslag per jaar en begrotingsartikel")
    for line in _stops_short(basis.lines) if body is Body.BA else ():
        said = f"{line.article} komt elk jaar terug: geef ook {line.year + 1}"
        yield Lack("Volgende jaren", said)


def _stops_short(lines: Collection[BudgetLine]) -> Iterator[BudgetLine]:
    """Recurrent lines of this year that say nothing of the next one."""
    if not lines:
        return
    first = min(line.year for line in lines)
    later = {line.article for line in lines if line.year > first}
    for line in lines:
        if line.recurrent and line.year == first and line.article not in later:
            yield line


def _advised(advice: AdviceRequest | None) -> Iterator[Lack]:
    if advice is None or advice.body is not Body.IF or not advice.is_answered:
        yield Lack("IF", "het advies van de Inspectie van Financiën is er nog niet")
        return
    said = advice.advice
    against = said is not None and said.outcome is AdviceOutcome.UNFAVOURABLE
    if advice.state is AdviceState.APPEALED:
        yield Lack("Beroep", "het beroep tegen het advies loopt nog")
    elif against and advice.reply is None and advice.appeal is None:
        yield Lack("Repliek", "het advies is ongunstig: voeg de repliek toe")
