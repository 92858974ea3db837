"""A news item on what was decided, for the press and the public (nieuwsbericht).

Whether it is published follows from the release of its meeting; it is not stored.

Source:
    Kaleidos: newsletter domain (kort bestek).
"""

from __future__ import annotations

from enum import Enum
from typing import Final

import attrs

from digivl.kernel.checks import free_text, long_text, public_line
from digivl.kernel.identifiers import URI
from digivl.kernel.kinds import Kind, Standing
from digivl.kernel.lifecycle import Lifecycle, Step


class NewsState(Enum):
    """How far a news item is."""

    DRAFT = "in opmaak"
    FINISHED = "afgewerkt"


NEWS_LIFECYCLE: Final = Lifecycle(
    subject="news item",
    initial=NewsState.DRAFT,
    steps=(
        Step("edit", (NewsState.DRAFT,), NewsState.DRAFT),
        Step("finish", (NewsState.DRAFT,), NewsState.FINISHED),
        Step("reopen", (NewsState.FINISHED,), NewsState.DRAFT),
    ),
)


@attrs.frozen(kw_only=True)
class NewsItem:
    """What is told of one agenda item (nieuwsbericht).

    Attributes:
        item: Id of the agenda item.
        step: Id of the procedure step.
        dossier: Id of the dossier.
        meeting: Id of the meeting.
        title: One line.
        subtitle: Another one, or nothing.
        text: Plain text; a blank line parts paragraphs.
        themes: Concepts of the themes it is about.
        in_newsletter: It goes out with the newsletter of its meeting.
        remark: For who edits it; never published.
    """

    item: str
    step: str
    dossier: str
    meeting: str
    title: str = attrs.field(validator=public_line)
    subtitle: str = attrs.field(default="", validator=free_text)
    text: str = attrs.field(default="", validator=long_text)
    themes: tuple[URI, ...] = ()
    in_newsletter: bool = True
    remark: str = attrs.field(default="", validator=free_text)
    state: NewsState = NEWS_LIFECYCLE.initial

    @property
    def is_finished(self) -> bool:
        """True once it can go out."""
        return self.state is NewsState.FINISHED

    def after(self, step: str) -> NewsItem:
        """One step further in its lifecycle.

        Raises:
            StepNotAllowedError: There is no such step from here.
        """
        return attrs.evolve(self, state=NEWS_LIFECYCLE.after(self.state, step))


def news_id(item: str) -> str:
    """The id of the news of an agenda item; there is one."""
    return f"{item}.news"


def _standing(news: NewsItem) -> Standing:
    return Standing(
        state=news.state.value,
        title=news.title,
        dossier=news.dossier,
        part_of=news.meeting,
        open=not news.is_finished,
    )


NEWS: Final = Kind("news", NewsItem, _standing)
