from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., Any]


def token(played: Any) -> str:
    """The code without its check character and hyphens."""
    return str(played.code).replace("-", "")[:26]


@pytest.mark.parametrize(
    "typed",
    [
        lambda code: code,
        lambda code: code.lower(),
        lambda code: code.replace("-", ""),
        lambda code: code.replace("-", " "),
        lambda code: code.replace("0", "O").replace("1", "l"),
        lambda code: f"https://verifieer.vlaanderen.be/d/{code.replace('-', '')[:26]}",
        lambda code: f"HTTPS://VERIFIEER.VLAANDEREN.BE/D/{code.replace('-', '')[:26]}",
    ],
)
def test_finds_a_code(run: Run, played: Any, typed: Callable[[str], str]) -> None:
    """A code is found as printed, as typed with usual mistakes, and as a URL."""
    done = run("verify", typed(played.code), "--office", played.office, "--json")

    assert (0, "AUTHENTIC") == (done.status, done.line["outcome"])
    assert {"outcome", "text", "copy", "at", "document"} == set(done.line)


def test_tells_people_in_dutch(run: Run, played: Any) -> None:
    """For people: what it is, by whom, signed by whom, and that it is a trial."""
    done = run("verify", played.code, "--copy", played.final, "-o", played.office)

    assert 0 == done.status
    for word in ("Besluit over speelpleinen", "Secretarie", "Minister-president"):
        assert word in done.out
    assert "identiek aan het authentieke document" in done.out
    assert "geen rechtswaarde" in done.out


def test_typing_error_is_told(run: Run, played: Any) -> None:
    """A wrong character is told from an unknown code."""
    wrong = ("B" if played.code[0] == "A" else "A") + played.code[1:]
    done = run("verify", wrong, "--office", played.office)

    assert 2 == done.status
    assert "typing error" in done.err


def test_unknown_code(run: Run, played: Any) -> None:
    """A well-formed code that was never given is a no: status 1."""
    done = run("verify", "0" * 26, "--office", played.office, "--json")

    assert (1, "UNKNOWN", None) == (
        done.status,
        done.line["outcome"],
        done.line["document"],
    )
    assert "Code niet gekend" in run("verify", "0" * 26, "-o", played.office).out


@pytest.mark.parametrize("host", ["verifieer.example.org", "vlaanderen.be.example.org"])
def test_foreign_host_is_refused(run: Run, played: Any, host: str) -> None:
    """A code that leads elsewhere may be forged: it is not looked up."""
    done = run("verify", f"https://{host}/d/{token(played)}", "-o", played.office)

    assert 2 == done.status
    assert "forged" in done.err


def test_reads_the_code_in_a_pdf(run: Run, played: Any) -> None:
    """A PDF tells its code in the link."""
    done = run("verify", played.final, "--copy", played.final, "-o", played.office)

    assert 0 == done.status


def test_a_pdf_is_its_own_copy(run: Run, played: Any, tmp_path: Path) -> None:
    """A forged document with a true link is not authentic: its bytes are compared."""
    forged = tmp_path / "vervalst.pdf"
    content = bytearray(played.final.read_bytes())
    content[len(content) // 3] ^= 1
    forged.write_bytes(content)

    true = run("verify", played.final, "-o", played.office, "--json")
    false = run("verify", forged, "-o", played.office, "--json")

    assert (0, "IDENTICAL") == (true.status, true.line["copy"])
    assert (1, "DIFFERENT") == (false.status, false.line["copy"])


@pytest.mark.interop
def test_reads_the_code_in_an_image(
    run: Run, played: Any, tmp_path: Path, needs_program: Callable[[str], str]
) -> None:
    """A photo of the page, here made by pdftoppm, is enough."""
    pytest.importorskip("zxingcpp")
    pdftoppm = needs_program("pdftoppm")
    photo = tmp_path / "foto"
    command = [pdftoppm, "-r", "150", "-png", "-singlefile", played.final, photo]
    subprocess.run(command, check=True)
    done = run("verify", photo.with_suffix(".png"), "-o", played.office, "--json")

    assert (0, "AUTHENTIC") == (done.status, done.line["outcome"])


def test_image_without_code(run: Run, played: Any, tmp_path: Path) -> None:
    """A file without a code says so."""
    (tmp_path / "foto.png").write_bytes(b"\x89PNG maar geen beeld")
    done = run("verify", tmp_path / "foto.png", "--office", played.office)

    assert 2 == done.status
    assert "foto.png" in done.err


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        (lambda content: content, "IDENTICAL"),
        (lambda content: content[:-1], "DIFFERENT"),
        (lambda content: content + b"\n", "LATER_CHANGED"),
    ],
)
def test_compares_a_copy(
    run: Run,
    played: Any,
    tmp_path: Path,
    change: Callable[[bytes], bytes],
    outcome: str,
) -> None:
    """Byte for byte: identical is 0, anything else is 1."""
    copy = tmp_path / "kopie.pdf"
    copy.write_bytes(change(played.final.read_bytes()))
    done = run("verify", played.code, "--copy", copy, "-o", played.office, "--json")

    assert (int(outcome != "IDENTICAL"), outcome) == (done.status, done.line["copy"])


def test_tells_an_earlier_version(run: Run, played: Any) -> None:
    """The file after the first signature is known as an earlier version."""
    earlier = played.told["files"][-2]
    done = run("verify", played.code, "--copy", earlier, "-o", played.office, "--json")

    assert (1, "EARLIER_VERSION") == (done.status, done.line["copy"])


def test_missing_copy(run: Run, played: Any, tmp_path: Path) -> None:
    """A copy that cannot be read could not be compared: status 2."""
    done = run("verify", played.code, "--copy", tmp_path / "weg", "-o", played.office)

    assert 2 == done.status
