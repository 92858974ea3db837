"""People, their order, and by what a certificate is known to be theirs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise, permutations
from pathlib import Path

import attrs
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier
from hypothesis import given
from hypothesis import strategies as st

from digivl.errors import MalformedError
from digivl.kernel.identifiers import INSZ
from digivl.kernel.parties import Party, Role
from digivl.kernel.personal import Personal
from digivl.signing.platform.claims import Claims, assigned, claims, is_of
from digivl.signing.platform.looking import looked, pause
from digivl.signing.platform.model import PackageState, Progress
from digivl.signing.platform.people import (
    Assurance,
    ByText,
    Invited,
    Matching,
    PlatformRole,
    Rectangle,
    check_invited,
    in_order,
    same_mail,
    words_of,
)
from digivl.signing.platform.port import PackageTold, PersonTold, PlatformState
from digivl.testing.signinghub_desk import DESK, PEOPLE, Desk
from digivl.testing.signinghub_people import People

NAMES = [
    "An Proef",
    "Jan Voorbeeld",
    "Els Model",
    "Jan Proef",
    "Ümit Ça-Ğlar",
]


def person(
    name: str, role: PlatformRole = PlatformRole.SIGNER, turn: int = 1
) -> Invited:
    """Somebody with an address of the name."""
    word = "-".join(words_of(name))
    party = Party(f"{word}-{role.name}", "Functie", Role.SIGNATORY)
    return Invited.person(party, f"{word}@example.be", name, role=role, turn=turn)


INVITED = st.lists(
    st.builds(
        person,
        st.sampled_from(NAMES),
        st.sampled_from(PlatformRole),
        st.integers(1, 4),
    ),
    max_size=8,
)


@given(INVITED)
def test_order(invited: list[Invited]) -> None:
    """By turn; approvers, copies, signers within one; else as they came."""
    ordered = in_order(invited)

    assert sorted(map(id, invited)) == sorted(map(id, ordered))
    rank = {PlatformRole.APPROVER: 0, PlatformRole.COPY: 1, PlatformRole.SIGNER: 2}
    for one, after in pairwise(ordered):
        same = (one.turn, rank[one.role]) == (after.turn, rank[after.role])
        assert (one.turn, rank[one.role]) <= (after.turn, rank[after.role])
        places = [[*map(id, invited)].index(id(who)) for who in (one, after)]
        assert not same or places[0] < places[1]


@given(INVITED)
def test_who_can_be_told_apart(invited: list[Invited]) -> None:
    """A list is refused exactly when nobody signs, or somebody stands twice."""
    twice = len({(one.party.id, one.turn) for one in invited})
    signers = [one for one in invited if one.signs]
    marks = [(one.party.id) for one in invited]
    fits = bool(signers) and len({*marks}) == len(marks)
    try:
        check_invited(invited, Matching.NAME)
    except MalformedError:
        assert not fits
    else:
        assert fits
        assert twice == len(invited)


@given(st.permutations(NAMES), st.permutations(range(5)), st.integers(0, 5))
def test_every_signature_finds_its_signer(
    names: list[str], order: list[int], missing: int
) -> None:
    """Whatever the order of signatures, each is given to its own signer, or to none."""
    signers = [person(name) for name in names]
    found = [names[place] for place in order if place != missing]
    claimed = [Claims(words=frozenset(words_of(name))) for name in found]

    whose = assigned(signers, claimed, Matching.NAME)

    assert {names.index(name): place for place, name in enumerate(found)} == whose


def test_as_many_pairs_as_there_can_be() -> None:
    """Who could be one of two gets the one that the other leaves."""
    claimed = [
        Claims(words=frozenset({"jan", "proef", "maria"})),
        Claims(words=frozenset({"jan", "proef"})),
    ]
    signers = [person("Jan Proef"), person("Jan Maria Proef")]
    for places in permutations(range(2)):
        whose = assigned([signers[n] for n in places], claimed, Matching.NAME)
        assert {places.index(0): 1, places.index(1): 0} == whose


@pytest.mark.parametrize("number", ["", "85073003328"])
def test_nobody_signs_for_two(number: str) -> None:
    """One person signed twice; the name fits another one too, whose turn it was."""
    claimed = [Claims(words=frozenset({"jan", "proef", "maria"}), number=number)] * 2
    signers = [person("Jan Proef"), person("Jan Maria Proef")]

    assert 1 == len(assigned(signers, claimed, Matching.NAME))


def test_two_with_one_name_and_their_numbers() -> None:
    """Two certificates with one name are of two people, where their numbers say so."""
    numbers = ("85073003328", "98472899765")
    claimed = [Claims(words=frozenset({"an", "proef"}), number=one) for one in numbers]
    signers = [
        attrs.evolve(person("An Proef"), number=Personal(INSZ(one)))
        for one in reversed(numbers)
    ]

    assert {0: 1, 1: 0} == assigned(signers, claimed, Matching.NAME)


def test_a_name_without_letters_fits_nobody() -> None:
    """Else it would fit everybody."""
    nobody = Invited.person(DESK, "x@example.be", "* * *")
    with pytest.raises(MalformedError, match="no letters"):
        check_invited([nobody], Matching.NAME)
    assert not is_of(nobody, Claims(words=frozenset({"an"})), Matching.NAME)


NUMBERED = attrs.evolve(person("Jan Voorbeeld"), number=Personal(INSZ("85073003328")))


@pytest.mark.parametrize(
    ("claimed", "by_name", "by_number"),
    [
        (Claims(number="85073003328"), True, True),
        (
            Claims(number="98472899765", words=frozenset({"jan", "voorbeeld"})),
            False,
            False,
        ),
        (Claims(words=frozenset({"jan", "voorbeeld", "karel"})), True, False),
        (Claims(words=frozenset({"jan"})), False, False),
        (
            Claims(words=frozenset({"nv", "jan", "voorbeeld"}), seals=True),
            False,
            False,
        ),
        (Claims(), False, False),
    ],
)
def test_is_of(claimed: Claims, *, by_name: bool, by_number: bool) -> None:
    """A number that differs is somebody else; a name may be longer, not shorter."""
    assert by_name is is_of(NUMBERED, claimed, Matching.NAME)
    assert by_number is is_of(NUMBERED, claimed, Matching.NUMBER)


@pytest.mark.parametrize(
    "mail",
    ["x", "@a.be", "a@b", "a b@c.be", "<a@b.be>", "a@b.be,", "a@" + "b" * 300 + ".be"],
)
def test_no_address(mail: str) -> None:
    """What can be no address is refused, without telling it."""
    with pytest.raises(MalformedError, match="no e-mail address") as told:
        Invited.person(DESK, mail, "An Proef")
    assert mail not in str(told.value)


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 201])
def test_no_name(name: str) -> None:
    """A name is one line."""
    with pytest.raises(MalformedError, match="one line"):
        Invited.person(DESK, "a@b.be", name)


def test_places() -> None:
    """A signature stands in one place, within the page."""
    text, box = ByText(text=Personal("x")), Rectangle(page=1, x=0, y=0)
    with pytest.raises(MalformedError, match="one place"):
        attrs.evolve(PEOPLE[0], text=text, rectangle=box)
    with pytest.raises(MalformedError, match="top left"):
        Rectangle(page=1, x=-1, y=0)
    with pytest.raises(MalformedError, match="counts from 1"):
        Rectangle(page=0, x=1, y=0)


def test_erased_people_are_still_read() -> None:
    """What was erased stays a record; it can be shown, and not be sent."""
    gone = attrs.evolve(
        PEOPLE[0], mail=Personal.erased("0" * 64), name=Personal.erased("1" * 64)
    )

    assert gone.mail.is_erased


def test_signers_need_a_number_where_it_decides() -> None:
    """Found out before anything is sent."""
    with pytest.raises(MalformedError, match="no national number"):
        check_invited(PEOPLE, Matching.NUMBER)
    with pytest.raises(MalformedError, match="leaves no certificate"):
        check_invited([attrs.evolve(PEOPLE[0], assurance=Assurance.SES)], Matching.NAME)


def test_labels() -> None:
    """Every level and state has a name in Dutch."""
    assert all(one.label for one in Assurance)
    assert all(one.label and "http" not in one.label for one in PackageState)


@given(st.text(max_size=20))
def test_same_mail(text: str) -> None:
    """Case and blanks around it make no other address."""
    assert same_mail(text) == same_mail(f" {text} ")
    assert same_mail(same_mail(text)) == same_mail(text)


def test_mail_in_other_case_still_matches(desk: Desk) -> None:
    """The platform writes addresses as it likes."""
    package = desk.sent()
    number = int(package.record.reference)
    with desk.hub.files.changing(number) as found:
        for user in found["users"]:
            user["user_email"] = user["user_email"].upper()
    desk.hub.everybody(number)
    desk.work()

    assert PackageState.SIGNED is desk.state(package)


def test_pause(desk: Desk) -> None:
    """Two minutes at first, a tenth of the time since, an hour at most."""
    at = datetime(2026, 11, 24, 9, tzinfo=UTC)
    package = attrs.evolve(desk.send().record, changed_at=at)
    waits = [pause(package, at + timedelta(minutes=m)) for m in (0, 20, 100, 5_000)]

    assert [2, 2, 10, 60] == [wait.total_seconds() / 60 for wait in waits]


def test_who_is_told_twice(desk: Desk) -> None:
    """Somebody who signs twice there is one too many."""
    package = desk.sent().record
    people = [
        PersonTold(
            mail=one.mail.reveal(),
            role=one.role,
            order=n,
            progress=Progress.SIGNED if one.signs else Progress.REVIEWED,
        )
        for n, one in enumerate([*package.invited, package.invited[-1]], 1)
    ]
    told = PackageTold(id="1", state=PlatformState.COMPLETED, people=tuple(people))
    after = looked(package, told, desk.clock())

    assert 1 == after.strangers
    assert after == looked(attrs.evolve(package), told, desk.clock())


def test_who_is_not_told_any_more(desk: Desk) -> None:
    """Somebody the platform leaves out stays as was known."""
    package = desk.sent().record
    told = PackageTold(id="1", state=PlatformState.SHARED)

    assert package.acted == looked(package, told, desk.clock()).acted


def test_delegated(desk: Desk) -> None:
    """That somebody else signed in a person's name is kept, and told as a warning."""
    package = desk.sent()
    number = int(package.record.reference)
    desk.hub.everybody(number)
    with desk.hub.files.changing(number) as found:
        for user in found["users"]:
            user["processed_by"] = "assistent@example.be"
    desk.work()
    record = desk.vl.packages.read(package.id).record

    assert all(acted.delegated for acted in record.acted)
    warnings = {text for f in record.documents[0].signatures for text in f.warnings}
    assert any("iemand anders" in text for text in warnings)


def test_certificates(tmp_path: Path) -> None:
    """Name, number and level are read; a number also as EN 319 412-1 writes it."""
    people = People(tmp_path)
    plain = claims(people.key("Jan Voorbeeld", qualified=False).identity().certificate)
    full = claims(
        people.key("Jan Voorbeeld", "PNOBE-85073003328").identity().certificate
    )

    assert Claims(words=frozenset({"jan", "voorbeeld"})) == plain
    assert ("85073003328", True) == (full.number, full.qualified)
    assert "8507" not in repr(full)
    with pytest.raises(MalformedError):
        claims(b"geen certificaat")


def test_common_name_where_there_is_no_other() -> None:
    """And statements that cannot be read are no statements."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "VOORBEELD Jan")])
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    builder = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(moment)
        .not_valid_after(moment + timedelta(days=9))
    )
    plain = builder.sign(key, SHA256()).public_bytes(Encoding.DER)
    oid = ObjectIdentifier("1.3.6.1.5.5.7.1.3")
    odd = builder.add_extension(
        x509.UnrecognizedExtension(oid, b"\x05\x00x"), critical=False
    )

    assert frozenset({"jan", "voorbeeld"}) == claims(plain).words
    with pytest.raises(MalformedError, match="cannot be read"):
        claims(odd.sign(key, SHA256()).public_bytes(Encoding.DER))


def test_alone(desk: Desk) -> None:
    """A package that is a part of nothing moves nothing along."""
    package = desk.send()

    along = desk.vl.packages.companion.moved
    assert () == along(package, package.record, package.actor, desk.clock())
