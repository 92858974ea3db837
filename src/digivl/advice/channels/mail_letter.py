"""Writes an e-mail: words for people, a form for systems, the documents with it."""

from __future__ import annotations

import hashlib
import unicodedata
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Final

import attrs

from digivl.advice.channels import mail_form as form
from digivl.advice.channels.mail_marks import Marked, Marks
from digivl.advice.channels.port import Opened
from digivl.advice.messages.message import Enclosure, Outgoing, OutgoingKind
from digivl.advice.request import AdviceState
from digivl.errors import CorruptDocumentError
from digivl.kernel.moments import in_dutch

#: Room for words, forms and headers, in bytes.
_ROOM: Final = 500_000
#: What base64 and its line breaks add.
_GROWTH: Final = 1.38
_LONGEST_NAME: Final = 60
#: An encoded word has 75 characters at most; the library takes one or two more.
_LONGEST_WORD: Final = 72
#: How an appeal ended.
_RULINGS: Final = {
    AdviceState.JOINED: "De minister treedt het voorstel bij.",
    AdviceState.CONFIRMED: "De minister bevestigt het advies.",
    AdviceState.APPEAL_LAPSED: "De minister deed geen uitspraak binnen de termijn.",
}


class _Folding(EmailPolicy):
    """Writes two headers as the standard has them (RFC 5322, RFC 2047).

    The usual way makes encoded words of a long name of a message, which then names
    nothing any more, and makes some of them too long.
    """

    def fold(self, name: str, value: str) -> str:
        """A header, on one line or more."""
        if name == "References":
            return f"{name}: {value}{self.linesep}"
        if name == "Subject":
            words, _, mark = value.rpartition(" ")
            header = Header(words, maxlinelen=_LONGEST_WORD, header_name=name)
            encoded = header.encode(linesep=self.linesep)
            return f"{name}: {encoded}{self.linesep} {mark}{self.linesep}"
        folded: str = super().fold(name, value)
        return folded

    def fold_binary(self, name: str, value: str) -> bytes:
        """The same, in bytes."""
        return self.fold(name, value).encode("ascii")


_POLICY: Final = _Folding(linesep="\r\n")


@attrs.frozen(kw_only=True)
class Letterhead:
    """From whom to whom.

    Attributes:
        sender: Address of the office.
        to: Address of who has to answer.
        reply_to: Address that answers go to.
        marks: Makes the marks.
        largest: Bytes of the largest e-mail.
    """

    sender: str
    to: str
    reply_to: str
    marks: Marks
    largest: int

    @property
    def domain(self) -> str:
        """The domain that names of messages end in."""
        return self.sender.rpartition("@")[2]


def compose(message: Outgoing, head: Letterhead, opened: Opened) -> EmailMessage:
    """The e-mail of a message; the same message gives the same ``Message-ID``.

    What does not fit in is not sent along: the letter says so, and names its hash.

    Raises:
        CorruptDocumentError: The bytes of a document are not those of its name.
    """
    about = Marked(message.question, message.submission)
    mark = head.marks.mark(about)
    files = _fitting(message, head.largest, opened)
    letter = EmailMessage(policy=_POLICY)
    letter["From"] = head.sender
    letter["To"] = head.to
    letter["Reply-To"] = head.reply_to
    letter["Subject"] = f"{_subject(message)} [{mark}]"
    letter["Date"] = format_datetime(message.at)
    letter["Message-ID"] = f"<{mark}.{message.key}@{head.domain}>"
    # All about one question is one thread, whichever of it arrived.
    letter["References"] = f"<{mark}@{head.domain}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(_words(message, {*files}), cte="quoted-printable")
    _attach(letter, form.question_json(message, mark, {*files}), form.QUESTION_FILE)
    if message.kind.awaits_answer:
        _attach(letter, form.answer_json(message, mark), form.ANSWER_FILE)
    for number, one in enumerate(message.enclosures, 1):
        if one.sha256 in files:
            letter.add_attachment(
                files[one.sha256],
                maintype="application",
                subtype="pdf",
                filename=file_name(number, one.title),
            )
    return letter


def file_name(number: int, title: str) -> str:
    """Name of an attached document: plain ASCII, that no disk stumbles over."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    words = "".join(c if c.isalnum() else " " for c in plain).split()
    return f"{number}-{'-'.join(words)[:_LONGEST_NAME].strip('-') or 'stuk'}.pdf"


def _attach(letter: EmailMessage, content: bytes, name: str) -> None:
    letter.add_attachment(
        content, maintype="application", subtype="json", filename=name
    )


def _fitting(message: Outgoing, largest: int, opened: Opened) -> dict[str, bytes]:
    """The documents that fit, in their order, by their hash."""
    files: dict[str, bytes] = {}
    room = (largest - _ROOM) / _GROWTH
    for one in message.enclosures:
        if one.size <= room and one.sha256 not in files:
            files[one.sha256] = _read(one, opened)
            room -= one.size
    return files


def _read(enclosure: Enclosure, opened: Opened) -> bytes:
    with opened(enclosure.sha256) as pdf:
        content = pdf.read(enclosure.size + 1)
    if hashlib.sha256(content).hexdigest() != enclosure.sha256:
        raise CorruptDocumentError(
            f"these are not the bytes of document {enclosure.sha256[:12]}…",
            hint="Put the document back from a backup, or add it again.",
        )
    return content


def _subject(message: Outgoing) -> str:
    words = form.SUBJECTS[message.kind].format(message.body.label)
    again = f" ({message.submission}e indiening)" if message.submission > 1 else ""
    return f"{words}{again}: {message.title}"


def _words(message: Outgoing, attached: set[str]) -> str:
    parts = [
        f"{message.asker} aan {message.adviser}, {in_dutch(message.at)}",
        f"{_subject(message)}.",
        _said(message),
        _documents(message, attached),
        _lines(message),
    ]
    if message.kind.awaits_answer:
        parts += [_how(message), form.form_text(message.question)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _said(message: Outgoing) -> str:
    parts = [message.text]
    if message.kind is OutgoingKind.EXTENSION:
        parts.append(f"De termijn is {message.days} dagen langer dan volgens de regel.")
    elif message.days:
        parts.append(f"Gevraagde termijn: {message.days} dagen.")
    if message.minister and not message.ruling:
        parts.append(f"Het beroep is ingesteld bij: {message.minister}.")
    if message.ruling:
        parts.append(_RULINGS[message.ruling])
    return "\n".join(part for part in parts if part)


def _documents(message: Outgoing, attached: set[str]) -> str:
    if not message.enclosures:
        return ""
    lines = ["Stukken:"]
    for number, one in enumerate(message.enclosures, 1):
        there = "bijgevoegd" if one.sha256 in attached else "niet bijgevoegd: te groot"
        lines.append(f"{number}. {one.title} ({one.type}; {there})")
        lines.append(f"   {one.size} bytes, SHA-256 {one.sha256}")
    return "\n".join(lines)


def _lines(message: Outgoing) -> str:
    if not message.lines:
        return ""
    lines = ["Weerslag op de begroting:"]
    for one in message.lines:
        vak = "niet gekend" if one.vak is None else one.vak
        vek = "niet gekend" if one.vek is None else one.vek
        often = ", recurrent" if one.recurrent else ""
        what = f"{one.year}, {one.article}, {one.kind.value}{often}"
        lines.append(f"- {what}: VAK {vak}, VEK {vek}")
    return "\n".join(lines)


def _how(message: Outgoing) -> str:
    return (
        "Antwoorden kan door deze e-mail te beantwoorden met hetzelfde onderwerp, en\n"
        "onderaan in te vullen wat van toepassing is. Een pdf mag als bijlage mee.\n"
        f"{form.explained(message.question)}\n"
        f"Een toepassing kan in de plaats daarvan {form.ANSWER_FILE} ingevuld\n"
        "terugsturen."
    )
