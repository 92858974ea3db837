"""Levels, gates and permissions: the lattice, and the tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.access.model import (
    CLEARANCE,
    PERMISSIONS,
    AccessLevel,
    Gates,
    Permission,
    effective_level,
    level_of_previous,
)
from digivl.access.policy import TablePolicy
from digivl.kernel.parties import Party, Role

A = AccessLevel
levels = st.sampled_from(AccessLevel)
gates = st.builds(
    Gates,
    agenda_approved=st.booleans(),
    decisions_released=st.booleans(),
    documents_released=st.booleans(),
    published=st.booleans(),
)
STEPS = ("agenda_approved", "decisions_released", "documents_released", "published")


@given(levels, gates)
def test_never_more_than_was_wished(wish: AccessLevel, some: Gates) -> None:
    """A release never opens a document further than its level."""
    assert effective_level(wish, some).openness <= wish.openness


@given(levels, st.integers(0, 4))
def test_each_gate_opens_one_level(wish: AccessLevel, opened: int) -> None:
    """With n gates open, no more than the nth level is reached."""
    some = Gates(**dict.fromkeys(STEPS[:opened], True))

    assert min(wish.openness, opened) == effective_level(wish, some).openness


@given(levels, gates)
def test_a_shut_gate_shuts_the_rest(wish: AccessLevel, some: Gates) -> None:
    """Documents released before the decisions are not seen before them either."""
    flags = [getattr(some, name) for name in STEPS]
    reached = flags.index(False) if False in flags else 4

    assert effective_level(wish, some).openness <= reached


def test_on_no_agenda_nothing_waits() -> None:
    """A document that never was on an agenda has the level that was set."""
    assert list(AccessLevel) == [effective_level(wish, None) for wish in AccessLevel]


@given(levels, levels)
def test_earlier_versions_are_never_looser(old: AccessLevel, new: AccessLevel) -> None:
    """Not than they were, not than the newest, and never open to all."""
    level = level_of_previous(old, new)

    assert level.openness <= min(old.openness, new.openness, 2)


def party(role: Role, minister: str | None = None) -> Party:
    """Somebody in a role."""
    return Party("iemand", "Iemand", role, minister=minister)


@pytest.mark.parametrize("role", Role)
@given(level=levels)
def test_who_reads_a_level_reads_more_open_ones(role: Role, level: AccessLevel) -> None:
    """For each role the levels it reads are all those above some level."""
    policy, who = TablePolicy(), party(role, "m")
    if policy.reads(who, level, ["m"]):
        more = [one for one in AccessLevel if one.openness > level.openness]

        assert all(policy.reads(who, one, ["m"]) for one in more)


@pytest.mark.parametrize("role", Role)
def test_everybody_reads_what_is_public(role: Role) -> None:
    """Public is public; nobody reads past its clearance."""
    cleared = CLEARANCE.get(role, A.PUBLIC)
    stricter = [one for one in AccessLevel if one.openness < cleared.openness]

    assert TablePolicy().reads(party(role), A.PUBLIC)
    assert not any(TablePolicy().reads(party(role), one) for one in stricter)


def test_confidential_of_the_own_minister_only() -> None:
    """A cabinet reads what is confidential of its own minister, and of no other."""
    reads = TablePolicy().reads
    own = party(Role.DOSSIER_MANAGER, "m-1")

    assert reads(own, A.CONFIDENTIAL, ["m-1", "m-2"])
    assert not reads(own, A.CONFIDENTIAL, ["m-2"])
    assert not reads(own, A.CONFIDENTIAL)
    assert not reads(party(Role.DOSSIER_MANAGER), A.CONFIDENTIAL, ["m-1"])
    assert reads(party(Role.MINISTER, "m-2"), A.CONFIDENTIAL, ["m-1"])
    assert not reads(party(Role.GOVERNMENT), A.CONFIDENTIAL, ["m-1"])


def test_own_matters_only() -> None:
    """A cabinet submits for its own minister; a new matter is nobody's yet."""
    allows = TablePolicy().allows
    own = party(Role.DOSSIER_MANAGER, "m-1")

    assert allows(own, Permission.SUBMIT, ["m-1"])
    assert not allows(own, Permission.SUBMIT, ["m-2"])
    assert allows(own, Permission.SUBMIT)
    assert not allows(party(Role.PARLIAMENT), Permission.SUBMIT)


def test_who_may_override() -> None:
    """Only an administrator, and what runs by itself, may go against the rules."""
    allowed = {
        role for role in Role if Permission.OVERRIDE in PERMISSIONS.get(role, {})
    }

    assert {Role.ADMIN, Role.SYSTEM} == allowed
