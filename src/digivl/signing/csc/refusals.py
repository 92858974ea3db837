"""What a service says when it will not, as an error that says what to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final

from digivl.errors import (
    BackendRefusedError,
    BackendUnavailableError,
    CertificateNotValidError,
    ConfigurationError,
    ConsentExpiredError,
    DigivlError,
    IdentificationExpiredError,
    KeyUnusableError,
    LimitExceededError,
    SigningCancelledError,
)
from digivl.kernel.redaction import on_one_line
from digivl.signing.csc import wire
from digivl.signing.remote import Answer

_LONGEST: Final = 200
_AGAIN: Final = "Ask for consent again; nothing was signed."
_BEGIN: Final = "Let the person say again who it is; nothing was signed."


def read_denial(name: str, answer: Answer) -> DigivlError | None:
    """What the person, or the page it was on, came back with; None when it is no error.

    Args:
        name: Of the means.
        answer: The parameters of the call-back.
    """
    code = answer.get("error", "")
    if not code:
        return None
    said = on_one_line(answer.get("error_description", ""), _LONGEST)
    text = f"{on_one_line(code, 60)}: {said}" if said else on_one_line(code, 60)
    if wire.TOO_LATE.search(text):
        return ConsentExpiredError(
            f"the person did not answer in time ({text})", hint=_AGAIN
        )
    if code == wire.DENIED:
        return SigningCancelledError(
            f"the person did not want to sign ({text})",
            hint="Nothing was signed. Ask again, or let somebody else sign.",
        )
    if code in wire.LATER:
        return BackendUnavailableError(name, text, hint="Try again later.")
    if code in wire.NOT_THE_CLIENT:
        return _misconfigured(name, text)
    return BackendRefusedError(name, text, reason=code, detail=said)


@contextmanager
def explained() -> Generator[None, None, None]:
    """Turns refusals of a service into the errors that say what to do.

    Raises:
        ConsentExpiredError: The consent, the code or the identification is no longer
            good.
        KeyUnusableError: A wrong PIN or code; the key is disabled, locked or gone.
        CertificateNotValidError: The certificate is expired, revoked or suspended.
        LimitExceededError: More than one consent can cover.
        ConfigurationError: It does not know this client.
        BackendRefusedError: Anything else.
    """
    try:
        yield
    except BackendRefusedError as refusal:
        better = _explained(refusal)
        if better is None:
            raise
        raise better from refusal


def _explained(refusal: BackendRefusedError) -> DigivlError | None:
    text, code = str(refusal), refusal.reason
    if code in wire.WRONG_CODE:
        return KeyUnusableError(
            f"the PIN or code is wrong: {text}",
            hint="Ask for it again; a key locks after a few wrong ones.",
        )
    if code in wire.NOT_THE_CLIENT:
        return _misconfigured(refusal.backend, text)
    if code == wire.SPENT:
        return ConsentExpiredError(
            f"the answer of the person was used before, or is too old: {text}",
            hint=_AGAIN,
        )
    for pattern, meant in _SAID:
        if pattern.search(refusal.detail):
            return meant(text)
    if code in wire.NO_TOKEN or refusal.status == HTTPStatus.UNAUTHORIZED:
        return IdentificationExpiredError(
            f"the identification no longer holds: {text}", hint=_BEGIN
        )
    return None


def _misconfigured(name: str, text: str) -> ConfigurationError:
    return ConfigurationError(
        f"{name} does not know this client: {text}",
        hint="Check client_id, the client secret and redirect_uri in the settings.",
    )


def _no_consent(text: str) -> DigivlError:
    return ConsentExpiredError(f"the consent no longer holds: {text}", hint=_AGAIN)


def _no_key(text: str) -> DigivlError:
    return KeyUnusableError(
        f"the key cannot be used: {text}",
        hint="The person has to settle that with the service.",
    )


def _no_certificate(text: str) -> DigivlError:
    return CertificateNotValidError(
        f"the certificate no longer counts: {text}",
        hint="The person has to ask the service for a new one.",
    )


def _too_many(text: str) -> DigivlError:
    return LimitExceededError(
        f"more than one consent can cover: {text}",
        hint="Lower most_at_once in the settings.",
    )


#: What the description of a refusal says, in the order in which it is looked at.
_SAID: Final[tuple[tuple[re.Pattern[str], Callable[[str], DigivlError]], ...]] = (
    (wire.NO_CONSENT, _no_consent),
    (wire.NO_CERTIFICATE, _no_certificate),
    (wire.NO_KEY, _no_key),
    (wire.TOO_MANY, _too_many),
)
