"""`digivl rules`: what it prints, and what it says of a file that is wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
OWN = """
format = 1
name = "Entiteit"
version = "3"

[[rule]]
id = "ENT-1"
body = "IF"
required = true
subject = "elke subsidie"
when = [{ fact = "spending", is = "subsidie" }]
valid_from = 2025-01-01
legal_basis = "besluit van de leidend ambtenaar"
source = "ENT"
"""


@pytest.fixture(name="own")
def _own(tmp_path: Path) -> Path:
    """A file with one rule of an entity."""
    path = tmp_path / "regels.toml"
    path.write_text(OWN, encoding="utf-8")
    return path


def test_tells_the_rules_of_a_day(run: Run, tmp_path: Path) -> None:
    """By who is heard, or all with deadlines and delegations."""
    here = ("--office", tmp_path)
    of_if = run("rules", "--body", "if", "--on", "2021-06-01", *here).out
    everything = run("rules", "--on", "2016-06-01", *here).out

    assert "IF-01U" in of_if
    assert "IF-02" not in of_if
    assert "12 werkdagen" in of_if
    assert "BA-03" not in of_if
    assert "DEL-W1" in everything
    assert "bedrag: hoogstens" in everything
    assert "digivl 1; SHA-256" in everything


def test_json(run: Run, own: Path, tmp_path: Path) -> None:
    """What each rule asks, what is not known of it, and what was read."""
    *lines, last = run(
        "rules", "--on", "2026-06-01", "--file", own, "-o", tmp_path, "--json"
    ).lines
    found = {line["id"]: line for line in lines}

    assert ["soort uitgave: “subsidie”"] == found["ENT-1"]["when"]
    assert [True, False] == [found[name]["known"] for name in ("ENT-1", "IF-05")]
    assert (30, "kalenderdagen", 10, "werkdagen") == tuple(
        found["SAR-T"][key]
        for key in ("days", "counted", "urgent_days", "urgent_counted")
    )
    assert (4, "15:00") == (found["AGENDA"]["working_days"], found["AGENDA"]["at"])
    assert {"name": "Entiteit", "version": "3"} == last["editions"][-1]
    assert 64 == len(last["sha256"])


def test_in_an_office_its_files_are_read(run: Run, empty: Path, own: Path) -> None:
    """The files that the settings name; another one can be tried beside them."""
    shutil.move(own, empty / "regels.toml")
    settings = empty / "digivl.toml"
    settings.write_text(settings.read_text() + '\n[advice]\nrules = ["regels.toml"]\n')

    assert "ENT-1" in run("rules", "--office", empty).out


def test_a_wrong_file_is_told(run: Run, own: Path, tmp_path: Path) -> None:
    """Status 2, with file, rule, field and a way out; so is a day that is none."""
    own.write_text(OWN.replace('"spending"', '"spnding"'), encoding="utf-8")
    words = ("rules", "--file", own, "--office", tmp_path)

    done, as_json = run(*words), run(*words, "--json")

    assert 2 == done.status == as_json.status
    assert "regels.toml: rule ENT-1: when 1: fact: 'spnding' is not known" in done.err
    assert "spending" in as_json.line["hint"]
    assert "malformed" == as_json.line["error"]
    assert 2 == run("rules", "--on", "morgen").status
    assert 2 == run("rules", "--file", tmp_path / "weg.toml", "-o", tmp_path).status
