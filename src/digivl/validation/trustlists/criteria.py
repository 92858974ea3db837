"""Which qualifiers of a service hold for one certificate."""

from __future__ import annotations

from collections.abc import Iterator

from digivl.validation.trustlists.facts import CertificateFacts
from digivl.validation.trustlists.model import Assertion, Criteria, ServiceState
from digivl.validation.trustlists.names import Qualifier


def captured(
    state: ServiceState, certificate: CertificateFacts
) -> frozenset[Qualifier | str]:
    """The qualifiers that a service has, at that time, for a certificate."""
    return frozenset(
        qualifier
        for one in state.qualifications
        if meets(certificate, one.criteria)
        for qualifier in one.qualifiers
    )


def meets(certificate: CertificateFacts, criteria: Criteria) -> bool:
    """Whether a certificate meets criteria; none meets what is not understood."""
    if criteria.unknown:
        return False
    met = _each(certificate, criteria)
    if criteria.assertion is Assertion.ALL:
        return all(met)
    if criteria.assertion is Assertion.AT_LEAST_ONE:
        return any(met)
    return not any(met)


def _each(certificate: CertificateFacts, criteria: Criteria) -> Iterator[bool]:
    for bits in criteria.key_usages:
        yield all((bit.name in certificate.key_usage) is bit.wanted for bit in bits)
    for policies in criteria.policy_sets:
        yield certificate.policies.issuperset(policies)
    for purposes in criteria.extended_key_usages:
        yield certificate.purposes.issuperset(purposes)
    for attributes in criteria.subject_attributes:
        yield certificate.attributes.issuperset(attributes)
    for inner in criteria.lists:
        yield meets(certificate, inner)
