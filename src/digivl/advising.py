"""The rooms of advice, wired: what is proposed, asked, answered and passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from digivl.kernel.once import once
from digivl.signing_rooms import SigningRooms

if TYPE_CHECKING:
    from digivl.advice.advices import Advices
    from digivl.advice.agreements import Agreements
    from digivl.advice.appeals import Appeals
    from digivl.advice.asking import Asking
    from digivl.advice.channels.exchange import Exchange
    from digivl.advice.channels.hearing import Hearing
    from digivl.advice.forms.service import Forms
    from digivl.advice.proposals import Proposals
    from digivl.advice.questions import Questions
    from digivl.advice.registrations import Registrations
    from digivl.advice.route.service import Routes
    from digivl.advice.silences import Silences


@attrs.frozen(kw_only=True, eq=False, slots=False)
class AdviceRooms(SigningRooms):
    """What who prepares a dossier, and who is heard on it, do; thread-safe."""

    @once
    def proposals(self) -> Proposals:
        """What dossiers propose."""
        from digivl.advice.proposals import Proposals

        return Proposals(self.book, self._admit, self.clock)

    @once
    def advices(self) -> Advices:
        """Advice of the Inspectie van Financiën, and of others."""
        from digivl.advice.advices import Advices

        return Advices(self._asking, self._questions, self.clock)

    @once
    def agreements(self) -> Agreements:
        """Agreements of ministers: on the budget, and on staff."""
        from digivl.advice.agreements import Agreements

        return Agreements(self._asking, self._questions, self.clock)

    @once
    def registrations(self) -> Registrations:
        """Answers that were given elsewhere, entered for who gave them."""
        from digivl.advice.registrations import Registrations

        return Registrations(self._asking, self._questions, self.clock)

    @once
    def appeals(self) -> Appeals:
        """Replies to unfavourable advice, and appeals against it."""
        from digivl.advice.appeals import Appeals

        return Appeals(
            self._asking,
            self._questions,
            self.proposals,
            self._moves,
            self.clock,
        )

    @once
    def silences(self) -> Silences:
        """Terms that passed without an answer."""
        from digivl.advice.silences import Silences

        return Silences(self.book, self._questions, self.appeals, self.clock)

    @once
    def routes(self) -> Routes:
        """The routes of dossiers: what is done, due and next."""
        from digivl.advice.route.service import Routes

        return Routes(
            self.book,
            self.reading,
            self.guard,
            self.rules,
            self.calendars,
            self.clock,
        )

    @once
    def exchange(self) -> Exchange:
        """The conversation with those who advise and agree elsewhere."""
        from digivl.advice.channels.exchange import Exchange

        return Exchange(
            book=self.book,
            documents=self.documents,
            moves=self._moves,
            rights=self._rights,
            hearing=self.hearing,
            channels=tuple(self.settings.channels),
            channel=self._backends.channel,
            clock=self.clock,
        )

    @once
    def hearing(self) -> Hearing:
        """What they say, taken in."""
        from digivl.advice.channels.hearing import Hearing

        return Hearing(
            book=self.book,
            documents=self.documents,
            advices=self.advices,
            agreements=self.agreements,
            moves=self._moves,
            rights=self._rights,
            desk=self._backends.desk,
            clock=self.clock,
        )

    @once
    def forms(self) -> Forms:
        """Questions, advices and agreements as PDF."""
        from digivl.advice.forms.service import Forms

        return Forms(
            self.book,
            self.documents,
            self.reading,
            self.guard,
            self._admit,
            self.clock,
            self.settings.development,
        )

    @once
    def _asking(self) -> Asking:
        from digivl.advice.asking import Asking

        return Asking(self.book, self._admit, self.proposals)

    @once
    def _questions(self) -> Questions:
        from digivl.advice.questions import Questions

        return Questions(
            self.book,
            self._moves,
            self._rights,
            self.rules,
            self.calendars,
            tuple(self.settings.channels),
        )
