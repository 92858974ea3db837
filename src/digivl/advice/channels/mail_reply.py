"""Reads an e-mail that came back: what it answers, or why that cannot be told.

Whoever knows an address can write to it, so that everything in an e-mail is doubted:

1. It can be read, and is not larger or deeper than allowed.
2. A person or a system wrote it as an answer; no machine that was away or could not
   deliver.
3. It holds the mark of one question.
4. It comes from an address that may answer; where the own mail server says who is
   genuine, it has to say so.
5. It gives one answer, in a form for people or one for systems.
6. What came with it is at most one PDF.

What fails is `Unclear`: it is set apart for somebody to look at.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.policy import Compat32
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeAlias

import attrs

from digivl.advice.channels import mail_form as form
from digivl.advice.channels.mail_marks import Found, Marked, Marks
from digivl.advice.messages.message import Incoming, Said, Unclear
from digivl.errors import MalformedError
from digivl.kernel.personal import Personal
from digivl.kernel.redaction import on_one_line, redacted

_LONGEST_HEADER: Final = 10_000
_LONGEST_ADDRESS: Final = 320
_LONGEST_TEXT: Final = 4_000
_DEEPEST: Final = 20
_MOST_PARTS: Final = 200
_MOST_LINES: Final = 1_000_000
_MOST_TEXT: Final = 1_000_000
_PDF: Final = b"%PDF-"
_PDF_HEAD: Final = 1_024
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"|\([^()]*\)')
#: An address by itself, or between brackets behind a name; nothing else beside it.
_SENDER: Final = re.compile(r"(?:[^<>@,;:]*<([^<>@,;:\s]+@[^<>@,;:\s]+)>|(\S+@\S+))")
_AWAY: Final = re.compile(
    r"^\s*(auto[- ]?(reply|antwoord)|automatisch antwoord)", re.IGNORECASE
)

Part: TypeAlias = "Message[str, str]"


class _Bounded(Compat32):
    """Cuts every header, of parts too: reading an endless one would take for ever."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """The name and the value of a header, of what was not cut off."""
        return super().header_source_parse(["".join(sourcelines)[:_LONGEST_HEADER]])


_BOUNDED: Final = _Bounded()


@attrs.frozen(kw_only=True)
class Correspondents:
    """Who may answer, and how that is known.

    Attributes:
        senders: Addresses, or domains that start with ``@``; in lower case.
        marks: Tells our marks from others'.
        authenticated_by: Name of the own mail server, whose header
            ``Authentication-Results`` has to say that the sender is genuine (DMARC);
            empty where none does.
    """

    senders: tuple[str, ...]
    marks: Marks
    authenticated_by: str = ""


@attrs.frozen
class Reply:
    """An e-mail, and what it says.

    Attributes:
        incoming: What it says.
        pdf: The bytes of its PDF; empty where there is none.
    """

    incoming: Incoming
    pdf: bytes = attrs.field(default=b"", repr=False)


@attrs.define
class _Draft:
    """What is known so far of an e-mail that is being read."""

    id: str
    about: Marked | None = None
    sender: str = ""
    text: str = ""
    at: datetime | None = None

    def reply(self, said: Said, pdf: bytes = b"") -> Reply:
        """The whole, with what it says."""
        told = "".join(c if c.isprintable() or c in "\n\t" else " " for c in self.text)
        return Reply(
            Incoming(
                id=self.id,
                said=said,
                question=self.about.question if self.about else None,
                submission=self.about.submission if self.about else None,
                at=self.at,
                text=redacted(told)[:_LONGEST_TEXT],
                sender=Personal(self.sender) if self.sender else None,
                file=hashlib.sha256(pdf).hexdigest() if pdf else "",
            ),
            pdf,
        )


def read_reply(raw: bytes, id: str, who: Correspondents, *, whole: bool) -> Reply:
    """What an e-mail says.

    Args:
        raw: The e-mail.
        id: Its name in the mailbox.
        who: Who may answer.
        whole: False when only its beginning was read, for its size.
    """
    draft = _Draft(id)
    try:
        return _read(raw, draft, who, whole=whole)
    except MalformedError as doubt:
        return draft.reply(Unclear(why=on_one_line(str(doubt))))
    # The parser of the standard library was not written for hostile mail: whatever it
    # stumbles over is a message that somebody has to look at.
    except Exception as cause:  # noqa: BLE001
        kind = type(cause).__name__
        return draft.reply(Unclear(why=f"het bericht is niet te lezen ({kind})"))


def _read(raw: bytes, draft: _Draft, who: Correspondents, *, whole: bool) -> Reply:
    # First: it can be read.
    _check_shape(raw)
    message: Part = message_from_bytes(raw, policy=_BOUNDED)
    headers = _headers(message)
    draft.sender = _sender(headers)
    draft.at = _moment(headers.get("date", [""])[0])
    parts = list(_parts(message)) if whole else []
    texts = _texts(parts)
    draft.text = texts
    found = _marks(headers, who.marks)
    if len(found.good) == 1:
        (draft.about,) = found.good
    if not whole:
        raise MalformedError("het bericht is te groot")

    # Second: no machine wrote it.
    if _is_automatic(message, headers):
        raise MalformedError("automatisch antwoord, of niet besteld")

    # Third: it is about one question.
    if len(found.good) > 1:
        raise MalformedError("het bericht gaat over meer dan één vraag")
    if draft.about is None:
        told = "het kenmerk klopt niet" if found.forged else "er is geen kenmerk"
        raise MalformedError(told)

    # Fourth: who says it may.
    _check_sender(draft.sender, headers, who)

    # Fifth: it says one thing.
    said = _answer(parts, texts, draft.about, who.marks)

    # Sixth: what came with it.
    return draft.reply(said, _pdf(parts))


def _check_shape(raw: bytes) -> None:
    """Refuse what would keep the parser busy for hours."""
    # It looks at every line once for each part that the line may end.
    if raw.count(b"\n") > _MOST_LINES or raw.lower().count(b"boundary") > _DEEPEST:
        raise MalformedError("het bericht heeft te veel regels of delen")


def _headers(message: Part) -> dict[str, list[str]]:
    """The headers by their name in lower case."""
    found: dict[str, list[str]] = {}
    for name, value in message.raw_items():
        found.setdefault(name.lower(), []).append(str(value))
    return found


def _decoded(text: str) -> str:
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, ValueError):
        return text


def _sender(headers: dict[str, list[str]]) -> str:
    """The one address it says it is from, in lower case; empty when there is none."""
    said = headers.get("from", [])
    if len(said) != 1 or len(said[0]) > _LONGEST_ADDRESS:
        return ""
    # Strict, since lenient readers disagree on whom a crooked header names.
    found = _SENDER.fullmatch(_QUOTED.sub(" ", _unfolded(said[0])).strip())
    sender = (found[1] or found[2]).lower() if found else ""
    one = sender.count("@") == 1 and not {*"<>,;:"} & {*sender}
    return sender if one and sender.isascii() and sender.isprintable() else ""


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else None


def _parts(message: Part, depth: int = 0) -> Iterator[Part]:
    """The parts that hold something; what is a message by itself is not opened."""
    if depth > _DEEPEST:
        raise MalformedError("het bericht zit te diep genest")
    if message.get_content_maintype() == "message":
        return
    payload: Any = message.get_payload()
    if not isinstance(payload, list):
        yield message
        return
    if len(payload) > _MOST_PARTS:
        raise MalformedError("het bericht heeft te veel delen")
    for part in payload:
        yield from _parts(part, depth + 1)


def _content(part: Part) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _file_name(part: Part) -> str:
    return _decoded(part.get_filename() or "").strip().lower()


def _texts(parts: list[Part]) -> str:
    """The plain text of the message itself."""
    found = [
        _in_charset(_content(part)[:_MOST_TEXT], part.get_content_charset() or "utf-8")
        for part in parts
        if part.get_content_type() == "text/plain" and not _file_name(part)
    ]
    return "\n".join(found)[:_MOST_TEXT]


def _in_charset(content: bytes, charset: str) -> str:
    try:
        return content.decode(charset)
    except (LookupError, ValueError):
        return content.decode("utf-8", "replace")


def _unfolded(text: str) -> str:
    return " ".join(text.split())


def _marks(headers: dict[str, list[str]], marks: Marks) -> Found:
    names = ("subject", "in-reply-to", "references")
    texts = [text for name in names for text in headers.get(name, [])]
    # A long subject is folded, and a name cut by it would be no mark any more.
    whole = [_decoded(_unfolded(text)) for text in texts]
    return marks.found(*whole)


def _is_automatic(message: Part, headers: dict[str, list[str]]) -> bool:
    said = headers.get("auto-submitted", ["no"])[0].split(";")[0].strip().lower()
    bulk = headers.get("precedence", [""])[0].strip().lower()
    subject = _decoded(_unfolded(headers.get("subject", [""])[0]))
    return (
        said != "no"
        or bulk in {"bulk", "junk", "auto_reply"}
        or not headers.keys().isdisjoint({"x-autoreply", "x-autorespond"})
        or _AWAY.match(subject) is not None
        or headers.get("return-path", [""])[0].strip() == "<>"
        or message.get_content_type() == "multipart/report"
    )


def _check_sender(
    sender: str, headers: dict[str, list[str]], who: Correspondents
) -> None:
    domain = "@" + sender.rpartition("@")[2]
    if not sender or not {sender, domain} & {*who.senders}:
        raise MalformedError("de afzender mag niet antwoorden")
    if who.authenticated_by and not _is_genuine(headers, who.authenticated_by):
        raise MalformedError("de mailserver bevestigt de afzender niet")


def _is_genuine(headers: dict[str, list[str]], server: str) -> bool:
    """Whether the own server vouches for the sender.

    It takes out what others wrote under its name, so that what stands there is its own
    (RFC 8601, section 5).
    """
    for text in headers.get("authentication-results", []):
        # What was quoted or remarked can be of the sender's making.
        name, *results = _QUOTED.sub(" ", text).split(";")
        words = [found.split()[0] for found in results if found.split()]
        if name.split()[:1] == [server]:
            return {w for w in words if w.startswith("dmarc=")} == {"dmarc=pass"}
    return False


def _answer(parts: list[Part], texts: str, about: Marked, marks: Marks) -> Said:
    """The one answer that stands in it."""
    with _unusable():
        said = list(_answers(parts, texts, about, marks))
    answers = {repr(one): one for one in said if one is not None}
    if len(answers) > 1:
        raise MalformedError("er staan twee verschillende antwoorden in")
    for one in answers.values():
        return one
    if not texts.strip():
        raise MalformedError("er staat geen tekst in, alleen opmaak of bijlagen")
    raise MalformedError("er staat geen ingevuld formulier in")


@contextmanager
def _unusable() -> Iterator[None]:
    try:
        yield
    except MalformedError as wrong:
        raise MalformedError(f"het antwoord is niet bruikbaar: {wrong}") from wrong


def _answers(
    parts: list[Part], texts: str, about: Marked, marks: Marks
) -> Iterator[Said | None]:
    yield form.read_text(texts)
    for part in parts:
        if _file_name(part) == form.ANSWER_FILE:
            content = _content(part)
            # A form for another question may not travel under this one's mark.
            found = marks.found(content[: form.LARGEST].decode("utf-8", "replace"))
            if found.good - {about} or found.forged:
                raise MalformedError("het hoort bij een andere vraag")
            yield form.read_json(content)


def _pdf(parts: list[Part]) -> bytes:
    """The bytes of the one PDF that came with it."""
    found = []
    for part in parts:
        named = _file_name(part).endswith(".pdf")
        if named or part.get_content_type() == "application/pdf":
            content = _content(part)
            if _PDF not in content[:_PDF_HEAD]:
                raise MalformedError("een bijlage noemt zich pdf en is het niet")
            found.append(content)
    if len(found) > 1:
        raise MalformedError("er is meer dan één pdf bijgevoegd")
    return found[0] if found else b""
