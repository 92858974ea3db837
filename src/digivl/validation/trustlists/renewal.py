"""One round of fetching: what is new and right is used, else the old one stays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from hashlib import sha256
from typing import Final

import attrs

from digivl.errors import DigivlError, UntrustedListError
from digivl.validation.trustlists.lotl import LOTL, verified_lotl
from digivl.validation.trustlists.model import Pointer
from digivl.validation.trustlists.reading import read_list
from digivl.validation.trustlists.signed import SignedList
from digivl.validation.trustlists.snapshot import (
    Role,
    Snapshot,
    Source,
    Trouble,
    national_list,
)

_AT_ONCE: Final = 8


@attrs.frozen
class Piece:
    """The bytes of a list, and where they came from."""

    content: bytes = attrs.field(repr=False)
    source: Source


@attrs.frozen
class Renewed:
    """What came of a round: the lists together, and all their bytes."""

    snapshot: Snapshot
    pieces: tuple[Piece, ...]


@attrs.frozen(kw_only=True)
class Renewal:
    """One round.

    Attributes:
        location: Of the list of lists.
        anchors: Certificates of the Official Journal, DER.
        fetch: Gives what stands at an address.
        moment: The present one, with zone.
        kept: What was kept of the last round, by address.
        territories: Countries that are fetched; all when empty.
    """

    location: str
    anchors: tuple[bytes, ...]
    fetch: Callable[[str], bytes]
    moment: datetime
    kept: Mapping[str, Piece]
    territories: frozenset[str] = frozenset()

    def run(self) -> Renewed:
        """Fetch everything.

        Raises:
            DigivlError: The list of lists cannot be had, and none is kept.
        """
        lotl, leading, troubles = self._lotl()
        wanted = wanted_lists(lotl, self.territories)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            answers = list(pool.map(self._tried, wanted))
        national: list[tuple[SignedList, Piece]] = []
        for pointer, answer in zip(wanted, answers, strict=True):
            found, trouble = self._national(pointer, answer)
            national += [found] if found else []
            troubles += [trouble] if trouble else []
        pieces = (*leading, *(piece for _, piece in national))
        snapshot = Snapshot(
            sources=tuple(piece.source for piece in pieces),
            lotl=lotl,
            national=tuple(one for one, _ in national),
            troubles=tuple(troubles),
        )
        return Renewed(snapshot, pieces)

    def _lotl(self) -> tuple[SignedList, list[Piece], list[Trouble]]:
        """The list of lists, with its pivots behind it."""
        before = self.kept.get(self.location)
        try:
            content = self.fetch(self.location)
            _refuse_older(content, before, LOTL)
            found, pivots = self._verified(content)
        except DigivlError as error:
            if before is None or (old := self._old_lotl(before)) is None:
                raise
            found, pivots = old
            pointer = Pointer(location=self.location, territory=found.list.territory)
            trouble = attrs.evolve(Trouble.of(pointer, error), kept=True)
            return found, [before, *pivots], [trouble]
        return found, [self._piece(self.location, Role.LOTL, content), *pivots], []

    def _old_lotl(self, before: Piece) -> tuple[SignedList, list[Piece]] | None:
        """The list of lists that was kept, if it goes back to the anchors of now."""
        try:
            return self._verified(before.content)
        except DigivlError:
            return None

    def _verified(self, content: bytes) -> tuple[SignedList, list[Piece]]:
        pivots: list[Piece] = []

        def pivot(address: str) -> bytes:
            # A pivot never changes: what was right once is right for ever.
            piece = self.kept.get(address) or self._piece(
                address, Role.PIVOT, self.fetch(address)
            )
            pivots.append(piece)
            return piece.content

        return verified_lotl(content, pivot, self.anchors), pivots

    def _tried(self, pointer: Pointer) -> bytes | DigivlError:
        try:
            return self.fetch(pointer.location)
        except DigivlError as error:
            return error

    def _national(
        self, pointer: Pointer, answer: bytes | DigivlError
    ) -> tuple[tuple[SignedList, Piece] | None, Trouble | None]:
        before = self.kept.get(pointer.location)
        try:
            if isinstance(answer, DigivlError):
                raise answer
            _refuse_older(answer, before, f"the list of {pointer.territory}")
            found = national_list(pointer, answer)
        except DigivlError as error:
            trouble = Trouble.of(pointer, error)
            old = self._old(pointer, before)
            return old, attrs.evolve(trouble, kept=old is not None)
        piece = self._piece(pointer.location, Role.NATIONAL, answer, pointer.territory)
        return (found, piece), None

    def _old(
        self, pointer: Pointer, before: Piece | None
    ) -> tuple[SignedList, Piece] | None:
        """The list that was kept, if the list of lists still lets its signer sign."""
        if before is None:
            return None
        try:
            return national_list(pointer, before.content), before
        except DigivlError:
            return None

    def _piece(
        self, location: str, role: Role, content: bytes, territory: str = ""
    ) -> Piece:
        return Piece(
            content,
            Source(
                location=location,
                role=role,
                sha256=sha256(content).hexdigest(),
                fetched=self.moment,
                territory=territory,
            ),
        )


def _refuse_older(content: bytes, before: Piece | None, what: str) -> None:
    """Refuse an issue from before the one that is kept: somebody replays it."""
    if before is None or before.content == content:
        return
    now, then = read_list(content, what).sequence, read_list(before.content).sequence
    if now < then:
        raise UntrustedListError(
            f"{what} is issue {now}, older than issue {then} that was there before",
            hint="Nothing of it is used. Fetch it again; if it stays so, tell its "
            "operator.",
        )


def wanted_lists(lotl: SignedList, territories: frozenset[str]) -> Sequence[Pointer]:
    """The national lists that are used: all, or those of some countries."""
    found = {
        one.location: one
        for one in lotl.list.national
        if not territories or one.territory in territories
    }
    return tuple(found.values())


def assembled(
    sources: Sequence[Source],
    raw: Callable[[str], bytes],
    anchors: tuple[bytes, ...],
    troubles: Sequence[Trouble] = (),
) -> Snapshot:
    """The lists of former rounds together; each signature is checked again.

    Args:
        sources: Where they came from, with the SHA-256 of each.
        raw: Gives the bytes with that SHA-256.
        anchors: Certificates of the Official Journal, DER.
        troubles: What was the matter when they were fetched.

    Raises:
        UntrustedListError: The list of lists does not go back to the anchors.
        DigivlError: What `raw` raises of it, or of a pivot.
    """
    by_location = {one.location: one for one in sources}
    first = next((one for one in sources if one.role is Role.LOTL), None)
    if first is None:
        raise UntrustedListError(
            "there is no list of lists among them",
            hint="Run `digivl trust refresh` to fetch it.",
        )

    def pivot(address: str) -> bytes:
        if address not in by_location:
            raise UntrustedListError(
                f"the pivot {address[-60:]} is not among them",
                hint="Run `digivl trust refresh` to fetch it.",
            )
        return raw(by_location[address].sha256)

    lotl = verified_lotl(raw(first.sha256), pivot, anchors)
    national: list[SignedList] = []
    wrong: list[Trouble] = []
    for pointer in wanted_lists(lotl, frozenset()):
        source = by_location.get(pointer.location)
        if source is None:
            continue
        try:
            national.append(national_list(pointer, raw(source.sha256)))
        except DigivlError as error:
            wrong.append(Trouble.of(pointer, error))
    return Snapshot(
        sources=tuple(sources),
        lotl=lotl,
        national=tuple(national),
        troubles=(*troubles, *wrong),
    )
