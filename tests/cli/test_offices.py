from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from digivl.cli.commands import app

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., Any]

COMMANDS = [command.name for command in app.registered_commands]


def test_init_makes_an_office(run: Run, tmp_path: Path) -> None:
    """A new folder becomes an office; it says that its keys have no legal value."""
    office = tmp_path / "diep" / "kantoor"
    done = run("init", office)

    assert 0 == done.status
    assert "no legal value" in done.out
    assert tomllib.loads((office / "digivl.toml").read_text())["development"]
    assert 0 == run("worklist", "--office", office).status


def test_init_as_json(run: Run, tmp_path: Path) -> None:
    """The same for programs."""
    done = run("init", tmp_path, "--json")

    assert {"office": str(tmp_path), "development": True} == done.line


def test_init_refuses_an_office(run: Run, empty: Path) -> None:
    """An office is never made over another one."""
    before = sorted(empty.rglob("*"))
    done = run("init", empty, "--json")

    assert (2, "office") == (done.status, done.line["error"])
    assert before == sorted(empty.rglob("*"))


def test_init_refuses_a_folder_in_use(run: Run, tmp_path: Path) -> None:
    """A folder that holds something is not touched."""
    (tmp_path / "brief.txt").touch()
    done = run("init", tmp_path)

    assert 2 == done.status
    assert "is not empty" in done.err


@pytest.mark.parametrize("place", ["/dev/null/kantoor", "/proc/kantoor"])
def test_init_where_no_folder_can_be(run: Run, place: str) -> None:
    """A place where no folder can be made is told as such."""
    done = run("init", place, "--json")

    assert (2, "storage") == (done.status, done.line["error"])


def damaged(office: Path) -> None:
    """Cut a settings file short."""
    (office / "digivl.toml").write_text("[office\n")


def newer(office: Path) -> None:
    """As a later digivl would make it."""
    path = office / "digivl.toml"
    path.write_text(path.read_text().replace("format = 1", "format = 99"))


def unknown_setting(office: Path) -> None:
    """A setting that does not exist."""
    path = office / "digivl.toml"
    path.write_text("tempo = 3\n" + path.read_text())


def no_book(office: Path) -> None:
    """The record book is gone."""
    (office / "book.sqlite").unlink()


def other_book(office: Path) -> None:
    """The record book is something else."""
    (office / "book.sqlite").write_bytes(b"Geachte, " * 1000)


def empty_book(office: Path) -> None:
    """The record book is an empty file."""
    (office / "book.sqlite").write_bytes(b"")


def no_documents(office: Path) -> None:
    """The documents are gone."""
    shutil.rmtree(office / "documents")


@pytest.mark.parametrize("command", ["worklist", "overdue", "work", "doctor"])
@pytest.mark.parametrize(
    "harm",
    [damaged, newer, unknown_setting, no_book, other_book, empty_book, no_documents],
)
def test_harmed_office_is_told(
    run: Run, empty: Path, command: str, harm: Callable[[Path], None]
) -> None:
    """An office that cannot be used is an error that says what, not a guess."""
    harm(empty)
    done = run(command, "--office", empty, "--json")

    # The doctor says it as a finding.
    assert done.status == 2 or (command == "doctor" and done.status == 1)
    assert done.lines


def test_no_office_is_told(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outside any office the command says how to make one."""
    monkeypatch.chdir(tmp_path)
    for options in ((), ("--office", tmp_path / "weg")):
        done = run("worklist", *options)
        assert 2 == done.status
        assert "digivl init" in done.err


def test_office_by_environment(
    run: Run, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DIGIVL_OFFICE names the office for every command."""
    monkeypatch.setenv("DIGIVL_OFFICE", str(empty))

    assert 0 == run("worklist").status


def test_plugins_lists_offers_with_options(run: Run) -> None:
    """Every offer that can stand in the settings is listed with its options."""
    told = run("plugins", "--json").line

    tables = {"documents", "authorities", "means", "remote", "platforms"}
    tables |= {"providers", "channels"}
    assert tables == set(told["offers"])
    assert "file" in told["offers"]["means"]["pkcs12"]
    table = run("plugins")
    assert 0 == table.status
    assert "pkcs12" in table.out


def test_version(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--version` says which digivl is installed."""
    monkeypatch.setattr("importlib.metadata.version", lambda name: f"{name} 1.2")

    assert "digivl digivl 1.2\n" == run("--version").out


def test_help_without_a_command(run: Run) -> None:
    """Without a command it lists them all."""
    shown = run("--help")

    assert 0 == shown.status
    assert all(name in shown.out for name in COMMANDS if name)
    assert "simulate" in run().out


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_each_command(run: Run, command: str) -> None:
    """Each command explains itself and each of its options, and has --json."""
    shown = run(command, "--help")

    assert 0 == shown.status
    assert "--json" in shown.out
    assert "Traceback" not in shown.out
    for parameter in app_parameters(command):
        assert parameter.help, parameter.name


def app_parameters(command: str) -> list[Any]:
    """The options and arguments of a command."""
    from typer.main import get_command

    found: Any = get_command(app)
    return list(found.commands[command].params)
