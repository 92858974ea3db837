"""What the book knows of a signing flow, in the words of an evidence report.

The one place that reads the record of a flow: what a flow comes to hold more (who
approves, who was replaced, what was shown) is added here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

import attrs

from digivl.kernel.parties import Party
from digivl.records.entries import AnyEntry, Entry
from digivl.signing.evidence.model import Act, Part, Participant, Standing, Who
from digivl.signing.model import FLOW_LIFECYCLE, Signatory, SigningFlow

#: How each offer of a signing means identifies who signs.
IDENTIFIED: Final[Mapping[str, str]] = {
    "pkcs12": "sleutelbestand met wachtwoord (PKCS#12), beheerd door de entiteit",
    "pem": "sleutelbestand (PEM), beheerd door de entiteit",
    "pkcs11": "kaart of beveiligde module met pincode (PKCS#11)",
    "csc": "ondertekendienst op afstand, na aanmelding (CSC)",
}


@attrs.frozen(kw_only=True)
class Recorded:
    """What the book says of a flow.

    Attributes:
        flow: The record as it is now.
        standing: Whether it has ended.
        participants: In the order in which they were asked.
    """

    flow: SigningFlow
    standing: Standing
    participants: tuple[Participant, ...]


def recorded(
    history: Sequence[Entry[SigningFlow]], means: Mapping[str, str]
) -> Recorded:
    """What the entries of a flow say.

    Args:
        history: All of them, oldest first; at least one.
        means: The offer of each signing means in the settings, by its name.
    """
    flow = history[-1].record
    ended = FLOW_LIFECYCLE.is_final(flow.state)
    versions = _versions(history)
    return Recorded(
        flow=flow,
        standing=Standing.FINAL if ended else Standing.INTERIM,
        participants=tuple(
            _signatory(one, versions.get(one.party.id), means)
            for one in flow.signatories
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


def who(party: Party) -> Who:
    """A party; its name only while that is there."""
    person = party.person
    there = person is not None and not person.is_erased
    return Who(
        id=party.id,
        function=party.label,
        role=party.role.value,
        name=person.reveal() if person is not None and there else None,
        name_erased=person is not None and not there,
    )


def _signatory(
    one: Signatory, versions: tuple[str, str] | None, means: Mapping[str, str]
) -> Participant:
    sent, signed = versions or (None, None)
    offer = means.get(one.means, "")
    return Participant(
        part=Part.SIGNS,
        who=who(one.party),
        acting=who(one.acting) if one.acting is not None else None,
        means=one.means,
        identified=IDENTIFIED.get(offer, offer),
        done_at=one.signed_at,
        sent=sent,
        signed=signed,
        certificate=one.certificate,
        authority=one.authority,
    )


def _versions(
    history: Sequence[Entry[SigningFlow]],
) -> Mapping[str, tuple[str, str]]:
    """Before and after each signature: the version, by who signed."""
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
