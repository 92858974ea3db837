from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from digivl.testing.papers import paper

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., Any]


def signatures(run: Run, office: Path, file: Path) -> list[dict[str, Any]]:
    """What `validate` finds in a file."""
    found: list[dict[str, Any]]
    found = run("validate", file, "--office", office, "--json").line["signatures"]
    return found


def test_signs_and_registers(run: Run, empty: Path, pdf: Path) -> None:
    """With a code: stamped, signed by each in order, registered, verifiable."""
    out = empty.parent / "out"
    options = ("--means", "minister", "--means", "minister-president")
    done = run("sign", pdf, "--out", out, *options, "--office", empty, "--json")

    assert 0 == done.status
    assert str(out / "nota.pdf") == done.line["out"]
    assert ["B-T", "B-T"] == [one["level"] for one in done.line["signatures"]]
    found = signatures(run, empty, out / "nota.pdf")
    assert ["Handtekening1", "Handtekening2"] == [one["field"] for one in found]
    verified = run(
        *("verify", done.line["code"], "--copy", out / "nota.pdf"),
        *("--office", empty),
    )
    assert 0 == verified.status


def test_tells_people_code_and_document(run: Run, empty: Path, pdf: Path) -> None:
    """Without --json it prints where the file is, the code and the document's id."""
    out = empty.parent / "out"
    done = run("sign", pdf, "--out", out, "--means", "minister", "-o", empty)

    assert 0 == done.status
    assert f"{pdf} -> {out / 'nota.pdf'}" in done.out
    assert "document  " in done.out


@pytest.mark.parametrize(
    ("options", "level"), [((), "B-T"), (("--no-timestamp",), "B-B")]
)
def test_only_signs(
    run: Run, empty: Path, pdf: Path, options: tuple[str, ...], level: str
) -> None:
    """Without a code nothing is recorded; the level is B-T, or B-B when asked."""
    out, wanted = empty.parent / "out", ("--no-code", "--office", empty, *options)
    means = ("--means", "minister", "--means", "minister-president")
    done = run("sign", pdf, "--out", out, *means, *wanted, "--json")

    assert (0, [level] * 2) == (done.status, done.line["levels"])
    assert [level] * 2 == [
        one["level"] for one in signatures(run, empty, out / "nota.pdf")
    ]
    assert [] == run("worklist", "--office", empty, "--json").lines


def test_signs_several_files(run: Run, empty: Path, pdf: Path) -> None:
    """Each file gets its line and its signed file of the same name."""
    other, out = pdf.with_name("andere.pdf"), empty.parent / "out"
    other.write_bytes(paper("Andere"))
    done = run(
        *("sign", pdf, other, "--out", out, "--means", "minister", "--no-code"),
        *("--office", empty, "--json"),
    )

    assert 0 == done.status
    assert [str(out / "nota.pdf"), str(out / "andere.pdf")] == [
        line["out"] for line in done.lines
    ]


def test_keeps_what_was_done_before_a_bad_file(
    run: Run, empty: Path, pdf: Path
) -> None:
    """A bad file ends the command with status 2; no half file is left behind."""
    bad, out = pdf.with_name("slecht.pdf"), empty.parent / "out"
    bad.write_bytes(b"%PDF-1.7 maar verder niets")
    done = run(
        *("sign", pdf, bad, "--out", out, "--means", "minister"),
        *("--office", empty, "--json"),
    )

    assert 2 == done.status
    assert [str(pdf), "pdf-unreadable"] == [
        done.lines[0]["file"],
        done.lines[1]["error"],
    ]
    assert [out / "nota.pdf"] == list(out.iterdir())


@pytest.mark.parametrize("code", ["--code", "--no-code"])
def test_unknown_means_is_told_first(
    run: Run, empty: Path, pdf: Path, code: str
) -> None:
    """A means that is not in the settings is refused before anything happens."""
    out = empty.parent / "out"
    done = run("sign", pdf, "--out", out, "--means", "stempel", code, "-o", empty)

    assert 2 == done.status
    assert "known: minister-president, minister, zegel" in done.err
    assert not out.exists()
    assert [] == run("worklist", "--office", empty, "--json").lines


def test_overwrites_nothing(run: Run, empty: Path, pdf: Path) -> None:
    """Neither the document itself nor an earlier result is overwritten."""
    before = pdf.read_bytes()
    done = run("sign", pdf, "--out", pdf.parent, "--means", "minister", "-o", empty)

    assert 2 == done.status
    assert "would be overwritten" in done.err
    assert before == pdf.read_bytes()


def test_two_files_of_one_name_collide(run: Run, empty: Path, pdf: Path) -> None:
    """Two files that would become one are refused before anything is signed."""
    other, out = pdf.parent / "map" / pdf.name, empty.parent / "out"
    other.parent.mkdir()
    other.write_bytes(paper("Andere"))
    done = run("sign", pdf, other, "--out", out, "--means", "minister", "-o", empty)

    assert 2 == done.status
    assert not out.exists()


def test_output_must_be_a_folder(run: Run, empty: Path, pdf: Path) -> None:
    """A file in the place of the folder is told as such."""
    done = run("sign", pdf, "--out", pdf, "--means", "minister", "-o", empty, "--json")

    assert (2, "storage") == (done.status, done.line["error"])


def test_registered_documents_are_timestamped(run: Run, empty: Path, pdf: Path) -> None:
    """B-B goes with --no-code only: what is registered bears a timestamp."""
    done = run(
        *("sign", pdf, "--out", empty.parent / "out", "--means", "minister"),
        *("--no-timestamp", "--office", empty),
    )

    assert 2 == done.status
    assert "--no-code" in done.err


def test_signs_as_a_function(run: Run, empty: Path, pdf: Path) -> None:
    """What citizens read is the function, and not the name of a key."""
    out = empty.parent / "out"
    means = ("--means", "minister=Vlaams minister van Jeugd")
    done = run("sign", pdf, "--out", out, *means, "--office", empty, "--json")

    (signature,) = done.line["signatures"]
    assert "Vlaams minister van Jeugd" == signature["function"]


def test_no_means_twice(run: Run, empty: Path, pdf: Path) -> None:
    """Nobody signs a document twice."""
    twice = ("--means", "minister", "--means", "minister=Iemand")
    done = run("sign", pdf, "--out", empty.parent / "out", *twice, "-o", empty)

    assert 2 == done.status
    assert "twice" in done.err
