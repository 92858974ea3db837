"""Options that many commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Office = Annotated[
    Path,
    typer.Option(
        "--office",
        "-o",
        envvar="DIGIVL_OFFICE",
        help="The office folder.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
HERE = Path()
