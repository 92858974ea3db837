"""Rules that the project keeps as a whole; each test says which."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import pytest

import digivl
from digivl import errors

ROOT = Path(__file__).parent.parent
SOURCES = Path(inspect.getfile(digivl)).parent
MODULES = sorted(SOURCES.rglob("*.py"))
REGISTRIES = (
    ("pypi", "org"),
    ("pythonhosted", "org"),
    ("npmjs", "org"),
    ("anaconda", "org"),
    ("crates", "io"),
)

LOADED = f"""
import sys
sys.path.insert(0, {str(SOURCES.parent)!r})
before = set(sys.modules)
import digivl
dir(digivl)
print(*sorted({{name.partition(".")[0] for name in sys.modules.keys() - before}}))
"""


def relative(path: Path) -> str:
    """How a test names a module."""
    return path.relative_to(SOURCES).as_posix()


def test_import_loads_nothing() -> None:
    """`import digivl` loads no third-party module; it works where none is."""
    # -S: without site-packages there is nothing that could be loaded.
    command = [sys.executable, "-I", "-S", "-c", LOADED]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert {"digivl"} == set(done.stdout.split()) - sys.stdlib_module_names


def test_files_are_short() -> None:
    """No file of the library, of its tests or of its benchmarks passes 400 lines."""
    folders = [SOURCES, *(ROOT / name for name in ("tests", "docs", "benchmarks"))]
    files = [*ROOT.glob("*.py"), *(f for one in folders for f in one.rglob("*.py"))]
    long = {
        file.name: lines
        for file in files
        if (lines := len(file.read_text(encoding="utf-8").splitlines())) > 400
    }

    assert {} == long


@pytest.mark.parametrize("module", MODULES, ids=relative)
def test_wrong_settings_say_how_to_mend_them(module: Path) -> None:
    """Each `ConfigurationError` is made with a hint."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    without = [
        call.lineno
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == errors.ConfigurationError.__name__
        and not any(
            word.arg == "hint"
            and not (isinstance(word.value, ast.Constant) and not word.value.value)
            for word in call.keywords
        )
    ]

    assert [] == without


def test_window_is_complete() -> None:
    """What type checkers see, `__all__`, `dir()` and the lazy homes are one list."""
    tree = ast.parse(Path(inspect.getfile(digivl)).read_text(encoding="utf-8"))
    typed = {
        alias.name
        for block in tree.body
        if isinstance(block, ast.If)
        for line in block.body
        if isinstance(line, ast.ImportFrom)
        for alias in line.names
    }

    assert set(digivl.__all__) == typed
    assert {*digivl.__all__, "__version__"} == set(dir(digivl))


@pytest.mark.parametrize("name", digivl.__all__)
def test_window_opens(name: str) -> None:
    """Each name of the window can be used, and is called so at home."""
    assert name == getattr(digivl, name).__name__


def test_window_refuses_other_names() -> None:
    """A name that is not in the window is an AttributeError, as of any module."""
    with pytest.raises(AttributeError, match="no attribute 'Digivil'"):
        digivl.Digivil  # noqa: B018  # pyright: ignore[reportAttributeAccessIssue]


def error_classes() -> list[type[errors.DigivlError]]:
    """All classes of `digivl.errors`."""
    return [
        found
        for found in vars(errors).values()
        if inspect.isclass(found) and issubclass(found, errors.DigivlError)
    ]


def drawn_tree() -> dict[str, str | None]:
    """The tree that the docstring of `digivl.errors` draws: class to parent."""
    parents: dict[str, str | None] = {}
    path: list[str] = []
    for line in inspect.getdoc(errors).splitlines():  # type: ignore[union-attr]
        found = re.match(r"((?:[│ ]   )*)(?:[├└]── )?(\w+Error)\b", line)
        if found:
            branch = "──" in line
            depth = len(found[1]) // 4 + branch
            path[depth:] = [found[2]]
            parents[found[2]] = path[depth - 1] if branch else None
    return parents


def test_error_tree_is_drawn() -> None:
    """The tree in the docstring of `digivl.errors` is the tree of the classes."""
    actual = {
        found.__name__: next(
            (base.__name__ for base in found.__bases__ if base in error_classes()), None
        )
        for found in error_classes()
    }

    assert drawn_tree() == actual


def test_error_codes_are_unique() -> None:
    """Every class of error has a code of its own: lower case words and hyphens."""
    codes = [vars(found).get("code") for found in error_classes()]

    assert sorted(set(map(str, codes))) == sorted(map(str, codes))
    assert all(code and re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)


def test_errors_live_in_one_place() -> None:
    """All errors of the library stand in `digivl.errors`."""
    strays = [
        f"{relative(module)}: {node.name}"
        for module in MODULES
        if module.parent.name != "errors"
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and node.name.endswith("Error")
    ]

    assert [] == strays


@cache
def project_files() -> list[Path]:
    """Every text file that belongs to the project."""
    places = ("*.md", "*.toml", "*.py", "LICENSE", ".ci/*", ".gitignore")
    found = [path for place in places for path in ROOT.glob(place)]
    for folder in ("src", "tests", "docs", "benchmarks"):
        found += (ROOT / folder).rglob("*")
    return [f for f in found if f.is_file() and not is_made(f.relative_to(ROOT))]


def is_made(path: Path) -> bool:
    """True for what programs left behind: caches, built pages."""
    left = {"__pycache__", "_build"}
    return any(part in left or part.endswith("_cache") for part in path.parts)


def offences(words: list[str]) -> list[str]:
    """Where one of the words stands."""
    texts = {f: f.read_text(encoding="utf-8", errors="ignore") for f in project_files()}
    return [
        f"{file.relative_to(ROOT)}: {word}"
        for file, text in texts.items()
        for word in words
        if word in text
    ]


def test_no_registry_is_named() -> None:
    """No file leads a machine to a package registry; that is for its owner to set."""
    assert [] == offences([f"{name}.{top}" for name, top in REGISTRIES])


def test_no_folder_of_this_machine_is_named() -> None:
    """No file holds a path of the machine on which it was written."""
    common = {Path("/"), Path(tempfile.gettempdir())}
    own = {Path.home(), ROOT, ROOT.parent} - common

    assert [] == offences([f"{folder.as_posix()}/" for folder in own])
