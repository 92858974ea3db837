"""A document to try things on: a decision in Dutch that we make ourselves."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from digivl.errors import ConfigurationError
from digivl.kernel.moments import date_in_dutch, day_of
from digivl.pdf.typeset import typeset

TITLE: Final = "Besluit tot toekenning van een subsidie voor jeugdwerk"

_SOURCE: Final = """
#let data = json(bytes(sys.inputs.data))
#set document(title: data.title, author: "digivl", date: none)
#set page(paper: "a4", margin: (x: 25mm, top: 25mm, bottom: 38mm))
#set text(lang: "nl", size: 11pt)
#set par(justify: true, leading: 0.72em)
#show heading.where(level: 1): set text(size: 15pt)
#show heading.where(level: 2): set text(size: 11.5pt)

#text(size: 9pt, fill: luma(90))[
  Vlaamse Regering #h(1fr) Voorbeeld van digivl, zonder rechtswaarde
]
#line(length: 100%, stroke: 0.5pt + luma(150))
#v(6mm)

= Besluit van de Vlaamse Regering tot toekenning van een subsidie voor jeugdwerk

#v(2mm)
== Rechtsgronden
Dit besluit is gebaseerd op de Vlaamse Codex Overheidsfinanciën van 29 maart 2019.

== Vormvereisten
De volgende vormvereisten zijn vervuld:
- De Inspectie van Financiën heeft advies gegeven.
- De Vlaamse minister, bevoegd voor het budgettair beleid, heeft zijn akkoord gegeven.

== Motivering
Lokaal jeugdwerk brengt kinderen en jongeren samen. Met deze subsidie kunnen
verenigingen hun lokalen veilig en toegankelijk maken.

== De Vlaamse Regering besluit:
*Artikel 1.* Er wordt een subsidie van 156.000 euro toegekend aan het voorbeeldproject
“Open speelplaats”.

*Artikel 2.* De subsidie wordt uitbetaald in twee schijven: 70 procent na de
ondertekening van dit besluit en 30 procent na de goedkeuring van het verslag.

*Artikel 3.* Tegen dit besluit kan binnen zestig dagen beroep worden ingesteld bij de
Raad van State, afdeling Bestuursrechtspraak.

*Artikel 4.* De Vlaamse minister, bevoegd voor jeugd, is belast met de uitvoering van
dit besluit.

#v(4mm)
Brussel, #data.date

#v(6mm)
#grid(columns: (1fr, 1fr), gutter: 8mm,
  [De minister-president van de Vlaamse Regering],
  [De Vlaamse minister, bevoegd voor jeugd],
)
"""


def sample_decision(at: datetime) -> bytes:
    """A decision as a tagged PDF on one page, made to be stamped and signed.

    Args:
        at: Its date, with a zone.

    Raises:
        ConfigurationError: The extra ``report`` is not installed.
    """
    data = {"title": TITLE, "date": date_in_dutch(day_of(at))}
    try:
        return typeset(_SOURCE, data, "the sample document")
    except ConfigurationError as cause:
        raise ConfigurationError(
            str(cause), hint=f"{cause.hint}, or name your own with --pdf FILE."
        ) from cause
