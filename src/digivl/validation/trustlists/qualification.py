"""Whether a certificate, a signature, a seal is qualified: pure, by lists and moment.

The order of the questions is that of EU DSS, so that the answers have its names. What a
chain is worth is the business of who asks: here it only tells who issued.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import attrs

from digivl.validation.trustlists.facts import CertificateFacts, certificate_facts
from digivl.validation.trustlists.names import Qualifier, ServiceType
from digivl.validation.trustlists.qualifications import (
    CertificateQualification,
    Kind,
    SignatureQualification,
    certificate_qualification_name,
    signature_qualification_name,
)
from digivl.validation.trustlists.reasons import Reason
from digivl.validation.trustlists.snapshot import ListedService, Snapshot
from digivl.validation.trustlists.standing import (
    Standing,
    in_device,
    is_qualified,
    kind_of,
    serves,
)
from digivl.validation.verdict import Indication


@attrs.frozen(kw_only=True)
class CertificateResult:
    """What a certificate was at a moment.

    Attributes:
        reason: What decided.
        service: On which it rests; None when no service counted.
    """

    qualification: CertificateQualification
    at: datetime
    reason: Reason
    service: ListedService | None = None


@attrs.frozen(kw_only=True)
class SignatureResult:
    """What a signature or seal is.

    Attributes:
        issued: What the certificate was when it was issued.
        signed: What it was at the best signature time.
        snapshot: Id of the lists that this rests on.
    """

    qualification: SignatureQualification
    reason: Reason
    issued: CertificateResult
    signed: CertificateResult
    snapshot: str


def certificate_qualification(
    chain: Sequence[bytes], snapshot: Snapshot, at: datetime
) -> CertificateResult:
    """What a certificate was at a moment.

    Args:
        chain: DER: the certificate, then who issued each; valid, as the caller found.
        snapshot: The lists.
        at: The moment, with zone.

    Source:
        TS 119 615, 4.4; in the order and with the names of EU DSS.
    """
    facts = certificate_facts(chain[0]) if chain else None
    if facts is None:
        return _result(CertificateQualification.NA, at, Reason.UNREADABLE)
    listed = snapshot.in_chain(chain)
    if not listed:
        return _result(CertificateQualification.NA, at, Reason.NOT_LISTED)
    return _judged(facts, listed, at)


def _result(
    name: CertificateQualification,
    at: datetime,
    reason: Reason,
    standing: Standing | None = None,
) -> CertificateResult:
    return CertificateResult(
        qualification=name,
        at=at,
        reason=reason,
        service=standing.listed if standing else None,
    )


def _judged(
    facts: CertificateFacts, listed: Sequence[ListedService], at: datetime
) -> CertificateResult:
    then = [
        Standing.of(one, state, facts)
        for one in listed
        if (state := one.service.status_at(at)) is not None
    ]
    issuing = [one for one in then if one.state.type is ServiceType.CA_QC]
    serving = [one for one in issuing or then if serves(one, facts)]
    if len({_name(one, facts) for one in serving}) > 1:
        return _result(CertificateQualification.NA, at, Reason.CONFLICT)
    in_time = [one for one in serving if one.status_in_its_time]
    granted = [one for one in in_time if one.granted and one in issuing]
    chosen = granted[0] if granted else None
    name = _name_if_consistent(chosen, facts)
    if chosen is None:
        return _result(name, at, _why_none(then, issuing, serving))
    return _result(name, at, _why(chosen, name), chosen)


def _name(standing: Standing, facts: CertificateFacts) -> CertificateQualification:
    """What it would be by one service alone."""
    qualified = is_qualified(standing, facts)
    return certificate_qualification_name(
        kind_of(standing, facts, qualified=qualified),
        qualified=qualified,
        qscd=in_device(standing, facts, qualified=qualified),
    )


def _name_if_consistent(
    standing: Standing | None, facts: CertificateFacts
) -> CertificateQualification:
    """What it is; where the list contradicts itself, it says nothing."""

    def where(consistent: bool) -> Standing | None:  # noqa: FBT001 - one question
        return standing if consistent else None

    if standing is None:
        kind = kind_of(None, facts, qualified=False)
        return certificate_qualification_name(kind, qualified=False, qscd=False)
    qualified = is_qualified(where(standing.consistent_on_qualified), facts)
    by_kind, by_device = standing.consistent_on_kind, standing.consistent_on_device
    return certificate_qualification_name(
        kind_of(where(by_kind), facts, qualified=qualified),
        qualified=qualified,
        qscd=in_device(where(by_device), facts, qualified=qualified),
    )


def _why_none(
    then: Sequence[Standing], issuing: Sequence[Standing], serving: Sequence[Standing]
) -> Reason:
    if not then:
        return Reason.NOT_THEN
    if not issuing:
        return Reason.OTHER_SERVICE
    return Reason.NOT_GRANTED if serving else Reason.OTHER_USE


def _why(standing: Standing, name: CertificateQualification) -> Reason:
    consistent = (
        standing.consistent_on_qualified
        and standing.consistent_on_kind
        and standing.consistent_on_device
    )
    if not consistent:
        return Reason.INCONSISTENT
    if name.qualified:
        return Reason.QUALIFIED
    denied = standing.has(Qualifier.NOT_QUALIFIED)
    return Reason.LIST_SAYS_NO if denied else Reason.NOT_CLAIMED


def signature_qualification(
    indication: Indication,
    chain: Sequence[bytes],
    snapshot: Snapshot,
    signed: datetime,
) -> SignatureResult:
    """What a signature or seal is.

    The certificate has to be qualified when it was issued and when it signed; its key
    has to be in a qualified device when it signed (eIDAS, article 32).

    Args:
        indication: What its validation said.
        chain: DER: the certificate of the signatory, then who issued each.
        snapshot: The lists.
        signed: Best signature time, with zone: the earliest that is proven.
    """
    facts = certificate_facts(chain[0]) if chain else None
    issuance = facts.not_before if facts else signed
    issued = certificate_qualification(chain, snapshot, issuance)
    then = certificate_qualification(chain, snapshot, signed)
    certificate = _at_both(issued.qualification, then.qualification)
    return SignatureResult(
        qualification=signature_qualification_name(indication, certificate),
        reason=_why_both(issued, then),
        issued=issued,
        signed=then,
        snapshot=snapshot.id,
    )


def _at_both(
    issued: CertificateQualification, signed: CertificateQualification
) -> CertificateQualification:
    if issued is signed or CertificateQualification.NA in {issued, signed}:
        return issued if issued is signed else CertificateQualification.NA
    kind = signed.kind if issued.kind is signed.kind else Kind.UNKNOWN
    return certificate_qualification_name(
        kind, qualified=issued.qualified and signed.qualified, qscd=signed.qscd
    )


def _why_both(issued: CertificateResult, signed: CertificateResult) -> Reason:
    """What failed first; at the moment of signing it weighs more."""
    for one in (signed, issued):
        if one.reason is not Reason.QUALIFIED:
            return one.reason
    return Reason.QUALIFIED
