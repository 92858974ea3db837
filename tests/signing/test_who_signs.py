"""Who signs: the signatory itself, or who stands in for it; nobody else."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digivl.access.model import DENIAL, Permission
from digivl.access.policy import TablePolicy
from digivl.documents.model import NOTA
from digivl.errors import NotAllowedError, NotFoundError, SigningError
from digivl.kernel.parties import Party, Role
from digivl.records.port import Query
from digivl.signing.model import FLOW, FlowState, Signatory, SigningFlow
from digivl.testing import route
from digivl.testing.papers import paper
from digivl.testing.route import Scene
from digivl.verification.model import AUTHENTIC

At = Callable[..., Scene]
DEPUTY = Party("minister-zorg", "Vlaams minister van Zorg", Role.MINISTER)
COLLEAGUE = Party(
    "collega", "Raadgever", Role.CABINET_STAFF, minister=route.MINISTER.id
)
NEWCOMER = Party("kabinet-zorg", "Kabinet zorg", Role.DOSSIER_MANAGER, minister="z")
ACTS: dict[str, Callable[[Any, str, Party], object]] = {
    "sign": lambda vl, flow, by: vl.signing.sign(flow, by=by),
    "refuse": lambda vl, flow, by: vl.signing.refuse(flow, by=by, reason="neen"),
}
STRANGERS = [Party("iemand", "Iemand", role, minister="m") for role in Role]


def flow_of(scene: Scene) -> str:
    """Id of the one flow of the dossier."""
    return next(scene.all(FLOW)).id


def absent(scene: Scene, by: Party, to: Party = DEPUTY) -> str:
    """`to` stands in for the first signatory, as `by` arranged."""
    now = scene.vl.clock()
    start, until = now - timedelta(days=1), now + timedelta(days=5)
    given = scene.vl.absences.delegate(
        route.MINISTER, to, start=start, until=until, by=by
    )
    return given.id


@pytest.mark.parametrize("act", ACTS)
def test_nobody_else_signs_or_refuses(act: str, scene_at: At) -> None:
    """In no role: refused as a flow that is not there is, and recorded each time."""
    scene = scene_at("flow")
    others = [*STRANGERS, route.SECRETARIAT, route.CABINET, COLLEAGUE]
    for flow in (flow_of(scene), "nergens"):
        for by in others:
            with pytest.raises(NotAllowedError) as no:
                ACTS[act](scene.vl, flow, by)
            assert str(NotAllowedError(by.role.value, Permission.SIGN.value)) == str(
                no.value
            )

    waiting = scene.vl.signing.read(flow_of(scene)).record
    assert FlowState.TO_BE_SIGNED is waiting.state
    assert 2 * len(others) == len(scene.vl.book.rows(Query(kind=DENIAL.name)))


def test_who_stands_in_signs_and_says_so(scene_at: At) -> None:
    """The flow, the PDF and the register name who signed, and for whom."""
    scene = scene_at("flow")
    vl, function = scene.vl, f"{DEPUTY}, namens {route.MINISTER}"
    absent(scene, route.MINISTER)

    signed = vl.signing.sign(flow_of(scene), by=DEPUTY)
    vl.signing.sign(signed.id, by=route.PRESIDENT)
    vl.register.register(signed.id, by=route.SECRETARIAT)

    assert (DEPUTY.id, Role.SIGNATORY) == (signed.actor.id, signed.actor.role)
    assert (DEPUTY, None) == tuple(
        one.acting for one in vl.signing.read(signed.id).record.signatories
    )
    registered = next(scene.all(AUTHENTIC)).record
    assert [function, str(route.PRESIDENT)] == [
        one.function for one in registered.signatures
    ]
    with vl.documents.opened(registered.final) as file:
        written = function.replace(",", r"\054")  # as a PDF may write a comma
        assert f"(Ondertekend als {written})".encode() in file.read()


def test_an_organisation_seals(scene_at: At) -> None:
    """A means that is of no person says so in the PDF."""
    scene = scene_at("registered")
    vl, by = scene.vl, route.SECRETARIAT
    dossier = vl.dossiers.open("Zegel", by=route.CABINET).id
    document = vl.documents.add(
        dossier, io.BytesIO(paper()), title="Zegel", type=NOTA, by=route.CABINET
    )
    sealing = Signatory(party=route.MINISTER, means="zegel")
    flow = vl.signing.start(document.id, [sealing], by=by)

    signed = vl.signing.sign(flow.id, by=route.MINISTER).record

    with vl.documents.opened(signed.current) as file:
        assert f"(Verzegeld door {route.MINISTER})".encode() in file.read()


def test_who_stands_in_reads_what_it_takes_over(scene_at: At) -> None:
    """Nobody signs what it cannot read: the question is taken over first."""
    scene = scene_at("flow")
    absent(scene, route.MINISTER, to=NEWCOMER)
    flow = flow_of(scene)
    (question,) = scene.vl.signing.questions(flow)
    with pytest.raises(NotFoundError):
        scene.vl.reading.read(scene.document, by=NEWCOMER)

    scene.vl.custody.take_over(question, by=NEWCOMER, reason="minister afwezig")

    assert scene.document == scene.vl.reading.read(scene.document, by=NEWCOMER).id
    signed = scene.vl.signing.sign(flow, by=NEWCOMER)
    assert FlowState.PARTLY_SIGNED is signed.record.state


def test_who_stands_in_refuses(scene_at: At) -> None:
    """Who may sign in the place of another may refuse there."""
    scene = scene_at("flow")
    absent(scene, route.SECRETARIAT)

    refused = scene.vl.signing.refuse(flow_of(scene), by=DEPUTY, reason="bedrag")

    assert (FlowState.REFUSED, DEPUTY) == (refused.record.state, refused.actor)


def test_a_colleague_cannot_make_itself_signatory(scene_at: At) -> None:
    """Who may arrange that work goes on does not so arrange who signs."""
    scene = scene_at("flow")
    absent(scene, COLLEAGUE, to=COLLEAGUE)

    with pytest.raises(NotAllowedError):
        scene.vl.signing.sign(flow_of(scene), by=COLLEAGUE)


def test_an_absence_that_ended(scene_at: At) -> None:
    """Who is back signs itself, and nobody for it."""
    scene = scene_at("flow")
    scene.vl.absences.end(absent(scene, route.MINISTER), by=route.MINISTER)

    with pytest.raises(NotAllowedError):
        scene.vl.signing.sign(flow_of(scene), by=DEPUTY)


def test_who_stands_in_for_another_signatory(scene_at: At) -> None:
    """Signs in each turn as who has it: for the absent one, then as itself."""
    scene = scene_at("flow")
    absent(scene, route.MINISTER, to=route.PRESIDENT)

    flow = scene.vl.signing.sign(flow_of(scene), by=route.PRESIDENT)
    flow = scene.vl.signing.sign(flow.id, by=route.PRESIDENT)

    assert FlowState.SIGNED is flow.record.state
    assert [route.PRESIDENT, None] == [s.acting for s in flow.record.signatories]


@attrs.frozen
class NobodySigns(TablePolicy):
    """A policy of an application that has no signatories."""

    def allows(self, actor: Party, permission: Permission, ministers: Any = ()) -> bool:
        """All but signing."""
        return permission is not Permission.SIGN and super().allows(
            actor, permission, ministers
        )


def test_the_policy_is_asked(scene_at: At) -> None:
    """Also of whose turn it is; and who could never sign is not put up to do so."""
    scene = scene_at("flow", policy=NobodySigns())
    with pytest.raises(NotAllowedError):
        scene.vl.signing.sign(flow_of(scene), by=route.MINISTER)
    scene.vl.signing.cancel(flow_of(scene), by=route.SECRETARIAT, reason="beleid")

    with pytest.raises(SigningError, match="signs nothing in the role 'minister'"):
        scene.vl.signing.start(
            scene.document,
            [Signatory(party=route.MINISTER, means="minister")],
            by=route.SECRETARIAT,
        )


parties = st.sampled_from([route.MINISTER, route.PRESIDENT, DEPUTY, COLLEAGUE])


@settings(suppress_health_check=[HealthCheck.differing_executors])
@given(
    signers=st.lists(parties, min_size=1, unique=True),
    by=parties,
    acting=st.dictionaries(parties.map(lambda one: one.id), parties),
)
def test_nobody_signs_as_another(
    signers: list[Party], by: Party, acting: dict[str, Party]
) -> None:
    """As whom somebody signs is itself, or who is absent and named it."""
    flow = SigningFlow(
        dossier="d",
        document="n",
        title="Nota",
        base="0" * 64,
        current="0" * 64,
        started_by=route.SECRETARIAT,
        signatories=tuple(Signatory(party=one, means="zegel") for one in signers),
    )

    for one in flow.places_of(by, acting):
        own = one.party.id == by.id
        assert own or acting[one.party.id].id == by.id
        assert one.acting == (None if own else by)
