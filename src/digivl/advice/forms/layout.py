"""What a form is made of, and how it stands on paper: one template for all.

Every word that varies is data. A form is a list of sections, so that what is written
about a question is apart from how it looks.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, Final

import attrs


class Column(Enum):
    """How the cells of a column are set."""

    TEXT = "text"
    SHORT = "short"
    AMOUNT = "amount"
    DIGEST = "digest"


#: A cell: its text, and smaller lines below it.
Cell = tuple[str, ...]


@attrs.frozen
class Row:
    """A row of a table.

    Attributes:
        cells: As many as the table has columns.
        total: It counts those above it.
    """

    cells: tuple[Cell, ...]
    total: bool = False


@attrs.frozen(kw_only=True)
class Table:
    """A table whose first row heads its columns.

    Attributes:
        columns: The label of each, and how its cells are set.
        rows: Those below it.
    """

    columns: tuple[tuple[str, Column], ...]
    rows: tuple[Row, ...]


@attrs.frozen(kw_only=True)
class Section:
    """A part of a form, under a heading.

    Attributes:
        title: The heading.
        text: Paragraphs.
        remarks: What is said of each thing, in paragraphs.
        points: A numbered list.
        table: Below all that.
    """

    title: str
    text: tuple[str, ...] = ()
    remarks: tuple[tuple[str, tuple[str, ...]], ...] = ()
    points: tuple[str, ...] = ()
    table: Table | None = None


@attrs.frozen(kw_only=True)
class Sheet:
    """A form (formulier): all that stands on it.

    Attributes:
        heading: What it is.
        subject: What it is about: the title of the dossier.
        facts: Who, when and which, each with its label.
        conclusion: What was answered; empty for a question.
        remark: A line below the conclusion.
        sections: What is signed for.
        signer: The function that signs; empty when nobody does.
        grounds: What it rests on, below the signature.
    """

    heading: str
    subject: str
    facts: tuple[tuple[str, str], ...]
    conclusion: str = ""
    remark: str = ""
    sections: tuple[Section, ...] = ()
    signer: str = ""
    grounds: tuple[Section, ...] = ()

    def data(self, notice: str = "") -> dict[str, Any]:
        """As the template reads it.

        Args:
            notice: Stands in the margin of each page; empty for none.
        """
        told = attrs.asdict(self, value_serializer=_plain)
        return told | {"notice": notice}


def _plain(_: object, __: object, value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


FORM: Final = """
#let data = json(bytes(sys.inputs.data))
#let grey = luma(85)
#let hair = 0.4pt + luma(190)
#let firm = 0.8pt + black
#set document(title: data.heading + ": " + data.subject, author: "Vlaamse Regering",
  date: none)
#set text(lang: "nl", region: "BE", size: 10.5pt)
#set par(leading: 0.62em, spacing: 0.95em)
// The foot is high, so that the QR code finds its place beside the page number.
#set page(paper: "a4", margin: (x: 25mm, top: 30mm, bottom: 40mm),
  header-ascent: 8mm,
  header: {
    set text(size: 8.5pt, fill: grey)
    block(width: 100%, inset: (bottom: 1.6mm), stroke: (bottom: hair),
      [Vlaamse Regering #h(1fr) Niet openbaar])
  },
  footer-descent: 7mm,
  footer: context {
    set text(size: 8.5pt, fill: grey)
    [#data.heading #sym.dot.c pagina #counter(page).display() van
     #counter(page).final().first()]
    if data.notice != "" [\\ #data.notice]
  })
#show heading.where(level: 1): set text(size: 20pt)
#show heading.where(level: 1): set block(below: 0.6em)
#show heading.where(level: 2): set text(size: 12pt)
#show heading.where(level: 2): set block(above: 1.9em, below: 0.8em, sticky: true)
// What has no blanks is broken anywhere: nothing may leave the page.
#show regex("\\S{40,}"): word => word.text.clusters().join(sym.zws)
#show table: set text(size: 9.5pt, number-width: "tabular")
#show table: set par(leading: 0.5em)

#let digest(hex) = text(font: "DejaVu Sans Mono", size: 6.6pt,
  hex.slice(0, 32) + linebreak() + hex.slice(32))
#let cell(lines, form, bold) = {
  if form == "digest" { digest(lines.first()) } else {
    if bold { strong(lines.first()) } else { lines.first() }
    for line in lines.slice(1) { linebreak(); text(size: 8.5pt, fill: grey, line) }
  }
}
#let drawn(of) = {
  let forms = of.columns.map(column => column.last())
  let right-most = forms.len() - 1
  let counts(y) = y > 0 and of.rows.at(y - 1).total
  let made = table(
    columns: forms.map(form => if form == "text" { 1fr } else { auto }),
    align: forms.map(form => if form == "amount" { right } else { left }),
    inset: (x, y) => (y: 1.7mm,
      left: if x == 0 { 0mm } else { 2.4mm },
      right: if x == right-most { 0mm } else { 2.4mm }),
    stroke: (x, y) => (
      top: if y == 1 or y > 1 and counts(y - 1) and not counts(y) { firm }
        else if y > 1 { hair },
      bottom: if y == of.rows.len() { firm }),
    table.header(..of.columns.map(column => strong(column.first()))),
    ..of.rows.map(row =>
      row.cells.zip(forms).map(((lines, form)) => cell(lines, form, row.total)))
      .flatten(),
  )
  // A short table is read as a whole; a long one goes on, its head repeated.
  layout(size => block(
    breakable: measure(width: size.width, made).height > 110mm, made))
}
#let told(rows) = context {
  set strong(delta: 0)
  show strong: set text(fill: grey)
  let widths = rows.map(row => measure(row.first()).width + 4mm)
  let width = calc.min(70mm, calc.max(42mm, ..widths))
  set terms(separator: [], hanging-indent: width, spacing: 0.75em)
  terms(..rows.map(((label, value)) => terms.item(box(width: width, label), value)))
}
#let shown(section) = {
  heading(level: 2, section.title)
  let leads = section.table != none
  for paragraph in section.text { block(sticky: leads, par(paragraph)) }
  if section.remarks.len() > 0 {
    told(section.remarks.map(((label, text)) => (label, text.join(parbreak()))))
  }
  if section.points.len() > 0 {
    enum(spacing: 0.8em, ..section.points.map(point => [#point]))
  }
  if section.table != none { drawn(section.table) }
}

= #data.heading
#text(size: 13pt, data.subject)
#if data.conclusion != "" {
  block(width: 100%, breakable: false, above: 2em, below: 2em,
    inset: (left: 5mm, y: 1.5mm), stroke: (left: 2.4pt), {
      set par(spacing: 0.7em)
      par(text(size: 15pt, strong(data.conclusion)))
      if data.remark != "" { par(data.remark) }
  })
} else { v(3mm) }
#told(data.facts)
#for section in data.sections { shown(section) }
#if data.signer != "" {
  block(breakable: false, above: 12mm, {
    data.signer
    v(24mm)
  })
}
#for section in data.grounds { shown(section) }
"""
