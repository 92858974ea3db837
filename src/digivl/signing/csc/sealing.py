"""The state between two rounds: text that anybody may carry and nobody can use.

What is no secret stands open in it; what is, in a box that only opens with the client
secret. The box also vouches for the open part: a state in which anything was changed
does not open.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import attrs
import rfc8785
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from digivl.errors import MalformedError

#: Version of the format.
FORMAT: Final = 1
_BOX: Final = "box"
_NONCE: Final = 12
_PURPOSE: Final = b"digivl csc state 1"
#: A state of 70 digests and a chain has about 20 KB.
_LARGEST: Final = 1 << 20


@attrs.frozen
class Sealed:
    """What a state holds: the open part, and what was in the box."""

    clear: Mapping[str, Any]
    hidden: Mapping[str, str] = attrs.field(repr=False)


def sealed(secret: str, clear: Mapping[str, Any], hidden: Mapping[str, str]) -> str:
    """A state as text.

    Args:
        secret: The client secret.
        clear: Values of JSON, whole numbers only.
        hidden: What nobody else may read.
    """
    vouched = dict(clear) | {"format": FORMAT}
    nonce = os.urandom(_NONCE)
    content = json.dumps(dict(hidden)).encode()
    box = nonce + _cipher(secret).encrypt(nonce, content, rfc8785.dumps(vouched))
    return json.dumps(vouched | {_BOX: base64.b64encode(box).decode()})


def opened(secret: str, state: str) -> Sealed:
    """What `sealed` put there.

    Raises:
        MalformedError: It is no state, was changed, or was made with another secret.
    """
    try:
        clear = json.loads(state if len(state) <= _LARGEST else "")
        box = base64.b64decode(clear.pop(_BOX), validate=True)
        nonce, content = box[:_NONCE], box[_NONCE:]
        hidden = _cipher(secret).decrypt(nonce, content, rfc8785.dumps(clear))
        return Sealed(clear, json.loads(hidden))
    except (
        *(AttributeError, KeyError, TypeError, ValueError, RecursionError),
        *(binascii.Error, InvalidTag, rfc8785.CanonicalizationError),
    ):
        raise MalformedError(
            "this is no state of a signing session, or one of another client",
            hint="Begin again. After a change of the client secret nothing that was "
            "begun before can go on.",
        ) from None


@lru_cache(maxsize=16)
def _cipher(secret: str) -> AESGCM:
    derived = HKDF(SHA256(), 32, salt=None, info=_PURPOSE).derive(secret.encode())
    return AESGCM(derived)
