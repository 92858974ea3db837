"""Chains and revocation data: gathered once, used while they are fresh, by everybody.

A batch of thousands asks a handful of questions: who issued this certificate, and was
it revoked. Each answer is checked before it is kept, and a place that does not answer
is left alone for a while.

Source:
    EN 319 142-1, 6.3, level B-LT; RFC 5280, 6 (paths and revocation).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, Generic, TypeVar
from urllib.parse import urlsplit

import attrs

from digivl.errors import (
    BackendUnavailableError,
    CertificateNotValidError,
    CertificateRevokedError,
    CertificateUnprovenError,
    DigivlError,
)
from digivl.http.fetching import Fetcher
from digivl.pdf.certificates import certificate, holder
from digivl.pdf.chains import (
    addresses,
    is_never_revoked,
    is_root,
    issued_by,
    read_certificates,
)
from digivl.pdf.evidence import Evidence
from digivl.pdf.statuses import Status, crl_status, ocsp_request, ocsp_status

_DEEPEST: Final = 8
_MOST_KEPT: Final = 2_000
#: A certificate above does not change; it is asked for again after a day.
_CHAIN_LIFE: Final = timedelta(days=1)
#: How long a place that failed is not asked again.
_PAUSE: Final = timedelta(seconds=60)
#: An answer is asked anew some time before it ends, so that it is fresh in the file.
_EARLY: Final = timedelta(minutes=1)
_OCSP_HEADERS: Final = {
    "Content-Type": "application/ocsp-request",
    "Accept": "application/ocsp-response",
}

V = TypeVar("V")
Tried = list[tuple[str, DigivlError]]


@attrs.define(eq=False)
class _Kept(Generic[V]):
    """What was found, by key, until it is old; the oldest go first."""

    _values: OrderedDict[object, tuple[datetime, V]] = attrs.field(
        factory=OrderedDict[object, tuple[datetime, V]]
    )
    _lock: threading.Lock = attrs.field(factory=threading.Lock)

    def get(self, key: object, now: datetime) -> V | None:
        until, value = self._values.get(key, (now, None))
        return value if until > now else None

    def keep(self, key: object, value: V, until: datetime) -> V:
        with self._lock:
            self._values[key] = (until, value)
            self._values.move_to_end(key)
            while len(self._values) > _MOST_KEPT:
                self._values.popitem(last=False)
        return value


@attrs.define(eq=False)
class Revocation:
    """Gathers validation data; thread-safe, made to be shared.

    Attributes:
        fetcher: Fetches what the certificates name.
        anchors: Where chains may end, DER; without any they end at a certificate that
            issued itself.
        clock: The present moment, with zone.
    """

    fetcher: Fetcher
    anchors: tuple[bytes, ...]
    clock: Callable[[], datetime]
    _issuers: _Kept[bytes] = attrs.field(factory=_Kept[bytes], init=False)
    _statuses: _Kept[Status] = attrs.field(factory=_Kept[Status], init=False)
    _bodies: _Kept[bytes] = attrs.field(factory=_Kept[bytes], init=False)
    _failures: _Kept[DigivlError] = attrs.field(factory=_Kept[DigivlError], init=False)
    _lock: threading.Lock = attrs.field(factory=threading.Lock, init=False)
    _busy: dict[object, threading.Lock] = attrs.field(
        factory=dict[object, threading.Lock], init=False
    )

    def evidence(
        self,
        der: bytes,
        others: Sequence[bytes] = (),
        proven: datetime | None = None,
    ) -> Evidence:
        """What proves later that a certificate was good, its own chain included.

        Args:
            der: The certificate.
            others: That may be above it.
            proven: When what it signed was surely there already; a later revocation
                does no harm then. None is now.

        Raises:
            CertificateNotValidError: One of the chain has expired, or names nobody who
                knows of its revocation.
            CertificateRevokedError: One of the chain was revoked.
            CertificateUnprovenError: A certificate above is missing, the chain ends
                where nobody trusts it, or nobody told whether one was revoked; the
                text names who is missing, and each address that was tried.
            BackendUnavailableError: The same, and a later try can succeed.
        """
        chain = self.chain(der, others)
        parts = [Evidence(certificates=tuple(chain))]
        for own, above in pairwise(chain):
            if not is_never_revoked(own):
                parts.append(self._proof(own, above, others, proven, 0))
        return Evidence.together(parts)

    def chain(self, der: bytes, others: Sequence[bytes] = ()) -> list[bytes]:
        """The certificate and those above it, up to an anchor.

        Raises:
            CertificateUnprovenError: A certificate above is missing.
            BackendUnavailableError: The same, and a later try can succeed.
            CertificateNotValidError: One has expired or is not yet valid.
        """
        found, now = [der], self.clock()
        _check_period(der, now)
        while found[-1] not in self.anchors and not is_root(found[-1]):
            if len(found) > _DEEPEST:
                raise _incomplete(der, "it goes on and on", [])
            found.append(self._issuer(found[-1], others, now))
            _check_period(found[-1], now)
        if self.anchors and found[-1] not in self.anchors:
            name = holder(found[-1])
            raise _incomplete(der, f"it ends at {name!r}, which is no anchor", [])
        return found

    def close(self) -> None:
        """Let go of the connections."""
        self.fetcher.close()

    def _issuer(self, der: bytes, others: Sequence[bytes], now: datetime) -> bytes:
        for above in (*self.anchors, *others):
            if issued_by(der, above):
                return above
        name = certificate(der).issuer.public_bytes()
        with self._alone(("issuer", name)):
            known = self._issuers.get(name, now)
            if known is not None and issued_by(der, known):
                return known
            found = self._fetched_issuer(der)
            return self._issuers.keep(name, found, now + _CHAIN_LIFE)

    def _fetched_issuer(self, der: bytes) -> bytes:
        tried: Tried = []
        for url in addresses(der).issuers:
            try:
                found = read_certificates(self._fetched(url))
            except DigivlError as failure:
                tried.append((url, failure))
                continue
            for above in found:
                if issued_by(der, above):
                    return above
            tried.append((url, CertificateUnprovenError("it did not issue this one")))
        raise _incomplete(der, f"who issued {holder(der)!r} is missing", tried)

    def _proof(
        self,
        der: bytes,
        above: bytes,
        others: Sequence[bytes],
        proven: datetime | None,
        depth: int,
    ) -> Evidence:
        """The answer about one certificate, and what that answer rests on."""
        status = self._status(der, above)
        if status.revoked_at is not None and not (
            proven is not None and proven < status.revoked_at
        ):
            raise _revoked(der, status.revoked_at, status.reason)
        answers = (status.der,)
        own = Evidence((), answers, ()) if status.is_ocsp else Evidence((), (), answers)
        responder = status.responder
        if responder is None:
            return own
        parts = [own, Evidence(certificates=(responder,))]
        named = addresses(responder)
        # Without any address the issuer leaves it to us (RFC 6960, 4.2.2.2.1).
        if not is_never_revoked(responder) and (named.ocsp or named.crl) and depth < 2:
            parts.append(self._proof(responder, above, others, None, depth + 1))
        return Evidence.together(parts)

    def _status(self, der: bytes, above: bytes) -> Status:
        now = self.clock()
        with self._alone(("status", der, above)):
            known = self._statuses.get((der, above), now)
            if known is not None:
                return known
            found = self._asked(der, above, now)
            until = max(found.fresh_until - _EARLY, now)
            return self._statuses.keep((der, above), found, until)

    def _asked(self, der: bytes, above: bytes, now: datetime) -> Status:
        named, tried = addresses(der), Tried()
        for url in named.ocsp:
            try:
                question = ocsp_request(der, above)
                answer = self._fetched(url, question)
                return ocsp_status(answer, der, above, at=now, backend=url)
            except DigivlError as failure:
                tried.append((url, failure))
        for url in named.crl:
            try:
                listed = self._list(url, now)
                found = crl_status(listed, der, above, at=now, backend=url)
                self._bodies.keep(url, found.der, found.fresh_until - _EARLY)
            except DigivlError as failure:
                tried.append((url, failure))
            else:
                return found
        if not tried:
            raise CertificateNotValidError(
                f"the certificate of {holder(der)!r} names nobody who knows of its"
                " revocation",
                hint="It cannot reach B-LT: sign at B-T, or with another certificate.",
            )
        raise _unproven(
            f"nobody told whether the certificate of {holder(der)!r} was revoked",
            tried,
            "Sign at B-T now, and upgrade it later.",
        )

    def _list(self, url: str, now: datetime) -> bytes:
        """One list serves all that its issuer issued."""
        with self._alone(("list", url)):
            known = self._bodies.get(url, now)
            return known if known is not None else self._fetched(url)

    def _fetched(self, url: str, question: bytes | None = None) -> bytes:
        """What an address gives; one that failed just now is not asked again."""
        now = self.clock()
        failed = self._failures.get((url, question), now)
        if failed is not None:
            raise failed
        try:
            headers = _OCSP_HEADERS if question is not None else None
            return self.fetcher.fetch(url, content=question, headers=headers)
        except DigivlError as failure:
            self._failures.keep((url, question), failure, now + _PAUSE)
            raise

    @contextmanager
    def _alone(self, key: object) -> Iterator[None]:
        """One thread asks, the others wait for its answer."""
        with self._lock:
            lock = self._busy.setdefault(key, threading.Lock())
            if len(self._busy) > 2 * _MOST_KEPT:
                self._busy.clear()
        with lock:
            yield


def _check_period(der: bytes, now: datetime) -> None:
    found = certificate(der)
    if not found.not_valid_before_utc <= now <= found.not_valid_after_utc:
        raise CertificateNotValidError(
            f"the certificate of {holder(der)!r} is valid from"
            f" {found.not_valid_before_utc:%Y-%m-%d} to"
            f" {found.not_valid_after_utc:%Y-%m-%d}, and not now",
            hint="Nobody tells of its revocation any more: B-LT came too late.",
        )


def _revoked(der: bytes, at: datetime, reason: str) -> CertificateRevokedError:
    since, why = f"{at:%Y-%m-%d %H:%M} UTC", f" ({reason})" if reason else ""
    return CertificateRevokedError(
        f"the certificate of {holder(der)!r} was revoked on {since}{why}",
        hint="Sign with another certificate.",
    )


def _incomplete(der: bytes, why: str, tried: Tried) -> DigivlError:
    return _unproven(
        f"the chain of {holder(der)!r} is not complete: {why}",
        tried,
        "Send the missing certificate along, or name it under [signing] anchors.",
    )


def _unproven(what: str, tried: Tried, hint: str) -> DigivlError:
    places = "; ".join(f"{url}: {failure}" for url, failure in tried)
    text = f"{what}; tried {places}" if tried else what
    if any(failure.retryable for _, failure in tried):
        names = ", ".join(dict.fromkeys(urlsplit(url).netloc for url, _ in tried))
        hint = f"Try again later. {hint}"
        return BackendUnavailableError(names, text, hint=hint)
    return CertificateUnprovenError(text, hint=hint)
