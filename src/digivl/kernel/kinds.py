"""Kinds of records: how the book knows them, and what a work list shows of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

R = TypeVar("R", bound=attrs.AttrsInstance)


@attrs.frozen
class Ref:
    """Points at one record: its kind and id."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.id}"


@attrs.frozen(kw_only=True)
class Standing:
    """What a work list needs to know of a record; made from it, never stored alone.

    Attributes:
        state: Value of its state in the lifecycle.
        title: One line for people, without personal values.
        dossier: Id of the dossier it belongs to.
        part_of: Id of the record it is a part of, e.g. the meeting of an agenda item.
        holder: Id of the party that holds it, None when it waits for nobody.
        holder_label: That party as people know it.
        role: In which role that party holds it.
        entity: Organisation of that party.
        minister: Id of the minister that party works for.
        next_step: What the holder has to do.
        since: Since when it is held, UTC.
        due: When the next step has to be done, UTC.
        open: False once nothing more will happen to it.
    """

    state: str
    title: str
    dossier: str | None = None
    part_of: str | None = None
    holder: str | None = None
    holder_label: str | None = None
    role: str | None = None
    entity: str | None = None
    minister: str | None = None
    next_step: str | None = None
    since: datetime | None = None
    due: datetime | None = None
    open: bool = True


@attrs.frozen
class Kind(Generic[R]):
    """One kind of record: its name in the book, its class and its standing."""

    name: str
    record: type[R]
    standing: Callable[[R], Standing]

    def ref(self, id: str) -> Ref:
        """A pointer to the record of this kind with that id."""
        return Ref(self.name, id)
