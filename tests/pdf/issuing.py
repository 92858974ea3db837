"""An authority, one below it, who signs, and a document that waits for a container."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from digivl.pdf.container import Assembly, _parts, assembled, signed_attributes
from digivl.pdf.der import TAGGED_0, set_of, tlv
from digivl.pdf.digests import Digest
from digivl.pdf.phases import Prepared, complete_with_cms, prepare
from digivl.pdf.signer import SignatureSpec
from digivl.settings import Limits
from digivl.testing.papers import paper
from digivl.validation.engine import validate
from digivl.validation.trust import Trust

NOW = datetime.now(UTC)
KEY_USAGE = x509.KeyUsage(
    digital_signature=True,
    content_commitment=True,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


@attrs.frozen(repr=False)
class Issued:
    """A certificate with its key."""

    key: Any
    der: bytes

    def issue(
        self, name: str, *, is_authority: bool = False, comment: bytes = b""
    ) -> Issued:
        """Another one below it."""
        return issued(name, self, is_authority=is_authority, comment=comment)


def issued(
    name: str,
    above: Issued | None = None,
    *,
    is_authority: bool = True,
    comment: bytes = b"",
) -> Issued:
    """A certificate, issued by itself where nobody stands above."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer = x509.load_der_x509_certificate(above.der).subject if above else subject
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=9))
        .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
        )
    )
    if not is_authority:
        builder = builder.add_extension(KEY_USAGE, critical=True)
    if comment:
        oid = x509.ObjectIdentifier("1.3.6.1.4.1.55555.1")
        builder = builder.add_extension(
            x509.UnrecognizedExtension(oid, tlv(0x04, comment)), critical=False
        )
    made = builder.sign(above.key if above else key, SHA256())
    return Issued(key, made.public_bytes(Encoding.DER))


@attrs.frozen(repr=False)
class Case:
    """A prepared document, who signs it, and the good container."""

    state: Prepared
    file: bytes
    root: Issued
    middle: Issued
    leaf: Issued
    signature: bytes
    attributes: bytes

    def _repr_pretty_(self, printer: Any, _: object) -> None:
        printer.text("case")

    def with_chain(self, *chain: bytes) -> bytes:
        """The container with these certificates beside that of who signed."""
        # `container` itself leaves out what is not above who signed.
        parts = _parts(self.leaf.der, (), Digest.SHA256)
        return assembled(
            Assembly(
                signer=parts.signer,
                digests=parts.digest,
                signer_digest=parts.digest,
                certificates=set_of(self.leaf.der, *chain, tag=TAGGED_0),
                attributes=self.attributes,
                algorithm=parts.algorithm,
                signature=self.signature,
            )
        )

    @property
    def good(self) -> bytes:
        """The container as it should be."""
        return self.with_chain(self.middle.der, self.root.der)

    def completed(self, der: bytes, **changes: Any) -> bytes:
        """The file with a container; nothing stays behind when it is refused."""
        target = io.BytesIO()
        try:
            complete_with_cms(
                self.state, io.BytesIO(self.file), target, der, at=NOW, **changes
            )
        except BaseException:
            assert b"" == target.getvalue()
            raise
        return target.getvalue()

    def verdict(self, signed: bytes, *others: bytes) -> str:
        """What digivl says of a file."""
        found = validate(
            io.BytesIO(signed),
            name="besluit.pdf",
            trust=Trust((self.root.der, *others)),
            at=NOW,
            limits=Limits(),
        )
        return str(found.indication)


def waiting_case() -> Case:
    """A case of its own."""
    target = io.BytesIO()
    spec = SignatureSpec(field="S")
    state = prepare(io.BytesIO(paper()), target, spec, at=NOW, limits=Limits())
    root = issued("Proefwortel")
    middle = root.issue("Proefuitgever", is_authority=True)
    leaf = middle.issue("Ann Proef")
    attributes = signed_attributes(leaf.der, (), state.document_digest, Digest.SHA256)
    signature = leaf.key.sign(attributes, ec.ECDSA(SHA256()))
    return Case(state, target.getvalue(), root, middle, leaf, signature, attributes)


def flipped(content: bytes, place: int, bit: int = 0) -> bytes:
    """The same bytes, one bit turned."""
    changed = bytearray(content)
    changed[place] ^= 1 << bit
    return bytes(changed)
