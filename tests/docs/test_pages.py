"""Pages that could drift from the code, held against it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

import attrs
import pytest
from typer.testing import CliRunner

from digivl import Digivl
from digivl.cli.commands import app
from digivl.documents.model import NOTA
from digivl.dossiers.agenda import AgendaItem, FormalCheck
from digivl.records.entries import Entry
from digivl.records.port import Query
from digivl.signing.model import FLOW
from digivl.testing.council import CABINET, Council
from digivl.testing.everything import troubled
from digivl.testing.matter import Matter
from digivl.testing.papers import paper

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
COMMANDS = tomllib.loads((DOCS / "commands.toml").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PAGES = (
    "cli",
    "errors",
    "lifecycles",
    "lint",
    "plugins",
    "routes",
    "rules",
    "settings",
)
ADDRESS = {
    "street": "Voorbeeldstraat",
    "house_number": "1",
    "postal_code": "1000",
    "municipality": "Brussel",
}
PERSON = {
    "party": "minister-1",
    "label": "Vlaams minister",
    "mail": "an@example.be",
    "name": "An Peeters",
}
PLATFORM = """
[platforms.hub]
offer = "signinghub"
url = "simulator"
accounts_file = "simulator"
"""
RECIPIENT = json.dumps({"name": "Test Vereniging", "address": ADDRESS})


def page(name: str) -> str:
    """The text of a page."""
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture(name="generate")
def _generate(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module that writes the reference."""
    monkeypatch.syspath_prepend(DOCS)
    return import_module("generate")


@pytest.mark.parametrize("name", PAGES)
def test_reference_is_generated(name: str, generate: Any) -> None:
    """A page made from the code says what the code says, diagrams included."""
    shown = page(f"docs/reference/{name}.md")

    hint = "run: python3 noxfile.py -s generate"
    assert generate.PAGES[name]() == shown, hint


@pytest.mark.parametrize("name", ["route.svg"])
def test_picture_is_generated(name: str, generate: Any) -> None:
    """A picture made by the code is the one it makes now."""
    hint = "run: python3 noxfile.py -s generate"

    assert generate.IMAGES[name]() == page(f"docs/images/{name}"), hint


def test_no_generated_page_is_forgotten(generate: Any) -> None:
    """Every page that can be written is compared."""
    assert set(PAGES) == set(generate.PAGES)


LONG_AGO = datetime(2020, 1, 6, 9, tzinfo=UTC)


def printed(*arguments: object) -> list[dict[str, Any]]:
    """What a command prints with --json; it may say no, but it must be done."""
    done = CliRunner().invoke(app, [*map(str, arguments), "--json"])

    assert done.exit_code in {0, 1}, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(name="told", scope="module")
def _told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The first object that each command prints, in one small office."""
    folder = tmp_path_factory.mktemp("commands")
    kept, here = folder / "kantoor", ("--office", folder / "kantoor")
    pdf, signed, to = folder / "b.pdf", folder / "out" / "b.pdf", folder / "to.jsonl"
    pdf.write_bytes(paper())
    to.write_text(RECIPIENT)
    told: dict[str, dict[str, Any]] = {"demo": {}, "simulate": {}}

    def tell(name: str, *arguments: object) -> dict[str, Any]:
        (told[name], *_) = printed(*name.split(), *arguments)
        return told[name]

    tell("init", kept)
    out = tell("sign", pdf, "--out", signed.parent, "--means", "minister", *here)
    tell("lint", pdf, *here)
    tell("validate", signed, *here)
    tell("verify", out["code"], *here)
    tell("worklist", *here)
    with Digivl.open(kept) as vl:
        (flow,) = vl.book.rows(Query(kind=FLOW.name))
    tell("evidence", flow.ref.id, "--out", folder, *here)
    tell("show", out["dossier"], *here)
    tell("history", out["dossier"], *here)
    label = tell("label", out["dossier"], "--out", folder / "etiket.pdf", *here)
    tell("scan", label["label"], "--to", "archief", *here)
    tell("send", out["document"], "--to", to, "--sender", "OVO002949", *here)
    told["work --list"] = printed("work", "--list", *here)[0]
    tell("work", *here)
    tell("search", "--kind", "dossier", *here)
    tell("doctor", *here)
    tell("rules", *here)
    tell("plugins")
    with Digivl.open(kept, clock=lambda: LONG_AGO) as vl:
        vl.dossiers.open("Vergeten", by=CABINET)
    with Digivl.open(kept) as vl:
        council = Council(vl, now=vl.clock())
        meeting = council.meeting()
        item = council.item(meeting.id, formal=FormalCheck.NOT_YET)
        matter = Matter.opened(council)
        question = matter.ask().id
    tell("overdue", *here)
    tell("route", matter.dossier, *here)
    tell("form", question, "--out", folder / "vraag.pdf", *here)
    advise(told, tell, matter, question, folder)
    put_up(tell, matter.dossier, here)
    decide(tell, meeting.id, item, here)
    tell("terms due", "--received", "2021-04-27", "--working-days", "12")
    tell("terms before", "--meeting", "2021-04-09", "--working-days", "4")
    on_platform(tell, out["document"], folder)
    told["demo"] = printed("demo", "--dir", kept, "--pdf", pdf)[0]
    told["simulate"] = first_line("simulate", "magda", "--dir", folder / "magda")
    return told


def decide(
    tell: Callable[..., dict[str, Any]],
    meeting: str,
    item: Entry[AgendaItem],
    here: tuple[object, ...],
) -> None:
    """What the commands of the secretariat print."""
    tell("check", item.id, *here)
    tell("meetings", *here)
    tell("agenda", meeting, *here)
    tell("approve", meeting, "--close", *here)
    tell("decide", item.record.step, "goedgekeurd", *here)
    tell("release", meeting, "beslissingen", *here)


def advise(
    told: dict[str, dict[str, Any]],
    tell: Callable[..., dict[str, Any]],
    matter: Matter,
    question: str,
    folder: Path,
) -> None:
    """What the commands of advice print, on a matter whose advice was asked."""
    here = ("--office", folder / "kantoor")
    (facts := folder / "voorstel.toml").write_text('act = "nota zonder akte"')
    to, words = ("--to", "Minister van Begroting"), "x"
    tell("readiness", matter.dossier, *here)
    tell("advice list", matter.dossier, *here)
    tell("advice receive", question, *here)
    tell("advice explain", question, *here)
    tell("advice urge", question, words, "--minister", "minister-1", *here)
    tell("advice inquire", question, words, *here)
    tell("advice answer", question, words, *here)
    tell("advice give", question, "ongunstig", *here)
    tell("advice reply", question, words, *here)
    for act in (("agree",), ("refuse", words), ("withdraw",)):
        asked = tell("advice ask", question, "--of", "BA", *to, *here)["id"]
        tell("advice receive", asked, *here)
        tell(f"advice {act[0]}", asked, *act[1:], *here)
    documents = [word for one in matter.documents for word in ("--document", one)]
    asked = tell("advice ask", matter.dossier, *to, *documents, *here)["id"]
    with Digivl.open(folder / "kantoor") as vl:
        entry = vl.advices.read(asked)
        elsewhere = attrs.evolve(entry.record, channel="krab")
        vl.book.write(entry.next(elsewhere, "import", CABINET, vl.clock()))
    shown = ("--document", matter.nota, "--reason", words)
    tell("advice register", asked, "gunstig", *shown, *here)
    asked = tell("advice ask", matter.dossier, *to, *documents, *here)["id"]
    tell("advice back", asked, words, *here)
    with Digivl.open(folder / "kantoor") as vl:
        matter.council.vl = vl
        first, second, third, heard = troubled(matter.council, matter.dossier)
    tell("advice messages", *here)
    tell("advice again", first, *here)
    tell("advice arrived", second, words, *here)
    tell("advice drop", third, words, *here)
    tell("advice settle", heard, words, *here)
    tell("advice propose", matter.dossier, "--from", facts, *here)


def put_up(
    tell: Callable[..., dict[str, Any]], dossier: str, here: tuple[str, Path]
) -> None:
    """What the commands of signing flows print."""
    content = BytesIO(paper())
    with Digivl.open(here[1]) as vl:
        document = vl.documents.add(
            dossier, content, title="Nota", type=NOTA, by=CABINET
        ).id

    def start() -> str:
        signs = ("--means", "minister", "--approver", "Jurist")
        flow: str = tell("flow start", document, *signs, *here)["flow"]
        return flow

    flow = start()
    tell("flow recall", flow, *here)
    tell("flow send", flow, *here)
    tell("flow extend", flow, "2099-12-01T17:00Z", *here)
    tell("flow remind", flow, *here)
    tell("flow replace", flow, "Jurist", "Kabinetschef", *here)
    tell("flow approve", flow, *here)
    tell("flow delegate", flow, "Minister van Zorg", *here)
    with Digivl.open(here[1]) as vl:
        vl.documents.replace(document, BytesIO(paper("BIS")), by=CABINET)
    tell("flow renew", flow, *here)
    tell("flow approve", flow, *here)
    tell("flow show", flow, *here)
    tell("flow sign", flow, *here)
    tell("flow refuse", start(), "fout", *here)
    tell("flow cancel", start(), "fout", *here)


def on_platform(
    tell: Callable[..., dict[str, Any]], document: str, folder: Path
) -> None:
    """What the commands about platforms print, in an office with the simulator."""
    here = ("--office", folder / "kantoor")
    with (folder / "kantoor" / "digivl.toml").open("a") as settings:
        settings.write(PLATFORM)
    (people := folder / "wie.jsonl").write_text(json.dumps(PERSON))
    (owner := folder / "eigenaar").write_text("eigenaar@example.be")
    to = ("--to", people, "--owner", owner, "--platform", "hub")
    tell("platform send", document, *to, "--organization", "OVO000001", *here)
    printed("work", *here)
    tell("platform status", *here)
    tell("platform poll", *here)


def first_line(*arguments: object) -> dict[str, Any]:
    """The first line of a command that goes on until it is stopped."""
    command = [sys.executable, "-m", "digivl", *map(str, arguments), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.terminate()
    found: dict[str, Any] = json.loads(line)
    return found


def test_every_command_is_described(generate: Any) -> None:
    """The pages describe the commands that are there, and no others."""
    assert {name for name, _ in generate.commands()} == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_json_keys(name: str, told: dict[str, dict[str, Any]]) -> None:
    """A command prints the keys that its page names, in any order."""
    assert sorted(COMMANDS[name]["keys"].split()) == sorted(told[name])


def test_nested_json_keys(told: dict[str, dict[str, Any]]) -> None:
    """The keys that a note names are those of the objects within."""
    notes = " ".join(
        words
        for command in COMMANDS.values()
        for words in re.findall(r"`([^`]+)`", command.get("note", ""))
    )
    named = set(notes.split())
    (signature,) = told["validate"]["signatures"]
    (timestamp,) = signature["timestamps"]
    within = (
        told["work --list"],
        told["terms due"]["steps"][0],
        signature,
        timestamp,
        told["demo"]["steps"][0],
        told["route"]["steps"][0],
        {"name": 0, "as_expected": 0},
    )

    assert set() == {key for one in within for key in one} - named
    assert {*COMMANDS["verify"]["keys"].split(), "name", "as_expected"} == set(
        told["demo"]["checks"][0]
    )


def test_exit_status_no() -> None:
    """Exactly the commands that can say no have their reason described."""
    sources = ROOT / "src" / "digivl" / "cli"
    saying_no = {
        name
        for file in sources.glob("*.py")
        for name, body in re.findall(
            r"^def ([a-z]+)\((.*?)(?=^def |\Z)",
            file.read_text(encoding="utf-8"),
            re.MULTILINE | re.DOTALL,
        )
        if "Exit(NO)" in body
    }

    told = {name.split()[-1] for name in COMMANDS if "no" in COMMANDS[name]}
    assert told == saying_no


def test_embedding_takes_ten_lines() -> None:
    """README embeds digivl, from import to dispatch, in at most ten lines."""
    blocks = re.findall(r"```python\n(.*?)```", page("README.md"), re.DOTALL)
    lines = [line for line in blocks[0].splitlines() if line.strip()]

    assert "from digivl import" in lines[0]
    assert "dispatches.send" in lines[-1]
    assert len(lines) <= 10


def test_extras_are_named() -> None:
    """README names the extras that are for users."""
    (named,) = re.findall(r"Extras are features: (.*)\.", page("README.md"))
    extras = set(PROJECT["project"]["optional-dependencies"]) - {"demo"}

    assert extras == set(re.findall(r"`(\w+)`", named))


def test_rooms_are_drawn() -> None:
    """The drawing of the rooms is the contract of imports."""
    (contract,) = [
        one
        for one in PROJECT["tool"]["importlinter"]["contracts"]
        if one["type"] == "layers"
    ]
    text = page("docs/explanation/architecture.md")
    (drawn,) = re.findall(r"```text\n(cli.*?)```", text, re.DOTALL)

    layers = contract["layers"]
    layers = ["cli | (web)", *layers[layers.index("(cli) | (web)") + 1 :]]
    assert layers == drawn.splitlines()


def test_files_of_the_walk_exist() -> None:
    """Each file that the walk of a document names is there."""
    text = page("docs/explanation/architecture.md")
    sources = ROOT / "src" / "digivl"
    named = re.findall(r"`(\w+/\w+\.py)`", text)

    assert [] == [name for name in named if not (sources / name).is_file()]
    assert named


def test_every_decision_is_numbered() -> None:
    """Decisions are numbered without a gap, in the file name and on the page."""
    files = sorted((DOCS / "adr").glob("0*.md"))
    titles = [file.read_text(encoding="utf-8").partition("\n")[0] for file in files]

    assert [f"# {n}." for n in range(1, len(files) + 1)] == [
        " ".join(title.split()[:2]) for title in titles
    ]
    assert [int(file.name[:4]) for file in files] == list(range(1, len(files) + 1))


@pytest.mark.interop
def test_picture_holds_a_code(needs_program: Callable[[str], str]) -> None:
    """The QR code on the picture of README can be read, and leads to our host."""
    command = [
        needs_program("zbarimg"),
        "-q",
        "--raw",
        str(DOCS / "images" / "stamp.png"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert done.stdout.startswith("HTTPS://VERIFIEER.VLAANDEREN.BE/D/")
