"""How an evidence report stands on paper: one template; every word is data."""

from __future__ import annotations

from typing import Final

REPORT: Final = """
#let data = json(bytes(sys.inputs.data))
#let grey = luma(85)
#let hair = 0.4pt + luma(190)
#let firm = 0.8pt + black
#let name = "Bewijsverslag van een ondertekening"
#set document(title: name + ": " + data.subject, author: "Vlaamse overheid", date: none)
#set text(lang: "nl", region: "BE", size: 10.5pt)
#set par(leading: 0.62em, spacing: 0.95em)
#set page(paper: "a4", margin: (x: 25mm, top: 30mm, bottom: 32mm),
  header-ascent: 8mm,
  header: {
    set text(size: 8.5pt, fill: grey)
    block(width: 100%, inset: (bottom: 1.6mm), stroke: (bottom: hair),
      [Vlaamse overheid #h(1fr) Bewijsverslag #sym.dot.c #data.standing])
  },
  footer-descent: 8mm,
  footer: context {
    set text(size: 8.5pt, fill: grey)
    [pagina #counter(page).display() van #counter(page).final().first()]
    if data.notice != "" [ #h(1fr) #data.notice]
  })
#show heading.where(level: 1): set text(size: 20pt)
#show heading.where(level: 1): set block(below: 0.6em)
#show heading.where(level: 2): set text(size: 13pt)
#show heading.where(level: 2): set block(above: 2.2em, below: 0.9em, sticky: true)
#show heading.where(level: 3): set text(size: 10.5pt)
#show heading.where(level: 3): set block(above: 0em, below: 0.9em, sticky: true)
// What has no blanks is broken all the same: nothing may leave the page.
#let broken(word) = {
  word.text.clusters().chunks(4).map(part => part.join()).join("\\u{200b}")
}
#show regex("[^\\s\\u{200b}]{40,}"): broken
#show table: set text(size: 9pt)
#show table: set par(leading: 0.5em)

#let mono(size, body) = text(font: "DejaVu Sans Mono", size: size, body)
#let is-digest(value) = value.match(regex("^[0-9a-f]{33,64}$")) != none
#let digest(hex, size: 7.4pt) = mono(size,
  hex.slice(0, 32) + linebreak() + hex.slice(32))
#let said(value) = if is-digest(value) { digest(value) } else { value }
#let told(rows) = {
  set strong(delta: 0)
  show strong: set text(fill: grey)
  let width = 56mm
  set terms(separator: [], hanging-indent: width, spacing: 0.75em)
  terms(..rows.map(((label, value)) =>
    terms.item(box(width: width, label), said(value))))
}
#let told-apart(title, rows) = block(above: 1.9em, {
  heading(level: 3, title)
  told(rows)
})
#let listed(columns, heads, rows) = table(
  columns: columns,
  align: left,
  inset: (x, y) => (y: 1.7mm,
    left: if x == 0 { 0mm } else { 2.2mm },
    right: if x == heads.len() - 1 { 0mm } else { 2.2mm }),
  stroke: (x, y) => (
    top: if y == 1 { firm } else if y > 1 { hair },
    bottom: if y == rows.len() { firm }),
  table.header(..heads.map(strong)),
  ..rows.flatten(),
)
#let small(body) = text(size: 8.2pt, fill: grey, body)
// A column is narrow: shorter words are broken there.
#let narrow(body) = {
  show regex("[^\\s\\u{200b}-]{20,}"): broken
  body
}

= #name
#text(size: 13pt, data.subject)

#block(width: 100%, breakable: false, above: 2em, below: 2em,
  inset: (left: 5mm, y: 1.5mm),
  stroke: (left: (thickness: 2.4pt,
    paint: if data.agrees { black } else { rgb("#9f1d1d") })), {
    set par(spacing: 0.7em)
    par(text(size: 15pt, strong(data.verdict)))
    for line in data.agreement { par(line) }
})

#told(data.facts)

#let two(above, below) = narrow({
  above
  if below != "" { linebreak(); small(below) }
})
== In het kort
#if data.summary.any(one => one.verdict != "" or one.holder != "") {
  listed((1fr, 44mm, 46mm, 24mm), ("Wie", "Wanneer", "Certificaat van", "Oordeel"),
    data.summary.map(one => (
      two(one.who, one.beneath), two(one.day, one.time),
      two(one.holder, one.issuer), two(one.verdict, one.level),
    )))
} else {
  listed((1fr, 70mm), ("Wie", "Wanneer"),
    data.summary.map(one => (two(one.who, one.beneath), two(one.day, one.time))))
}

== Wat is vastgelegd
#block(sticky: true)[
Bytes zijn vastgelegd met hun vingerafdruk (SHA-256): wat werd voorgelegd, wat werd
getoond en wat werd getekend. Is die dezelfde, dan staat ze er één keer.
]
#for one in data.participants { told-apart(one.title, one.facts) }

#if data.differences.len() > 0 [
  == Verschillen tussen vastlegging en bestand
  #listed((30mm, 1fr, 44mm, 44mm), ("Over", "Wat", "Vastgelegd", "In het bestand"),
    data.differences.map(one => (
      narrow(one.about), narrow(one.what),
      if is-digest(one.recorded) { digest(one.recorded, size: 5.6pt) }
        else { narrow(one.recorded) },
      if is-digest(one.found) { digest(one.found, size: 5.6pt) }
        else { narrow(one.found) },
    )))
]

== Wat in het bestand staat
#if data.unsigned [Er staat geen handtekening in het bestand.]
#for one in data.found { told-apart(one.title, one.facts) }

== Welke bytes
#block(sticky: true)[
Elke versie van het document is vastgelegd met haar vingerafdruk. Een handtekening wordt
achter het bestand gezet: wat werd voorgelegd, blijft er byte voor byte het begin van.
]

#listed((1fr, 26mm, 58mm), ("Versie", "Grootte", "SHA-256"),
  data.files.map(one => (
    {
      one.what
      if one.marks != "" { [: ]; one.marks }
      linebreak()
      small(one.at)
    },
    one.size,
    digest(one.sha256, size: 7pt),
  )))

== Verloop
#listed((33mm, 1fr, 58mm), ("Wanneer", "Wat en wie", "Bewijs in het logboek"),
  data.acts.map(one => (
    two(one.day, one.time),
    narrow({
      one.what
      linebreak()
      small(one.who)
      if one.reason != "" { linebreak(); small("Reden: " + one.reason) }
    }),
    digest(one.leaf, size: 7pt),
  )))

== Hoe dit verslag na te gaan
#block(breakable: false)[
Dit verslag draagt het zegel van de entiteit die het opmaakte, met een tijdstempel. Het
bestaat ook als gegevens, in een bestand van het formaat JSON met deze SHA-256:

#block(inset: (left: 5mm), digest(data.json, size: 8.4pt))
]
#block(breakable: false)[
De oordelen zijn die van de controle op het ogenblik dat het verslag werd opgemaakt,
volgens EN~319~102-1. Wie het getekende bestand heeft, kan ze herhalen met software van
anderen. Het bewijs in het logboek is de SHA-256 van de vastgelegde handeling, volgens
RFC~9162. Tijdstippen staan in de tijd van Brussel, met het verschil met UTC erbij. Een
teken dat hier niet leesbaar kan staan, staat er als zijn code in Unicode, als
"U+202E".
]
"""
