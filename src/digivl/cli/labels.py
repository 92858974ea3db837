"""What happened, in the Dutch words of those who read it."""

from __future__ import annotations

from typing import Any, Final

from digivl.advice.model import ADVICE, AGREEMENT
from digivl.custody.model import CUSTODY
from digivl.dispatch.model import DISPATCH
from digivl.documents.model import DOCUMENT
from digivl.dossiers.model import DOSSIER, MEETING, STEP
from digivl.kernel.kinds import Kind
from digivl.records.entries import AnyEntry
from digivl.signing.model import FLOW
from digivl.verification.model import AUTHENTIC

#: Every kind of record, by name.
KINDS: Final[dict[str, Kind[Any]]] = {
    kind.name: kind
    for kind in (
        DOSSIER,
        STEP,
        MEETING,
        DOCUMENT,
        ADVICE,
        AGREEMENT,
        FLOW,
        AUTHENTIC,
        DISPATCH,
        CUSTODY,
    )
}

_LABELS: Final = {
    ("dossier", "open"): "Dossier openen",
    ("dossier", "close"): "Dossier afsluiten",
    ("document", "receive"): "Document opnemen",
    ("document", "replace"): "Nieuwe versie opnemen",
    ("document", "stamped"): "QR-code plaatsen",
    ("document", "signed"): "Getekende versie bewaren",
    ("advice", "submit"): "Advies IF vragen",
    ("advice", "receive"): "Adviesvraag ontvangen",
    ("advice", "advise"): "Advies IF geven",
    ("agreement", "submit"): "Begrotingsakkoord vragen",
    ("agreement", "receive"): "Akkoordvraag ontvangen",
    ("agreement", "agree"): "Begrotingsakkoord geven",
    ("agreement", "refuse"): "Begrotingsakkoord weigeren",
    ("step", "submit"): "Indienen voor de agenda",
    ("step", "put on agenda"): "Agenderen",
    ("step", "approve"): "Beslissen",
    ("step", "take note"): "Akte nemen",
    ("step", "postpone"): "Uitstellen",
    ("step", "withdraw"): "Intrekken",
    ("meeting", "plan"): "Vergadering plannen",
    ("signing", "start"): "Ter ondertekening aanbieden",
    ("signing", "sign"): "Ondertekenen",
    ("signing", "refuse"): "Ondertekening weigeren",
    ("authentic", "reserve"): "Controlecode reserveren",
    ("authentic", "put up for signing"): "Register: in ondertekening",
    ("authentic", "register"): "Authentiek document registreren",
    ("authentic", "dispatch"): "Register: verzonden",
    ("dispatch", "draft"): "Verzending klaarzetten",
    ("dispatch", "submit"): "Verzenden",
    ("dispatch", "submit again"): "Opnieuw verzenden",
    ("dispatch", "lose the reply"): "Antwoord verloren",
    ("dispatch", "accept"): "Verzending aanvaard",
    ("dispatch", "reject"): "Verzending geweigerd",
    ("custody", "take"): "In behandeling nemen",
    ("custody", "hand over"): "Overdragen",
    ("custody", "close"): "Uit behandeling",
}

#: Acts that only accompany another one; a summary leaves them out.
ACCOMPANYING: Final = frozenset(
    {
        ("document", "signed"),
        ("authentic", "reserve"),
        ("authentic", "put up for signing"),
        ("authentic", "dispatch"),
        ("custody", "take"),
        ("custody", "hand over"),
        ("custody", "close"),
    }
)


def label(entry: AnyEntry) -> str:
    """What was done."""
    key = (entry.kind.name, entry.action)
    return _LABELS.get(key, f"{entry.kind.name}: {entry.action}")


def accompanies(entry: AnyEntry) -> bool:
    """True for an act that only accompanies another one."""
    return (entry.kind.name, entry.action) in ACCOMPANYING


def result(entry: AnyEntry) -> str:
    """What came of it, in one line."""
    record = entry.record
    if entry.kind is ADVICE and record.outcome is not None:
        return str(record.outcome.value.lower().replace("_", " "))
    if entry.kind is FLOW:
        return _signed(entry)
    if entry.kind is DOCUMENT:
        return f"versie {len(record.versions)}, {record.latest.size // 1000} kB"
    if entry.kind is DISPATCH:
        name = record.channel.label
        return f"{name}, bericht {record.message_id[:8]}" if record.message_id else name
    if entry.kind is CUSTODY:
        return f"{record.holder}: {record.next_step}"
    return entry.kind.standing(record).state.lower()


def _signed(entry: AnyEntry) -> str:
    done = [s for s in entry.record.signatories if s.signed_at is not None]
    if entry.action != "sign" or not done:
        return f"{len(entry.record.signatories)} ondertekenaars"
    return f"tijdstempel van {done[-1].authority}"
