"""The MAGDA client against the simulator, over real HTTP on loopback."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import httpx
import pytest

from digivl.dispatch.magda import MagdaDocumentendienst
from digivl.dispatch.magda_wire import SenderProfile
from digivl.dispatch.model import (
    Channel,
    Dispatch,
    PostalAddress,
    Recipient,
)
from digivl.dispatch.provider import DeliveryProvider
from digivl.errors import (
    BackendRefusedError,
    BackendUnavailableError,
    ConfigurationError,
    CorruptDocumentError,
    LimitExceededError,
    OutcomeUnknownError,
    StorageError,
    UntrustworthyAnswerError,
)
from digivl.http.auth import ClientSecret
from digivl.kernel.identifiers import INSZ, EnterpriseNumber
from digivl.settings import Limits
from digivl.testing.magda import CLIENT_ID, CLIENT_SECRET, Fault, MagdaSimulator

Draft = Callable[..., Dispatch]


def test_it_is_a_provider(magda: MagdaDocumentendienst) -> None:
    """It fits the port, and serves both channels."""
    provider: DeliveryProvider = magda

    assert ("magda", frozenset(Channel)) == (provider.name, provider.channels)


def test_to_an_ebox(
    magda: MagdaDocumentendienst,
    simulator: MagdaSimulator,
    draft: Draft,
    pdf: io.BytesIO,
    now: Any,
) -> None:
    """An accepted message has an id and an end; the document arrived whole."""
    dispatch = draft()

    receipt = magda.submit(dispatch, pdf)

    (message,) = simulator.accepted()
    assert (message.message_id, now) == (receipt.message_id, receipt.at)
    assert receipt.expires_at is not None
    assert "" == receipt.code
    assert receipt.correlation_id == str(UUID(receipt.correlation_id))
    assert ("EBOX", dispatch.key, dispatch.reference) == (
        message.channel,
        message.key,
        message.reference,
    )
    assert [pdf.getvalue()] == [file.read_bytes() for file in message.documents]


def test_by_letter(
    magda: MagdaDocumentendienst,
    simulator: MagdaSimulator,
    draft: Draft,
    pdf: io.BytesIO,
    address: PostalAddress,
) -> None:
    """A letter has an id and no end; the print room gets the address."""
    recipient = Recipient.by_letter("Test Burger", address)

    receipt = magda.submit(draft(recipient=recipient, channel=Channel.PAPER), pdf)

    (message,) = simulator.accepted()
    assert receipt.expires_at is None
    assert "Test Burger" == message.message["recipientAddress"]["name"]


def test_ebox_that_was_never_opened_is_a_signal(
    magda: MagdaDocumentendienst, draft: Draft, pdf: io.BytesIO
) -> None:
    """The publication succeeded: no exception, but a code in the receipt."""
    number = EnterpriseNumber("0220916609")
    recipient = Recipient.enterprise(number, name="Voorbeeld vzw")

    assert "NO_DIGITAL_USER" == magda.submit(draft(recipient=recipient), pdf).code


@pytest.mark.parametrize(
    ("insz", "status", "reason"),
    [("94022722580", 400, "INVALID_INPUT"), ("17073003384", 404, "Not Found")],
)
def test_refused_recipient(
    magda: MagdaDocumentendienst,
    draft: Draft,
    pdf: io.BytesIO,
    insz: str,
    status: int,
    reason: str,
) -> None:
    """A refusal says why, in the words of the service but without the number."""
    recipient = Recipient.citizen(INSZ(insz), name="Test Burger")

    with pytest.raises(BackendRefusedError) as refusal:
        magda.submit(draft(recipient=recipient), pdf)

    assert (status, reason) == (refusal.value.status, refusal.value.reason)
    assert insz not in str(refusal.value)


@pytest.mark.parametrize(
    ("fault", "error", "accepted"),
    [
        (Fault.UNAVAILABLE, BackendUnavailableError, 0),
        (Fault.SERVER_ERROR, BackendUnavailableError, 0),
        (Fault.TOO_MANY, BackendUnavailableError, 0),
        (Fault.BAD_GATEWAY, OutcomeUnknownError, 0),
        (Fault.GATEWAY_TIMEOUT, OutcomeUnknownError, 1),
        (Fault.LOST_REPLY, OutcomeUnknownError, 1),
        (Fault.SLOW, OutcomeUnknownError, 1),
        (Fault.GARBLED, OutcomeUnknownError, 1),
    ],
)
def test_fault_and_what_comes_after(
    magda: MagdaDocumentendienst,
    simulator: MagdaSimulator,
    draft: Draft,
    pdf: io.BytesIO,
    fault: Fault,
    error: type[Exception],
    accepted: int,
) -> None:
    """After any fault, looking up tells the truth, and trying again sends once."""
    dispatch = draft()
    simulator.fail_next(fault)

    with pytest.raises(error):
        magda.submit(dispatch, pdf)

    found = magda.find(dispatch)
    assert accepted == (found is not None)
    assert accepted == len(simulator.accepted())
    receipt = magda.submit(dispatch, pdf)
    (message,) = simulator.accepted()
    assert message.message_id == receipt.message_id


def test_token_that_was_revoked(
    magda: MagdaDocumentendienst,
    simulator: MagdaSimulator,
    draft: Draft,
    pdf: io.BytesIO,
) -> None:
    """A 401 costs one more token and nothing else; the document goes whole."""
    simulator.fail_next(Fault.REVOKED)

    assert magda.submit(draft(), pdf).message_id
    assert 1 == len(simulator.accepted())


@pytest.mark.parametrize("mode", ["conflict", "replay"])
def test_same_key_gives_the_same_receipt(
    magda: MagdaDocumentendienst,
    simulator: MagdaSimulator,
    draft: Draft,
    pdf: io.BytesIO,
    mode: str,
) -> None:
    """Whatever the service does with a repeated key, one message goes out."""
    object.__setattr__(simulator, "idempotency", mode)
    dispatch = draft()

    first, again = magda.submit(dispatch, pdf), magda.submit(dispatch, pdf)

    assert (first.message_id, first.expires_at) == (again.message_id, again.expires_at)
    assert 1 == len(simulator.accepted())


def test_many_threads_with_one_key_send_one_message(
    magda: MagdaDocumentendienst, simulator: MagdaSimulator, draft: Draft
) -> None:
    """Two workers that both think it is theirs do no harm."""
    dispatch = draft()
    content = b"%PDF-1.7 a decision"

    with ThreadPoolExecutor(8) as pool:
        receipts = list(
            pool.map(lambda _: magda.submit(dispatch, io.BytesIO(content)), range(8))
        )

    assert 1 == len({receipt.message_id for receipt in receipts})
    assert 1 == len(simulator.accepted())


def test_service_that_forgets_keys_is_looked_up(
    magda: MagdaDocumentendienst,
    simulator: MagdaSimulator,
    draft: Draft,
    pdf: io.BytesIO,
) -> None:
    """Where keys do nothing, two messages under one reference are told, not hidden."""
    object.__setattr__(simulator, "idempotency", "ignored")
    dispatch = draft()
    magda.submit(dispatch, pdf)
    magda.submit(dispatch, pdf)

    with pytest.raises(UntrustworthyAnswerError, match="2 messages"):
        magda.find(dispatch)


def test_conflict_without_a_message_stays_unknown(
    mocked: Callable[..., MagdaDocumentendienst], draft: Draft, pdf: io.BytesIO
) -> None:
    """A key that was used, and no message to show for it: nobody sends again."""

    def answer(request: httpx.Request) -> httpx.Response:
        request.read()
        if request.method == "POST":
            return httpx.Response(409)
        return httpx.Response(200, json={"items": [{"messageId": "of another"}]})

    with pytest.raises(OutcomeUnknownError, match="key"):
        mocked(answer).submit(draft(), pdf)


@pytest.mark.parametrize(
    "said", [b"<html>", b"[]", b"{}", b'{"items": 3}', b'{"items": [1]}']
)
def test_look_up_that_makes_no_sense(
    mocked: Callable[..., MagdaDocumentendienst], draft: Draft, said: bytes
) -> None:
    """An answer that cannot be read is never taken for “not found”."""
    client = mocked(lambda _: httpx.Response(200, content=said))

    with pytest.raises(UntrustworthyAnswerError, match="magda"):
        client.find(draft())


def test_document_is_that_of_the_dispatch(
    magda: MagdaDocumentendienst, simulator: MagdaSimulator, draft: Draft
) -> None:
    """Other bytes than were decided upon never leave."""
    with pytest.raises(CorruptDocumentError):
        magda.submit(draft(), io.BytesIO(b"%PDF-1.7 another decision"))

    assert () == simulator.accepted()


def test_document_that_is_too_large(
    magda: MagdaDocumentendienst, simulator: MagdaSimulator, draft: Draft
) -> None:
    """The limit is the stricter reading of 30 MB, and is kept before sending."""
    with pytest.raises(LimitExceededError, match="30000000"):
        magda.submit(draft(), io.BytesIO(bytes(30_000_001)))

    assert () == simulator.accepted()


def test_document_that_cannot_be_read(
    magda: MagdaDocumentendienst, draft: Draft
) -> None:
    """A broken disk is told as such."""

    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(StorageError, match="Input/output"):
        magda.submit(draft(), Broken())


def test_client_that_is_not_let_in(
    url: str, profile: SenderProfile, draft: Draft, pdf: io.BytesIO, now: Any
) -> None:
    """A wrong secret is a matter of settings: the dispatch is not rejected for it."""
    client = MagdaDocumentendienst.connect(
        f"{url}/v1",
        url,
        ClientSecret(CLIENT_ID, "wrong"),
        profile,
        Limits(),
        lambda: now,
    )

    with pytest.raises(ConfigurationError, match="invalid_client"):
        client.submit(draft(), pdf)
    client.close()


def test_second_base_path(
    url: str, profile: SenderProfile, draft: Draft, pdf: io.BytesIO, now: Any
) -> None:
    """The wiki speaks of /v1/messages: it serves too."""
    proof = ClientSecret(CLIENT_ID, CLIENT_SECRET)
    client = MagdaDocumentendienst.connect(
        f"{url}/v1/", url, proof, profile, Limits(), lambda: now
    )
    dispatch = draft()

    assert client.submit(dispatch, pdf).message_id
    assert client.find(dispatch)
    client.close()
