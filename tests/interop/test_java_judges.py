"""The reference validators, in Java: EU DSS over signatures, veraPDF over PDF/UA.

Maven fetches them once; where it or Java is missing the tests are skipped, also in CI:
the programs of `test_judges` judge there all the same.
"""

from __future__ import annotations

import io
import re
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from digivl import Digivl
from digivl.advice.body import AdviceOutcome
from digivl.advice.budget import LocalImpact, StaffImpact
from digivl.dossiers.model import DOSSIER, DecisionResult, ItemKind
from digivl.pdf.heading import head
from digivl.settings import Limits
from digivl.testing.council import CABINET, INSPECTOR, SECRETARIAT, Council
from digivl.testing.matter import BUDGET, Matter

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.interop

SAMPLE = "sample"


@attrs.frozen
class Opinion:
    """What DSS says of one signature, or of one timestamp."""

    what: str
    file: Path = attrs.field(converter=Path)
    indication: str
    sub_indication: str
    kind: str
    intact: str
    whole: str
    reasons: str = ""


def test_dss_finds_the_signatures_intact(
    route: Callable[[str], Any], java_judge: Callable[..., list[list[str]]]
) -> None:
    """DSS, trusting nobody: PAdES B-T, intact; only the trust anchor is missing."""
    said = [Opinion(*f) for f in java_judge("dss", "-", route(SAMPLE).final)]

    assert ["signature", "timestamp"] * 2 == [one.what for one in said]
    for one in said:
        assert ("INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND", "true") == (
            one.indication,
            one.sub_indication,
            one.intact,
        )


def test_dss_agrees(made: Any, java_judge: Callable[..., list[list[str]]]) -> None:
    """DSS, trusting the development authority: TOTAL-PASSED, timestamps PASSED.

    The copy in which the demo turned one bit fails, as it does with digivl.
    """
    changed = made.final.with_name("gewijzigde-kopie.pdf")
    files = (*made.versions[2:], changed)
    said = [Opinion(*fields) for fields in java_judge("dss", made.root, *files)]
    good = [one for one in said if one.file != changed]
    bad = [one for one in said if one.file == changed and one.what == "signature"]

    assert ["signature", "timestamp"] * 3 == [one.what for one in good]
    assert ["TOTAL_PASSED", "PASSED"] * 3 == [one.indication for one in good]
    assert ["PAdES-BASELINE-T"] * 3 == [one.kind for one in good[::2]]
    assert ["true", "false", "true"] == [one.whole for one in good[::2]]
    assert [("TOTAL_FAILED", "HASH_FAILURE")] * 2 == [
        (one.indication, one.sub_indication) for one in bad
    ]


def broken_rules(fields: list[str]) -> set[str]:
    """The rules of PDF/UA that veraPDF finds broken, by number."""
    return {found[0] for rule in fields[2:] if (found := re.match(r"[\d.-]+", rule))}


def test_verapdf_finds_no_new_fault(
    made: Any, java_judge: Callable[..., list[list[str]]]
) -> None:
    """Stamping and signing break no rule of PDF/UA-1 that was kept before."""
    before, *after = java_judge("verapdf", *made.versions)

    for version in after:
        assert set() == broken_rules(version) - broken_rules(before)


def test_verapdf_finds_the_sample_accessible(
    route: Callable[[str], Any], java_judge: Callable[..., list[list[str]]]
) -> None:
    """Our own document is PDF/UA-1, and still is when stamped and signed."""
    versions = route(SAMPLE).versions

    assert [[str(file), "true"] for file in versions] == java_judge(
        "verapdf", *versions
    )


def test_verapdf_finds_our_papers_accessible(
    tmp_path: Path, java_judge: Callable[..., list[list[str]]]
) -> None:
    """Agenda, decision report, minutes, newsletter and label are PDF/UA-1.

    So is one with its number above it.
    """
    with Digivl.in_memory() as vl:
        council = Council(vl, now=vl.clock())
        meeting = council.meeting().id
        nota = council.item(meeting)
        council.item(meeting, kind=ItemKind.ANNOUNCEMENT)
        vl.approving.close(meeting, by=SECRETARIAT)
        step = nota.record.step
        vl.deciding.decide(step, DecisionResult.APPROVED, by=SECRETARIAT)
        vl.secretary.draft(meeting, by=SECRETARIAT)
        label = vl.labels.make(DOSSIER.ref(nota.record.dossier), by=SECRETARIAT)
        papers = {
            "agenda": vl.papers.agenda(meeting, by=SECRETARIAT),
            "fiche": vl.papers.report(step, by=SECRETARIAT),
            "notulen": vl.papers.minutes(meeting, by=SECRETARIAT),
            "kort-bestek": vl.news.newsletter(meeting, by=SECRETARIAT),
            "etiket": vl.labels.sheet(label),
        }
    numbered = io.BytesIO()
    head(io.BytesIO(papers["fiche"]), numbered, "VR 2026 2711 DOC.0001/1", Limits())
    papers["met-nummer"] = numbered.getvalue()
    files = [tmp_path / f"{name}.pdf" for name in papers]
    for file, content in zip(files, papers.values(), strict=True):
        file.write_bytes(content)

    assert [[str(file), "true"] for file in files] == java_judge("verapdf", *files)


def test_verapdf_finds_our_forms_accessible(
    tmp_path: Path, java_judge: Callable[..., list[list[str]]]
) -> None:
    """Questions, advices and agreements are PDF/UA-1, in every state."""
    with Digivl.in_memory() as vl:
        matter = Matter.opened(Council(vl, now=vl.clock()))
        line = attrs.evolve(matter.propose().lines[0], vak=None)
        clerk = StaffImpact(fte=Decimal("0.8"), function="klerk", statutory=False)
        matter.propose(lines=(line,), staff=(clerk,), local=LocalImpact())
        draft = vl.forms.request(matter.ask(submit=False).id, by=CABINET)
        advice = matter.received()
        vl.advices.inquire(advice, "Waarom?", by=INSPECTOR)
        question = vl.forms.request(advice, by=CABINET)
        vl.advices.answer(advice, "Daarom.", by=CABINET)
        conditional = AdviceOutcome.FAVOURABLE_ON_CONDITIONS
        vl.advices.advise(advice, conditional, conditions=["eerst"], by=INSPECTOR)
        agreement = vl.agreements.ask(advice, minister=BUDGET, by=CABINET).id
        vl.agreements.receive(agreement, by=BUDGET)
        vl.agreements.refuse(agreement, reason="Geen krediet.", by=BUDGET)
        made = (
            draft,
            question,
            vl.forms.advice(advice, by=CABINET),
            vl.forms.request(agreement, by=CABINET),
            vl.forms.agreement(agreement, by=CABINET),
        )
    files = [tmp_path / f"{n}.pdf" for n in range(len(made))]
    for file, content in zip(files, made, strict=True):
        file.write_bytes(content)

    assert [[str(file), "true"] for file in files] == java_judge("verapdf", *files)


def test_a_signed_agreement_stays_accessible(
    agreement: Path, java_judge: Callable[..., list[list[str]]]
) -> None:
    """VeraPDF over the code, DSS over the signature of a budget agreement."""
    said = [Opinion(*fields) for fields in java_judge("dss", "-", agreement)]

    assert [[str(agreement), "true"]] == java_judge("verapdf", agreement)
    assert ["signature", "timestamp"] == [one.what for one in said]
    assert ["true", "true"] == [one.intact for one in said]


def test_evidence_reports_are_accessible(
    reports: tuple[Path, ...], java_judge: Callable[..., list[list[str]]]
) -> None:
    """VeraPDF over the paper, DSS over its seal."""
    said = [Opinion(*fields) for fields in java_judge("dss", "-", *reports)]

    assert [[str(file), "true"] for file in reports] == java_judge("verapdf", *reports)
    assert ["signature", "timestamp"] * 3 == [one.what for one in said]
    assert ["true"] * 6 == [one.intact for one in said]
    assert ["PAdES-BASELINE-T"] * 3 == [one.kind for one in said[::2]]


def test_who_trusts_the_authority_verifies_a_report(
    reports: tuple[Path, ...],
    changed_report: Path,
    java_judge: Callable[..., list[list[str]]],
) -> None:
    """DSS passes the seal of a report, and fails that of one that was changed."""
    root = reports[0].with_name("authority.pem")
    said = [
        Opinion(*fields) for fields in java_judge("dss", root, *reports, changed_report)
    ]
    seals = [one for one in said if one.what == "signature"]

    assert [
        *[("TOTAL_PASSED", "true", "true")] * 3,
        ("TOTAL_FAILED", "false", "true"),
    ] == [(one.indication, one.intact, one.whole) for one in seals]
    assert "HASH_FAILURE" == seals[-1].sub_indication
