"""Seals for people who logged in, in evidence reports."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import attrs
import pytest

from digivl.documents.model import NOTA, Origin
from digivl.dossiers.model import DOSSIER
from digivl.errors import NotFoundError
from digivl.kernel.identifiers import INSZ, URI
from digivl.kernel.parties import Party, Role
from digivl.kernel.personal import Personal
from digivl.records.entries import Entry
from digivl.signing.evidence.compared import differences_of_seal
from digivl.signing.evidence.found import Found
from digivl.signing.evidence.model import Evidence, Login
from digivl.signing.evidence.people import Pinned
from digivl.signing.loginseal.binding import Outcome
from digivl.signing.loginseal.model import LOGIN_SEAL, Authentication, LoginSeal
from digivl.signing.model import Signatory
from digivl.testing import papers, route
from digivl.testing.papers import text_in
from digivl.testing.route import Scene
from tests.signing.evidence.reporting import told_by

NUMBER = "85073003328"
BY = route.SECRETARIAT
READER = Party("pers", "Pers en communicatie", Role.PRESS)
LEVEL = "urn:be:vlaanderen:acm:zekerheidsniveau:hoog"


@attrs.frozen
class Sealed:
    """An office with a document that was sealed for who logged in."""

    scene: Scene
    document: str
    seal: str

    def told(self, by: Party = BY) -> Evidence:
        """The report of the seal."""
        return self.scene.vl.evidence.gather_seal(self.seal, by=by)

    def login(self, by: Party = BY) -> Login:
        """What it tells of the login."""
        (found,) = [one.login for one in self.told(by).signatures if one.login]
        return found

    @property
    def entry(self) -> Entry[LoginSeal]:
        """The record of the seal, as it is now."""
        return self.scene.vl.book.read(LOGIN_SEAL, self.seal)


@pytest.fixture(name="sealed")
def _sealed(scene_at: Callable[..., Scene]) -> Sealed:
    """The minister logged in with its eID and accepted."""
    scene = scene_at("opened")
    vl = scene.vl
    opened = vl.dossiers.open("Overeenkomst", by=route.CABINET).id
    added = vl.documents.add(
        opened,
        io.BytesIO(papers.paper()),
        title="Overeenkomst",
        type=NOTA,
        by=route.CABINET,
    )
    vl.custody.hand_over(DOSSIER.ref(opened), route.MINISTER, by=route.CABINET)
    login = Authentication(
        provider="ACM/IDM",
        method="eID",
        level=URI(LEVEL),
        session="s-4711",
        at=vl.clock() - timedelta(minutes=1),
        person=Personal("Test Burger"),
        number=Personal(INSZ(NUMBER)),
        second_factor="code per sms",
        client=Personal("192.0.2.1, testprogramma"),
    )
    entry = vl.login_seals.seal(
        added.id,
        login,
        shown=added.record.latest.sha256,
        text="Ik heb het document gelezen en ga akkoord.",
        means="zegel",
        by=route.MINISTER,
    )
    return Sealed(scene, added.id, entry.id)


def test_how_somebody_was_identified(sealed: Sealed) -> None:
    """Method, level, provider and moment; the seal binds just this evidence."""
    told, login = sealed.told(), sealed.login()

    assert ((), None, sealed.seal) == (told.differences, told.flow, told.login_seal)
    assert ("eID", LEVEL, "ACM/IDM", "code per sms", "Test Burger", True) == (
        login.method,
        login.assurance,
        login.provider,
        login.second_factor,
        login.name,
        login.belongs,
    )
    (signature,) = told.signatures
    assert login.evidence == signature.evidence
    (person,) = told.participants
    assert (Pinned.SAME, f"eID bij ACM/IDM, niveau {LEVEL}") == (
        person.pinned,
        person.identified,
    )
    assert ["receive", "accept", "signed"] == [one.action for one in told.acts]


def test_on_paper_without_a_number(sealed: Sealed) -> None:
    """What a judge reads; neither the national number nor the address is in it."""
    made = sealed.scene.vl.evidence.make_seal(sealed.seal, by=BY)
    text = text_in(made.pdf)
    assert text.partition(made.json_sha256[:8])[0] in told_by(made.evidence)

    for part in (
        "1 van 1 ondertekend",
        "verzegeld na aanmelding",
        Outcome.TOGETHER.value,
        "Aangemeld met eID, bij ACM/IDM",
        "Gevraagd bij het tekenen code per sms",
        "Naam Test Burger",
        "Ik heb het document gelezen en ga akkoord.",
    ):
        assert part in text
    assert "zonder tijdstempel" not in text.lower()
    assert "Tijdstempel van niemand" not in text
    assert "Welk tijdstip dat van het aanvaarden" in text
    for hidden in (NUMBER, "192.0.2.1"):
        assert hidden not in made.json.decode() + text + repr(made)


def test_after_the_name_was_erased(sealed: Sealed) -> None:
    """It is told that there was one; the seal still binds the same evidence."""
    book = sealed.scene.vl.book
    book.erase(
        sealed.entry.next(sealed.entry.record, "erase", BY, sealed.scene.vl.clock())
    )
    login = sealed.login()

    assert (None, True, True) == (login.name, login.name_erased, login.belongs)
    assert "Naam gewist" in told_by(sealed.told())


def test_for_whom(sealed: Sealed) -> None:
    """Who may not read the document sees no report; a seal outside has none."""
    outsider = Party("buur", "Een andere overheid", Role.GOVERNMENT_BODY)
    for seal, by in ((sealed.seal, outsider), ("er-is-geen", BY)):
        with pytest.raises(NotFoundError):
            sealed.scene.vl.evidence.gather_seal(seal, by=by)


def test_the_name_is_for_some(sealed: Sealed) -> None:
    """For the person itself, and for who may prepare signing; others see the login."""
    readers = (route.MINISTER, BY, route.CABINET, READER)

    assert ["Test Burger", "Test Burger", "Test Burger", None] == [
        sealed.login(by).name for by in readers
    ]
    assert "eID" == sealed.login(READER).method


def test_the_name_of_the_function_is_for_some_too(sealed: Sealed) -> None:
    """Where the party that acts has the name of a person, that is told no further."""
    named = attrs.evolve(route.MINISTER, person=Personal("Test Burger"))
    login = attrs.evolve(sealed.entry.record.authentication, at=sealed.scene.vl.clock())
    entry = sealed.scene.vl.login_seals.seal(
        sealed.document,
        login,
        shown=sealed.told().current,
        text="Akkoord.",
        means="zegel",
        by=named,
    )
    other = attrs.evolve(sealed, seal=entry.id)

    assert "Test Burger" in told_by(other.told())
    assert "Test Burger" not in told_by(other.told(READER))


@pytest.mark.parametrize("gone", [True, False])
def test_the_file_is_another(sealed: Sealed, *, gone: bool) -> None:
    """The seal is gone, or binds other evidence than that of the book."""
    told = sealed.told()
    (person,), (signature,) = told.participants, told.signatures
    login = signature.login
    assert login is not None
    wrong = attrs.evolve(
        login, belongs=False, outcome=Outcome.OTHER_EVIDENCE.value, evidence="0" * 64
    )
    signatures = () if gone else (attrs.evolve(signature, login=wrong),)
    file = Found(signatures=signatures, timestamps=(), beginnings={})
    words = (
        "de vastgelegde handtekening staat niet in het bestand"
        if gone
        else Outcome.OTHER_EVIDENCE.value
    )

    assert [words] == [one.what for one in differences_of_seal(person, file)]


def test_beside_a_flow(sealed: Sealed) -> None:
    """A document that was sealed so, and is signed then: its flow tells the login."""
    vl = sealed.scene.vl
    one = Signatory(party=route.MINISTER, means="minister")
    dossier = vl.documents.read(sealed.document).record.dossier
    vl.custody.hand_over(DOSSIER.ref(dossier), BY, by=route.MINISTER)
    flow = vl.signing.start(sealed.document, [one], by=BY)
    vl.signing.sign(flow.id, by=route.MINISTER)
    told = vl.evidence.gather(flow.id, by=BY)

    assert () == told.differences
    assert [(True, True), (False, False)] == [
        (s.earlier, s.login is not None) for s in told.signatures
    ]
    assert Origin.SIGNED.value == told.files[-1].origin


def test_a_seal_on_a_file_of_no_dossier(sealed: Sealed) -> None:
    """Nobody reads it here: there is no report, and its evidence file remains."""
    vl, content = sealed.scene.vl, papers.paper("Los")
    login = attrs.evolve(sealed.entry.record.authentication, at=vl.clock())
    seen = vl.documents.keep(io.BytesIO(content)).sha256
    entry = vl.login_seals.seal_file(
        io.BytesIO(content),
        io.BytesIO(),
        login,
        shown=seen,
        text="Akkoord.",
        title="Los",
        means="zegel",
        by=route.MINISTER,
    )

    with pytest.raises(NotFoundError):
        vl.evidence.gather_seal(entry.id, by=route.MINISTER)
