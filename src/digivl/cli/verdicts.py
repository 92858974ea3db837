"""What `digivl validate` and `digivl verify` find, and how they say it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self

import attrs

from digivl.app import Digivl
from digivl.cli.files import is_there, reading
from digivl.cli.output import local, print_facts
from digivl.errors import DigivlError
from digivl.office import SETTINGS
from digivl.settings import Limits, Settings
from digivl.validation.engine import validate
from digivl.validation.trust import Trust
from digivl.validation.verdict import FileVerdict, Indication
from digivl.verification.model import CopyOutcome, Verification, VerifyOutcome

_LONGEST_PATH: Final = 1_000


def pdf_itself(what: str) -> Path | None:
    """The file that `what` names, when it is a PDF: it is its own copy."""
    path = Path(what)
    if len(what) > _LONGEST_PATH or "://" in what or not is_there(path):
        return None
    with reading(path) as file:
        return path if b"%PDF-" in file.read(1024) else None


@attrs.frozen
class Judge:
    """Gives verdicts; every file gets one, also what cannot be opened."""

    trust: Trust
    at: datetime
    limits: Limits

    @classmethod
    def of(cls, office: Path, roots: Sequence[Path], at: datetime) -> Self:
        """By the settings of the office, where there is one; `roots` take precedence.

        Raises:
            ConfigurationError: Its settings or a file with roots cannot be read.
        """
        settings = Settings()
        if is_there(office / SETTINGS):
            settings = Settings.from_toml(office / SETTINGS)
        trusted = roots or [office / file for file in settings.trust]
        return cls(Trust.from_pem(trusted), at, settings.limits)

    def verdict(self, file: Path) -> FileVerdict:
        """What holds of one file."""
        try:
            with reading(file) as source:
                return validate(
                    source,
                    name=str(file),
                    trust=self.trust,
                    at=self.at,
                    limits=self.limits,
                )
        except DigivlError as error:
            return FileVerdict(
                file=str(file),
                indication=Indication.REFUSED,
                code=error.code,
                reason=error.diagnostics(),
            )


def code_text(vl: Digivl, what: str) -> str:
    """The code itself, or the one on an image or in a PDF of that name."""
    path = Path(what)
    if not (is_there(path) and path.is_file()):
        return what
    from digivl.verification.scan import code_text as scanned

    return scanned(path, host=vl.settings.code.host, limits=vl.settings.limits)


def is_good(found: Verification) -> bool:
    """True when it is authentic, and so is the copy if there is one."""
    identical = found.copy in (None, CopyOutcome.IDENTICAL)
    return found.outcome is VerifyOutcome.AUTHENTIC and identical


def verification_json(found: Verification) -> dict[str, Any]:
    """What `verify --json` prints; the digests stand under `document`."""
    document = found.document
    facts = None
    if document is not None:
        facts = attrs.asdict(document, recurse=True)
        facts["state"] = document.state.value
        del facts["dossier"]
    return {
        "outcome": found.outcome.name,
        "text": found.outcome.value,
        "copy": found.copy.name if found.copy else None,
        "at": found.at,
        "document": facts,
    }


def print_verification(found: Verification) -> None:
    """The answer as a citizen reads it, in Dutch."""
    facts = {"Nagegaan op": local(found.at)}
    document = found.document
    if document is not None:
        facts |= {"Titel": document.title, "Uitgereikt door": document.issuer}
        facts |= {
            f"Getekend door ({number})": f"{one.function}, {local(one.at)}, {one.level}"
            for number, one in enumerate(document.signatures, start=1)
        }
        if document.pages:
            facts["Bladzijden"] = str(document.pages)
        if document.development:
            facts["Let op"] = "ontwikkeling, geen rechtswaarde"
    if found.copy is not None:
        facts["Uw exemplaar"] = found.copy.value
    print_facts(found.outcome.value, facts)
