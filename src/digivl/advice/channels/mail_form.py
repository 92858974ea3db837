"""The forms in an e-mail: for systems as JSON, for people as lines of text.

Format 1; described in the reference, under formats.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from digivl.advice.body import AdviceAspect, AdviceOutcome
from digivl.advice.budget import BudgetLine
from digivl.advice.channels import answers
from digivl.advice.messages.message import Outgoing, OutgoingKind, Said
from digivl.errors import MalformedError
from digivl.kernel.kinds import Ref
from digivl.kernel.moments import to_wire

FORMAT: Final = 1
QUESTION_FILE: Final = "digivl-adviesvraag.json"
ANSWER_FILE: Final = "digivl-antwoord.json"
#: Bytes of the largest form that is read.
LARGEST: Final = 200_000

_RECEIVED, _ASKED, _LACKS = "Ontvangen", "Vraag", "Ontbreekt"
_OUTCOME, _NEEDED = "Conclusie", "Begrotingsakkoord nodig"
_AGREED, _CONDITION, _TEXT = "Akkoord", "Voorwaarde", "Reden"
_REMARKS: Final = {f"Opmerking {one.value}": one.value for one in AdviceAspect}

_BOTH: Final = (_RECEIVED, _ASKED, _LACKS)
_OF_ADVICE: Final = (*_BOTH, _OUTCOME, _NEEDED, _CONDITION, *_REMARKS)
_OF_AGREEMENT: Final = (*_BOTH, _AGREED, _CONDITION, _TEXT)
_KNOWN: Final = {name.casefold(): name for name in (*_OF_ADVICE, *_OF_AGREEMENT)}
#: These can be there more than once; the others are said once.
_MANY: Final = frozenset({_CONDITION, _LACKS, _ASKED})

_YES_NO: Final = {"ja": True, "nee": False, "neen": False}
_MOST_LINES: Final = 20_000
_LONGEST_LINE: Final = 2_000


def question_json(message: Outgoing, mark: str, attached: set[str]) -> bytes:
    """The form for systems: what is said."""
    said = {
        "format": FORMAT,
        "kind": message.kind.value,
        "key": message.key,
        "mark": mark,
        "question": str(message.question),
        "submission": message.submission,
        "reference": message.reference,
        "body": message.body.value,
        "title": message.title,
        "dossier": message.dossier,
        "asker": message.asker,
        "adviser": message.adviser,
        "at": to_wire(message.at),
        "text": message.text,
        "days": message.days,
        "minister": message.minister,
        "ruling": message.ruling.value if message.ruling else "",
        "documents": [
            {
                "title": one.title,
                "type": one.type,
                "sha256": one.sha256,
                "size": one.size,
                "attached": one.sha256 in attached,
            }
            for one in message.enclosures
        ],
        "lines": [_line(line) for line in message.lines],
    }
    return _dumped(said)


def answer_json(message: Outgoing, mark: str) -> bytes:
    """The form for systems to fill in and send back; it says nothing yet."""
    return _dumped(
        {
            "format": FORMAT,
            "mark": mark,
            "question": str(message.question),
            answers.ANSWER: "",
            answers.OUTCOME: None,
            answers.AGREEMENT_NEEDED: None,
            answers.CONDITIONS: [],
            answers.REMARKS: [],
            answers.LACKS: [],
            answers.TEXT: "",
        }
    )


def read_json(content: bytes) -> Said | None:
    """What a filled-in form says; None when it is empty.

    Raises:
        MalformedError: It is no form, of another format, or wrongly filled in.
    """
    if len(content) > LARGEST:
        raise MalformedError(f"a form is larger than {LARGEST} bytes")
    try:
        fields = json.loads(content)
    except (ValueError, RecursionError):
        raise MalformedError("a form is not JSON") from None
    if not isinstance(fields, dict) or fields.get("format") != FORMAT:
        raise MalformedError(f"a form is not of format {FORMAT}")
    if not fields.get(answers.ANSWER):
        return None
    filled = {name: value for name, value in fields.items() if value is not None}
    return answers.read_said(filled)


def form_text(question: Ref) -> str:
    """The form for people, empty."""
    names = _OF_ADVICE if question.kind == "advice" else _OF_AGREEMENT
    return "\n".join(f"{name}: " for name in names)


def explained(question: Ref) -> str:
    """What can be filled in, in words that are no filled-in form when quoted."""
    common = (
        "- bij Ontvangen: om te melden dat u de vraag hebt, met ja\n"
        "- bij Vraag: wat u nog wilt weten\n"
        "- bij Ontbreekt: wat nog moet worden bezorgd\n"
    )
    if question.kind == "advice":
        outcomes = ", ".join(one.label for one in AdviceOutcome)
        return (
            f"{common}- bij Conclusie: een van {outcomes}\n"
            "- bij Begrotingsakkoord nodig: ja of nee; leeg betekent ja\n"
            "- bij Voorwaarde: een regel voor elke voorwaarde"
        )
    return (
        f"{common}- bij Akkoord: ja of nee\n"
        "- bij Reden: waarom, verplicht bij nee\n"
        "- bij Voorwaarde: een regel voor elke voorwaarde"
    )


def read_text(text: str) -> Said | None:
    """What a form for people says, quoted or not; None when it is empty.

    Raises:
        MalformedError: It is filled in wrongly, or says two things.
    """
    filled: dict[str, list[str]] = {}
    for name, value in _filled(text):
        values = filled.setdefault(name, [])
        if value not in values:  # a quotation says it once more
            values.append(value)
    for name, values in filled.items():
        if name not in _MANY and len(values) > 1:
            raise MalformedError(f"'{name}' staat er tweemaal, met een ander antwoord")
    return answers.read_said(_fields(filled)) if filled else None


def _filled(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines()[:_MOST_LINES]:
        said, _, value = line[:_LONGEST_LINE].replace("*", "").partition(":")
        name = _KNOWN.get(" ".join(said.replace(">", " ").split()).casefold())
        if name and value.strip():
            yield name, " ".join(value.split())


def _fields(filled: dict[str, list[str]]) -> dict[str, Any]:
    said = [
        word
        for word, name in (
            ("advies", _OUTCOME),
            ("akkoord", _AGREED),
            ("vraag", _ASKED),
            ("teruggezonden", _LACKS),
        )
        if name in filled
    ]
    if not said and _RECEIVED in filled:
        said = ["ontvangen"]
        if not _yes(filled, _RECEIVED):
            raise MalformedError(f"'{_RECEIVED}' is ja, of blijft leeg")
    if len(said) != 1:
        raise MalformedError("het formulier zegt niet één ding: " + " en ".join(said))
    if said == ["akkoord"] and not _yes(filled, _AGREED):
        said = ["geen akkoord"]
    fields: dict[str, Any] = {
        answers.ANSWER: said[0],
        answers.TEXT: "\n".join(filled.get(_ASKED, filled.get(_TEXT, []))),
        answers.LACKS: filled.get(_LACKS, []),
        answers.CONDITIONS: filled.get(_CONDITION, []),
        answers.REMARKS: [
            {"aspect": aspect, "text": filled[name][0]}
            for name, aspect in _REMARKS.items()
            if name in filled
        ],
    }
    if _OUTCOME in filled:
        fields[answers.OUTCOME] = filled[_OUTCOME][0].upper().replace(" ", "_")
    if _NEEDED in filled:
        fields[answers.AGREEMENT_NEEDED] = _yes(filled, _NEEDED)
    return fields


def _yes(filled: dict[str, list[str]], name: str) -> bool:
    word = filled[name][0].casefold().rstrip(".!")
    if word not in _YES_NO:
        raise MalformedError(f"'{name}' is ja of nee, niet {word[:40]!r}")
    return _YES_NO[word]


def _line(line: BudgetLine) -> dict[str, Any]:
    return {
        "year": line.year,
        "article": line.article,
        "vak": line.vak and str(line.vak.amount),
        "vek": line.vek and str(line.vek.amount),
        "kind": line.kind.value,
        "recurrent": line.recurrent,
        "compensates": line.compensates,
        "entity": line.entity,
        "allocation": line.allocation,
        "ise": line.ise,
        "esr": line.esr,
    }


def _dumped(said: dict[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, indent=1).encode()


#: What is said, as the first words of a subject.
SUBJECTS: Final = {
    OutgoingKind.QUESTION: "Vraag om {}",
    OutgoingKind.ANSWER: "Inlichtingen bij de vraag om {}",
    OutgoingKind.URGENCY: "Beroep op de spoed bij de vraag om {}",
    OutgoingKind.EXTENSION: "Langere termijn voor de vraag om {}",
    OutgoingKind.WITHDRAWAL: "Intrekking van de vraag om {}",
    OutgoingKind.REPLY: "Repliek op het {}",
    OutgoingKind.APPEAL: "Beroep tegen het {}",
    OutgoingKind.RULING: "Uitspraak over het beroep tegen het {}",
}
