"""An evidence report on paper: Dutch, accessible (PDF/UA-1), for a file or a judge."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from digivl.errors import MalformedError
from digivl.kernel.moments import date_in_dutch, day_of, from_wire, in_brussels
from digivl.pdf.mark import DEVELOPMENT_MARK
from digivl.pdf.typeset import typeset
from digivl.signing.evidence.layout import REPORT
from digivl.signing.evidence.model import (
    Act,
    Certificate,
    Difference,
    Evidence,
    File,
    Part,
    Participant,
    Signature,
    Standing,
    Timestamp,
    Who,
)
from digivl.signing.model import FlowState

Facts = list[tuple[str, str]]

#: How far a flow is, in words; what is not named here is said as it is recorded.
_STATES: Final = {
    FlowState.TO_BE_SIGNED.value: "te ondertekenen",
    FlowState.PARTLY_SIGNED.value: "gedeeltelijk ondertekend",
    FlowState.SIGNED.value: "ondertekend",
    FlowState.REFUSED.value: "geweigerd",
    FlowState.CANCELLED.value: "stopgezet",
}
#: What was done, in words; what is not named here is said as it is recorded.
_ACTIONS: Final = {
    ("document", "receive"): "document ontvangen",
    ("document", "replace"): "nieuwe versie ontvangen",
    ("document", "stamped"): "QR-code aangebracht",
    ("document", "signed"): "getekende versie bewaard",
    ("document", "copy"): "kopie bewaard",
    ("document", "number"): "nummer gegeven",
    ("signing", "start"): "ter ondertekening voorgelegd",
    ("signing", "sign"): "ondertekend",
    ("signing", "timestamp"): "tijdstempel toegevoegd",
    ("signing", "refuse"): "ondertekening geweigerd",
    ("signing", "cancel"): "ondertekening stopgezet",
}
_ORIGINS: Final = {
    "received": "ontvangen",
    "stamped": "met QR-code",
    "signed": "ondertekend",
}
_INDICATIONS: Final = {
    "TOTAL-PASSED": "geldig",
    "TOTAL-FAILED": "ongeldig",
    "INDETERMINATE": "niet met zekerheid vast te stellen",
    "NO_SIGNATURE": "geen handtekening",
}


def paper(evidence: Evidence, json_sha256: str) -> bytes:
    """The report as PDF; the same report always gives the same bytes.

    Args:
        evidence: What it tells.
        json_sha256: SHA-256 of it as JSON, hexadecimal; it stands on the paper.

    Raises:
        ConfigurationError: The extra ``report`` is not installed.
    """
    return typeset(REPORT, _data(evidence, json_sha256), "the evidence report")


def _data(evidence: Evidence, json_sha256: str) -> dict[str, Any]:
    signers = [one for one in evidence.participants if one.part is Part.SIGNS]
    done = sum(one.done_at is not None for one in signers)
    return {
        "standing": evidence.standing.value,
        "subject": evidence.title,
        "verdict": f"{done} van {len(signers)} ondertekend",
        "agreement": _agreement(evidence),
        "agrees": not evidence.differences,
        "facts": _facts(evidence),
        "summary": [_summary(one, evidence) for one in evidence.participants],
        "participants": [
            {"title": _titled(number, one), "facts": _participation(one)}
            for number, one in enumerate(evidence.participants, 1)
        ],
        "signatures": [_signature(one) for one in evidence.signatures],
        "timestamps": [_stamp(one) for one in evidence.timestamps],
        "files": [_file(one, evidence) for one in evidence.files],
        "differences": [_difference(one) for one in evidence.differences],
        "acts": [_act(one) for one in evidence.acts],
        "json": json_sha256,
        "notice": DEVELOPMENT_MARK if evidence.development else "",
    }


def _agreement(evidence: Evidence) -> str:
    count = len(evidence.differences)
    if not count:
        return "Wat is vastgelegd en wat in het bestand staat, stemt overeen."
    many = "verschil" if count == 1 else "verschillen"
    return f"Tussen vastlegging en bestand: {count} {many}; zie verder."


def _facts(evidence: Evidence) -> Facts:
    final = evidence.standing is Standing.FINAL
    standing = "definitief" if final else "tussenstand: de ondertekening loopt nog"
    return [
        ("Verslag", standing),
        ("Stand van de ondertekening", _STATES.get(evidence.state, evidence.state)),
        ("Opgemaakt op", moment(evidence.made_at)),
        ("Opgemaakt voor", _who(evidence.made_by)),
        ("Dossier", evidence.dossier),
        ("Document", evidence.document),
        ("Ondertekening", evidence.flow),
    ]


def _summary(one: Participant, evidence: Evidence) -> dict[str, str]:
    """A participant in one row: who, when, with what, and whether it holds."""
    mine = next(
        (
            signature
            for signature in evidence.signatures
            if one.certificate is not None
            and signature.certificate is not None
            and signature.certificate.sha256 == one.certificate
        ),
        None,
    )
    certificate = mine.certificate if mine else None
    day, time = _day_and_time(one.done_at) if one.done_at else ("nog niet", "")
    return {
        "who": one.who.function,
        "beneath": f"namens deze: {_who(one.acting)}" if one.acting else one.part.value,
        "day": day,
        "time": ", ".join(filter(None, (time, one.authority))),
        "holder": certificate.subject.partition(", ")[0] if certificate else "",
        "issuer": certificate.issuer.partition(", ")[0] if certificate else "",
        "verdict": _word(mine.indication) if mine else "",
        "level": f"PAdES {mine.level}" if mine and mine.level else "",
    }


def _titled(number: int, one: Participant) -> str:
    return f"{number}. {one.who.function}"


def _participation(one: Participant) -> Facts:
    facts = [("Deelname", one.part.value)]
    if one.who.name or one.who.name_erased:
        facts.append(("Naam", one.who.name or "gewist"))
    if one.acting is not None:
        facts.append(("In de plaats kwam", _who(one.acting)))
    if one.identified:
        facts.append(("Geïdentificeerd door", one.identified))
    if one.means:
        facts.append(("Middel", one.means))
    done = moment(one.done_at) if one.done_at else "nog niet"
    facts.append(("Ondertekend op" if one.part is Part.SIGNS else "Gedaan op", done))
    if one.authority:
        facts.append(("Tijdstempel van", one.authority))
    digests = (
        ("Voorgelegd (SHA-256)", one.sent),
        ("Getoond (SHA-256)", one.shown),
        ("Getekend bestand (SHA-256)", one.signed),
        ("Certificaat (SHA-256)", one.certificate),
    )
    return facts + [(label, sha256) for label, sha256 in digests if sha256]


def _signature(one: Signature) -> dict[str, Any]:
    facts = [("Oordeel", _verdict(one.indication, one.sub_indication))]
    if one.earlier:
        facts.append(("Stond er al", "ja, voor het document werd voorgelegd"))
    if one.level:
        facts.append(("Niveau", f"PAdES {one.level}"))
    if one.claimed:
        facts.append(("Tijdstip volgens de ondertekenaar", moment(one.claimed)))
    facts += _certificate(one.certificate)
    for stamp in one.timestamps:
        facts += _timestamp(stamp)
    return {"title": f"Veld {one.field}", "facts": facts}


def _stamp(one: Timestamp) -> dict[str, Any]:
    return {
        "title": "Tijdstempel van het document",
        "facts": [*_timestamp(one), *_certificate(one.certificate)],
    }


def _certificate(one: Certificate | None) -> Facts:
    if one is None:
        return [("Certificaat", "niet leesbaar")]
    start, end = (date_in_dutch(day_of(at)) for at in (one.valid_from, one.valid_until))
    return [
        ("Op naam van", one.subject),
        ("Uitgegeven door", one.issuer),
        ("Serienummer", one.serial),
        ("Geldig", f"van {start} tot en met {end}"),
        ("Certificaat (SHA-256)", one.sha256),
    ]


def _timestamp(one: Timestamp) -> Facts:
    if one.time is None:
        return [("Tijdstempel", "niet leesbaar")]
    number = f", nummer {one.serial}" if one.serial else ""
    return [
        ("Tijdstempel", moment(one.time)),
        ("Tijdstempelautoriteit", f"{one.authority}{number}"),
        ("Beleid van het tijdstempel", one.policy),
        ("Oordeel over het tijdstempel", _verdict(one.indication, "")),
    ]


def _verdict(indication: str, reason: str) -> str:
    if not indication:
        return "niet beoordeeld"
    codes = ", ".join(filter(None, (indication, reason)))
    return f"{_word(indication)} ({codes})"


def _word(indication: str) -> str:
    return _INDICATIONS.get(indication, indication)


def _file(one: File, evidence: Evidence) -> dict[str, Any]:
    marks = list(_marks(one, evidence))
    return {
        "at": moment(one.at),
        "what": _ORIGINS.get(one.origin, one.origin),
        "marks": ", ".join(marks),
        "size": _bytes(one.size),
        "sha256": one.sha256,
    }


def _marks(one: File, evidence: Evidence) -> Iterator[str]:
    if one.sha256 == evidence.sent:
        yield "ter ondertekening voorgelegd"
    if one.sha256 == evidence.current:
        yield "het bestand van dit verslag"
    elif one.inside:
        yield "begin van het bestand"


def _difference(one: Difference) -> dict[str, str]:
    return {
        "about": one.about,
        "what": one.what,
        "recorded": _shown(one.recorded),
        "found": _shown(one.found),
    }


def _shown(value: str) -> str:
    """A moment for people; anything else as it is."""
    try:
        return moment(from_wire(value))
    except MalformedError:
        return value


def _act(one: Act) -> dict[str, str]:
    day, time = _day_and_time(one.at)
    return {
        "day": day,
        "time": time,
        "what": _ACTIONS.get((one.kind, one.action), one.action),
        "who": _who(one.who),
        "reason": one.reason,
        "leaf": one.leaf,
    }


def _who(one: Who) -> str:
    return f"{one.name}, {one.function}" if one.name else one.function


def _bytes(size: int) -> str:
    return f"{size:,} bytes".replace(",", "\N{NO-BREAK SPACE}")


def _day_and_time(at: datetime) -> tuple[str, str]:
    day, _, time = moment(at).partition(" om ")
    return day, time


def moment(at: datetime) -> str:
    """For people: ``23 november 2026 om 14.05.09 uur`` by the clock of Brussels."""
    local = in_brussels(at)
    return f"{date_in_dutch(local.date())} om {local:%H.%M.%S} uur"
