"""What a list says about a service beside its status (TS 119 612, 5.5.9)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final

import attrs
from lxml import etree

from digivl.validation.trustlists.model import (
    Assertion,
    Criteria,
    KeyUsageBit,
    Qualification,
)
from digivl.validation.trustlists.names import Qualifier, Usage, known
from digivl.validation.trustlists.nodes import (
    EXTRA,
    SIE,
    TSL,
    XADES,
    Element,
    breaks_form,
    children,
    within,
)

_BITS: Final = frozenset(
    "digitalSignature nonRepudiation keyEncipherment dataEncipherment keyAgreement "
    "keyCertSign crlSign encipherOnly decipherOnly".split()
)
_TRUTH: Final = {"true": True, "1": True, "false": False, "0": False}


@attrs.define
class Extensions:
    """What was found; see `ServiceState`."""

    additional: tuple[Usage | str, ...] = ()
    qualifications: tuple[Qualification, ...] = ()
    taken_over_by: str = ""
    expired_kept_since: datetime | None = None
    critical: tuple[str, ...] = ()


def read(
    elements: Iterable[Element], moment: Callable[[Element], datetime]
) -> Extensions:
    """The extensions of a service.

    Args:
        elements: Each `Extension`.
        moment: Reads an element with a moment.

    Raises:
        MalformedError: One that breaks its form.
    """
    found = Extensions()
    for element in elements:
        critical = element.get("Critical", "").strip() in {"true", "1"}
        for inner in element.iterchildren(etree.Element):
            _take(found, inner, moment, critical=critical)
    return found


def _take(
    found: Extensions,
    inner: Element,
    moment: Callable[[Element], datetime],
    *,
    critical: bool,
) -> None:
    if inner.tag == f"{TSL}AdditionalServiceInformation":
        uris = ((one.text or "").strip() for one in children(inner, "URI"))
        found.additional += tuple(known(Usage, uri) for uri in uris)
    elif inner.tag == f"{SIE}Qualifications":
        found.qualifications += tuple(
            _qualification(one) for one in children(inner, "QualificationElement", SIE)
        )
    elif inner.tag == f"{EXTRA}TakenOverBy":
        names = [one for each in children(inner, "TSPName", EXTRA) for one in each]
        found.taken_over_by = " ".join((names[0].text or "").split()) if names else ""
    elif inner.tag == f"{TSL}ExpiredCertsRevocationInfo":
        found.expired_kept_since = moment(inner)
    elif critical:
        found.critical += (str(etree.QName(inner).localname),)


def _qualification(element: Element) -> Qualification:
    uris = [
        one.get("uri", "") for one in within(element, "Qualifiers", "Qualifier", SIE)
    ]
    lists = list(children(element, "CriteriaList", SIE))
    if not uris or len(lists) != 1:
        raise breaks_form(
            "a QualificationElement has no qualifier, or not one list of criteria"
        )
    return Qualification(
        qualifiers=tuple(known(Qualifier, uri) for uri in uris),
        criteria=_criteria(lists[0]),
    )


def _criteria(element: Element) -> Criteria:
    named = element.get("assert", Assertion.ALL.value)
    unknown = [] if named in set(Assertion) else [named]
    inner = tuple(_criteria(one) for one in children(element, "CriteriaList", SIE))
    others = [
        one
        for each in children(element, "otherCriteriaList", SIE)
        for one in each.iterchildren(etree.Element)
    ]
    purposes = [one for one in others if one.tag == f"{EXTRA}ExtendedKeyUsage"]
    attributes = [one for one in others if one.tag == f"{EXTRA}CertSubjectDNAttribute"]
    unknown += [
        str(etree.QName(one).localname)
        for one in others
        if one not in purposes and one not in attributes
    ]
    usages = tuple(
        tuple(_bits(one, unknown)) for one in children(element, "KeyUsage", SIE)
    )
    return Criteria(
        assertion=Assertion.ALL if unknown else Assertion(named),
        key_usages=usages,
        policy_sets=tuple(
            _oids(one, f"{SIE}PolicyIdentifier")
            for one in children(element, "PolicySet", SIE)
        ),
        extended_key_usages=tuple(
            _oids(one, f"{EXTRA}KeyPurposeId") for one in purposes
        ),
        subject_attributes=tuple(
            _oids(one, f"{EXTRA}AttributeOID") for one in attributes
        ),
        lists=inner,
        unknown=(*unknown, *(name for one in inner for name in one.unknown)),
    )


def _bits(element: Element, unknown: list[str]) -> Iterator[KeyUsageBit]:
    for one in children(element, "KeyUsageBit", SIE):
        name, wanted = one.get("name", ""), _TRUTH.get((one.text or "").strip())
        if name not in _BITS or wanted is None:
            unknown.append(f"KeyUsageBit {name[:40]}")
        else:
            yield KeyUsageBit(name=name, wanted=wanted)


def _oids(element: Element, name: str) -> tuple[str, ...]:
    """Object identifiers, which are written as such, as URN or as URI."""
    found = (
        (one.text or "").strip()
        for each in element.iterchildren(name)
        for one in each.iterchildren(f"{XADES}Identifier")
    )
    return tuple(
        one[8:] if one.lower().startswith("urn:oid:") else one for one in found
    )
