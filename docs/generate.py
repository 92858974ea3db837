"""Writes the reference pages that are made from the code.

A test compares each page with the code, so that neither can move alone; run this file
(`python3 noxfile.py -s generate`) when it fails.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import command_tables
import lint_tables
import route_tables
import rule_tables

import digivl
from digivl import errors, settings
from digivl.advice.channels.port import AdviceChannel
from digivl.cli.commands import app
from digivl.dispatch.provider import DeliveryProvider
from digivl.documents.port import DocumentStore
from digivl.kernel.lifecycle import Lifecycle
from digivl.plugins.catalog import KINDS, Catalog
from digivl.plugins.hookspecs import Build, DigivlHooks, Offer
from digivl.signing.authorities import TimestampAuthority
from digivl.signing.means import SigningMeans
from digivl.signing.platform.port import SigningPlatform
from digivl.signing.remote import RemoteMeans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from route_tables import Row

#: How long a line of code may be.
WIDTH = 88
REFERENCE = Path(__file__).parent / "reference"
PICTURES = Path(__file__).parent / "images"

COMMANDS = Path(__file__).parent / "commands.toml"

#: What the backend of an offer has to be, by the table that picks it.
PORTS = {
    "documents": DocumentStore,
    "authorities": TimestampAuthority,
    "means": SigningMeans,
    "remote": RemoteMeans,
    "providers": DeliveryProvider,
    "channels": AdviceChannel,
    "platforms": SigningPlatform,
}


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
        (settings.SigningSettings, "`[signing]`"),
        (settings.TimestampSettings, "`[timestamps]`"),
        (settings.TrustListSettings, "`[trustlists]`"),
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
        "## Offers\n\n"
        "What can stand in `[documents]`, `[authorities.NAME]`, `[means.NAME]`, "
        "`[remote.NAME]`, `[providers.NAME]`, `[channels.NAME]` and `[platforms.NAME]` "
        "without any plug-in. Paths start at the office. A secret never stands in the "
        "settings: name a file that only its owner may read, or an environment "
        "variable.",
        table(("table", "offer", "option", "meaning"), list(offered())),
        '`url` and `token_url` can be `"simulator"` in a development office: digivl '
        "then starts the bundled simulator when it is needed. An address outside "
        "loopback is `https://`; only a timestamp authority may be `http://`, since "
        "its answer proves itself.",
    )


def offered() -> Iterator[tuple[str, str, str, str]]:
    """The options of the built-in offers."""
    catalog = Catalog.load(discover=False)
    for kind in KINDS:
        for offer in catalog.offers(kind).values():
            for option, meaning in offer.options.items():
                yield f"`{kind}`", f"`{offer.name}`", f"`{option}`", meaning


def plugins_page() -> str:
    """The hooks, and what the object behind an offer has to do."""
    hooks = [
        f"### `{name}`\n\n{code(signature(name, hook))}"
        for name, hook in methods(DigivlHooks)
    ]
    ports = [
        f"### `{port.__name__}`, for `[{kind}]`\n\n{inspect.getdoc(port)}\n\n"
        + code("\n\n\n".join(signature(n, m) for n, m in methods(port)))
        for kind, port in PORTS.items()
    ]
    records = [
        f"### `{r.__name__}`\n\n{first_line(r)}\n\n{meanings_table(r)}"
        for r in (Offer, Build)
    ]
    return page(
        "Plug-ins",
        "A plug-in is a module, or any object, with functions marked by "
        "`digivl.plugins.hookspecs.hookimpl`. An installed one announces itself by an "
        "entry point in the group `digivl`; an application can also hand it over: "
        "`Digivl.open(folder, plugins=(module,))`. Hooks only register; "
        "[how to write one](../how-to/plugin.md).",
        "## Hooks",
        *hooks,
        "## What an offer is made of",
        *records,
        "## Ports\n\nWhat the object that an offer builds has to do. The contracts in "
        "`digivl.testing.contracts` test it.",
        *ports,
    )


def rules_page() -> str:
    """The shipped rules, and where they were read."""
    return page("Rules", *rule_tables.INTRO, *titled(rule_tables.sections()))


def routes_page() -> str:
    """The stages of each act, and where their order was read."""
    return page("Routes", *route_tables.INTRO, *titled(route_tables.sections()))


def lint_page() -> str:
    """What is looked for before signing."""
    return page("Before signing", *lint_tables.INTRO, *titled(lint_tables.sections()))


def titled(sections: Iterable[tuple[str, Row, Sequence[Row]]]) -> Iterator[str]:
    """Tables under their titles."""
    for title, head, rows in sections:
        yield f"{title}\n\n{table(head, rows)}"


def methods(owner: type) -> Iterator[tuple[str, Any]]:
    """The public methods and properties of a class, in their order."""
    for name, value in vars(owner).items():
        if not name.startswith("_") and callable(getattr(value, "fget", value)):
            yield name, value


def signature(name: str, method: Any) -> str:
    """As it stands in the code, with the first line of its docstring."""
    if isinstance(method, property):
        return f"@property\n{signature(name, method.fget)}"
    declared = inspect.signature(method)
    kept = [p for n, p in declared.parameters.items() if n != "self"]
    shown = declared.replace(parameters=kept)
    quoted = re.sub(r"'([^']*)'", r"\1", str(shown))
    head = f"def {name}{quoted}:"
    if len(head) > WIDTH:
        inside, _, answer = head.partition("(")[2].rpartition(") -> ")
        head = f"def {name}(\n    {inside}\n) -> {answer}"
    return f'{head}\n    """{first_line(method)}"""'


def code(text: str) -> str:
    """A block that is read and not run."""
    return f"```py\n{text}\n```"


def meanings_table(record: type[attrs.AttrsInstance]) -> str:
    """Names and meanings of the fields of a record."""
    meanings = documented(record)
    rows = [(f"`{f.name}`", meanings.get(f.name, "")) for f in attrs.fields(record)]
    return table(("field", "meaning"), rows)


def cli_page() -> str:
    """Every command with its arguments, options, exit statuses and JSON."""
    told = tomllib.loads(COMMANDS.read_text(encoding="utf-8"))
    sections = [command_section(name, c, told[name]) for name, c in commands()]
    return page(
        "Command line",
        "The extra `cli` installs the command `digivl`, a thin face over the facade; "
        "`python -m digivl` is the same. `-h` or `--help` explains each command. What "
        "officials and citizens read is in Dutch, everything else in English. Results "
        "go to standard output, progress and errors to standard error.",
        table(
            ("exit status", "meaning"),
            (
                ("0", "it is done, and the answer is yes"),
                ("1", "it is done, and the answer is no"),
                ("2", "it could not be done; or the command line is wrong"),
                ("130", "interrupted by Ctrl-C"),
            ),
        ),
        "With `--json` a command prints JSON, one object a line, and no progress. "
        "Moments are in UTC. What could not be done is one object with the keys "
        "`error text hint`, where `error` is a [stable code](errors.md). Keys may be "
        "added in later versions; those named here stay.",
        "`--office` (or the variable `DIGIVL_OFFICE`) names the office; without it, it "
        "is the folder one stands in.",
        *sections,
        "`digivl --version` prints the version.",
    )


def commands() -> Iterator[tuple[str, Any]]:
    """Every command by its name; those of a group come last, behind its name."""
    for single in app.registered_commands:
        yield str(single.name), single.callback
    for group in app.registered_groups:
        for part in getattr(group.typer_instance, "registered_commands", ()):
            yield f"{group.name} {part.name}", part.callback


def command_section(name: str, command: Any, told: dict[str, str]) -> str:
    """One command; `told` is what the code does not say."""
    note = f" {told['note'].strip()}" if "note" in told else ""
    parts = [
        f"## `digivl {name}`",
        str(inspect.getdoc(command)),
        *command_tables.options(command, table),
        f"JSON: {told['prints']}, `{told['keys'].strip()}`.{note}",
    ]
    if "no" in told:
        parts.append(f"Exit status 1: {told['no']}.")
    return "\n\n".join(parts)


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
    "cli": cli_page,
    "errors": errors_page,
    "lifecycles": lifecycles_page,
    "lint": lint_page,
    "plugins": plugins_page,
    "routes": routes_page,
    "rules": rules_page,
    "settings": settings_page,
}

IMAGES: dict[str, Callable[[], str]] = {"route.svg": route_tables.picture}

if __name__ == "__main__":
    for name, make in PAGES.items():
        (REFERENCE / f"{name}.md").write_text(make(), encoding="utf-8")
    for name, make in IMAGES.items():
        (PICTURES / name).write_text(make(), encoding="utf-8")
