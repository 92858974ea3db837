"""`digivl trust`: what is printed, and how it ends when something is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from digivl.kernel.moments import utc_now
from digivl.testing.lists import Lists, broken, served_lists, state
from digivl.testing.lists_pki import authority

Run = Callable[..., Any]
DAY = timedelta(days=1)
SETTINGS = """
[trustlists]
anchors = ["anchor.pem"]
location = "{}"
{}
[signing]
private_hosts = ["127.0.0.1"]
"""


@attrs.define
class Desk:
    """A folder whose settings name lists on loopback."""

    lists: Lists
    office: Path
    run: Run

    def trust(self, *words: object) -> Any:
        """Run a command of the group."""
        return self.run("trust", *words, "--office", self.office)

    def spoil(self, territory: str) -> None:
        """Break the list of a country."""
        location = self.lists.location_of(territory)
        self.lists.files[location] = broken(self.lists.files[location])


@pytest.fixture(name="desk")
def _desk(run: Run, tmp_path: Path) -> Iterator[Desk]:
    """Lists are served, nothing was fetched yet."""

    def clock() -> datetime:
        return utc_now()

    with served_lists(clock) as lists:
        ago = utc_now() - 100 * DAY
        lists.countries["BE"].add(state(authority("Proef CA", ago), ago))
        lists.publish()
        office = tmp_path / "office"
        office.mkdir()
        (office / "anchor.pem").write_bytes(lists.anchor.pem)
        (office / "digivl.toml").write_text(SETTINGS.format(lists.location, ""))
        yield Desk(lists, office, run)


def test_for_people(desk: Desk) -> None:
    """Refresh, look at all lists, at one, check."""
    fetched, shown = desk.trust("refresh"), desk.trust("show")
    belgium, checked = desk.trust("show", "be"), desk.trust("check")

    assert [0] * 4 == [one.status for one in (fetched, shown, belgium, checked)]
    assert "Landen        2" in fetched.out
    assert "Proef toezicht NL" in shown.out
    assert "Proef dienstverlener BE" in belgium.out
    assert "CA/QC" in belgium.out
    assert "granted" in belgium.out
    assert fetched.out == checked.out


def test_for_programs(desk: Desk) -> None:
    """The same as JSON; a list for each line, a service for each line."""
    fetched = desk.trust("refresh", "--json").line
    lotl, *national = desk.trust("show", "--json").lines
    service = desk.trust("show", "BE", "--json").line

    assert {"lists": 2, "services": 1, "overdue": [], "troubles": []} == {
        name: fetched[name] for name in ("lists", "services", "overdue", "troubles")
    }
    assert ("EU", 1) == (lotl["territory"], lotl["sequence"])
    assert {"BE": 1, "NL": 0} == {one["territory"]: one["services"] for one in national}
    assert service["status"].endswith("/granted")


def test_a_country_that_fails(desk: Desk) -> None:
    """Refresh goes on and tells it; check says no."""
    desk.trust("refresh")
    desk.lists.publish()
    desk.spoil("BE")
    found = desk.trust("refresh")

    assert 0 == found.status
    assert "BE: de vorige lijst blijft" in found.out
    assert 1 == desk.trust("check").status
    (trouble,) = desk.trust("check", "--json").line["troubles"]
    assert ("untrusted-list", True) == (trouble["code"], trouble["kept"])


def test_a_country_that_is_missing(desk: Desk) -> None:
    """There was no list before: it is told so."""
    desk.spoil("BE")

    assert "BE: er is geen lijst" in desk.trust("refresh").out
    refused = desk.trust("show", "BE")
    assert 2 == refused.status
    assert "There are NL." in refused.err


def test_an_overdue_list(desk: Desk) -> None:
    """It is used, and check says no."""
    desk.lists.countries["BE"].next_update = -DAY
    desk.lists.publish()
    found = desk.trust("refresh")

    assert "Vervallen lijsten  BE" in found.out
    assert 1 == desk.trust("check").status
    assert [False, True, False] == [
        one["overdue"] for one in desk.trust("show", "--json").lines
    ]


def test_a_closed_list(desk: Desk) -> None:
    """A list without next update is closed for ever."""
    location = desk.lists.location_of("NL")
    content = desk.lists.files[location]
    assert b"<NextUpdate>" in content
    country = desk.lists.countries["NL"]
    country.closed = True
    desk.lists.publish()
    desk.trust("refresh")

    assert "gesloten" in desk.trust("show").out


def test_taken_along(desk: Desk, tmp_path: Path, run: Run) -> None:
    """Export here, import in an office without network: the same snapshot."""
    here = desk.trust("refresh", "--json").line["snapshot"]
    file, other = tmp_path / "lists.zip", tmp_path / "other"
    told = desk.trust("export", file).out
    other.mkdir()
    for name in ("anchor.pem", "digivl.toml"):
        (other / name).write_bytes((desk.office / name).read_bytes())

    assert f"3 lijsten, momentopname {here}" in told
    taken = run("trust", "import", file, "--office", other, "--json")
    assert here == taken.line["snapshot"]
    assert 0 == run("trust", "check", "--snapshot", here, "--office", other).status


def test_nothing_is_set(run: Run, tmp_path: Path) -> None:
    """Without anchors, or lists, status 2 and what to do."""
    bare = run("trust", "refresh", "--office", tmp_path)
    as_json = run("trust", "check", "--office", tmp_path, "--json")
    exported = run("trust", "export", tmp_path / "x.zip", "--office", tmp_path)

    assert [2, 2, 2] == [bare.status, as_json.status, exported.status]
    assert "trusted-lists.md" in bare.err
    assert "configuration" == as_json.line["error"]
    assert not (tmp_path / "x.zip").exists()


def test_what_is_no_bundle(desk: Desk) -> None:
    """A file of another kind is told as such."""
    refused = desk.trust("import", desk.office / "digivl.toml")

    assert 2 == refused.status
    assert "no bundle" in refused.err
