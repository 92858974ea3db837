"""The commands that compute dates: no office, an answer in Dutch, JSON for programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., Any]

WORDS = st.text(st.characters(blacklist_characters="\0", codec="utf-8"), max_size=80)
DUE = ("terms", "due", "--received", "2021-04-27", "--working-days", 12)


@pytest.mark.parametrize(
    ("options", "due"),
    [
        ("2021-04-27 --working-days 12", "2021-05-14"),
        ("2021-10-25 --working-days 12", "2021-11-12"),
        ("2021-10-25 --working-days 12 --calendar vo", "2021-11-16"),
        ("2021-10-25 --working-days 12 --calendar fed", "2021-11-16"),
        ("2021-12-13 --working-days 12 --calendar vo_closed", "2022-01-05"),
        ("2024-04-30 --working-days 4", "2024-05-07"),
        ("2021-06-11 --calendar-days 30", "2021-07-11"),
        ("2021-06-11 --calendar-days 30 --roll", "2021-07-12"),
        # By the clock of Brussels, or by a zone: 22:30 UTC is the next day there.
        ("2021-04-27T23:30 --working-days 12", "2021-05-14"),
        ("2021-04-26T22:30Z --working-days 12", "2021-05-14"),
        ("2026-10-25T02:30+01:00 --working-days 1", "2026-10-26"),
        ("2026-11-20T18:30 --working-days 1 --cutoff 18:00", "2026-11-24"),
    ],
)
def test_due(run: Run, options: str, due: str) -> None:
    """The last day in Brussels, and its last instant."""
    line = run("terms", "due", "--received", *options.split(), "--json").line

    assert due == line["due"] == line["steps"][-1]["last"]
    assert line["due_at"].endswith("59:59.999999Z")


@pytest.mark.parametrize(
    ("suspended", "due"),
    [
        (["2021-05-03/2021-05-10"], "2021-05-21"),
        (["2021-04-27/2021-04-28"], "2021-05-17"),
        (["2021-05-10/2021-05-11", "2021-05-03T10:00/2021-05-04T10:00"], "2021-05-18"),
    ],
)
def test_suspensions(run: Run, suspended: list[str], due: str) -> None:
    """Of days or of moments, in any order, also on the day of receipt."""
    line = run(*DUE, *(f"--suspended={one}" for one in suspended), "--json").line

    assert due == line["due"]


def test_due_is_told(run: Run) -> None:
    """The answer comes first, then each step, then the sources."""
    done = run(*DUE)

    assert 0 == done.status
    first, *_ = done.out.splitlines()
    assert "De termijn loopt tot en met vrijdag 14 mei 2021" in first
    assert "dag 1: woensdag 28 april 2021 [3]" in done.out
    assert "donderdag 13 mei 2021: Hemelvaartsdag [5]" in done.out
    assert "[5] wet van 4 januari 1974" in done.out


def test_an_open_question(run: Run) -> None:
    """The term stands still: there is no date, and the status says so."""
    words = (*DUE, "--suspended", "2021-05-03/")
    done = run(*words, "--json")

    assert 1 == done.status
    assert (None, None, 8) == tuple(done.line[k] for k in ("due", "due_at", "left"))
    assert "staat stil sinds maandag 3 mei 2021" in done.line["steps"][-1]["text"]
    told = run(*words)
    assert (1, True) == (told.status, "De termijn staat stil" in told.out)


@pytest.mark.parametrize(
    ("options", "due", "due_at"),
    [
        ("2021-04-09 --working-days 4", "2021-04-02", "2021-04-02T13:00"),
        ("2021-11-05 --working-days 3", "2021-11-02", "2021-11-02T14:00"),
        ("2021-11-05 --working-days 3 --calendar vo", "2021-10-29", "2021-10-29T13:00"),
        ("2022-07-15 --working-days 4 --calendar vo", "2022-07-08", "2022-07-08T13:00"),
        ("2026-03-31T10:00 --working-days 2", "2026-03-27", "2026-03-27T14:00"),
        ("2022-07-15 --working-days 3 --at 09:30", "2022-07-12", "2022-07-12T07:30"),
    ],
)
def test_before(run: Run, options: str, due: str, due_at: str) -> None:
    """The day, and 15:00 in Brussels on it, unless another hour is asked."""
    line = run("terms", "before", "--meeting", *options.split(), "--json").line

    assert (due, f"{due_at}:00.000000Z") == (line["due"], line["due_at"])
    assert due == line["steps"][-1]["last"]


def test_before_is_told(run: Run) -> None:
    """Counted back, day by day."""
    words = ("terms", "before", "--meeting", "2021-04-09", "--working-days", 4)

    done = run(*words)

    assert "Uiterlijk op vrijdag 2 april 2021 om 15:00" in done.out
    assert "maandag 5 april 2021: paasmaandag" in done.out


def test_bridging_days_from_a_file(run: Run, tmp_path: Path) -> None:
    """They are no working days, and the file is their source."""
    file = tmp_path / "brugdagen.toml"
    file.write_text('2021 = ["2021-05-14"]\n')

    line = run(*DUE, "--days-off", file, "--json").line

    assert "2021-05-17" == line["due"]
    (bridge,) = [step for step in line["steps"] if step["first"] == "2021-05-14"]
    assert "lijst brugdagen.toml" == bridge["source"]


@pytest.mark.parametrize(
    "content",
    [
        b"2021 = [",
        b"2021 = 5",
        b'2021 = ["2022-05-14"]',
        b"[2021]\na = 1",
        b"\xff\xfe",
        b"a = " + b"[" * 50_000,
        b"2021 = [" + b"9" * 5_000 + b"]",
        b" " * 1_000_001,
    ],
    ids=range(8),
)
def test_files_that_hold_no_days(run: Run, tmp_path: Path, content: bytes) -> None:
    """Whatever is in it: an error in words."""
    file = tmp_path / "dagen.toml"
    file.write_bytes(content)

    done = run(*DUE, "--days-off", file, "--json")

    assert 2 == done.status
    assert done.line["error"] in {"malformed", "limit-exceeded"}


@pytest.mark.parametrize("place", ["nergens.toml", ".", "/dev/zero", "x" * 300])
def test_files_that_are_none(run: Run, tmp_path: Path, place: str) -> None:
    """What is no file is not read."""
    done = run(*DUE, "--days-off", tmp_path / place, "--json")

    assert (2, "malformed") == (done.status, done.line["error"])


@pytest.mark.parametrize(
    "options",
    [
        "2021-04-27",
        "2021-04-27 --working-days 1 --calendar-days 1",
        "2021-04-27 --working-days 0",
        "2021-04-27 --working-days 999999999999",
        "2021-04-27 --working-days -3",
        "2021-02-30 --working-days 3",
        "1950-01-02 --working-days 3",
        "0001-01-01 --working-days 3",
        "9999-12-31 --calendar-days 3",
        "9999-12-31T23:59-23:00 --calendar-days 3",
        "2026-03-29T02:30 --working-days 3",
        "2026-10-25T02:30 --working-days 3",
        "2021-04-27 --working-days 3 --calendar kerk",
        "2021-04-27 --working-days 3 --cutoff 25:00",
        "2021-04-27 --working-days 3 --cutoff 18:00+02:00",
        "2021-04-27 --working-days 3 --suspended 2021-04-28",
        "2021-04-27 --working-days 3 --suspended /2021-04-28",
        "2021-04-27 --working-days 3 --suspended 2021-04-29/2021-04-28",
        "2021-04-27 --working-days 3 --suspended 2021-04-26/2021-04-28",
        "2021-04-27 --working-days 3 --suspended 2021-05-28/2021-05-29",
        "2021-04-27 --working-days 3 --suspended 2021-04-28/9999-12-31",
        "2021-04-27 --working-days 3 --suspended 2021-04-28/ --suspended 2021-04-29/",
    ],
)
def test_what_cannot_be_computed(run: Run, options: str) -> None:
    """An error in words, and status 2."""
    done = run("terms", "due", "--received", *options.split(), "--json")

    assert (2, "malformed") == (done.status, done.line["error"])


@settings(deadline=None, max_examples=60)
@given(received=WORDS, suspended=WORDS, cutoff=WORDS)
def test_any_words(run: Run, received: str, suspended: str, cutoff: str) -> None:
    """Whatever is typed: an answer or an error, never a traceback."""
    for words in (
        ("due", f"--received={received}", "--working-days=3"),
        ("due", "--received=2021-04-27", f"--suspended={suspended}/{received}"),
        ("due", "--received=2021-04-27", "--calendar-days=3", f"--cutoff={cutoff}"),
        ("before", f"--meeting={received}", f"--at={cutoff}", "--working-days=3"),
    ):
        done = run("terms", *words, "--json")

        assert done.status in {0, 1, 2}
        assert done.line
