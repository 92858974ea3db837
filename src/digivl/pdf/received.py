"""A container that somebody else made, before it is believed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs
from asn1crypto import cms
from pyhanko.sign.validation.generic_cms import (
    extract_certs_for_validation,
    validate_sig_integrity,
)

from digivl.errors import MalformedError, UntrustworthyAnswerError
from digivl.pdf.causes import first_line
from digivl.pdf.digests import Digest
from digivl.pdf.timestamps import embedded_tokens, held_token

if TYPE_CHECKING:
    from digivl.pdf.prepared import Prepared
    from digivl.pdf.timestamps import Token

_SERVICE: Final = "signing service"


@attrs.frozen(kw_only=True)
class Received:
    """A checked container.

    Attributes:
        der: The container, without what followed it.
        certificate: Of who signed, DER.
        signature: The raw signature.
        timestamp: The token over it; None when it has none.
    """

    der: bytes = attrs.field(repr=False)
    certificate: bytes = attrs.field(repr=False)
    signature: bytes = attrs.field(repr=False)
    timestamp: Token | None


def received(der: bytes, prepared: Prepared) -> Received:
    """A container over a prepared document, after everything in it was checked.

    Args:
        der: CMS SignedData; zeros may follow.
        prepared: What it has to sign.

    Raises:
        MalformedError: It is no CMS SignedData.
        UntrustworthyAnswerError: It signs something else, holds more than one
            signature, is wrongly signed, or is no PAdES baseline signature.

    Source:
        EN 319 142-1, 6.3 (one signer, detached, ESS certificate, no signing-time).
    """
    try:
        return _checked(cms.ContentInfo.load(der), prepared)
    except (MalformedError, UntrustworthyAnswerError):
        raise
    # asn1crypto parses lazily: garbage shows itself as any error, at any access.
    except Exception as cause:  # noqa: BLE001
        # Not chained: it can repeat the subject of a certificate, number and all.
        text = first_line(cause)
        raise MalformedError(f"the container cannot be read: {text}") from None


def _checked(envelope: Any, prepared: Prepared) -> Received:
    if envelope["content_type"].native != "signed_data":
        raise MalformedError("it is no CMS SignedData")
    signed_data = envelope["content"]
    if len(signed_data["signer_infos"]) != 1:
        raise _lie("it holds not exactly one signature")
    if signed_data["encap_content_info"]["content"].native is not None:
        raise _lie("it holds content of its own: it is not detached")
    if signed_data["encap_content_info"]["content_type"].native != "data":
        raise _lie("it says that it signs something else than a document")
    info = signed_data["signer_infos"][0]
    if info["digest_algorithm"]["algorithm"].native != prepared.digest.value:
        raise _lie(
            "it uses another digest algorithm than the document was prepared for"
        )
    kinds = [one["type"].native for one in info["signed_attrs"]]
    if len(set(kinds)) < len(kinds):
        raise _lie("a signed attribute stands there twice")
    if "signing_time" in kinds or "signing_certificate_v2" not in kinds:
        raise _lie("it is no PAdES baseline signature")
    signer = extract_certs_for_validation(signed_data).signer_cert
    intact, valid = validate_sig_integrity(
        info, signer, "data", prepared.document_digest
    )
    if not intact:
        raise _lie("it signs something else than this document")
    if not valid:
        raise _lie("its signature does not hold")
    signature: bytes = info["signature"].native
    return Received(
        der=envelope.dump(),
        certificate=signer.dump(),
        signature=signature,
        timestamp=_timestamp(info, signature),
    )


def _timestamp(info: Any, signature: bytes) -> Token | None:
    def imprint(algorithm: str) -> bytes:
        return Digest(algorithm).of(signature)

    tokens = [held_token(one.dump(), imprint) for one in embedded_tokens(info)]
    return min(tokens, key=lambda token: token.time, default=None)


def _lie(text: str) -> UntrustworthyAnswerError:
    return UntrustworthyAnswerError(
        _SERVICE, text, hint="Tell the service; sign with another means meanwhile."
    )
