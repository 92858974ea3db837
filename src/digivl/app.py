"""The facade: the composition root. It wires the services; it does no work itself."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self, TypeVar

import attrs

from digivl.errors import ConfigurationError
from digivl.kernel.moments import utc_now
from digivl.kernel.once import once
from digivl.office import (
    KEYS,
    OUTSIDE,
    SETTINGS,
    book_url,
    make_office,
    open_office,
)
from digivl.settings import SIMULATOR, Backend, Settings

if TYPE_CHECKING:
    from types import TracebackType

    from digivl.advice.service import Advices
    from digivl.custody.service import Custodian
    from digivl.dispatch.provider import DeliveryProvider
    from digivl.dispatch.service import Dispatches
    from digivl.documents.service import Documents
    from digivl.dossiers.service import Dossiers
    from digivl.plugins.catalog import Catalog
    from digivl.plugins.hookspecs import Build
    from digivl.records.port import RecordBook
    from digivl.records.tasks import Task
    from digivl.records.worker import Handler, Progress, WorkReport
    from digivl.signing.authorities import TimestampAuthority
    from digivl.signing.means import SigningMeans
    from digivl.signing.service import Signing
    from digivl.testing.outside import Outside
    from digivl.validation.verdict import FileVerdict
    from digivl.verification.service import Register

B = TypeVar("B")


@attrs.frozen(kw_only=True, eq=False, slots=False)
class Digivl:
    """A configured digivl; thread-safe. Each service is made at its first use.

    Make one with `open`, `create`, `from_settings` or `in_memory`, and close it, or use
    it in a `with` statement.

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
    _handlers: Mapping[str, Handler] = attrs.field(
        factory=dict[str, "Handler"], alias="handlers"
    )
    _opened: ExitStack = attrs.field(factory=ExitStack, alias="opened")

    @classmethod
    def open(
        cls,
        folder: str | Path,
        *,
        plugins: tuple[object, ...] = (),
        clock: Callable[[], datetime] = utc_now,
    ) -> Self:
        """Open an office.

        Args:
            folder: The office.
            plugins: Modules or objects with hooks, beside the installed ones.
            clock: The present moment, with a zone.

        Raises:
            OfficeError: It is none, is damaged, or a newer digivl made it.
            ConfigurationError: Its settings are wrong.
        """
        path = Path(folder)
        settings = open_office(path)
        return cls(folder=path, settings=settings, clock=clock, plugins=plugins)

    @classmethod
    def create(
        cls, folder: str | Path, *, clock: Callable[[], datetime] = utc_now
    ) -> Self:
        """Make a development office and open it.

        Raises:
            OfficeError: The folder holds something already.
        """
        make_office(Path(folder), at=clock())
        return cls.open(folder, clock=clock)

    @classmethod
    def from_settings(
        cls,
        settings: Settings,
        *,
        folder: str | Path,
        plugins: tuple[object, ...] = (),
        book: RecordBook | None = None,
        handlers: Mapping[str, Handler] | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> Self:
        """Wire what an application brings itself.

        Args:
            settings: Which backends to use.
            folder: Where relative paths in the settings start.
            plugins: Modules or objects with hooks, beside the installed ones.
            book: A record book that is open already, e.g. on the application's engine.
            handlers: Tasks of the application's own, by kind.
            clock: The present moment, with a zone.
        """
        return cls(
            folder=Path(folder),
            settings=settings,
            clock=clock,
            plugins=plugins,
            book=book,
            handlers=handlers or {},
        )

    @classmethod
    def in_memory(cls, *, clock: Callable[[], datetime] = utc_now) -> Self:
        """A development office in a temporary folder that goes with it: for a try."""
        opened = ExitStack()
        temporary = tempfile.TemporaryDirectory(prefix="digivl-")
        folder = Path(opened.enter_context(temporary)) / "office"
        make_office(folder, at=clock())
        settings = open_office(folder)
        return cls(folder=folder, settings=settings, clock=clock, opened=opened)

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
        from digivl.custody.service import Custodian

        return Custodian(self.book, self.clock)

    @once
    def documents(self) -> Documents:
        """Documents and their versions."""
        from digivl.documents.service import Documents

        chosen = self.settings.documents
        store = self.catalog.document_store(
            chosen.offer, self._build("documents", chosen)
        )
        return Documents(
            self.book,
            store,
            self.clock,
            self._check_pdf,
            self.settings.limits.pdf_bytes,
            self._check_open,
        )

    @once
    def advices(self) -> Advices:
        """Advice of the Inspectie van Financien, and budget agreements."""
        from digivl.advice.service import Advices

        return Advices(self.book, self.custody, self.clock)

    @once
    def dossiers(self) -> Dossiers:
        """Dossiers, agenda and decisions."""
        from digivl.dossiers.service import Dossiers

        return Dossiers(self.book, self.custody, self.advices, self.clock)

    @once
    def signing(self) -> Signing:
        """Signing flows."""
        from digivl.signing.service import Signing

        return Signing(
            book=self.book,
            documents=self.documents,
            custodian=self.custody,
            means=self.means,
            authorities=self.authorities,
            companion=self.register,
            clock=self.clock,
            limits=self.settings.limits,
        )

    @once
    def register(self) -> Register:
        """The register of authentic documents and their codes."""
        from digivl.verification.service import Register

        return Register(
            book=self.book,
            documents=self.documents,
            custodian=self.custody,
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
            custodian=self.custody,
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

    def work(self, progress: Progress | None = None) -> WorkReport:
        """Do what is due: dispatches and other tasks of the outbox.

        Args:
            progress: Told after each task: the task, and what went wrong or None.
        """
        from digivl.records.worker import Worker

        handlers = {
            "dispatch": self._deliver,
            "demo": self._play_demo,
            **self._handlers,
        }
        worker = Worker(
            book=self.book,
            handlers=handlers,
            clock=self.clock,
            limits=self.settings.limits,
        )
        return worker.run(progress)

    def close(self) -> None:
        """Let go of everything that was opened; simulators stop."""
        self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @once
    def means(self) -> Callable[[str], SigningMeans]:
        """Gives a signing means by its name in the settings; each is unlocked once."""
        return cache(self._built_means)

    def _built_means(self, name: str) -> SigningMeans:
        try:
            chosen = self.settings.means[name]
        except KeyError:
            known = ", ".join(self.settings.means) or "none"
            raise ConfigurationError(
                f"there is no signing means {name!r}; known: {known}",
                hint=f"Add [means.{name}] to {SETTINGS}.",
            ) from None
        return self.catalog.means(chosen.offer, self._build(name, chosen))

    @once
    def authorities(self) -> tuple[TimestampAuthority, ...]:
        """The timestamp authorities, in the order they are asked."""
        table = self.settings.authorities
        return self._each(table, self.catalog.authority, "authority")

    @once
    def providers(self) -> tuple[DeliveryProvider, ...]:
        """The delivery providers, in the order they are asked."""
        return self._each(self.settings.providers, self.catalog.provider, "magda")

    def _each(
        self,
        table: Mapping[str, Backend],
        make: Callable[[str, Build], B],
        outside: str,
    ) -> tuple[B, ...]:
        return tuple(
            self._kept(make(chosen.offer, self._build(name, chosen, outside)))
            for name, chosen in table.items()
        )

    def _kept(self, backend: B) -> B:
        # A backend that holds something open is closed with the office.
        close = getattr(backend, "close", None)
        if callable(close):
            self._opened.callback(close)
        return backend

    def _build(self, name: str, chosen: Backend, outside: str = "") -> Build:
        from digivl.plugins.hookspecs import Build

        options = dict(chosen.options)
        for option, value in options.items():
            if value == SIMULATOR and outside:
                options[option] = self._outside.address(outside, option)
        return Build(
            name=name,
            options=options,
            folder=self.folder,
            limits=self.settings.limits,
        )

    @once
    def _outside(self) -> Outside:
        if not self.settings.development:
            raise ConfigurationError(
                "simulators stand in only in a development office",
                hint="Name the real address in the settings.",
            )
        try:
            from digivl.testing.outside import Outside
        except ImportError as cause:
            raise ConfigurationError(
                "the simulators are not installed",
                hint="Run: pip install 'digivl[simulators]'",
            ) from cause
        outside = Outside(self.folder / OUTSIDE, self.folder / KEYS, self.clock)
        self._opened.callback(outside.close)
        return outside

    def _deliver(self, task: Task) -> None:
        # The providers are built only when there is something to deliver.
        self.dispatches.deliver(task)

    def _play_demo(self, task: Task) -> None:
        from digivl.testing.route import play

        play(self, task)

    def _check_open(self, dossier: str) -> None:
        self.dossiers.opened(dossier)

    def _check_pdf(self, source: BinaryIO) -> None:
        from digivl.pdf.reading import facts

        facts(source, self.settings.limits)
