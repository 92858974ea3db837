"""What the book knows of a signing flow, in the words of an evidence report.

The one place that reads the record of a flow: what a flow comes to hold more is added
here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import attrs

from digivl.kernel.parties import Party
from digivl.signing import participants as book
from digivl.signing.evidence.acts import who
from digivl.signing.evidence.legible import one_line
from digivl.signing.evidence.model import Bundle, Outside, Standing
from digivl.signing.evidence.people import Part, Participant, Seen, Succeeded, Who
from digivl.signing.evidence.story import Place, Story
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


def recorded(story: Story, means: Mapping[str, str]) -> Recorded:
    """What the entries of a flow say.

    Args:
        story: What they say together.
        means: The offer of each signing means in the settings, by its name.
    """
    flow, sent = story.flow, story.sent
    was_sent = sent and flow.state not in DRAFTS
    return Recorded(
        flow=flow,
        standing=Standing.FINAL if flow.is_ended else Standing.INTERIM,
        sent_at=sent[-1].at if was_sent else None,
        participants=tuple(
            _participant(place, story, means) for place in story.places.values()
        ),
    )


def _participant(place: Place, story: Story, means: Mapping[str, str]) -> Participant:
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
        reason=place.reasons["refused_at"] if refused else "",
        shown=_seen(one.shown),
        outdated=_seen(one.outdated),
        **place.put_before(story.sent),
    )
    if isinstance(one, book.Approver):
        return attrs.evolve(told, remark=one.remark, over=one.version)
    if not isinstance(one, book.Signatory):
        return told
    offer = means.get(one.means, "")
    over, version = story.versions.get(one.party.id, (None, None))
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


def _succeeded(place: Place) -> Succeeded | None:
    gone = place.one.succession
    if gone is None:
        return None
    reason = place.reasons["succession"]
    return Succeeded(to=who(gone.to), how=gone.how.value, at=gone.at, reason=reason)
