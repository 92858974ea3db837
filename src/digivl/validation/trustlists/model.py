"""A trusted list (vertrouwenslijst) as a record: what stands in it, unjudged.

Names that are not known stay as they were written: they are claims that nothing here
rests on. Moments are in UTC.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import attrs

from digivl.validation.trustlists.names import (
    XML_LIST,
    ListType,
    Qualifier,
    ServiceStatus,
    ServiceType,
    Usage,
)


class Assertion(StrEnum):
    """How many of some criteria a certificate has to meet."""

    ALL = "all"
    AT_LEAST_ONE = "atLeastOne"
    NONE = "none"


@attrs.frozen(kw_only=True)
class KeyUsageBit:
    """A bit of the key usage, and whether it has to be set (sleutelgebruik)."""

    name: str
    wanted: bool


@attrs.frozen(kw_only=True)
class Criteria:
    """Which certificates of a service are meant.

    Attributes:
        assertion: How many of all that follows have to be met.
        key_usages: Groups of bits; a group is met when each of its bits is.
        policy_sets: Groups of certificate policies (OID); met when all are there.
        extended_key_usages: Groups of purposes (OID); met when all are there.
        subject_attributes: Groups of attributes (OID) that the subject has to have.
        lists: Criteria within.
        unknown: Names of criteria that are not known, within it too: what they ask
            cannot be told, so no certificate meets it.
    """

    assertion: Assertion = Assertion.ALL
    key_usages: tuple[tuple[KeyUsageBit, ...], ...] = ()
    policy_sets: tuple[tuple[str, ...], ...] = ()
    extended_key_usages: tuple[tuple[str, ...], ...] = ()
    subject_attributes: tuple[tuple[str, ...], ...] = ()
    lists: tuple[Criteria, ...] = ()
    unknown: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Qualification:
    """What is said of the certificates that meet some criteria (Sie)."""

    qualifiers: tuple[Qualifier | str, ...]
    criteria: Criteria


@attrs.frozen(kw_only=True)
class DigitalIdentity:
    """By what a service, or the operator of a list, is known.

    Attributes:
        certificates: DER.
        subjects: Names, as they were written.
        key_identifiers: Subject key identifiers.
    """

    certificates: tuple[bytes, ...] = attrs.field(default=(), repr=False)
    subjects: tuple[str, ...] = ()
    key_identifiers: tuple[bytes, ...] = attrs.field(default=(), repr=False)


@attrs.frozen(kw_only=True)
class ServiceState:
    """A service as it was from some moment on.

    Attributes:
        since: From when, inclusive; until the next state.
        additional: Its additionalServiceInformation: for what it issues.
        taken_over_by: Who goes on with it; empty when nobody does.
        expired_kept_since: From when it tells the revocation of expired certificates.
        critical: Names of extensions that must be understood, and are not.
    """

    type: ServiceType | str
    name: str
    status: ServiceStatus | str
    since: datetime
    identity: DigitalIdentity
    additional: tuple[Usage | str, ...] = ()
    qualifications: tuple[Qualification, ...] = ()
    taken_over_by: str = ""
    expired_kept_since: datetime | None = None
    critical: tuple[str, ...] = ()


def _newest_first(states: tuple[ServiceState, ...]) -> tuple[ServiceState, ...]:
    return tuple(sorted(states, key=lambda state: state.since, reverse=True))


@attrs.frozen
class Service:
    """A trust service (vertrouwensdienst): how it stands, and how it stood."""

    states: tuple[ServiceState, ...] = attrs.field(
        converter=_newest_first, validator=attrs.validators.min_len(1)
    )

    @property
    def current(self) -> ServiceState:
        """How it stands by the list."""
        return self.states[0]

    def status_at(self, moment: datetime) -> ServiceState | None:
        """How it stood at a moment, with zone; None before it was listed."""
        for state in self.states:
            if state.since <= moment:
                return state
        return None

    @property
    def identities(self) -> tuple[DigitalIdentity, ...]:
        """By what it is known, now and before."""
        return tuple(dict.fromkeys(state.identity for state in self.states))


@attrs.frozen(kw_only=True)
class Provider:
    """A trust service provider (verlener van vertrouwensdiensten)."""

    name: str
    trade_names: tuple[str, ...] = ()
    services: tuple[Service, ...] = ()


@attrs.frozen(kw_only=True)
class Pointer:
    """Where another list is, and who may sign it.

    Attributes:
        location: Its address.
        signers: Certificates, DER.
        territory: Of that list, e.g. ``BE``.
        mime_type: ``application/vnd.etsi.tsl+xml`` for the one that programs read.
    """

    location: str
    signers: tuple[bytes, ...] = attrs.field(default=(), repr=False)
    territory: str = ""
    type: ListType | str = ""
    mime_type: str = ""
    operator: str = ""

    @property
    def is_xml(self) -> bool:
        """True when it leads to a list for programs."""
        return self.mime_type == XML_LIST


@attrs.frozen(kw_only=True)
class TrustedList:
    """One list.

    Attributes:
        version: Of the form: 5 or 6.
        sequence: Grows with each issue.
        territory: Country code of the scheme; ``EU`` of the list of lists.
        issued: When it was issued.
        next_update: When the next one is due; None when it was closed for ever.
        information: Addresses of the scheme; of the list of lists also its pivots.
    """

    version: int
    sequence: int
    type: ListType | str
    territory: str
    operator: str
    issued: datetime
    next_update: datetime | None
    information: tuple[str, ...] = ()
    pointers: tuple[Pointer, ...] = ()
    providers: tuple[Provider, ...] = ()

    @property
    def pivots(self) -> tuple[str, ...]:
        """Where former lists of lists are that handed over the keys, newest first."""
        return tuple(one for one in self.information if one.endswith(".xml"))

    @property
    def own_pointer(self) -> Pointer | None:
        """Of a list of lists: who may sign its next issues."""
        for one in self.pointers:
            if one.type is ListType.OF_LISTS and one.is_xml:
                return one
        return None

    @property
    def national(self) -> tuple[Pointer, ...]:
        """Of a list of lists: where the national lists for programs are."""
        return tuple(
            one for one in self.pointers if one.type is ListType.NATIONAL and one.is_xml
        )

    def is_overdue(self, moment: datetime) -> bool:
        """True when the next issue should have been there at `moment`, with zone."""
        return self.next_update is not None and self.next_update < moment
