"""What happened in the demo, as the book tells it, and the checks after it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final, Self

import attrs

from digivl.app import Digivl
from digivl.cli.files import reading, written
from digivl.cli.labels import accompanies, kind_named, label, result
from digivl.cli.output import local, print_facts, print_table, say, tell
from digivl.cli.verdicts import verification_json
from digivl.documents.model import DOCUMENT, Origin
from digivl.kernel.kinds import Ref
from digivl.office import OUTSIDE
from digivl.plugins.hookspecs import hookimpl
from digivl.records.entries import AnyEntry
from digivl.records.port import Query
from digivl.testing.route import DECISION
from digivl.verification.code import VerificationCode
from digivl.verification.model import CopyOutcome, Verification, VerifyOutcome

_FILE_NAMES: Final = {
    Origin.RECEIVED: "ontvangen",
    Origin.STAMPED: "met-qr-code",
    Origin.SIGNED: "getekend",
}


@attrs.frozen(eq=False)
class Announcer:
    """A listener like anyone's: tells each act as it is written."""

    @hookimpl
    def digivl_recorded(self, entry: AnyEntry) -> None:
        """Told after each act."""
        if not accompanies(entry):
            who = f"{local(entry.at)[11:]}  {entry.actor}"
            tell(f"{who}: {label(entry)}, {result(entry)}", "dim")


@attrs.frozen(kw_only=True)
class Check:
    """One verification at the end, and what it should say."""

    name: str
    found: Verification
    wanted: tuple[VerifyOutcome, CopyOutcome | None]
    file: Path | None = None

    @property
    def as_expected(self) -> bool:
        """True when it says what it should."""
        return (self.found.outcome, self.found.copy) == self.wanted

    @property
    def text(self) -> str:
        """What was found, in Dutch."""
        copy = self.found.copy
        return self.found.outcome.value if copy is None else copy.value


@attrs.frozen(kw_only=True)
class Story:
    """What happened on the route, as the book tells it, and the checks after it."""

    office: Path
    dossier: Ref
    entries: Sequence[AnyEntry]
    files: dict[str, Path]
    checks: Sequence[Check]
    received: Sequence[Path]
    code: str

    @classmethod
    def told(cls, vl: Digivl, dossier: Ref, office: Path) -> Self:
        """Read it from the book; write every version of the document to a file."""
        entries = _entries(vl, dossier)
        files = _exported(vl, entries, office / "demo" / dossier.id[:8])
        final = list(files)[-1]
        code = vl.register.code_of(final)
        return cls(
            office=office,
            dossier=dossier,
            entries=entries,
            files=files,
            checks=_checks(vl, code, files[final]),
            received=sorted((office / OUTSIDE / "magda").glob("*.json")),
            code=code.printed,
        )

    @property
    def as_expected(self) -> bool:
        """True when every check says what it should."""
        return all(check.as_expected for check in self.checks)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Step, who, when, result and file of each act."""
        for entry in self.entries:
            if not accompanies(entry):
                yield {
                    "step": label(entry),
                    "who": str(entry.actor),
                    "when": entry.at,
                    "result": result(entry),
                    "file": self._file(entry),
                }
        for check in self.checks:
            yield {
                "step": f"Controle: {check.name}",
                "who": "Burger",
                "when": check.found.at,
                "result": check.text,
                "file": check.file,
            }

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        checks = [
            {"name": c.name, "as_expected": c.as_expected, **verification_json(c.found)}
            for c in self.checks
        ]
        return {
            "office": self.office,
            "dossier": self.dossier.id,
            "code": self.code,
            "steps": list(self.rows()),
            "files": list(self.files.values()),
            "received": list(self.received),
            "checks": checks,
            "as_expected": self.as_expected,
        }

    def print(self, seconds: float) -> None:
        """For people: the table, then where everything is."""
        columns = ("Stap", "Wie", "Wanneer", "Resultaat", "Bestand")
        rows = [
            (
                row["step"],
                row["who"],
                local(row["when"])[11:],
                row["result"],
                row["file"].name if row["file"] else "",
            )
            for row in self.rows()
        ]
        print_table("De hele weg van één document", columns, rows)
        folder = next(iter(self.files.values())).parent
        facts = {
            "Kantoor": str(self.office),
            "Dossier": self.dossier.id,
            "Controlecode": self.code,
            "Documenten": str(folder),
            "Bij MAGDA": str(self.office / OUTSIDE / "magda"),
        }
        print_facts("Gemaakt", facts)
        say("Ontwikkeling: niets hiervan heeft rechtswaarde.")
        verdict = "Alles klopt" if self.as_expected else "Niet alles klopt"
        say(f"{verdict}, in {seconds:.1f} seconden.", "bold")

    def _file(self, entry: AnyEntry) -> Path | None:
        if entry.kind is DOCUMENT:
            return self.files.get(entry.record.latest.sha256)
        if entry.action == "sign":
            return self.files[entry.record.current]
        return None


def _entries(vl: Digivl, dossier: Ref) -> list[AnyEntry]:
    refs = [dossier, *(row.ref for row in vl.book.rows(Query(dossier=dossier.id)))]
    told = [e for ref in refs for e in vl.book.history(kind_named(ref.kind), ref.id)]
    return sorted(told, key=lambda entry: entry.number)


def _exported(vl: Digivl, entries: Sequence[AnyEntry], folder: Path) -> dict[str, Path]:
    """Every version of what was decided in a file of its own, by SHA-256."""
    documents = {e.id: e for e in entries if e.kind is DOCUMENT}.values()
    document = next(e for e in documents if e.record.type == DECISION)
    files: dict[str, Path] = {}
    for number, version in enumerate(document.record.versions, start=1):
        path = folder / f"{number}-{_FILE_NAMES[version.origin]}.pdf"
        with written(path) as target:
            vl.documents.store.fetch(version.sha256, target)
        files[version.sha256] = path
    return files


def _checks(vl: Digivl, code: VerificationCode, final: Path) -> list[Check]:
    changed = final.with_name("gewijzigde-kopie.pdf")
    with reading(final) as source, written(changed) as target:
        target.write(_altered(source))
    return [
        _check(vl, "echte kopie", code, final, CopyOutcome.IDENTICAL),
        _check(vl, "gewijzigde kopie", code, changed, CopyOutcome.DIFFERENT),
        Check(
            name="onbekende code",
            found=vl.register.verify(VerificationCode.fresh().printed),
            wanted=(VerifyOutcome.UNKNOWN, None),
        ),
    ]


def _check(
    vl: Digivl, name: str, code: VerificationCode, copy: Path, wanted: CopyOutcome
) -> Check:
    link = code.link(vl.settings.code.host)
    with reading(copy) as file:
        found = vl.register.verify(link, file)
    return Check(
        name=name, found=found, wanted=(VerifyOutcome.AUTHENTIC, wanted), file=copy
    )


def _altered(source: BinaryIO) -> bytes:
    """The same file with one bit of its content turned."""
    content = bytearray(source.read())
    content[len(content) // 3] ^= 1
    return bytes(content)
