from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

# Heavy, and of no use to who asks for a list.
HEAVY = {"aiohttp", "asn1crypto", "cryptography", "httpx", "pyhanko", "qrcode", "typst"}

CODE = """
import sys
from digivl.cli import main
sys.argv = ["digivl", *sys.argv[1:]]
try:
    main()
except SystemExit:
    print(*sorted(sys.modules), file=sys.stderr)
"""


@pytest.mark.parametrize("command", ["--help", "worklist", "overdue", "history"])
def test_lists_start_without_what_signs(played: Any, command: str) -> None:
    """A list is there at once: nothing that signs, stamps or sends is loaded for it."""
    words = [command, "--office", str(played.office)]
    words += [played.told["dossier"]] if command == "history" else []
    done = subprocess.run(
        [sys.executable, "-c", CODE, *words[: 1 if command == "--help" else None]],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout
    assert set() == HEAVY & set(done.stderr.split())
