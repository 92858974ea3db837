"""Signing flows: documents put up for signing and signed, alone or in a bundle."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from digivl.access.model import Permission
from digivl.custody.moves import moved_once
from digivl.documents.model import DECISION_REPORT, Document
from digivl.errors import MalformedError
from digivl.kernel.identifiers import new_id
from digivl.kernel.parties import Party
from digivl.records.entries import AnyDraft, Draft, Entry, first
from digivl.signing.batches import Outcome, one_by_one
from digivl.signing.expiry import Expiry
from digivl.signing.model import FLOW, Signatory, SigningFlow
from digivl.signing.order import InOrder
from digivl.signing.participants import Approver, Participant, Watcher
from digivl.signing.preparing import Accepted, marked, prepared
from digivl.signing.signatures import Signatures
from digivl.signing.turns import Turns


@attrs.frozen(kw_only=True)
class Signing(Signatures):
    """The signing flows of an office."""

    def start_bundle(
        self,
        documents: Mapping[str, InOrder[Signatory]],
        *,
        by: Party,
        approvers: InOrder[Approver] = (),
        watchers: Sequence[Watcher] = (),
        deadline: datetime | None = None,
        accepted: Mapping[str, Accepted] | None = None,
    ) -> Sequence[Entry[SigningFlow]]:
        """Put several documents up together; all of them, or none.

        They stand in the order in which people look at them: the decision report as
        cover, then by their numbers, the others as they are given.

        Args:
            documents: Who signs each, by the id of the document; not the same people
                for each of them, if need be.
            by: Who puts them up.
            approvers: Who approves each of them before.
            watchers: Who is told.
            deadline: Until when everybody has to have signed.
            accepted: What is accepted in a document, by its id; see `start`.

        Raises:
            MalformedError: There is no document; else as `start`.
        """
        if not documents:
            raise MalformedError("a bundle has at least one document")
        admitted = {
            name: self.documents.admitted(name, Permission.PREPARE_SIGNING, by).record
            for name in documents
        }
        bundle, now = new_id(), self.clock()
        drafts: list[Draft[SigningFlow]] = []
        for place, name in enumerate(in_order(admitted), 1):
            known = self._next_id(name, admitted[name].dossier)
            flow = marked(name, admitted[name], by)
            flow = prepared(flow, documents[name], approvers, watchers, deadline)
            flow = attrs.evolve(flow, bundle=bundle, place=place)
            draft = first(FLOW, known, flow, "start", by, now)
            drafts.append(self._put_up(draft, (accepted or {}).get(name)))
        return self._written_together(drafts)

    def sign_bundle(
        self, bundle: str, *, by: Party, identified: str = ""
    ) -> Sequence[Outcome]:
        """Sign every document of a bundle whose turn it is for `by`; see `sign_all`."""
        mine = self._turns_in(bundle, Signatory, by)
        return self.sign_all(mine, by=by, identified=identified)

    def sign_all(
        self, flows: Iterable[str], *, by: Party, identified: str = ""
    ) -> Sequence[Outcome]:
        """Sign several documents under one act of consent.

        Each is signed or not, by itself. After an error of the means, an authority or
        the disk the rest is not tried; all of it can be tried again.

        Args:
            flows: Ids of the flows, in the order of signing.
            by: The signatory, or who stands in for it.
            identified: How the application identified `by`.
        """
        consent = new_id()
        return self._each(
            flows,
            lambda one: self.sign(one, by=by, identified=identified, consent=consent),
        )

    def approve_bundle(
        self, bundle: str, *, by: Party, remark: str = "", identified: str = ""
    ) -> Sequence[Outcome]:
        """Approve every document of a bundle whose turn it is for `by`."""
        consent = new_id()
        return self._each(
            self._turns_in(bundle, Approver, by),
            lambda one: self.approve(
                one, by=by, remark=remark, identified=identified, consent=consent
            ),
        )

    def expire(self, *, most: int = 500) -> Sequence[Entry[SigningFlow]]:
        """Write down each deadline that passed, once; who started it goes on.

        `Digivl.work` does so by itself.

        Args:
            most: Leave the rest for the next time.
        """
        return Expiry(self.book, self.moves, self.clock).establish(most=most)

    def _written_together(
        self, drafts: Sequence[Draft[SigningFlow]]
    ) -> Sequence[Entry[SigningFlow]]:
        turns = Turns(self.moves)
        more: list[AnyDraft] = []
        for draft in drafts:
            more += [*turns.moved(draft), *self._companions(draft, None)]
        # The dossier goes with the first of its questions.
        written = self.book.write(*drafts, *moved_once(more))
        return written[: len(drafts)]

    def _turns_in(self, bundle: str, kind: type[Participant], by: Party) -> list[str]:
        """The flows of a bundle in which it is the turn of `by`, in their order."""
        acting = self.absences.sign_for(self.clock())
        found = [
            entry.id
            for entry in self.bundle(bundle)
            if {one.party.id for one in entry.record.turns if isinstance(one, kind)}
            & {one.party.id for one in entry.record.places_of(by, acting)}
        ]
        if not found:
            permission = Permission.SIGN if kind is Signatory else Permission.APPROVE
            self.guard.refuse(by, permission, FLOW.ref(bundle))
        return found

    def _each(
        self, flows: Iterable[str], act: Callable[[str], Entry[SigningFlow]]
    ) -> Sequence[Outcome]:
        names = list(flows)
        known = self.book.read_all(FLOW, names)
        titles = {name: entry.record.title for name, entry in known.items()}
        return one_by_one([(name, titles.get(name, "")) for name in names], act)


def in_order(documents: Mapping[str, Document]) -> Sequence[str]:
    """Documents in the order in which people look at them, by id.

    The decision report comes first, as cover; then what has a number, in the order of
    numbers; then the others as they are given.
    """

    def key(name: str) -> tuple[int, tuple[Any, ...]]:
        one = documents[name]
        if one.type == DECISION_REPORT:
            return (0, ())
        return (1, one.number.sort_key) if one.number else (2, ())

    return sorted(documents, key=key)
