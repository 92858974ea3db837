"""How a package is written for SigningHub, and how what it says is read."""

from __future__ import annotations

import base64
import inspect
import re
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.errors import MalformedError
from digivl.kernel.personal import Personal
from digivl.signing.platform import signinghub_wire as wire
from digivl.signing.platform.model import Progress
from digivl.signing.platform.people import (
    Assurance,
    ByText,
    PlatformRole,
    Rectangle,
)
from digivl.signing.platform.port import PlatformState
from digivl.testing.signinghub_desk import PEOPLE

MARK = "digivl-0123456789ab"
WORDS = [
    *("package_id", "package_name", "package_status", "workflow", "workflow_status"),
    *("documents", "document_name", "documentid", "users", "user_email", "role"),
    *("order", "signing_order", "process_status", "processed_on", "processed_by"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(WORDS),
            inner | st.sampled_from(["SHARED", "SIGNED", "SIGNER", "1", "2026-01-01"]),
        )
    ),
    max_leaves=12,
)
PERSON: dict[str, Any] = {
    "order": 1,
    "user_email": "An.Proef@example.be",
    "user_name": "An Proef",
    "role": "SIGNER",
    "signing_order": 2,
    "process_status": "SIGNED",
    "processed_on": "2026-11-24T10:11:12.5Z",
    "user_national_id": "85.07.30-033.28",
}
PACKAGE: dict[str, Any] = {
    "package_id": 7,
    "workflow": {"workflow_status": "SHARED"},
    "documents": [{"documentid": 71, "document_name": "a.pdf"}],
    "users": [PERSON],
}


def test_assumptions_are_known_by_name() -> None:
    """Each assumption that stands in the module is listed, and the other way round."""
    names = set(re.findall(r"#:? \[A\] ([a-z0-9-]+)", inspect.getsource(wire)))

    assert set(wire.ASSUMPTIONS) == names


def read(**changes: Any) -> Any:
    """What is read of the one person, with other fields."""
    return wire.read_package({**PACKAGE, "users": [PERSON | changes]}, "7").people[0]


def listed(status: str) -> Any:
    """What is read of a list with one package."""
    one = {"package_id": 7, "package_name": f"x ({MARK})", "package_status": status}
    return wire.read_list([one], MARK)[0][0]


PLACED = wire.field_json(
    1, attrs.evolve(PEOPLE[0], rectangle=Rectangle(page=1, x=10, y=20))
)
ASSUMED: dict[str, tuple[object, object]] = {
    "scope-answer": ("/v4/authenticate/scope", wire.SCOPE),
    "profile-address": (
        True,
        wire.read_is_of({"user_email": "AN@example.be"}, "an@example.be"),
    ),
    "package-name": (100, len(wire.package_name("x" * 500, MARK))),
    "file-name": ("Financien-besluit.pdf", wire.file_name("Financiën/besluit.PDF", ())),
    "largest": (100_000_000, wire.LARGEST),
    "order-is-position": (
        ["REVIEWER", "SIGNER", "SIGNER"],
        [one["role"] for one in wire.people_json([PEOPLE[2], *PEOPLE[:2]])],
    ),
    "order-told": (3, read(order=3).order),
    "autoplace-answer": (False, wire.read_placed([])),
    "rectangle": (
        ("signature", {"x": 10, "y": 20, "width": 100, "height": 40}),
        (PLACED[0], PLACED[1]["dimensions"]),
    ),
    "find": (
        ("/v4/packages/ALL/1/100", b"digivl-0123456789ab"),
        (
            wire.list_path(1),
            base64.b64decode(wire.search_header(MARK)["x-search-text"]),
        ),
    ),
    "recall": ("/v4/packages/7/workflow", wire.recall_path("7")),
    "delete": ("/v4/packages/7", wire.delete_path("7")),
    "gone": (404, wire.GONE),
    "declined": (False, listed("DECLINED").is_draft),
    "expired": (
        PlatformState.EXPIRED,
        wire.read_package(
            {**PACKAGE, "workflow": {"workflow_status": "EXPIRED"}}, "7"
        ).state,
    ),
    "done-words": (Progress.REVIEWED, read(process_status="PROCESSED").progress),
    "delegated": (
        [False, False, True],
        [
            read(processed_by=by).delegated
            for by in ("", "an.proef@EXAMPLE.be", "ander@example.be")
        ],
    ),
    "moments": (
        datetime(2026, 11, 24, 10, 11, 12, tzinfo=UTC),
        read(processed_on="2026-11-24T10:11:12").processed_on,
    ),
    "document-id": (
        ["5", "6"],
        [wire.read_document({"documentid": 5}), wire.read_document({"document_id": 6})],
    ),
    "bytes-kept": ("x-convert-document", wire.CONVERT),
    "link-answer": (
        "https://hub.example.be/x",
        wire.read_link(b'"https://hub.example.be/x"\n'),
    ),
}


@pytest.mark.parametrize("assumption", wire.ASSUMPTIONS)
def test_assumption(assumption: str) -> None:
    """Each assumption has its test, by its name."""
    expected, found = ASSUMED[assumption]

    assert expected == found


def test_people() -> None:
    """The person behind a function, with mail from the platform; in their turn."""
    (one,) = wire.people_json(PEOPLE[:1])

    assert {
        "user_email": "An.Proef@example.be",
        "user_name": "An Proef",
        "role": "SIGNER",
        "email_notification": True,
        "signing_order": 2,
    } == one


def test_field_by_text() -> None:
    """As Kaleidos asks it, with the level."""
    text = ByText(text=Personal("An Proef"))
    end, said = wire.field_json(4, attrs.evolve(PEOPLE[0], text=text))

    assert "autoplace" == end
    assert (4, "An Proef", "TOP") == (
        *(said["order"], said["search_text"], said["placement"]),
    )
    assert [Assurance.QES.value] == said["level_of_assurance"]
    assert {"width": 100, "height": 40} == said["dimensions"]


def test_field_nowhere() -> None:
    """Who has no place has no field."""
    with pytest.raises(MalformedError, match="nobody said where"):
        wire.field_json(1, PEOPLE[0])


def test_reads_a_package() -> None:
    """State, documents and people; the national number that comes along is not read."""
    told = wire.read_package(PACKAGE, "7")

    assert (PlatformState.SHARED, "71") == (told.state, told.documents[0].id)
    (person,) = told.people
    assert (PlatformRole.SIGNER, Progress.SIGNED, 2) == (
        *(person.role, person.progress, person.turn),
    )
    assert (
        datetime(2026, 11, 24, 10, 11, 12, 500_000, tzinfo=UTC) == person.processed_on
    )
    assert "85.07.30" not in repr(attrs.asdict(told))
    assert "roef" not in repr(told)


@pytest.mark.parametrize(
    "changes",
    [
        {"package_id": 8},
        {"package_id": True},
        {"package_id": "../x"},
        {"workflow": None},
        {"workflow": {"workflow_status": "HALF"}},
        {"workflow": {"workflow_status": 5}},
        {"documents": {}},
        {"documents": [{"documentid": 1}]},
        {"documents": [{"document_name": "x"}]},
        {"users": [None]},
        {"users": [PERSON | {"process_status": "HM"}]},
        {"users": [PERSON | {"order": 0}]},
        {"users": [PERSON | {"processed_on": "gisteren"}]},
        {"users": [PERSON] * 1_001},
    ],
)
def test_what_makes_no_sense(changes: dict[str, Any]) -> None:
    """It is an error, never a guess."""
    with pytest.raises(MalformedError):
        wire.read_package(PACKAGE | changes, "7")


def test_groups_and_places_without_a_person() -> None:
    """Somebody without address, or in a role we do not use, is nobody we invited."""
    person = read(user_email=None, role="EDITOR", signing_order=None, processed_on=None)

    assert ("", None, 1, None) == (
        *(person.mail, person.role, person.turn, person.processed_on),
    )


@pytest.mark.parametrize("body", [b"", b"hallo", b"javascript:x", b"https://", b"\xff"])
def test_no_link(body: bytes) -> None:
    """What is no address is not handed on."""
    with pytest.raises(MalformedError):
        wire.read_link(body)


@pytest.mark.parametrize("said", [{}, None, [1], [{}] * 1_001])
def test_no_list(said: Any) -> None:
    """What is no list of packages is an error."""
    with pytest.raises(MalformedError):
        wire.read_list(said, MARK)


def test_only_marked_packages() -> None:
    """What the search finds besides is not ours."""
    one = {"package_id": 7, "package_name": "x", "package_status": "raar"}

    assert ([], False) == wire.read_list([one], MARK)
    assert wire.read_list([one] * 100, MARK)[1]


@given(JSON)
def test_any_answer(said: Any) -> None:
    """Whatever comes, it is read or refused; nothing else is raised."""
    for reading in (
        lambda: wire.read_package(said, "1"),
        lambda: wire.read_list(said, MARK),
        lambda: wire.read_id(said, "package_id"),
        lambda: wire.read_document(said),
        lambda: wire.read_is_of(said, "a@b.be"),
    ):
        try:
            reading()
        except MalformedError:
            continue


@given(st.text(max_size=300), st.lists(st.text(max_size=20), max_size=3))
def test_any_name(title: str, others: list[str]) -> None:
    """A name has no blank around it, no slash, a bound; and carries the mark whole."""
    names: list[str] = []
    for one in (title, title, *others):
        names.append(wire.file_name(one, names))
    package = wire.package_name(title, MARK)

    assert len({*names}) == len(names)
    for name in (*names, package):
        assert name == name.strip()
        assert len(name) <= 100
        assert not {"/", "\\"} & {*name}
        assert name.isprintable()
    assert all(name.isascii() and name.endswith(".pdf") for name in names)
    assert package.endswith(f"({MARK})")


@given(st.text(max_size=20))
def test_any_id_in_a_path(id: str) -> None:
    """No id of theirs leads out of its path."""
    try:
        path = wire.document_path(id, id)
    except MalformedError:
        return
    assert re.fullmatch(r"/v4/packages/[\w-]+/documents/[\w-]+", path, re.ASCII)
