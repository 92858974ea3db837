"""Checks what came back from a platform: only what passes counts as signed.

In this order, for each document:

1. the file begins with exactly the bytes that were sent;
2. behind them stand signatures, timestamps and validation data, and nothing else;
3. each signature holds, by the verdict of the validation room;
4. each is that of one who was asked, and each who was asked signed once;
5. its certificate claims the level that was asked, and it carries a timestamp.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import BinaryIO, Final, Protocol

import attrs

from digivl.errors import DigivlError, MalformedError
from digivl.kernel.redaction import on_one_line
from digivl.pdf.certificates import holder
from digivl.pdf.checks import examined
from digivl.pdf.findings import Findings, SignatureFinding, TimestampFinding
from digivl.pdf.growth import begins_with, only_signed_since
from digivl.pdf.reading import facts
from digivl.settings import Limits
from digivl.signing.platform.claims import Claims, assigned, claims, is_of
from digivl.signing.platform.findings import Finding, FindingKind
from digivl.signing.platform.model import (
    Acted,
    Enclosed,
    Progress,
    SignatureFact,
    SigningPackage,
)
from digivl.signing.platform.people import Assurance, Invited, Matching, PlatformRole

_K = FindingKind
_PASSED: Final = "TOTAL-PASSED"
_UNDECIDED: Final = "INDETERMINATE"
_UNROOTED: Final = "NO_CERTIFICATE_CHAIN_FOUND"
_LATER: Final = "TRY_LATER"
#: The levels with a timestamp in the signature, or behind it.
_STAMPED: Final = frozenset({"T", "LT", "LTA"})
_UNQUALIFIED: Final = "of de handtekening gekwalificeerd is, werd niet nagegaan"
_DELEGATED: Final = "het platform zegt dat iemand anders dit in diens naam deed"


class StampJudged(Protocol):
    """What validation says of a timestamp."""

    @property
    def indication(self) -> str:
        """Main status of EN 319 102-1."""
        ...


class SignatureJudged(Protocol):
    """What validation says of a signature."""

    @property
    def field(self) -> str:
        """Name of the signature field."""
        ...

    @property
    def indication(self) -> str:
        """Main status of EN 319 102-1."""
        ...

    @property
    def sub_indication(self) -> str | None:
        """Why it does not pass."""
        ...

    @property
    def level(self) -> str:
        """PAdES level."""
        ...

    @property
    def qualification(self) -> str:
        """As the trusted lists say; empty where they were not asked."""
        ...

    @property
    def timestamps(self) -> Sequence[StampJudged]:
        """Those in the signature."""
        ...

    @property
    def reason(self) -> str:
        """In words."""
        ...


class FileJudged(Protocol):
    """What validation says of a file."""

    @property
    def signatures(self) -> Sequence[SignatureJudged]:
        """One for each signature."""
        ...

    @property
    def timestamps(self) -> Sequence[StampJudged]:
        """Those over the document."""
        ...


@attrs.frozen(kw_only=True)
class Acceptance:
    """What an office accepts from a platform.

    Attributes:
        matching: By what a certificate is known to be of somebody.
        trusted: Each certificate has to lead to a root that the office trusts; False
            where it trusts none yet, and the platform's word is taken for that.
    """

    matching: Matching = Matching.NAME
    trusted: bool = True


@attrs.frozen(kw_only=True)
class Checked:
    """What was found: why it is not in order, or the documents with their facts."""

    findings: tuple[Finding, ...]
    documents: tuple[Enclosed, ...]


@attrs.frozen(kw_only=True)
class Checker:
    """Checks packages that came back.

    Attributes:
        opened: Opens the bytes of a document by their SHA-256, hashed on the way.
        validate: The verdict over a file: its stream, and how to call it.
        limits: Largest document.
    """

    opened: Callable[[str], AbstractContextManager[BinaryIO]]
    validate: Callable[[BinaryIO, str], FileJudged]
    limits: Limits

    def check(
        self, package: SigningPackage, acceptance: Acceptance, at: datetime
    ) -> Checked:
        """Check all documents of a package that came back."""
        findings = [*_of_package(package)]
        documents = []
        for one in package.documents:
            found = _File(self, package, acceptance, one, at)
            findings += found.findings()
            documents.append(attrs.evolve(one, signatures=found.facts()))
        return Checked(findings=tuple(findings), documents=tuple(documents))


def _of_package(package: SigningPackage) -> Iterator[Finding]:
    """What the platform itself says that does not fit."""
    wanted = {
        PlatformRole.APPROVER: Progress.REVIEWED,
        PlatformRole.SIGNER: Progress.SIGNED,
    }
    for one, acted in zip(package.invited, package.acted, strict=True):
        if wanted.get(one.role, acted.progress) is not acted.progress:
            yield Finding(kind=_K.NOT_EVERYBODY, about=one.party.label)
    if package.strangers:
        yield Finding(kind=_K.UNKNOWN_PERSON)


@attrs.define
class _Signature:
    """One new signature: what was found of it, and what is said of it."""

    found: SignatureFinding
    judged: SignatureJudged | None
    claims: Claims | None

    @property
    def qualification(self) -> str:
        """As the trusted lists say; empty where that was not asked."""
        return "" if self.judged is None else self.judged.qualification

    @property
    def level(self) -> str:
        """PAdES level."""
        return self.found.level if self.judged is None else self.judged.level


@attrs.define
class _File:
    """One document that is checked."""

    checker: Checker
    package: SigningPackage
    acceptance: Acceptance
    document: Enclosed
    at: datetime
    _facts: list[SignatureFact] = attrs.field(factory=list["SignatureFact"], init=False)

    def facts(self) -> tuple[SignatureFact, ...]:
        """What was found of each signature, in the order of the signers."""
        return tuple(self._facts)

    def findings(self) -> list[Finding]:
        """Everything that is wrong with the file."""
        if self.document.returned is None:
            return [self._finding(self.document.lost or _K.MISSING_DOCUMENT)]
        opened = self.checker.opened
        with opened(self.document.returned) as file, opened(self.document.sent) as sent:
            try:
                return [*self._findings(file, sent)]
            except MalformedError as error:
                return [self._finding(_K.DOES_NOT_HOLD, detail=str(error))]

    def _findings(self, file: BinaryIO, sent: BinaryIO) -> Iterator[Finding]:
        if not begins_with(file, sent):
            yield self._finding(_K.OTHER_BYTES)
            return
        if self.document.returned == self.document.sent:
            yield self._finding(_K.NOT_SIGNED)
            return
        limits = self.checker.limits
        more = only_signed_since(file, self.document.size, limits)
        if more:
            yield self._finding(_K.MORE_THAN_SIGNED, detail=more)
        before, stamped = self._before(sent)
        found = examined(file, roots=(), at=self.at, limits=limits)
        file.seek(0)
        judged = self.checker.validate(file, self.document.title)
        # What was stamped before it was sent says nothing of what was signed since.
        found = attrs.evolve(found, timestamps=found.timestamps[stamped:])
        later = judged.timestamps[stamped:]
        by_field = {one.field: one for one in judged.signatures}
        signatures = [
            _Signature(one, by_field.get(one.field), _claims(one))
            for one in found.signatures
            if one.field not in before
        ]
        for one in found.signatures:
            yield from self._holds(one, by_field.get(one.field))
        yield from self._whose(signatures, found, later)

    def _before(self, sent: BinaryIO) -> tuple[set[str], int]:
        """The fields that were signed before it was sent, and how often it was stamped.

        That is over the document; in a signature does not count.
        """
        limits = self.checker.limits
        if not facts(sent, limits).signatures:
            return set(), 0
        found = examined(sent, roots=(), at=self.at, limits=limits)
        return {one.field for one in found.signatures}, len(found.timestamps)

    def _holds(
        self, found: SignatureFinding, judged: SignatureJudged | None
    ) -> Iterator[Finding]:
        # A verdict has no truth value: it is there, or it is None.
        indication = "" if judged is None else judged.indication
        sub = "" if judged is None else judged.sub_indication or ""
        unrooted = not self.acceptance.trusted and sub == _UNROOTED
        if indication == _PASSED or (indication == _UNDECIDED and unrooted):
            return
        later = indication == _UNDECIDED and sub == _LATER
        kind = _K.TRY_LATER if later else _K.DOES_NOT_HOLD
        reason = "" if judged is None else judged.reason
        why = f"{indication} {sub} {reason}"
        about = f"veld {found.field}"
        yield self._finding(kind, about=about, detail=why.strip())

    def _whose(
        self,
        signatures: Sequence[_Signature],
        found: Findings,
        later: Sequence[StampJudged],
    ) -> Iterator[Finding]:
        signers = self.package.signers
        matching = self.acceptance.matching
        whose = assigned(signers, [one.claims for one in signatures], matching)
        for place, signer in enumerate(signers):
            if place not in whose:
                yield self._finding(_K.MISSING_SIGNER, about=signer.party.label)
                continue
            one = signatures[whose[place]]
            yield from self._level(signer, one)
            stamps = _stamps(one, found)
            if not stamps or not self._stamped(one, later):
                yield self._finding(_K.NO_TIMESTAMP, about=signer.party.label)
            self._facts.append(self._fact(signer, one, stamps))
        for number, one in enumerate(signatures):
            if number not in whose.values():
                yield self._finding(
                    _extra(one, signers, matching), about=f"veld {one.found.field}"
                )

    def _level(self, signer: Invited, one: _Signature) -> Iterator[Finding]:
        """The level that was asked, as the certificate claims it."""
        if signer.assurance is not Assurance.QES:
            return
        qualified = one.claims is not None and one.claims.qualified
        said = one.qualification
        if not qualified or (said and not said.upper().startswith("Q")):
            text = f"{signer.party.label} ({signer.assurance.label})"
            yield self._finding(_K.LEVEL, about=text, detail=said)

    def _stamped(self, one: _Signature, later: Sequence[StampJudged]) -> bool:
        """Whether the timestamp that dates it leads to trust, where that is asked."""
        own = () if one.judged is None else one.judged.timestamps
        passed = any(stamp.indication == _PASSED for stamp in own or later)
        return passed or not self.acceptance.trusted

    def _fact(
        self, signer: Invited, one: _Signature, stamps: Sequence[TimestampFinding]
    ) -> SignatureFact:
        acted = _acted(self.package)[signer.party.id]
        warnings = [_DELEGATED] if acted.delegated else []
        asked = signer.assurance is Assurance.QES
        if asked and not one.qualification:
            warnings.append(_UNQUALIFIED)
        stamped = [
            (stamp.time, holder(stamp.certificate), stamp.sha256)
            for stamp in stamps
            if stamp.time
        ]
        at, authority, token = min(stamped, default=(None, "", None))
        return SignatureFact(
            signer=signer.party.id,
            function=signer.party.label,
            field=one.found.field,
            level=one.level,
            certificate=hashlib.sha256(one.found.certificate or b"").hexdigest(),
            claimed_at=one.found.signing_time,
            stamped_at=at,
            authority=on_one_line(authority, 200),
            token=token,
            processed_at=acted.at,
            warnings=tuple(warnings),
        )

    def _finding(
        self, kind: FindingKind, *, about: str = "", detail: str = ""
    ) -> Finding:
        return Finding(
            kind=kind,
            document=self.document.document,
            about=about,
            detail=detail[:500],
        )


def _claims(found: SignatureFinding) -> Claims | None:
    try:
        return claims(found.certificate) if found.certificate else None
    except DigivlError:
        return None


def _stamps(one: _Signature, found: Findings) -> list[TimestampFinding]:
    """The timestamps over a signature that hold: in it, or over the document later."""
    own = [stamp for stamp in one.found.timestamps if stamp.sound]
    later = one.found.level.rpartition("-")[2] in _STAMPED
    return own or [stamp for stamp in found.timestamps if stamp.sound and later]


def _extra(
    one: _Signature, signers: Sequence[Invited], matching: Matching
) -> FindingKind:
    claimed = one.claims
    if claimed and any(is_of(signer, claimed, matching) for signer in signers):
        return _K.SIGNED_TWICE
    return _K.EXTRA_SIGNATURE


def _acted(package: SigningPackage) -> Mapping[str, Acted]:
    pairs = zip(package.invited, package.acted, strict=True)
    return {one.party.id: acted for one, acted in pairs if one.signs}
