"""What comes back and is not in order: it is kept, told, and never counts as signed."""

from __future__ import annotations

import hashlib
import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest

from digivl.documents.model import Origin
from digivl.kernel.identifiers import INSZ
from digivl.kernel.personal import Personal
from digivl.pdf.archiving import add_timestamp
from digivl.pdf.evidence import Evidence
from digivl.pdf.signer import SignatureSpec, sign
from digivl.records.entries import Entry
from digivl.settings import Limits
from digivl.signing.platform.findings import FindingKind
from digivl.signing.platform.model import PackageState, SigningPackage
from digivl.signing.platform.people import Assurance
from digivl.testing.papers import paper
from digivl.testing.signinghub import Spoilt
from digivl.testing.signinghub_desk import DESK, PEOPLE, Desk
from digivl.testing.signinghub_people import People
from digivl.validation.verdict import (
    FileVerdict,
    Indication,
    SignatureVerdict,
    SubIndication,
    TimestampVerdict,
)

S = PackageState
K = FindingKind

#: What is found for each way to be wrong; more may be found.
EXPECTED = {
    Spoilt.ANOTHER_FILE: K.OTHER_BYTES,
    Spoilt.FLATTENED: K.OTHER_BYTES,
    Spoilt.UNSIGNED: K.NOT_SIGNED,
    Spoilt.CHANGED_PAGE: K.MORE_THAN_SIGNED,
    Spoilt.CHANGED_BEHIND: K.MORE_THAN_SIGNED,
    Spoilt.MISSING_SIGNER: K.MISSING_SIGNER,
    Spoilt.EXTRA_SIGNER: K.EXTRA_SIGNATURE,
    Spoilt.SIGNED_TWICE: K.SIGNED_TWICE,
    Spoilt.WRONG_PERSON: K.MISSING_SIGNER,
    Spoilt.NO_TIMESTAMP: K.NO_TIMESTAMP,
    Spoilt.NOT_QUALIFIED: K.LEVEL,
}


def kinds(package: Entry[SigningPackage]) -> list[FindingKind]:
    """What was found."""
    return [one.kind for one in package.record.findings]


def returned(desk: Desk, how: Spoilt | None = None) -> Entry[SigningPackage]:
    """A package after everybody acted and the result was taken in."""
    package = desk.sent()
    number = int(package.record.reference)
    if how is not None:
        desk.hub.spoil(number, how)
    desk.hub.everybody(number)
    desk.work()
    return desk.vl.packages.read(package.id)


@pytest.mark.parametrize("how", Spoilt)
def test_every_bad_return_is_caught(how: Spoilt, desk: Desk) -> None:
    """It fails, with its reason in Dutch; the document stays, and the file is kept."""
    package = returned(desk, how)
    (one,) = package.record.documents

    assert S.VALIDATION_FAILED is package.record.state
    assert EXPECTED[how] in kinds(package)
    assert all(finding.text for finding in package.record.findings)
    document = desk.vl.documents.read(one.document).record
    assert [Origin.RECEIVED] == [version.origin for version in document.versions]
    with desk.vl.packages.evidence(package.id, one.document, by=DESK) as file:
        assert hashlib.sha256(file.read()).hexdigest() == one.returned
    held = desk.vl.custody.of(package.ref).record
    assert (DESK.id, "niet ondertekend: opnieuw vragen of afhandelen") == (
        *(held.holder.id, held.next_step),
    )


def test_every_way_is_expected() -> None:
    """No way to be wrong is forgotten."""
    assert set(Spoilt) == set(EXPECTED)


def test_signatures_that_hold_are_not_enough(desk: Desk) -> None:
    """A page that was changed before the first signature: every signature holds."""
    package = returned(desk, Spoilt.CHANGED_PAGE)
    (one,) = package.record.documents
    with desk.vl.packages.evidence(package.id, one.document, by=DESK) as file:
        verdict = desk.vl.validate(file, "x")

    assert Indication.TOTAL_PASSED is verdict.indication
    assert [K.MORE_THAN_SIGNED] == kinds(package)


@pytest.mark.parametrize("how", [Spoilt.ANOTHER_FILE, Spoilt.UNSIGNED])
def test_wrong_bytes_once(how: Spoilt, desk: Desk) -> None:
    """The platform gave the wrong file: the right one is fetched, and nobody signs."""
    package = returned(desk, how)
    (wrong,) = package.record.documents
    with desk.hub.files.changing(int(package.record.reference)) as there:
        del there["spoilt"]
    desk.vl.packages.check_again(package.id, by=DESK, reason="verkeerd bestand")
    desk.work(0)

    found = desk.vl.packages.read(package.id).record
    assert S.SIGNED is found.state
    assert wrong.returned != found.documents[0].returned
    # The wrong one is still kept as proof, under the name that the book has of it.
    with desk.vl.documents.opened(str(wrong.returned)) as file:
        assert file.read(5) == b"%PDF-"


def test_wrong_bytes_and_gone_since(desk: Desk) -> None:
    """Then what came back is all there is, and it is told what is wrong with that."""
    package = returned(desk, Spoilt.ANOTHER_FILE)
    desk.hub.delete(int(package.record.reference))
    desk.vl.packages.check_again(package.id, by=DESK, reason="nog eens")
    desk.work(0)

    found = desk.vl.packages.read(package.id)
    assert [K.OTHER_BYTES] == kinds(found)
    assert package.record.documents == found.record.documents


def test_a_way_on(desk: Desk) -> None:
    """Asked again, and done well, it counts; the bad file stays where it was."""
    package = returned(desk, Spoilt.ANOTHER_FILE)
    again = desk.vl.packages.ask_again(package.id, by=DESK, reason="verkeerd bestand")
    desk.work(0)
    desk.hub.everybody(int(desk.vl.packages.read(again.id).record.reference))
    desk.work()
    (one,) = package.record.documents

    assert S.SIGNED is desk.state(again)
    with desk.vl.packages.evidence(package.id, one.document, by=DESK) as file:
        assert paper("Iets helemaal anders") == file.read()


def test_untrusted(desk: Desk) -> None:
    """Roots that the office does not trust; once it does, what came back is checked."""
    trusted = desk.vl.settings.trust
    desk.again(trust=())
    package = returned(desk)
    assert {K.DOES_NOT_HOLD, K.NO_TIMESTAMP} == {*kinds(package)}
    desk.again(trust=trusted)
    downloads = len(desk.vl.book.tasks())
    desk.vl.packages.check_again(package.id, by=DESK, reason="wortel toegevoegd")
    desk.work(0)

    assert S.SIGNED is desk.state(package)
    assert downloads + 1 == len(desk.vl.book.tasks())


def test_integrity_alone(quick_folder: Path) -> None:
    """An office that trusts no roots yet can say so; everything else still counts."""
    with Desk.opened(quick_folder, trust="integrity") as desk:
        desk.again(trust=())
        good, bad = returned(desk), returned(desk, Spoilt.NO_TIMESTAMP)

        assert S.SIGNED is good.record.state
        assert [K.NO_TIMESTAMP] * 2 == kinds(bad)


def test_newer_version(desk: Desk) -> None:
    """A document that was replaced meanwhile is not overtaken by the old one."""
    package = desk.sent()
    (one,) = package.record.documents
    desk.vl.documents.replace(one.document, io.BytesIO(paper("BIS")), by=DESK)
    desk.hub.everybody(int(package.record.reference))
    desk.work()

    assert [K.NEWER_VERSION] == kinds(desk.vl.packages.read(package.id))


def test_somebody_was_added_there(desk: Desk) -> None:
    """Who signs and was not invited is told, also before the file is looked at."""
    package = desk.sent()
    number = int(package.record.reference)
    desk.hub.add(number, "nieuw@example.be", "Nieuwe Persoon", "SIGNER")
    desk.hub.everybody(number)
    desk.work()

    found = kinds(desk.vl.packages.read(package.id))
    assert {K.UNKNOWN_PERSON, K.EXTRA_SIGNATURE} == {*found}


def test_an_approver_that_was_added_there(desk: Desk) -> None:
    """Who approves besides changes nothing."""
    package = desk.sent()
    number = int(package.record.reference)
    desk.hub.add(number, "nieuw@example.be", "Nieuwe Persoon", "REVIEWER")
    desk.hub.everybody(number)
    desk.work()

    assert S.SIGNED is desk.state(package)


def test_completed_without_everybody(desk: Desk) -> None:
    """That the platform calls it complete is not enough."""
    package = desk.sent()
    number = int(package.record.reference)
    with desk.hub.files.changing(number) as there:
        there["status"] = "COMPLETED"
    desk.work()

    found = kinds(desk.vl.packages.read(package.id))
    assert found.count(K.NOT_EVERYBODY) == len(PEOPLE)


def test_document_removed_there(desk: Desk) -> None:
    """A document that the platform has no more is told; the others are kept."""
    package = desk.sent()
    number = int(package.record.reference)
    desk.hub.everybody(number)
    with desk.hub.files.changing(number) as found:
        found["documents"][0]["documentid"] = 1
    desk.work()

    assert [K.MISSING_DOCUMENT] == kinds(desk.vl.packages.read(package.id))


def test_too_large(desk: Desk) -> None:
    """What is larger than is let in is not taken in."""
    package = desk.sent()
    desk.hub.everybody(int(package.record.reference))
    desk.again(limits=Limits(pdf_bytes=10_000))
    desk.work()

    assert [K.TOO_LARGE] == kinds(desk.vl.packages.read(package.id))


def test_no_pdf_at_all(desk: Desk) -> None:
    """What begins with our bytes and goes on as rubbish does not pass."""
    package = desk.sent()
    number = int(package.record.reference)
    desk.hub.everybody(number)
    with desk.hub.files.changing(number) as found:
        sha256 = desk.hub.files.keep(
            paper("Besluit van An Proef en Jan Voorbeeld") + b"rommel" * 500
        )
        found["documents"][0]["sha256"] = sha256
    desk.work()

    found_kinds = {*kinds(desk.vl.packages.read(package.id))}
    assert {K.MORE_THAN_SIGNED, K.DOES_NOT_HOLD} & found_kinds


@pytest.mark.parametrize(
    ("number", "expected"),
    [("85073003328", S.SIGNED), ("98472899765", S.VALIDATION_FAILED)],
)
def test_by_number(quick_folder: Path, number: str, expected: PackageState) -> None:
    """Where numbers decide, a name alone does not, and another number is another."""
    with Desk.opened(quick_folder, match="number") as desk:
        numbered = attrs.evolve(PEOPLE[1], number=Personal(INSZ(number)))
        package = desk.sent(invited=(numbered,))
        desk.hub.everybody(int(package.record.reference))
        desk.work()

        assert expected is desk.state(package)


def test_advanced_is_enough_where_it_was_asked(desk: Desk) -> None:
    """A level below qualified asks no qualified certificate."""
    invited = tuple(attrs.evolve(one, assurance=Assurance.AES) for one in PEOPLE)
    package = desk.sent(invited=invited)
    desk.hub.spoil(int(package.record.reference), Spoilt.NOT_QUALIFIED)
    desk.hub.everybody(int(package.record.reference))
    desk.work()

    assert S.SIGNED is desk.state(package)


def test_signed_before_it_was_sent(desk: Desk) -> None:
    """Signatures that stood there before are not counted, and have to hold."""
    package = returned(desk)
    (one,) = package.record.documents
    other = desk.sent(one.document, invited=PEOPLE[:1])
    desk.hub.everybody(int(other.record.reference))
    desk.work()

    found = desk.vl.packages.read(other.id).record
    assert S.SIGNED is found.state
    assert 1 == len(found.documents[0].signatures)


def test_a_stamp_of_before_proves_nothing_of_later(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A timestamp that nobody trusts, on a document that has a good one."""
    stamped, people, stamp = io.BytesIO(), desk.hub.people, People.stamp
    source = io.BytesIO(paper("Besluit van An Proef"))
    key = people.key("Els Model")
    sign(
        source,
        stamped,
        SignatureSpec(field="Eerder"),
        key.identity(),
        key.sign,
        at=desk.clock.now,
        timestamp=people.stamp,
        limits=desk.vl.settings.limits,
    )
    add_timestamp(stamped, Evidence(), people.stamp, at=desk.clock.now)
    document = desk.document(content=stamped.getvalue())
    package = desk.sent(document, invited=PEOPLE[:1])
    stranger = People(tmp_path, desk.clock)
    monkeypatch.setattr(People, "stamp", lambda _, asked: stamp(stranger, asked))
    desk.hub.everybody(int(package.record.reference))
    desk.work()

    found = desk.vl.packages.read(package.id)
    assert S.VALIDATION_FAILED is found.record.state
    assert K.NO_TIMESTAMP in kinds(found)


def test_try_later(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be told now is not held against it: it is asked again."""
    later = SignatureVerdict(
        field="Handtekening1",
        indication=Indication.INDETERMINATE,
        sub_indication=SubIndication.TRY_LATER,
        timestamps=(TimestampVerdict(indication=Indication.TOTAL_PASSED),),
    )
    verdict = FileVerdict(
        file="x", indication=Indication.INDETERMINATE, signatures=(later,)
    )
    package = desk.sent(invited=PEOPLE[:1])
    desk.hub.everybody(int(package.record.reference))
    real = desk.vl._package_work  # noqa: SLF001 - a verdict that we cannot bring about
    checker = attrs.evolve(real.checker, validate=lambda *_: verdict)
    work = attrs.evolve(real, checker=checker)
    monkeypatch.setitem(vars(desk.vl), "_package_work", work)
    desk.work()
    assert S.RETURNED is desk.state(package)
    monkeypatch.setitem(vars(desk.vl), "_package_work", real)
    desk.work()

    assert S.SIGNED is desk.state(package)


@pytest.mark.interop
def test_judged_by_others(
    desk: Desk, needs_program: Callable[[str], str], tmp_path: Path
) -> None:
    """Poppler finds the signatures that count, and qpdf a file that is whole."""
    package = returned(desk)
    (one,) = package.record.documents
    file = tmp_path / "besluit.pdf"
    with desk.vl.packages.evidence(package.id, one.document, by=DESK) as back:
        file.write_bytes(back.read())
    sig = [needs_program("pdfsig"), "-nocert", str(file)]
    told = subprocess.run(sig, capture_output=True, text=True, check=False).stdout
    whole = [needs_program("qpdf"), "--check", str(file)]

    assert 2 == told.count("Signature Validation: Signature is Valid.")
    assert 1 == told.count("Total document signed")
    assert "An Proef (Signature)" in told
    subprocess.run(whole, check=True, capture_output=True)


@pytest.mark.interop
@pytest.mark.parametrize("how", [Spoilt.UNSIGNED, Spoilt.FLATTENED])
def test_others_find_no_signature_either(
    how: Spoilt, desk: Desk, needs_program: Callable[[str], str], tmp_path: Path
) -> None:
    """What we refuse as unsigned has no signature for Poppler."""
    package = returned(desk, how)
    (one,) = package.record.documents
    file = tmp_path / "besluit.pdf"
    with desk.vl.packages.evidence(package.id, one.document, by=DESK) as back:
        file.write_bytes(back.read())
    sig = [needs_program("pdfsig"), "-nocert", str(file)]
    told = subprocess.run(sig, capture_output=True, text=True, check=False).stdout

    assert "does not contain any signatures" in told
