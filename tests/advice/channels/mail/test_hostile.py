"""Hostile mail: whatever it holds, it is set apart in a short time, never applied."""

from __future__ import annotations

import base64
from collections.abc import Callable
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digivl.advice.body import AdviceOutcome
from digivl.advice.channels.mail_form import ANSWER_FILE
from digivl.advice.channels.mail_marks import Marked, Marks
from digivl.advice.channels.mail_reply import Correspondents, Reply, read_reply
from digivl.advice.channels.port import Opened
from digivl.advice.messages.message import Advised, Outgoing, Received, Unclear
from digivl.errors import LimitExceededError
from digivl.settings import Limits

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


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"MZ a program", "application/pdf"), (b"PK a zip", "application/octet-stream")],
)
def test_pdf_that_is_none(
    asked: Correspondent, read: Any, content: bytes, kind: str
) -> None:
    """A file that calls itself PDF and is not keeps the whole from being applied."""
    letter = asked.written("Conclusie: gunstig\n")
    letter.add_attachment(content, *kind.split("/"), filename="advies.pdf")

    assert "een bijlage noemt zich pdf en is het niet" == why(read(letter))


def test_two_pdfs(asked: Correspondent, read: Any) -> None:
    """Which of the two is the advice, a person has to say."""
    letter = asked.written("Conclusie: gunstig\n")
    for name in ("a.pdf", "b.pdf"):
        letter.add_attachment(PDF, "application", "pdf", filename=name)

    assert "er is meer dan één pdf bijgevoegd" == why(read(letter))


def test_other_attachments(asked: Correspondent, read: Any) -> None:
    """A logo or a card in the signature says nothing."""
    letter = asked.written("Conclusie: gunstig\n")
    letter.add_attachment(b"\x89PNG", "image", "png", filename="logo.png")
    letter.add_attachment("Conclusie: ongunstig", filename="oud.txt")

    assert FAVOURABLE == read(letter).incoming.said


def test_mail_in_mail(asked: Correspondent, read: Any) -> None:
    """What stands in a forwarded message is what somebody else said."""
    inner = EmailMessage()
    inner["From"] = "inspecteur@fin.example.be"
    inner.set_content("Conclusie: gunstig\n")
    letter = asked.written("Zie bijlage.\n")
    letter.add_attachment(inner)

    assert "er staat geen ingevuld formulier in" == why(read(letter))


@pytest.mark.parametrize(
    "charset",
    ["utf-8", "iso-8859-15", "windows-1252", "no-such-charset", "utf-7", "x" * 99],
)
def test_charsets(asked: Correspondent, read: Any, charset: str) -> None:
    """Whatever it is written in, it is read, or set apart."""
    mark = asked.letter()["message-id"]
    raw = (
        "From: inspecteur@fin.example.be\n"
        f"In-Reply-To: {mark}\n"
        "MIME-Version: 1.0\n"
        f"Content-Type: text/plain; charset={charset}\n\n"
        "Conclusie: gunstig\n"
    ).encode()

    assert FAVOURABLE == read(raw).incoming.said


def test_deep_nesting(asked: Correspondent, read: Any) -> None:
    """Parts in parts in parts are not followed to the end."""
    mark = asked.letter()["message-id"]
    head = f"From: inspecteur@fin.example.be\nIn-Reply-To: {mark}\n"
    for depth in (30, 3_000):
        nested = "Content-Type: text/plain\n\nConclusie: gunstig\n"
        for level in range(depth):
            nested = (
                f'Content-Type: multipart/mixed; boundary="b{level}"\n\n'
                f"--b{level}\n{nested}\n--b{level}--\n"
            )

        assert why(read((head + nested).encode()))


def test_many_parts(asked: Correspondent, read: Any) -> None:
    """Nor thousands beside each other."""
    mark = asked.letter()["message-id"]
    head = (
        f"From: inspecteur@fin.example.be\nIn-Reply-To: {mark}\n"
        'Content-Type: multipart/mixed; boundary="b"\n\n'
    )
    parts = "--b\nContent-Type: text/plain\n\nConclusie: gunstig\n" * 2_000

    assert "het bericht heeft te veel delen" == why(read((head + parts).encode()))


def test_many_lines_in_many_parts(asked: Correspondent, read: Any) -> None:
    """The parser would look at each line for each part: it does not get that far."""
    mark = asked.letter()["message-id"]
    head = f"From: inspecteur@fin.example.be\nIn-Reply-To: {mark}\n"
    nested = "".join(
        f'Content-Type: multipart/mixed; boundary="b{level}"\n\n--b{level}\n'
        for level in range(900)
    )

    for raw in (head + nested + "\n" * 900_000, head + "\n" * 9_000_000):
        assert "het bericht heeft te veel regels of delen" == why(read(raw.encode()))


@pytest.mark.parametrize(
    "subject", ["=?utf-8?b?a?=", "=?no-such-charset?q?x?=", "=?utf-8?x?x?=", "=?=?=?"]
)
def test_crooked_subjects(asked: Correspondent, read: Any, subject: str) -> None:
    """A subject that cannot be decoded hides nothing: the thread has the mark too."""
    letter = asked.written("Conclusie: gunstig\n")
    del letter["Subject"]
    raw = b"Subject: " + subject.encode() + b"\n" + letter.as_bytes()

    assert FAVOURABLE == read(raw).incoming.said


def test_parser_that_stumbles(
    asked: Correspondent, read: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a library raises over a message, somebody has to look at the message."""
    letter = asked.written("Conclusie: gunstig\n").as_bytes()

    def stumbles(*_: object, **__: object) -> None:
        raise AttributeError

    reader = "digivl.advice.channels.mail_reply.message_from_bytes"
    monkeypatch.setattr(reader, stumbles)

    assert "het bericht is niet te lezen (AttributeError)" == why(read(letter))


@pytest.mark.parametrize(
    "name", ["Subject", "From", "References", "Content-Type", "Date"]
)
def test_endless_headers(asked: Correspondent, read: Any, name: str) -> None:
    """A header of a megabyte takes no long time, and makes nothing clear."""
    raw = asked.written("Dank u.\n").as_bytes()
    value = '=?utf-8?q?a?= ((("; ' * 80_000
    endless = f"{name}: {value}\n".encode()

    assert why(read(endless + raw))


def test_personal_numbers_do_not_stay(asked: Correspondent, read: Any) -> None:
    """What is kept of the words holds no national number."""
    reply = read(asked.written("Het gaat om 85.07.30-033.28.\n"))

    assert "033.28" not in reply.incoming.text
    assert "Het gaat om" in reply.incoming.text


def test_too_large(
    asked: Correspondent,
    make_channel: Callable[..., Any],
    question: Outgoing,
) -> None:
    """Of a mail that is too large only the head is read: it tells its question."""
    letter = asked.written("Conclusie: gunstig\n")
    letter.add_attachment(b"\0" * 600_000, "application", "zip", filename="x.zip")
    asked.deliver(letter.as_bytes())
    channel = make_channel(0, limits=Limits(mail_bytes=500_000))

    (incoming,) = channel.collect()

    assert "het bericht is te groot" == incoming.said.why
    assert question.question == incoming.question


def test_letter_that_is_too_large(
    make_channel: Callable[..., Any], question: Outgoing, pdf: Opened
) -> None:
    """A letter whose words alone are too large does not leave."""
    channel = make_channel(0, limits=Limits(mail_bytes=1_000))

    with pytest.raises(LimitExceededError):
        channel.send(question, pdf)


@ATTACK
@given(st.binary(max_size=400))
def test_any_bytes(who: Correspondents, raw: bytes) -> None:
    """Whatever lies in the mailbox, it is heard, and applied only with a mark."""
    incoming = read_reply(raw, "m1", who, whole=True).incoming

    assert isinstance(incoming.said, Unclear)
    assert "m1" == incoming.id


@ATTACK
@given(st.data())
def test_any_damage(
    make_outgoing: Callable[..., Outgoing],
    who: Correspondents,
    marks: Marks,
    data: st.DataObject,
) -> None:
    """A damaged reply says the same or nothing, never another thing."""
    mark = marks.mark(Marked(make_outgoing().question, 1))
    form = base64.b64encode(b'{"format": 1, "answer": "ontvangen"}').decode()
    raw = (
        f"From: inspecteur@fin.example.be\nSubject: RE: [{mark}]\n"
        'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n'
        "--b\nContent-Type: text/plain; charset=utf-8\n\nBeste,\n\n"
        "--b\nContent-Type: application/json\nContent-Transfer-Encoding: base64\n"
        f'Content-Disposition: attachment; filename="{ANSWER_FILE}"\n\n{form}\n--b--\n'
    ).encode()
    at = data.draw(st.integers(0, len(raw) - 1))
    put = data.draw(st.binary(max_size=6))
    cut = data.draw(st.integers(0, 6))

    incoming = read_reply(
        raw[:at] + put + raw[at + cut :], "m1", who, whole=True
    ).incoming

    assert isinstance(incoming.said, Unclear | Received)
