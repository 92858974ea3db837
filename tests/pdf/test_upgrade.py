"""Documents that were signed before are brought to a higher level, and renewed."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from digivl.errors import (
    BackendUnavailableError,
    CertificateRevokedError,
    SigningError,
    UnreadablePDFError,
)
from digivl.pdf.levels import Level
from digivl.pdf.signer import SignatureSpec, sign
from digivl.pdf.spec import Certification, FieldLock
from digivl.pdf.upgrade import Upgraded, upgrade
from digivl.settings import Limits
from digivl.signing.softkey import SoftKey
from digivl.testing.papers import paper
from digivl.testing.pki import PASSWORD
from digivl.testing.tsa import TSASimulator
from digivl.validation.engine import validate
from digivl.validation.trust import Trust

if TYPE_CHECKING:
    from collections.abc import Callable

    from digivl.signing.revocation import Revocation
    from digivl.testing.pki import PKI

Sign = Any


@attrs.frozen
class Bench:
    """What a test needs to sign and to go on from there."""

    pki: PKI
    revocation: Revocation
    stamps: TSASimulator

    def key(self, name: str = "signer") -> SoftKey:
        """A key of somebody of that authority."""
        return SoftKey.from_pkcs12(name, self.pki.pkcs12(name), PASSWORD)

    def signed(
        self,
        content: bytes | None = None,
        name: str = "signer",
        *,
        level: Level = Level.B_B,
        **spec: Any,
    ) -> bytes:
        """A document with one more signature."""
        key, target = self.key(name), io.BytesIO()
        sign(
            io.BytesIO(paper() if content is None else content),
            target,
            SignatureSpec(field=name, **spec),
            key.identity(),
            key.sign,
            at=datetime.now(UTC),
            timestamp=None if level is Level.B_B else self.stamps.answer,
            limits=Limits(),
        )
        return target.getvalue()

    def upgraded(
        self, content: bytes, level: Level, **changes: Any
    ) -> tuple[bytes, Upgraded]:
        """The document at a level; nothing when it is refused."""
        target = io.BytesIO()
        given = {
            "timestamp": self.stamps.answer,
            "gather": self.revocation.evidence,
            "at": datetime.now(UTC),
            "limits": Limits(),
            **changes,
        }
        try:
            told = upgrade(io.BytesIO(content), target, level, **given)
        except BaseException:
            assert b"" == target.getvalue()
            raise
        assert told.size == len(target.getvalue())
        return target.getvalue(), told

    def levels(self, content: bytes) -> list[tuple[str, str, tuple[str, ...]]]:
        """Indication, level and later changes of each signature, by our own verdict."""
        root = Trust((self.pki.certificate("root"),))
        at = datetime.now(UTC)
        verdict = validate(
            io.BytesIO(content), name="x", trust=root, at=at, limits=Limits()
        )
        assert all(one.indication == "TOTAL-PASSED" for one in verdict.timestamps)
        return [(one.indication, one.level, one.changes) for one in verdict.signatures]


@pytest.fixture(name="bench")
def _bench(pki: PKI, revocation: Revocation) -> Bench:
    stamps = TSASimulator.from_pkcs12(pki.pkcs12("tsa", "stamping"), PASSWORD)
    return Bench(pki, revocation, stamps)


PASSED = "TOTAL-PASSED"


def test_from_the_bottom_to_the_top(bench: Bench) -> None:
    """B-B to B-T to B-LT to B-LTA, and renewed twice: each step holds."""
    content = bench.signed()
    content, told = bench.upgraded(content, Level.B_T)
    assert ("B-T", 1, True) == (told.level, len(told.timestamps), told.changed)
    for level, stamps in ((Level.B_LT, 0), (Level.B_LTA, 1), (Level.B_LTA, 1)):
        before = content
        content, told = bench.upgraded(content, level)
        assert (level, stamps) == (told.level, len(told.timestamps))
        assert content.startswith(before)
        assert [(PASSED, level, ("LTA",))] == bench.levels(content)


@pytest.mark.parametrize("level", [Level.B_LT, Level.B_LTA])
def test_in_one_step(bench: Bench, level: Level) -> None:
    """From B-B straight up: the timestamp goes within, the rest behind."""
    content, told = bench.upgraded(bench.signed(), level)

    assert [(PASSED, level, ("LTA",))] == bench.levels(content)
    assert (level is Level.B_LTA) + 1 == len(told.timestamps)


@pytest.mark.parametrize("level", [Level.B_T, Level.B_LT])
def test_what_has_the_level_stays_as_it_is(bench: Bench, level: Level) -> None:
    """Asked twice, nothing is added and nobody is asked."""
    content, _ = bench.upgraded(bench.signed(), level)
    bench.pki.asked.clear()
    again, told = bench.upgraded(content, level)

    assert (content, False, ()) == (again, told.changed, told.timestamps)
    assert [] == bench.pki.asked
    assert 1 == bench.stamps.answered


def test_lower_than_it_is_leaves_it(bench: Bench) -> None:
    """An archived document that is asked for B-T or B-LT stays as it is."""
    content, _ = bench.upgraded(bench.signed(), Level.B_LTA)

    for level in (Level.B_T, Level.B_LT):
        assert (content, False) == (
            (told := bench.upgraded(content, level))[0],
            told[1].changed,
        )


def test_without_room_the_timestamp_goes_over_the_document(bench: Bench) -> None:
    """A container that is full gets its timestamp behind it."""
    content = bench.signed(reserved_bytes=2_048)
    stamped, told = bench.upgraded(content, Level.B_T)

    assert stamped.startswith(content)
    assert 1 == len(told.timestamps)
    lasting, _ = bench.upgraded(stamped, Level.B_LTA)
    assert [(PASSED, "B-LTA", ("LTA",))] == bench.levels(lasting)


def test_several_signatures_get_one_timestamp(bench: Bench) -> None:
    """What a later signature covers cannot be stamped within: one over all of it."""
    content = bench.signed(bench.signed(), "card")
    stamped, told = bench.upgraded(content, Level.B_T)
    lasting, _ = bench.upgraded(stamped, Level.B_LT)

    assert (True, 1) == (stamped.startswith(content), len(told.timestamps))
    assert [(PASSED, "B-LT")] * 2 == [one[:2] for one in bench.levels(lasting)]


def test_the_last_of_several_gets_its_own(bench: Bench) -> None:
    """When only the last one lacks a timestamp, it gets one within."""
    content = bench.signed(bench.signed(level=Level.B_T), "card")
    stamped, _ = bench.upgraded(content, Level.B_T)

    assert len(content) == len(stamped)


def test_a_signature_after_the_data_needs_its_own(bench: Bench) -> None:
    """A document at B-LT that was signed again is no longer at B-LT."""
    once, _ = bench.upgraded(bench.signed(), Level.B_LT)
    twice = bench.signed(once, "card", level=Level.B_T)
    lasting, told = bench.upgraded(twice, Level.B_LT)

    assert told.changed
    assert [(PASSED, "B-LT")] * 2 == [one[:2] for one in bench.levels(lasting)]


@pytest.mark.parametrize(
    "spec",
    [{"certify": Certification.NOTHING}, {"lock": FieldLock()}],
    ids=["certified", "locked"],
)
def test_what_allows_nothing_allows_this(bench: Bench, spec: dict[str, Any]) -> None:
    """Validation data and archive timestamps change nothing that was certified."""
    content, _ = bench.upgraded(bench.signed(**spec), Level.B_LTA)
    content, _ = bench.upgraded(content, Level.B_LTA)

    assert [(PASSED, "B-LTA", ("LTA",))] == bench.levels(content)


def test_renewing_adds_what_the_last_timestamp_rests_on(bench: Bench) -> None:
    """First the validation data of the old authority, then the stamp of the new one."""
    content, _ = bench.upgraded(bench.signed(), Level.B_LTA)
    asked: list[bytes] = []

    def gather(certificate: bytes, others: Any, proven: Any) -> Any:
        asked.append(certificate)
        return bench.revocation.evidence(certificate, others, proven)

    second = TSASimulator.from_pkcs12(bench.pki.pkcs12("tsa2", "stamping"), PASSWORD)
    content, told = bench.upgraded(
        content, Level.B_LTA, gather=gather, timestamp=second.answer
    )

    # The signatory is not asked for again: that may be impossible by then.
    assert [bench.pki.certificate("tsa")] == asked
    assert ["Proef TSU 2"] == [one.authority for one in told.timestamps]
    _, again = bench.upgraded(content, Level.B_LTA, gather=gather)
    assert [bench.pki.certificate(name) for name in ("tsa", "tsa2")] == asked
    assert again.changed


def test_a_revoked_signatory_is_refused_first(bench: Bench) -> None:
    """Who was revoked before the timestamp has nothing to keep."""
    content = bench.signed(name="revoked", level=Level.B_T)

    with pytest.raises(CertificateRevokedError, match="was revoked on"):
        bench.upgraded(content, Level.B_LTA)
    assert 1 == bench.stamps.answered


def test_who_was_revoked_later_signed_well(bench: Bench) -> None:
    """A timestamp from before proves that the key was good when it signed."""
    earlier = datetime.now(UTC) - timedelta(days=5)
    bench.stamps.clock = lambda: earlier
    key, target = bench.key("revoked"), io.BytesIO()
    sign(
        io.BytesIO(paper()),
        target,
        SignatureSpec(field="S"),
        key.identity(),
        key.sign,
        at=earlier,
        timestamp=bench.stamps.answer,
        limits=Limits(),
    )

    _, told = bench.upgraded(target.getvalue(), Level.B_LT)
    assert "B-LT" == told.level


def test_nobody_who_tells_is_told(bench: Bench) -> None:
    """Without revocation data there is no B-LT; the error names who was asked."""
    bench.pki.down += ["ocsp", "crls/issuing"]
    with pytest.raises(BackendUnavailableError, match="was revoked; tried") as refused:
        bench.upgraded(bench.signed(level=Level.B_T), Level.B_LT)

    for path in ("ocsp/issuing", "crls/issuing/latest.crl"):
        assert f"{bench.pki.url}/digivl/{path}" in str(refused.value)


def test_no_timestamp_no_upgrade(bench: Bench) -> None:
    """An authority that is down leaves nothing half done."""

    def down(_: bytes) -> bytes:
        raise BackendUnavailableError("tsa", "no answer")

    for level in (Level.B_T, Level.B_LTA):
        with pytest.raises(BackendUnavailableError):
            bench.upgraded(bench.signed(), level, timestamp=down)


def test_only_what_is_signed_is_upgraded(bench: Bench) -> None:
    """There must be something to keep."""
    with pytest.raises(SigningError, match="0 signatures"):
        bench.upgraded(paper(), Level.B_T)
    with pytest.raises(UnreadablePDFError):
        bench.upgraded(b"no PDF", Level.B_T)
    with pytest.raises(ValueError, match="B-T or higher"):
        bench.upgraded(bench.signed(), Level.B_B)


def bent_document(content: bytes) -> bytes:
    """A word of the document changed."""
    return content.replace(b"Besluit", b"Besloot", 1)


def bent_container(content: bytes) -> bytes:
    """A digit within the container changed."""
    place = content.rindex(b"/Contents <") + 600
    return (
        content[:place]
        + (b"0" if content[place] != 48 else b"1")
        + content[place + 1 :]
    )


def bent_range(content: bytes) -> bytes:
    """A byte range that makes no sense."""
    place = content.rindex(b"/ByteRange [0 ") + len(b"/ByteRange [0 ")
    return content[:place] + b"9" + content[place + 1 :]


def bent_place(content: bytes) -> bytes:
    """A byte range that leaves out something else than the container."""
    place = content.rindex(b"/ByteRange [0 ")
    start = content.rindex(b"/Contents <") + len(b"/Contents ")
    old, new = b"[0 %d " % start, b"[0 %d " % (start - 2)
    return content[:place] + content[place:].replace(old, new, 1)


@pytest.mark.parametrize(
    "bend", [bent_document, bent_container, bent_range, bent_place]
)
def test_what_is_broken_is_not_kept(
    bench: Bench, bend: Callable[[bytes], bytes]
) -> None:
    """An archive timestamp over a broken signature would only look good."""
    with pytest.raises(SigningError, match="does not hold"):
        bench.upgraded(bend(bench.signed()), Level.B_LTA)
    assert 0 == bench.stamps.answered


def test_a_broken_timestamp_is_not_kept(bench: Bench) -> None:
    """A document timestamp over something else is no base to build on."""
    content, _ = bench.upgraded(bench.signed(), Level.B_LTA)

    with pytest.raises(SigningError, match="does not hold"):
        bench.upgraded(bent_document(content), Level.B_LTA)
