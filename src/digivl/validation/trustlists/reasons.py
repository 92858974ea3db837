"""Why something is qualified or not: a code for programs, Dutch for officials."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Reason(StrEnum):
    """What decided; the value is stable."""

    QUALIFIED = "qualified"
    NOT_LISTED = "not-listed"
    NOT_THEN = "not-listed-then"
    OTHER_SERVICE = "other-service"
    OTHER_USE = "other-use"
    CONFLICT = "lists-contradict"
    NOT_GRANTED = "not-granted"
    INCONSISTENT = "list-inconsistent"
    NOT_CLAIMED = "no-qualified-certificate"
    LIST_SAYS_NO = "list-says-not-qualified"
    BEFORE_LAW = "before-eidas"
    NOT_FOR_TIME = "not-for-timestamps"
    INVALID = "not-valid"
    UNREADABLE = "unreadable"
    CHANGED = "not-at-both-moments"

    @property
    def dutch(self) -> str:
        """For officials and citizens."""
        return _DUTCH[self]


_DUTCH: Final = {
    Reason.QUALIFIED: "de dienst stond toen als gekwalificeerd op de vertrouwenslijst",
    Reason.NOT_LISTED: "de uitgever staat op geen enkele vertrouwenslijst",
    Reason.NOT_THEN: "de dienst stond op dat ogenblik nog niet op de vertrouwenslijst",
    Reason.OTHER_SERVICE: "de dienst staat op de lijst, maar voor iets anders",
    Reason.OTHER_USE: "de dienst staat niet op de lijst voor dit soort certificaten",
    Reason.CONFLICT: "de vertrouwenslijsten spreken elkaar tegen",
    Reason.NOT_GRANTED: "de dienst was op dat ogenblik niet erkend",
    Reason.INCONSISTENT: "de vertrouwenslijst spreekt zichzelf tegen",
    Reason.NOT_CLAIMED: "het certificaat zegt zelf niet dat het gekwalificeerd is",
    Reason.LIST_SAYS_NO: "volgens de vertrouwenslijst is dit certificaat niet "
    "gekwalificeerd",
    Reason.BEFORE_LAW: "gekwalificeerde tijdstempels bestaan pas sinds 1 juli 2016",
    Reason.NOT_FOR_TIME: "het certificaat is niet alleen voor tijdstempels bedoeld",
    Reason.INVALID: "het tijdstempel zelf is niet geldig",
    Reason.UNREADABLE: "het certificaat is niet te lezen",
    Reason.CHANGED: "niet op beide ogenblikken die tellen",
}
