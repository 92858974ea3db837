"""Plays every command in one small office, for what each of them prints."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import attrs
from typer.testing import CliRunner

from digivl import Digivl
from digivl.cli.commands import app
from digivl.documents.model import NOTA
from digivl.dossiers.agenda import AgendaItem, FormalCheck
from digivl.kernel.moments import to_wire, utc_now
from digivl.records.entries import Entry
from digivl.records.port import Query
from digivl.signing.model import FLOW
from digivl.testing.council import CABINET, Council
from digivl.testing.csc import CSCSimulator
from digivl.testing.csc_counter import csc_app
from digivl.testing.csc_person import answers
from digivl.testing.everything import troubled
from digivl.testing.lists import served_lists
from digivl.testing.matter import Matter
from digivl.testing.papers import paper
from digivl.testing.serving import serving
from digivl.testing.signinghub import SigningHubSimulator

ADDRESS = {
    "street": "Voorbeeldstraat",
    "house_number": "1",
    "postal_code": "1000",
    "municipality": "Brussel",
}
PERSON = {
    "party": "minister-1",
    "label": "Vlaams minister",
    "mail": "test@example.be",
    "name": "Test Persoon",
}
PLATFORM = """
[platforms.hub]
offer = "signinghub"
url = "simulator"
accounts_file = "simulator"
"""
REMOTE = """
[remote.itsme]
offer = "csc"
url = "{url}/csc/v1"
client_id = "digivl-simulator"
client_secret_file = "keys/csc.secret"
account_id = "digivl-account"
redirect_uri = "http://127.0.0.1:8000/terug"
"""
LOGIN = {
    "provider": "ACM/IDM",
    "method": "itsme",
    "level": "urn:example:hoog",
    "session": "x",
    "person": "Test Persoon",
}
LISTS = """
[trustlists]
anchors = ["anchor.pem"]
location = "{}"

[signing]
private_hosts = ["127.0.0.1"]
"""
RECIPIENT = json.dumps({"name": "Test Vereniging", "address": ADDRESS})
LONG_AGO = datetime(2020, 1, 6, 9, tzinfo=UTC)


def printed(*arguments: object) -> list[dict[str, Any]]:
    """What a command prints with --json; it may say no, but it must be done."""
    done = CliRunner().invoke(app, [*map(str, arguments), "--json"])

    assert done.exit_code in {0, 1}, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def played(folder: Path) -> dict[str, dict[str, Any]]:
    """The first object that each command prints, in one small office."""
    kept, here = folder / "kantoor", ("--office", folder / "kantoor")
    pdf, signed, to = folder / "b.pdf", folder / "out" / "b.pdf", folder / "to.jsonl"
    pdf.write_bytes(paper())
    to.write_text(RECIPIENT)
    told: dict[str, dict[str, Any]] = {"demo": {}, "simulate": {}}

    def tell(name: str, *arguments: object) -> dict[str, Any]:
        (told[name], *_) = printed(*name.split(), *arguments)
        return told[name]

    tell("init", kept)
    out = tell("sign", pdf, "--out", signed.parent, "--means", "minister", *here)
    tell("lint", pdf, *here)
    tell("add", pdf, *here)
    tell("timestamp", pdf, "--out", folder / "stempels", *here)
    tell("validate", signed, *here)
    tell("verify", out["code"], *here)
    tell("worklist", *here)
    with Digivl.open(kept) as vl:
        (flow,) = vl.book.rows(Query(kind=FLOW.name))
    tell("evidence", flow.ref.id, "--out", folder, *here)
    tell("show", out["dossier"], *here)
    tell("history", out["dossier"], *here)
    label = tell("label", out["dossier"], "--out", folder / "etiket.pdf", *here)
    tell("scan", label["label"], "--to", "archief", *here)
    tell("send", out["document"], "--to", to, "--sender", "OVO002949", *here)
    told["work --list"] = printed("work", "--list", *here)[0]
    tell("work", *here)
    tell("search", "--kind", "dossier", *here)
    tell("doctor", *here)
    tell("rules", *here)
    tell("plugins")
    with Digivl.open(kept, clock=lambda: LONG_AGO) as vl:
        vl.dossiers.open("Vergeten", by=CABINET)
    with Digivl.open(kept) as vl:
        council = Council(vl, now=vl.clock())
        meeting = council.meeting()
        item = council.item(meeting.id, formal=FormalCheck.NOT_YET)
        matter = Matter.opened(council)
        question = matter.ask().id
    tell("overdue", *here)
    tell("route", matter.dossier, *here)
    tell("form", question, "--out", folder / "vraag.pdf", *here)
    advise(told, tell, matter, question, folder)
    put_up(tell, matter.dossier, here)
    decide(tell, meeting.id, item, here)
    reckon(tell)
    on_platform(tell, out["document"], folder)
    elsewhere(tell, pdf, folder)
    with_lists(tell, folder)
    told["demo"] = printed("demo", "--dir", kept, "--pdf", pdf)[0]
    told["simulate"] = first_line("simulate", "magda", "--dir", folder / "magda")
    return told


def reckon(tell: Callable[..., dict[str, Any]]) -> None:
    """What the commands of terms print; they need no office."""
    tell("terms due", "--received", "2021-04-27", "--working-days", "12")
    tell("terms before", "--meeting", "2021-04-09", "--working-days", "4")


def decide(
    tell: Callable[..., dict[str, Any]],
    meeting: str,
    item: Entry[AgendaItem],
    here: tuple[object, ...],
) -> None:
    """What the commands of the secretariat print."""
    tell("check", item.id, *here)
    tell("meetings", *here)
    tell("agenda", meeting, *here)
    tell("approve", meeting, "--close", *here)
    tell("decide", item.record.step, "goedgekeurd", *here)
    tell("release", meeting, "beslissingen", *here)


def advise(
    told: dict[str, dict[str, Any]],
    tell: Callable[..., dict[str, Any]],
    matter: Matter,
    question: str,
    folder: Path,
) -> None:
    """What the commands of advice print, on a matter whose advice was asked."""
    here = ("--office", folder / "kantoor")
    (facts := folder / "voorstel.toml").write_text('act = "nota zonder akte"')
    to, words = ("--to", "Minister van Begroting"), "x"
    tell("readiness", matter.dossier, *here)
    tell("advice list", matter.dossier, *here)
    tell("advice receive", question, *here)
    tell("advice explain", question, *here)
    tell("advice urge", question, words, "--minister", "minister-1", *here)
    tell("advice inquire", question, words, *here)
    tell("advice answer", question, words, *here)
    tell("advice give", question, "ongunstig", *here)
    tell("advice reply", question, words, *here)
    for act in (("agree",), ("refuse", words), ("withdraw",)):
        asked = tell("advice ask", question, "--of", "BA", *to, *here)["id"]
        tell("advice receive", asked, *here)
        tell(f"advice {act[0]}", asked, *act[1:], *here)
    documents = [word for one in matter.documents for word in ("--document", one)]
    asked = tell("advice ask", matter.dossier, *to, *documents, *here)["id"]
    with Digivl.open(folder / "kantoor") as vl:
        entry = vl.advices.read(asked)
        elsewhere = attrs.evolve(entry.record, channel="krab")
        vl.book.write(entry.next(elsewhere, "import", CABINET, vl.clock()))
    shown = ("--document", matter.nota, "--reason", words)
    tell("advice register", asked, "gunstig", *shown, *here)
    asked = tell("advice ask", matter.dossier, *to, *documents, *here)["id"]
    tell("advice back", asked, words, *here)
    with Digivl.open(folder / "kantoor") as vl:
        matter.council.vl = vl
        first, second, third, heard = troubled(matter.council, matter.dossier)
    tell("advice messages", *here)
    tell("advice again", first, *here)
    tell("advice arrived", second, words, *here)
    tell("advice drop", third, words, *here)
    tell("advice settle", heard, words, *here)
    tell("advice propose", matter.dossier, "--from", facts, *here)


def put_up(
    tell: Callable[..., dict[str, Any]], dossier: str, here: tuple[str, Path]
) -> None:
    """What the commands of signing flows print."""
    content = BytesIO(paper())
    with Digivl.open(here[1]) as vl:
        document = vl.documents.add(
            dossier, content, title="Nota", type=NOTA, by=CABINET
        ).id

    def start() -> str:
        signs = ("--means", "minister", "--approver", "Jurist")
        flow: str = tell("flow start", document, *signs, *here)["flow"]
        return flow

    flow = start()
    tell("flow recall", flow, *here)
    tell("flow send", flow, *here)
    tell("flow extend", flow, "2099-12-01T17:00Z", *here)
    tell("flow remind", flow, *here)
    tell("flow replace", flow, "Jurist", "Kabinetschef", *here)
    tell("flow approve", flow, *here)
    tell("flow delegate", flow, "Minister van Zorg", *here)
    with Digivl.open(here[1]) as vl:
        vl.documents.replace(document, BytesIO(paper("BIS")), by=CABINET)
    tell("flow renew", flow, *here)
    with Digivl.open(here[1]) as vl:
        vl.signing.fail(flow, "handtekening klopt niet", by=CABINET)
    tell("flow resume", flow, *here)
    tell("flow approve", flow, *here)
    tell("flow show", flow, *here)
    tell("flow sign", flow, *here)
    tell("flow refuse", start(), "fout", *here)
    tell("flow cancel", start(), "fout", *here)


def on_platform(
    tell: Callable[..., dict[str, Any]], document: str, folder: Path
) -> None:
    """What the commands about platforms print, in an office with the simulator."""
    here = ("--office", folder / "kantoor")
    with (folder / "kantoor" / "digivl.toml").open("a") as settings:
        settings.write(PLATFORM)
    (people := folder / "wie.jsonl").write_text(json.dumps(PERSON))
    (owner := folder / "eigenaar").write_text("eigenaar@example.be")
    to = ("--to", people, "--owner", owner, "--platform", "hub")
    code = ("--organization", "OVO000001")
    package = tell("platform send", document, *to, *code, *here)["package"]
    printed("work", *here)
    tell("platform status", *here)
    tell("platform poll", *here)
    tell("platform link", package, *here)
    there = SigningHubSimulator(folder / "kantoor" / "outside" / "signinghub")
    (found,) = there.packages()
    there.everybody(found["package_id"])
    printed("platform", "poll", *here)
    # Whose certificate nobody trusts is not in order.
    printed("platform", "poll", *here)
    tell("platform save", package, "--out", folder / "terug", *here)
    tell("platform check", package, "x", *here)
    printed("platform", "poll", *here)
    new = tell("platform again", package, "x", *here)["package"]
    tell("platform withdraw", new, "x", *here)
    tell("platform settle", new, "x", *here)


def elsewhere(tell: Callable[..., dict[str, Any]], pdf: Path, folder: Path) -> None:
    """What the commands of sessions print, with a service on loopback."""
    kept = folder / "kantoor"
    here = ("--office", kept)
    (kept / "keys" / "csc.secret").write_text("no-secret-at-all")
    with serving(csc_app(CSCSimulator())) as url:
        with (kept / "digivl.toml").open("a") as settings:
            settings.write(REMOTE.format(url=url))
        asked = ("--means", "itsme", "--anybody")
        session = tell("session start", pdf, *asked, *here)["session"]
        for _ in range(2):
            went = tell("session again", session, *here)["url"]
            address = f"http://127.0.0.1/?{urlencode(answers(went, 'test-minister'))}"
            tell("session back", session, address, *here)
        tell("session show", session, *here)
        tell("session save", session, "--out", folder / "getekend", *here)
        document = printed("add", pdf, *here)[0]["document"]
        printed("flow", "start", document, "--means", "itsme=Minister", *here)
        flows = ("--as", "Minister", "--anybody")
        session = tell("session flows", *flows, *here)["session"]
        tell("session abort", session, *here)
    after_login(tell, pdf, folder)


def after_login(tell: Callable[..., dict[str, Any]], pdf: Path, folder: Path) -> None:
    """What the commands of seals print, for somebody who logged in."""
    here = ("--office", folder / "kantoor")
    (login := folder / "login.json").write_text(
        json.dumps(LOGIN | {"at": to_wire(utc_now())})
    )
    shown = hashlib.sha256(pdf.read_bytes()).hexdigest()
    said = ("--login", login, "--shown", shown, "--text", "Akkoord", "--as", "Burger")
    seal = ("--means", "zegel", *said, *here)
    sealed, proof = folder / "verzegeld.pdf", folder / "bewijs.json"
    made = tell("seal file", pdf, "--out", sealed, *seal)["seal"]
    tell("seal show", made, *here)
    tell("seal evidence", made, "--out", proof, *here)
    tell("seal check", sealed, proof, *here)
    document = printed("add", pdf, *here)[0]["document"]
    tell("seal document", document, *seal)


def with_lists(tell: Callable[..., dict[str, Any]], folder: Path) -> None:
    """What the commands of trusted lists print, with lists of our own on loopback."""
    office, file = folder / "lijsten", folder / "lijsten.zip"
    with served_lists(utc_now) as lists:
        lists.publish()
        office.mkdir()
        (office / "anchor.pem").write_bytes(lists.anchor.pem)
        (office / "digivl.toml").write_text(LISTS.format(lists.location))
        here = ("--office", office)
        tell("trust refresh", *here)
    tell("trust show", *here)
    tell("trust check", *here)
    tell("trust export", file, *here)
    tell("trust import", file, *here)


def first_line(*arguments: object) -> dict[str, Any]:
    """The first line of a command that goes on until it is stopped."""
    command = [sys.executable, "-m", "digivl", *map(str, arguments), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.terminate()
    found: dict[str, Any] = json.loads(line)
    return found
