from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from digivl import Digivl, Party, Role
from digivl.documents.model import NOTA
from digivl.signing.model import Signatory
from digivl.testing.papers import paper

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., Any]


def test_worklist_names_holder_and_next_step(run: Run, played: Any) -> None:
    """Who has it, since when, until when, and what is next."""
    line = run("worklist", "--office", played.office, "--json").line

    assert "Secretarie" == line["holder_label"]
    assert line["next_step"]
    assert line["since"] < line["due"]
    assert line["since"].endswith("Z")
    table = run("worklist", "--office", played.office)
    assert 0 == table.status
    assert "Secretarie" in table.out


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (("--holder", "secretarie"), 1),
        (("--holder", "niemand"), 0),
        (("--role", Role.SECRETARIAT.value), 1),
        (("--role", Role.FINANCE_INSPECTOR.value), 0),
    ],
)
def test_worklist_of_one(
    run: Run, played: Any, options: tuple[str, ...], count: int
) -> None:
    """The list of one party, or of one role."""
    done = run("worklist", *options, "--office", played.office, "--json")

    assert (0, count) == (done.status, len(done.lines))


def test_unknown_role_names_the_known(run: Run, played: Any) -> None:
    """A role that does not exist is an error that lists those that do."""
    done = run("worklist", "--role", "tovenaar", "--office", played.office)

    assert 2 == done.status
    assert Role.SECRETARIAT.value in done.err


def test_nothing_is_overdue(run: Run, played: Any) -> None:
    """No is a good answer here: status 0."""
    done = run("overdue", "--office", played.office, "--json")

    assert (0, "") == (done.status, done.out)


def test_overdue_is_status_1(run: Run, empty: Path) -> None:
    """What should have been done by now is listed, and told by the status."""
    past = datetime.now(UTC) - timedelta(days=400)
    with Digivl.open(empty, clock=lambda: past) as vl:
        by = Party("kabinet", "Kabinet", Role.DOSSIER_MANAGER)
        vl.dossiers.open("Een oud dossier", by=by)

    listed = run("overdue", "--office", empty)
    assert 1 == listed.status
    assert "Een oud dossier" in listed.out
    assert "Kabinet" == run("overdue", "-o", empty, "--json").line["holder_label"]


def test_show_tells_what_is_in_a_dossier(run: Run, played: Any) -> None:
    """A dossier shows its state and the records in it."""
    dossier = played.told["dossier"]
    told = run("show", dossier, "--office", played.office, "--json").line

    assert dossier == told["id"]
    kinds = {record["kind"] for record in told["records"]}
    assert {"document", "advice", "signing", "authentic", "dispatch"} <= kinds
    text = run("show", dossier[:8], "--office", played.office)
    assert 0 == text.status
    assert "In dit dossier" in text.out
    assert "Besluit over speelpleinen" in text.out


def test_show_tells_who_was_asked(run: Run, empty: Path) -> None:
    """Beside who has the dossier, each question of it with who has that."""
    cabinet = Party("kabinet", "Kabinet jeugd", Role.DOSSIER_MANAGER)
    with Digivl.open(empty) as vl:
        dossier = vl.dossiers.open("Een vraag", by=cabinet).id
        for name in ("welzijn", "cultuur"):
            asked = Party(name, f"Kabinet {name}", Role.DOSSIER_MANAGER)
            vl.consultations.start(
                dossier,
                documents=[],
                obligatory=[asked],
                due=vl.clock() + timedelta(days=3),
                by=cabinet,
            )
        document = vl.documents.add(
            dossier, BytesIO(paper()), title="Nota", type=NOTA, by=cabinet
        )
        minister = Party("minister", "Minister", Role.MINISTER)
        vl.signing.start(
            document.id, [Signatory(party=minister, means="minister")], by=cabinet
        )

    shown = run("show", dossier, "--office", empty)

    assert 0 == shown.status
    for part in ("Kabinet welzijn", "Kabinet cultuur", "ondertekenen", "antwoord"):
        assert part in shown.out


def test_show_tells_one_record(run: Run, played: Any) -> None:
    """Another record shows itself."""
    text = run("show", played.document, "--office", played.office)

    assert 0 == text.status
    assert "In dit dossier" not in text.out


def test_history_is_in_order(run: Run, played: Any) -> None:
    """Everything that happened, the oldest first, custody of a dossier included."""
    dossier = played.told["dossier"]
    lines = run("history", dossier, "--office", played.office, "--json").lines

    assert "open" == lines[0]["action"]
    assert sorted(line["at"] for line in lines) == [line["at"] for line in lines]
    assert {"dossier", "custody"} == {line["kind"] for line in lines}
    assert all(64 == len(line["leaf"]) for line in lines)
    text = run("history", played.document, "--office", played.office)
    assert 0 == text.status
    assert "QR-code plaatsen" in text.out


@pytest.mark.parametrize("command", ["show", "history"])
@pytest.mark.parametrize(
    "named", ["00000000", "______", "%%%%%%", "a", "", "' OR 1=1 --", "é" * 400, "-"]
)
def test_unknown_id(run: Run, played: Any, command: str, named: str) -> None:
    """An id that names nothing is an error, whatever stands in it."""
    done = run(command, "--office", played.office, "--json", "--", named)

    assert (2, "not-found") == (done.status, done.line["error"])


def test_ambiguous_start_lists_the_ids(run: Run, empty: Path) -> None:
    """A start that several ids share lists them."""
    ids = [f"aaaaaaaa-0000-4000-8000-00000000000{n}" for n in (1, 2)]
    with Digivl.open(empty) as vl:
        by = Party("kabinet", "Kabinet", Role.DOSSIER_MANAGER)
        for one in ids:
            vl.dossiers.open("Een dossier", by=by, id=one)
    done = run("show", "aaaaaaaa", "--office", empty, "--json")

    assert 2 == done.status
    assert all(one in done.line["hint"] for one in ids)


def test_no_personal_number_is_shown(run: Run, played: Any) -> None:
    """What the book tells of a dispatch holds the number of nobody."""
    told = run("show", played.told["dossier"], "-o", played.office, "--json").line
    sent = [r["id"] for r in told["records"] if r["kind"] == "dispatch"]

    assert 2 == len(sent)
    for one in sent:
        for command in ("show", "history"):
            for options in ((), ("--json",)):
                done = run(command, one, "--office", played.office, *options)
                assert 0 == done.status
                assert "85073003328" not in done.out
                assert "Test Burger" not in done.out


def test_titles_obey_nobody(run: Run, empty: Path) -> None:
    """Markup in a title is shown, not obeyed."""
    title = "[red]Rood[/red] [/x] :smile: [link=file:///]hier"
    with Digivl.open(empty) as vl:
        by = Party("kabinet", "Kabinet", Role.DOSSIER_MANAGER)
        dossier = vl.dossiers.open(title, by=by)

    for words in (("worklist",), ("show", dossier.id), ("history", dossier.id)):
        assert 0 == run(*words, "--office", empty).status
    assert title in run("show", dossier.id, "--office", empty).out
    assert title == run("worklist", "--office", empty, "--json").line["title"]
