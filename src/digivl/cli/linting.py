"""The command that looks at files before they are signed."""

from __future__ import annotations

from typing import Annotated

import typer

from digivl.cli.documents import Files
from digivl.cli.files import is_there, reading
from digivl.cli.options import HERE, AsJson, Office
from digivl.cli.output import FAILED, NO, busy, print_json, reported, say


def lint(
    files: Files,
    *,
    policy: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="standard, strict or report; else what the settings say.",
        ),
    ] = None,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """What a signer cannot see in each file, or what can change in it later.

    Status 1 when the policy refuses a file, 2 when one cannot be looked at. It needs
    no office; in one, its settings count.
    """
    from digivl.errors import DigivlError
    from digivl.office import SETTINGS
    from digivl.pdf.lint.linter import lint as looked_at
    from digivl.settings import Settings
    from digivl.signing.lintpolicy import LintPolicy
    from digivl.signing.linttext import Outcome, Told, unreadable

    outcomes: list[Outcome] = []
    with reported(as_json=as_json):
        settings = Settings()
        if is_there(office / SETTINGS):
            settings = Settings.from_toml(office / SETTINGS)
        chosen = LintPolicy.from_settings(settings.signing.lint, policy or "")
    for file in files:
        try:
            with busy(f"Looking at {file}", quiet=as_json), reading(file) as source:
                report = looked_at(source, settings.limits)
        except DigivlError as error:
            outcomes.append(Outcome.UNREADABLE)
            reason = error.diagnostics()
            if as_json:
                print_json(unreadable(str(file), error.code, reason))
            else:
                say(f"{file}: {Outcome.UNREADABLE.value}\n  {error}\n  {error.hint}")
            continue
        told = Told(str(file), report, chosen)
        outcomes.append(told.outcome)
        if as_json:
            print_json(told.as_json())
        else:
            say(told.as_text())
    if Outcome.UNREADABLE in outcomes:
        raise typer.Exit(FAILED)
    if Outcome.REFUSED in outcomes:
        raise typer.Exit(NO)
