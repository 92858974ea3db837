"""Documents (series) and their versions (stukken)."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Final

import attrs

from digivl.errors import MalformedError
from digivl.kernel.checks import at_least_one, digest, public_line
from digivl.kernel.identifiers import URI
from digivl.kernel.kinds import Kind, Standing
from digivl.kernel.moments import aware

_SUFFIXES: Final = (
    "",
    "BIS",
    "TER",
    "QUATER",
    "QUINQUIES",
    "SEXIES",
    "SEPTIES",
    "OCTIES",
    "NOVIES",
    "DECIES",
)

#: Document types of Kaleidos that the route needs (documenttypes).
TYPE_BASE: Final = "http://themis.vlaanderen.be/id/concept/document-type/"
NOTA: Final = URI(TYPE_BASE + "f2b0f655-8ed7-4f61-8f2b-ca813de7a6ed")
IF_ADVICE: Final = URI(TYPE_BASE + "351ba62d-eeff-4b08-b1e3-0a56d38116c4")
BUDGET_AGREEMENT: Final = URI(TYPE_BASE + "6870daa2-d80a-4483-a78f-53cbd6b85af2")
DECISION_REPORT: Final = URI(TYPE_BASE + "e807feec-1958-46cf-a558-3379b5add49e")


class Origin(Enum):
    """How a version came to be (herkomst)."""

    RECEIVED = "received"
    STAMPED = "stamped"
    SIGNED = "signed"


def suffix(number: int) -> str:
    """The suffix of the nth delivered version: none, then BIS, TER and so on.

    Source:
        Numbering of the Vlaamse Regering; beyond DECIES nothing is fixed, so the
        number itself is used.
    """
    return _SUFFIXES[number - 1] if number <= len(_SUFFIXES) else f"V{number}"


@attrs.frozen(kw_only=True)
class DocumentVersion:
    """Immutable bytes of a document (stuk), named by their SHA-256.

    Attributes:
        sha256: Name of the bytes in the store, 64 hexadecimal digits.
        size: In bytes.
        origin: Received from outside, or made from `source` by a stamp or signature.
        source: SHA-256 of the version it was made from.
        at: When it was made or received.
    """

    sha256: str = attrs.field(validator=digest)
    size: int
    origin: Origin
    at: datetime = attrs.field(validator=aware)
    source: str | None = None
    media_type: str = "application/pdf"


@attrs.frozen(kw_only=True)
class Document:
    """A document with all its versions (serie); the last one counts.

    Attributes:
        dossier: Id of the dossier it belongs to.
        title: One line, without personal values.
        type: Concept of the document type.
        versions: The oldest first; never empty.
    """

    dossier: str
    title: str = attrs.field(validator=public_line)
    type: URI
    versions: tuple[DocumentVersion, ...] = attrs.field(validator=at_least_one)

    @property
    def latest(self) -> DocumentVersion:
        """The version that counts."""
        return self.versions[-1]

    @property
    def name(self) -> str:
        """Title with the suffix of the last delivered version."""
        delivered = sum(v.origin is Origin.RECEIVED for v in self.versions)
        return f"{self.title} {suffix(delivered)}".rstrip()

    def check_latest(self, sha256: str) -> None:
        """Go on only from the last version.

        Raises:
            MalformedError: The document has a newer one.
        """
        if sha256 != self.latest.sha256:
            raise MalformedError(
                f"{self.title!r} has a newer version than the one this is made from",
                hint="Read the document again and repeat the act on its last version.",
            )

    def with_version(self, version: DocumentVersion) -> Document:
        """The document with one more version.

        Raises:
            MalformedError: It was not made from the last version.
        """
        if version.source is not None:
            self.check_latest(version.source)
        return attrs.evolve(self, versions=(*self.versions, version))


def _standing(document: Document) -> Standing:
    return Standing(
        state=document.latest.origin.value,
        title=document.name,
        dossier=document.dossier,
        open=False,
    )


DOCUMENT: Final = Kind("document", Document, _standing)
