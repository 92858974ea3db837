"""Replies: one clear answer of who may give it, or set apart with why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from digivl.advice.body import AdviceOutcome
from digivl.advice.channels.mail_form import ANSWER_FILE
from digivl.advice.channels.mail_marks import Marked, Marks
from digivl.advice.channels.mail_reply import Reply
from digivl.advice.messages.message import Advised, Outgoing, Unclear
from digivl.kernel.kinds import Ref

if TYPE_CHECKING:
    Correspondent = Any  # the fixture; its class stands in conftest.py

FAVOURABLE = Advised(outcome=AdviceOutcome.FAVOURABLE)
PDF = b"%PDF-1.7 an advice\n"
ATTACK = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


def why(reply: Reply) -> str:
    """Why a reply is not clear."""
    assert isinstance(reply.incoming.said, Unclear)
    return reply.incoming.said.why


def test_form_for_people(asked: Correspondent, read: Any, question: Outgoing) -> None:
    """Filled in above the quoted letter: it says what, of which question, by whom."""
    incoming = read(asked.written("Conclusie: gunstig\n")).incoming

    assert (FAVOURABLE, question.question, 1) == (
        incoming.said,
        incoming.question,
        incoming.submission,
    )
    assert "inspecteur@fin.example.be" == incoming.sender.reveal()
    assert "2026-11-24T10:00:00+01:00" == incoming.at.isoformat()
    assert "Met vriendelijke groet" in incoming.text


def test_filled_in_where_it_was_quoted(asked: Correspondent, read: Any) -> None:
    """In the quotation, as many people do it."""
    letter = asked.written("Zie hieronder.")
    text = letter.get_content().replace("> Conclusie:", "> Conclusie: gunstig")
    letter.set_content(text)

    assert FAVOURABLE == read(letter).incoming.said


def test_form_for_systems(asked: Correspondent, read: Any) -> None:
    """The file that came along, filled in."""
    (form,) = [
        part.get_payload(decode=True)
        for part in asked.letter().iter_attachments()
        if part.get_filename() == ANSWER_FILE
    ]
    filled = json.loads(form) | {"answer": "advies", "outcome": "GUNSTIG"}

    letter = asked.written("", form=json.dumps(filled).encode())

    assert FAVOURABLE == read(letter).incoming.said


def test_both_forms(asked: Correspondent, read: Any) -> None:
    """Where they say the same it is one answer; else somebody has to look."""
    form = json.dumps({"format": 1, "answer": "advies", "outcome": "GUNSTIG"}).encode()

    same = asked.written("Conclusie: gunstig\n", form=form)
    other = asked.written("Conclusie: ongunstig\n", form=form)

    assert FAVOURABLE == read(same).incoming.said
    assert "er staan twee verschillende antwoorden in" == why(read(other))


def test_pdf(asked: Correspondent, read: Any) -> None:
    """The one that came with it, by its bytes."""
    letter = asked.written("Conclusie: gunstig\n")
    letter.add_attachment(PDF, "application", "octet-stream", filename="Advies.PDF")

    assert PDF == read(letter).pdf


def test_forged_sender(asked: Correspondent, read: Any, question: Outgoing) -> None:
    """The right mark from an address that may not answer is set apart."""
    letter = asked.written("Conclusie: gunstig\n")
    letter.replace_header("From", "Inspecteur <inspecteur@fin.example.com>")

    reply = read(letter)

    assert "de afzender mag niet antwoorden" == why(reply)
    assert question.question == reply.incoming.question


@pytest.mark.parametrize(
    "sender",
    [
        "",
        "inspecteur",
        "inspecteur@fin.example.be, ander@example.com",
        "ander@example.com, inspecteur@fin.example.be",
        "inspecteur@fin.example.be <ander@example.com>",
        '"inspecteur@fin.example.be" <ander@example.com>',
        "=?utf-8?q?inspecteur=40fin=2Eexample=2Ebe?= <ander@example.com>",
        "inspecteur@fin.example.be.example.com",
        "inspecteur@fin.example.be\u0430",
        "x" * 5_000 + "@fin.example.be",
        "Groep: inspecteur@fin.example.be, ander@example.com;",
    ],
)
def test_senders_that_are_not(asked: Correspondent, read: Any, sender: str) -> None:
    """Two addresses, a name that looks like one, another domain: not who may answer."""
    raw = asked.written("Conclusie: gunstig\n").as_bytes()
    genuine = b"From: Inspecteur <inspecteur@fin.example.be>"
    assert genuine in raw

    assert "de afzender mag niet antwoorden" == why(
        read(raw.replace(genuine, b"From: " + sender.encode()))
    )


def test_two_from_headers(asked: Correspondent, read: Any) -> None:
    """A mail program shows the one, a check reads the other: neither counts."""
    raw = asked.written("Conclusie: gunstig\n").as_bytes()

    assert "de afzender mag niet antwoorden" == why(
        read(b"From: ander@example.com\n" + raw)
    )


def test_domain_may_answer(asked: Correspondent, read: Any) -> None:
    """An entry that starts with @ stands for everybody there."""
    letter = asked.written("Conclusie: gunstig\n")
    letter.replace_header("From", "Collega@FIN.example.be")

    assert FAVOURABLE == read(letter, senders=("@fin.example.be",)).incoming.said


@pytest.mark.parametrize(
    ("header", "genuine"),
    [
        ("mx.jeugd.example.be; dmarc=pass header.from=fin.example.be", True),
        ("mx.jeugd.example.be 1; spf=pass; dkim=pass;\n dmarc=pass (p=reject)", True),
        ("", False),
        ("mx.jeugd.example.be; dmarc=fail", False),
        ("mx.jeugd.example.be; dmarc=none", False),
        ("mx.jeugd.example.be; none", False),
        ("mx.example.com; dmarc=pass", False),
        ('mx.jeugd.example.be; spf=pass smtp.mailfrom="; dmarc=pass;"@x.be', False),
        ("mx.jeugd.example.be; dmarc=fail (; dmarc=pass;)", False),
        ("mx.jeugd.example.be; dmarc=pass; dmarc=fail", False),
        ("mx.jeugd.example.be; dkim=pass dmarc=pass", False),
    ],
)
def test_own_server_vouches(
    asked: Correspondent,
    read: Any,
    header: str,
    genuine: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """Where it is asked, what the own server says of the sender decides."""
    raw = asked.written("Conclusie: gunstig\n").as_bytes()
    if header:
        raw = b"Authentication-Results: " + header.encode() + b"\n" + raw

    said = read(raw, authenticated_by="mx.jeugd.example.be").incoming.said

    assert genuine is (said == FAVOURABLE)


def test_first_word_of_the_own_server_counts(asked: Correspondent, read: Any) -> None:
    """What stands below it came along with the mail."""
    raw = asked.written("Conclusie: gunstig\n").as_bytes()
    said = b"Authentication-Results: mx.jeugd.example.be; dmarc=%s\n"

    forged = read(
        said % b"fail" + said % b"pass" + raw, authenticated_by="mx.jeugd.example.be"
    )

    assert "de mailserver bevestigt de afzender niet" == why(forged)


def test_no_mark(asked: Correspondent, read: Any) -> None:
    """Out of the blue, about nothing: it waits for somebody."""
    letter = asked.written("Conclusie: gunstig\n")
    for name in ("Subject", "References", "In-Reply-To"):
        del letter[name]

    reply = read(letter)

    assert "er is geen kenmerk" == why(reply)
    assert reply.incoming.question is None


def test_wrong_token(asked: Correspondent, read: Any, question: Outgoing) -> None:
    """A mark that was made up leads to no question."""
    forged = Marks(b"x" * 32).mark(Marked(question.question, 1))
    letter = asked.written("Conclusie: gunstig\n")
    letter.replace_header("Subject", f"RE: [{forged}]")
    for name in ("References", "In-Reply-To"):
        del letter[name]

    reply = read(letter)

    assert "het kenmerk klopt niet" == why(reply)
    assert reply.incoming.question is None


def test_two_questions(asked: Correspondent, read: Any, marks: Marks) -> None:
    """A reply in two threads answers neither."""
    other = marks.mark(Marked(Ref("advice", "other"), 1))
    letter = asked.written("Conclusie: gunstig\n")
    letter.replace_header("References", f"<{other}@jeugd.example.be>")

    assert "het bericht gaat over meer dan één vraag" == why(read(letter))


def test_form_of_another_question(
    asked: Correspondent, read: Any, marks: Marks
) -> None:
    """A form does not travel under the mark of another question."""
    other = marks.mark(Marked(Ref("advice", "other"), 1))
    said = {"format": 1, "mark": other, "answer": "advies", "outcome": "GUNSTIG"}

    letter = asked.written("", form=json.dumps(said).encode())

    assert why(read(letter)).endswith("het hoort bij een andere vraag")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Auto-Submitted", "auto-replied"),
        ("Auto-Submitted", "auto-generated; type=vacation"),
        ("Precedence", "bulk"),
        ("X-Autoreply", "yes"),
        ("Return-Path", "<>"),
        ("Subject", "Automatisch antwoord: afwezig"),
        ("Subject", "=?utf-8?q?Automatisch_antwoord=3A?= afwezig"),
    ],
)
def test_automatic(asked: Correspondent, read: Any, name: str, value: str) -> None:
    """Who is away says nothing, whatever the quotation holds."""
    letter = asked.written("Conclusie: gunstig\n")
    del letter[name]
    letter[name] = value

    assert "automatisch antwoord, of niet besteld" == why(read(letter))


def test_bounce(asked: Correspondent, read: Any, question: Outgoing) -> None:
    """A letter that came back is no answer; it belongs to its question."""
    mark = asked.letter()["message-id"]
    raw = (
        "From: MAILER-DAEMON@mx.example.be\n"
        "Subject: Undelivered Mail Returned to Sender\n"
        f"In-Reply-To: {mark}\n"
        "MIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nUser unknown\n"
        "--b\nContent-Type: message/rfc822\n\nSubject: x\n\nConclusie: gunstig\n--b--\n"
    )

    reply = read(raw.encode())

    assert "automatisch antwoord, of niet besteld" == why(reply)
    assert question.question == reply.incoming.question


def test_nothing_filled_in(asked: Correspondent, read: Any) -> None:
    """Friendly words and our own quoted form are no answer."""
    assert "er staat geen ingevuld formulier in" == why(read(asked.written("Dank u.")))


def test_half_filled_in(asked: Correspondent, read: Any) -> None:
    """What is wrong is told in words."""
    reply = read(asked.written("Conclusie: gunstig\nConclusie: ongunstig\n"))

    assert why(reply).startswith("het antwoord is niet bruikbaar: 'Conclusie' staat")


def test_html_only(asked: Correspondent, read: Any) -> None:
    """A reply without plain text is set apart: a page shows what it likes."""
    letter = asked.written("")
    letter.set_content("<p>Conclusie: gunstig</p>", subtype="html")

    assert "er staat geen tekst in, alleen opmaak of bijlagen" == why(read(letter))


def test_html_beside_text(asked: Correspondent, read: Any) -> None:
    """Of a reply in two forms the text counts."""
    letter = asked.written("Conclusie: gunstig\n")
    letter.add_alternative("<p>Conclusie: ongunstig</p>", subtype="html")

    assert FAVOURABLE == read(letter).incoming.said
