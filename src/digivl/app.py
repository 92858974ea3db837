"""The facade: the composition root. It wires the services; it does no work itself."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import attrs

from digivl.council import CouncilRooms
from digivl.kernel.moments import utc_now
from digivl.office import make_office, open_office
from digivl.settings import Settings

if TYPE_CHECKING:
    from types import TracebackType

    from digivl.access.policy import Policy
    from digivl.records.port import RecordBook
    from digivl.records.tasks import Task
    from digivl.records.worker import Handler, Progress, Worker, WorkReport
    from digivl.signing.batch import BatchReport, Job, Order, Outcome
    from digivl.signing.files import FileSigning


#: Packages on signing platforms that one round of work looks at.
_MOST_LOOKS: Final = 500
_LOOK: Final = "platform look"


def _files(settings: Settings, folder: Path) -> FileSigning:
    """What signs, in a process of a batch; it ends with that process."""
    return Digivl.from_settings(settings, folder=folder).files


@attrs.frozen(kw_only=True, eq=False, slots=False)
class Digivl(CouncilRooms):
    """A configured digivl; thread-safe. Each service is made at its first use.

    Make one with `open`, `create`, `from_settings` or `in_memory`, and close it, or use
    it in a `with` statement.

    Attributes:
        folder: The office; relative paths in the settings start here.
        settings: What was set.
        clock: The present moment, with a zone.
    """

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
        policy: Policy | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> Self:
        """Wire what an application brings itself.

        Args:
            settings: Which backends to use.
            folder: Where relative paths in the settings start.
            plugins: Modules or objects with hooks, beside the installed ones.
            book: A record book that is open already, e.g. on the application's engine.
            handlers: Tasks of the application's own, by kind.
            policy: Who may do and read what; the tables of roles if None.
            clock: The present moment, with a zone.
        """
        return cls(
            folder=Path(folder),
            settings=settings,
            clock=clock,
            plugins=plugins,
            book=book,
            handlers=handlers or {},
            policy=policy,
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

    def work(self, progress: Progress | None = None) -> WorkReport:
        """Do what is due: reminders, answers, terms that passed, tasks of the outbox.

        Args:
            progress: Told after each task: the task, and what went wrong or None.
        """
        from digivl.records.worker import Worker

        handlers = {
            "dispatch": self._deliver,
            "advice": self._say,
            "release": self._release,
            "signing-session": self._go_on_signing,
            "timestamp": self._stamp,
            "demo": self._play_demo,
            "platform send": self._send_package,
            "platform withdraw": self._withdraw_package,
            **self._handlers,
        }
        # A flow that expired waits for who started it: nobody else is reminded of it.
        self._expiry.establish()
        self.custody.remind()
        # An answer that came in time is heard before its term is said to have passed;
        # where nobody could listen, nobody can say that there was silence.
        unheard = self.exchange.collect().failed if self.settings.channels else ()
        self.silences.establish(unheard=unheard)
        worker = Worker(
            book=self.book,
            handlers=handlers,
            clock=self.clock,
            limits=self.settings.limits,
        )
        # Looking elsewhere comes last, and has a bound: it holds nothing else up.
        return worker.run(progress) + self._looks.run(progress, most=_MOST_LOOKS)

    def look_at_packages(
        self, packages: Iterable[str], progress: Progress | None = None
    ) -> WorkReport:
        """Look at packages on signing platforms now, also those that are not due.

        Args:
            packages: Their ids.
            progress: Told after each look: the task, and what went wrong or None.
        """
        wanted = {*packages}
        waiting = [
            task
            for task in self.book.tasks(state="waiting")
            if task.kind == _LOOK and task.subject.id in wanted
        ]
        for task in waiting:
            self.book.hasten(task.key, self.clock())
        return self._looks.run(progress, most=len(waiting))

    @property
    def _looks(self) -> Worker:
        from digivl.records.worker import Worker

        return Worker(
            book=self.book,
            handlers={_LOOK: self._look_at_package},
            clock=self.clock,
            limits=self.settings.limits,
        )

    def sign_many(
        self,
        jobs: Iterable[Job],
        order: Order,
        *,
        processes: int = 1,
        threads: int = 4,
        progress: Callable[[Outcome], None] | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> BatchReport:
        """Sign many files outside flows; start it again to go on with the rest.

        With more than one process each opens its own keys, by the settings. Plug-ins
        that were passed as objects stay here: there, installed ones are found.

        Args:
            jobs: The files; read as they are needed.
            order: What is done with each of them.
            processes: How many work at a time; a card is for 1.
            threads: How many files each process has under way.
            progress: Told each outcome as it comes.
            stop: Asked before each further file; True ends the batch.

        Raises:
            KeyUnusableError: The key cannot be used; no further file was tried.
            ConfigurationError: The settings name no such means or authority.
            SigningError: A process of the batch died.
        """
        from digivl.signing.batch import sign_many

        def here() -> FileSigning:
            return self.files

        elsewhere = partial(_files, self.settings, self.folder)
        return sign_many(
            jobs,
            order,
            here if processes == 1 else elsewhere,
            processes=processes,
            threads=threads,
            progress=progress,
            stop=stop,
        )

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

    def _deliver(self, task: Task) -> None:
        # The providers are built only when there is something to deliver.
        self.dispatches.deliver(task)

    def _send_package(self, task: Task) -> None:
        self._package_work.send(task)

    def _withdraw_package(self, task: Task) -> None:
        self._package_work.withdraw(task)

    def _look_at_package(self, task: Task) -> None:
        self._package_work.look(task)

    def _say(self, task: Task) -> None:
        self.exchange.deliver(task)

    def _release(self, task: Task) -> None:
        self.releases.carry_out(task)

    def _go_on_signing(self, task: Task) -> None:
        self.signing_sessions.carry_on(task)

    def _stamp(self, task: Task) -> None:
        self.later.carry_out(task)

    def _play_demo(self, task: Task) -> None:
        from digivl.testing.route import play

        play(self, task)
