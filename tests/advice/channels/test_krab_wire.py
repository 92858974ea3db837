"""How a message is written for KRAB, and how what came back is read."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.advice.body import AdviceAspect, AdviceOutcome
from digivl.advice.channels import krab_wire as wire
from digivl.advice.messages.message import (
    Advised,
    Agreed,
    Asked,
    Outgoing,
    OutgoingKind,
    Received,
    Refused,
    Said,
    SentBack,
    Unclear,
)
from digivl.advice.request import AspectRemark
from digivl.errors import MalformedError
from digivl.kernel.kinds import Ref

Make = Callable[..., Outgoing]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("id", "kind", "reference", "senderReference", "at", "text"),
                    *("lacks", "outcome", "agreementNeeded", "remarks", "aspect"),
                    *("conditions", "document", "sha256", "events", "next"),
                    "submission",
                ]
            ),
            inner | st.sampled_from([*wire.EVENT_WORDS, *wire.OUTCOME_WORDS, "a/b"]),
        )
    ),
    max_leaves=12,
)


def test_assumptions_are_known_by_name() -> None:
    """Each assumption that stands in the module is listed, and the other way round."""
    names = set(re.findall(r"# \[A\] ([a-z0-9-]+)", inspect.getsource(wire)))
    names |= set(re.findall(r"#: \[A\] ([a-z0-9-]+)", inspect.getsource(wire)))

    assert set(wire.ASSUMPTIONS) == names


def test_all_of_it_is_assumed() -> None:
    """No description of KRAB is public, and the module says so."""
    assert "no description is public, so that all of this is assumed" in str(
        wire.__doc__
    ).replace("\n", " ")


@pytest.mark.parametrize(
    ("assumption", "actual", "expected"),
    [
        ("token-path", wire.OAUTH_ENDPOINT, "/op/v1/token"),
        (
            "scopes",
            (wire.SCOPE_ASK, wire.SCOPE_READ),
            ("krab_krab_v1_P", "krab_krab_v1_G"),
        ),
        ("messages", wire.MESSAGES, "/messages"),
        (
            "message-words",
            sorted(wire.MESSAGE_WORDS.values()),
            [
                *("ANSWER", "APPEAL", "EXTENSION", "QUESTION", "REPLY"),
                *("RULING", "URGENCY", "WITHDRAWAL"),
            ],
        ),
        (
            "after-an-advice",
            (
                [one for one in OutgoingKind if not one.awaits_answer],
                sorted(wire.RULING_WORDS.values()),
            ),
            (
                [
                    *(OutgoingKind.WITHDRAWAL, OutgoingKind.REPLY),
                    *(OutgoingKind.APPEAL, OutgoingKind.RULING),
                ],
                ["CONFIRMED", "JOINED", "LAPSED"],
            ),
        ),
        ("idempotency-key", wire.IDEMPOTENCY_KEY, "idempotency-key"),
        ("own-reference", wire.OWN_REFERENCE, "senderReference"),
        ("its-reference", wire.REFERENCE, "reference"),
        (
            "documents",
            (wire.DOCUMENTS, wire.SHA256, wire.FILE),
            ("/documents", "sha256", "file"),
        ),
        ("event-moment", wire.MOMENT, "at"),
        ("largest", wire.LARGEST, 30_000_000),
        ("events", (wire.EVENTS, wire.AFTER, wire.NEXT), ("/events", "after", "next")),
        (
            "event-words",
            sorted(wire.EVENT_WORDS),
            ["ADVICE", "AGREEMENT", "INQUIRY", "RECEIVED", "REFUSAL", "SENT_BACK"],
        ),
        (
            "answer-fields",
            sorted(wire.ANSWER_FIELDS),
            ["agreementNeeded", "conditions", "lacks", "outcome", "remarks", "text"],
        ),
        (
            "outcome-words",
            sorted(wire.OUTCOME_WORDS),
            [
                *("FAVOURABLE", "FAVOURABLE_ON_CONDITIONS"),
                *("FAVOURABLE_WITH_REMARKS", "UNFAVOURABLE"),
            ],
        ),
        (
            "confirmations",
            (wire.CONFIRMATIONS, wire.IDS),
            ("/events/confirmations", "ids"),
        ),
        ("event-document", wire.DOCUMENT, "document"),
        ("event-submission", wire.SUBMISSION, "submission"),
    ],
)
def test_assumption(assumption: str, actual: object, expected: object) -> None:
    """What we assumed of KRAB; who learns better changes the module and this line."""
    assert assumption in wire.ASSUMPTIONS
    assert expected == actual


def test_question_as_a_whole(make_outgoing: Make) -> None:
    """Name by name (question-fields, line-fields); amounts are exact texts."""
    message = make_outgoing()
    (enclosure,) = message.enclosures

    assert {
        "kind": "QUESTION",
        "senderReference": str(message.question),
        "at": "2026-11-23T09:00:00.000000Z",
        "body": "IF",
        "submission": 1,
        "title": message.title,
        "dossier": "dossier-1",
        "asker": "Kabinet jeugd",
        "adviser": "Inspectie van Financiën",
        "lines": [
            {
                "year": 2027,
                "article": "HB0-1HDJ2HB-WT",
                "commitment": "156000.00",
                "kind": "uitgave",
                "recurrent": True,
                "compensates": False,
            }
        ],
        "documents": [
            {
                "sha256": enclosure.sha256,
                "size": enclosure.size,
                "title": enclosure.title,
                "type": "Nota",
            }
        ],
    } == wire.message_json(message)


def test_later_messages(make_outgoing: Make) -> None:
    """They name the question by both its names, and say only what is new."""
    message = make_outgoing(
        kind=OutgoingKind.URGENCY,
        reference="KRAB-1",
        text="Dringend.",
        days=4,
        enclosures=(),
        lines=(),
    )

    assert {
        "kind": "URGENCY",
        "senderReference": str(message.question),
        "reference": "KRAB-1",
        "at": "2026-11-23T09:00:00.000000Z",
        "text": "Dringend.",
        "days": 4,
    } == wire.message_json(message)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": "RECEIVED"}, Received()),
        ({"kind": "INQUIRY", "text": " Hoeveel? "}, Asked(text="Hoeveel?")),
        ({"kind": "SENT_BACK", "lacks": ["Nota", " "]}, SentBack(lacks=("Nota",))),
        (
            {"kind": "ADVICE", "outcome": "FAVOURABLE"},
            Advised(outcome=AdviceOutcome.FAVOURABLE),
        ),
        (
            {
                "kind": "ADVICE",
                "outcome": "FAVOURABLE_ON_CONDITIONS",
                "agreementNeeded": False,
                "conditions": ["Binnen het krediet"],
                "remarks": [{"aspect": "wettigheid", "text": "Zie art. 3"}],
            },
            Advised(
                outcome=AdviceOutcome.FAVOURABLE_ON_CONDITIONS,
                agreement_needed=False,
                conditions=("Binnen het krediet",),
                remarks=(
                    AspectRemark(aspect=AdviceAspect.LEGALITY, text="Zie art. 3"),
                ),
            ),
        ),
        ({"kind": "AGREEMENT", "text": "Goed."}, Agreed(remark="Goed.")),
        ({"kind": "REFUSAL", "text": "Te\nduur."}, Refused(reason="Te duur.")),
    ],
)
def test_events(fields: dict[str, Any], said: Said) -> None:
    """Each kind of event says its own thing; unknown fields do not matter."""
    event = {
        "id": "e1",
        "senderReference": "advice/a1",
        "reference": "KRAB-1",
        "at": "2026-11-24T10:00:00+01:00",
        "colour": {"of": ["the", "folder"]},
        **fields,
    }

    read = wire.read_event(event)

    assert (said, "e1", Ref("advice", "a1")) == (read.said, read.id, read.question)
    assert ("KRAB-1", datetime(2026, 11, 24, 9, tzinfo=UTC)) == (
        read.reference,
        read.at,
    )


@pytest.mark.parametrize(
    "event",
    [
        {"id": "e1", "kind": "FOLDED"},
        {"id": "e1"},
        {"id": "e1", "kind": ["RECEIVED"]},
        {"id": "e1", "kind": "INQUIRY"},
        {"id": "e1", "kind": "SENT_BACK", "lacks": []},
        {"id": "e1", "kind": "SENT_BACK", "lacks": ["x"] * 101},
        {"id": "e1", "kind": "ADVICE"},
        {"id": "e1", "kind": "ADVICE", "outcome": "MAYBE"},
        {"id": "e1", "kind": "ADVICE", "outcome": "FAVOURABLE", "conditions": ["c"]},
        {"id": "e1", "kind": "ADVICE", "outcome": "FAVOURABLE_ON_CONDITIONS"},
        {
            "id": "e1",
            "kind": "ADVICE",
            "outcome": "FAVOURABLE",
            "agreementNeeded": "no",
        },
        {"id": "e1", "kind": "ADVICE", "outcome": "FAVOURABLE", "remarks": [{}]},
        {"id": "e1", "kind": "REFUSAL"},
        {"id": "e1", "kind": "RECEIVED", "at": "soon"},
        {"id": "e1", "kind": "RECEIVED", "at": "2026-11-24T10:00:00"},
        {"id": "e1", "kind": "RECEIVED", "reference": 3},
        {"id": "e1", "kind": "RECEIVED", "reference": "a b"},
        {"id": "e1", "kind": "RECEIVED", "submission": True},
        {"id": "e1", "kind": "ADVICE", "outcome": "FAVOURABLE", "document": {}},
        {"id": "e1", "kind": "INQUIRY", "text": "Is het 85.07.30-033.28?"},
    ],
    ids=str,
)
def test_event_that_is_set_apart(event: dict[str, Any]) -> None:
    """What cannot be read for sure is unclear; it keeps its name, and says why."""
    read = wire.read_event(event)

    assert isinstance(read.said, Unclear)
    assert "e1" == read.id
    assert "033.28" not in read.text


@pytest.mark.parametrize(
    "event", [{}, [], None, "x", {"id": 3}, {"id": "a b"}], ids=str
)
def test_event_without_a_name(event: object) -> None:
    """It is known by its hash, so that it is the same when it comes again."""
    read = wire.read_event(event)

    assert re.fullmatch("sha256:[0-9a-f]{64}", read.id)
    assert wire.read_event(event) == read


@pytest.mark.parametrize(
    "said", [None, [], {}, {"events": {}}, {"events": [], "next": 3}]
)
def test_what_is_no_page(said: object) -> None:
    """An answer without a list of events is none."""
    with pytest.raises(MalformedError):
        wire.read_page(said)


@given(JSON)
def test_no_answer_breaks_a_reader(said: Any) -> None:
    """Whatever JSON comes, it is read or refused with a typed error."""
    read = wire.read_event(said)
    assert len(read.id) <= 100
    json.dumps(read.text)
    for reader in (wire.read_page, wire.read_reference):
        try:
            reader(said)
        except MalformedError:
            continue
