"""The letter: standard mail, that other programs read as we wrote it."""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any, BinaryIO

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digivl.advice.body import Body
from digivl.advice.channels.mail_form import ANSWER_FILE, QUESTION_FILE, read_text
from digivl.advice.channels.mail_letter import Letterhead, compose, file_name
from digivl.advice.channels.mail_marks import Marked
from digivl.advice.channels.port import Opened
from digivl.advice.messages.message import Enclosure, Outgoing, OutgoingKind
from digivl.advice.request import AdviceState
from digivl.errors import CorruptDocumentError, MalformedError
from digivl.kernel.kinds import Ref

Make = Callable[..., Outgoing]
SHORT = st.text(
    st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=120
)


def read(message: Outgoing, head: Letterhead, opened: Opened) -> Any:
    """The letter as a mail program reads it."""
    raw = compose(message, head, opened).as_bytes()
    return message_from_bytes(raw, policy=default)


def words(letter: Any) -> str:
    """What a person reads."""
    text: str = letter.get_body(("plain",)).get_content()
    return text.replace("\r\n", "\n")


def files(letter: Any) -> dict[str, bytes]:
    """What is attached, by name."""
    return {
        str(part.get_filename()): part.get_payload(decode=True)
        for part in letter.iter_attachments()
    }


def test_headers(make_outgoing: Make, head: Letterhead, pdf: Opened) -> None:
    """From whom, to whom, about what; and that no machine should answer."""
    message = make_outgoing()
    mark = head.marks.mark(Marked(message.question, 1))

    letter = read(message, head, pdf)

    assert (head.sender, head.to) == (letter["from"], letter["to"])
    assert head.reply_to == letter["reply-to"]
    assert (
        "Vraag om advies van de Inspectie van Financiën: "
        f"Subsidie voor jeugdwerk: crèches & één café [{mark}]"
    ) == letter["subject"]
    assert f"<{mark}.{message.key}@jeugd.example.be>" == letter["message-id"]
    assert "auto-generated" == letter["auto-submitted"]
    assert message.at == letter["date"].datetime


def test_names_of_messages_are_plain(
    make_outgoing: Make, head: Letterhead, pdf: Opened
) -> None:
    """They are not folded into encoded words, which would name nothing any more."""
    message = make_outgoing()
    mark = head.marks.mark(Marked(message.question, 1)).encode()

    lines = compose(message, head, pdf).as_bytes().split(b"\r\n")

    assert b"References: <%s@jeugd.example.be>" % mark in lines
    assert (
        b"Message-ID: <%s.%s@jeugd.example.be>" % (mark, message.key.encode()) in lines
    )


def test_what_a_person_reads(
    make_outgoing: Make, head: Letterhead, pdf: Opened
) -> None:
    """Who asks what, on which documents and lines, and how to answer."""
    text = words(read(make_outgoing(), head, pdf))

    assert text.startswith(
        "Kabinet jeugd aan Inspectie van Financiën, 23 nov 2026 10:00"
    )
    assert "1. Nota aan de Vlaamse Regering (Nota; bijgevoegd)" in text
    assert (
        "- 2027, HB0-1HDJ2HB-WT, uitgave, recurrent: "
        "VAK 156.000,00 euro, VEK niet gekend" in text
    )
    assert "\nConclusie: \n" in text
    assert read_text(text) is None


def test_what_is_attached(make_outgoing: Make, head: Letterhead, pdf: Opened) -> None:
    """Two forms for systems, and the documents byte by byte."""
    message = make_outgoing()

    attached = files(read(message, head, pdf))

    assert [QUESTION_FILE, ANSWER_FILE, "1-Nota-aan-de-Vlaamse-Regering.pdf"] == [
        *attached
    ]
    (enclosure,) = message.enclosures
    content = attached["1-Nota-aan-de-Vlaamse-Regering.pdf"]
    assert enclosure.sha256 == hashlib.sha256(content).hexdigest()
    assert json.loads(attached[QUESTION_FILE])["documents"][0]["attached"]


def test_too_large_is_said(make_outgoing: Make, head: Letterhead, pdf: Opened) -> None:
    """What does not fit is not sent along: the letter says so, and names its hash."""
    large = Enclosure(title="Bijlage", sha256="a" * 64, size=30_000_000, type="Bijlage")
    message = make_outgoing()
    message = attrs.evolve(message, enclosures=(large, *message.enclosures))

    letter = read(message, head, pdf)

    assert "1. Bijlage (Bijlage; niet bijgevoegd: te groot)" in words(letter)
    assert "30000000 bytes, SHA-256 " + "a" * 64 in words(letter)
    told = json.loads(files(letter)[QUESTION_FILE])["documents"]
    assert [False, True] == [one["attached"] for one in told]
    assert "2-Nota-aan-de-Vlaamse-Regering.pdf" in files(letter)


def test_full_letter_stays_within_its_size(
    make_outgoing: Make, head: Letterhead
) -> None:
    """As many documents as fit, and the whole as it travels is not larger."""
    content = b"%PDF-" + b"\xff" * 300_000
    small = attrs.evolve(head, largest=2_000_000)

    @contextmanager
    def opened(sha256: str) -> Iterator[BinaryIO]:
        yield io.BytesIO(content + sha256[:0].encode() + bytes([names.index(sha256)]))

    names = [hashlib.sha256(content + bytes([n])).hexdigest() for n in range(9)]
    enclosures = tuple(
        Enclosure(title=f"Stuk {n}", sha256=name, size=len(content) + 1, type="Nota")
        for n, name in enumerate(names)
    )
    message = make_outgoing(enclosures=enclosures)

    raw = compose(message, small, opened).as_bytes()

    assert len(raw) <= small.largest
    assert 2 <= sum(
        name.endswith(".pdf") for name in files(message_from_bytes(raw, policy=default))
    )


def test_bytes_of_another_document(make_outgoing: Make, head: Letterhead) -> None:
    """They do not leave."""

    @contextmanager
    def opened(_: str) -> Iterator[BinaryIO]:
        yield io.BytesIO(b"%PDF-1.7 another")

    with pytest.raises(CorruptDocumentError):
        compose(make_outgoing(), head, opened)


@pytest.mark.parametrize(
    ("kind", "subject", "told"),
    [
        (OutgoingKind.ANSWER, "Inlichtingen bij de vraag om begrotingsakkoord: ", ""),
        (
            OutgoingKind.URGENCY,
            "Beroep op de spoed bij de vraag om begrotingsakkoord: ",
            "Gevraagde termijn: 4 dagen.\n",
        ),
        (
            OutgoingKind.EXTENSION,
            "Langere termijn voor de vraag om begrotingsakkoord: ",
            "De termijn is 4 dagen langer dan volgens de regel.\n",
        ),
        (OutgoingKind.WITHDRAWAL, "Intrekking van de vraag om begrotingsakkoord: ", ""),
        (OutgoingKind.REPLY, "Repliek op het begrotingsakkoord: ", ""),
        (
            OutgoingKind.APPEAL,
            "Beroep tegen het begrotingsakkoord: ",
            "Het beroep is ingesteld bij: Minister van Begroting.\n",
        ),
        (
            OutgoingKind.RULING,
            "Uitspraak over het beroep tegen het begrotingsakkoord: ",
            "De minister bevestigt het advies.\n",
        ),
    ],
)
def test_later_letters(
    make_outgoing: Make,
    head: Letterhead,
    pdf: Opened,
    kind: OutgoingKind,
    subject: str,
    told: str,
) -> None:
    """They are of the same thread, say what is new, and bring a form where it fits."""
    about = Ref("agreement", "b1")
    how: dict[str, Any] = {"question": about, "body": Body.BA, "submission": 2}
    first = read(make_outgoing(**how), head, pdf)
    timed = kind in {OutgoingKind.URGENCY, OutgoingKind.EXTENSION}
    how |= {"days": 4 if timed else None}
    if kind is OutgoingKind.APPEAL:
        how |= {"minister": "Minister van Begroting"}
    if kind is OutgoingKind.RULING:
        how |= {"ruling": AdviceState.CONFIRMED}
    letter = read(make_outgoing(kind=kind, text="Nieuw.", **how), head, pdf)

    assert letter["subject"].startswith(subject.replace(": ", " (2e indiening): "))
    assert first["references"] == letter["references"]
    assert f"\nNieuw.\n{told}\n" in words(letter)
    assert kind.awaits_answer is (ANSWER_FILE in files(letter))


@given(title=SHORT, text=SHORT, name=SHORT)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_words(
    make_outgoing: Make,
    head: Letterhead,
    pdf: Opened,
    title: str,
    text: str,
    name: str,
) -> None:
    """Whatever a title holds, lines and encoded words are short, and it reads back."""
    try:
        message = make_outgoing(title=title, text=text, asker=name)
        (one,) = message.enclosures
        message = attrs.evolve(message, enclosures=(attrs.evolve(one, title=title),))
    except MalformedError:
        return  # the record keeps it out
    raw = compose(message, head, pdf).as_bytes()
    letter: Any = message_from_bytes(raw, policy=default)

    head_of_it = raw.partition(b"\r\n\r\n")[0]
    encoded = re.findall(rb"=\?[^?\s]*\?[^?\s]*\?[^?\s]*\?=", head_of_it)
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert all(len(word) <= 75 for word in encoded)
    assert b"\n" not in raw.replace(b"\r\n", b"")
    about = Marked(message.question, 1)
    assert {about} == head.marks.found(str(letter["subject"])).good
    assert json.loads(files(letter)[QUESTION_FILE])["title"] == title


@given(st.integers(1, 99), st.text(max_size=200))
def test_file_names_are_plain(number: int, title: str) -> None:
    """Any title gives a file name that no header and no disk stumbles over."""
    assert re.fullmatch(r"[0-9]+-[A-Za-z0-9-]+\.pdf", file_name(number, title))


@pytest.mark.interop
def test_munpack_reads_it(
    make_outgoing: Make,
    head: Letterhead,
    pdf: Opened,
    tmp_path: Path,
    needs_program: Callable[[str], str],
) -> None:
    """Another program finds the same parts, byte by byte (mpack, Carnegie Mellon)."""
    message = make_outgoing()
    raw = compose(message, head, pdf).as_bytes()
    command = [needs_program("munpack"), "-q", "-t", "-C", str(tmp_path)]
    subprocess.run(command, input=raw, check=True, capture_output=True)

    (enclosure,) = message.enclosures
    found = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    content = found["1-Nota-aan-de-Vlaamse-Regering.pdf"]
    assert enclosure.sha256 == hashlib.sha256(content).hexdigest()
    assert message.title == json.loads(found[QUESTION_FILE])["title"]
    assert any(
        "Conclusie: " in text.decode("utf-8", "replace") for text in found.values()
    )
