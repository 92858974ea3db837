"""Reads what a dossier proposes from a TOML file that people write."""

from __future__ import annotations

import tomllib
from decimal import Decimal, InvalidOperation
from enum import Enum, EnumType
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin

from cattrs import Converter, transform_error
from cattrs.errors import BaseValidationError
from cattrs.v import format_exception

from digivl.advice.proposal import Proposal
from digivl.cli.files import reading
from digivl.errors import LimitExceededError, MalformedError
from digivl.kernel.money import Euro

_LARGEST: Final = 1_000_000
_HINT: Final = 'See the page "Ask advice" of the documentation for an example.'


def read_proposal(path: Path, dossier: str) -> Proposal:
    """What the file says that a dossier proposes.

    Raises:
        MalformedError: It is no TOML, or a field is not known or wrong; it says which.
    """
    with reading(path) as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise LimitExceededError(f"{path.name} is larger than {_LARGEST} bytes")
    try:
        table = tomllib.loads(content.decode("utf-8-sig"))
        return _converter().structure({**table, "dossier": dossier}, Proposal)
    except BaseValidationError as cause:
        wrong = "; ".join(transform_error(cause, format_exception=_said))
        raise MalformedError(f"{path.name}: {wrong}", hint=_HINT) from cause
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as cause:
        raise MalformedError(f"{path.name} is no TOML: {cause}", hint=_HINT) from cause


@cache
def _converter() -> Converter:
    converter = Converter(forbid_extra_keys=True)
    for cls in (bool, int, str):
        converter.register_structure_hook(cls, _exactly)
    converter.register_structure_hook(Euro, lambda text, _: Euro(text))
    converter.register_structure_hook(Decimal, _decimal)
    converter.register_structure_hook_func(_is_enum, _member)
    converter.register_structure_hook_func(_is_optional, _only_what_is_said(converter))
    return converter


def _exactly(value: Any, cls: type[Any]) -> Any:
    # Nothing is guessed: "false" is no False, and 1 no True.
    if type(value) is not cls:
        raise ValueError(f"{value!r} is no {cls.__name__}")
    return value


def _is_enum(cls: Any) -> bool:
    return isinstance(cls, EnumType)


def _member(value: Any, cls: type[Enum]) -> Enum:
    for one in cls:
        if one.value == value:
            return one
    known = ", ".join(repr(one.value) for one in cls)
    raise ValueError(f"{value!r} is none of {known}")


def _said(error: BaseException, cls: type[Any] | None) -> str:
    return str(error) if isinstance(error, ValueError) else format_exception(error, cls)


def _decimal(text: Any, _: Any) -> Decimal:
    try:
        return Decimal(text if isinstance(text, str | int) else "x")
    except InvalidOperation as cause:
        raise ValueError(f"{text!r} is no number; write it as a text") from cause


def _is_optional(cls: Any) -> bool:
    return get_origin(cls) in (Union, UnionType)


def _only_what_is_said(converter: Converter) -> Any:
    # TOML has no null: what is not known is left out.
    return lambda value, cls: converter.structure(value, get_args(cls)[0])
