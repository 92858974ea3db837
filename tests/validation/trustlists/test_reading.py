"""Reading what claims to be a list: hostile, broken, or of a form not known."""

from __future__ import annotations

import re
import tracemalloc
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.errors import DigivlError, LimitExceededError, MalformedError
from digivl.testing.lists import Lists
from digivl.validation.trustlists import reading
from digivl.validation.trustlists.reading import read_list

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(name="content")
def _content(lists: Lists) -> bytes:
    """A list that is right."""
    return lists.files[lists.location_of("BE")]


def changed(content: bytes, pattern: str, by: str) -> bytes:
    """The list with the first match replaced."""
    found, count = re.subn(pattern, by, content.decode(), count=1, flags=re.DOTALL)
    assert count
    return found.encode()


def test_form_six_is_read(lists: Lists) -> None:
    """Version 6 (TS 119 612 v2.3.1 and newer) is read as version 5 is."""
    lists.countries["BE"].version = 6
    before = read_list(lists.files[lists.location_of("BE")])
    lists.publish()
    found = read_list(lists.files[lists.location_of("BE")])

    assert (5, 6) == (before.version, found.version)
    assert before.providers == found.providers


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"   ",
        b"no xml",
        b"<a",
        b"\xff\xfe<\x00a\x00/\x00>\x00",
        b'<?xml version="1.0" encoding="ISO-8859-1"?><a>\xe9</a>',
        b"<a>&nbsp;</a>",
        b"<a>&#0;</a>",
        b"<a/><b/>",
        b"<a>" * 300 + b"</a>" * 300,
        b"<a/>",
        b'<TrustServiceStatusList TSLTag="http://uri.etsi.org/19612/TSLTag"/>',
        b'<TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#"/>',
        (
            b'<TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#" '
            b'TSLTag="http://uri.etsi.org/19612/TSLTag"/>'
        ),
    ],
)
def test_what_is_no_list(document: bytes) -> None:
    """It is told as such, with a hint."""
    with pytest.raises(MalformedError) as refused:
        read_list(document)

    assert refused.value.hint


BOMB = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">%s]><a>&i;</a>' % b"".join(
    b'<!ENTITY %c "%s">' % (c + 1, b"&%c;" % c * 10) for c in range(97, 106)
)


@pytest.mark.parametrize(
    "document",
    [
        BOMB,
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<!doctype a [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]><a/>',
    ],
)
def test_document_types_are_refused(document: bytes) -> None:
    """Before anything is read: no entity grows, no file or address is opened."""
    with pytest.raises(MalformedError, match="document type"):
        read_list(document)


@pytest.mark.parametrize(
    ("document", "what"),
    [
        (b"<a>" + b" " * 20_000_000 + b"</a>", "bytes"),
        (b"<a>" + b"<b/>" * 400_001 + b"</a>", "tags"),
        (
            b"<a " + b" ".join(b'a%d=""' % n for n in range(200_001)) + b"/>",
            "attributes",
        ),
        (b"<a>" + b'<b xmlns:c="d"/>' * 5_001 + b"</a>", "namespaces"),
    ],
)
def test_immense(document: bytes, what: str) -> None:
    """What would take long only to be parsed is not parsed."""
    tracemalloc.start()
    with pytest.raises(LimitExceededError, match=what):
        read_list(document)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 1_000_000


@pytest.mark.parametrize(
    ("pattern", "by", "told"),
    [
        ("<TSLSequenceNumber>.*?</TSLSequenceNumber>", "", "TSLSequenceNumber"),
        (r"(<TSLSequenceNumber>)\d+", r"\1een", "no number: 'een'"),
        (r"(<TSLSequenceNumber>)\d+", r"\g<1>-1", "no number"),
        (r"(<TSLSequenceNumber>)\d+", r"\g<1>12345678901", "no number"),
        (r"(<TSLSequenceNumber>)\d+", r"\g<1>", "empty"),
        (r"(<TSLVersionIdentifier>)\d+", r"\g<1>7", "version 7"),
        (r"(<TSLVersionIdentifier>)\d+", r"\g<1>4", "version 4"),
        (
            "<SchemeInformation>",
            "<SchemeInformation/><SchemeInformation>",
            "2 of Scheme",
        ),
        ("<NextUpdate>.*?</NextUpdate>", "", "NextUpdate"),
        ("(<ListIssueDateTime>)[^<]*", r"\1vandaag", "no moment: 'vandaag'"),
        ("(<ListIssueDateTime>)[^<]*", r"\g<1>2026-01-01T00:00:00", "no time zone"),
        (
            "(<ListIssueDateTime>)[^<]*",
            r"\g<1>0001-01-01T00:00:00+10:00",
            "no moment",
        ),
        ("(<X509Certificate>)[^<]*", r"\1§", "not in base64"),
        ("<ServiceStatus>[^<]*</ServiceStatus>", "", "ServiceStatus"),
        ("<TSLLocation>[^<]*", "<TSLLocation>", "TSLLocation is empty"),
    ],
)
def test_what_breaks_the_form(content: bytes, pattern: str, by: str, told: str) -> None:
    """The part that is wrong is named, and the list."""
    with pytest.raises(MalformedError, match=told) as refused:
        read_list(changed(content, pattern, by), "de lijst van BE")

    assert "de lijst van BE" in str(refused.value)
    assert refused.value.hint


def test_what_may_lack(content: bytes) -> None:
    """A list may name no territory; who asks for one of a country refuses it then."""
    bare = changed(content, "<SchemeTerritory>BE</SchemeTerritory>", "")

    assert "" == read_list(bare).territory


def test_too_many_services(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list with more services than any has is refused."""
    monkeypatch.setattr(reading, "_MOST_SERVICES", 0)

    with pytest.raises(LimitExceededError, match="more than 0 services"):
        read_list(content)


SIE = "http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#"


def extended(content: bytes, inner: str) -> bytes:
    """The list with another extension of its service."""
    mark = "<ServiceInformationExtensions>"
    more = f'{mark}<Extension Critical="true">{inner}</Extension>'
    return changed(content, mark, more)


def qualified(criteria: str, qualifier: str = '<Qualifier uri="urn:x"/>') -> str:
    """An extension that qualifies certificates."""
    return (
        f'<Qualifications xmlns="{SIE}"><QualificationElement>'
        f"<Qualifiers>{qualifier}</Qualifiers>{criteria}"
        "</QualificationElement></Qualifications>"
    )


@pytest.mark.parametrize(
    ("criteria", "unknown"),
    [
        ('<CriteriaList assert="most"/>', ("most",)),
        (
            (
                '<CriteriaList assert="all"><KeyUsage><KeyUsageBit name="magic">true'
                "</KeyUsageBit></KeyUsage></CriteriaList>"
            ),
            ("KeyUsageBit magic",),
        ),
        (
            (
                '<CriteriaList assert="all"><KeyUsage><KeyUsageBit name="crlSign">maybe'
                "</KeyUsageBit></KeyUsage></CriteriaList>"
            ),
            ("KeyUsageBit crlSign",),
        ),
        (
            (
                '<CriteriaList assert="none"><CriteriaList assert="all">'
                '<otherCriteriaList><Moon xmlns="urn:x"/></otherCriteriaList>'
                "</CriteriaList></CriteriaList>"
            ),
            ("Moon",),
        ),
    ],
)
def test_criteria_not_known(
    content: bytes, criteria: str, unknown: tuple[str, ...]
) -> None:
    """They are kept by name, also from within."""
    found = read_list(extended(content, qualified(criteria)))
    (one,) = found.providers[0].services[0].current.qualifications

    assert unknown == one.criteria.unknown
    assert ("urn:x",) == one.qualifiers


@pytest.mark.parametrize(
    ("criteria", "qualifier"),
    [("", '<Qualifier uri="urn:x"/>'), ("<CriteriaList/>", "")],
)
def test_half_a_qualification(content: bytes, criteria: str, qualifier: str) -> None:
    """Qualifiers without criteria, or the other way round, break the form."""
    with pytest.raises(MalformedError, match="QualificationElement"):
        read_list(extended(content, qualified(criteria, qualifier)))


def test_extensions_not_known(content: bytes) -> None:
    """A critical one that is not known is told; another one is passed over."""
    found = read_list(extended(content, '<Moon xmlns="urn:x"/>'))

    assert ("Moon",) == found.providers[0].services[0].current.critical


def test_names_in_dutch_first(content: bytes) -> None:
    """A Dutch name goes before the English one."""
    name = "(<SchemeOperatorName>)(<Name)"
    more = r'\1<Name xml:lang="nl">Toezicht\n in Vlaanderen</Name>\2'

    assert "Toezicht in Vlaanderen" == read_list(changed(content, name, more)).operator


@given(
    st.binary(max_size=200) | st.text("<>&;![]a =\"'/x", max_size=200).map(str.encode)
)
def test_anything(document: bytes) -> None:
    """Whatever comes in, an error of ours comes out."""
    with pytest.raises(DigivlError):
        read_list(document)
