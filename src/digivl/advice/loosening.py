"""What is let pass at the gate to the agenda, with the reason."""

from __future__ import annotations

from typing import Final

import attrs

from digivl.kernel.checks import public_line
from digivl.kernel.kinds import Kind, Standing
from digivl.kernel.parties import Party


@attrs.frozen(kw_only=True)
class Loosening:
    """A requirement that does not keep a step from the agenda (afwijking).

    Attributes:
        dossier: Id of the dossier.
        step: Id of the step.
        requirement: Name of the requirement.
        reason: Why.
        by: Who decided it.
    """

    dossier: str
    step: str
    requirement: str
    reason: str = attrs.field(validator=public_line)
    by: Party


def _standing(loosening: Loosening) -> Standing:
    return Standing(
        state="toegestaan",
        title=f"zonder {loosening.requirement}: {loosening.reason}",
        dossier=loosening.dossier,
        part_of=loosening.step,
        open=False,
    )


LOOSENING: Final = Kind("loosening", Loosening, _standing)
