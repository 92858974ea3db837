"""A signing flow as its entries tell it, one after the other; none of them is kept.

Each entry holds everybody who takes part: of a long flow with many people only what a
report needs of it fits in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import attrs

from digivl.records.entries import Entry
from digivl.signing.evidence.acts import numbered
from digivl.signing.evidence.model import Act
from digivl.signing.model import SigningFlow
from digivl.signing.participants import Participant
from digivl.signing.states import DRAFTS

_REASONED: Final = ("refused_at", "succession")


@attrs.frozen
class PutUp:
    """That a version was put up: sent, or a new one."""

    version: int
    at: datetime
    sha256: str


@attrs.define
class Place:
    """A place in a flow, and how it came to be as it is.

    Attributes:
        one: Who is in it, as it is now.
        last: The last version of the flow in which nobody else was in its place.
        since: Since when each party was in it, by the id of the party.
        reasons: Of its refusal and of its succession, in the words of who did it.
    """

    one: Participant
    last: int = 0
    since: dict[str, datetime] = attrs.field(factory=dict[str, datetime])
    reasons: dict[str, str] = attrs.field(factory=dict[str, str])

    def tell(self, one: Participant, entry: Entry[SigningFlow]) -> None:
        """It is so from this entry on."""
        for name in _REASONED:
            value = getattr(one, name)
            if value is not None and (
                name not in self.reasons or value != getattr(self.one, name)
            ):
                self.reasons[name] = entry.reason
        self.one = one
        if one.is_live:
            self.last = entry.version
            self.since.setdefault(one.party.id, entry.at)

    def put_before(self, sent: Iterable[PutUp]) -> Mapping[str, Any]:
        """What was put before it, and when: last, or before another came."""
        known = [one for one in sent if one.version <= self.last]
        if not known:
            return {}
        at = max(known[-1].at, self.since[self.one.party.id])
        return {"sent": known[-1].sha256, "sent_at": at}


@attrs.define
class Story:
    """What all entries of a flow say together.

    Attributes:
        flow: The record as it is now.
        acts: Each entry, with its number in the book.
        sent: What was put up, oldest first.
        places: By the key of the place.
        versions: Before and after each signature: the version, by the id of who
            signed. Flows of the first version do not say so themselves.
    """

    flow: SigningFlow
    acts: list[tuple[int, Act]] = attrs.field(factory=list[tuple[int, Act]])
    sent: list[PutUp] = attrs.field(factory=list[PutUp])
    places: dict[str, Place] = attrs.field(factory=dict[str, Place])
    versions: dict[str, tuple[str, str]] = attrs.field(
        factory=dict[str, tuple[str, str]]
    )
    _base: str | None = attrs.field(default=None, init=False)
    _signed: frozenset[str] = attrs.field(default=frozenset(), init=False)

    @classmethod
    def of(cls, history: Iterable[Entry[SigningFlow]]) -> Story | None:
        """The story of these entries, oldest first; None of none."""
        story = None
        for entry in history:
            story = story or cls(entry.record)
            story.tell(entry)
        return story

    def tell(self, entry: Entry[SigningFlow]) -> None:
        """What one more entry adds."""
        before, self.flow = self.flow, entry.record
        self.acts.append(numbered(entry))
        self._put_up(entry)
        self._sign(before.current)
        now = self.flow.places
        self.places = {
            key: self.places.get(key) or Place(one) for key, one in now.items()
        }
        for key, one in now.items():
            self.places[key].tell(one, entry)

    def _put_up(self, entry: Entry[SigningFlow]) -> None:
        drafted, base = self.flow.state in DRAFTS, self.flow.base
        if not drafted and base != self._base:
            self.sent.append(PutUp(entry.version, entry.at, base))
        # What was recalled is put up anew.
        self._base = None if drafted else base

    def _sign(self, was: str) -> None:
        now = self.flow.current
        signed = frozenset(
            one.party.id for one in self.flow.signatories if one.signed_at is not None
        )
        new = signed - self._signed
        self._signed = signed
        if not new and now != was:
            # A timestamp that came later is part of the signature it came for.
            late = {
                k: sent for k, (sent, after) in self.versions.items() if after == was
            }
            self.versions |= {name: (sent, now) for name, sent in late.items()}
        self.versions |= dict.fromkeys(new, (was, now))
