"""Whether somebody signs in a session elsewhere: then nothing else signs for it.

A flow names the session in which each was asked last, so that of two who ask at one
moment the second is late for the version of the flow. Whether that session still goes
on only the session knows; nothing has to be taken back when it ends, or dies.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from digivl.errors import SigningError
from digivl.kernel.parties import Party
from digivl.records.entries import Draft, Entry
from digivl.records.port import RecordBook
from digivl.signing.model import Signatory, SigningFlow
from digivl.signing.participants import Participant
from digivl.signing.session import SESSION


def asked(
    flow: Entry[SigningFlow], one: Signatory, session: str, by: Party, at: datetime
) -> Draft[SigningFlow]:
    """The flow, in which a signatory is asked to sign in a session.

    Args:
        flow: As it is.
        one: Who has to sign.
        session: Id of the session.
        by: Who began it.
        at: When.
    """
    # Who asks for an absent party has not acted for it yet.
    there = attrs.evolve(one, acting=None, identified="", consent=None, session=session)
    return flow.next(flow.record.noted(there, "ask"), "ask", by, at)


def check_alone(
    book: RecordBook,
    flow: Entry[SigningFlow],
    one: Signatory,
    at: datetime,
    own: str | None = None,
) -> None:
    """Refuse what would ask a signatory twice.

    Args:
        book: Where sessions stand.
        flow: Which flow.
        one: Who has to sign.
        at: The present moment.
        own: Id of the session that may.

    Raises:
        SigningError: It signs in another session.
    """
    if one.session != own and is_signing(book, flow, one, at):
        raise SigningError(
            f"{one.party} is signing {flow.record.title!r} in another session",
            hint="Go on there, or stop it: vl.signing_sessions.again, or abort.",
        )


def check_not_signed(
    book: RecordBook, flow: Entry[SigningFlow], one: Participant, at: datetime
) -> None:
    """Refuse what would undo a signature that was given and is being completed.

    Args:
        book: Where sessions stand.
        flow: Which flow.
        one: Who acts.
        at: The present moment.

    Raises:
        SigningError: It signed in a session.
    """
    if is_signing(book, flow, one, at, given=True):
        raise SigningError(
            f"{one.party} signed {flow.record.title!r} in a session already",
            hint="The signature is being completed: see vl.signing_sessions.again.",
        )


def is_signing(
    book: RecordBook,
    flow: Entry[SigningFlow],
    one: Participant,
    at: datetime,
    *,
    given: bool = False,
) -> bool:
    """True while somebody signs a flow in a session.

    Args:
        book: Where sessions stand.
        flow: Which flow.
        one: Who takes part in it.
        at: The present moment.
        given: Only when it consented, and the signature came or may come.
    """
    if not isinstance(one, Signatory) or one.session is None:
        return False
    found = book.read_all(SESSION, [one.session]).get(one.session)
    return found is not None and found.record.is_signing(flow.id, at, given=given)
