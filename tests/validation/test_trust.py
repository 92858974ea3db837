from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from digivl.errors import ConfigurationError
from digivl.validation.trust import Trust

if TYPE_CHECKING:
    from pathlib import Path

    from digivl.signing.development import DevelopmentKeys


def test_roots_come_from_pem_files(development_keys: DevelopmentKeys) -> None:
    """Several files, several roots."""
    trust = Trust.from_pem([development_keys.authority] * 2)

    assert 2 == len(trust.roots)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    """A trust that is not there is never taken for an empty one."""
    with pytest.raises(ConfigurationError, match="cannot be read"):
        Trust.from_pem([tmp_path / "none.pem"])


def test_a_file_without_certificate_is_an_error(tmp_path: Path) -> None:
    """Nor is one that holds something else."""
    (tmp_path / "x.pem").write_text("nothing")

    with pytest.raises(ConfigurationError, match="no certificate in PEM"):
        Trust.from_pem([tmp_path / "x.pem"])
