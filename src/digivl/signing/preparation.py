"""Prepares the documents of a session, each for itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import attrs

from digivl.documents.disk import scratch
from digivl.documents.service import Documents
from digivl.errors import DigivlError, MalformedError
from digivl.pdf.digests import Digest
from digivl.pdf.phases import Prepared, attributes_to_sign, prepare
from digivl.pdf.reading import Source, opened
from digivl.pdf.spec import Identity, SignatureSpec
from digivl.settings import Limits
from digivl.signing.remote import ToSign
from digivl.signing.session import Order, Piece


@attrs.frozen(kw_only=True)
class Preparation:
    """How documents are prepared.

    Attributes:
        documents: Where they come from, and go to.
        look: Looks for what a signer cannot see; see `FileSigning.look`.
        digest: With which algorithm they will be signed.
        at: The claimed moment.
        lifetime: How long the signature can be completed.
        limits: Largest document.
    """

    documents: Documents
    look: Callable[[Source, Mapping[str, str]], object]
    digest: Digest
    at: datetime
    lifetime: timedelta
    limits: Limits

    def piece(self, order: Order) -> Piece:
        """One document, prepared; or with the error that it cannot be."""
        piece = Piece(order=order)
        try:
            return self._prepared(piece)
        except DigivlError as error:
            return piece.failed(error)

    def _prepared(self, piece: Piece) -> Piece:
        order = piece.order
        spec = SignatureSpec(field=order.field, reason=order.reason, digest=self.digest)
        with self.documents.opened(order.sha256) as source, scratch() as target:
            document = opened(source, self.limits)
            # What a flow puts up was looked at when it was.
            if order.flow is None:
                self.look(document, order.accepted)
            made = prepare(
                document,
                target,
                spec,
                at=self.at,
                limits=self.limits,
                lifetime=self.lifetime,
            )
            target.seek(0)
            stored = self.documents.store.put(target)
        return attrs.evolve(piece, prepared=made.to_json(), file=stored.sha256)


def check_any(pieces: Sequence[Piece]) -> None:
    """Refuse to send somebody away for nothing.

    Raises:
        MalformedError: None of the documents can be signed.
    """
    if not any(piece.is_open for piece in pieces):
        raise MalformedError(
            f"none of the documents can be signed: {pieces[0].why}",
            hint="Mend the documents, and begin again.",
        )


def to_sign(piece: Piece, identity: Identity) -> ToSign:
    """What a person signs of a document: the digest of its attributes.

    Args:
        piece: A document that was prepared.
        identity: Who signs.
    """
    prepared = Prepared.from_json(piece.prepared)
    message = attributes_to_sign(prepared, identity)
    return ToSign(label=piece.order.label, digest=prepared.digest.of(message))
