"""Programs by others judge the CSC simulator, and what we sign there."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import attrs
import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers import csc_signer
from pyhanko.sign.validation import ades

from digivl import Digivl
from digivl.kernel.parties import Party, Role
from digivl.office import open_office
from digivl.pdf.bridge import run_coroutine
from digivl.pdf.levels import Level
from digivl.settings import Backend, SigningSettings
from digivl.signing.csc import wire
from digivl.signing.session import Order, SessionState
from digivl.testing.csc import (
    CLIENT_ID,
    CLIENT_SECRET,
    REDIRECT_URI,
    CSCSimulator,
    Granted,
    Pending,
    Style,
)
from digivl.testing.csc_counter import csc_app
from digivl.testing.csc_person import answers
from digivl.testing.papers import paper
from digivl.testing.serving import serving
from tests.interop.test_levels import passes_with_time, spec

if TYPE_CHECKING:
    from digivl.testing.pki import PKI

    Judge = Callable[..., str]

pytestmark = pytest.mark.interop
_WHO = "test-minister"


@pytest.fixture(name="served")
def _served() -> Iterator[tuple[CSCSimulator, str]]:
    """Version 1.0.4, with PIN and code, and its address."""
    simulator = CSCSimulator(style=Style.V1, explicit=True)
    with serving(csc_app(simulator)) as address:
        yield simulator, address


def bearer(simulator: CSCSimulator) -> str:
    """A token of somebody who has said who it is."""
    service = Pending(
        client=CLIENT_ID, scope=wire.SCOPE_SERVICE, state="", redirect_uri=""
    )
    until = simulator.now() + timedelta(hours=1).total_seconds()
    return simulator.grant(Granted(pending=service, holder=_WHO, until=until))


class PinAndCode(csc_signer.CSCAuthorizationManager):
    """Consent by PIN and code, as that client leaves it to its user."""

    def __init__(self, session: Any, *given: Any) -> None:
        super().__init__(*given)
        self.session = session

    async def authorize_signature(self, hash_b64s: list[str]) -> Any:
        """Ask for a consent to these digests."""
        body = self.format_csc_auth_request(
            num_signatures=len(hash_b64s), pin="1234", otp="987654", hash_b64s=hash_b64s
        )
        url = self.csc_session_info.endpoint_url("credentials/authorize")
        async with self.session.post(
            url, headers=self.auth_headers, json=body, raise_for_status=True
        ) as response:
            return self.parse_csc_auth_response(await response.json())


async def _signed_by_pyhanko(address: str, token: str) -> bytes:

    info = csc_signer.CSCServiceSessionInfo(
        service_url=address, credential_id=_WHO, oauth_token=token
    )
    async with aiohttp.ClientSession() as session:
        credential = await csc_signer.fetch_certs_in_csc_credential(session, info)
        signer = csc_signer.CSCSigner(session, PinAndCode(session, info, credential))
        metadata = PdfSignatureMetadata(field_name="Sig", md_algorithm="sha256")
        made: Any = await PdfSigner(metadata, signer).async_sign_pdf(
            IncrementalPdfFileWriter(io.BytesIO(paper()))
        )
    content: bytes = made.getvalue()
    return content


def test_pyhanko_signs_at_the_simulator(
    served: tuple[CSCSimulator, str], judge: Judge, tmp_path: Path
) -> None:
    """The client of pyHanko 0.38, of version 1, finds all that it wants there."""
    simulator, address = served
    signed = tmp_path / "signed.pdf"

    signed.write_bytes(asyncio.run(_signed_by_pyhanko(address, bearer(simulator))))

    said = judge("pdfsig", "-nocert", signed)
    assert 1 == said.count("- Signature Validation: Signature is Valid.")
    assert 1 == len(simulator.signed)


@pytest.mark.parametrize("style", Style)
def test_pdfsig_on_what_we_sign_there(
    style: Style, judge: Judge, tmp_path: Path
) -> None:
    """Poppler: valid, over the total document, with each version of the API."""
    simulator = CSCSimulator(style=style)
    me = Party("minister", "Vlaams minister", Role.MINISTER)
    Digivl.create(tmp_path / "office").close()
    (tmp_path / "office" / "secret").write_text(CLIENT_SECRET)
    with serving(csc_app(simulator)) as address:
        options = {
            "url": address + style.base,
            "client_id": CLIENT_ID,
            "client_secret_file": "secret",
            "redirect_uri": REDIRECT_URI,
            "account_id": "digivl-account",
            "most_at_once": "70",
        }

        settings = attrs.evolve(
            open_office(tmp_path / "office"),
            remote={"itsme": Backend(offer="csc", options=options)},
        )
        with Digivl.from_settings(settings, folder=tmp_path / "office") as vl:
            orders = [
                Order(
                    sha256=vl.documents.keep(io.BytesIO(paper(f"Besluit {n}"))).sha256,
                    label=f"Besluit {n}",
                )
                for n in range(3)
            ]
            entry = vl.signing_sessions.start(
                orders, means="itsme", expected=None, by=me
            )
            while entry.record.url:
                answer = answers(entry.record.url, _WHO)
                entry = vl.signing_sessions.came_back(entry.id, answer, by=me)
            assert SessionState.SIGNED is entry.record.state
            for piece in entry.record.pieces:
                target = tmp_path / f"{piece.signed}.pdf"
                with vl.documents.opened(piece.signed) as file:
                    target.write_bytes(file.read())
                said = judge("pdfsig", "-nocert", target)
                assert 1 == said.count("- Signature Validation: Signature is Valid.")
                assert 1 == said.count("- Total document signed")
                assert 1 == said.count("ETSI.CAdES.detached")


@pytest.fixture(name="lasting")
def _lasting(pki: PKI, tmp_path: Path) -> Callable[[Level], Path]:
    """A document that two people of a real authority signed, in a session each."""

    def made(level: Level) -> Path:
        office = tmp_path / f"office-{level}"
        Digivl.create(office).close()
        (office / "secret").write_text(CLIENT_SECRET)
        me = Party("minister", "Vlaams minister", Role.MINISTER)
        people = {who: pki.keyholder(who, "issuing") for who in ("signer", "crl-only")}
        simulator = CSCSimulator(style=Style.V1, people=people)
        with serving(csc_app(simulator)) as address:
            options = {
                "url": address + simulator.style.base,
                "client_id": CLIENT_ID,
                "client_secret_file": "secret",
                "redirect_uri": REDIRECT_URI,
                "account_id": "digivl-account",
            }
            authority = Backend(offer="rfc3161", options={"url": pki.tsa()})
            settings = attrs.evolve(
                open_office(office),
                remote={"itsme": Backend(offer="csc", options=options)},
                authorities={"tsa": authority},
                trust=(str(pki.root_pem()),),
                signing=SigningSettings(level=level, private_hosts=("127.0.0.1",)),
            )
            with Digivl.from_settings(settings, folder=office) as vl:
                sha256 = vl.documents.keep(io.BytesIO(paper())).sha256
                for who in people:
                    order = Order(sha256=sha256, label="Besluit", field=who)
                    entry = vl.signing_sessions.start(
                        [order], means="itsme", expected=None, by=me
                    )
                    while entry.record.url:
                        answer = answers(entry.record.url, who)
                        entry = vl.signing_sessions.came_back(entry.id, answer, by=me)
                    sha256 = entry.record.pieces[0].signed
                with vl.documents.opened(sha256) as file:
                    target = tmp_path / f"{level}.pdf"
                    target.write_bytes(file.read())
        return target

    return made


@pytest.mark.parametrize("level", [Level.B_LT, Level.B_LTA])
def test_pdfsig_on_sessions_that_last(
    lasting: Callable[[Level], Path], level: Level, judge: Judge
) -> None:
    """Poppler: both signatures, and what came behind them breaks neither."""
    file = lasting(level)

    said = judge("pdfsig", "-nocert", file)
    assert 2 == said.count("- Signature Validation: Signature is Valid.")
    assert "No syntax or stream encoding errors" in judge("qpdf", "--check", file)


@pytest.mark.parametrize("level", [Level.B_LT, Level.B_LTA])
def test_dss_on_sessions_that_last(
    lasting: Callable[[Level], Path],
    level: Level,
    java_judge: Callable[..., list[list[str]]],
    pki: PKI,
) -> None:
    """DSS with its own policy, with what the file holds alone: passed, that level."""
    said = java_judge("dss", "--strict", pki.root_pem(), lasting(level))

    signatures = [one for one in said if one[0] == "signature"]
    wanted = f"PAdES-BASELINE-{level.removeprefix('B-')}"
    assert [("TOTAL_PASSED", wanted)] * 2 == [(one[2], one[4]) for one in signatures]
    stamps = [one for one in said if one[0] == "timestamp"]
    assert {"PASSED"} == {one[2] for one in stamps}, stamps


def test_pyhanko_on_sessions_that_last(
    lasting: Callable[[Level], Path], pki: PKI
) -> None:
    """EN 319 102-1 by pyHanko: 5.5 at B-LT, 5.6.3 at B-LTA, with the file alone."""
    content = lasting(Level.B_LT).read_bytes()
    assert ["PASSED"] * 2 == passes_with_time(content, pki)
    reader = PdfFileReader(io.BytesIO(lasting(Level.B_LTA).read_bytes()))
    for one in reader.embedded_regular_signatures:
        found = run_coroutine(ades.ades_lta_validation(one, spec(pki)))
        assert "PASSED" == found.ades_subindic.status.name, found.ades_subindic
    assert 2 == len(reader.embedded_regular_signatures)
