"""The names of what can be qualified, as EU DSS has them, and how they combine."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from digivl.validation.verdict import Indication


class Kind(StrEnum):
    """For what a certificate is (QcType of EN 319 412-5)."""

    ESIG = "ESIG"
    ESEAL = "ESEAL"
    WSA = "WSA"
    UNKNOWN = "UNKNOWN"


class CertificateQualification(StrEnum):
    """What a certificate is by law, at some moment."""

    QCERT_FOR_ESIG_QSCD = "QCERT_FOR_ESIG_QSCD"
    QCERT_FOR_ESEAL_QSCD = "QCERT_FOR_ESEAL_QSCD"
    QCERT_FOR_UNKNOWN_QSCD = "QCERT_FOR_UNKNOWN_QSCD"
    QCERT_FOR_ESIG = "QCERT_FOR_ESIG"
    QCERT_FOR_ESEAL = "QCERT_FOR_ESEAL"
    QCERT_FOR_WSA = "QCERT_FOR_WSA"
    QCERT_FOR_UNKNOWN = "QCERT_FOR_UNKNOWN"
    CERT_FOR_ESIG = "CERT_FOR_ESIG"
    CERT_FOR_ESEAL = "CERT_FOR_ESEAL"
    CERT_FOR_WSA = "CERT_FOR_WSA"
    CERT_FOR_UNKNOWN = "CERT_FOR_UNKNOWN"
    NA = "NA"

    @property
    def qualified(self) -> bool:
        """True of a qualified certificate."""
        return self.name.startswith("QCERT")

    @property
    def qscd(self) -> bool:
        """True when its key is in a qualified device."""
        return self.name.endswith("_QSCD")

    @property
    def kind(self) -> Kind:
        """For what it is."""
        words = self.name.split("_")
        return Kind(words[2]) if len(words) > 1 else Kind.UNKNOWN


def certificate_qualification_name(
    kind: Kind, *, qualified: bool, qscd: bool
) -> CertificateQualification:
    """The name of a combination; without a qualified certificate a device adds none."""
    device = "_QSCD" if qualified and qscd and kind is not Kind.WSA else ""
    prefix = "QCERT" if qualified else "CERT"
    return CertificateQualification(f"{prefix}_FOR_{kind}{device}")


class SignatureQualification(StrEnum):
    """What a signature or seal is by law."""

    QESIG = "QESIG"
    QESEAL = "QESEAL"
    UNKNOWN_QC_QSCD = "UNKNOWN_QC_QSCD"
    ADESIG_QC = "ADESIG_QC"
    ADESEAL_QC = "ADESEAL_QC"
    UNKNOWN_QC = "UNKNOWN_QC"
    ADESIG = "ADESIG"
    ADESEAL = "ADESEAL"
    UNKNOWN = "UNKNOWN"
    INDETERMINATE_QESIG = "INDETERMINATE_QESIG"
    INDETERMINATE_QESEAL = "INDETERMINATE_QESEAL"
    INDETERMINATE_UNKNOWN_QC_QSCD = "INDETERMINATE_UNKNOWN_QC_QSCD"
    INDETERMINATE_ADESIG_QC = "INDETERMINATE_ADESIG_QC"
    INDETERMINATE_ADESEAL_QC = "INDETERMINATE_ADESEAL_QC"
    INDETERMINATE_UNKNOWN_QC = "INDETERMINATE_UNKNOWN_QC"
    INDETERMINATE_ADESIG = "INDETERMINATE_ADESIG"
    INDETERMINATE_ADESEAL = "INDETERMINATE_ADESEAL"
    INDETERMINATE_UNKNOWN = "INDETERMINATE_UNKNOWN"
    NOT_ADES_QC_QSCD = "NOT_ADES_QC_QSCD"
    NOT_ADES_QC = "NOT_ADES_QC"
    NOT_ADES = "NOT_ADES"
    NA = "NA"


class TimestampQualification(StrEnum):
    """What a timestamp is by law (eIDAS, articles 41 and 42)."""

    QTSA = "QTSA"
    TSA = "TSA"
    NA = "N/A"


_SIGNED_WITH: Final = {
    CertificateQualification.QCERT_FOR_ESIG_QSCD: "QESIG",
    CertificateQualification.QCERT_FOR_ESEAL_QSCD: "QESEAL",
    CertificateQualification.QCERT_FOR_UNKNOWN_QSCD: "UNKNOWN_QC_QSCD",
    CertificateQualification.QCERT_FOR_ESIG: "ADESIG_QC",
    CertificateQualification.QCERT_FOR_ESEAL: "ADESEAL_QC",
    CertificateQualification.QCERT_FOR_UNKNOWN: "UNKNOWN_QC",
    CertificateQualification.CERT_FOR_ESIG: "ADESIG",
    CertificateQualification.CERT_FOR_ESEAL: "ADESEAL",
    CertificateQualification.CERT_FOR_UNKNOWN: "UNKNOWN",
}


def signature_qualification_name(
    indication: Indication, certificate: CertificateQualification
) -> SignatureQualification:
    """What a signature with a certificate is, when its validation said so much.

    Source:
        EU DSS, the matrix of its signature qualification.
    """
    if indication in {Indication.NO_SIGNATURE, Indication.REFUSED}:
        return SignatureQualification.NA
    if indication is Indication.TOTAL_FAILED:
        if certificate.kind is Kind.WSA or not certificate.qualified:
            return SignatureQualification.NOT_ADES
        device = "_QSCD" if certificate.qscd else ""
        return SignatureQualification(f"NOT_ADES_QC{device}")
    if certificate is CertificateQualification.NA:
        return SignatureQualification.NA
    if certificate.kind is Kind.WSA:
        return SignatureQualification.NOT_ADES
    undecided = indication is Indication.INDETERMINATE
    name = _SIGNED_WITH[certificate]
    return SignatureQualification(f"INDETERMINATE_{name}" if undecided else name)
