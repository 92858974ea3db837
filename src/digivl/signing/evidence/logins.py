"""What seals for people who logged in tell of those people (aanmeldingen)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import BinaryIO

import attrs

from digivl.pdf.findings import SignatureFinding
from digivl.records.entries import Entry
from digivl.signing.evidence.acts import who
from digivl.signing.evidence.model import Login, Signature
from digivl.signing.evidence.people import Part, Participant, Seen
from digivl.signing.loginseal.binding import (
    Outcome,
    as_evidence,
    belonging,
    sha256_of,
)
from digivl.signing.loginseal.model import LoginSeal
from digivl.signing.participants import ParticipantState

_SECURED = "zegel van de entiteit, na aanmelding van wie tekent"


def logins(
    source: BinaryIO,
    signatures: Sequence[SignatureFinding],
    seals: Iterable[tuple[Entry[LoginSeal], bool]],
) -> Mapping[str, Login]:
    """What is known of who logged in, by the field of the seal.

    Args:
        source: The sealed PDF; seekable.
        signatures: What was found in it.
        seals: First entries of the seals of that document, and whether the name of
            the person is for who asks.
    """
    there = {one.field for one in signatures}
    return {
        entry.record.field: _login(
            entry,
            belonging(source, as_evidence(entry), signatures).outcome,
            named=named,
        )
        for entry, named in seals
        if entry.record.field in there
    }


def with_logins(
    signatures: Sequence[Signature], known: Mapping[str, Login]
) -> tuple[Signature, ...]:
    """Signatures, each with what is known of who logged in."""
    return tuple(attrs.evolve(one, login=known.get(one.field)) for one in signatures)


def who_logged_in(entry: Entry[LoginSeal], signed: str) -> Participant:
    """The one who takes part in a seal of its own.

    Args:
        entry: The first of the record.
        signed: SHA-256 of the sealed version.
    """
    seal, told = entry.record, entry.record.authentication
    return Participant(
        part=Part.SIGNS,
        state=ParticipantState.SIGNED.value,
        who=who(entry.actor),
        means=seal.means,
        secured=_SECURED,
        identified=f"{told.method} bij {told.provider}, niveau {told.level}",
        done_at=entry.at,
        sent=seal.shown,
        shown=Seen(
            sha256=seal.shown, at=entry.at, by=who(entry.actor), face=told.provider
        ),
        over=seal.shown,
        signed=signed,
        field=seal.field,
        certificate=seal.certificate,
    )


def _login(entry: Entry[LoginSeal], outcome: Outcome, *, named: bool) -> Login:
    seal, told = entry.record, entry.record.authentication
    erased = told.person.is_erased
    return Login(
        seal=entry.id,
        evidence=sha256_of(entry.canonical).hex(),
        outcome=outcome.value,
        belongs=outcome is Outcome.TOGETHER,
        function=seal.function,
        text=seal.text,
        provider=told.provider,
        method=told.method,
        assurance=str(told.level),
        second_factor=told.second_factor,
        at=told.at,
        accepted_at=entry.at,
        shown=seal.shown,
        name=told.person.reveal() if named and not erased else None,
        name_erased=erased,
    )
