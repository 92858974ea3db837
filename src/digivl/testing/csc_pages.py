"""The pages of the CSC simulator, on which a person confirms or cancels."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final

from digivl.testing.csc import Pending
from digivl.testing.csc_people import Keyholder

_PAGE: Final = """<!doctype html>
<html lang="nl">
<head><meta charset="utf-8"><title>{title}</title></head>
<body><main><h1>{title}</h1>{said}
<form method="post" action="{action}">
<input type="hidden" name="page" value="{page}">
{choices}
<button name="choice" value="cancel">Annuleren</button>
<button name="choice" value="late">Te laat antwoorden</button>
</form></main></body></html>
"""


def page(id: str, pending: Pending, people: Iterable[Keyholder], action: str) -> str:
    """The page as HTML.

    Args:
        id: Of the page.
        pending: What is asked.
        people: Who can confirm it.
        action: Where the form goes.
    """
    sign = bool(pending.owner)
    said = _documents(pending) if sign else "<p>Wie bent u?</p>"
    holders = [one for one in people if not sign or one.id == pending.owner]
    verb = "Onderteken als" if sign else "Ik ben"
    choices = "\n".join(
        f'<button name="choice" value="{escape(one.id)}">{verb} '
        f"{escape(one.name)}</button>"
        for one in holders
    )
    return _PAGE.format(
        title="Documenten ondertekenen" if sign else "Aanmelden",
        said=said,
        action=escape(action),
        page=escape(id),
        choices=choices,
    )


def _documents(pending: Pending) -> str:
    labels = pending.labels or tuple(one.hex()[:16] + "…" for one in pending.hashes)
    rows = "".join(f"<li>{escape(label)}</li>" for label in labels)
    number = len(pending.hashes)
    text = f"<p>{escape(pending.description)}</p>" if pending.description else ""
    return f"{text}<p>Aantal documenten: {number}</p><ol>{rows}</ol>"
