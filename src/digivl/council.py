"""The rooms of the council of ministers, wired: from submission to newsletter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from digivl.advising import AdviceRooms
from digivl.kernel.once import once

if TYPE_CHECKING:
    from digivl.dossiers.admission import Admission
    from digivl.dossiers.agendas import Agendas
    from digivl.dossiers.approving import Approving
    from digivl.dossiers.consultations import Consultations
    from digivl.dossiers.deciding import Deciding
    from digivl.dossiers.mandates import Government
    from digivl.dossiers.meetings import Meetings
    from digivl.dossiers.newsroom import Newsroom
    from digivl.dossiers.papers import Papers
    from digivl.dossiers.parliaments import Parliament
    from digivl.dossiers.positions import Positions
    from digivl.dossiers.publications import Publications
    from digivl.dossiers.retrieval import Retrieval
    from digivl.dossiers.secretary import Secretary
    from digivl.dossiers.submissions import Submissions


@attrs.frozen(kw_only=True, eq=False, slots=False)
class CouncilRooms(AdviceRooms):
    """What the government and its secretariat do; thread-safe."""

    @once
    def submissions(self) -> Submissions:
        """What cabinets submit to the secretariat."""
        from digivl.dossiers.agreeing import Agreeing
        from digivl.dossiers.submissions import Submissions

        return Submissions(
            self.book,
            self._moves,
            self.guard,
            self.dossiers,
            Agreeing(self._moves, self.government),
            self.clock,
        )

    @once
    def meetings(self) -> Meetings:
        """Meetings of the government."""
        from digivl.dossiers.meetings import Meetings
        from digivl.dossiers.naming import Naming

        return Meetings(
            self.book,
            self._moves,
            self.guard,
            self.agendas,
            Naming(self.book),
            self.clock,
        )

    @once
    def agendas(self) -> Agendas:
        """What stands on the agendas of meetings."""
        from digivl.dossiers.agendas import Agendas

        return Agendas(
            self.book,
            self._moves,
            self.guard,
            self._admission,
            self.government,
            self.clock,
        )

    @once
    def _admission(self) -> Admission:
        """The door to the agenda."""
        from digivl.dossiers.admission import Admission

        return Admission(self.readiness)

    @once
    def government(self) -> Government:
        """Who is in the government, and since when."""
        from digivl.dossiers.mandates import Government

        return Government(self.book, self.guard, self.clock)

    @once
    def consultations(self) -> Consultations:
        """Consultation rounds between cabinets."""
        from digivl.dossiers.consultations import Consultations

        return Consultations(
            self.book, self.guard, self.dossiers, self.absences, self.clock
        )

    @once
    def positions(self) -> Positions:
        """Positions of ministers before a meeting."""
        from digivl.dossiers.positions import Positions

        return Positions(self.book, self.guard, self.agendas, self.clock)

    @once
    def approving(self) -> Approving:
        """Agendas that are approved, closed and reopened; numbers."""
        from digivl.dossiers.approving import Approving
        from digivl.dossiers.naming import Naming

        naming = Naming(self.book)
        return Approving(
            self.book,
            self._moves,
            self.guard,
            self.agendas,
            naming,
            self._admission,
            self.clock,
        )

    @once
    def deciding(self) -> Deciding:
        """Decisions of the government."""
        from digivl.dossiers.deciding import Deciding

        return Deciding(self.book, self._moves, self.guard, self._admission, self.clock)

    @once
    def papers(self) -> Papers:
        """Agendas and decision reports as PDF."""
        from digivl.dossiers.papers import Papers

        return Papers(
            self.book,
            self.agendas,
            self.government,
            self.releases,
            self.reading,
            self.secretary,
            self.guard,
            self.settings.limits,
        )

    @once
    def secretary(self) -> Secretary:
        """Minutes of meetings, and the words of decisions."""
        from digivl.dossiers.secretary import Secretary

        return Secretary(
            self.book, self.guard, self.agendas, self.government, self.clock
        )

    @once
    def news(self) -> Newsroom:
        """News items and newsletters."""
        from digivl.dossiers.newsroom import Newsroom

        return Newsroom(self.book, self.guard, self.agendas, self.clock)

    @once
    def publications(self) -> Publications:
        """Texts on their way to the Belgisch Staatsblad."""
        from digivl.dossiers.publications import Publications

        return Publications(
            self.book, self._moves, self.guard, self.dossiers, self.clock
        )

    @once
    def parliament(self) -> Parliament:
        """What is sent to the Flemish Parliament."""
        from digivl.dossiers.parliaments import Parliament

        return Parliament(self.book, self.guard, self.dossiers, self.clock)

    @once
    def retrieval(self) -> Retrieval:
        """What comes back from the Flemish Parliament."""
        from digivl.dossiers.retrieval import Retrieval

        return Retrieval(
            self.book,
            self._moves,
            self.guard,
            self.dossiers,
            self.documents,
            self.government,
            self.clock,
        )
