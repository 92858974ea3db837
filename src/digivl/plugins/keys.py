"""Builds the signing means that sign at once: keys in files and on tokens."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from digivl.errors import ConfigurationError
from digivl.plugins.hookspecs import Build
from digivl.plugins.options import content, names_secret, option, secret

if TYPE_CHECKING:
    from digivl.signing.means import SigningMeans
    from digivl.signing.pins import PIN

PKCS12: Final = {
    "file": "the PKCS#12 file",
    "password_file": "file with its password",
    "password_env": "or: name of the environment variable with its password",
}
PEM: Final = {
    "key": "PEM file with the private key",
    "certificate": "PEM file with its certificate, and those above it",
    "password_file": "file with the password of the key, if it has one",
    "password_env": "or: name of the environment variable with it",
}
_PIN: Final = {
    "pin_file": "file with the PIN",
    "pin_env": "or: name of the environment variable with the PIN",
    "pin": "or how else it is entered: `pad` on the reader, `middleware` in its window",
}
_CERTIFICATE: Final = {
    "certificate": "PEM file with the certificate, where the token has none, and those "
    "above it",
}
PKCS11: Final = {
    "module": "library of the middleware of the card or HSM",
    "token": "label of the token",
    "serial": "or: its serial number",
    "key": "label of the key",
    "key_id": "or: its id in hexadecimal",
    **_PIN,
    **_CERTIFICATE,
}
EID: Final = {
    "module": "library of the middleware; found by itself where it usually is",
    **_PIN,
}


def pkcs12_key(build: Build) -> SigningMeans:
    """A key in a PKCS#12 file."""
    from digivl.signing.softkey import SoftKey

    path = build.folder / option(build, "file")
    return SoftKey.from_pkcs12(build.name, path, secret(build, "password"))


def pem_key(build: Build) -> SigningMeans:
    """A key and its certificate in PEM files."""
    from digivl.signing.softkey import SoftKey

    password = secret(build, "password") if names_secret(build, "password") else None
    return SoftKey.from_pem(
        build.name,
        build.folder / option(build, "key"),
        build.folder / option(build, "certificate"),
        password,
    )


def pkcs11_key(build: Build) -> SigningMeans:
    """A key on any token."""
    return _on_token(
        build,
        module=build.folder / option(build, "module"),
        token_label=build.options.get("token", ""),
        token_serial=build.options.get("serial", ""),
        key_label=build.options.get("key", ""),
        key_id=_hexadecimal(build, "key_id"),
    )


def eid_key(build: Build) -> SigningMeans:
    """The key on a Belgian identity card that signs."""
    from digivl.signing import eid

    module = build.options.get("module")
    return _on_token(
        build,
        module=build.folder / module if module else eid.library(),
        token_label=eid.TOKEN,
        key_label=eid.KEY,
    )


def _on_token(
    build: Build,
    *,
    module: Path,
    token_label: str = "",
    token_serial: str = "",
    key_label: str = "",
    key_id: bytes = b"",
) -> SigningMeans:
    from digivl.signing.hardware import HardwareKey
    from digivl.signing.tokenspec import TokenSpec

    spec = TokenSpec(
        module=module,
        token_label=token_label,
        token_serial=token_serial,
        key_label=key_label,
        key_id=key_id,
    )
    return HardwareKey(
        build.name,
        spec,
        _pin(build),
        _certificates(build),
        build.limits.token_seconds,
    )


def _pin(build: Build) -> PIN:
    from digivl.signing.pins import PIN, PINEntry

    if names_secret(build, "pin"):
        return PIN(lambda: _pin_text(build), build.options.get("pin_env", ""))
    said = build.options.get("pin", PINEntry.MIDDLEWARE.value)
    try:
        return PIN(PINEntry(said))
    except ValueError:
        # What stands there may be the PIN: it is not repeated.
        raise ConfigurationError(
            f"{build.name}: pin is `pad` or `middleware`, never the PIN itself",
            hint="Put the PIN in a file for the owner only, and name it in pin_file.",
        ) from None


def _pin_text(build: Build) -> str:
    try:
        return secret(build, "pin").decode()
    except UnicodeDecodeError:
        # What it holds stays out of the error, and out of its cause.
        raise ConfigurationError(
            f"{build.name}: the PIN is no text in UTF-8",
            hint="Write the file anew, as plain text in UTF-8.",
        ) from None


def _certificates(build: Build) -> tuple[bytes, ...]:
    from digivl.pdf.certificates import from_pem

    file = build.options.get("certificate")
    return from_pem(content(build, file), file) if file else ()


def _hexadecimal(build: Build, name: str) -> bytes:
    try:
        return bytes.fromhex(build.options.get(name, ""))
    except ValueError as cause:
        raise ConfigurationError(
            f"{build.name}: {name} is an id in hexadecimal, such as 02",
            hint="`pkcs11-tool --login --list-objects` shows the ids.",
        ) from cause
