"""Commands about the outside: simulate it, see whether it is reachable."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import typer

from digivl.app import Digivl
from digivl.cli.options import HERE, AsJson, Office
from digivl.cli.output import NO, busy, print_json, print_table, reported, say
from digivl.documents.disk import on_disk
from digivl.errors import ConfigurationError
from digivl.office import KEYS

Serving = AbstractContextManager[str]


class Service(Enum):
    """What can be simulated."""

    CSC = "csc"
    KRAB = "krab"
    MAGDA = "magda"
    SIGNINGHUB = "signinghub"
    TSA = "tsa"


class Style(Enum):
    """What the CSC service speaks."""

    ITSME = "itsme"
    V1 = "v1"
    V2 = "v2"
    V22 = "v22"


#: What has to stand in the settings, beside the address.
_HOW: Final = {
    Service.CSC: (
        "In [remote.NAME]: offer csc, url is this address with /csc/v1 behind it (or",
        "/csc/v2 for the styles v2 and v22), client_id digivl-simulator, account_id",
        "digivl-account, redirect_uri the address of your own application, named with",
        "--redirect-uri, and in the file with the secret: no-secret-at-all. Its keys",
        "are made anew at each start; nothing that they sign has any value.",
    ),
    Service.KRAB: (
        "In [channels.NAME]: url is this address with /krab/v1 behind it, token_url",
        "this address, client_id digivl-simulator, and in the file with the secret:",
        "no-secret-at-all. Each question is received at once; who answers is played on",
        "digivl.testing.krab.KrabSimulator over the same folder.",
    ),
    Service.MAGDA: (
        "In [providers.NAME]: url is this address with /api/v1/messages behind it,",
        "token_url this address, client_id digivl-simulator, and in the file with the",
        "secret: no-secret-at-all",
    ),
    Service.SIGNINGHUB: (
        "In [platforms.NAME]: url is this address; in its accounts_file: [OVO000001]",
        'with client_id = "digivl-simulator" and client_secret = "no-secret-at-all".',
        "Who has to sign is played on digivl.testing.signinghub.SigningHubSimulator",
        "over the same folder; trust authority.pem in it.",
    ),
    Service.TSA: ("In [authorities.NAME]: url is this address.",),
}


def simulate(
    service: Annotated[
        Service, typer.Argument(help="csc, krab, magda, signinghub or tsa")
    ],
    *,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="0 takes a free one.")
    ] = 0,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--dir", help="Where it keeps what it accepts (not tsa); by its name."
        ),
    ] = None,
    style: Annotated[Style, typer.Option(help="csc: what it speaks.")] = Style.ITSME,
    redirect_uri: Annotated[
        str, typer.Option(help="csc: where people may be sent back to.")
    ] = "http://127.0.0.1:8000/terug",
    office: Office = HERE,
    as_json: AsJson = False,
) -> None:
    """Run a simulator on loopback until Ctrl-C."""
    # Ctrl-C is how it ends: that is no failure.
    ended, told = suppress(KeyboardInterrupt), reported(as_json=as_json)
    csc = partial(_csc, style, redirect_uri)
    make = _MAKERS.get(service, csc)
    serve = partial(make, folder or Path(service.value), office, port)
    with ended, told, _served(service, port, serve) as url:
        if as_json:
            print_json({"service": service.value, "url": url})
        else:
            say(f"{service.value} answers at {url}")
            for line in _HOW[service]:
                say(line)
            say("Stop it with Ctrl-C.")
        threading.Event().wait()


def doctor(*, office: Office = HERE, as_json: AsJson = False) -> None:
    """What is configured, installed and reachable; status 1 when something is not."""
    from digivl.cli.doctor import examine

    looking = busy("Looking", quiet=as_json)
    with reported(as_json=as_json), Digivl.open(office) as vl, looking:
        findings = examine(vl)
    if as_json:
        for one in findings:
            print_json({"what": one.what, "ok": one.ok, "text": one.text})
    else:
        rows = [("ok" if f.ok else "WRONG", f.what, f.text) for f in findings]
        print_table(f"Office {office}", ("", "What", "Found"), rows)
    if not all(one.ok for one in findings):
        raise typer.Exit(NO)


@contextmanager
def _served(service: Service, port: int, make: Callable[[], Serving]) -> Iterator[str]:
    try:
        with on_disk(f"a key or folder of {service.value}"):
            serve = make()
    except ImportError as cause:
        raise ConfigurationError(
            "the simulators are not installed",
            hint="Run: pip install 'digivl[simulators]'",
        ) from cause
    with ExitStack() as opened:
        try:
            url = opened.enter_context(serve)
        # Werkzeug ends the program when it cannot listen.
        except (SystemExit, OSError) as cause:
            raise ConfigurationError(
                f"nothing can listen on port {port}",
                hint="Name another with --port; 0 takes a free one.",
            ) from cause
        yield url


def _csc(
    style: Style, redirect_uri: str, folder: Path, office: Path, port: int
) -> Serving:
    from digivl.testing import csc
    from digivl.testing.csc_counter import csc_app
    from digivl.testing.serving import serving

    del folder, office
    simulator = csc.CSCSimulator(
        style=csc.Style[style.name], redirect_uris={redirect_uri}
    )
    return serving(csc_app(simulator), port)


def _krab(folder: Path, office: Path, port: int) -> Serving:
    from digivl.testing.krab import KrabSimulator, krab_app, received_at_once
    from digivl.testing.serving import serving

    del office
    simulator = KrabSimulator(folder, on_message=received_at_once)
    return serving(krab_app(simulator), port)


def _magda(folder: Path, office: Path, port: int) -> Serving:
    from digivl.testing.magda import MagdaSimulator, magda_app
    from digivl.testing.serving import serving

    del office
    return serving(magda_app(MagdaSimulator(folder)), port)


def _signinghub(folder: Path, office: Path, port: int) -> Serving:
    from digivl.testing.serving import serving
    from digivl.testing.signinghub import SigningHubSimulator
    from digivl.testing.signinghub_app import signinghub_app

    del office
    simulator = SigningHubSimulator(folder)
    simulator.people.authority  # noqa: B018 - made now, so that it can be trusted
    return serving(signinghub_app(simulator), port)


def _tsa(folder: Path, office: Path, port: int) -> Serving:
    from digivl.testing.serving import serving
    from digivl.testing.tsa import TSASimulator, tsa_app

    del folder
    keys = office / KEYS
    if not (keys / "timestamps.p12").is_file():
        raise ConfigurationError(
            f"{office} has no development key for timestamps",
            hint="Make an office with `digivl init DIR` and name it with --office DIR.",
        )
    password = (keys / "timestamps.password").read_bytes().strip()
    simulator = TSASimulator.from_pkcs12(keys / "timestamps.p12", password)
    return serving(tsa_app(simulator), port)


_MAKERS: dict[Service, Callable[[Path, Path, int], Serving]] = {
    Service.KRAB: _krab,
    Service.MAGDA: _magda,
    Service.SIGNINGHUB: _signinghub,
    Service.TSA: _tsa,
}
