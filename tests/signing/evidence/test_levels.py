"""Reports over files that are kept for long: B-LT, B-LTA, with archive timestamps."""

from __future__ import annotations

import io
from collections.abc import Callable

import attrs
import pytest

from digivl.documents.model import NOTA
from digivl.pdf.levels import Level
from digivl.settings import Backend, Settings, SigningSettings
from digivl.signing.evidence.model import Evidence
from digivl.signing.model import Signatory
from digivl.testing import papers, route
from digivl.testing.pki import PASSWORD, PKI
from digivl.testing.route import Scene
from tests.signing.evidence.reporting import told_by

At = Callable[..., Scene]


def office(scene_at: At, pki: PKI, level: Level) -> Scene:
    """An office whose people have keys of a real authority."""
    (password := pki.folder / "password").write_bytes(PASSWORD)

    def key(name: str) -> Backend:
        file = str(pki.pkcs12(name, "issuing"))
        options = {"file": file, "password_file": str(password)}
        return Backend(offer="pkcs12", options=options)

    trusted = (str(pki.root_pem()),)
    return scene_at(
        "opened",
        trust=trusted,
        means={"minister": key("card"), "minister-president": key("signer")},
        seal="",
        signing=SigningSettings(
            level=level.value, anchors=trusted, private_hosts=("127.0.0.1",)
        ),
        authorities={"tsa": Backend(offer="rfc3161", options={"url": pki.tsa()})},
    )


def signed(scene: Scene, content: bytes) -> Evidence:
    """The report of a flow in which two sign a file."""
    vl = scene.vl
    document = vl.documents.add(
        scene.dossier, io.BytesIO(content), title="Besluit", type=NOTA, by=route.CABINET
    )
    people = {"minister": route.MINISTER, "minister-president": route.PRESIDENT}
    means = [Signatory(party=one, means=name) for name, one in people.items()]
    flow = vl.signing.start(document.id, means, by=route.SECRETARIAT).id
    for one in people.values():
        vl.signing.sign(flow, by=one)
    return vl.evidence.gather(flow, by=route.SECRETARIAT)


@pytest.mark.parametrize("level", [Level.B_LT, Level.B_LTA])
def test_a_level_that_is_kept(scene_at: At, pki: PKI, level: Level) -> None:
    """Each signature by its timestamp; each archive timestamp for itself."""
    told = signed(office(scene_at, pki, level), papers.paper())
    text = told_by(told)

    assert () == told.differences
    assert ["TOTAL-PASSED"] * 2 == [one.indication for one in told.signatures]
    assert {level.value} == {one.level for one in told.signatures}
    assert {level.value} == {one.level for one in told.participants}
    assert ["Proef TSU 1"] * (2 if level is Level.B_LTA else 0) == [
        one.authority for one in told.timestamps
    ]
    assert {"TOTAL-PASSED"} >= {one.indication for one in told.timestamps}
    assert f"PAdES {level.value}" in text


def test_what_was_renewed(scene_at: At, pki: PKI) -> None:
    """Archived by one authority, renewed by another, and then signed on."""
    scene = office(scene_at, pki, Level.B_LTA)
    vl, archived, renewed = scene.vl, io.BytesIO(), io.BytesIO()
    vl.signing.sign_file(
        io.BytesIO(papers.paper()), archived, means="minister", field="Eerder"
    )
    other = Backend(offer="rfc3161", options={"url": pki.tsa("tsa2")})
    known = {one.name: getattr(vl.settings, one.name) for one in attrs.fields(Settings)}
    second = scene_at("opened", **known | {"authorities": {"tsa2": other}})
    second.vl.files.upgrade(archived, renewed, level=Level.B_LTA)
    told = signed(scene, renewed.getvalue())
    text = told_by(told)

    assert () == told.differences
    assert [("Eerder", True), ("Handtekening1", False), ("Handtekening2", False)] == [
        (one.field, one.earlier) for one in told.signatures
    ]
    assert ["Proef TSU 1", "Proef TSU 2", "Proef TSU 1", "Proef TSU 1"] == [
        one.authority for one in told.timestamps
    ]
    assert sorted(one.time for one in told.timestamps if one.time) == [
        one.time for one in told.timestamps
    ]
    for number, one in enumerate(told.timestamps, 1):
        assert f"Tijdstempel van het document {number}" in text
        assert one.token is not None
        assert one.token[:32] in text
    # The archive timestamps have their own certificates, by one other issuer.
    assert 4 + 3 == text.count("Proef Timestamping CA")
