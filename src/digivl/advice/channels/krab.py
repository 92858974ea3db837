"""The channel to KRAB, over HTTP: questions go out, events come back.

KRAB is the register of the Flemish government for advice of the Inspectie van Financiën
and budget agreements. How it speaks is assumed, in `digivl.advice.channels.krab_wire`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from typing import BinaryIO, Final

import attrs

from digivl.advice.channels import krab_wire as wire
from digivl.advice.channels.port import Opened
from digivl.advice.messages.message import Enclosure, Incoming, Outgoing, Receipt
from digivl.errors import (
    CorruptDocumentError,
    LimitExceededError,
    MalformedError,
    NotFoundError,
    OutcomeUnknownError,
)
from digivl.http.auth import ClientProof, service
from digivl.http.gateway import Gateway, Part
from digivl.settings import Limits

_CHUNK: Final = 1 << 20
_WHERE: Final = "Is this the base path of the service?"
#: Most pages that one round of collecting reads.
_MOST_PAGES: Final = 1_000


@attrs.frozen(kw_only=True)
class KrabChannel:
    """A channel over HTTP; see `digivl.advice.channels.port.AdviceChannel`.

    Attributes:
        gateway: Its base path, e.g. ``https://…/krab/v1``, and a token.
        clock: Gives the moment at which an answer came, with a zone.
        name: Name in the settings.
    """

    gateway: Gateway
    clock: Callable[[], datetime]
    name: str = "krab"

    @classmethod
    def connect(
        cls,
        base_url: str,
        token_url: str,
        proof: ClientProof,
        limits: Limits,
        clock: Callable[[], datetime],
        name: str = "krab",
    ) -> KrabChannel:
        """The usual set-up.

        Args:
            base_url: Base path of the service.
            token_url: The authorisation server, without the path of its endpoint.
            proof: How this client proves to it who it is.
            limits: Time-outs and the largest answer.
            clock: Gives the present moment, with a zone.
            name: Name in the settings.

        Raises:
            ConfigurationError: An address cannot be used.
        """
        scopes = (wire.SCOPE_ASK, wire.SCOPE_READ)
        gateway = service(
            *(name, base_url, token_url, wire.OAUTH_ENDPOINT, scopes, proof, limits)
        )
        return cls(gateway=gateway, clock=clock, name=name)

    @property
    def repeats(self) -> bool:
        """A key that was used before gives the first answer."""
        return True

    def send(self, message: Outgoing, opened: Opened) -> Receipt:
        """Upload the documents, then say it; see `AdviceChannel.send`."""
        for enclosure in message.enclosures:
            self._upload(enclosure, opened)
        answer = self.gateway.post(
            wire.MESSAGES,
            json=wire.message_json(message),
            # A string of RFC 8941 stands between double quotes.
            headers={wire.IDEMPOTENCY_KEY: f'"{message.key}"'},
            once=True,
        )
        try:
            reference = wire.read_reference(answer.json())
        except MalformedError as cause:
            raise OutcomeUnknownError(
                self.name,
                f"status {answer.status}, but {cause}",
                hint="It is sent again under the same key.",
                correlation_id=answer.correlation_id,
            ) from cause
        return Receipt(
            at=self.clock(),
            reference=reference,
            correlation_id=answer.correlation_id,
        )

    def collect(self) -> Iterator[Incoming]:
        """All events that were not confirmed, page by page."""
        after: str | None = ""
        for _ in range(_MOST_PAGES):
            params = {wire.AFTER: after} if after else None
            answer = self.gateway.get(wire.EVENTS, params=params)
            with self.gateway.reading(answer, _WHERE):
                page = wire.read_page(answer.json())
                if page.next is not None and page.next == after:
                    raise MalformedError("the next page is this one", hint=_WHERE)
            yield from page.messages
            after = page.next
            if after is None:
                return

    @contextmanager
    def opened(self, message: Incoming) -> Generator[BinaryIO, None, None]:
        """The PDF of an answer, once its bytes are what the answer named."""
        if not message.file:
            raise NotFoundError(
                f"no document came with message {message.id}",
                hint="Only a message that names a `file` has one.",
            )
        answer = self.gateway.get(f"{wire.DOCUMENTS}/{message.file}")
        with self.gateway.reading(answer, _WHERE):
            if hashlib.sha256(answer.body).hexdigest() != message.file:
                raise MalformedError(
                    "these are not the bytes that were named", hint=_WHERE
                )
        yield BytesIO(answer.body)

    def confirm(self, message: Incoming, *, apart: bool) -> None:
        """The event need not come again; see `AdviceChannel.confirm`."""
        del apart  # it is ours to look at, not theirs
        self.gateway.post(wire.CONFIRMATIONS, json={wire.IDS: [message.id]})

    def close(self) -> None:
        """Let go of the connections."""
        self.gateway.close()

    def _upload(self, enclosure: Enclosure, opened: Opened) -> None:
        with opened(enclosure.sha256) as pdf:
            _check(enclosure, pdf)
            digest = enclosure.sha256.encode()
            form = (
                Part(name=wire.SHA256, content=digest, media_type="text/plain"),
                Part(
                    name=wire.FILE,
                    content=pdf,
                    media_type="application/pdf",
                    filename=f"{enclosure.sha256}.pdf",
                ),
            )
            self.gateway.post(wire.DOCUMENTS, multipart=form)


def _check(enclosure: Enclosure, pdf: BinaryIO) -> None:
    """Refuse bytes that are too many, or not those of the document; rewinds."""
    digest, size = hashlib.sha256(), 0
    pdf.seek(0)
    while chunk := pdf.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
        if size > wire.LARGEST:
            raise LimitExceededError(
                f"{enclosure.title!r} is larger than {wire.LARGEST} bytes",
                hint="Make its images smaller.",
            )
    if digest.hexdigest() != enclosure.sha256:
        raise CorruptDocumentError(
            f"these are not the bytes of document {enclosure.sha256[:12]}…",
            hint="Put the document back from a backup, or add it again.",
        )
    pdf.seek(0)
