"""A dossier with something of everything: for tests of who may do what."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import attrs

from digivl.access.model import AccessLevel
from digivl.advice.agreement import AGREEMENT, Agreement
from digivl.advice.basis import Basis
from digivl.advice.body import Body
from digivl.advice.messages.correspondence import HEARD, SENT, HeardMessage, SentMessage
from digivl.advice.messages.message import OutgoingKind
from digivl.advice.request import ADVICE, AdviceRequest
from digivl.custody.moves import Moves
from digivl.dossiers.agenda import Piece
from digivl.dossiers.model import StepKind
from digivl.dossiers.publication import RegulationType
from digivl.kernel.identifiers import URI, OVOCode, new_id
from digivl.kernel.parties import Party, Role
from digivl.kernel.personal import Personal
from digivl.records.entries import Draft, first
from digivl.signing.loginseal.model import LOGIN_SEAL, Authentication, LoginSeal
from digivl.signing.model import FLOW, Signatory, SigningFlow
from digivl.signing.platform.model import (
    PACKAGE,
    Account,
    Acted,
    Enclosed,
    SigningPackage,
)
from digivl.signing.platform.people import Invited
from digivl.signing.session import SESSION, Order, SigningSession
from digivl.signing.session import Piece as SignedPiece
from digivl.testing.council import (
    CABINET,
    INSPECTOR,
    OTHER_CABINET,
    SECRETARIAT,
    Council,
)
from digivl.testing.matter import BUDGET


@attrs.frozen(kw_only=True)
class Ids:
    """What there is of everything; or, with made up ids, of nothing."""

    dossier: str
    document: str
    meeting: str
    item: str
    step: str
    submission: str
    round: str
    flow: str
    publication: str
    absence: str
    advice: str
    agreement: str
    sent: str
    heard: str
    session: str
    package: str
    seal: str
    pobj: str = "pobj-1"


NOTHING: Final = Ids(**{one.name: f"geen-{one.name}" for one in attrs.fields(Ids)})


def everything(council: Council) -> Ids:
    """A dossier of a cabinet with something of everything, on a design agenda."""
    vl, now = council.vl, council.now
    step = council.matter("Mandaat", level=AccessLevel.CONFIDENTIAL)
    dossier, document = step.record.dossier, step.record.documents[0]
    meeting = council.meeting(days=3).id
    item = council.item(meeting, step.id).id
    final, soon = StepKind.FINAL_APPROVAL, now + timedelta(days=3)
    submission = vl.submissions.submit(
        dossier, final, documents=[document], by=CABINET, co_submitters=["minister-2"]
    )
    asked = vl.consultations.start(
        dossier, documents=[document], obligatory=[OTHER_CABINET], due=soon, by=CABINET
    )
    flow = SigningFlow(
        dossier=dossier,
        document=document,
        title="Mandaat",
        base="0" * 64,
        current="0" * 64,
        started_by=CABINET,
        signatories=(Signatory(party=CABINET, means="zegel"),),
    )
    started = vl.book.write(first(FLOW, new_id(), flow, "start", CABINET, now))[0]
    vl.news.draft(item, by=SECRETARIAT)
    regulation = RegulationType.GOVERNMENT_DECISION
    publisher = Party("ovrb", "OVRB", Role.PUBLICATIONS)
    text = vl.publications.start(dossier, "Besluit", regulation, by=publisher)
    absence = vl.absences.delegate(
        CABINET, OTHER_CABINET, start=now, until=soon, by=CABINET
    )
    piece = Piece(document=document, sha256="0" * 64)
    request = AdviceRequest(
        dossier=dossier,
        title="Mandaat",
        basis=Basis(pieces=(piece,)),
        asker=CABINET,
        adviser=INSPECTOR,
        made_at=now,
    ).submit(now)
    advice = first(ADVICE, new_id(), request, "submit", CABINET, now)
    wanted = Agreement(
        dossier=dossier,
        title="Mandaat",
        body=Body.BA,
        advice=advice.id,
        basis=request.basis,
        asker=CABINET,
        minister=BUDGET,
        submitted_at=now,
    )
    agreement = first(AGREEMENT, new_id(), wanted, "submit", CABINET, now)
    message = SentMessage(
        question=ADVICE.ref(advice.id),
        dossier=dossier,
        title="Mandaat",
        channel="krab",
        kind=OutgoingKind.QUESTION,
        version=1,
        asker=CABINET,
        at=now,
    )
    sent = first(SENT, new_id(), message, "say", CABINET, now)
    answer = HeardMessage(channel="krab", said="advies", title="Mandaat", problem="?")
    answer = answer.taken_in()
    heard = first(HEARD, new_id(), answer, "set apart", CABINET, now)
    session = SigningSession(
        means="itsme",
        description="Mandaat",
        by=CABINET,
        pieces=(SignedPiece(order=Order(sha256="0" * 64, label="Mandaat")),),
        expires_at=soon,
    )
    signs = first(SESSION, new_id(), session, "start", CABINET, now)
    package = first(
        PACKAGE, new_id(), _package(dossier, document, now), "send", CABINET, now
    )
    seal = first(
        LOGIN_SEAL, new_id(), _seal(dossier, document, now), "accept", BUDGET, now
    )
    vl.book.write(advice, agreement, sent, heard, signs, package, seal)
    return Ids(
        advice=advice.id,
        agreement=agreement.id,
        sent=sent.id,
        heard=heard.id,
        session=signs.id,
        package=package.id,
        seal=seal.id,
        dossier=dossier,
        document=document,
        meeting=meeting,
        item=item,
        step=step.id,
        submission=submission.id,
        round=asked.id,
        flow=started.id,
        publication=text.id,
        absence=absence.id,
    )


def _seal(dossier: str, document: str, at: datetime) -> LoginSeal:
    login = Authentication(
        provider="ACM/IDM",
        method="eID",
        level=URI("urn:example:hoog"),
        session="s-1",
        at=at,
        person=Personal("Test Burger"),
    )
    return LoginSeal(
        authentication=login,
        function="Kabinet",
        text="Akkoord.",
        shown="0" * 64,
        size=1,
        title="Mandaat",
        dossier=dossier,
        document=document,
        means="zegel",
        certificate="0" * 64,
        field="Verzegeling-1",
    )


def _package(dossier: str, document: str, at: datetime) -> SigningPackage:
    account = Account.of("platform", OVOCode("OVO000001"), "kabinet@example.be")
    return SigningPackage(
        dossier=dossier,
        title="Mandaat",
        account=account,
        started_by=CABINET,
        documents=(Enclosed(document=document, title="x", sent="0" * 64, size=1),),
        invited=(Invited.person(CABINET, "kabinet@example.be", "Jan Proef"),),
        acted=(Acted(),),
        changed_at=at,
    )


def troubled(council: Council, dossier: str) -> tuple[str, ...]:
    """Messages that wait for a person: refused, lost, refused; and one set apart."""
    now, moves = council.now, Moves(council.vl.book)
    made: list[Draft[Any]] = []
    for trouble in ("refuse", "lose reply", "refuse"):
        sent = SentMessage(
            question=ADVICE.ref("geen"),
            dossier=dossier,
            title="Vraag over een subsidie",
            channel="krab",
            kind=OutgoingKind.QUESTION,
            version=1,
            asker=CABINET,
            at=now,
        )
        record = sent.step("begin").step(trouble, "niet gelukt")
        made.append(first(SENT, new_id(), record, trouble, CABINET, now))
    heard = HeardMessage(
        channel="krab", said="advies", dossier=dossier, title="Antwoord", problem="?"
    )
    made.append(first(HEARD, new_id(), heard.taken_in(), "take in", CABINET, now))
    held = (
        moves.taken(
            one.kind.ref(one.id),
            CABINET,
            "nakijken",
            dossier=dossier,
            title=one.record.title,
            by=CABINET,
            at=now,
            days=1,
        )
        for one in made
    )
    council.vl.book.write(*made, *held)
    return tuple(one.id for one in made)
