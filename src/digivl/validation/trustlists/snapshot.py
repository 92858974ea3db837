"""All lists of one moment together, under an id by which a verdict can be repeated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from hashlib import sha256

import attrs

from digivl.errors import DigivlError, UntrustedListError
from digivl.validation.trustlists.facts import key_identifier_of, key_of
from digivl.validation.trustlists.model import (
    DigitalIdentity,
    Pointer,
    Service,
    TrustedList,
)
from digivl.validation.trustlists.signed import SignedList, verified


class Role(StrEnum):
    """What a list is for."""

    LOTL = "lotl"
    PIVOT = "pivot"
    NATIONAL = "national"


@attrs.frozen(kw_only=True)
class Source:
    """Where the bytes of a list came from.

    Attributes:
        location: Address.
        territory: Of a national list; else empty.
        sha256: Of the bytes, in hexadecimal.
        fetched: When they came, with zone.
    """

    location: str
    role: Role
    sha256: str
    fetched: datetime
    territory: str = ""


@attrs.frozen(kw_only=True)
class Trouble:
    """A list that could not be renewed, or cannot be used.

    Attributes:
        code: Of the error, e.g. ``untrusted-list``.
        kept: An older issue is used in its place.
    """

    location: str
    territory: str
    code: str
    text: str
    hint: str = ""
    kept: bool = False

    @classmethod
    def of(cls, pointer: Pointer, error: DigivlError) -> Trouble:
        """What an error says of the list that a pointer leads to."""
        return cls(
            location=pointer.location,
            territory=pointer.territory,
            code=error.code,
            text=str(error),
            hint=error.hint,
        )


@attrs.frozen(kw_only=True)
class ListedService:
    """A service, and on whose list it stands."""

    territory: str
    provider: str
    service: Service = attrs.field(repr=False)


def snapshot_id(digests: Iterable[str]) -> str:
    """The id of a set of lists: the SHA-256 over the SHA-256 of each, sorted."""
    return sha256("\n".join(sorted(set(digests))).encode("ascii")).hexdigest()


@attrs.frozen(kw_only=True, eq=False)
class Snapshot:
    """The lists that a qualification rests on; each signed by who has to.

    Attributes:
        sources: Of all lists used, pivots too.
        lotl: The list of lists.
        national: The national lists.
        troubles: What could not be renewed or used.
    """

    sources: tuple[Source, ...] = attrs.field(repr=False)
    lotl: SignedList
    national: tuple[SignedList, ...] = attrs.field(repr=False)
    troubles: tuple[Trouble, ...] = ()

    @cached_property
    def id(self) -> str:
        """By which the same lists can be loaded again."""
        return snapshot_id(source.sha256 for source in self.sources)

    @property
    def lists(self) -> tuple[TrustedList, ...]:
        """What each national list says."""
        return tuple(one.list for one in self.national)

    def overdue(self, moment: datetime) -> tuple[TrustedList, ...]:
        """The lists that should have been renewed by a moment, with zone."""
        every = (self.lotl.list, *self.lists)
        return tuple(one for one in every if one.is_overdue(moment))

    def is_overdue(self, territory: str, moment: datetime) -> bool:
        """True when the list of a territory, or the list of lists, is overdue."""
        names = {territory, self.lotl.list.territory}
        return any(one.territory in names for one in self.overdue(moment))

    @cached_property
    def services(self) -> tuple[ListedService, ...]:
        """Every service of every list."""
        return tuple(_services(self.lists))

    @cached_property
    def _by_key(self) -> Mapping[bytes, tuple[ListedService, ...]]:
        found: dict[bytes, list[ListedService]] = {}
        for listed in self.services:
            for key in _keys(listed.service.identities):
                found.setdefault(key, []).append(listed)
        return {key: tuple(each) for key, each in found.items()}

    def known_by(self, certificate: bytes) -> tuple[ListedService, ...]:
        """The services that a certificate, DER, belongs to.

        By key and subject; by the identifier of the key where a service has no
        certificate on the list.
        """
        for key in (key_of(certificate), key_identifier_of(certificate)):
            if key is not None and key in self._by_key:
                return self._by_key[key]
        return ()

    def in_chain(self, chain: Sequence[bytes]) -> tuple[ListedService, ...]:
        """The services of the first certificate in a chain that is listed.

        Args:
            chain: DER, that of the signatory first; checked by the caller.
        """
        for one in chain:
            found = self.known_by(one)
            if found:
                return found
        return ()

    def anchors(self, *types: str) -> tuple[bytes, ...]:
        """Certificates, DER, that services of these types are known by.

        A chain that ends at one of them is a chain to a list; whether it is qualified
        is another question.
        """
        return tuple(
            dict.fromkeys(
                der
                for listed in self.services
                if any(state.type in types for state in listed.service.states)
                for identity in listed.service.identities
                for der in identity.certificates
            )
        )


def _services(lists: Iterable[TrustedList]) -> Iterator[ListedService]:
    for one in lists:
        for provider in one.providers:
            for service in provider.services:
                yield ListedService(
                    territory=one.territory, provider=provider.name, service=service
                )


def _keys(identities: Sequence[DigitalIdentity]) -> set[bytes]:
    ders = {der for one in identities for der in one.certificates}
    if not ders:
        return {key for one in identities for key in one.key_identifiers}
    return {key for der in ders if (key := key_of(der)) is not None}


def national_list(pointer: Pointer, content: bytes) -> SignedList:
    """The list that a pointer leads to.

    Raises:
        UntrustedListError: Not signed by whom the pointer names, or of another country.
        MalformedError: No list.
    """
    what = f"the list of {pointer.territory}"
    found = verified(content, pointer.signers, what)
    if found.list.territory != pointer.territory or found.list.type != pointer.type:
        raise UntrustedListError(
            f"{what} is of {found.list.territory or 'nobody'}",
            hint="Its operator published another list there; nothing of it is used.",
        )
    return found
