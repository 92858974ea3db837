"""`--accept`: what the linter refuses, signed all the same with a reason."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from digivl import Digivl, Party, Role
from digivl.testing.crafted import LINE, crafted

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., Any]

REASON = "nagekeken met de opsteller"
BOTH = f"javascript,automatic-action={REASON}"


@pytest.fixture(name="odd")
def _odd(tmp_path: Path) -> Path:
    """A document that the standard policy refuses, twice."""
    path = tmp_path / "bijlage.pdf"
    action = "/OpenAction << /S /JavaScript /JS (a) >>"
    path.write_bytes(crafted(catalog=action, content=LINE))
    return path


@pytest.mark.parametrize("code", ["--code", "--no-code"])
def test_sign_accepts(run: Run, empty: Path, odd: Path, code: str) -> None:
    """All that is refused has to be accepted, each for a reason or both for one."""
    here = ("--out", empty.parent / "out", "--means", "minister", "--office", empty)
    for options, left in (
        ((), "javascript"),
        (("--accept", f"javascript={REASON}"), "automatic-action"),
    ):
        refused = run("sign", odd, code, *here, *options, "--json")
        assert (2, "unsafe-document") == (refused.status, refused.line["error"])
        assert f"{left}:" in refused.line["text"]
        assert "--accept" in refused.line["hint"]
    done = run("sign", odd, code, *here, "--accept", BOTH, "--json")

    assert 0 == done.status
    assert Path(done.line["out"]).is_file()


def test_refused_leaves_nothing_behind(run: Run, empty: Path, odd: Path) -> None:
    """No dossier, document or code for what nobody may sign."""
    run("sign", odd, "--out", empty / "out", "--means", "minister", "--office", empty)

    assert [] == run("worklist", "--office", empty, "--json").lines


def test_each_signature_of_a_batch_accepts(run: Run, empty: Path, odd: Path) -> None:
    """What was accepted counts for each of the signatures, in each process."""
    means = ("--means", "minister", "--means", "minister-president")
    here = ("--out", empty.parent / "out", "--no-code", "--office", empty)
    done = run("sign", odd, *means, *here, "--processes", "2", "--accept", BOTH)

    assert 0 == done.status, done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("javascript",), "not why"),
        (("javascript=",), "not why"),
        (("=waarom",), "says no code"),
        (("javascript,=waarom",), "says no code"),
        (("javascript=a", "javascript=b"), "stands there already"),
        (("javascript,javascript=a",), "stands there already"),
        (("javascrip=a",), "no such finding: javascrip"),
    ],
)
def test_wrong_words(
    run: Run, empty: Path, odd: Path, words: tuple[str, ...], said: str
) -> None:
    """What is written otherwise is told, with how to write it."""
    options = [word for one in words for word in ("--accept", one)]
    here = ("--out", empty / "out", "--means", "minister", "--office", empty)
    done = run("sign", odd, *here, *options, "--json")

    assert (2, True) == (done.status, said in done.line["text"])
    assert done.line["hint"]


def test_flow_keeps_who_accepted(run: Run, empty: Path, odd: Path, pdf: Path) -> None:
    """Put up, sent again, renewed: the reason and who gave it stand in the journal."""
    here = ("--office", empty)
    document = run("add", odd, *here, "--json").line["document"]
    start = ("flow", "start", document, "--means", "minister", *here)
    assert 2 == run(*start).status
    said = ("--accept", BOTH, "--by", "Kanselarij")
    flow = run(*start, *said, "--json").line["flow"]
    run("flow", "recall", flow, *here)
    assert 2 == run("flow", "send", flow, *here).status
    run("flow", "send", flow, *said, *here)
    signed = run("flow", "sign", flow, *here, "--json")

    assert "SIGNED" == signed.line["state"]
    told = run("history", flow, *here, "--json").lines
    kept = [
        (one["action"], one["actor"]["label"])
        for one in told
        if f"javascript ({REASON})" in one["reason"]
    ]
    assert [("start", "Kanselarij"), ("send", "Kanselarij")] == kept


def test_renewed_flow_accepts(run: Run, empty: Path, odd: Path, pdf: Path) -> None:
    """A new version that is refused is accepted when the flow goes on with it."""
    here = ("--office", empty)
    document = run("add", pdf, *here, "--json").line["document"]
    start = ("flow", "start", document, "--means", "minister", *here, "--json")
    flow = run(*start).line["flow"]
    with Digivl.open(empty) as vl, odd.open("rb") as content:
        vl.documents.replace(
            document, content, by=Party("cli", "Kabinet", Role.DOSSIER_MANAGER)
        )

    assert 2 == run("flow", "renew", flow, *here).status
    renewed = run("flow", "renew", flow, "--why", "BIS", "--accept", BOTH, *here)
    assert 0 == renewed.status, renewed.err
    *_, last = run("history", flow, *here, "--json").lines
    assert last["reason"].startswith("BIS; aanvaard voor ondertekening: javascript")
