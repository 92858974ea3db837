"""The words of an evidence report on paper, for what is recorded in codes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from digivl.errors import MalformedError
from digivl.kernel.moments import date_in_dutch, in_brussels
from digivl.signing.evidence.model import Evidence, Standing
from digivl.signing.evidence.people import Part, Participant, Pinned, Who
from digivl.signing.states import DRAFTS, RUNNING, FlowState

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
#: Said of who has still to do something, now or later.
NOT_YET: Final = "nog niet"
_DID: Final = {Part.SIGNS: "getekend", Part.APPROVES: "geparafeerd"}
_RUNS: Final = "de ondertekening loopt nog"
_STOPPED: Final = "de ondertekening is niet ten einde"
_NOT_ENDED: Final = {state.value: _RUNS for state in RUNNING} | {
    state.value: "de ondertekening is nog niet gestart" for state in DRAFTS
}


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


def standing(evidence: Evidence) -> str:
    """Whether the report is of the end, and if not, why not."""
    if evidence.standing is Standing.FINAL:
        return "definitief"
    return f"tussenstand: {_NOT_ENDED.get(evidence.state, _STOPPED)}"


def undone(one: Participant, evidence: Evidence) -> str:
    """What is said of somebody who did not do what it had to do."""
    if one.part is Part.WATCHES:
        return "niet ingezien"
    did = _DID[one.part]
    if evidence.standing is Standing.FINAL:
        return f"niet {did}"
    late = evidence.state == FlowState.EXPIRED.value
    return f"niet tijdig {did}" if late else NOT_YET


def day(at: datetime) -> str:
    """For people: ``23 november 2026``, as it is in Brussels then."""
    return date_in_dutch(_local(at).date())


def moment(at: datetime) -> str:
    """For people, by the clock of Brussels and with its distance to UTC.

    As in ``23 november 2026 om 14.05.09 uur (UTC+1)``: in the night in which the clock
    goes back, it shows an hour twice.
    """
    local = _local(at)
    minutes = round((local.utcoffset() or timedelta()) / timedelta(minutes=1))
    hours, rest = divmod(minutes, 60)
    zone = "UTC" + (f"{hours:+}" if minutes else "") + (f":{rest:02}" if rest else "")
    return f"{date_in_dutch(local.date())} om {local:%H.%M.%S} uur ({zone})"


def _local(at: datetime) -> datetime:
    """By the clock of Brussels; in UTC on the last day of the calendar.

    That day is what a certificate without an end has (RFC 5280, 4.1.2.5).
    """
    try:
        return in_brussels(at)
    except MalformedError:
        return at


def day_and_time(at: datetime) -> tuple[str, str]:
    """That moment in two."""
    day, _, time = moment(at).partition(" om ")
    return day, time
