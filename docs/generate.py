"""Writes the reference pages that are made from the code.

A test compares each page with the code, so that neither can move alone; run this file
(`python3 noxfile.py -s generate`) when it fails.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

import digivl
from digivl import errors, settings
from digivl.kernel.lifecycle import Lifecycle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

REFERENCE = Path(__file__).parent / "reference"


def errors_page() -> str:
    """The table of errors."""
    rows = [
        (f"`{e.code}`", f"`{e.__name__}`", first_line(e), "yes" if e.retryable else "")
        for e in vars(errors).values()
        if inspect.isclass(e) and issubclass(e, errors.DigivlError)
    ]
    return page(
        "Errors",
        "Everything digivl raises is a `DigivlError`. The text says what is wrong, "
        "`hint` how to mend it, and `code` is stable: it is what `--json`, logs and "
        "dashboards show. *Retry* means that the same call may succeed later, "
        "unchanged (`retryable`).",
        table(("code", "class", "meaning", "retry"), rows),
        "The classes form one tree:",
        "```text\n" + str(inspect.getdoc(errors)).split("\n\n")[1] + "\n```",
    )


def lifecycles_page() -> str:
    """A diagram for each lifecycle."""
    diagrams = [
        f"## {lifecycle.subject.capitalize()}\n\n"
        f"States: `{type(lifecycle.initial).__module__}"
        f".{type(lifecycle.initial).__name__}`.\n\n"
        f"```mermaid\n{lifecycle.as_mermaid()}\n```"
        for lifecycle in sorted(lifecycles(), key=lambda found: found.subject)
    ]
    return page(
        "Lifecycles",
        "Which step leads from which state to which. The library holds each lifecycle "
        "as a table, and these diagrams are made from it. A step that is not in the "
        "table is refused with `step-not-allowed`, which names the open steps.",
        *diagrams,
    )


def lifecycles() -> list[Lifecycle[Any]]:
    """Every lifecycle of the library, once."""
    values = [
        v for name in rooms() for v in vars(importlib.import_module(name)).values()
    ]
    return list({id(v): v for v in values if isinstance(v, Lifecycle)}.values())


def rooms() -> Iterator[str]:
    """All modules but the faces and the simulators, which need extras."""
    for found in pkgutil.walk_packages(digivl.__path__, "digivl."):
        if found.name.split(".")[1] not in {"cli", "testing", "web"}:
            yield found.name


def settings_page() -> str:
    """A table for each record of settings."""
    parts = [
        (settings.Settings, "Top of the file"),
        (settings.CodeSettings, "`[code]`"),
        (settings.Limits, "`[limits]`"),
    ]
    tables = [f"## {title}\n\n{settings_table(record)}" for record, title in parts]
    return page(
        "Settings",
        "An office keeps its settings in `digivl.toml`; an application can make the "
        "record `digivl.Settings` itself. What is not named keeps its default; a name "
        "that is not known is an error, never ignored. A backend is a table with "
        '`offer = "…"` and the options of that offer; `digivl plugins` lists the '
        "offers.",
        *tables,
    )


def settings_table(record: type[attrs.AttrsInstance]) -> str:
    """Names, types, defaults and meanings of one record."""
    meanings = documented(record)
    width = 4 if meanings else 3
    rows = [
        (f"`{f.name}`", f"`{f.type}`", default(f), meanings.get(f.name, ""))[:width]
        for f in attrs.fields(record)
    ]
    return table(("setting", "type", "default", "meaning")[:width], rows)


def default(field: attrs.Attribute[Any]) -> str:
    """The default as it would stand in the file; nothing for tables."""
    if isinstance(field.default, bool):
        return f"`{str(field.default).lower()}`"
    if isinstance(field.default, int):
        return f"`{field.default:_}`"
    if isinstance(field.default, str | float):
        return f"`{field.default!r}`".replace("'", '"')
    if isinstance(field.default, settings.Backend):
        return f'`offer = "{field.default.offer}"`'
    return ""


def documented(record: type[attrs.AttrsInstance]) -> dict[str, str]:
    """The section `Attributes` of a docstring: name to meaning."""
    _, _, section = str(inspect.getdoc(record)).partition("Attributes:\n")
    text = re.sub(r"\n {8,}", " ", section)
    return dict(re.findall(r"^ +(\w+): (.+)$", text, re.MULTILINE))


def first_line(documented: object) -> str:
    """The first line of a docstring."""
    return str(inspect.getdoc(documented)).partition("\n")[0]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ("---",) * len(head), *rows]
    cells = [[cell.replace("|", r"\|") for cell in line] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def page(title: str, *parts: str) -> str:
    """A page, with the word to its editors on top."""
    note = "<!-- Made by docs/generate.py from the code: change it there. -->"
    return "\n\n".join((note, f"# {title}", *parts)) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "errors": errors_page,
    "lifecycles": lifecycles_page,
    "settings": settings_page,
}

if __name__ == "__main__":
    for name, make in PAGES.items():
        (REFERENCE / f"{name}.md").write_text(make(), encoding="utf-8")
