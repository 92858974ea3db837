"""The concept registry: every code list of decision-making, with URIs and labels.

A URI that is in no list is a concept too: it keeps its URI as it was written, and is
marked as not known. So nothing that comes from elsewhere is lost or refused.

Source:
    The code lists of Kaleidos and Themis; ``concepts.toml`` holds them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final

import attrs

from digivl.errors import NotFoundError
from digivl.kernel.identifiers import URI

_DATA: Final = "concepts.toml"


@attrs.frozen
class FormerLabel:
    """What a concept was called before.

    Attributes:
        label: The label.
        until: The first day on which it was called otherwise.
    """

    label: str
    until: date


@attrs.frozen(kw_only=True)
class Concept:
    """One value of a code list (concept).

    Attributes:
        uri: Its URI, as it goes over the wire.
        label: Dutch preferred label; of one that is not known the end of its URI.
        scheme: Name of its list; empty when it is not known.
        alternative: The long label.
        position: Its place in the list, where one is fixed.
        broader: The concept that it is a kind of.
        aliases: Older URIs of the same concept.
        former: What it was called before.
        valid_from: First day on which it could be used; None for always.
        valid_until: First day on which it could not be used any more.
        claim: What stands for it in a login (ACM/IDM), for a role.
        note: What else is known of it.
        known: False for a URI that is in no list.
    """

    uri: URI
    label: str
    scheme: str = ""
    alternative: str = ""
    position: int | None = None
    broader: URI | None = None
    aliases: tuple[URI, ...] = ()
    former: tuple[FormerLabel, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    claim: str = ""
    note: str = ""
    known: bool = True

    def valid_on(self, day: date) -> bool:
        """Whether it could be used on that day."""
        started = self.valid_from is None or self.valid_from <= day
        return started and (self.valid_until is None or day < self.valid_until)

    def label_on(self, day: date) -> str:
        """What it was called on that day."""
        for old in sorted(self.former, key=lambda one: one.until):
            if day < old.until:
                return old.label
        return self.label


@attrs.frozen(kw_only=True)
class Scheme:
    """A code list (conceptschema).

    Attributes:
        name: Short name, as it stands in the URIs of its concepts.
        label: What it is a list of, in Dutch.
        uri: URI of the list, where one is known.
        concepts: In the order of the list.
    """

    name: str
    label: str
    uri: URI | None
    concepts: tuple[Concept, ...]


def concept(uri: URI | str) -> Concept:
    """The concept with this URI, or that once had it.

    Raises:
        MalformedError: It is no absolute URI.
    """
    wanted = uri if isinstance(uri, URI) else URI(uri)
    found = _by_uri().get(wanted.text)
    if found is not None:
        return found
    end = wanted.text.rstrip("/#").replace("#", "/").rpartition("/")[2]
    return Concept(uri=wanted, label=end or wanted.text, known=False)


def scheme(name: str) -> Scheme:
    """The list of that name.

    Raises:
        NotFoundError: There is none.
    """
    try:
        return schemes()[name]
    except KeyError:
        known = ", ".join(schemes())
        raise NotFoundError(
            f"there is no code list {name!r}", hint=f"There are {known}."
        ) from None


def labelled(name: str, label: str) -> Concept | None:
    """The concept of a list with that label, short, long or former; in any case."""
    wanted = label.casefold().strip()
    if not wanted:
        return None
    for one in scheme(name).concepts:
        former = (old.label for old in one.former)
        if wanted in {
            text.casefold() for text in (one.label, one.alternative, *former)
        }:
            return one
    return None


@cache
def schemes() -> Mapping[str, Scheme]:
    """Every list, by name."""
    text = files("digivl.kernel").joinpath(_DATA).read_text(encoding="utf-8")
    read = [_scheme(**table) for table in tomllib.loads(text)["scheme"]]
    return {one.name: one for one in read}


@cache
def _by_uri() -> Mapping[str, Concept]:
    return dict(_uris())


def _uris() -> Iterator[tuple[str, Concept]]:
    for found in schemes().values():
        for one in found.concepts:
            for uri in (one.uri, *one.aliases):
                yield uri.text, one


def _scheme(
    *, name: str, label: str, base: str, concepts: list[Any], uri: str | None = None
) -> Scheme:
    return Scheme(
        name=name,
        label=label,
        uri=URI(uri) if uri else None,
        concepts=tuple(_concept(name, base, **one) for one in concepts),
    )


def _concept(
    scheme: str,
    base: str,
    *,
    id: str,
    broader: str | None = None,
    aliases: tuple[str, ...] = (),
    former: tuple[dict[str, Any], ...] = (),
    **rest: Any,
) -> Concept:
    return Concept(
        uri=_uri(base, id),
        scheme=scheme,
        broader=_uri(base, broader) if broader else None,
        aliases=tuple(map(URI, aliases)),
        former=tuple(FormerLabel(**one) for one in former),
        **rest,
    )


def _uri(base: str, id: str) -> URI:
    return URI(id if "://" in id else base + id)
