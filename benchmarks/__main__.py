"""`python -m benchmarks [NAME...]`: run the named benchmarks, or all of them."""

from __future__ import annotations

import importlib
import sys

from benchmarks.harness import line

#: Name to module; each has `run()`, which gives its measurements.
BENCHMARKS = {
    "import": "benchmarks.import_time",
    "append": "benchmarks.append",
    "sign-bb": "benchmarks.sign_bb",
    "sign-bt": "benchmarks.sign_bt",
    "sign-blta": "benchmarks.sign_blta",
    "sign-processes": "benchmarks.sign_processes",
    "sign-large": "benchmarks.sign_large",
    "agenda-approve": "benchmarks.agenda_approve",
    "terms": "benchmarks.terms",
}


def main(names: list[str]) -> int:
    """Run them in the given order; 2 when a name is not known."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        known = ", ".join(BENCHMARKS)
        print(f"no benchmark {', '.join(unknown)}; known: {known}", file=sys.stderr)
        return 2
    for name in names or BENCHMARKS:
        for measured in importlib.import_module(BENCHMARKS[name]).run():
            print(line(measured), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
