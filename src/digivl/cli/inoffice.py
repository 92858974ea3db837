"""What commands in an office share: its option, `--json`, errors and exit status.

A command is a function of the office and of what is asked. It gives an `Answer`; how
that is printed, for people or for programs, is written here, once.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Final, get_type_hints

import attrs
import typer

from digivl.app import Digivl
from digivl.cli.options import HERE, AsJson, Office
from digivl.cli.output import NO, busy, print_json, reported, say

#: What every command in an office can be asked, behind what is its own.
_SHARED: Final = (
    inspect.Parameter(
        "office", inspect.Parameter.KEYWORD_ONLY, default=HERE, annotation=Office
    ),
    inspect.Parameter(
        "as_json", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=AsJson
    ),
)


@attrs.frozen(kw_only=True)
class Answer:
    """What a command found or did.

    Attributes:
        lines: For programs: an object on each line.
        said: For people: what it says, a line each.
        show: Prints what people get in the place of lines, such as a table.
        no: True when the answer is no: exit status 1.
    """

    lines: Sequence[Mapping[str, Any]]
    said: Sequence[str] = ()
    show: Callable[[], None] | None = None
    no: bool = False


Act = Callable[..., Answer]


def in_office(doing: str = "") -> Callable[[Act], Callable[..., None]]:
    """Make a command of an act: a function whose first argument is the open office.

    Its other arguments are those of the command, as typer reads them; `--office` and
    `--json` come behind them.

    Args:
        doing: What a terminal shows while it works; for what takes its time.
    """

    def made(act: Act) -> Callable[..., None]:
        def command(*, office: Path, as_json: bool, **asked: Any) -> None:
            with reported(as_json=as_json):
                shown = busy(doing, quiet=as_json) if doing else nullcontext()
                with Digivl.open(office) as vl, shown:
                    answer = act(vl, **asked)
            if as_json:
                for line in answer.lines:
                    print_json(line)
            elif answer.show is not None:
                answer.show()
            else:
                for said in answer.said:
                    say(said)
            if answer.no:
                raise typer.Exit(NO)

        return _signed(command, act)

    return made


def _signed(command: Callable[..., None], act: Act) -> Callable[..., None]:
    """The command with the name, the text and the arguments that typer reads."""
    hints = get_type_hints(act, include_extras=True)
    _, *own = inspect.signature(act).parameters.values()
    asked = [one.replace(annotation=hints[one.name]) for one in own]
    parameters = [*asked, *_SHARED]
    command.__name__, command.__doc__ = act.__name__, act.__doc__
    command.__module__ = act.__module__
    command.__annotations__ = {one.name: one.annotation for one in parameters}
    vars(command)["__signature__"] = inspect.Signature(parameters)
    return command
