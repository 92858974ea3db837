"""Trusted lists, judged by others: EU DSS reads them, xmlsec1 checks signatures."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from digivl.errors import UntrustedListError
from digivl.pdf.levels import Level
from digivl.pdf.signer import SignatureSpec, sign
from digivl.pdf.upgrade import upgrade
from digivl.settings import Limits
from digivl.signing.softkey import SoftKey
from digivl.testing.lists import Lists, broken, state, unsigned
from digivl.testing.lists_cases import Case, qualified_cases
from digivl.testing.lists_pki import (
    PASSWORD,
    Holder,
    authority,
    person,
    stamping_unit,
)
from digivl.testing.lists_xml import signed
from digivl.testing.papers import paper
from digivl.testing.tsa import TSASimulator
from digivl.validation.trustlists.facts import TYPE_ESEAL, TYPE_ESIGN
from digivl.validation.trustlists.names import ServiceStatus, ServiceType
from digivl.validation.trustlists.qualification import signature_qualification
from digivl.validation.trustlists.renewal import Renewal
from digivl.validation.trustlists.signed import verified
from digivl.validation.trustlists.snapshot import Snapshot
from digivl.validation.trustlists.stamps import timestamp_qualification
from digivl.validation.verdict import Indication

pytestmark = pytest.mark.interop

DAY = timedelta(days=1)
IDS = {
    "http://uri.etsi.org/02231/v2#": "TrustServiceStatusList",
    "http://uri.etsi.org/01903/v1.3.2#": "SignedProperties",
    "http://www.w3.org/2000/09/xmldsig#": "KeyInfo",
}


@attrs.frozen
class Judged:
    """Lists of now, what we make of them, and a folder for who reads them too."""

    lists: Lists
    folder: Path
    now: datetime

    @property
    def snapshot(self) -> Snapshot:
        """The lists as we read them."""
        renewal = Renewal(
            location=self.lists.location,
            anchors=(self.lists.anchor.der,),
            fetch=self.lists.files.__getitem__,
            moment=self.now,
            kept={},
        )
        return renewal.run().snapshot

    def arguments(self, *files: object) -> tuple[object, ...]:
        """For the judge in Java."""
        self.lists.write_to(self.folder)
        anchor = self.folder / "anchor.pem"
        anchor.write_bytes(self.lists.anchor.pem)
        return (self.folder, self.lists.location, anchor, *files)

    def certificates(self, number: int, holder: Holder) -> str:
        """A file with a chain, for the judge, and the present moment."""
        chain, one = [holder.certificate], holder.above
        while one is not None:
            chain.append(one.certificate)
            one = one.above
        path = self.folder / f"{number}.p7c"
        path.write_bytes(pkcs7.serialize_certificates(chain, Encoding.DER))
        path.with_name(f"{path.name}.der").write_bytes(holder.der)
        return f"{path}@{self.now:%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture(name="judged")
def _judged(tmp_path: Path) -> Judged:
    """An empty Union, now: DSS knows no other moment for timestamps."""
    now = datetime.now(UTC).replace(microsecond=0)
    return Judged(Lists.made(lambda: now), tmp_path, now)


def test_dss_reads_the_same_services(
    judged: Judged, java_judge: Callable[..., list[list[str]]]
) -> None:
    """Both find the same lists well signed, over pivots, and the same services on them.

    So they do in a list of form 6; a list that is broken they both refuse.
    """
    qualified_cases(judged.lists)
    judged.lists.countries["NL"].version = 6
    judged.lists.publish()
    judged.lists.roll_over()
    judged.lists.roll_over()
    ours = judged.snapshot
    said = java_judge("dsslists", *judged.arguments())
    belgium = judged.lists.location_of("BE")
    judged.lists.files[belgium] = broken(judged.lists.files[belgium])
    then = java_judge("dsslists", *judged.arguments())

    expected = sorted(
        [
            "service",
            one.territory,
            each.type,
            each.status,
            f"{each.since:%Y-%m-%dT%H:%M:%SZ}",
        ]
        for one in ours.services
        for each in one.service.states
    )
    assert expected == sorted(one for one in said if one[0] == "service")
    lists = {one[1]: (one[2], one[3]) for one in said if one[0] in {"lotl", "list"}}
    # The last field: where DSS finds that a list breaks the schema of its version.
    assert {"conform"} == {one[4] for one in said if one[0] in {"lotl", "list"}}
    assert {"EU": "true", "BE": "true", "NL": "true"} == {
        name: valid for name, (_, valid) in lists.items()
    }
    assert {
        one.territory: str(one.sequence) for one in (ours.lotl.list, *ours.lists)
    } == {name: sequence for name, (sequence, _) in lists.items()}
    assert ["list", "BE", "3", "false", "conform"] in then
    assert [("BE", "untrusted-list")] == [
        (one.territory, one.code) for one in judged.snapshot.troubles
    ]


def test_dss_qualifies_certificates_the_same(
    judged: Judged, java_judge: Callable[..., list[list[str]]]
) -> None:
    """Each case is for DSS what it is for us, at issuance and now."""
    cases = qualified_cases(judged.lists)
    judged.lists.publish()
    files = [judged.certificates(n, one.holder) for n, one in enumerate(cases)]
    said = java_judge("dsslists", *judged.arguments(*files))

    found = {
        Path(one[1]).stem: (one[2], one[3]) for one in said if one[0] == "certificate"
    }
    assert {one.name: (one.issued, one.now) for one in cases} == {
        one.name: found[str(n)] for n, one in enumerate(cases)
    }


@attrs.frozen
class Stamped:
    """A timestamp unit, and what its timestamps are.

    Attributes:
        qualification: By us, as DSS names it.
        indication: What DSS says of the token.
    """

    name: str
    holder: Holder
    qualification: str


def stamped(judged: Judged) -> list[Stamped]:
    """Units of each kind, on the list of Belgium."""
    now, add = judged.now, judged.lists.countries["BE"].add
    ago = now - 900 * DAY

    def unit(name: str, above: Holder | None = None) -> Holder:
        return stamping_unit(above, f"Proef TSU {name}", now - 30 * DAY)

    itself = unit("zelf")
    add(state(itself, ago, type=ServiceType.QTST))
    below = authority("Proef TSA CA", ago)
    add(state(below, ago, type=ServiceType.QTST))
    plain = unit("gewoon")
    add(state(plain, ago, type=ServiceType.TSA))
    gone = unit("ingetrokken")
    add(
        state(gone, now - DAY, type=ServiceType.QTST, status=ServiceStatus.WITHDRAWN),
        state(gone, ago, type=ServiceType.QTST),
    )
    later = unit("later")
    add(state(later, now + DAY, type=ServiceType.QTST))
    issuing = authority("Proef CA die ook stempelt", ago)
    add(state(issuing, ago))
    return [
        Stamped("zelf", itself, "QTSA"),
        Stamped("onder een CA", unit("onder", below), "QTSA"),
        Stamped("gewoon", plain, "TSA"),
        Stamped("ingetrokken", gone, "TSA"),
        Stamped("later erkend", later, "TSA"),
        Stamped("onder een CA voor certificaten", unit("CA", issuing), "TSA"),
        Stamped("niet op een lijst", unit("onbekend"), "NA"),
    ]


def signed_pdf(judged: Judged, name: str, holder: Holder, unit: Holder) -> Path:
    """A document signed by a holder, with a timestamp of a unit."""
    files = {}
    for who, one in (("signer", holder), ("unit", unit)):
        files[who] = judged.folder / f"{name}-{who}.p12"
        files[who].write_bytes(one.pkcs12(who))
    key = SoftKey.from_pkcs12("signer", files["signer"], PASSWORD)
    stamps = TSASimulator.from_pkcs12(files["unit"], PASSWORD, clock=lambda: judged.now)
    once, stamped = io.BytesIO(), io.BytesIO()
    sign(
        io.BytesIO(paper()),
        once,
        SignatureSpec(field="Handtekening"),
        key.identity(),
        key.sign,
        at=judged.now,
        limits=Limits(),
    )
    upgrade(
        io.BytesIO(once.getvalue()),
        stamped,
        Level.B_T,
        timestamp=stamps.answer,
        gather=lambda *_, **__: pytest.fail("B-T needs no validation data"),
        at=judged.now,
        limits=Limits(),
    )
    path = judged.folder / f"{name}.pdf"
    path.write_bytes(stamped.getvalue())
    return path


def test_dss_qualifies_timestamps_the_same(
    judged: Judged, java_judge: Callable[..., list[list[str]]]
) -> None:
    """A timestamp is for DSS what it is for us, by each kind of service."""
    above = authority("Proef CA", judged.now - 900 * DAY)
    judged.lists.countries["BE"].add(state(above, judged.now - 800 * DAY))
    holder = person(above, "Ann Proef", judged.now - 30 * DAY, types=(TYPE_ESIGN,))
    units = stamped(judged)
    judged.lists.publish()
    snapshot = judged.snapshot
    files = [
        signed_pdf(judged, str(n), holder, one.holder) for n, one in enumerate(units)
    ]
    said = java_judge("dsslists", *judged.arguments(*files))

    ours = {
        one.name: timestamp_qualification(
            one.holder.chain,
            snapshot,
            generated=judged.now,
            proven=judged.now,
            valid=True,
        ).qualification.name
        for one in units
    }
    theirs = {
        units[files.index(Path(one[1]))].name: one[3]
        for one in said
        if one[0] == "timestamp"
    }
    assert {one.name: one.qualification for one in units} == ours == theirs


def test_dss_qualifies_signatures_the_same(
    judged: Judged, java_judge: Callable[..., list[list[str]]]
) -> None:
    """What we make of the indication of DSS, DSS makes of it too."""
    above = authority("Proef CA", judged.now - 900 * DAY)
    judged.lists.countries["BE"].add(state(above, judged.now - 800 * DAY))
    unit = stamping_unit(None, "Proef TSU", judged.now - 30 * DAY)
    judged.lists.countries["BE"].add(
        state(unit, judged.now - 800 * DAY, type=ServiceType.QTST)
    )
    stranger = authority("Proef CA vreemd", judged.now - 900 * DAY)
    since = judged.now - 30 * DAY
    cases = [
        Case("QESig", person(above, "Ann", since, types=(TYPE_ESIGN,)), "", ""),
        Case("QESeal", person(above, "Dienst", since, types=(TYPE_ESEAL,)), "", ""),
        Case(
            "AdESig",
            person(above, "Jan", since, types=(TYPE_ESIGN,), statements=()),
            "",
            "",
        ),
        Case("vreemd", person(stranger, "Els", since, types=(TYPE_ESIGN,)), "", ""),
    ]
    judged.lists.publish()
    snapshot = judged.snapshot
    files = [
        signed_pdf(judged, f"s{n}", one.holder, unit) for n, one in enumerate(cases)
    ]
    said = java_judge("dsslists", *judged.arguments(*files))

    theirs = {Path(one[1]): (one[2], one[3]) for one in said if one[0] == "signature"}
    ours = {
        file: signature_qualification(
            Indication(
                theirs[file][0].replace("_", "-")
                if theirs[file][0].startswith("TOTAL")
                else theirs[file][0]
            ),
            one.holder.chain,
            snapshot,
            judged.now,
        ).qualification.name
        for file, one in zip(files, cases, strict=True)
    }
    assert {file: name for file, (_, name) in theirs.items()} == ours
    assert ["QESIG", "QESEAL", "ADESIG", "NA"] == [
        ours[file].removeprefix("INDETERMINATE_") for file in files
    ]


def test_xmlsec_agrees_on_signatures(
    judged: Judged, needs_program: Callable[[str], str]
) -> None:
    """What we find well signed, xmlsec1 finds well signed, and the other way."""
    judged.lists.publish()
    content = judged.lists.files[judged.lists.location_of("BE")]
    signer = judged.lists.countries["BE"].signer
    certificate = judged.folder / "signer.pem"
    certificate.write_bytes(signer.pem)

    def xmlsec_finds_it_right(found: bytes) -> bool:
        file = judged.folder / "list.xml"
        file.write_bytes(found)
        options = ("--verify", "--enabled-key-data", "key-name", "--pubkey-cert-pem")
        command = [needs_program("xmlsec1"), *options, str(certificate)]
        for namespace, name in IDS.items():
            command += ["--id-attr:Id", f"{namespace}:{name}"]
        done = subprocess.run([*command, str(file)], capture_output=True, check=False)
        return done.returncode == 0

    def we_find_it_right(found: bytes) -> bool:
        try:
            verified(found, (signer.der,))
        except UntrustedListError:
            return False
        return True

    for found, right in (
        (content, True),
        (broken(content), False),
        (judged.lists.files[judged.lists.location_of("NL")], False),
        (content.replace(b"SignatureValue>", b"SignatureValue>AAAA", 1), False),
    ):
        assert [right, right] == [xmlsec_finds_it_right(found), we_find_it_right(found)]


def test_where_dss_passes_a_pivot_over(
    judged: Judged, java_judge: Callable[..., list[list[str]]]
) -> None:
    """Who withholds a pivot brings a key back that it took away; for DSS it may."""
    judged.lists.roll_over()
    address = judged.lists.location
    content = unsigned(judged.lists.files[address])
    judged.lists.files[address] = signed(content, judged.lists.anchor, judged.now)
    del judged.lists.files[judged.lists.pivots[0]]
    said = java_judge("dsslists", *judged.arguments())

    assert ["lotl", "EU", "2", "true", "conform"] in said
    with pytest.raises(KeyError, match="pivot"):
        _ = judged.snapshot


def test_where_dss_finds_timestamps_of_before_the_law_qualified(
    judged: Judged, java_judge: Callable[..., list[list[str]]]
) -> None:
    """An accredited service of 2015: QTSA for DSS; for us the law was not there yet."""
    then = datetime(2015, 6, 1, tzinfo=UTC)
    above = authority("Proef CA", datetime(2013, 1, 2, tzinfo=UTC))
    holder = person(above, "Ann Proef", then - 30 * DAY, types=(TYPE_ESIGN,))
    unit = stamping_unit(None, "Proef TSU", then - 30 * DAY)
    judged.lists.countries["BE"].add(
        state(unit, datetime(2016, 7, 1, tzinfo=UTC), type=ServiceType.QTST),
        state(
            unit,
            then - 30 * DAY,
            type=ServiceType.QTST,
            status=ServiceStatus.ACCREDITED,
        ),
    )
    judged.lists.publish()
    old = attrs.evolve(judged, now=then)
    file = signed_pdf(old, "vroeger", holder, unit)
    said = java_judge("dsslists", *judged.arguments(file))
    ours = timestamp_qualification(
        unit.chain, judged.snapshot, generated=then, proven=judged.now, valid=True
    )
    assert ["QTSA"] == [one[3] for one in said if one[0] == "timestamp"]
    assert ("TSA", "before-eidas") == (ours.qualification.value, ours.reason.value)
