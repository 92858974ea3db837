"""Who we are to SigningHub: a machine account for each organisation, scoped to a user.

A token of a machine account is narrowed to one person of its organisation; with that
token the platform shows what that person has. Sessions live in memory only.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from http import HTTPStatus
from threading import Lock
from typing import Final

import attrs

from digivl.errors import BackendError, BackendRefusedError, ConfigurationError
from digivl.http.auth import ClientCredentials, ClientSecret, Token, drive, token_flow
from digivl.http.gateway import Answer, Gateway
from digivl.kernel.identifiers import OVOCode
from digivl.signing.platform import signinghub_wire as wire
from digivl.signing.platform.people import same_mail
from digivl.signing.platform.port import Owner

#: Sessions that are kept at most; who comes back later logs in again.
_MOST: Final = 500


@attrs.define(eq=False)
class _Scoped:
    """Gives tokens for one person; see `digivl.http.gateway.Authorization`."""

    gateway: Gateway
    machine: ClientCredentials
    proof: ClientSecret
    owner: Owner
    clock: Callable[[], float]
    _token: Token | None = attrs.field(default=None, init=False, repr=False)
    _until: float = attrs.field(default=0.0, init=False, repr=False)
    _lock: Lock = attrs.field(factory=Lock, init=False, repr=False)

    def header(self, refused: str | None = None) -> str:
        """``Bearer`` and a token for this person."""
        with self._lock:
            kept = f"Bearer {self._token.value}" if self._token else None
            if kept is None or kept == refused or self.clock() >= self._until:
                asked_at = self.clock()
                self._token = self._narrowed()
                self._until = asked_at + self._token.lasts
                kept = f"Bearer {self._token.value}"
            return kept

    def close(self) -> None:
        """Nothing: the connections are those of the platform."""

    def log_out(self) -> None:
        """Tell the platform that the session ended; it need not answer."""
        with self._lock:
            if self._token is None:
                return
            header = {"authorization": f"Bearer {self._token.value}"}
            self._token = None
        # It refuses where no device was registered, as for a machine.
        with suppress(BackendError):
            self.gateway.post(wire.LOGOUT, headers=header)

    def _narrowed(self) -> Token:
        return drive(token_flow(self.gateway.backend, self.proof, ""), self._ask)

    def _ask(self, _: Mapping[str, str]) -> Answer:
        value = self.machine.header()
        try:
            return self._scoped(value)
        except BackendRefusedError as refusal:
            if refusal.status != HTTPStatus.UNAUTHORIZED:
                raise self._unknown() from refusal
        try:
            return self._scoped(self.machine.header(refused=value))
        except BackendRefusedError as refusal:
            raise self._unknown() from refusal

    def _scoped(self, value: str) -> Answer:
        said = {"user_email": self.owner.mail}
        headers = {"authorization": value}
        return self.gateway.post(wire.SCOPE, json=said, headers=headers)

    def _unknown(self) -> ConfigurationError:
        return ConfigurationError(
            f"[{self.gateway.backend}] the account of {self.owner.organization} may "
            "not act for this person",
            hint="Is it the organisation of this person on the platform? Who never "
            "logged in there has to do so once.",
        )


@attrs.define(eq=False)
class Sessions:
    """The sessions with a platform; thread-safe.

    Attributes:
        gateway: The platform, without authorisation.
        accounts: The machine account of each organisation.
        clock: Seconds on a clock that never goes back.
    """

    gateway: Gateway
    accounts: Mapping[OVOCode, ClientSecret]
    clock: Callable[[], float] = time.monotonic
    _machines: dict[OVOCode, ClientCredentials] = attrs.field(
        factory=dict[OVOCode, ClientCredentials], init=False, repr=False
    )
    _scoped: dict[tuple[OVOCode, str], _Scoped] = attrs.field(
        factory=dict[tuple[OVOCode, str], _Scoped], init=False, repr=False
    )
    _lock: Lock = attrs.field(factory=Lock, init=False, repr=False)

    def of(self, owner: Owner) -> Gateway:
        """The platform as one person of one organisation sees it.

        Raises:
            ConfigurationError: There is no account for that organisation.
        """
        key = (owner.organization, same_mail(owner.mail))
        with self._lock:
            if key not in self._scoped:
                while len(self._scoped) >= _MOST:
                    self._scoped.pop(next(iter(self._scoped)))
                self._scoped[key] = self._opened(owner)
            return self.gateway.on_behalf(self._scoped[key])

    def log_out(self) -> None:
        """End all sessions."""
        with self._lock:
            ended = list(self._scoped.values())
            self._scoped.clear()
            self._machines.clear()
        for session in ended:
            session.log_out()

    def _opened(self, owner: Owner) -> _Scoped:
        code = owner.organization
        proof = self.accounts.get(code)
        if proof is None:
            raise ConfigurationError(
                f"[{self.gateway.backend}] there is no account for {code}",
                hint="Each organisation has its own; add it to accounts_file.",
            )
        if code not in self._machines:
            self._machines[code] = ClientCredentials(
                self.gateway, wire.AUTHENTICATE, proof, clock=self.clock
            )
        return _Scoped(self.gateway, self._machines[code], proof, owner, self.clock)
