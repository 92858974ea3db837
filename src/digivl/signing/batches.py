"""Many documents under one act of consent: each its own outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import attrs

from digivl.errors import (
    BackendError,
    CertificateNotValidError,
    ConfigurationError,
    ConsentExpiredError,
    DigivlError,
    KeyUnusableError,
    StorageError,
)
from digivl.kernel.kinds import Ref
from digivl.records.entries import Entry
from digivl.signing.model import FLOW, SigningFlow

#: What goes wrong with the means, an authority or the disk goes wrong for the next
#: document too; three wrong PINs block a card.
_FOR_ALL: Final = (
    KeyUnusableError,
    CertificateNotValidError,
    ConsentExpiredError,
    BackendError,
    ConfigurationError,
    StorageError,
)


@attrs.frozen(kw_only=True)
class Outcome:
    """What became of one document of several (uitkomst).

    Attributes:
        flow: Id of the flow.
        title: Of the document; empty where the flow is not known.
        entry: What was written; None when nothing was.
        error: Why not; None when it was done.
        tried: False for what comes behind an error that holds for it too.
    """

    flow: str
    title: str
    entry: Entry[SigningFlow] | None = None
    error: DigivlError | None = None
    tried: bool = True

    @property
    def done(self) -> bool:
        """Whether it was done."""
        return self.error is None

    @property
    def ref(self) -> Ref:
        """Points at the flow."""
        return FLOW.ref(self.flow)


def one_by_one(
    flows: Iterable[tuple[str, str]],
    act: Callable[[str], Entry[SigningFlow]],
) -> Sequence[Outcome]:
    """Do an act on each flow, whatever becomes of the others.

    Args:
        flows: Id and title of each.
        act: Does it on one, by its id.
    """
    return list(_outcomes(flows, act))


def _outcomes(
    flows: Iterable[tuple[str, str]], act: Callable[[str], Entry[SigningFlow]]
) -> Iterator[Outcome]:
    stopped: DigivlError | None = None
    for name, title in flows:
        if stopped is not None:
            yield Outcome(flow=name, title=title, error=stopped, tried=False)
            continue
        try:
            entry = act(name)
        except DigivlError as error:
            yield Outcome(flow=name, title=title, error=error)
            stopped = error if isinstance(error, _FOR_ALL) else None
        else:
            yield Outcome(flow=name, title=entry.record.title, entry=entry)
