"""Plug-ins: ours and anyone's come through the same door."""

from __future__ import annotations

import hashlib
import io
import logging
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import attrs
import pytest

from digivl import Digivl
from digivl.documents.port import DocumentStore, Stored
from digivl.errors import ConfigurationError, DigivlError, NotFoundError
from digivl.plugins.catalog import KINDS, Catalog
from digivl.plugins.hookspecs import Build, Offer, hookimpl
from digivl.records.entries import AnyEntry
from digivl.settings import Backend, Limits
from digivl.signing.means import SigningMeans
from digivl.testing import papers, route
from digivl.testing.route import Scene

At = Callable[..., Scene]


def build(**options: str) -> Build:
    """What a backend is built from."""
    return Build(name="chosen", options=options, folder=Path(), limits=Limits())


def _broken(given: Build) -> DocumentStore:
    raise ZeroDivisionError(given.name)


@attrs.define
class Memory:
    """A document store of somebody else."""

    kept: dict[str, bytes] = attrs.field(factory=dict[str, bytes])

    def put(self, content: BinaryIO) -> Stored:
        """Keep it."""
        data = content.read()
        name = hashlib.sha256(data).hexdigest()
        self.kept[name] = data
        return Stored(name, len(data))

    def fetch(self, sha256: str, into: BinaryIO) -> Stored:
        """Give it back."""
        if sha256 not in self.kept:
            raise NotFoundError(f"there is no document {sha256}")
        into.write(self.kept[sha256])
        return Stored(sha256, len(self.kept[sha256]))

    def holds(self, sha256: str) -> bool:
        """Whether it is here."""
        return sha256 in self.kept


@attrs.define
class Stores:
    """A plug-in: any object with marked functions."""

    name: str
    store: Memory = attrs.field(factory=Memory)

    @hookimpl
    def digivl_document_stores(self) -> list[Offer[DocumentStore]]:
        """One store."""
        return [Offer(self.name, lambda _: self.store)]


@attrs.define
class Listener:
    """Hears of every act; may fail at it."""

    error: Exception | None = None
    heard: list[str] = attrs.field(factory=list[str])

    @hookimpl
    def digivl_recorded(self, entry: AnyEntry) -> None:
        """Hear of one."""
        self.heard.append(f"{entry.kind.name} {entry.action}")
        if self.error is not None:
            raise self.error


@pytest.mark.parametrize("kind", KINDS)
def test_built_in_offers(kind: str) -> None:
    """What digivl brings itself is in the catalogue, with its options explained."""
    expected = {
        "documents": ["folder"],
        "authorities": ["rfc3161"],
        "means": ["eid", "pem", "pkcs11", "pkcs12"],
        "remote": ["csc"],
        "providers": ["magda"],
        "channels": ["krab", "mail"],
        "platforms": ["signinghub"],
    }
    offers = Catalog.load(discover=False).offers(kind)

    assert expected[kind] == list(offers)
    assert all(text for offer in offers.values() for text in offer.options.values())


def test_plugin_stands_beside_the_built_in() -> None:
    """An object with hooks is a plug-in; its offers are found by name, in order."""
    catalog = Catalog.load(Stores("memory"), discover=False)

    assert ["folder", "memory"] == list(catalog.offers("documents"))
    assert 2 == len(catalog.installed())


def test_office_uses_the_store_of_a_plugin(scene_at: At) -> None:
    """A name in the settings picks it; the office writes there and nowhere else."""
    mine = Stores("memory")
    scene = scene_at("opened", plugins=(mine,), documents=Backend(offer="memory"))
    pdf = papers.paper("Nota")

    entry = scene.vl.documents.replace(
        scene.document, io.BytesIO(pdf), by=route.CABINET
    )

    assert {entry.record.latest.sha256: pdf} == mine.store.kept


def test_listener_hears_every_act(scene_at: At) -> None:
    """After each entry that was written, in order; not before, and not when refused."""
    listener = Listener()
    scene = scene_at("opened", plugins=(listener,))

    scene.vl.dossiers.close(scene.dossier, by=route.CABINET)
    with pytest.raises(DigivlError):
        scene.vl.dossiers.close(scene.dossier, by=route.CABINET)

    assert ["dossier close", "custody close"] == listener.heard


def test_listener_that_fails_changes_nothing(
    scene_at: At, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged; the act stands, and the other listeners are told."""
    bad, good = Listener(error=ZeroDivisionError("mine")), Listener()
    scene = scene_at("opened", plugins=(bad, good))

    with caplog.at_level(logging.ERROR, "digivl.plugins"):
        closed = scene.vl.dossiers.close(scene.dossier, by=route.CABINET)

    assert closed == scene.vl.dossiers.read(scene.dossier)
    assert bad.heard == good.heard
    assert 2 == len(caplog.records)
    assert "ZeroDivisionError: mine" in caplog.text


def test_unknown_hook_is_refused() -> None:
    """A misspelt hook would never be called; so it is an error at once."""

    class Misspelt:
        @hookimpl
        def digivl_document_stors(self) -> list[object]:
            """Nobody asks for these."""
            return []

    with pytest.raises(ConfigurationError, match="digivl_document_stors"):
        Catalog.load(Misspelt(), discover=False)


def test_name_offered_twice_is_refused() -> None:
    """Two offers of one name: never the last one wins."""
    catalog = Catalog.load(Stores("folder"), discover=False)

    with pytest.raises(ConfigurationError, match="'folder' is offered twice") as twice:
        catalog.offers("documents")
    assert "Uninstall" in twice.value.hint


@pytest.mark.parametrize("kind", KINDS)
def test_unknown_offer_lists_the_known(kind: str) -> None:
    """A name that nobody offers: the error says where it stands and what there is."""
    catalog = Catalog.load(discover=False)
    asked = {
        "documents": catalog.document_store,
        "authorities": catalog.authority,
        "means": catalog.means,
        "remote": catalog.remote,
        "providers": catalog.provider,
        "channels": catalog.channel,
        "platforms": catalog.platform,
    }

    with pytest.raises(ConfigurationError, match=f"{kind}.chosen: nobody") as unknown:
        asked[kind]("cloud", build())
    assert ", ".join(catalog.offers(kind)) in unknown.value.hint


def test_backend_that_cannot_be_built() -> None:
    """Whatever a foreign builder raises comes out as an error of ours."""

    class Broken:
        @hookimpl
        def digivl_document_stores(self) -> list[Offer[DocumentStore]]:
            """It always fails."""
            return [Offer("broken", _broken)]

    catalog = Catalog.load(Broken(), discover=False)

    with pytest.raises(ConfigurationError, match="'broken' cannot be built"):
        catalog.document_store("broken", build())


@pytest.mark.parametrize(
    ("offer", "options", "match"),
    [
        ("rfc3161", {}, "has no url"),
        ("rfc3161", {"url": "ftp://a.be"}, "cannot be used"),
        ("rfc3161", {"url": "http://tsa.example@10.0.0.1"}, "cannot be used"),
    ],
)
def test_authority_options(offer: str, options: dict[str, str], match: str) -> None:
    """A missing or dangerous address is said when it is built, not when it is used."""
    catalog = Catalog.load(discover=False)

    with pytest.raises(ConfigurationError, match=match):
        catalog.authority(offer, build(**options))


def test_secret_from_the_environment(
    scene_at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A password can stand in the environment; when it is missing, that is said."""
    scene = scene_at("opened")
    keys = scene.vl.folder / "keys"
    options = {"file": str(keys / "minister.p12"), "password_env": "DIGIVL_SECRET"}
    catalog = Catalog.load(discover=False)

    with pytest.raises(ConfigurationError, match="DIGIVL_SECRET is not set"):
        catalog.means("pkcs12", build(**options))
    secret = (keys / "minister.password").read_text().strip()
    monkeypatch.setenv("DIGIVL_SECRET", secret)
    assert "chosen" == catalog.means("pkcs12", build(**options)).name


def test_secret_file_that_is_not_there() -> None:
    """A missing file with a secret is named, without its folder."""
    catalog = Catalog.load(discover=False)
    options = {"file": "key.p12", "password_file": "gone/secret"}

    with pytest.raises(ConfigurationError, match="chosen: secret cannot be read"):
        catalog.means("pkcs12", build(**options))


PLUGIN = """
from digivl.plugins.hookspecs import Offer, hookimpl

@hookimpl
def digivl_document_stores():
    return [Offer("archive", lambda build: None)]
"""


@pytest.fixture(name="install")
def _install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Installs a distribution with one module and an entry point for it."""

    def installed(source: str) -> None:
        (tmp_path / "archive_plugin.py").write_text(source)
        info = tmp_path / "archive_plugin-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            "Metadata-Version: 2.1\nName: archive-plugin\nVersion: 1.0\n"
        )
        (info / "entry_points.txt").write_text("[digivl]\narchive = archive_plugin\n")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "archive_plugin", raising=False)

    return installed


def test_installed_plugin_is_found(install: Callable[[str], None]) -> None:
    """An installed package announces itself by an entry point, and can be left out."""
    install(PLUGIN)

    assert "archive" in Catalog.load().offers("documents")
    assert "archive" in Catalog.load().installed()
    assert "archive" not in Catalog.load(discover=False).offers("documents")


def test_installed_plugin_that_is_broken(install: Callable[[str], None]) -> None:
    """One that cannot be imported is named; it does not end in a traceback."""
    install("raise ImportError('half an update')")

    with pytest.raises(ConfigurationError, match="half an update") as broken:
        Catalog.load()
    assert broken.value.hint


def test_nothing_is_discovered_before_it_is_needed(
    install: Callable[[str], None], scene_at: At
) -> None:
    """Opening an office loads no plug-in; the first use does."""
    install(PLUGIN.replace("lambda build: None", "print"))
    vl: Digivl = scene_at("opened").vl
    assert "archive_plugin" not in sys.modules

    assert "archive" in vl.catalog.offers("documents")
    assert "archive_plugin" in sys.modules


def test_a_means_is_unlocked_once(quick_folder: Path) -> None:
    """Also by two threads at one time: each key of its own would try a wrong PIN."""
    built: list[str] = []
    with Digivl.create(quick_folder / "office") as office:
        key, both = office.means("minister"), threading.Barrier(4)

        def slow(given: Build) -> SigningMeans:
            built.append(given.name)
            time.sleep(0.1)
            return key

        class Slow:
            @hookimpl
            def digivl_signing_means(self) -> list[Offer[SigningMeans]]:
                return [Offer("slow", slow)]

        def asked(_: int) -> SigningMeans:
            both.wait(10)
            return vl.means("card")

        settings = attrs.evolve(
            office.settings, means={"card": Backend(offer="slow")}, seal=""
        )
        plugins = (Slow(),)
        with (
            Digivl.from_settings(settings, folder=office.folder, plugins=plugins) as vl,
            ThreadPoolExecutor(4) as pool,
        ):
            found = list(pool.map(asked, range(4)))

    assert (["card"], [key] * 4) == (built, found)
