"""Kills a conversation with KRAB, and one by e-mail, at each of its points.

    python -m tests.route.killed_talking FOLDER WAY

In each a question leaves, is received and advised with a PDF, and the answer is taken
in. A child plays it in a fresh copy of the office and is killed (SIGKILL) at its point;
a second child opens the office again, goes on, and looks whether each message arrived
once and was taken in once. One JSON line a point, as `killed` has them.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from io import BytesIO
from pathlib import Path
from smtplib import SMTP as Client  # noqa: N811
from threading import Thread
from typing import Any, Final

from aiosmtpd.smtp import SMTP, Envelope, Session

from digivl import Digivl
from digivl.advice.channels.krab import KrabChannel
from digivl.advice.channels.mailboxes import Maildir
from digivl.advice.messages.correspondence import HEARD, SENT, HeardState, SentState
from digivl.advice.request import ADVICE, AdviceRequest, AdviceState
from digivl.custody.model import CUSTODY, CustodyState
from digivl.documents.model import DOCUMENT, NOTA
from digivl.records.entries import Entry
from digivl.records.port import Query
from digivl.records.tasks import TaskState
from digivl.testing import route
from digivl.testing.council import CABINET, INSPECTOR
from digivl.testing.krab import KrabSimulator
from digivl.testing.krab_folder import KrabFolder
from digivl.testing.matter import BVR
from digivl.testing.papers import paper
from tests.route.killed import Watched, check_truth, kill_at_each, make

DOSSIER: Final = "dossier-1"
REPLY: Final = "1700000001.M1P1.host"
ADDRESS: Final = "inspecteur@fin.example.be"
#: Of the dossier itself: nobody holds anything else once all is done.
_OWN: Final = 1

KRAB: Final = """
[channels.elsewhere]
offer = "krab"
desk = "desk"
url = "simulator"
token_url = "simulator"
client_id = "digivl-development"
client_secret_file = "keys/magda.secret"
"""
MAIL: Final = """
[channels.elsewhere]
offer = "mail"
desk = "desk"
to = "inspecteur@fin.example.be"
sender = "advies@jeugd.example.be"
marks_file = "keys/magda.secret"
smtp_host = "127.0.0.1"
smtp_port = "{port}"
smtp_security = "none"
maildir = "outside/post"
"""


def prepare(office: Path, channel: str) -> None:
    """An office with a dossier that is ready to be asked about."""
    make(office)
    settings = office / "digivl.toml"
    settings.write_text(settings.read_text() + channel)
    for name in ("cur", "new", "tmp", "letters"):
        (office / "outside" / "post" / name).mkdir(parents=True)
    with Digivl.open(office) as vl:
        vl.dossiers.open("Subsidie voor jeugdwerk", by=CABINET, id=DOSSIER)
        vl.proposals.describe(route.proposal(DOSSIER), by=CABINET)
        for title, of in (("Nota", NOTA), ("Besluit", BVR)):
            vl.documents.add(
                DOSSIER, BytesIO(paper()), title=title, type=of, by=CABINET, id=title
            )


def talk(office: Path) -> None:
    """Ask, let it leave, let it be answered, take the answer in."""
    with Digivl.open(office) as vl:
        if not vl.advices.of(DOSSIER):
            vl.advices.ask(
                DOSSIER,
                documents=["Nota", "Besluit"],
                adviser=INSPECTOR,
                by=CABINET,
                channel="elsewhere",
            )
        vl.work()
        _answer_by_krab(vl)
        _answer_by_mail(office / "outside" / "post")
        vl.work()


def _answer_by_krab(vl: Digivl) -> None:
    """The inspector gives advice, once, if the question is there."""
    simulator = KrabSimulator(vl.folder / "outside" / "krab", vl.clock)
    said = [file.read_text() for file in simulator.folder.glob("events/*.json")]
    for heard in simulator.accepted():
        if not any('"ADVICE"' in text for text in said):
            simulator.advise(heard.reference, agreement_needed=False, pdf=paper())


def _answer_by_mail(post: Path) -> None:
    """The inspector replies, once, if the letter is there."""
    there = [*post.glob(f"new/{REPLY}*"), *post.glob(f"**/cur/{REPLY}*")]
    for file in sorted((post / "letters").glob("*.eml"))[:1]:
        if not there:
            (post / "tmp" / REPLY).write_bytes(_reply(file.read_bytes()))
            (post / "tmp" / REPLY).rename(post / "new" / REPLY)


def _reply(letter: bytes) -> bytes:
    asked = message_from_bytes(letter, policy=default)
    reply = EmailMessage()
    reply["From"] = ADDRESS
    reply["Subject"] = f"RE: {asked['subject']}"
    reply.set_content("Conclusie: gunstig\nBegrotingsakkoord nodig: nee\n")
    reply.add_attachment(paper(), "application", "pdf", filename="advies.pdf")
    return reply.as_bytes()


def judge_krab(office: Path) -> None:
    """Going on completes it; the question is there once, and all of it was heard."""
    with Digivl.open(office) as vl:
        check_truth(vl)
    talk(office)
    with Digivl.open(office) as vl:
        folder = KrabFolder(office / "outside" / "krab")
        assert ["QUESTION"] == [heard.kind for heard in folder.messages()]
        assert [] == list(folder.told("digivl-development", 0))
        _check_done(vl)


def judge_mail(office: Path) -> None:
    """Of a letter that may have left a person decides; alone it never leaves twice."""
    with Digivl.open(office) as vl:
        check_truth(vl)
    talk(office)
    post = office / "outside" / "post"
    with Digivl.open(office) as vl:
        letters = len(list((post / "letters").glob("*.eml")))
        (sent,) = _all(vl, SENT)
        if sent.record.state is SentState.UNKNOWN:
            # It began and did not arrive: who asked finds that out, and sends it.
            assert 0 == letters
            assert CABINET.id == vl.custody.of(sent.ref).record.holder.id
            vl.exchange.send_again(sent.id, by=CABINET)
        else:
            assert 1 == letters
    talk(office)
    with Digivl.open(office) as vl:
        assert 1 == len(list((post / "letters").glob("*.eml")))
        assert [] == Maildir(post).posts()
        assert 1 == len(list(post.glob(".Verwerkt/cur/*")))
        _check_done(vl)


def _check_done(vl: Digivl) -> None:
    """One advice with one document; every message sent and heard once; nobody waits."""
    check_truth(vl)
    (asked,) = vl.advices.of(DOSSIER)
    record: AdviceRequest = asked.record
    assert AdviceState.ADVISED is record.state
    assert {SentState.SENT} == {entry.record.state for entry in _all(vl, SENT)}
    heard = _all(vl, HEARD)
    assert {HeardState.APPLIED} == {entry.record.state for entry in heard}
    # A receipt that came behind the advice changed nothing, and is not named by it.
    assert {*record.heard} <= {entry.id for entry in heard}
    assert record.advice is not None
    names = {"Nota", "Besluit", record.advice.document}
    assert names == {entry.id for entry in _all(vl, DOCUMENT)}
    assert {TaskState.DONE} == {task.state for task in vl.book.tasks()}
    held = [e.record.state for e in _all(vl, CUSTODY)].count(CustodyState.HELD)
    assert _OWN == held
    assert {ADVICE.name} == {entry.record.question.kind for entry in heard}


def _all(vl: Digivl, kind: Any) -> list[Entry[Any]]:
    rows = vl.book.rows(Query(kind=kind.name))
    return list(vl.book.read_all(kind, [row.ref.id for row in rows]).values())


class Letters:
    """Takes letters for whatever office stands there, and keeps each in a file."""

    def __init__(self, office: Path) -> None:
        self._folder = office / "outside" / "post" / "letters"

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it so
        self, _: SMTP, __: Session, envelope: Envelope
    ) -> str:
        """Keep one."""
        number = len(list(self._folder.glob("*.eml")))
        file = self._folder / f"{number}.eml"
        file.write_bytes(envelope.original_content or b"")
        return "250 taken"


def serve(office: Path) -> int:
    """A mail server in a thread of this process: it outlives the children."""
    loop, letters = asyncio.new_event_loop(), Letters(office)
    making = loop.create_server(lambda: SMTP(letters, loop=loop), "127.0.0.1")
    server = loop.run_until_complete(making)
    Thread(target=loop.run_forever, daemon=True).start()
    port: int = server.sockets[0].getsockname()[1]
    return port


def main(folder: Path, way: str) -> None:
    """Kill one of the two conversations at each of its points."""
    fresh, office = folder / "fresh", folder / "office"
    prepare(fresh, KRAB if way == "krab" else MAIL.format(port=serve(office)))
    watched: dict[str, list[Watched]] = {
        "krab": [
            (KrabChannel, "send", "sending"),
            (KrabFolder, "accept", "acceptance"),
            (KrabChannel, "confirm", "confirmation"),
        ],
        "mail": [
            (Client, "data", "letter"),
            (Maildir, "move", "move"),
        ],
    }
    gc.freeze()
    judge = {"krab": judge_krab, "mail": judge_mail}[way]
    kill_at_each(talk, judge, office, fresh, slice(None), watched[way])
    print(json.dumps({"point": "the end", "problem": ""}))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
