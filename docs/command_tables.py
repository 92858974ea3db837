"""Tables of what a command can be asked, as its help shows it."""

from __future__ import annotations

import inspect
from enum import Enum
from types import UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin, get_type_hints

from typer.models import ArgumentInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def options(command: Any, table: Callable[..., str]) -> Iterator[str]:
    """A table of arguments and options, and one for each panel of the help.

    Args:
        command: As typer runs it.
        table: Makes a Markdown table of a head and rows.
    """
    panels: dict[str, list[tuple[str, str, str]]] = {"": []}
    for panel, row in _rows(command):
        panels.setdefault(panel, []).append(row)
    for panel, rows in panels.items():
        if panel:
            yield f"{panel}:"
        yield table(("argument or option", "default", "meaning"), rows)


def _rows(command: Any) -> Iterator[tuple[str, tuple[str, str, str]]]:
    """Panel and row of each argument and option, as they stand in the signature."""
    hints = get_type_hints(command, include_extras=True)
    for name, parameter in inspect.signature(command).parameters.items():
        base, info = get_args(hints[name])
        if isinstance(info, ArgumentInfo):
            many = " ..." if list in {get_origin(one) for one in kinds(base)} else ""
            yield "", (f"`{name.upper()}{many}`", "", str(info.help))
            continue
        panel = info.rich_help_panel or ""
        yield panel, option(name, base, info, parameter.default)


def kinds(base: Any) -> tuple[Any, ...]:
    """What something can be: the parts of a union, or itself."""
    return get_args(base) if get_origin(base) in {Union, UnionType} else (base,)


def option(name: str, base: Any, info: Any, default: object) -> tuple[str, str, str]:
    """One option: how it is written, its default, its meaning."""
    # Inside an annotation typer keeps the first name where defaults usually stand.
    flags = [f for f in (info.default, *(info.param_decls or ())) if f is not ...]
    flags = flags or [f"--{name.replace('_', '-')}"]
    if default is True:
        flags = [*flags, f"--no-{name}"]
    value = "" if base is bool else f" {info.metavar or kind_of(base)}"
    shown = ", ".join(f"`{flag}{value}`" for flag in flags)
    required = default is inspect.Parameter.empty
    known = "" if required or default in (None, "") or base is bool else f"`{default}`"
    if isinstance(default, Enum):
        known = f"`{default.value}`"
    if default is True:
        known = f"`{flags[0]}`"
    return shown, known, f"{'Required. ' * required}{info.help}"


def kind_of(base: Any) -> str:
    """What stands behind an option: its choices, or the kind of value."""
    (kind,) = [a for a in get_args(base) or (base,) if a is not type(None)]
    if get_origin(kind) is list:
        return kind_of(kind)
    if issubclass(kind, Enum):
        return "/".join(str(choice.value) for choice in kind)
    return str({str: "TEXT", int: "NUMBER"}.get(kind, kind.__name__.upper()))
