"""The rooms of signing, wired: flows, files, sessions, platforms, timestamps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import attrs

from digivl.access.model import Permission
from digivl.kernel.once import once
from digivl.rooms import Rooms

if TYPE_CHECKING:
    from digivl.dossiers.signers import Signers
    from digivl.pdf.levels import Level
    from digivl.signing.authorities import TimestampAuthority
    from digivl.signing.evidence.service import EvidenceReports
    from digivl.signing.expiry import Expiry
    from digivl.signing.files import FileSigning
    from digivl.signing.flow_sessions import FlowSessions
    from digivl.signing.lintpolicy import LintPolicy
    from digivl.signing.loginseal.service import LoginSeals
    from digivl.signing.means import SigningMeans
    from digivl.signing.platform.companion import PackageCompanion
    from digivl.signing.platform.service import Packages
    from digivl.signing.platform.working import PackageWork
    from digivl.signing.remote import RemoteMeans
    from digivl.signing.revocation import Revocation
    from digivl.signing.service import Signing
    from digivl.signing.tsa import Timestamps
    from digivl.signing.tsa_later import LaterTimestamps


@attrs.frozen(kw_only=True, eq=False, slots=False)
class SigningRooms(Rooms):
    """What who prepares a signature, and who signs, do; thread-safe."""

    @once
    def signing(self) -> Signing:
        """Signing flows."""
        from digivl.signing.service import Signing

        return Signing(
            book=self.book,
            documents=self.documents,
            moves=self._moves,
            guard=self.guard,
            absences=self.absences,
            means=self.means,
            outside={*self.settings.remote, *self.settings.platforms}
            - self.settings.means.keys(),
            check_elsewhere=self._check_off_platforms,
            files=self.files,
            later=self.later if self.settings.timestamps.later else None,
            companion=self.register,
            signers=self._signers,
            clock=self.clock,
        )

    @once
    def signing_sessions(self) -> FlowSessions:
        """Sessions of people who sign elsewhere, in rounds."""
        from digivl.signing.flow_sessions import FlowSessions

        return FlowSessions(
            book=self.book,
            documents=self.documents,
            guard=self.guard,
            means=self.remote_means,
            signing=self.signing,
            files=self.files,
            admit=self._admit,
            clock=self.clock,
            limits=self.settings.limits,
        )

    @once
    def files(self) -> FileSigning:
        """Signs files to any level, outside flows."""
        from digivl.signing.files import FileSigning

        return FileSigning(
            means=self.means,
            timestamps=self.timestamps,
            revocation=self.revocation,
            level=self.level,
            policy=self.lint_policy,
            clock=self.clock,
            limits=self.settings.limits,
        )

    @property
    def level(self) -> Level:
        """What signing reaches unless something else is asked."""
        return self._backends.level

    @property
    def revocation(self) -> Revocation:
        """Chains and revocation data, asked at the addresses in certificates."""
        return self._backends.revocation

    @once
    def lint_policy(self) -> LintPolicy:
        """What may be signed of what a signer cannot see, or can change."""
        from digivl.signing.lintpolicy import LintPolicy

        return LintPolicy.from_settings(self.settings.signing.lint)

    @once
    def login_seals(self) -> LoginSeals:
        """Seals of the organisation for people who logged in."""
        from digivl.signing.loginseal.service import LoginSeals

        return LoginSeals(
            book=self.book,
            documents=self.documents,
            read=lambda document, by: self.reading.read(document, by=by),
            admit=self.dossiers.admit,
            guard=self.guard,
            means=self.means,
            files=self.files,
            clock=self.clock,
            limits=self.settings.limits,
        )

    @once
    def packages(self) -> Packages:
        """Packages on signing platforms."""
        from digivl.signing.platform.service import Packages

        return Packages(
            book=self.book,
            documents=self.documents,
            moves=self._moves,
            platform=self._backends.platform,
            acceptance=self._backends.acceptance,
            companion=self._package_companion,
            look=lambda source, accepted: self.files.look(source, accepted).reason,
            clock=self.clock,
        )

    @property
    def means(self) -> Callable[[str], SigningMeans]:
        """Gives a signing means by its name in the settings; each is unlocked once."""
        return self._backends.means

    @property
    def remote_means(self) -> Callable[[str], RemoteMeans]:
        """Gives a means on which people sign elsewhere, by its name in the settings."""
        return self._backends.remote

    @property
    def authorities(self) -> tuple[TimestampAuthority, ...]:
        """The timestamp authorities, in the order they are asked."""
        return self._backends.authorities

    @once
    def evidence(self) -> EvidenceReports:
        """Evidence reports of signing flows."""
        from digivl.signing.evidence.service import EvidenceReports

        elsewhere = {**self.settings.platforms, **self.settings.remote}
        known = {**elsewhere, **self.settings.means}
        return EvidenceReports(
            book=self.book,
            documents=self.documents,
            reader=self.reading,
            guard=self.guard,
            prepares=lambda dossier, by: self.dossiers.lets(
                dossier, Permission.PREPARE_SIGNING, by
            ),
            validate=self.validate,
            files=self.files,
            offers={name: one.offer for name, one in known.items()},
            seal=self.settings.seal,
            development=self.settings.development,
            clock=self.clock,
            limits=self.settings.limits,
        )

    @once
    def later(self) -> LaterTimestamps:
        """Timestamps for what no authority stamped when it was signed."""
        from digivl.signing.tsa_later import LaterTimestamps

        return LaterTimestamps(
            book=self.book,
            documents=self.documents,
            files=self.files,
            clock=self.clock,
            limits=self.settings.limits,
        )

    @once
    def timestamps(self) -> Timestamps:
        """Timestamps of the authorities, had as soon as one has room."""
        from digivl.signing.tsa import Timestamps

        return Timestamps(
            authorities=self.authorities,
            clock=self.clock,
            patience_seconds=self.settings.timestamps.wait_seconds,
        )

    def _check_off_platforms(self, dossier: str, documents: Sequence[str]) -> None:
        # Packages move flows along: they know the flows, and are made behind them.
        self.packages.check_free(dossier, documents)

    @once
    def _signers(self) -> Signers:
        from digivl.dossiers.mandates import Government
        from digivl.dossiers.signers import Signers

        government = Government(self.book, self.guard, self.clock)
        return Signers(self.book, government, self.clock)

    @once
    def _expiry(self) -> Expiry:
        from digivl.signing.expiry import Expiry

        return Expiry(self.book, self._moves, self.clock)

    @once
    def _package_companion(self) -> PackageCompanion:
        from digivl.signing.platform.inflow import FlowsOfPackages

        return FlowsOfPackages(self.signing)

    @once
    def _package_work(self) -> PackageWork:
        from digivl.signing.platform.checking import Checker
        from digivl.signing.platform.working import PackageWork

        checker = Checker(
            opened=self.documents.opened,
            validate=self.validate,
            limits=self.settings.limits,
        )
        return PackageWork(packages=self.packages, checker=checker)
