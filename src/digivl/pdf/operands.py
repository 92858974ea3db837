"""Numbers and small objects as PDF writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyhanko.pdf_utils import generic

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def number(value: float, places: int = 6) -> str:
    """A number without the exponent that PDF does not know."""
    return f"{value + 0.0:.{places}f}".rstrip("0").rstrip(".")


def row(values: Iterable[float]) -> str:
    """Numbers before an operator."""
    return " ".join(number(value) for value in values)


def array(values: Iterable[float]) -> generic.ArrayObject:
    """An array of numbers."""
    return generic.ArrayObject(generic.FloatObject(number(value)) for value in values)


def dictionary(names: Mapping[str, str], **others: Any) -> Any:
    """A dictionary of names, and of other objects under keys without their slash."""
    said = {key: generic.NameObject(value) for key, value in names.items()}
    return generic.DictionaryObject(
        said | {f"/{key}": value for key, value in others.items()}
    )
