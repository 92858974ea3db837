"""Parties: who acts on a dossier or holds it, and in which role."""

from __future__ import annotations

from enum import Enum
from typing import Any, Final

import attrs
from attrs.validators import optional

from digivl.errors import MalformedError
from digivl.kernel.checks import public_line
from digivl.kernel.personal import Personal
from digivl.kernel.redaction import holds_national_number


class Role(Enum):
    """What a party does in the decision (rol); values are the official Dutch terms."""

    ADMIN = "beheerder"
    CHANCELLERY = "kanselarij"
    DOSSIER_MANAGER = "dossierbeheerder"
    FINANCE_INSPECTOR = "inspecteur van financiën"
    MINISTER = "minister"
    BUDGET_MINISTER = "minister bevoegd voor het budgettair beleid"
    SECRETARIAT = "secretarie"
    SECRETARY = "secretaris"
    GOVERNMENT = "Vlaamse Regering"
    PUBLICATIONS = "Ondersteuning Vlaamse Regering en Betekeningen"
    PRESS = "kort bestek"
    CABINET_STAFF = "kabinetsmedewerker"
    GOVERNMENT_BODY = "overheidsorganisatie"
    PARLIAMENT = "Vlaams Parlement"
    SIGNATORY = "ondertekenaar"
    SYSTEM = "systeem"


def _opaque(_: object, __: object, id: str) -> None:
    if not id or len(id) > 200 or any(c.isspace() for c in id):
        raise MalformedError(
            "the id of a party is 1 to 200 characters without blanks",
            hint="Use an OVO code, a URI or a random id.",
        )
    # Ids stand in every entry, for ever: the one thing they must not be is an INSZ.
    # A mistyped one, too, tells who is meant.
    bare = sum(map(str.isdigit, id)) == 11 and not any(map(str.isalpha, id))
    if bare or holds_national_number(id):
        raise MalformedError(
            "the id of a party holds a national number (INSZ)",
            hint="Use an opaque id; personal values belong in `person`.",
        )


def _a_role(_: object, __: object, role: Any) -> None:
    if not isinstance(role, Role):
        known = ", ".join(f"Role.{one.name}" for one in Role)
        raise MalformedError(f"{role!r} is no role", hint=f"Use one of {known}.")


@attrs.frozen
class Party:
    """Somebody who acts or holds (partij): an entity, a function, a system.

    Every act takes the party that does it; what it may do follows from its role, and
    from the minister it works for.

    Attributes:
        id: OVO code, URI or opaque id; public, never a national number.
        label: Function or organisation as people know it, in Dutch; public.
        role: What the party does here.
        entity: Organisation it belongs to, as OVO code or URI.
        minister: Id of the minister it works for, or is; of the person, not of one
            mandate, so that a change of competences changes nothing.
        person: Name of the natural person behind the function, if it matters.
    """

    id: str = attrs.field(validator=_opaque)
    label: str = attrs.field(validator=public_line)
    role: Role = attrs.field(validator=_a_role)
    person: Personal[str] | None = None
    entity: str | None = attrs.field(default=None, validator=optional(_opaque))
    minister: str | None = attrs.field(default=None, validator=optional(_opaque))

    def acting_as(self, role: Role) -> Party:
        """The same party in another role."""
        return attrs.evolve(self, role=role)

    def __str__(self) -> str:
        return self.label


#: Acts that nobody asked for by hand: timeouts, work from the outbox.
SYSTEM: Final = Party("digivl", "digivl", Role.SYSTEM)
