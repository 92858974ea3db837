from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from digivl import Digivl
from digivl.dispatch.magda import MagdaDocumentendienst
from digivl.dossiers.model import DOSSIER
from digivl.errors import BackendRefusedError, BackendUnavailableError
from digivl.records.tasks import NewTask
from digivl.testing.route import DEMO

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., Any]


def findings(run: Run, office: Path) -> tuple[int, dict[str, Any]]:
    """Exit status, and what was found wrong."""
    done = run("doctor", "--office", office, "--json")
    assert all({"what", "ok", "text"} == set(line) for line in done.lines)
    return done.status, {
        line["what"]: line["text"] for line in done.lines if not line["ok"]
    }


def test_all_is_well(run: Run, played: Any) -> None:
    """An office in use, with everything in reach: status 0."""
    done = run("doctor", "--office", played.office)

    assert 0 == done.status
    assert "every hash holds" in done.out
    assert "answers" in done.out
    assert "WRONG" not in done.out


def test_changes_and_sends_nothing(run: Run, own: Path) -> None:
    """Looking leaves no message and no entry behind."""
    before = sorted((own / "outside" / "magda").rglob("*"))
    lines = run("doctor", "--office", own, "--json").lines
    again = run("doctor", "--office", own, "--json").lines

    assert before == sorted((own / "outside" / "magda").rglob("*"))
    assert [line["what"] for line in lines] == [line["what"] for line in again]
    assert lines[1] == again[1]


def test_channels(run: Run, empty: Path) -> None:
    """Each channel is listened to, without taking anything in; a wrong one is found."""
    settings = empty / "digivl.toml"
    krab = """
[channels.{name}]
offer = "krab"
url = "simulator"
token_url = "simulator"
client_id = "{client}"
client_secret_file = "keys/magda.secret"
desk = "desk"
"""
    settings.write_text(
        settings.read_text()
        + krab.format(name="krab", client="digivl-development")
        + krab.format(name="elsewhere", client="nobody")
    )

    done = run("doctor", "--office", empty, "--json")

    found = {line["what"]: line for line in done.lines}
    assert "answers; 0 messages wait" == found["channel krab"]["text"]
    assert not found["channel elsewhere"]["ok"]
    assert 1 == done.status


def test_remote_means(run: Run, empty: Path) -> None:
    """Each is asked for a visit, at which nobody comes; a wrong one is found."""
    settings = empty / "digivl.toml"
    remote = """
[remote.{name}]
offer = "csc"
url = "{url}"
client_id = "digivl-development"
client_secret_file = "keys/magda.secret"
redirect_uri = "http://127.0.0.1:8000/terug"
"""
    settings.write_text(
        settings.read_text()
        + remote.format(name="itsme", url="simulator")
        + remote.format(name="elders", url="http://127.0.0.1:9")
    )

    status, wrong = findings(run, empty)

    assert 1 == status
    assert ["remote elders"] == list(wrong)


def test_authority_that_is_down(
    run: Run, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A timestamp authority that does not answer is found, and only that."""

    def down(*_: object) -> bytes:
        raise BackendUnavailableError("development", "no answer")

    monkeypatch.setattr("digivl.signing.authorities.first_answer", down)
    status, wrong = findings(run, empty)

    assert 1 == status
    assert ["authority development"] == list(wrong)
    assert "no answer" in wrong["authority development"]


def test_authority_that_nobody_serves(run: Run, empty: Path) -> None:
    """An address at which nothing listens is found, with a way to mend it."""
    path = empty / "digivl.toml"
    path.write_text(
        path.read_text().replace('url = "simulator"', 'url = "http://127.0.0.1:9"', 1)
    )
    status, wrong = findings(run, empty)

    assert (1, ["authority development"]) == (status, list(wrong))


def test_what_became_of_each_authority(run: Run, empty: Path) -> None:
    """Counted over all programs that share the office; without room it is well."""
    path = empty / "digivl.toml"
    path.write_text(
        path.read_text().replace(
            'url = "simulator"', 'url = "simulator"\nper_day = 1', 1
        )
    )
    first, second = (
        next(
            line
            for line in run("doctor", "--office", empty, "--json").lines
            if line["what"] == "authority development"
        )
        for _ in range(2)
    )

    assert first["ok"]
    assert second["ok"]
    assert "asked 1, answered 1" in first["text"]
    assert "has room again in 86" in second["text"]
    assert "asked 1, answered 1, put off 1" in second["text"]


def test_an_authority_that_is_left_alone(run: Run, empty: Path) -> None:
    """Until when, and how often it failed."""
    path = empty / "digivl.toml"
    path.write_text(
        path.read_text().replace('url = "simulator"', 'url = "http://127.0.0.1:9"', 1)
    )
    _, wrong = findings(run, empty)

    assert (
        "asked 1, answered 0, failed 1; left alone until"
        in wrong["authority development"]
    )


def test_provider_that_lets_nobody_in(
    run: Run, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A provider that refuses us is found."""

    def refused(*_: object) -> None:
        raise BackendRefusedError("magda", "the secret is not known")

    monkeypatch.setattr(MagdaDocumentendienst, "find", refused)
    status, wrong = findings(run, empty)

    assert (1, ["provider magda"]) == (status, list(wrong))


@pytest.mark.parametrize(
    ("file", "finding"),
    [
        ("timestamps.p12", "authority development"),
        ("timestamps.password", "authority development"),
        ("magda.secret", "provider magda"),
    ],
)
def test_missing_key_of_a_simulator(
    run: Run, empty: Path, file: str, finding: str
) -> None:
    """A file that a simulator needs is missed where the simulator is."""
    (empty / "keys" / file).unlink()
    status, wrong = findings(run, empty)

    assert (1, [finding]) == (status, list(wrong))


@pytest.mark.parametrize("file", ["minister.p12", "minister.password"])
def test_missing_key(run: Run, empty: Path, file: str) -> None:
    """A key or password that is gone is found at the means that needs it."""
    (empty / "keys" / file).unlink()
    status, wrong = findings(run, empty)

    assert (1, ["means minister"]) == (status, list(wrong))


def test_damaged_key(run: Run, empty: Path) -> None:
    """A key file that is something else is found too."""
    (empty / "keys" / "minister.p12").write_bytes(b"")
    status, wrong = findings(run, empty)

    assert (1, ["means minister"]) == (status, list(wrong))


def test_expired_and_expiring_keys(
    run: Run, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate that ended is wrong; one that ends soon is told."""

    def later(years: float) -> Callable[[], datetime]:
        return lambda: datetime.now(UTC) + timedelta(days=365 * years)

    opened = Digivl.open
    for years, word in ((1.95, "soon"), (2.5, "expired")):
        clock = later(years)
        monkeypatch.setattr(
            "digivl.cli.simulate.Digivl.open",
            lambda path, c=clock: opened(path, clock=c),
        )
        done = run("doctor", "--office", empty, "--json")
        (text,) = [
            line["text"] for line in done.lines if line["what"] == "means minister"
        ]
        assert word in text


def test_missing_document(run: Run, own: Path, played: Any) -> None:
    """A version that a record names and the store lacks is found by its name."""
    name = played.told["checks"][0]["document"]["final"]
    (own / "documents" / name[:2] / name[2:]).unlink()
    status, wrong = findings(run, own)

    assert 1 == status
    assert name in wrong["documents"]


def test_changed_entry(run: Run, own: Path) -> None:
    """An entry that somebody changed in the database is found."""
    with closing(sqlite3.connect(own / "book.sqlite")) as book, book:
        master = "SELECT name FROM sqlite_master WHERE type = ?"
        for (name,) in book.execute(master, ["trigger"]).fetchall():
            book.execute(f'DROP TRIGGER "{name}"')
        book.execute(
            "UPDATE entry SET canonical = replace(canonical, 'pleinen', 'tuinen')"
        )
        assert book.total_changes
    status, wrong = findings(run, own)

    assert (1, ["record book"]) == (status, list(wrong))


def test_stuck_task(run: Run, own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A task that needs a person is found, with the command that shows it."""

    def refused(*_: object) -> None:
        raise BackendRefusedError("magda", "the secret is not known")

    monkeypatch.setattr("digivl.testing.route.play", refused)
    with Digivl.open(own) as vl:
        task = NewTask(kind=DEMO, subject=DOSSIER.ref("d" * 8), due=vl.clock())
        vl.book.write(tasks=[task])
    worked = run("work", "--office", own)
    assert 1 == worked.status
    assert "the secret is not known" in worked.err
    status, wrong = findings(run, own)

    assert (1, ["outbox"]) == (status, list(wrong))
    assert "digivl work --list" in wrong["outbox"]
