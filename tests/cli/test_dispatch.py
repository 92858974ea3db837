from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from digivl import Digivl
from digivl.dispatch.magda import MagdaDocumentendienst
from digivl.errors import BackendUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., Any]

CITIZEN = "85073003328"
ADDRESS = {
    "street": "Voorbeeldstraat",
    "house_number": "2",
    "postal_code": "9000",
    "municipality": "Gent",
}
LETTER = {"name": "Vereniging Voorbeeld", "address": ADDRESS}
SENDER = ("--sender", "OVO002949")


@pytest.fixture(name="signed")
def _signed(run: Run, empty: Path, pdf: Path) -> str:
    """Id of a registered document in the office `empty`, sent to nobody yet."""
    out = ("--out", empty.parent / "out")
    done = run("sign", pdf, *out, "--means", "minister", "-o", empty, "--json")
    assert 0 == done.status
    return str(done.line["document"])


@pytest.fixture(name="to")
def _to(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file of recipients; what is no text becomes a JSON line."""

    def write(*lines: object) -> Path:
        path = tmp_path / "bestemmelingen.jsonl"
        text = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        path.write_text("\n".join(text), encoding="utf-8")
        return path

    return write


def test_sends_and_delivers(
    run: Run, empty: Path, signed: str, to: Callable[..., Path]
) -> None:
    """`send` makes ready, over eBox where there is a number; `work` delivers."""
    enterprise = {"name": "Voorbeeld", "kbo": "0220916609"}
    recipients = to({"name": "Test Burger", "insz": CITIZEN}, "", LETTER, enterprise)
    sent = run("send", signed, "--to", recipients, *SENDER, "-o", empty, "--json")

    assert 0 == sent.status
    assert ["EBOX", "PAPER", "EBOX"] == [line["channel"] for line in sent.lines]

    listed = run("work", "--list", "--office", empty, "--json")
    assert ["waiting"] * 3 == [task["state"] for task in listed.lines]

    done = run("work", "--office", empty, "--json")
    assert (0, {"done": 3, "postponed": 0, "stuck": 0, "texts": 1}) == (
        done.status,
        done.line,
    )
    for line in sent.lines:
        shown = run("show", line["dispatch"], "--office", empty, "--json")
        assert "accepted" == shown.line["body"]["state"]
        assert CITIZEN not in shown.out


def test_start_of_the_id_is_enough(
    run: Run, empty: Path, signed: str, to: Callable[..., Path]
) -> None:
    """The document is found by the start of its id, as in other commands."""
    sent = run("send", signed[:8], "--to", to(LETTER), *SENDER, "-o", empty)

    assert 0 == sent.status
    assert "1 dispatches are ready" in sent.out
    done = run("work", "--office", empty)
    assert (0, "1 done") == (done.status, done.out[:6])
    assert "done    dispatch" in done.err


def test_nobody_gets_it_twice(
    run: Run, empty: Path, signed: str, to: Callable[..., Path]
) -> None:
    """Who was sent this document before is refused; so is a file that repeats."""
    recipients = to(LETTER)
    assert 0 == run("send", signed, "--to", recipients, *SENDER, "-o", empty).status
    again = run("send", signed, "--to", recipients, *SENDER, "-o", empty, "--json")

    assert (2, "already-sent") == (again.status, again.line["error"])


def test_one_channel_for_all(
    run: Run, empty: Path, signed: str, to: Callable[..., Path]
) -> None:
    """`--channel PAPER` sends a letter also where there is a number."""
    recipients = to({"name": "Test Burger", "insz": CITIZEN, "address": ADDRESS})
    options = ("--channel", "PAPER", "--subject", "Uw subsidie", *SENDER)
    sent = run("send", signed, "--to", recipients, *options, "-o", empty, "--json")

    assert (0, "PAPER") == (sent.status, sent.line["channel"])


@pytest.mark.parametrize(
    "line",
    [
        CITIZEN,
        f'"{CITIZEN}"',
        f'{{"name": "Test {CITIZEN}", "insz": ',
        f'["{CITIZEN}"]',
        {"insz": CITIZEN},
        {"name": CITIZEN},
        {"name": "Test Burger"},
        {"name": "Test Burger", "insz": "85073003329"},
        {"name": "Test Burger", "insz": 85073003329},
        {"name": "Test Burger", "insz": [CITIZEN]},
        {"name": {"insz": CITIZEN}, "insz": CITIZEN},
        {"name": "Test Burger", "insz": CITIZEN, "kbo": "0220916609"},
        {"name": "Test Burger", "kbo": CITIZEN},
        {"name": "Test", "kbo": "0220916609", "address": {**ADDRESS, "city": "Gent"}},
        {"name": "Test Burger", "INSZ": CITIZEN, "address": ADDRESS},
        {"name": "Test Burger", CITIZEN: 1},
        {"name": "Test Burger", "address": CITIZEN},
        {"name": "Test Burger", "address": {"street": CITIZEN}},
        {"name": "Test Burger", "address": {CITIZEN: "", **ADDRESS}},
        {"name": "Test Burger", "address": {**ADDRESS, "postal_code": CITIZEN}},
        {"name": "Test Burger", "address": {**ADDRESS, "box_number": 7}},
        {"name": f"Test\n{CITIZEN}", "insz": CITIZEN},
        {"name": "", "insz": CITIZEN},
        "[" * 100_000,
        "1" * 10_000,
    ],
)
def test_bad_line_is_named_and_not_shown(
    run: Run,
    empty: Path,
    signed: str,
    to: Callable[..., Path],
    line: object,
) -> None:
    """The error says which line; nothing that stands in it, no number least of all."""
    recipients = to(LETTER, line)
    sent = run("send", signed, "--to", recipients, *SENDER, "-o", empty, "--json")

    assert (2, "malformed") == (sent.status, sent.line["error"])
    assert "line 2" in sent.line["text"]
    assert CITIZEN[:6] not in sent.out + sent.err
    assert [] == run("work", "--list", "--office", empty, "--json").lines


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xff\xfe\x00", b"\xef\xbb\xbf"])
def test_file_without_recipients(
    run: Run, empty: Path, signed: str, tmp_path: Path, content: bytes
) -> None:
    """A file that holds nobody, or is no text, sends nothing."""
    (tmp_path / "leeg").write_bytes(content)
    sent = run("send", signed, "--to", tmp_path / "leeg", *SENDER, "-o", empty)

    assert 2 == sent.status
    assert [] == run("work", "--list", "--office", empty, "--json").lines


def test_file_may_start_with_a_mark(
    run: Run, empty: Path, signed: str, tmp_path: Path
) -> None:
    """The byte order mark that some programs write is no part of the first line."""
    (tmp_path / "lijst").write_bytes(b"\xef\xbb\xbf" + json.dumps(LETTER).encode())
    sent = run("send", signed, "--to", tmp_path / "lijst", *SENDER, "-o", empty)

    assert 0 == sent.status


def test_file_has_a_largest_size(
    run: Run,
    empty: Path,
    signed: str,
    to: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A file that is too large is not read to its end."""
    monkeypatch.setattr("digivl.cli.recipients._LARGEST", 10)
    sent = run("send", signed, "--to", to(LETTER), *SENDER, "-o", empty, "--json")

    assert (2, "limit-exceeded") == (sent.status, sent.line["error"])


@pytest.mark.parametrize(
    ("document", "sender", "error"),
    [
        ("signed", "OVO2949", "malformed"),
        ("nergens", "OVO002949", "not-found"),
        ("unstamped", "OVO002949", "not-found"),
    ],
)
def test_sends_only_what_is_registered(
    run: Run,
    empty: Path,
    signed: str,
    to: Callable[..., Path],
    document: str,
    sender: str,
    error: str,
) -> None:
    """An unknown document, or a sender that is no OVO code, is refused."""
    named = {"signed": signed, "unstamped": "0" * 8}.get(document, document)
    options = ("--to", to(LETTER), "--sender", sender, "-o", empty)
    sent = run("send", named, *options, "--json")

    assert (2, error) == (sent.status, sent.line["error"])


@pytest.mark.parametrize("hint", ["Is the network up?", ""])
def test_work_tells_what_fails_for_now(
    run: Run,
    empty: Path,
    signed: str,
    to: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    hint: str,
) -> None:
    """What will be tried again is status 1, with the reason and what to do."""
    run("send", signed, "--to", to(LETTER), *SENDER, "-o", empty)

    def away(*_: object) -> None:
        raise BackendUnavailableError("magda", "no answer", hint=hint)

    monkeypatch.setattr(MagdaDocumentendienst, "submit", away)
    done = run("work", "--office", empty)

    assert 1 == done.status
    assert "0 done, 1 to be tried again, 0 stuck" in done.out
    assert "[magda] no answer" in done.err
    assert hint in done.err
    listed = run("work", "--list", "--office", empty)
    assert "waiting" in listed.out
    assert "no answer" in listed.out


def test_work_retries_what_is_stuck(
    run: Run, empty: Path, signed: str, to: Callable[..., Path]
) -> None:
    """A stuck task stays in sight until somebody has it tried again."""
    run("send", signed, "--to", to(LETTER), *SENDER, "-o", empty)
    with Digivl.open(empty) as vl:
        task = vl.book.lease("somebody", vl.clock(), 60)
        assert task
        vl.book.postpone(task, until=None, error="the token is refused")

    idle = run("work", "--office", empty, "--json")
    assert {"done": 0, "postponed": 0, "stuck": 0, "texts": 1} == idle.line
    assert ["stuck"] == [
        line["state"] for line in run("work", "--list", "-o", empty, "--json").lines
    ]
    retried = run("work", "--retry", task.key, "--office", empty, "--json")
    assert (0, 1) == (retried.status, retried.line["done"])


def test_work_retries_only_what_is_stuck(run: Run, empty: Path) -> None:
    """A key of no stuck task is an error."""
    done = run("work", "--retry", "onbekend", "--office", empty, "--json")

    assert (2, "not-found") == (done.status, done.line["error"])


def test_work_with_nothing_to_do(run: Run, empty: Path) -> None:
    """Nothing due is done: status 0, also as a table."""
    assert 0 == run("work", "--office", empty).status
    assert 0 == run("work", "--list", "--office", empty).status
