"""The outside world of a development office: the simulators, on loopback.

They start when they are first needed and stop with the office. What they received
stands in files, so that it outlives them: a real service does not forget either.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

from digivl.documents.disk import on_disk
from digivl.testing.csc import CSCSimulator, Style
from digivl.testing.csc_counter import csc_app
from digivl.testing.krab import BASE as KRAB_BASE
from digivl.testing.krab import KrabSimulator, krab_app, received_at_once
from digivl.testing.magda import MagdaSimulator, magda_app
from digivl.testing.serving import serving
from digivl.testing.signinghub import ORGANIZATION, SigningHubSimulator
from digivl.testing.signinghub_app import signinghub_app
from digivl.testing.tsa import TSASimulator, tsa_app

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

#: The client that development offices are to MAGDA, KRAB and the CSC service.
MAGDA_CLIENT: Final = "digivl-development"
#: Where the service stands below its address.
MAGDA_BASE: Final = "/api/v1/messages"
_WHAT: Final = "a key or folder of the simulators"


@attrs.define(eq=False)
class Outside:
    """Simulators of the services outside: MAGDA, KRAB, an authority, CSC, SigningHub.

    Each is started once.

    Attributes:
        folder: Where they keep what they received.
        keys: Folder with the development keys.
        clock: The present moment out there: that of the office.
    """

    folder: Path
    keys: Path
    clock: Callable[[], datetime]
    _running: ExitStack = attrs.field(factory=ExitStack, init=False)
    _urls: dict[str, str] = attrs.field(factory=dict[str, str], init=False)
    _lock: threading.Lock = attrs.field(factory=threading.Lock, init=False)

    def address(self, service: str, option: str) -> str:
        """What stands in the settings for `service` in the place of ``simulator``.

        Args:
            service: ``authority``, ``csc``, ``krab``, ``magda`` or ``signinghub``.
            option: Which of its addresses; of SigningHub, also its accounts.
        """
        if service == "authority":
            return self.authority()
        if service == "csc":
            return self.csc() + Style.ITSME.base
        if service == "krab":
            return self.krab() + (KRAB_BASE if option == "url" else "")
        if service == "signinghub":
            accounts = self._accounts().resolve()  # not read from the office itself
            return self.signinghub() if option == "url" else str(accounts)
        return self.magda() + (MAGDA_BASE if option == "url" else "")

    def authority(self) -> str:
        """Address of the timestamp authority."""
        with self._lock, on_disk(_WHAT):
            if "tsa" not in self._urls:
                password = (self.keys / "timestamps.password").read_bytes().strip()
                simulator = TSASimulator.from_pkcs12(
                    self.keys / "timestamps.p12", password, clock=self.clock
                )
                self._urls["tsa"] = self._start(tsa_app(simulator))
            return self._urls["tsa"]

    def magda(self) -> str:
        """Address of the authorisation server of MAGDA; `MAGDA_BASE` follows it."""
        with self._lock, on_disk(_WHAT):
            if "magda" not in self._urls:
                simulator = MagdaSimulator(
                    self.folder / "magda", self.clock, {MAGDA_CLIENT: self._secret()}
                )
                self._urls["magda"] = self._start(magda_app(simulator))
            return self._urls["magda"]

    def krab(self) -> str:
        """Address of the authorisation server of KRAB; `KRAB_BASE` follows it.

        Each question is received at once; for the rest, play the inspector on a
        `KrabSimulator` over the same folder.
        """
        with self._lock, on_disk(_WHAT):
            if "krab" not in self._urls:
                simulator = KrabSimulator(
                    self.folder / "krab",
                    self.clock,
                    {MAGDA_CLIENT: self._secret()},
                    on_message=received_at_once,
                )
                self._urls["krab"] = self._start(krab_app(simulator))
            return self._urls["krab"]

    def csc(self) -> str:
        """Address of the service for remote signing; its base path follows it.

        Its people and their keys are made anew with each office that is opened.
        """
        with self._lock, on_disk(_WHAT):
            if "csc" not in self._urls:
                simulator = CSCSimulator(
                    clock=self.clock,
                    clients={MAGDA_CLIENT: self._secret()},
                    redirect_uris=None,
                )
                self._urls["csc"] = self._start(csc_app(simulator))
            return self._urls["csc"]

    def signinghub(self) -> str:
        """Address of SigningHub.

        Who has to act is played on a `SigningHubSimulator` over the same folder.
        """
        with self._lock, on_disk(_WHAT):
            if "signinghub" not in self._urls:
                simulator = SigningHubSimulator(
                    self.folder / "signinghub",
                    self.clock,
                    {MAGDA_CLIENT: self._secret()},
                    {MAGDA_CLIENT: ORGANIZATION},
                )
                self._urls["signinghub"] = self._start(signinghub_app(simulator))
            return self._urls["signinghub"]

    def _accounts(self) -> Path:
        """The file with the account of this office on SigningHub."""
        with self._lock, on_disk(_WHAT):
            file = self.folder / "signinghub" / "accounts.toml"
            file.parent.mkdir(parents=True, exist_ok=True)
            lines = (
                f"[{ORGANIZATION}]",
                f'client_id = "{MAGDA_CLIENT}"',
                f'client_secret = "{self._secret()}"',
            )
            file.write_text("\n".join(lines) + "\n", encoding="utf-8")
            file.chmod(0o600)
            return file

    def _secret(self) -> str:
        return (self.keys / "magda.secret").read_text(encoding="utf-8").strip()

    def close(self) -> None:
        """Stop what was started."""
        self._running.close()

    def _start(self, app: WSGIApplication) -> str:
        return self._running.enter_context(serving(app))
