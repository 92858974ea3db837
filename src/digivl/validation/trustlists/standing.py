"""How a service stands towards one certificate; and what list and certificate say.

Before 1 July 2016 other statuses, qualifiers and policies held. What counts is when the
state of the service began, and when the certificate was issued.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import attrs

from digivl.validation.trustlists.criteria import captured
from digivl.validation.trustlists.facts import (
    QC_COMPLIANCE,
    QC_SSCD,
    QCP,
    QCP_PLUS,
    TYPE_ESEAL,
    TYPE_ESIGN,
    TYPE_WEB,
    CertificateFacts,
)
from digivl.validation.trustlists.model import ServiceState
from digivl.validation.trustlists.names import (
    SUPERVISED,
    Qualifier,
    ServiceStatus,
    Usage,
)
from digivl.validation.trustlists.qualifications import Kind
from digivl.validation.trustlists.snapshot import ListedService

#: From when Regulation (EU) 910/2014 applies: 1 July 2016 in Brussels.
EIDAS: Final = datetime(2016, 6, 30, 22, tzinfo=UTC)

_TYPES: Final = {TYPE_ESIGN: Kind.ESIG, TYPE_ESEAL: Kind.ESEAL, TYPE_WEB: Kind.WSA}
_FOR: Final = {
    Qualifier.FOR_ESIG: Kind.ESIG,
    Qualifier.FOR_ESEAL: Kind.ESEAL,
    Qualifier.FOR_WSA: Kind.WSA,
}
_USED_FOR: Final = {
    Usage.ESIGNATURES: Kind.ESIG,
    Usage.ESEALS: Kind.ESEAL,
    Usage.WEB_SITES: Kind.WSA,
}


@attrs.frozen
class Standing:
    """A service in the state that it had, and its qualifiers for a certificate."""

    listed: ListedService
    state: ServiceState
    qualifiers: frozenset[Qualifier | str]

    @classmethod
    def of(
        cls, listed: ListedService, state: ServiceState, facts: CertificateFacts
    ) -> Standing:
        """With the qualifiers whose criteria the certificate meets."""
        return cls(listed, state, captured(state, facts))

    @property
    def after_eidas(self) -> bool:
        """True when this state began under the Regulation."""
        return self.state.since >= EIDAS

    @property
    def granted(self) -> bool:
        """True when the status carries qualified certificates."""
        if self.after_eidas:
            return self.state.status is ServiceStatus.GRANTED
        return self.state.status in SUPERVISED

    @property
    def status_in_its_time(self) -> bool:
        """False of a status of the Regulation in a state from before it."""
        modern = {ServiceStatus.GRANTED, ServiceStatus.WITHDRAWN}
        return self.after_eidas or self.state.status not in modern

    @property
    def usages(self) -> frozenset[Kind]:
        """For what the list says that it issues; empty when it does not say."""
        return frozenset(
            kind for usage, kind in _USED_FOR.items() if usage in self.state.additional
        )

    @property
    def overruled(self) -> frozenset[Kind]:
        """For what the list says that this certificate is, whatever it says itself."""
        return frozenset(kind for one, kind in _FOR.items() if one in self.qualifiers)

    def has(self, *qualifiers: Qualifier) -> bool:
        """True when one of these qualifiers holds."""
        return not self.qualifiers.isdisjoint(qualifiers)

    @property
    def consistent_on_qualified(self) -> bool:
        """False when it says both that it is qualified and that it is not."""
        both = {Qualifier.QC_STATEMENT, Qualifier.NOT_QUALIFIED}
        return not both <= self.qualifiers

    @property
    def consistent_on_kind(self) -> bool:
        """False when what it says about the kind cannot be true together."""
        if len(self.overruled) > 1:
            return False
        if self.has(Qualifier.LEGAL_PERSON) and Kind.ESIG in self.overruled:
            return False
        if self.state.additional and not self.overruled <= self.usages:
            return False
        if self.after_eidas:
            return True
        only = self.usages in (frozenset({Kind.ESEAL}), frozenset({Kind.WSA}))
        alone = only and len(self.state.additional) == 1
        return not alone and self.overruled.isdisjoint({Kind.ESEAL, Kind.WSA})

    @property
    def consistent_on_device(self) -> bool:
        """False when what it says about the device cannot be true together."""
        with_device = self.has(
            Qualifier.WITH_QSCD, Qualifier.WITH_SSCD, Qualifier.QSCD_ON_BEHALF
        )
        as_told = self.has(Qualifier.QSCD_AS_IN_CERT, Qualifier.SSCD_AS_IN_CERT)
        without = self.has(Qualifier.NO_QSCD, Qualifier.NO_SSCD)
        if (without and (with_device or as_told)) or (with_device and as_told):
            return False
        former = self.has(Qualifier.WITH_SSCD, Qualifier.NO_SSCD)
        modern = self.has(Qualifier.WITH_QSCD, Qualifier.NO_QSCD)
        return not (self.after_eidas and former and not modern)


def issued_under_eidas(facts: CertificateFacts) -> bool:
    """True when the certificate was issued under the Regulation."""
    return facts.not_before >= EIDAS


def claims_qualified(facts: CertificateFacts) -> bool:
    """Whether the certificate says that it is qualified under the law of the Union."""
    by_policy = not issued_under_eidas(facts) and _has_policy(facts)
    return (QC_COMPLIANCE in facts.statements or by_policy) and not facts.countries


def _has_policy(facts: CertificateFacts) -> bool:
    return not facts.policies.isdisjoint({QCP, QCP_PLUS})


def claims_device(facts: CertificateFacts) -> bool:
    """Whether the certificate says that its key is in a qualified device."""
    by_policy = not issued_under_eidas(facts) and QCP_PLUS in facts.policies
    return QC_SSCD in facts.statements or by_policy


def claimed_kind(facts: CertificateFacts) -> Kind:
    """For what the certificate says that it is."""
    if not issued_under_eidas(facts):
        told = QC_COMPLIANCE in facts.statements or _has_policy(facts)
        return Kind.ESIG if told else Kind.UNKNOWN
    kinds = [kind for oid, kind in _TYPES.items() if oid in facts.types]
    if len(kinds) == 1:
        return kinds[0]
    none_but_qualified = not kinds and QC_COMPLIANCE in facts.statements
    return Kind.ESIG if none_but_qualified else Kind.UNKNOWN


def is_qualified(standing: Standing | None, facts: CertificateFacts) -> bool:
    """Whether it is a qualified certificate: the list overrules the certificate."""
    if standing is None or not standing.granted:
        return False
    if standing.has(Qualifier.NOT_QUALIFIED):
        return False
    return standing.has(Qualifier.QC_STATEMENT) or claims_qualified(facts)


def kind_of(
    standing: Standing | None, facts: CertificateFacts, *, qualified: bool
) -> Kind:
    """For what it is: the list overrules the certificate, of a qualified one."""
    if not qualified:
        return claimed_kind(facts)
    if standing is None:
        return Kind.UNKNOWN
    if not standing.after_eidas:
        return Kind.ESIG
    if len(standing.overruled) > 1:
        return Kind.UNKNOWN
    return next(iter(standing.overruled), claimed_kind(facts))


def in_device(
    standing: Standing | None, facts: CertificateFacts, *, qualified: bool
) -> bool:
    """Whether its key is in a qualified device: the list overrules the certificate."""
    if standing is None or not qualified:
        return False
    told: tuple[Qualifier, ...]
    if standing.after_eidas:
        told = (Qualifier.WITH_QSCD, Qualifier.QSCD_ON_BEHALF)
        same, denied = Qualifier.QSCD_AS_IN_CERT, Qualifier.NO_QSCD
    else:
        told = (Qualifier.WITH_SSCD,)
        same, denied = Qualifier.SSCD_AS_IN_CERT, Qualifier.NO_SSCD
    if standing.has(*told):
        return True
    if standing.has(denied) and not standing.has(same):
        return False
    return claims_device(facts)


def serves(standing: Standing, facts: CertificateFacts) -> bool:
    """Whether the service is listed for such certificates (of those since eIDAS).

    A certificate of another kind is served all the same when the list says, of that
    certificate alone, that it is of a kind the service is listed for.
    """
    if not issued_under_eidas(facts):
        return True
    overruled = standing.overruled
    if not overruled and QC_COMPLIANCE in facts.statements:
        overruled = frozenset({Kind.ESIG})
    usages = standing.usages
    if standing.has(Qualifier.LEGAL_PERSON):
        usages -= {Kind.ESIG}
    kind = claimed_kind(facts)
    if kind is Kind.UNKNOWN or kind in usages:
        return True
    return len(overruled) == 1 and overruled <= usages - {kind}
