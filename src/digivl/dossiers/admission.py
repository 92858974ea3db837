"""Lets steps on the agenda: asks the gate at each door that an item passes.

It is asked when a step is put on the agenda, when its item is found formally OK, when
the agenda is approved, and before an announcement is decided on after all. An item
keeps how many acts its dossier had when it was found ready, so that approving a long
agenda only looks again where something happened since.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import attrs

from digivl.dossiers.agenda import AgendaItem
from digivl.dossiers.gate import AgendaGate, Asked, Requirement
from digivl.errors import NotReadyError

_HINT: Final = (
    "`digivl readiness` says what is missing. Until it is there: take the item off, "
    "check it as not OK, or loosen the requirement with a reason."
)


@attrs.frozen(kw_only=True)
class Admitted:
    """A step that may stand on the agenda.

    Attributes:
        acts: How many acts its dossier had then; see `AgendaGate.acts`.
        without: What was loosened for it, in Dutch; empty when nothing was.
    """

    acts: int
    without: str


@attrs.frozen
class Admission:
    """The door to the agenda: what is missing is told for all that knock at once."""

    _gate: AgendaGate

    def admit(self, title: str, asked: Asked) -> Admitted:
        """Let one step pass.

        Raises:
            NotReadyError: Something is missing; it says what.
        """
        return self._admitted(title, [(title, asked)])[0]

    def check(self, items: Mapping[str, AgendaItem]) -> Mapping[str, Admitted]:
        """Let items pass their formal check; gives the outcome by their ids.

        Raises:
            NotReadyError: Something is missing for at least one; it says what, of each.
        """
        titles = ", ".join(item.title for item in items.values())
        found = self._admitted(titles, [_question(item) for item in items.values()])
        return dict(zip(items, found, strict=True))

    def recheck(self, title: str, items: Sequence[AgendaItem]) -> None:
        """Let items stand on an agenda that is approved, if they are ready still.

        Args:
            title: Of the agenda.
            items: Those on which nothing was decided yet.

        Raises:
            NotReadyError: Something happened since the formal check, and now something
                is missing; it says what, of each.
        """
        acts = self._gate.acts({item.dossier for item in items})
        changed = [item for item in items if item.ready != acts.get(item.dossier)]
        self._admitted(title, [_question(item) for item in changed])

    def _admitted(
        self, subject: str, questions: Sequence[tuple[str, Asked]]
    ) -> Sequence[Admitted]:
        asked = [one for _, one in questions]
        # Counted before it is looked at: what happens in between is seen next time.
        acts = self._gate.acts({one.dossier for one in asked})
        found = self._gate.requirements_of(asked)
        titles = [title for title, _ in questions]
        if missing := list(_missing(titles, found)):
            raise NotReadyError(subject, missing, hint=_HINT)
        return [
            Admitted(acts=acts.get(one.dossier, 0), without=_without(requirements))
            for one, requirements in zip(asked, found, strict=True)
        ]


def _question(item: AgendaItem) -> tuple[str, Asked]:
    asked = Asked(
        dossier=item.dossier,
        step=item.step,
        meeting=item.meeting,
        kind=item.decided_as,
        pieces={piece.document: piece.sha256 for piece in item.pieces},
    )
    return item.title, asked


def _missing(
    titles: Sequence[str], found: Sequence[Sequence[Requirement]]
) -> Iterator[tuple[str, str]]:
    for title, requirements in zip(titles, found, strict=True):
        of = f" ({title})" if len(titles) > 1 else ""
        for one in requirements:
            if one.blocking:
                yield f"{one.name}{of}", one.explanation


def _without(found: Sequence[Requirement]) -> str:
    return "; ".join(
        f"zonder {one.name}: {one.loosened}" for one in found if one.loosened
    )
