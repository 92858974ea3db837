"""A label on a folder of paper: its scan records the hand-over (mapetiket).

So a cart of paper is followed as well as a file: who gets a folder scans its label, and
has it from that moment in the book.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import Final

import attrs

from digivl.custody.model import CUSTODY, Custody
from digivl.custody.moves import Moves
from digivl.custody.rights import Rights
from digivl.errors import MalformedError, NotFoundError
from digivl.kernel.kinds import Kind, Ref, Standing
from digivl.kernel.lifecycle import Lifecycle, Step
from digivl.kernel.parties import Party
from digivl.records.entries import Entry, first
from digivl.records.port import Query, RecordBook

#: What the symbol says in front of the token; no code of a document starts so.
PREFIX: Final = "DIGIVL-MAP:"
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH: Final = 26
_TEXT: Final = re.compile(rf"{PREFIX}([{_ALPHABET}]{{{_LENGTH}}})")

#: Everything that varies comes in as data: nothing in a title is read as markup.
_SHEET: Final = """
#let data = json(bytes(sys.inputs.data))
#set document(title: data.heading, author: "digivl", date: none)
#set page(width: 148mm, height: 105mm, margin: 10mm)
#set text(lang: "nl", size: 11pt)
#let side = 46mm
#let module = side / (data.rows.len() + 8)
#let symbol = box(width: side, height: side, {
  for (y, row) in data.rows.enumerate() {
    for (x, dark) in row.clusters().enumerate() {
      if dark == "1" {
        place(dx: (x + 4) * module, dy: (y + 4) * module,
          rect(width: module, height: module, fill: black, stroke: none))
      }
    }
  }
})
= #data.heading
#grid(columns: (side, 1fr), gutter: 6mm,
  figure(symbol, alt: data.alt),
  [
    *#data.title*

    #data.instruction

    #text(size: 9pt)[#data.token]
  ],
)
"""


class LabelState(Enum):
    """Whether a label still counts."""

    VALID = "geldig"
    VOID = "vervangen"


LABEL_LIFECYCLE: Final = Lifecycle(
    subject="label",
    initial=LabelState.VALID,
    steps=(Step("void", (LabelState.VALID,), LabelState.VOID),),
)


@attrs.frozen(kw_only=True)
class Label:
    """A label that stands for something that is held (etiket).

    Attributes:
        subject: What the folder holds.
        dossier: Id of the dossier it belongs to, or is.
        title: One line for people.
    """

    subject: Ref
    dossier: str
    title: str
    state: LabelState = LABEL_LIFECYCLE.initial

    def void(self) -> Label:
        """Another label took its place."""
        return attrs.evolve(self, state=LABEL_LIFECYCLE.after(self.state, "void"))


def _standing(label: Label) -> Standing:
    return Standing(
        state=label.state.value,
        title=label.title,
        dossier=label.dossier,
        part_of=f"{label.subject.kind}:{label.subject.id}",
        open=label.state is LabelState.VALID,
    )


LABEL: Final = Kind("label", Label, _standing)


@attrs.frozen
class Labels:
    """The labels of an office."""

    _book: RecordBook
    _moves: Moves
    _rights: Rights
    _clock: Callable[[], datetime]

    def make(self, subject: Ref, *, by: Party) -> Entry[Label]:
        """Make the label of a subject; one that it had counts no more.

        Raises:
            NotAllowedError: `by` may not move it: who scans a label has it.
            NotFoundError: Nobody ever held it.
        """
        held, now = self._rights.held(subject, by).record, self._clock()
        label = Label(subject=subject, dossier=held.dossier, title=held.title)
        part = LABEL.standing(label).part_of
        rows = self._book.rows(Query(kind=LABEL.name, part_of=part, open=True))
        before = self._book.read_all(LABEL, [row.ref.id for row in rows]).values()
        token = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
        return self._book.write(
            first(LABEL, token, label, "label", by, now),
            *(one.next(one.record.void(), "void", by, now) for one in before),
        )[0]

    def sheet(self, label: Entry[Label]) -> bytes:
        """The label as a PDF on A6, to print and stick on the folder; PDF/UA-1.

        Raises:
            ConfigurationError: The extra ``report`` is not installed.
        """
        # A work list knows labels; only who prints one draws.
        from digivl.pdf.symbol import qr_symbol
        from digivl.pdf.typeset import typeset

        text = f"{PREFIX}{label.id}"
        rows = qr_symbol(text, level="Q").rows
        return typeset(
            _SHEET,
            {
                "heading": "Deze map wordt gevolgd",
                "title": label.record.title,
                "instruction": "Krijgt u deze map? Scan de code: vanaf dan weet "
                "iedereen dat ze bij u is. Geef ze niet door zonder scan.",
                "alt": "QR-code van deze map",
                "token": label.id,
                "rows": ["".join("01"[dark] for dark in row) for row in rows],
            },
            "labels",
        )

    def scanned(self, text: str, to: Party) -> Entry[Custody]:
        """A folder came to `to`, who scanned its label; step and term stay.

        Scanned again by who has it, nothing changes.

        Args:
            text: What the symbol says.
            to: Who has the folder now.

        Raises:
            MalformedError: It is no label of a folder.
            NotFoundError: No such label, or another one took its place.
            StepNotAllowedError: Nothing is left to do on what the folder holds.
        """
        found = _TEXT.fullmatch(text.strip()[:100].upper())
        if not found:
            raise MalformedError(
                "this is no label of a folder",
                hint="The code on a document is verified, not scanned in.",
            )
        label = self._book.read_all(LABEL, [found[1]]).get(found[1])
        if label is None or label.record.state is not LabelState.VALID:
            raise NotFoundError(
                "this label is not known, or another one took its place",
                hint="Print a new label for the folder.",
            )
        held = self._moves.of(label.record.subject)
        if held.record.holder.id == to.id and CUSTODY.standing(held.record).open:
            return held
        # Who can scan it has the paper: nothing is left to refuse.
        now, why = self._clock(), "map gescand"
        drafts = self._moves.given(held, to, to, "hand over", now, why)
        return self._book.write(*drafts)[0]
