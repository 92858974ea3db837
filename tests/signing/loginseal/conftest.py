"""Somebody who logged in, and an office with a document for it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
import pytest

from digivl import Digivl
from digivl.documents.model import NOTA
from digivl.dossiers.model import DOSSIER
from digivl.kernel.identifiers import INSZ, URI
from digivl.kernel.kinds import Ref
from digivl.kernel.personal import Personal
from digivl.records.entries import Entry
from digivl.signing.loginseal.model import Authentication, LoginSeal
from digivl.testing import route
from digivl.testing.papers import paper
from digivl.testing.route import Scene

TEXT = "Ik heb het document gelezen en ga akkoord."


@attrs.frozen
class Desk:
    """An office, a dossier with one document, and who logged in."""

    vl: Digivl
    document: str

    @property
    def login(self) -> Authentication:
        """Of a minute ago."""
        return Authentication(
            provider="ACM/IDM",
            method="eID",
            level=URI("urn:be:vlaanderen:acm:zekerheidsniveau:hoog"),
            session="s-4711",
            at=self.vl.clock() - timedelta(minutes=1),
            person=Personal("Test Burger"),
            number=Personal(INSZ("85073003328")),
            second_factor="code per sms",
            client=Personal("192.0.2.1, testprogramma"),
        )

    @property
    def latest(self) -> str:
        """SHA-256 of the last version."""
        return self.vl.documents.read(self.document).record.latest.sha256

    def seal(self, **changes: Any) -> Entry[LoginSeal]:
        """Seal the document, with these changes to what is usual."""
        usual: dict[str, Any] = {
            "authentication": self.login,
            "shown": self.latest,
            "text": TEXT,
            "means": "zegel",
            "by": route.MINISTER,
        }
        given = usual | changes
        return self.vl.login_seals.seal(self.document, **given)

    def seal_file(self, content: bytes, **changes: Any) -> tuple[bytes, str]:
        """Seal a file; gives it, and the id of the seal."""
        target = io.BytesIO()
        usual: dict[str, Any] = {
            "authentication": self.login,
            "shown": hashlib.sha256(content).hexdigest(),
            "text": TEXT,
            "title": "Overeenkomst",
            "means": "zegel",
            "by": route.MINISTER,
        }
        given = usual | changes
        try:
            entry = self.vl.login_seals.seal_file(io.BytesIO(content), target, **given)
        except BaseException:
            assert b"" == target.getvalue()
            raise
        return target.getvalue(), entry.id

    def bytes_of(self, sha256: str) -> bytes:
        """A version, whole."""
        with self.vl.documents.opened(sha256) as file:
            return file.read()

    def evidence(self, id: str) -> bytes:
        """The evidence of a seal, as who sealed."""
        return self.vl.login_seals.evidence(id, by=route.MINISTER)

    def history(self, kind: Any, ref: Ref) -> list[str]:
        """The acts on a record."""
        return [one.action for one in self.vl.book.history(kind, ref.id)]


@pytest.fixture(name="desk")
def _desk(scene_at: Callable[..., Scene]) -> Desk:
    """A document that the minister has before it, in no signing flow."""
    vl = scene_at("opened").vl
    opened = vl.dossiers.open("Overeenkomst", by=route.CABINET).id
    document = vl.documents.add(
        opened,
        io.BytesIO(paper()),
        title="Overeenkomst",
        type=NOTA,
        by=route.CABINET,
    )
    vl.custody.hand_over(DOSSIER.ref(opened), route.MINISTER, by=route.CABINET)
    return Desk(vl, document.id)
