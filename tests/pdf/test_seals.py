"""Whose a certificate is: a person's, or an organisation's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier
from hypothesis import given
from hypothesis import strategies as st

from digivl.pdf.mark import DEVELOPMENT_MARK
from digivl.pdf.seals import is_seal

KEY = ec.generate_private_key(ec.SECP256R1())
STATEMENTS = ObjectIdentifier("1.3.6.1.5.5.7.1.3")
NAMES = {
    "cn": NameOID.COMMON_NAME,
    "o": NameOID.ORGANIZATION_NAME,
    "oid": NameOID.ORGANIZATION_IDENTIFIER,
    "gn": NameOID.GIVEN_NAME,
    "sn": NameOID.SURNAME,
    "nr": NameOID.SERIAL_NUMBER,
}


class Oids(core.SequenceOf):  # type: ignore[misc]
    """A list of object identifiers."""

    _child_spec = core.ObjectIdentifier


class Statement(core.Sequence):  # type: ignore[misc]
    """One statement of a qualified certificate."""

    _fields = [("id", core.ObjectIdentifier), ("info", core.Any, {"optional": True})]  # noqa: RUF012 - as asn1crypto wants it


class Statements(core.SequenceOf):  # type: ignore[misc]
    """All of them."""

    _child_spec = Statement


def statements(*types: str) -> bytes:
    """QCStatements: qualified, and of these types."""
    compliance = Statement({"id": "0.4.0.1862.1.1"})
    kind = Statement({"id": "0.4.0.1862.1.6", "info": Oids([*types])})
    encoded: bytes = Statements([compliance, kind] if types else [compliance]).dump()
    return encoded


def certificate(*, qc: bytes | None = None, **names: str) -> bytes:
    """A certificate of somebody, with QCStatements."""
    subject = x509.Name(
        [x509.NameAttribute(NAMES[name], text) for name, text in names.items()]
    )
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(subject, subject, KEY.public_key(), 7)
    made = made.not_valid_before(now).not_valid_after(now + timedelta(days=1))
    if qc is not None:
        made = made.add_extension(x509.UnrecognizedExtension(STATEMENTS, qc), False)  # noqa: FBT003
    return made.sign(KEY, SHA256()).public_bytes(Encoding.DER)


SIGN, SEAL = "0.4.0.1862.1.6.1", "0.4.0.1862.1.6.2"
CASES: dict[str, tuple[bool, bytes]] = {
    "its type": (True, certificate(qc=statements(SEAL), cn="X", gn="Ann")),
    "its type says person": (False, certificate(qc=statements(SIGN), o="O")),
    "qualified without type": (True, certificate(qc=statements(), o="O")),
    "an organisation": (True, certificate(cn="Vlaamse overheid", o="Vlaamse overheid")),
    "by a common name": (False, certificate(cn="Ann P", o="O")),
    "with its number": (True, certificate(o="O", oid="NTRBE-0316380841")),
    "whose serial is no person": (True, certificate(o="O", nr="0316380841")),
    "a card": (False, certificate(cn="Ann (Signature)", gn="Ann", nr="85073003328")),
    "somebody of an organisation": (False, certificate(o="O", gn="Ann", sn="P")),
    "a number of a person": (False, certificate(o="O", nr="PNOBE-85073003328")),
    "a bare national number": (False, certificate(o="O", nr="85073003328")),
    "a name alone": (False, certificate(cn="Ann")),
    "development": (False, certificate(cn="Ann", o=DEVELOPMENT_MARK)),
    "a development seal": (True, certificate(o=DEVELOPMENT_MARK, oid="NTRBE-0")),
    "broken statements": (False, certificate(qc=b"0\x05\x02", o="O")),
    "statements of something else": (False, certificate(qc=b"\x02\x01\x01", o="O")),
}


@pytest.mark.parametrize("case", CASES)
def test_whose_it_is(case: str) -> None:
    """Its type first; else what only organisations, or only people, have."""
    expected, der = CASES[case]

    assert expected is is_seal(der)


@given(st.binary(max_size=300), st.integers(0, 200))
def test_whatever_it_is(noise: bytes, place: int) -> None:
    """A certificate with bytes changed, or none at all: an answer, and no error."""
    der = CASES["its type"][1]

    assert is_seal(noise) in {True, False}
    assert is_seal(der[:place] + noise + der[place + len(noise) :]) in {True, False}
