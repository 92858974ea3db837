"""Options that many commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

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

Reason = Annotated[str, typer.Argument(help="In Dutch, without personal values.")]
Why = Annotated[str, typer.Option(help="Why, in Dutch, without personal values.")]
#: Who acts for the office, and as what it is shown when nobody says.
By = Annotated[str, typer.Option(help="Who does it, as shown.")]
SECRETARIAT: Final = "Secretarie"
_MEANS: Final[Any] = typer.Option(
    metavar="NAME[=FUNCTION]",
    help="Signing means of the settings, in order; repeat for several. As who it signs "
    "can follow: minister='Vlaams minister van Jeugd'.",
)
Means = Annotated[list[str], _MEANS]
AnyMeans = Annotated[list[str] | None, _MEANS]
Accept = Annotated[
    list[str] | None,
    typer.Option(
        metavar="CODE[,CODE]=REASON",
        help="Accept what `digivl lint` refuses, and say why it does no harm, without "
        "personal values; repeat. It is recorded with the act, where that is.",
    ),
]
