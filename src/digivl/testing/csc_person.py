"""A person with a browser at the CSC simulator: goes to a link, and chooses."""

from __future__ import annotations

import http.client
import re
from html import unescape
from typing import Final
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from digivl.errors import BackendRefusedError
from digivl.signing.remote import Answer

#: The choices of who does not confirm.
CANCEL: Final = "cancel"
LATE: Final = "late"
_ACTION: Final = re.compile(r'<form method="post" action="([^"]*)">')
_PAGE: Final = re.compile(r'name="page" value="([^"]*)"')
_FORM: Final = "application/x-www-form-urlencoded"
_SECONDS: Final = 10


def answers(url: str, choice: str) -> Answer:
    """Go to a page of the simulator, choose, and come back.

    Args:
        url: The link of a `Visit`.
        choice: Id of a key, by which its holder confirms; or `CANCEL`, or `LATE`.

    Returns:
        The parameters with which the browser comes back.

    Raises:
        BackendRefusedError: The page refuses what the link asks.
    """
    status, _, text = _fetched("GET", url)
    action, page = _ACTION.search(text), _PAGE.search(text)
    if action is None or page is None:
        raise BackendRefusedError("page", f"status {status}: {text[:300]}")
    form = urlencode({"page": unescape(page[1]), "choice": choice})
    status, location, text = _fetched("POST", urljoin(url, unescape(action[1])), form)
    if not location:
        raise BackendRefusedError("page", f"status {status}: {text[:300]}")
    return dict(parse_qsl(urlsplit(location).query))


def _fetched(method: str, url: str, form: str = "") -> tuple[int, str, str]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=_SECONDS)
    try:
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {"content-type": _FORM} if form else {}
        connection.request(method, path, form or None, headers)
        response = connection.getresponse()
        body = response.read().decode("utf-8", "replace")
        return response.status, response.headers.get("location", ""), body
    finally:
        connection.close()
