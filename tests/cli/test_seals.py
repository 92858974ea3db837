"""The commands `digivl seal …`: for who logged in and has no key."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from digivl.kernel.moments import to_wire, utc_now

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., Any]

LOGIN = {
    "provider": "ACM/IDM",
    "method": "itsme",
    "level": "urn:example:zekerheid:hoog",
    "session": "0d6f6ac2",
    "person": "Test Burger",
    "insz": "85073003328",
    "second_factor": "code per sms",
    "client": "192.0.2.1 Firefox",
}


@pytest.fixture(name="asked")
def _asked(pdf: Path, empty: Path) -> tuple[object, ...]:
    """The options of somebody who logged in and accepted the document."""
    login = empty.parent / "login.json"
    login.write_text(json.dumps(LOGIN | {"at": to_wire(utc_now())}))
    shown = hashlib.sha256(pdf.read_bytes()).hexdigest()
    said = ("--text", "Ik ga akkoord.", "--as", "Voorzitter", "--means", "zegel")
    return ("--login", login, "--shown", shown, *said, "--office", empty)


def test_seal_a_file(
    run: Run, empty: Path, pdf: Path, asked: tuple[object, ...]
) -> None:
    """Sealed, shown, and held against its evidence; no name is printed."""
    here, sealed = ("--office", empty), empty.parent / "zegel.pdf"
    done = run("seal", "file", pdf, "--out", sealed, *asked, "--json")
    assert (0, str(sealed)) == (done.status, done.line["file"])
    seal, proof = done.line["seal"], empty.parent / "bewijs.json"
    shown = run("seal", "show", seal[:8], *here)
    assert "Ik ga akkoord." in shown.out
    run("seal", "evidence", seal, "--out", proof, *here)
    found = run("seal", "check", sealed, proof, *here, "--json")

    assert (0, "TOGETHER") == (found.status, found.line["outcome"])
    assert ["client", "number", "person"] == found.line["opened"]
    other = run("seal", "check", pdf, proof, *here)
    assert (1, True) == (other.status, "geen verzegeling" in other.out)
    said = done.out + shown.out + found.out + other.out
    assert not [word for word in ("Burger", "8507", "192.0") if word in said]
    verdict = run("validate", sealed, *here, "--json").line
    assert "TOTAL-PASSED" == verdict["indication"]


def test_seal_a_document(
    run: Run, empty: Path, pdf: Path, asked: tuple[object, ...]
) -> None:
    """A document of a dossier gets a sealed version; its report can be made."""
    here = ("--office", empty)
    document = run("add", pdf, *here, "--json").line["document"]
    done = run("seal", "document", document[:8], *asked, "--json")

    assert (0, document) == (done.status, done.line["document"])
    report = run("evidence", done.line["seal"], "--out", empty / "b", *here, "--json")
    assert (0, done.line["seal"]) == (report.status, report.line["login_seal"])
    # What was sealed is another version than what was shown.
    again = run("seal", "document", document, *asked, "--json")
    assert (2, "malformed") == (again.status, again.line["error"])


def test_no_report_of_a_file(
    run: Run, empty: Path, pdf: Path, asked: tuple[object, ...]
) -> None:
    """A file of no dossier is not kept: its evidence is all there is."""
    sealed = ("--out", empty.parent / "zegel.pdf")
    seal = run("seal", "file", pdf, *sealed, *asked, "--json").line["seal"]
    done = run("evidence", seal, "--out", empty, "--office", empty, "--json")

    assert (2, True) == (done.status, "of no dossier" in done.line["text"])
    assert "seal evidence" in done.line["hint"]


def test_nothing_is_overwritten(
    run: Run, empty: Path, pdf: Path, asked: tuple[object, ...]
) -> None:
    """Neither the document nor an earlier file."""
    before = pdf.read_bytes()
    done = run("seal", "file", pdf, "--out", pdf, *asked, "--json")

    assert (2, True) == (done.status, "overwritten" in done.line["text"])
    assert before == pdf.read_bytes()


@pytest.mark.parametrize(
    ("login", "told"),
    [
        (LOGIN, "is no login"),
        (LOGIN | {"at": "2020-01-06T09:00Z"}, "not of this session"),
        (LOGIN | {"at": "gisteren"}, "is not a moment"),
        (LOGIN | {"at": 7}, "no text"),
        (LOGIN | {"insz": "85073003329", "at": "2020-01-06T09:00Z"}, "check digits"),
        (LOGIN | {"naam": "x"}, "not known"),
    ],
)
def test_no_login(
    run: Run,
    empty: Path,
    pdf: Path,
    asked: tuple[object, ...],
    login: dict[str, Any],
    told: str,
) -> None:
    """A file that tells no login of now is told; nothing of it is repeated."""
    (empty.parent / "login.json").write_text(json.dumps(login))
    out = empty.parent / "zegel.pdf"
    done = run("seal", "file", pdf, "--out", out, *asked, "--json")

    assert (2, True) == (done.status, told in done.line["text"])
    assert done.line["hint"]
    assert "Burger" not in done.out
    assert not out.exists()


def test_no_evidence(run: Run, empty: Path, pdf: Path) -> None:
    """Something else, and something endless, in the place of the evidence."""
    proof = empty.parent / "bewijs.json"
    for content in (b"{}", b" " * 1_000_001):
        proof.write_bytes(content)
        done = run("seal", "check", pdf, proof, "--office", empty, "--json")
        assert 2 == done.status
        assert done.line["hint"] or "larger" in done.line["text"]
