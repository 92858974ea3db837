"""What trusted lists call things: each name with its URI, which goes over the wire."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, TypeVar

_SERVICE: Final = "http://uri.etsi.org/TrstSvc/Svctype/"
_STATUS: Final = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/"
_EXTRA: Final = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/"
_LIST: Final = "http://uri.etsi.org/TrstSvc/TrustedList/TSLType/"

#: Stands at the root of every list.
LIST_TAG: Final = "http://uri.etsi.org/19612/TSLTag"
#: How a pointer says that it leads to XML.
XML_LIST: Final = "application/vnd.etsi.tsl+xml"

_Name = TypeVar("_Name", bound=StrEnum)


class ListType(StrEnum):
    """What a list is of (TS 119 612, 5.3.3)."""

    NATIONAL = f"{_LIST}EUgeneric"
    OF_LISTS = f"{_LIST}EUlistofthelists"


class ServiceType(StrEnum):
    """What a service does (TS 119 612, 5.5.1): qualified ones first."""

    CA_QC = f"{_SERVICE}CA/QC"
    OCSP_QC = f"{_SERVICE}Certstatus/OCSP/QC"
    CRL_QC = f"{_SERVICE}Certstatus/CRL/QC"
    QTST = f"{_SERVICE}TSA/QTST"
    EDS_Q = f"{_SERVICE}EDS/Q"
    EDS_REM_Q = f"{_SERVICE}EDS/REM/Q"
    PSES_Q = f"{_SERVICE}PSES/Q"
    QES_VALIDATION_Q = f"{_SERVICE}QESValidation/Q"
    REMOTE_QSIGCD_Q = f"{_SERVICE}RemoteQSigCDManagement/Q"
    REMOTE_QSEALCD_Q = f"{_SERVICE}RemoteQSealCDManagement/Q"
    EAA_Q = f"{_SERVICE}EAA/Q"
    ARCHIVING_Q = f"{_SERVICE}ElectronicArchiving/Q"
    CA_PKC = f"{_SERVICE}CA/PKC"
    OCSP = f"{_SERVICE}Certstatus/OCSP"
    CRL = f"{_SERVICE}Certstatus/CRL"
    TSA = f"{_SERVICE}TSA"
    TSA_TSS_QC = f"{_SERVICE}TSA/TSS-QC"
    TSA_TSS_ADES = f"{_SERVICE}TSA/TSS-AdESQCandQES"
    EDS = f"{_SERVICE}EDS"
    EDS_REM = f"{_SERVICE}EDS/REM"
    PSES = f"{_SERVICE}PSES"
    ADES_VALIDATION = f"{_SERVICE}AdESValidation"
    ADES_GENERATION = f"{_SERVICE}AdESGeneration"
    REMOTE_SIGCD = f"{_SERVICE}RemoteSigCDManagement"
    REMOTE_SEALCD = f"{_SERVICE}RemoteSealCDManagement"
    NATIONAL_ROOT = f"{_SERVICE}NationalRootCA-QC"
    UNSPECIFIED = f"{_SERVICE}unspecified"


class ServiceStatus(StrEnum):
    """How a service stands (TS 119 612, 5.5.4); those of before eIDAS last."""

    GRANTED = f"{_STATUS}granted"
    WITHDRAWN = f"{_STATUS}withdrawn"
    RECOGNISED_NATIONALLY = f"{_STATUS}recognisedatnationallevel"
    DEPRECATED_NATIONALLY = f"{_STATUS}deprecatedatnationallevel"
    SET_BY_NATIONAL_LAW = f"{_STATUS}setbynationallaw"
    DEPRECATED_BY_LAW = f"{_STATUS}deprecatedbynationallaw"
    UNDER_SUPERVISION = f"{_STATUS}undersupervision"
    IN_CESSATION = f"{_STATUS}supervisionincessation"
    SUPERVISION_CEASED = f"{_STATUS}supervisionceased"
    SUPERVISION_REVOKED = f"{_STATUS}supervisionrevoked"
    ACCREDITED = f"{_STATUS}accredited"
    ACCREDITATION_CEASED = f"{_STATUS}accreditationceased"
    ACCREDITATION_REVOKED = f"{_STATUS}accreditationrevoked"


#: Statuses that carried a service before 1 July 2016.
SUPERVISED: Final = frozenset(
    {
        ServiceStatus.UNDER_SUPERVISION,
        ServiceStatus.IN_CESSATION,
        ServiceStatus.ACCREDITED,
    }
)


class Usage(StrEnum):
    """For what a service issues certificates (TS 119 612, 5.5.9.4)."""

    ESIGNATURES = f"{_EXTRA}ForeSignatures"
    ESEALS = f"{_EXTRA}ForeSeals"
    WEB_SITES = f"{_EXTRA}ForWebSiteAuthentication"


class Qualifier(StrEnum):
    """What a list says of some certificates of a service (TS 119 612, 5.5.9.2.3)."""

    QC_STATEMENT = f"{_EXTRA}QCStatement"
    NOT_QUALIFIED = f"{_EXTRA}NotQualified"
    WITH_QSCD = f"{_EXTRA}QCWithQSCD"
    NO_QSCD = f"{_EXTRA}QCNoQSCD"
    QSCD_AS_IN_CERT = f"{_EXTRA}QCQSCDStatusAsInCert"
    QSCD_ON_BEHALF = f"{_EXTRA}QCQSCDManagedOnBehalf"
    WITH_SSCD = f"{_EXTRA}QCWithSSCD"
    NO_SSCD = f"{_EXTRA}QCNoSSCD"
    SSCD_AS_IN_CERT = f"{_EXTRA}QCSSCDStatusAsInCert"
    LEGAL_PERSON = f"{_EXTRA}QCForLegalPerson"
    FOR_ESIG = f"{_EXTRA}QCForESig"
    FOR_ESEAL = f"{_EXTRA}QCForESeal"
    FOR_WSA = f"{_EXTRA}QCForWSA"


def known(kind: type[_Name], uri: str) -> _Name | str:
    """The name with that URI; the URI itself, as a claim, when there is none."""
    try:
        return kind(uri)
    except ValueError:
        return uri
