"""What goes to a platform is looked at before it leaves."""

from __future__ import annotations

import io

import pytest

from digivl.errors import UnsafeDocumentError
from digivl.signing.platform.model import PackageState
from digivl.testing.crafted import crafted
from digivl.testing.signinghub_desk import DESK, Desk

S = PackageState


def test_nobody_is_asked_what_cannot_be_seen(desk: Desk) -> None:
    """It is looked at before it leaves; what is accepted is recorded, with why."""
    script = crafted(catalog="/OpenAction << /S /JavaScript /JS (a) >>")
    document = desk.document(content=script)
    with pytest.raises(UnsafeDocumentError):
        desk.send(document)
    assert [] == desk.vl.book.tasks()
    codes = ("javascript", "automatic-action")
    accepted = {document: dict.fromkeys(codes, "nagekeken")}
    package = desk.send(document, accepted=accepted)

    assert "javascript (nagekeken)" in package.reason
    desk.vl.packages.withdraw(package.id, by=DESK, reason="fout")
    assert (
        S.WAITING
        is desk.vl.packages.ask_again(package.id, by=DESK, reason="toch").record.state
    )
    # Another version is looked at again.
    package = desk.send()
    desk.vl.packages.withdraw(package.id, by=DESK, reason="fout")
    (one,) = package.record.documents
    desk.vl.documents.replace(one.document, io.BytesIO(script), by=DESK)
    with pytest.raises(UnsafeDocumentError):
        desk.vl.packages.ask_again(package.id, by=DESK, reason="toch")
