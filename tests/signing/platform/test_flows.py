"""Packages of signing flows: one way to sign at a time, and one end for both."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from digivl.documents.model import Origin
from digivl.errors import (
    MalformedError,
    NotReadyError,
    SigningError,
    StepNotAllowedError,
)
from digivl.kernel.identifiers import new_id
from digivl.kernel.kinds import Ref
from digivl.kernel.parties import Party, Role
from digivl.records.entries import Entry, first
from digivl.signing.insession import asked
from digivl.signing.model import FLOW, Approver, FlowState, Signatory, SigningFlow
from digivl.signing.platform.findings import FindingKind
from digivl.signing.platform.model import PackageState, SigningPackage, mark_of
from digivl.signing.session import SESSION, Order, Piece, SigningSession
from digivl.testing.papers import paper
from digivl.testing.signinghub import Spoilt
from digivl.testing.signinghub_desk import (
    ACCOUNT,
    ADVISER,
    DESK,
    MINISTER,
    PEOPLE,
    PRESIDENT,
    Desk,
)
from digivl.verification.model import RegisterState

F, S = FlowState, PackageState
BOTH = [Signatory(party=one, means="hub") for one in (PRESIDENT, MINISTER)]


def flow_of(desk: Desk, document: str = "", **terms: Any) -> Entry[SigningFlow]:
    """A flow with the people that packages usually go to."""
    return desk.vl.signing.start(
        document or desk.document(),
        [BOTH],
        approvers=[Approver(party=ADVISER)],
        by=DESK,
        **terms,
    )


def package_of(
    desk: Desk, flow: Entry[SigningFlow], **terms: Any
) -> Entry[SigningPackage]:
    """The package of a flow, on the platform."""
    return desk.sent(flow.record.document, flow=flow.ref, **terms)


def everybody(desk: Desk, package: Entry[SigningPackage]) -> SigningPackage:
    """All of them act there, and it is taken in."""
    desk.hub.everybody(int(desk.vl.packages.read(package.id).record.reference))
    desk.work()
    return desk.vl.packages.read(package.id).record


def now(desk: Desk, flow: Entry[SigningFlow]) -> SigningFlow:
    """A flow as it is."""
    return desk.vl.signing.read(flow.id).record


def acts(desk: Desk, flow: Entry[SigningFlow]) -> list[str]:
    """What was done with it."""
    return [entry.action for entry in desk.vl.book.history(FLOW, flow.id)]


def test_somebody_signs_it_elsewhere(desk: Desk) -> None:
    """Who is asked in a session is not asked on the platform too."""
    flow, at = flow_of(desk), desk.vl.clock()
    session, who = new_id(), flow.record.signatories[1]
    order = Order(sha256=flow.record.current, label="Besluit", flow=flow.id)
    record = SigningSession(
        means="itsme",
        description="Ondertekenen",
        by=MINISTER,
        pieces=(Piece(order=order),),
        expires_at=at + timedelta(hours=1),
    )
    desk.vl.book.write(
        first(SESSION, session, record, "start", MINISTER, at),
        asked(flow, who, session, MINISTER, at),
    )

    with pytest.raises(SigningError, match="in another session"):
        package_of(desk, flow)
    assert [] == desk.vl.packages.of_flow(flow.ref)


def test_signed_there_is_signed_here(desk: Desk) -> None:
    """Who did what there, when and with which certificate; one version, one holder."""
    flow = flow_of(desk)
    package = package_of(desk, flow)
    out = now(desk, flow).elsewhere
    assert out is not None
    assert ("hub", mark_of(package.id)) == (out.platform, out.reference)
    assert [package.id] == [one.id for one in desk.vl.packages.of_flow(flow.ref)]
    assert [] == desk.vl.packages.of_flow(Ref("other", flow.id))
    with pytest.raises(SigningError, match="is signed on hub"):
        desk.vl.signing.approve(flow.id, by=ADVISER)

    done, signed = everybody(desk, package), now(desk, flow)

    assert (S.SIGNED, F.SIGNED) == (done.state, signed.state)
    assert ["start", "give out", "take in"] == acts(desk, flow)
    (document,) = done.documents
    assert document.returned == signed.current
    versions = desk.vl.documents.read(document.document).record.versions
    assert [Origin.RECEIVED, Origin.SIGNED] == [one.origin for one in versions]
    facts = {fact.signer: fact for fact in document.signatures}
    for one in signed.signatories:
        fact = facts[one.party.id]
        assert (fact.stamped_at, fact.certificate, "B-T") == (
            one.signed_at,
            one.certificate,
            one.level,
        )
        assert "op hub: gekwalificeerde handtekening" == one.identified
        assert (signed.base, signed.current) == (one.over, one.version)
        assert one.recorded_at == done.changed_at
    (chief,) = signed.approvers
    assert (signed.base, "op hub") == (chief.version, chief.identified)
    assert {} == desk.vl.signing.questions(flow.id)
    assert (
        DESK.id == desk.vl.custody.of(Ref("dossier", signed.dossier)).record.holder.id
    )


def test_the_register_follows(desk: Desk) -> None:
    """A stamped document that comes back by a package becomes the authentic one."""
    document = desk.document()
    desk.vl.register.stamp(document, by=DESK)
    flow = flow_of(desk, document)
    package = package_of(desk, flow)
    with pytest.raises(NotReadyError):
        desk.vl.register.register(flow.id, by=DESK)
    everybody(desk, package)
    assert (
        RegisterState.IN_SIGNING is desk.vl.register.of_document(document).record.state
    )

    done = desk.vl.register.register(flow.id, by=DESK).record

    assert RegisterState.ACTIVE is done.state
    assert now(desk, flow).current == done.final
    assert {PRESIDENT.label, MINISTER.label} == {
        one.function for one in done.signatures
    }


def test_one_way_at_a_time(desk: Desk) -> None:
    """A flow that runs and a package beside it are refused, whichever was first."""
    flow = flow_of(desk)
    with pytest.raises(SigningError, match="up for signing already"):
        desk.send(flow.record.document)
    package = desk.send()
    (one,) = package.record.documents
    with pytest.raises(SigningError, match="is on hub already"):
        flow_of(desk, one.document)
    draft = desk.vl.signing.draft(one.document, BOTH, by=DESK)
    with pytest.raises(SigningError, match="is on hub already"):
        desk.vl.signing.send(draft.id, by=DESK)
    desk.vl.packages.withdraw(package.id, by=DESK, reason="toch hier")
    desk.vl.packages.settle(package.id, by=DESK, reason="toch hier")
    assert F.TO_BE_SIGNED is desk.vl.signing.send(draft.id, by=DESK).record.state
    desk.vl.signing.cancel(flow.id, by=DESK, reason="toch daar")
    assert S.WAITING is desk.state(desk.send(flow.record.document))


def test_given_out_once(desk: Desk) -> None:
    """Not to a second platform; nothing is written of what is refused."""
    flow = flow_of(desk)
    desk.vl.signing.give_out(flow.id, platform="x", reference="1", by=DESK)
    with pytest.raises(StepNotAllowedError, match="op x"):
        package_of(desk, flow)
    assert [] == desk.vl.packages.of_dossier(flow.record.dossier)


@pytest.mark.parametrize("which", ["declined", "deleted", "expired", "withdrawn"])
def test_not_signed_there(desk: Desk, which: str) -> None:
    """It is taken back, and says why; people sign here, or are asked there again."""
    flow = flow_of(desk)
    package = package_of(desk, flow)
    number = int(package.record.reference)
    if which == "declined":
        desk.hub.decline(number, "els@example.be", "neen")
    elif which == "deleted":
        desk.hub.delete(number)
    elif which == "expired":
        desk.hub.expire(number)
    else:
        desk.vl.packages.withdraw(package.id, by=DESK, reason="te traag")
    desk.work()
    desk.work()
    back = desk.vl.signing.read(flow.id)

    assert (None, F.TO_BE_APPROVED) == (back.record.elsewhere, back.record.state)
    assert ("take back", f"pakket op hub: {desk.state(package).label}") == (
        back.action,
        back.reason,
    )
    again = desk.vl.packages.ask_again(package.id, by=DESK, reason="uitgelegd")
    desk.work(0)
    assert S.SIGNED is everybody(desk, again).state
    assert F.SIGNED is now(desk, flow).state


def test_not_wanted_by_the_platform(desk: Desk) -> None:
    """What never got there, or was dropped before, is taken back as well."""
    flow = flow_of(desk)
    package = desk.send(flow.record.document, flow=flow.ref)
    desk.vl.packages.withdraw(package.id, by=DESK, reason="fout")
    assert now(desk, flow).elsewhere is None
    desk.vl.packages.settle(package.id, by=DESK, reason="hier")
    assert ["start", "give out", "take back"] == acts(desk, flow)
    assert F.TO_BE_SIGNED is desk.vl.signing.approve(flow.id, by=ADVISER).record.state


def spoilt(desk: Desk, flow: Entry[SigningFlow]) -> Entry[SigningPackage]:
    """The package of a flow, of which another file came back."""
    package = package_of(desk, flow)
    desk.hub.spoil(int(package.record.reference), Spoilt.CHANGED_PAGE)
    assert S.VALIDATION_FAILED is everybody(desk, package).state
    return package


def test_bad_return(desk: Desk) -> None:
    """The flow fails with the package; the document stays what it was."""
    flow = flow_of(desk)
    package = spoilt(desk, flow)
    failed = now(desk, flow)

    assert F.VALIDATION_FAILED is failed.state
    assert "meer toegevoegd dan handtekeningen" in failed.problem
    document = desk.vl.documents.read(failed.document).record
    assert failed.base == document.latest.sha256
    # Asked again, it goes on with the new package.
    again = desk.vl.packages.ask_again(package.id, by=DESK, reason="opnieuw")
    desk.work(0)
    assert S.SIGNED is everybody(desk, again).state
    assert F.SIGNED is now(desk, flow).state
    assert ["start", "give out", "fail", "give out", "take in"] == acts(desk, flow)


def test_bad_return_settled(desk: Desk) -> None:
    """Let it be, and people sign here."""
    flow = flow_of(desk)
    package = spoilt(desk, flow)
    desk.vl.packages.settle(package.id, by=DESK, reason="hier getekend")

    assert (None, F.TO_BE_APPROVED) == (
        now(desk, flow).elsewhere,
        now(desk, flow).state,
    )


def test_checked_again(desk: Desk) -> None:
    """With a root that is trusted now: both go on, and are signed."""
    flow, trust = flow_of(desk), desk.vl.settings.trust
    desk.again(trust=())
    package = package_of(desk, flow)
    assert S.VALIDATION_FAILED is everybody(desk, package).state
    assert F.VALIDATION_FAILED is now(desk, flow).state
    desk.again(trust=trust)
    desk.vl.packages.check_again(package.id, by=DESK, reason="wortel toegevoegd")
    assert F.TO_BE_APPROVED is now(desk, flow).state
    desk.work(0)

    assert (S.SIGNED, F.SIGNED) == (desk.state(package), now(desk, flow).state)


@pytest.mark.parametrize("how", ["cancel", "late", "taken back"])
def test_the_flow_moved_on(desk: Desk, how: str) -> None:
    """Then what comes back is kept as proof, and signs nothing."""
    flow = flow_of(desk, deadline=desk.clock.now + timedelta(minutes=30))
    package = package_of(desk, flow)
    if how == "cancel":
        desk.vl.signing.cancel(flow.id, by=DESK, reason="niet meer nodig")
    elif how == "late":
        desk.work(31)
    else:
        desk.vl.signing.take_back(flow.id, by=DESK, reason="te traag")
    done = everybody(desk, package)

    assert S.VALIDATION_FAILED is done.state
    assert [FindingKind.FLOW_MOVED_ON] == [one.kind for one in done.findings]
    document = desk.vl.documents.read(flow.record.document).record
    assert Origin.RECEIVED is document.latest.origin
    assert "take in" not in acts(desk, flow)
    desk.vl.packages.settle(package.id, by=DESK, reason="gezien")
    assert now(desk, flow).elsewhere is None or how == "cancel"


def test_other_people_or_documents(desk: Desk) -> None:
    """A package of a flow asks those whom the flow asks, for its document."""
    flow = flow_of(desk)
    dossier = flow.record.dossier
    other = desk.document("Ander", paper("Ander"), dossier)
    for documents in ((other,), (flow.record.document, other)):
        with pytest.raises(MalformedError, match="the document of that flow"):
            desk.send(*documents, flow=flow.ref)
    with pytest.raises(MalformedError, match="the document of that flow"):
        desk.send(flow.record.document, flow=Ref("signing", "nergens"))
    stranger = Party("minister-9", "Minister 9", Role.MINISTER)
    wrong = (
        PEOPLE[:2],
        (attrs.evolve(PEOPLE[0], party=stranger), *PEOPLE[1:]),
        (*PEOPLE[:2], attrs.evolve(PEOPLE[2], turn=2)),
    )
    for invited in wrong:
        with pytest.raises(MalformedError, match="other people than the flow"):
            package_of(desk, flow, invited=invited)
    assert ["start"] == acts(desk, flow)


def test_what_was_done_here_stays(desk: Desk) -> None:
    """Who approved here is not asked there."""
    flow = flow_of(desk)
    desk.vl.signing.approve(flow.id, by=ADVISER)
    package = package_of(desk, flow, invited=PEOPLE[:2])

    assert S.SIGNED is everybody(desk, package).state
    assert F.SIGNED is now(desk, flow).state


def test_signing_here_says_where(desk: Desk) -> None:
    """Who is to sign on a platform cannot sign with it here."""
    flow = flow_of(desk)
    desk.vl.signing.approve(flow.id, by=ADVISER)
    with pytest.raises(SigningError, match="sign elsewhere"):
        desk.vl.signing.sign(flow.id, by=MINISTER)
    assert ACCOUNT.platform == flow.record.signatories[0].means
