"""Marks in e-mail: what a reply is about, and that it replies to what we sent.

A mark holds the name of a question and a token that nobody can guess: an HMAC under a
secret of the office. Who replies with the right mark has seen our message, or what
quotes it. That is all a mark proves: not who replies, for a message can be forwarded
and a sender be forged.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import Final
from urllib.parse import quote, unquote

import attrs

from digivl.errors import ConfigurationError
from digivl.kernel.kinds import Ref

_MARK: Final = re.compile(
    r"\b(advice|agreement)\.([A-Za-z0-9_~%-]{1,600})\.([1-9][0-9]{0,3})\.([a-z2-7]{26})\b"
)
_SHORTEST: Final = 16
#: Bytes of the token: 128 bits.
_BYTES: Final = 16
#: Most marks that are looked at in one message.
_MOST: Final = 1_000


@attrs.frozen
class Marked:
    """What a message replies to: a question, and which submission of it."""

    question: Ref
    submission: int


@attrs.frozen
class Found:
    """The marks that were found in a message.

    Attributes:
        good: Those that are ours.
        forged: True when there is one that is not.
    """

    good: frozenset[Marked]
    forged: bool


def _long_enough(_: object, __: object, secret: bytes) -> None:
    if len(secret) < _SHORTEST:
        raise ConfigurationError(
            f"the secret of the marks is shorter than {_SHORTEST} bytes",
            hint="Make one with `openssl rand -hex 32`.",
        )


@attrs.frozen
class Marks:
    """Makes marks, and tells ours from others'."""

    _secret: bytes = attrs.field(repr=False, validator=_long_enough)

    def mark(self, about: Marked) -> str:
        """The mark: ``advice.ID.SUBMISSION.TOKEN``, fit for a subject or Message-ID."""
        name = quote(about.question.id, safe="").replace(".", "%2E")
        return f"{about.question.kind}.{name}.{about.submission}.{self._token(about)}"

    def found(self, *texts: str) -> Found:
        """The marks in these texts."""
        good, forged = set[Marked](), False
        for kind, quoted, submission, token in self._in(texts):
            about = Marked(Ref(kind, unquote(quoted)), int(submission))
            # In constant time: how far a guess was right must not show.
            if hmac.compare_digest(token, self._token(about)):
                good.add(about)
            else:
                forged = True
        return Found(frozenset(good), forged)

    def _in(self, texts: tuple[str, ...]) -> list[tuple[str, str, str, str]]:
        marks = [found.groups() for text in texts for found in _MARK.finditer(text)]
        return [(a, b, c, d) for a, b, c, d in marks[:_MOST]]

    def _token(self, about: Marked) -> str:
        told = f"digivl mail 1\0{about.question}\0{about.submission}"
        sealed = hmac.new(self._secret, told.encode(), hashlib.sha256).digest()
        return base64.b32encode(sealed[:_BYTES]).decode().rstrip("=").lower()
