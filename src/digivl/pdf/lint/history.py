"""Earlier versions in the file, and what came after a signature.

Source:
    ISO 32000-2, 7.5.6 (incremental updates), 12.8 (signatures).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from pyhanko.sign.validation import EmbeddedPdfSignature

from digivl.pdf.additions import found_after
from digivl.pdf.changes import Kind
from digivl.pdf.fields import SignatureField, filled_fields, removed_fields
from digivl.pdf.lint.rule import Hit, Hits, Level, Rule
from digivl.pdf.lint.walk import Document
from digivl.pdf.reading import certification

RULES: Final = (
    Rule(
        code="earlier-version",
        level=Level.ACCEPT,
        english="The file holds an earlier version of what it changed since.",
        dutch="In het bestand zit ook een vroegere versie van het document.",
        advice="Wie het bestand krijgt, kan die vroegere versie terughalen. Druk het "
        "opnieuw af naar PDF als dat niet mag.",
    ),
    Rule(
        code="catalog-switched",
        level=Level.WARN,
        english="A later revision starts from another catalog, as if it were another "
        "document.",
        dutch="Het bestand bevat twee documenten; het tweede heeft de plaats van het "
        "eerste ingenomen.",
        advice="Druk het document opnieuw af naar PDF.",
    ),
    Rule(
        code="signed-before",
        level=Level.ACCEPT,
        english="The document carries signatures already.",
        dutch="Het document is al door iemand ondertekend.",
        advice="Ga na of die handtekeningen geldig zijn: `digivl validate`.",
    ),
    Rule(
        code="changed-after-signature",
        level=Level.REFUSE,
        english="What came after a signature is not what signing adds.",
        dutch="Het document is gewijzigd nadat iemand het had ondertekend.",
        advice="Onderteken het niet; vraag de versie die de vorige ondertekenaar "
        "heeft ondertekend.",
    ),
    Rule(
        code="filled-after-signature",
        level=Level.WARN,
        english="Form fields were filled in after a signature, as it allowed.",
        dutch="Na een eerdere handtekening is er nog iets ingevuld.",
        advice="Vergelijk met de versie die de vorige ondertekenaar heeft ondertekend.",
    ),
    Rule(
        code="removed-signature",
        level=Level.REFUSE,
        english="An earlier revision holds a signature that is gone.",
        dutch="Uit het document is een handtekening verwijderd.",
        advice="Onderteken het niet; vraag de opsteller waarom.",
    ),
    Rule(
        code="certified",
        level=Level.WARN,
        english="The author certified the document: later changes are limited.",
        dutch="De opsteller heeft het document vergrendeld; niet elke wijziging is nog "
        "toegelaten.",
        advice="Ga na of er nog handtekeningen bij mogen.",
    ),
)

_MOST_SIGNATURES: Final = 50
_SERIOUS: Final = {Kind.ANNOTATION, Kind.PAGES, Kind.UNDEFINED}


def of_document(document: Document) -> Hits:
    """How the file came about."""
    yield from _versions(document)
    present = filled_fields(document.root)
    if present:
        yield Hit("signed-before", None, "", f"{len(present)} signatures")
    if certification(document.reader) is not None:
        yield Hit("certified", None, "", f"P={certification(document.reader)}")
    for _ in removed_fields(document.reader, present):
        yield Hit("removed-signature")
    for count, field in enumerate(present):
        document.budget.spend(1)
        if count == _MOST_SIGNATURES:
            yield Hit(
                "unreadable-object", None, "", "more signatures than are compared"
            )
            return
        yield from document.guarded(_after, field)


def _versions(document: Document) -> Hits:
    if len(document.roots) > 1:
        yield Hit("catalog-switched")
    changed = sum(1 for _ in _changed(document))
    if changed:
        yield Hit("earlier-version", None, "", f"{changed} objects changed since")


def _changed(document: Document) -> Iterator[int]:
    """Numbers of objects that a later revision defines anew."""
    xrefs = document.reader.xrefs
    known: dict[int, Any] = {}
    for revision in range(xrefs.total_revisions):
        data = xrefs.get_xref_data(revision)
        places: dict[int, Any] = {**data.standard_xrefs, **data.xrefs_in_objstm}
        for number, place in places.items():
            if known.get(number, place) != place:
                yield number
        known |= places


def _after(document: Document, field: SignatureField) -> Hits:
    embedded = EmbeddedPdfSignature(document.reader, field.field, field.name)
    embedded.compute_integrity_info(skip_diff=True)
    problem, changes = found_after(document.source, embedded)
    at = "{} {}".format(*field.reference) if field.reference else ""
    kinds = {change.kind for change in changes}
    if problem is not None or Kind.ANNOTATION in kinds:
        where = [change.where for change in changes if change.kind in _SERIOUS]
        told = "; ".join(where) or "what it locked, or certified"
        yield Hit("changed-after-signature", None, at, told)
    elif Kind.FILLED in kinds:
        yield Hit("filled-after-signature", None, at)
