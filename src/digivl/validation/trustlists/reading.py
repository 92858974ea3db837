"""From the XML of a list to its record (TS 119 612, version 2.1.1 up to 2.4.1).

What the form demands and a record needs is demanded here too, each time with the name
of what lacks; what a record does not need is not looked at.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from digivl.errors import LimitExceededError, MalformedError
from digivl.validation.trustlists import extensions
from digivl.validation.trustlists.hardened import parsed
from digivl.validation.trustlists.model import (
    DigitalIdentity,
    Pointer,
    Provider,
    Service,
    ServiceState,
    TrustedList,
)
from digivl.validation.trustlists.names import (
    LIST_TAG,
    ListType,
    ServiceStatus,
    ServiceType,
    known,
)
from digivl.validation.trustlists.nodes import (
    TSL,
    Element,
    breaks_form,
    children,
    needed,
    text,
    text_needed,
    within,
)

#: Forms that are understood: version 5 by TS 119 612 v2.1.1, version 6 by v2.3.1.
VERSIONS: Final = (5, 6)

_LONGEST_NUMBER: Final = 9
_MOST_SERVICES: Final = 20_000


def read_list(content: bytes, what: str = "the list") -> TrustedList:
    """The record of a list; nothing is known yet of who made it.

    Args:
        content: The XML.
        what: How it is called, for the errors.

    Raises:
        MalformedError: It is no trusted list, or one that breaks the form.
        LimitExceededError: Larger than any list is.
    """
    return from_root(parsed(content, what), what)


def from_root(root: Element, what: str) -> TrustedList:
    """The record of a list that was parsed already; else as `read_list`."""
    refuse_other_roots(root, what)
    try:
        return _list(root)
    except MalformedError as cause:
        raise type(cause)(f"{what}: {cause}", hint=cause.hint) from cause


def refuse_other_roots(root: Element, what: str) -> None:
    """Refuse XML of another kind.

    Raises:
        MalformedError: It is.
    """
    if root.tag != f"{TSL}TrustServiceStatusList" or root.get("TSLTag") != LIST_TAG:
        raise MalformedError(
            f"{what} is XML, but no trusted list",
            hint="A list starts with TrustServiceStatusList; check its address.",
        )


def _list(root: Element) -> TrustedList:
    scheme = needed(root, "SchemeInformation")
    version = _number(scheme, "TSLVersionIdentifier")
    if version not in VERSIONS:
        raise MalformedError(
            f"it has version {version}; known are 5 and 6",
            hint="A newer version of digivl may know it.",
        )
    services = root.iter(f"{TSL}TSPService")
    if sum(1 for _ in services) > _MOST_SERVICES:
        raise LimitExceededError(
            f"it has more than {_MOST_SERVICES} services",
            hint="No list has so many; check where it comes from.",
        )
    return TrustedList(
        version=version,
        sequence=_number(scheme, "TSLSequenceNumber"),
        type=known(ListType, text_needed(scheme, "TSLType")),
        territory=text(scheme, "SchemeTerritory"),
        operator=_named(scheme, "SchemeOperatorName"),
        issued=_moment(needed(scheme, "ListIssueDateTime")),
        next_update=_next_update(scheme),
        information=_information(scheme),
        pointers=tuple(
            _pointer(one)
            for one in within(scheme, "PointersToOtherTSL", "OtherTSLPointer")
        ),
        providers=tuple(
            _provider(one)
            for one in within(root, "TrustServiceProviderList", "TrustServiceProvider")
        ),
    )


def _next_update(scheme: Element) -> datetime | None:
    for one in children(needed(scheme, "NextUpdate"), "dateTime"):
        return _moment(one)
    return None


def _information(scheme: Element) -> tuple[str, ...]:
    found = within(scheme, "SchemeInformationURI", "URI")
    return tuple(dict.fromkeys((one.text or "").strip() for one in found))


def _pointer(element: Element) -> Pointer:
    identities = within(element, "ServiceDigitalIdentities", "ServiceDigitalIdentity")
    signers = [der for one in identities for der in _identity(one).certificates]
    about = [
        fact
        for info in within(element, "AdditionalInformation", "OtherInformation")
        for fact in info.iterchildren(etree.Element)
    ]
    said = {str(etree.QName(fact).localname): fact for fact in about}
    operator = said.get("SchemeOperatorName")
    return Pointer(
        location=text_needed(element, "TSLLocation"),
        signers=tuple(dict.fromkeys(signers)),
        territory=_said(said, "SchemeTerritory"),
        type=known(ListType, _said(said, "TSLType")),
        mime_type=_said(said, "MimeType"),
        operator="" if operator is None else _name(operator),
    )


def _said(said: dict[str, Element], name: str) -> str:
    element = said.get(name)
    return "" if element is None else (element.text or "").strip()


def _provider(element: Element) -> Provider:
    about = needed(element, "TSPInformation")
    return Provider(
        name=_named(about, "TSPName"),
        trade_names=tuple(
            (one.text or "").strip() for one in within(about, "TSPTradeName", "Name")
        ),
        services=tuple(_services(element)),
    )


def _services(element: Element) -> Iterator[Service]:
    for one in within(element, "TSPServices", "TSPService"):
        former = within(one, "ServiceHistory", "ServiceHistoryInstance")
        yield Service(
            (
                _state(needed(one, "ServiceInformation")),
                *(_state(each) for each in former),
            )
        )


def _state(element: Element) -> ServiceState:
    found = extensions.read(
        within(element, "ServiceInformationExtensions", "Extension"), _moment
    )
    return ServiceState(
        type=known(ServiceType, text_needed(element, "ServiceTypeIdentifier")),
        name=_named(element, "ServiceName"),
        status=known(ServiceStatus, text_needed(element, "ServiceStatus")),
        since=_moment(needed(element, "StatusStartingTime")),
        identity=_identity(needed(element, "ServiceDigitalIdentity")),
        additional=found.additional,
        qualifications=found.qualifications,
        taken_over_by=found.taken_over_by,
        expired_kept_since=found.expired_kept_since,
        critical=found.critical,
    )


def _identity(element: Element) -> DigitalIdentity:
    ids = list(children(element, "DigitalId"))
    return DigitalIdentity(
        certificates=tuple(
            _bytes(one) for each in ids for one in children(each, "X509Certificate")
        ),
        subjects=tuple(
            (one.text or "").strip()
            for each in ids
            for one in children(each, "X509SubjectName")
        ),
        key_identifiers=tuple(
            _bytes(one) for each in ids for one in children(each, "X509SKI")
        ),
    )


def _named(element: Element, name: str) -> str:
    return _name(needed(element, name))


def _name(element: Element) -> str:
    """In Dutch where there is a Dutch one, else in English, else the first."""
    names = {
        one.get("{http://www.w3.org/XML/1998/namespace}lang", ""): one.text or ""
        for one in children(element, "Name")
    }
    chosen = names.get("nl") or names.get("en") or next(iter(names.values()), "")
    return " ".join(chosen.split())


def _number(element: Element, name: str) -> int:
    found = text_needed(element, name)
    if not (found.isascii() and found.isdigit() and len(found) <= _LONGEST_NUMBER):
        raise breaks_form(f"{name} is no number: {found[:40]!r}")
    return int(found)


def _moment(element: Element) -> datetime:
    name, found = etree.QName(element).localname, (element.text or "").strip()
    try:
        moment = datetime.fromisoformat(found)
    except ValueError as cause:
        raise breaks_form(f"{name} is no moment: {found[:40]!r}") from cause
    if moment.tzinfo is None:
        raise breaks_form(f"{name} has no time zone: {found[:40]!r}")
    try:
        return moment.astimezone(UTC)
    except OverflowError as cause:
        raise breaks_form(f"{name} is no moment: {found[:40]!r}") from cause


def _bytes(element: Element) -> bytes:
    name = etree.QName(element).localname
    try:
        return base64.b64decode("".join((element.text or "").split()), validate=True)
    except (binascii.Error, ValueError) as cause:
        raise breaks_form(f"{name} is not in base64") from cause
