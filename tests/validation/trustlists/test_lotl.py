"""From the anchors to the list of lists, over its pivots; none may be passed over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from digivl.errors import (
    DigivlError,
    LimitExceededError,
    MalformedError,
    UntrustedListError,
)
from digivl.testing.lists import Lists, broken, signed_by_another, unsigned
from digivl.testing.lists_pki import list_signer
from digivl.testing.lists_xml import signed
from digivl.validation.trustlists import lotl
from digivl.validation.trustlists.lotl import verified_lotl
from digivl.validation.trustlists.signed import SignedList

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def read(lists: Lists) -> SignedList:
    """The list of lists, from its anchor."""
    return verified_lotl(
        lists.files[lists.location], lists.files.__getitem__, (lists.anchor.der,)
    )


@pytest.mark.parametrize("times", [0, 1, 3])
def test_over_pivots(lists: Lists, times: int) -> None:
    """However often the keys changed, the anchor leads to the list of today."""
    for _ in range(times):
        lists.roll_over()

    found = read(lists)
    assert times == len(found.list.pivots)
    assert lists.signer.der == found.signer


def test_the_old_key_signs_no_more(lists: Lists) -> None:
    """What a pivot handed over is gone: the anchor itself may not sign any more."""
    lists.roll_over()
    content = signed(unsigned(lists.files[lists.location]), lists.anchor, NOW)
    lists.files[lists.location] = content

    with pytest.raises(UntrustedListError, match="who may not sign it: Proef Comm"):
        read(lists)


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (broken, UntrustedListError),
        (unsigned, UntrustedListError),
        (lambda content: signed_by_another(content, NOW), UntrustedListError),
        (lambda _: b"", MalformedError),
    ],
)
@pytest.mark.parametrize("which", [0, 1])
def test_no_pivot_is_passed_over(
    lists: Lists,
    spoil: Callable[[bytes], bytes],
    error: type[DigivlError],
    which: int,
) -> None:
    """One that is wrong, first or last, ends it: it may have taken a key away."""
    lists.roll_over()
    lists.roll_over()
    address = lists.pivots[which]
    lists.files[address] = spoil(lists.files[address])

    with pytest.raises(error, match="pivot"):
        read(lists)


def test_a_pivot_that_is_missing(lists: Lists) -> None:
    """What the fetcher raises is what is told."""
    lists.roll_over()
    del lists.files[lists.pivots[0]]

    with pytest.raises(KeyError):
        read(lists)


def test_a_pivot_of_another_kind(lists: Lists) -> None:
    """A national list is no pivot, whoever signed it."""
    lists.roll_over()
    national = unsigned(lists.files[lists.location_of("BE")])
    lists.files[lists.pivots[0]] = signed(national, lists.anchor, NOW)

    with pytest.raises(MalformedError, match="is a list of BE"):
        read(lists)


def test_a_pivot_that_hands_nothing_over(lists: Lists) -> None:
    """Without the keys of the next list it is none."""
    lists.roll_over()
    address = lists.pivots[0]
    plain = unsigned(lists.files[address]).replace(b"vnd.etsi.tsl+xml", b"pdf", 1)
    lists.files[address] = signed(plain, lists.anchor, NOW)

    with pytest.raises(MalformedError, match="does not say who signs the next"):
        read(lists)


def test_the_wrong_list(lists: Lists) -> None:
    """A national list in the place of the list of lists."""
    national = unsigned(lists.files[lists.location_of("BE")])
    lists.files[lists.location] = signed(national, lists.anchor, NOW)

    with pytest.raises(MalformedError, match="is a list of BE"):
        read(lists)


def test_other_anchors(lists: Lists) -> None:
    """Who is not in the Official Journal signs nothing."""
    stranger = list_signer("Proef vreemde", "EU", NOW - DAY)

    with pytest.raises(UntrustedListError, match="who may not sign it"):
        verified_lotl(lists.files[lists.location], str.encode, (stranger.der,))


def test_more_pivots_than_there_can_be(
    lists: Lists, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The chain has an end."""
    monkeypatch.setattr(lotl, "_MOST_PIVOTS", 1)
    lists.roll_over()
    lists.roll_over()

    with pytest.raises(LimitExceededError, match="2 pivots"):
        read(lists)


def test_pivots_that_a_comment_hides(lists: Lists) -> None:
    """What was signed names a pivot, what is read first does not: it is refused."""
    address = f"{lists.base}/eu-lotl-pivot-2.xml"
    lists.pivots.append(address)
    lists.publish()
    name = address.encode()
    content = lists.files[lists.location].replace(name, name[:-4] + b"<!-- -->.xml", 1)
    lists.files[lists.location] = content

    with pytest.raises(UntrustedListError, match="names other pivots"):
        read(lists)
