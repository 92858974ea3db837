from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., Any]


@contextmanager
def simulated(*arguments: object) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A simulator in a process of its own, and its address."""
    command = [sys.executable, "-m", "digivl", "simulate", *map(str, arguments)]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    pipes["env"] = {**os.environ, "PYTHONUNBUFFERED": ""}
    with subprocess.Popen([*command, "--json"], text=True, **pipes) as child:
        assert child.stdout
        try:
            yield json.loads(child.stdout.readline())["url"], child
        finally:
            child.kill()


def stopped(child: subprocess.Popen[str]) -> tuple[int, str, str]:
    """How it ends on Ctrl-C: status, and what it still said."""
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=20)
    return child.returncode, out, err


def test_tsa_answers_until_interrupted(fresh: Path) -> None:
    """It stamps over HTTP; Ctrl-C is how it ends: status 0, nothing more said."""
    from hashlib import sha256

    from digivl.pdf.timestamps import timestamp_request

    asked = timestamp_request(sha256(b"x").digest())
    with simulated("tsa", "--office", fresh) as (url, child):
        request = urllib.request.Request(
            url, asked.der, {"Content-Type": "application/timestamp-query"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert "application/timestamp-reply" == answer.headers["Content-Type"]
        assert (0, "", "") == stopped(child)


def test_magda_answers_until_interrupted(tmp_path: Path) -> None:
    """It needs no office; what it accepts goes to its folder."""
    with simulated("magda", "--dir", tmp_path / "magda") as (url, child):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{url}/nergens", timeout=20)
        with refused.value:
            assert 404 == refused.value.code
        assert (0, "", "") == stopped(child)


def test_csc_answers_until_interrupted() -> None:
    """It needs no office; it speaks what it was told to speak."""
    with simulated("csc", "--style", "v2") as (url, child):
        request = urllib.request.Request(f"{url}/csc/v2/info", b"{}")
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert "2.0.0.0" == json.load(answer)["specs"]
        assert (0, "", "") == stopped(child)


def test_krab_answers_until_interrupted(tmp_path: Path) -> None:
    """It needs no office; what it accepts goes to its folder."""
    with simulated("krab", "--dir", tmp_path / "krab") as (url, child):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{url}/krab/v1/events", timeout=20)
        with refused.value:
            assert 401 == refused.value.code
        assert (tmp_path / "krab" / "events").is_dir()
        assert (0, "", "") == stopped(child)


def test_port_can_be_chosen(tmp_path: Path) -> None:
    """`--port` names the port, so that settings can hold the address."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    with simulated("magda", "--dir", tmp_path, "--port", port) as (url, child):
        assert f"http://127.0.0.1:{port}" == url
        assert 0 == stopped(child)[0]


def test_port_in_use(run: Run, tmp_path: Path) -> None:
    """A port that another program holds is told: status 2."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        done = run("simulate", "magda", "--dir", tmp_path, "--port", port, "--json")

    assert (2, "configuration") == (done.status, done.line["error"])
    assert str(port) in done.line["text"]


@pytest.mark.parametrize("port", ["-1", "65536", "tachtig"])
def test_port_that_is_none(run: Run, port: str) -> None:
    """A port has a number from 0 to 65535."""
    assert 2 == run("simulate", "magda", "--port", port).status


def test_tells_people_where_it_is(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without --json it says the address, and how to stop it."""

    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("threading.Event.wait", interrupted)
    monkeypatch.setattr("digivl.cli.simulate._MAKERS", {})
    monkeypatch.setattr("digivl.cli.simulate._served", fake_served)
    done = run("simulate", "magda", "--dir", tmp_path)

    assert 0 == done.status
    assert "magda answers at http://127.0.0.1:1" in done.out
    assert "Ctrl-C" in done.out


@contextmanager
def fake_served(*_: object) -> Iterator[str]:
    """Nothing listens there."""
    yield "http://127.0.0.1:1"


def test_tsa_needs_an_office(run: Run, tmp_path: Path) -> None:
    """The key of the timestamp authority stands in an office."""
    done = run("simulate", "tsa", "--office", tmp_path)

    assert 2 == done.status
    assert "digivl init" in done.err


def test_tsa_with_a_damaged_key(run: Run, empty: Path) -> None:
    """A key that does not open is told."""
    (empty / "keys" / "timestamps.p12").write_bytes(b"")
    done = run("simulate", "tsa", "--office", empty, "--json")

    assert (2, "key-unusable") == (done.status, done.line["error"])


def test_tsa_without_its_password(run: Run, empty: Path) -> None:
    """A password that is gone is told."""
    (empty / "keys" / "timestamps.password").unlink()
    done = run("simulate", "tsa", "--office", empty, "--json")

    assert (2, "storage") == (done.status, done.line["error"])


def test_folder_that_cannot_be(run: Run) -> None:
    """A folder that cannot be made is told before anything is served."""
    done = run("simulate", "magda", "--dir", "/dev/null/magda", "--json")

    assert (2, "storage") == (done.status, done.line["error"])


@pytest.mark.parametrize("service", ["magda", "tsa"])
def test_names_its_extra(
    run: Run, fresh: Path, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the extra `simulators` it says what to install."""
    monkeypatch.setitem(sys.modules, "digivl.testing.serving", None)
    done = run("simulate", service, "--office", fresh)

    assert 2 == done.status
    assert "digivl[simulators]" in done.err


def test_unknown_service(run: Run) -> None:
    """A service that is not simulated is refused with those that are."""
    done = run("simulate", "bank")

    assert 2 == done.status
    assert "magda" in done.err


def test_signinghub_answers_until_interrupted(tmp_path: Path) -> None:
    """It needs no office; the authority of its people can be trusted at once."""
    with simulated("signinghub", "--dir", tmp_path / "hub") as (url, child):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{url}/v4/settings/profile", timeout=20)
        with refused.value:
            assert 401 == refused.value.code
        assert (tmp_path / "hub" / "authority.pem").is_file()
        assert (0, "", "") == stopped(child)
