"""What happened, in the Dutch words of those who read it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from digivl.access.model import DENIAL
from digivl.advice.agreement import AGREEMENT
from digivl.advice.loosening import LOOSENING
from digivl.advice.messages.correspondence import HEARD, SENT
from digivl.advice.proposal import PROPOSAL
from digivl.advice.request import ADVICE
from digivl.cli.actlabels import ACCOMPANYING, LABELS
from digivl.custody.label import LABEL
from digivl.custody.model import CUSTODY, DELEGATION
from digivl.dispatch.model import DISPATCH
from digivl.documents.model import DOCUMENT
from digivl.dossiers.agenda import AGENDA, ITEM
from digivl.dossiers.consultation import ANSWER, ROUND
from digivl.dossiers.mandates import COMPOSITION, MANDATE
from digivl.dossiers.meeting import MEETING
from digivl.dossiers.minutes import MINUTES, REPORT
from digivl.dossiers.model import DOSSIER, STEP
from digivl.dossiers.news import NEWS
from digivl.dossiers.numbering import SERIES
from digivl.dossiers.parliament import PARLIAMENT, PARLIAMENT_NAME
from digivl.dossiers.positions import POSITION
from digivl.dossiers.publication import PUBLICATION
from digivl.dossiers.release import RELEASE
from digivl.dossiers.submission import SUBMISSION
from digivl.kernel.kinds import Kind
from digivl.records.entries import AnyEntry
from digivl.signing.loginseal.model import LOGIN_SEAL
from digivl.signing.model import FLOW
from digivl.signing.platform.model import PACKAGE
from digivl.verification.model import AUTHENTIC

_SESSION: Final = "signing-session"
_KINDS: Final[dict[str, Kind[Any]]] = {
    kind.name: kind
    for kind in (
        DOSSIER,
        STEP,
        MEETING,
        AGENDA,
        ITEM,
        SERIES,
        RELEASE,
        POSITION,
        MANDATE,
        COMPOSITION,
        ROUND,
        ANSWER,
        PUBLICATION,
        SUBMISSION,
        MINUTES,
        REPORT,
        NEWS,
        PARLIAMENT,
        PARLIAMENT_NAME,
        DENIAL,
        DOCUMENT,
        PROPOSAL,
        ADVICE,
        AGREEMENT,
        SENT,
        HEARD,
        LOOSENING,
        FLOW,
        LOGIN_SEAL,
        PACKAGE,
        AUTHENTIC,
        DISPATCH,
        CUSTODY,
        DELEGATION,
        LABEL,
    )
}


def kind_named(name: str) -> Kind[Any]:
    """The kind of records with that name."""
    if name == _SESSION:
        # It knows certificates: who asks for a list does not wait for those.
        from digivl.signing.session import SESSION

        return SESSION
    return _KINDS[name]


_NAMES: Final = {
    DOSSIER.name: "dossier",
    STEP.name: "procedurestap",
    MEETING.name: "vergadering",
    ITEM.name: "agendapunt",
    SERIES.name: "nummerreeks",
    RELEASE.name: "vrijgave",
    POSITION.name: "standpunt",
    MANDATE.name: "mandaat",
    ROUND.name: "overlegronde",
    ANSWER.name: "antwoord",
    PUBLICATION.name: "publicatie",
    SUBMISSION.name: "indiening",
    "co-submission": "vraag aan mede-indiener",
    MINUTES.name: "notulen",
    REPORT.name: "beslissingsfiche",
    NEWS.name: "nieuwsbericht",
    PARLIAMENT.name: "parlement",
    ADVICE.name: "adviesvraag",
    AGREEMENT.name: "begrotingsakkoord",
    FLOW.name: "ondertekening",
    "signing-turn": "ondertekening",
    _SESSION: "ondertekensessie",
    PACKAGE.name: "pakket op een tekenplatform",
    LOGIN_SEAL.name: "verzegeling na aanmelding",
    AUTHENTIC.name: "authentiek document",
    DISPATCH.name: "verzending",
    LABEL.name: "mapetiket",
}


def label(entry: AnyEntry) -> str:
    """What was done."""
    key = (entry.kind.name, entry.action)
    return LABELS.get(key, f"{entry.kind.name}: {entry.action}")


def kind_label(name: str) -> str:
    """What a kind of record is called."""
    return _NAMES.get(name, name)


def accompanies(entry: AnyEntry) -> bool:
    """True for an act that only accompanies another one."""
    return (entry.kind.name, entry.action) in ACCOMPANYING


def result(entry: AnyEntry) -> str:
    """What came of it, in one line."""
    tell = _RESULTS.get(entry.kind.name)
    return tell(entry) if tell else entry.kind.standing(entry.record).state.lower()


def _answer(entry: AnyEntry) -> str:
    record = entry.record
    said = record.state.value.lower().replace("_", " ")
    if record.silence is not None:
        said = record.silence.effect.label
    elif entry.kind is ADVICE and record.advice is not None:
        said = record.advice.outcome.label
    return f"{record.body.value}: {said}"


def _version(entry: AnyEntry) -> str:
    if entry.action == "number":
        return str(entry.record.number)
    size = -(-entry.record.latest.size // 1000)  # what is there is no 0 kB
    return f"versie {len(entry.record.versions)}, {size} kB"


def _signed(entry: AnyEntry) -> str:
    done = [s for s in entry.record.signers if s.signed_at is not None]
    if entry.action == "sign" and done:
        last = max(done, key=lambda one: one.signed_at)
        return f"tijdstempel van {last.authority}"
    return f"{len(done)} van {len(entry.record.signers)} getekend"


def _sent(entry: AnyEntry) -> str:
    name, message = entry.record.channel.label, entry.record.message_id
    return f"{name}, bericht {message[:8]}" if message else str(name)


#: How the result of each kind reads; of the others it is their state.
_RESULTS: Final[dict[str, Callable[[AnyEntry], str]]] = {
    ADVICE.name: _answer,
    AGREEMENT.name: _answer,
    PROPOSAL.name: lambda entry: str(entry.record.act.value),
    FLOW.name: _signed,
    _SESSION: lambda entry: str(entry.record.state.value),
    PACKAGE.name: lambda entry: str(entry.record.state.label),
    DOCUMENT.name: _version,
    DISPATCH.name: _sent,
    CUSTODY.name: lambda entry: f"{entry.record.holder}: {entry.record.next_step}",
}
