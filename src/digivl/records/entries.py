"""Entries of the journal, and the drafts from which they are made."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, TypeVar

import attrs

from digivl.errors import MalformedError
from digivl.kernel.kinds import Kind, Ref
from digivl.kernel.moments import aware
from digivl.kernel.parties import Party
from digivl.kernel.redaction import holds_national_number

R = TypeVar("R", bound=attrs.AttrsInstance)


def _nobody(_: object, attribute: attrs.Attribute[Any], text: str) -> None:
    # Entries stay for ever; what they say in the open must not name a person.
    if holds_national_number(text):
        raise MalformedError(
            f"the {attribute.name} of an entry holds a national number (INSZ)",
            hint="Personal values belong in fields of the record that are Personal.",
        )


def _id(_: object, __: object, id: str) -> None:
    if not 0 < len(id) <= 200 or not id.isprintable():
        raise MalformedError("the id of a record is 1 to 200 printable characters")


@attrs.frozen(kw_only=True)
class Draft(Generic[R]):
    """What is to be written: the record as it is after the act.

    Attributes:
        id: Of the record; public, never a national number.
        version: 1 for a new record, else one more than the version that was read.
        action: The step of the lifecycle, or another verb.
        reason: Why, in the words of the actor; without personal values.
    """

    kind: Kind[R]
    id: str = attrs.field(validator=(_id, _nobody))
    version: int = attrs.field(validator=attrs.validators.ge(1))
    at: datetime = attrs.field(validator=aware)
    actor: Party
    action: str
    record: R
    reason: str = attrs.field(default="", validator=_nobody)


@attrs.frozen(kw_only=True)
class Entry(Generic[R]):
    """One act that was written, and the record as it was after it.

    Attributes:
        number: Order of arrival in this book; not part of the proof.
        canonical: The entry as canonical JSON (RFC 8785); what is proven.
        leaf: SHA-256 of 0x00 and `canonical`, as the book keeps it: the leaf hash of
            RFC 9162.
    """

    kind: Kind[R]
    id: str
    version: int
    at: datetime
    actor: Party
    action: str
    reason: str
    record: R
    number: int
    canonical: str = attrs.field(repr=False)
    leaf: bytes = attrs.field(repr=bytes.hex)

    @property
    def ref(self) -> Ref:
        """Points at the record."""
        return Ref(self.kind.name, self.id)

    def next(
        self, record: R, action: str, actor: Party, at: datetime, reason: str = ""
    ) -> Draft[R]:
        """The draft of an act that follows on this entry."""
        return Draft(
            kind=self.kind,
            id=self.id,
            version=self.version + 1,
            at=at,
            actor=actor,
            action=action,
            record=record,
            reason=reason,
        )


def first(
    kind: Kind[R],
    id: str,
    record: R,
    action: str,
    actor: Party,
    at: datetime,
    reason: str = "",
) -> Draft[R]:
    """The draft of the act that makes a record."""
    return Draft(
        kind=kind,
        id=id,
        version=1,
        at=at,
        actor=actor,
        action=action,
        record=record,
        reason=reason,
    )


#: Any entry, whatever its kind.
AnyEntry = Entry[Any]
AnyDraft = Draft[Any]
