"""What stands in a signed document: its signatures and timestamps, each checked.

What does not hold is not carried on: nobody preserves a signature that is broken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

import attrs
from asn1crypto import cms
from pyhanko.pdf_utils import generic
from pyhanko.sign.validation.generic_cms import (
    extract_certs_for_validation,
    validate_sig_integrity,
)

from digivl.errors import SigningError
from digivl.pdf.archiving import stored_at
from digivl.pdf.causes import first_line
from digivl.pdf.container import embedded_tokens
from digivl.pdf.digests import Digest
from digivl.pdf.fields import SignatureField, filled_fields
from digivl.pdf.placing import Gap, hash_range
from digivl.pdf.reading import entry, opened, readable
from digivl.pdf.timestamps import Token, held_token

if TYPE_CHECKING:
    from datetime import datetime

    from digivl.settings import Limits

_MOST_SIGNATURES = 1_000


@attrs.frozen(kw_only=True)
class Standing:
    """A signature or a document timestamp in a document.

    Attributes:
        field: Name of its field.
        gap: Where its container stands.
        end: Where the bytes end that it covers.
        container: The container, DER, without what follows it.
        signature: The raw signature.
        certificate: Of who signed, DER; of the unit, for a document timestamp.
        others: Certificates that came along, DER.
        tokens: Timestamps over the signature; for a document timestamp, itself.
        is_timestamp: True for a document timestamp.
        revision: Of the document, that brought it; counts from 0.
        stored: True when validation data stand in what it covers.
    """

    field: str
    gap: Gap
    end: int
    container: bytes = attrs.field(repr=False)
    signature: bytes = attrs.field(repr=False)
    certificate: bytes = attrs.field(repr=False)
    others: tuple[bytes, ...] = attrs.field(repr=False)
    tokens: tuple[Token, ...]
    is_timestamp: bool
    revision: int = 0
    stored: bool = False

    @property
    def time(self) -> datetime | None:
        """When it was surely there, by its own timestamps."""
        return min((token.time for token in self.tokens), default=None)


@attrs.frozen
class Signatures:
    """What stands in a document.

    Attributes:
        all: Signatures and document timestamps, in the order they were made.
        stored_in: The revision that last brought validation data; None without any.
    """

    all: tuple[Standing, ...]
    stored_in: int | None

    @property
    def provable(self) -> bool:
        """True when validation data came after every signature (B-LT)."""
        last = max(
            (one.revision for one in self.all if not one.is_timestamp), default=0
        )
        return self.stored_in is not None and self.stored_in > last


def standing(stream: BinaryIO, limits: Limits, *, since: int = 0) -> Signatures:
    """The signatures and timestamps of a document, each checked.

    Args:
        stream: The document; seekable.
        limits: Largest document.
        since: Only those that cover more than so many bytes of its beginning.

    Raises:
        UnreadablePDFError: Not a PDF, or damaged.
        SigningError: It has no signature, or one that does not hold.
    """
    with readable():
        reader = opened(stream, limits)
        fields = [one for one in filled_fields(reader.root) if _end(one) > since]
        if not fields or len(fields) > _MOST_SIGNATURES:
            raise SigningError(
                f"the document has {len(fields)} signatures",
                hint="Sign it first.",
            )
        found = [_placed(reader, one, _read(stream, one)) for one in fields]
        found.sort(key=lambda one: one.end)
        return Signatures(tuple(found), _stored_in(reader))


def _end(field: SignatureField) -> int:
    """Where it says that the bytes end that it covers; 0 when it does not say."""
    said = entry(field.value, "/ByteRange", ())
    try:
        return max(int(said[2]) + int(said[3]), 1)
    except (IndexError, KeyError, TypeError, ValueError):
        return 1


def _placed(reader: Any, field: SignatureField, found: Standing) -> Standing:
    revision = reader.xrefs.get_introducing_revision(field.value.container_ref)
    return attrs.evolve(found, revision=revision, stored=stored_at(reader, revision))


def _stored_in(reader: Any) -> int | None:
    last = reader.xrefs.total_revisions - 1
    if not stored_at(reader, last):
        return None
    store = reader.root.raw_get("/DSS")
    held = store if isinstance(store, generic.IndirectObject) else reader.root_ref
    changed: int = reader.xrefs.get_last_change(
        generic.Reference(held.idnum, 0, reader)
    )
    return changed


def _read(stream: BinaryIO, field: SignatureField) -> Standing:
    try:
        return _checked(stream, field)
    except SigningError:
        raise
    # A hostile signature can make the parsers raise anything.
    except Exception as cause:  # noqa: BLE001
        # Not chained: it can repeat the subject of a certificate, number and all.
        raise _broken(field.name, first_line(cause)) from None


def _broken(name: str, why: str) -> SigningError:
    return SigningError(
        f"the signature in {name!r} does not hold, so there is nothing to keep: {why}",
        hint="Ask for the document as it was signed.",
    )


def _checked(stream: BinaryIO, field: SignatureField) -> Standing:
    size = stream.seek(0, 2)
    first, start, second, length = (int(one) for one in field.value["/ByteRange"])
    end = second + length
    if first or not 0 < start < second < end <= size:
        raise _broken(field.name, "its byte range makes no sense")
    stream.seek(start)
    brackets = stream.read(second - start)
    raw: Any = entry(field.value, "/Contents")
    envelope = cms.ContentInfo.load(bytes(raw.original_bytes))
    container: bytes = envelope.dump()
    if brackets[:1] != b"<" or not brackets[1:-1].lower().startswith(
        container.hex().encode()
    ):
        raise _broken(field.name, "its container stands somewhere else")

    def imprint(algorithm: str) -> bytes:
        hashes = Digest(algorithm).start()
        hash_range(stream, hashes, 0, start)
        hash_range(stream, hashes, second, end)
        digest: bytes = hashes.digest()
        return digest

    gap = Gap(start, second, size, b"")
    if field.is_timestamp:
        token = held_token(container, imprint)
        return Standing(
            field=field.name,
            gap=gap,
            end=end,
            container=container,
            signature=b"",
            certificate=token.certificate,
            others=token.certificates,
            tokens=(token,),
            is_timestamp=True,
        )
    info = envelope["content"]["signer_infos"][0]
    certs = extract_certs_for_validation(envelope["content"])
    algorithm = info["digest_algorithm"]["algorithm"].native
    intact, valid = validate_sig_integrity(
        info, certs.signer_cert, "data", imprint(algorithm)
    )
    if not (intact and valid):
        raise _broken(field.name, "what was signed has been changed")
    signature: bytes = info["signature"].native
    return Standing(
        field=field.name,
        gap=gap,
        end=end,
        container=container,
        signature=signature,
        certificate=certs.signer_cert.dump(),
        others=tuple(one.dump() for one in certs.other_certs),
        tokens=tuple(
            held_token(one.dump(), lambda name: Digest(name).of(signature))
            for one in embedded_tokens(info)
        ),
        is_timestamp=False,
    )
