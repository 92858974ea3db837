"""Certificates whose qualification is known, with the lists that decide on it.

Each has an authority of its own, so that no case changes another. The answers are those
of the law as EU DSS reads it; a test lets DSS say them too.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import attrs

from digivl.testing.lists import EVERY_USE, Lists, state
from digivl.testing.lists_pki import Holder, authority, person
from digivl.validation.trustlists.facts import (
    QC_COMPLIANCE,
    QC_SSCD,
    QCP_PLUS,
    TYPE_ESEAL,
    TYPE_ESIGN,
    TYPE_WEB,
)
from digivl.validation.trustlists.model import (
    Assertion,
    Criteria,
    KeyUsageBit,
    Qualification,
)
from digivl.validation.trustlists.names import (
    Qualifier,
    ServiceStatus,
    ServiceType,
    Usage,
)

_DAY: Final = timedelta(days=1)
_SIGNS: Final = Criteria(
    key_usages=((KeyUsageBit(name="nonRepudiation", wanted=True),),)
)
_POLICY: Final = "1.3.6.1.4.1.99999.1"
_ESIG_QSCD: Final = "QCERT_FOR_ESIG_QSCD"
_UNKNOWN: Final = "QCERT_FOR_UNKNOWN_QSCD"
_ESIG: Final = "QCERT_FOR_ESIG"
_PLAIN: Final = "CERT_FOR_ESIG"


@attrs.frozen
class Case:
    """A certificate, and what it is.

    Attributes:
        name: What it shows.
        holder: Of the certificate.
        issued: Its qualification when it was issued.
        now: Its qualification at the present moment.
    """

    name: str
    holder: Holder
    issued: str
    now: str


@attrs.frozen
class _Maker:
    """Makes cases, and puts what decides on the list of Belgium."""

    lists: Lists

    def ago(self, days: int) -> datetime:
        """Whole seconds, as lists have them."""
        return (self.lists.clock() - days * _DAY).replace(microsecond=0)

    def made(
        self,
        name: str,
        issued: str,
        now: str = "",
        *,
        states: tuple[dict[str, Any], ...] = ({},),
        listed: bool = True,
        **certificate: Any,
    ) -> Case:
        """A case whose authority has been listed for so long in these states."""
        above = authority(f"Proef CA {name}", self.ago(1_000))
        since: dict[str, Any] = {"since": self.ago(900)}
        if listed:
            self.lists.countries["BE"].add(
                *(state(above, **(since | one)) for one in states)
            )
        told: dict[str, Any] = {"types": (TYPE_ESIGN,)} | certificate
        holder = person(above, f"Proef {name}", self.ago(100), **told)
        return Case(name, holder, issued, now or issued)

    def qualified(self, name: str, issued: str, *said: Qualifier, **more: Any) -> Case:
        """A case in which the list says something of all certificates that sign."""
        criteria = more.pop("criteria", _SIGNS)
        uses = more.pop("additional", EVERY_USE)
        one = Qualification(qualifiers=said, criteria=criteria)
        states = ({"qualifications": (one,), "additional": uses},)
        return self.made(name, issued, states=states, **more)


def qualified_cases(lists: Lists) -> list[Case]:
    """Cases on the list of Belgium; publish the lists afterwards."""
    maker = _Maker(lists)
    return [
        *_by_certificate(maker),
        *_by_service(maker),
        *_by_qualifier(maker),
        *_by_criteria(maker),
        *_of_before(maker),
    ]


def _by_certificate(maker: _Maker) -> Iterator[Case]:
    yield maker.made("handtekening", _ESIG_QSCD)
    yield maker.made("zegel", "QCERT_FOR_ESEAL_QSCD", types=(TYPE_ESEAL,))
    web = ({"additional": (*EVERY_USE, Usage.WEB_SITES)},)
    yield maker.made("website", "QCERT_FOR_WSA", types=(TYPE_WEB,), states=web)
    yield maker.made("zonder kaart", _ESIG, statements=(QC_COMPLIANCE,))
    yield maker.made("zonder soort", _ESIG_QSCD, types=())
    both = (TYPE_ESIGN, TYPE_ESEAL)
    yield maker.made("twee soorten", "QCERT_FOR_UNKNOWN_QSCD", types=both)
    yield maker.made("niet gekwalificeerd", _PLAIN, statements=())
    yield maker.made("gewoon", "CERT_FOR_UNKNOWN", statements=(), types=())
    yield maker.made("ander recht", _PLAIN, countries=("CH",))
    yield maker.made("niet op een lijst", "NA", listed=False)


def _by_service(maker: _Maker) -> Iterator[Case]:
    withdrawn = {"since": maker.ago(50), "status": ServiceStatus.WITHDRAWN}
    yield maker.made("ingetrokken", _ESIG_QSCD, _PLAIN, states=(withdrawn, {}))
    later = ({"since": maker.ago(50)},)
    yield maker.made("later erkend", _PLAIN, _ESIG_QSCD, states=later)
    again: tuple[dict[str, Any], ...] = ({"since": maker.ago(20)}, withdrawn, {})
    yield maker.made("opnieuw erkend", _ESIG_QSCD, states=again)
    other = ({"type": ServiceType.CA_PKC, "additional": EVERY_USE},)
    yield maker.made("andere dienst", _PLAIN, states=other)
    seals = ({"additional": (Usage.ESEALS,)},)
    yield maker.made("enkel zegels", _PLAIN, states=seals)
    national = ({"status": ServiceStatus.RECOGNISED_NATIONALLY},)
    yield maker.made("nationaal", _PLAIN, states=national)
    unknown = ({"status": "urn:digivl:test:status"},)
    yield maker.made("onbekende toestand", _PLAIN, states=unknown)
    yield _contradicted(maker)
    yield _below_root(maker)


def _contradicted(maker: _Maker) -> Case:
    case = maker.made("tegenspraak", "NA")
    above = case.holder.above
    no = Qualification(qualifiers=(Qualifier.NOT_QUALIFIED,), criteria=_SIGNS)
    if above is not None:
        other = state(above, maker.ago(900), qualifications=(no,))
        maker.lists.countries["NL"].add(other)
    return case


def _below_root(maker: _Maker) -> Case:
    root = authority("Proef Root CA", maker.ago(1_000))
    maker.lists.countries["BE"].add(state(root, maker.ago(900)))
    issuing = authority("Proef CA onder root", maker.ago(900), root)
    holder = person(issuing, "Proef onder root", maker.ago(100), types=(TYPE_ESIGN,))
    return Case("onder een root", holder, _ESIG_QSCD, _ESIG_QSCD)


def _by_qualifier(maker: _Maker) -> Iterator[Case]:
    no_card, neither = (QC_COMPLIANCE,), ()
    yield maker.qualified(
        "QCStatement", _ESIG, Qualifier.QC_STATEMENT, statements=neither
    )
    yield maker.qualified("NotQualified", _PLAIN, Qualifier.NOT_QUALIFIED)
    yield maker.qualified(
        "beide", _PLAIN, Qualifier.QC_STATEMENT, Qualifier.NOT_QUALIFIED
    )
    for one in (Qualifier.WITH_QSCD, Qualifier.QSCD_ON_BEHALF):
        yield maker.qualified(one.name, _ESIG_QSCD, one, statements=no_card)
    yield maker.qualified("NO_QSCD", _ESIG, Qualifier.NO_QSCD)
    yield maker.qualified("zelf", _ESIG_QSCD, Qualifier.QSCD_AS_IN_CERT)
    yield maker.qualified("wel en niet", _ESIG, Qualifier.WITH_QSCD, Qualifier.NO_QSCD)
    yield maker.qualified("vroeger woord", _ESIG, Qualifier.WITH_SSCD)
    yield maker.qualified("QCForESeal", "QCERT_FOR_ESEAL_QSCD", Qualifier.FOR_ESEAL)
    yield maker.qualified(
        "QCForESig", _ESIG_QSCD, Qualifier.FOR_ESIG, types=(TYPE_ESEAL,)
    )
    legal, esig, eseal = (
        *(Qualifier.LEGAL_PERSON, Qualifier.FOR_ESIG, Qualifier.FOR_ESEAL),
    )
    yield maker.qualified("rechtspersoon", _PLAIN, legal)
    yield maker.qualified("twee doelen", _UNKNOWN, esig, eseal)
    sealing: dict[str, Any] = {"types": (TYPE_ESEAL,)}
    yield maker.qualified("rechtspersoon tekent", _UNKNOWN, legal, esig, **sealing)
    only: dict[str, Any] = {"additional": (Usage.ESIGNATURES,)}
    yield maker.qualified("doel naast de dienst", _UNKNOWN, eseal, **only)


def _by_criteria(maker: _Maker) -> Iterator[Case]:
    with_card = Qualifier.WITH_QSCD
    met = Criteria(policy_sets=((_POLICY,),))
    more: dict[str, Any] = {"statements": (QC_COMPLIANCE,), "policies": (_POLICY,)}
    for name, criteria, expected in (
        ("beleid", met, _ESIG_QSCD),
        ("ander beleid", Criteria(policy_sets=(("1.2.3.4",),)), _ESIG),
        ("geen ervan", attrs.evolve(met, assertion=Assertion.NONE), _ESIG),
        (
            "een ervan",
            Criteria(
                assertion=Assertion.AT_LEAST_ONE,
                policy_sets=(("1.2.3.4",), (_POLICY,)),
            ),
            _ESIG_QSCD,
        ),
        ("naam", Criteria(subject_attributes=(("2.5.4.3",),)), _ESIG_QSCD),
        ("andere naam", Criteria(subject_attributes=(("2.5.4.42",),)), _ESIG),
        ("doel", Criteria(extended_key_usages=(("1.3.6.1.5.5.7.3.4",),)), _ESIG),
        ("genest", Criteria(lists=(met, _SIGNS)), _ESIG_QSCD),
    ):
        yield maker.qualified(name, expected, with_card, criteria=criteria, **more)


def _of_before(maker: _Maker) -> Iterator[Case]:
    above = authority("Proef CA vroeger", datetime(2012, 1, 2, tzinfo=UTC))
    accredited = state(
        above,
        datetime(2013, 1, 2, tzinfo=UTC),
        status=ServiceStatus.ACCREDITED,
        additional=(),
    )
    granted = state(above, datetime(2016, 7, 1, tzinfo=UTC))
    maker.lists.countries["BE"].add(granted, accredited)
    issued = datetime(2014, 1, 2, tzinfo=UTC)
    by_policy = person(
        above, "Proef vroeger", issued, statements=(), policies=(QCP_PLUS,)
    )
    yield Case("vroeger, door beleid", by_policy, _ESIG_QSCD, _ESIG_QSCD)
    stated = person(
        above, "Proef vroeger 2", issued, statements=(QC_COMPLIANCE, QC_SSCD)
    )
    yield Case("vroeger, gezegd", stated, _ESIG_QSCD, _ESIG_QSCD)
    plain = person(above, "Proef vroeger 3", issued, statements=())
    yield Case("vroeger, gewoon", plain, "CERT_FOR_UNKNOWN", "CERT_FOR_UNKNOWN")
