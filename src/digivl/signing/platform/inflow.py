"""Packages of signing flows: given out with the package, taken in when it is signed.

A flow names the package by its mark. One that was taken back, renewed or ended
meanwhile does not, and then nothing of the package touches it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import permutations

import attrs

from digivl.documents.port import Stored
from digivl.errors import MalformedError, SigningError
from digivl.kernel.kinds import Ref
from digivl.kernel.parties import Party
from digivl.records.entries import AnyDraft, Entry
from digivl.records.port import Query
from digivl.signing.handovers import Handovers, told
from digivl.signing.model import FLOW, FlowState, Signatory, SigningFlow, Watcher
from digivl.signing.order import stages
from digivl.signing.outside import Did, DoneOutside, Elsewhere
from digivl.signing.platform.model import (
    UNSIGNED,
    Acted,
    PackageState,
    SigningPackage,
    mark_of,
)
from digivl.signing.platform.people import Invited, PlatformRole
from digivl.signing.states import DRAFTS, RUNNING

_FAILED = PackageState.VALIDATION_FAILED


@attrs.frozen
class FlowsOfPackages:
    """The companion that moves signing flows; see `PackageCompanion`."""

    signing: Handovers

    def started(
        self, ref: Ref, package: SigningPackage, by: Party, at: datetime
    ) -> Sequence[AnyDraft]:
        """The flow is given out; without one, nobody signs the documents here."""
        if package.flow is None:
            self._check_apart(package)
            return ()
        found = self._flow(package)
        self.signing.check_nobody_signs(found, at)
        before, was = found.record, package.follows
        flow = _back(before) if was and _is_on(before, was) else before
        _check_people(package, flow)
        there = Elsewhere(
            platform=package.account.platform, reference=mark_of(ref.id), since=at
        )
        draft = found.next(flow.give_out(there), "give out", by, at)
        return self.signing.moving(draft, before)

    def moved(
        self,
        found: Entry[SigningPackage],
        record: SigningPackage,
        by: Party,
        at: datetime,
    ) -> Sequence[AnyDraft]:
        """The flow is taken in, taken back, fails or goes on with the package."""
        was = found.record
        changed = (was.state, was.settled) != (record.state, record.settled)
        if record.flow is None or not changed:
            return ()
        entry = self.signing.read(record.flow.id)
        before, signed = entry.record, record.state is PackageState.SIGNED
        if before.is_ended or not _is_on(before, found.id):
            if not signed:
                return ()
            raise SigningError(f"{before.title!r} is not signed there any more")
        if signed:
            action, flow, reason = "take in", _taken_in(before, record, at), ""
        else:
            action, flow, reason = _given_up(before, was, record)
        if flow == before:
            return ()
        draft = entry.next(flow, action, by, at, reason)
        return self.signing.moving(draft, before)

    def _check_apart(self, package: SigningPackage) -> None:
        """That no flow of these documents runs, or can go on."""
        names = {one.document for one in package.documents}
        book = self.signing.book
        rows = book.rows(Query(kind=FLOW.name, dossier=package.dossier, open=True))
        for entry in book.read_all(FLOW, [row.ref.id for row in rows]).values():
            if entry.record.document in names and entry.record.state not in DRAFTS:
                raise SigningError(
                    f"{entry.record.title!r} is up for signing already",
                    hint="Send it as a part of that flow, or cancel the flow first.",
                )

    def _flow(self, package: SigningPackage) -> Entry[SigningFlow]:
        """The flow of a package, which has to be of its one document, as it is."""
        ref, (one, *more) = package.flow, package.documents
        if ref is not None and ref.kind == FLOW.name and not more:
            found = self.signing.book.read_all(FLOW, [ref.id]).get(ref.id)
            wanted = (one.document, one.sent)
            if found and (found.record.document, found.record.current) == wanted:
                return found
        raise MalformedError(
            "a package of a flow holds the document of that flow, as it is now",
            hint="Send a package for each flow, with its last version.",
        )


def _is_on(flow: SigningFlow, package: str) -> bool:
    there = flow.elsewhere
    return there is not None and there.reference == mark_of(package)


def _back(flow: SigningFlow) -> SigningFlow:
    """The flow as it is signed here again, also when it failed or its term passed."""
    if flow.state is FlowState.VALIDATION_FAILED:
        flow = flow.go_on()
    if flow.state in RUNNING:
        return flow.take_back()
    return attrs.evolve(flow, elsewhere=None)


def _given_up(
    flow: SigningFlow, was: SigningPackage, now: SigningPackage
) -> tuple[str, SigningFlow, str]:
    """What is done with a flow whose package is not signed: how, and why."""
    if now.state is _FAILED and not now.settled:
        if flow.state not in RUNNING:
            return "fail", flow, ""
        problem = "; ".join(dict.fromkeys(one.text for one in now.findings))
        return "fail", flow.fail(problem), problem
    if now.state in UNSIGNED:
        why = f"pakket op {now.account.platform}: {now.state.label}"
        return "take back", _back(flow), why
    if was.state is _FAILED and flow.state is FlowState.VALIDATION_FAILED:
        return "go on", flow.go_on(), ""
    return "look", flow, ""


def _taken_in(flow: SigningFlow, package: SigningPackage, at: datetime) -> SigningFlow:
    (one,) = package.documents
    stored = Stored(one.returned or "", one.returned_size)
    return told(flow, list(done_outside(package)), stored, at)


def done_outside(package: SigningPackage) -> Iterator[DoneOutside]:
    """What everybody did with a package that is signed, in the order of their turns."""
    for one, acted in zip(package.invited, package.acted, strict=True):
        if one.role is not PlatformRole.COPY:
            yield _done(package, one, acted)


def _done(package: SigningPackage, one: Invited, acted: Acted) -> DoneOutside:
    there = f"op {package.account.platform}"
    then = acted.at or acted.seen_at or package.changed_at
    if not one.signs:
        return DoneOutside(
            party=one.party.id, did=Did.APPROVED, at=then, identified=there
        )
    (document,) = package.documents
    (fact,) = (f for f in document.signatures if f.signer == one.party.id)
    return DoneOutside(
        party=one.party.id,
        did=Did.SIGNED,
        at=fact.stamped_at or fact.claimed_at or then,
        identified=f"{there}: {one.assurance.label}",
        certificate=fact.certificate,
        claimed_at=fact.claimed_at,
        authority=fact.authority or None,
        token=fact.token,
        level=fact.level,
        field=fact.field,
    )


def _check_people(package: SigningPackage, flow: SigningFlow) -> None:
    """That those are asked there who have to act here, in the same order."""
    asked = [one for one in package.invited if one.role is not PlatformRole.COPY]
    waiting = [
        one
        for one in flow.participants
        if one.is_live and one.is_open and not isinstance(one, Watcher)
    ]
    wanted = sorted((one.party.id, isinstance(one, Signatory)) for one in waiting)
    placed = stages(flow.participants)
    if sorted((one.party.id, one.signs) for one in asked) != wanted or any(
        placed[a.party.id] < placed[b.party.id] and a.turn >= b.turn
        for a, b in permutations(asked, 2)
    ):
        raise MalformedError(
            "the package asks other people than the flow, or in another order",
            hint="Invite who has to approve and sign; give a later stage a later turn.",
        )
