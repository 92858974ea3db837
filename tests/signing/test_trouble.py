"""Whatever goes wrong while somebody signs, the flow is in a state that can go on."""

from __future__ import annotations

from typing import Any, BinaryIO

import attrs
import pytest

from digivl.errors import (
    BackendUnavailableError,
    CertificateNotValidError,
    ChangedFileError,
    ConsentExpiredError,
    CorruptDocumentError,
    DigivlError,
    KeyUnusableError,
    StaleRecordError,
    StepNotAllowedError,
    WrongPINError,
)
from digivl.pdf.digests import Digest
from digivl.pdf.signer import Identity, Signed
from digivl.signing.files import FileSigning
from digivl.signing.means import SigningMeans
from digivl.signing.model import FlowState
from digivl.testing.council import CABINET
from digivl.testing.desk import DEPUTY, MINISTER, PRESIDENT, Desk, signs
from digivl.testing.tsa import Fault, TSASimulator


@attrs.frozen
class Failing:
    """A means that fails as it is told, before or while it signs."""

    means: SigningMeans
    error: Exception
    at_once: bool = False

    @property
    def name(self) -> str:
        """That of the means."""
        return self.means.name

    def identity(self) -> Identity:
        """That of the means, or the error."""
        if self.at_once:
            raise self.error
        return self.means.identity()

    def sign(self, message: bytes, digest: Digest) -> bytes:
        """The error."""
        raise self.error


TROUBLE: dict[str, Exception] = {
    "wrong PIN": WrongPINError("the PIN is wrong, 2 tries are left"),
    "card removed": KeyUnusableError("the card was taken out"),
    "SAD expired": ConsentExpiredError("the consent to sign is over"),
    "certificate revoked": CertificateNotValidError("the certificate is revoked"),
    "service away": BackendUnavailableError("csc", "no answer"),
}


def signs_after(desk: Desk, flow: str) -> None:
    """The flow waits for the same party as before, which signs it now."""
    assert FlowState.TO_BE_SIGNED is desk.signing.read(flow).record.state
    assert [("minister-1", "ondertekenen")] == desk.asked(flow)
    assert ("minister-1", "ondertekenen") == desk.holder()
    assert ["start"] == desk.history(flow)
    signed = desk.signing.sign(flow, by=MINISTER)
    assert FlowState.SIGNED is signed.record.state


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("what", TROUBLE)
def test_the_means_fails(what: str, at_once: bool, desk: Desk) -> None:  # noqa: FBT001
    """Nothing was written, and it can be tried again."""
    flow, works = desk.flow(signs(MINISTER)).id, desk.means["minister"]
    desk.means["minister"] = Failing(works, TROUBLE[what], at_once)
    with pytest.raises(type(TROUBLE[what])) as told:
        desk.signing.sign(flow, by=MINISTER)
    assert isinstance(told.value, DigivlError)

    desk.means["minister"] = works
    signs_after(desk, flow)


def test_no_authority_answers(desk: Desk, tsa: TSASimulator) -> None:
    """The signature is not kept without its timestamp."""
    flow = desk.flow(signs(MINISTER)).id
    tsa.fault = Fault.GARBAGE
    with pytest.raises(DigivlError):
        desk.signing.sign(flow, by=MINISTER)

    tsa.fault = None
    signs_after(desk, flow)


def test_certificate_that_expired(desk: Desk) -> None:
    """Refused before anything is signed; a valid one signs."""
    flow = desk.flow(signs(MINISTER)).id
    desk.wait(days=365 * 30)
    with pytest.raises(CertificateNotValidError):
        desk.signing.sign(flow, by=MINISTER)

    desk.wait(days=-365 * 30)
    signs_after(desk, flow)


def test_another_takes_over_after_trouble(desk: Desk) -> None:
    """Who has no card any more hands on; or who started it names another."""
    flow = desk.flow(signs(MINISTER)).id
    works = desk.means["minister"]
    desk.means["minister"] = Failing(works, TROUBLE["card removed"])
    with pytest.raises(KeyUnusableError):
        desk.signing.sign(flow, by=MINISTER)

    desk.signing.delegate(flow, DEPUTY, means="secretary", by=MINISTER)

    assert FlowState.SIGNED is desk.signing.sign(flow, by=DEPUTY).record.state


def test_stored_bytes_that_changed(desk: Desk) -> None:
    """Corrupt bytes are not signed; once they are put back it goes on."""
    flow = desk.flow(signs(MINISTER))
    (file,) = [
        path
        for path in desk.vl.folder.rglob("*")
        if path.is_file() and flow.record.current[:20] in str(path).replace("/", "")
    ]
    content, mode = file.read_bytes(), file.stat().st_mode
    file.chmod(0o600)
    file.write_bytes(content.replace(b"Besluit", b"Besluix"))
    with pytest.raises(CorruptDocumentError):
        desk.signing.sign(flow.id, by=MINISTER)

    file.write_bytes(content)
    file.chmod(mode)
    signs_after(desk, flow.id)


def tampered(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> str:
    """A flow whose signed file is another one than was to be signed."""
    flow = desk.flow(signs(MINISTER), signs(PRESIDENT)).id
    real = FileSigning.sign

    def changed(
        self: FileSigning, source: BinaryIO, target: BinaryIO, **how: Any
    ) -> Signed:
        made = real(self, source, target, **how)
        target.seek(20)
        target.write(b"x")
        return made

    monkeypatch.setattr(FileSigning, "sign", changed)
    with pytest.raises(ChangedFileError) as told:
        desk.signing.sign(flow, by=MINISTER)
    assert "go on" in told.value.hint
    monkeypatch.undo()
    return flow


def test_signed_something_else(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not accepted: who started it looks at it, and lets it go on."""
    flow = tampered(desk, monkeypatch)

    failed = desk.signing.read(flow)
    assert FlowState.VALIDATION_FAILED is failed.record.state
    assert "begint anders" in failed.record.problem
    assert [("kabinet-1", "nakijken wat getekend terugkwam")] == desk.asked(flow)
    assert "kabinet-1" == desk.holder()[0]
    with pytest.raises(StepNotAllowedError):
        desk.signing.sign(flow, by=MINISTER)

    desk.signing.go_on(flow, by=CABINET, reason="andere kaartlezer")
    assert "" == desk.signing.read(flow).record.problem
    desk.signing.sign(flow, by=MINISTER)
    assert FlowState.SIGNED is desk.signing.sign(flow, by=PRESIDENT).record.state


def test_a_failed_one_is_renewed_or_cancelled(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other ways on."""
    one, two = tampered(desk, monkeypatch), tampered(desk, monkeypatch)
    desk.renewed(desk.signing.read(one).record.document)

    desk.signing.renew(one, by=CABINET)
    desk.signing.cancel(two, by=CABINET, reason="fout")

    assert FlowState.TO_BE_SIGNED is desk.signing.read(one).record.state
    assert [] == desk.asked(two)


def test_a_turn_in_rounds(desk: Desk) -> None:
    """A means that needs time signs what the turn named; the flow may not move on."""
    both = [signs(MINISTER), signs(DEPUTY)]
    flow = desk.signing.start(desk.document(), [both], by=CABINET).id
    turn = desk.signing.turn(flow, by=MINISTER, identified="itsme")
    assert "Ondertekend als Minister van Jeugd" == turn.reason
    from digivl.documents.disk import scratch

    with desk.vl.documents.opened(turn.flow.record.current) as source, scratch() as to:
        made = desk.signing.sign_file(
            source, to, means="minister", field=turn.field, reason=turn.reason
        )
        certificate = desk.means["minister"].identity().certificate
        to.seek(0)
        desk.signing.shown(flow, by=DEPUTY, face="web")
        with pytest.raises(StaleRecordError):
            desk.signing.finish(turn, to, made, certificate)
        again = desk.signing.turn(flow, by=MINISTER)
        to.seek(0)
        signed = desk.signing.finish(again, to, made, certificate)

    assert FlowState.PARTLY_SIGNED is signed.record.state
