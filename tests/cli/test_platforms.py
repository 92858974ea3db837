"""The commands `digivl platform …`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from digivl.cli.commands import app
from digivl.kernel.moments import utc_now
from digivl.pdf.lint.rules import RULES
from digivl.testing.signinghub import Fault, SigningHubSimulator, Spoilt
from digivl.testing.signinghub_desk import Desk
from digivl.testing.unsafe import samples

PEOPLE: list[dict[str, Any]] = [
    {
        "party": "minister-1",
        "label": "Vlaams minister van Jeugd",
        "mail": "an@example.be",
        "name": "An Proef",
        "turn": 2,
        "text": "Proef",
    },
    {
        "party": "minister-2",
        "label": "Vlaams minister van Cultuur",
        "mail": "jan@example.be",
        "name": "Jan Voorbeeld",
        "turn": 2,
        "assurance": "AES",
        "insz": "85073003328",
        "rectangle": {"page": 1, "x": 10, "y": 10},
    },
    {
        "party": "raadgever",
        "label": "Raadgever",
        "mail": "els@example.be",
        "name": "Els Model",
        "role": "approver",
    },
]
SETTINGS = """
book = "{book}"
trust = ["{trust}"]
[office]
format = 1
id = "x"
[platforms.hub]
offer = "signinghub"
url = "{url}"
accounts_file = "accounts.toml"
"""


@pytest.fixture(name="desk")
def _desk(quick_folder: Path) -> Any:
    """An office that stands in a folder, with its platform."""
    with Desk.opened(quick_folder) as desk:
        settings = desk.vl.settings
        text = SETTINGS.format(
            book=settings.book,
            trust=settings.trust[0],
            url=settings.platforms["hub"].options["url"],
        )
        (quick_folder / "digivl.toml").write_text(text)
        (quick_folder / "documents").mkdir(exist_ok=True)
        desk.clock.now = utc_now()  # the command line has that of the machine
        (quick_folder / "owner").write_text("eigenaar@example.be\n")
        yield desk


def run(desk: Desk, *arguments: object, status: int = 0) -> list[dict[str, Any]]:
    """What a command prints as JSON."""
    folder = desk.vl.folder
    words = ["platform", *map(str, arguments), "--office", str(folder), "--json"]
    done = CliRunner().invoke(app, words)
    assert status == done.exit_code, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def send(
    desk: Desk,
    people: list[Any],
    status: int = 0,
    *more: object,
    content: bytes = b"",
) -> dict[str, Any]:
    """Send a new document."""
    to = desk.vl.folder / "wie.jsonl"
    to.write_text("\n".join(map(json.dumps, people)) + "\n\n")
    words = ("--to", to, "--owner", desk.vl.folder / "owner", "--platform", "hub")
    code = ("--organization", "OVO000001")
    document = desk.document(content=content)
    return run(desk, "send", document, *words, *code, *more, status=status)[0]


def text(desk: Desk, *arguments: object) -> str:
    """What a command prints for people."""
    words = ["platform", *map(str, arguments), "--office", str(desk.vl.folder)]
    return CliRunner().invoke(app, words).output


def test_send_and_follow(desk: Desk) -> None:
    """From a file of people to a signed document; no name is printed."""
    sent = send(desk, PEOPLE)
    assert "WAITING" == sent["state"]
    desk.work(1)
    (there,) = desk.hub.packages()
    simulator: SigningHubSimulator = desk.hub
    assert [2, 3] == [field["order"] for field in there["fields"]]
    simulator.approve(there["package_id"], "els@example.be")

    (polled,) = run(desk, "poll", sent["package"][:8])
    assert "TO_BE_SIGNED" == polled["state"]
    simulator.everybody(there["package_id"])
    run(desk, "poll")
    run(desk, "poll")
    (done,) = run(desk, "status")

    assert "SIGNED" == done["state"]
    assert ["minister-1", "minister-2"] == [
        one["signer"] for one in done["documents"][0]["signatures"]
    ]
    printed = text(desk, "status", sent["package"]) + text(desk, "poll") + str(done)
    assert "Raadgever" in printed
    assert "ondertekend" in printed
    assert not [word for word in ("Proef", "example.be", "8507") if word in printed]


def test_what_is_accepted_goes(desk: Desk) -> None:
    """What the policy refuses stays here, until somebody says why it does no harm."""
    content = next(one.bad for one in samples() if one.code == "javascript")
    people = PEOPLE[1:2]

    refused = send(desk, people, 2, content=content)
    codes = ",".join(RULES.keys() & set(re.findall("[a-z-]+", str(refused))))
    sent = send(desk, people, 0, "--accept", f"{codes}=nagekeken", content=content)

    assert "unsafe-document" == refused["error"]
    assert "WAITING" == sent["state"]


def test_finding_in_dutch(desk: Desk) -> None:
    """What is wrong with what came back stands in the table and in the JSON."""
    sent = send(desk, PEOPLE)
    desk.work(1)
    number = desk.there()["package_id"]
    desk.hub.spoil(number, Spoilt.FLATTENED)
    desk.hub.everybody(number)
    run(desk, "poll")
    (polled,) = run(desk, "poll")

    assert ["other-bytes"] == [one["kind"] for one in polled["findings"]]
    assert "begint niet met" in " ".join(text(desk, "status").split())
    assert sent["package"] == polled["package"]


def test_poll_that_fails(desk: Desk) -> None:
    """Status 1, and why; nothing changed."""
    send(desk, PEOPLE)
    desk.work(1)
    desk.hub.fail_next(Fault.UNAVAILABLE)
    (polled,) = run(desk, "poll", status=1)

    assert "TO_BE_APPROVED" == polled["state"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"mail": "geen adres"}, "no e-mail address"),
        ({"insz": "85073003329"}, "check digits"),
        ({"naam": "x"}, "not known"),
        ({"assurance": "XES"}, "is nobody"),
        ({"role": "baas"}, "is nobody"),
        ({"rectangle": 5}, "is nobody"),
        ({"text": "a", "rectangle": {"page": 1, "x": 1, "y": 1}}, "one place"),
        ({"assurance": "SES"}, "leaves no certificate"),
    ],
)
def test_wrong_people(desk: Desk, changes: dict[str, Any], told: str) -> None:
    """A line that is nobody says which it is, and nothing of what stands there."""
    error = send(desk, [PEOPLE[2], PEOPLE[0] | {"text": "x"} | changes], status=2)

    assert told in error["text"]
    assert "Proef" not in str(error)
    assert "85073003329" not in str(error)


def test_no_file_of_people(desk: Desk) -> None:
    """A file that is no text, too large, or holds nobody."""
    to, owner = desk.vl.folder / "wie", desk.vl.folder / "owner"
    words = ("--owner", owner, "--platform", "hub", "--organization", "OVO000001")
    document = desk.document()
    for content, told in (
        (b"\xff\xfe", "no text in UTF-8"),
        (b"x" * 1_000_001, "larger than"),
        (b"", "1 to 50 people"),
        (b"[]", "is nobody"),
    ):
        to.write_bytes(content)
        (error,) = run(desk, "send", document, "--to", to, *words, status=2)
        assert told in error["text"]


def test_no_package(desk: Desk) -> None:
    """An id of something else."""
    document = desk.document()
    (error,) = run(desk, "status", document, status=2)

    assert "no platform package but a document" in error["text"]


def test_send_in_words(desk: Desk) -> None:
    """For people it says what is next."""
    send(desk, PEOPLE)
    to = ("--to", desk.vl.folder / "wie.jsonl", "--owner", desk.vl.folder / "owner")
    words = ("--platform", "hub", "--organization", "OVO000001", "--no-share")

    assert "Next: digivl work" in text(desk, "send", desk.document(), *to, *words)


FLOW_PEOPLE = [
    {"party": "Kabinetschef", "mail": "els@example.be", "name": "Els Model"},
    {"party": "Minister van Jeugd", "mail": "an@example.be", "name": "An Proef"},
    {"party": "viceminister", "mail": "jan@example.be", "name": "Jan Voorbeeld"},
    {"party": "x", "label": "X", "mail": "x@example.be", "name": "X", "role": "copy"},
]


def flow_of(desk: Desk) -> str:
    """A flow whose people sign on the platform."""
    signers = ("--means", "hub=Minister van Jeugd", "--means", "hub=Viceminister")
    words = ["flow", "start", desk.document(), *signers, "--approver", "Kabinetschef"]
    office = ["--office", str(desk.vl.folder), "--json"]
    done = CliRunner().invoke(app, [*words, *office])
    assert 0 == done.exit_code, done.output
    return str(json.loads(done.stdout)["flow"])


def send_flow(desk: Desk, flow: str, people: list[Any], status: int = 0) -> Any:
    """Send a flow to the platform."""
    to = desk.vl.folder / "wie.jsonl"
    to.write_text("\n".join(map(json.dumps, people)))
    words = ("--to", to, "--owner", desk.vl.folder / "owner", "--platform", "hub")
    code = ("--organization", "OVO000001", "--flow", flow)
    return run(desk, "send", *words, *code, status=status)[0]


def test_a_flow_goes_and_comes_back(desk: Desk) -> None:
    """Labels, roles and turns are those of the flow; what comes back is taken in."""
    flow = flow_of(desk)
    sent = send_flow(desk, flow[:8], FLOW_PEOPLE)
    assert flow == sent["flow"]
    desk.work(1)
    (there,) = desk.hub.packages()
    desk.hub.everybody(there["package_id"])
    run(desk, "poll")
    (polled,) = run(desk, "poll")

    assert "SIGNED" == polled["state"]
    taken = desk.vl.signing.read(flow).record
    assert "SIGNED" == taken.state.name
    assert ["minister-van-jeugd", "viceminister"] == [
        one.party.id for one in taken.signers
    ]
    saved = run(desk, "save", sent["package"], "--out", desk.vl.folder / "terug")
    assert Path(saved[0]["file"]).read_bytes().startswith(b"%PDF")
    again = run(
        desk, "save", sent["package"], "--out", desk.vl.folder / "terug", status=2
    )
    assert "overwritten" in again[0]["text"]


@pytest.mark.parametrize(
    ("people", "told"),
    [
        (FLOW_PEOPLE[:2], "other people"),
        ([{"party": "Niemand", "mail": "a@example.be", "name": "A"}], "takes no part"),
        ([{"mail": "a@example.be", "name": "A"}], "is nobody"),
    ],
)
def test_other_people_than_the_flow(desk: Desk, people: list[Any], told: str) -> None:
    """Nobody else is asked; the error says who takes part, or what to write."""
    error = send_flow(desk, flow_of(desk), people, status=2)

    assert told in error["text"]
    assert error["hint"]


def test_documents_or_a_flow(desk: Desk) -> None:
    """One of the two."""
    error = send(desk, PEOPLE, status=0)
    flow = flow_of(desk)
    assert error["flow"] is None
    words = ("--to", desk.vl.folder / "wie.jsonl", "--owner", desk.vl.folder / "owner")
    code = ("--platform", "hub", "--organization", "OVO000001")
    for which in ((), (desk.document(), "--flow", flow)):
        (error,) = run(desk, "send", *which, *words, *code, status=2)
        assert ("malformed", True) == (error["error"], "--flow" in error["hint"])


def test_what_ended_is_looked_after(desk: Desk) -> None:
    """A link while it runs; checked again, asked again and settled once it failed."""
    sent = send(desk, PEOPLE)["package"]
    (error,) = run(desk, "link", sent, status=2)
    assert "digivl work" in error["hint"]
    desk.work(1)
    assert run(desk, "link", sent)[0]["url"].startswith("http")
    desk.hub.spoil(desk.there()["package_id"], Spoilt.FLATTENED)
    desk.hub.everybody(desk.there()["package_id"])
    run(desk, "poll")
    assert "VALIDATION_FAILED" == run(desk, "poll")[0]["state"]
    assert "RETURNED" == run(desk, "check", sent, "nieuwe wortel")[0]["state"]
    assert "VALIDATION_FAILED" == run(desk, "poll", sent)[0]["state"]
    new = run(desk, "again", sent, "platgeslagen", "--until", "2099-12-01T17:00Z")[0]
    assert "WAITING" == new["state"]
    assert "CANCELLED" == run(desk, "withdraw", new["package"], "fout")[0]["state"]
    assert "CANCELLED" == run(desk, "settle", new["package"], "per brief")[0]["state"]
    office = ("--office", str(desk.vl.folder))
    assert 0 == CliRunner().invoke(app, ["show", sent, *office]).exit_code
    told = CliRunner().invoke(app, ["history", sent, *office]).output
    assert "Opnieuw nakijken" in told
