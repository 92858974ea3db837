"""Entries of the book as acts in a report, and who did them."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from digivl.kernel.parties import Party
from digivl.records.entries import AnyEntry
from digivl.signing.evidence.legible import one_line
from digivl.signing.evidence.model import Act
from digivl.signing.evidence.people import Who


def numbered(entry: AnyEntry) -> tuple[int, Act]:
    """An entry of the book as an act, and its number there."""
    act = Act(
        kind=entry.kind.name,
        id=entry.id,
        version=entry.version,
        at=entry.at,
        action=entry.action,
        who=who(entry.actor),
        reason=entry.reason,
        leaf=entry.leaf.hex(),
    )
    return entry.number, act


def in_order(acts: Iterable[tuple[int, Act]]) -> tuple[Act, ...]:
    """Acts in the order in which they were written."""
    return tuple(act for _, act in sorted(acts, key=lambda pair: pair[0]))


def nameless(act: Act, party: Party) -> Act:
    """An act that does not tell the name of a party, where that one acted."""
    if act.who.id != party.id:
        return act
    return attrs.evolve(act, who=attrs.evolve(act.who, name=None, name_erased=False))


def who(party: Party) -> Who:
    """A party; its name only while that is there."""
    person = party.person
    there = person is not None and not person.is_erased
    return Who(
        id=party.id,
        function=party.label,
        role=party.role.value,
        name=one_line(person.reveal()) if person is not None and there else None,
        name_erased=person is not None and not there,
    )
