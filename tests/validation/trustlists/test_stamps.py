"""Whether timestamps are qualified: by service and moment, never by what they claim."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asn1crypto import cms, core, tsp
from hypothesis import given
from hypothesis import strategies as st

from digivl.testing.lists import Lists, state
from digivl.testing.lists_pki import Holder, authority, stamping_unit
from digivl.validation.trustlists.names import ServiceStatus, ServiceType
from digivl.validation.trustlists.snapshot import Snapshot
from digivl.validation.trustlists.stamps import (
    TimestampResult,
    claims_qualified,
    timestamp_qualification,
)

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
Taken = Callable[[Lists], Snapshot]


def listed(*states: Any) -> Lists:
    """A Union in which one service stands on the list of Belgium."""
    lists = Lists.made(lambda: NOW)
    lists.countries["BE"].add(*states)
    return lists


def told(
    snapshot: Snapshot, holder: Holder, generated: datetime = NOW, **facts: Any
) -> tuple[str, str]:
    """Name and reason of a timestamp of a unit."""
    found = asked(snapshot, holder, generated, **facts)
    return found.qualification.value, found.reason.value


def asked(
    snapshot: Snapshot, holder: Holder, generated: datetime = NOW, **facts: Any
) -> TimestampResult:
    """What a timestamp of a unit is."""
    known: dict[str, Any] = {"proven": NOW, "valid": True} | facts
    return timestamp_qualification(holder.chain, snapshot, generated=generated, **known)


def stamping(holder: Holder, since: datetime, **more: Any) -> Any:
    """How a service for qualified timestamps stands."""
    return state(holder, since, **({"type": ServiceType.QTST} | more))


@pytest.fixture(name="unit")
def _unit() -> Holder:
    """A timestamp unit that nobody stands above."""
    return stamping_unit(None, "Proef TSU", NOW - 300 * DAY)


def test_a_listed_unit(unit: Holder, snapshot_of: Taken) -> None:
    """Granted at both moments: qualified; the service is told, and the lists."""
    snapshot = snapshot_of(listed(stamping(unit, NOW - 90 * DAY)))
    found = asked(snapshot, unit, NOW - DAY)

    assert ("QTSA", "qualified") == told(snapshot, unit, NOW - DAY)
    assert found.service is not None
    assert ("BE", snapshot.id) == (found.service.territory, found.snapshot)


def test_a_listed_authority(snapshot_of: Taken) -> None:
    """The authority above the unit may be what is listed."""
    above = authority("Proef TSA CA", NOW - 300 * DAY)
    unit = stamping_unit(above, "Proef TSU", NOW - 100 * DAY)
    snapshot = snapshot_of(listed(stamping(above, NOW - 90 * DAY)))

    assert ("QTSA", "qualified") == told(snapshot, unit)


@pytest.mark.parametrize(
    ("generated", "proven", "expected"),
    [
        (60, 60, ("QTSA", "qualified")),
        (60, 20, ("TSA", "not-at-both-moments")),
        (20, 20, ("TSA", "not-granted")),
        (60, 5, ("QTSA", "qualified")),
        (95, 60, ("TSA", "not-listed-then")),
        (95, 95, ("TSA", "not-listed-then")),
    ],
)
def test_both_moments_count(
    unit: Holder,
    snapshot_of: Taken,
    generated: int,
    proven: int,
    expected: tuple[str, str],
) -> None:
    """Listed 90 days ago, withdrawn 30 days ago, granted again 10 days ago."""
    snapshot = snapshot_of(
        listed(
            stamping(unit, NOW - 10 * DAY),
            stamping(unit, NOW - 30 * DAY, status=ServiceStatus.WITHDRAWN),
            stamping(unit, NOW - 90 * DAY),
        )
    )

    assert expected == told(
        snapshot, unit, NOW - generated * DAY, proven=NOW - proven * DAY
    )


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"type": ServiceType.TSA}, ("TSA", "other-service")),
        ({"type": ServiceType.CA_QC}, ("TSA", "other-service")),
        ({"type": "urn:digivl:test:tsa"}, ("TSA", "other-service")),
        ({"status": ServiceStatus.RECOGNISED_NATIONALLY}, ("TSA", "not-granted")),
        ({"status": "urn:digivl:test:granted"}, ("TSA", "not-granted")),
    ],
)
def test_other_services(
    unit: Holder, snapshot_of: Taken, more: dict[str, Any], expected: tuple[str, str]
) -> None:
    """Listed for something else, or not granted: a timestamp, no more."""
    snapshot = snapshot_of(listed(stamping(unit, NOW - 90 * DAY, **more)))

    assert expected == told(snapshot, unit)


def test_of_two_services_the_good_one_counts(unit: Holder, snapshot_of: Taken) -> None:
    """A unit may stand on the list twice."""
    lists = listed(stamping(unit, NOW - 90 * DAY, status=ServiceStatus.WITHDRAWN))
    lists.countries["BE"].add(stamping(unit, NOW - 80 * DAY))

    assert ("QTSA", "qualified") == told(snapshot_of(lists), unit)


def test_not_listed(unit: Holder, snapshot_of: Taken) -> None:
    """Who stands on no list is not judged by one."""
    other = stamping_unit(None, "Proef TSU", NOW - 300 * DAY)
    snapshot = snapshot_of(listed(stamping(other, NOW - 90 * DAY)))

    assert ("N/A", "not-listed") == told(snapshot, unit)


def test_what_is_not_only_for_time(snapshot_of: Taken) -> None:
    """The purpose has to be timestamps, alone and critical (RFC 3161, 2.3)."""
    above = authority("Proef TSA CA", NOW - 300 * DAY)
    loose = stamping_unit(above, "Proef TSU", NOW - 100 * DAY, critical=False)
    snapshot = snapshot_of(listed(stamping(above, NOW - 90 * DAY)))

    assert ("N/A", "not-for-timestamps") == told(snapshot, loose)
    assert ("N/A", "not-for-timestamps") == told(snapshot, above)


def test_what_is_not_valid(unit: Holder, snapshot_of: Taken) -> None:
    """Broken, or without a chain that holds, it is nothing."""
    snapshot = snapshot_of(listed(stamping(unit, NOW - 90 * DAY)))

    assert ("N/A", "not-valid") == told(snapshot, unit, valid=False)


@pytest.mark.parametrize("chain", [(), (b"none",)])
def test_what_cannot_be_read(snapshot_of: Taken, chain: tuple[bytes, ...]) -> None:
    """No certificate, no qualification."""
    snapshot = snapshot_of(Lists.made(lambda: NOW))
    found = timestamp_qualification(
        chain, snapshot, generated=NOW, proven=NOW, valid=True
    )

    assert ("N/A", "unreadable") == (found.qualification.value, found.reason.value)


def test_before_the_law(snapshot_of: Taken) -> None:
    """Before 1 July 2016 there was no qualified timestamp, whatever the status."""
    unit = stamping_unit(None, "Proef TSU", datetime(2014, 1, 2, tzinfo=UTC))
    snapshot = snapshot_of(
        listed(
            stamping(unit, datetime(2016, 7, 1, tzinfo=UTC)),
            stamping(
                unit,
                datetime(2014, 1, 2, tzinfo=UTC),
                status=ServiceStatus.ACCREDITED,
            ),
        )
    )

    assert ("TSA", "before-eidas") == told(
        snapshot, unit, datetime(2016, 6, 30, 21, 59, tzinfo=UTC)
    )
    assert ("QTSA", "qualified") == told(
        snapshot, unit, datetime(2016, 7, 1, tzinfo=UTC)
    )


def test_a_claim_is_only_a_claim(unit: Holder, snapshot_of: Taken) -> None:
    """It is told, and changes nothing."""
    snapshot = snapshot_of(Lists.made(lambda: NOW))
    found = asked(snapshot, unit, claimed=True)

    assert ("N/A", True) == (found.qualification.value, found.claimed)


def token(*, oid: str = "0.4.0.19422.1.1", critical: bool = False) -> bytes:
    """A token with an extension; only what is looked at is there."""
    statement = core.Sequence(contents=core.ObjectIdentifier(oid).dump()).dump()
    info = tsp.TSTInfo(
        {
            "version": "v1",
            "policy": "2.999.1",
            "message_imprint": {
                "hash_algorithm": {"algorithm": "sha256"},
                "hashed_message": bytes(32),
            },
            "serial_number": 1,
            "gen_time": NOW,
            "extensions": [
                {
                    "extn_id": "1.3.6.1.5.5.7.1.3",
                    "critical": critical,
                    "extn_value": core.Sequence(contents=statement).dump(),
                }
            ],
        }
    )
    content = {
        "content_type": "tst_info",
        "content": core.ParsableOctetString(info.dump()),
    }
    signed = {
        "version": "v3",
        "digest_algorithms": [],
        "encap_content_info": content,
        "signer_infos": [],
    }
    made: bytes = cms.ContentInfo(
        {"content_type": "signed_data", "content": cms.SignedData(signed)}
    ).dump()
    return made


@pytest.mark.parametrize(
    ("facts", "claimed"),
    [
        ({}, True),
        ({"oid": "0.4.0.19422.1.2"}, False),
        ({"critical": True}, False),
    ],
)
def test_what_a_token_claims(facts: dict[str, Any], claimed: bool) -> None:  # noqa: FBT001 - a parameter
    """EN 319 422, 9.1: the statement, in an extension that is not critical."""
    assert claimed is claims_qualified(token(**facts))


@given(st.binary(max_size=99))
def test_any_token(content: bytes) -> None:
    """What cannot be read claims nothing."""
    assert claims_qualified(content) is False


@given(st.integers(0, 400), st.integers(1, 255))
def test_any_byte_of_a_token(position: int, by: int) -> None:
    """Nor does what was spoilt raise anything."""
    changed = bytearray(token())
    changed[position % len(changed)] ^= by

    assert claims_qualified(bytes(changed)) in {True, False}
