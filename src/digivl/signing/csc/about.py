"""What a service says about itself, and in which version to talk to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from digivl.errors import ConfigurationError, MalformedError
from digivl.signing.csc import wire, wire1, wire2

WIRES: Final[Mapping[int, wire.Wire]] = {1: wire1, 2: wire2}
_LONGEST: Final = 100


@attrs.frozen(kw_only=True)
class About:
    """What of it matters to us.

    Attributes:
        version: 1 or 2.
        methods: What it can do.
        rich: Type of rich requests; empty when it takes none.
    """

    version: int
    methods: frozenset[str] = frozenset()
    rich: str = ""

    @property
    def wire(self) -> wire.Wire:
        """The words of its version."""
        return WIRES[self.version]

    @property
    def pushes(self) -> bool:
        """True when it takes pushed requests ([A] pushed-listed)."""
        return wire.PUSHED.lstrip("/") in self.methods

    def can(self, path: str) -> bool:
        """True when it lists the method at a path."""
        return path.lstrip("/") in self.methods


def read_about(said: Any, version: int | None) -> About:
    """What a service answered when it was asked about itself.

    Args:
        said: Its answer.
        version: As the settings say; None finds out.

    Raises:
        MalformedError: It is no such answer.
        ConfigurationError: It speaks a version that digivl does not, or does not let
            people in by OAuth.
    """
    if not isinstance(said, dict):
        raise MalformedError("it is no JSON object")
    specs = said.get("specs")
    if not isinstance(specs, str) or len(specs) > _LONGEST:
        raise MalformedError("it does not say which version it is")
    chosen = version or _version(specs)
    ways = wire.texts(said.get("authType"))
    if ways and wire.OAUTH not in ways:
        raise ConfigurationError(
            "the service does not let people in by OAuth 2.0",
            hint="digivl knows no other way to say who signs; ask the service for it.",
        )
    rich = chosen == 2 and _takes_rich(said)
    return About(
        version=chosen,
        methods=frozenset(wire.texts(said.get("methods"))),
        rich=wire2.rich_type(specs) if rich else "",
    )


def _version(specs: str) -> int:
    first = specs.strip().partition(".")[0]
    if first not in {"0", "1", "2"}:
        raise ConfigurationError(
            f"the service speaks version {specs[:20]!r} of the CSC API",
            hint="digivl speaks versions 1 and 2; set `version` if it is one of them.",
        )
    return max(int(first), 1)


def _takes_rich(said: Mapping[str, Any]) -> bool:
    servers = said.get("oauth2Servers")
    if isinstance(servers, list):
        return any(
            isinstance(s, dict) and s.get("supportsRar") is True for s in servers
        )
    return said.get("supportsRar") is True
