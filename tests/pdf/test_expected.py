"""The right person: a certificate is held against who was asked to sign."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from digivl.errors import ConfigurationError, MalformedError, WrongSignatoryError
from digivl.pdf.digests import Digest
from digivl.pdf.expected import ExpectedSigner, NumberHash
from digivl.pdf.phases import attributes_to_sign, complete, prepare
from digivl.pdf.signer import SignatureSpec, Signed
from digivl.settings import Limits
from digivl.testing.papers import paper

if TYPE_CHECKING:
    from digivl.signing.softkey import SoftKey

NOW = datetime.now(UTC)


def completed(who: Any, expected: ExpectedSigner) -> Signed:
    """A document that somebody signs while `expected` should."""
    file, target = io.BytesIO(), io.BytesIO()
    spec = SignatureSpec(field="S")
    state = prepare(io.BytesIO(paper()), file, spec, at=NOW, limits=Limits())
    identity = who.identity() if callable(who.identity) else who.identity
    signature = who.sign(attributes_to_sign(state, identity), state.digest)
    try:
        return complete(
            state, file, target, identity, signature, at=NOW, expected=expected
        )
    except BaseException:
        assert b"" == target.getvalue()
        raise


NUMBER = "85073003328"
SOMEBODY = "94022722580"


@pytest.mark.parametrize("stands", [NUMBER, f"PNOBE-{NUMBER}", "85.07.30-033.28"])
def test_the_right_person_signs(person: Any, stands: str) -> None:
    """A number is found however it is written, a name whatever its accents."""
    who = person(stands, "Zoë Proef-De Wit")
    expected = ExpectedSigner(number=NumberHash.of("85.07.30-033.28"), name="zoe proef")

    assert "S" == completed(who, expected).field


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ({"number": NumberHash.of(SOMEBODY)}, "the number"),
        ({"name": "Ann Jansen"}, "the name"),
        ({"certificate": "0" * 64}, "another certificate"),
        ({"number": NumberHash.of(NUMBER), "name": "Jan"}, "the name"),
    ],
)
def test_somebody_else_does_not(
    person: Any, wanted: dict[str, Any], reason: str
) -> None:
    """The certificate is held against who was asked; no text says whose it is."""
    expected = ExpectedSigner(**wanted)
    with pytest.raises(WrongSignatoryError, match=reason) as refused:
        completed(person(), expected)

    told = refused.value.diagnostics() + repr(expected)
    assert not any(one in told for one in (NUMBER, SOMEBODY, "Proef"))


def test_one_certificate_can_be_expected(person: Any) -> None:
    """The SHA-256 of a certificate names exactly that one."""
    who = person()
    sha256 = Digest.SHA256.of(who.identity.certificate).hex()

    completed(who, ExpectedSigner(certificate=sha256))


def test_no_number_on_the_certificate_fits_none(minister: SoftKey) -> None:
    """A certificate without number is nobody's in particular."""
    expected = ExpectedSigner(number=NumberHash.of(NUMBER))

    with pytest.raises(WrongSignatoryError):
        completed(minister, expected)


@pytest.mark.parametrize("nothing", [{}, {"name": " , "}])
def test_nobody_cannot_be_expected(nothing: dict[str, Any]) -> None:
    """A check that lets everybody through is a mistake."""
    with pytest.raises(ConfigurationError, match="nobody is expected"):
        ExpectedSigner(**nothing)
    with pytest.raises(ValueError, match="64 hexadecimal"):
        ExpectedSigner(certificate="abc")


def test_only_certificates_are_looked_at() -> None:
    """What is no certificate is nobody's."""
    with pytest.raises(MalformedError):
        ExpectedSigner(name="Ann").check(b"garbage")


def test_a_hash_can_be_kept_and_made_again() -> None:
    """Salt and hash are plain bytes; another salt gives another hash."""
    kept = NumberHash.of(NUMBER)

    assert kept == NumberHash.of("85 07 30 033 28", kept.salt)
    assert kept.sha256 != NumberHash.of(NUMBER).sha256
    assert (True, False) == (kept.fits(NUMBER), kept.fits(SOMEBODY))
