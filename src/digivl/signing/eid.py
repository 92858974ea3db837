"""The Belgian identity card, as its middleware shows it over PKCS#11.

Known from the source of the middleware: the labels, and that cards of version 1.8 sign
with P-384, older ones with RSA. Assumed: where its library is installed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

#: Label of the token in every card.
TOKEN: Final = "BELPIC"  # noqa: S105 - no secret
#: Label of the key that signs, and of its certificate; `Authentication` is the other.
KEY: Final = "Signature"

_LIBRARIES: Final = {
    "linux": (
        "/usr/lib/x86_64-linux-gnu/libbeidpkcs11.so.0",
        "/usr/lib/aarch64-linux-gnu/libbeidpkcs11.so.0",
        "/usr/lib64/libbeidpkcs11.so.0",
        "/usr/lib/libbeidpkcs11.so.0",
        "/usr/local/lib/libbeidpkcs11.so.0",
    ),
    "darwin": (
        "/Library/Belgium Identity Card/Pkcs11/libbeidpkcs11.dylib",
        (
            "/Library/Belgium Identity Card/Pkcs11/beid-pkcs11.bundle/Contents/MacOS/"
            "libbeidpkcs11.dylib"
        ),
        "/usr/local/lib/libbeidpkcs11.dylib",
    ),
    "win32": (r"C:\Windows\System32\beidpkcs11.dll",),
}


def library(platform: str = sys.platform) -> Path:
    """Where the middleware is; where it usually is, when it is not there."""
    places = [Path(place) for place in _LIBRARIES.get(platform, _LIBRARIES["linux"])]
    return _first(places)


def _first(places: Iterable[Path]) -> Path:
    some = list(places)
    return next((place for place in some if place.is_file()), some[0])
