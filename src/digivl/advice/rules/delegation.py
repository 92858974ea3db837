"""What an official may decide alone, so that no file has to go to the government.

Source:
    Delegation to heads of department and of internal agencies (IVA) for public
    contracts, as from 1 January 2016; besluit of 10 October 2003 for orders. Amounts
    after the besluit of 16 June 2017 were not read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from digivl.advice.rules.conditions import Condition, Fact, all_hold
from digivl.advice.rules.facts import Lacking
from digivl.advice.rules.grounds import Confidence, Period
from digivl.kernel.checks import free_text, public_line


@attrs.frozen(kw_only=True)
class DelegationRule:
    """Up to which amount an official may decide alone (delegatie).

    Attributes:
        id: E.g. ``DEL-W1``; several have one id when it changed over time.
        holder: Who may decide, in Dutch.
        subject: On what, in Dutch.
        when: What has to hold of the decision, all of it.
        limit: What has to hold of its amount; None for any amount.
        period: When the rule holds; this and what follows as for rules.
    """

    id: str = attrs.field(validator=public_line)
    holder: str = attrs.field(validator=public_line)
    subject: str = attrs.field(validator=public_line)
    when: tuple[Condition, ...] = ()
    limit: Condition | None = None
    period: Period
    legal_basis: str = attrs.field(validator=public_line)
    source: str = attrs.field(validator=public_line)
    confidence: Confidence
    note: str = attrs.field(default="", validator=free_text)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All of them, that on the amount included."""
        return self.when if self.limit is None else (*self.when, self.limit)


@attrs.frozen(kw_only=True)
class Delegation:
    """Whether an official may decide alone (bevoegdheid).

    Attributes:
        allowed: None when that is not known, also where no rule is about it.
        rules: Ids of the rules that decided, or that could not.
        explanation: In Dutch.
        unknown: Names of the facts that lack.
        unsourced: Names of the facts whose limit no source gives.
    """

    allowed: bool | None
    rules: tuple[str, ...] = ()
    explanation: str
    unknown: tuple[str, ...] = ()
    unsourced: tuple[str, ...] = ()


def delegation(
    rules: Sequence[DelegationRule], facts: Mapping[str, Fact]
) -> Delegation:
    """Whether a rule lets an official decide; no when all that are about it do not."""
    allowing = [rule for rule in rules if all_hold(rule.conditions, facts)]
    if allowing:
        (first, *_) = allowing
        return _told([first], f"{first.holder} mag beslissen", allowed=True)
    undecided = [rule for rule in rules if all_hold(rule.conditions, facts) is None]
    above = [rule for rule in rules if all_hold(rule.when, facts)]
    if above and not undecided:
        return _told(above, "boven de delegatie", allowed=False)
    unsure = undecided or [r for r in rules if all_hold(r.when, facts) is None]
    lacking = Lacking.of([one for rule in unsure for one in rule.conditions], facts)
    said = "; ".join(lacking.told()) or "geen regel over delegatie gekend"
    return attrs.evolve(
        _told(unsure, said, allowed=None),
        unknown=lacking.facts,
        unsourced=lacking.unsourced,
    )


def _told(
    rules: Sequence[DelegationRule], said: str, *, allowed: bool | None
) -> Delegation:
    ids = tuple(rule.id for rule in rules)
    about = "; ".join(f"{rule.id}: {rule.subject}" for rule in rules)
    explanation = f"{said} ({about})" if about else said
    return Delegation(allowed=allowed, rules=ids, explanation=explanation)
