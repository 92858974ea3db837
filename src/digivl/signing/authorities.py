"""Timestamp authorities (tijdstempelautoriteiten): asked in order, none believed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

import attrs

from digivl.errors import (
    BackendError,
    BackendRefusedError,
    BackendUnavailableError,
    ConfigurationError,
    DigivlError,
    MalformedError,
    UntrustworthyAnswerError,
)
from digivl.pdf.timestamps import Asked, checked_token

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digivl.http.gateway import Gateway

_HEADERS: Final = {
    "Content-Type": "application/timestamp-query",
    "Accept": "application/timestamp-reply",
}


class TimestampAuthority(Protocol):
    """Puts a moment to a digest; sees the digest, never the document."""

    @property
    def name(self) -> str:
        """Name in the settings."""
        ...

    def answer(self, request: bytes) -> bytes:
        """The answer (DER) to a timestamp request (DER), as it came; not checked.

        Raises:
            BackendUnavailableError: No answer, or one after which a later try can
                succeed.
            BackendRefusedError: It answered, and the answer was no.
        """
        ...


@attrs.frozen
class HTTPAuthority:
    """An authority that answers over HTTP (RFC 3161, 3.4)."""

    name: str
    _gateway: Gateway
    _path: str = ""

    def answer(self, request: bytes) -> bytes:
        """Post the request; gives back the body of the answer."""
        return self._gateway.post(self._path, content=request, headers=_HEADERS).body

    def close(self) -> None:
        """Let go of the connections."""
        self._gateway.close()


def first_answer(authorities: Iterable[TimestampAuthority], request: bytes) -> bytes:
    """The first answer that holds, of authorities asked in order.

    One that is down, refuses or lies is passed over.

    Args:
        authorities: In order of preference.
        request: DER of the timestamp request.

    Raises:
        ConfigurationError: There is no authority to ask.
        BackendUnavailableError: None answered well and one of them may do so later;
            the text names each and why, `retry_after_seconds` when the first may.
        UntrustworthyAnswerError: One of them answered what cannot be true.
        BackendRefusedError: All of them said no.
    """
    asked = Asked.read(request)
    failures: list[tuple[str, DigivlError]] = []
    for authority in authorities:
        try:
            answer = authority.answer(request)
            checked_token(answer, asked, backend=authority.name)
        except (BackendError, MalformedError) as failure:
            failures.append((authority.name, failure))
        else:
            return answer
    raise _nobody(failures)


def _nobody(failures: list[tuple[str, DigivlError]]) -> DigivlError:
    if not failures:
        return ConfigurationError(
            "no timestamp authority is set",
            hint="Name one under [authorities] in the settings.",
        )
    names = ", ".join(name for name, _ in failures)
    text = "no timestamp: " + "; ".join(str(failure) for _, failure in failures)
    hint = "Try again later, or add another authority under [authorities]."
    later = [one for _, one in failures if isinstance(one, BackendUnavailableError)]
    if later:
        told = [one.retry_after_seconds for one in later]
        soonest = min((wait for wait in told if wait is not None), default=None)
        unavailable = BackendUnavailableError(names, text, hint=hint)
        unavailable.retry_after_seconds = soonest
        return unavailable
    if all(isinstance(one, BackendRefusedError) for _, one in failures):
        return BackendRefusedError(names, text, hint=hint)
    return UntrustworthyAnswerError(names, text, hint=hint)
