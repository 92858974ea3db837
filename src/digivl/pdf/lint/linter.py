"""Runs all rules over one document."""

from __future__ import annotations

import hashlib
from typing import BinaryIO, Final

from digivl.pdf.lint import (
    actions,
    annotations,
    attachments,
    drawing,
    edges,
    forms,
    history,
    layers,
    outside,
    shadows,
)
from digivl.pdf.lint.report import Gathering, LintReport
from digivl.pdf.lint.rules import RULES
from digivl.pdf.lint.walk import Budget, Document
from digivl.pdf.reading import opened, readable
from digivl.settings import Limits

_OF_NODE: Final = (actions.of_node, outside.of_node, attachments.of_node, layers.of_node)
_OF_PAGE: Final = (drawing.of_page, annotations.of_page, shadows.of_page)
#: In this order: what is unused is known when everything else was looked at.
_OF_DOCUMENT: Final = (
    layers.of_document,
    forms.of_document,
    edges.of_document,
    history.of_document,
    drawing.of_document,
    shadows.of_document,
)


def lint(source: BinaryIO, limits: Limits) -> LintReport:
    """Look for what a signer cannot see, or what can change after signing.

    Nothing is judged here: `digivl.signing.lintpolicy` says what may be signed.

    Args:
        source: The PDF; seekable.
        limits: `pdf_bytes`, `pdf_pages`, `lint_objects` and `lint_seconds` count here.

    Raises:
        UnreadablePDFError: Not a PDF, empty, truncated or damaged.
        EncryptedPDFError: It is protected: what is in it cannot be seen.
        LimitExceededError: Larger, deeper or slower than is let in.
    """
    reader = opened(source, limits)
    document = Document(source, reader, limits, Budget.of(limits))
    found = Gathering()
    with readable():
        pages = list(document.pages())
        for page in pages:
            for node in document.nodes_of(page):
                for check in _OF_NODE:
                    found.add(document.guarded(check, node))
            for check in _OF_PAGE:
                found.add(document.guarded(check, page))
        for node in document.other_nodes():
            for check in _OF_NODE:
                found.add(document.guarded(check, node))
        for check in _OF_DOCUMENT:
            found.add(document.guarded(check))
        found.add(document.met())
        source.seek(0)
        sha256 = hashlib.file_digest(source, "sha256").hexdigest()
    return LintReport(
        sha256=sha256, pages=len(pages), findings=found.findings(RULES)
    )
