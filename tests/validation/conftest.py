"""What the tests of the validation room share."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from digivl.pdf.signer import SignatureSpec, sign
from digivl.settings import Limits
from digivl.testing.papers import paper
from digivl.validation.engine import validate
from digivl.validation.trust import Trust

if TYPE_CHECKING:
    from collections.abc import Callable

    from digivl.signing.development import DevelopmentKeys
    from digivl.signing.softkey import SoftKey
    from digivl.testing.tsa import TSASimulator
    from digivl.validation.verdict import FileVerdict


@pytest.fixture(name="trust", scope="session")
def _trust(development_keys: DevelopmentKeys) -> Trust:
    """The development authority is trusted, as its own office does."""
    return Trust.from_pem([development_keys.authority])


@pytest.fixture(name="judged", scope="session")
def _judged(trust: Trust) -> Callable[..., FileVerdict]:
    """Gives the verdict over bytes; now and with trust unless a test says otherwise."""

    def work(
        content: bytes, *, trust: Trust = trust, at: datetime | None = None
    ) -> FileVerdict:
        moment = at or datetime.now(UTC)
        stream = io.BytesIO(content)
        return validate(stream, name="f.pdf", trust=trust, at=moment, limits=Limits())

    return work


@pytest.fixture(name="signed", scope="session")
def _signed(
    development_keys: DevelopmentKeys, minister: SoftKey, secretary: SoftKey
) -> Callable[..., bytes]:
    """Signs bytes by one or both signatories, at level B-T or B-B."""
    from digivl.testing.tsa import TSASimulator

    file = development_keys.timestamps
    tsa = TSASimulator.from_pkcs12(file.path, file.password())

    def work(
        content: bytes = b"",
        *,
        field: str = "Minister",
        stamped: TSASimulator | None = tsa,
    ) -> bytes:
        key = secretary if field == "Secretary" else minister
        target = io.BytesIO()
        sign(
            io.BytesIO(content or paper()),
            target,
            SignatureSpec(field=field),
            key.identity(),
            key.sign,
            at=datetime.now(UTC),
            timestamp=stamped.answer if stamped else None,
            limits=Limits(),
        )
        return target.getvalue()

    return work


@pytest.fixture(name="twice", scope="session")
def _twice(signed: Callable[..., bytes]) -> bytes:
    """A paper with two signatures at level B-T."""
    return signed(signed(), field="Secretary")
