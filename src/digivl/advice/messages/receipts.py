"""From when a term runs: when the other side received the question, as it tells.

Who collects messages once a day would else give a day more than the rule does. What
cannot be is not believed: then the term runs from when the receipt was taken in.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import attrs

from digivl.advice.messages.correspondence import HeardMessage
from digivl.kernel.moments import in_dutch
from digivl.records.entries import Draft

#: How far the clocks of two systems may differ.
_SKEW: Final = timedelta(minutes=5)


@attrs.frozen
class Start:
    """From when a term runs.

    Attributes:
        at: The moment.
        source: Who told it, in Dutch; empty where it was registered here.
    """

    at: datetime
    source: str = ""


def start_of(
    heard: Draft[HeardMessage] | None, sent: datetime | None, now: datetime
) -> Start:
    """From when the term of a question runs that is received now.

    Args:
        heard: The message that says so; None where somebody does it here.
        sent: When the question was submitted.
        now: The moment it is.
    """
    told = heard.record.received_at if heard is not None else None
    if heard is None or told is None or sent is None:
        return Start(now)
    if told < sent and sent - told <= _SKEW:
        told = sent
    if not sent <= told <= now:
        return Start(now)
    channel, taken = heard.record.channel, in_dutch(now)
    return Start(told, f"bericht over kanaal {channel}, verwerkt op {taken}")
