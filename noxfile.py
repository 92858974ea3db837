#!/usr/bin/env python3
"""What can be run here; `python3 noxfile.py --list` names it.

Nothing but Python 3.11 with its venv module is needed: run as a script, this file
makes itself a small environment with nox, and goes on in it. Each session gets an
environment of its own under `.nox/`, made once and used again until the list of
dependencies changes. `nox -s NAME`, with a nox of your own, does the same. Packages
come by uv, or by pip with `--default-venv-backend virtualenv`.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
RUNNER = ("nox>=2025.5.1", "uv>=0.13")
PIP_INSTALL = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
# uv is quick, but does not read what is set for pip.
PIP_TO_UV = {"PIP_CERT": "SSL_CERT_FILE", "PIP_INDEX_URL": "UV_DEFAULT_INDEX"}


def go_on_with_nox() -> None:
    """Replace this process by nox, in an environment that holds only the runner."""
    if sys.version_info < (3, 11):  # noqa: UP036 (the reader may run an older one)
        sys.exit(f"digivl needs Python 3.11 or newer; this is {sys.version.split()[0]}")
    home = HERE / ".nox" / f"runner-{sys.version_info.major}.{sys.version_info.minor}"
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    ready = home / "ready.txt"
    if not (ready.exists() and ready.read_text() == repr(RUNNER) and works(python)):
        make_runner(home, python)
        ready.write_text(repr(RUNNER))
    os.environ["PATH"] = os.pathsep.join((str(python.parent), os.environ["PATH"]))
    command = [str(python), "-m", "nox", "-f", str(HERE / "noxfile.py"), *sys.argv[1:]]
    if os.name == "nt":
        sys.exit(subprocess.call(command))
    os.execv(python, command)


def works(python: Path) -> bool:
    """False when the interpreter it was made from is gone."""
    return python.exists() and subprocess.call([python, "-c", ""]) == 0


def make_runner(home: Path, python: Path) -> None:
    """Make the environment anew and install the runner in it."""
    print("noxfile: making an environment for nox (once) ...", flush=True)  # noqa: T201
    shutil.rmtree(home, ignore_errors=True)
    try:
        venv.create(home, with_pip=True, symlinks=os.name != "nt")
        subprocess.check_call([python, *PIP_INSTALL, *RUNNER])
    except subprocess.CalledProcessError:
        sys.exit(
            "noxfile: could not make an environment for nox (see above). On Debian and "
            "Ubuntu the module venv is a package: apt-get install python3-venv. "
            "Installing needs a package index within reach."
        )


if __name__ == "__main__":
    go_on_with_nox()

import nox  # noqa: E402 (run as a script we never come here)

os.environ.setdefault("UV_SYSTEM_CERTS", "1")
for theirs, ours in PIP_TO_UV.items():
    if theirs in os.environ:
        os.environ.setdefault(ours, os.environ[theirs])

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.error_on_external_run = True
nox.options.reuse_venv = "yes"
nox.options.sessions = ["lint", "imports", "typing", "docs", "minimal", "tests"]

PROJECT = nox.project.load_toml("pyproject.toml")
ALL_EXTRAS = "cli,pkcs11,postgres,report,scan,simulators,trustlists"


def install(session: nox.Session, *groups: str, extras: str | None = "") -> None:
    """Install digivl with extras (None: not at all) and groups, unless it is there."""
    wanted = nox.project.dependency_groups(PROJECT, *groups)
    own = [] if extras is None else ["-e", f".[{extras}]" if extras else "."]
    key = repr((wanted, own, PROJECT["project"], PROJECT["build-system"], str(HERE)))
    mark = Path(session.virtualenv.location, "installed.txt")
    digest = hashlib.sha256(key.encode()).hexdigest()
    if not (mark.exists() and mark.read_text() == digest):
        mark.unlink(missing_ok=True)
        session.install(*own, *wanted)
        mark.write_text(digest)


@nox.session
def demo(session: nox.Session) -> None:
    """The whole route on one document; `-- --pdf FILE` takes your own."""
    install(session, extras="demo")
    session.run("digivl", "demo", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """All tests and the snippets of the docs, with branch coverage; `-- ARGS`."""
    install(session, "test", extras=ALL_EXTRAS)
    # A part of the tests covers a part of the code: no bar then.
    bar = ["--cov-fail-under=0"] if session.posargs else []
    parallel = ["-n", "auto", "--dist", "loadfile"]
    session.run("pytest", "--cov", *parallel, *bar, *session.posargs)


@nox.session
def interop(session: nox.Session) -> None:
    """The tests in which independent programs and servers judge our work."""
    install(session, "test", extras=ALL_EXTRAS)
    session.run("pytest", "-m", "interop", *session.posargs)


@nox.session
def httpx2(session: nox.Session) -> None:
    """The tests of the room `http`, with httpx2 in the place of httpx."""
    install(session, "test", "httpx2", extras=ALL_EXTRAS)
    env = {"DIGIVL_TEST_HTTPX2": "1"}
    session.run("pytest", "tests/http", *session.posargs, env=env)


@nox.session
def minimal(session: nox.Session) -> None:
    """Without any extra: imports, and says clearly which extra is missing."""
    install(session, "minimal")
    session.run("pytest", "--noconftest", "tests/test_without_extras.py")


@nox.session
def lint(session: nox.Session) -> None:
    """Ruff: rules and format; `-- --fix` mends what it can."""
    install(session, "lint", extras=None)
    session.run("ruff", "check", "--output-format", "concise", *session.posargs)
    check = [] if "--fix" in session.posargs else ["--check"]
    session.run("ruff", "format", *check)


@nox.session
def typing(session: nox.Session) -> None:
    """Mypy and pyright, both strict."""
    install(session, "typing", "test", "httpx2", extras=ALL_EXTRAS)
    session.run("mypy")
    session.run("pyright", "--pythonpath", str(Path(session.bin, "python")))


@nox.session
def imports(session: nox.Session) -> None:
    """The direction of imports between the rooms."""
    install(session, "imports")
    session.run("lint-imports", "--no-logo", "--no-cache")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation in `docs/_build/html`; a warning is an error."""
    install(session, "docs", extras=ALL_EXTRAS)
    build = ("sphinx-build", "-q", "-W", "-n", "--keep-going", "-b", "html")
    session.run(*build, "docs", "docs/_build/html", *session.posargs)


@nox.session(default=False)
def generate(session: nox.Session) -> None:
    """Write the reference pages that are made from the code."""
    install(session, "docs", extras=ALL_EXTRAS)
    session.run("python", "docs/generate.py")


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Measure against peers: `-- NAME...`, or all; prints JSON lines."""
    install(session, "bench", extras=ALL_EXTRAS)
    session.run("python", "-m", "benchmarks", *session.posargs)
