"""The command `timestamp`: tokens over files of any kind."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., Any]


def test_tells_each_token(run: Run, empty: Path, pdf: Path) -> None:
    """A token for each file, named for it; nothing is overwritten."""
    other = pdf.with_name("tabel.csv")
    other.write_text("a;b\n")
    out = ("--out", empty.parent / "stempels", "--office", empty)
    done = run("timestamp", pdf, other, *out, "--json")

    assert 0 == done.status
    assert ["nota.pdf.tst", "tabel.csv.tst"] == [
        Path(line["out"]).name for line in done.lines
    ]
    assert all(line["time"] and line["authority"] for line in done.lines)
    again = run("timestamp", pdf, *out, "--json")
    assert (2, "storage") == (again.status, again.line["error"])
    words = run("timestamp", pdf, "--out", empty.parent / "meer", "--office", empty)
    assert "ontwikkeling TSU" in words.out


@pytest.mark.interop
@pytest.mark.parametrize("digest", ["sha256", "sha512"])
def test_openssl_agrees(
    run: Run,
    empty: Path,
    pdf: Path,
    digest: str,
    needs_program: Callable[[str], str],
) -> None:
    """OpenSSL verifies the token over the file."""
    out = empty.parent / "stempels"
    run("timestamp", pdf, "--out", out, "--digest", digest, "--office", empty)
    token, root = out / "nota.pdf.tst", empty / "keys" / "authority.pem"
    words = ["ts", "-verify", "-token_in", "-in", token, "-data", pdf, "-CAfile", root]
    done = subprocess.run(
        [needs_program("openssl"), *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert "Verification: OK" in done.stdout + done.stderr


def test_policy_that_nobody_has(run: Run, empty: Path, pdf: Path) -> None:
    """An authority that does not stamp so says no; no file is made."""
    out = empty.parent / "stempels"
    asked = ("--out", out, "--policy", "1.2.3.4", "--wait", "0", "--office", empty)
    done = run("timestamp", pdf, *asked, "--json")

    assert 2 == done.status
    assert not list(out.glob("*")) if out.exists() else True
