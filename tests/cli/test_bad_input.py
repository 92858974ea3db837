"""Whatever is typed: an answer or an error in words, never a traceback."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., Any]

# What can stand on a command line: no null, and nothing that the shell cannot pass.
WORDS = st.text(st.characters(blacklist_characters="\0", codec="utf-8"), max_size=400)
ASIDE = settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
COMMANDS = {
    "show": ("show",),
    "history": ("history",),
    "verify": ("verify",),
    "send": ("send", "--to", "/dev/null", "--sender", "OVO002949"),
    "validate": ("validate",),
}


@pytest.mark.parametrize("command", sorted(COMMANDS))
@ASIDE
@given(word=WORDS)
def test_any_word(run: Run, played: Any, command: str, word: str) -> None:
    """Any word in the place of an id, a code or a file: status 1 or 2, and JSON."""
    options = ("--office", played.office, "--json")
    done = run(*COMMANDS[command], *options, "--", word)

    assert done.status in {1, 2}
    assert all(isinstance(line, dict) for line in done.lines)
    assert done.lines


@ASIDE
@given(content=st.binary(max_size=400))
def test_any_file(run: Run, played: Any, tmp_path: Path, content: bytes) -> None:
    """Any bytes in the place of a file: a verdict, or an error."""
    (tmp_path / "file").write_bytes(content)
    options = ("--office", played.office, "--json")
    for words in (
        ("validate", tmp_path / "file"),
        ("verify", tmp_path / "file"),
        ("verify", played.code, "--copy", tmp_path / "file"),
        ("validate", played.final, "--trust", tmp_path / "file"),
    ):
        done = run(*words, *options)
        assert done.status in {1, 2}
        assert done.line


@ASIDE
@given(content=st.binary(max_size=200) | WORDS.map(str.encode))
def test_any_recipients(run: Run, played: Any, tmp_path: Path, content: bytes) -> None:
    """Any bytes in the place of recipients: refused, since they are none."""
    (tmp_path / "list").write_bytes(content)
    words = ("send", played.document, "--to", tmp_path / "list")
    done = run(*words, "--sender", "OVO002949", "-o", played.office, "--json")

    assert 2 == done.status
    assert "error" in done.line


@ASIDE
@given(content=st.binary(max_size=200) | WORDS.map(str.encode))
def test_any_settings(run: Run, fresh: Path, tmp_path: Path, content: bytes) -> None:
    """Any bytes in the place of settings: no office, or a damaged one."""
    del fresh
    (tmp_path / "digivl.toml").write_bytes(content)
    done = run("worklist", "--office", tmp_path, "--json")

    assert 2 == done.status
    assert "error" in done.line


SETTINGS = {
    "trust is no list": ('trust = ["keys/authority.pem"]', "trust = 7"),
    "trust is a word": ('trust = ["keys/authority.pem"]', 'trust = "keys"'),
    "book is no URL": ("development = true", 'book = "::"\ndevelopment = true'),
    "book is a number": ("development = true", "book = 7\ndevelopment = true"),
    "unknown driver": ("development = true", 'book = "oracel://x"\ndevelopment = true'),
    "no such server": (
        "development = true",
        'book = "postgresql+psycopg://nobody@127.0.0.1:9/x"\ndevelopment = true',
    ),
    "unknown store": ('offer = "folder"', 'offer = "cloud"'),
    "store is a file": ('path = "documents"', 'path = "digivl.toml"'),
    "unknown authority": ('offer = "rfc3161"', 'offer = "sundial"'),
    "authority without url": ('url = "simulator"\n\n', "\n"),
    "authority is no URL": ('url = "simulator"\n\n', 'url = "gopher:"\n\n'),
    "no client": ('client_id = "digivl-development"\n', ""),
    "organisation": ("0220916609", "0220916600"),
    "limit is no number": ("[documents]", '[limits]\npdf_bytes = "veel"\n[documents]'),
    "limit is nothing": ("[documents]", "[limits]\npdf_bytes = 0\n[documents]"),
    "limit is negative": ("[documents]", "[limits]\ntask_attempts = -1\n[documents]"),
    "host is a URL": ("[documents]", '[code]\nhost = "https://x/"\n[documents]'),
    "host is a number": ("[documents]", "[code]\nhost = 7\n[documents]"),
    "code is a word": ("development = true", 'code = "x"\ndevelopment = true'),
    "means is a word": ("[means.minister]", 'x = "y"\n[means.minister.x]'),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_wrong_setting(run: Run, empty: Path, pdf: Path, name: str) -> None:
    """A wrong setting is an error or a finding of the doctor; nobody trips over it."""
    path = empty / "digivl.toml"
    text = path.read_text()
    before, after = SETTINGS[name]
    assert before in text
    path.write_text(text.replace(before, after, 1))

    doctor = run("doctor", "--office", empty, "--json")
    assert doctor.lines
    out = ("--out", empty.parent / "out", "--means", "minister")
    signed = run("sign", pdf, *out, "--office", empty, "--json")
    assert signed.lines
    assert (
        2 in {doctor.status, signed.status} or 1 == doctor.status or not signed.status
    )
    assert {"error"} <= set(signed.line) or 0 == signed.status


@pytest.mark.parametrize("command", ["demo", "init", "sign"])
@pytest.mark.parametrize("place", ["/proc", "/dev/full", "/dev/null/x", "x" * 300])
def test_unusable_places(
    run: Run, empty: Path, pdf: Path, command: str, place: str
) -> None:
    """Where nothing can be written, nothing is, and it is said."""
    words = {
        "demo": ("demo", "--dir", place, "--pdf", pdf),
        "init": ("init", place),
        "sign": (
            *("sign", pdf, "--out", place, "--means", "minister"),
            *("--no-code", "--office", empty),
        ),
    }
    done = run(*words[command], "--json")

    assert 2 == done.status
    assert "error" in done.line
