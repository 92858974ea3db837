"""A container in which anything was bent: refused, or valid for every reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digivl.errors import DigivlError
from digivl.pdf.container import with_timestamp
from digivl.pdf.timestamps import stamped
from tests.pdf.issuing import NOW, Case, flipped

if TYPE_CHECKING:
    from collections.abc import Callable


@attrs.frozen(repr=False)
class Stamped:
    """A good container with a timestamp, and who is above its authority."""

    der: bytes
    anchor: bytes

    def _repr_pretty_(self, printer: Any, _: object) -> None:
        printer.text("stamped")


@st.composite
def bends(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """A way to bend bytes: a bit flipped, a piece cut out, something put in or behind.

    Places are in parts of the whole: each run has a container of another length.
    """
    how = draw(st.sampled_from(["flip", "cut", "put in", "append"]))
    where, bit = draw(st.floats(0, 0.99999)), draw(st.integers(0, 7))
    size, more = draw(st.integers(1, 2_000)), draw(st.binary(min_size=1, max_size=20))

    def bend(der: bytes) -> bytes:
        place = int(where * len(der))
        if how == "flip":
            return flipped(der, place, bit)
        if how == "cut":
            return der[:place] + der[place + size :]
        return der + more if how == "append" else der[:place] + more + der[place:]

    return bend


@pytest.fixture(name="stamped_case", scope="module")
def _stamped_case(case: Case, development_keys: Any) -> Stamped:
    from digivl.testing.tsa import TSASimulator

    file = development_keys.timestamps
    tsa = TSASimulator.from_pkcs12(file.path, file.password())
    token = stamped(case.signature, tsa.answer, NOW)
    ca = development_keys.authority.read_bytes()
    anchor = x509.load_pem_x509_certificate(ca).public_bytes(Encoding.DER)
    return Stamped(with_timestamp(case.good, token.der), anchor)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bend=bends())
def test_bent_is_refused_or_valid(
    case: Case,
    stamped_case: Stamped,
    pdfsig: Callable[..., str],
    bend: Callable[[bytes], bytes],
) -> None:
    """Whatever happens to a container, no file leaves that a reader would refuse."""
    told, signed = None, b""
    try:
        signed = case.completed(bend(stamped_case.der), anchors=[case.root.der])
    except DigivlError as refused:
        told = refused
    if told is not None:
        assert told.hint
        return
    assert "TOTAL-PASSED" == case.verdict(signed, stamped_case.anchor)
    assert "Signature is Valid." in pdfsig(signed)
