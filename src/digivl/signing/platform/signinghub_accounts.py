"""The file with the machine accounts of SigningHub: one for each organisation."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from digivl.errors import ConfigurationError, MalformedError
from digivl.http.auth import ClientSecret
from digivl.kernel.identifiers import OVOCode

_HINT: Final = (
    "A table for each organisation, by its OVO code: [OVO000001] with client_id and "
    "client_secret."
)


def read_accounts(path: Path) -> Mapping[OVOCode, ClientSecret]:
    """Read the accounts; what is wrong is told without what stands there.

    Args:
        path: A TOML file that only its owner should be able to read.

    Raises:
        ConfigurationError: It cannot be read, or holds something else.
    """
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as cause:
        raise ConfigurationError(
            f"{path.name}: the accounts cannot be read", hint=_HINT
        ) from cause
    accounts = {}
    for code, account in said.items():
        try:
            accounts[OVOCode(code)] = _account(account)
        except (MalformedError, TypeError) as cause:
            raise ConfigurationError(
                f"{path.name}: {code[:20]!r} is no account", hint=_HINT
            ) from cause
    if not accounts:
        raise ConfigurationError(f"{path.name} holds no account", hint=_HINT)
    return accounts


def _account(said: Any) -> ClientSecret:
    if not isinstance(said, dict) or said.keys() != {"client_id", "client_secret"}:
        raise MalformedError("client_id and client_secret")
    values = (said["client_id"], said["client_secret"])
    if not all(isinstance(value, str) and value for value in values):
        raise MalformedError("both are text")
    return ClientSecret(*values)
