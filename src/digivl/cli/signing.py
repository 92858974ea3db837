"""What `digivl sign` does with each file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from digivl.app import Digivl
from digivl.cli.files import is_there, reading, written
from digivl.cli.flowtold import staff
from digivl.documents.model import DECISION_REPORT
from digivl.errors import MalformedError, StorageError
from digivl.kernel.parties import Party
from digivl.pdf.levels import Level
from digivl.pdf.spec import Box, Certification, FieldLock, Lock, Visible
from digivl.signing.batch import By, Order, Outcome
from digivl.signing.model import Signatory


def signatories(means: Sequence[str]) -> list[Signatory]:
    """Who signs, in order: a means, and the function it signs as behind ``=``.

    Raises:
        MalformedError: One stands there twice.
    """
    pairs = [one.partition("=") for one in means]
    signers = [
        Signatory(party=staff(label or name), means=name) for name, _, label in pairs
    ]
    if len({one.party.id for one in signers}) < len(signers):
        raise MalformedError(
            "the same signatory stands twice",
            hint="Say as who each signs: --means minister='Minister van Jeugd'.",
        )
    return signers


def checked(
    vl: Digivl,
    files: Sequence[Path],
    out: Path,
    signers: Sequence[Signatory],
    *,
    resume: bool = False,
) -> None:
    """See that the means exist and that nothing is overwritten, before any act.

    Args:
        vl: The office.
        files: What is signed.
        out: Where it goes.
        signers: Who signs.
        resume: True where files may be there already, from the same batch.

    Raises:
        MalformedError: A means would sign twice.
        ConfigurationError: There is no such means.
        StorageError: A signed file would take the place of another one.
    """
    means = [one.means for one in signers]
    if len({*means}) < len(means):
        raise MalformedError(
            "the same signing means stands twice",
            hint="With one key nobody signs a document twice: name each means once.",
        )
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
    vl: Digivl,
    file: Path,
    out: Path,
    signers: Sequence[Signatory],
    accepted: Mapping[str, str],
    by: Party,
) -> dict[str, Any]:
    """Dossier, code, signatures, register: the whole of it, for one file."""
    with written(out) as target:
        with reading(file) as content:
            # Before there is a dossier: what nobody may sign leaves none behind.
            vl.files.look(content, accepted)
            content.seek(0)
            kept = vl.documents.keep(content)
        dossier = vl.dossiers.open(file.stem, by=by)
        with vl.documents.opened(kept.sha256) as content:
            document = vl.documents.add(
                dossier.id, content, title=file.stem, type=DECISION_REPORT, by=by
            )
        coded = vl.register.stamp(document.id, by=by)
        flow = vl.signing.start(document.id, signers, by=by, accepted=accepted)
        for signer in signers:
            flow = vl.signing.sign(flow.id, by=signer.party)
        registered = vl.register.register(flow.id, by=by)
        vl.documents.store.fetch(flow.record.current, target)
    return {
        "dossier": dossier.id,
        "document": document.id,
        "code": coded.code.printed,
        "link": coded.code.link(vl.settings.code.host),
        "page_added": coded.added_page,
        "sha256": flow.record.current,
        "signatures": [attrs.asdict(one) for one in registered.record.signatures],
    }


@attrs.frozen(kw_only=True)
class Looks:
    """How the signatures stand in each file, as it was asked.

    The first signature certifies, the last one locks; each field and each place is for
    the signature in the same order.

    Attributes:
        every: What holds for all of them, in the words of `FileSigning.sign`.
        certify: Name of what may still be done; None certifies nothing.
        lock: Which fields are closed.
        boxes: Where the signatures can be seen; those without one are invisible.
        text: What stands there; nothing is who signed and when.
        fields: Names of the signature fields; the others are numbered.
    """

    every: Mapping[str, Any]
    certify: str | None
    lock: FieldLock | None
    boxes: Sequence[Box | None]
    text: Sequence[str]
    fields: Sequence[str]

    def order(self, signers: Sequence[Signatory], level: Level | None) -> Order:
        """What is done with each file.

        Args:
            signers: Who signs; nobody upgrades.
            level: What is reached; None is the level of the settings.

        Raises:
            MalformedError: More places or fields than signatures.
        """
        for asked, option in ((self.boxes, "--visible"), (self.fields, "--field")):
            if len(asked) > len(signers):
                raise MalformedError(
                    f"there are more places ({option}) than signatures",
                    hint="Name one for each --means, in the same order.",
                )
        last = len(signers) - 1
        return Order(
            tuple(
                self._by(one.means, number, is_last=number == last)
                for number, one in enumerate(signers)
            ),
            level,
        )

    def _by(self, means: str, number: int, *, is_last: bool) -> By:
        look = {name: one for name, one in self.every.items() if one}
        if number == 0 and self.certify is not None:
            look["certify"] = Certification[self.certify]
        if is_last and self.lock is not None:
            look["lock"] = self.lock
        if number < len(self.boxes):
            look["visible"] = Visible(tuple(self.text), self.boxes[number])
        if number < len(self.fields):
            return By(means, self.fields[number], look)
        return By(means, look=look)


def boxes(places: Sequence[str]) -> list[Box | None]:
    """Where signatures stand, as the user writes it; None is the place of the field.

    Raises:
        MalformedError: One is neither ``field`` nor five numbers.
    """
    return [None if place == "field" else _box(place) for place in places]


def _box(text: str) -> Box:
    try:
        page, *sides = text.split(",")
        x, y, width, height = map(float, sides)
        return Box(int(page), x, y, width, height)
    except ValueError as cause:
        raise MalformedError(
            f"{text!r} is no place on a page: {cause}",
            hint="Write PAGE,X,Y,WIDTH,HEIGHT in millimetres from the lower left.",
        ) from cause


def lock_of(
    everything: bool,  # noqa: FBT001 - as typer gives it
    only: Sequence[str] | None,
    but: Sequence[str] | None,
) -> FieldLock | None:
    """Which fields of the form the last signature closes.

    Raises:
        MalformedError: Several ways to say it at once.
    """
    if sum(map(bool, (everything, only, but))) > 1:
        raise MalformedError(
            "--lock, --lock-field and --lock-all-but each say what is locked",
            hint="Give one of them.",
        )
    if everything:
        return FieldLock()
    if but:
        return FieldLock(Lock.ALL_BUT, tuple(but))
    return FieldLock(Lock.ONLY, tuple(only)) if only else None


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
