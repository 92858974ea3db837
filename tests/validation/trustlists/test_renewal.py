"""Renewing: one broken country stops no other, and the old list stays where it may."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import pytest

from digivl.errors import (
    BackendUnavailableError,
    ConfigurationError,
    DigivlError,
    NotFoundError,
    UntrustedListError,
)
from digivl.testing.lists import (
    broken,
    not_conform,
    not_parsable,
    signed_by_another,
    state,
    twice_signed,
    unsigned,
)
from digivl.testing.lists_pki import authority, list_signer
from digivl.testing.lists_xml import signed
from digivl.validation.trustlists.snapshot import Role, Snapshot
from tests.validation.trustlists.conftest import DAY, NOW, World

Spoil = Callable[[World, bytes], bytes]

SPOILT: dict[str, tuple[Spoil, str]] = {
    "broken": (lambda _, content: broken(content), "untrusted-list"),
    "unsigned": (lambda _, content: unsigned(content), "untrusted-list"),
    "by another": (
        lambda world, content: signed_by_another(content, world.now[0]),
        "untrusted-list",
    ),
    "twice": (
        lambda world, content: twice_signed(
            content, world.lists.countries["BE"].signer, world.now[0]
        ),
        "untrusted-list",
    ),
    "not parsable": (lambda _, content: not_parsable(content), "malformed"),
    "not conform": (
        lambda world, content: not_conform(
            content, world.lists.countries["BE"].signer, world.now[0]
        ),
        "malformed",
    ),
    "empty": (lambda *_: b"", "malformed"),
    "a page": (lambda *_: b"<html><body>Onderhoud</body></html>", "malformed"),
}


def sequences(snapshot: Snapshot) -> dict[str, int]:
    """Which issue of each country is used."""
    return {one.territory: one.sequence for one in snapshot.lists}


def test_all_lists(world: World) -> None:
    """The first round: everything is there, and can be loaded without a network."""
    found = world.office.refresh()
    offline = attrs.evolve(world.office, fetcher=None)

    assert {"BE": 1, "NL": 1} == sequences(found)
    assert () == found.troubles
    assert found.id == offline.load().id == offline.load(found.id).id
    assert found.lists == offline.load().lists
    assert [Role.LOTL, Role.NATIONAL, Role.NATIONAL] == [
        one.role for one in found.sources
    ]
    assert {NOW} == {one.fetched for one in found.sources}


def test_pivots_are_kept(world: World) -> None:
    """They are part of the snapshot, and asked for once."""
    world.lists.roll_over()
    before = world.office.refresh()
    world.lists.asked.clear()
    after = world.office.refresh()

    assert before.id == after.id == world.office.load().id
    assert 1 == sum(one.role is Role.PIVOT for one in after.sources)
    assert not any("pivot" in one for one in world.lists.asked)


@pytest.mark.parametrize("fault", SPOILT)
def test_a_broken_country_keeps_its_old_list(world: World, fault: str) -> None:
    """Its new list is refused, its old one stays, and the others are renewed."""
    spoil, code = SPOILT[fault]
    world.office.refresh()
    world.lists.publish()
    world.put("BE", spoil(world, world.file("BE")))

    found = world.office.refresh()
    assert {"BE": 1, "NL": 2} == sequences(found)
    (trouble,) = found.troubles
    assert (("BE", code), True) == ((trouble.territory, trouble.code), trouble.kept)
    assert trouble.hint
    assert {"BE": 1, "NL": 2} == sequences(world.office.load())
    assert found.troubles == world.office.load().troubles


@pytest.mark.parametrize("fault", SPOILT)
def test_a_country_broken_from_the_start(world: World, fault: str) -> None:
    """There is no old list: the country is missing, and told to be."""
    spoil, code = SPOILT[fault]
    world.put("BE", spoil(world, world.file("BE")))

    found = world.office.refresh()
    assert {"NL": 1} == sequences(found)
    assert [("BE", code, False)] == [
        (one.territory, one.code, one.kept) for one in found.troubles
    ]


def test_a_country_that_does_not_answer(world: World) -> None:
    """Nor is it renewed, nor is it lost; later it comes back."""
    world.office.refresh()
    world.lists.publish()
    world.lists.down.add(world.lists.location_of("BE"))
    found = world.office.refresh()
    world.lists.down.clear()

    assert {"BE": 1, "NL": 2} == sequences(found)
    assert ["backend-unavailable"] == [one.code for one in found.troubles]
    assert {"BE": 2, "NL": 2} == sequences(world.office.refresh())


def test_an_old_list_that_may_not_be_used_any_more(world: World) -> None:
    """A new signer is announced and its list is broken: the old one counts no more."""
    world.office.refresh()
    country = world.lists.countries["BE"]
    country.signer = list_signer("Proef nieuwe", "BE", NOW - DAY)
    world.lists.publish()
    world.put("BE", broken(world.file("BE")))

    found = world.office.refresh()
    assert {"NL": 2} == sequences(found)
    assert [False] == [one.kept for one in found.troubles]


def test_a_replayed_list(world: World) -> None:
    """An older issue, well signed as it is, does not replace a newer one."""
    old = world.file("BE")
    world.lists.publish()
    world.office.refresh()
    world.put("BE", old)

    found = world.office.refresh()
    assert {"BE": 2, "NL": 2} == sequences(found)
    assert "issue 1, older than issue 2" in found.troubles[0].text


def test_a_replayed_list_of_lists(world: World) -> None:
    """Nor does an older list of lists."""
    old = world.lists.files[world.lists.location]
    world.lists.publish()
    world.office.refresh()
    world.lists.files[world.lists.location] = old

    found = world.office.refresh()
    assert 2 == found.lotl.list.sequence
    assert [("EU", True)] == [(one.territory, one.kept) for one in found.troubles]


@pytest.mark.parametrize(
    "spoil", [broken, unsigned, not_parsable, lambda c: signed_by_another(c, NOW)]
)
def test_a_broken_list_of_lists(world: World, spoil: Callable[[bytes], bytes]) -> None:
    """The old one stays, and by it the countries are renewed."""
    world.lists.roll_over()
    world.office.refresh()
    world.lists.publish()
    location = world.lists.location
    world.lists.files[location] = spoil(world.lists.files[location])

    found = world.office.refresh()
    assert {"BE": 3, "NL": 3} == sequences(found)
    assert [("EU", True)] == [(one.territory, one.kept) for one in found.troubles]


def test_no_list_of_lists_at_all(world: World) -> None:
    """The first time there is nothing to fall back on."""
    world.lists.down.add(world.lists.location)

    with pytest.raises(BackendUnavailableError):
        world.office.refresh()
    with pytest.raises(NotFoundError, match="no trusted lists"):
        world.office.load()


def test_another_list_of_the_same_signer(world: World) -> None:
    """A list of another country in its place is refused, even well signed."""
    country = world.lists.countries["BE"]
    other = unsigned(world.file("NL"))
    world.put("BE", signed(other, country.signer, NOW))

    found = world.office.refresh()
    assert {"NL": 1} == sequences(found)
    assert "the list of BE is of NL" in found.troubles[0].text


def test_some_countries_only(world: World) -> None:
    """Who names countries fetches no other."""
    office = attrs.evolve(world.office, territories=frozenset({"NL"}))

    assert {"NL": 1} == sequences(office.refresh())
    assert world.lists.location_of("BE") not in world.lists.asked
    assert {"NL": 1} == sequences(office.load())


def test_without_anchors(world: World) -> None:
    """Nothing is fetched, loaded or taken in when nobody is trusted."""
    office = attrs.evolve(world.office, anchors=())

    for act in (office.refresh, office.load):
        with pytest.raises(ConfigurationError, match="Official Journal") as refused:
            act()
        assert "anchors" in refused.value.hint
    assert [] == world.lists.asked


def test_without_network(world: World) -> None:
    """An office without network is told to import."""
    office = attrs.evolve(world.office, fetcher=None)

    with pytest.raises(ConfigurationError, match="has no network") as refused:
        office.refresh()
    assert "import" in refused.value.hint


def test_former_snapshots_stay(world: World) -> None:
    """A verdict of yesterday is repeated with the lists of yesterday."""
    before = world.office.refresh()
    world.lists.countries["BE"].add(state(authority("Proef CA 2", NOW - DAY), NOW))
    world.lists.publish()
    world.later(DAY)
    after = world.office.refresh()

    assert before.id != after.id
    assert (2, 3) == (
        len(world.office.load(before.id).services),
        len(world.office.load().services),
    )
    assert after.id == world.office.load().id


@pytest.mark.parametrize("id", ["0" * 64, "x", "../current"])
def test_a_snapshot_that_is_not_there(world: World, id: str) -> None:
    """It is told as such."""
    world.office.refresh()

    with pytest.raises(NotFoundError) as refused:
        world.office.load(id)
    assert refused.value.hint


def test_overdue_lists_are_told(world: World) -> None:
    """Past their next update they are used, and named."""
    world.lists.countries["BE"].next_update = 10 * DAY
    world.lists.publish()
    found = world.office.refresh()

    assert () == found.overdue(NOW + 9 * DAY)
    assert ["BE"] == [one.territory for one in found.overdue(NOW + 11 * DAY)]
    assert found.is_overdue("BE", NOW + 11 * DAY)
    assert not found.is_overdue("NL", NOW + 11 * DAY)
    assert ["EU", "BE", "NL"] == [
        one.territory for one in found.overdue(NOW + 181 * DAY)
    ]
    assert 2 == len(found.services)


def test_other_anchors_later(world: World) -> None:
    """What was kept under other anchors is not trusted under these."""
    world.office.refresh()
    stranger = list_signer("Proef vreemde", "EU", NOW - DAY)
    office = attrs.evolve(world.office, anchors=(stranger.der,))

    with pytest.raises(UntrustedListError):
        office.load()
    world.lists.down.add(world.lists.location)
    with pytest.raises(BackendUnavailableError):
        office.refresh()


def test_anchors_to_build_chains_with(world: World) -> None:
    """Certificates of services by type; of no service none."""
    found = world.office.refresh()
    (first, _) = found.services
    (der,) = first.service.current.identity.certificates

    assert der in found.anchors(first.service.current.type)
    assert 2 == len(found.anchors(first.service.current.type))
    assert () == found.anchors("urn:nowhere")


def test_errors_of_all_kinds_are_ours(world: World) -> None:
    """Whatever stands at an address, nothing else leaves."""
    for content in (b"\0" * 99, b"<a/>", b"<!DOCTYPE a><a/>", "é".encode("utf-16")):
        world.lists.files[world.lists.location] = content
        with pytest.raises(DigivlError):
            world.office.refresh()
