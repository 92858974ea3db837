from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from asn1crypto import tsp
from hypothesis import given
from hypothesis import strategies as st

from digivl.pdf import timestamps
from digivl.pdf.timestamps import timestamp_request
from digivl.testing.papers import paper
from digivl.testing.tsa import TSASimulator
from digivl.validation.report import as_json
from digivl.validation.trust import Trust
from digivl.validation.verdict import Indication, SubIndication

if TYPE_CHECKING:
    from collections.abc import Callable

    from digivl.signing.development import DevelopmentKeys
    from digivl.validation.verdict import FileVerdict


def indications(verdict: FileVerdict) -> list[tuple[Indication, SubIndication | None]]:
    """What each signature got."""
    return [(one.indication, one.sub_indication) for one in verdict.signatures]


PASSED = (Indication.TOTAL_PASSED, None)


def test_two_good_signatures_pass(
    judged: Callable[..., FileVerdict], twice: bytes
) -> None:
    """Both pass; the first names the later signature as change, the last covers all."""
    verdict = judged(twice)
    first, last = verdict.signatures

    assert PASSED == (verdict.indication, verdict.sub_indication)
    assert [PASSED, PASSED] == indications(verdict)
    assert ("Test Minister", "Test Secretaris") == (first.signer, last.signer)
    assert ((False, ("FORM",)), (True, ())) == (
        (first.covers_whole_document, first.changes),
        (last.covers_whole_document, last.changes),
    )


def test_a_timestamp_has_a_verdict_of_its_own(
    judged: Callable[..., FileVerdict], twice: bytes
) -> None:
    """Level B-T, and the moment that the authority named."""
    (stamp,) = judged(twice).signatures[0].timestamps

    assert Indication.TOTAL_PASSED is stamp.indication
    assert "digivl ontwikkeling TSU" == stamp.authority
    assert stamp.time is not None
    assert abs(stamp.time - datetime.now(UTC)) < timedelta(hours=1)
    assert "B-T" == judged(twice).signatures[0].level


def test_without_timestamp_the_level_is_lower(
    judged: Callable[..., FileVerdict], signed: Callable[..., bytes]
) -> None:
    """B-B passes as well; it proves no moment."""
    (one,) = judged(signed(stamped=None)).signatures

    assert (PASSED, "B-B", ()) == (
        (one.indication, one.sub_indication),
        one.level,
        one.timestamps,
    )


def test_development_keys_are_named(
    judged: Callable[..., FileVerdict], signed: Callable[..., bytes]
) -> None:
    """Who reads a verdict sees that nothing here has legal value."""
    verdict = judged(signed())

    assert "development, no legal value" in verdict.warnings
    assert "revocation was not checked" in verdict.signatures[0].warnings


def test_without_trust_nothing_passes(
    judged: Callable[..., FileVerdict], twice: bytes
) -> None:
    """Good cryptography by somebody unknown is indeterminate, never failed."""
    verdict = judged(twice, trust=Trust())

    unknown = (Indication.INDETERMINATE, SubIndication.NO_CERTIFICATE_CHAIN_FOUND)
    assert [unknown, unknown] == indications(verdict)
    assert unknown == (verdict.indication, verdict.sub_indication)


def test_after_the_certificate_ended(
    judged: Callable[..., FileVerdict], signed: Callable[..., bytes]
) -> None:
    """Years later the certificates are out of bounds, with nothing that proves when."""
    later = datetime.now(UTC) + timedelta(days=1_000)
    verdict = judged(signed(stamped=None), at=later)

    assert [
        (Indication.INDETERMINATE, SubIndication.OUT_OF_BOUNDS_NO_POE)
    ] == indications(verdict)


def test_a_file_without_signature(judged: Callable[..., FileVerdict]) -> None:
    """Nothing to judge is no failure."""
    verdict = judged(paper())

    assert (Indication.NO_SIGNATURE, ()) == (verdict.indication, verdict.signatures)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "pdf-unreadable"),
        (b"PK\x03\x04 a Word file", "pdf-unreadable"),
        (b"%PDF-1.7 and then nothing", "pdf-unreadable"),
    ],
)
def test_what_cannot_be_judged_is_refused(
    judged: Callable[..., FileVerdict], content: bytes, code: str
) -> None:
    """Every file gets a verdict; a refusal has a stable code and a reason."""
    verdict = judged(content)

    assert (Indication.REFUSED, code) == (verdict.indication, verdict.code)
    assert verdict.reason


def altered(content: bytes, old: bytes, new: bytes) -> bytes:
    """The last `old` replaced by `new`, of the same length."""
    assert len(old) == len(new)
    place = content.index(old)
    return content[:place] + new + content[place + len(old) :]


def test_changed_text_is_a_hash_failure(
    judged: Callable[..., FileVerdict], twice: bytes
) -> None:
    """What both signed was changed: both fail, for the same reason."""
    verdict = judged(altered(twice, b"Besluit van", b"Besluit vab"))

    changed = (Indication.TOTAL_FAILED, SubIndication.HASH_FAILURE)
    assert [changed, changed] == indications(verdict)


def test_one_bad_signature_hides_no_good_one(
    judged: Callable[..., FileVerdict], twice: bytes
) -> None:
    """The first container is spoilt, inside what the second signed."""
    place = twice.index(b"/Contents <30") + 12
    spoilt = twice[:place] + b"FFFF" + twice[place + 4 :]
    first, second = judged(spoilt).signatures

    assert ("Minister", "Secretary") == (first.field, second.field)
    assert Indication.INDETERMINATE is first.indication
    assert SubIndication.FORMAT_FAILURE is first.sub_indication
    assert SubIndication.HASH_FAILURE is second.sub_indication


def test_a_spoilt_signature_value_is_a_crypto_failure(
    judged: Callable[..., FileVerdict], signed: Callable[..., bytes]
) -> None:
    """The digest holds and the signature over it does not."""
    content = signed(stamped=None)
    end = content.index(b">", content.rindex(b"/Contents <"))
    value = len(content[:end].rstrip(b"0")) // 2 * 2
    nibble = b"1" if content[value - 2 : value - 1] != b"1" else b"2"
    spoilt = content[: value - 2] + nibble + content[value - 1 :]

    assert [(Indication.TOTAL_FAILED, SubIndication.SIG_CRYPTO_FAILURE)] == indications(
        judged(spoilt)
    )


def test_an_unknown_kind_of_signature_is_named(
    judged: Callable[..., FileVerdict], signed: Callable[..., bytes]
) -> None:
    """What digivl does not know is listed, never left out."""
    content = altered(signed(), b"/ETSI.CAdES.detached", b"/adbe.x509.rsa_sha12")
    (one,) = judged(content).signatures

    assert (Indication.INDETERMINATE, SubIndication.FORMAT_FAILURE) == (
        one.indication,
        one.sub_indication,
    )
    assert "/adbe.x509.rsa_sha12" in one.reason


def appended(content: bytes, *objects: tuple[int, bytes]) -> bytes:
    """An increment with some objects and an honest cross-reference table."""
    previous = int(content[content.rindex(b"startxref") :].split()[1])
    rows = b""
    for number, text in objects:
        rows += b"%d 1\n%010d 00000 n \n" % (number, len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, text)
    place = len(content)
    trailer = b"<< /Size 99 /Root 1 0 R /Prev %d >>" % previous
    end = b"startxref\n%d\n%%%%EOF\n" % place
    return content + b"xref\n" + rows + b"trailer\n" + trailer + b"\n" + end


def test_a_changed_page_does_not_pass(
    judged: Callable[..., FileVerdict], signed: Callable[..., bytes]
) -> None:
    """An increment that draws another text is not what signing adds."""
    drawing = b"BT /F 12 Tf 72 720 Td (Iets anders) Tj ET"
    text = b"<< /Length %d >>\nstream\n%b\nendstream" % (len(drawing), drawing)
    (one,) = judged(appended(signed(), (5, text))).signatures

    assert Indication.INDETERMINATE is one.indication
    assert SubIndication.SIG_CONSTRAINTS_FAILURE is one.sub_indication
    assert ("UNDEFINED",) == one.changes


def test_added_pages_fail(
    judged: Callable[..., FileVerdict], signed: Callable[..., bytes]
) -> None:
    """A document with more pages than were signed is another document."""
    tree = b"<< /Type /Pages /Count 2 /Kids [4 0 R 4 0 R] /MediaBox [0 0 595 842] >>"
    (one,) = judged(appended(signed(), (2, tree))).signatures

    assert (Indication.TOTAL_FAILED, ("PAGES",)) == (one.indication, one.changes)


def test_hidden_objects_fail(
    judged: Callable[..., FileVerdict], signed: Callable[..., bytes]
) -> None:
    """Objects that no cross-reference names change what a repairing viewer shows."""
    content = signed()
    previous = int(content[content.rindex(b"startxref") :].split()[1])
    hidden = b"5 0 obj\n<< /Length 0 >>\nstream\n\nendstream\nendobj\n"
    place = len(content) + len(hidden)
    end = b"xref\n0 0\ntrailer\n<< /Size 99 /Root 1 0 R /Prev %d >>\n" % previous
    attack = content + hidden + end + b"startxref\n%d\n%%%%EOF\n" % place
    verdict = judged(attack)

    assert Indication.TOTAL_FAILED is verdict.indication
    assert "hidden" in verdict.signatures[0].reason


def test_hidden_behind_a_number_in_use_fails(
    judged: Callable[..., FileVerdict], signed: Callable[..., bytes]
) -> None:
    """A cross-reference names the page that was signed; another stands behind it."""
    content = signed()
    previous = int(content[content.rindex(b"startxref") :].split()[1])
    signed_place = content.index(b"\n5 0 obj") + 1
    hidden = b"5 0 obj\n<< /Length 0 >>\nstream\n\nendstream\nendobj\n"
    place = len(content) + len(hidden)
    rows = b"xref\n5 1\n%010d 00000 n \n" % signed_place
    end = b"trailer\n<< /Size 99 /Root 1 0 R /Prev %d >>\n" % previous
    attack = content + hidden + rows + end + b"startxref\n%d\n%%%%EOF\n" % place
    verdict = judged(attack)

    assert Indication.TOTAL_FAILED is verdict.indication
    assert "hidden" in verdict.signatures[0].reason


def test_bytes_behind_the_end_do_not_pass(
    judged: Callable[..., FileVerdict], signed: Callable[..., bytes]
) -> None:
    """Whatever is hung behind a signed file, it is noticed."""
    verdict = judged(signed() + b"7 0 obj\n<< >>\nendobj\n%%EOF\n")

    assert Indication.TOTAL_PASSED is not verdict.indication


def test_a_removed_signature_is_named(
    judged: Callable[..., FileVerdict], signed: Callable[..., bytes]
) -> None:
    """A later revision without form: the signature is gone, and missed."""
    catalog = b"<< /Type /Catalog /Pages 2 0 R >>"
    (one,) = judged(appended(signed(), (1, catalog))).signatures

    assert ("Minister", ("REMOVED",)) == (one.field, one.changes)
    assert SubIndication.SIGNED_DATA_NOT_FOUND is one.sub_indication


def test_a_timestamp_of_another_signature_does_not_pass(
    judged: Callable[..., FileVerdict],
    signed: Callable[..., bytes],
    development_keys: DevelopmentKeys,
) -> None:
    """A token copied from elsewhere stamps something else."""
    file = development_keys.timestamps
    tsa = TSASimulator.from_pkcs12(file.path, file.password())
    elsewhere = tsa.answer(timestamp_request(b"x" * 32).der)
    with pytest.MonkeyPatch.context() as patch:
        token = timestamps.checked_token
        patch.setattr(
            timestamps,
            "checked_token",
            lambda *_, **__: token(
                elsewhere, timestamps.Asked.read(request_of(elsewhere))
            ),
        )
        content = signed()
    (one,) = judged(content).signatures

    assert Indication.INDETERMINATE is one.indication
    assert SubIndication.HASH_FAILURE is one.timestamps[0].sub_indication


def request_of(answer: bytes) -> bytes:
    """The request that fits an answer."""
    info = tsp.TimeStampResp.load(answer)["time_stamp_token"]["content"][
        "encap_content_info"
    ]["content"].parsed
    request = tsp.TimeStampReq(
        {
            "version": "v1",
            "message_imprint": info["message_imprint"],
            "nonce": info["nonce"],
            "cert_req": True,
        }
    )
    encoded: bytes = request.dump()
    return encoded


def container(content: bytes) -> tuple[int, int]:
    """Where the hexadecimal of the only signature stands."""
    start = content.index(b"/Contents <") + len(b"/Contents <")
    return start, content.index(b">", start)


@pytest.fixture(name="once", scope="session")
def _once(signed: Callable[..., bytes]) -> bytes:
    return signed()


# Where and how a byte is changed; the place is taken modulo what there is.
places = st.integers(0, 2**20)
flips = st.integers(1, 255)


@given(place=places, flip=flips)
def test_no_changed_byte_passes(
    place: int, flip: int, once: bytes, judged: Callable[..., FileVerdict]
) -> None:
    """One byte changed anywhere outside the container: never TOTAL-PASSED."""
    start, end = container(once)
    outside = [*range(start), *range(end, len(once))]
    changed = bytearray(once)
    changed[outside[place % len(outside)]] ^= flip

    assert Indication.TOTAL_PASSED is not judged(bytes(changed)).indication


@given(place=places, flip=flips)
def test_no_changed_container_says_something_else(
    place: int, flip: int, once: bytes, judged: Callable[..., FileVerdict]
) -> None:
    """One byte changed inside the container: not passed, or nothing else is said.

    Some bytes there are under no signature, such as the certificates that go along.
    """
    start, end = container(once)
    changed = bytearray(once)
    changed[start + place % (end - start)] ^= flip
    verdict = judged(bytes(changed))

    if verdict.indication is Indication.TOTAL_PASSED:
        assert judged(once) == verdict


def test_a_changed_padding_does_not_pass(
    judged: Callable[..., FileVerdict], once: bytes
) -> None:
    """Nothing but zeros may stand behind the container, nothing else in its place."""
    _, end = container(once)
    for change in (b"1", b" "):
        changed = once[: end - 1] + change + once[end:]
        assert Indication.TOTAL_PASSED is not judged(changed).indication


def test_json_of_a_failure_names_the_reason(
    judged: Callable[..., FileVerdict], twice: bytes
) -> None:
    """Sub-indications are the names of the standard."""
    shown = as_json(judged(altered(twice, b"Besluit van", b"Besluit vab")))

    assert "HASH_FAILURE" == shown["sub_indication"]
    assert "changed" in shown["signatures"][0]["reason"]
