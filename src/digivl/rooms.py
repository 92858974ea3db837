"""The rooms of an office, wired: each service is made at its first use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import attrs

from digivl.errors import ConfigurationError, MalformedError
from digivl.kernel.moments import utc_now
from digivl.kernel.once import once
from digivl.office import book_url
from digivl.settings import Settings

if TYPE_CHECKING:
    from digivl.access.guard import Guard
    from digivl.access.model import Permission
    from digivl.access.policy import Policy
    from digivl.advice.gate import ReadinessGate
    from digivl.advice.rules.ruleset import RuleSet
    from digivl.backends import Backends
    from digivl.custody.absence import Absences
    from digivl.custody.label import Labels
    from digivl.custody.moves import Moves
    from digivl.custody.rights import Rights
    from digivl.custody.service import Custodian
    from digivl.dispatch.provider import DeliveryProvider
    from digivl.dispatch.service import Dispatches
    from digivl.documents.service import Documents
    from digivl.dossiers.reading import Reading
    from digivl.dossiers.releases import Releases
    from digivl.dossiers.service import Dossiers
    from digivl.kernel.calendar import Calendar
    from digivl.kernel.parties import Party
    from digivl.plugins.catalog import Catalog
    from digivl.records.port import RecordBook
    from digivl.records.worker import Handler
    from digivl.search.service import Search
    from digivl.validation.verdict import FileVerdict
    from digivl.verification.service import Register


@attrs.frozen(kw_only=True, eq=False, slots=False)
class Rooms:
    """What an office can do; thread-safe.

    Attributes:
        folder: The office; relative paths in the settings start here.
        settings: What was set.
        clock: The present moment, with a zone.
    """

    folder: Path
    settings: Settings
    clock: Callable[[], datetime] = utc_now
    _plugins: tuple[object, ...] = attrs.field(default=(), alias="plugins")
    _book: RecordBook | None = attrs.field(default=None, alias="book")
    _policy: Policy | None = attrs.field(default=None, alias="policy")
    _handlers: Mapping[str, Handler] = attrs.field(
        factory=dict[str, "Handler"], alias="handlers"
    )
    _opened: ExitStack = attrs.field(factory=ExitStack, alias="opened")

    @once
    def catalog(self) -> Catalog:
        """What is installed."""
        from digivl.plugins.catalog import Catalog

        return Catalog.load(*self._plugins)

    @once
    def book(self) -> RecordBook:
        """The record book."""
        from digivl.records.sqlbook import SQLBook

        told = self.catalog.tell_recorded
        if self._book is not None:
            return self._book.telling(told)
        url = book_url(self.folder, self.settings)
        book = SQLBook.open(url, self.settings.limits).telling(told)
        self._opened.callback(book.close)
        return book

    @once
    def custody(self) -> Custodian:
        """Who has what, since when, until when."""
        from digivl.advice.holders import QuestionHolders
        from digivl.custody.service import Custodian

        return Custodian(
            self.book,
            self._moves,
            self._rights,
            self.absences,
            QuestionHolders(self.book, self._rights),
            self.clock,
        )

    @once
    def absences(self) -> Absences:
        """Who stands in for whom."""
        from digivl.custody.absence import Absences

        return Absences(self.book, self.guard, self.clock)

    @once
    def labels(self) -> Labels:
        """Labels on folders of paper."""
        from digivl.custody.label import Labels

        return Labels(self.book, self._moves, self._rights, self.clock)

    @once
    def documents(self) -> Documents:
        """Documents and their versions."""
        from digivl.documents.service import Documents

        return Documents(
            self.book,
            self._backends.store,
            self.clock,
            self._check_pdf,
            self.settings.limits.pdf_bytes,
            self._admit,
        )

    @once
    def rules(self) -> RuleSet:
        """Who has to be heard, within which term: shipped rules and the entity's."""
        from digivl.advice.rules.files import load

        return load(self.folder / file for file in self.settings.advice.rules)

    @once
    def calendars(self) -> Mapping[str, Calendar]:
        """The calendars of terms by name, with the bridging days of the office."""
        from digivl.kernel.calendar import CALENDARS, read_days_off

        file = self.settings.advice.days_off
        if not file:
            return CALENDARS
        try:
            days = read_days_off(self.folder / file)
            return {name: one.with_days_off(days) for name, one in CALENDARS.items()}
        except MalformedError as cause:
            hint = cause.hint or "Mend the file, or its name under [advice]."
            raise ConfigurationError(f"{file}: {cause}", hint=hint) from cause

    @once
    def readiness(self) -> ReadinessGate:
        """Whether a step may go on the agenda, and what is missing."""
        from digivl.advice.gate import ReadinessGate
        from digivl.advice.readiness import NAMES
        from digivl.advice.veil import told_to

        if unknown := {*self.settings.advice.not_blocking} - NAMES:
            raise ConfigurationError(
                f"[advice] not_blocking: {', '.join(sorted(unknown))} is not known",
                hint=f"Known: {', '.join(sorted(NAMES))}.",
            )
        return ReadinessGate(
            self.book,
            self.guard,
            lambda dossier, by: dossier in self.reading.known([dossier], by=by),
            lambda found, dossier, by: told_to(found, dossier, by, self.reading),
            self.clock,
            self.rules,
            self.calendars,
            self.settings.advice.not_blocking,
        )

    @once
    def dossiers(self) -> Dossiers:
        """Dossiers and their procedure steps."""
        from digivl.advice.unsent import Unsent
        from digivl.dossiers.service import Dossiers

        return Dossiers(
            self.book,
            self._moves,
            self.guard,
            Unsent(self.book),
            self.clock,
        )

    @once
    def releases(self) -> Releases:
        """Releases of decisions and documents."""
        from digivl.dossiers.releases import Releases

        return Releases(self.book, self.guard, self.clock)

    @once
    def reading(self) -> Reading:
        """Documents, for who may read them."""
        from digivl.dossiers.reading import Reading

        return Reading(self.book, self.documents, self.releases, self.guard)

    @once
    def search(self) -> Search:
        """Full text over dossiers, steps, meetings and documents."""
        from digivl.search.service import Search

        return Search(
            self.book, self.documents.store, self.reading, self.settings.limits
        )

    @once
    def guard(self) -> Guard:
        """Asks the policy before an act, and records what was refused."""
        from digivl.access.guard import Guard
        from digivl.access.policy import TablePolicy

        policy = self._policy if self._policy is not None else TablePolicy()
        return Guard(self.book, policy, self.clock)

    @once
    def register(self) -> Register:
        """The register of authentic documents and their codes."""
        from digivl.verification.service import Register

        return Register(
            book=self.book,
            documents=self.documents,
            moves=self._moves,
            validate=self.validate,
            settings=self.settings,
            clock=self.clock,
        )

    @once
    def dispatches(self) -> Dispatches:
        """Dispatches to eBox and on paper."""
        from digivl.dispatch.service import Dispatches

        return Dispatches(
            book=self.book,
            documents=self.documents,
            register=self.register,
            moves=self._moves,
            providers=self.providers,
            clock=self.clock,
        )

    def validate(self, source: BinaryIO, name: str) -> FileVerdict:
        """What holds of the signatures in a PDF, by the trust in the settings.

        Args:
            source: The PDF; seekable.
            name: How the verdict calls it.
        """
        from digivl.validation.engine import validate
        from digivl.validation.trust import Trust

        return validate(
            source,
            name=name,
            trust=Trust.from_pem(self.folder / file for file in self.settings.trust),
            at=self.clock(),
            limits=self.settings.limits,
        )

    @property
    def providers(self) -> tuple[DeliveryProvider, ...]:
        """The delivery providers, in the order they are asked."""
        return self._backends.providers

    @once
    def _moves(self) -> Moves:
        from digivl.custody.moves import Moves

        return Moves(self.book)

    @once
    def _rights(self) -> Rights:
        from digivl.custody.rights import Rights

        return Rights(self.book, self.guard, self.absences, self.clock)

    @once
    def _backends(self) -> Backends:
        from digivl.backends import Backends

        return Backends(
            folder=self.folder,
            settings=self.settings,
            catalog=self.catalog,
            book=lambda: self.book,
            clock=self.clock,
            opened=self._opened,
        )

    def _admit(self, dossier: str, permission: Permission, by: Party) -> None:
        self.dossiers.admit_open(dossier, permission, by)

    def _check_pdf(self, source: BinaryIO) -> None:
        from digivl.pdf.reading import facts

        facts(source, self.settings.limits)
