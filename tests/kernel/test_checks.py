"""Validators of the records: what is refused, and that it is said by name."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from digivl.errors import MalformedError
from digivl.kernel import checks
from digivl.kernel.parties import Party, Role


@attrs.frozen(kw_only=True)
class Record:
    """A record with each of them."""

    title: Any = attrs.field(default="Nota", validator=checks.public_line)
    parts: Any = attrs.field(default=("one",), validator=checks.at_least_one)
    position: Any = attrs.field(default=1, validator=checks.counted_from_one)
    sha256: Any = attrs.field(default="0" * 64, validator=checks.digest)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": ""}, "title is one line"),
        ({"title": "x" * 501}, "title is one line"),
        ({"title": 5}, "title is one line"),
        ({"title": "a\nb"}, "cannot be printed"),
        ({"title": "van 85.07.30-033.28"}, "national number"),
        ({"parts": ()}, "no one of parts"),
        ({"position": 0}, "position counts from 1"),
        ({"sha256": "0" * 63}, "no SHA-256"),
        ({"sha256": "A" * 64}, "no SHA-256"),
    ],
)
def test_refused(changes: dict[str, Any], said: str) -> None:
    """Each refusal is typed, names the field and never shows a personal number."""
    with pytest.raises(MalformedError, match=said) as refused:
        Record(**changes)
    assert "033" not in refused.value.diagnostics()


def test_what_is_right_is_kept() -> None:
    """Nothing is changed on the way."""
    assert "Nota" == Record().title


def test_a_role_is_one_of_the_list() -> None:
    """The name of a role is no role; the error lists those that are."""
    with pytest.raises(MalformedError, match="is no role") as refused:
        Party("kabinet", "Kabinet", "minister")  # type: ignore[arg-type]
    assert "Role.MINISTER" in refused.value.hint
    assert Role.MINISTER is Party("kabinet", "Kabinet", Role.MINISTER).role
