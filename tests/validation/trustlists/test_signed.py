"""Whose signature is on a list: once, over all of it, by who may."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digivl.errors import DigivlError, MalformedError, UntrustedListError
from digivl.testing import lists_xml
from digivl.testing.lists import (
    Lists,
    broken,
    not_conform,
    not_parsable,
    signed_by_another,
    state,
    twice_signed,
    unsigned,
)
from digivl.testing.lists_pki import Holder, authority, list_signer
from digivl.testing.lists_xml import signed
from digivl.validation.trustlists.reading import read_list
from digivl.validation.trustlists.signed import verified

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(name="signer")
def _signer(lists: Lists) -> Holder:
    """Who signs the list of Belgium."""
    return lists.countries["BE"].signer


@pytest.fixture(name="content")
def _content(lists: Lists) -> bytes:
    """The list of Belgium."""
    return lists.files[lists.location_of("BE")]


def test_well_signed(content: bytes, signer: Holder) -> None:
    """What it says, who signed and when."""
    other = list_signer("Proef andere", "BE", NOW)
    found = verified(content, (other.der, signer.der))

    assert read_list(content) == found.list
    assert (signer.der, NOW) == (found.signer, found.signed)
    assert 64 == len(found.sha256)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (unsigned, "not signed"),
        (broken, "is wrong"),
        (
            lambda content: signed_by_another(content, NOW),
            "who may not sign it: Proef vr",
        ),
        (not_parsable, "is not XML"),
    ],
)
def test_refused(content: bytes, signer: Holder, spoil: object, told: str) -> None:
    """Not signed, changed, by another, cut short."""
    assert callable(spoil)
    with pytest.raises(DigivlError, match=told) as refused:
        verified(spoil(content), (signer.der,))

    assert refused.value.hint


def test_signed_twice(content: bytes, signer: Holder) -> None:
    """Two signatures, even of the same signer, are one too many."""
    with pytest.raises(UntrustedListError, match="has 2 signatures"):
        verified(twice_signed(content, signer, NOW), (signer.der,))


def test_well_signed_but_no_list(content: bytes, signer: Holder) -> None:
    """A good signature makes no list of what is none."""
    with pytest.raises(MalformedError, match="TSLSequenceNumber"):
        verified(not_conform(content, signer, NOW), (signer.der,))


def test_nobody_may_sign(content: bytes) -> None:
    """A pointer without certificates lets nobody sign."""
    with pytest.raises(UntrustedListError, match="who may not"):
        verified(content, ())


def test_no_certificate_is_named(content: bytes, signer: Holder) -> None:
    """A signature has to say whose it is."""
    bare = re.sub(
        rb"<ds:X509Certificate>.*?</ds:X509Certificate>", b"", content, flags=re.DOTALL
    )

    with pytest.raises(UntrustedListError, match="no certificate is named"):
        verified(bare, (signer.der,))


@pytest.mark.parametrize("text", [b"AAAA", b"\xc2\xa7"])
def test_a_certificate_that_cannot_be_read(
    content: bytes, signer: Holder, text: bytes
) -> None:
    """It is nobody's."""
    pattern = rb"(<ds:X509Certificate>).*?(</ds:X509Certificate>)"
    odd = re.sub(pattern, rb"\1" + text + rb"\2", content, flags=re.DOTALL)

    with pytest.raises(UntrustedListError, match="who may not sign it"):
        verified(odd, (signer.der,))


def test_an_allowed_certificate_that_is_none(content: bytes) -> None:
    """What a pointer names may be no certificate at all."""
    pattern = rb"(<ds:X509Certificate>).*?(</ds:X509Certificate>)"
    odd = re.sub(pattern, rb"\1AAAA\2", content, flags=re.DOTALL)

    with pytest.raises(UntrustedListError, match="is wrong"):
        verified(odd, (b"\0\0\0",))


@pytest.mark.parametrize("days", [-1_000, 4_000])
def test_signed_outside_validity(content: bytes, signer: Holder, days: int) -> None:
    """The certificate has to be valid when it signs."""
    again = signed(unsigned(content), signer, NOW + days * DAY)

    with pytest.raises(UntrustedListError, match="was not valid"):
        verified(again, (signer.der,))


def test_an_expired_signer_of_then(content: bytes, signer: Holder) -> None:
    """A list of former years is still well signed: nothing here asks for the date."""
    old = signer.certificate.not_valid_before_utc + DAY
    again = signed(unsigned(content), signer, old)

    assert old == verified(again, (signer.der,)).signed


SIGNATURE = re.compile(rb"<ds:Signature[ >].*</ds:Signature>", re.DOTALL)


def wrapped(content: bytes, kind: str) -> bytes:
    """Another list around, beside or within the one that was signed."""
    head, rest = content.split(b"?>\n", 1)
    evil = unsigned(rest).replace(b"Proef toezicht", b"Vals toezicht")
    (signature,) = SIGNATURE.findall(rest)
    end = b"</TrustServiceStatusList>"
    if kind == "signed list in an object":
        inner = signature.replace(
            b"</ds:Signature>",
            b"<ds:Object>%s</ds:Object></ds:Signature>" % unsigned(rest),
        )
        made = evil.replace(end, inner + end)
    elif kind == "signed list as an extension":
        made = evil.replace(end, rest + end)
    elif kind == "list around it":
        made = evil.replace(end, unsigned(rest) + signature + end)
    elif kind == "other name":
        made = evil.replace(b'Id="lijst"', b'Id="vals"').replace(
            end, unsigned(rest) + signature + end
        )
    elif kind == "signature moved":
        made = rest.replace(signature, b"").replace(
            b"</SchemeInformation>", signature + b"</SchemeInformation>"
        )
    else:
        made = rest.replace(b'ID="', b'Id="').replace(
            b"<SchemeInformation>", b'<SchemeInformation id="lijst">'
        )
    return head + b"?>\n" + made


@pytest.mark.parametrize(
    "kind",
    [
        "signed list in an object",
        "signed list as an extension",
        "list around it",
        "other name",
        "signature moved",
        "name twice",
    ],
)
def test_wrapping(content: bytes, signer: Holder, kind: str) -> None:
    """What was signed elsewhere in the document is not what is read."""
    made = wrapped(content, kind)
    assert made != content

    with pytest.raises(UntrustedListError):
        verified(made, (signer.der,))


@pytest.mark.parametrize(
    ("pattern", "by"),
    [
        (rb'URI="#lijst"', b'URI="#elders"'),
        (rb'URI="#lijst"', b'URI="http://lists.example/be.xml"'),
        (rb"<ds:Transform Algorithm=\"[^\"]*enveloped-signature\"/>", b""),
        (
            rb"http://www.w3.org/2000/09/xmldsig#enveloped-signature",
            b"http://www.w3.org/TR/1999/REC-xpath-19991116",
        ),
        (rb'(<ds:Reference )URI="#SignXMLCertificate', rb'\1URI="#lijst" Id="'),
    ],
)
def test_other_references(
    content: bytes, signer: Holder, pattern: bytes, by: bytes
) -> None:
    """A signature over something else, or by an expression, is no signature over it."""
    made, count = re.subn(pattern, by, content, count=1)
    assert count

    with pytest.raises(UntrustedListError, match="not over the whole list"):
        verified(made, (signer.der,))


def test_a_comment_changes_nothing(content: bytes, signer: Holder) -> None:
    """What a comment hides from a signer, a reader does not see either."""
    made = content.replace(b"Proef toezicht", b"Proef<!-- x --> toezicht", 1)

    assert verified(content, (signer.der,)).list == verified(made, (signer.der,)).list


def test_a_weak_digest_is_refused(content: bytes, signer: Holder) -> None:
    """SHA-1 makes no signature."""
    made = content.replace(b"xmlenc#sha256", b"xmldsig#sha1").replace(
        b"2001/04/xmldsig#sha1", b"2000/09/xmldsig#sha1"
    )

    with pytest.raises(UntrustedListError, match="is wrong"):
        verified(made, (signer.der,))


def test_without_signing_time(content: bytes, signer: Holder) -> None:
    """Signed properties without a moment are refused (XAdES baseline)."""
    made = re.sub(rb"<xades:SigningTime>.*?</xades:SigningTime>", b"", content)

    with pytest.raises(UntrustedListError):
        verified(made, (signer.der,))


@pytest.mark.parametrize("told", ["2026-06-01T24:00:00Z", "-0044-03-15T12:00:00Z"])
def test_a_signing_time_that_is_none(
    content: bytes, signer: Holder, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    """What was signed has to say when, in a way that can be read."""
    monkeypatch.setattr(lists_xml, "_moment", lambda _: told)
    odd = signed(unsigned(content), signer, NOW)

    with pytest.raises(UntrustedListError, match="does not say when"):
        verified(odd, (signer.der,))


def test_no_signing_time(
    content: bytes, signer: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor may it lack (XAdES baseline B)."""
    monkeypatch.setattr(lists_xml.Signer, "add_signing_time", lambda *_, **__: None)
    odd = signed(unsigned(content), signer, NOW)

    with pytest.raises(UntrustedListError, match="does not say when"):
        verified(odd, (signer.der,))


def made_once() -> tuple[bytes, Holder]:
    """A list with one service, for what changes it in many ways."""
    lists = Lists.made(lambda: NOW)
    lists.countries["BE"].add(state(authority("Proef CA", NOW - 9 * DAY), NOW))
    lists.publish("BE")
    return lists.files[lists.location_of("BE")], lists.countries["BE"].signer


LIST, SIGNER = made_once()
RIGHT = verified(LIST, (SIGNER.der,))


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, len(LIST) - 1), st.integers(1, 255))
def test_no_byte_can_be_changed(position: int, by: int) -> None:
    """A list with one byte changed is refused, or says the very same.

    The second happens where a byte has no meaning: space between attributes, the
    XML declaration, the names of prefixes nobody uses.
    """
    changed = bytearray(LIST)
    changed[position] ^= by
    try:
        found = verified(bytes(changed), (SIGNER.der,))
    except DigivlError:
        return
    assert (RIGHT.list, RIGHT.signer, RIGHT.signed) == (
        found.list,
        found.signer,
        found.signed,
    )


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_part_can_be_moved(data: st.DataObject) -> None:
    """A list with a piece cut out or doubled is refused, or says the very same."""
    start = data.draw(st.integers(0, len(LIST) - 1))
    end = data.draw(st.integers(start, min(start + 400, len(LIST))))
    piece = LIST[start:end] * data.draw(st.sampled_from([0, 2]))
    try:
        found = verified(LIST[:start] + piece + LIST[end:], (SIGNER.der,))
    except DigivlError:
        return
    assert RIGHT.list == found.list
