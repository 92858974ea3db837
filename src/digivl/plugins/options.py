"""Reads the options of a backend as they stand in the settings."""

from __future__ import annotations

import os

from digivl.errors import ConfigurationError
from digivl.plugins.hookspecs import Build


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


def number(build: Build, name: str, usual: int) -> int:
    """A number that is not negative, or the usual one.

    Raises:
        ConfigurationError: It is no number.
    """
    said = build.options.get(name, str(usual))
    if not said.isdigit():
        raise ConfigurationError(f"{build.name}: {name} is a number, not {said!r}")
    return int(said)


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
            raise ConfigurationError(f"{build.name}: {variable} is not set")
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
            f"{build.name}: {path.name} cannot be read: {cause.strerror}"
        ) from cause
