"""Evidence reports: what they tell, to whom, and where book and file disagree."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
import rfc8785

from digivl.access.model import DENIAL
from digivl.documents.model import DOCUMENT, NOTA, Origin
from digivl.errors import (
    BackendUnavailableError,
    ConfigurationError,
    NotFoundError,
    SigningError,
)
from digivl.kernel.parties import Party, Role
from digivl.kernel.personal import Personal
from digivl.records.entries import Entry
from digivl.records.port import Query
from digivl.settings import Backend
from digivl.signing.evidence.canonical import as_json, schema
from digivl.signing.evidence.model import Evidence, Standing
from digivl.signing.evidence.people import Part
from digivl.signing.model import FLOW, Signatory, SigningFlow
from digivl.testing import papers, route
from digivl.testing.papers import text_in
from digivl.testing.route import Scene

At = Callable[..., Scene]
BY = route.SECRETARIAT
OUTSIDER = Party("buur", "Een andere overheid", Role.GOVERNMENT_BODY)


def flow_of(scene: Scene) -> Entry[SigningFlow]:
    """The one flow of the dossier."""
    return scene.vl.signing.read(next(scene.all(FLOW)).id)


def told(scene: Scene) -> Evidence:
    """What the report of that flow tells."""
    return scene.vl.evidence.gather(flow_of(scene).id, by=BY)


def what(evidence: Evidence) -> list[str]:
    """The differences, in words."""
    return [one.what for one in evidence.differences]


def rewritten(scene: Scene, **changes: Any) -> Evidence:
    """The report when the book says something else of the first signature."""
    flow = flow_of(scene)
    first, *others = flow.record.signatories
    record = attrs.evolve(
        flow.record, signatories=(attrs.evolve(first, **changes), *others)
    )
    scene.vl.book.write(flow.next(record, "sign", BY, scene.vl.clock()))
    return told(scene)


def test_what_it_tells(scene_at: At) -> None:
    """Who, with what, when, over which bytes, under which certificate and timestamp."""
    scene = scene_at("signed")
    flow, evidence = flow_of(scene).record, told(scene)
    versions = scene.vl.documents.read(scene.document).record.versions

    assert (Standing.FINAL, ()) == (evidence.standing, evidence.differences)
    assert [versions[1].sha256, versions[3].sha256] == [evidence.sent, evidence.current]
    assert [route.MINISTER.label, route.PRESIDENT.label] == [
        one.who.function for one in evidence.participants
    ]
    for number, (one, signature, signatory) in enumerate(
        zip(evidence.participants, evidence.signatures, flow.signatories, strict=True)
    ):
        assert (Part.SIGNS, signatory.means) == (one.part, one.means)
        assert "sleutelbestand" in one.secured
        assert [versions[number + 1].sha256, versions[number + 2].sha256] == [
            one.over,
            one.signed,
        ]
        assert signature.certificate is not None
        assert one.certificate == signature.certificate.sha256
        (stamp,) = signature.timestamps
        assert (signatory.signed_at, signatory.authority) == (
            stamp.time,
            stamp.authority,
        )
        assert stamp.serial
        assert "2.999.3161.1" == stamp.policy
        assert ("B-T", "TOTAL-PASSED", "TOTAL-PASSED", False) == (
            signature.level,
            signature.indication,
            stamp.indication,
            signature.earlier,
        )
    assert [True] * 4 == [one.inside for one in evidence.files]


def test_every_act_can_be_proven(scene_at: At) -> None:
    """Each act of flow and document, with the leaf hash that the book keeps."""
    scene = scene_at("signed")
    flow = flow_of(scene)
    book = scene.vl.book
    entries: list[Entry[Any]] = [
        *book.history(FLOW, flow.id),
        *book.history(DOCUMENT, scene.document),
    ]
    leaves = {e.leaf.hex(): (e.action, e.actor.label) for e in entries}
    acts = told(scene).acts

    assert {a.leaf: (a.action, a.who.function) for a in acts} == leaves
    assert sorted(one.at for one in acts) == [one.at for one in acts]


def test_the_two_forms(scene_at: At) -> None:
    """Canonical JSON that keeps to its schema; a sealed PDF that names its digest."""
    scene = scene_at("signed")
    made = scene.vl.evidence.make(flow_of(scene).id, by=BY)
    data = json.loads(made.json)

    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.validate(data, json.loads(schema()))
    assert rfc8785.dumps(data) == made.json
    assert hashlib.sha256(made.json).hexdigest() == made.json_sha256
    text = text_in(made.pdf)
    for part in (
        "Bewijsverslag van een ondertekening",
        "definitief",
        "2 van 2 ondertekend",
        "stemt overeen",
        route.MINISTER.label,
        "digivl ontwikkeling TSU",
        "PAdES B-T",
        "ONTWIKKELING - GEEN RECHTSWAARDE",
    ):
        assert part in text
    assert made.json_sha256 in text.replace(" ", "")
    verdict = scene.vl.validate(io.BytesIO(made.pdf), "verslag")
    (seal,) = verdict.signatures
    assert ("TOTAL-PASSED", "B-T", "Zegel", True) == (
        seal.indication.value,
        seal.level,
        seal.field,
        seal.covers_whole_document,
    )
    assert made.seal.timestamp is not None


def test_the_same_twice(scene_at: At) -> None:
    """Nothing is recorded by asking: the next report tells the same acts."""
    scene = scene_at("signed")
    now = scene.vl.clock()
    scene = scene_at("signed", clock=lambda: now)

    assert as_json(told(scene)) == as_json(told(scene))


def test_a_flow_that_runs(scene_at: At) -> None:
    """Who did not sign yet is named; the report says that it is no end."""
    scene = scene_at("flow")
    scene.vl.signing.sign(flow_of(scene).id, by=route.MINISTER)
    made = scene.vl.evidence.make(flow_of(scene).id, by=BY)

    assert Standing.INTERIM is made.evidence.standing
    assert [True, False] == [bool(p.done_at) for p in made.evidence.participants]
    text = text_in(made.pdf)
    assert "1 van 2 ondertekend" in text
    assert "tussenstand: de ondertekening loopt nog" in text
    assert "nog niet" in text


@pytest.mark.parametrize("act", ["refuse", "cancel"])
def test_a_flow_that_ended_otherwise(scene_at: At, act: str) -> None:
    """Refused or stopped is an end too, with its reason."""
    scene = scene_at("flow")
    by = route.MINISTER if act == "refuse" else BY
    getattr(scene.vl.signing, act)(flow_of(scene).id, by=by, reason="verkeerde bijlage")
    made = scene.vl.evidence.make(flow_of(scene).id, by=BY)

    assert (Standing.FINAL, ()) == (made.evidence.standing, made.evidence.signatures)
    text = text_in(made.pdf)
    assert "Reden: verkeerde bijlage" in text
    assert "Er staat geen handtekening in het bestand" in text


def test_for_whom(scene_at: At) -> None:
    """Who may not read the document is told what is told where there is no flow."""
    scene = scene_at("flow")
    flow = flow_of(scene).id
    texts = []
    for name in (flow, "er-is-geen-flow"):
        with pytest.raises(NotFoundError) as hidden:
            scene.vl.evidence.make(name, by=OUTSIDER)
        texts.append(str(hidden.value).replace(name, "…"))

    assert texts[0] == texts[1]
    rows = scene.vl.book.rows(Query(kind=DENIAL.name))
    refused = scene.vl.book.read_all(DENIAL, [row.ref.id for row in rows]).values()
    assert f"signing/{flow}" in {entry.record.subject for entry in refused}
    for party in (route.MINISTER, route.CABINET, BY):
        assert flow == scene.vl.evidence.gather(flow, by=party).flow


def test_without_a_seal(scene_at: At) -> None:
    """An office without a seal makes no report; a wrong name is told."""
    scene = scene_at("signed", seal="")
    with pytest.raises(ConfigurationError, match="no seal is set"):
        scene.vl.evidence.make(flow_of(scene).id, by=BY)
    with pytest.raises(ConfigurationError, match="no signing means 'elders'"):
        scene_at("signed", seal="elders")


def test_without_a_timestamp(scene_at: At) -> None:
    """No authority answers: no report, an error that says so."""
    down = {"tsa": Backend(offer="rfc3161", options={"url": "http://127.0.0.1:9"})}
    scene = scene_at("signed", authorities=down)

    with pytest.raises(BackendUnavailableError):
        scene.vl.evidence.make(flow_of(scene).id, by=BY)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"certificate": "0" * 64},
            [
                "de vastgelegde handtekening staat niet in het bestand",
                "deze handtekening in het bestand is niet vastgelegd",
            ],
        ),
        ({"authority": "Andere TSA"}, ["een andere tijdstempelautoriteit"]),
        (
            {"signed_at": datetime(2026, 1, 1, tzinfo=UTC)},
            ["het bestand noemt een ander tijdstip"],
        ),
    ],
)
def test_the_book_says_something_else(
    scene_at: At, changes: dict[str, Any], words: list[str]
) -> None:
    """What is recorded and is not so in the file is named, and the other way round."""
    found = what(rewritten(scene_at("signed"), **changes))

    assert len(words) == len(found)
    assert all(word in said for word, said in zip(words, found, strict=True))


def test_another_order(scene_at: At) -> None:
    """Who signed last by the book signed first in the file."""
    scene = scene_at("signed")
    at = flow_of(scene).record.signatories[1].signed_at
    assert at is not None

    assert (
        "de volgorde in het bestand"
        in what(rewritten(scene, signed_at=at + timedelta(hours=1)))[-1]
    )


def other_version(scene: Scene, content: bytes, *, field: str = "") -> Evidence:
    """The report when the flow names other bytes as what was signed."""
    vl, flow = scene.vl, flow_of(scene)
    target = io.BytesIO(content)
    if field:
        target = io.BytesIO()
        with vl.documents.opened(flow.record.current) as source:
            vl.signing.sign_file(source, target, means="minister", field=field)
    stored = vl.documents.keep(io.BytesIO(target.getvalue()))
    document = vl.documents.read(scene.document)
    record = attrs.evolve(flow.record, current=stored.sha256)
    now = vl.clock()
    vl.book.write(
        flow.next(record, "sign", BY, now),
        vl.documents.draft(document, stored, Origin.SIGNED, BY, now),
    )
    return told(scene)


def test_a_signature_that_nobody_recorded(scene_at: At) -> None:
    """It stands in the file, and not in the book."""
    (difference,) = other_version(scene_at("signed"), b"", field="Extra").differences

    assert ("Extra", "") == (difference.about, difference.recorded)
    assert "Vlaams minister" in difference.found


def test_another_file(scene_at: At) -> None:
    """The signatures are gone, and the file starts with none of the versions."""
    evidence = other_version(scene_at("signed"), papers.paper("Iets anders"))

    assert () == evidence.signatures
    assert 2 == what(evidence).count(
        "de vastgelegde handtekening staat niet in het bestand"
    )
    assert "het bestand begint niet met de vastgelegde versie" in what(evidence)
    text = text_in(_paper(evidence))
    assert "Verschillen tussen vastlegging en bestand" in text
    assert "zie verder" in text


def _paper(evidence: Evidence) -> bytes:
    from digivl.signing.evidence.paper import paper

    return paper(evidence, "0" * 64)


def test_signed_before_it_was_put_up(scene_at: At) -> None:
    """A signature that was there already is no difference; it is told as such."""
    scene = scene_at("opened")
    vl, received = scene.vl, io.BytesIO()
    vl.signing.sign_file(
        io.BytesIO(papers.paper()),
        received,
        means="minister-president",
        field="Vroeger",
    )
    received.seek(0)
    document = vl.documents.add(
        scene.dossier, received, title="Bijlage", type=NOTA, by=route.CABINET
    )
    one = Signatory(party=route.MINISTER, means="minister")
    flow = vl.signing.start(document.id, [one], by=BY)
    vl.signing.sign(flow.id, by=route.MINISTER)
    evidence = vl.evidence.gather(flow.id, by=BY)

    assert [("Vroeger", True), ("Handtekening1", False)] == [
        (s.field, s.earlier) for s in evidence.signatures
    ]
    assert () == evidence.differences
    assert "Stond er al" in text_in(_paper(evidence))


def test_names_while_they_are_there(scene_at: At) -> None:
    """The name of a person is told until it is erased; then that it was."""
    scene = scene_at("opened")
    vl = scene.vl
    minister = attrs.evolve(route.MINISTER, person=Personal("Test Minister"))
    one = Signatory(party=minister, means="minister")
    flow = vl.signing.start(scene.document, [one], by=BY)
    before = vl.evidence.make(flow.id, by=BY)
    found = vl.signing.read(flow.id)
    vl.book.erase(found.next(found.record, "erase", BY, vl.clock()))
    after = vl.evidence.make(flow.id, by=BY)

    assert "Test Minister" in text_in(before.pdf)
    assert b"Test Minister" in before.json
    assert b"Test Minister" not in after.json + after.pdf
    assert "gewist" in text_in(after.pdf)
    assert [(None, True)] == [
        (p.who.name, p.who.name_erased) for p in after.evidence.participants
    ]


def test_who_signed_for_whom(scene_at: At) -> None:
    """Who stands in for who is absent is named beside the function."""
    scene = scene_at("signed")
    acting = Party("waarnemer", "Vlaams minister van Cultuur", Role.MINISTER)
    evidence = rewritten(scene, acting=acting)

    assert "Vlaams minister van Cultuur" == getattr(
        evidence.participants[0].acting, "function", None
    )
    assert "waargenomen door Vlaams minister van Cultuur" in text_in(_paper(evidence))


def test_a_key_that_cannot_seal(scene_at: At) -> None:
    """The key file of the seal is gone: told as for any signature."""
    scene = scene_at("signed")
    Path(scene.vl.folder / "keys" / "zegel.p12").unlink()

    with pytest.raises(SigningError):
        scene.vl.evidence.make(flow_of(scene).id, by=BY)
