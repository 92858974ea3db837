"""Packages: sent, followed, taken in; and every way in which they end otherwise."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import attrs
import pytest

from digivl.custody.model import CustodyState
from digivl.documents.model import Origin
from digivl.errors import (
    ConfigurationError,
    MalformedError,
    NotFoundError,
    SigningError,
    StepNotAllowedError,
)
from digivl.kernel.personal import Personal
from digivl.records.entries import Entry
from digivl.signing.platform.model import (
    PACKAGE,
    PackageState,
    Progress,
    SigningPackage,
)
from digivl.signing.platform.people import Assurance, ByText, Rectangle
from digivl.testing.papers import paper
from digivl.testing.signinghub_desk import (
    ACCOUNT,
    ADVISER,
    DESK,
    MINISTER,
    PEOPLE,
    PRESIDENT,
    Desk,
)

S = PackageState


def number(package: Entry[SigningPackage]) -> int:
    """What the platform calls a package."""
    return int(package.record.reference)


def held(desk: Desk, package: Entry[SigningPackage]) -> tuple[str, str]:
    """Who has it, and what is next."""
    custody = desk.vl.custody.of(package.ref).record
    return custody.holder.id, custody.next_step


def test_the_whole_way(desk: Desk) -> None:
    """Approved, signed by two, taken in as a signed version; one holder all along."""
    sent = desk.send()
    seen = [(desk.state(sent), held(desk, sent))]
    desk.work(0)
    package = desk.vl.packages.read(sent.id)
    for act, mail in (
        (desk.hub.approve, "els@example.be"),
        (desk.hub.sign, "an.proef@example.be"),
        (desk.hub.sign, "jan.voorbeeld@example.be"),
    ):
        seen.append((desk.state(sent), held(desk, sent)))
        act(number(package), mail)
        desk.work()
    found = desk.vl.packages.read(sent.id).record

    assert S.SIGNED is found.state
    assert [
        (S.WAITING, DESK.id),
        (S.TO_BE_APPROVED, ADVISER.id),
        (S.TO_BE_SIGNED, PRESIDENT.id),
        (S.PARTLY_SIGNED, MINISTER.id),
    ] == [(state, holder) for state, (holder, _) in seen]
    assert CustodyState.CLOSED is desk.vl.custody.of(sent.ref).record.state
    document = desk.vl.documents.read(found.documents[0].document).record
    assert [Origin.RECEIVED, Origin.SIGNED] == [v.origin for v in document.versions]
    assert document.latest.sha256 == found.documents[0].returned


def test_three_moments_and_both_times(desk: Desk) -> None:
    """The hash at sending, before anybody signed, and after; signing and sync time."""
    content = paper("Besluit van An Proef en Jan Voorbeeld")
    package = desk.sent()
    desk.work(30)
    signed_at = desk.clock.now
    desk.hub.everybody(number(package))
    desk.work(90)
    found = desk.vl.packages.read(package.id).record
    (one,) = found.documents

    assert hashlib.sha256(content).hexdigest() == one.sent
    assert one.read_back_at is not None
    assert one.read_back_at < signed_at
    with desk.vl.packages.evidence(package.id, one.document, by=DESK) as file:
        bytes_back = file.read()
    assert hashlib.sha256(bytes_back).hexdigest() == one.returned
    assert hashlib.sha256(bytes_back[: one.size]).hexdigest() == one.sent
    assert [PRESIDENT.id, MINISTER.id] == [fact.signer for fact in one.signatures]
    for fact in one.signatures:
        assert fact.stamped_at == signed_at == fact.processed_at == fact.claimed_at
        assert ("B-T", "digivl platform TSU") == (fact.level, fact.authority)
    assert found.completed_at == signed_at
    assert found.synced_at == signed_at + timedelta(minutes=90)


def test_a_bundle(desk: Desk) -> None:
    """Several documents of one dossier, each signed by all; names do not collide."""
    first = desk.document("Besluit")
    dossier = desk.vl.documents.read(first).record.dossier
    second = desk.document("Besluit", paper("Tweede"), dossier)
    package = desk.sent(first, second)
    desk.hub.everybody(number(package))
    desk.work()
    found = desk.vl.packages.read(package.id).record

    assert S.SIGNED is found.state
    assert "Besluit (en 1 andere)" == found.title
    assert [2, 2] == [len(one.signatures) for one in found.documents]
    names = [one["document_name"] for one in desk.there()["documents"]]
    assert ["Besluit.pdf", "Besluit (2).pdf"] == names


def test_order_counts_everybody(desk: Desk) -> None:
    """A field goes to the place of its signer among approvers, copies and signers."""
    place = Rectangle(page=1, x=72, y=600)
    text = ByText(text=Personal("Jan Voorbeeld"))
    invited = (
        attrs.evolve(PEOPLE[0], rectangle=place),
        attrs.evolve(PEOPLE[1], text=text, assurance=Assurance.AES),
        PEOPLE[2],
    )
    desk.sent(invited=invited)
    fields = desk.there()["fields"]

    assert [
        (2, "QUALIFIED_ELECTRONIC_SIGNATURE"),
        (3, "ADVANCED_ELECTRONIC_SIGNATURE"),
    ] == [(field["order"], *field["level_of_assurance"]) for field in fields]


def test_text_that_is_not_there(desk: Desk) -> None:
    """Without a place for a signature nothing is shared, and nothing left behind."""
    text = ByText(text=Personal("Wie staat hier niet"))
    package = desk.sent(invited=(attrs.evolve(PEOPLE[0], text=text),))
    found = desk.vl.packages.read(package.id).record

    assert S.REJECTED is found.state
    assert "no place was found" in found.problem
    assert [] == desk.hub.packages()
    assert (DESK.id, "niet ondertekend: opnieuw vragen of afhandelen") == held(
        desk, package
    )


def test_the_owner_places_fields_and_shares(desk: Desk) -> None:
    """Then who asked has it, with an address; after sharing the people have it."""
    package = desk.sent(share=False)
    assert (S.PREPARED, DESK.id) == (desk.state(package), held(desk, package)[0])

    link = desk.vl.packages.link(package.id, by=DESK)
    desk.hub.share(number(package))
    desk.work()

    assert f"/Web#/Viewer/{number(package)}/" in link
    assert (S.TO_BE_APPROVED, ADVISER.id) == (
        desk.state(package),
        held(desk, package)[0],
    )
    assert all(
        "token" not in entry.canonical
        for entry in desk.vl.book.history(PACKAGE, package.id)
    )


def test_no_link_before_it_is_there(desk: Desk) -> None:
    """What is not on the platform cannot be opened there."""
    package = desk.send()

    with pytest.raises(SigningError, match="not on the platform"):
        desk.vl.packages.link(package.id, by=DESK)


def test_refused(desk: Desk) -> None:
    """Who refuses ends it; why stands in the book as a personal value."""
    package = desk.sent()
    desk.hub.approve(number(package), "els@example.be")
    desk.hub.decline(
        number(package), "jan.voorbeeld@example.be", "artikel 2 klopt niet"
    )
    desk.work()
    found = desk.vl.packages.read(package.id).record

    assert S.REFUSED is found.state
    assert found.needs_a_person
    assert Progress.DECLINED is found.acted[2].progress
    assert found.acted[2].reason is not None
    assert "artikel 2 klopt niet" == found.acted[2].reason.reveal()
    assert DESK.id == held(desk, package)[0]


def test_deleted_there(desk: Desk) -> None:
    """Gone counts as deleted when it is still gone a while later."""
    package = desk.sent()
    desk.hub.delete(number(package))
    desk.work(3)
    assert S.TO_BE_APPROVED is desk.state(package)
    desk.work(6)

    assert S.CANCELLED is desk.state(package)


def test_missed_once_and_there_again(desk: Desk) -> None:
    """A platform that does not know it for a moment changes nothing."""
    package = desk.sent()
    desk.hub.delete(number(package))
    desk.work(3)
    with desk.hub.files.changing(number(package)) as found:
        found["deleted"] = False
    desk.work(6)

    assert S.TO_BE_APPROVED is desk.state(package)
    assert desk.vl.packages.read(package.id).record.missed_at is None


def test_not_found_but_listed(desk: Desk) -> None:
    """A platform that contradicts itself is asked again; nothing is cancelled."""
    package = desk.sent()
    record = attrs.evolve(package.record, reference="999999")
    desk.vl.book.write(package.next(record, "look", DESK, desk.clock()))
    desk.work()
    desk.work()

    assert S.TO_BE_APPROVED is desk.state(package)
    errors = [task.error for task in desk.vl.book.tasks(state="waiting")]
    assert ["not found by its id, but listed"] == errors


def test_recalled_there(desk: Desk) -> None:
    """Taken back by its owner on the platform it waits for the owner again."""
    package = desk.sent()
    desk.hub.recall(number(package))
    desk.work()

    assert (S.PREPARED, DESK.id) == (desk.state(package), held(desk, package)[0])


def test_expired_there(desk: Desk) -> None:
    """Its term there passed."""
    package = desk.sent()
    desk.hub.expire(number(package))
    desk.work()

    assert S.EXPIRED is desk.state(package)


def test_until(desk: Desk) -> None:
    """When its term passes it is taken back by itself."""
    package = desk.sent(until=desk.clock.now + timedelta(hours=2))
    desk.work()
    assert S.TO_BE_APPROVED is desk.state(package)
    desk.work()
    desk.work(0)

    assert S.EXPIRED is desk.state(package)
    assert [] == desk.hub.packages()


def test_until_needs_a_zone(desk: Desk) -> None:
    """A moment without a zone is refused at once."""
    with pytest.raises(MalformedError, match="time zone"):
        desk.send(until=desk.clock.now.replace(tzinfo=None))


@pytest.mark.parametrize("acted", [False, True])
def test_withdrawn(desk: Desk, acted: bool) -> None:  # noqa: FBT001
    """We take it back, also when somebody acted already."""
    package = desk.sent()
    if acted:
        desk.hub.approve(number(package), "els@example.be")
    desk.vl.packages.withdraw(package.id, by=DESK, reason="fout in artikel 2")
    assert S.WITHDRAWING is desk.state(package)
    desk.work(0)

    assert S.CANCELLED is desk.state(package)
    assert [] == desk.hub.packages()


def test_withdrawn_before_it_left(desk: Desk) -> None:
    """What did not leave yet never leaves."""
    package = desk.send()
    desk.vl.packages.withdraw(package.id, by=DESK, reason="fout")
    desk.work(0)

    assert S.CANCELLED is desk.state(package)
    assert [] == desk.hub.files.all()


def test_signed_before_it_could_be_withdrawn(desk: Desk) -> None:
    """Then the signatures count."""
    package = desk.sent()
    desk.vl.packages.withdraw(package.id, by=DESK, reason="fout")
    desk.hub.everybody(number(package))
    desk.work(0)

    assert S.SIGNED is desk.state(package)


def test_ask_again(desk: Desk) -> None:
    """The same documents to the same people; the old one is done with."""
    package = desk.sent()
    desk.hub.decline(number(package), "els@example.be", "neen")
    desk.work()
    again = desk.vl.packages.ask_again(package.id, by=DESK, reason="uitgelegd")
    desk.work(0)
    new = desk.vl.packages.read(again.id).record
    desk.hub.everybody(int(new.reference))
    desk.work()

    assert S.SIGNED is desk.state(again)
    assert package.id == new.follows
    assert desk.vl.packages.read(package.id).record.settled
    assert [package.id, again.id] == sorted(
        (entry.id for entry in desk.vl.packages.of_dossier(new.dossier)),
        key=[package.id, again.id].index,
    )
    with pytest.raises(SigningError, match="nothing is to be mended"):
        desk.vl.packages.ask_again(package.id, by=DESK, reason="nog eens")


def test_settle(desk: Desk) -> None:
    """Let it be: nobody has it, and the document is free again."""
    package = desk.sent()
    with pytest.raises(SigningError, match="nothing is to be mended"):
        desk.vl.packages.settle(package.id, by=DESK, reason="x")
    desk.hub.decline(number(package), "els@example.be")
    desk.work()
    document = package.record.documents[0].document
    with pytest.raises(SigningError, match="is on hub already"):
        desk.send(document)
    desk.vl.packages.settle(package.id, by=DESK, reason="op papier getekend")

    assert CustodyState.CLOSED is desk.vl.custody.of(package.ref).record.state
    assert desk.send(document).record.documents[0].document == document


def test_documents_of_two_dossiers(desk: Desk) -> None:
    """They do not go in one package; nor does one document twice, nor none."""
    one, other = desk.document(), desk.document()
    for documents in ((one, other), (one, one), ()):
        with pytest.raises(MalformedError, match="package"):
            desk.vl.packages.send(documents, PEOPLE, ACCOUNT, by=DESK)


def test_unknown_platform(desk: Desk) -> None:
    """The settings have to name it."""
    account = attrs.evolve(ACCOUNT, platform="elders")

    with pytest.raises(ConfigurationError, match="no signing platform 'elders'"):
        desk.vl.packages.send([desk.document()], PEOPLE, account, by=DESK)


def test_nothing_came_back(desk: Desk) -> None:
    """There is no evidence before anything came back."""
    package = desk.sent()

    with (
        pytest.raises(NotFoundError, match="nothing came back"),
        desk.vl.packages.evidence(package.id, "x", by=DESK),
    ):
        pass


def test_cannot_withdraw_what_ended(desk: Desk) -> None:
    """Each act has its time."""
    package = desk.sent()
    desk.hub.everybody(number(package))
    desk.work()

    with pytest.raises(StepNotAllowedError):
        desk.vl.packages.withdraw(package.id, by=DESK, reason="spijt")
    with pytest.raises(StepNotAllowedError):
        desk.vl.packages.check_again(package.id, by=DESK, reason="x")
