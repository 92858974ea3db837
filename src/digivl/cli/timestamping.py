"""The command `timestamp`: a token over any file, without a signature."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from digivl.app import Digivl
from digivl.cli.files import is_there, reading, written
from digivl.cli.inoffice import Answer, in_office
from digivl.cli.output import local
from digivl.cli.sign import Hashed
from digivl.documents.disk import CHUNK
from digivl.errors import StorageError


@in_office("Asking")
def timestamp(
    vl: Digivl,
    files: Annotated[list[Path], typer.Argument(help="Files of any kind.")],
    *,
    out: Annotated[Path, typer.Option(help="Folder for the tokens: FILE.tst.")],
    digest: Annotated[
        Hashed, typer.Option(help="What is stamped of the file.")
    ] = Hashed.SHA256,
    policy: Annotated[
        str | None, typer.Option(help="OID that the token has to be under.")
    ] = None,
    wait: Annotated[
        float | None,
        typer.Option(
            min=0,
            metavar="SECONDS",
            help="Wait for an authority; else as the settings.",
        ),
    ] = None,
) -> Answer:
    """Have each file timestamped: a checked token (RFC 3161) beside it.

    To timestamp signatures in a PDF, bring it to a level: `digivl sign --upgrade`.
    """
    targets = [out / f"{file.name}.tst" for file in files]
    for target in targets:
        if is_there(target) or targets.count(target) > 1:
            raise StorageError(
                f"{target} would be overwritten",
                hint="Nothing was asked. Name another folder with --out.",
            )
    lines: list[dict[str, Any]] = []
    for file, target in zip(files, targets, strict=True):
        with reading(file) as content:
            stamped = _digest(content, digest.value)
        token = vl.timestamps.token(stamped, policy=policy, wait_seconds=wait)
        with written(target) as made:
            made.write(token.der)
        lines.append(
            {
                "file": str(file),
                "out": str(target),
                "digest": stamped.hex(),
                "time": token.time,
                "authority": token.authority,
                "serial": token.serial,
                "policy": token.policy,
            }
        )
    return Answer(
        lines=lines,
        said=[
            f"{one['file']} -> {one['out']}: {local(one['time'])}, {one['authority']}"
            for one in lines
        ],
    )


def _digest(content: BinaryIO, name: str) -> bytes:
    found = hashlib.new(name)
    while chunk := content.read(CHUNK):
        found.update(chunk)
    return found.digest()
