"""How KRAB writes things: the one place with its paths, names and words.

Of KRAB no description is public, so that all of this is assumed: paths and fields are
such as services of the Flemish government usually have. Each assumption is marked
``[A]`` where it stands, and listed in `ASSUMPTIONS`. Who has the description at hand
mends this module, and no other.

Source:
    None on the interface. That KRAB takes requests for advice of the Inspectie van
    Financiën digitally: answer in the Flemish Parliament of 2021 on the digital
    transformation of the Flemish government.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

import attrs

from digivl.advice.budget import BudgetLine
from digivl.advice.channels import answers
from digivl.advice.channels.answers import read_moment, read_said
from digivl.advice.messages.message import (
    Enclosure,
    Incoming,
    Outgoing,
    OutgoingKind,
    Said,
    Unclear,
)
from digivl.advice.request import AdviceState
from digivl.errors import MalformedError
from digivl.kernel.checks import check_named_outside
from digivl.kernel.kinds import Ref
from digivl.kernel.moments import to_wire
from digivl.kernel.redaction import on_one_line, redacted

#: What we had to assume, by name.
ASSUMPTIONS: Final = {
    "token-path": "tokens come from where the other services of the government have it",
    "scopes": "names of the scopes to ask and to read",
    "messages": "all that is said is posted to one path",
    "message-words": "words for what a message says",
    "after-an-advice": "a reply, an appeal and the ruling on it are told, and nothing"
    " comes back on them",
    "idempotency-key": "a message has a key; the same key again gives the first answer",
    "own-reference": "our own name for a question goes along and comes back",
    "its-reference": "it gives a question a name of its own, and says so at once",
    "question-fields": "names of the fields of a question",
    "line-fields": "names of the fields of a budget line",
    "documents": "documents are uploaded first, each under its SHA-256, once or again",
    "largest": "bytes of the largest document",
    "events": "what came back is listed in `events`, the oldest first, in pages",
    "event-words": "words for what came back",
    "answer-fields": "names of the fields of an answer",
    "event-moment": "an event tells when it happened; of a receipt, when that was",
    "event-submission": "an answer tells which submission it answers, or not at all",
    "outcome-words": "words for the conclusion of an advice",
    "confirmations": "an event comes again until it is confirmed by its id",
    "event-document": "an answer names its PDF by its SHA-256; it is with the others",
}

OAUTH_ENDPOINT: Final = "/op/v1/token"  # [A] token-path
SCOPE_ASK: Final = "krab_krab_v1_P"  # [A] scopes
SCOPE_READ: Final = "krab_krab_v1_G"

MESSAGES: Final = "/messages"  # [A] messages
DOCUMENTS: Final = "/documents"  # [A] documents
EVENTS: Final = "/events"  # [A] events
CONFIRMATIONS: Final = "/events/confirmations"  # [A] confirmations
IDEMPOTENCY_KEY: Final = "idempotency-key"  # [A] idempotency-key

OWN_REFERENCE: Final = "senderReference"  # [A] own-reference
REFERENCE: Final = "reference"  # [A] its-reference
SHA256: Final = "sha256"
FILE: Final = "file"
AFTER: Final = "after"
NEXT: Final = "next"
IDS: Final = "ids"
DOCUMENT: Final = "document"  # [A] event-document
MOMENT: Final = "at"  # [A] event-moment
SUBMISSION: Final = "submission"  # [A] event-submission

LARGEST: Final = 30_000_000  # [A] largest

#: [A] message-words
MESSAGE_WORDS: Final = {
    OutgoingKind.QUESTION: "QUESTION",
    OutgoingKind.ANSWER: "ANSWER",
    OutgoingKind.URGENCY: "URGENCY",
    OutgoingKind.EXTENSION: "EXTENSION",
    OutgoingKind.WITHDRAWAL: "WITHDRAWAL",
    OutgoingKind.REPLY: "REPLY",  # [A] after-an-advice
    OutgoingKind.APPEAL: "APPEAL",
    OutgoingKind.RULING: "RULING",
}
#: [A] after-an-advice
RULING_WORDS: Final = {
    AdviceState.JOINED: "JOINED",
    AdviceState.CONFIRMED: "CONFIRMED",
    AdviceState.APPEAL_LAPSED: "LAPSED",
}
#: [A] event-words
EVENT_WORDS: Final = {
    "RECEIVED": "ontvangen",
    "INQUIRY": "vraag",
    "SENT_BACK": "teruggezonden",
    "ADVICE": "advies",
    "AGREEMENT": "akkoord",
    "REFUSAL": "geen akkoord",
}
#: [A] answer-fields
ANSWER_FIELDS: Final = {
    "text": answers.TEXT,
    "lacks": answers.LACKS,
    "outcome": answers.OUTCOME,
    "agreementNeeded": answers.AGREEMENT_NEEDED,
    "remarks": answers.REMARKS,
    "conditions": answers.CONDITIONS,
}
#: [A] outcome-words
OUTCOME_WORDS: Final = {
    "FAVOURABLE": "GUNSTIG",
    "FAVOURABLE_WITH_REMARKS": "GUNSTIG_MET_OPMERKINGEN",
    "FAVOURABLE_ON_CONDITIONS": "GUNSTIG_ONDER_VOORWAARDEN",
    "UNFAVOURABLE": "ONGUNSTIG",
}

_LONGEST: Final = 4_000


@attrs.frozen(kw_only=True)
class Page:
    """One page of what came back: the messages, and where the next page starts."""

    messages: tuple[Incoming, ...]
    next: str | None


def message_json(message: Outgoing) -> dict[str, Any]:
    """A message, without what it does not say."""
    said = {
        "kind": MESSAGE_WORDS[message.kind],
        OWN_REFERENCE: str(message.question),
        REFERENCE: message.reference,
        "at": to_wire(message.at),
        "text": message.text,
        "days": message.days,
        "minister": message.minister,
        "ruling": RULING_WORDS[message.ruling] if message.ruling else "",
        **(_question(message) if message.kind is OutgoingKind.QUESTION else {}),
        "documents": [_document(one) for one in message.enclosures],
    }
    return {name: value for name, value in said.items() if value not in (None, "", [])}


def _question(message: Outgoing) -> dict[str, Any]:
    return {  # [A] question-fields
        "body": message.body.value,
        SUBMISSION: message.submission,
        "title": message.title,
        "dossier": message.dossier,
        "asker": message.asker,
        "adviser": message.adviser,
        "lines": [_line(line) for line in message.lines],
    }


def _document(enclosure: Enclosure) -> dict[str, Any]:
    return {
        SHA256: enclosure.sha256,
        "size": enclosure.size,
        "title": enclosure.title,
        "type": enclosure.type,
    }


def _line(line: BudgetLine) -> dict[str, Any]:
    said = {  # [A] line-fields
        "year": line.year,
        "article": line.article,
        "commitment": line.vak and str(line.vak.amount),
        "settlement": line.vek and str(line.vek.amount),
        "kind": line.kind.value,
        "recurrent": line.recurrent,
        "compensates": line.compensates,
        "entity": line.entity,
        "allocation": line.allocation,
        "ise": line.ise,
        "esr": line.esr,
    }
    return {name: value for name, value in said.items() if value not in (None, "")}


def read_reference(said: Any) -> str:
    """The name that the other side gave a question, out of its answer to a message.

    Raises:
        MalformedError: There is none.
    """
    reference = _fields(said).get(REFERENCE)
    if not isinstance(reference, str):
        raise MalformedError("it gives no reference")
    check_named_outside(REFERENCE, reference)
    return reference


def read_page(said: Any) -> Page:
    """Read one page of what came back; what cannot be read is `Unclear`.

    Raises:
        MalformedError: It is no page.
    """
    fields = _fields(said)
    events, after = fields.get("events"), fields.get(NEXT)
    if not isinstance(events, list) or not isinstance(after, str | None):
        raise MalformedError("it holds no list of events")
    return Page(messages=tuple(map(read_event, events)), next=after)


def read_event(said: Any) -> Incoming:
    """Read one event; the fields that are not known do not matter."""
    fields = said if isinstance(said, dict) else {}
    name = _name(said, fields.get("id"))
    try:
        return _incoming(name, fields)
    except MalformedError as wrong:
        why = f"het bericht is niet te lezen ({on_one_line(str(wrong), 200)})"
        return Incoming(
            id=name,
            said=Unclear(why=why),
            question=_own(fields),
            text=redacted(json.dumps(said, ensure_ascii=True))[:_LONGEST],
        )


def _name(said: Any, id: object) -> str:
    """The id of an event; one without gets its hash, so that it is known again."""
    try:
        check_named_outside("id", id if isinstance(id, str) else "")
    except MalformedError:
        return f"sha256:{_digest(said)}"
    return str(id)


def _incoming(id: str, fields: dict[str, Any]) -> Incoming:
    reference = fields.get(REFERENCE, "")
    if reference != "":
        reference = read_reference(fields)
    return Incoming(
        id=id,
        said=_said(fields),
        question=_own(fields),
        reference=reference,
        submission=_number(fields.get(SUBMISSION)),
        at=read_moment(fields.get(MOMENT)),
        file=_file(fields.get(DOCUMENT)),
    )


def _said(fields: dict[str, Any]) -> Said:
    word = fields.get("kind")
    if not isinstance(word, str) or word not in EVENT_WORDS:
        return Unclear(why=f"onbekende soort bericht: {on_one_line(str(word), 60)}")
    names = ANSWER_FIELDS.items()
    known = {ours: fields[name] for name, ours in names if name in fields}
    outcome = known.get(answers.OUTCOME)
    if isinstance(outcome, str):
        known[answers.OUTCOME] = OUTCOME_WORDS.get(outcome, outcome)
    return read_said({answers.ANSWER: EVENT_WORDS[word], **known})


def _own(fields: dict[str, Any]) -> Ref | None:
    name = fields.get(OWN_REFERENCE)
    if not isinstance(name, str) or len(name) > 200 or not name.isprintable():
        return None
    kind, _, own = name.partition("/")
    return Ref(kind, own) if own else None


def _number(said: Any) -> int | None:
    if said is not None and type(said) is not int:
        raise MalformedError("its submission is no number")
    return said


def _file(said: Any) -> str:
    if said is None:
        return ""
    sha256 = _fields(said).get(SHA256)
    digits = sha256 if isinstance(sha256, str) else ""
    if len(digits) != 64 or not {*digits} <= {*"0123456789abcdef"}:
        raise MalformedError("its document has no SHA-256")
    return digits


def _fields(said: Any) -> dict[str, Any]:
    if not isinstance(said, dict):
        raise MalformedError("it is no JSON object")
    return said


def _digest(said: Any) -> str:
    canonical = json.dumps(said, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
