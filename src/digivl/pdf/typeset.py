"""Our own papers: from a template and data to an accessible PDF (PDF/UA-1)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, Final

from digivl.errors import ConfigurationError, MalformedError

_HINT: Final = "Write the text with letters that the fonts of the paper hold."


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text, which a blank line parts; each on one line."""
    parts = (" ".join(part.split()) for part in text.split("\n\n"))
    return [part for part in parts if part]


def check_installed(what: str) -> None:
    """Tell before an act that its paper could not be made after it.

    Raises:
        ConfigurationError: The extra ``report`` is not installed.
    """
    if find_spec("typst") is None:
        raise ConfigurationError(
            f"{what} cannot be made", hint="Run: pip install 'digivl[report]'"
        )


def typeset(
    template: str,
    data: Mapping[str, Any],
    what: str,
    *,
    own_fonts_only: bool = False,
) -> bytes:
    """The PDF of a template; the same data always gives the same bytes.

    Args:
        template: Typst; it reads ``sys.inputs.data``. Text of others comes in as data
            only, so that nothing in it is read as markup.
        data: Plain values.
        what: What is made, for the errors: ``a label``.
        own_fonts_only: Look for no fonts of this machine, so that another one makes
            the same.

    Raises:
        ConfigurationError: The extra ``report`` is not installed.
        MalformedError: The data holds what cannot be set.
    """
    check_installed(what)
    import typst

    try:
        made: bytes = typst.compile(
            template.encode(),
            format="pdf",
            pdf_standards="ua-1",
            sys_inputs={"data": json.dumps(data)},
            ignore_system_fonts=own_fonts_only,
        )
    except typst.TypstError as cause:
        raise MalformedError(f"{what} cannot be made: {cause}", hint=_HINT) from cause
    # It falls over some scripts, and that is no Exception: pyo3 says so in its own way.
    except BaseException as cause:
        if type(cause).__name__ != "PanicException":
            raise
        raise MalformedError(
            f"{what} cannot be made: the typesetter fell over a text in it", hint=_HINT
        ) from cause
    return made
