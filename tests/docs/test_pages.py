"""Pages that could drift from the code, held against it."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.docs.played import played

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


@pytest.fixture(name="told", scope="module")
def _told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The first object that each command prints."""
    return played(tmp_path_factory.mktemp("commands"))


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
        if "Exit(NO)" in body or " no=" in body
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
