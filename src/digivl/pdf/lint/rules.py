"""The table of all rules, by their codes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from digivl.pdf.lint import (
    actions,
    attachments,
    drawing,
    edges,
    fonts,
    forms,
    history,
    layers,
    notes,
    outside,
    shadows,
)
from digivl.pdf.lint.rule import Rule

#: The rules of each family, in the order in which they are told.
FAMILIES: Final[Mapping[str, tuple[Rule, ...]]] = MappingProxyType(
    {
        "Scripts and actions": actions.RULES,
        "Content from outside": outside.RULES,
        "Files and media inside": attachments.RULES,
        "Layers": layers.RULES,
        "Form fields": forms.RULES,
        "Annotations": notes.RULES,
        "Fonts": fonts.RULES,
        "What is drawn": drawing.RULES,
        "Prepared in the shadow": shadows.RULES,
        "Earlier versions and signatures": history.RULES,
        "The file": edges.RULES,
    }
)

RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {rule.code: rule for rules in FAMILIES.values() for rule in rules}
)
