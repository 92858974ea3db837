"""Whether a timestamp is qualified: by the list, never by what the token claims."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import attrs
from asn1crypto import cms, tsp

from digivl.validation.trustlists.facts import QCStatements, certificate_facts
from digivl.validation.trustlists.names import ServiceStatus, ServiceType
from digivl.validation.trustlists.qualifications import TimestampQualification
from digivl.validation.trustlists.reasons import Reason
from digivl.validation.trustlists.snapshot import ListedService, Snapshot
from digivl.validation.trustlists.standing import EIDAS

_QC_STATEMENTS: Final = "1.3.6.1.5.5.7.1.3"
#: id-etsi-tsts-EuQCompliance (EN 319 422, annex B).
_CLAIM: Final = "0.4.0.19422.1.1"


@attrs.frozen(kw_only=True)
class TimestampResult:
    """What a timestamp is.

    Attributes:
        reason: What decided.
        claimed: The token says of itself that it is qualified: only a claim.
        service: On which it rests.
        snapshot: Id of the lists that this rests on.
    """

    qualification: TimestampQualification
    reason: Reason
    claimed: bool
    service: ListedService | None = None
    snapshot: str


def timestamp_qualification(
    chain: Sequence[bytes],
    snapshot: Snapshot,
    *,
    generated: datetime,
    proven: datetime,
    valid: bool,
    claimed: bool = False,
) -> TimestampResult:
    """What a timestamp is.

    Args:
        chain: DER: the certificate of the timestamp unit, then who issued each.
        snapshot: The lists.
        generated: The moment that it names, with zone.
        proven: The earliest moment at which it is proven to have existed; of the
            youngest timestamp that is now.
        valid: It is over the right bytes, rightly signed, and the chain holds.
        claimed: What `claims_qualified` said of the token.

    Returns:
        QTSA when a service for qualified timestamps was granted at both moments; TSA
        when its chain is listed otherwise; N/A when it is not valid or not listed.

    Source:
        eIDAS, articles 41 and 42; TS 119 612, 5.5.1 (TSA/QTST).
    """

    def found(
        name: TimestampQualification,
        reason: Reason,
        service: ListedService | None = None,
    ) -> TimestampResult:
        return TimestampResult(
            qualification=name,
            reason=reason,
            claimed=claimed,
            service=service,
            snapshot=snapshot.id,
        )

    facts = certificate_facts(chain[0]) if chain else None
    if not valid:
        return found(TimestampQualification.NA, Reason.INVALID)
    if facts is None:
        return found(TimestampQualification.NA, Reason.UNREADABLE)
    if not facts.stamps_time_only:
        return found(TimestampQualification.NA, Reason.NOT_FOR_TIME)
    listed = snapshot.in_chain(chain)
    if not listed:
        return found(TimestampQualification.NA, Reason.NOT_LISTED)
    for service in listed:
        if all(_granted(service, moment) for moment in (generated, proven)):
            return found(TimestampQualification.QTSA, Reason.QUALIFIED, service)
    return found(TimestampQualification.TSA, _why(listed, generated, proven))


def _granted(listed: ListedService, moment: datetime) -> bool:
    state = listed.service.status_at(moment)
    return (
        moment >= EIDAS
        and state is not None
        and state.since >= EIDAS
        and state.type is ServiceType.QTST
        and state.status is ServiceStatus.GRANTED
    )


def _why(
    listed: Sequence[ListedService], generated: datetime, proven: datetime
) -> Reason:
    if generated < EIDAS:
        return Reason.BEFORE_LAW
    moments = (generated, proven)
    then = [
        (moment, state)
        for one in listed
        for moment in moments
        if (state := one.service.status_at(moment)) is not None
    ]
    stamping = [pair for pair in then if pair[1].type is ServiceType.QTST]
    if not then:
        return Reason.NOT_THEN
    if not stamping:
        return Reason.OTHER_SERVICE
    if {moment for moment, _ in stamping} != set(moments):
        return Reason.NOT_THEN
    one_of = any(_granted(one, moment) for one in listed for moment in moments)
    return Reason.CHANGED if one_of else Reason.NOT_GRANTED


def claims_qualified(token: bytes) -> bool:
    """Whether a timestamp token, DER, says of itself that it is qualified.

    Source:
        EN 319 422, 9.1 and annex B: an extension of the TSTInfo, not critical, with a
        statement without further information.
    """
    try:
        signed = cms.ContentInfo.load(token)["content"]
        info: tsp.TSTInfo = signed["encap_content_info"]["content"].parsed
        return any(
            str(statement["id"].dotted) == _CLAIM
            for one in info["extensions"] or ()
            if str(one["extn_id"].dotted) == _QC_STATEMENTS
            and not one["critical"].native
            for statement in QCStatements.load(one["extn_value"].contents)
        )
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return False
