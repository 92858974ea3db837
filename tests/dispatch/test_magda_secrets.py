"""What is personal stays in the body, also in logs and after a kill."""

from __future__ import annotations

import io
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from digivl.dispatch.magda import MagdaDocumentendienst
from digivl.dispatch.model import (
    Channel,
    Dispatch,
)
from digivl.testing.magda import CLIENT_ID, CLIENT_SECRET, Fault, MagdaSimulator

Draft = Callable[..., Dispatch]


SECRETS = ("85073003328", "85.07.30", "Test Persoon", "Albert")


@pytest.mark.parametrize("channel", list(Channel))
def test_nothing_personal_outside_the_body(
    mocked: Callable[..., MagdaDocumentendienst],
    draft: Draft,
    pdf: io.BytesIO,
    caplog: pytest.LogCaptureFixture,
    channel: Channel,
) -> None:
    """No header, no address and no log record tells who gets the document."""
    caplog.set_level(logging.DEBUG)
    outside: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        outside.append(f"{request.method} {request.url} {request.headers}")
        request.read()
        if request.method == "GET":
            return httpx.Response(200, json={"items": []})
        return httpx.Response(201, json={"messageId": "m1"})

    client, dispatch = mocked(answer), draft(channel=channel)
    client.submit(dispatch, pdf)
    client.find(dispatch)

    told = " ".join([*outside, *(record.getMessage() for record in caplog.records)])
    assert f'"{dispatch.key}"' in told
    assert not [secret for secret in SECRETS if secret in told]


def test_nothing_personal_in_logs_of_real_traffic(
    magda: MagdaDocumentendienst,
    draft: Draft,
    pdf: io.BytesIO,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Also the HTTP library at its most talkative tells nothing."""
    caplog.set_level(logging.DEBUG)
    dispatch = draft()
    magda.submit(dispatch, pdf)
    magda.find(dispatch)

    told = " ".join(record.getMessage() for record in caplog.records)

    assert "magda: POST answered 201" in told
    assert not [secret for secret in (*SECRETS, CLIENT_SECRET) if secret in told]


VICTIM = """
import io, sys
from datetime import UTC, datetime
sys.path.insert(0, {source!r})
from digivl.dispatch.magda import MagdaDocumentendienst
from digivl.dispatch.magda_wire import SenderProfile
from digivl.dispatch.model import *
from digivl.http.auth import ClientSecret
from digivl.kernel.identifiers import INSZ, EnterpriseNumber, OVOCode
from digivl.settings import Limits
import hashlib
content = b"%PDF-1.7 a decision"
client = MagdaDocumentendienst.connect(
    {url!r} + "/v1", {url!r}, ClientSecret({id!r}, {secret!r}),
    SenderProfile(organization=EnterpriseNumber("0316380841"),
                  application="urn:test", message_type="besluit"),
    Limits(), lambda: datetime.now(UTC))
client.submit(Dispatch(
    dossier="d1", document=hashlib.sha256(content).hexdigest(), signed=True,
    subject="Beslissing", sender=OVOCode("OVO002949"), channel=Channel.EBOX,
    recipient=Recipient.citizen(INSZ("85073003328"), name="An"), key={key!r},
), io.BytesIO(content))
"""


def test_client_that_is_killed_after_acceptance(
    magda: MagdaDocumentendienst,
    simulator: MagdaSimulator,
    url: str,
    draft: Draft,
    pdf: io.BytesIO,
) -> None:
    """The next process finds the message by its reference, and sends no second one."""
    dispatch = draft()
    object.__setattr__(simulator, "slow_seconds", 5.0)
    simulator.fail_next(Fault.SLOW)
    source = str(Path(sys.modules["digivl"].__file__ or "").parent.parent)
    script = VICTIM.format(
        source=source, url=url, id=CLIENT_ID, secret=CLIENT_SECRET, key=dispatch.key
    )
    victim = subprocess.Popen([sys.executable, "-c", script])
    deadline = time.monotonic() + 30
    while not simulator.accepted() and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()

    (message,) = simulator.accepted()
    found = magda.find(dispatch)

    assert found is not None
    assert message.message_id == found.message_id
    assert found.message_id == magda.submit(dispatch, pdf).message_id
    assert 1 == len(simulator.accepted())
