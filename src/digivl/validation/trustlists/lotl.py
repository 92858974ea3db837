"""From the keys in the Official Journal to the list of lists, over its pivots.

The Official Journal of the Union publishes who signs the list of lists. When those keys
change, a former issue, signed by the keys of before, names the next ones: a pivot. The
list of lists names its pivots, newest first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from digivl.errors import LimitExceededError, MalformedError, UntrustedListError
from digivl.validation.trustlists.names import ListType
from digivl.validation.trustlists.reading import read_list
from digivl.validation.trustlists.signed import SignedList, verified

LOTL: Final = "the list of lists"
_MOST_PIVOTS: Final = 30


def verified_lotl(
    content: bytes, pivot: Callable[[str], bytes], anchors: tuple[bytes, ...]
) -> SignedList:
    """The list of lists, when it goes back to the anchors.

    Each pivot has to be there, and be signed by who might sign at its time. To pass one
    over would be to accept keys that it took away.

    Args:
        content: The list of lists, as it came.
        pivot: Gives a pivot by its address.
        anchors: Certificates of the Official Journal, DER.

    Raises:
        UntrustedListError: It, or a pivot, is not signed as it has to be.
        MalformedError: It, or a pivot, is no list of lists.
        DigivlError: What `pivot` raises.

    Source:
        TS 119 612, 5.3.7 and annex; the information on the pivots that the Commission
        publishes with the list.
    """
    claimed = read_list(content, LOTL).pivots
    if len(claimed) > _MOST_PIVOTS:
        raise LimitExceededError(
            f"{LOTL} names {len(claimed)} pivots, more than {_MOST_PIVOTS}",
            hint="Its keys are then in a newer Official Journal: renew the anchors.",
        )
    signers = anchors
    for address in reversed(claimed):
        signers = _handed_over(pivot(address), signers, f"the pivot {address[-60:]}")
    found = verified(content, signers, LOTL)
    _refuse_national(found, LOTL)
    if found.list.pivots != claimed:
        raise UntrustedListError(
            f"{LOTL} names other pivots in what was signed than in what was not",
            hint="Nothing of it is used. Fetch it again.",
        )
    return found


def _handed_over(
    content: bytes, signers: tuple[bytes, ...], what: str
) -> tuple[bytes, ...]:
    found = verified(content, signers, what)
    _refuse_national(found, what)
    own = found.list.own_pointer
    if own is None or not own.signers:
        raise MalformedError(
            f"{what} does not say who signs the next list",
            hint="It is no pivot: fetch it again, or tell the Commission.",
        )
    return own.signers


def _refuse_national(found: SignedList, what: str) -> None:
    if found.list.type is not ListType.OF_LISTS:
        raise MalformedError(
            f"{what} is a list of {found.list.territory or 'something else'}",
            hint="Check `location` under [trustlists] in the settings.",
        )
