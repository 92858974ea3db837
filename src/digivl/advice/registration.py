"""That somebody entered an answer which was given elsewhere (registratie namens)."""

from __future__ import annotations

import attrs

from digivl.errors import MalformedError
from digivl.kernel.checks import public_line
from digivl.kernel.declared import typed
from digivl.kernel.parties import Party


@attrs.frozen(kw_only=True, field_transformer=typed)
class Registered:
    """Who entered an answer for who gave it, and why it did not come by itself.

    Attributes:
        by: Who entered it; the answer is that of who was asked.
        reason: Why: how it came, e.g. by letter.
    """

    by: Party
    reason: str = attrs.field(validator=public_line)

    def __str__(self) -> str:
        return f"geregistreerd door {self.by}: {self.reason}"


def check_shown(registered: Registered | None, document: str | None) -> None:
    """Refuse what somebody says that was answered elsewhere, and does not show.

    Raises:
        MalformedError: No document holds the answer.
    """
    if registered is not None and document is None:
        raise MalformedError(
            "an answer that is registered is shown by its document",
            hint="Take the letter in as a document of the dossier, and name it.",
        )


def in_passing(registered: Registered | None) -> str:
    """How an explanation goes on behind an answer; empty where it came by itself."""
    return f", {registered}" if registered else ""
