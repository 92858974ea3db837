"""A signing platform in the style of SigningHub v4, over HTTP."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import BinaryIO, Final, TypeVar

import attrs

from digivl.errors import (
    BackendRefusedError,
    DigivlError,
    LimitExceededError,
    NotFoundError,
    OutcomeUnknownError,
    UntrustworthyAnswerError,
)
from digivl.http.auth import ClientSecret
from digivl.http.gateway import Answer, Gateway, Transport
from digivl.kernel.identifiers import OVOCode
from digivl.kernel.redaction import REMOVED
from digivl.settings import Limits
from digivl.signing.platform import signinghub_wire as wire
from digivl.signing.platform.people import Invited
from digivl.signing.platform.port import Listed, Owner, PackageTold
from digivl.signing.platform.signinghub_sessions import Sessions

T = TypeVar("T")

_WHERE: Final = "Is this the base path of the API of the platform?"
_MOST_PAGES: Final = 10
_OCTETS: Final = {"accept": wire.OCTETS}


@attrs.frozen(kw_only=True)
class SigningHub:
    """A signing platform; see `digivl.signing.platform.port.SigningPlatform`.

    Attributes:
        gateway: Its base path, before ``/v4``.
        sessions: Who we are to it.
        source: What it shows as the application that a document comes from.
        name: Name in the settings.
    """

    gateway: Gateway
    sessions: Sessions
    source: str = "digivl"
    name: str = "signinghub"

    @classmethod
    def connect(
        cls,
        base_url: str,
        accounts: Mapping[OVOCode, ClientSecret],
        limits: Limits,
        *,
        name: str = "signinghub",
        source: str = "digivl",
        tls: ssl.SSLContext | None = None,
        transport: Transport | None = None,
    ) -> SigningHub:
        """The usual set-up.

        Args:
            base_url: Base path of the API, without ``/v4``.
            accounts: The machine account of each organisation.
            limits: Time-outs and the largest document.
            name: Name in the settings.
            source: What it shows as the application that a document comes from.
            tls: Whom to trust, and the client certificate that the network asks.
            transport: Carries the requests in the place of the network.

        Raises:
            ConfigurationError: The address cannot be used.
        """
        gateway = Gateway(name, base_url, limits, None, transport, tls=tls)
        sessions = Sessions(gateway, accounts)
        return cls(gateway=gateway, sessions=sessions, source=source, name=name)

    def package_name(self, title: str, mark: str) -> str:
        """A name that the platform takes, with the mark."""
        return wire.package_name(title, mark)

    def file_name(self, title: str, taken: Sequence[str]) -> str:
        """A file name that the platform takes."""
        return wire.file_name(title, taken)

    def create(self, owner: Owner, name: str) -> str:
        """Make an empty package."""
        with self._hidden(owner):
            answer = self._post(owner, wire.PACKAGES, json=wire.package_json(name))
            return self._read(answer, lambda said: wire.read_id(said, "package_id"))

    def upload(self, owner: Owner, package: str, name: str, pdf: BinaryIO) -> str:
        """Add a document; it is not converted."""
        if pdf.seek(0, 2) > wire.LARGEST:
            raise LimitExceededError(
                f"the document is larger than {wire.LARGEST} bytes",
                hint="Make its images smaller before it is put up for signing.",
            )
        headers = {
            wire.FILE_NAME: name,
            wire.CONVERT: "false",
            wire.SOURCE: self.source,
            "content-type": wire.OCTETS,
        }
        path = wire.package_path(package, "documents")
        with self._hidden(owner):
            answer = self._answered(
                self.sessions.of(owner).post(
                    path, content=pdf, headers=headers, once=True
                ),
                once=True,
            )
            return self._read(answer, wire.read_document)

    def invite(self, owner: Owner, package: str, invited: Sequence[Invited]) -> None:
        """Say who acts, in which order."""
        path = wire.package_path(package, "workflow")
        with self._hidden(owner, invited):
            self._answered(self.sessions.of(owner).put(path, json=wire.workflow_json()))
            self._post(owner, f"{path}/users", json=wire.people_json(invited))

    def place(
        self, owner: Owner, package: str, document: str, order: int, signer: Invited
    ) -> None:
        """Say where a signature stands."""
        end, said = wire.field_json(order, signer)
        path = wire.document_path(package, document, "fields", end)
        with self._hidden(owner, [signer]):
            answer = self._post(owner, path, json=said)
            if not self._read(answer, wire.read_placed):
                raise BackendRefusedError(
                    self.name,
                    f"no place was found for the signature of {signer.party}",
                    hint="The text has to stand in the document, as it was given.",
                    correlation_id=answer.correlation_id,
                    status=HTTPStatus.UNPROCESSABLE_ENTITY,
                )

    def share(self, owner: Owner, package: str) -> None:
        """Ask the people."""
        with self._hidden(owner):
            self._post(owner, wire.package_path(package, "workflow"))

    def status(self, owner: Owner, package: str) -> PackageTold | None:
        """How far it is; None when it is surely gone."""
        path = wire.package_path(package, "workflow")
        with self._hidden(owner):
            try:
                answer = self._answered(self.sessions.of(owner).get(path))
            except BackendRefusedError as refusal:
                self._check_gone(owner, refusal)
                return None
            return self._read(answer, lambda said: wire.read_package(said, package))

    def find(self, owner: Owner, mark: str) -> Sequence[Listed]:
        """The packages that carry the mark."""
        found: list[Listed] = []
        with self._hidden(owner):
            for page in range(1, _MOST_PAGES + 1):
                answer = self._answered(
                    self.sessions.of(owner).get(
                        wire.list_path(page), headers=wire.search_header(mark)
                    )
                )
                marked, more = self._read(
                    answer, lambda said: wire.read_list(said, mark)
                )
                found += marked
                if not more:
                    break
        return found[: wire.PAGE]

    def download(
        self, owner: Owner, package: str, document: str, into: BinaryIO
    ) -> None:
        """Copy a document as it is now."""
        path = wire.document_path(package, document)
        with self._hidden(owner):
            try:
                self._answered(
                    self.sessions.of(owner).fetch(
                        path,
                        into,
                        largest=self.gateway.limits.pdf_bytes,
                        headers=_OCTETS,
                    )
                )
            except BackendRefusedError as refusal:
                self._check_gone(owner, refusal)
                raise NotFoundError("the platform has no such document") from refusal

    def link(self, owner: Owner, package: str) -> str:
        """An address where the owner can open it."""
        said = wire.link_json(package, owner.mail)
        with self._hidden(owner):
            answer = self._answered(self.sessions.of(owner).post(wire.LINKS, json=said))
            with self.gateway.reading(answer, _WHERE):
                return wire.read_link(answer.body)

    def recall(self, owner: Owner, package: str) -> None:
        """Take it back: a draft again."""
        self._removed(owner, wire.recall_path(package))

    def delete(self, owner: Owner, package: str) -> None:
        """Take it away."""
        self._removed(owner, wire.delete_path(package))

    def log_out(self) -> None:
        """Forget the sessions."""
        self.sessions.log_out()

    def close(self) -> None:
        """Log out, and let go of the connections."""
        self.log_out()
        self.gateway.close()

    def _removed(self, owner: Owner, path: str) -> None:
        with self._hidden(owner):
            try:
                self._answered(self.sessions.of(owner).delete(path))
            except BackendRefusedError as refusal:
                self._check_gone(owner, refusal)

    def _post(self, owner: Owner, path: str, *, json: object = None) -> Answer:
        sent = self.sessions.of(owner).post(path, json=json, once=True)
        return self._answered(sent, once=True)

    def _answered(self, answer: Answer, *, once: bool = False) -> Answer:
        if answer.status in wire.SUCCESS:
            return answer
        kind = OutcomeUnknownError if once else UntrustworthyAnswerError
        raise kind(
            self.name,
            f"it answers {answer.status}, which is no success here",
            hint=_WHERE,
            correlation_id=answer.correlation_id,
        )

    def _read(self, answer: Answer, read: Callable[[object], T]) -> T:
        with self.gateway.reading(answer, _WHERE):
            return read(answer.json())

    def _check_gone(self, owner: Owner, refusal: BackendRefusedError) -> None:
        """A 404 says that it is gone, if the platform knows whose session it is.

        To the account of another organisation, too, it answers 404.
        """
        if refusal.status != wire.GONE:
            raise refusal
        answer = self._answered(self.sessions.of(owner).get(wire.PROFILE))
        if not self._read(answer, lambda said: wire.read_is_of(said, owner.mail)):
            raise UntrustworthyAnswerError(
                self.name,
                "it does not find the package, but the session is of somebody else",
                hint=f"Check the account of {owner.organization} in accounts_file.",
                correlation_id=answer.correlation_id,
            ) from refusal

    @contextmanager
    def _hidden(
        self, owner: Owner, people: Iterable[Invited] = ()
    ) -> Generator[None, None, None]:
        """Takes the people of a call out of what went wrong with it."""
        try:
            yield
        except DigivlError as error:
            secrets = [owner.mail]
            for one in people:
                secrets += [one.mail.reveal(), one.name.reveal()]
            text = str(error)
            for secret in filter(None, secrets):
                text = text.replace(secret, REMOVED)
            error.args = (text, *error.args[1:])
            raise
