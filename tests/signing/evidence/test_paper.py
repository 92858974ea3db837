"""The paper of a report, also of what cannot be read, and of what is not known yet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from digivl.errors import MalformedError
from digivl.signing.evidence.canonical import as_json
from digivl.signing.evidence.model import (
    Act,
    Certificate,
    Difference,
    Evidence,
    File,
    Signature,
    Standing,
    Timestamp,
)
from digivl.signing.evidence.paper import paper
from digivl.signing.evidence.people import Part, Participant, Seen, Who
from digivl.signing.evidence.words import moment
from digivl.testing.papers import text_in

SHA = "0123456789abcdef" * 4
AT = datetime(2026, 11, 23, 13, 5, 9, tzinfo=UTC)
ME = Who(id="secretarie", function="Secretarie", role="secretarie")
CERTIFICATE = Certificate(
    subject="Test Burger (Signature), BE",
    issuer="Citizen CA, BE",
    serial="1f",
    valid_from=AT,
    valid_until=AT,
    sha256=SHA,
)
STAMP = Timestamp(
    time=AT,
    authority="TSU 1",
    serial="2a",
    policy="2.999.1",
    indication="INDETERMINATE",
    certificate=CERTIFICATE,
)
SIGNATURE = Signature(
    field="Handtekening1",
    earlier=False,
    level="B-LTA",
    claimed=AT,
    indication="TOTAL-FAILED",
    sub_indication="HASH_FAILURE",
    certificate=CERTIFICATE,
    timestamps=(STAMP,),
)


def evidence(**changes: Any) -> Evidence:
    """A report of a flow in which nobody did anything."""
    empty = Evidence(
        flow="flow-1",
        state="verlopen",
        standing=Standing.FINAL,
        dossier="dossier-1",
        document="document-1",
        title="Besluit #eval(1) *x* $y$",
        made_at=AT,
        made_by=ME,
        development=False,
        sent=SHA,
        current=SHA,
        participants=(),
        files=(),
        signatures=(),
        timestamps=(),
        acts=(),
        differences=(),
        started_by=ME,
    )
    return attrs.evolve(empty, **changes)


def said(**changes: Any) -> str:
    """What stands on its paper."""
    return text_in(paper(evidence(**changes), SHA))


def test_nothing_is_markup() -> None:
    """Text of others is text, and a state that is not known is said as it is."""
    text = said()

    assert "Besluit #eval(1) *x* $y$" in text
    assert "Stand van de ondertekening verlopen" in text
    assert "0 van 0 ondertekend" in text
    assert "ONTWIKKELING" not in text


def test_verdicts() -> None:
    """The word for people, and the codes of EN 319 102-1."""
    text = said(signatures=(SIGNATURE,), timestamps=(STAMP,))

    assert "ongeldig (TOTAL-FAILED, HASH_FAILURE)" in text
    assert 2 == text.count("niet met zekerheid vast te stellen (INDETERMINATE)")
    assert "Tijdstempel van het document" in text
    assert "TSU 1, nummer 2a" in text


def test_what_cannot_be_read() -> None:
    """It is said so, and nothing is left out in silence."""
    unread = attrs.evolve(
        STAMP, time=None, serial=None, policy="", indication="", certificate=None
    )
    unnumbered = attrs.evolve(STAMP, serial=None, indication="")
    signature = attrs.evolve(
        SIGNATURE,
        level="",
        claimed=None,
        indication="",
        certificate=None,
        timestamps=(unread, unnumbered),
    )
    text = said(signatures=(signature,), timestamps=(unread,))

    assert "Certificaat niet leesbaar" in text
    assert 2 == text.count("Tijdstip niet leesbaar")
    assert 4 == text.count("niet beoordeeld")
    assert "PAdES" not in text


def test_other_parts() -> None:
    """Who approves or watches has no certificate; what was shown is told."""
    approver = Participant(
        part=Part.APPROVES,
        state="geparafeerd",
        who=attrs.evolve(ME, function="Kabinetschef", name="An Test"),
        acting=attrs.evolve(ME, function="Adjunct", name="Jan Test"),
        done_at=AT,
        shown=Seen(sha256=SHA, at=AT, by=ME, face="web"),
    )
    watcher = Participant(
        part=Part.WATCHES, state="wacht", who=attrs.evolve(ME, name_erased=True)
    )
    text = said(participants=(approver, watcher))

    for part in (
        "1. Kabinetschef",
        "Naam An Test",
        "Waargenomen door Jan Test, Adjunct",
        "waargenomen door Jan Test, Adjunct",
        "Getoond op 23 november 2026",
        "Geparafeerd op 23 november 2026 om 14.05.09 uur",
        "Getoond",
        "2. Secretarie",
        "meelezer",
        "Naam gewist",
        "niet ingezien",
    ):
        assert part in text


def test_long_and_odd() -> None:
    """A hundred acts, words without blanks, an act and an origin that are not known."""
    act = Act(
        kind="signing",
        id="flow-1",
        version=1,
        at=AT,
        action="hand on",
        who=ME,
        reason="x" * 400,
        leaf=SHA,
    )
    file = File(sha256="f" * 64, size=1_234_567, origin="upgraded", at=AT, inside=False)
    other = attrs.evolve(file, inside=True)
    differences = (
        Difference(about="y" * 200, what="anders", recorded="2026-11-23T13:05:09Z"),
        Difference(about="z", what="anders", recorded=SHA, found="Andere TSA"),
    )
    text = said(acts=(act,) * 100, files=(file, other), differences=differences)

    assert 100 == text.count("hand on")
    assert "upgraded" in text
    assert "1 234 567 bytes" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert 1 == text.count("begin van het bestand")
    assert "2 verschillen" in text
    assert "Andere TSA" in text
    assert "1 verschil;" in said(differences=differences[:1])


def test_the_same_bytes() -> None:
    """The same report gives the same paper and the same JSON."""
    assert paper(evidence(), SHA) == paper(evidence(), SHA)
    assert as_json(evidence()) == as_json(evidence())


def test_a_text_that_is_none() -> None:
    """What no UTF-8 can hold is refused, and written nowhere."""
    with pytest.raises(MalformedError, match="cannot be written"):
        as_json(evidence(title="\ud800"))


def test_moments_for_people() -> None:
    """By the clock of Brussels, to the second, with its distance to UTC."""
    assert "23 november 2026 om 14.05.09 uur (UTC+1)" == moment(AT)


def test_an_hour_that_the_clock_shows_twice() -> None:
    """The zone tells which of the two it is."""
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    assert "25 oktober 2026 om 02.30.00 uur (UTC+2)" == moment(first)
    assert "25 oktober 2026 om 02.30.00 uur (UTC+1)" == moment(
        first + timedelta(hours=1)
    )


def test_the_ends_of_the_calendar() -> None:
    """The last day is in no zone but UTC; the first one is in that of the sun."""
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    endless = attrs.evolve(CERTIFICATE, valid_until=last)
    text = said(signatures=(attrs.evolve(SIGNATURE, certificate=endless),))

    assert "31 december 9999 om 23.59.59 uur (UTC)" == moment(last)
    assert "(UTC+0:18)" in moment(datetime(1, 1, 1, tzinfo=UTC))
    assert "tot en met 31 december 9999" in text
