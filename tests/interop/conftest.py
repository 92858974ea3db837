"""What the tests share in which independent programs judge the files of the route."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from digivl import Digivl
from digivl.advice.body import AdviceOutcome
from digivl.documents.model import NOTA
from digivl.signing.model import Approver, Signatory
from digivl.testing.council import CABINET, INSPECTOR, Council
from digivl.testing.matter import BUDGET, Matter
from digivl.testing.papers import paper
from digivl.testing.route import MINISTER, PRESIDENT, SECRETARIAT

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLE = "sample"
HERE = Path(__file__).parent
_FETCH_SECONDS = 240


def _documents() -> list[str]:
    """The document that the demo makes, and the names of those of others."""
    folder = Path(os.environ.get("DIGIVL_CORPUS", os.devnull)) / "input"
    others = sorted(path.name for path in folder.glob("*.pdf"))
    return [SAMPLE, *others]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test that asks for `made` judges each document."""
    if "made" in metafunc.fixturenames:
        metafunc.parametrize("made", _documents(), indirect=True)


@attrs.frozen
class Made:
    """What the route made of one document.

    Attributes:
        versions: As received, with the code, signed once, signed twice.
        root: The development authority, PEM.
        folder: For what a judge writes.
    """

    name: str
    told: dict[str, Any]
    folder: Path

    @property
    def versions(self) -> list[Path]:
        """The four versions of the document, oldest first."""
        return [Path(file) for file in self.told["files"]]

    @property
    def final(self) -> Path:
        """The version that is the authentic document."""
        return self.versions[-1]

    @property
    def root(self) -> Path:
        """The certificate of the development authority, PEM."""
        return Path(self.told["office"]) / "keys" / "authority.pem"

    @property
    def link(self) -> str:
        """Where the QR code leads."""
        token = str(self.told["code"]).replace("-", "")[:26]
        return f"https://verifieer.vlaanderen.be/d/{token}"


@pytest.fixture(name="route", scope="session")
def _route(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Made]:
    """Plays the route on a document, once; gives what it made."""
    known: dict[str, Made] = {}

    def play(name: str) -> Made:
        if name not in known:
            folder = tmp_path_factory.mktemp("route")
            known[name] = Made(name, _played(name, folder / "office"), folder)
        return known[name]

    return play


def _played(name: str, office: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "digivl", "demo", "--json", "--dir", str(office)]
    if name == SAMPLE:
        pytest.importorskip("typst")
    else:
        command += ["--pdf", f"{os.environ['DIGIVL_CORPUS']}/input/{name}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.fixture(name="made")
def _made(request: pytest.FixtureRequest, route: Callable[[str], Made]) -> Made:
    """What the route made of one of the documents."""
    return route(request.param)


@pytest.fixture(name="agreement", scope="session")
def _agreement(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A budget agreement on our own form, with its code, signed by the minister."""
    pytest.importorskip("typst")
    with Digivl.in_memory() as vl:
        matter = Matter.opened(Council(vl, now=vl.clock()))
        advice = matter.received()
        vl.advices.advise(advice, AdviceOutcome.FAVOURABLE, by=INSPECTOR)
        asked = vl.agreements.ask(advice, minister=BUDGET, by=CABINET).id
        vl.agreements.receive(asked, by=BUDGET)
        vl.agreements.agree(asked, by=BUDGET)
        document = vl.forms.file(asked, by=BUDGET).id
        vl.register.stamp(document, by=CABINET)
        signatory = Signatory(party=BUDGET, means="minister")
        flow = vl.signing.start(document, [signatory], by=CABINET).id
        signed = vl.signing.sign(flow, by=BUDGET).record.current
        file = tmp_path_factory.mktemp("agreement") / "akkoord.pdf"
        with vl.documents.opened(signed) as source:
            file.write_bytes(source.read())
    return file


@pytest.fixture(name="reports", scope="session")
def _reports(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """Evidence reports: of a flow that runs, of its end, and with a difference.

    Beside them stands the certificate of the authority, `authority.pem`.
    """
    pytest.importorskip("typst")
    folder = tmp_path_factory.mktemp("reports")
    with Digivl.in_memory() as vl:
        dossier = vl.dossiers.open("Besluit over het jeugdwerk", by=CABINET)
        shutil.copy(vl.folder / "keys" / "authority.pem", folder)
        # The fonts of the paper hold no Arabic and no Chinese.
        title = "Besluit العربية 中文 #strong[x]"
        document = vl.documents.add(
            dossier.id, io.BytesIO(paper()), title=title, type=NOTA, by=CABINET
        )
        parties = ((MINISTER, "minister"), (PRESIDENT, "minister-president"))
        means = [Signatory(party=party, means=name) for party, name in parties]
        flow = vl.signing.start(
            document.id, means, approvers=[Approver(party=CABINET)], by=SECRETARIAT
        ).id
        vl.signing.shown(flow, by=CABINET, face="web")
        vl.signing.approve(flow, by=CABINET, remark="akkoord", identified="ACM/IDM")

        def written(name: str) -> Path:
            file = folder / f"{name}.pdf"
            file.write_bytes(vl.evidence.make(flow, by=SECRETARIAT).pdf)
            return file

        vl.signing.sign(flow, by=MINISTER)
        interim = written("tussenstand")
        last = vl.signing.sign(flow, by=PRESIDENT)
        final = written("definitief")
        other = attrs.evolve(last.record.signatories[0], certificate="0" * 64)
        record = attrs.evolve(
            last.record, signatories=(other, last.record.signatories[1])
        )
        vl.book.write(last.next(record, "sign", SECRETARIAT, vl.clock()))
        return interim, final, written("verschil")


@pytest.fixture(name="changed_report", scope="session")
def _changed_report(reports: tuple[Path, ...]) -> Path:
    """One of them, in which somebody wrote another letter."""
    content = reports[1].read_bytes()
    place = content.index(b"Vlaamse overheid")
    file = reports[1].with_name("veranderd.pdf")
    file.write_bytes(content[:place] + b"W" + content[place + 1 :])
    return file


@pytest.fixture(name="judge", scope="session")
def _judge(needs_program: Callable[[str], str]) -> Callable[..., str]:
    """Runs a program that has to be content; gives what it says."""

    def run(program: str, *arguments: object) -> str:
        command = [needs_program(program), *map(str, arguments)]
        done = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=120,
            check=False,
        )
        assert 0 == done.returncode, done.stdout
        return done.stdout

    return run


@pytest.fixture(name="java_judge", scope="session")
def _java_judge(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., list[list[str]]]:
    """Runs `Judge.java` of a folder beside this file; gives its lines as fields."""
    known: dict[str, str] = {}

    def run(name: str, *arguments: object) -> list[list[str]]:
        if name not in known:
            known[name] = class_path(name, tmp_path_factory.mktemp(name))
        source = str(HERE / name / "Judge.java")
        command = ["java", "-cp", known[name], source, *map(str, arguments)]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=120, check=False
        )
        assert 0 == done.returncode, done.stderr
        return [line.split("\t") for line in done.stdout.splitlines()]

    return run


def class_path(name: str, folder: Path) -> str:
    """Where Maven put what the judge is made of; it is fetched when it is not there."""
    for program in ("mvn", "java", "javac"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    target = folder / "classpath"
    command = ["mvn", "-q", "-B", "-f", str(HERE / name / "pom.xml")]
    command += ["dependency:build-classpath", f"-Dmdep.outputFile={target}"]
    # Fetched before: no repository is asked.
    for options in (["-o"], []):
        try:
            subprocess.run(
                [*command, *options],
                stdout=subprocess.DEVNULL,
                timeout=_FETCH_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            break
        if target.exists():
            return target.read_text().strip()
    return pytest.skip(f"Maven could not fetch what {name} is made of")
