"""Documents of a dossier: their versions, and what is not taken in."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest

from digivl import Digivl, Party, Role
from digivl.documents.model import (
    NOTA,
    CopyKind,
    Document,
    DocumentVersion,
    Origin,
    WordProcessor,
)
from digivl.errors import (
    CorruptDocumentError,
    EncryptedPDFError,
    LimitExceededError,
    MalformedError,
    NotFoundError,
    StaleRecordError,
    StepNotAllowedError,
    StorageFullError,
    UnreadablePDFError,
)
from digivl.kernel.identifiers import new_id
from digivl.records.port import Query
from digivl.settings import Limits
from digivl.testing.papers import paper

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
BY = Party("OVO002949", "Kanselarij", Role.SECRETARIAT)
PDF = paper()


@pytest.fixture(name="office", scope="module")
def _office() -> Iterator[Digivl]:
    """An office."""
    with Digivl.in_memory(clock=lambda: AT) as office:
        office.dossiers.open("Dossier", by=BY, id="dossier-1")
        yield office


@pytest.fixture(name="add")
def _add(office: Digivl) -> Callable[..., Any]:
    """Takes a document in."""

    def add(content: bytes = PDF, **changes: Any) -> Any:
        fields: dict[str, Any] = {"title": "Nota", "type": NOTA, "by": BY}
        stream = io.BytesIO(content)
        return office.documents.add("dossier-1", stream, **(fields | changes))

    return add


Add = Callable[..., Any]


def state(office: Digivl) -> tuple[Any, list[Path]]:
    """All that an office holds: its rows and its files."""
    files = (office.folder / "documents").rglob("*")
    return (
        list(office.book.rows(Query())),
        sorted(path for path in files if path.is_file()),
    )


def test_taken_in(office: Digivl, add: Add) -> None:
    """A document is kept byte by byte, with who brought it and when."""
    entry = add()

    version = entry.record.latest
    assert ("receive", BY, AT, 1) == (
        *(entry.action, entry.actor, entry.at, entry.version),
    )
    assert (Origin.RECEIVED, AT, len(PDF)) == (version.origin, version.at, version.size)
    assert entry == office.documents.read(entry.id)
    with office.documents.opened(version.sha256) as file:
        assert PDF == file.read()


def test_id_of_the_application(office: Digivl, add: Add) -> None:
    """An id of one's own makes sure that a document is not added twice."""
    name = new_id()
    entry = add(id=name)
    assert name == entry.id

    with pytest.raises(StaleRecordError):
        add(id=name)

    assert entry == office.documents.read(name)


def test_new_version(office: Digivl, add: Add) -> None:
    """A new version takes the place of the last one, and carries the next suffix."""
    entry = add()

    second = office.documents.replace(entry.id, io.BytesIO(paper("Anders")), by=BY)

    assert ("Nota", "Nota BIS") == (entry.record.name, second.record.name)
    assert entry.record.versions == second.record.versions[:1]
    with office.documents.opened(second.record.latest.sha256) as file:
        assert paper("Anders") == file.read()


def test_version_made_from_the_last(office: Digivl, add: Add) -> None:
    """A version that we made names the one it was made from."""
    entry = add()
    stored = office.documents.keep(io.BytesIO(paper("Gestempeld")))

    draft = office.documents.draft(entry, stored, Origin.STAMPED, BY, AT)

    assert ("stamped", 2) == (draft.action, draft.version)
    assert entry.record.latest.sha256 == draft.record.latest.source
    assert "Nota" == draft.record.name


BAD = {
    "empty": b"",
    "text": b"Besluit van de Vlaamse Regering",
    "zip": b"PK\x03\x04" + bytes(500),
    "header only": b"%PDF-1.7\n",
    "zeros": bytes(5_000),
    "half": PDF[: len(PDF) // 2],
    "without its end": PDF[:-30],
    "without its start": PDF[200:],
    "damaged": PDF.replace(b"/Pages", b"/Pagan"),
}


@pytest.mark.parametrize("name", BAD)
def test_not_a_pdf(office: Digivl, add: Add, name: str) -> None:
    """What is no whole PDF is refused; the office is as it was."""
    entry = add()
    before = state(office)

    with pytest.raises(UnreadablePDFError) as refused:
        add(BAD[name])
    with pytest.raises(UnreadablePDFError):
        office.documents.replace(entry.id, io.BytesIO(BAD[name]), by=BY)

    assert refused.value.hint
    assert before == state(office)


@pytest.mark.parametrize("passwords", [("geheim", "geheim"), ("", "eigenaar")])
def test_encrypted(
    office: Digivl,
    add: Add,
    needs_program: Any,
    passwords: tuple[str, str],
    tmp_path: Path,
) -> None:
    """A PDF behind a password, or with permissions, is refused, with a hint."""
    path = tmp_path / "paper.pdf"
    path.write_bytes(PDF)
    command = [needs_program("qpdf"), "--encrypt", *passwords, "256", "--"]
    done = subprocess.run(
        [*command, str(path), "-"], stdout=subprocess.PIPE, check=True
    )
    before = state(office)

    with pytest.raises(EncryptedPDFError) as refused:
        add(done.stdout)

    assert refused.value.hint
    assert before == state(office)


def test_too_large(office: Digivl, add: Add) -> None:
    """A document past the limit is refused before all of it is read."""
    limits = Limits(pdf_bytes=len(PDF) - 1)
    settings = attrs.evolve(office.settings, limits=limits)
    small = Digivl.from_settings(settings, folder=office.folder, book=office.book)
    before = state(office)

    for content in (PDF, PDF * 1_000):
        with pytest.raises(LimitExceededError, match=r"limits\.|larger"):
            small.documents.add(
                "dossier-1", io.BytesIO(content), title="Nota", type=NOTA, by=BY
            )

    assert before == state(office)


def test_refused_record(office: Digivl, add: Add) -> None:
    """A record that cannot be made is not written."""
    rows = list(office.book.rows(Query()))

    with pytest.raises(MalformedError, match="INSZ"):
        add(id="85073003328")

    assert rows == list(office.book.rows(Query()))


def test_unknown_document(office: Digivl) -> None:
    """What is not there is not found: neither its record nor its bytes."""
    with pytest.raises(NotFoundError):
        office.documents.read("unknown")
    with pytest.raises(NotFoundError):
        office.documents.replace("unknown", io.BytesIO(PDF), by=BY)
    with pytest.raises(NotFoundError), office.documents.opened("0" * 64):
        pass


def test_corrupt_bytes_are_not_handed_out(office: Digivl, add: Add) -> None:
    """Bytes that no longer match their name never reach the reader."""
    sha256 = add(paper("Te bederven")).record.latest.sha256
    path = office.folder / "documents" / sha256[:2] / sha256[2:]
    path.chmod(0o640)
    path.write_bytes(path.read_bytes()[:-1] + b" ")

    with pytest.raises(CorruptDocumentError), office.documents.opened(sha256):
        pytest.fail("handed out")


def test_full_disk(office: Digivl, small_disk: Path) -> None:
    """On a full disk a document is refused; no record speaks of it."""
    backend = attrs.evolve(office.settings.documents, options={"path": str(small_disk)})
    settings = attrs.evolve(office.settings, documents=backend)
    vl = Digivl.from_settings(settings, folder=office.folder, book=office.book)
    vl.documents.keep(io.BytesIO(PDF))
    (small_disk / "ballast").write_bytes(bytes(1_900_000))
    rows = list(office.book.rows(Query()))
    large = paper("x" * 200_000)

    with pytest.raises(StorageFullError):
        vl.documents.add("dossier-1", io.BytesIO(large), title="Nota", type=NOTA, by=BY)

    assert rows == list(office.book.rows(Query()))
    (small_disk / "ballast").unlink()
    assert len(large) == vl.documents.keep(io.BytesIO(large)).size


def version(name: str, source: str | None = None) -> DocumentVersion:
    """A version of a document."""
    origin = Origin.STAMPED if source else Origin.RECEIVED
    return DocumentVersion(
        sha256=name * 64, size=1, origin=origin, at=AT, source=source
    )


def document(*versions: DocumentVersion) -> Document:
    """A document with those versions."""
    return Document(dossier="dossier-1", title="Nota", type=NOTA, versions=versions)


def test_made_from_an_old_version() -> None:
    """What was made from a version that is no longer the last one is refused."""
    both = document(version("a"), version("b"))

    with pytest.raises(MalformedError, match="newer version") as refused:
        both.with_version(version("c", "a" * 64))

    assert "Read the document again" in refused.value.hint
    assert version("c", "b" * 64) == both.with_version(version("c", "b" * 64)).latest


def test_document_without_versions() -> None:
    """There is no document without bytes."""
    with pytest.raises(ValueError, match="versions"):
        document()


def test_only_in_an_open_dossier(office: Digivl) -> None:
    """A document belongs to a dossier that is there and not closed."""
    closed = office.dossiers.open("Voorbij", by=BY)
    office.dossiers.close(closed.id, by=BY)

    for dossier, error in (
        ("nergens", NotFoundError),
        (closed.id, StepNotAllowedError),
    ):
        with pytest.raises(error):
            office.documents.add(
                dossier, io.BytesIO(PDF), title="Nota", type=NOTA, by=BY
            )


WORD = b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml and so on"


def test_original_of_a_word_processor(office: Digivl, add: Add) -> None:
    """It is kept with the PDF that was made from it, and given back as it came."""
    added = add(original=io.BytesIO(WORD))
    (version,) = added.record.versions
    again = office.documents.replace(
        added.id, io.BytesIO(paper("BIS")), original=io.BytesIO(WORD + b"2"), by=BY
    )

    assert version.original is not None
    assert (len(WORD), WordProcessor.DOCX) == (
        version.original.size,
        version.original.media_type,
    )
    with office.reading.opened(added.id, by=BY, sha256=version.original.sha256) as file:
        assert file.read() == WORD
    assert (2, "nl") == (again.record.delivered, again.record.language)


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (
            b"PK\x03\x04" + bytes(26) + b"mimetype" + WordProcessor.ODT.value.encode(),
            WordProcessor.ODT,
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), WordProcessor.DOC),
    ],
)
def test_other_word_processors(
    add: Add, head: bytes, media_type: WordProcessor
) -> None:
    """OpenDocument and the old Word are known by how they begin."""
    original = add(original=io.BytesIO(head)).record.latest.original

    assert media_type == original.media_type


@pytest.mark.parametrize(
    "content", [b"", PDF, b"PK\x03\x04", b"MZ and so on", WORD[4:]]
)
def test_what_is_no_original(add: Add, content: bytes) -> None:
    """What no word processor wrote is not kept beside a document."""
    with pytest.raises(MalformedError, match="no file of a word processor"):
        add(original=io.BytesIO(content))


def test_a_translation(office: Digivl, add: Add) -> None:
    """A document of its own, of the same dossier and type, that names the other."""
    dutch = add()
    translate = office.documents.translate
    fields: dict[str, Any] = {"title": "Décision", "by": BY}

    french = translate(dutch.id, io.BytesIO(paper("fr")), language="fr", **fields)

    record = french.record
    assert ("fr", dutch.id, NOTA) == (
        record.language,
        record.translation_of,
        record.type,
    )
    with pytest.raises(NotFoundError):
        translate("nergens", io.BytesIO(PDF), language="fr", **fields)
    with pytest.raises(MalformedError, match="language"):
        translate(dutch.id, io.BytesIO(PDF), language="Frans", **fields)


def test_a_copy_never_counts(office: Digivl, add: Add) -> None:
    """It names what it was made from, stands beside the versions, and is kept once."""
    added = add()
    counts, flat = added.record.latest.sha256, paper("zonder handtekening")
    copy = office.documents.copy

    kept = copy(added.id, io.BytesIO(flat), CopyKind.FLATTENED, of=counts, by=BY)
    again = copy(added.id, io.BytesIO(flat), CopyKind.FLATTENED, of=counts, by=BY)

    (made,) = again.record.copies
    assert kept == again
    assert (counts, counts) == (again.record.latest.sha256, made.source)
    with office.reading.opened(added.id, by=BY, sha256=made.sha256) as file:
        assert flat == file.read()
    with pytest.raises(NotFoundError, match="has no version"):
        copy(added.id, io.BytesIO(flat), CopyKind.FLATTENED, of="0" * 64, by=BY)
    with pytest.raises(UnreadablePDFError):
        copy(added.id, io.BytesIO(WORD), CopyKind.FLATTENED, of=counts, by=BY)
