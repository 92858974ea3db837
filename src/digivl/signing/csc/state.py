"""What a session at a service has to remember between two rounds."""

from __future__ import annotations

from functools import cache
from typing import Final, Self

import attrs
from cattrs import Converter
from cattrs.preconf.json import make_converter

from digivl.errors import MalformedError
from digivl.signing.csc.about import About
from digivl.signing.csc.credential import Credential
from digivl.signing.csc.sealing import opened, sealed
from digivl.signing.csc.wire import Consent

#: How far a session is.
IDENTIFY: Final = "identify"
IDENTIFIED: Final = "identified"
CONSENT: Final = "consent"
#: Fields that only the holder of the client secret can read.
_HIDDEN: Final = frozenset({"expected", "proof", "token"})


@attrs.frozen(kw_only=True)
class Memory:
    """One state; moments in seconds since 1970.

    Attributes:
        means: Name of the means that made it.
        phase: How far the session is.
        reference: What the application calls it.
        until: Until when an answer counts.
        about: How to talk to the service.
        expected: The `state` that has to come back; empty when it comes from a form.
        proof: Verifier of the visit.
        token: Of the identified person, for the methods of the service.
        token_until: Until when that is good.
        credential: The key of the person; None before it is known.
        consent: What was put to the person; None before that.
    """

    means: str
    phase: str
    reference: str
    until: int
    about: About
    expected: str = attrs.field(default="", repr=False)
    proof: str = attrs.field(default="", repr=False)
    token: str = attrs.field(default="", repr=False)
    token_until: int = 0
    credential: Credential | None = None
    consent: Consent | None = None

    def as_text(self, secret: str) -> str:
        """The state as the application keeps it."""
        fields = _converter().unstructure(self)
        hidden = {name: fields.pop(name) for name in _HIDDEN}
        return sealed(secret, fields, hidden)

    @classmethod
    def read(cls, secret: str, text: str, means: str) -> Self:
        """The state that `as_text` wrote.

        Raises:
            MalformedError: It is none of ours, or of another means.
        """
        found = opened(secret, text)
        fields = {k: v for k, v in found.clear.items() if k != "format"}
        memory = _converter().structure(fields | dict(found.hidden), cls)
        if memory.means != means:
            raise MalformedError(f"this is a state of another means than {means}")
        return memory


@cache
def _converter() -> Converter:
    return make_converter()
