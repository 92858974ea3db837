"""Fetches what the addresses of others name, such as those within certificates.

Whoever makes a certificate chooses what stands in it. So these addresses are held to
more than those in the settings: no machine of the own network unless it was named, no
strange port, few redirects, each of them checked anew.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit
from urllib.request import getproxies, proxy_bypass

import attrs

from digivl.errors import BackendRefusedError, BackendUnavailableError
from digivl.http.client import Call, Client, Transport
from digivl.kernel.redaction import on_one_line

if TYPE_CHECKING:
    from digivl.settings import Limits

_LONGEST: Final = 2_048
_MOST_REDIRECTS: Final = 3
_PORTS: Final = {"http": 80, "https": 443}


def _addresses(host: str) -> list[str]:
    """Every address of a host, as the resolver of this machine knows them."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def _clients(fetcher: Fetcher) -> tuple[Client, Client]:
    """Straight to the other side, and by the proxy of the environment."""
    largest = fetcher.limits.revocation_bytes
    limits = attrs.evolve(fetcher.limits, http_answer_bytes=largest)
    straight = Client(limits, outside=False, transport=fetcher.transport)
    return straight, Client(limits, outside=True, transport=fetcher.transport)


@attrs.frozen(eq=False)
class Fetcher:
    """Fetches from addresses that nobody here chose; thread-safe.

    Attributes:
        limits: Time-outs, and `revocation_bytes` as the largest answer.
        private_hosts: Hosts of the own network, or of this machine, that may be asked
            all the same, at any port: names and addresses.
        resolve: Gives the addresses of a host.
        transport: Carries the requests in the place of the network.
    """

    limits: Limits = attrs.field(repr=False)
    private_hosts: frozenset[str] = frozenset()
    resolve: Callable[[str], Sequence[str]] = attrs.field(
        default=_addresses, repr=False
    )
    transport: Transport | None = attrs.field(default=None, repr=False)
    _clients: tuple[Client, Client] = attrs.field(
        init=False, repr=False, default=attrs.Factory(_clients, takes_self=True)
    )

    def fetch(
        self,
        url: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        """The body of the answer.

        Args:
            url: http or https.
            content: Posted; None gets, and follows redirects.
            headers: Further headers.

        Raises:
            BackendRefusedError: The address may not be asked, or the answer was no.
            BackendUnavailableError: No answer; a later try can succeed.
            UntrustworthyAnswerError: An answer beyond the limits.
        """
        for _ in range(_MOST_REDIRECTS + 1):
            client, call = self._call(url, content, headers or {})
            answer = client.exchange(call)
            if answer.status == HTTPStatus.OK:
                return answer.body
            location = answer.headers.get("location", "")
            if answer.status // 100 != 3 or not location or content is not None:
                raise _refusal(url, answer.status)
            url = urljoin(url, location)
        raise _no(url, "it leads on and on")

    def close(self) -> None:
        """Let go of the connections."""
        for client in self._clients:
            client.close()

    def _call(
        self, url: str, content: bytes | None, headers: Mapping[str, str]
    ) -> tuple[Client, Call]:
        (straight, proxied), parts = self._clients, _read(url)
        host = parts.hostname or ""
        call = Call(
            backend=host,
            method="GET" if content is None else "POST",
            url=urlunsplit(parts),
            headers=headers,
            params={},
            content=content,
            parts=(),
            once=False,
        )
        if host in self.private_hosts:
            return straight, call
        address = self._address(url, parts)
        if (parts.port or _PORTS[parts.scheme]) != _PORTS[parts.scheme]:
            raise _no(url, "at that port nothing is fetched")
        if address is None:
            return proxied, call
        # By the address that was checked: a second look-up could give another one.
        netloc = f"[{address}]" if ":" in address else address
        return straight, attrs.evolve(
            call,
            url=urlunsplit(parts._replace(netloc=netloc)),
            headers={**headers, "host": host},
            server_name=host,
        )

    def _address(self, url: str, parts: SplitResult) -> str | None:
        """The address to ask at; None where a proxy looks it up."""
        host = parts.hostname or ""
        if _is_address(host):
            found: Sequence[str] = [host]
        elif parts.scheme in getproxies() and not proxy_bypass(host):
            return None
        else:
            found = self._resolved(url, host)
        if not all(_is_public(one) for one in found):
            raise _no(url, "it stands in a private network")
        return found[0]

    def _resolved(self, url: str, host: str) -> Sequence[str]:
        try:
            found = self.resolve(host)
        except (OSError, UnicodeError) as cause:
            raise _nowhere(url) from cause
        if not found:
            raise _nowhere(url)
        return found


def _read(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as cause:
        raise _no(url, "it cannot be read") from cause
    if len(url) > _LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        raise _no(url, "it cannot be read")
    if parts.scheme not in _PORTS or not host or port == 0:
        raise _no(url, "it is no http or https address")
    if parts.username is not None or parts.password is not None:
        raise _no(url, "it holds a name or a password")
    return parts._replace(fragment="")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_public(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    inner = getattr(found, "ipv4_mapped", None) or found
    return bool(inner.is_global and not inner.is_multicast)


def _no(url: str, why: str) -> BackendRefusedError:
    return BackendRefusedError(
        _host(url),
        f"{on_one_line(url, 120)} is not asked: {why}",
        hint="A host of your own network is named under [signing] private_hosts.",
    )


def _nowhere(url: str) -> BackendUnavailableError:
    return BackendUnavailableError(
        _host(url),
        f"{on_one_line(url, 120)}: nobody knows that host",
        hint="Check the network, and try again later.",
    )


def _refusal(url: str, status: int) -> BackendRefusedError | BackendUnavailableError:
    said = f"{on_one_line(url, 120)} answered with status {status}"
    later = status >= 500 or status in (408, 425, 429)
    if later:
        hint = "Try again later."
        return BackendUnavailableError(_host(url), said, hint=hint)
    return BackendRefusedError(_host(url), said, status=status)


def _host(url: str) -> str:
    """The host of an address, for an error; empty when it cannot be read."""
    try:
        return on_one_line(urlsplit(url).hostname or "", 80)
    except ValueError:
        return ""
