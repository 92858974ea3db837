"""Work on packages that ends at any point: going on completes it, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from digivl.records.sqlbook import SQLBook
from digivl.settings import Limits
from digivl.signing.platform.model import PackageState
from digivl.signing.platform.signinghub import SigningHub
from digivl.testing.signinghub_desk import DESK, PEOPLE, Desk

S = PackageState


def check_one(desk: Desk, reference: str) -> None:
    """There is one package, shared, with everything once."""
    there = desk.there()
    assert (reference, "SHARED") == (str(there["package_id"]), there["status"])
    assert (3, 1) == (len(there["users"]), len(there["documents"]))
    shared = [one for one in desk.hub.files.all() if one["status"] != "DRAFT"]
    assert 1 == len(shared)


class KilledHere(BaseException):
    """The process ends here, as far as this test goes."""


@contextmanager
def killed_at(
    place: int, monkeypatch: pytest.MonkeyPatch, *watched: tuple[type, str, bool]
) -> Iterator[list[str]]:
    """Ends at the n-th of the watched calls: before it, or after it was done."""
    calls, reached = count(), list[str]()

    def wrapped(real: Any, name: str, *, after: bool) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            here = next(calls) == place
            reached.append(name)
            if here and not after:
                raise KilledHere(name)
            done = real(*arguments, **named)
            if here:
                raise KilledHere(name)
            return done

        return call

    with monkeypatch.context() as patch:
        for owner, name, after in watched:
            patch.setattr(owner, name, wrapped(getattr(owner, name), name, after=after))
        yield reached


PORT = ("create", "upload", "invite", "status", "download", "share", "find", "delete")


@pytest.mark.parametrize("after", [False, True])
def test_killed_at_every_point(
    after: bool,  # noqa: FBT001
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before or after each call and each write: going on completes it, once."""
    points = [*((SigningHub, name, after) for name in PORT), (SQLBook, "write", after)]
    ended = Counter[str]()
    for place in range(100):
        package = desk.send()
        with killed_at(place, monkeypatch, *points) as reached:
            try:
                desk.work(0)
            except KilledHere as here:
                ended[str(here)] += 1
            else:
                break
        # The lease of who was killed ends by itself.
        desk.clock.now += timedelta(seconds=Limits().lease_seconds + 1)
        record = desk.settled(package)
        assert S.TO_BE_APPROVED is record.state, (place, reached)
        check_one(desk, record.reference)
        desk.vl.packages.withdraw(package.id, by=DESK, reason="volgende")
        desk.work(0)
        for one in desk.hub.files.all():
            with desk.hub.files.changing(one["package_id"]) as found:
                found["status"] = "DRAFT"
    assert len(ended) >= 6
    assert sum(ended.values()) >= 9


@pytest.mark.parametrize("after", [False, True])
def test_killed_while_taking_in(
    after: bool,  # noqa: FBT001
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Between the platform and the book: one signed version, whenever it ended."""
    points: list[tuple[type, str, bool]] = [
        (SigningHub, "status", after),
        (SigningHub, "download", after),
        (SQLBook, "write", after),
    ]
    for place in range(50):
        package = desk.sent(invited=PEOPLE[:1])
        desk.hub.everybody(int(package.record.reference))
        with killed_at(place, monkeypatch, *points):
            try:
                desk.work()
            except KilledHere:
                desk.clock.now += timedelta(seconds=Limits().lease_seconds + 1)
            else:
                break
        desk.work()
        (one,) = desk.vl.packages.read(package.id).record.documents
        assert S.SIGNED is desk.state(package)
        assert 2 == len(desk.vl.documents.read(one.document).record.versions)
    else:
        pytest.fail("it never came to its end")
    assert place >= 4
