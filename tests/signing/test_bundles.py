"""Several documents together: their order, their signatories, one act of consent."""

from __future__ import annotations

from datetime import date

import attrs
import pytest

from digivl.documents.model import DECISION_REPORT
from digivl.errors import (
    KeyUnusableError,
    MalformedError,
    NotAllowedError,
    SigningError,
    StepNotAllowedError,
    WrongPINError,
)
from digivl.kernel.vrnumber import VRKind, VRNumber
from digivl.pdf.digests import Digest
from digivl.pdf.signer import Identity
from digivl.records.port import Query
from digivl.signing.means import SigningMeans
from digivl.signing.model import FLOW, FlowState, Signatory
from digivl.signing.order import InOrder
from digivl.testing.council import CABINET
from digivl.testing.desk import (
    CHIEF,
    DEPUTY,
    MINISTER,
    PRESIDENT,
    Desk,
    approves,
    signs,
)

NUMBER = VRNumber(date=date(2026, 11, 24), kind=VRKind.DOC, number=12)


@attrs.define
class Fragile:
    """A means that works so many times, and then fails for good."""

    means: SigningMeans
    left: int
    error: Exception
    asked: int = 0

    @property
    def name(self) -> str:
        """That of the means."""
        return self.means.name

    def identity(self) -> Identity:
        """That of the means."""
        return self.means.identity()

    def sign(self, message: bytes, digest: Digest) -> bytes:
        """Sign, or fail."""
        self.asked += 1
        if self.left == 0:
            raise self.error
        self.left -= 1
        return self.means.sign(message, digest)


def numbered(desk: Desk, title: str, position: int) -> str:
    """A document with a number."""
    name = desk.document(title)
    found = desk.vl.documents.read(name)
    record = attrs.evolve(found.record, number=NUMBER.at(position=position))
    desk.vl.book.write(found.next(record, "number", CABINET, desk.now))
    return name


def test_order_of_a_bundle(desk: Desk) -> None:
    """The decision report as cover, then by number, then as they were given."""
    loose = desk.document("Zonder nummer")
    second = numbered(desk, "Tweede", 2)
    first = numbered(desk, "Eerste", 1)
    cover = desk.document("Beslissingsfiche", DECISION_REPORT)
    given = dict.fromkeys([loose, second, first, cover], (signs(MINISTER),))

    flows = desk.signing.start_bundle(given, by=CABINET)

    assert [cover, first, second, loose] == [one.record.document for one in flows]
    bundle = flows[0].record.bundle
    assert bundle is not None
    again = desk.signing.bundle(bundle)
    assert [one.id for one in flows] == [one.id for one in again]
    assert [1, 2, 3, 4] == [one.record.place for one in again]
    assert ["ondertekenen"] * 4 == desk.worklist(MINISTER)
    assert ("minister-1", "ondertekenen") == desk.holder()


def test_all_or_none_are_put_up(desk: Desk) -> None:
    """One that is up for signing already keeps the others back."""
    names = [desk.document(str(number)) for number in range(3)]
    desk.signing.start(names[1], [signs(MINISTER)], by=CABINET)

    with pytest.raises(SigningError, match="up for signing already"):
        desk.signing.start_bundle(dict.fromkeys(names, (signs(MINISTER),)), by=CABINET)
    with pytest.raises(MalformedError, match="at least one document"):
        desk.signing.start_bundle({}, by=CABINET)

    assert 1 == len(desk.vl.book.rows(Query(kind=FLOW.name)))


def bundle_of(desk: Desk, count: int, *, shared: bool = True) -> tuple[str, list[str]]:
    """A bundle of so many documents; the last can have other signatories."""
    names = [desk.document(str(number)) for number in range(count)]
    both: InOrder[Signatory] = (signs(MINISTER), signs(PRESIDENT))
    given = dict.fromkeys(names, both)
    if not shared:
        given[names[-1]] = (signs(PRESIDENT),)
    flows = desk.signing.start_bundle(given, by=CABINET)
    assert flows[0].record.bundle is not None
    return flows[0].record.bundle, [one.id for one in flows]


def test_different_people_in_one_bundle(desk: Desk) -> None:
    """Each signs what is for it, under one act of consent."""
    bundle, flows = bundle_of(desk, 3, shared=False)

    outcomes = desk.signing.sign_bundle(bundle, by=MINISTER, identified="eID")
    assert (flows[:2], [True, True]) == (
        [one.flow for one in outcomes],
        [one.done for one in outcomes],
    )
    consents = {
        one.entry.record.signatories[0].consent for one in outcomes if one.entry
    }
    assert (1, True) == (len(consents), None not in consents)
    outcomes = desk.signing.sign_bundle(bundle, by=PRESIDENT)

    assert flows == [one.flow for one in outcomes]
    states = {entry.record.state for entry in desk.signing.bundle(bundle)}
    assert {FlowState.SIGNED} == states
    assert [FLOW.ref(name) for name in flows] == [one.ref for one in outcomes]
    with pytest.raises(NotAllowedError):
        desk.signing.sign_bundle(bundle, by=PRESIDENT)


def test_approve_a_bundle(desk: Desk) -> None:
    """All of it, with one remark."""
    names = [desk.document(str(number)) for number in range(2)]
    given = dict.fromkeys(names, (signs(MINISTER),))
    flows = desk.signing.start_bundle(given, approvers=[approves(CHIEF)], by=CABINET)
    bundle = str(flows[0].record.bundle)
    with pytest.raises(NotAllowedError):
        desk.signing.sign_bundle(bundle, by=MINISTER)

    outcomes = desk.signing.approve_bundle(bundle, by=CHIEF, remark="In orde.")

    assert all(one.done for one in outcomes)
    assert ["ondertekenen"] * 2 == desk.worklist(MINISTER)


def test_one_document_does_not_stop_the_others(desk: Desk) -> None:
    """What is wrong with one is its own outcome; it can go on later."""
    bundle, flows = bundle_of(desk, 3)
    desk.renewed(desk.signing.read(flows[1]).record.document)

    outcomes = desk.signing.sign_bundle(bundle, by=MINISTER)

    assert [True, False, True] == [one.done for one in outcomes]
    assert isinstance(outcomes[1].error, MalformedError)
    assert (True, None) == (outcomes[1].tried, outcomes[1].entry)
    desk.signing.renew(flows[1], by=CABINET)
    (outcome,) = desk.signing.sign_bundle(bundle, by=MINISTER)
    assert (flows[1], True) == (outcome.flow, outcome.done)


def test_renewing_one_leaves_the_others(desk: Desk) -> None:
    """Only who signed that document signs again."""
    bundle, flows = bundle_of(desk, 2)
    desk.signing.sign_bundle(bundle, by=MINISTER)
    desk.renewed(desk.signing.read(flows[0]).record.document)

    desk.signing.renew(flows[0], by=CABINET, reason="BIS")

    states = [entry.record.state for entry in desk.signing.bundle(bundle)]
    assert [FlowState.TO_BE_SIGNED, FlowState.PARTLY_SIGNED] == states
    assert ["minister-1"] == [who for who, _ in desk.asked(flows[0])]
    assert ["minister-p"] == [who for who, _ in desk.asked(flows[1])]


def test_a_wrong_pin_is_not_tried_on_the_next(desk: Desk) -> None:
    """Three wrong ones block a card: the rest is left, and signed later."""
    bundle, flows = bundle_of(desk, 4)
    works = desk.means["minister"]
    broken = Fragile(works, 1, WrongPINError("wrong PIN", hint="Type it again."))
    desk.means["minister"] = broken

    outcomes = desk.signing.sign_bundle(bundle, by=MINISTER)

    assert [True, False, False, False] == [one.done for one in outcomes]
    assert [True, True, False, False] == [one.tried for one in outcomes]
    assert {"wrong-pin"} == {one.error.code for one in outcomes if one.error}
    assert 2 == broken.asked
    desk.means["minister"] = works
    rest = desk.signing.sign_bundle(bundle, by=MINISTER)
    assert flows[1:] == [one.flow for one in rest]
    assert all(one.done for one in rest)


def test_another_means_is_still_tried(desk: Desk) -> None:
    """Documents that are no bundle can be signed together too."""
    flows = [desk.flow(signs(MINISTER)).id, "geen", desk.flow(signs(DEPUTY)).id]
    desk.means["minister"] = Fragile(
        desk.means["minister"], 0, KeyUnusableError("the card was taken out")
    )

    outcomes = desk.signing.sign_all([flows[1], flows[0], flows[2]], by=MINISTER)

    assert ["not-allowed", "key-unusable", "key-unusable"] == [
        one.error.code for one in outcomes if one.error
    ]
    assert ["", "Besluit", "Besluit"] == [one.title for one in outcomes]
    assert FlowState.TO_BE_SIGNED is desk.signing.read(flows[0]).record.state


def test_each_document_goes_its_own_way(desk: Desk) -> None:
    """One is refused; the others are signed all the same."""
    bundle, flows = bundle_of(desk, 3)
    desk.signing.refuse(flows[1], by=MINISTER, reason="bedrag")

    outcomes = desk.signing.sign_bundle(bundle, by=MINISTER)

    assert [flows[0], flows[2]] == [one.flow for one in outcomes]
    with pytest.raises(StepNotAllowedError):
        desk.signing.sign(flows[1], by=PRESIDENT)
