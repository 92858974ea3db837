"""What an empty field demands: met, as pyHanko judges, or refused by name."""

from __future__ import annotations

import io
from typing import Any

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import (
    MDPPerm,
    SeedLockDocument,
    SeedSignatureType,
    SeedValueDictVersion,
    SigCertConstraintFlags,
    SigCertConstraints,
    SigFieldSpec,
    SigSeedSubFilter,
    SigSeedValFlags,
    SigSeedValueSpec,
)
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from digivl.errors import SigningError
from digivl.pdf.digests import Digest
from digivl.pdf.spec import Certification, FieldLock
from digivl.signing.softkey import SoftKey
from tests.pdf.test_options import form, signed

F = SigSeedValFlags
PADES = SigSeedSubFilter.PADES
ADOBE = SigSeedSubFilter.ADOBE_PKCS7_DETACHED


def filled(key: SoftKey, demands: dict[str, Any], **options: Any) -> bytes:
    """A document whose field makes demands, signed."""
    seed = SigSeedValueSpec(**demands)
    return signed(form(SigFieldSpec("S", seed_value_dict=seed)), key, **options)


@pytest.mark.parametrize(
    ("demands", "options"),
    [
        ({"flags": F.REASONS, "reasons": ["Gezien", "Akkoord"]}, {"reason": "Akkoord"}),
        ({"flags": F.REASONS, "reasons": ["."]}, {}),
        ({"flags": F.SUBFILTER, "subfilters": [PADES, ADOBE]}, {}),
        ({"flags": F.DIGEST_METHOD, "digest_methods": ["sha384", "sha256"]}, {}),
        (
            {"flags": F.DIGEST_METHOD, "digest_methods": ["sha512"]},
            {"digest": Digest.SHA512},
        ),
        (
            {
                "flags": F.LOCK_DOCUMENT,
                "lock_document": SeedLockDocument.SIGNER_DISCRETION,
            },
            {},
        ),
        ({"flags": F.V, "sv_dict_version": SeedValueDictVersion.PDF_2_0}, {}),
        (
            {"reasons": ["Gezien"]},
            {"reason": "Iets anders, want het is maar een wens"},
        ),
    ],
)
def test_what_is_met_is_signed(
    minister: SoftKey, demands: dict[str, Any], options: dict[str, Any]
) -> None:
    """And whoever looks at the demands finds them met."""
    content = filled(minister, demands, **options)

    (embedded,) = PdfFileReader(io.BytesIO(content)).embedded_signatures
    status = validate_pdf_signature(embedded, ValidationContext(trust_roots=[]))
    assert status.seed_value_ok
    assert status.intact


@pytest.mark.parametrize(
    ("demands", "options", "told"),
    [
        ({"flags": F.REASONS, "reasons": ["Gezien"]}, {}, "reasons: Gezien"),
        ({"flags": F.REASONS, "reasons": ["Gezien"]}, {"reason": "Nee"}, "Reasons"),
        ({"flags": F.REASONS, "reasons": ["."]}, {"reason": "Nee"}, "no reason"),
        ({"flags": F.SUBFILTER, "subfilters": [ADOBE]}, {}, "SubFilter"),
        (
            {"flags": F.DIGEST_METHOD, "digest_methods": ["sha512"]},
            {},
            "another digest than sha256: sha512",
        ),
        (
            {"flags": F.LOCK_DOCUMENT, "lock_document": SeedLockDocument.LOCK},
            {},
            "a lock on the document",
        ),
        (
            {"flags": F.LOCK_DOCUMENT, "lock_document": SeedLockDocument.DO_NOT_LOCK},
            {"lock": FieldLock()},
            "no lock on the document",
        ),
        (
            {"flags": F.ADD_REV_INFO, "add_rev_info": True, "subfilters": [ADOBE]},
            {},
            "AddRevInfo",
        ),
        ({"flags": F.LEGAL_ATTESTATION, "legal_attestations": ["x"]}, {}, "legal"),
        ({"flags": F.APPEARANCE_FILTER, "appearance": "Stempel"}, {}, "look"),
        (
            {"seed_signature_type": SeedSignatureType(MDPPerm.FILL_FORMS)},
            {},
            "certification with level 2",
        ),
        (
            {"cert": SigCertConstraints(flags=SigCertConstraintFlags.KEY_USAGE)},
            {},
            "certificate of some kind",
        ),
        (
            {"timestamp_server_url": "https://tsa.example", "timestamp_required": True},
            {},
            "TimeStamp",
        ),
    ],
)
def test_what_is_not_met_is_named(
    minister: SoftKey, demands: dict[str, Any], options: dict[str, Any], told: str
) -> None:
    """Nothing is signed."""
    with pytest.raises(SigningError, match=told) as refused:
        filled(minister, demands, **options)
    assert refused.value.hint


def test_how_it_certifies_can_be_demanded(minister: SoftKey) -> None:
    """With that level it is signed; with another, or from who approves, it is not."""
    author = {"seed_signature_type": SeedSignatureType(MDPPerm.FILL_FORMS)}
    approval = {"seed_signature_type": SeedSignatureType()}

    assert filled(minister, author, certify=Certification.FORMS)
    assert filled(minister, approval)
    for demands, level in ((author, "NOTHING"), (approval, "FORMS")):
        with pytest.raises(SigningError, match="MDP"):
            filled(minister, demands, certify=Certification[level])
