"""The trusted lists of an office, where the extra for them is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digivl.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from digivl.http.fetching import Fetcher
    from digivl.settings import Settings
    from digivl.validation.trustlists.service import TrustLists


def trust_lists(
    settings: Settings,
    office: Path,
    clock: Callable[[], datetime],
    fetcher: Fetcher | None = None,
) -> TrustLists:
    """The trusted lists by the settings (`[trustlists]`).

    Args:
        settings: Of the office; its paths are relative to the office.
        office: The folder of the office.
        clock: The present moment, with zone.
        fetcher: Asks the outside; None for an office without network.

    Raises:
        ConfigurationError: The extra ``trustlists`` is not installed, or a file with
            anchors cannot be read.
    """
    try:
        from digivl.validation.trustlists.service import TrustLists
    except ImportError as cause:
        raise ConfigurationError(
            f"trusted lists need {cause.name}",
            hint="Run: pip install 'digivl[trustlists]'",
        ) from cause
    return TrustLists.of(settings, office, clock, fetcher)
