"""The command that writes evidence reports."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import attrs
import pytest

from digivl import Digivl
from digivl.documents.model import NOTA
from digivl.dossiers.model import DOSSIER
from digivl.kernel.identifiers import URI
from digivl.kernel.personal import Personal
from digivl.records.port import Query
from digivl.signing.loginseal.model import Authentication
from digivl.signing.model import FLOW, Signatory
from digivl.testing.papers import text_in
from digivl.testing.route import CABINET, MINISTER, SECRETARIAT

Run = Callable[..., Any]


@pytest.fixture(name="flow")
def _flow(run: Run, empty: Path, pdf: Path) -> str:
    """Id of a flow that has ended, in an office of its own."""
    out = empty.parent / "out"
    run("sign", pdf, "--out", out, "--means", "minister", "--office", empty)
    with Digivl.open(empty) as vl:
        (row,) = vl.book.rows(Query(kind=FLOW.name))
        return row.ref.id


def test_writes_both(run: Run, empty: Path, flow: str, tmp_path: Path) -> None:
    """A PDF and a JSON beside it, named for the flow."""
    out = tmp_path / "bewijs"
    done = run("evidence", flow[:8], "--out", out, "--office", empty, "--json")

    assert 0 == done.status
    pdf, data = Path(done.line["pdf"]), Path(done.line["json"])
    assert [pdf, data] == [
        out / f"bewijsverslag-{flow[:8]}.{end}" for end in ("pdf", "json")
    ]
    assert hashlib.sha256(data.read_bytes()).hexdigest() == done.line["json_sha256"]
    assert flow == json.loads(data.read_bytes())["flow"]
    assert "1 van 1 ondertekend" in text_in(pdf.read_bytes())
    assert ("definitief", 0) == (done.line["standing"], done.line["differences"])


def test_overwrites_nothing(run: Run, empty: Path, flow: str, tmp_path: Path) -> None:
    """A second time is refused, for people to see why."""
    run("evidence", flow, "--out", tmp_path, "--office", empty)
    done = run("evidence", flow, "--out", tmp_path, "--office", empty)

    assert 2 == done.status
    assert "would be overwritten" in done.err


def test_a_difference_is_a_no(run: Run, empty: Path, flow: str, tmp_path: Path) -> None:
    """Status 1, and each difference is named; the report is written all the same."""
    with Digivl.open(empty) as vl:
        found = vl.signing.read(flow)
        (one,) = found.record.signatories
        changed = attrs.evolve(one, authority="Andere TSA")
        record = attrs.evolve(found.record, signatories=(changed,))
        vl.book.write(found.next(record, "sign", SECRETARIAT, vl.clock()))
    done = run("evidence", flow, "--out", tmp_path, "--office", empty)

    assert 1 == done.status
    assert "verschil, minister: het bestand noemt een andere" in done.out
    assert 2 == len(list(tmp_path.glob("bewijsverslag-*")))


def test_a_seal_after_logging_in(
    run: Run, empty: Path, pdf: Path, tmp_path: Path
) -> None:
    """The id of a seal gives the report of that seal."""
    with Digivl.open(empty) as vl:
        dossier = vl.dossiers.open("Overeenkomst", by=CABINET).id
        added = vl.documents.add(
            dossier, BytesIO(pdf.read_bytes()), title="x", type=NOTA, by=CABINET
        )
        vl.custody.hand_over(DOSSIER.ref(dossier), MINISTER, by=CABINET)
        login = Authentication(
            provider="ACM/IDM",
            method="itsme",
            level=URI("urn:be:vlaanderen:acm:zekerheidsniveau:hoog"),
            session="s-1",
            at=vl.clock(),
            person=Personal("Test Burger"),
        )
        seal = vl.login_seals.seal(
            added.id,
            login,
            shown=added.record.latest.sha256,
            text="Akkoord.",
            means="zegel",
            by=MINISTER,
        ).id
    done = run("evidence", seal[:8], "--out", tmp_path, "--office", empty, "--json")

    assert (0, None, seal) == (done.status, done.line["flow"], done.line["login_seal"])
    told = json.loads(Path(done.line["json"]).read_bytes())
    assert "itsme" == told["signatures"][0]["login"]["method"]


def test_a_flow_that_runs(run: Run, empty: Path, pdf: Path, tmp_path: Path) -> None:
    """It says that it is no end; what is no flow is not there."""
    with Digivl.open(empty) as vl:
        dossier = vl.dossiers.open("Besluit", by=CABINET).id
        document = vl.documents.add(
            dossier, BytesIO(pdf.read_bytes()), title="x", type=NOTA, by=CABINET
        )
        means = [Signatory(party=MINISTER, means="minister")]
        flow = vl.signing.start(document.id, means, by=SECRETARIAT).id
    done = run("evidence", flow, "--out", tmp_path, "--office", empty)
    missing = run("evidence", dossier, "--out", tmp_path, "--office", empty)

    assert 0 == done.status
    assert "Bewijsverslag (tussenstand)" in done.out
    assert "de ondertekening loopt nog" in done.out
    assert (2, True) == (missing.status, "is no signing but a dossier" in missing.err)
