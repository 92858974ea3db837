"""MAGDA Documentendienst: to the eBox of citizens and enterprises, and by letter."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import BinaryIO, Final

import attrs

from digivl.dispatch import magda_wire as wire
from digivl.dispatch.model import Channel, DeliveryStatus, Dispatch, Receipt
from digivl.errors import (
    BackendRefusedError,
    CorruptDocumentError,
    LimitExceededError,
    MalformedError,
    OutcomeUnknownError,
    StorageError,
)
from digivl.http.auth import ClientProof, service
from digivl.http.gateway import Gateway, Part
from digivl.settings import Limits

_CHUNK: Final = 1 << 20
_WHERE: Final = "Is this the base path of the Documentendienst?"


@attrs.frozen(kw_only=True)
class MagdaDocumentendienst:
    """A delivery provider over the REST API of the MAGDA Documentendienst.

    Attributes:
        gateway: Its base path, e.g. ``https://…/api/v1/messages``, and a token.
        profile: Under which names the sender is known there.
        clock: Gives the moment at which an answer came, with a zone.
        name: Name in the settings.
    """

    gateway: Gateway
    profile: wire.SenderProfile
    clock: Callable[[], datetime]
    name: str = "magda"

    @classmethod
    def connect(
        cls,
        base_url: str,
        token_url: str,
        proof: ClientProof,
        profile: wire.SenderProfile,
        limits: Limits,
        clock: Callable[[], datetime],
        name: str = "magda",
    ) -> MagdaDocumentendienst:
        """The usual set-up.

        Args:
            base_url: Base path of the service, without ``/messages`` of the operation.
            token_url: The authorisation server, without the path of its endpoint.
            proof: How this client proves to it who it is.
            profile: Under which names the sender is known.
            limits: Time-outs and the largest answer.
            clock: Gives the present moment, with a zone.
            name: Name in the settings.

        Raises:
            ConfigurationError: An address cannot be used.
        """
        scopes = (wire.SCOPE_POST, wire.SCOPE_READ)
        gateway = service(
            *(name, base_url, token_url, wire.OAUTH_ENDPOINT, scopes, proof, limits)
        )
        return cls(gateway=gateway, profile=profile, clock=clock, name=name)

    @property
    def channels(self) -> frozenset[Channel]:
        """All channels of which the rules are known."""
        return frozenset(Channel)

    def submit(self, dispatch: Dispatch, pdf: BinaryIO) -> Receipt:
        """Send one message with one document; see `DeliveryProvider.submit`."""
        form = (self._message(dispatch), _document(dispatch, pdf))
        try:
            answer = self.gateway.post(
                wire.MESSAGES,
                multipart=form,
                # A string of RFC 8941 stands between double quotes.
                headers={wire.IDEMPOTENCY_KEY: f'"{dispatch.key}"'},
                once=True,
            )
        except BackendRefusedError as refusal:
            if refusal.status != wire.CONFLICT:
                raise
            return self._accepted_before(dispatch, refusal)
        try:
            return wire.receipt(answer.json(), self.clock(), answer.correlation_id)
        except MalformedError as cause:
            raise OutcomeUnknownError(
                self.name,
                f"status {answer.status}, but no receipt: {cause}",
                hint="Look it up by its own reference before sending it again.",
                correlation_id=answer.correlation_id,
            ) from cause

    def find(self, dispatch: Dispatch) -> Receipt | None:
        """Look up by own reference; see `DeliveryProvider.find`.

        Raises:
            UntrustworthyAnswerError: More than one message under one reference: a
                person has to look, before a second letter goes out.
        """
        params = {wire.REFERENCE: dispatch.reference}
        answer = self.gateway.get(wire.MESSAGES, params=params)
        with self.gateway.reading(answer, _WHERE):
            messages = wire.found(answer.json(), dispatch)
            if len(messages) > 1:
                raise MalformedError(f"{len(messages)} messages have one reference")
            receipts = [
                wire.receipt(message, self.clock(), answer.correlation_id)
                for message in messages
            ]
        return receipts[0] if receipts else None

    def status(self, dispatches: Iterable[Dispatch]) -> Iterator[DeliveryStatus]:
        """Ask in batches of one channel and one kind of eBox; 500, or 1 on paper."""
        for batch in _batches(dispatches):
            request = wire.status_request(batch)
            answer = self.gateway.post(wire.STATUS_REQUEST, json=request)
            asked = {dispatch.message_id for dispatch in batch}
            with self.gateway.reading(answer, _WHERE):
                statuses = wire.statuses(
                    *(answer.json(), batch[0].channel),
                    *(self.clock(), answer.correlation_id),
                )
            yield from (status for status in statuses if status.message_id in asked)

    def close(self) -> None:
        """Let go of the connections."""
        self.gateway.close()

    def _message(self, dispatch: Dispatch) -> Part:
        message = wire.message_json(dispatch, self.profile)
        return Part(
            name=wire.MESSAGE_PART,
            content=json.dumps(message, ensure_ascii=False).encode(),
            media_type="application/json",
        )

    def _accepted_before(
        self, dispatch: Dispatch, refusal: BackendRefusedError
    ) -> Receipt:
        receipt = self.find(dispatch)
        if receipt is None:
            raise OutcomeUnknownError(
                self.name,
                "the key was received before, but no message has our reference",
                hint="Ask its help desk what became of it, then decide.",
                correlation_id=refusal.correlation_id,
            ) from refusal
        return receipt


def _document(dispatch: Dispatch, pdf: BinaryIO) -> Part:
    """The PDF as a part, once it is sure that it is this document and not too large."""
    try:
        sha256 = _hashed(pdf)
    except OSError as cause:
        raise StorageError(f"the document cannot be read: {cause.strerror}") from cause
    if sha256 != dispatch.document:
        raise CorruptDocumentError(
            f"these are not the bytes of document {dispatch.document[:12]}…"
        )
    name = wire.file_name(dispatch.subject)
    return Part(name=wire.FILE_PART, content=pdf, media_type=wire.PDF, filename=name)


def _hashed(pdf: BinaryIO) -> str:
    digest, size = hashlib.sha256(), 0
    pdf.seek(0)
    while chunk := pdf.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
        if size > wire.MOST_BYTES:
            raise LimitExceededError(
                f"the document is larger than {wire.MOST_BYTES} bytes",
                hint="Make its images smaller before it is signed.",
            )
    return digest.hexdigest()


def _batches(dispatches: Iterable[Dispatch]) -> Iterator[list[Dispatch]]:
    waiting: dict[tuple[Channel, bool], list[Dispatch]] = {}
    for dispatch in filter(_can_be_asked, dispatches):
        alike = (dispatch.channel, dispatch.recipient.insz is None)
        batch = waiting.setdefault(alike, [])
        batch.append(dispatch)
        if len(batch) == wire.BATCH[dispatch.channel]:
            yield waiting.pop(alike)
    yield from waiting.values()


def _can_be_asked(dispatch: Dispatch) -> bool:
    # An eBox is asked for by its number, which may have been erased since.
    insz = dispatch.recipient.insz
    erased = insz is not None and insz.is_erased
    by_number = dispatch.channel is Channel.EBOX
    return dispatch.message_id is not None and not (by_number and erased)
