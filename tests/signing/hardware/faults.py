"""Keys behind a driver with faults; see `faulty.c`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import pytest

from digivl.pdf.certificates import signed_by
from digivl.pdf.digests import Digest
from digivl.signing.hardware import HardwareKey
from digivl.signing.pins import PIN
from digivl.signing.tokenspec import TokenSpec
from tests.signing.hardware.softhsm import GOOD, Tokens

SHA256 = Digest.SHA256


def works(key: HardwareKey) -> bool:
    """Whether it signs, with the key of its certificate."""
    made = key.sign(b"message", SHA256)
    return signed_by(key.identity().certificate, made, b"message", SHA256.algorithm)


def child(key: HardwareKey) -> int:
    """The number of the process in which its driver runs."""
    held = key._process  # noqa: SLF001 - what dies is no part of the surface
    assert held is not None
    return held._child.pid  # noqa: SLF001 - idem


def gone(number: int) -> bool:
    """Whether no process with that number runs any more."""
    try:
        said = Path(f"/proc/{number}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True
    return said.rpartition(")")[2].split()[0] == "Z"


@attrs.frozen
class Faulty:
    """Makes keys with faults.

    Attributes:
        tokens: The real driver.
        module: The one with faults.
        file: Where it writes the number of a process that it started.
    """

    tokens: Tokens
    module: Path
    file: Path
    _patch: pytest.MonkeyPatch
    _made: list[HardwareKey]

    def key(
        self,
        fault: str,
        source: Any = lambda: GOOD,
        seconds: float = 60.0,
        label: str = "Signature",
    ) -> HardwareKey:
        """A key that ends with the test."""
        self.tell(fault)
        self._patch.setenv("FAULT_MODULE", str(self.tokens.module))
        self._patch.setenv("FAULT_PIN", GOOD)
        self._patch.setenv("FAULT_FILE", str(self.file))
        spec = TokenSpec(module=self.module, token_label="faulty", key_label=label)
        made = HardwareKey("zegel", spec, PIN(source), seconds=seconds)
        self._made.append(made)
        return made

    def tell(self, fault: str) -> None:
        """What a driver that starts from now on does wrong."""
        self._patch.setenv("FAULT", fault)

    def mend(self) -> None:
        """Drivers that start from now on do nothing wrong."""
        self.tell("nothing")
