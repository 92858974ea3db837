"""Whoever gets an error of the room of advice is told how to mend it."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

import digivl.advice
from digivl import errors
from digivl.errors import (
    AlreadyAskedError,
    NotAllowedError,
    NotReadyError,
    StepNotAllowedError,
)

ROOM = Path(inspect.getfile(digivl.advice)).parent
#: Errors that say it themselves.
BY_THEMSELVES = {
    "AlreadyAskedError": AlreadyAskedError("advies", "advice/x"),
    "NotAllowedError": NotAllowedError("minister", "advies vragen"),
    "NotReadyError": NotReadyError("Subsidie", [("Nota", "ontbreekt")]),
    "StepNotAllowedError": StepNotAllowedError("dossier", "open", "x", ()),
}
#: What is raised without a hint, and why nobody needs one.
REASONED = {
    "AssertionError": "a fault of ours: nobody who calls can do something about it",
    "smtplib.SMTPResponseException": "caught beside it, and told as one of ours",
}
#: Who reads what came in: what cannot be read is set apart, with the text of the error
#: as the reason why; so it never leaves as an error.
READERS = {
    "channels/answers.py",
    "channels/krab_wire.py",
    "channels/mail_form.py",
    "channels/mail_reply.py",
}


def raised(file: Path) -> list[ast.Call]:
    """The errors that a module makes to raise them, or hands to who raises them."""
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    made = [node for node in nodes if isinstance(node, ast.Call)]
    names = {*vars(errors), *REASONED}
    return [call for call in made if ast.unparse(call.func) in names]


def says_how(call: ast.Call) -> bool:
    """Whether an error comes with a hint, of its own or by itself."""
    name = ast.unparse(call.func)
    if name in BY_THEMSELVES or name in REASONED:
        return True
    return any(keyword.arg == "hint" for keyword in call.keywords)


def modules() -> dict[str, Path]:
    """The modules of the room, by their path in it."""
    return {file.relative_to(ROOM).as_posix(): file for file in ROOM.rglob("*.py")}


def test_each_error_says_how_to_mend_it() -> None:
    """All that is raised in the room, but for what is reasoned above."""
    silent = [
        f"{name}:{call.lineno}: {ast.unparse(call)[:60]}"
        for name, file in modules().items()
        if name not in READERS
        for call in raised(file)
        if not says_how(call)
    ]

    assert [] == silent


@pytest.mark.parametrize("name", BY_THEMSELVES)
def test_by_themselves(name: str) -> None:
    """These have a hint, whoever raises them."""
    assert BY_THEMSELVES[name].hint


def test_each_exception_is_needed() -> None:
    """What is excepted is there."""
    found = {name: raised(file) for name, file in modules().items()}
    names = {ast.unparse(call.func) for calls in found.values() for call in calls}

    assert {*REASONED} <= names
    assert all(any(not says_how(call) for call in found[reader]) for reader in READERS)
