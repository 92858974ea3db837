"""`digivl label` and `digivl scan`: where a folder of paper is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from digivl import Digivl
from digivl.testing.council import CABINET

Run = Callable[..., Any]


@pytest.fixture(name="office")
def _office(tmp_path: Path) -> Path:
    """An office with a dossier."""
    with Digivl.create(tmp_path / "kantoor") as vl:
        vl.dossiers.open("Subsidie", by=CABINET, id="dossier-1")
    return tmp_path / "kantoor"


def test_a_folder_that_moves(run: Run, office: Path, tmp_path: Path) -> None:
    """Its label is printed once; each scan says where it is."""
    out, here = tmp_path / "etiket.pdf", ("--office", office)
    label = run("label", "dossier-1", "--out", out, *here, "--json").line["label"]
    again = run("label", "dossier-1", "--out", out, *here, "--json")

    scanned = run("scan", label.lower(), "--to", "archief", "--name", "Archief", *here)

    assert out.read_bytes().startswith(b"%PDF")
    assert (2, "malformed") == (again.status, again.line["error"])
    assert "is bij Archief" in scanned.out
    listed = run("worklist", *here, "--json").line
    assert ("archief", "Archief") == (listed["holder"], listed["holder_label"])


def test_what_is_no_label(run: Run, office: Path) -> None:
    """Refused with a hint; nothing moves."""
    here = ("--office", office, "--json")

    assert "malformed" == run("scan", "zomaar", "--to", "x", *here).line["error"]
    assert "kabinet-1" == run("worklist", *here).line["holder"]
