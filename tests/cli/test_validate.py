from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from digivl.testing.papers import paper

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., Any]

OF_A_FILE = {"file", "indication", "sub_indication", "warnings", "signatures"}
OF_A_SIGNATURE = {
    "field",
    "indication",
    "sub_indication",
    "level",
    "covers_whole_document",
    "changes",
    "signer",
    "signing_time",
    "qualification",
    "timestamps",
    "warnings",
}
OF_A_TIMESTAMP = {"indication", "time", "qualification"}


def test_line_is_complete(run: Run, played: Any) -> None:
    """Each line has every key that programs count on."""
    line = run("validate", played.final, "-o", played.office, "--json").line

    assert OF_A_FILE <= set(line)
    assert 2 == len(line["signatures"])
    for signature in line["signatures"]:
        assert OF_A_SIGNATURE <= set(signature)
        assert OF_A_TIMESTAMP <= set(signature["timestamps"][0])


def test_office_trusts_its_own_roots(run: Run, played: Any) -> None:
    """In its office a signed document passes: status 0."""
    done = run("validate", played.final, "--office", played.office, "--json")

    assert (0, "TOTAL-PASSED") == (done.status, done.line["indication"])


def test_needs_no_office(run: Run, played: Any, tmp_path: Path) -> None:
    """Without an office nobody is trusted, which is no verdict against the file."""
    done = run("validate", played.final, "--office", tmp_path, "--json")

    assert (1, "INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND") == (
        done.status,
        done.line["indication"],
        done.line["sub_indication"],
    )


def test_trusts_named_roots(run: Run, played: Any, tmp_path: Path) -> None:
    """`--trust` names roots, without any office."""
    root = played.office / "keys" / "authority.pem"
    done = run("validate", played.final, "--trust", root, "--office", tmp_path)

    assert 0 == done.status
    assert "geldig" in done.out
    assert "niveau B-T" in done.out


@pytest.mark.parametrize("at", ["2020-01-01", "2020-01-01T12:00:00+01:00"])
def test_judges_as_of_a_moment(run: Run, played: Any, at: str) -> None:
    """`--at` judges at that moment: before its certificates a file cannot pass."""
    done = run("validate", played.final, "--at", at, "-o", played.office, "--json")

    assert 1 == done.status
    assert "TOTAL-PASSED" != done.line["indication"]


def test_refuses_a_moment_that_is_none(run: Run, played: Any) -> None:
    """A moment that cannot be read says how to write one."""
    done = run("validate", played.final, "--at", "gisteren")

    assert 2 == done.status
    assert "2026-11-23" in done.err
    assert "" == done.out


def test_every_file_gets_its_line(run: Run, played: Any, tmp_path: Path) -> None:
    """Also what is unreadable, missing, no file, or not signed at all."""
    (tmp_path / "leeg.pdf").touch()
    (tmp_path / "tekst.pdf").write_text("Geachte,")
    (tmp_path / "ongetekend.pdf").write_bytes(paper())
    os.mkfifo(tmp_path / "pijp.pdf")
    names = ("leeg.pdf", "tekst.pdf", "pijp.pdf", "weg.pdf", ".", "ongetekend.pdf")
    files = [*(tmp_path / name for name in names), Path("/dev/zero"), played.final]
    done = run("validate", *files, "--office", played.office, "--json")

    assert 1 == done.status
    assert [str(file) for file in files] == [line["file"] for line in done.lines]
    assert [*["REFUSED"] * 5, "NO_SIGNATURE", "REFUSED", "TOTAL-PASSED"] == [
        line["indication"] for line in done.lines
    ]
    assert all(OF_A_FILE <= set(line) for line in done.lines)
    assert all(line["reason"] for line in done.lines[:5])


def test_changed_file_fails(run: Run, played: Any) -> None:
    """A turned bit makes TOTAL-FAILED, also for people: `ongeldig`."""
    changed = played.final.with_name("gewijzigde-kopie.pdf")
    done = run("validate", changed, "--office", played.office)

    assert 1 == done.status
    assert "ongeldig" in done.out


@pytest.mark.parametrize("content", [None, "geen certificaat"])
def test_bad_roots_are_an_error(
    run: Run, played: Any, tmp_path: Path, content: str | None
) -> None:
    """Roots that cannot be read are no verdict over the file: status 2."""
    root = tmp_path / "root.pem"
    if content is not None:
        root.write_text(content)
    done = run("validate", played.final, "--trust", root, "--json")

    assert (2, "configuration") == (done.status, done.line["error"])


def test_settings_that_are_none(run: Run, played: Any, tmp_path: Path) -> None:
    """Settings that cannot be read are told; the file is not judged by a guess."""
    (tmp_path / "digivl.toml").write_text("dit is geen TOML")
    done = run("validate", played.final, "--office", tmp_path, "--json")

    assert (2, "configuration") == (done.status, done.line["error"])
