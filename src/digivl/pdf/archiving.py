"""Adds what a signature needs for later: validation data, and timestamps over them.

Both go behind what is there, in place. One update can hold the two together: the
timestamp then covers the data that stand beside it.

Source:
    EN 319 142-1, 5.4 (DSS, document timestamp), 6.3 (levels B-LT and B-LTA);
    ISO 32000-2, 12.8.4.3 and 12.8.5.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from hashlib import sha256
from itertools import count
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from pyhanko.pdf_utils import generic
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigObjSetup
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.sign.signers.pdf_byterange import DocumentTimestamp

from digivl.pdf.digests import Digest
from digivl.pdf.evidence import Evidence
from digivl.pdf.operands import dictionary
from digivl.pdf.placing import Update, written
from digivl.pdf.reading import entry, readable, reopened
from digivl.pdf.timestamps import stamped

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from datetime import datetime

    from pyhanko.pdf_utils.reader import PdfFileReader

    from digivl.pdf.placing import Gap
    from digivl.pdf.timestamps import Token

_ARRAYS: Final = ("/Certs", "/OCSPs", "/CRLs")
_FIELD: Final = "Tijdstempel"
#: Room for a token with its chain; the file grows by twice that.
_RESERVED: Final = 16_384
_MOST_PIECES: Final = 5_000
#: Below this, compressing gains nothing.
_WORTH_PACKING: Final = 4_096


def add_evidence(target: BinaryIO, evidence: Evidence) -> int:
    """Store validation data in a document (B-LT); the new size.

    Nothing is written when all of it is there already. On any error the document is as
    it was.

    Args:
        target: The signed document, opened before; can be read, written and sought.
        evidence: What was gathered and checked.

    Raises:
        UnreadablePDFError: It is damaged.
    """
    with _as_it_was_on_failure(target), readable():
        writer: Update = Update.over(reopened(target))
        if _store(writer, evidence):
            writer.hashes = _Unused()
            writer.write(target)
        return target.seek(0, os.SEEK_END)


def add_timestamp(
    target: BinaryIO,
    evidence: Evidence,
    send: Callable[[bytes], bytes],
    *,
    at: datetime,
) -> tuple[Token, int]:
    """Put a document timestamp over everything (B-LTA); the token and the new size.

    On any error the document is as it was.

    Args:
        target: The signed document, opened before; can be read, written and sought.
        evidence: Stored in the same update, where it is not there yet.
        send: Sends a timestamp request (DER) and gives the answer (DER).
        at: The present moment, with zone.

    Raises:
        UnreadablePDFError: It is damaged.
        BackendError: The authority gave no token that holds.
        LimitExceededError: The token is larger than any.
    """
    with _as_it_was_on_failure(target):
        gap = _gap(target, evidence)
        token = stamped(gap.digest, send, at, hashed=True)
        with readable():
            gap.fill(target, token.der)
    return token, gap.size


def _gap(target: BinaryIO, evidence: Evidence) -> Gap:
    """Add evidence and room for a timestamp over all of it, in one update."""
    with readable():
        writer: Update = Update.over(reopened(target))
        _store(writer, evidence)
        placeholder = DocumentTimestamp(bytes_reserved=2 * _RESERVED)
        steps: Generator[Any, Any, None]
        steps = PdfCMSEmbedder().write_cms(_free_name(writer.prev), writer)
        field, look = next(steps).get_object(), _empty_look(writer)
        if look is not None:
            field["/AP"] = dictionary({}, N=look)
        steps.send(SigObjSetup(sig_placeholder=placeholder))
        return written(writer, target, placeholder, Digest.SHA256)


@contextmanager
def _as_it_was_on_failure(target: BinaryIO) -> Iterator[None]:
    """Take back what was added behind a document when the rest could not be."""
    size = target.seek(0, os.SEEK_END)
    try:
        yield
    except BaseException:
        target.truncate(size)
        raise


class _Unused:
    """In the place of a hash that nobody asks for."""

    def update(self, content: bytes) -> None:
        """Nothing."""


def _empty_look(writer: Update) -> Any:
    """How an invisible field looks that is there already; None without one.

    PDF/A-1 wants every field to look like something. A look of its own would make of
    the timestamp a form that is filled, which a certification may forbid.
    """
    for field in entry(entry(writer.prev.root, "/AcroForm", {}), "/Fields", ()):
        looks = entry(field.get_object(), "/AP", {})
        look = looks.raw_get("/N") if "/N" in looks else None
        if isinstance(look, generic.IndirectObject):
            drawn = look.get_object()
            if isinstance(drawn, generic.StreamObject) and not any(drawn["/BBox"]):
                return generic.IndirectObject(look.idnum, look.generation, writer)
    return None


def _free_name(reader: PdfFileReader) -> str:
    form = entry(reader.root, "/AcroForm", {})
    fields = entry(form, "/Fields", ())
    taken = {str(entry(field.get_object(), "/T", "")) for field in fields}
    return next(n for i in count(1) if (n := f"{_FIELD}{i}") not in taken)


def _store(writer: Update, evidence: Evidence) -> bool:
    """Add what is not there to the store of the document; True when it changed."""
    reader = writer.prev
    given = (evidence.certificates, evidence.ocsps, evidence.crls)
    before = {name: _stored(reader, name) for name in _ARRAYS}
    changed = False
    root: Any = writer.root
    store = generic.DictionaryObject(dict(entry(root, "/DSS", {})))
    store["/Type"] = generic.NameObject("/DSS")
    for name, wanted in zip(_ARRAYS, given, strict=True):
        held = before[name]
        known = set(held.values())
        pieces = dict.fromkeys(wanted)
        new = [one for one in pieces if sha256(one).digest() not in known]
        changed |= bool(new)
        if new or held:
            added = [writer.add_object(_stream(one)) for one in new]
            store[name] = generic.ArrayObject([*_references(held, writer), *added])
    if changed:
        root["/DSS"] = writer.add_object(store)
        if (reader.input_version or (2, 0)) < (2, 0):
            writer.register_extension(ESIC_EXTENSION_1)
        untyped: Any = writer
        untyped.update_root()
    return changed


def _stream(content: bytes) -> Any:
    made = generic.StreamObject(stream_data=content)
    if len(content) > _WORTH_PACKING:
        made.compress()
    return made


def _stored(reader: PdfFileReader, name: str) -> dict[tuple[int, int], bytes]:
    """Digests of what is stored, by reference; what a later revision dropped too."""
    found: dict[tuple[int, int], bytes] = {}
    for root in _roots(reader):
        for one in list(entry(entry(root, "/DSS", {}), name, ()))[:_MOST_PIECES]:
            if not isinstance(one, generic.IndirectObject):
                continue
            key = (one.idnum, one.generation)
            piece: Any = generic.IndirectObject(*key, reader).get_object()
            if key not in found and isinstance(piece, generic.StreamObject):
                found[key] = sha256(piece.data).digest()
    return found


def _roots(reader: PdfFileReader) -> Iterable[Any]:
    """The catalog in each revision, the last one included."""
    yield reader.root
    for revision in range(reader.xrefs.total_revisions - 1):
        try:
            yield reader.get_historical_root(revision)
        # Half of a linearized file is no document by itself, and stores nothing.
        except Exception:  # noqa: BLE001, S112
            continue


def _references(held: Iterable[tuple[int, int]], writer: Update) -> list[Any]:
    return [generic.IndirectObject(*key, writer) for key in held]


def stored_pieces(reader: PdfFileReader) -> Evidence | None:
    """What the last revision stores; None when something in it is no piece of data."""
    found: list[tuple[bytes, ...]] = []
    for name in _ARRAYS:
        held = list(entry(entry(reader.root, "/DSS", {}), name, ()))
        pieces = [one.get_object() for one in held[:_MOST_PIECES]]
        if not all(isinstance(one, generic.StreamObject) for one in pieces):
            return None
        data = tuple(one.data for one in pieces)
        if len({*data}) < len(held):
            return None
        found.append(data)
    return Evidence(*found)


def stored_at(reader: PdfFileReader, revision: int) -> bool:
    """True when validation data stand in the document at a revision."""
    root: Any = reader.get_historical_root(revision)
    store = entry(root, "/DSS", {})
    answers = entry(store, "/OCSPs") or entry(store, "/CRLs")
    return bool(entry(store, "/Certs") and answers)
