"""What every evidence report keeps to: paper and data say the same, by the schema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from typing import Any, Final

import pytest
from cattrs import Converter

from digivl.kernel.moments import from_wire
from digivl.signing.evidence.canonical import as_json, schema
from digivl.signing.evidence.legible import legible
from digivl.signing.evidence.model import Evidence
from digivl.signing.evidence.paper import paper
from digivl.signing.evidence.words import day, moment, word
from digivl.testing.papers import text_in

_READ: Final = Converter()
_READ.register_structure_hook(datetime, lambda text, _: from_wire(text))
#: What the paper says in other words, which tests of their own look at, or not at all:
#: ids and roles that a person does not need beside the name of a function.
_IN_WORDS: Final = {
    *("acts.action", "acts.id", "acts.kind", "acts.version"),
    *("development", "files.inside", "files.origin", "files.size", "format"),
    *("differences.found", "differences.recorded"),
    *("participants.pinned", "signatures.earlier", "signatures.login.belongs"),
    *("participants.state", "standing", "state"),
}
_EDGES: Final = re.compile(
    r"pagina\d+van\d+(ONTWIKKELINGGEENRECHTSWAARDE)?"
    r"(VlaamseoverheidBewijsverslag·(definitief|tussenstand))?"
)
_NEVER: Final = ("id", "role", "name_erased")


def told_by(evidence: Evidence) -> str:
    """The text of its paper, once data and paper were found to say the same."""
    jsonschema = pytest.importorskip("jsonschema")
    told = data(evidence)
    jsonschema.validate(told, json.loads(schema()))
    made = paper(evidence, "0" * 64)
    # The paper tells nothing that is not in the data: it can be made again from them.
    assert made == paper(_READ.structure(told, Evidence), "0" * 64)
    text = text_in(made)
    bare = _bare(text)
    for path, value in _leaves(told):
        for shown in _shown(path, value):
            assert _bare(shown) in bare, f"{path}: {shown}"
    return text


def data(evidence: Evidence) -> Any:
    """Its JSON."""
    return json.loads(as_json(evidence))


def _leaves(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from _leaves(value, f"{path}.{name}".lstrip("."))
    elif isinstance(tree, list):
        for value in tree:
            yield from _leaves(value, path)
    elif tree not in (None, ""):
        yield path, tree


def _shown(path: str, value: Any) -> Iterator[str]:
    """How a value stands on the paper."""
    last = path.rpartition(".")[2]
    if path in _IN_WORDS or last in _NEVER:
        return
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", value):
        at = from_wire(value)
        yield day(at) if last.startswith("valid_") else moment(at).partition(" om ")[2]
    elif last == "indication":
        yield f"{word(value)} ({value}"
    else:
        yield legible(value.value if isinstance(value, Enum) else str(value))


def _bare(text: str) -> str:
    """Without blanks, places to break, and what stands above and below each page."""
    # This reader leaves out a hyphen at the end of a line, and the sign for what cannot
    # be read.
    return _EDGES.sub("", re.sub(r"[-\s\u200b\u00ad\ufffe\ufffd\u0002]", "", text))
