from __future__ import annotations

import math
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.errors import ConfigurationError
from digivl.settings import (
    Backend,
    CodeSettings,
    Limits,
    Settings,
    SigningSettings,
    TimestampSettings,
    TrustListSettings,
)


@pytest.fixture(name="read")
def _read(tmp_path: Path) -> Any:
    """Reads settings from a text."""

    def read(text: str) -> Settings:
        path = tmp_path / "digivl.toml"
        path.write_text(text, encoding="utf-8")
        return Settings.from_toml(path)

    return read


def test_nothing_set(read: Any) -> None:
    """What is left out keeps its default."""
    assert Settings() == read("")


def test_all_set(read: Any) -> None:
    """Each setting is read into its own field."""
    settings = read(
        """
        development = true
        book = "sqlite:///elsewhere.sqlite"
        trust = ["keys/one.pem", "keys/two.pem"]
        [documents]
        offer = "folder"
        path = "elsewhere"
        [authorities.first]
        offer = "rfc3161"
        url = "https://tsa.example"
        [means.minister]
        offer = "pkcs12"
        file = "minister.p12"
        [providers.magda]
        offer = "magda"
        retries = 3
        [code]
        host = "verifieer.example"
        module_mm = 1
        upper_case = false
        [timestamps]
        wait_seconds = 30
        [signing]
        level = "B-LTA"
        anchors = ["keys/three.pem"]
        private_hosts = ["ca.intern"]
        [trustlists]
        anchors = ["keys/oj.pem"]
        location = "https://lists.example/eu-lotl.xml"
        folder = "lijsten"
        territories = ["BE"]
        [limits]
        pdf_pages = 10
        lease_seconds = 1.5
        [office]
        format = 1
        """
    )

    expected = Settings(
        development=True,
        book="sqlite:///elsewhere.sqlite",
        trust=("keys/one.pem", "keys/two.pem"),
        documents=Backend(offer="folder", options={"path": "elsewhere"}),
        authorities={
            "first": Backend(offer="rfc3161", options={"url": "https://tsa.example"})
        },
        means={"minister": Backend(offer="pkcs12", options={"file": "minister.p12"})},
        providers={"magda": Backend(offer="magda", options={"retries": "3"})},
        code=CodeSettings(host="verifieer.example", module_mm=1, upper_case=False),
        timestamps=TimestampSettings(wait_seconds=30),
        signing=SigningSettings(
            level="B-LTA", anchors=("keys/three.pem",), private_hosts=("ca.intern",)
        ),
        trustlists=TrustListSettings(
            anchors=("keys/oj.pem",),
            location="https://lists.example/eu-lotl.xml",
            folder="lijsten",
            territories=("BE",),
        ),
        limits=Limits(pdf_pages=10, lease_seconds=1.5),
    )
    assert expected == settings


def test_order_of_authorities(read: Any) -> None:
    """Authorities are asked in the order of the file."""
    settings = read(
        '[authorities.z]\noffer = "rfc3161"\n[authorities.a]\noffer = "rfc3161"\n'
    )

    assert ["z", "a"] == list(settings.authorities)


@pytest.mark.parametrize(
    ("text", "where", "known"),
    [
        ("documnets = 1", "digivl.toml: documnets", "documents"),
        ("[limits]\npdf_byte = 1", "limits: pdf_byte", "pdf_bytes"),
        ("[trustlists]\nurl = 'x'", "trustlists: url", "anchors, folder, location"),
        ("[code]\nhots = 'x'\nmodul_mm = 1", "code: hots, modul_mm", "host, margin_mm"),
    ],
)
def test_unknown_name(read: Any, text: str, where: str, known: str) -> None:
    """A name that is not known is an error; it lists those that are."""
    with pytest.raises(ConfigurationError, match=f"{where} is not known") as refused:
        read(text)

    assert known in refused.value.hint


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("development = 1", "development must be bool, not 1"),
        ("development = 'yes'", "development must be bool, not 'yes'"),
        ("book = 5", "book must be str, not 5"),
        ("book = true", "book must be str, not True"),
        ("trust = 'keys/one.pem'", "trust must be a list of texts"),
        ("trust = [1]", "trust must be a list of texts"),
        ("[trustlists]\nfolder = 1", "trustlists: folder must be str, not 1"),
        ("[trustlists]\nanchors = 'x'", "trustlists: anchors must be a list of texts"),
        ("[trustlists]\nterritories = [1]", "territories must be a list of texts"),
        ("[signing]\nlevel = 1", "level must be str, not 1"),
        ("[signing]\nlint = 'x'", "signing.lint must be a table"),
        ("[signing.lint]\npolicy = 1", "signing.lint: policy must be str"),
        ("[timestamps]\nwait_seconds = -1", "wait_seconds is zero or more"),
        ("[timestamps]\nwait_seconds = nan", "wait_seconds is zero or more"),
        ("[timestamps]\nlater = 1", "later must be bool, not 1"),
        ("[signing]\nanchors = 'x'", "signing: anchors must be a list of texts"),
        ("[signing]\nprivate_hosts = [1]", "private_hosts must be a list of texts"),
        ("documents = 'folder'", "documents must be a table, not 'folder'"),
        ("means = ['pkcs12']", "means must be a table"),
        ("[means]\nminister = 'pkcs12'", "means.minister must be a table"),
        ("[authorities.one]\nurl = 'x'", r"\[authorities.one\] names no offer"),
        ("[documents]\noffer = ''", r"\[documents\] names no offer"),
        ("code = 1", "code must be a table"),
        ("limits = []", "limits must be a table"),
        ("[limits]\npdf_pages = true", "limits: pdf_pages must be int, not True"),
        ("[limits]\npdf_pages = 1.5", "limits: pdf_pages must be int, not 1.5"),
        ("[limits]\npdf_pages = '1'", "limits: pdf_pages must be int, not '1'"),
        ("[limits]\nlease_seconds = false", "lease_seconds must be float, not False"),
        ("[code]\nupper_case = 0", "upper_case must be bool, not 0"),
        ("[code]\nhost = 1", "host must be str, not 1"),
        ("[limits]\npdf_pages = 0", "pdf_pages must be above zero"),
        ("[limits]\nlease_seconds = -1.0", "lease_seconds must be above zero"),
        (
            "[limits]\nlease_seconds = nan",
            "lease_seconds must be above zero and finite",
        ),
        (
            "[limits]\nbook_wait_seconds = inf",
            "book_wait_seconds must be above zero and",
        ),
        ("broken [", "digivl.toml is not TOML"),
        ("book = 'a'\nbook = 'b'", "digivl.toml is not TOML"),
    ],
)
def test_wrong_value(read: Any, text: str, what: str) -> None:
    """A value of another type is an error that says where, and what is wanted."""
    with pytest.raises(ConfigurationError, match=what) as refused:
        read(text)

    assert refused.value.hint


def test_not_text(tmp_path: Path) -> None:
    """A file that is no text is no TOML."""
    path = tmp_path / "digivl.toml"
    path.write_bytes(b"\xff\xfe")

    with pytest.raises(ConfigurationError, match="is not TOML") as refused:
        Settings.from_toml(path)
    assert "brackets" in refused.value.hint


def test_not_there(tmp_path: Path) -> None:
    """Settings that cannot be read are a fault of the configuration."""
    for path in (tmp_path / "digivl.toml", tmp_path):
        with pytest.raises(ConfigurationError, match="cannot be read"):
            Settings.from_toml(path)


def test_offers_have_a_hint(read: Any) -> None:
    """Who forgot the offer learns how to list them."""
    with pytest.raises(ConfigurationError) as refused:
        read("[means.minister]\nfile = 'x'")

    assert "`digivl plugins`" in refused.value.hint


def test_the_seal_is_a_means(read: Any) -> None:
    """A seal that nobody has is told at once, with the names that there are."""
    means = "[means.zegel]\noffer = 'pkcs12'\n"

    assert "zegel" == read(f"seal = 'zegel'\n{means}").seal
    with pytest.raises(ConfigurationError, match="no signing means 'nope'") as refused:
        read(f"seal = 'nope'\n{means}")
    assert "zegel" in refused.value.hint
    with pytest.raises(ConfigurationError, match="no signing means 'nope'"):
        Settings(seal="nope")


@pytest.mark.parametrize("name", [field.name for field in attrs.fields(Limits)])
@pytest.mark.parametrize("value", [0, -1, math.inf, math.nan])
def test_limits_limit(name: str, value: float) -> None:
    """No limit can be switched off, also not by an application."""
    with pytest.raises(ConfigurationError, match=name):
        Limits(**{name: value})  # type: ignore[arg-type]


@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    """Whatever stands in the file, settings or a typed error come out."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "digivl.toml"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        with suppress(ConfigurationError):
            assert isinstance(Settings.from_toml(path), Settings)


def test_settings_cannot_be_changed() -> None:
    """Settings are one frozen record: what runs is what was read."""
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        Settings().development = True  # type: ignore[misc]
