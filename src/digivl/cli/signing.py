"""What `digivl sign` does with each file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from digivl.app import Digivl
from digivl.cli.files import is_there, reading, written
from digivl.documents.model import DECISION_REPORT
from digivl.errors import MalformedError, StorageError
from digivl.kernel.parties import Party, Role
from digivl.pdf.levels import Level
from digivl.pdf.spec import Box, Visible
from digivl.signing.batch import By, Order, Outcome
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
    vl: Digivl,
    files: Sequence[Path],
    out: Path,
    means: Mapping[str, str],
    *,
    resume: bool = False,
) -> None:
    """See that the means exist and that nothing is overwritten, before any act.

    Args:
        vl: The office.
        files: What is signed.
        out: Where it goes.
        means: With what.
        resume: True where files may be there already, from the same batch.

    Raises:
        ConfigurationError: There is no such means.
        StorageError: A signed file would take the place of another one.
    """
    for name in means:
        vl.means(name)
    targets = [out / file.name for file in files]
    twice = {t for t, n in Counter(targets).items() if n > 1}
    taken = [t for t in targets if t in twice or (not resume and is_there(t))]
    if taken:
        raise StorageError(
            f"{taken[0]} would be overwritten",
            hint="Nothing was signed. Name another folder with --out, or go on with a"
            " batch that was stopped with --resume.",
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


def batch_order(
    means: Mapping[str, str],
    level: Level | None,
    look: Mapping[str, Any],
    boxes: Sequence[Box],
) -> Order:
    """What is done with each file where nothing is recorded.

    The first signature certifies, the last one locks; each box is for the signature in
    the same place.

    Args:
        means: By name, with the function each signs as; none upgrades.
        level: What is reached; None is the level of the settings.
        look: `certify` and `lock`.
        boxes: Where the signatures can be seen; those without one are invisible.

    Raises:
        MalformedError: More boxes than signatures.
    """
    if len(boxes) > len(means):
        raise MalformedError("there are more places (--visible) than signatures")
    last = len(means) - 1
    by = []
    for number, name in enumerate(means):
        own: dict[str, Any] = {"certify": look["certify"]} if number == 0 else {}
        own |= {"lock": look["lock"]} if number == last else {}
        if number < len(boxes):
            own["visible"] = Visible(box=boxes[number])
        by.append(By(name, look=own))
    return Order(tuple(by), level)


def box(text: str) -> Box:
    """Where a signature stands, as the user writes it: page, x, y, width, height.

    Raises:
        MalformedError: Not five numbers.
    """
    try:
        page, *sides = text.split(",")
        x, y, width, height = map(float, sides)
        return Box(int(page), x, y, width, height)
    except ValueError as cause:
        raise MalformedError(
            f"{text!r} is no place on a page: {cause}",
            hint="Write PAGE,X,Y,WIDTH,HEIGHT in millimetres from the lower left.",
        ) from cause


def outcome_json(outcome: Outcome, order: Order) -> dict[str, Any]:
    """What became of a file, as `--json` prints it."""
    told: dict[str, Any] = {"file": str(outcome.job.source)}
    if outcome.failure is not None:
        failure = outcome.failure
        return told | {
            "error": failure.code,
            "text": failure.text,
            "hint": failure.hint,
        }
    levels = [outcome.level] * (len(order.by) or 1) if outcome.level else []
    return told | {
        "out": str(outcome.job.target),
        "levels": levels,
        "skipped": outcome.skipped,
    }


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
