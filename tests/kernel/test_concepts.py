"""The concept registry: every code list, and whatever is in none."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from datetime import date
from enum import Enum

import pytest
from hypothesis import given
from hypothesis import strategies as st

import digivl
from digivl.errors import MalformedError, NotFoundError
from digivl.kernel.concepts import concept, labelled, scheme, schemes
from digivl.kernel.identifiers import URI

ROOMS = ("access", "documents", "dossiers", "custody", "advice", "signing")
LEVEL = "http://themis.vlaanderen.be/id/concept/toegangsniveau/"
CONFIDENTIAL = LEVEL + "9692ba4f-f59b-422b-9402-fcbd30a46d17"


def enumerations() -> Iterator[Enum]:
    """Every member of an enumeration of ours whose value is a URI."""
    for found in pkgutil.walk_packages(digivl.__path__, "digivl."):
        if found.name.split(".")[1] in ROOMS:
            for value in vars(importlib.import_module(found.name)).values():
                if isinstance(value, type) and issubclass(value, Enum):
                    yield from (m for m in value if str(m.value).startswith("http"))


def test_every_code_of_ours_is_in_it() -> None:
    """No enumeration has a URI that the registry does not know."""
    unknown = {str(m) for m in enumerations() if not concept(m.value).known}

    assert set() == unknown


def test_every_uri_stands_once() -> None:
    """No two concepts share a URI, and each has a label."""
    found = [one for name in schemes() for one in scheme(name).concepts]

    assert len(found) == len({one.uri for one in found})
    assert all(one.label and one.known for one in found)
    assert len(found) > 120


@given(st.from_regex(r"https?://[a-z]{1,9}\.be/[A-Za-z0-9/#-]{0,30}", fullmatch=True))
def test_unknown_goes_round(uri: str) -> None:
    """A URI of others stays as it was written, and has something to show."""
    found = concept(uri)

    assert (uri, False) == (found.uri.text, found.known)
    assert found.label


def test_malformed_is_refused() -> None:
    """What is no absolute URI is no concept."""
    with pytest.raises(MalformedError):
        concept("nota")


def test_labels_change_in_time() -> None:
    """A concept has had other labels, and is found by them too."""
    found = concept(URI(CONFIDENTIAL))

    assert "Ministerraad" == found.label_on(date(2022, 9, 15))
    assert "Vertrouwelijk" == found.label_on(date(2022, 9, 16))
    assert found == labelled("toegangsniveau", "ministerraad ")
    assert found == labelled("toegangsniveau", "VERTROUWELIJK")
    assert None is labelled("toegangsniveau", "Geheim")


def test_validity() -> None:
    """Some types came later, and some are not used any more."""
    ratification = labelled("document-type", "Bekrachtiging")
    draft = labelled("document-type", "Ontwerpdecreet")
    assert ratification
    assert draft

    assert [False, True] == [
        ratification.valid_on(date(2024, month, 1)) for month in (2, 3)
    ]
    assert [True, False] == [
        draft.valid_on(date(2023, month, 30)) for month in (11, 12)
    ]


def test_levels_are_in_order() -> None:
    """The code list of access levels goes from strict to open."""
    levels = [c for c in scheme("toegangsniveau").concepts if c.position]

    assert ["Intern Secretarie", "Vertrouwelijk", "Intern Regering"] == [
        one.label for one in levels[:3]
    ]
    assert sorted(c.position or 0 for c in levels) == [c.position for c in levels]


def test_broader() -> None:
    """A meeting on the recovery plan is a kind of annex."""
    plan = labelled("vergaderactiviteit-type", "PVV")

    assert plan
    assert plan.broader
    assert "Annex" == concept(plan.broader).label


def test_no_such_list() -> None:
    """A list that is not there is refused with those that are."""
    with pytest.raises(NotFoundError) as refused:
        scheme("geheim")

    assert "document-type" in refused.value.hint
