"""An authority with revocation and timestamps on loopback, to sign up to B-LTA with.

certomancer answers: OCSP, CRL, issuer certificates (AIA) and RFC 3161, over real HTTP.
It is made by others, so that what digivl believes is not what digivl made up.
"""

from __future__ import annotations

import socket
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import attrs
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509 import load_der_x509_certificate

from digivl.errors import ConfigurationError
from digivl.kernel.moments import utc_now
from digivl.testing.csc_people import Keyholder
from digivl.testing.serving import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_ARCH: Final = "digivl"
_TIME: Final = "HTTP_X_CERTOMANCER_FAKE_TIME"
#: Of the key files.
PASSWORD: Final = b"proef"
#: Common name and, for people, the number on the certificate.
_ENTITIES: Final = {
    "root": "Proef Root CA",
    "issuing": "Proef Citizen CA",
    "stamping": "Proef Timestamping CA",
    "responder": "Proef OCSP",
    "tsa": "Proef TSU 1",
    "tsa2": "Proef TSU 2",
    "signer": "Ann Proef",
    "card": "Jan Jansen",
    "crl-only": "Zonder OCSP",
    "revoked": "Ingetrokken Persoon",
    "expired": "Verlopen Persoon",
    "bare": "Zonder Adressen",
    "orphan": "Zonder Uitgever",
}
_RSA: Final = ("signer", "tsa", "tsa2")
_P384: Final = ("card",)


@attrs.define
class PKI:
    """What was made.

    Attributes:
        folder: Where the keys are.
        url: Where certomancer answers.
        clock: The present moment, for answers and timestamps.
        asked: The requests so far: method and path.
        down: Paths that answer 503 from now on; each is a part of the path.
        replaced: Bodies that are given in the place of the honest answer, by a part of
            the path.
    """

    folder: Path
    url: str
    _architecture: Any
    clock: Callable[[], datetime] = utc_now
    asked: list[str] = attrs.field(factory=list[str])
    down: list[str] = attrs.field(factory=list[str])
    replaced: dict[str, bytes] = attrs.field(factory=dict[str, bytes])

    def certificate(self, name: str) -> bytes:
        """The certificate of `root`, `issuing`, `signer`, ..., DER."""
        der: bytes = self._architecture.get_cert(name).dump()
        return der

    def pkcs12(self, name: str, *chain: str) -> Path:
        """A PKCS#12 file with the key of somebody; its password is `PASSWORD`.

        Args:
            name: Whose.
            chain: Whose certificates go along.
        """
        path = self.folder / f"{name}.p12"
        key: Any = self._key(name)
        found = [load_der_x509_certificate(self.certificate(one)) for one in chain]
        content = pkcs12.serialize_key_and_certificates(
            name.encode(),
            key,
            load_der_x509_certificate(self.certificate(name)),
            found,
            BestAvailableEncryption(PASSWORD),
        )
        path.write_bytes(content)
        return path

    def keyholder(self, name: str, *chain: str, id: str = "") -> Keyholder:
        """Somebody with that key at a service for remote signing.

        Args:
            name: Whose.
            chain: Whose certificates the service gives along.
            id: What the service calls the key; `name` if empty.
        """
        given = (self.certificate(one) for one in (name, *chain))
        certificates = tuple(load_der_x509_certificate(one) for one in given)
        return Keyholder(_ENTITIES[name], certificates, self._key(name), id or name)

    def tsa(self, name: str = "tsa") -> str:
        """Where a timestamp authority answers: `tsa` or `tsa2`."""
        return f"{self.url}/{_ARCH}/tsa/{name}"

    def root_pem(self) -> Path:
        """The root, as a PEM file."""
        path = self.folder / "root.pem"
        root = load_der_x509_certificate(self.certificate("root"))
        path.write_bytes(root.public_bytes(Encoding.PEM))
        return path

    def _key(self, name: str) -> Any:
        return load_pem_private_key((self.folder / f"{name}.pem").read_bytes(), None)

    def through(self, app: WSGIApplication) -> WSGIApplication:
        """The application, watched and made to fail as a test wants."""

        def respond(
            environ: WSGIEnvironment, start_response: StartResponse
        ) -> Iterator[bytes] | Any:
            path = environ["PATH_INFO"]
            # Whole seconds: a fraction is no time of RFC 5280.
            environ[_TIME] = self.clock().replace(microsecond=0).isoformat()
            self.asked.append(f"{environ['REQUEST_METHOD']} {path}")
            if any(part in path for part in self.down):
                start_response("503 Service Unavailable", [])
                return [b""]
            for part, body in self.replaced.items():
                if part in path:
                    start_response("200 OK", [])
                    return [body]
            return app(environ, start_response)

        return respond


@contextmanager
def pki(folder: Path, *, at: datetime) -> Generator[PKI]:
    """An authority that answers for as long as the block runs.

    Args:
        folder: For the keys.
        at: The present moment, with zone.

    Raises:
        ConfigurationError: certomancer is not installed.
    """
    try:
        from certomancer.integrations.animator import Animator, AnimatorArchStore
        from certomancer.registry import ArchLabel, CertomancerConfig
    except ImportError as cause:
        raise ConfigurationError(
            "certomancer is not installed",
            hint="Run: pip install 'certomancer[web-api]'",
        ) from cause
    # Its addresses stand in its certificates: nobody else may take the port meanwhile.
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        _write_keys(folder)
        config = CertomancerConfig(
            _config(at.replace(microsecond=0)), str(folder), external_url_prefix=url
        )
        architectures: Any = config.pki_archs
        made = PKI(folder, url, config.get_pki_arch(ArchLabel(_ARCH)))
        app = Animator(AnimatorArchStore(architectures), with_web_ui=False)
        with serving(made.through(app), on=listening):
            yield made


def _write_keys(folder: Path) -> None:
    for name in _ENTITIES:
        key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
        if name in _RSA:
            key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
        else:
            curve = ec.SECP384R1() if name in _P384 else ec.SECP256R1()
            key = ec.generate_private_key(curve)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / f"{name}.pem").write_bytes(pem)


def _config(at: datetime) -> dict[str, Any]:
    return {
        "keysets": {_ARCH: {"keys": {n: {"path": f"{n}.pem"} for n in _ENTITIES}}},
        "pki-architectures": {
            _ARCH: {
                "keyset": _ARCH,
                "entity-defaults": {
                    "country-name": "BE",
                    "organization-name": "digivl proef",
                },
                "entities": {n: {"common-name": t} for n, t in _ENTITIES.items()},
                "certs": dict(_certificates(at)),
                "services": _services(),
            }
        },
    }


def _certificates(at: datetime) -> Iterator[tuple[str, Any]]:
    years = _validity(at, -400, 4_000)
    year = _validity(at, -30, 365)
    yield "root", _issued("root", years, _authority(), _usage("key_cert_sign crl_sign"))
    for name in ("issuing", "stamping"):
        above = _crl("root"), _aia(issuer="root")
        usage = _usage("key_cert_sign crl_sign")
        yield name, _issued("root", years, _authority(path=0), usage, *above)
    ocsp = _purpose("ocsp_signing"), {"id": "ocsp_no_check"}
    yield "responder", _issued("issuing", years, _usage(), *ocsp)
    for name in ("tsa", "tsa2"):
        purpose = _purpose("time_stamping")
        above = _crl("stamping"), _aia(issuer="stamping")
        yield name, _issued("stamping", years, _usage(), purpose, *above)
    signing = _usage("digital_signature non_repudiation")
    both = _aia(issuer="issuing", ocsp="issuing")
    for name in ("signer", "card"):
        yield name, _issued("issuing", year, signing, _crl("issuing"), both)
    listed = _crl("issuing"), _aia(issuer="issuing")
    yield "crl-only", _issued("issuing", year, signing, *listed)
    old = _validity(at, -90, -1)
    yield "expired", _issued("issuing", old, signing, _crl("issuing"), both)
    revoked = _issued("issuing", year, signing, _crl("issuing"), both)
    since = (at - timedelta(days=2)).isoformat()
    stopped = {"revoked-since": since, "reason": "key_compromise"}
    yield "revoked", revoked | {"revocation": stopped}
    yield "bare", _issued("issuing", year, signing, _aia(issuer="issuing"))
    yield "orphan", _issued("issuing", year, signing, _crl("issuing"))


def _issued(issuer: str, validity: Any, *extensions: Any) -> dict[str, Any]:
    return {"issuer": issuer, "validity": validity, "extensions": list(extensions)}


def _validity(at: datetime, start: int, end: int) -> dict[str, str]:
    return {
        "valid-from": (at + timedelta(days=start)).isoformat(),
        "valid-to": (at + timedelta(days=end)).isoformat(),
    }


def _authority(path: int | None = None) -> Mapping[str, Any]:
    value = {"ca": True} | ({} if path is None else {"path-len-constraint": path})
    return {"id": "basic_constraints", "critical": True, "value": value}


def _usage(names: str = "digital_signature") -> Mapping[str, Any]:
    value = {"schema": "key-usage", "params": names.split()}
    return {"id": "key_usage", "critical": True, "smart-value": value}


def _purpose(name: str) -> Mapping[str, Any]:
    return {"id": "extended_key_usage", "critical": True, "value": [name]}


def _crl(name: str) -> Mapping[str, Any]:
    value = {"schema": "crl-dist-url", "params": {"crl-repo-names": [name]}}
    return {"id": "crl_distribution_points", "smart-value": value}


def _aia(*, issuer: str, ocsp: str | None = None) -> Mapping[str, Any]:
    params: dict[str, Any] = {"ca-issuer-links": [{"repo": issuer}]}
    if ocsp is not None:
        params["ocsp-responder-names"] = [ocsp]
    value = {"schema": "aia-urls", "params": params}
    return {"id": "authority_information_access", "smart-value": value}


def _services() -> dict[str, Any]:
    authorities = ("root", "issuing", "stamping")
    repository = {n: {"for-issuer": n, "signing-key": n} for n in authorities}
    return {
        "ocsp": {
            "issuing": {
                "for-issuer": "issuing",
                "responder-cert": "responder",
                "signing-key": "responder",
            }
        },
        "crl-repo": {
            name: {**each, "simulated-update-schedule": "PT1H"}
            for name, each in repository.items()
        },
        "cert-repo": {
            name: {"for-issuer": name, "publish-issued-certs": False}
            for name in authorities
        },
        "time-stamping": {
            name: {"signing-key": name, "signing-cert": name}
            for name in ("tsa", "tsa2")
        },
    }
