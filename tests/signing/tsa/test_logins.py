"""An authority that lets in who logs in, or who shows a certificate; and the office."""

from __future__ import annotations

import hashlib
import ipaddress
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from digivl import Digivl
from digivl.errors import (
    BackendRefusedError,
    BackendUnavailableError,
    ConfigurationError,
)
from digivl.pdf.timestamps import checked_token, timestamp_request
from digivl.plugins.catalog import Catalog
from digivl.plugins.hookspecs import Build
from digivl.settings import Backend, Limits, TimestampSettings
from digivl.testing.serving import serving
from digivl.testing.tsa import tsa_app

if TYPE_CHECKING:
    from digivl.signing.authorities import TimestampAuthority
    from digivl.testing.tsa import TSASimulator

ASKED = timestamp_request(hashlib.sha256(b"besluit").digest())


def built(folder: Path, **options: str) -> TimestampAuthority:
    """What the settings make of these options."""
    build = Build(name="tsa", options=options, folder=folder, limits=Limits())
    return Catalog.load(discover=False).authority("rfc3161", build)


@attrs.frozen
class Certified:
    """A key and its certificate, made for a test."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def pem(self, password: bytes = b"") -> bytes:
        """Both, as one file."""
        kept = BestAvailableEncryption(password) if password else NoEncryption()
        key = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, kept)
        return self.certificate.public_bytes(Encoding.PEM) + key


def certified(name: str, by: Certified | None = None) -> Certified:
    """A certificate for this machine; of itself, or of somebody."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    here = x509.SubjectAlternativeName(
        [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    )
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(
        (by.key if by else key).public_key()
    )
    own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(by is None, None), critical=True)
        .add_extension(here, critical=False)
        .add_extension(own, critical=False)
        .add_extension(above, critical=False)
    )
    return Certified(key, builder.sign(by.key if by else key, SHA256()))


class _Quiet(WSGIRequestHandler):
    """Writes no line for each request."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture(name="behind_tls")
def _behind_tls(tsa: TSASimulator, tmp_path: Path) -> Iterator[tuple[str, Certified]]:
    """The simulator, for who shows a certificate of an authority that is given too."""
    root = certified("Root of the test")
    (tmp_path / "root.pem").write_bytes(root.certificate.public_bytes(Encoding.PEM))
    (tmp_path / "server.pem").write_bytes(certified("server", root).pem())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem")
    context.load_verify_locations(tmp_path / "root.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    server = make_server(
        "127.0.0.1",
        0,
        tsa_app(tsa),
        threaded=True,
        request_handler=_Quiet,
        ssl_context=context,
    )
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}", root
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("password", [b"", b"geheim"])
def test_with_a_certificate(
    behind_tls: tuple[str, Certified], tmp_path: Path, password: bytes
) -> None:
    """Let in by the certificate in a file, whose key may have a password."""
    url, root = behind_tls
    (tmp_path / "own.pem").write_bytes(certified("office", root).pem(password))
    (tmp_path / "own.password").write_bytes(password + b"\n")
    options = {"url": url, "ca_file": "root.pem", "certificate_file": "own.pem"}
    if password:
        options["key_password_file"] = "own.password"

    token = checked_token(built(tmp_path, **options).answer(ASKED.der), ASKED)
    assert "digivl ontwikkeling TSU" == token.authority


def test_without_a_certificate(
    behind_tls: tuple[str, Certified], tmp_path: Path
) -> None:
    """Nobody is let in, and a server that is not trusted is told nothing."""
    url, _ = behind_tls

    for options in ({"ca_file": "root.pem"}, {}):
        with pytest.raises(BackendUnavailableError):
            built(tmp_path, url=url, **options).answer(ASKED.der)


@pytest.mark.parametrize("content", [b"", b"nothing", None])
def test_a_certificate_that_cannot_be_shown(
    tmp_path: Path, content: bytes | None
) -> None:
    """No file, no certificate, or a key that stays shut: found when it is built."""
    own = certified("office").pem(b"geheim") if content is None else content
    (tmp_path / "own.pem").write_bytes(own)

    with pytest.raises(ConfigurationError, match=r"own\.pem holds no certificate"):
        built(tmp_path, url="https://tsa.example", certificate_file="own.pem")
    with pytest.raises(ConfigurationError, match=r"gone\.pem holds no certificate"):
        built(tmp_path, url="https://tsa.example", certificate_file="gone.pem")


@pytest.fixture(name="behind_password")
def _behind_password(tsa: TSASimulator) -> Iterator[str]:
    """The simulator, for who knows the password."""

    def app(environ: Any, start_response: Any) -> Any:
        login = Request(environ).authorization
        if login is None or ("kabinet", "geheim") != (login.username, login.password):
            return Response("log in\n", 401)(environ, start_response)
        return tsa_app(tsa)(environ, start_response)

    with serving(app) as url:
        yield url


def test_with_a_password(
    behind_password: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let in by user and password; a wrong one is refused."""
    monkeypatch.setenv("TSA_PASSWORD", "geheim")
    options = {"url": behind_password, "user": "kabinet"}
    (tmp_path / "wrong").write_text("anders")

    right = built(tmp_path, password_env="TSA_PASSWORD", **options)
    wrong = built(tmp_path, password_file="wrong", **options)
    assert checked_token(right.answer(ASKED.der), ASKED).serial > 0
    with pytest.raises(BackendRefusedError, match="401"):
        wrong.answer(ASKED.der)


def test_no_password_in_the_open(tmp_path: Path) -> None:
    """Without a password http is let in; with one it is not: it could be read."""
    (tmp_path / "password").write_text("geheim")
    options = {"url": "http://tsa.example", "user": "x", "password_file": "password"}

    assert "tsa" == built(tmp_path, url="http://tsa.example").name
    with pytest.raises(ConfigurationError, match="can be read on the way"):
        built(tmp_path, **options)


Office = Callable[..., Any]


def test_an_office_keeps_within_its_budget(tsa: TSASimulator, scene_at: Office) -> None:
    """The budget stands in the settings, and its use in the book of the office."""
    with serving(tsa_app(tsa)) as url:
        options = {"url": url, "per_day": "1"}
        scene = scene_at(
            "flow",
            authorities={"scarce": Backend(offer="rfc3161", options=options)},
            timestamps=TimestampSettings(wait_seconds=0.5),
        )
        vl: Digivl = scene.vl
        token = vl.timestamps.token(ASKED.digest)
        with pytest.raises(BackendUnavailableError, match="not asked") as told:
            vl.timestamps.token(ASKED.digest)
        assert 86_000 < (told.value.retry_after_seconds or 0)

    assert 1 == tsa.answered
    assert token.serial
    kept = vl.timestamps.accounts()["scarce"]
    assert (1, 1) == (kept.answered, kept.put_off)


def test_a_wrong_budget_is_found(scene_at: Office) -> None:
    """A budget that is no number is told when the authorities are made."""
    options = {"url": "http://tsa.example", "per_day": "veel"}
    scene = scene_at(
        "flow", authorities={"tsa": Backend(offer="rfc3161", options=options)}
    )

    with pytest.raises(ConfigurationError, match=r"authorities\.tsa"):
        _ = scene.vl.authorities
    with pytest.raises(ConfigurationError, match="zero or more"):
        TimestampSettings(wait_seconds=-1)
