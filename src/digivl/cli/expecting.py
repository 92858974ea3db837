"""Reads who has to sign, for `--signer`: what the certificate is held against."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from digivl.cli.personal import Form, read_one
from digivl.errors import MalformedError
from digivl.kernel.identifiers import INSZ
from digivl.pdf.expected import ExpectedSigner, NumberHash

_HINT: Final = (
    'Write {"insz": ...} as one JSON object, with name or certificate (its SHA-256) '
    "beside it or in its place."
)


def expected_of(signer: Path | None, *, anybody: bool) -> ExpectedSigner | None:
    """Who has to sign: as a file says, or whoever has a key.

    Args:
        signer: The file.
        anybody: Said in its place.

    Raises:
        MalformedError: Neither was said, or both; or the file says nobody.
    """
    if (signer is None) != anybody:
        raise MalformedError(
            "who has to sign?",
            hint="Name a file with --signer, or say --anybody for whoever has a key "
            "there.",
        )
    return None if signer is None else read_signer(signer)


def read_signer(path: Path) -> ExpectedSigner:
    """Who has to sign, as a file says.

    Raises:
        MalformedError: It says nobody; nothing of it is repeated.
    """
    return read_one(path, _SIGNER)


def _made(told: dict[str, Any]) -> ExpectedSigner:
    if not all(isinstance(value, str) for value in told.values()):
        raise MalformedError("a value that is no text", hint=_HINT)
    number = told.get("insz")
    return ExpectedSigner(
        number=None if number is None else NumberHash.of(INSZ(number).wire),
        name=told.get("name"),
        certificate=told.get("certificate"),
    )


_SIGNER: Final = Form(
    lacks="nobody",
    fields=frozenset({"insz", "name", "certificate"}),
    hint=_HINT,
    make=_made,
)
