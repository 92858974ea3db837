"""Verdicts for machines (one JSON object a file) and for people (Dutch)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from digivl.kernel.moments import in_dutch, to_wire
from digivl.validation.verdict import Indication

if TYPE_CHECKING:
    from digivl.validation.verdict import (
        FileVerdict,
        SignatureVerdict,
        TimestampVerdict,
    )

_IN_DUTCH: Final = {
    Indication.TOTAL_PASSED: "geldig",
    Indication.TOTAL_FAILED: "ongeldig",
    Indication.INDETERMINATE: "niet vast te stellen",
    Indication.NO_SIGNATURE: "geen handtekening",
    Indication.REFUSED: "geweigerd",
}
_WARNINGS_IN_DUTCH: Final = {
    "development, no legal value": "ontwikkeling, geen rechtswaarde",
    "revocation was not checked": "de intrekking van het certificaat is niet nagegaan",
    "the file is not written by the rules and was read leniently": (
        "het bestand volgt de regels van PDF niet helemaal"
    ),
}


def as_json(verdict: FileVerdict) -> dict[str, Any]:
    """The verdict in plain values; keys as `digivl validate --json` prints them."""
    return {
        "file": verdict.file,
        "indication": verdict.indication.value,
        "sub_indication": _value(verdict.sub_indication),
        "code": verdict.code,
        "reason": verdict.reason,
        "warnings": list(verdict.warnings),
        "signatures": [_signature(one) for one in verdict.signatures],
        "timestamps": [_timestamp(one) for one in verdict.timestamps],
    }


def _value(sub_indication: Any) -> str | None:
    return sub_indication.value if sub_indication is not None else None


def _signature(one: SignatureVerdict) -> dict[str, Any]:
    return {
        "field": one.field,
        "indication": one.indication.value,
        "sub_indication": _value(one.sub_indication),
        "level": one.level,
        "covers_whole_document": one.covers_whole_document,
        "changes": list(one.changes),
        "signer": one.signer,
        "signing_time": to_wire(one.signing_time) if one.signing_time else None,
        "qualification": one.qualification,
        "timestamps": [_timestamp(stamp) for stamp in one.timestamps],
        "warnings": list(one.warnings),
        "reason": one.reason,
    }


def _timestamp(one: TimestampVerdict) -> dict[str, Any]:
    return {
        "indication": one.indication.value,
        "sub_indication": _value(one.sub_indication),
        "time": to_wire(one.time) if one.time else None,
        "authority": one.authority,
        "qualification": one.qualification,
        "reason": one.reason,
    }


def as_text(verdict: FileVerdict) -> str:
    """The verdict in Dutch, a few lines."""
    lines = [f"{verdict.file}: {_IN_DUTCH[verdict.indication]}{_why(verdict)}"]
    lines += [f"  {line}" for line in verdict.reason.splitlines()]
    lines += [_signature_line(one) for one in verdict.signatures]
    lines += [
        f"  tijdstempel over het document: {_stamp(one)}" for one in verdict.timestamps
    ]
    lines += [
        f"  let op: {_WARNINGS_IN_DUTCH.get(text, text)}" for text in verdict.warnings
    ]
    return "\n".join(lines)


def _why(verdict: FileVerdict | SignatureVerdict | TimestampVerdict) -> str:
    return f" ({verdict.sub_indication})" if verdict.sub_indication is not None else ""


def _signature_line(one: SignatureVerdict) -> str:
    parts = [f"  handtekening van {one.signer or 'onbekend'}"]
    parts += [f"op {in_dutch(one.signing_time)}"] if one.signing_time else []
    parts += [f"niveau {one.level}"] if one.level else []
    parts += [f"{_IN_DUTCH[one.indication]}{_why(one)}"]
    parts += [f"tijdstempel {_stamp(stamp)}" for stamp in one.timestamps]
    return ", ".join(parts)


def _stamp(one: TimestampVerdict) -> str:
    moment = f"{in_dutch(one.time)} " if one.time else ""
    return f"{moment}{_IN_DUTCH[one.indication]}{_why(one)}"
