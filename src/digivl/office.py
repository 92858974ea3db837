"""An office: a folder with settings, record book, documents and keys.

``digivl.toml`` (settings), ``book.sqlite`` (record book), ``documents/``, ``keys/``,
and for a development office ``outside/``: what the bundled simulators received.
"""

from __future__ import annotations

import shutil
import tempfile
import tomllib
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from digivl.errors import (
    DamagedOfficeError,
    NewerOfficeError,
    NotAnOfficeError,
    OfficeError,
    StorageError,
)
from digivl.kernel.identifiers import new_id
from digivl.records.workers import is_gone, this_worker
from digivl.settings import Settings

FORMAT: Final = 1
SETTINGS: Final = "digivl.toml"
BOOK: Final = "book.sqlite"
DOCUMENTS: Final = "documents"
KEYS: Final = "keys"
OUTSIDE: Final = "outside"

#: The means of the entity itself, which seals what is its own.
SEAL: Final = "zegel"
#: The signing means of a development office: name, and common name on the certificate.
SIGNATORIES: Final = {
    "minister-president": "Minister-president (ontwikkeling)",
    "minister": "Vlaams minister (ontwikkeling)",
}
#: Its seals, likewise.
SEALS: Final = {SEAL: "Vlaamse overheid (ontwikkeling)"}

_ASIDE: Final = ".digivl-"
_MAKER: Final = "maker"

_HEADER: Final = """\
# An office of digivl. What is left out keeps its default; an unknown name is an error.
development = true
trust = ["keys/authority.pem"]
seal = "zegel"

[office]
format = {format}
id = "{id}"

[documents]
offer = "folder"
path = "documents"

[authorities.development]
offer = "rfc3161"
url = "simulator"

[providers.magda]
offer = "magda"
url = "simulator"
token_url = "simulator"
client_id = "digivl-development"
client_secret_file = "keys/magda.secret"
organization = "0220916609"
application = "urn:digivl:development"
message_type = "digivl-decision"
"""

_MEANS: Final = """
[means.{name}]
offer = "pkcs12"
file = "keys/{name}.p12"
password_file = "keys/{name}.password"
"""


def make_office(folder: Path, *, at: datetime) -> None:
    """Make a development office: its keys have no legal value, and say so.

    It is made aside and moved into place, in an empty folder that is there already
    with its settings last: a half-made office is never seen.

    Args:
        folder: A new folder, or an empty one.
        at: From when its keys are valid, with a zone.

    Raises:
        OfficeError: The folder holds something already.
        StorageError: It cannot be written.
    """
    try:
        _sweep(folder.parent)
        _sweep(folder)
        _check_free(folder)
        # An empty folder that is there stays the same one: somebody may stand in it,
        # or something be mounted on it.
        home = folder if folder.exists() else folder.parent
        home.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=_ASIDE, dir=home))
    except OSError as cause:
        raise StorageError(
            f"no office can be made at {folder}: {cause.strerror}",
            hint="Name a folder that this user may write in.",
        ) from cause
    try:
        (aside / _MAKER).write_text(this_worker())
        _fill(aside, at)
        _move(aside, folder)
    except OSError as cause:
        raise StorageError(f"the office was not made: {cause.strerror}") from cause
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def open_office(folder: Path) -> Settings:
    """The settings of an office that is there and whole.

    Raises:
        NotAnOfficeError: No folder, or no office.
        NewerOfficeError: A newer digivl made it.
        DamagedOfficeError: A part is missing or unreadable.
        ConfigurationError: Its settings hold an unknown name or a wrong value.
    """
    try:
        return _opened(folder)
    except OSError as cause:
        raise NotAnOfficeError(
            f"{folder} cannot be looked into: {cause.strerror}",
            hint="Check that this user may read it.",
        ) from cause


def book_url(folder: Path, settings: Settings) -> str:
    """Where the record book of an office is."""
    return settings.book or _sqlite_url(folder / BOOK)


def _opened(folder: Path) -> Settings:
    path = folder / SETTINGS
    if not path.is_file():
        what = "is no office" if folder.is_dir() else "is not there"
        raise NotAnOfficeError(
            f"{folder} {what}", hint=f"Make one with `digivl init {folder}`."
        )
    _check_format(path)
    settings = Settings.from_toml(path)
    _check_whole(folder, settings)
    return settings


def _sqlite_url(path: Path) -> str:
    from digivl.records.engine import file_url

    return file_url(path.resolve())


def _sweep(parent: Path) -> None:
    # What a process left that was killed while it made an office: keys are in it.
    for aside in parent.glob(f"{_ASIDE}*"):
        with suppress(OSError):
            if is_gone((aside / _MAKER).read_text()):
                shutil.rmtree(aside, ignore_errors=True)


def _check_free(folder: Path) -> None:
    if (folder / SETTINGS).exists():
        raise OfficeError(
            f"{folder} is an office already",
            hint="Open it, or name another folder; nothing was changed.",
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OfficeError(
            f"{folder} is not empty",
            hint="Name a new or empty folder; nothing was changed.",
        )


def _fill(folder: Path, at: datetime) -> None:
    from digivl.records.sqlbook import SQLBook
    from digivl.signing.development import make_development_keys

    make_development_keys(folder / KEYS, SIGNATORIES, seals=SEALS, at=at)
    (folder / KEYS / "magda.secret").write_text(new_id() + "\n")
    (folder / KEYS / "magda.secret").chmod(0o600)
    (folder / DOCUMENTS).mkdir(mode=0o750)
    SQLBook.create(_sqlite_url(folder / BOOK)).close()
    (folder / BOOK).chmod(0o640)
    means = "".join(_MEANS.format(name=name) for name in (*SIGNATORIES, *SEALS))
    header = _HEADER.format(format=FORMAT, id=new_id())
    (folder / SETTINGS).write_text(header + means, encoding="utf-8")
    (folder / SETTINGS).chmod(0o640)


def _move(aside: Path, folder: Path) -> None:
    (aside / _MAKER).unlink()
    if not folder.exists():
        aside.chmod(0o750)
        aside.rename(folder)
        return
    for part in (KEYS, DOCUMENTS, BOOK, SETTINGS):
        (aside / part).rename(folder / part)


def _check_format(path: Path) -> None:
    try:
        office = tomllib.loads(path.read_text(encoding="utf-8")).get("office")
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as cause:
        raise DamagedOfficeError(
            f"{path} cannot be read: {cause}",
            hint="Mend the file, or restore it from a back-up.",
        ) from cause
    found = office.get("format") if isinstance(office, dict) else None
    if type(found) is not int or found < 1:
        raise NotAnOfficeError(
            f"{path} does not say which office it is",
            hint="It lacks [office] with format; is it a file of something else?",
        )
    if found > FORMAT:
        raise NewerOfficeError(
            f"this office has format {found}; this digivl knows {FORMAT}",
            hint="Install the digivl that made it, or a newer one.",
        )


def _check_whole(folder: Path, settings: Settings) -> None:
    parts = [folder / file for file in settings.trust]
    if settings.book is None:
        parts.append(folder / BOOK)
    if settings.documents.offer == "folder":
        parts.append(folder / settings.documents.options.get("path", DOCUMENTS))
    missing = [
        str(part.relative_to(folder) if part.is_relative_to(folder) else part)
        for part in parts
        if not part.exists()
    ]
    if missing:
        raise DamagedOfficeError(
            f"{folder} lacks {', '.join(missing)}",
            hint="Restore it from the last back-up.",
        )
