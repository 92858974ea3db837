"""Whose signature is on a list; what is read is what was signed.

signxml, XAdES part, checks the mathematics and the signed properties. What stands
around it here is what makes a signature over some part of a document a signature over a
list: one signature, directly in the root, over the whole of it, by a certificate that
was told beforehand.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

import attrs
from cryptography import x509
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.xades.xades import XAdESSignatureConfiguration, XAdESVerifier

from digivl.errors import UntrustedListError
from digivl.kernel.redaction import on_one_line
from digivl.pdf.certificates import UNREADABLE, certificate, common_name, holder
from digivl.validation.trustlists.hardened import parsed, parser
from digivl.validation.trustlists.model import TrustedList
from digivl.validation.trustlists.nodes import DSIG, XADES, Element, within
from digivl.validation.trustlists.reading import from_root, refuse_other_roots

_C14N: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
_INCLUSIVE: Final = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
_INCLUSIVE11: Final = "http://www.w3.org/2006/12/xml-c14n11"
_ENVELOPED: Final = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
#: Those that change no meaning: without comments, and without any expression.
_TRANSFORMS: Final = frozenset({_C14N, _INCLUSIVE, _INCLUSIVE11, _ENVELOPED})
_MOST_REFERENCES: Final = 10
_DIGESTS: Final = frozenset(
    {DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512}
)
_METHODS: Final = frozenset(
    method
    for method in SignatureMethod
    if method.name.split("_")[0] in {"RSA", "ECDSA", "SHA256", "SHA384", "SHA512"}
    and any(strong in method.name for strong in ("SHA256", "SHA384", "SHA512"))
)
_HINT: Final = (
    "Nothing of it is used. Fetch it again; if it stays so, tell its operator."
)
_ANY_TROUBLE: Final = (
    *UNREADABLE,
    SignXMLException,
    etree.LxmlError,
    AssertionError,
    AttributeError,
    LookupError,
    NotImplementedError,
)


@attrs.frozen(kw_only=True)
class SignedList:
    """A list of which is known who signed it.

    Attributes:
        list: What it says, read from the bytes that were signed.
        sha256: Of the bytes as they came, in hexadecimal.
        signer: Certificate, DER.
        signed: When, as the signer says.
    """

    list: TrustedList = attrs.field(repr=False)
    sha256: str
    signer: bytes = attrs.field(repr=False)
    signed: datetime


def verified(
    content: bytes, signers: Iterable[bytes], what: str = "the list"
) -> SignedList:
    """The list, when one of `signers` signed it, once and whole.

    Args:
        content: The XML, as it came.
        signers: Certificates that may sign it, DER; those of the pointer to it.
        what: How it is called, for the errors.

    Raises:
        UntrustedListError: Not signed, signed twice, in part, wrongly, by another, or
            when its certificate was not valid.
        MalformedError: No list; see `read_list`.
        LimitExceededError: Larger than any list is.

    Source:
        TS 119 612, 5.7 and annex B.1 (XAdES baseline B, enveloped, over the root).
    """
    root = parsed(content, what)
    refuse_other_roots(root, what)
    signature = _only_signature(root, what)
    position = _reference_to_all(root, signature, what)
    signer = _signer(signature, signers, what)
    results = _results(content, signer, what)
    moment = _signing_time(results, what)
    _refuse_invalid(signer, moment, what)
    # From the bytes over which the digest was taken: comments are gone, and so is
    # whatever else a reader could see and a signer could not.
    inner = results[position].signed_data
    return SignedList(
        list=from_root(parsed(inner, what), what),
        sha256=sha256(content).hexdigest(),
        signer=signer,
        signed=moment,
    )


def _only_signature(root: Element, what: str) -> Element:
    found = list(root.iter(f"{DSIG}Signature"))
    if not found:
        raise UntrustedListError(f"{what} is not signed", hint=_HINT)
    if len(found) > 1:
        raise UntrustedListError(
            f"{what} has {len(found)} signatures, and should have one", hint=_HINT
        )
    if found[0].getparent() is not root:
        raise UntrustedListError(
            f"the signature of {what} does not stand directly in the list", hint=_HINT
        )
    return found[0]


def _reference_to_all(root: Element, signature: Element, what: str) -> int:
    """Which reference is to the whole list; the others are within the signature."""
    references = list(within(signature, "SignedInfo", "Reference", DSIG))
    whole = {""} | ({f"#{root.get('Id')}"} if root.get("Id") else set[str]())
    own = {
        f"#{one.get('Id')}" for one in signature.iter(etree.Element) if one.get("Id")
    }
    transforms = [
        [one.get("Algorithm") for one in within(each, "Transforms", "Transform", DSIG)]
        for each in references
    ]
    to_whole = [n for n, one in enumerate(references) if one.get("URI") in whole]
    others = [one for one in references if one.get("URI") not in whole]
    if (
        len(to_whole) != 1
        or _ENVELOPED not in transforms[to_whole[0]]
        or len(references) > _MOST_REFERENCES
        or any(one.get("URI") not in own for one in others)
        or any(one not in _TRANSFORMS for done in transforms for one in done)
        or _has_twins(root)
    ):
        raise UntrustedListError(
            f"the signature of {what} is not over the whole list, or not plainly so",
            hint=_HINT,
        )
    return to_whole[0]


def _has_twins(root: Element) -> bool:
    """True when two elements have one name: who reads could take the other one."""
    ids = [
        value
        for element in root.iter(etree.Element)
        for name, value in element.attrib.items()
        if etree.QName(name).localname.lower() == "id"
    ]
    return len(ids) != len(set(ids))


def _signer(signature: Element, signers: Iterable[bytes], what: str) -> bytes:
    """The allowed certificate that the signature names."""
    named = {
        der
        for data in within(signature, "KeyInfo", "X509Data", DSIG)
        for one in data.iterchildren(f"{DSIG}X509Certificate")
        if (der := _decoded(one.text or "")) is not None
    }
    for one in signers:
        if one in named:
            return one
    raise UntrustedListError(
        f"{what} is signed by somebody who may not sign it: {_names(named)}",
        hint="The pointer to it, or the anchors in the settings, name other "
        "certificates. They may have been renewed: see docs/how-to/trusted-lists.md.",
    )


def _names(certificates: Iterable[bytes]) -> str:
    found = sorted(holder(one) or "somebody unreadable" for one in certificates)
    return on_one_line(", ".join(found), 200) or "no certificate is named"


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def _results(content: bytes, signer: bytes, what: str) -> Sequence[Any]:
    """What signxml found signed, each with its digest checked."""
    try:
        return XAdESVerifier().verify(
            content,
            parser=parser(),
            x509_cert=certificate(signer),
            expect_config=_configuration(certificate(signer)),
        )
    except _ANY_TROUBLE as cause:
        raise UntrustedListError(
            f"the signature of {what} is wrong: {on_one_line(str(cause), 200)}",
            hint=_HINT,
        ) from cause


def _configuration(signer: x509.Certificate) -> XAdESSignatureConfiguration:
    return XAdESSignatureConfiguration(
        location="./",
        expect_references=True,
        signature_methods=_METHODS,
        digest_algorithms=_DIGESTS,
        # Whether it was valid is asked of the moment that was signed, below.
        verification_time=signer.not_valid_before_utc,
    )


def _signing_time(results: Sequence[Any], what: str) -> datetime:
    properties = [
        one.signed_xml
        for one in results
        if one.signed_xml is not None
        and one.signed_xml.tag == f"{XADES}SignedProperties"
    ]
    for one in properties:
        for element in one.iter(f"{XADES}SigningTime"):
            try:
                moment = datetime.fromisoformat((element.text or "").strip())
            except ValueError:
                continue
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    raise UntrustedListError(
        f"the signature of {what} does not say when it was made", hint=_HINT
    )


def _refuse_invalid(signer: bytes, moment: datetime, what: str) -> None:
    found = certificate(signer)
    if not found.not_valid_before_utc <= moment <= found.not_valid_after_utc:
        raise UntrustedListError(
            f"{what} was signed at {moment:%Y-%m-%d}, when the certificate of "
            f"{common_name(found.subject)} was not valid",
            hint=_HINT,
        )
