"""Runs all rules over one document."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from typing import BinaryIO, Final

from digivl.pdf.lint import (
    actions,
    attachments,
    drawing,
    edges,
    forms,
    history,
    layers,
    notes,
    outside,
    shadows,
)
from digivl.pdf.lint.report import Gathering, LintReport
from digivl.pdf.lint.rule import Hits
from digivl.pdf.lint.rules import RULES
from digivl.pdf.lint.walk import Document, Node
from digivl.pdf.reading import Source, readable
from digivl.settings import Limits

# Its warnings say again what the findings say.
logging.getLogger("pyhanko").addHandler(logging.NullHandler())

_CHUNK_BYTES: Final = 1 << 20
_OF_NODE: Final = (
    actions.of_node,
    outside.of_node,
    attachments.of_node,
    layers.of_node,
)
_OF_PAGE: Final = (drawing.of_page, notes.of_page, shadows.of_page)
#: In this order: what is unused is known when everything else was looked at.
_OF_DOCUMENT: Final = (
    layers.of_document,
    forms.of_document,
    edges.of_document,
    history.of_document,
    drawing.of_document,
    shadows.of_document,
)


def lint(source: Source, limits: Limits) -> LintReport:
    """Look for what a signer cannot see, or what can change after signing.

    Nothing is judged here: `digivl.signing.lintpolicy` says what may be signed.

    Args:
        source: The PDF, seekable; or opened before.
        limits: `pdf_bytes`, `pdf_pages`, `lint_objects` and `lint_seconds` count here.

    Raises:
        UnreadablePDFError: Not a PDF, empty, truncated or damaged.
        EncryptedPDFError: It is protected: what is in it cannot be seen.
        LimitExceededError: Larger, deeper or slower than is let in.
    """
    document = Document.opened(source, limits)
    found = Gathering()
    with readable():
        pages = list(document.pages())
        for page in pages:
            found.add(_of_nodes(document, document.nodes_of(page)))
            for of_page in _OF_PAGE:
                found.add(document.guarded(of_page, page))
        found.add(_of_nodes(document, document.other_nodes()))
        for of_document in _OF_DOCUMENT:
            found.add(document.guarded(of_document))
        found.add(document.met())
        sha256 = _sha256(document.source)
    return LintReport(sha256=sha256, pages=len(pages), findings=found.findings(RULES))


def _of_nodes(document: Document, nodes: Iterable[Node]) -> Hits:
    for node in nodes:
        for of_node in _OF_NODE:
            yield from document.guarded(of_node, node)


def _sha256(source: BinaryIO) -> str:
    digest = hashlib.sha256()
    source.seek(0)
    while chunk := source.read(_CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()
