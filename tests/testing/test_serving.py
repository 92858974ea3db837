"""Applications that are served on loopback for the length of a block."""

from __future__ import annotations

import subprocess
import sys

import httpx

from digivl.testing.serving import serving

SCRIPT = """
from digivl.testing.serving import serving
block = serving(lambda environ, start: [])
block.__enter__()
print("served")
"""


def hello(_: object, start_response: object) -> list[bytes]:
    """Answers anything."""
    assert callable(start_response)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"dag"]


def test_it_answers_within_the_block() -> None:
    """And no longer than that."""
    with serving(hello) as url:
        assert "dag" == httpx.get(f"{url}/").text


def test_a_script_that_closes_nothing_ends() -> None:
    """An application that forgets to close the office does not hang at its end."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert "served" == done.stdout.strip()
