"""Signs files, to any level: outside flows, without a book; what a flow uses too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import BinaryIO, TypedDict, Unpack

import attrs

from digivl.kernel.moments import in_dutch
from digivl.pdf.archiving import add_evidence, add_timestamp
from digivl.pdf.certificates import holder
from digivl.pdf.digests import Digest
from digivl.pdf.evidence import Evidence
from digivl.pdf.expected import ExpectedSigner
from digivl.pdf.levels import Level
from digivl.pdf.lint.linter import lint
from digivl.pdf.placing import emptied_on_failure
from digivl.pdf.reading import Source, opened
from digivl.pdf.seals import is_seal
from digivl.pdf.signer import Identity, SignatureSpec, Signed, sign
from digivl.pdf.spec import Certification, FieldLock, Visible
from digivl.pdf.upgrade import Upgraded, upgrade
from digivl.settings import Limits
from digivl.signing.lintpolicy import Checked, LintPolicy, check
from digivl.signing.means import SigningMeans
from digivl.signing.revocation import Revocation
from digivl.signing.tsa import Timestamps


class Look(TypedDict, total=False):
    """How a signature stands in the document, beside its field; see `SignatureSpec`."""

    reason: str | None
    location: str | None
    certify: Certification | None
    lock: FieldLock | None
    visible: Visible | None
    digest: Digest | None
    evidence: bytes | None


@attrs.frozen(kw_only=True)
class FileSigning:
    """Signs files with the means and authorities of an office; thread-safe.

    Attributes:
        means: Gives a signing means by its name in the settings.
        timestamps: Of the authorities of the office.
        revocation: Gathers validation data, for B-LT and B-LTA.
        level: What is reached unless something else is asked.
        policy: What may be signed of what a signer cannot see, or can change.
        clock: The present moment, with a zone.
        limits: Largest document.
    """

    means: Callable[[str], SigningMeans]
    timestamps: Timestamps
    revocation: Revocation
    clock: Callable[[], datetime]
    limits: Limits
    level: Level = Level.B_T
    policy: LintPolicy = attrs.field(factory=LintPolicy.standard)

    @property
    def stamped_level(self) -> Level:
        """The level of the settings; B-T at least."""
        return self.level if self.level.reaches(Level.B_T) else Level.B_T

    def look(
        self, source: Source, accepted: Mapping[str, str] | None = None
    ) -> Checked:
        """Look for what a signer cannot see, or what can change after signing.

        Args:
            source: The PDF, seekable; or opened before.
            accepted: What the policy refuses and is accepted for this document: the
                code of the finding, and why.

        Raises:
            UnsafeDocumentError: The policy refuses it.
            MalformedError: The PDF cannot be read.
        """
        return check(lint(source, self.limits), self.policy, accepted)

    def sign(
        self,
        source: BinaryIO,
        target: BinaryIO,
        *,
        means: str,
        field: str,
        level: Level | None = None,
        expected: ExpectedSigner | None = None,
        looked_at: bool = False,
        accepted: Mapping[str, str] | None = None,
        **look: Unpack[Look],
    ) -> Signed:
        """Look at one file and sign it; nothing is recorded.

        Args:
            source: The PDF; seekable.
            target: An empty stream that can be read, written and sought: the signed
                file, on any error empty again.
            means: Name of the signing means in the settings.
            field: Name of the signature field; a new one, or one that is empty.
            level: What is reached; None is the level of the settings.
            expected: Who has to sign.
            looked_at: It was looked at before, as it is now.
            accepted: As for `look`.
            look: `reason`, `location`, `certify`, `lock`, `visible`, `digest` and
                `evidence`, as in `SignatureSpec`. Visible without lines says who
                signed and when.

        Raises:
            UnsafeDocumentError: A signer cannot see all of it, or it can change later.
            SigningError: The key, the certificate or the document cannot be used; for
                B-LT and B-LTA also: revoked, or not to be proven.
            MalformedError: The PDF cannot be read, or a line cannot be written.
            BackendError: No authority gave a timestamp, or nobody tells of revocation.
        """
        chosen, at = self.means(means), self.clock()
        identity, wanted = chosen.identity(), level or self.level
        if expected is not None:
            expected.check(identity.certificate)
        # What is looked at is what is signed: it is read once.
        document = opened(source, self.limits)
        if not looked_at:
            self.look(document, accepted)
        spec = SignatureSpec(field=field, **look)
        if spec.visible is not None and not spec.visible.lines:
            lines = appearance(identity, at, spec.reason)
            visible = attrs.evolve(spec.visible, lines=lines)
            spec = attrs.evolve(spec, visible=visible)
        # First: nothing is signed with what was revoked.
        proof = self.proof(identity) if wanted.reaches(Level.B_LT) else Evidence()
        with emptied_on_failure(target):
            signed = sign(
                document,
                target,
                spec,
                identity,
                chosen.sign,
                at=at,
                timestamp=self.timestamps.answer if wanted.reaches(Level.B_T) else None,
                limits=self.limits,
            )
            return self.raised(target, signed, proof, wanted)

    def upgrade(
        self, source: BinaryIO, target: BinaryIO, *, level: Level | None = None
    ) -> Upgraded:
        """Bring every signature of a file to a level; see `digivl.pdf.upgrade`.

        Args:
            source: The signed PDF; seekable.
            target: An empty stream that can be read, written and sought.
            level: B-T, B-LT or B-LTA; None is the level of the settings, and B-T at
                least.

        Raises:
            SigningError: It has no signature, one that does not hold, or one that
                cannot be proven.
            MalformedError: The PDF cannot be read.
            BackendError: No authority gave a timestamp, or nobody tells of revocation.
        """
        return upgrade(
            source,
            target,
            level or self.stamped_level,
            timestamp=self.timestamps.answer,
            gather=self.revocation.evidence,
            at=self.clock(),
            limits=self.limits,
        )

    def proof(self, identity: Identity, since: datetime | None = None) -> Evidence:
        """What proves later that who signs was good; asked once, shared while fresh.

        Args:
            identity: Who signs, or signed.
            since: When the signature was surely there; a later revocation does no harm
                then. None is now.

        Raises:
            SigningError: It was revoked, or cannot be proven.
            BackendError: Nobody tells now.
        """
        return self.revocation.evidence(identity.certificate, identity.chain, since)

    def raised(
        self, target: BinaryIO, signed: Signed, proof: Evidence, level: Level
    ) -> Signed:
        """Bring a signature from B-T to a higher level, in place.

        Args:
            target: The file, with the signature last; on any error it is as it was.
            signed: What is known of the signature.
            proof: Of who signed.
            level: What is reached; nothing is done below B-LT, or without a timestamp.

        Raises:
            SigningError: The timestamp unit was revoked, or cannot be proven.
            BackendError: No authority gave a timestamp, or nobody tells of revocation.
        """
        token = signed.timestamp
        if token is None or not level.reaches(Level.B_LT):
            return signed
        unit = self.revocation.evidence(token.certificate, token.certificates)
        evidence = Evidence.together((proof, unit))
        if level is Level.B_LT:
            size = add_evidence(target, evidence)
        else:
            ask, at = self.timestamps.answer, self.clock()
            _, size = add_timestamp(target, evidence, ask, at=at)
        return attrs.evolve(signed, size=size, level=level)


def appearance(
    identity: Identity, at: datetime, reason: str | None = None
) -> tuple[str, ...]:
    """What a visible signature says when nobody says anything else, in Dutch.

    Args:
        identity: Who signs.
        at: The claimed moment, with zone; shown as people in Brussels read it.
        reason: Why it is signed.
    """
    verb = "Verzegeld" if is_seal(identity.certificate) else "Ondertekend"
    return (
        f"{verb} door {holder(identity.certificate)}",
        f"op {in_dutch(at)}",
        *((reason,) if reason else ()),
    )
