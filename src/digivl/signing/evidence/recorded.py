"""What the book knows of a signing flow, in the words of an evidence report.

The one place that reads the record of a flow: what a flow comes to hold more is added
here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, Final, TypeVar

import attrs

from digivl.kernel.parties import Party
from digivl.records.entries import AnyEntry, Entry
from digivl.signing import participants as book
from digivl.signing.evidence.legible import one_line
from digivl.signing.evidence.model import Act, Bundle, Outside, Standing
from digivl.signing.evidence.people import Part, Participant, Seen, Succeeded, Who
from digivl.signing.model import SigningFlow
from digivl.signing.states import DRAFTS

#: How each offer of a signing means makes sure who signs.
SECURED: Final[Mapping[str, str]] = {
    "pkcs12": "sleutelbestand met wachtwoord (PKCS#12), beheerd door de entiteit",
    "pem": "sleutelbestand (PEM), beheerd door de entiteit",
    "eid": "identiteitskaart met pincode (eID)",
    "pkcs11": "kaart of beveiligde module met pincode (PKCS#11)",
    "csc": "ondertekendienst op afstand, na aanmelding (CSC)",
    "signinghub": "extern tekenplatform, dat zelf nagaat wie tekent (SigningHub)",
}
_PARTS: Final[Mapping[type[book.Participant], Part]] = {
    book.Approver: Part.APPROVES,
    book.Signatory: Part.SIGNS,
    book.Watcher: Part.WATCHES,
}
R = TypeVar("R")
History = Sequence[Entry[SigningFlow]]
#: Before and after a signature: the version, by the id of who signed.
Versions = Mapping[str, tuple[str, str]]


@attrs.frozen(kw_only=True)
class Recorded:
    """What the book says of a flow.

    Attributes:
        flow: The record as it is now.
        standing: Whether it has ended.
        sent_at: When what is signed now was put up; None for a draft.
        participants: Who approves, who signs and who watches, each in their order.
    """

    flow: SigningFlow
    standing: Standing
    sent_at: datetime | None
    participants: tuple[Participant, ...]

    @property
    def bundle(self) -> Bundle | None:
        """What was sent together with it."""
        if self.flow.bundle is None:
            return None
        return Bundle(id=self.flow.bundle, place=self.flow.place)

    @property
    def elsewhere(self) -> Outside | None:
        """The platform on which it is, or was, signed."""
        there = self.flow.elsewhere
        if there is None:
            return None
        return Outside(
            platform=there.platform, reference=there.reference, since=there.since
        )


def recorded(history: History, means: Mapping[str, str]) -> Recorded:
    """What the entries of a flow say.

    Args:
        history: All of them, oldest first; at least one.
        means: The offer of each signing means in the settings, by its name.
    """
    flow = history[-1].record
    sent = [*_put_up(history)]
    was_sent = sent and flow.state not in DRAFTS
    steps = [(entry, entry.record.places) for entry in history]
    versions = _versions(history)
    return Recorded(
        flow=flow,
        standing=Standing.FINAL if flow.is_ended else Standing.INTERIM,
        sent_at=sent[-1].at if was_sent else None,
        participants=tuple(
            _participant(_Place(key, one, steps, sent), versions, means)
            for key, one in flow.places.items()
        ),
    )


def acts(entries: Sequence[AnyEntry]) -> tuple[Act, ...]:
    """Entries of the book, in the order in which they were written."""
    return tuple(
        Act(
            kind=entry.kind.name,
            id=entry.id,
            version=entry.version,
            at=entry.at,
            action=entry.action,
            who=who(entry.actor),
            reason=entry.reason,
            leaf=entry.leaf.hex(),
        )
        for entry in sorted(entries, key=lambda one: one.number)
    )


def nameless(entry: Entry[R], party: Party) -> Entry[R]:
    """An entry that does not tell the name of a party, where that one acted."""
    if entry.actor.id != party.id:
        return entry
    return attrs.evolve(entry, actor=attrs.evolve(entry.actor, person=None))


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


@attrs.frozen
class _Place:
    """A place in a flow, and how it came to be as it is."""

    key: str
    one: book.Participant
    steps: Sequence[tuple[Entry[SigningFlow], Mapping[str, book.Participant]]]
    sent: History

    def reason(self, name: str) -> str:
        """In the words of who made this attribute what it is."""
        value = getattr(self.one, name)
        return next(
            entry.reason
            for entry, places in self.steps
            if getattr(places.get(self.key), name, None) == value
        )

    def put_before(self) -> Mapping[str, Any]:
        """What was put before it, and when: last, or before another came."""
        mine = [
            (entry, places[self.key])
            for entry, places in self.steps
            if self.key in places and places[self.key].is_live
        ]
        last, _ = mine[-1]
        known = [entry for entry in self.sent if entry.version <= last.version]
        if not known:
            return {}
        mine_here = (e for e, one in mine if one.party.id == self.one.party.id)
        here = next(mine_here)
        return {"sent": known[-1].record.base, "sent_at": max(known[-1].at, here.at)}


def _participant(
    place: _Place, versions: Versions, means: Mapping[str, str]
) -> Participant:
    one, refused = place.one, place.one.refused_at is not None
    told = Participant(
        part=_PARTS[type(one)],
        state=one.state.value,
        who=who(one.party),
        stage=one.stage,
        acting=_who(one.acting),
        behalf=_who(one.behalf),
        succeeded=_succeeded(place),
        identified=one.identified,
        consent=one.consent,
        done_at=one.done_at,
        recorded_at=one.recorded_at,
        refused_at=one.refused_at,
        reason=place.reason("refused_at") if refused else "",
        shown=_seen(one.shown),
        outdated=_seen(one.outdated),
        **place.put_before(),
    )
    if isinstance(one, book.Approver):
        return attrs.evolve(told, remark=one.remark, over=one.version)
    if not isinstance(one, book.Signatory):
        return told
    offer = means.get(one.means, "")
    over, version = versions.get(one.party.id, (None, None))
    return attrs.evolve(
        told,
        means=one.means,
        secured=SECURED.get(offer, offer),
        claimed_at=one.claimed_at,
        over=one.over or over,
        signed=one.version or version,
        level=one.level,
        field=None if one.field is None else one_line(one.field),
        certificate=one.certificate,
        authority=None if one.authority is None else one_line(one.authority),
        token=one.token,
    )


def _who(party: Party | None) -> Who | None:
    return None if party is None else who(party)


def _seen(shown: book.Shown | None) -> Seen | None:
    if shown is None:
        return None
    return Seen(sha256=shown.sha256, at=shown.at, by=who(shown.by), face=shown.face)


def _succeeded(place: _Place) -> Succeeded | None:
    gone = place.one.succession
    if gone is None:
        return None
    reason = place.reason("succession")
    return Succeeded(to=who(gone.to), how=gone.how.value, at=gone.at, reason=reason)


def _put_up(history: History) -> Iterator[Entry[SigningFlow]]:
    """The entries in which a version was put up: sent, or a new one."""
    base = None
    for entry in history:
        drafted = entry.record.state in DRAFTS
        if not drafted and entry.record.base != base:
            yield entry
        # What was recalled is put up anew.
        base = None if drafted else entry.record.base


def _versions(history: History) -> Versions:
    """Before and after each signature: the version, by who signed.

    Flows of the first version do not say so themselves.
    """
    found: dict[str, tuple[str, str]] = {}
    for before, after in pairwise(history):
        was, now = before.record.current, after.record.current
        # A timestamp that came later is part of the signature it came for.
        late = {name: sent for name, (sent, signed) in found.items() if signed == was}
        new = [*_signed_between(before.record, after.record)]
        if not new and now != was:
            found |= {name: (sent, now) for name, sent in late.items()}
        found |= dict.fromkeys(new, (was, now))
    return found


def _signed_between(before: SigningFlow, after: SigningFlow) -> Iterator[str]:
    had = {one.party.id for one in before.signatories if one.signed_at is not None}
    for one in after.signatories:
        if one.signed_at is not None and one.party.id not in had:
            yield one.party.id
