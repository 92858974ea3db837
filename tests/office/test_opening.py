"""An office is opened whole, or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from digivl import Digivl
from digivl.errors import (
    ConfigurationError,
    DamagedOfficeError,
    DigivlError,
    KeyUnusableError,
    NewerOfficeError,
    NotAnOfficeError,
)
from digivl.office import book_url, make_office, open_office
from digivl.records.port import Query
from digivl.settings import Settings

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.parametrize("what", ["missing", "empty", "a file"])
def test_not_an_office(tmp_path: Path, what: str) -> None:
    """Where there is no office, the error says how to make one."""
    folder = tmp_path / "office"
    if what == "empty":
        folder.mkdir()
    if what == "a file":
        folder.write_text("mine")

    with pytest.raises(NotAnOfficeError) as refused:
        Digivl.open(folder)

    assert f"digivl init {folder}" in refused.value.hint


Mend = Callable[[str, str], None]


@pytest.fixture(name="rewrite")
def _rewrite(office: Path) -> Mend:
    """Replaces something in the settings of the office."""

    def rewrite(old: str, new: str) -> None:
        path = office / "digivl.toml"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return rewrite


@pytest.mark.parametrize(
    "line", ["", "format = 'one'", "format = true", "format = 0", "format = 1.0"]
)
def test_settings_of_something_else(office: Path, rewrite: Mend, line: str) -> None:
    """Settings that do not say which office it is may be of something else."""
    rewrite("format = 1", line)

    with pytest.raises(NotAnOfficeError, match="does not say which office"):
        open_office(office)


@pytest.mark.parametrize("text", ["office = 1\n", "", "[tool]\nname = 'x'\n"])
def test_another_file(office: Path, text: str) -> None:
    """A TOML file of something else does not make an office."""
    (office / "digivl.toml").write_text(text)

    with pytest.raises(NotAnOfficeError):
        open_office(office)


def test_newer_office(office: Path, rewrite: Mend) -> None:
    """An office of a newer digivl is not opened, whatever else it holds."""
    rewrite("format = 1", "format = 2")
    rewrite("[documents]", "[telepathy]")

    with pytest.raises(NewerOfficeError, match="has format 2") as refused:
        Digivl.open(office)

    assert "newer one" in refused.value.hint


@pytest.mark.parametrize(
    "part", ["book.sqlite", "documents", "keys/authority.pem", "keys"]
)
def test_missing_part(office: Path, part: str) -> None:
    """An office that lacks a part is damaged; nothing is made anew in its place."""
    path = office / part
    shutil.rmtree(path) if path.is_dir() else path.unlink()

    with pytest.raises(DamagedOfficeError, match=f"lacks {part}") as refused:
        Digivl.open(office)

    assert "back-up" in refused.value.hint
    assert not path.exists()


def test_several_missing_parts(office: Path) -> None:
    """All that is missing is named at once."""
    (office / "book.sqlite").unlink()
    (office / "documents").rmdir()

    with pytest.raises(DamagedOfficeError, match=r"lacks book\.sqlite, documents"):
        open_office(office)


def test_missing_part_elsewhere(office: Path, rewrite: Mend, tmp_path: Path) -> None:
    """A part can stand outside of the office; it is named whole."""
    rewrite('"keys/authority.pem"', f'"{tmp_path}/root.pem"')
    with pytest.raises(DamagedOfficeError, match=f"lacks {tmp_path}/root.pem"):
        open_office(office)

    (tmp_path / "root.pem").write_text("")
    assert (f"{tmp_path}/root.pem",) == open_office(office).trust


def test_missing_key(office: Path) -> None:
    """A key that is gone is missed by who wants to sign, and by nobody else."""
    (office / "keys" / "minister.p12").unlink()

    with (
        Digivl.open(office) as vl,
        pytest.raises(KeyUnusableError, match="cannot be read"),
    ):
        vl.means("minister")


@pytest.mark.parametrize(
    "content", [b"broken [", b"\xff\xfe\x00", b"[office]\nformat=1\n["]
)
def test_broken_settings(office: Path, content: bytes) -> None:
    """Settings that cannot be read are a damage to mend."""
    (office / "digivl.toml").write_bytes(content)

    with pytest.raises(DamagedOfficeError, match="cannot be read") as refused:
        open_office(office)

    assert "back-up" in refused.value.hint


def test_wrong_settings(office: Path, rewrite: Mend) -> None:
    """Settings with a wrong name are a fault of the configuration, not a damage."""
    rewrite("[documents]", "[document]")

    with pytest.raises(ConfigurationError, match="document is not known") as refused:
        open_office(office)

    assert "documents" in refused.value.hint


@pytest.mark.parametrize("content", [b"", b"garbage" * 999])
def test_damaged_book(office: Path, content: bytes) -> None:
    """A book that is none is told of when it is opened."""
    (office / "book.sqlite").write_bytes(content)

    with Digivl.open(office) as vl, pytest.raises(DamagedOfficeError):
        vl.book.rows(Query())


def test_book_elsewhere(office: Path, rewrite: Mend) -> None:
    """A book on a server is not looked for in the folder."""
    rewrite("development = true", 'development = true\nbook = "sqlite:///x.sqlite"')
    (office / "book.sqlite").unlink()

    settings = open_office(office)

    assert "sqlite:///x.sqlite" == book_url(office, settings)


def test_documents_elsewhere(office: Path, rewrite: Mend) -> None:
    """Documents in another kind of store are not looked for in the folder."""
    rewrite('offer = "folder"', 'offer = "cloud"')
    (office / "documents").rmdir()

    assert "cloud" == open_office(office).documents.offer


def test_book_beside_the_settings(tmp_path: Path) -> None:
    """Without a word in the settings, the book is the file in the office."""
    assert str(tmp_path / "book.sqlite") in book_url(tmp_path, Settings())


@pytest.fixture(name="as_nobody")
def _as_nobody(office: Path) -> Iterator[Callable[[], Any]]:
    """Goes on as a user without any right."""
    if os.geteuid() == 0:
        yield lambda: os.seteuid(65_534)
        os.seteuid(0)
    else:
        yield lambda: None
    office.chmod(0o750)


@pytest.mark.parametrize("part", ["", "digivl.toml"])
def test_without_rights(
    office: Path, as_nobody: Callable[[], Any], tmp_path: Path, part: str
) -> None:
    """Who may not look into an office is told so; nobody guesses."""
    for folder in (tmp_path.parent.parent, tmp_path.parent, tmp_path):
        folder.chmod(0o711)
    office.chmod(0o755)
    (office / part).chmod(0o000)
    as_nobody()

    with pytest.raises(DigivlError, match="cannot be"):
        open_office(office)
    with pytest.raises(DigivlError):
        make_office(office / "inner", at=AT)
