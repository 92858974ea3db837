"""Reads the options of a backend as they stand in the settings."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from typing import TypeVar

from digivl.errors import ConfigurationError
from digivl.plugins.hookspecs import Build

T = TypeVar("T")


def option(build: Build, name: str) -> str:
    """An option that has to be there.

    Raises:
        ConfigurationError: It is not.
    """
    try:
        return build.options[name]
    except KeyError:
        raise ConfigurationError(
            f"{build.name} has no {name}",
            hint=f'Add {name} = "…" to its table in digivl.toml.',
        ) from None


def number(
    build: Build, name: str, usual: int, *, least: int = 0, most: int = 999_999
) -> int:
    """A whole number within bounds, or the usual one.

    Raises:
        ConfigurationError: It is no number, or one beyond them.
    """
    said = build.options.get(name, str(usual))
    is_number = said.isascii() and said.isdigit() and len(said) <= len(str(most))
    if not is_number or not least <= int(said) <= most:
        raise ConfigurationError(
            f"{build.name}: {name} is a number, not {said[:40]!r}",
            hint=f"Write a whole number from {least} to {most}.",
        )
    return int(said)


def chosen(build: Build, name: str, usual: str, choices: Mapping[str, T]) -> T:
    """What one of a few words stands for.

    Raises:
        ConfigurationError: It is another word.
    """
    said = build.options.get(name, usual)
    if said not in choices:
        raise ConfigurationError(
            f"{build.name}: {name} is one of {', '.join(choices)}, not {said[:40]!r}",
            hint=f'Write {name} = "{next(iter(choices))}", or another of them.',
        )
    return choices[said]


def names_secret(build: Build, name: str) -> bool:
    """Whether the settings say where a secret is."""
    return not build.options.keys().isdisjoint({f"{name}_file", f"{name}_env"})


def secret(build: Build, name: str) -> bytes:
    """A secret from a file or the environment; never from the settings themselves.

    Raises:
        ConfigurationError: It is not there.
    """
    variable = build.options.get(f"{name}_env")
    if variable is not None:
        if variable not in os.environ:
            raise ConfigurationError(
                f"{build.name}: {variable} is not set",
                hint="Set that environment variable for the process, or name a file: "
                f"{name}_file.",
            )
        return os.environ[variable].encode()
    return content(build, option(build, f"{name}_file")).strip()


def content(build: Build, file: str) -> bytes:
    """A file of the settings, whole.

    Raises:
        ConfigurationError: It cannot be read.
    """
    path = build.folder / file
    try:
        return path.read_bytes()
    except OSError as cause:
        raise ConfigurationError(
            f"{build.name}: {path.name} cannot be read: {cause.strerror}",
            hint="Check its path, which starts at the office, and who may read it.",
        ) from cause


def tls(build: Build) -> ssl.SSLContext:
    """Whom a service is trusted by: ``ca_file``, or whom this machine trusts.

    Raises:
        ConfigurationError: The file holds no certificates.
    """
    file = build.options.get("ca_file")
    if file is None:
        return ssl.create_default_context()
    try:
        return ssl.create_default_context(cafile=build.folder / file)
    except OSError as cause:
        raise ConfigurationError(
            f"{build.name}: {file} holds no certificates: {cause}",
            hint="Name a PEM file with those who may vouch for the service, or leave "
            "ca_file out.",
        ) from cause


def presented(build: Build) -> ssl.SSLContext | None:
    """As `tls`, with the certificate that is shown to the service; None is the usual.

    Raises:
        ConfigurationError: A file holds no certificate, or not its key.
    """
    file = build.options.get("certificate_file")
    if file is None and "ca_file" not in build.options:
        return None
    context = tls(build)
    if file is None:
        return context
    key = build.folder / build.options.get("key_file", file)
    # Without one, OpenSSL would ask whoever sits at the terminal.
    named = names_secret(build, "key_password")
    password = secret(build, "key_password") if named else b""
    try:
        context.load_cert_chain(build.folder / file, key, password)
    except (OSError, ValueError) as cause:
        raise ConfigurationError(
            f"{build.name}: {file} holds no certificate with its key, or its password "
            "is wrong",
            hint="PEM files: the certificate with its chain, and the private key.",
        ) from cause
    return context
