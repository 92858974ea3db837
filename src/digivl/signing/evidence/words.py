"""The words of an evidence report on paper, for what is recorded in codes."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from digivl.kernel.moments import date_in_dutch, in_brussels
from digivl.signing.evidence.people import Part, Participant, Pinned, Who
from digivl.signing.states import FlowState

#: How far a flow is; what is not named here is said as it is recorded.
STATES: Final = {
    FlowState.MARKED.value: "voor te bereiden",
    FlowState.PREPARED.value: "voorbereid, nog niet verzonden",
    FlowState.TO_BE_APPROVED.value: "te paraferen",
    FlowState.TO_BE_SIGNED.value: "te ondertekenen",
    FlowState.PARTLY_SIGNED.value: "gedeeltelijk ondertekend",
    FlowState.SIGNED.value: "ondertekend",
    FlowState.REFUSED.value: "geweigerd",
    FlowState.CANCELLED.value: "stopgezet",
    FlowState.EXPIRED.value: "termijn verstreken",
    FlowState.VALIDATION_FAILED.value: "wat getekend terugkwam, is niet aanvaard",
}
#: What was done; what is not named here is said as it is recorded.
ACTIONS: Final = {
    ("document", "receive"): "document ontvangen",
    ("document", "replace"): "nieuwe versie ontvangen",
    ("document", "stamped"): "QR-code aangebracht",
    ("document", "signed"): "getekende versie bewaard",
    ("document", "copy"): "kopie bewaard",
    ("document", "number"): "nummer gegeven",
    ("signing", "draft"): "klaargezet voor ondertekening",
    ("signing", "edit"): "deelnemers aangeduid",
    ("signing", "start"): "ter ondertekening voorgelegd",
    ("signing", "send"): "ter ondertekening voorgelegd",
    ("signing", "recall"): "teruggehaald",
    ("signing", "show"): "ingezien",
    ("signing", "approve"): "geparafeerd",
    ("signing", "sign"): "ondertekend",
    ("signing", "timestamp"): "tijdstempel toegevoegd",
    ("signing", "refuse"): "ondertekening geweigerd",
    ("signing", "delegate"): "doorgegeven",
    ("signing", "replace"): "deelnemer vervangen",
    ("signing", "extend"): "termijn verlengd",
    ("signing", "expire"): "termijn verstreken",
    ("signing", "renew"): "nieuwe versie voorgelegd",
    ("signing", "ask"): "op afstand te ondertekenen gevraagd",
    ("signing", "give out"): "aan het tekenplatform gegeven",
    ("signing", "take back"): "van het tekenplatform teruggenomen",
    ("signing", "take in"): "overgenomen van het tekenplatform",
    ("signing", "fail"): "wat getekend terugkwam, niet aanvaard",
    ("signing", "go on"): "ondertekening hervat",
    ("signing", "cancel"): "ondertekening stopgezet",
    ("signing", "erase"): "persoonsgegevens gewist",
    ("login-seal", "accept"): "aanvaard na aanmelding, en verzegeld",
    ("login-seal", "erase"): "persoonsgegevens gewist",
}
ORIGINS: Final = {
    "received": "ontvangen",
    "stamped": "met QR-code",
    "signed": "ondertekend",
}
INDICATIONS: Final = {
    "TOTAL-PASSED": "geldig",
    "TOTAL-FAILED": "ongeldig",
    "INDETERMINATE": "niet met zekerheid vast te stellen",
    "NO_SIGNATURE": "geen handtekening",
}
_DID: Final = {Part.SIGNS: "getekend", Part.APPROVES: "geparafeerd"}


def agreed(one: Participant) -> str:
    """In one line whether somebody signed what was sent and shown; else empty."""
    if one.pinned is None:
        return ""
    did = _DID.get(one.part, "gedaan")
    if one.pinned is Pinned.UNSHOWN:
        same = "" if one.over == one.sent else f" ({_GREW})"
        return f"voorgelegd en {did}: {one.pinned.value}{same}"
    return f"voorgelegd, getoond en {did}: {one.pinned.value}"


_GREW: Final = "er kwamen intussen enkel handtekeningen achter"


def titled(one: Who) -> str:
    """The name while it is there, and the function."""
    return f"{one.name}, {one.function}" if one.name else one.function


def word(indication: str) -> str:
    """What validation says, for people."""
    return INDICATIONS.get(indication, indication)


def moment(at: datetime) -> str:
    """For people: ``23 november 2026 om 14.05.09 uur`` by the clock of Brussels."""
    local = in_brussels(at)
    return f"{date_in_dutch(local.date())} om {local:%H.%M.%S} uur"


def day_and_time(at: datetime) -> tuple[str, str]:
    """That moment in two."""
    day, _, time = moment(at).partition(" om ")
    return day, time
