from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from digivl.testing.papers import paper
from digivl.testing.pki import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from digivl.testing.pki import PKI

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


@pytest.fixture(name="lasting")
def _lasting(empty: Path, pki: PKI) -> Path:
    """The office, with a key and authorities that tell of revocation."""
    key = pki.pkcs12("signer")
    (empty / "proef.password").write_bytes(PASSWORD)
    settings = (empty / "digivl.toml").read_text()
    settings = settings.replace(
        'trust = ["keys/authority.pem"]', f'trust = ["{pki.root_pem()}"]'
    ).replace('url = "simulator"', f'url = "{pki.tsa()}"', 1)
    settings += f'[means.ann]\noffer = "pkcs12"\nfile = "{key}"\n'
    settings += 'password_file = "proef.password"\n'
    settings += '[signing]\nprivate_hosts = ["127.0.0.1"]\n'
    (empty / "digivl.toml").write_text(settings)
    return empty


@pytest.mark.parametrize("level", ["B-B", "B-T", "B-LT", "B-LTA"])
def test_signs_to_a_level(run: Run, lasting: Path, pdf: Path, level: str) -> None:
    """From B-B to B-LTA, by name."""
    out, options = lasting.parent / "out", ("--means", "ann", "--level", level)
    done = run(
        *("sign", pdf, "--out", out, "--no-code", *options),
        *("--office", lasting, "--json"),
    )

    assert (0, [level], False) == (
        done.status,
        done.line["levels"],
        done.line["skipped"],
    )
    assert [level] == [
        one["level"] for one in signatures(run, lasting, out / "nota.pdf")
    ]


def test_upgrades(run: Run, lasting: Path, pdf: Path) -> None:
    """What was signed before is brought to a level; nobody signs."""
    low, high = lasting.parent / "low", lasting.parent / "high"
    options = ("--no-code", "--means", "ann", "--level", "B-B", "--office", lasting)
    run("sign", pdf, "--out", low, *options)
    done = run(
        *("sign", low / "nota.pdf", "--out", high, "--upgrade", "--level", "B-LTA"),
        *("--office", lasting, "--json"),
    )

    assert (0, ["B-LTA"]) == (done.status, done.line["levels"])
    assert 1 == len(signatures(run, lasting, high / "nota.pdf"))


def test_certifies_locks_and_shows(run: Run, empty: Path, pdf: Path) -> None:
    """The first certifies and shows where it was put, the last locks."""
    out, wanted = empty.parent / "out", ("--no-code", "--office", empty, "--json")
    means = ("--means", "minister", "--means", "minister-president")
    place, second = ("--visible", "1,20,20,60,15"), ("--visible", "-1,100,20,60,15")
    done, drawn_over = (
        run(
            *("sign", pdf, "--out", folder, *means, *places),
            *("--certify", "forms", "--lock", *wanted),
        )
        for folder, places in ((out, place), (empty.parent / "over", place + second))
    )
    again = run(
        *("sign", out / "nota.pdf", "--out", empty.parent / "more"),
        *("--means", "minister", *wanted),
    )

    assert 0 == done.status
    content = (out / "nota.pdf").read_bytes()
    assert b"/DocMDP" in content
    assert 2 == content.count(b"/Form")
    # What was certified is not drawn over: a place of its own has to be there before.
    assert (2, "signing") == (drawn_over.status, drawn_over.line["error"])
    # Nothing may be added to what is locked.
    assert (2, "signing") == (again.status, again.line["error"])


def test_all_of_a_signature(run: Run, empty: Path, pdf: Path) -> None:
    """Reason, place, digest, field and words are as they were asked."""
    out, here = empty.parent / "out", ("--no-code", "--office", empty)
    asked = ("--reason", "Akkoord", "--location", "Brussel", "--digest", "sha512")
    seen = ("--field", "Minister", "--visible", "1,20,20,60,15", "--text", "Gezien")
    locked = ("--lock-all-but", "Opmerking")
    done = run(
        *("sign", pdf, "--out", out, "--means", "minister", *here),
        *(*asked, *seen, *locked),
    )

    assert 0 == done.status, done.err
    assert ["Minister"] == [
        one["field"] for one in signatures(run, empty, out / "nota.pdf")
    ]
    content = (out / "nota.pdf").read_bytes()
    for word in (b"Akkoord", b"Brussel", b"/Exclude", b"Opmerking"):
        assert word in content or word.decode().encode("utf-16-be") in content
    assert b"06096086480165030402030500".lower() in content.lower()


def test_only_who_was_asked_signs(run: Run, empty: Path, pdf: Path) -> None:
    """Another certificate than that of who has to sign makes no signature."""
    signer, out = empty.parent / "wie.json", empty.parent / "out"
    signer.write_text('{"name": "Iemand Anders"}')
    words = ("--out", out, "--means", "minister", "--no-code", "--office", empty)
    done = run("sign", pdf, *words, "--signer", signer, "--json")

    assert (2, "wrong-signatory") == (done.status, done.line["error"])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--field", "a", "--field", "b"), "more places"),
        (("--lock", "--lock-field", "Naam"), "say what is locked"),
        (("--visible", "field"), "has no place"),
        (("--visible", "1,2,3"), "no place on a page"),
        (("--visible", "a,1,2,3,4"), "no place on a page"),
        (("--visible", "1,1,2,0,4"), "above zero"),
        (("--visible", "1,1,2,9,4") * 2, "more places"),
        (("--lock-field", "Naam"), ""),
    ],
)
def test_odd_places_are_told(
    run: Run, empty: Path, pdf: Path, options: tuple[str, ...], said: str
) -> None:
    """Before anything is signed; a lock on one field is a lock."""
    done = run(
        *("sign", pdf, "--out", empty.parent / "out", "--means", "minister"),
        *("--no-code", *options, "--office", empty),
    )

    assert (2 if said else 0) == done.status
    assert said in done.err


@pytest.mark.parametrize(
    "options",
    [
        ("--means", "minister", "--level", "B-LT"),
        ("--means", "minister", "--visible", "1,1,1,50,20"),
        ("--means", "minister", "--lock"),
        ("--means", "minister", "--certify", "notes"),
        ("--means", "minister", "--resume"),
        ("--means", "minister", "--reason", "x"),
        ("--means", "minister", "--threads", "2"),
        ("--means", "minister", "--no-code", "--text", "x"),
        ("--upgrade", "--reason", "x"),
        ("--upgrade", "--accept", "javascript=x"),
        ("--means", "minister", "--processes", "2"),
        ("--means", "minister", "--upgrade"),
        ("--no-code",),
        (),
    ],
    ids=" ".join,
)
def test_what_goes_together(
    run: Run, empty: Path, pdf: Path, options: tuple[str, ...]
) -> None:
    """With a code there are no such choices; and somebody signs, or nobody does."""
    done = run("sign", pdf, "--out", empty.parent / "out", *options, "-o", empty)

    assert 2 == done.status
    assert not (empty.parent / "out").exists()


def test_a_batch_goes_on(run: Run, empty: Path, pdf: Path) -> None:
    """One bad file stops no other; resumed, what is there is skipped."""
    bad, other = pdf.with_name("slecht.pdf"), pdf.with_name("andere.pdf")
    bad.write_bytes(b"%PDF-1.7 maar verder niets")
    other.write_bytes(paper("Andere"))
    wanted = ("--means", "minister", "--no-code", "--office", empty)
    to = ("--out", empty.parent / "out", "--no-timestamp")
    first = run("sign", pdf, bad, other, *to, *wanted, "--json")
    bad.write_bytes(paper("Beter"))
    again = run("sign", pdf, bad, other, *to, *wanted, "--json")
    rest = run(
        *("sign", pdf, bad, other, *to, *wanted, "--resume", "--processes", "2"),
        "--json",
    )

    assert (2, {"pdf-unreadable", None}) == (
        first.status,
        {line.get("error") for line in first.lines},
    )
    assert (2, "storage") == (again.status, again.line["error"])
    assert "--resume" in again.line["hint"]
    assert 0 == rest.status
    assert [False, True, True] == sorted(line["skipped"] for line in rest.lines)


def test_people_are_told_of_each_file(run: Run, empty: Path, pdf: Path) -> None:
    """What was signed, what was signed before, and what was not."""
    bad = pdf.with_name("slecht.pdf")
    bad.write_bytes(b"%PDF-1.7 maar verder niets")
    out = empty.parent / "out"
    wanted = ("--means", "minister", "--no-code", "--office", empty, "--out", out)
    first = run("sign", pdf, bad, *wanted)
    again = run("sign", pdf, bad, *wanted, "--resume")

    assert f"{pdf} -> {out / 'nota.pdf'}\n" in first.out
    assert "(signed before)" in again.out
    assert f"{bad}: the PDF is truncated" in first.err
