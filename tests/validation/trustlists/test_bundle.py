"""A bundle: the same lists elsewhere, with the anchors of whoever takes it in."""

from __future__ import annotations

import io
import zipfile
from hashlib import sha256
from pathlib import Path

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digivl.errors import (
    ConfigurationError,
    DigivlError,
    LimitExceededError,
    MalformedError,
    NotFoundError,
    UntrustedListError,
)
from digivl.testing.lists_pki import list_signer
from digivl.validation.trustlists import bundle
from digivl.validation.trustlists.store import ListFolder
from tests.validation.trustlists.conftest import DAY, NOW, World


def exported(world: World) -> bytes:
    """The bundle of the current snapshot."""
    target = io.BytesIO()
    world.office.export(target)
    return target.getvalue()


def elsewhere(world: World, folder: Path) -> World:
    """An office without network and without lists, with the same anchors."""
    office = attrs.evolve(world.office, folder=ListFolder(folder), fetcher=None)
    return attrs.evolve(world, office=office)


def test_the_same_snapshot_elsewhere(world: World, tmp_path: Path) -> None:
    """Same id, same lists, same bytes when it is exported again."""
    world.lists.roll_over()
    found = world.office.refresh()
    made = exported(world)
    other = elsewhere(world, tmp_path / "other")
    taken = other.office.take_in(io.BytesIO(made))

    assert found.id == taken.id == other.office.load().id
    assert found.lists == taken.lists
    assert made == exported(other)


def test_a_former_snapshot(world: World) -> None:
    """Any snapshot can be taken along, not only the current one."""
    before = world.office.refresh()
    world.later(DAY)
    world.lists.publish()
    world.office.refresh()

    assert before.id == world.office.export(io.BytesIO(), before.id).id
    with pytest.raises(NotFoundError):
        world.office.export(io.BytesIO(), "0" * 64)


def test_a_bundle_makes_nobody_trusted(world: World, tmp_path: Path) -> None:
    """It has to go back to the anchors of this office; nothing of it is kept else."""
    world.office.refresh()
    made = io.BytesIO(exported(world))
    stranger = list_signer("Proef vreemde", "EU", NOW - DAY)
    other = elsewhere(world, tmp_path / "other").office

    with pytest.raises(UntrustedListError):
        attrs.evolve(other, anchors=(stranger.der,)).take_in(made)
    with pytest.raises(ConfigurationError):
        attrs.evolve(other, anchors=()).take_in(made)
    with pytest.raises(NotFoundError):
        other.load()


def rewritten(made: bytes, change: dict[str, bytes | None]) -> io.BytesIO:
    """The bundle with some files replaced, or left out."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = change.get(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    target.seek(0)
    return target


def test_spoilt_bundles(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that is missing, another one in its place, too much of anything."""
    found = world.office.refresh()
    made, name = exported(world), f"{found.lotl.sha256}.xml"

    for change, told in (
        ({name: None}, "no bundle"),
        ({name: b"<a/>"}, "has other bytes"),
        ({"snapshot.json": None}, "no bundle"),
        ({"snapshot.json": b"{}"}, "cannot be read"),
    ):
        with pytest.raises(MalformedError, match=told):
            world.office.take_in(rewritten(made, change))  # type: ignore[arg-type]
    for limit in ("_MOST", "LARGEST", "_TOGETHER", "LARGEST_RECORD"):
        with monkeypatch.context() as patched:
            patched.setattr(bundle, limit, 1)
            with pytest.raises(LimitExceededError) as refused:
                world.office.take_in(io.BytesIO(made))
            assert refused.value.hint


def test_a_bomb(world: World) -> None:
    """A list that unpacks to more than any has is refused on the way."""
    found = world.office.refresh()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        record = world.office.folder.record()
        new.writestr("snapshot.json", record.to_json())
        for one in found.sources:
            new.writestr(f"{one.sha256}.xml", bytes(30_000_000))

    with pytest.raises(LimitExceededError, match="too large"):
        world.office.take_in(target)


def test_without_a_list_of_lists(world: World) -> None:
    """A record that names none is no snapshot."""
    world.office.refresh()
    record = world.office.folder.record()
    national = attrs.evolve(record, sources=record.sources[1:])
    target = io.BytesIO()
    bundle.write(target, national, world.office.folder.raw)

    with pytest.raises(UntrustedListError, match="no list of lists"):
        world.office.take_in(target)


def test_without_its_pivot(world: World) -> None:
    """A pivot that is named has to be there."""
    world.lists.roll_over()
    world.office.refresh()
    record = world.office.folder.record()
    lacking = attrs.evolve(
        record, sources=tuple(one for one in record.sources if one.role != "pivot")
    )
    target = io.BytesIO()
    bundle.write(target, lacking, world.office.folder.raw)

    with pytest.raises(UntrustedListError, match=r"pivot .* is not among them"):
        world.office.take_in(target)


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_any_byte(world: World, data: st.DataObject) -> None:
    """A bundle with one byte changed is refused, or holds the same lists."""
    world.office.refresh()
    made = exported(world)
    position = data.draw(st.integers(0, len(made) - 1))
    changed = bytearray(made)
    changed[position] ^= data.draw(st.integers(1, 255))
    try:
        record, contents = bundle.read(io.BytesIO(bytes(changed)))
    except DigivlError:
        return
    assert {one.sha256 for one in record.sources} == set(contents)
    assert all(name == sha256(one).hexdigest() for name, one in contents.items())


@given(st.binary(max_size=99))
def test_anything(content: bytes) -> None:
    """Whatever is taken in, an error of ours comes out."""
    with pytest.raises(MalformedError):
        bundle.read(io.BytesIO(content))
