"""Settings: one frozen record, each limit with its unit in its name.

An office folder keeps them in `digivl.toml`; an application can also make the record
itself. What is not named keeps its default; a name that is not known is an error.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import attrs

from digivl.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

#: Address that stands for the bundled simulator; the facade starts it when needed.
SIMULATOR: Final = "simulator"

#: An answer that drips in gets this many read time-outs to arrive as a whole.
HTTP_DRIPPING: Final = 4

Options = Mapping[str, str]


@attrs.frozen(kw_only=True)
class Limits:
    """How much of the outside is let in; each with its unit.

    Attributes:
        pdf_bytes: Largest document, and largest copy that is compared.
        pdf_pages: Most pages of a document.
        http_answer_bytes: Largest answer of a service that is read.
        http_connect_seconds: How long a connection may take to be made.
        http_read_seconds: How long a service may be silent.
        revocation_bytes: Largest revocation list, or chain, that is fetched.
        render_seconds: How long looking at the pages of a document may take.
        render_memory_bytes: How much memory that may take.
        lint_objects: Most objects of a document that are checked before signing.
        lint_seconds: How long checking a document before signing may take.
        mail_bytes: Largest e-mail that is sent or read.
        mail_seconds: How long a mail server may be silent.
        search_characters: How much text of a document search knows.
        book_wait_seconds: How long a writer waits for the other writers of the book.
        lease_seconds: How long a task stays with a worker that tells nothing any more.
        token_seconds: How long a card, its reader or an HSM may be silent; also how
            long somebody may take to type a PIN.
        task_attempts: How often a task is tried before a person has to look at it.
    """

    pdf_bytes: int = 200_000_000
    pdf_pages: int = 5_000
    http_answer_bytes: int = 35_000_000
    http_connect_seconds: float = 5.0
    http_read_seconds: float = 30.0
    revocation_bytes: int = 20_000_000
    render_seconds: float = 10.0
    render_memory_bytes: int = 1_000_000_000
    lint_objects: int = 500_000
    lint_seconds: float = 60.0
    mail_bytes: int = 25_000_000
    mail_seconds: float = 30.0
    search_characters: int = 1_000_000
    book_wait_seconds: float = 15.0
    lease_seconds: float = 120.0
    token_seconds: float = 120.0
    task_attempts: int = 8

    @property
    def http_longest_seconds(self) -> float:
        """How long one exchange can last: connecting, and an answer that drips."""
        return self.http_connect_seconds + HTTP_DRIPPING * self.http_read_seconds

    def __attrs_post_init__(self) -> None:
        for name, value in attrs.asdict(self).items():
            if not 0 < value < math.inf:
                raise ConfigurationError(
                    f"limits: {name} must be above zero and finite, not {value!r}",
                    hint="No limit can be switched off: write a larger number, or "
                    "leave it out for the usual one.",
                )


@attrs.frozen(kw_only=True)
class CodeSettings:
    """How the QR code is made and placed.

    Attributes:
        host: Host of the verification page, in the code and beside it.
        module_mm: Side of one module; 0.40 is the floor, 0.60 the advice.
        margin_mm: Free edge of the page that office printers cut.
        upper_case: Upper case gives a smaller symbol; lower case for old readers.
    """

    host: str = "verifieer.vlaanderen.be"
    module_mm: float = 0.6
    margin_mm: float = 7.0
    upper_case: bool = True


@attrs.frozen(kw_only=True)
class SigningSettings:
    """How files are signed.

    Attributes:
        level: What is reached unless something else is asked: B-B, B-T, B-LT, B-LTA.
        anchors: Files with certificates (PEM) at which chains of signatories and
            timestamps end; those of `trust` if there are none.
        private_hosts: Hosts of the own network that certificates may lead to, for
            revocation and issuers, and trusted lists.
        lint: ``policy``, a named policy for what a signer cannot see in a document,
            and per code ``refuse``, ``warn`` or ``accept``.
    """

    level: str = "B-T"
    anchors: tuple[str, ...] = ()
    private_hosts: tuple[str, ...] = ()
    lint: Mapping[str, str] = attrs.field(factory=dict[str, str])


@attrs.frozen(kw_only=True)
class AdviceSettings:
    """Which rules and calendars decide on advice, and what the gate lets pass.

    Attributes:
        rules: Files with rules of the entity, beside the shipped ones.
        days_off: File with bridging days, by year; empty where there is none.
        not_blocking: Names of requirements that never keep a step from the agenda;
            each time one is not met, the agenda item says so.
    """

    rules: tuple[str, ...] = ()
    days_off: str = ""
    not_blocking: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class TimestampSettings:
    """What is done when no timestamp authority answers at once.

    Attributes:
        wait_seconds: How long who signs waits for one; 0 tells at once.
        later: Keep what was signed in a flow all the same, without one, and add it as
            soon as an authority answers; else nothing is signed.
    """

    wait_seconds: float = 0.0
    later: bool = False

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.wait_seconds < math.inf:
            raise ConfigurationError(
                f"timestamps: wait_seconds is zero or more, not {self.wait_seconds!r}",
                hint="Write how many seconds, such as 30; 0 does not wait.",
            )


@attrs.frozen(kw_only=True)
class TrustListSettings:
    """Where the trusted lists of the Union come from.

    Attributes:
        anchors: Files with the certificates (PEM) that the Official Journal publishes;
            without any no list is trusted.
        location: Address of the list of lists.
        folder: Where the lists are kept.
        territories: Countries that are fetched, e.g. ``BE``; all when empty.
    """

    anchors: tuple[str, ...] = ()
    location: str = "https://ec.europa.eu/tools/lotl/eu-lotl.xml"
    folder: str = "trustlists"
    territories: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Backend:
    """One chosen backend: the name of the offer and its own options."""

    offer: str
    options: Options = attrs.field(factory=dict[str, str])


def _backends() -> dict[str, Backend]:
    return {}


@attrs.frozen(kw_only=True)
class Settings:
    """Everything that can be set.

    Attributes:
        development: True for an office with development keys: nothing it makes has
            legal value, and everything it makes says so.
        book: SQLAlchemy URL of the record book; None is the file in the office.
        documents: The document store.
        authorities: Timestamp authorities by name, asked in this order.
        means: Signing means by name.
        remote: Means on which people sign elsewhere, by name.
        seal: Name of the signing means of the entity itself, which seals its reports.
        providers: Delivery providers by name, asked in this order.
        channels: Channels to those who advise and agree elsewhere, by name.
        platforms: Platforms where people approve and sign, by name.
        trust: Files with trusted root certificates (PEM), relative to the office.
        timestamps: When no authority answers at once.
        code: The QR code.
        advice: Rules, calendars and the gate to the agenda.
        signing: Level, anchors, hosts, what may be signed.
        trustlists: The trusted lists of the Union.
        limits: How much of the outside is let in.
    """

    development: bool = False
    book: str | None = attrs.field(default=None, repr=False)  # may hold a password
    documents: Backend = Backend(offer="folder")
    authorities: Mapping[str, Backend] = attrs.field(factory=_backends)
    means: Mapping[str, Backend] = attrs.field(factory=_backends)
    remote: Mapping[str, Backend] = attrs.field(factory=_backends)
    seal: str = ""
    providers: Mapping[str, Backend] = attrs.field(factory=_backends)
    channels: Mapping[str, Backend] = attrs.field(factory=_backends)
    platforms: Mapping[str, Backend] = attrs.field(factory=_backends)
    trust: tuple[str, ...] = ()
    timestamps: TimestampSettings = TimestampSettings()
    code: CodeSettings = CodeSettings()
    advice: AdviceSettings = AdviceSettings()
    signing: SigningSettings = SigningSettings()
    trustlists: TrustListSettings = TrustListSettings()
    limits: Limits = Limits()

    def __attrs_post_init__(self) -> None:
        if self.seal and self.seal not in self.means:
            known = ", ".join(self.means) or "there are none"
            raise ConfigurationError(
                f"seal: there is no signing means {self.seal!r}",
                hint=f"Name one of [means] ({known}), or add [means.{self.seal}].",
            )

    @classmethod
    def from_toml(cls, path: Path) -> Settings:
        """Read `digivl.toml`.

        Raises:
            ConfigurationError: Not to be read, not TOML, a name that is not known, or
                a wrong value; it says which.
        """
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as cause:
            raise ConfigurationError(
                f"{path.name} is not TOML: {cause}",
                hint="Mend it there: texts stand in quotes, tables in [brackets], and "
                "each name once.",
            ) from cause
        except OSError as cause:
            raise ConfigurationError(
                f"{path.name} cannot be read: {cause.strerror}",
                hint="Check that it is a file, and who may read it.",
            ) from cause
        data.pop("office", None)
        return _settings(data)


#: How a value of each type is written in TOML.
_WRITTEN: Final[Mapping[str, str]] = {
    "bool": "Write true or false, without quotes.",
    "int": "Write a whole number, without quotes.",
    "float": "Write a number, without quotes.",
    "str": "Write a text in quotes.",
}
_RECORDS: Final[Mapping[str, type[Any]]] = {
    "code": CodeSettings,
    "limits": Limits,
    "timestamps": TimestampSettings,
}

_WITH_LISTS: Final[Sequence[tuple[str, type[Any], Sequence[str]]]] = (
    ("advice", AdviceSettings, ("rules", "not_blocking")),
    ("trustlists", TrustListSettings, ("anchors", "territories")),
)


def _settings(data: dict[str, Any]) -> Settings:
    values = _checked(Settings, data, "digivl.toml")
    for table in (
        *("authorities", "means", "remote", "providers", "channels", "platforms"),
    ):
        if table in values:
            values[table] = {
                name: _backend(entry, f"{table}.{name}")
                for name, entry in _table(values[table], table).items()
            }
    if "documents" in values:
        values["documents"] = _backend(values["documents"], "documents")
    for name, record in _RECORDS.items():
        if name in values:
            values[name] = record(**_checked(record, values[name], name))
    for name, record, lists in _WITH_LISTS:
        if name in values:
            found = _checked(record, values[name], name)
            for inner in lists:
                found[inner] = _texts(found.get(inner, []), f"{name}: {inner}")
            values[name] = record(**found)
    if "signing" in values:
        values["signing"] = _signing(values["signing"])
    _check_type("", values.get("book", ""), "digivl.toml: book")
    values["trust"] = _texts(values.get("trust", []), "digivl.toml: trust")
    return Settings(**values)


def _signing(entry: Any) -> SigningSettings:
    found = _checked(SigningSettings, entry, "signing")
    for name in ("anchors", "private_hosts"):
        found[name] = _texts(found.get(name, []), f"signing: {name}")
    found["lint"] = dict(_table(found.get("lint", {}), "signing.lint"))
    for name, value in found["lint"].items():
        _check_type("", value, f"signing.lint: {name}")
    return SigningSettings(**found)


def _backend(entry: Any, where: str) -> Backend:
    options = {name: str(value) for name, value in _table(entry, where).items()}
    offer = options.pop("offer", "")
    if not offer:
        raise ConfigurationError(
            f"[{where}] names no offer",
            hint=f'Add offer = "…" to [{where}]; `digivl plugins` lists the offers.',
        )
    return Backend(offer=offer, options=options)


def _checked(record: type[Any], entry: Any, where: str) -> dict[str, Any]:
    known = {field.name: field for field in attrs.fields(record)}
    values = dict(_table(entry, where))
    unknown = sorted(values.keys() - known.keys())
    if unknown:
        raise ConfigurationError(
            f"{where}: {', '.join(unknown)} is not known",
            hint=f"Known here: {', '.join(sorted(known))}.",
        )
    for name, value in values.items():
        _check_type(known[name].default, value, f"{where}: {name}")
    return values


def _check_type(default: object, value: object, where: str) -> None:
    if isinstance(default, bool | int | float | str):
        wanted = (int, float) if isinstance(default, float) else type(default)
        # True is an int for Python; in a settings file it is a mistake.
        swapped = isinstance(value, bool) and not isinstance(default, bool)
        if swapped or not isinstance(value, wanted):
            kind = type(default).__name__
            raise ConfigurationError(
                f"{where} must be {kind}, not {value!r}", hint=_WRITTEN[kind]
            )


def _texts(entry: Any, where: str) -> tuple[str, ...]:
    if not isinstance(entry, list) or not all(isinstance(one, str) for one in entry):
        raise ConfigurationError(
            f"{where} must be a list of texts, not {entry!r}",
            hint='Write it as ["one", "another"]; [] is none.',
        )
    return tuple(entry)


def _table(entry: Any, where: str) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise ConfigurationError(
            f"{where} must be a table, not {entry!r}",
            hint="Write its name in [brackets] on a line of its own, and under it "
            "name = value.",
        )
    return entry
