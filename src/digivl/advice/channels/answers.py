"""Reads an answer from plain fields: what a form, a file or a service filled in.

Each channel finds the fields in its own way; what they may hold stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from digivl.advice.body import AdviceAspect, AdviceOutcome
from digivl.advice.messages.message import (
    MOST,
    Advised,
    Agreed,
    Asked,
    Received,
    Refused,
    Said,
    SentBack,
)
from digivl.advice.request import AspectRemark
from digivl.errors import MalformedError

#: Names of the fields.
ANSWER: Final = "answer"
TEXT: Final = "text"
LACKS: Final = "lacks"
OUTCOME: Final = "outcome"
AGREEMENT_NEEDED: Final = "agreement_needed"
REMARKS: Final = "remarks"
CONDITIONS: Final = "conditions"

_NEVER_HEARD: Final = "an answer is one of {}, not {!r}"


def read_said(fields: Mapping[str, Any]) -> Said:
    """What the fields say; fields that are not known are left alone.

    Raises:
        MalformedError: They are no answer, or not all of one.
    """
    word = fields.get(ANSWER)
    read = _READERS.get(word) if isinstance(word, str) else None
    if read is None:
        raise MalformedError(_NEVER_HEARD.format(", ".join(_READERS), _short(word)))
    return read(fields)


def read_moment(said: object) -> datetime | None:
    """A moment with a zone; None where nothing is told.

    Raises:
        MalformedError: It is told and cannot be read.
    """
    if said is None:
        return None
    try:
        moment = datetime.fromisoformat(said)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise MalformedError(f"no moment: {_short(said)!r}") from None
    if moment.tzinfo is None:
        raise MalformedError("a moment has no zone")
    return moment


def _received(_: Mapping[str, Any]) -> Said:
    return Received()


def _asked(fields: Mapping[str, Any]) -> Said:
    text = _text(fields, TEXT)
    if not text:
        raise MalformedError("a question for information asks nothing")
    return Asked(text=text)


def _sent_back(fields: Mapping[str, Any]) -> Said:
    lacks = _texts(fields, LACKS)
    if not lacks:
        raise MalformedError("what is sent back lacks something, which is not told")
    return SentBack(lacks=lacks)


def _advised(fields: Mapping[str, Any]) -> Said:
    said = fields.get(AGREEMENT_NEEDED)
    if not (said is None or isinstance(said, bool)):
        raise MalformedError("whether an agreement is needed is yes or no")
    return Advised(
        outcome=_outcome(fields.get(OUTCOME)),
        # Silence counts as needed.
        agreement_needed=said is not False,
        remarks=tuple(map(_remark, _items(fields, REMARKS))),
        conditions=_texts(fields, CONDITIONS),
    )


def _agreed(fields: Mapping[str, Any]) -> Said:
    return Agreed(remark=_text(fields, TEXT), conditions=_texts(fields, CONDITIONS))


def _refused(fields: Mapping[str, Any]) -> Said:
    reason = " ".join(_text(fields, TEXT).split())
    if not reason:
        raise MalformedError("a refusal has a reason, which is not told")
    return Refused(reason=reason)


_READERS: Final[dict[str, Callable[[Mapping[str, Any]], Said]]] = {
    "ontvangen": _received,
    "vraag": _asked,
    "teruggezonden": _sent_back,
    "advies": _advised,
    "akkoord": _agreed,
    "geen akkoord": _refused,
}


def _outcome(word: object) -> AdviceOutcome:
    try:
        return AdviceOutcome(word)
    except ValueError:
        raise MalformedError(f"no conclusion of an advice: {_short(word)!r}") from None


def _remark(item: object) -> AspectRemark:
    fields: Mapping[str, Any] = item if isinstance(item, dict) else {}
    try:
        aspect = AdviceAspect(fields.get("aspect"))
    except ValueError:
        raise MalformedError(f"a remark is on no aspect: {_short(item)!r}") from None
    return AspectRemark(aspect=aspect, text=_text(fields, TEXT))


def _text(fields: Mapping[str, Any], name: str) -> str:
    text = fields.get(name, "")
    if not isinstance(text, str):
        raise MalformedError(f"the {name} is no text")
    return text.strip()


def _texts(fields: Mapping[str, Any], name: str) -> tuple[str, ...]:
    texts = _items(fields, name)
    if not all(isinstance(text, str) for text in texts):
        raise MalformedError(f"the {name} are no texts")
    return tuple(" ".join(text.split()) for text in texts if text.strip())


def _items(fields: Mapping[str, Any], name: str) -> list[Any]:
    items = fields.get(name, [])
    if not isinstance(items, list) or len(items) > MOST:
        raise MalformedError(f"the {name} are no list of at most {MOST}")
    return items


def _short(said: object) -> str:
    return str(said)[:40]
