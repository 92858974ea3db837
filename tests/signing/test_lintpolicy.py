"""What is done about what a signer cannot see."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from digivl.documents.model import NOTA
from digivl.errors import (
    ConfigurationError,
    MalformedError,
    SigningError,
    UnsafeDocumentError,
)
from digivl.pdf.lint.linter import lint
from digivl.pdf.lint.report import LintReport
from digivl.pdf.lint.rule import Level
from digivl.pdf.lint.rules import RULES
from digivl.settings import Limits, SigningSettings
from digivl.signing.lintpolicy import POLICIES, LintPolicy, check
from digivl.signing.linttext import Outcome, Told
from digivl.signing.model import FLOW, Signatory
from digivl.testing import route
from digivl.testing.crafted import crafted
from digivl.testing.papers import paper
from digivl.testing.route import Scene

STANDARD = LintPolicy.standard()
SCRIPT = crafted(
    catalog="/OpenAction << /S /JavaScript /JS (a) >>",
    content="BT 0.4 0 0 0.4 72 72 Tm /F 1 Tf (klein) Tj ET",
)


def report(pdf: bytes) -> LintReport:
    """What is found in bytes."""
    return lint(io.BytesIO(pdf), Limits())


def test_standard_is_what_rules_say() -> None:
    """Without settings each rule has its own level."""
    assert {code: rule.level for code, rule in RULES.items()} == STANDARD.levels
    assert STANDARD == LintPolicy.from_settings({})


def test_strict_refuses_what_others_warn_of() -> None:
    """`strict` warns of nothing; `report` refuses nothing."""
    strict = LintPolicy.from_settings({"policy": "strict"})
    lenient = LintPolicy.from_settings({"policy": "report"})

    assert Level.WARN not in strict.levels.values()
    assert Level.REFUSE not in lenient.levels.values()
    assert Level.ACCEPT is strict.level("link")


def test_settings_overrule() -> None:
    """A code in the settings goes before the policy; the name says so."""
    policy = LintPolicy.from_settings({"policy": "strict", "remark": "accept"})

    assert Level.ACCEPT is policy.level("remark")
    assert "strict, remark = accept" == policy.name
    assert (
        "report, remark = accept"
        == LintPolicy.from_settings({"remark": "accept"}, "report").name
    )


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"javascripts": "warn"}, "javascripts is not known"),
        ({"policy": "none"}, "no policy 'none'"),
        ({"javascript": "no"}, "refuse, warn or accept, not 'no'"),
    ],
)
def test_wrong_settings(table: dict[str, str], said: str) -> None:
    """A name or word that is not known is an error, never ignored."""
    with pytest.raises(ConfigurationError, match=said):
        LintPolicy.from_settings(table)


def test_clean() -> None:
    """A document with nothing to tell may be signed."""
    checked = check(report(crafted()), STANDARD)

    assert ((), {}, "") == (checked.warnings, checked.accepted, checked.reason)
    assert report(crafted()).sha256 == checked.sha256


def test_warnings_are_given_back() -> None:
    """What is warned of does not stop anybody."""
    (warning,) = check(report(paper()), STANDARD).warnings

    assert ("standard-font", 1) == (warning.code, warning.page)


def test_refused() -> None:
    """All that is refused is named, with the words for an official."""
    with pytest.raises(UnsafeDocumentError) as refused:
        check(report(SCRIPT), STANDARD)

    assert ["javascript", "automatic-action"] == [c for c, _ in refused.value.findings]
    assert "JavaScript" in dict(refused.value.findings)["javascript"]
    assert isinstance(refused.value, SigningError)
    assert "digivl lint" in refused.value.hint


def test_accepted_with_a_reason() -> None:
    """Who accepts all that is refused, may sign; the reasons are kept."""
    accepted = {
        "javascript": " nagekeken ",
        "automatic-action": "idem",
        "layer": "geen",
    }
    checked = check(report(SCRIPT), STANDARD, accepted)

    assert {"javascript": "nagekeken", "automatic-action": "idem"} == checked.accepted
    assert (
        "aanvaard voor ondertekening: javascript (nagekeken), automatic-action (idem)"
        == checked.reason
    )
    assert {"javascript", "automatic-action", "tiny-text"} == {
        one.code for one in checked.warnings
    }


def test_accepted_in_part() -> None:
    """What is not accepted still stops it."""
    with pytest.raises(UnsafeDocumentError) as refused:
        check(report(SCRIPT), STANDARD, {"javascript": "nagekeken"})

    assert ["automatic-action"] == [code for code, _ in refused.value.findings]


@pytest.mark.parametrize(
    ("accepted", "said"),
    [
        ({"javascripts": "a"}, "no such finding: javascripts"),
        ({"javascript": " "}, "needs a reason"),
        ({"javascript": "x" * 501}, "needs a reason"),
    ],
)
def test_wrongly_accepted(accepted: dict[str, str], said: str) -> None:
    """Nothing is accepted without a reason, or by a name that is not known."""
    with pytest.raises(MalformedError, match=said):
        check(report(SCRIPT), STANDARD, accepted)


def test_text_for_officials() -> None:
    """What it is, where, what to do; the worst first, nothing of what is accepted."""
    told = Told("nota.pdf", report(SCRIPT), STANDARD)
    lines = told.as_text().splitlines()

    assert Outcome.REFUSED is told.outcome
    assert "nota.pdf: niet ondertekenen" == lines[0]
    assert lines[1].startswith("  weigeren: Het document bevat een programma")
    assert lines[-2].endswith("(bladzijde 1) [tiny-text]")
    assert "kan worden ondertekend" in Told("a", report(crafted()), STANDARD).as_text()
    many = Told("a", report(paper(pages=12)), STANDARD)
    assert Outcome.WARNINGS is many.outcome
    assert "(bladzijde 1, 2, 3, 4, 5, 6, 7, 8 ...)" in many.as_text()


def test_policies_are_named() -> None:
    """Three policies are there for everybody."""
    assert ["standard", "strict", "report"] == list(POLICIES)


At = Callable[..., Scene]
SIGNATORIES = (Signatory(party=route.MINISTER, means="minister"),)


def put_up(scene: Scene, pdf: bytes, **how: Any) -> str:
    """Put a document up for signing; what was recorded as the reason."""
    vl, by = scene.vl, route.SECRETARIAT
    document = vl.documents.add(
        scene.dossier, io.BytesIO(pdf), title="Nota", type=NOTA, by=by
    )
    return vl.signing.start(document.id, SIGNATORIES, by=by, **how).reason


def test_flow_refuses(scene_at: At) -> None:
    """Nobody is asked to sign what cannot be seen whole; nothing is written."""
    scene = scene_at("decided")
    with pytest.raises(UnsafeDocumentError):
        put_up(scene, SCRIPT)

    assert [] == list(scene.all(FLOW))


def test_flow_records_what_was_accepted(scene_at: At) -> None:
    """Who accepts says why, and the book keeps it."""
    accepted = {"javascript": "nagekeken", "automatic-action": "nagekeken"}

    assert "javascript (nagekeken)" in put_up(
        scene_at("decided"), SCRIPT, accepted=accepted
    )
    assert "" == put_up(scene_at("decided"), paper())


def test_flow_follows_the_settings(scene_at: At) -> None:
    """The policy of the office decides; a wrong one is told."""
    lax = SigningSettings(lint={"policy": "report"})
    put_up(scene_at("decided", signing=lax), SCRIPT)

    wrong = SigningSettings(lint={"javascripts": "warn"})
    with pytest.raises(ConfigurationError, match="javascripts"):
        put_up(scene_at("decided", signing=wrong), paper())


def test_file_is_looked_at(scene_at: At) -> None:
    """A file outside any flow is looked at too, and nothing of it is written."""
    signing, target = scene_at("decided").vl.signing, io.BytesIO()
    how: dict[str, Any] = {"means": "minister", "field": "Handtekening1"}
    with pytest.raises(UnsafeDocumentError):
        signing.sign_file(io.BytesIO(SCRIPT), target, timestamp=False, **how)
    assert b"" == target.getvalue()

    accepted = {"javascript": "nagekeken", "automatic-action": "nagekeken"}
    signing.sign_file(
        io.BytesIO(SCRIPT), target, timestamp=False, accepted=accepted, **how
    )
    assert target.getvalue().startswith(SCRIPT)
