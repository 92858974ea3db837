"""Whether certificates and signatures are qualified, by the cases that are shipped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import attrs
import pytest

from digivl.testing.lists import Lists
from digivl.testing.lists_cases import Case, qualified_cases
from digivl.validation.trustlists.qualification import (
    certificate_qualification,
    signature_qualification,
)
from digivl.validation.trustlists.qualifications import (
    CertificateQualification,
    SignatureQualification,
    TimestampQualification,
    signature_qualification_name,
)
from digivl.validation.trustlists.reasons import Reason
from digivl.validation.trustlists.snapshot import Snapshot
from digivl.validation.verdict import Indication

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@attrs.frozen
class Judged:
    """All cases, and the lists that decide."""

    cases: dict[str, Case]
    snapshot: Snapshot

    def at(self, name: str, moment: datetime = NOW) -> tuple[str, str]:
        """Name and reason of a case."""
        found = certificate_qualification(
            self.cases[name].holder.chain, self.snapshot, moment
        )
        return found.qualification.value, found.reason.value


@pytest.fixture(name="judged")
def _judged(snapshot_of: Callable[[Lists], Snapshot]) -> Judged:
    """All cases with their lists."""
    lists = Lists.made(lambda: NOW)
    cases = {one.name: one for one in qualified_cases(lists)}
    return Judged(cases, snapshot_of(lists))


def test_each_case(judged: Judged) -> None:
    """Every case is at both moments what it has to be."""
    found = {
        name: tuple(
            certificate_qualification(
                one.holder.chain, judged.snapshot, moment
            ).qualification.value
            for moment in (one.holder.certificate.not_valid_before_utc, NOW)
        )
        for name, one in judged.cases.items()
    }

    assert {n: (one.issued, one.now) for n, one in judged.cases.items()} == found


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("handtekening", Reason.QUALIFIED),
        ("niet op een lijst", Reason.NOT_LISTED),
        ("niet gekwalificeerd", Reason.NOT_CLAIMED),
        ("NotQualified", Reason.LIST_SAYS_NO),
        ("ingetrokken", Reason.NOT_GRANTED),
        ("andere dienst", Reason.OTHER_SERVICE),
        ("enkel zegels", Reason.OTHER_USE),
        ("tegenspraak", Reason.CONFLICT),
        ("beide", Reason.INCONSISTENT),
    ],
)
def test_reasons(judged: Judged, name: str, reason: Reason) -> None:
    """What decided is told, also in Dutch."""
    assert reason.value == judged.at(name)[1]
    assert reason.dutch


def test_before_it_was_listed(judged: Judged) -> None:
    """A service that was not there yet says nothing."""
    moment = NOW - 950 * DAY

    assert ("CERT_FOR_ESIG", "not-listed-then") == judged.at("handtekening", moment)


@pytest.mark.parametrize("chain", [(), (b"no certificate",)])
def test_unreadable(judged: Judged, chain: tuple[bytes, ...]) -> None:
    """What is no certificate is not qualified, and raises nothing."""
    found = certificate_qualification(chain, judged.snapshot, NOW)
    signed = signature_qualification(
        Indication.TOTAL_PASSED, chain, judged.snapshot, NOW
    )

    assert (CertificateQualification.NA, Reason.UNREADABLE) == (
        found.qualification,
        found.reason,
    )
    assert SignatureQualification.NA is signed.qualification


@pytest.mark.parametrize(
    ("name", "indication", "expected"),
    [
        ("handtekening", Indication.TOTAL_PASSED, "QESIG"),
        ("handtekening", Indication.INDETERMINATE, "INDETERMINATE_QESIG"),
        ("handtekening", Indication.TOTAL_FAILED, "NOT_ADES_QC_QSCD"),
        ("zegel", Indication.TOTAL_PASSED, "QESEAL"),
        ("zonder kaart", Indication.TOTAL_PASSED, "ADESIG_QC"),
        ("zonder kaart", Indication.TOTAL_FAILED, "NOT_ADES_QC"),
        ("website", Indication.TOTAL_PASSED, "NOT_ADES"),
        ("website", Indication.TOTAL_FAILED, "NOT_ADES"),
        ("twee soorten", Indication.TOTAL_PASSED, "UNKNOWN_QC_QSCD"),
        ("niet gekwalificeerd", Indication.TOTAL_PASSED, "ADESIG"),
        ("niet gekwalificeerd", Indication.TOTAL_FAILED, "NOT_ADES"),
        ("gewoon", Indication.INDETERMINATE, "INDETERMINATE_UNKNOWN"),
        ("niet op een lijst", Indication.TOTAL_PASSED, "NA"),
        ("niet op een lijst", Indication.TOTAL_FAILED, "NOT_ADES"),
        ("ingetrokken", Indication.TOTAL_PASSED, "ADESIG"),
        ("later erkend", Indication.TOTAL_PASSED, "ADESIG"),
        ("tegenspraak", Indication.TOTAL_PASSED, "NA"),
        ("handtekening", Indication.REFUSED, "NA"),
        ("handtekening", Indication.NO_SIGNATURE, "NA"),
    ],
)
def test_signatures(
    judged: Judged, name: str, indication: Indication, expected: str
) -> None:
    """A signature is what its validation and its certificate make of it."""
    chain = judged.cases[name].holder.chain
    found = signature_qualification(indication, chain, judged.snapshot, NOW)

    assert expected == found.qualification.value
    assert judged.snapshot.id == found.snapshot


def test_the_best_signature_time_counts(judged: Judged) -> None:
    """Signed before the service was withdrawn, it stays qualified."""
    chain = judged.cases["ingetrokken"].holder.chain
    found = signature_qualification(
        Indication.TOTAL_PASSED, chain, judged.snapshot, NOW - 60 * DAY
    )

    assert SignatureQualification.QESIG is found.qualification
    assert Reason.QUALIFIED is found.reason


def test_what_was_wrong_first_is_told(judged: Judged) -> None:
    """Of two moments the one of signing is told; else that of issuance."""
    chain = judged.cases["later erkend"].holder.chain
    found = signature_qualification(
        Indication.TOTAL_PASSED, chain, judged.snapshot, NOW
    )

    assert Reason.NOT_THEN is found.reason
    assert Reason.QUALIFIED is found.signed.reason


def test_every_combination_has_a_name() -> None:
    """No indication and certificate are without a name, and every name can occur."""
    names = {
        signature_qualification_name(indication, certificate)
        for indication in Indication
        for certificate in CertificateQualification
    }

    assert set(SignatureQualification) == names
    assert "N/A" == TimestampQualification.NA.value


def test_names_of_the_reasons_are_dutch() -> None:
    """Each reason has its sentence."""
    assert len(Reason) == len({reason.dutch for reason in Reason})
