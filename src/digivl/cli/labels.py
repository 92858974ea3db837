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
from digivl.verification.model import AUTHENTIC

#: Every kind of record, by name.
KINDS: Final[dict[str, Kind[Any]]] = {
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
        AUTHENTIC,
        DISPATCH,
        CUSTODY,
        DELEGATION,
        LABEL,
    )
}

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
    AUTHENTIC.name: "authentiek document",
    DISPATCH.name: "verzending",
    LABEL.name: "mapetiket",
}

_LABELS: Final = {
    ("dossier", "open"): "Dossier openen",
    ("dossier", "close"): "Dossier afsluiten",
    ("document", "receive"): "Document opnemen",
    ("document", "replace"): "Nieuwe versie opnemen",
    ("document", "stamped"): "QR-code plaatsen",
    ("document", "signed"): "Getekende versie bewaren",
    ("proposal", "describe"): "Voorstel beschrijven",
    ("advice", "draft"): "Adviesvraag voorbereiden",
    ("advice", "edit"): "Adviesvraag aanpassen",
    ("advice", "submit"): "Advies vragen",
    ("advice", "receive"): "Adviesvraag ontvangen",
    ("advice", "send back"): "Adviesvraag terugsturen",
    ("advice", "ask information"): "Inlichtingen vragen",
    ("advice", "answer"): "Inlichtingen geven",
    ("advice", "urge"): "Hoogdringendheid inroepen",
    ("advice", "extend"): "Termijn verlengen",
    ("advice", "advise"): "Advies geven",
    ("advice", "register"): "Advies registreren",
    ("advice", "lapse"): "Termijn verstreken",
    ("advice", "reply"): "Repliek geven",
    ("advice", "appeal"): "Beroep instellen",
    ("advice", "join"): "Beroep bijtreden",
    ("advice", "confirm"): "Advies in beroep bevestigen",
    ("advice", "meet"): "Voorwaarde vervullen",
    ("advice", "withdraw"): "Adviesvraag intrekken",
    ("advice", "file request"): "Vraagformulier opnemen",
    ("advice", "file advice"): "Adviesformulier opnemen",
    ("agreement", "submit"): "Akkoord vragen",
    ("agreement", "receive"): "Akkoordvraag ontvangen",
    ("agreement", "ask to complete"): "Vervollediging vragen",
    ("agreement", "complete"): "Vervolledigen",
    ("agreement", "agree"): "Akkoord geven",
    ("agreement", "refuse"): "Akkoord weigeren",
    ("agreement", "register"): "Akkoord of weigering registreren",
    ("agreement", "lapse"): "Termijn verstreken",
    ("agreement", "meet"): "Voorwaarde vervullen",
    ("agreement", "withdraw"): "Akkoordvraag intrekken",
    ("advice", "take reference"): "Referentie van de adviesverlener noteren",
    ("agreement", "take reference"): "Referentie van het kabinet noteren",
    ("sent", "say"): "Bericht klaarzetten",
    ("sent", "begin"): "Bericht verzenden",
    ("sent", "wait"): "Bericht wacht",
    ("sent", "accept"): "Bericht verzonden",
    ("sent", "lose reply"): "Antwoord op het bericht verloren",
    ("sent", "refuse"): "Bericht geweigerd",
    ("sent", "send again"): "Bericht opnieuw klaarzetten",
    ("sent", "cancel"): "Bericht laten vervallen",
    ("heard", "take in"): "Bericht ontvangen",
    ("heard", "settle"): "Bericht afhandelen",
    ("agreement", "file request"): "Vraagformulier opnemen",
    ("agreement", "file agreement"): "Akkoordformulier opnemen",
    ("loosening", "loosen"): "Vereiste versoepelen (afwijking)",
    ("submission", "submit"): "Indienen bij de secretarie",
    ("submission", "update"): "Update indienen",
    ("submission", "answer"): "Antwoord van een mede-indiener",
    ("submission", "ask back"): "Aanpassing vragen",
    ("submission", "take up"): "Indiening in behandeling nemen",
    ("submission", "send back"): "Indiening terugsturen",
    ("submission", "submit again"): "Opnieuw indienen",
    ("submission", "treat"): "Indiening behandelen",
    ("step", "submit"): "Indienen voor de agenda",
    ("document", "number"): "Nummer geven",
    ("document", "level"): "Toegangsniveau zetten",
    ("step", "put on agenda"): "Op de ontwerpagenda zetten",
    ("step", "schedule"): "Agenderen",
    ("step", "take off"): "Van de agenda halen",
    ("step", "report"): "Beslissingsfiche koppelen",
    ("step", "correct"): "Beslissing verbeteren",
    ("step", "propose again"): "Opnieuw voorbereiden (afwijking)",
    ("step", "approve"): "Beslissen",
    ("step", "take note"): "Akte nemen",
    ("step", "postpone"): "Uitstellen",
    ("step", "withdraw"): "Intrekken",
    ("meeting", "plan"): "Vergadering plannen",
    ("meeting", "change agenda"): "Agenda wijzigen",
    ("step", "edit"): "Documenten toevoegen",
    ("meeting", "move"): "Vergadering verplaatsen",
    ("meeting", "approve"): "Agenda goedkeuren",
    ("meeting", "close"): "Vergadering afsluiten",
    ("meeting", "reopen"): "Vergadering heropenen",
    ("meeting", "reopen agenda"): "Goedgekeurde agenda heropenen (afwijking)",
    ("meeting", "hold"): "Vergadering houden",
    ("agenda", "move"): "Agenda hernoemen",
    ("step", "move"): "Nummer aanpassen aan de datum",
    ("document", "move"): "Naam aanpassen aan de datum",
    ("meeting", "cancel"): "Vergadering annuleren",
    ("agenda", "design"): "Ontwerpagenda openen",
    ("agenda", "approve"): "Agenda goedkeuren",
    ("agenda", "reopen"): "Agenda heropenen",
    ("item", "put on agenda"): "Agendapunt maken",
    ("item", "check"): "Formeel controleren",
    ("item", "edit"): "Agendapunt wijzigen",
    ("item", "approve"): "Op de goedgekeurde agenda",
    ("item", "take off"): "Agendapunt schrappen",
    ("item", "evoke"): "Evocatie",
    ("minutes", "draft"): "Notulen opmaken",
    ("minutes", "edit"): "Notulen wijzigen",
    ("minutes", "finish"): "Notulen afwerken",
    ("minutes", "reopen"): "Notulen heropenen",
    ("minutes", "approve"): "Notulen goedkeuren",
    ("report", "write"): "Beslissingsfiche schrijven",
    ("report", "finish"): "Beslissingsfiche afwerken",
    ("report", "reopen"): "Beslissingsfiche heropenen",
    ("news", "draft"): "Nieuwsbericht opmaken",
    ("news", "edit"): "Nieuwsbericht wijzigen",
    ("news", "finish"): "Nieuwsbericht afwerken",
    ("news", "reopen"): "Nieuwsbericht heropenen",
    ("government", "compose"): "Samenstelling wijzigen",
    ("document", "copy"): "Kopie bewaren",
    ("parliament", "start"): "Verzending naar het Vlaams Parlement",
    ("parliament", "send"): "Ontvangen door het Vlaams Parlement",
    ("parliament", "fail"): "Verzending mislukt",
    ("parliament", "tell"): "Bericht van het Vlaams Parlement",
    ("parliament", "receive"): "Stukken van het Vlaams Parlement",
    ("parliament-name", "name"): "Naam in het Vlaams Parlement",
    ("position", "mark"): "Standpunt innemen",
    ("publication", "start"): "Publicatie opstarten",
    ("publication", "edit"): "Publicatie aanpassen",
    ("publication", "ask translation"): "Vertaling vragen",
    ("publication", "receive translation"): "Vertaling ontvangen",
    ("publication", "ask proof"): "Drukproef vragen",
    ("publication", "receive proof"): "Drukproef ontvangen",
    ("publication", "recall proof"): "Aan de drukproef herinneren",
    ("publication", "correct proof"): "Drukproef verbeteren",
    ("publication", "ask proof again"): "Drukproef opnieuw vragen",
    ("publication", "ask publication"): "Publicatie vragen",
    ("publication", "pause"): "Publicatie pauzeren",
    ("publication", "resume"): "Publicatie hernemen",
    ("publication", "cancel"): "Publicatie annuleren",
    ("publication", "numac"): "Numac-nummer noteren",
    ("publication", "publish"): "Gepubliceerd in het Belgisch Staatsblad",
    ("publication", "override"): "Publicatiestatus zetten (afwijking)",
    ("mandate", "appoint"): "Mandaat opnemen",
    ("mandate", "end"): "Mandaat beëindigen",
    ("consultation", "start"): "Overlegronde starten",
    ("consultation", "answer"): "Antwoord in de overlegronde",
    ("consultation", "renew"): "Overlegronde vernieuwen",
    ("consultation", "close"): "Overlegronde sluiten",
    ("answer", "ask"): "Antwoord vragen",
    ("answer", "answer"): "Antwoorden",
    ("answer", "lift"): "Bezwaar intrekken",
    ("answer", "ask again"): "Opnieuw antwoord vragen",
    ("answer", "stay silent"): "Niet geantwoord",
    ("series", "give"): "Nummers geven",
    ("release", "plan"): "Vrijgave plannen",
    ("release", "plan again"): "Vrijgave opnieuw plannen",
    ("release", "confirm"): "Vrijgave bevestigen",
    ("release", "release"): "Vrijgeven",
    ("release", "change scope"): "Publieke omvang wijzigen",
    ("denial", "deny"): "Weigeren",
    ("login-seal", "accept"): "Aanvaarden na aanmelding",
    ("signing", "start"): "Ter ondertekening aanbieden",
    ("signing", "sign"): "Ondertekenen",
    ("signing", "draft"): "Ondertekening voorbereiden",
    ("signing", "edit"): "Ondertekening voorbereiden",
    ("signing", "send"): "Ter ondertekening zenden",
    ("signing", "recall"): "Ondertekening terugroepen",
    ("signing", "show"): "Inzien voor ondertekening",
    ("signing", "approve"): "Paraferen",
    ("signing", "delegate"): "Ondertekening doorgeven",
    ("signing", "replace"): "Ondertekenaar vervangen",
    ("signing", "extend"): "Termijn verlengen",
    ("signing", "expire"): "Termijn verstreken",
    ("signing", "renew"): "Met de nieuwe versie verdergaan",
    ("signing", "fail"): "Getekend bestand niet aanvaard",
    ("signing", "go on"): "Ondertekening hervatten",
    ("signing", "ask"): "Ondertekensessie beginnen",
    ("signing", "give out"): "Aan een tekenplatform geven",
    ("signing", "take in"): "Van een tekenplatform overnemen",
    ("signing", "take back"): "Van een tekenplatform terugnemen",
    ("signing", "cancel"): "Ondertekening annuleren",
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
    ("dispatch", "supersede"): "Verzending vervangen door een nieuwe",
    ("custody", "take"): "In behandeling nemen",
    ("custody", "take again"): "Opnieuw in behandeling nemen",
    ("custody", "hand over"): "Overdragen",
    ("custody", "move"): "Doorgeven",
    ("custody", "take over"): "Overnemen",
    ("custody", "recall"): "Terugnemen",
    ("custody", "escalate"): "Escaleren",
    ("custody", "extend"): "Termijn verlengen",
    ("custody", "remind"): "Herinneren",
    ("custody", "remind early"): "Vooraf herinneren",
    ("delegation", "delegate"): "Vervanging regelen",
    ("delegation", "end"): "Vervanging beëindigen",
    ("label", "label"): "Etiket maken",
    ("label", "void"): "Etiket vervangen",
    ("custody", "close"): "Uit behandeling",
}

#: Acts that only accompany another one; a summary leaves them out.
ACCOMPANYING: Final = frozenset(
    {
        ("document", "signed"),
        ("item", "put on agenda"),
        ("item", "approve"),
        ("authentic", "reserve"),
        ("authentic", "put up for signing"),
        ("authentic", "dispatch"),
        ("advice", "take reference"),
        ("agreement", "take reference"),
        ("sent", "say"),
        ("sent", "begin"),
        ("sent", "wait"),
        ("custody", "take"),
        ("custody", "take again"),
        ("custody", "move"),
        ("custody", "remind"),
        ("custody", "remind early"),
        ("custody", "close"),
    }
)


def label(entry: AnyEntry) -> str:
    """What was done."""
    key = (entry.kind.name, entry.action)
    return _LABELS.get(key, f"{entry.kind.name}: {entry.action}")


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
    DOCUMENT.name: _version,
    DISPATCH.name: _sent,
    CUSTODY.name: lambda entry: f"{entry.record.holder}: {entry.record.next_step}",
}
