"""The levels, judged by others: EU DSS, pyHanko's validation of the AdES kind, Poppler.

Nobody may ask anything: what is not in the file is not known. So a verdict says that
the validation data in the file are enough.
"""

from __future__ import annotations

import dataclasses
import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from asn1crypto import crl, ocsp, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import DocumentSecurityStore, ades
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import (
    REQUIRE_REVINFO,
    CertRevTrustPolicy,
    FreshnessReqType,
)
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer

from digivl.pdf.bridge import run_coroutine
from digivl.pdf.levels import Level
from digivl.pdf.signer import SignatureSpec, sign
from digivl.pdf.spec import Box, Certification, Visible
from digivl.pdf.upgrade import upgrade
from digivl.settings import Limits
from digivl.signing.softkey import SoftKey
from digivl.testing.papers import paper
from digivl.testing.pki import PASSWORD
from digivl.testing.tsa import TSASimulator

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from digivl.signing.revocation import Revocation
    from digivl.testing.pki import PKI

pytestmark = pytest.mark.interop

SEEN = Visible(("Ondertekend door Ann Proef",), Box(1, 20, 30, 80, 20))


@attrs.frozen
class Maker:
    """Signs with the keys of the authority, to any level."""

    pki: PKI
    revocation: Revocation
    stamps: TSASimulator

    def signed(self, content: bytes, name: str = "signer", **spec: Any) -> bytes:
        """A document with one more signature, B-B."""
        key = SoftKey.from_pkcs12(name, self.pki.pkcs12(name), PASSWORD)
        target = io.BytesIO()
        sign(
            io.BytesIO(content),
            target,
            SignatureSpec(field=name, **spec),
            key.identity(),
            key.sign,
            at=datetime.now(UTC),
            limits=Limits(),
        )
        return target.getvalue()

    def at(self, level: Level, content: bytes) -> bytes:
        """A document at a level."""
        if level is Level.B_B:
            return content
        target = io.BytesIO()
        upgrade(
            io.BytesIO(content),
            target,
            level,
            timestamp=self.stamps.answer,
            gather=self.revocation.evidence,
            at=datetime.now(UTC),
            limits=Limits(),
        )
        return target.getvalue()


@pytest.fixture(name="maker")
def _maker(pki: PKI, revocation: Revocation) -> Maker:
    stamps = TSASimulator.from_pkcs12(pki.pkcs12("tsa", "stamping"), PASSWORD)
    return Maker(pki, revocation, stamps)


def kinds(maker: Maker) -> dict[str, tuple[bytes, int]]:
    """Signed documents of each kind, with how many signatures they have."""
    once = maker.signed(paper())
    twice = maker.signed(once, "card")
    certified = maker.signed(paper(), certify=Certification.NOTHING, visible=SEEN)
    crowded = maker.signed(paper(), "crl-only", reserved_bytes=2_048)
    return {
        "once": (once, 1),
        "twice": (twice, 2),
        "certified": (certified, 1),
        "crowded": (crowded, 1),
    }


def test_dss_passes_each_level(
    maker: Maker, java_judge: Callable[..., list[list[str]]], tmp_path: Path
) -> None:
    """DSS with its own policy, revocation data required: the level is what we say."""
    made: dict[str, tuple[str, int]] = {}
    for kind, (content, count) in kinds(maker).items():
        for level in (Level.B_LT, Level.B_LTA):
            file = tmp_path / f"{kind}-{level}.pdf"
            file.write_bytes(maker.at(level, content))
            made[str(file)] = (level.removeprefix("B-"), count)
    renewed = tmp_path / "renewed.pdf"
    content = maker.at(Level.B_LTA, maker.signed(paper()))
    renewed.write_bytes(maker.at(Level.B_LTA, content))
    made[str(renewed)] = ("LTA", 1)

    said = java_judge("dss", "--strict", maker.pki.root_pem(), *made)

    for name, (wanted, count) in made.items():
        signatures = [one for one in said if one[:2] == ["signature", name]]
        stamps = [one for one in said if one[:2] == ["timestamp", name]]
        assert count == len(signatures)
        for one in signatures:
            assert ["TOTAL_PASSED", f"PAdES-BASELINE-{wanted}"] == [one[2], one[4]], one
        assert {"PASSED"} == {one[2] for one in stamps}, stamps


@pytest.mark.parametrize("level", [Level.B_B, Level.B_T])
def test_dss_knows_the_lower_levels(
    maker: Maker,
    level: Level,
    java_judge: Callable[..., list[list[str]]],
    tmp_path: Path,
) -> None:
    """Below B-LT the data are not in the file: intact, of that level, no more."""
    file = tmp_path / "signed.pdf"
    file.write_bytes(maker.at(level, maker.signed(paper())))
    (said, *_) = java_judge("dss", "--strict", maker.pki.root_pem(), file)

    assert f"PAdES-BASELINE-{level.removeprefix('B-')}" == said[4]
    assert ["INDETERMINATE", "true"] == [said[2], said[5]]


def spec(pki: PKI) -> PdfSignatureValidationSpec:
    """Trusts the root, requires revocation data, fetches nothing."""
    root = x509.Certificate.load(pki.certificate("root"))
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=[root]),
        revinfo_policy=CertRevTrustPolicy(
            REQUIRE_REVINFO, freshness_req_type=FreshnessReqType.DEFAULT
        ),
    )
    return PdfSignatureValidationSpec(
        SignatureValidationSpec(
            cert_validation_policy=policy,
            revinfo_gathering_policy=RevocationInfoGatheringSpec(
                online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY
            ),
            key_usage_settings=KeyUsageConstraints(key_usage={"non_repudiation"}),
        )
    )


def test_pyhanko_passes_for_the_long_term(maker: Maker) -> None:
    """EN 319 102-1, 5.6.3, by pyHanko: passed, with what the file holds alone.

    pyHanko wants a timestamp within each signature: one over all is not enough.
    """
    once = maker.at(Level.B_T, maker.signed(paper()))
    twice = maker.at(Level.B_T, maker.signed(once, "card"))
    certified = maker.signed(paper(), certify=Certification.NOTHING, visible=SEEN)
    for content, count in ((once, 1), (twice, 2), (certified, 1)):
        renewed = maker.at(Level.B_LTA, maker.at(Level.B_LTA, content))
        signatures = PdfFileReader(io.BytesIO(renewed)).embedded_regular_signatures
        assert count == len(signatures)
        for one in signatures:
            found = run_coroutine(ades.ades_lta_validation(one, spec(maker.pki)))
            assert "PASSED" == found.ades_subindic.status.name, found.ades_subindic
            assert found.oldest_evidence_record_timestamp


def passes_with_time(content: bytes, pki: PKI) -> list[str]:
    """What pyHanko says of each signature, with what the file holds alone."""
    reader = PdfFileReader(io.BytesIO(content))
    store = DocumentSecurityStore.read_dss(reader)
    held = LocalKnowledge(
        known_certs=list(store.load_certs()),
        known_ocsps=[
            one
            for ref in store.ocsps
            for one in OCSPContainer.load_multi(
                ocsp.OCSPResponse.load(ref.get_object().data)
            )
        ],
        known_crls=[
            CRLContainer(crl.CertificateList.load(ref.get_object().data))
            for ref in store.crls
        ],
    )
    asked = dataclasses.replace(
        spec(pki).signature_validation_spec, local_knowledge=held
    )
    return [
        run_coroutine(
            ades.ades_with_time_validation(
                one.signed_data, asked, raw_digest=one.compute_digest()
            )
        ).ades_subindic.status.name
        for one in reader.embedded_regular_signatures
    ]


def test_pyhanko_passes_with_time(maker: Maker) -> None:
    """EN 319 102-1, 5.5, by pyHanko: B-LT passes with what the file holds alone."""
    content = maker.at(Level.B_LT, maker.signed(paper()))

    assert ["PASSED"] == passes_with_time(content, maker.pki)


def test_poppler_and_qpdf_are_content(
    maker: Maker, judge: Callable[..., str], tmp_path: Path
) -> None:
    """The signatures are valid at the top as well, the structure without fault."""
    for kind, (content, count) in kinds(maker).items():
        file = tmp_path / f"{kind}.pdf"
        file.write_bytes(maker.at(Level.B_LTA, maker.at(Level.B_LTA, content)))

        assert count == judge("pdfsig", "-nocert", file).count("Signature is Valid.")
        assert "No syntax or stream encoding errors" in judge("qpdf", "--check", file)


def test_archives_stay_archives(
    maker: Maker, java_judge: Callable[..., list[list[str]]], tmp_path: Path
) -> None:
    """Validation data and archive timestamps break no rule of PDF/A or PDF/UA."""
    typst = pytest.importorskip("typst")
    text = '#set document(title: "B", date: datetime(year: 2026, month: 1, day: 1))'
    text += '\n#set text(lang: "nl")\n= B\nTekst.'
    arguments: list[object] = []
    for kind in ("a-1b", "a-2a", "a-3b", "a-4", "ua-1"):
        made = typst.compile(text.encode(), format="pdf", pdf_standards=kind)
        # Visible in one of them: a field with a place has to be in the structure.
        look: dict[str, Any] = {"visible": SEEN} if kind == "ua-1" else {}
        file = tmp_path / f"{kind}.pdf"
        file.write_bytes(maker.at(Level.B_LTA, maker.signed(made, **look)))
        arguments += [f"--{kind.removeprefix('a-').replace('ua-', 'ua')}", file]

    said = java_judge("verapdf", *arguments)

    assert ["true"] * 5 == [fields[1] for fields in said], said
