"""Commands about documents: validate, verify."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from digivl.app import Digivl
from digivl.cli.files import reading
from digivl.cli.options import HERE, AsJson, Office
from digivl.cli.output import NO, busy, print_json, reported, say
from digivl.kernel.moments import utc_now

Files = Annotated[list[Path], typer.Argument(help="PDF files.")]


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as cause:
        raise typer.BadParameter(
            f"{text!r} is no moment; write it as 2026-11-23 or 2026-11-23T14:05+01:00"
        ) from cause
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def validate(
    files: Files,
    *,
    trust: Annotated[
        list[Path] | None, typer.Option(help="PEM file with trusted roots; repeat.")
    ] = None,
    at: Annotated[
        datetime | None,
        typer.Option(
            parser=_moment,
            metavar="TIME",
            help="Judge as of this moment; UTC if it names no zone.",
        ),
    ] = None,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """A verdict for each file; status 1 unless every one is TOTAL-PASSED.

    It needs no office; in one, the roots that its settings trust are trusted.
    """
    from digivl.cli.verdicts import Judge
    from digivl.validation.report import as_json as for_programs
    from digivl.validation.report import as_text
    from digivl.validation.verdict import Indication

    passed = True
    with reported(as_json=as_json):
        judge = Judge.of(office, trust or (), at or utc_now())
        for file in files:
            with busy(f"Validating {file}", quiet=as_json):
                verdict = judge.verdict(file)
            passed &= verdict.indication is Indication.TOTAL_PASSED
            if as_json:
                print_json(for_programs(verdict))
            else:
                say(as_text(verdict))
    if not passed:
        raise typer.Exit(NO)


def verify(
    what: Annotated[str, typer.Argument(help="Code, URL, image or PDF.")],
    *,
    copy: Annotated[
        Path | None, typer.Option(help="The copy you have; it is never kept.")
    ] = None,
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Look a code up, and compare a copy; status 1 unless authentic and identical.

    A PDF is its own copy: what is in it is compared, not only its link looked up.
    """
    from digivl.cli.verdicts import (
        code_text,
        is_good,
        pdf_itself,
        print_verification,
        verification_json,
    )

    with reported(as_json=as_json), Digivl.open(office) as vl, ExitStack() as opened:
        text, mine = code_text(vl, what), copy or pdf_itself(what)
        held = opened.enter_context(reading(mine)) if mine else None
        found = vl.register.verify(text, held)
    if as_json:
        print_json(verification_json(found))
    else:
        print_verification(found)
    if not is_good(found):
        raise typer.Exit(NO)
