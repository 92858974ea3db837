"""The trusted lists of an office: renew them, load them, take them along."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Self

import attrs

from digivl.errors import ConfigurationError, DigivlError
from digivl.http.fetching import Fetcher
from digivl.settings import Settings
from digivl.validation.trust import Trust
from digivl.validation.trustlists import bundle
from digivl.validation.trustlists.renewal import Piece, Renewal, assembled
from digivl.validation.trustlists.snapshot import Snapshot
from digivl.validation.trustlists.store import ListFolder, Record


@attrs.frozen(kw_only=True)
class TrustLists:
    """The trusted lists of an office (vertrouwenslijsten).

    Attributes:
        folder: Where they are kept.
        anchors: Certificates of the Official Journal, DER: whom all of it rests on.
        location: Of the list of lists.
        clock: The present moment, with zone.
        fetcher: Asks the outside; None for an office without network.
        territories: Countries that are fetched; all when empty.
    """

    folder: ListFolder
    anchors: tuple[bytes, ...] = attrs.field(repr=False)
    location: str
    clock: Callable[[], datetime]
    fetcher: Fetcher | None = attrs.field(default=None, repr=False)
    territories: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        settings: Settings,
        office: Path,
        clock: Callable[[], datetime],
        fetcher: Fetcher | None = None,
    ) -> Self:
        """By the settings; paths are relative to the office.

        Raises:
            ConfigurationError: A file with anchors cannot be read.
        """
        chosen = settings.trustlists
        anchors = Trust.from_pem(office / one for one in chosen.anchors)
        return cls(
            folder=ListFolder(office / chosen.folder),
            anchors=anchors.roots,
            location=chosen.location,
            clock=clock,
            fetcher=fetcher,
            territories=frozenset(chosen.territories),
        )

    def refresh(self) -> Snapshot:
        """Fetch all lists anew, and keep those that are signed by who has to.

        A country whose list is not there, broken, unsigned, signed by another or older
        than the one that is kept, keeps its old list; it is named in `troubles`, and
        the other countries go on.

        Raises:
            ConfigurationError: No anchors, or no network.
            DigivlError: The list of lists cannot be had, and none is kept.
        """
        self._refuse_without_anchors()
        if self.fetcher is None:
            raise ConfigurationError(
                "this office has no network: its trusted lists are imported",
                hint="Export a bundle elsewhere, and run `digivl trust import`.",
            )
        moment = self.clock()
        renewed = Renewal(
            location=self.location,
            anchors=self.anchors,
            fetch=self.fetcher.fetch,
            moment=moment,
            kept=self._kept(),
            territories=self.territories,
        ).run()
        # The bytes first, the record of them second.
        for piece in renewed.pieces:
            self.folder.keep(piece.content)
        self.folder.publish(
            Record(
                location=self.location,
                refreshed=moment,
                sources=renewed.snapshot.sources,
                troubles=renewed.snapshot.troubles,
            )
        )
        return renewed.snapshot

    def load(self, id: str = "") -> Snapshot:
        """The lists of a snapshot, without network; each signature is checked again.

        Args:
            id: Of the snapshot; the current one when empty.

        Raises:
            NotFoundError: Nothing is kept, or not that one.
            ConfigurationError: No anchors.
            UntrustedListError: The list of lists does not go back to the anchors.
            CorruptDocumentError: The list of lists changed on the disk.
        """
        self._refuse_without_anchors()
        record = self.folder.record(id)
        return assembled(record.sources, self.folder.raw, self.anchors, record.troubles)

    def export(self, target: BinaryIO, id: str = "") -> Record:
        """Write a snapshot as one file, with which others repeat a verdict.

        Args:
            target: Where to; a file.
            id: Of the snapshot; the current one when empty.

        Raises:
            NotFoundError: Nothing is kept, or not that one.
        """
        record = self.folder.record(id)
        bundle.write(target, record, self.folder.raw)
        return record

    def take_in(self, source: BinaryIO) -> Snapshot:
        """Take in what `export` wrote; it has to go back to the anchors of this office.

        Raises:
            MalformedError: It is something else.
            UntrustedListError: Its list of lists does not go back to the anchors.
        """
        self._refuse_without_anchors()
        record, contents = bundle.read(source)
        found = assembled(
            record.sources, contents.__getitem__, self.anchors, record.troubles
        )
        for content in contents.values():
            self.folder.keep(content)
        self.folder.publish(record)
        return found

    def _refuse_without_anchors(self) -> None:
        if not self.anchors:
            raise ConfigurationError(
                "no certificates of the Official Journal are known: nothing can be "
                "checked",
                hint="Name their files under [trustlists] anchors; "
                "docs/how-to/trusted-lists.md says where to get them.",
            )

    def _kept(self) -> Mapping[str, Piece]:
        """What is kept now, by address; what cannot be read is fetched anew."""
        found: dict[str, Piece] = {}
        try:
            record = self.folder.record()
        except DigivlError:
            return {}
        for source in record.sources:
            try:
                found[source.location] = Piece(self.folder.raw(source.sha256), source)
            except DigivlError:
                continue
        return found
