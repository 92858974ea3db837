"""What the tests of the PDF room share."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from digivl.pdf.signer import SignatureSpec, Signed, sign
from digivl.settings import Limits
from digivl.testing.papers import paper

if TYPE_CHECKING:
    from collections.abc import Callable

    from digivl.signing.softkey import SoftKey
    from digivl.testing.tsa import TSASimulator

    Contents = Callable[[bytes], bytes]
    Sign = Callable[..., tuple[bytes, Signed]]


@pytest.fixture(name="sign_bytes")
def _sign_bytes() -> Sign:
    """Signs bytes and gives bytes; `at` is now unless a test says otherwise."""

    def work(
        content: bytes,
        key: SoftKey,
        field: str = "Signature",
        tsa: TSASimulator | None = None,
        at: datetime | None = None,
    ) -> tuple[bytes, Signed]:
        target = io.BytesIO()
        signed = sign(
            io.BytesIO(content),
            target,
            SignatureSpec(field=field, reason="Akkoord", location="Brussel"),
            key.identity(),
            key.sign,
            at=at or datetime.now(UTC),
            timestamp=tsa.answer if tsa else None,
            limits=Limits(),
        )
        return target.getvalue(), signed

    return work


@pytest.fixture(name="twice_signed")
def _twice_signed(
    sign_bytes: Sign, minister: SoftKey, secretary: SoftKey, tsa: TSASimulator
) -> bytes:
    """A paper signed by two signatories, both at level B-T."""
    once, _ = sign_bytes(paper(), minister, "Minister", tsa)
    twice, _ = sign_bytes(once, secretary, "Secretary", tsa)
    return twice


@pytest.fixture(name="contents", scope="session")
def _contents() -> Contents:
    """The container of the last signature of a file."""

    def work(signed: bytes) -> bytes:
        start = signed.rindex(b"/Contents <") + len(b"/Contents <")
        return bytes.fromhex(signed[start : signed.index(b">", start)].decode())

    return work
