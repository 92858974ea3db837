"""What `digivl sign` does with each file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import attrs

from digivl.app import Digivl
from digivl.cli.files import is_there, reading, written
from digivl.documents.disk import scratch
from digivl.documents.model import DECISION_REPORT
from digivl.errors import MalformedError, StorageError
from digivl.kernel.parties import Party, Role
from digivl.signing.model import Signatory


def functions(means: Sequence[str]) -> dict[str, str]:
    """The function that each means signs as: what follows ``=``, else its own name.

    Raises:
        MalformedError: One stands there twice.
    """
    pairs = [one.partition("=") for one in means]
    signers = {name: label or name for name, _, label in pairs}
    if len(signers) < len(means):
        raise MalformedError("the same signing means stands twice")
    return signers


def checked(
    vl: Digivl, files: Sequence[Path], out: Path, means: Mapping[str, str]
) -> None:
    """See that the means exist and that nothing is overwritten, before any act.

    Raises:
        ConfigurationError: There is no such means.
        StorageError: A signed file would take the place of another one.
    """
    for name in means:
        vl.means(name)
    targets = [out / file.name for file in files]
    taken = [t for t in targets if is_there(t) or targets.count(t) > 1]
    if taken:
        raise StorageError(
            f"{taken[0]} would be overwritten",
            hint="Nothing was signed. Name another folder with --out.",
        )


def recorded(
    vl: Digivl, file: Path, out: Path, means: Mapping[str, str], by: Party
) -> dict[str, Any]:
    """Dossier, code, signatures, register: the whole of it, for one file."""
    with written(out) as target:
        with reading(file) as content:
            kept = vl.documents.keep(content)
        dossier = vl.dossiers.open(file.stem, by=by)
        with vl.documents.opened(kept.sha256) as content:
            document = vl.documents.add(
                dossier.id, content, title=file.stem, type=DECISION_REPORT, by=by
            )
        coded = vl.register.stamp(document.id, by=by)
        sha256, signatures = _signed(vl, document.id, means, by)
        vl.documents.store.fetch(sha256, target)
    return {
        "dossier": dossier.id,
        "document": document.id,
        "code": coded.code.printed,
        "link": coded.code.link(vl.settings.code.host),
        "page_added": coded.added_page,
        "sha256": sha256,
        "signatures": signatures,
    }


def signed_only(
    vl: Digivl, file: Path, out: Path, means: Mapping[str, str], *, timestamp: bool
) -> dict[str, Any]:
    """Only signatures, one after the other."""
    levels: list[str] = []
    with written(out) as target, ExitStack() as opened:
        source = opened.enter_context(reading(file))
        for number, name in enumerate(means, start=1):
            last = number == len(means)
            into = target if last else opened.enter_context(scratch())
            made = vl.signing.sign_file(
                source,
                into,
                means=name,
                field=f"Handtekening{number}",
                timestamp=timestamp,
            )
            levels.append(made.level)
            source = into
            source.seek(0)
    return {"levels": levels}


def _signed(
    vl: Digivl, document: str, means: Mapping[str, str], by: Party
) -> tuple[str, list[dict[str, Any]]]:
    """Signed by each and registered: the SHA-256 of the file, and the signatures."""
    signatories = [
        Signatory(party=Party(name, label, Role.SIGNATORY), means=name)
        for name, label in means.items()
    ]
    flow = vl.signing.start(document, signatories, by=by)
    for signatory in signatories:
        flow = vl.signing.sign(flow.id, by=signatory.party)
    registered = vl.register.register(flow.id, by=by)
    signatures = [attrs.asdict(one) for one in registered.record.signatures]
    return flow.record.current, signatures
