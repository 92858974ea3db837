"""An evidence report on paper: Dutch, accessible (PDF/UA-1), for a file or a judge."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from digivl.errors import MalformedError
from digivl.kernel.moments import from_wire
from digivl.pdf.mark import DEVELOPMENT_MARK
from digivl.pdf.typeset import typeset
from digivl.signing.evidence.compared import matched
from digivl.signing.evidence.layout import REPORT
from digivl.signing.evidence.legible import legible
from digivl.signing.evidence.model import Act, Difference, Evidence, File
from digivl.signing.evidence.paperfile import in_the_file
from digivl.signing.evidence.paperpeople import Facts, participation, summary
from digivl.signing.evidence.people import Part, Pinned
from digivl.signing.evidence.words import (
    ACTIONS,
    ORIGINS,
    STATES,
    day_and_time,
    moment,
    standing,
    titled,
)


def paper(evidence: Evidence, json_sha256: str) -> bytes:
    """The report as PDF; the same report always gives the same bytes.

    Args:
        evidence: What it tells.
        json_sha256: SHA-256 of it as JSON, hexadecimal; it stands on the paper.

    Raises:
        ConfigurationError: The extra ``report`` is not installed.
    """
    data = legible(_data(evidence, json_sha256))
    return typeset(REPORT, data, "the evidence report", own_fonts_only=True)


def _data(evidence: Evidence, json_sha256: str) -> dict[str, Any]:
    theirs = matched(evidence.participants, evidence.signatures)
    return {
        "standing": evidence.standing.value,
        "subject": evidence.title,
        "verdict": _progress(evidence),
        "agreement": list(_agreement(evidence)),
        "agrees": not evidence.differences,
        "facts": _facts(evidence),
        "summary": [
            summary(one, theirs.get(one.who.id) if one.done_at else None, evidence)
            for one in evidence.participants
        ],
        "participants": [
            {
                "title": f"{number}. {one.who.function}",
                "facts": participation(one, evidence),
            }
            for number, one in enumerate(evidence.participants, 1)
        ],
        "unsigned": not evidence.signatures,
        "found": list(in_the_file(evidence.signatures, evidence.timestamps)),
        "files": [_file(one, evidence) for one in evidence.files],
        "differences": [_difference(one) for one in evidence.differences],
        "acts": [_act(one) for one in evidence.acts],
        "json": json_sha256,
        "notice": DEVELOPMENT_MARK if evidence.development else "",
    }


def _progress(evidence: Evidence) -> str:
    """How many of those approved and signed whose place nobody else took."""
    live = [one for one in evidence.participants if one.succeeded is None]
    said = []
    for part, did in ((Part.SIGNS, "ondertekend"), (Part.APPROVES, "geparafeerd")):
        those = [one for one in live if one.part is part]
        done = sum(one.done_at is not None for one in those)
        if those or part is Part.SIGNS:
            said.append(f"{done} van {len(those)} {did}")
    return ", ".join(said)


def _agreement(evidence: Evidence) -> Iterator[str]:
    """What holds of it as a whole, a line for each."""
    count = len(evidence.differences)
    many = "verschil" if count == 1 else "verschillen"
    yield (
        f"Tussen vastlegging en bestand: {count} {many}; zie verder."
        if count
        else "Wat is vastgelegd en wat in het bestand staat, stemt overeen."
    )
    acted = [one for one in evidence.participants if one.pinned is not None]
    if acted and all(one.pinned is not Pinned.OTHER for one in acted):
        yield "Wie parafeerde of tekende, deed dat op de bytes die werden voorgelegd."
    if evidence.flow is None:
        return
    bare = [
        one.who.function
        for one in acted
        if one.part is Part.SIGNS and one.authority is None
    ]
    if bare:
        yield f"Zonder tijdstempel: {', '.join(bare)}."


def _facts(evidence: Evidence) -> Facts:
    state = STATES.get(evidence.state, evidence.state)
    bundle, there = evidence.bundle, evidence.elsewhere
    sent, until = evidence.sent_at, evidence.deadline
    facts = [
        ("Verslag", standing(evidence)),
        ("Stand van de ondertekening", state),
        ("Niet aanvaard omdat", evidence.problem),
        ("Opgemaakt op", moment(evidence.made_at)),
        ("Opgemaakt voor", titled(evidence.made_by)),
        ("Voorgelegd door", titled(evidence.started_by)),
        ("Voorgelegd op", moment(sent) if sent else ""),
        (
            "Te ondertekenen tegen",
            moment(until) if until else "",
        ),
        ("Tekenplatform", f"{there.platform}, {there.reference}" if there else ""),
        ("Daar sinds", moment(there.since) if there else ""),
        ("Dossier", evidence.dossier),
        ("Document", evidence.document),
        ("Ondertekening", evidence.flow or ""),
        ("Verzegeling", evidence.login_seal or ""),
        ("Bundel", f"{bundle.id}, stuk {bundle.place or '?'}" if bundle else ""),
    ]
    return [(label, value) for label, value in facts if value]


def _file(one: File, evidence: Evidence) -> dict[str, Any]:
    marks = list(_marks(one, evidence))
    return {
        "at": moment(one.at),
        "what": ORIGINS.get(one.origin, one.origin),
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
    day, time = day_and_time(one.at)
    return {
        "day": day,
        "time": time,
        "what": ACTIONS.get((one.kind, one.action), one.action),
        "who": titled(one.who),
        "reason": one.reason,
        "leaf": one.leaf,
    }


def _bytes(size: int) -> str:
    return f"{size:,} bytes".replace(",", "\N{NO-BREAK SPACE}")
