"""The newsroom: news items of meetings, and the newsletter (kort bestek)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

import attrs

from digivl.access.guard import Guard
from digivl.access.model import Permission
from digivl.dossiers.agenda import ITEM, AgendaItem
from digivl.dossiers.agendas import Agendas
from digivl.dossiers.meeting import MEETING
from digivl.dossiers.model import STEP
from digivl.dossiers.news import NEWS, NewsItem, NewsState, news_id
from digivl.dossiers.release import Released, Scope, release_of
from digivl.errors import NotFoundError
from digivl.kernel.changes import changed
from digivl.kernel.moments import date_in_dutch, day_of
from digivl.kernel.parties import Party
from digivl.pdf.typeset import paragraphs, typeset
from digivl.records.entries import AnyDraft, Entry, first
from digivl.records.port import Query, RecordBook

_NEWSLETTER: Final = """
#let data = json(bytes(sys.inputs.data))
#set document(title: data.heading, author: "Vlaamse Regering", date: none)
#set page(paper: "a4", margin: (x: 25mm, top: 25mm, bottom: 25mm),
  footer: context text(size: 9pt)[
    #h(1fr) pagina #counter(page).display() van #counter(page).final().first()
  ])
#set text(lang: "nl", region: "BE", size: 11pt)
#set par(leading: 0.7em, spacing: 1em)
#show heading: set block(above: 1.6em, below: 0.7em)
= #data.heading
#if data.items.len() == 0 [Er zijn geen nieuwsberichten.]
#for item in data.items {
  heading(level: 2, item.title)
  if item.subtitle != "" { block(emph(item.subtitle)) }
  for paragraph in item.paragraphs { par(paragraph) }
}
"""


#: What people write of a news item.
WRITTEN: Final = ("title", "subtitle", "text", "themes", "in_newsletter", "remark")


@attrs.frozen
class Newsroom:
    """The news items of an office."""

    _book: RecordBook
    _guard: Guard
    _agendas: Agendas
    _clock: Callable[[], datetime]

    def draft(self, item: str, *, by: Party) -> Entry[NewsItem]:
        """Start the news of an agenda item.

        It starts from the news of the step before it in the dossier, or from the title.

        Raises:
            NotFoundError: No such item.
            StaleRecordError: It was started already.
        """
        self._guard.check(by, Permission.PUBLISH, subject=ITEM.ref(item))
        found = self._agendas.item(item).record
        before = self._before(found.dossier)
        news = NewsItem(
            item=item,
            step=found.step,
            dossier=found.dossier,
            meeting=found.meeting,
            title=before.title if before else found.title,
            subtitle=before.subtitle if before else "",
            text=before.text if before else "",
            themes=before.themes if before else (),
        )
        draft = first(NEWS, news_id(item), news, "draft", by, self._clock())
        return self._book.write(draft)[0]

    def edit(self, item: str, *, by: Party, **changes: Any) -> Entry[NewsItem]:
        """Change the news of an agenda item.

        Args:
            item: Id of the agenda item.
            by: Who edits.
            changes: ``title``, ``subtitle``, ``text``, ``themes``, ``in_newsletter``,
                ``remark``.

        Raises:
            NotFoundError: It was not started.
            MalformedError: Another field is named, or a value does not fit.
            StepNotAllowedError: It is finished.
        """
        return self._moved(item, "edit", by, "", changes)

    def finish(self, item: str, *, by: Party) -> Entry[NewsItem]:
        """It can go out with the release of its meeting.

        Raises:
            StepNotAllowedError: It is finished.
        """
        return self._moved(item, "finish", by, "", {})

    def reopen(self, item: str, *, by: Party, reason: str) -> Entry[NewsItem]:
        """Change a finished one; until it is finished again it is not shown.

        Raises:
            StepNotAllowedError: It is not finished.
        """
        return self._moved(item, "reopen", by, reason, {})

    def read(self, item: str, *, by: Party) -> Entry[NewsItem]:
        """The news of an agenda item, for who may read it.

        Raises:
            NotFoundError: There is none, or none that `by` may read yet.
        """
        found = self._book.read_all(NEWS, [news_id(item)]).get(news_id(item))
        if found is None or not self._shown([found], by):
            self._guard.record(by, Permission.PUBLISH, ITEM.ref(item))
            raise NotFoundError(f"there is no news of agenda item {item}")
        return found

    def of_meeting(self, meeting: str, *, by: Party) -> Sequence[Entry[NewsItem]]:
        """The news of a meeting that `by` may read, in the order of its agenda.

        Who makes it reads all of it; everybody else what is public: finished, of what
        was approved or taken note of, not confidential, and released.
        """
        items = [entry.id for entry in self._agendas.items(meeting)]
        found = self._book.read_all(NEWS, map(news_id, items))
        ordered = [found[news_id(item)] for item in items if news_id(item) in found]
        return self._shown(ordered, by)

    def newsletter(self, meeting: str, *, by: Party) -> bytes:
        """The newsletter of a meeting as PDF (PDF/UA-1): what will be, or is, public.

        Raises:
            NotFoundError: No such meeting, or one whose news `by` may not see yet;
                which of the two is not told.
            ConfigurationError: The extra ``report`` is not installed.
        """
        if not self._makes(by) and not self._is_public(meeting):
            self._guard.hide(by, Permission.PUBLISH, MEETING.ref(meeting))
        held = self._agendas.read(meeting).record
        found = self.of_meeting(meeting, by=by)
        items = [
            {
                "title": entry.record.title,
                "subtitle": entry.record.subtitle,
                "paragraphs": paragraphs(entry.record.text),
            }
            for entry in self._publishable(found)
        ]
        day = date_in_dutch(day_of(held.planned_start))
        heading = f"Beslissingen van de Vlaamse Regering van {day}"
        return typeset(_NEWSLETTER, {"heading": heading, "items": items}, "newsletter")

    def _moved(
        self, item: str, step: str, by: Party, reason: str, changes: dict[str, Any]
    ) -> Entry[NewsItem]:
        self._guard.check(by, Permission.PUBLISH)
        found = self._book.read(NEWS, news_id(item))
        record = changed(found.record.after(step), WRITTEN, changes)
        draft = found.next(record, step, by, self._clock(), reason)
        return self._book.write(draft)[0]

    def _before(self, dossier: str) -> NewsItem | None:
        rows = self._book.rows(Query(kind=NEWS.name, dossier=dossier))
        found = self._book.read_all(NEWS, [row.ref.id for row in rows]).values()
        last = max(found, key=lambda entry: entry.number, default=None)
        return last.record if last else None

    def _shown(
        self, found: Sequence[Entry[NewsItem]], by: Party
    ) -> Sequence[Entry[NewsItem]]:
        if self._makes(by):
            return found
        public = self._publishable(found)
        return [one for one in public if self._is_public(one.record.meeting)]

    def _publishable(
        self, found: Sequence[Entry[NewsItem]]
    ) -> Sequence[Entry[NewsItem]]:
        steps = self._book.read_all(STEP, (entry.record.step for entry in found))
        return [
            entry
            for entry in found
            if entry.record.is_finished
            and entry.record.in_newsletter
            and not steps[entry.record.step].record.confidential
            and steps[entry.record.step].record.is_settled_on(entry.record.item)
        ]

    def _makes(self, by: Party) -> bool:
        return self._guard.policy.allows(by, Permission.PUBLISH)

    def _is_public(self, meeting: str) -> bool:
        found = release_of(self._book, meeting, Released.PUBLIC)
        if found is None or not found.record.is_released:
            return False
        return Scope.NEWS in found.record.scope


def announced(
    book: RecordBook, items: Sequence[Entry[AgendaItem]], by: Party, at: datetime
) -> Iterator[AnyDraft]:
    """The news of announcements that were taken note of: finished, with their title."""
    there = book.read_all(NEWS, (news_id(entry.id) for entry in items))
    steps = book.read_all(STEP, (entry.record.step for entry in items))
    for entry in items:
        item, name = entry.record, news_id(entry.id)
        if name in there:
            continue
        news = NewsItem(
            item=entry.id,
            step=item.step,
            dossier=item.dossier,
            meeting=item.meeting,
            title=item.title,
            in_newsletter=not steps[item.step].record.confidential,
            state=NewsState.FINISHED,
        )
        yield first(NEWS, name, news, "draft", by, at)
