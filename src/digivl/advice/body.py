"""Who advises on a proposal or agrees to it, and what they can answer."""

from __future__ import annotations

from enum import Enum
from typing import Final

from digivl.documents.model import (
    BUDGET_AGREEMENT,
    IF_ADVICE,
    STAFF_AGREEMENT,
    TYPE_BASE,
)
from digivl.kernel.identifiers import URI


class Body(Enum):
    """Who has to be heard (advies- of akkoordverlener); values as officials write."""

    IF = "IF"
    BA = "BA"
    BZ = "BZ"
    WT = "WT"
    SAR = "SAR"
    RVS = "RvS"
    VTC = "VTC"
    NEGOTIATION = "OC"
    RIA = "RIA"

    @property
    def label(self) -> str:
        """What it gives, in Dutch."""
        return _LABELS[self]

    @property
    def agrees(self) -> bool:
        """True for a minister who agrees or refuses; the others advise."""
        return self in {Body.BA, Body.BZ}

    @property
    def hears_several(self) -> bool:
        """True where more than one of them can be heard on the same matter.

        Councils and committees each have their own field; on staff both a minister
        and the head of an agency are asked.
        """
        return self in {Body.SAR, Body.VTC, Body.NEGOTIATION, Body.BZ}

    @property
    def document_type(self) -> URI:
        """The document type of Kaleidos under which its answer is filed."""
        return _TYPES.get(self, _OTHER_ADVICE)


_LABELS: Final = {
    Body.IF: "advies van de Inspectie van Financiën",
    Body.BA: "begrotingsakkoord",
    Body.BZ: "akkoord bestuurszaken",
    Body.WT: "wetgevingstechnisch en taalkundig advies",
    Body.SAR: "advies van de strategische adviesraad",
    Body.RVS: "advies van de Raad van State",
    Body.VTC: "advies van de Vlaamse Toezichtcommissie",
    Body.NEGOTIATION: "protocol van het onderhandelingscomité",
    Body.RIA: "reguleringsimpactanalyse",
}
_OTHER_ADVICE: Final = URI(TYPE_BASE + "fb931eff-38f2-4743-802b-4240c35b8b0c")
_TYPES: Final = {
    Body.IF: IF_ADVICE,
    Body.BA: BUDGET_AGREEMENT,
    Body.BZ: STAFF_AGREEMENT,
    Body.RVS: URI(TYPE_BASE + "73d69df5-c3f3-43b2-aeae-5a24b56b376e"),
}


class AdviceOutcome(Enum):
    """What an advice concludes (conclusie van het advies)."""

    FAVOURABLE = "GUNSTIG"
    FAVOURABLE_WITH_REMARKS = "GUNSTIG_MET_OPMERKINGEN"
    FAVOURABLE_ON_CONDITIONS = "GUNSTIG_ONDER_VOORWAARDEN"
    UNFAVOURABLE = "ONGUNSTIG"

    @property
    def label(self) -> str:
        """In words, in Dutch."""
        return self.value.lower().replace("_", " ")


class AdviceAspect(Enum):
    """What the Inspectie van Financiën looks at, and at nothing else (aspect)."""

    LEGALITY = "wettigheid"
    REGULARITY = "regelmatigheid"
    EFFECTIVENESS = "doelmatigheid"
    COST_EFFICIENCY = "kostenefficiëntie"
    BUDGET_OVER_TIME = "budgettaire inpasbaarheid op termijn"


class SilenceEffect(Enum):
    """What it means that a term passed without an answer (gevolg van stilzwijgen)."""

    WITHDRAWN = "ONTTROKKEN"
    DEEMED_FAVOURABLE = "GEACHT_GUNSTIG"
    NO_LONGER_REQUIRED = "NIET_LANGER_VEREIST"
    MAY_PROCEED = "MAG_ZONDER"
    UNKNOWN = "ONBEKEND"

    @property
    def label(self) -> str:
        """In words, in Dutch."""
        return _EFFECTS[self]


_EFFECTS: Final = {
    SilenceEffect.WITHDRAWN: "onttrokken aan de Inspectie van Financiën",
    SilenceEffect.DEEMED_FAVOURABLE: "geacht gunstig",
    SilenceEffect.NO_LONGER_REQUIRED: "niet langer vereist",
    SilenceEffect.MAY_PROCEED: "mag zonder voorgelegd worden",
    SilenceEffect.UNKNOWN: "gevolg niet gekend",
}
