"""The commands of signing flows, from the first approval to the last signature."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from digivl import Digivl
from digivl.documents.model import NOTA
from digivl.testing.council import CABINET
from digivl.testing.papers import paper

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., Any]

MEANS = (
    *("--means", "minister=Minister van Jeugd"),
    *("--means", "minister-president=Minister-president"),
)


@pytest.fixture(name="office")
def _office(tmp_path: Path) -> tuple[tuple[str, Path], list[str]]:
    """The option that names an office, and the ids of two documents in it."""
    folder = tmp_path / "kantoor"
    with Digivl.create(folder) as vl:
        dossier = vl.dossiers.open("Jeugdwerk", by=CABINET).id
        names = [
            vl.documents.add(
                dossier, io.BytesIO(paper(title)), title=title, type=NOTA, by=CABINET
            ).id
            for title in ("Besluit", "Nota")
        ]
    return ("--office", folder), names


def test_to_the_last_signature(
    run: Run, office: tuple[tuple[str, Path], list[str]]
) -> None:
    """Each command says how it stands, and for whom it waits."""
    here, (document, _) = office
    said = ("--approver", "Kabinetschef", "--tell", "Archief")
    begun = run("flow", "start", document[:8], *MEANS, *said, *here, "--json").line
    flow = begun["flow"]
    assert ("TO_BE_APPROVED", ["Kabinetschef"]) == (begun["state"], begun["turns"])
    assert "Kabinetschef" == run("flow", "remind", flow, *here).out.strip()
    assert "al herinnerd" in run("flow", "remind", flow, *here).out

    done = run("flow", "approve", flow[:8], "--remark", "In orde.", *here)
    assert "Te handtekenen, wacht op Minister van Jeugd" in done.out
    done = run("flow", "delegate", flow, "Minister van Zorg", *here)
    assert "wacht op Minister van Zorg" in done.out
    shown = run("flow", "show", flow, *here).out
    assert "Minister van Zorg, namens Minister van Jeugd" in shown
    assert "doorgegeven" in shown
    assert "Gedeeltelijk getekend" in run("flow", "sign", flow, *here).out
    replaced = ("Minister-president", "Viceminister-president", "--why", "afwezig")
    run("flow", "replace", flow, *replaced, *here)
    done = run("flow", "sign", flow, "--as", "Viceminister-president", *here)

    assert (0, True) == (done.status, "Getekend" in done.out), done.err
    told = run("flow", "show", flow, *here, "--json").line
    states = [one["state"] for one in told["participants"]]
    assert [
        *("geparafeerd", "doorgegeven", "vervangen", "getekend", "getekend", "wacht")
    ] == states
    assert told["current"] == told["participants"][4]["version"]


def test_what_goes_otherwise(
    run: Run, office: tuple[tuple[str, Path], list[str]]
) -> None:
    """Recalled, sent again, more time, refused, a new version, cancelled."""
    here, (one, two) = office
    begun = run("flow", "start", one, two, *MEANS, "--together", *here, "--json")
    first, second = [line["flow"] for line in begun.lines]
    assert {line["bundle"] for line in begun.lines} == {begun.lines[0]["bundle"]}
    assert ["Minister van Jeugd", "Minister-president"] == begun.lines[0]["turns"]
    ambiguous = run("flow", "sign", first, *here)
    assert (2, True) == (ambiguous.status, "--as" in ambiguous.err)

    assert "Voor te bereiden" in run("flow", "recall", first, *here).out
    assert "Te handtekenen" in run("flow", "send", first, *here).out
    later = run("flow", "extend", first, "2099-12-01T17:00Z", *here, "--json").line
    assert later["deadline"].startswith("2099-12-01")
    signed = run("flow", "sign", first, second, "--as", "Minister van Jeugd", *here)
    assert (0, 2) == (signed.status, signed.out.count("Gedeeltelijk getekend"))

    renewed = run("flow", "renew", first, *here)
    assert (2, True) == (renewed.status, "no newer version" in renewed.err)
    with Digivl.open(here[1]) as vl:
        vl.documents.replace(one, io.BytesIO(paper("BIS")), by=CABINET)
    assert "Te handtekenen" in run("flow", "renew", first, "--why", "BIS", *here).out
    refused = ("--as", "Minister-president", "artikel 2")
    assert "Geweigerd" in run("flow", "refuse", first, *refused, *here).out
    both = run("flow", "sign", first, second, "--as", "Minister-president", *here)
    assert 1 == both.status
    assert "Besluit: niet getekend" in both.out
    again = ("flow", "sign", first, second, "--as", "Minister-president", *here)
    (failed, other) = run(*again, "--json").lines
    assert ("step-not-allowed", True) == (failed["error"], failed["tried"])
    assert "error" in other
    cancelled = run("flow", "cancel", second, "fout", *here)
    assert 2 == cancelled.status
    nobody = run("flow", "delegate", second, "Iemand", "--as", "Niemand", *here)
    assert (2, True) == (nobody.status, "Who does:" in nobody.err)


def test_what_failed_is_shown(
    run: Run, office: tuple[tuple[str, Path], list[str]]
) -> None:
    """Why what came back is not accepted; it can be cancelled."""
    here, (document, _) = office
    flow = run("flow", "start", document, *MEANS, *here, "--json").line["flow"]
    with Digivl.open(here[1]) as vl:
        vl.signing.fail(flow, "handtekening klopt niet", by=CABINET)

    shown = run("flow", "show", flow, *here).out
    assert "Validatie mislukt" in shown
    assert "handtekening klopt niet" in shown
    resumed = run("flow", "resume", flow, "--why", "nagezien", *here)
    assert "Te handtekenen" in resumed.out
    assert "Geannuleerd" in run("flow", "cancel", flow, "fout", *here).out


def test_until_a_moment(run: Run, office: tuple[tuple[str, Path], list[str]]) -> None:
    """A deadline is set when it is put up; what is no moment is told."""
    here, (document, other) = office
    until = ("--until", "2099-12-01T17:00Z", "--json")
    begun = run("flow", "start", document, *MEANS, *until, *here).line
    assert begun["deadline"].startswith("2099-12-01")
    wrong = run("flow", "start", other, *MEANS, "--until", "morgen", *here, "--json")
    assert (2, True) == (wrong.status, "2026-12-01T17:00Z" in wrong.line["hint"])


def test_one_means_for_several(
    run: Run, office: tuple[tuple[str, Path], list[str]]
) -> None:
    """Several sign with one means when each has a function; one stands once."""
    here, (document, _) = office
    two = ("--means", "minister=Minister van Jeugd", "--means", "minister=Viceminister")
    begun = run("flow", "start", document, *two, "--together", *here, "--json").line
    assert ["Minister van Jeugd", "Viceminister"] == begun["turns"]
    twice = run("flow", "start", document, *two[:2], *two[:2], *here)
    assert (2, True) == (twice.status, "stands twice" in twice.err)


def test_add(run: Run, office: tuple[tuple[str, Path], list[str]], pdf: Path) -> None:
    """Into a new dossier or one that is there, as a type that is known."""
    here, _ = office
    first = run("add", pdf, "--title", "Zaak", *here, "--json").line
    into = ("--dossier", first["dossier"][:8], "--type", "bf")
    second = run("add", pdf, *into, *here, "--json").line
    assert first["dossier"] == second["dossier"]
    assert "document" in run("add", pdf, *here).out
    wrong = run("add", pdf, "--type", "Roman", *here, "--json")
    assert (2, True) == (wrong.status, "Nota" in wrong.line["hint"])
