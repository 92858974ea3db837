"""One package on the platform, whatever fails and whenever: exactly once."""

from __future__ import annotations

from typing import Any

import pytest

from digivl.errors import StaleRecordError
from digivl.records.tasks import NewTask, TaskState
from digivl.signing.platform.model import PACKAGE, PackageState, SigningPackage
from digivl.signing.platform.signinghub import SigningHub
from digivl.testing.signinghub import Fault, SigningHubSimulator
from digivl.testing.signinghub_desk import DESK, Desk

S = PackageState
#: The calls of a first attempt: create, upload, type of workflow, people, status,
#: download, share, status.
CALLS = 8
#: After these nothing was done, and it can be tried again unchanged.
PASSING = [fault for fault in Fault if fault not in {Fault.FORBIDDEN, Fault.REJECTED}]


def check_one(desk: Desk, record: SigningPackage) -> None:
    """There is one package, with everything once, and the record names it."""
    there = desk.there()
    assert str(there["package_id"]) == record.reference
    assert "SHARED" == there["status"]
    asked = [one["user_email"] for one in there["users"]]
    assert [
        "els@example.be",
        "an.proef@example.be",
        "jan.voorbeeld@example.be",
    ] == asked
    assert 1 == len(there["documents"])
    assert record.documents[0].theirs == str(there["documents"][0]["documentid"])
    # Of all that was ever made, nobody was asked but once.
    shared = [one for one in desk.hub.files.all() if one["status"] != "DRAFT"]
    assert [there["package_id"]] == [one["package_id"] for one in shared]


@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("place", range(CALLS))
def test_a_call_fails(place: int, fault: Fault, desk: Desk) -> None:
    """At each call, in each way: it ends as one package that people were asked once."""
    package = desk.send()
    desk.hub.fail_next(*[None] * place, fault)
    record = desk.settled(package)

    assert S.TO_BE_APPROVED is record.state
    check_one(desk, record)


@pytest.mark.parametrize("place", [0, 3, 6])
def test_it_fails_twice(place: int, desk: Desk) -> None:
    """Also the look-up, and the second attempt."""
    package = desk.send()
    lost = Fault.LOST_REPLY
    desk.hub.fail_next(*[None] * place, lost, Fault.ERROR, lost, None, lost)
    record = desk.settled(package)

    assert S.TO_BE_APPROVED is record.state
    check_one(desk, record)


@pytest.mark.parametrize("place", range(CALLS - 1))
def test_it_is_not_wanted(place: int, desk: Desk) -> None:
    """What the platform refuses is told once, and nothing is left there."""
    package = desk.send()
    desk.hub.fail_next(*[None] * place, Fault.REJECTED)
    desk.work(0)
    record = desk.vl.packages.read(package.id).record

    assert S.REJECTED is record.state
    assert "422" in record.problem
    assert [] == desk.hub.packages()
    assert "sander.proef" not in record.problem


def test_not_wanted_and_not_to_be_cleaned(desk: Desk) -> None:
    """Where what was begun cannot be taken away now, all of it is tried again."""
    package = desk.send()
    desk.hub.fail_next(None, None, None, Fault.REJECTED, Fault.UNAVAILABLE)
    desk.work(0)
    assert S.UNDER_WAY is desk.state(package)
    record = desk.settled(package)

    check_one(desk, record)


def test_not_let_in(desk: Desk) -> None:
    """Nothing is wrong with the package: its task waits for a person."""
    package = desk.send()
    desk.hub.fail_next(Fault.FORBIDDEN)
    report = desk.work(0)

    assert 1 == report.stuck
    assert S.UNDER_WAY is desk.state(package)
    check_one(desk, desk.settled(package))


def test_owner_shares_a_reply_is_lost(desk: Desk) -> None:
    """A whole draft that an attempt left is used, not made again."""
    package = desk.send(share=False)
    desk.hub.fail_next(*[None] * 3, Fault.LOST_REPLY)
    record = desk.settled(package)

    assert S.PREPARED is record.state
    assert 1 == len(desk.hub.files.all())
    assert str(desk.there()["package_id"]) == record.reference


@pytest.mark.parametrize("ended", ["declined", "expired"])
def test_ended_before_it_was_known_to_be_there(ended: str, desk: Desk) -> None:
    """The reply was lost, and nobody worked until it was over: that is told, too."""
    package = desk.send()
    desk.hub.fail_next(*[None] * 6, Fault.LOST_REPLY)
    desk.work(0)
    assert S.UNKNOWN is desk.state(package)
    number = desk.there()["package_id"]
    if ended == "declined":
        desk.hub.decline(number, "els@example.be", "neen")
    else:
        desk.hub.expire(number)
    record = desk.settled(package)

    assert (S.REFUSED if ended == "declined" else S.EXPIRED) is record.state
    assert str(number) == record.reference
    assert record.needs_a_person


def test_drafts_of_others_stay(desk: Desk) -> None:
    """Only what carries our mark is ever taken away."""
    desk.sent(share=False)
    package = desk.send()
    desk.hub.fail_next(None, Fault.LOST_REPLY)
    desk.settled(package)

    assert ["DRAFT", "SHARED"] == sorted(one["status"] for one in desk.hub.packages())


def test_two_that_were_shared(desk: Desk) -> None:
    """What cannot be, is not guessed: it waits for a person."""
    package = desk.send()
    desk.hub.fail_next(*[None] * 6, Fault.LOST_REPLY)
    desk.work(0)
    first = desk.there()
    desk.hub.files.make({**first, "status": "SHARED"})
    desk.work()

    assert S.UNKNOWN is desk.state(package)
    (task,) = desk.vl.book.tasks()
    assert "2 packages carry the mark of one" in str(task.error)


def test_bytes_that_do_not_stay(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A platform that changes what it was given is not used; nobody is asked."""
    monkeypatch.setattr(SigningHubSimulator, "result", lambda *_: b"%PDF-1.7 anders")
    package = desk.sent()
    record = desk.vl.packages.read(package.id).record

    assert S.REJECTED is record.state
    assert "other bytes than were uploaded" in record.problem
    assert [] == desk.hub.packages()


def test_people_that_were_not_added(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A platform that says yes and forgets somebody is found out before sharing."""
    real = SigningHub.invite
    monkeypatch.setattr(
        SigningHub, "invite", lambda self, o, p, invited: real(self, o, p, invited[1:])
    )
    package = desk.send()
    desk.work(0)

    (task,) = desk.vl.book.tasks()
    assert TaskState.STUCK is task.state
    assert "what stands there is not what was sent" in str(task.error)
    assert ["DRAFT"] == [one["status"] for one in desk.hub.packages()]
    monkeypatch.undo()
    desk.vl.book.retry(task.key, desk.clock())
    check_one(desk, desk.settled(package))


@pytest.mark.parametrize("spoilt", ["documents", "users", "content"])
def test_a_draft_that_lacks_something(spoilt: str, desk: Desk) -> None:
    """What an attempt left in part is taken away, and made anew."""
    package = desk.send(share=False)
    desk.hub.fail_next(*[None] * 3, Fault.LOST_REPLY)
    desk.work(0)
    with desk.hub.files.changing(desk.there()["package_id"]) as found:
        if spoilt == "content":
            found["documents"][0]["sha256"] = desk.hub.files.keep(b"%PDF-1.7 anders")
        else:
            found[spoilt] = found[spoilt][1:]
    record = desk.settled(package)

    assert S.PREPARED is record.state
    assert [False, True] == [not one["deleted"] for one in desk.hub.files.all()]
    assert str(desk.there()["package_id"]) == record.reference


def test_shared_and_its_documents_are_gone(desk: Desk) -> None:
    """What people were asked for and is not what was sent waits for a person."""
    desk.send()
    desk.hub.fail_next(*[None] * 6, Fault.LOST_REPLY)
    desk.work(0)
    with desk.hub.files.changing(desk.there()["package_id"]) as found:
        found["documents"] = []
    desk.work()

    (task,) = desk.vl.book.tasks()
    assert TaskState.STUCK is task.state
    assert "documents of the package are gone" in str(task.error)


def test_says_it_shared_and_did_not(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A yes that cannot be true is no yes."""
    monkeypatch.setattr(SigningHub, "share", lambda *_: None)
    desk.send()
    desk.work(0)

    (task,) = desk.vl.book.tasks()
    assert "says it did not" in str(task.error)


def test_deleted_while_it_is_made(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody deletes the draft there: it is made anew."""
    real = SigningHub.invite

    def invite(self: SigningHub, owner: Any, package: str, invited: Any) -> None:
        real(self, owner, package, invited)
        monkeypatch.undo()
        desk.hub.delete(int(package))

    monkeypatch.setattr(SigningHub, "invite", invite)
    package = desk.send()
    record = desk.settled(package)

    assert S.TO_BE_APPROVED is record.state
    check_one(desk, record)


def test_withdrawn_twice(desk: Desk) -> None:
    """A task that comes again finds nothing to do."""
    package = desk.sent()
    desk.vl.packages.withdraw(package.id, by=DESK, reason="fout")
    late = desk.vl.book.lease("somebody|1", desk.clock(), 1, ["platform withdraw"])
    assert late is not None
    desk.work(5)
    assert S.CANCELLED is desk.state(package)
    again = NewTask(kind="platform withdraw", subject=package.ref, due=desk.clock())
    desk.vl.book.write(tasks=[again])

    assert 1 == desk.work(0).done


def test_a_platform_that_is_down_for_days(desk: Desk) -> None:
    """No look is given up, and none costs an entry in the book."""
    package = desk.sent()
    before = len(list(desk.vl.book.history(PACKAGE, package.id)))
    for _ in range(60):
        desk.hub.fail_next(Fault.UNAVAILABLE)
        assert 1 == desk.work(61).postponed
    assert before == len(list(desk.vl.book.history(PACKAGE, package.id)))
    desk.hub.everybody(int(package.record.reference))
    desk.work()

    assert S.SIGNED is desk.state(package)


@pytest.mark.parametrize("fault", [Fault.GARBLED, Fault.FORBIDDEN, Fault.REJECTED])
def test_a_look_that_makes_no_sense(fault: Fault, desk: Desk) -> None:
    """It is told, and looked again later; it never counts as an end."""
    package = desk.sent()
    desk.hub.fail_next(fault)
    report = desk.work()

    assert 1 == report.postponed
    assert S.TO_BE_APPROVED is desk.state(package)
    desk.hub.everybody(int(package.record.reference))
    desk.work()
    assert S.SIGNED is desk.state(package)


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize(
    "fault", [Fault.UNAVAILABLE, Fault.LOST_REPLY, Fault.ERROR_AFTER]
)
def test_withdrawing_fails(place: int, fault: Fault, desk: Desk) -> None:
    """It is taken back in the end, and only once."""
    package = desk.sent()
    desk.vl.packages.withdraw(package.id, by=DESK, reason="fout")
    desk.hub.fail_next(*[None] * place, fault)
    desk.work(0)
    desk.work()

    assert S.CANCELLED is desk.state(package)
    assert [] == desk.hub.packages()


def test_two_workers(desk: Desk) -> None:
    """Who lost the lease while it sent writes nothing, and its package goes."""
    package = desk.send()
    book = desk.vl.book
    late = book.lease("somebody|1", desk.clock(), 1, ["platform send"])
    assert late is not None
    desk.work(5)
    before = desk.vl.packages.read(package.id)
    with pytest.raises(StaleRecordError):
        desk.vl._package_work.send(late)  # noqa: SLF001 - as a worker that slept

    assert before == desk.vl.packages.read(package.id)
    check_one(desk, before.record)
