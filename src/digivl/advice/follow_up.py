"""What follows when nobody answered, or the answer was no: silence, reply, appeal."""

from __future__ import annotations

from datetime import datetime

import attrs

from digivl.advice.body import SilenceEffect
from digivl.advice.clock import Clock
from digivl.kernel.checks import digest, free_text
from digivl.kernel.declared import typed
from digivl.kernel.moments import aware
from digivl.kernel.parties import Party


@attrs.frozen(kw_only=True)
class Silence:
    """A term that passed without an answer (stilzwijgen).

    Attributes:
        effect: What that means.
        rule: Id of the rule that says so.
        rules: SHA-256 of the set of rules it came from.
        at: When it was established.
    """

    effect: SilenceEffect
    rule: str
    rules: str = attrs.field(validator=digest)
    at: datetime = attrs.field(validator=aware)


@attrs.frozen(kw_only=True, field_transformer=typed)
class Reply:
    """What the asker says to an unfavourable advice (repliek).

    Attributes:
        text: The reply.
        at: When.
        document: Id of the document that holds it, if there is one.
    """

    text: str = attrs.field(validator=free_text)
    at: datetime = attrs.field(validator=aware)
    document: str | None = None


@attrs.frozen(kw_only=True, field_transformer=typed)
class Appeal:
    """An appeal to the minister of budget (beroep), of a matter not for the government.

    Attributes:
        minister: The minister bevoegd voor het budgettair beleid.
        reason: Why.
        at: When it was lodged.
        clock: The term of the minister; None where no rule gives one.
    """

    minister: Party
    reason: str = attrs.field(validator=free_text)
    at: datetime = attrs.field(validator=aware)
    clock: Clock | None = None
