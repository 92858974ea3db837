"""Which key on which token: what the settings say, before any driver is loaded."""

from __future__ import annotations

from pathlib import Path

import attrs

from digivl.errors import ConfigurationError


@attrs.frozen(kw_only=True)
class TokenSpec:
    """Which key on which token.

    Attributes:
        module: The PKCS#11 library of the middleware.
        token_label: Label of the token; empty when `token_serial` says which.
        token_serial: Its serial number; empty when the label is enough.
        key_label: Label of the key; empty when `key_id` says which.
        key_id: Its id, in hexadecimal; empty when the label is enough.
    """

    module: Path
    token_label: str = ""
    token_serial: str = ""
    key_label: str = ""
    key_id: bytes = b""

    def __attrs_post_init__(self) -> None:
        if not (self.token_label or self.token_serial):
            raise ConfigurationError(
                "a token is named by its label or its serial number",
                hint="`pkcs11-tool --list-token-slots` shows both.",
            )
        if not (self.key_label or self.key_id):
            raise ConfigurationError(
                "a key on a token is named by its label or its id",
                hint="`pkcs11-tool --login --list-objects` shows both.",
            )
