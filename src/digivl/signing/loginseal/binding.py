"""The evidence of a login-based seal as a file, and whether it belongs to a PDF."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any, BinaryIO, Final

import attrs
import rfc8785

from digivl.errors import MalformedError
from digivl.kernel.identifiers import INSZ
from digivl.kernel.personal import SALT_BYTES, Personal, commitment
from digivl.pdf.checks import examined
from digivl.pdf.findings import SignatureFinding
from digivl.records.entries import Entry
from digivl.settings import Limits
from digivl.signing.loginseal.model import LOGIN_SEAL, LoginSeal

#: What an evidence file calls itself, and the version of its form.
FORMAT: Final = "digivl-login-seal"
VERSION: Final = 1
_LARGEST: Final = 100_000
_CHUNK: Final = 1 << 20
_PERSONAL: Final = ("person", "number", "client")


class Outcome(Enum):
    """What holds of a PDF and evidence (uitkomst); values are for citizens."""

    TOGETHER = "het bewijs hoort bij deze verzegeling"
    OTHER_EVIDENCE = "het bestand is verzegeld met ander bewijs"
    OTHER_DOCUMENT = "er is een ander document getoond dan er verzegeld is"
    OTHER_SEAL = "het is verzegeld met een ander certificaat dan het bewijs noemt"
    NO_EVIDENCE = "geen verzegeling in het bestand noemt bewijs, of ze is niet gaaf"


@attrs.frozen(kw_only=True)
class Belonging:
    """Whether evidence belongs to a PDF, and to which signature in it.

    Whether that signature can be trusted is for `Digivl.validate`.

    Attributes:
        outcome: What holds.
        field: Name of the signature field; None where it belongs to none.
        opened: The personal values that the evidence file still opens, by field of the
            authentication; each was checked against its commitment.
        closed: Those that it commits to, and that it does not show: they were erased.
    """

    outcome: Outcome
    field: str | None = None
    opened: Mapping[str, str] = attrs.field(factory=dict[str, str], repr=False)
    closed: tuple[str, ...] = ()


@attrs.frozen
class _Evidence:
    sha256: str
    body: Mapping[str, Any]
    opened: Mapping[str, str] = attrs.field(repr=False)
    closed: tuple[str, ...]


def as_evidence(entry: Entry[LoginSeal]) -> bytes:
    """The evidence as canonical JSON: the entry, and the personal values that are left.

    Args:
        entry: The first of the record: the one that is bound.
    """
    known = entry.record.authentication
    values = [_opening(getattr(known, name)) for name in _PERSONAL]
    return rfc8785.dumps(
        {
            "format": FORMAT,
            "version": VERSION,
            "entry": json.loads(entry.canonical),
            "personal": [value for value in values if value],
        }
    )


def sha256_of(canonical: str) -> bytes:
    """What a seal binds: SHA-256 over the canonical entry."""
    return hashlib.sha256(canonical.encode()).digest()


def belongs(
    source: BinaryIO, evidence: bytes, *, at: datetime, limits: Limits
) -> Belonging:
    """Whether a PDF was sealed for this evidence, and by which signature.

    Args:
        source: The PDF; seekable.
        evidence: An evidence file.
        at: The present moment, with zone.
        limits: Largest document.

    Raises:
        MalformedError: It is no evidence, or a value in it is not the one that the
            entry commits to.
        UnreadablePDFError: Not a PDF, or damaged.
        EncryptedPDFError: Protected with a password.
    """
    told = _read(evidence)
    found = examined(source, roots=(), at=at, limits=limits).signatures
    return _belonging(source, told, found)


def belonging(
    source: BinaryIO, evidence: bytes, signatures: Sequence[SignatureFinding]
) -> Belonging:
    """As `belongs`, for a PDF whose signatures were looked at already.

    Args:
        source: The PDF; seekable.
        evidence: An evidence file.
        signatures: What was found in it.

    Raises:
        MalformedError: It is no evidence.
    """
    return _belonging(source, _read(evidence), signatures)


def _belonging(
    source: BinaryIO, told: _Evidence, found: Sequence[SignatureFinding]
) -> Belonging:
    binding = [one for one in found if one.evidence]
    mine = [one for one in binding if one.evidence == told.sha256]
    sealed = told.body["certificate"]
    field = next((one.field for one in mine if _hash(one.certificate) == sealed), None)
    if not mine:
        outcome = Outcome.OTHER_EVIDENCE if binding else Outcome.NO_EVIDENCE
    elif field is None:
        outcome = Outcome.OTHER_SEAL
    elif _begin(source, told.body["size"]) != told.body["shown"]:
        outcome, field = Outcome.OTHER_DOCUMENT, None
    else:
        outcome = Outcome.TOGETHER
    return Belonging(
        outcome=outcome, field=field, opened=told.opened, closed=told.closed
    )


def _opening(value: Personal[Any] | None) -> dict[str, str]:
    if value is None or value.is_erased:
        return {}
    shown = value.reveal()
    text = shown.wire if isinstance(shown, INSZ) else str(shown)
    return {"salt": value.salt.hex(), "value": text}


def _read(evidence: bytes) -> _Evidence:
    if len(evidence) > _LARGEST:
        raise _unreadable(f"it is larger than {_LARGEST} bytes")
    try:
        told = json.loads(evidence)
        if not isinstance(told, dict) or told.get("format") != FORMAT:
            raise _unreadable("it is something else")
        if told.get("version") != VERSION:
            raise _unreadable("another version of digivl wrote it")
        return _understood(told["entry"], told["personal"])
    # Canonical JSON has its own names for what it cannot hold; each is a ValueError.
    except (ValueError, TypeError, KeyError, RecursionError) as cause:
        if isinstance(cause, MalformedError):
            raise
        raise _unreadable(str(cause)[:200] or type(cause).__name__) from cause


def _understood(entry: Any, personal: Any) -> _Evidence:
    body = entry["body"]
    if entry["kind"] != LOGIN_SEAL.name or not isinstance(body["size"], int):
        raise _unreadable("its entry is of something else")
    committed = {
        name: str(body["authentication"][name]["$personal"])
        for name in _PERSONAL
        if body["authentication"][name] is not None
    }
    opened = dict(_opened(committed, personal))
    return _Evidence(
        hashlib.sha256(rfc8785.dumps(entry)).hexdigest(),
        body,
        opened,
        tuple(name for name in committed if name not in opened),
    )


def _opened(committed: Mapping[str, str], personal: Any) -> Iterator[tuple[str, str]]:
    names = {made: name for name, made in committed.items()}
    for one in personal:
        salt, value = bytes.fromhex(one["salt"]), one["value"]
        made = commitment(salt, rfc8785.dumps(value))
        if len(salt) != SALT_BYTES or not isinstance(value, str) or made not in names:
            raise _unreadable("a personal value is not the one that the entry means")
        yield names[made], value


def _hash(der: bytes | None) -> str:
    return hashlib.sha256(der or b"").hexdigest()


def _begin(source: BinaryIO, size: int) -> str:
    """SHA-256 of the first bytes of a file."""
    digest = hashlib.sha256()
    source.seek(0)
    while size > 0 and (chunk := source.read(min(size, _CHUNK))):
        digest.update(chunk)
        size -= len(chunk)
    return digest.hexdigest()


def _unreadable(why: str) -> MalformedError:
    return MalformedError(
        f"this is no evidence of a seal that can be read: {why}",
        hint="Give the file as `digivl seal evidence`, or `LoginSeals.evidence`, wrote "
        "it.",
    )
