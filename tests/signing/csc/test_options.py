"""The offer `csc`: its options, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from digivl.errors import ConfigurationError
from digivl.pdf.digests import Digest
from digivl.plugins.catalog import Catalog
from digivl.plugins.hookspecs import Build
from digivl.settings import Limits
from digivl.signing.csc.means import FIRST, CSCMeans


def built(folder: Path, **options: str) -> Any:
    """A means with these options, and the ones that it needs."""
    (folder / "secret").write_text("no-secret-at-all\n")
    given = {
        "url": "https://csc.example/csc/v1",
        "client_id": "me",
        "client_secret_file": "secret",
        "redirect_uri": "https://me.example/terug",
    }
    build = Build(name="itsme", options=given | options, folder=folder, limits=Limits())
    return Catalog.load(discover=False).remote("csc", build)


def test_usual(tmp_path: Path) -> None:
    """What is not named is careful: one document, one key, a bound consent."""
    means = built(tmp_path)

    assert isinstance(means, CSCMeans)
    assert (None, 1, True) == (means.version, means.most_at_once, means.binds)
    assert "no-secret-at-all" == means.client.secret
    assert means.server.base_url == means.service.base_url
    means.close()


def test_all_of_them(tmp_path: Path) -> None:
    """Each option arrives where it belongs."""
    means = built(
        tmp_path,
        oauth_url="https://login.example",
        version="2",
        account_id="account",
        application="app",
        language="fr",
        pkce="no",
        digest="sha384",
        most_at_once="70",
        credential="first",
        scal="1",
        visit_seconds="60",
    )

    assert "https://login.example" == means.server.base_url
    client = means.client
    assert ("account", "app", "fr", False) == (
        *(client.account, client.application, client.language, client.pkce),
    )
    assert (2, Digest.SHA384, 70) == (means.version, means.digest, means.most_at_once)
    assert (FIRST, False, 60) == (means.credential, means.binds, means.seconds)
    means.close()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"url": "http://csc.example"}, "can be read on the way"),
        ({"version": "3"}, "version is one of auto, 1, 2"),
        ({"pkce": "maybe"}, "pkce is one of yes, no"),
        ({"digest": "md5"}, "digest is one of sha256"),
        ({"scal": "0"}, "scal is one of 2, 1"),
        ({"most_at_once": "many"}, "most_at_once is a number"),
        ({"client_secret_file": "nowhere"}, "nowhere cannot be read"),
    ],
)
def test_wrong(tmp_path: Path, options: dict[str, str], says: str) -> None:
    """It is told which one, and what it can be."""
    with pytest.raises(ConfigurationError, match=says):
        built(tmp_path, **options)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("most_at_once", "0"),
        ("most_at_once", "²"),
        ("visit_seconds", "0"),
        ("visit_seconds", "9" * 15),
        ("visit_seconds", "9" * 5_000),
    ],
)
def test_numbers_that_let_nobody_sign(tmp_path: Path, name: str, value: str) -> None:
    """They are told when the means is built, not to the first person who signs."""
    with pytest.raises(ConfigurationError, match=f"{name} is a number") as refused:
        built(tmp_path, **{name: value})

    assert "Write a whole number from 1 to" in refused.value.hint
