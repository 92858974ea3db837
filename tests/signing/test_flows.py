"""Signing flows: who signs, in which order, with which means."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from digivl.documents.model import DOCUMENT, NOTA, Origin
from digivl.dossiers.model import DOSSIER
from digivl.errors import (
    ConfigurationError,
    DigivlError,
    MalformedError,
    SigningError,
    StaleRecordError,
    StepNotAllowedError,
)
from digivl.kernel.parties import Role
from digivl.records.entries import Entry
from digivl.signing.model import FLOW, FlowState, Signatory, SigningFlow
from digivl.testing import papers, route
from digivl.testing.route import Scene
from digivl.verification.model import AUTHENTIC, RegisterState

At = Callable[..., Scene]
MINISTER = Signatory(party=route.MINISTER, means="minister")
PRESIDENT = Signatory(party=route.PRESIDENT, means="minister-president")


def flow_of(scene: Scene) -> Entry[SigningFlow]:
    """The one flow of the dossier."""
    return scene.vl.signing.read(next(scene.all(FLOW)).id)


def holder(scene: Scene) -> tuple[str, str]:
    """Who has the dossier, and what has to be done."""
    custody = scene.vl.custody.of(DOSSIER.ref(scene.dossier)).record
    return custody.holder.id, custody.next_step


def test_everybody_signs_in_turn(scene_at: At) -> None:
    """After each signature the next signatory has it; after the last who started it."""
    scene = scene_at("flow")
    flow, seen = flow_of(scene), [holder(scene)]
    assert FlowState.TO_BE_SIGNED is flow.record.state

    while signatory := flow.record.next_signatory:
        flow = scene.vl.signing.sign(flow.id, by=signatory.party)
        seen.append(holder(scene))

    assert FlowState.SIGNED is flow.record.state
    assert [
        (route.MINISTER.id, "ondertekenen"),
        (route.PRESIDENT.id, "ondertekenen"),
        (route.SECRETARIAT.id, "registreren"),
    ] == seen


def test_flow_and_document_move_together(scene_at: At) -> None:
    """Each signature is a version made from the one before it, named by the flow."""
    scene = scene_at("signed")
    versions = scene.vl.documents.read(scene.document).record.versions

    assert [Origin.RECEIVED, Origin.STAMPED, Origin.SIGNED, Origin.SIGNED] == [
        version.origin for version in versions
    ]
    assert [v.sha256 for v in versions[:-1]] == [v.source for v in versions[1:]]
    flow = flow_of(scene).record
    assert (versions[1].sha256, versions[-1].sha256) == (flow.base, flow.current)


def test_each_version_begins_with_the_one_before(scene_at: At) -> None:
    """Signing adds bytes and changes none: the first signature stays as it was."""
    scene = scene_at("signed")
    contents = []
    for version in scene.vl.documents.read(scene.document).record.versions:
        with scene.vl.documents.opened(version.sha256) as file:
            contents.append(file.read())

    assert all(after.startswith(before) for before, after in pairwise(contents))


def test_record_says_with_what_was_signed(scene_at: At) -> None:
    """When, by the timestamp; with which certificate; by which authority."""
    scene = scene_at("signed")

    for entry, number in ((flow_of(scene), 0), (flow_of(scene), 1)):
        signatory = entry.record.signatories[number]
        assert signatory.signed_at is not None
        assert "digivl ontwikkeling TSU" == signatory.authority
        assert 64 == len(str(signatory.certificate))
    first, second = flow_of(scene).record.signatories
    assert first.certificate != second.certificate
    assert Role.SIGNATORY is flow_of(scene).actor.role


def test_not_before_your_turn(scene_at: At) -> None:
    """Who is second waits; the error says for whom."""
    scene = scene_at("flow")

    with pytest.raises(SigningError, match="van Jeugd signs before Minister-president"):
        scene.vl.signing.sign(flow_of(scene).id, by=route.PRESIDENT)
    assert FlowState.TO_BE_SIGNED is flow_of(scene).record.state


def test_not_twice(scene_at: At) -> None:
    """Who signed already does not sign again."""
    scene = scene_at("flow")
    flow = flow_of(scene).id
    scene.vl.signing.sign(flow, by=route.MINISTER)

    with pytest.raises(SigningError, match="has signed this document already"):
        scene.vl.signing.sign(flow, by=route.MINISTER)


def test_two_turns_at_once(scene_at: At) -> None:
    """Of two who made a signature in one turn the second is told that it is late."""
    scene = scene_at("flow")
    signing, flow = scene.vl.signing, flow_of(scene).id
    turns = [signing.turn(flow, by=route.MINISTER) for _ in range(2)]
    identity = scene.vl.means("minister").identity()
    made = []
    for turn in turns:
        file = io.BytesIO()
        with scene.vl.documents.opened(turn.flow.record.current) as source:
            signed = signing.sign_file(source, file, means="minister", field=turn.field)
        made.append((turn, file, signed))
    signing.finish(*made[0], identity.certificate)

    with pytest.raises(StaleRecordError):
        signing.finish(*made[1], identity.certificate)


def test_two_threads_sign_once(scene_at: At) -> None:
    """Of two threads that sign for one party one does; the other reads why not."""
    scene = scene_at("flow")
    flow = flow_of(scene).id

    def attempt(_: int) -> str:
        try:
            scene.vl.signing.sign(flow, by=route.MINISTER)
        except DigivlError as error:
            return error.code
        return "signed"

    with ThreadPoolExecutor(2) as threads:
        results = sorted(threads.map(attempt, range(2)))

    assert results in (["signed", "stale-record"], ["signed", "signing"])
    versions = scene.vl.documents.read(scene.document).record.versions
    assert 1 == sum(version.origin is Origin.SIGNED for version in versions)


def test_refusal_ends_the_flow(scene_at: At) -> None:
    """Who started it has it again, with the reason; nobody signs any more."""
    scene = scene_at("flow")
    flow = flow_of(scene).id

    refused = scene.vl.signing.refuse(
        flow, by=route.MINISTER, reason="artikel 2 is fout"
    )

    assert FlowState.REFUSED is refused.record.state
    assert ("refuse", "artikel 2 is fout") == (refused.action, refused.reason)
    assert route.SECRETARIAT.id == holder(scene)[0]
    assert "artikel 2 is fout" in holder(scene)[1]
    with pytest.raises(StepNotAllowedError, match="this state is final"):
        scene.vl.signing.sign(flow, by=route.MINISTER)
    with pytest.raises(StepNotAllowedError):
        scene.vl.signing.refuse(flow, by=route.MINISTER, reason="nogmaals")


@pytest.mark.parametrize(
    ("signatories", "match"),
    [((), "at least one"), ((MINISTER, MINISTER), "stands twice")],
)
def test_who_signs_is_clear(
    signatories: tuple[Signatory, ...], match: str, scene_at: At
) -> None:
    """A flow has signatories, each of them once."""
    scene = scene_at("decided")

    with pytest.raises(MalformedError, match=match):
        scene.vl.signing.start(scene.document, signatories, by=route.SECRETARIAT)
    assert [] == list(scene.all(FLOW))


def test_unknown_means(scene_at: At) -> None:
    """A means that is not in the settings: the error names those that are."""
    scene = scene_at("decided")
    unknown = Signatory(party=route.MINISTER, means="kaart")

    with pytest.raises(ConfigurationError, match="minister-president, minister") as no:
        scene.vl.signing.start(scene.document, [unknown], by=route.SECRETARIAT)
    assert [] == list(scene.all(FLOW))
    assert "[means.kaart]" in no.value.hint


def test_start_moves_the_register(scene_at: At) -> None:
    """A stamped document that is put up for signing is in signing in the register."""
    scene = scene_at("flow")

    authentic = next(scene.all(AUTHENTIC))

    assert RegisterState.IN_SIGNING is authentic.record.state
    assert "put up for signing" == authentic.action


def test_without_code(scene_at: At) -> None:
    """A document without a code can be signed; the register knows nothing of it."""
    scene = scene_at("decided")

    flow = scene.vl.signing.start(scene.document, [MINISTER], by=route.SECRETARIAT)
    signed = scene.vl.signing.sign(flow.id, by=route.MINISTER)

    assert FlowState.SIGNED is signed.record.state
    assert [] == list(scene.all(AUTHENTIC))


def test_document_replaced_while_it_is_signed(scene_at: At) -> None:
    """A new version during signing is not overwritten by a signature on the old one."""
    scene = scene_at("flow")
    content = io.BytesIO(papers.paper("Andere tekst"))
    scene.vl.documents.replace(scene.document, content, by=route.CABINET)
    latest = scene.vl.documents.read(scene.document)

    with pytest.raises(MalformedError, match="has a newer version"):
        scene.vl.signing.sign(flow_of(scene).id, by=route.MINISTER)

    assert latest == scene.vl.documents.read(scene.document)


def test_second_document(scene_at: At) -> None:
    """Two documents of one dossier are signed apart."""
    scene = scene_at("flow")
    vl, title = scene.vl, "Nota"
    other = vl.documents.add(
        *(scene.dossier, io.BytesIO(papers.paper(title))),
        title=title,
        type=NOTA,
        by=route.CABINET,
    )
    flow = vl.signing.start(other.id, [PRESIDENT], by=route.SECRETARIAT)

    vl.signing.sign(flow.id, by=route.PRESIDENT)

    states = {entry.record.title: entry.record.state for entry in scene.all(FLOW)}
    assert {
        title: FlowState.SIGNED,
        "Subsidie voor jeugdwerk": FlowState.TO_BE_SIGNED,
    } == states
    # These two, and the nota of the dossier.
    assert 3 == len(list(scene.all(DOCUMENT)))


@pytest.mark.parametrize("act", ["refuse", "cancel"])
def test_a_code_that_will_not_be_signed_is_void(act: str, scene_at: At) -> None:
    """When nobody will sign any more the code says so, and not “not yet”."""
    scene = scene_at("flow")
    flow, signing = flow_of(scene), scene.vl.signing

    who = route.MINISTER if act == "refuse" else route.SECRETARIAT
    if act == "refuse":
        ended = signing.refuse(flow.id, by=route.MINISTER, reason="bedrag klopt niet")
    else:
        ended = signing.cancel(flow.id, by=route.SECRETARIAT, reason="nieuwe versie")

    assert (act, True) == (ended.action, FLOW.standing(ended.record).open is False)
    void = next(scene.all(AUTHENTIC))
    assert (RegisterState.VOID, who.id) == (void.record.state, void.actor.id)
    assert route.SECRETARIAT.id == holder(scene)[0]
    with pytest.raises(StepNotAllowedError):
        signing.sign(flow.id, by=route.MINISTER)


def test_after_a_cancelled_flow_a_new_version_starts_anew(scene_at: At) -> None:
    """A new version gets a code of its own, and is signed in a flow of its own."""
    scene = scene_at("flow")
    vl = scene.vl
    vl.signing.cancel(flow_of(scene).id, by=route.SECRETARIAT, reason="nieuwe versie")
    with pytest.raises(SigningError, match="carries a verification code"):
        vl.register.stamp(scene.document, by=route.SECRETARIAT)

    content = io.BytesIO(papers.paper("Verbeterd"))
    vl.documents.replace(scene.document, content, by=route.CABINET)
    vl.register.stamp(scene.document, by=route.SECRETARIAT)
    flow = vl.signing.start(scene.document, [MINISTER], by=route.SECRETARIAT)
    flow = vl.signing.sign(flow.id, by=route.MINISTER)
    registered = vl.register.register(flow.id, by=route.SECRETARIAT)

    assert RegisterState.ACTIVE is registered.record.state
    assert 2 == len(list(scene.all(AUTHENTIC)))
