"""One of two processes on one office; does what it is told on standard input.

The first line names an office to open, each further line is an order in JSON, and an
empty one closes the office. Each answer is a line too: the code and text of what went
wrong, both empty when the act was done. With `"pause": true` it stops before it writes,
says so, and goes on after another line: by then both have read the same version.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any, Final

from digivl import Digivl, DigivlError
from digivl.advice.body import AdviceOutcome
from digivl.kernel.kinds import Ref
from digivl.records.sqlbook import SQLBook
from digivl.records.tasks import TaskState
from digivl.testing import route

Order = dict[str, Any]


def _advise(vl: Digivl, order: Order) -> None:
    vl.advices.advise(order["id"], AdviceOutcome.FAVOURABLE, by=route.INSPECTOR)


def _hand_over(vl: Digivl, order: Order) -> None:
    subject = Ref("dossier", order["id"])
    vl.custody.hand_over(subject, route.BUDGET, by=route.CABINET)


def _sign(vl: Digivl, order: Order) -> None:
    vl.signing.sign(order["id"], by=route.MINISTER)


def _register(vl: Digivl, order: Order) -> None:
    vl.register.register(order["id"], by=route.SECRETARIAT)


def _send(vl: Digivl, order: Order) -> None:
    people = route.recipients()
    vl.dispatches.send(order["id"], people, sender=route.SENDER, by=route.SECRETARIAT)


def _work(vl: Digivl, _: Order) -> None:
    while any(task.state is not TaskState.DONE for task in vl.book.tasks()):
        vl.work()
        time.sleep(0.02)


ACTS: Final[dict[str, Callable[[Digivl, Order], None]]] = {
    "advise": _advise,
    "hand over": _hand_over,
    "sign": _sign,
    "register": _register,
    "send": _send,
    "work": _work,
}


def tell(code: str, text: str = "") -> None:
    """One line of answer."""
    print(json.dumps({"code": code, "text": text}), flush=True)  # noqa: T201


def obey(vl: Digivl, order: Order) -> None:
    """Do one act and tell how it went."""
    try:
        ACTS[order["act"]](vl, order)
    except DigivlError as error:
        tell(error.code, error.diagnostics())
    else:
        tell("")


def main() -> None:
    """Obey until there are no more orders."""
    write, pausing = SQLBook.write, False

    def paused(book: SQLBook, *drafts: Any, **options: Any) -> Any:
        nonlocal pausing
        if pausing:
            pausing = False
            tell("paused")
            sys.stdin.readline()
        return write(book, *drafts, **options)

    SQLBook.write = paused  # type: ignore[method-assign, assignment]
    while line := sys.stdin.readline():
        with Digivl.open(json.loads(line)["open"]) as vl:
            tell("open")
            while line := sys.stdin.readline().strip():
                order = json.loads(line)
                pausing = order.get("pause", False)
                obey(vl, order)


if __name__ == "__main__":
    main()
