"""What is wrong with a file that came back from a platform, in Dutch."""

from __future__ import annotations

from enum import Enum
from typing import Final

import attrs


class FindingKind(Enum):
    """What does not fit (bevinding); the value is a stable name."""

    OTHER_BYTES = "other-bytes"
    NOT_SIGNED = "not-signed"
    MORE_THAN_SIGNED = "more-than-signed"
    TOO_LARGE = "too-large"
    DOES_NOT_HOLD = "does-not-hold"
    MISSING_SIGNER = "missing-signer"
    EXTRA_SIGNATURE = "extra-signature"
    SIGNED_TWICE = "signed-twice"
    LEVEL = "level"
    NO_TIMESTAMP = "no-timestamp"
    NOT_EVERYBODY = "not-everybody"
    UNKNOWN_PERSON = "unknown-person"
    NEWER_VERSION = "newer-version"
    MISSING_DOCUMENT = "missing-document"
    FLOW_MOVED_ON = "flow-moved-on"
    TRY_LATER = "try-later"


_TEXTS: Final = {
    FindingKind.OTHER_BYTES: "het bestand begint niet met de verzonden bytes",
    FindingKind.NOT_SIGNED: "het bestand kwam ongetekend terug",
    FindingKind.MORE_THAN_SIGNED: "er is meer toegevoegd dan handtekeningen",
    FindingKind.TOO_LARGE: "het bestand is groter dan toegelaten",
    FindingKind.DOES_NOT_HOLD: "een handtekening houdt geen stand",
    FindingKind.MISSING_SIGNER: "een handtekening ontbreekt",
    FindingKind.EXTRA_SIGNATURE: "iemand tekende die niet gevraagd was",
    FindingKind.SIGNED_TWICE: "dezelfde persoon tekende meer dan eens",
    FindingKind.LEVEL: "een handtekening heeft niet het gevraagde niveau",
    FindingKind.NO_TIMESTAMP: "een handtekening heeft geen geldig tijdstempel",
    FindingKind.NOT_EVERYBODY: "niet iedereen keurde goed of tekende",
    FindingKind.UNKNOWN_PERSON: "op het platform is iemand toegevoegd die tekent",
    FindingKind.NEWER_VERSION: "het stuk heeft intussen een nieuwere versie",
    FindingKind.MISSING_DOCUMENT: "het platform heeft het stuk niet meer",
    FindingKind.FLOW_MOVED_ON: "de ondertekening zelf is intussen verder of gestopt",
    FindingKind.TRY_LATER: "nu niet vast te stellen; later opnieuw",
}


#: What other bytes of the same document may mend: the platform gave wrong ones.
OF_THE_BYTES: Final = frozenset(
    {
        *(FindingKind.OTHER_BYTES, FindingKind.NOT_SIGNED, FindingKind.TOO_LARGE),
        *(FindingKind.MORE_THAN_SIGNED, FindingKind.MISSING_SIGNER),
        *(FindingKind.EXTRA_SIGNATURE, FindingKind.MISSING_DOCUMENT),
    }
)


@attrs.frozen(kw_only=True)
class Finding:
    """One thing that does not fit (bevinding), without personal values.

    Attributes:
        kind: What.
        document: Id of the document; empty for the package as a whole.
        about: The function or field it is about, in Dutch.
        detail: What a program said of it, for who must mend it.
    """

    kind: FindingKind
    document: str = ""
    about: str = ""
    detail: str = ""

    @property
    def text(self) -> str:
        """In Dutch, for who has to look after it."""
        said = _TEXTS[self.kind]
        return f"{said}: {self.about}" if self.about else said
