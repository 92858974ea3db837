"""What is done about what a signer cannot see: refuse, warn, accept with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs

from digivl.errors import ConfigurationError, MalformedError, UnsafeDocumentError
from digivl.pdf.lint.report import LintFinding, LintReport
from digivl.pdf.lint.rule import Level
from digivl.pdf.lint.rules import RULES

_DEFAULTS: Final = MappingProxyType({rule.code: rule.level for rule in RULES.values()})
_ONE_UP: Final = {Level.WARN: Level.REFUSE}
_ONE_DOWN: Final = {Level.REFUSE: Level.WARN}
#: What each named policy makes of the level that a rule has of itself.
POLICIES: Final[Mapping[str, Mapping[Level, Level]]] = MappingProxyType(
    {"standard": {}, "strict": _ONE_UP, "report": _ONE_DOWN}
)
_LONGEST_REASON: Final = 500


@attrs.frozen(kw_only=True)
class LintPolicy:
    """What is done about each finding.

    Attributes:
        name: One of `POLICIES`, with what the settings say otherwise.
        levels: By code; every code is there.
    """

    name: str
    levels: Mapping[str, Level]

    @classmethod
    def standard(cls) -> LintPolicy:
        """The levels that the rules have of themselves."""
        return cls(name="standard", levels=_DEFAULTS)

    @classmethod
    def from_settings(cls, table: Mapping[str, str], named: str = "") -> LintPolicy:
        """The policy of the table ``[signing.lint]``.

        Args:
            table: ``policy``, and codes with ``refuse``, ``warn`` or ``accept``.
            named: Takes the place of ``policy``.

        Raises:
            ConfigurationError: There is no such policy, code or level.
        """
        overruled = dict(table)
        name = overruled.pop("policy", "standard")
        name = named or name
        if name not in POLICIES:
            raise ConfigurationError(
                f"there is no policy {name!r} for what may be signed",
                hint=f"Known: {', '.join(POLICIES)}.",
            )
        _check_codes(overruled, "[signing.lint]")
        own = {code: _level(code, word) for code, word in overruled.items()}
        changed = {
            code: POLICIES[name].get(level, level) for code, level in _DEFAULTS.items()
        }
        told = "".join(f", {code} = {level.value}" for code, level in own.items())
        return cls(name=name + told, levels=changed | own)

    def level(self, code: str) -> Level:
        """What is done about a finding with this code."""
        return self.levels[code]


@attrs.frozen(kw_only=True)
class Checked:
    """A document that may be signed.

    Attributes:
        sha256: Of the file that was looked at.
        policy: Name of the policy.
        warnings: What the signer has to know.
        accepted: Code and reason of each refusal that somebody took upon themselves.
    """

    sha256: str
    policy: str
    warnings: tuple[LintFinding, ...]
    accepted: Mapping[str, str]

    @property
    def reason(self) -> str:
        """What was accepted and why, in Dutch, for the record; else empty."""
        told = [f"{code} ({why})" for code, why in self.accepted.items()]
        return f"aanvaard voor ondertekening: {', '.join(told)}" if told else ""


def check(
    report: LintReport,
    policy: LintPolicy,
    accepted: Mapping[str, str] | None = None,
) -> Checked:
    """See that a document may be signed.

    Args:
        report: What was found in it.
        policy: What is done about that.
        accepted: What the policy refuses and somebody accepts for this one document:
            code and reason, without personal values.

    Raises:
        UnsafeDocumentError: The policy refuses something that is not accepted.
        MalformedError: `accepted` names an unknown code, or gives no reason.
    """
    reasons = _reasons(accepted or {})
    refused = [code for code in report.codes if policy.level(code) is Level.REFUSE]
    left = [code for code in refused if code not in reasons]
    if left:
        raise UnsafeDocumentError((code, RULES[code].dutch) for code in left)
    return Checked(
        sha256=report.sha256,
        policy=policy.name,
        warnings=tuple(
            one for one in report.findings if policy.level(one.code) is not Level.ACCEPT
        ),
        accepted={code: reasons[code] for code in refused},
    )


def _reasons(accepted: Mapping[str, str]) -> dict[str, str]:
    unknown = sorted(accepted.keys() - RULES.keys())
    if unknown:
        raise MalformedError(
            f"no such finding: {', '.join(unknown)}",
            hint="`digivl lint` shows the codes of a document, between brackets.",
        )
    reasons = {code: why.strip() for code, why in accepted.items()}
    for code, why in reasons.items():
        if not 0 < len(why) <= _LONGEST_REASON:
            raise MalformedError(
                f"accepting {code} needs a reason of 1 to {_LONGEST_REASON} characters",
                hint="Say who looked at it and why it does no harm; name no person.",
            )
    return reasons


def _check_codes(table: Mapping[str, str], where: str) -> None:
    unknown = sorted(table.keys() - RULES.keys())
    if unknown:
        raise ConfigurationError(
            f"{where}: {', '.join(unknown)} is not known",
            hint=f"Known: policy, {', '.join(RULES)}.",
        )


def _level(code: str, word: str) -> Level:
    try:
        return Level(word)
    except ValueError as cause:
        raise ConfigurationError(
            f"[signing.lint] {code} is refuse, warn or accept, not {word!r}",
            hint=f'Write {code} = "warn", or leave it out for what the policy says.',
        ) from cause
