"""Changes to the fields of a record that people write."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

import attrs

from digivl.errors import MalformedError

R = TypeVar("R", bound=attrs.AttrsInstance)


def changed(record: R, fields: Collection[str], changes: Mapping[str, Any]) -> R:
    """A record with other values in some of these fields.

    Raises:
        MalformedError: Another field is named, or a value does not fit.
    """
    for name in changes:
        if name not in fields:
            raise MalformedError(
                f"{name[:40]!r} is nothing that can be changed here",
                hint=f"These are: {', '.join(fields)}.",
            )
    any_record: Any = record  # mypy knows evolve of one class only
    made: R = attrs.evolve(any_record, **changes)
    return made
