"""What an empty signature field demands of who fills it (seed values).

Only what is flagged as required counts; the rest are wishes. What can be met is held
against the signature that is asked; what digivl never does is a demand that is not met.

Source:
    ISO 32000-2, 12.7.5.5, tables 237 (seed values) and 238 (certificates).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from pyhanko.pdf_utils import generic

from digivl.errors import SigningError
from digivl.pdf.reading import entry

if TYPE_CHECKING:
    from digivl.pdf.digests import Digest
    from digivl.pdf.spec import SignatureSpec

_FILTER: Final = 1 << 0
_SUBFILTER: Final = 1 << 1
_REASONS: Final = 1 << 3
_LEGAL: Final = 1 << 4
_REVOCATION: Final = 1 << 5
_DIGEST: Final = 1 << 6
_LOCK: Final = 1 << 7
_LOOK: Final = 1 << 8
_OURS: Final = ("/Adobe.PPKLite", "/ETSI.CAdES.detached")
#: No reason at all, where it stands alone.
_NONE: Final = "."
_LONGEST: Final = 60
_MOST: Final = 20


def refuse_unmet(field: Any, spec: SignatureSpec, digest: Digest) -> None:
    """See that a signature does what the field demands.

    Args:
        field: The dictionary of an empty signature field.
        spec: How the signature will stand in it.
        digest: With which algorithm it will be signed.

    Raises:
        SigningError: It does not; the text names each demand.
    """
    seed = entry(field, "/SV")
    if not isinstance(seed, generic.DictionaryObject):
        return
    unmet = list(_unmet(seed, spec, digest))
    if unmet:
        raise SigningError(
            f"the signature field {spec.field!r} demands {', and '.join(unmet)}",
            hint="Sign as it demands, or in another field; its author can make one.",
        )


def _unmet(seed: Any, spec: SignatureSpec, digest: Digest) -> Iterator[str]:
    flags = _flags(seed)
    if flags & _FILTER and entry(seed, "/Filter") != _OURS[0]:
        yield "another way to sign than that of this program (Filter)"
    if flags & _SUBFILTER and _OURS[1] not in _listed(seed, "/SubFilter"):
        yield "another kind of signature than PAdES (SubFilter)"
    if flags & _REASONS:
        yield from _of_reason(_listed(seed, "/Reasons"), spec.reason)
    if flags & _DIGEST and digest.value.upper() not in _digests(seed):
        known = _told(_listed(seed, "/DigestMethod"))
        yield f"another digest than {digest.value}: {known} (DigestMethod)"
    if flags & _LOCK and _locks(seed) is not None and _locks(seed) is not _has(spec):
        yield f"{'a' if _locks(seed) else 'no'} lock on the document (LockDocument)"
    yield from _of_what_we_never_do(seed, flags)
    yield from _of_certification(seed, spec)


def _of_what_we_never_do(seed: Any, flags: int) -> Iterator[str]:
    if flags & _REVOCATION and entry(seed, "/AddRevInfo"):
        yield "revocation data within the signature, which PAdES forbids (AddRevInfo)"
    if flags & _LEGAL and _listed(seed, "/LegalAttestation"):
        yield "a legal attestation (LegalAttestation)"
    if flags & _LOOK and "/AppearanceFilter" in seed:
        yield "a look that another program draws (AppearanceFilter)"
    if _flags(entry(seed, "/Cert", {})):
        yield "a certificate of some kind, which is not checked here (Cert)"
    if _flags(entry(seed, "/TimeStamp", {})):
        yield "a timestamp of an authority of its own (TimeStamp)"


def _of_reason(reasons: list[str], given: str | None) -> Iterator[str]:
    if not reasons or reasons == [_NONE]:
        if given is not None:
            yield "that no reason is given (Reasons)"
    elif given not in reasons:
        yield f"one of these reasons: {_told(reasons)} (Reasons)"


def _of_certification(seed: Any, spec: SignatureSpec) -> Iterator[str]:
    wanted = entry(entry(seed, "/MDP", {}), "/P")
    if wanted is None:
        return
    given = spec.certify.value if spec.certify else 0
    if wanted != given:
        kind = f"certification with level {int(wanted)}" if wanted else "an approval"
        yield f"{kind} (MDP)"


def _flags(dictionary: Any) -> int:
    found = entry(dictionary, "/Ff", 0)
    return int(found) if isinstance(found, int) else ~0


def _listed(seed: Any, key: str) -> list[str]:
    found = entry(seed, key, ())
    return [str(one.get_object()) for one in found] if found else []


def _digests(seed: Any) -> set[str]:
    return {one.upper() for one in _listed(seed, "/DigestMethod")}


def _locks(seed: Any) -> bool | None:
    """Whether the document has to be locked; None where the signatory chooses."""
    return {"/true": True, "/false": False}.get(str(entry(seed, "/LockDocument")))


def _has(spec: SignatureSpec) -> bool:
    return spec.lock is not None and not spec.lock.fields


def _told(words: list[str]) -> str:
    """Words of somebody else's document, in ours."""
    known = (word[:_LONGEST] for word in words[:_MOST])
    return ", ".join(
        "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in word)
        for word in known
    )
