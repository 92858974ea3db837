"""Reports of flows in which somebody signed at a service, in a session."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pytest

from digivl import Digivl
from digivl.documents.model import NOTA
from digivl.kernel.moments import utc_now
from digivl.pdf.expected import ExpectedSigner, NumberHash
from digivl.settings import Backend
from digivl.signing.evidence.model import Standing
from digivl.signing.evidence.people import Pinned
from digivl.signing.model import Signatory
from digivl.testing import route
from digivl.testing.csc import (
    ACCOUNT,
    CLIENT_ID,
    CLIENT_SECRET,
    REDIRECT_URI,
    CSCSimulator,
    Style,
    two_people,
)
from digivl.testing.csc_counter import csc_app
from digivl.testing.csc_people import MINISTER as NUMBER
from digivl.testing.csc_person import answers
from digivl.testing.papers import paper
from digivl.testing.route import Scene
from digivl.testing.serving import serving
from tests.signing.evidence.reporting import data, told_by


@pytest.fixture(name="vl")
def _vl(scene_at: Callable[..., Scene]) -> Iterator[Digivl]:
    """An office whose minister signs with itsme, and the service beside it."""
    now = utc_now()
    service = CSCSimulator(style=Style.ITSME, clock=lambda: now, people=two_people())
    with serving(csc_app(service)) as address:
        options = {
            "url": address + service.style.base,
            "client_id": CLIENT_ID,
            "client_secret_file": "csc.secret",
            "redirect_uri": REDIRECT_URI,
            "account_id": ACCOUNT,
        }
        remote = {"itsme": Backend(offer="csc", options=options)}
        vl = scene_at("opened", clock=lambda: now, remote=remote).vl
        (vl.folder / "csc.secret").write_text(CLIENT_SECRET)
        yield vl


def test_signed_in_a_session(vl: Digivl) -> None:
    """Who consented to what under one consent, with which certificate and timestamp."""
    people = [
        Signatory(party=route.PRESIDENT, means="minister-president"),
        Signatory(party=route.MINISTER, means="itsme"),
    ]
    flows = []
    for title in ("Besluit", "Bijlage"):
        document = vl.documents.add(
            "dossier-1",
            io.BytesIO(paper(title)),
            title=title,
            type=NOTA,
            by=route.CABINET,
        )
        flow = vl.signing.start(document.id, people, by=route.SECRETARIAT).id
        vl.signing.sign(flow, by=route.PRESIDENT)
        vl.signing.shown(flow, by=route.MINISTER, face="web")
        flows.append(flow)
    session = vl.signing_sessions.start_for(
        flows,
        by=route.MINISTER,
        expected=ExpectedSigner(number=NumberHash.of(NUMBER)),
        identified="ACM/IDM, itsme",
    )
    while session.record.url:
        answer = answers(session.record.url, "test-minister")
        session = vl.signing_sessions.came_back(session.id, answer, by=route.MINISTER)

    for flow in flows:
        told = vl.evidence.gather(flow, by=route.SECRETARIAT)
        text = told_by(told)
        assert (Standing.FINAL, ()) == (told.standing, told.differences)
        _, minister = told.participants
        assert (session.id, Pinned.GROWN, "B-T") == (
            minister.consent,
            minister.pinned,
            minister.level,
        )
        assert "Middel itsme: ondertekendienst op afstand" in text
        assert f"Eén akkoord voor meer {session.id}" in text
        assert "Hoe geïdentificeerd ACM/IDM, itsme" in text
        assert NUMBER not in f"{text} {data(told)}"
