"""Writes the record of a trusted list as XML by TS 119 612, and signs it (XAdES)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import attrs
from cryptography.hazmat.primitives import hashes
from lxml import etree
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureMethod,
)
from signxml.util import SigningSettings
from signxml.xades.xades import XAdESSigner

from digivl.testing.lists_pki import Holder
from digivl.validation.trustlists.model import (
    Criteria,
    DigitalIdentity,
    Pointer,
    Provider,
    Qualification,
    Service,
    ServiceState,
    TrustedList,
)
from digivl.validation.trustlists.names import LIST_TAG, ListType
from digivl.validation.trustlists.nodes import DSIG, EXTRA, SIE, TSL, XADES, Element


@attrs.frozen
class _Maker:
    """Makes elements of a namespace: `maker.Name(inside, attribute="value")`."""

    namespace: str
    prefix: str | None = None

    def __getattr__(self, name: str) -> Callable[..., Element]:
        return partial(self._made, name)

    def _made(
        self,
        name: str,
        /,
        *inside: str | Element | Mapping[str, str],
        **attributes: str,
    ) -> Element:
        nsmap: Any = {self.prefix: self.namespace[1:-1]}
        element = etree.Element(self.namespace + name, attributes, nsmap)
        for one in inside:
            if isinstance(one, str):
                element.text = str(one)
            elif isinstance(one, Mapping):
                for key, value in one.items():
                    element.set(key, value)
            else:
                element.append(one)
        return element


_T: Final = _Maker(TSL)
_S: Final = _Maker(SIE, "sie")
_X: Final = _Maker(EXTRA, "tslx")
_D: Final = _Maker(XADES, "xades")
_DS: Final = _Maker(DSIG, "ds")
_LANG: Final = {"{http://www.w3.org/XML/1998/namespace}lang": "en"}
_RULES: Final = "http://uri.etsi.org/TrstSvc/TrustedList/schemerules/"
_APPROACH: Final = "http://uri.etsi.org/TrstSvc/TrustedList/StatusDetn/"
_ABOUT: Final = "https://lists.example/about"


def written(found: TrustedList) -> bytes:
    """The XML of a list, not signed."""
    children = [_scheme(found)]
    if found.providers:
        providers = [_provider(one) for one in found.providers]
        children.append(_T.TrustServiceProviderList(*providers))
    root = _T.TrustServiceStatusList(*children, TSLTag=LIST_TAG, Id="lijst")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def signed(content: bytes, holder: Holder, at: datetime) -> bytes:
    """A list with a signature over all of it.

    Args:
        content: The XML.
        holder: Who signs.
        at: When, with zone.
    """
    root = etree.fromstring(content)
    signer = Signer(
        at,
        holder,
        modern=root.findtext(f".//{TSL}TSLVersionIdentifier") == "6",
        signature_algorithm=SignatureMethod.ECDSA_SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    made = signer.sign(
        root,
        always_add_key_value=False,
        key=holder.key,
        cert=[holder.certificate],
    )
    return etree.tostring(made, xml_declaration=True, encoding="UTF-8")


class Signer(XAdESSigner):
    """Signs at a moment that a test chooses, in the form that the list has.

    Version 6 names its certificate by SigningCertificateV2 (EN 319 132-1); the schema
    of version 5 knows only SigningCertificate.
    """

    def __init__(
        self, at: datetime, holder: Holder, *, modern: bool, **options: Any
    ) -> None:
        super().__init__(**options)
        self._at, self._holder, self._modern = at, holder, modern

    def add_signing_certificate(
        self,
        signed_signature_properties: Element,
        sig_root: Element,
        signing_settings: SigningSettings,
    ) -> None:
        """By the form of the list."""
        if self._modern:
            add: Any = super().add_signing_certificate
            add(signed_signature_properties, sig_root, signing_settings)
            return
        certificate = self._holder.certificate
        fingerprint = certificate.fingerprint(hashes.SHA256())
        digest = base64.b64encode(fingerprint).decode()
        signed_signature_properties.append(
            _D.SigningCertificate(
                _D.Cert(
                    _D.CertDigest(
                        _DS.DigestMethod(Algorithm=DigestAlgorithm.SHA256.value),
                        _DS.DigestValue(digest),
                    ),
                    _D.IssuerSerial(
                        _DS.X509IssuerName(certificate.issuer.rfc4514_string()),
                        _DS.X509SerialNumber(str(certificate.serial_number)),
                    ),
                )
            )
        )

    def add_signing_time(
        self,
        signed_signature_properties: Element,
        sig_root: Element,  # noqa: ARG002 - of the class above
        signing_settings: SigningSettings,  # noqa: ARG002 - idem
    ) -> None:
        """The moment, in the place of now."""
        time = etree.SubElement(signed_signature_properties, f"{XADES}SigningTime")
        time.text = _moment(self._at)

    def _add_reference_to_signed_info(
        self, sig_root: Element, node_to_reference: Element, **about: str
    ) -> None:
        """With the transform named: without one the inclusive form is meant."""
        add: Any = super()._add_reference_to_signed_info
        add(sig_root, node_to_reference, **about)
        reference = sig_root.findall(f"{DSIG}SignedInfo/{DSIG}Reference")[-1]
        transforms = etree.Element(f"{DSIG}Transforms")
        etree.SubElement(transforms, f"{DSIG}Transform", Algorithm=self.c14n_alg.value)
        reference.insert(0, transforms)


def _scheme(found: TrustedList) -> Element:
    national = found.type == ListType.NATIONAL
    kind = "EUappropriate" if national else "EUlistofthelists"
    rules = ["EUcommon", found.territory] if national else ["EUlistofthelists"]
    pointers = [_pointer(one) for one in found.pointers]
    next_update = [_T.dateTime(_moment(one)) for one in (found.next_update,) if one]
    return _T.SchemeInformation(
        _T.TSLVersionIdentifier(str(found.version)),
        _T.TSLSequenceNumber(str(found.sequence)),
        _T.TSLType(found.type),
        _T.SchemeOperatorName(_name(found.operator)),
        _T.SchemeOperatorAddress(*_address(found.territory)),
        _T.SchemeName(_name(f"{found.territory}:{found.operator}")),
        _T.SchemeInformationURI(*map(_uri, found.information or (_ABOUT,))),
        _T.StatusDeterminationApproach(_APPROACH + kind),
        _T.SchemeTypeCommunityRules(*(_uri(_RULES + one) for one in rules)),
        _T.SchemeTerritory(found.territory),
        _T.PolicyOrLegalNotice(_T.TSLLegalNotice("Proef.", _LANG)),
        _T.HistoricalInformationPeriod("65535"),
        *([_T.PointersToOtherTSL(*pointers)] if pointers else []),
        _T.ListIssueDateTime(_moment(found.issued)),
        _T.NextUpdate(*next_update),
    )


def _pointer(one: Pointer) -> Element:
    rule = "EUlistofthelists" if one.type == ListType.OF_LISTS else "EUcommon"
    facts = (
        _T.TSLType(one.type),
        _T.SchemeTerritory(one.territory),
        _X.MimeType(one.mime_type),
        _T.SchemeOperatorName(_name(one.operator)),
        _T.SchemeTypeCommunityRules(_uri(_RULES + rule)),
    )
    ids = [_T.ServiceDigitalIdentity(_certificate(der)) for der in one.signers]
    return _T.OtherTSLPointer(
        _T.ServiceDigitalIdentities(*ids),
        _T.TSLLocation(one.location),
        _T.AdditionalInformation(*(_T.OtherInformation(fact) for fact in facts)),
    )


def _provider(one: Provider) -> Element:
    trade = [_T.TSPTradeName(*map(_name, one.trade_names))] if one.trade_names else []
    return _T.TrustServiceProvider(
        _T.TSPInformation(
            _T.TSPName(_name(one.name)),
            *trade,
            _T.TSPAddress(*_address("BE")),
            _T.TSPInformationURI(_uri(_ABOUT)),
        ),
        _T.TSPServices(*(_service(each) for each in one.services)),
    )


def _service(one: Service) -> Element:
    current, *former = one.states
    history = [_state(_T.ServiceHistoryInstance, each) for each in former]
    return _T.TSPService(
        _state(_T.ServiceInformation, current),
        *([_T.ServiceHistory(*history)] if history else []),
    )


def _state(maker: Callable[..., Element], one: ServiceState) -> Element:
    extensions = list(_extensions(one))
    return maker(
        _T.ServiceTypeIdentifier(one.type),
        _T.ServiceName(_name(one.name)),
        _T.ServiceDigitalIdentity(*_identity(one.identity)),
        _T.ServiceStatus(one.status),
        _T.StatusStartingTime(_moment(one.since)),
        *([_T.ServiceInformationExtensions(*extensions)] if extensions else []),
    )


def _extensions(one: ServiceState) -> Iterable[Element]:
    for uri in one.additional:
        yield _extension(_T.AdditionalServiceInformation(_uri(uri)))
    if one.qualifications:
        yield _extension(_S.Qualifications(*map(_qualification, one.qualifications)))
    if one.taken_over_by:
        yield _extension(
            _X.TakenOverBy(
                _X.URI(_ABOUT, _LANG),
                _X.TSPName(_name(one.taken_over_by)),
                _T.SchemeOperatorName(_name("Proef")),
                _T.SchemeTerritory("BE"),
            )
        )
    if one.expired_kept_since:
        moment = _moment(one.expired_kept_since)
        yield _extension(_T.ExpiredCertsRevocationInfo(moment), critical="false")
    for name in one.critical:
        yield _extension(etree.Element(f"{{urn:digivl:test}}{name}"))


def _extension(inner: Element, critical: str = "true") -> Element:
    return _T.Extension(inner, Critical=critical)


def _qualification(one: Qualification) -> Element:
    return _S.QualificationElement(
        _S.Qualifiers(*(_S.Qualifier(uri=uri) for uri in one.qualifiers)),
        _criteria(one.criteria),
    )


def _criteria(one: Criteria) -> Element:
    usages = [
        _S.KeyUsage(
            *(_S.KeyUsageBit(str(bit.wanted).lower(), name=bit.name) for bit in bits)
        )
        for bits in one.key_usages
    ]
    policies = [
        _S.PolicySet(*(_S.PolicyIdentifier(_oid(oid)) for oid in oids))
        for oids in one.policy_sets
    ]
    others = [
        *(
            _X.ExtendedKeyUsage(*(_X.KeyPurposeId(_oid(oid)) for oid in oids))
            for oids in one.extended_key_usages
        ),
        *(
            _X.CertSubjectDNAttribute(*(_X.AttributeOID(_oid(oid)) for oid in oids))
            for oids in one.subject_attributes
        ),
    ]
    return _S.CriteriaList(
        *usages,
        *policies,
        *(_criteria(each) for each in one.lists),
        *([_S.otherCriteriaList(*others)] if others else []),
        **{"assert": one.assertion.value},
    )


def _identity(one: DigitalIdentity) -> Iterable[Element]:
    for der in one.certificates:
        yield _certificate(der)
    for subject in one.subjects:
        yield _T.DigitalId(_T.X509SubjectName(subject))
    for key in one.key_identifiers:
        yield _T.DigitalId(_T.X509SKI(base64.b64encode(key).decode()))


def _certificate(der: bytes) -> Element:
    text = base64.b64encode(der).decode()
    return _T.DigitalId(_T.X509Certificate(text))


def _address(country: str) -> tuple[Element, Element]:
    postal = _T.PostalAddress(
        _T.StreetAddress("Voorbeeldstraat 1"),
        _T.Locality("Brussel"),
        _T.CountryName(country),
        _LANG,
    )
    electronic = (_uri("mailto:proef@example.be"), _uri(_ABOUT))
    return _T.PostalAddresses(postal), _T.ElectronicAddress(*electronic)


def _name(text: str) -> Element:
    return _T.Name(text, _LANG)


def _uri(text: str) -> Element:
    return _T.URI(text, _LANG)


def _oid(text: str) -> Element:
    return _D.Identifier(f"urn:oid:{text}", Qualifier="OIDAsURN")


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
