"""A container that somebody else made, before it is believed.

A signature covers little of its container: certificates, timestamps, versions and names
of algorithms can be bent, or something can be put behind, and the signature still
holds; other readers then refuse the file. So everything in it is checked by itself, and
the container is written again from what was checked: it has to come out the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs
from asn1crypto import algos, cms, core
from pyhanko.sign.validation.generic_cms import (
    extract_certs_for_validation,
    validate_sig_integrity,
)

from digivl.errors import LimitExceededError, MalformedError, UntrustworthyAnswerError
from digivl.pdf.causes import first_line
from digivl.pdf.chains import check_above
from digivl.pdf.container import Assembly, assembled
from digivl.pdf.der import SEQUENCE, TAGGED_0, set_of, tlv, value_size
from digivl.pdf.digests import Digest
from digivl.pdf.timestamps import held_token

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digivl.pdf.prepared import Prepared
    from digivl.pdf.timestamps import Token

_SERVICE: Final = "signing service"
_HINT: Final = "Tell the service; sign with another means meanwhile."
_TIMESTAMP: Final = "signature_time_stamp_token"


@attrs.frozen(kw_only=True)
class Received:
    """A checked container.

    Attributes:
        der: The container.
        certificate: Of who signed, DER.
        signature: The raw signature.
        timestamp: The token over it; None when it has none.
    """

    der: bytes = attrs.field(repr=False)
    certificate: bytes = attrs.field(repr=False)
    signature: bytes = attrs.field(repr=False)
    timestamp: Token | None


def held(gap: bytes, prepared: Prepared) -> Received:
    """The container that fills a gap, zeros behind it, checked as `received` does.

    Raises:
        ValueError: It holds none.
        SigningError: As `received`.
    """
    size = value_size(gap)
    if gap[size:].strip(b"\0"):
        raise MalformedError("something follows the container", hint=_HINT)
    return received(gap[:size], prepared)


def received(der: bytes, prepared: Prepared, anchors: Sequence[bytes] = ()) -> Received:
    """A container over a prepared document, after everything in it was checked.

    Args:
        der: CMS SignedData, and nothing else.
        prepared: What it has to sign.
        anchors: As for `check_above`.

    Raises:
        LimitExceededError: There is no room for it in the document.
        MalformedError: It is no CMS SignedData.
        UntrustworthyAnswerError: It signs something else, holds more than one
            signature, is wrongly signed, is no PAdES baseline signature, or its
            certificates are no chain.

    Source:
        EN 319 142-1, 6.3 (one signer, detached, ESS certificate, no signing-time);
        ISO 32000-2, 12.8.3.3.1 (DER).
    """
    if len(der) > prepared.place.room:
        raise LimitExceededError(
            f"the container takes {len(der)} bytes and {prepared.place.room} were"
            " reserved",
            hint="Prepare it again with a larger `reserved_bytes`.",
        )
    return sound(der, prepared.digest, prepared.document_digest, anchors)


def sound(
    der: bytes, digest: Digest, imprint: bytes, anchors: Sequence[bytes] = ()
) -> Received:
    """A container over some bytes, after everything in it was checked.

    Args:
        der: CMS SignedData, and nothing else.
        digest: With which algorithm it has to be signed.
        imprint: Digest of what it has to sign.
        anchors: As for `check_above`.

    Raises:
        MalformedError: As `received`.
        UntrustworthyAnswerError: As `received`.
    """
    try:
        return _Checks(digest, imprint, anchors).checked(der)
    except (MalformedError, UntrustworthyAnswerError):
        raise
    # asn1crypto parses lazily: garbage shows itself as any error, at any access.
    except Exception as cause:  # noqa: BLE001
        # Not chained: it can repeat the subject of a certificate, number and all.
        text = first_line(cause)
        raise MalformedError(
            f"the container cannot be read: {text}", hint=_HINT
        ) from None


@attrs.frozen
class _Checks:
    """The checks of one container."""

    digest: Digest
    imprint: bytes
    anchors: Sequence[bytes]

    def checked(self, der: bytes) -> Received:
        """What the container holds, each part checked, then the whole."""
        envelope = cms.ContentInfo.load(der)
        if envelope["content_type"].native != "signed_data":
            raise MalformedError("it is no CMS SignedData", hint=_HINT)
        signed_data = envelope["content"]
        self._content(signed_data)
        info = signed_data["signer_infos"][0]
        self._attributes(info)
        signer = self._signer(signed_data, info)
        signature: bytes = info["signature"].native
        timestamps = _timestamps(info, signature)
        tokens = tuple(tuple(one.der for one in values) for values in timestamps)
        if self._written(signed_data, signer, tokens) != der:
            raise _lie("it is not in DER, or holds more than a signature needs")
        return Received(
            der=der,
            certificate=signer.dump(),
            signature=signature,
            timestamp=min(
                (one for values in timestamps for one in values),
                key=lambda token: token.time,
                default=None,
            ),
        )

    def _content(self, signed_data: Any) -> None:
        if len(signed_data["signer_infos"]) != 1:
            raise _lie("it holds not exactly one signature")
        if signed_data["encap_content_info"]["content"].native is not None:
            raise _lie("it holds content of its own: it is not detached")
        if signed_data["encap_content_info"]["content_type"].native != "data":
            raise _lie("it says that it signs something else than a document")
        if signed_data["signer_infos"][0]["sid"].name != "issuer_and_serial_number":
            raise _lie("it names who signed by its key alone: no reader of PDF does")

    def _attributes(self, info: Any) -> None:
        if info["digest_algorithm"]["algorithm"].native != self.digest.value:
            raise _lie(
                "it uses another digest algorithm than the document was prepared for"
            )
        kinds = [one["type"].native for one in info["signed_attrs"]]
        if len(set(kinds)) < len(kinds):
            raise _lie("a signed attribute stands there twice")
        if "signing_time" in kinds or "signing_certificate_v2" not in kinds:
            raise _lie("it is no PAdES baseline signature")
        others = {one["type"].native for one in _unsigned(info)} - {_TIMESTAMP}
        if others:
            raise _lie("it holds an unsigned attribute that PAdES does not know")

    def _signer(self, signed_data: Any, info: Any) -> Any:
        """The certificate of who signed, after its signature and chain were checked."""
        signer = extract_certs_for_validation(signed_data).signer_cert
        intact, valid = validate_sig_integrity(info, signer, "data", self.imprint)
        if not intact:
            raise _lie("it signs something else than this document")
        if not valid:
            raise _lie("its signature does not hold")
        own = signer.dump()
        ders = [one.chosen.dump() for one in signed_data["certificates"]]
        ders.remove(own)
        try:
            check_above(own, ders, self.anchors)
        except MalformedError as wrong:
            raise _lie(str(wrong)) from wrong
        return signer

    def _written(
        self, signed_data: Any, signer: Any, tokens: tuple[tuple[bytes, ...], ...]
    ) -> bytes:
        """The container as it has to be, with what may be written in two ways."""
        info = signed_data["signer_infos"][0]
        ders = [one.chosen.dump() for one in signed_data["certificates"]]
        digests = self._digests()
        return assembled(
            Assembly(
                signer=_by_number(signer),
                digests=_one_of(digests, signed_data["digest_algorithms"][0]),
                signer_digest=_one_of(digests, info["digest_algorithm"]),
                # A SET OF has an order in DER that hardly anybody keeps here.
                certificates=tlv(TAGGED_0, *ders),
                attributes=set_of(*map(_attribute, info["signed_attrs"])),
                algorithm=_one_of(self._mechanisms(info), info["signature_algorithm"]),
                signature=info["signature"].native,
                timestamps=tokens,
            )
        )

    def _digests(self) -> list[bytes]:
        return _with_and_without_null(algos.DigestAlgorithmId(self.digest.value))

    def _mechanisms(self, info: Any) -> list[bytes]:
        said = info["signature_algorithm"]
        if said["algorithm"].native == "rsassa_pss":
            again: bytes = said.copy().dump(force=True)
            return [again]
        digest = self.digest.value
        rsa = ("rsassa_pkcs1v15", f"{digest}_rsa")
        found = [
            way
            for one in rsa
            for way in _with_and_without_null(algos.SignedDigestAlgorithmId(one))
        ]
        ecdsa = algos.SignedDigestAlgorithmId(f"{digest}_ecdsa")
        return [*found, tlv(SEQUENCE, ecdsa.dump())]


def _unsigned(info: Any) -> list[Any]:
    return list(info["unsigned_attrs"] or ())


def _timestamps(info: Any, signature: bytes) -> list[list[Token]]:
    def imprint(algorithm: str) -> bytes:
        return Digest(algorithm).of(signature)

    return [
        [held_token(token.dump(), imprint) for token in one["values"]]
        for one in _unsigned(info)
    ]


def _with_and_without_null(name: Any) -> list[bytes]:
    """RFC 5754, 2: parameters of an algorithm that has none are left out, or NULL."""
    oid: bytes = name.dump()
    return [tlv(SEQUENCE, oid), tlv(SEQUENCE, oid, core.Null().dump())]


def _one_of(ways: list[bytes], said: Any) -> bytes:
    """As it is said, where that is one of the ways to say it."""
    written: bytes = said.dump()
    return written if written in ways else ways[0]


def _attribute(attribute: Any) -> bytes:
    values = set_of(*(one.dump() for one in attribute["values"]))
    return tlv(SEQUENCE, attribute["type"].dump(), values)


def _by_number(signer: Any) -> bytes:
    number = signer["tbs_certificate"]["serial_number"]
    return tlv(SEQUENCE, signer.issuer.dump(), number.dump())


def _lie(text: str) -> UntrustworthyAnswerError:
    return UntrustworthyAnswerError(_SERVICE, text, hint=_HINT)
