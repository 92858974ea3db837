"""The record of a list: what holds at a moment, and what becomes of names unknown."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.testing.lists_xml import written
from digivl.validation.trustlists.model import (
    Criteria,
    DigitalIdentity,
    KeyUsageBit,
    Pointer,
    Provider,
    Qualification,
    Service,
    ServiceState,
    TrustedList,
)
from digivl.validation.trustlists.names import (
    XML_LIST,
    ListType,
    Qualifier,
    ServiceStatus,
    ServiceType,
    Usage,
    known,
)
from digivl.validation.trustlists.reading import read_list

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
MOMENTS = st.datetimes(
    datetime(1990, 1, 1),  # noqa: DTZ001 - the zone is given beside it
    datetime(2100, 1, 1),  # noqa: DTZ001 - idem
    timezones=st.just(UTC),
).map(lambda moment: moment.replace(microsecond=0))
WORDS = st.text("abcdefgh é", min_size=1, max_size=12).map(
    lambda text: " ".join(text.split()) or "x"
)
OIDS = st.lists(st.integers(1, 99), min_size=2, max_size=4).map(
    lambda parts: ".".join(map(str, (1, 2, *parts)))
)
GROUPS = st.lists(st.lists(OIDS, min_size=1, max_size=2).map(tuple), max_size=2).map(
    tuple
)
URIS = st.sampled_from(["urn:digivl:test:a", "urn:digivl:test:b"])
BITS = st.builds(
    KeyUsageBit,
    name=st.sampled_from(["nonRepudiation", "crlSign"]),
    wanted=st.booleans(),
)
CRITERIA = st.builds(
    Criteria,
    key_usages=st.lists(
        st.lists(BITS, min_size=1, max_size=2).map(tuple), max_size=2
    ).map(tuple),
    policy_sets=GROUPS,
    extended_key_usages=GROUPS,
    subject_attributes=GROUPS,
    lists=st.just(()),
    unknown=st.just(()),
)
STATES = st.builds(
    ServiceState,
    type=st.sampled_from(ServiceType) | URIS,
    name=WORDS,
    status=st.sampled_from(ServiceStatus) | URIS,
    since=MOMENTS,
    identity=st.builds(
        DigitalIdentity,
        certificates=st.lists(st.binary(min_size=1, max_size=9), max_size=2).map(tuple),
        subjects=st.lists(WORDS, max_size=1).map(tuple),
        key_identifiers=st.lists(st.binary(min_size=1, max_size=9), max_size=1).map(
            tuple
        ),
    ),
    additional=st.lists(st.sampled_from(Usage) | URIS, max_size=2).map(tuple),
    qualifications=st.lists(
        st.builds(
            Qualification,
            qualifiers=st.lists(
                st.sampled_from(Qualifier) | URIS, min_size=1, max_size=2
            ).map(tuple),
            criteria=CRITERIA | st.builds(Criteria, lists=st.tuples(CRITERIA)),
        ),
        max_size=2,
    ).map(tuple),
    taken_over_by=st.just("") | WORDS,
    expired_kept_since=st.none() | MOMENTS,
    critical=st.just(()) | st.just(("Vreemd",)),
)
SERVICES = st.lists(STATES, min_size=1, max_size=3).map(
    lambda found: Service(tuple(found))
)
LISTS = st.builds(
    TrustedList,
    version=st.sampled_from([5, 6]),
    sequence=st.integers(1, 999_999),
    type=st.sampled_from(ListType) | URIS,
    territory=st.sampled_from(["BE", "EU", "NL"]),
    operator=WORDS,
    issued=MOMENTS,
    next_update=st.none() | MOMENTS,
    information=st.just(("https://lists.example/a", "https://lists.example/p-1.xml")),
    pointers=st.lists(
        st.builds(
            Pointer,
            location=st.just("https://lists.example/be.xml"),
            signers=st.lists(st.binary(min_size=1), max_size=2, unique=True).map(tuple),
            territory=st.just("BE"),
            type=st.sampled_from(ListType),
            mime_type=st.sampled_from([XML_LIST, "application/pdf"]),
            operator=WORDS,
        ),
        max_size=2,
    ).map(tuple),
    providers=st.lists(
        st.builds(
            Provider,
            name=WORDS,
            trade_names=st.lists(WORDS, max_size=2).map(tuple),
            services=st.lists(SERVICES, min_size=1, max_size=2).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
)


def state(since: datetime, status: str = ServiceStatus.GRANTED) -> ServiceState:
    """A service from a moment on."""
    return ServiceState(
        type=ServiceType.CA_QC,
        name="Proef",
        status=known(ServiceStatus, status),
        since=since,
        identity=DigitalIdentity(),
    )


@given(LISTS)
def test_what_is_written_is_read(found: TrustedList) -> None:
    """A list that is written by TS 119 612 is read as the same record."""
    assert found == read_list(written(found))


@given(st.lists(MOMENTS, min_size=1, max_size=6), MOMENTS, MOMENTS)
def test_status_follows_history(
    starts: list[datetime], one: datetime, other: datetime
) -> None:
    """The later the moment, the later the state; before the first there is none."""
    service = Service(tuple(map(state, starts)))
    early, late = sorted((one, other))
    before, after = service.status_at(early), service.status_at(late)

    assert (before is None) == (early < min(starts))
    if before is not None:
        assert after is not None
        assert before.since <= early
        assert before.since <= after.since <= late
        assert before.since == max(start for start in starts if start <= early)


@given(st.lists(MOMENTS, min_size=1, max_size=6, unique=True))
def test_a_state_holds_until_the_next(starts: list[datetime]) -> None:
    """Of each state the first moment counts, and the last one before the next."""
    service = Service(tuple(map(state, starts)))
    ordered = sorted(starts)

    for start, following in itertools.pairwise(ordered):
        last = following - timedelta(microseconds=1)
        held = {service.status_at(start), service.status_at(last)}
        assert {start} == {one.since for one in held if one}
    assert ordered[-1] == service.current.since


def test_a_service_has_a_state() -> None:
    """One without is no service."""
    with pytest.raises(ValueError, match="1"):
        Service(())


def test_unknown_names_are_claims() -> None:
    """A name that is not known stays what it is, and is no member."""
    found = state(NOW, "urn:nowhere")

    assert "urn:nowhere" == found.status
    assert not isinstance(found.status, ServiceStatus)
    assert isinstance(state(NOW, ServiceStatus.GRANTED.value).status, ServiceStatus)


def test_identities_of_all_times() -> None:
    """What a service was known by before counts too."""
    before = attrs.evolve(
        state(NOW - timedelta(9)), identity=DigitalIdentity(subjects=("CN=A",))
    )

    assert 2 == len(Service((state(NOW), before, state(NOW))).identities)


def test_overdue() -> None:
    """After the next update; a list that was closed for ever never is."""
    found = TrustedList(
        version=5,
        sequence=1,
        type=ListType.NATIONAL,
        territory="BE",
        operator="Proef",
        issued=NOW,
        next_update=NOW,
    )

    assert found.is_overdue(NOW + timedelta(seconds=1))
    assert not found.is_overdue(NOW)
    assert not attrs.evolve(found, next_update=None).is_overdue(NOW + timedelta(9_999))
    assert found.own_pointer is None
