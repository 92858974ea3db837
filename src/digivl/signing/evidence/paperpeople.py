"""Who took part, and who logged in, as they stand on the paper of a report."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from digivl.signing.evidence.model import Evidence, Login, Signature
from digivl.signing.evidence.people import Part, Participant, Who
from digivl.signing.evidence.words import (
    NOT_YET,
    agreed,
    day_and_time,
    moment,
    titled,
    undone,
    word,
)
from digivl.signing.participants import ParticipantState

Facts = list[tuple[str, str]]
_DONE: Final = {Part.SIGNS: "Ondertekend op", Part.APPROVES: "Geparafeerd op"}


def summary(
    one: Participant, mine: Signature | None, evidence: Evidence
) -> dict[str, str]:
    """A participant in one row: who, when, with what, and whether it holds.

    Args:
        one: Who takes part.
        mine: Its signature in the file.
        evidence: The report that it stands in.
    """
    certificate = mine.certificate if mine else None
    day, time = _when(one, evidence)
    return {
        "who": one.who.function,
        "beneath": "; ".join(_beneath(one)),
        "day": day,
        "time": time,
        "holder": certificate.subject.partition(", ")[0] if certificate else "",
        "issuer": certificate.issuer.partition(", ")[0] if certificate else "",
        "verdict": word(mine.indication) if mine else "",
        "level": f"PAdES {mine.level}" if mine and mine.level else "",
    }


def _when(one: Participant, evidence: Evidence) -> tuple[str, str]:
    """A first line and a small second one."""
    if one.succeeded is not None:
        return one.state, _brief(one.succeeded.at)
    if one.refused_at is not None:
        return "geweigerd", _brief(one.refused_at)
    if one.done_at is not None:
        day, time = day_and_time(one.done_at)
        return day, ", ".join(filter(None, (time, _source(one, evidence))))
    if one.shown is not None and one.part is Part.WATCHES:
        return "ingezien", _brief(one.shown.at)
    seen = f"ingezien op {_brief(one.shown.at)}" if one.shown is not None else ""
    return undone(one, evidence), seen


def _brief(at: datetime) -> str:
    return ", ".join(day_and_time(at))


def _source(one: Participant, evidence: Evidence) -> str:
    """Whose time it is."""
    if one.part is not Part.SIGNS:
        return ""
    if evidence.login_seal is not None:
        return "bij het aanvaarden"
    return one.authority or "zonder tijdstempel"


def _beneath(one: Participant) -> Iterator[str]:
    yield ", ".join(filter(None, (one.who.name, one.part.value)))
    if one.behalf is not None:
        yield f"namens {titled(one.behalf)}"
    if one.acting is not None:
        yield f"waargenomen door {titled(one.acting)}"
    if one.succeeded is not None:
        yield f"in de plaats: {titled(one.succeeded.to)}"


def participation(one: Participant, evidence: Evidence) -> Facts:
    """All that is recorded of one participant.

    Args:
        one: Who takes part.
        evidence: The report that it stands in.
    """
    return [
        *_role(one, evidence),
        *_identity(one),
        *_outcome(one, evidence),
        *_bytes(one),
    ]


def _role(one: Participant, evidence: Evidence) -> Iterator[tuple[str, str]]:
    how, waits = undone(one, evidence), ParticipantState.WAITING.value
    if one.state != waits or how == NOT_YET:
        how = one.state
    yield "Deelname", f"{one.part.value}, {how}"
    if one.stage is not None:
        yield "Beurt", str(one.stage)
    if one.who.name or one.who.name_erased:
        yield "Naam", one.who.name or "gewist"
    if one.behalf is not None:
        yield "Namens", titled(one.behalf)
    if one.acting is not None:
        yield "Waargenomen door", titled(one.acting)
    gone = one.succeeded
    if gone is not None:
        yield "In de plaats kwam", titled(gone.to)
        yield "Hoe", f"{gone.how}, op {moment(gone.at)}"
        if gone.reason:
            yield "Reden", gone.reason


def _identity(one: Participant) -> Iterator[tuple[str, str]]:
    if one.identified:
        yield "Hoe geïdentificeerd", one.identified
    if one.means:
        yield "Middel", f"{one.means}: {one.secured}" if one.secured else one.means
    if one.consent:
        yield "Eén akkoord voor meer", one.consent


def _outcome(one: Participant, evidence: Evidence) -> Iterator[tuple[str, str]]:
    if one.sent_at is not None:
        yield "Voorgelegd op", moment(one.sent_at)
    for label, seen in (("Getoond op", one.shown), ("Eerder getoond", one.outdated)):
        if seen is not None:
            where = ", ".join(filter(None, (seen.face, _other(one, seen.by))))
            yield label, moment(seen.at) + (f" ({where})" if where else "")
    if one.refused_at is not None:
        yield "Geweigerd op", moment(one.refused_at)
        yield "Reden", one.reason
    if one.done_at is not None:
        yield from _done(one, one.done_at, evidence)
    if one.recorded_at is not None:
        yield "Hier bekend op", moment(one.recorded_at)
    if one.remark:
        yield "Opmerking", one.remark


def _done(
    one: Participant, at: datetime, evidence: Evidence
) -> Iterator[tuple[str, str]]:
    yield _DONE.get(one.part, "Gedaan op"), moment(at)
    if one.part is not Part.SIGNS:
        return
    if evidence.login_seal is None:
        missing = "niemand: het tijdstip is dat van wie tekende"
        yield "Tijdstempel van", one.authority or missing
    else:
        yield "Welk tijdstip", "dat van het aanvaarden; het zegel heeft een tijdstempel"
    if one.claimed_at is not None and one.authority is not None:
        yield "Volgens wie tekende", moment(one.claimed_at)
    if one.level:
        yield "Niveau bij het tekenen", f"PAdES {one.level}"
    if one.field:
        yield "Veld", one.field


def _other(one: Participant, by: Who) -> str:
    return "" if by.id == one.who.id else f"aan {titled(by)}"


def _bytes(one: Participant) -> Iterator[tuple[str, str]]:
    line = agreed(one)
    if line:
        yield "Zelfde bytes", line
    did = "getekend" if one.part is Part.SIGNS else "geparafeerd"
    seen = one.shown.sha256 if one.shown is not None else None
    # The same digest is not told three times: who reads sees that it is the same.
    told: dict[str, list[str]] = {}
    for label, sha256 in (("voorgelegd", one.sent), ("getoond", seen), (did, one.over)):
        if sha256 is not None:
            told.setdefault(sha256, []).append(label)
    for sha256, labels in told.items():
        yield ", ".join(labels).capitalize(), sha256
    digests = (
        ("Getekend bestand", one.signed),
        ("Certificaat", one.certificate),
        ("Tijdstempel", one.token),
    )
    yield from ((label, sha256) for label, sha256 in digests if sha256)


def login(one: Login) -> Facts:
    """How somebody was identified for whom a seal was put."""
    facts = [
        ("Verzegeld na aanmelding van", one.function),
        ("Verzegeling", one.seal),
        ("Bewijs van de aanmelding", one.outcome),
        ("Aangemeld met", f"{one.method}, bij {one.provider}"),
        ("Niveau van zekerheid", one.assurance),
        ("Aangemeld op", moment(one.at)),
        ("Aanvaard op", moment(one.accepted_at)),
        ("Aanvaarde tekst", one.text),
        ("Getoond", one.shown),
        ("Bewijs", one.evidence),
    ]
    if one.second_factor:
        facts.insert(5, ("Gevraagd bij het tekenen", one.second_factor))
    if one.name or one.name_erased:
        facts.insert(1, ("Naam", one.name or "gewist"))
    return facts
