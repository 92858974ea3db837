"""Documents (series) and their versions (stukken)."""

from __future__ import annotations

import re
from datetime import datetime
from enum import Enum
from typing import Final

import attrs

from digivl.access.model import AccessLevel, level_of_previous
from digivl.errors import MalformedError, NotFoundError, TooOpenError
from digivl.kernel.checks import at_least_one, digest, public_line
from digivl.kernel.concepts import concept
from digivl.kernel.identifiers import URI
from digivl.kernel.kinds import Kind, Standing
from digivl.kernel.moments import aware
from digivl.kernel.suffixes import suffix
from digivl.kernel.vrnumber import VRNumber

#: Document types of Kaleidos that the route needs (documenttypes).
TYPE_BASE: Final = "http://themis.vlaanderen.be/id/concept/document-type/"
NOTA: Final = URI(TYPE_BASE + "f2b0f655-8ed7-4f61-8f2b-ca813de7a6ed")
IF_ADVICE: Final = URI(TYPE_BASE + "351ba62d-eeff-4b08-b1e3-0a56d38116c4")
BUDGET_AGREEMENT: Final = URI(TYPE_BASE + "6870daa2-d80a-4483-a78f-53cbd6b85af2")
STAFF_AGREEMENT: Final = URI(TYPE_BASE + "cc9b4207-43da-4394-94d7-3be051aa95e7")
RATIFICATION: Final = URI(TYPE_BASE + "609cf883-b52c-43fe-84b1-eed02527173b")
DECISION_REPORT: Final = URI(TYPE_BASE + "e807feec-1958-46cf-a558-3379b5add49e")
NOTULEN: Final = URI(TYPE_BASE + "d638e0dc-c879-4a75-9485-9e6970a83d67")

#: What prepares policy is never published. The advice goes to the parliament with a
#: draft decree, unless it is confidential; the agreements stay in the government.
_MOST_OPEN: Final = {
    IF_ADVICE: AccessLevel.INTERNAL_ADMINISTRATION,
    BUDGET_AGREEMENT: AccessLevel.INTERNAL_GOVERNMENT,
    STAFF_AGREEMENT: AccessLevel.INTERNAL_GOVERNMENT,
}


def most_open(type: URI) -> AccessLevel:
    """The loosest level that a document of this type can have.

    Source:
        vlaanderen.be, publication of decisions: the advice of the Inspectie van
        Financiën and both agreements are not published. That the agreements stay
        within the government is inferred: nobody outside is said to get them.
    """
    return _MOST_OPEN.get(type, AccessLevel.PUBLIC)


_LANGUAGE: Final = re.compile("[a-z]{2}")


class Origin(Enum):
    """How a version came to be (herkomst)."""

    RECEIVED = "received"
    STAMPED = "stamped"
    SIGNED = "signed"


class WordProcessor(Enum):
    """Media types of what a delivered PDF can have been made from."""

    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    ODT = "application/vnd.oasis.opendocument.text"
    DOC = "application/msword"


class CopyKind(Enum):
    """What a copy is for (soort kopie)."""

    FLATTENED = "afgevlakt"
    NUMBERED = "met VR-nummer"


@attrs.frozen(kw_only=True)
class Original:
    """The file that a delivered PDF was made from (bronbestand), e.g. of Word.

    It is kept and given out as it came; digivl never opens it.

    Attributes:
        sha256: Name of the bytes in the store.
        size: In bytes.
        media_type: Of which word processor it is.
    """

    sha256: str = attrs.field(validator=digest)
    size: int
    media_type: WordProcessor


@attrs.frozen(kw_only=True)
class Copy:
    """A file made from a version, that never counts in its place (kopie).

    The flattened copy of a signed version shows the signatures without certificates,
    which tell more of a person than has to go round.

    Attributes:
        sha256: Name of the bytes in the store.
        size: In bytes.
        kind: What it is for.
        source: SHA-256 of the version it was made from.
        at: When it was made.
    """

    sha256: str = attrs.field(validator=digest)
    size: int
    kind: CopyKind
    source: str = attrs.field(validator=digest)
    at: datetime = attrs.field(validator=aware)


@attrs.frozen(kw_only=True)
class DocumentVersion:
    """Immutable bytes of a document (stuk), named by their SHA-256.

    Attributes:
        sha256: Name of the bytes in the store, 64 hexadecimal digits.
        size: In bytes.
        origin: Received from outside, or made from `source` by a stamp or signature.
        source: SHA-256 of the version it was made from.
        at: When it was made or received.
        level: Who may read it once it is released; a wish until then.
        original: What a delivered one was made from, if that came with it.
    """

    sha256: str = attrs.field(validator=digest)
    size: int
    origin: Origin
    at: datetime = attrs.field(validator=aware)
    source: str | None = None
    media_type: str = "application/pdf"
    level: AccessLevel = AccessLevel.INTERNAL_GOVERNMENT
    original: Original | None = None


def _language(_: object, __: object, code: str) -> None:
    if not _LANGUAGE.fullmatch(code):
        raise MalformedError(
            f"{code[:20]!r} is no language",
            hint="Name it as ISO 639-1 does: nl, fr, de, en.",
        )


@attrs.frozen(kw_only=True)
class Document:
    """A document with all its versions (serie); the last one counts.

    Attributes:
        dossier: Id of the dossier it belongs to.
        title: One line, without personal values.
        type: Concept of the document type.
        versions: The oldest first; never empty.
        number: The number it got on an approved agenda, with its position; its version
            follows from `versions`.
        copies: Made from its versions, the oldest first.
        language: ISO 639-1, in lower case.
        translation_of: Id of the document it is a translation of.
    """

    dossier: str
    title: str = attrs.field(validator=public_line)
    type: URI
    versions: tuple[DocumentVersion, ...] = attrs.field(validator=at_least_one)
    number: VRNumber | None = None
    copies: tuple[Copy, ...] = ()
    language: str = attrs.field(default="nl", validator=_language)
    translation_of: str | None = None

    @property
    def latest(self) -> DocumentVersion:
        """The version that counts."""
        return self.versions[-1]

    @property
    def name(self) -> str:
        """Title with the suffix of the last delivered version; numbered if it was.

        A numbered one reads ``VR 2026 2411 DOC.0123-2 Titel - bijlage BIS``.
        """
        if self.number is None:
            return f"{self.title} {suffix(self.delivered)}".rstrip()
        number, delivered = self.number, self.delivered
        if number.version != delivered:
            number = attrs.evolve(number, version=delivered)
        return number.name(self.title, concept(self.type).label)

    def name_as(self, sha256: str) -> str:
        """Title with the suffix that a version had, without a number: it never changes.

        Raises:
            NotFoundError: It has no such version.
        """
        until = self.versions.index(self.version(sha256))
        earlier = self.versions[: until + 1]
        count = sum(one.origin is Origin.RECEIVED for one in earlier)
        return f"{self.title} {suffix(count)}".rstrip()

    @property
    def delivered(self) -> int:
        """How many versions were delivered: 2 for a BIS."""
        return sum(v.origin is Origin.RECEIVED for v in self.versions)

    @property
    def level(self) -> AccessLevel:
        """Who may read its last version, once that is released."""
        return self.level_of(self.latest)

    def level_of(self, version: DocumentVersion) -> AccessLevel:
        """Who may read a version, once it is released; never more than its type lets.

        What comes from an older book or from elsewhere can have been set looser.
        """
        return version.level.stricter_of(most_open(self.type))

    def version(self, sha256: str) -> DocumentVersion:
        """The version with these bytes.

        Raises:
            NotFoundError: It has none.
        """
        for one in reversed(self.versions):
            if one.sha256 == sha256:
                return one
        raise NotFoundError(f"{self.title!r} has no version {sha256[:12]}…")

    def holding(self, sha256: str) -> DocumentVersion:
        """The version with these bytes, or of which they are the original or a copy.

        Raises:
            NotFoundError: It has none.
        """
        for copy in self.copies:
            if copy.sha256 == sha256:
                return self.version(copy.source)
        for one in reversed(self.versions):
            if one.original is not None and one.original.sha256 == sha256:
                return one
        return self.version(sha256)

    @property
    def files(self) -> tuple[str, ...]:
        """Names in the store of all its bytes: versions, originals and copies."""
        originals = (one.original for one in self.versions)
        return (
            *(one.sha256 for one in self.versions),
            *(one.sha256 for one in originals if one is not None),
            *(one.sha256 for one in self.copies),
        )

    def with_copy(self, copy: Copy) -> Document:
        """The document with one more copy; the same one twice is kept once.

        Raises:
            NotFoundError: It was made from no version of this document.
        """
        self.version(copy.source)
        if any(one.sha256 == copy.sha256 for one in self.copies):
            return self
        return attrs.evolve(self, copies=(*self.copies, copy))

    def delivered_as(self, sha256: str) -> str:
        """The delivered version that a version is, or was made from.

        Raises:
            NotFoundError: It has no such version.
        """
        number = self.versions.index(self.version(sha256))
        earlier = self.versions[: number + 1]
        delivered = [one.sha256 for one in earlier if one.origin is Origin.RECEIVED]
        return delivered[-1] if delivered else earlier[0].sha256

    def levelled(self, level: AccessLevel) -> Document:
        """The last version gets this level; earlier ones are never looser than it.

        What was made from the last delivered version (with its QR code, signed) is the
        same document to a reader, so that it gets the same level.

        Raises:
            TooOpenError: A document of its type is never that open.
        """
        if level.openness > (most := most_open(self.type)).openness:
            kind, wanted, at_most = map(concept, (self.type, level.value, most.value))
            raise TooOpenError(kind.alternative, wanted.label, at_most.label)
        last = max(
            n for n, one in enumerate(self.versions) if one.origin is Origin.RECEIVED
        )
        versions = tuple(
            attrs.evolve(
                one,
                level=level if n >= last else level_of_previous(one.level, level),
            )
            for n, one in enumerate(self.versions)
        )
        return attrs.evolve(self, versions=versions)

    def numbered(self, number: VRNumber) -> Document:
        """It got a number; it never gets another one.

        Raises:
            MalformedError: It has one.
        """
        if self.number is not None:
            raise MalformedError(f"{self.name!r} has a number already")
        return attrs.evolve(self, number=number)

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
            version = attrs.evolve(version, level=self.latest.level)
        more = attrs.evolve(self, versions=(*self.versions, version))
        return more if version.source else more.levelled(version.level)


def _standing(document: Document) -> Standing:
    return Standing(
        state=document.latest.origin.value,
        title=document.name,
        dossier=document.dossier,
        open=False,
    )


DOCUMENT: Final = Kind("document", Document, _standing)
