"""The forms: as lines for people, as JSON for systems."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.advice.body import AdviceAspect, AdviceOutcome
from digivl.advice.channels import mail_form as form
from digivl.advice.messages.message import (
    Advised,
    Agreed,
    Asked,
    Outgoing,
    Received,
    Refused,
    Said,
    SentBack,
)
from digivl.advice.request import AspectRemark
from digivl.errors import MalformedError
from digivl.kernel.kinds import Ref

Make = Callable[..., Outgoing]
ADVICE = Ref("advice", "a1")
AGREEMENT = Ref("agreement", "b1")
FAVOURABLE = Advised(outcome=AdviceOutcome.FAVOURABLE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Ontvangen: ja", Received()),
        ("ONTVANGEN :  JA.", Received()),
        ("Vraag: Hoeveel?\nVraag: Waarom?", Asked(text="Hoeveel?\nWaarom?")),
        ("Ontbreekt: Nota", SentBack(lacks=("Nota",))),
        ("Conclusie: gunstig", FAVOURABLE),
        ("> Conclusie: Gunstig", FAVOURABLE),
        ("> > *Conclusie:* gunstig", FAVOURABLE),
        ("Conclusie:\u00a0gunstig", FAVOURABLE),
        ("Conclusie: gunstig\n> Conclusie: gunstig", FAVOURABLE),
        (
            "Conclusie: gunstig\nBegrotingsakkoord nodig: nee",
            Advised(outcome=AdviceOutcome.FAVOURABLE, agreement_needed=False),
        ),
        (
            """Conclusie: gunstig met opmerkingen
            Opmerking kostenefficiëntie: Vraag offertes.""",
            Advised(
                outcome=AdviceOutcome.FAVOURABLE_WITH_REMARKS,
                remarks=(
                    AspectRemark(
                        aspect=AdviceAspect.COST_EFFICIENCY, text="Vraag offertes."
                    ),
                ),
            ),
        ),
        (
            "Conclusie: gunstig onder voorwaarden\nVoorwaarde: A\nVoorwaarde: B",
            Advised(
                outcome=AdviceOutcome.FAVOURABLE_ON_CONDITIONS, conditions=("A", "B")
            ),
        ),
        ("Conclusie: ongunstig", Advised(outcome=AdviceOutcome.UNFAVOURABLE)),
        ("Akkoord: ja\nReden: Goed.", Agreed(remark="Goed.")),
        ("Akkoord: nee\nReden: Te duur.", Refused(reason="Te duur.")),
        ("Ontvangen: ja\nConclusie: gunstig", FAVOURABLE),
        ("", None),
        ("Beste,\n\nWij bekijken het.\nVan: ik", None),
        (form.form_text(ADVICE), None),
        (form.form_text(AGREEMENT), None),
    ],
)
def test_lines(text: str, said: Said | None) -> None:
    """One answer, quoted or not, in capitals or not; nothing filled in is no answer."""
    assert said == form.read_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "Conclusie: gunstig\nConclusie: ongunstig",
        "Conclusie: gunstig\n> Conclusie: ongunstig",
        "Conclusie: misschien",
        "Conclusie: gunstig\nAkkoord: ja",
        "Conclusie: gunstig\nVraag: Hoeveel?",
        "Conclusie: gunstig\nBegrotingsakkoord nodig: wellicht",
        "Conclusie: gunstig\nVoorwaarde: Eerst dit",
        "Conclusie: gunstig onder voorwaarden",
        "Akkoord: nee",
        "Akkoord: misschien",
        "Ontvangen: nee",
        "Voorwaarde: zonder conclusie",
        "Begrotingsakkoord nodig: nee",
        "Vraag: Is het 85.07.30-033.28?\n",
    ],
)
def test_lines_that_are_not_clear(text: str) -> None:
    """Two answers, half of one, or words that are in no list: it is refused."""
    with pytest.raises(MalformedError):
        form.read_text(text)


@pytest.mark.parametrize("question", [ADVICE, AGREEMENT])
@pytest.mark.parametrize("prefix", ["", "> ", ">> ", "  ", "| "])
def test_our_own_words_are_no_answer(question: Ref, prefix: str) -> None:
    """What we write, quoted back in any way, is never taken for an answer."""
    ours = f"{form.explained(question)}\n{form.form_text(question)}"
    quoted = "\n".join(prefix + line for line in ours.splitlines())

    assert form.read_text(quoted) is None


@given(st.text())
def test_any_text(text: str) -> None:
    """Whatever somebody writes, it is an answer, none, or a typed error."""
    try:
        form.read_text(text)
    except MalformedError:
        return


def filled(**fields: Any) -> bytes:
    """A form for systems, filled in."""
    return json.dumps({"format": 1, **fields}).encode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (filled(answer="ontvangen"), Received()),
        (filled(answer="vraag", text="Hoeveel?"), Asked(text="Hoeveel?")),
        (filled(answer="teruggezonden", lacks=["Nota"]), SentBack(lacks=("Nota",))),
        (filled(answer="advies", outcome="GUNSTIG", text="x", new=[1]), FAVOURABLE),
        (
            filled(answer="advies", outcome="GUNSTIG", agreement_needed=False),
            Advised(outcome=AdviceOutcome.FAVOURABLE, agreement_needed=False),
        ),
        (filled(answer="akkoord", text="Goed."), Agreed(remark="Goed.")),
        (filled(answer="geen akkoord", text="Te duur."), Refused(reason="Te duur.")),
        (filled(answer=""), None),
        (filled(), None),
    ],
)
def test_json(content: bytes, said: Said | None) -> None:
    """Fields that are not known do not matter; an empty form says nothing."""
    assert said == form.read_json(content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"[" * 100_000,
        b"9" * 10_000,
        b'{"format": 2, "answer": "ontvangen"}',
        b'{"answer": "ontvangen"}',
        b"\xff\xfe",
        b" " * 300_000,
        filled(answer="misschien"),
        filled(answer=["ontvangen"]),
        filled(answer="advies"),
        filled(answer="vraag", text={"of": "what"}),
    ],
    ids=lambda content: str(content[:40]),
)
def test_json_that_is_no_form(content: bytes) -> None:
    """Too large, too deep, of another format, or half filled in: it is refused."""
    with pytest.raises(MalformedError):
        form.read_json(content)


@given(st.binary())
def test_any_bytes(content: bytes) -> None:
    """Whatever comes as a form, it is an answer, none, or a typed error."""
    try:
        form.read_json(content)
    except MalformedError:
        return


def test_question_for_systems(make_outgoing: Make) -> None:
    """Its members, one by one; the format has a number."""
    message = make_outgoing()
    (enclosure,) = message.enclosures

    said = json.loads(form.question_json(message, "m", {enclosure.sha256}))

    assert 1 == said["format"]
    assert [
        {
            "title": enclosure.title,
            "type": "Nota",
            "sha256": enclosure.sha256,
            "size": enclosure.size,
            "attached": True,
        }
    ] == said["documents"]
    assert [("156000.00", None)] == [(one["vak"], one["vek"]) for one in said["lines"]]
    assert (str(message.question), message.key) == (said["question"], said["key"])


def test_empty_answer_for_systems(make_outgoing: Make) -> None:
    """It comes along, says nothing, and says something once it is filled in."""
    empty = json.loads(form.answer_json(make_outgoing(), "m"))

    assert form.read_json(json.dumps(empty).encode()) is None
    empty |= {"answer": "advies", "outcome": "GUNSTIG"}
    assert FAVOURABLE == form.read_json(json.dumps(empty).encode())
