"""What certificates say, and by what services are known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha1

import attrs
import pytest
from asn1crypto import core, x509
from hypothesis import given
from hypothesis import strategies as st

from digivl.testing.lists import Lists, state
from digivl.testing.lists_pki import Holder, authority, person, stamping_unit
from digivl.validation.trustlists import facts
from digivl.validation.trustlists.criteria import meets
from digivl.validation.trustlists.facts import (
    QC_COMPLIANCE,
    QC_SSCD,
    TYPE_ESEAL,
    TYPE_ESIGN,
    CertificateFacts,
    certificate_facts,
    key_identifier_of,
    key_of,
)
from digivl.validation.trustlists.model import Assertion, Criteria, DigitalIdentity
from digivl.validation.trustlists.snapshot import Snapshot

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
CA = authority("Proef CA", NOW - 9 * DAY)


def test_all_that_is_said() -> None:
    """Statements, kinds, law, policies, usage, subject."""
    ann = person(
        CA,
        "Ann",
        NOW,
        types=(TYPE_ESIGN, TYPE_ESEAL),
        countries=("CH",),
        policies=("1.2.3",),
    )
    found = certificate_facts(ann.der)

    assert found is not None
    assert {QC_COMPLIANCE, QC_SSCD} < found.statements
    assert {TYPE_ESIGN, TYPE_ESEAL} == found.types
    assert {"CH"} == found.countries
    assert {"1.2.3"} == found.policies
    assert {"digitalSignature", "nonRepudiation"} == found.key_usage
    assert {"2.5.4.3", "2.5.4.6", "2.5.4.10"} == found.attributes
    assert NOW == found.not_before
    assert not found.stamps_time_only


def test_nothing_is_said() -> None:
    """A plain certificate."""
    found = certificate_facts(person(CA, "Jan", NOW, statements=()).der)

    assert found is not None
    assert set() == found.statements | found.types | found.countries | found.policies


@pytest.mark.parametrize("critical", [True, False])
def test_for_timestamps(critical: bool) -> None:  # noqa: FBT001 - a parameter
    """Only when it is critical."""
    found = certificate_facts(stamping_unit(None, "TSU", NOW, critical=critical).der)

    assert found is not None
    assert critical is found.stamps_time_only


def test_law_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some other law than that of the Union, whichever: not a qualified certificate."""
    ann = person(CA, "Els", NOW, countries=("CH",))
    monkeypatch.setattr(facts._Texts, "load", _fails)  # noqa: SLF001 - to spoil it
    found = certificate_facts.__wrapped__(ann.der)

    assert found is not None
    assert {"?"} == found.countries


def _fails(*_: object) -> None:
    raise ValueError("spoilt")


def test_a_moment_without_zone() -> None:
    """A certificate that does not say when it began cannot be judged."""
    before = core.UTCTime(NOW - 9 * DAY).dump()
    naive = core.GeneralizedTime(contents=b"2026052312.00").dump()
    assert len(before) == len(naive)
    assert before in CA.der

    assert certificate_facts(CA.der.replace(before, naive, 1)) is None


@given(st.binary(max_size=60))
def test_any_certificate(content: bytes) -> None:
    """What is no certificate says nothing, and is nobody's."""
    assert certificate_facts(content) is None
    assert key_of(content) is None
    assert key_identifier_of(content) is None


DER = person(CA, "Ann", NOW, types=(TYPE_ESIGN,), policies=("1.2.3",)).der


@given(st.integers(0, len(DER) - 1), st.integers(1, 255))
def test_any_byte(position: int, by: int) -> None:
    """A spoilt one is read as far as it goes, and raises nothing."""
    changed = bytearray(DER)
    changed[position] ^= by
    content = bytes(changed)

    found = certificate_facts(content)
    assert found is None or isinstance(found, CertificateFacts)
    assert {type(key_of(content)), type(key_identifier_of(content))} <= {
        bytes,
        type(None),
    }


def test_who_is_who() -> None:
    """The same key with another subject is another one; so is another key."""
    renewed = attrs.evolve(CA)
    other = authority("Proef CA", NOW)

    assert key_of(CA.der) == key_of(renewed.der) != key_of(other.der)
    spki = x509.Certificate.load(CA.der)["tbs_certificate"]["subject_public_key_info"]
    assert spki.sha1 == key_identifier_of(CA.der)


def known(snapshot: Snapshot, holder: Holder) -> bool:
    """Whether a holder belongs to a service."""
    return bool(snapshot.known_by(holder.der))


def test_a_service_without_certificate(
    snapshot_of: Callable[[Lists], Snapshot],
) -> None:
    """By the identifier of its key, as made from the key: not as a certificate says."""
    lists = Lists.made(lambda: NOW)
    key = key_identifier_of(CA.der)
    assert key is not None
    bare = attrs.evolve(
        state(CA, NOW), identity=DigitalIdentity(key_identifiers=(key,))
    )
    lists.countries["BE"].add(bare)
    lists.countries["NL"].add(state(authority("Proef andere", NOW), NOW))
    snapshot = snapshot_of(lists)

    assert known(snapshot, CA)
    assert not known(snapshot, authority("Proef CA", NOW))
    assert () == snapshot.known_by(b"none")


def test_the_identifier_does_not_replace_a_certificate(
    snapshot_of: Callable[[Lists], Snapshot],
) -> None:
    """Where a certificate is listed, it decides."""
    lists = Lists.made(lambda: NOW)
    other = authority("Proef andere", NOW)
    key = sha1(b"x", usedforsecurity=False).digest()
    mixed = DigitalIdentity(certificates=(CA.der, b"spoilt"), key_identifiers=(key,))
    lists.countries["BE"].add(attrs.evolve(state(CA, NOW), identity=mixed))
    snapshot = snapshot_of(lists)

    assert known(snapshot, CA)
    assert not known(snapshot, other)


@pytest.mark.parametrize("assertion", Assertion)
def test_what_is_not_understood_is_not_met(assertion: Assertion) -> None:
    """Not even where none of it should hold."""
    found = certificate_facts(DER)
    assert found is not None

    assert not meets(found, Criteria(assertion=assertion, unknown=("Moon",)))
    assert meets(found, Criteria(assertion=Assertion.NONE))
