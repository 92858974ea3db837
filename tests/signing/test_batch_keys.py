"""A batch whose key fails, and one in an office that signs at B-B."""

from __future__ import annotations

import io
import os
import threading
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from digivl import Digivl
from digivl.errors import (
    KeyUnusableError,
    StorageError,
    TokenLostError,
    WrongPINError,
)
from digivl.pdf.levels import Level
from digivl.settings import SigningSettings
from digivl.signing.batch import By, Job, Order, Outcome, sign_many
from digivl.testing.papers import paper

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digivl.signing.files import FileSigning

ORDER = Order((By("minister"),), level=Level.B_B)


@pytest.fixture(name="vl")
def _vl(quick_folder: Path) -> Iterator[Digivl]:
    with Digivl.create(quick_folder / "office") as vl:
        yield vl


def papers(vl: Digivl, count: int) -> list[Job]:
    """So many papers to sign."""
    sources = [vl.folder.parent / f"{number:02}.pdf" for number in range(count)]
    for number, source in enumerate(sources):
        source.write_bytes(paper(f"Besluit {number}"))
    return [Job(one, vl.folder.parent / "out" / one.name) for one in sources]


def wrong_later(office: str) -> FileSigning:
    """What signs once, then with a wrong PIN while another file fails for itself."""
    vl = Digivl.open(office)
    key, tries, wrong = vl.means("minister"), list[int](), threading.Event()

    class Card:
        name = "card"

        def identity(self) -> Any:
            return key.identity()

        def sign(self, message: bytes, digest: Any) -> bytes:
            tries.append(len(tries))
            with (vl.folder / "tries").open("a") as noted:
                noted.write(f"{os.getpid()}\n")
            if len(tries) == 1:
                return key.sign(message, digest)
            if len(tries) == 2:
                wrong.wait(10)
                time.sleep(0.3)  # until the wrong PIN is known
                raise StorageError("no room")
            wrong.set()
            raise WrongPINError("wrong PIN")

    return attrs.evolve(vl.files, means=lambda _: Card())


def wrong_pin(office: str) -> FileSigning:
    """What has a wrong PIN, and notes each time that it is tried."""
    vl = Digivl.open(office)

    class Card:
        name = "card"

        def identity(self) -> Any:
            with (vl.folder / "tries").open("a") as noted:
                noted.write(f"{os.getpid()}\n")
            time.sleep(2)  # a card is slow, so that others come meanwhile
            raise WrongPINError("wrong PIN", hint="Two tries are left.")

        def sign(self, message: bytes, digest: Any) -> bytes:
            raise AssertionError

    return attrs.evolve(vl.files, means=lambda _: Card())


def test_processes_try_a_wrong_pin_once(
    vl: Digivl, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three processes would block a card that lets three wrong PINs pass."""
    monkeypatch.syspath_prepend(Path(__file__).parent.parent.parent)
    build = partial(wrong_pin, str(vl.folder))
    with pytest.raises(WrongPINError, match="wrong PIN") as told:
        sign_many(papers(vl, 40), ORDER, build, processes=3, threads=2)

    assert "Two tries are left." == told.value.hint
    assert 1 == len((vl.folder / "tries").read_text().split())


@pytest.mark.parametrize("kind", [WrongPINError, TokenLostError])
def test_a_wrong_pin_stays_one(vl: Digivl, kind: type[KeyUnusableError]) -> None:
    """What stops a batch is the error of the key, and never just some error."""

    class Card:
        name = "card"

        def identity(self) -> Any:
            raise kind("the card says no", hint="Look at it.")

        def sign(self, message: bytes, digest: Any) -> bytes:
            raise AssertionError

    files = attrs.evolve(vl.files, means=lambda _: Card())
    with pytest.raises(kind, match="the card says no"):
        sign_many(papers(vl, 2), ORDER, lambda: files)


def test_a_bad_file_does_not_hide_a_wrong_pin(
    vl: Digivl, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that fails beside it does not let a process try the key again."""
    # The processes look for `wrong_later` there.
    monkeypatch.syspath_prepend(Path(__file__).parent.parent.parent)
    build = partial(wrong_later, str(vl.folder))
    with pytest.raises(WrongPINError):
        sign_many(papers(vl, 60), ORDER, build, processes=2, threads=2)
    tries = (vl.folder / "tries").read_text().split()

    assert 3 == max(tries.count(process) for process in tries)


def test_upgrades_in_an_office_that_signs_at_bb(vl: Digivl) -> None:
    """The level of the settings is for signing; upgrading goes to B-T at least."""
    jobs = papers(vl, 1)
    vl.sign_many(jobs, ORDER)
    settings = attrs.evolve(vl.settings, signing=SigningSettings(level="B-B"))
    up = [Job(jobs[0].target, vl.folder.parent / "up" / "a.pdf")]
    with Digivl.from_settings(settings, folder=vl.folder) as office:
        told: list[Outcome] = []
        office.sign_many(up, Order(), progress=told.append)
        with jobs[0].target.open("rb") as source:
            alone = office.files.upgrade(source, io.BytesIO())

    assert [Level.B_T] == [one.level for one in told]
    assert Level.B_T is alone.level
