"""Documents of a session that are turns in signing flows: taken there, ended there.

The id of the session is the consent that a signatory is recorded with. By that a
signature is known again: whoever completes a session once more, on another machine,
finds it in the flow and adds no second one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO, Final

import attrs

from digivl.errors import (
    BackendError,
    DigivlError,
    MalformedError,
    StaleRecordError,
    StorageError,
)
from digivl.kernel.parties import Party
from digivl.kernel.redaction import on_one_line
from digivl.pdf.spec import Signed
from digivl.records.entries import Entry
from digivl.signing.model import FLOW
from digivl.signing.session import Order, Piece, SigningSession, revealed
from digivl.signing.signatures import Signatures, Turn

#: How often a flow is tried on which others act at the same moment.
_TRIES: Final = 3


def taken(
    signing: Signatures, flows: Sequence[str], by: Party, identified: str
) -> Sequence[Turn]:
    """The turns of a party in some flows, to be signed with one means.

    Args:
        signing: The flows of the office.
        flows: Their ids.
        by: The signatory, or who stands in for it.
        identified: How the application identified `by`.

    Raises:
        MalformedError: There is none, one stands there twice, or they are for several
            means.
        DigivlError: As `Signatures.turn`, of the first that cannot be signed now.
    """
    if len(set(flows)) < len(flows):
        raise MalformedError("the same flow stands twice in one session")
    turns = [signing.turn(one, by=by, identified=identified) for one in flows]
    if len({turn.signatory.means for turn in turns}) != 1:
        raise MalformedError(
            "a session signs flows with one means, and at least one",
            hint="Start a session for each means.",
        )
    return turns


def order_of(turn: Turn) -> Order:
    """What is to be signed in a turn."""
    flow = turn.flow.record
    return Order(
        sha256=flow.current,
        label=on_one_line(flow.title),
        field=turn.field,
        reason=turn.reason,
        flow=turn.flow.id,
    )


def found_signed(
    signing: Signatures, session: Entry[SigningSession], piece: Piece
) -> Piece | None:
    """The document as its flow has it, once it was signed in this session."""
    order = piece.order
    if order.flow is None:
        return None
    for one in signing.read(order.flow).record.signers:
        if one.consent == session.id and one.version is not None:
            return attrs.evolve(
                piece,
                signed=one.version,
                level=one.level or "",
                signed_at=one.signed_at,
                missing="",
                why="",
            )
    return None


def finished(
    signing: Signatures,
    session: Entry[SigningSession],
    piece: Piece,
    file: BinaryIO,
    made: Signed,
) -> Piece:
    """The document, once its flow was told; failed when that had moved on meanwhile.

    Args:
        signing: The flows of the office.
        session: In which it was signed.
        piece: With the signed file, which stays in the store whatever becomes of it.
        file: That file.
        made: What is known of the signature.

    Raises:
        BackendError: Not now; to be tried again.
        StorageError: Likewise.
        StaleRecordError: Likewise: others act on the flow all the time.
    """
    if piece.order.flow is None:
        return piece
    for left in reversed(range(_TRIES)):
        try:
            _finish(signing, session, piece.order, file, made)
        except (BackendError, StorageError):
            raise
        except DigivlError as error:
            # Perhaps somebody else, who completes this session as well, was first.
            if (there := found_signed(signing, session, piece)) is not None:
                return there
            if not isinstance(error, StaleRecordError) or _moved_on(
                signing, piece.order
            ):
                return piece.failed(error)
            if not left:
                raise
        else:
            break
    return piece


def _moved_on(signing: Signatures, order: Order) -> bool:
    """True when another signature, or version, came: this one is not on top of it."""
    return signing.read(str(order.flow)).record.current != order.sha256


def _finish(
    signing: Signatures,
    session: Entry[SigningSession],
    order: Order,
    file: BinaryIO,
    made: Signed,
) -> None:
    record, name = session.record, str(order.flow)
    turn = signing.turn(
        name, by=record.by, identified=record.identified, consent=session.id
    )
    if turn.flow.record.current != order.sha256:
        raise StaleRecordError(FLOW.name, name, turn.flow.version)
    signing.finish(turn, file, made, revealed(record.identity).certificate)
