"""Chains and revocation data: asked once, checked, shared while they are fresh."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import attrs
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.ocsp import load_der_ocsp_response
from cryptography.x509.oid import NameOID

from digivl.errors import (
    BackendUnavailableError,
    CertificateNotValidError,
    CertificateRevokedError,
    CertificateUnprovenError,
)
from digivl.http.fetching import Fetcher
from digivl.kernel.moments import utc_now
from digivl.pdf.evidence import Evidence
from digivl.settings import Limits
from digivl.signing.revocation import Revocation

if TYPE_CHECKING:
    from digivl.testing.pki import PKI


LONG_AGO = utc_now() - timedelta(days=20)


def sizes(found: Evidence) -> tuple[int, int, int]:
    """How many certificates, OCSP responses and lists."""
    return len(found.certificates), len(found.ocsps), len(found.crls)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # Holder, issuer, root and responder; the issuer itself is on a list.
        ("signer", (4, 1, 1)),
        ("card", (4, 1, 1)),
        ("crl-only", (3, 0, 2)),
        ("tsa", (3, 0, 2)),
        ("issuing", (2, 0, 1)),
        ("root", (1, 0, 0)),
    ],
)
def test_evidence_of_each_kind(
    pki: PKI, revocation: Revocation, name: str, expected: tuple[int, int, int]
) -> None:
    """Where a responder is named it is asked; the list where it is not."""
    assert expected == sizes(revocation.evidence(pki.certificate(name)))


def test_asked_once(pki: PKI, revocation: Revocation) -> None:
    """A hundred signatures of one person: one question of each kind."""
    first = revocation.evidence(pki.certificate("signer"))
    asked = list(pki.asked)
    again = [revocation.evidence(pki.certificate("signer")) for _ in range(99)]

    assert [first] * 99 == again
    assert asked == pki.asked
    assert 3 == len(asked)


def test_one_list_serves_everybody(pki: PKI, revocation: Revocation) -> None:
    """Certificates of one issuer share its list, and the issuer is fetched once."""
    for name in ("crl-only", "orphan"):
        revocation.evidence(pki.certificate(name), [pki.certificate("issuing")])
    lists = [one for one in pki.asked if "crls/issuing" in one]

    assert 1 == len(lists)
    assert not any("certs/issuing" in one for one in pki.asked)


def test_threads_ask_together(pki: PKI, revocation: Revocation) -> None:
    """While one thread asks, the others wait for its answer."""
    with ThreadPoolExecutor(8) as pool:
        work = [pki.certificate("signer")] * 24
        found = set(pool.map(revocation.evidence, work))

    assert 1 == len(found)
    assert len(pki.asked) == len(set(pki.asked)) == 3


def test_asked_anew_before_it_ends(pki: PKI, revocation: Revocation) -> None:
    """An answer counts until its next one is due, and no longer."""
    moment = utc_now()
    revocation.clock = pki.clock = lambda: moment
    before = revocation.evidence(pki.certificate("signer"))
    moment += timedelta(minutes=8)
    assert before == revocation.evidence(pki.certificate("signer"))
    moment += timedelta(minutes=2)
    after = revocation.evidence(pki.certificate("signer"))

    assert before.ocsps != after.ocsps
    assert before.certificates == after.certificates
    assert 2 == sum("ocsp" in one for one in pki.asked)


def test_the_list_where_the_responder_is_down(pki: PKI, revocation: Revocation) -> None:
    """A certificate that names both can be proven by either."""
    pki.down.append("ocsp")

    assert (3, 0, 2) == sizes(revocation.evidence(pki.certificate("signer")))


def test_what_is_down_is_left_alone_for_a_while(
    pki: PKI, revocation: Revocation
) -> None:
    """Five hundred documents do not wait five hundred times for a dead responder."""
    moment = utc_now()
    revocation.clock = lambda: moment
    pki.down += ["ocsp", "crls/issuing"]
    for _ in range(5):
        with pytest.raises(BackendUnavailableError):
            revocation.evidence(pki.certificate("signer"))
    assert [1, 1] == [
        sum(part in one for one in pki.asked) for part in ("ocsp", "crls/issuing")
    ]
    pki.down.clear()
    moment += timedelta(seconds=61)

    assert (4, 1, 1) == sizes(revocation.evidence(pki.certificate("signer")))


def test_nobody_tells(pki: PKI, revocation: Revocation) -> None:
    """Who was asked, and what each of them said; where that can pass, try again."""
    pki.replaced |= {"ocsp": b"<html>onderhoud</html>", "crls/issuing": b"0"}
    with pytest.raises(CertificateUnprovenError, match="Ann Proef") as failed:
        revocation.evidence(pki.certificate("signer"))
    said = str(failed.value)
    assert all(part in said for part in ("/ocsp/", "/crls/", "no OCSP response"))
    assert "B-T" in failed.value.hint
    pki.down.append("crls/issuing")
    with pytest.raises(BackendUnavailableError, match="503"):
        revocation.evidence(pki.certificate("card"))


def test_a_lie_is_not_kept(pki: PKI, revocation: Revocation) -> None:
    """An answer about somebody else is passed over, and asked again."""
    revocation.evidence(pki.certificate("card"))
    pki.replaced["ocsp"] = revocation.evidence(pki.certificate("card")).ocsps[0]

    assert (3, 0, 2) == sizes(revocation.evidence(pki.certificate("signer")))


def test_a_revoked_certificate(pki: PKI, revocation: Revocation) -> None:
    """Since when and why; with proof from before, it was good."""
    with pytest.raises(CertificateRevokedError, match="keyCompromise") as refused:
        revocation.evidence(pki.certificate("revoked"))
    assert "Ingetrokken Persoon" in str(refused.value)
    status = revocation.evidence(pki.certificate("revoked"), (), LONG_AGO).ocsps[0]
    since = load_der_ocsp_response(status).revocation_time_utc
    assert since is not None
    before = since - timedelta(minutes=1)
    assert (4, 1, 1) == sizes(
        revocation.evidence(pki.certificate("revoked"), proven=before)
    )
    with pytest.raises(CertificateRevokedError):
        revocation.evidence(pki.certificate("revoked"), proven=since)


@pytest.mark.parametrize(
    ("name", "reason"), [("expired", "and not now"), ("bare", "names nobody")]
)
def test_what_cannot_be_proven(
    pki: PKI, revocation: Revocation, name: str, reason: str
) -> None:
    """Expired, or without any address: B-LT is out of reach, and the error says so."""
    with pytest.raises(CertificateNotValidError, match=reason) as refused:
        revocation.evidence(pki.certificate(name))

    assert "B-LT" in refused.value.hint


def test_a_missing_issuer_is_named(pki: PKI, revocation: Revocation) -> None:
    """Who is missing, what was tried, and what came of it."""
    pki.down.append("certs/issuing")
    with pytest.raises(BackendUnavailableError, match="503") as failed:
        revocation.evidence(pki.certificate("signer"))
    assert "who issued 'Ann Proef' is missing" in str(failed.value)
    assert f"{pki.url}/digivl/certs/issuing/ca.crt" in str(failed.value)
    with pytest.raises(CertificateUnprovenError, match="'Zonder Uitgever'") as nowhere:
        revocation.evidence(pki.certificate("orphan"))
    assert "anchors" in nowhere.value.hint


def test_another_certificate_is_no_issuer(pki: PKI, revocation: Revocation) -> None:
    """What an address gives must have issued it."""
    pki.replaced["certs/issuing"] = pki.certificate("stamping")
    with pytest.raises(CertificateUnprovenError, match="did not issue"):
        revocation.evidence(pki.certificate("signer"))


def test_what_came_along_is_used_first(pki: PKI, revocation: Revocation) -> None:
    """Certificates from the container need no address."""
    others = [pki.certificate("root"), pki.certificate("issuing")]
    revocation.evidence(pki.certificate("signer"), others)

    assert not any("certs" in one for one in pki.asked)


def test_a_chain_ends_at_an_anchor(pki: PKI, revocation: Revocation) -> None:
    """A root nobody trusts is the end of it; an authority in between can be one."""
    stranger = attrs.evolve(revocation, anchors=(pki.certificate("signer"),))
    with pytest.raises(CertificateUnprovenError, match="'Proef Root CA', which is no"):
        stranger.evidence(pki.certificate("tsa"))
    half = attrs.evolve(revocation, anchors=(pki.certificate("issuing"),))
    assert (3, 1, 0) == sizes(half.evidence(pki.certificate("signer")))
    anyone = attrs.evolve(revocation, anchors=())
    assert (4, 1, 1) == sizes(anyone.evidence(pki.certificate("signer")))


def each_other() -> tuple[bytes, bytes]:
    """Two authorities that issued each other."""
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, n)]) for n in "AB"]
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in names]
    now = utc_now()
    first, second = (
        x509.CertificateBuilder()
        .subject_name(names[own])
        .issuer_name(names[1 - own])
        .public_key(keys[own].public_key())
        .serial_number(1 + own)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(keys[1 - own], SHA256())
        .public_bytes(Encoding.DER)
        for own in (0, 1)
    )
    return first, second


def test_a_chain_has_an_end(revocation: Revocation) -> None:
    """Authorities that issue each other are no chain."""
    both = each_other()

    with pytest.raises(CertificateUnprovenError, match="on and on"):
        revocation.chain(both[0], both)


def test_private_places_are_not_asked(pki: PKI) -> None:
    """Unless they are named: the address in a certificate is anybody's choice."""
    fetcher = Fetcher(Limits())
    closed = Revocation(fetcher, (pki.certificate("root"),), utc_now)
    with pytest.raises(CertificateUnprovenError, match="private network"):
        closed.evidence(pki.certificate("signer"))

    assert [] == pki.asked
    closed.close()
