"""Access levels and permissions (toegangsniveaus en rechten), as data.

Source:
    Kaleidos: code list of access levels; ``config/permissions.js`` and
    ``services/piece-access-level-service.js`` of its frontend.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

import attrs

from digivl.kernel.kinds import Kind, Standing
from digivl.kernel.parties import Role

_LEVEL: Final = "http://themis.vlaanderen.be/id/concept/toegangsniveau/"


class AccessLevel(Enum):
    """Who may read a document in the end (toegangsniveau); the strictest first."""

    INTERNAL_SECRETARIAT = _LEVEL + "66804c35-4652-4ff4-b927-16982a3b6de8"
    CONFIDENTIAL = _LEVEL + "9692ba4f-f59b-422b-9402-fcbd30a46d17"
    WITHDRAWN = _LEVEL + "969a712a-b3d3-406f-ab08-5f665427185a"
    INTERNAL_GOVERNMENT = _LEVEL + "13ae94b0-6188-49df-8ecd-4c4a17511d6d"
    INTERNAL_ADMINISTRATION = _LEVEL + "634f438e-0d62-4ae4-923a-b63460f6bc46"
    PUBLIC = _LEVEL + "c3de9c70-391e-4031-a85e-4b03433d6266"

    @property
    def openness(self) -> int:
        """0 for the strictest; withdrawn counts as confidential."""
        return _OPENNESS[self]

    def stricter_of(self, other: AccessLevel) -> AccessLevel:
        """The one that fewer people may read; itself when they are equal."""
        return other if other.openness < self.openness else self


_OPENNESS: Final = {
    AccessLevel.INTERNAL_SECRETARIAT: 0,
    AccessLevel.CONFIDENTIAL: 1,
    AccessLevel.WITHDRAWN: 1,
    AccessLevel.INTERNAL_GOVERNMENT: 2,
    AccessLevel.INTERNAL_ADMINISTRATION: 3,
    AccessLevel.PUBLIC: 4,
}

#: What a level that is not reached yet counts as: the last one that is.
_REACHED: Final = (
    AccessLevel.INTERNAL_SECRETARIAT,
    AccessLevel.CONFIDENTIAL,
    AccessLevel.INTERNAL_GOVERNMENT,
    AccessLevel.INTERNAL_ADMINISTRATION,
)


@attrs.frozen(kw_only=True)
class Gates:
    """Which gates to the readers are open for the documents of an agenda item.

    Attributes:
        agenda_approved: An approved version of the agenda holds the item.
        decisions_released: The decisions of the meeting are released.
        documents_released: The documents of the meeting are released.
        published: They are released to the public, documents included.
    """

    agenda_approved: bool = False
    decisions_released: bool = False
    documents_released: bool = False
    published: bool = False

    @property
    def open(self) -> int:
        """How many are open, counted from the first; one that is shut shuts the rest.

        Also where somebody released the documents and not the decisions: a level is
        never reached past a stricter one.
        """
        states = attrs.astuple(self)
        return states.index(False) if False in states else len(states)


def effective_level(wish: AccessLevel, gates: Gates | None) -> AccessLevel:
    """Who may read it now: the wish, or what is reached of it.

    Args:
        wish: The level that was set.
        gates: Of its agenda item; None when it is on no agenda, so that nothing has to
            be released first.
    """
    if gates is None or wish.openness <= gates.open:
        return wish
    return _REACHED[gates.open]


def level_of_previous(previous: AccessLevel, newest: AccessLevel) -> AccessLevel:
    """The level of an earlier version, once the newest one has this level.

    Only the newest version can be open: an earlier one stays within the government,
    and is never loosened.
    """
    wanted = newest.stricter_of(AccessLevel.INTERNAL_GOVERNMENT)
    return previous.stricter_of(wanted)


class Permission(Enum):
    """What somebody may do (recht)."""

    OPEN_DOSSIER = "dossiers openen en opvolgen"
    MANAGE_AGENDA = "vergaderingen, agenda's, beslissingen en documenten beheren"
    CHECK_FORMALLY = "formele controle"
    RATIFY = "bekrachtigingsdocumenten beheren"
    RELEASE = "beslissingen en documenten vrijgeven"
    PUBLISH = "publiek maken en nieuwsberichten beheren"
    MANAGE_PUBLICATION = "publicaties in het Belgisch Staatsblad beheren"
    PREPARE_SIGNING = "ondertekening voorbereiden"
    SIGN = "ondertekenen wat op de eigen naam staat"
    APPROVE = "paraferen, en kennis nemen van, wat op de eigen naam staat"
    SEND_TO_PARLIAMENT = "naar het Vlaams Parlement zenden"
    DELIVER = "documenten aanleveren"
    SUBMIT = "indienen"
    TREAT_SUBMISSION = "indieningen behandelen"
    VIEW_SUBMISSIONS = "indieningen bekijken"
    TAKE_POSITION = "een standpunt innemen voor de vergadering"
    CONSULT = "een overlegronde starten en sluiten"
    MOVE_CUSTODY = "overnemen of doorgeven wat een ander heeft"
    ASK_ADVICE = "advies vragen"
    ASK_AGREEMENT = "begrotingsakkoord en akkoord bestuurszaken vragen"
    INVOKE_URGENCY = "hoogdringendheid inroepen"
    SEND = "registreren en versturen"
    READ_CONFIDENTIAL = "vertrouwelijke documenten lezen"
    READ_DECISIONS_BEFORE_RELEASE = "beslissingen lezen voor hun vrijgave"
    READ_UNDECIDED = "documenten van uitgestelde of ingetrokken punten lezen"
    READ_HISTORY = "vroegere versies lezen"
    MANAGE_GOVERNMENT = "mandatarissen en samenstelling beheren"
    OVERRIDE = "van de regels afwijken, met een reden"


class Reach(Enum):
    """How far a permission reaches (bereik)."""

    ALL = "alle"
    OWN = "alleen van de eigen minister"


_P = Permission
#: Acts of a minister in person.
_PERSONAL: Final = frozenset({_P.TAKE_POSITION, _P.INVOKE_URGENCY})
_STAFF: Final = frozenset(_P) - _PERSONAL - {_P.OVERRIDE, _P.SEND_TO_PARLIAMENT}
#: What somebody does who is named for it; a name alone lets nobody do it.
_NAMED: Final = (_P.SIGN, _P.APPROVE)
_CABINET_ALL: Final = (_P.READ_UNDECIDED, _P.READ_HISTORY)
_CABINET_OWN: Final = (
    _P.OPEN_DOSSIER,
    _P.DELIVER,
    _P.CONSULT,
    _P.SUBMIT,
    _P.PREPARE_SIGNING,
    _P.SEND_TO_PARLIAMENT,
    _P.TAKE_POSITION,
    _P.MOVE_CUSTODY,
    _P.ASK_ADVICE,
    _P.ASK_AGREEMENT,
    _P.SEND,
)


def _all(*permissions: Permission) -> dict[Permission, Reach]:
    return dict.fromkeys(permissions, Reach.ALL)


def _own(*permissions: Permission) -> dict[Permission, Reach]:
    return dict.fromkeys(permissions, Reach.OWN)


_MINISTER: Final = {
    **_all(*_CABINET_ALL, _P.VIEW_SUBMISSIONS, _P.READ_CONFIDENTIAL, *_NAMED),
    **_own(*_CABINET_OWN, _P.INVOKE_URGENCY),
}

#: What each role may do. The Kaleidos table, and of our own what it lacks: who opens a
#: dossier or delivers to it, takes a position, starts a consultation, asks advice,
#: signs, sends, and moves what somebody else has to do.
PERMISSIONS: Final[dict[Role, dict[Permission, Reach]]] = {
    Role.SYSTEM: _all(*_P),
    Role.ADMIN: _all(*(frozenset(_P) - _PERSONAL)),
    Role.CHANCELLERY: _all(*_STAFF),
    Role.SECRETARIAT: _all(*(_STAFF - {_P.MANAGE_PUBLICATION})),
    Role.SECRETARY: _all(*(_STAFF - {_P.MANAGE_PUBLICATION})),
    Role.PUBLICATIONS: _all(
        _P.APPROVE,
        _P.RATIFY,
        _P.MANAGE_PUBLICATION,
        _P.PREPARE_SIGNING,
        _P.READ_CONFIDENTIAL,
        _P.READ_DECISIONS_BEFORE_RELEASE,
        _P.READ_UNDECIDED,
        _P.READ_HISTORY,
    ),
    Role.PRESS: _all(
        _P.APPROVE,
        _P.PUBLISH,
        _P.READ_CONFIDENTIAL,
        _P.READ_DECISIONS_BEFORE_RELEASE,
        _P.READ_UNDECIDED,
        _P.READ_HISTORY,
    ),
    Role.MINISTER: _MINISTER,
    Role.BUDGET_MINISTER: _MINISTER,
    Role.DOSSIER_MANAGER: {
        **_all(*_CABINET_ALL, *_NAMED),
        **_own(*_CABINET_OWN, _P.VIEW_SUBMISSIONS, _P.READ_CONFIDENTIAL),
    },
    Role.CABINET_STAFF: {
        **_all(_P.READ_UNDECIDED, _P.READ_HISTORY, _P.APPROVE),
        **_own(_P.MOVE_CUSTODY, _P.VIEW_SUBMISSIONS),
    },
    Role.FINANCE_INSPECTOR: _all(_P.DELIVER, _P.READ_HISTORY, *_NAMED),
    Role.GOVERNMENT_BODY: {**_all(*_NAMED), **_own(_P.DELIVER, _P.ASK_ADVICE)},
    Role.SIGNATORY: _all(_P.READ_HISTORY, *_NAMED),
}

#: The most guarded level that each role can read at all; the others read what is
#: public.
CLEARANCE: Final[dict[Role, AccessLevel]] = {
    Role.SYSTEM: AccessLevel.INTERNAL_SECRETARIAT,
    Role.ADMIN: AccessLevel.INTERNAL_SECRETARIAT,
    Role.CHANCELLERY: AccessLevel.INTERNAL_SECRETARIAT,
    Role.SECRETARIAT: AccessLevel.INTERNAL_SECRETARIAT,
    Role.SECRETARY: AccessLevel.INTERNAL_SECRETARIAT,
    Role.PUBLICATIONS: AccessLevel.INTERNAL_SECRETARIAT,
    Role.PRESS: AccessLevel.INTERNAL_SECRETARIAT,
    Role.MINISTER: AccessLevel.CONFIDENTIAL,
    Role.BUDGET_MINISTER: AccessLevel.CONFIDENTIAL,
    Role.GOVERNMENT: AccessLevel.CONFIDENTIAL,
    Role.DOSSIER_MANAGER: AccessLevel.CONFIDENTIAL,
    Role.CABINET_STAFF: AccessLevel.INTERNAL_GOVERNMENT,
    Role.FINANCE_INSPECTOR: AccessLevel.INTERNAL_GOVERNMENT,
    Role.SIGNATORY: AccessLevel.INTERNAL_GOVERNMENT,
    Role.GOVERNMENT_BODY: AccessLevel.INTERNAL_ADMINISTRATION,
    Role.PARLIAMENT: AccessLevel.INTERNAL_ADMINISTRATION,
}


@attrs.frozen(kw_only=True)
class Denial:
    """Something that was refused (weigering).

    Attributes:
        permission: What was asked.
        subject: Of what, as it was asked; it may not exist.
    """

    permission: str
    subject: str = ""


def _standing(denial: Denial) -> Standing:
    return Standing(state="geweigerd", title=denial.permission, open=False)


DENIAL: Final = Kind("denial", Denial, _standing)
