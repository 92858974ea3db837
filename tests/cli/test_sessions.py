"""The commands `digivl session …`, with a person at a service on loopback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import attrs
import pytest
from typer.testing import CliRunner

from digivl.cli.commands import app
from digivl.testing.crafted import LINE, crafted
from digivl.testing.csc import CSCSimulator, Style
from digivl.testing.csc_counter import csc_app
from digivl.testing.csc_person import CANCEL, answers
from digivl.testing.papers import paper
from digivl.testing.serving import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Run = Callable[..., Any]

NUMBER = "85073003328"
#: What the person at the simulator knows, and what it is sent.
SECRETS = {"PIN": "1234", "OTP": "987654"}
SETTINGS = """
[remote.itsme]
offer = "csc"
url = "{url}"
client_id = "digivl-simulator"
client_secret_file = "keys/itsme.secret"
account_id = "digivl-account"
redirect_uri = "http://127.0.0.1:8000/terug"
most_at_once = 70
{more}"""


@attrs.frozen
class Office:
    """An office with a remote means, and who has to sign."""

    folder: Path
    run: Run

    def __call__(self, *words: object) -> Any:
        """Run a command about sessions."""
        return self.run("session", *words, "--office", self.folder, "--json")

    @property
    def signer(self) -> tuple[str, Path]:
        """The option that says who has to sign."""
        return "--signer", self.folder / "wie.json"

    def come_back(self, session: str, choice: str = "test-minister") -> Any:
        """The person goes where it is sent, chooses, and comes back."""
        url = self("show", session).line["url"]
        address = f"http://127.0.0.1:8000/terug?{urlencode(answers(url, choice))}"
        return self("back", session, address)


def opened(folder: Path, run: Run, url: str, more: str = "") -> Office:
    """The office, told of a service."""
    (folder / "keys" / "itsme.secret").write_text("no-secret-at-all")
    (folder / "wie.json").write_text(json.dumps({"insz": NUMBER}))
    with (folder / "digivl.toml").open("a") as settings:
        settings.write(SETTINGS.format(url=url, more=more))
    return Office(folder, run)


@pytest.fixture(name="office")
def _office(run: Run, empty: Path) -> Iterator[Office]:
    """An office whose people sign at a service like itsme."""
    with serving(csc_app(CSCSimulator())) as url:
        yield opened(empty, run, f"{url}/csc/v1")


def test_files(office: Office, pdf: Path) -> None:
    """From the first visit to the signed files; cancelled once on the way."""
    other = pdf.with_name("ander.pdf")
    other.write_bytes(paper("Ander"))
    begun = office("start", pdf, other, "--means", "itsme", *office.signer).line
    session = begun["session"][:8]
    assert ("IDENTIFYING", True) == (begun["state"], bool(begun["url"]))
    assert "CONSENTING" == office.come_back(session).line["state"]
    assert 1 == len(office("show").lines)
    cancelled = office.come_back(session, CANCEL)
    assert (2, "signing-cancelled") == (cancelled.status, cancelled.line["error"])
    assert office("again", session).line["url"]
    done = office.come_back(session)

    assert (0, "SIGNED") == (done.status, done.line["state"])
    assert ["B-T", "B-T"] == [one["level"] for one in done.line["documents"]]
    assert [] == office("show").lines
    out = office.folder / "getekend"
    saved = office("save", session, "--out", out)
    assert {"nota.pdf", "ander.pdf"} == {file.name for file in out.iterdir()}
    assert 0 == saved.status
    again = office("save", session, "--out", out)
    assert (2, True) == (again.status, "overwritten" in again.line["text"])


def test_in_words(office: Office, pdf: Path, run: Run) -> None:
    """People read where to go, what then, and how it stands."""
    here = ("--office", office.folder)
    begun = run("session", "start", pdf, "--means", "itsme", "--anybody", *here)
    assert "identificatie gevraagd" in begun.out
    assert "gaat met een browser naar:\nhttp://127.0.0.1" in begun.out
    (one,) = office("show").lines
    session = one["session"]
    assert "0 van 1 getekend" in run("session", "show", *here).out
    office.come_back(session)
    with pytest.raises(AssertionError):
        assert office.come_back(session, CANCEL).status == 0
    assert "session again" in run("session", "show", session, *here).out
    aborted = run("session", "abort", session, "--why", "ander stuk", *here)
    assert (0, True) == (aborted.status, "stopgezet" in aborted.out)
    missing = run("session", "save", session, "--out", office.folder / "x", *here)
    assert (1, True) == (missing.status, "nog niet getekend" in missing.out)
    assert "Ondertekensessie stopzetten" in run("history", session, *here).out
    assert 0 == run("show", session, *here).status
    assert 2 != run("doctor", *here).status


def test_flows_that_wait(office: Office, run: Run, pdf: Path) -> None:
    """Without ids it is everything that waits for somebody; each is signed."""
    here = ("--office", office.folder)
    other = pdf.with_name("ander.pdf")
    other.write_bytes(paper("Ander"))
    added = run("add", pdf, other, *here, "--json").lines
    names = [one["document"] for one in added]
    means = ("--means", "itsme=Minister van Jeugd")
    flows = [
        one["flow"]
        for one in run("flow", "start", *names, *means, *here, "--json").lines
    ]
    who = ("--as", "Minister van Jeugd")
    begun = office("flows", *who, *office.signer, "--identified", "ACM/IDM").line
    assert set(flows) == {one["flow"] for one in begun["documents"]}
    office.come_back(begun["session"])
    done = office.come_back(begun["session"])

    assert (0, "SIGNED") == (done.status, done.line["state"])
    for flow in flows:
        assert "SIGNED" == run("flow", "show", flow, *here, "--json").line["state"]
    nothing = office("flows", *who, "--anybody")
    assert (2, "not-found") == (nothing.status, nothing.line["error"])


def test_flow_that_moved_on(office: Office, run: Run, pdf: Path) -> None:
    """Named by its id; cancelled meanwhile it fails by itself, and the status is 1."""
    here = ("--office", office.folder)
    document = run("add", pdf, *here, "--json").line["document"]
    start = ("flow", "start", document, "--means", "itsme=Minister", *here, "--json")
    flow = run(*start).line["flow"]
    session = office("flows", flow[:8], "--as", "Minister", *office.signer).line[
        "session"
    ]
    office.come_back(session)
    run("flow", "cancel", flow, "fout bedrag", *here)
    done = office.come_back(session)

    assert (1, "FAILED") == (done.status, done.line["state"])
    (document,) = done.line["documents"]
    assert "step-not-allowed" == document["error"]
    assert "niet getekend" in run("session", "show", session, *here).out


def test_somebody_else(office: Office, pdf: Path) -> None:
    """Who was not asked signs nothing."""
    signer = office.folder / "ander.json"
    signer.write_text('{"name": "Iemand Anders"}')
    begun = office("start", pdf, "--means", "itsme", "--signer", signer).line
    done = office.come_back(begun["session"])

    assert (2, "wrong-signatory") == (done.status, done.line["error"])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{}", "nobody is expected"),
        ("[]", "is nobody"),
        ('{"insz": 7}', "no text"),
        ('{"insz": "85073003329"}', "check digits"),
        ('{"naam": "x"}', "not known"),
        ('{"certificate": "xyz"}', "64 hexadecimal"),
    ],
)
def test_wrong_signer(office: Office, pdf: Path, content: str, told: str) -> None:
    """A file that says nobody is told; nothing of it is repeated."""
    (office.folder / "wie.json").write_text(content)
    done = office("start", pdf, "--means", "itsme", *office.signer)

    assert (2, True) == (done.status, told in done.line["text"])
    assert done.line["hint"]
    assert "8507300" not in done.out


def test_what_cannot_begin(office: Office, pdf: Path, tmp_path: Path) -> None:
    """Each is told before anybody is sent anywhere."""
    (odd := tmp_path / "vreemd.pdf").write_bytes(
        crafted(catalog="/OpenAction << /S /JavaScript /JS (a) >>", content=LINE)
    )
    (twin := tmp_path / "map").mkdir()
    (twin / pdf.name).write_bytes(paper())
    means = ("--means", "itsme")
    for words, told in (
        ((pdf, *means), "who has to sign?"),
        ((pdf, *means, "--anybody", *office.signer), "who has to sign?"),
        ((pdf, twin / pdf.name, *means, "--anybody"), "the same name"),
        ((pdf, "--means", "nergens", "--anybody"), "nergens"),
        ((odd, *means, "--anybody"), "javascript"),
    ):
        done = office("start", *words)
        assert (2, True) == (done.status, told in done.line["text"])
    assert [] == office("show").lines
    accept = ("--accept", "javascript,automatic-action=nagekeken")
    assert 0 == office("start", odd, *means, "--anybody", *accept).status


@pytest.mark.parametrize("address", ["", "http://[", "http://x/", "onzin"])
def test_no_answer(office: Office, pdf: Path, address: str) -> None:
    """An address without an answer; and none where nothing is asked here."""
    session = office("start", pdf, "--means", "itsme", "--anybody").line["session"]
    for words in ((session, address), (session,)):
        done = office("back", *words)
        assert (2, "malformed") == (done.status, done.line["error"])
        assert done.line["hint"]


def test_asks_here(run: Run, empty: Path, pdf: Path) -> None:
    """A service without a page of its own: the PIN is asked, and shown nowhere."""
    simulator = CSCSimulator(style=Style.V1, explicit=True)
    with serving(csc_app(simulator)) as url:
        office = opened(empty, run, f"{url}/csc/v1")
        session = office("start", pdf, "--means", "itsme", "--anybody").line["session"]
        asked = office.come_back(session).line["questions"]
        shown = run("session", "show", session, "--office", empty).out
        back = ["session", "back", session, "--office", str(empty)]
        typed = "".join(f"{SECRETS[name]}\n" for name in asked)
        done = CliRunner().invoke(app, back, input=typed)

    assert ["PIN", "OTP"] == asked
    assert "Gevraagd: " in shown
    assert (0, True) == (done.exit_code, "getekend, niveau B-T" in done.output)
    assert SECRETS["OTP"] not in done.output
