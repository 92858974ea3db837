"""Files of an entity that are wrong: each is told by file, rule and field."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from digivl.advice.rules.files import load, shipped, with_file
from digivl.errors import ConfigurationError, LimitExceededError, MalformedError

HEAD = 'format = 1\nname = "Entiteit"\nversion = "1"\n'
RULE = """
[[rule]]
id = "ENT-1"
body = "IF"
required = true
subject = "elke subsidie"
when = [{ fact = "spending", is = "subsidie" }]
valid_from = 2025-01-01
legal_basis = "besluit van de leidend ambtenaar"
source = "ENT"
"""
FILL = """
[[fill]]
rule = "IF-05"
fact = "amount"
over = "25000.00"
source = "BVCO, art. 71, geraadpleegd in het Staatsblad"
"""


def read(text: str) -> None:
    """Read a file that is wrong."""
    with_file(shipped(), "regels.toml", text.encode())


WRONG = {
    "fact": ('"spending"', '"spnding"', "when 1: fact: 'spnding' is not known"),
    "value": ('"subsidie"', '"subsidies"', "when 1: is: 'subsidies' is not known"),
    "comparison": (
        ", is =",
        ", upto =",
        "spending is keuze: it cannot be compared by upto",
    ),
    "two comparisons": (", is =", ", over = 1, is =", "by is and over"),
    "text for a flag that is asked": (
        '"spending", is = "subsidie"',
        '"recurring", is = "ja"',
        "when 1: is is not true or false",
    ),
    "no comparison": (', is = "subsidie"', "", "by nothing"),
    "empty list": ('is = "subsidie"', "one_of = []", "is not a list of 1 to 100"),
    "no list": ('is = "subsidie"', "one_of = 3", "is not a list of 1 to 100"),
    "number for a text": ('is = "subsidie"', "is = 3", "is is not a text"),
    "unknown field": ("required", "requird", "required lacks"),
    "left over": ("source =", 'sorce = "x"\nsource =', "sorce is not known here"),
    "body": ('"IF"', '"FI"', "body: 'FI' is not known"),
    "text for a flag": ("true", '"ja"', "required is not true or false"),
    "number for a flag": ("true", "1", "required is not true or false"),
    "moment for a day": (
        "2025-01-01",
        "2025-01-01T00:00:00Z",
        "valid_from is not a day",
    ),
    "no day": ("valid_from = 2025-01-01\n", "", "valid_from lacks"),
    "backwards": ("2025-01-01", "2025-01-01\nvalid_to = 2024-01-01", "cannot hold"),
    "regime": ("valid_from = 2025-01-01", 'regime = "X"', "regime: 'X' is not known"),
    "no basis": (
        'legal_basis = "besluit van de leidend ambtenaar"\n',
        "",
        "legal_basis",
    ),
    "no source": ('source = "ENT"\n', "", "source lacks"),
    "empty subject": ('"elke subsidie"', '""', "the subject is one line"),
    "confidence": (
        "source =",
        'confidence = "zeker"\nsource =',
        "'zeker' is not known",
    ),
    "when is a table": ("[{ fact", "{ fact", "when is not a list"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_rule(name: str) -> None:
    """A wrong rule is told by file, rule and field, with a way to mend it."""
    before, after, said = WRONG[name]
    assert before in RULE
    text = RULE.replace(before, after)
    if name == "when is a table":
        text = text.replace("}]", "}")

    with pytest.raises(MalformedError) as refused:
        read(HEAD + text)

    assert str(refused.value).startswith("regels.toml: rule ENT-1: ")
    assert said in str(refused.value)


WRONG_FILES = {
    "format lacks": (HEAD.replace("format = 1\n", ""), "format lacks"),
    "newer format": (HEAD.replace("1", "2", 1), "format 2 is not known"),
    "no name": (HEAD.replace('"Entiteit"', '""'), "the name is one line"),
    "table that is not known": (HEAD + "[[rulle]]\n", "rulle is not known here"),
    "rules are no list": (HEAD + "[rule]\n", "rule is not a list"),
    "a rule is no table": (HEAD + "rule = [1]\n", "rule 1 is not a table"),
    "replaces nothing": ('replaces = ["X"]\n' + HEAD, "there is no rule 'X'"),
    "replaces a number": ("replaces = [1]\n" + HEAD, "replaces is not a text"),
    "fills nothing": (HEAD + FILL.replace("IF-05", "IF-04"), "no rule of that id"),
    "fills with nothing": (HEAD + FILL.replace("25000.00", "unknown"), "no rule of"),
    "float": (HEAD + FILL.replace('"25000.00"', "25000.5"), "over is not a number"),
    "infinite": (HEAD + FILL.replace("25000.00", "1e999999"), "over is not a number"),
    "part of a cent": (HEAD + FILL.replace("25000.00", "0.001"), "not in whole cents"),
    "regime that is there": (
        HEAD + '[[regime]]\nid = "BVCO"\nsubject = "x"\nlegal_basis = "x"\n',
        "regime 'BVCO' is there twice",
    ),
    "calendar": (
        HEAD + '[[term]]\nid = "T"\nbody = "VTC"\ndays = 1\ncalendar = "maan"\n'
        'valid_from = 2026-01-01\nlegal_basis = "x"\nsource = "x"\n',
        "term T: there is no calendar 'maan'",
    ),
    "no days": (
        HEAD + '[[term]]\nid = "T"\nbody = "VTC"\ndays = 0\n'
        'valid_from = 2026-01-01\nlegal_basis = "x"\nsource = "x"\n',
        "term T: days",
    ),
    "no TOML": ("format = = 1", "is not TOML"),
    "long number": ("format = " + "9" * 900 + "\n", "is not known"),
    "national number": (
        HEAD + RULE.replace("elke subsidie", "85.07.30-033.28"),
        "national number",
    ),
}


@pytest.mark.parametrize("name", WRONG_FILES)
def test_wrong_file(name: str) -> None:
    """A wrong file is told by its name."""
    text, said = WRONG_FILES[name]

    with pytest.raises(MalformedError) as refused:
        read(text)

    assert str(refused.value).startswith("regels.toml")
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "content",
    [
        b"#" * 300_000,
        b"a." * 600 + b"a = 1",
        b"a = " + b"[\n" * 2_000,
        HEAD.encode() + b"[[rule]]\n" * 1_001,
        HEAD.encode() + b"replaces = [" + b'"a",\n' * 101 + b"]\n",
    ],
    ids=["large", "long line", "deep", "many rules", "long list"],
)
def test_too_much(content: bytes) -> None:
    """Size, line, depth and numbers are bounded."""
    with pytest.raises(LimitExceededError, match=r"regels\.toml"):
        with_file(shipped(), "regels.toml", content)


def test_unreadable(tmp_path: Path) -> None:
    """A folder, a pipe, a name of nothing or no name at all is a wrong setting."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "x", Path("\0")):
        with pytest.raises(ConfigurationError, match="cannot be read"):
            load([path])


def test_not_utf8(tmp_path: Path) -> None:
    """Another encoding is told as such."""
    path = tmp_path / "regels.toml"
    path.write_bytes(HEAD.encode() + b"# caf\xe9\n")

    with pytest.raises(MalformedError, match="not UTF-8"):
        load([path])
