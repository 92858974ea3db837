"""Files are signed to any level, with the means and authorities of an office."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from digivl import Digivl
from digivl.errors import (
    BackendUnavailableError,
    CertificateNotValidError,
    CertificateRevokedError,
    ConfigurationError,
    WrongSignatoryError,
)
from digivl.kernel.moments import utc_now
from digivl.pdf.expected import ExpectedSigner
from digivl.pdf.levels import Level
from digivl.pdf.signer import Signed
from digivl.pdf.spec import Box, Certification, FieldLock, Visible
from digivl.settings import Backend, Settings, SigningSettings
from digivl.signing.files import FileSigning
from digivl.signing.softkey import SoftKey
from digivl.signing.tsa import Timestamps
from digivl.testing.papers import paper
from digivl.testing.pki import PASSWORD
from digivl.testing.tsa import Fault, TSASimulator
from digivl.validation.engine import validate
from digivl.validation.trust import Trust

if TYPE_CHECKING:
    from pathlib import Path

    from digivl.signing.revocation import Revocation
    from digivl.testing.pki import PKI


@pytest.fixture(name="files")
def _files(pki: PKI, revocation: Revocation) -> FileSigning:
    """Signs with the keys of the authority; a means has the name of who has it."""
    stamps = TSASimulator.from_pkcs12(pki.pkcs12("tsa", "stamping"), PASSWORD)

    def means(name: str) -> SoftKey:
        return SoftKey.from_pkcs12(name, pki.pkcs12(name), PASSWORD)

    return FileSigning(
        means=means,
        timestamps=Timestamps(authorities=(stamps,), clock=utc_now),
        revocation=revocation,
        clock=utc_now,
        limits=Settings().limits,
    )


def signed(
    files: FileSigning, means: str = "signer", **options: Any
) -> tuple[bytes, Signed]:
    """A signed paper; nothing when it is refused."""
    target = io.BytesIO()
    try:
        told = files.sign(
            io.BytesIO(paper()), target, means=means, field="S", **options
        )
    except BaseException:
        assert b"" == target.getvalue()
        raise
    assert told.size == len(target.getvalue())
    return target.getvalue(), told


def levels(pki: PKI, content: bytes) -> list[tuple[str, str]]:
    """Indication and level of each signature."""
    found = validate(
        io.BytesIO(content),
        name="x",
        trust=Trust((pki.certificate("root"),)),
        at=utc_now(),
        limits=Settings().limits,
    )
    return [(one.indication, one.level) for one in found.signatures]


@pytest.mark.parametrize("level", Level)
def test_every_level(pki: PKI, files: FileSigning, level: Level) -> None:
    """From B-B to B-LTA in one call."""
    content, told = signed(files, level=level)

    assert level is told.level
    assert [level] == [one[1] for one in levels(pki, content)]
    if level.reaches(Level.B_LT):
        assert [("TOTAL-PASSED", level)] == levels(pki, content)


def test_the_level_of_the_settings(files: FileSigning) -> None:
    """What is asked counts, else what is set."""
    lasting = attrs.evolve(files, level=Level.B_LTA)

    assert "B-T" == signed(files)[1].level
    assert "B-LTA" == signed(lasting)[1].level
    assert "B-B" == signed(lasting, level=Level.B_B)[1].level


def test_a_batch_asks_once(pki: PKI, files: FileSigning) -> None:
    """Ten documents need the questions of one."""
    signed(files, level=Level.B_LTA)
    asked = len(pki.asked)
    for _ in range(9):
        signed(files, level=Level.B_LTA)

    assert asked == len(pki.asked)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("revoked", CertificateRevokedError),
        ("expired", CertificateNotValidError),
        ("bare", CertificateNotValidError),
    ],
)
def test_nothing_is_signed_with_what_cannot_be_proven(
    files: FileSigning, name: str, error: type[Exception]
) -> None:
    """It is found out before the key signs and before a timestamp is asked."""

    def never(_: bytes, __: Any) -> bytes:
        raise AssertionError

    key = files.means(name)

    class Watched:
        name = "watched"

        def identity(self) -> Any:
            return key.identity()

        sign = staticmethod(never)

    watched = attrs.evolve(files, means=lambda _: Watched())
    with pytest.raises(error):
        signed(watched, level=Level.B_LT)
    stamps: Any = files.timestamps.authorities[0]
    assert 0 == stamps.answered


def test_a_revoked_timestamp_unit_leaves_nothing(pki: PKI, files: FileSigning) -> None:
    """The unit of the timestamp is known late: the file is empty again then."""
    pki.down.append("crls/stamping")

    with pytest.raises(BackendUnavailableError, match="Proef TSU 1"):
        signed(files, level=Level.B_LT)


def test_no_timestamp_no_file(files: FileSigning) -> None:
    """An authority that refuses leaves nothing, at any level but B-B."""
    stamps: Any = files.timestamps.authorities[0]
    stamps.fault = Fault.GARBAGE
    for level in (Level.B_T, Level.B_LTA):
        with pytest.raises(Exception, match="no timestamp"):
            signed(files, level=level)

    assert "B-B" == signed(files, level=Level.B_B)[1].level


def test_the_right_person(files: FileSigning) -> None:
    """Who is expected is looked for before anything is done."""
    with pytest.raises(WrongSignatoryError):
        signed(files, expected=ExpectedSigner(name="Jan Jansen"))

    signed(files, expected=ExpectedSigner(name="Ann Proef"))


def test_a_visible_signature_says_who_and_when(files: FileSigning) -> None:
    """In Dutch, unless other lines are given."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    box = Box(1, 20, 20, 80, 20)
    for lines, shown in (
        ((), "Ondertekend door Ann Proef op "),
        (("Voor akkoord",), "Voor akkoord"),
    ):
        content, _ = signed(files, visible=Visible(lines, box), reason="Akkoord")
        form: Any = PdfFileReader(io.BytesIO(content)).root["/AcroForm"]
        said = form["/Fields"][0].get_object()["/TU"]
        assert said.startswith(shown)
        assert said.endswith(lines[-1] if lines else "Akkoord")


def test_upgrades_too(pki: PKI, files: FileSigning) -> None:
    """What was signed before is brought to the level of the settings, or to another."""
    content, _ = signed(files, level=Level.B_B, certify=Certification.FORMS)
    for level, reached in ((None, "B-T"), (Level.B_LTA, "B-LTA")):
        target = io.BytesIO()
        told = files.upgrade(io.BytesIO(content), target, level=level)
        assert reached == told.level
        content = target.getvalue()

    assert [("TOTAL-PASSED", "B-LTA")] == levels(pki, content)


def office(pki: PKI, folder: Path, **signing: Any) -> Digivl:
    """An office with keys of the authority."""
    Digivl.create(folder / "office").close()
    folder = folder / "office"
    (folder / "password").write_bytes(PASSWORD)
    key = {"file": str(pki.pkcs12("signer")), "password_file": "password"}
    settings = Settings(
        means={"ann": Backend(offer="pkcs12", options=key)},
        authorities={"tsa": Backend(offer="rfc3161", options={"url": pki.tsa()})},
        trust=(str(pki.root_pem()),),
        signing=SigningSettings(private_hosts=("127.0.0.1",), **signing),
    )
    return Digivl.from_settings(settings, folder=folder)


def test_an_office_signs_to_its_level(pki: PKI, tmp_path: Path) -> None:
    """The settings name level, anchors and the hosts that may be asked."""
    with office(pki, tmp_path, level="B-LTA") as vl:
        target = io.BytesIO()
        told = vl.files.sign(
            io.BytesIO(paper()), target, means="ann", field="S", lock=FieldLock()
        )
        verdict = vl.validate(target, "x")

    assert ("B-LTA", "TOTAL-PASSED") == (told.level, verdict.indication)


@pytest.mark.parametrize(("level", "reached"), [("B-LT", "B-LT"), ("B-B", "B-T")])
def test_flows_sign_to_that_level_too(
    pki: PKI, tmp_path: Path, level: str, reached: str
) -> None:
    """A flow is timestamped, whatever the settings say of files."""
    with office(pki, tmp_path, level=level) as vl:
        target = io.BytesIO()
        told = vl.signing.sign_file(io.BytesIO(paper()), target, means="ann", field="S")

    assert reached == told.level


def test_anchors_of_their_own(pki: PKI, tmp_path: Path) -> None:
    """Chains end at the anchors; what validation trusts is another question."""
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import load_der_x509_certificate

    found = load_der_x509_certificate(pki.certificate("card"))
    (file := tmp_path / "else.pem").write_bytes(found.public_bytes(Encoding.PEM))
    with (
        office(pki, tmp_path, level="B-LT", anchors=(str(file),)) as vl,
        pytest.raises(Exception, match="no anchor"),
    ):
        vl.files.sign(io.BytesIO(paper()), io.BytesIO(), means="ann", field="S")


def test_a_level_that_is_none(pki: PKI, tmp_path: Path) -> None:
    """The settings are read with care."""
    with (
        office(pki, tmp_path, level="B-X") as vl,
        pytest.raises(ConfigurationError, match="no level") as refused,
    ):
        _ = vl.files
    assert "B-LTA" in refused.value.hint
