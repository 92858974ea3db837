"""What is configured, installed and reachable, and how to mend what is not."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from hashlib import sha256
from importlib.util import find_spec
from typing import Final

import attrs
from cryptography import x509

from digivl.app import Digivl
from digivl.cli.labels import kind_named
from digivl.cli.output import local
from digivl.dispatch.model import (
    Channel,
    Dispatch,
    PostalAddress,
    Recipient,
)
from digivl.documents.model import DOCUMENT
from digivl.errors import (
    BackendUnavailableError,
    CorruptDocumentError,
    DigivlError,
)
from digivl.kernel.identifiers import OVOCode, new_id
from digivl.pdf.seals import is_seal
from digivl.pdf.timestamps import timestamp_request
from digivl.records.codec import leaf_hash
from digivl.records.port import Query
from digivl.records.tasks import TaskState
from digivl.signing.tsa_account import Account

#: Extras, and a module that each brings.
_EXTRAS: Final = {
    "pkcs11": "pkcs11",
    "postgres": "psycopg",
    "report": "typst",
    "scan": "zxingcpp",
    "simulators": "werkzeug",
    "trustlists": "signxml",
}
_DIGEST: Final = sha256(b"digivl doctor").digest()
_SOON: Final = timedelta(days=60)
_LITTLE_ROOM: Final = 1_000_000_000


@attrs.frozen
class Finding:
    """One thing that was looked at."""

    what: str
    ok: bool
    text: str


def examine(vl: Digivl) -> list[Finding]:
    """Look at everything; nothing is changed and nothing is sent."""
    looks: list[tuple[str, Callable[[], str]]] = [
        ("settings", partial(_settings, vl)),
        ("record book", partial(_book, vl)),
        ("documents", partial(_documents, vl)),
        ("outbox", partial(_outbox, vl)),
        ("plug-ins", lambda: ", ".join(vl.catalog.installed())),
        ("signing", partial(_signing, vl)),
        *_keys(vl),
        *_authorities(vl),
        *_providers(vl),
        *_channels(vl),
    ]
    found = [_looked(what, look) for what, look in looks]
    return [*found, *_extras()]


def _looked(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, ok=True, text=look())
    except DigivlError as error:
        return Finding(what, ok=False, text=error.diagnostics())


def _settings(vl: Digivl) -> str:
    kind = "development, no legal value" if vl.settings.development else "production"
    return f"{kind}; codes lead to {vl.settings.code.host}"


def _book(vl: Digivl) -> str:
    entries = 0
    for row in vl.book.rows(Query()):
        for entry in vl.book.history(kind_named(row.ref.kind), row.ref.id):
            if leaf_hash(entry.canonical) != entry.leaf:
                raise CorruptDocumentError(f"entry {entry.number} was changed")
            entries += 1
    return f"{entries} entries, every hash holds"


def _documents(vl: Digivl) -> str:
    names = [row.ref.id for row in vl.book.rows(Query(kind=DOCUMENT.name))]
    found = vl.book.read_all(DOCUMENT, names).values()
    files = {name for entry in found for name in entry.record.files}
    missing = [name for name in files if not vl.documents.store.holds(name)]
    if missing:
        raise CorruptDocumentError(
            f"{len(missing)} files are missing, {missing[0]} among them",
            hint="Restore the documents from a back-up.",
        )
    free = shutil.disk_usage(vl.folder).free
    room = " (little)" if free < _LITTLE_ROOM else ""
    return f"{len(files)} files, all there; {free // 1_000_000} MB free{room}"


def _outbox(vl: Digivl) -> str:
    stuck = vl.book.tasks(state=TaskState.STUCK.value)
    if stuck:
        raise DigivlError(
            f"{len(stuck)} tasks are stuck: {stuck[0].error}",
            hint="`digivl work --list` shows them; `digivl work --retry KEY` tries "
            "one again.",
        )
    waiting = vl.book.tasks(state=TaskState.WAITING.value)
    return f"{len(waiting)} tasks wait"


def _signing(vl: Digivl) -> str:
    # All three are read at first use: what is wrong is found out now.
    roots = len(vl.revocation.anchors)
    return f"to {vl.level}; {roots} anchors; what may be signed: {vl.lint_policy.name}"


def _keys(vl: Digivl) -> Iterator[tuple[str, Callable[[], str]]]:
    for name in vl.settings.means:
        yield f"means {name}", partial(_key, vl, name)
    for name in vl.settings.remote:
        yield f"remote {name}", partial(_remote, vl, name)


def _remote(vl: Digivl, name: str) -> str:
    # The first visit is made, and nobody goes there.
    vl.remote_means(name).begin("doctor", vl.clock())
    return "answers; people can go there"


def _key(vl: Digivl, name: str) -> str:
    der = vl.means(name).identity().certificate
    end = x509.load_der_x509_certificate(der).not_valid_after_utc
    if end < vl.clock():
        raise DigivlError(f"its certificate expired on {local(end)}")
    soon = ", which is soon" if end - vl.clock() < _SOON else ""
    whose = "seal of an organisation, " if is_seal(der) else ""
    return f"{whose}valid until {local(end)}{soon}"


def _authorities(vl: Digivl) -> Iterator[tuple[str, Callable[[], str]]]:
    for number, name in enumerate(vl.settings.authorities):
        yield f"authority {name}", partial(_timestamp, vl, number)


def _timestamp(vl: Digivl, number: int) -> str:
    from digivl.signing.authorities import first_answer

    authority, asked = vl.authorities[number], timestamp_request(_DIGEST)
    try:
        said = f"answers, {len(first_answer([authority], asked.der))} bytes"
    except BackendUnavailableError as error:
        kept = vl.timestamps.accounts()[authority.name]
        # Within its budget it is well, also when there is no room now.
        if kept.in_a_row or not error.retry_after_seconds:
            raise DigivlError(f"{error}; {_counted(kept)}", hint=error.hint) from error
        said = f"has room again in {error.retry_after_seconds:.0f} seconds"
    return f"{said}; {_counted(vl.timestamps.accounts()[authority.name])}"


def _counted(kept: Account) -> str:
    said = f"since {local(kept.since)}: asked {kept.asked}, answered {kept.answered}"
    for name in ("failed", "refused", "lied", "put_off"):
        if count := getattr(kept, name):
            said += f", {name.replace('_', ' ')} {count}"
    if kept.waits_until is not None:
        said += f"; left alone until {local(kept.waits_until)}"
    return said


def _providers(vl: Digivl) -> Iterator[tuple[str, Callable[[], str]]]:
    for number, name in enumerate(vl.settings.providers):
        yield f"provider {name}", partial(_delivery, vl, number)


def _delivery(vl: Digivl, number: int) -> str:
    # Asks after something that was never sent: it says whether we are let in.
    provider = vl.providers[number]
    provider.find(_never_sent())
    return f"answers; {', '.join(sorted(c.label for c in provider.channels))}"


def _channels(vl: Digivl) -> Iterator[tuple[str, Callable[[], str]]]:
    for name in vl.settings.channels:
        yield f"channel {name}", partial(_listened, vl, name)


def _listened(vl: Digivl, name: str) -> str:
    # Reads without confirming: what waits there stays there.
    waiting = sum(1 for _ in vl.exchange.channel(name).collect())
    return f"answers; {waiting} messages wait"


def _never_sent() -> Dispatch:
    address = PostalAddress(
        street="Straat", house_number="1", postal_code="1000", municipality="Brussel"
    )
    return Dispatch(
        dossier=new_id(),
        document=sha256(b"").hexdigest(),
        signed=False,
        subject="digivl doctor",
        sender=OVOCode("OVO000000"),
        recipient=Recipient.by_letter("digivl doctor", address),
        channel=Channel.PAPER,
    )


def _extras() -> Iterator[Finding]:
    for extra, module in _EXTRAS.items():
        there = find_spec(module) is not None
        text = "installed" if there else f"not installed: pip install 'digivl[{extra}]'"
        # An extra that nobody asked for is not wrong.
        yield Finding(f"extra {extra}", ok=True, text=text)
