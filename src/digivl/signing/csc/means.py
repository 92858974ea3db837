"""A means of people whose key is at a service: itsme, or any other CSC service."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import attrs

from digivl.errors import (
    BackendUnavailableError,
    ConsentExpiredError,
    DigivlError,
    KeyUnusableError,
    LimitExceededError,
    MalformedError,
    OutcomeUnknownError,
    UntrustworthyAnswerError,
)
from digivl.http.gateway import Gateway
from digivl.kernel.checks import check_named_outside
from digivl.pdf.digests import Digest
from digivl.pdf.signer import Identity
from digivl.signing.csc import oauth, wire
from digivl.signing.csc.about import About, read_about
from digivl.signing.csc.credential import (
    Credential,
    Wanted,
    checked_signature,
    read_credential,
    read_ids,
    read_signatures,
    refuse_weak,
)
from digivl.signing.csc.refusals import explained
from digivl.signing.csc.state import CONSENT, IDENTIFIED, IDENTIFY, Memory
from digivl.signing.remote import Answer, Identified, ToSign, Visit

_WHERE: Final = "Is this the base path of a CSC service?"
#: The only key there is; more than one is refused.
ONLY: Final = "only"
#: The first of the list, for who has several.
FIRST: Final = "first"


@attrs.frozen(kw_only=True)
class CSCMeans:
    """A means by the API of the Cloud Signature Consortium; see `RemoteMeans`.

    Attributes:
        name: Name in the settings.
        service: Base path of the service, e.g. ``https://…/csc/v1``.
        server: The authorisation server; ``/oauth2/…`` stands below it.
        client: What this application is to it.
        version: 1 or 2; None finds out.
        digest: With which algorithm all is hashed.
        most_at_once: How many one consent can cover, by contract.
        credential: `ONLY`, `FIRST`, or the id of a key.
        binds: False also takes keys of which a consent covers any document (SCAL 1).
        seconds: How long a person may be away.
    """

    name: str
    service: Gateway
    server: Gateway
    client: oauth.Client
    version: int | None = None
    digest: Digest = Digest.SHA256
    most_at_once: int = 1
    credential: str = ONLY
    binds: bool = True
    seconds: int = 900

    def begin(self, reference: str, at: datetime) -> Visit:
        """Where the person says who it is; see `RemoteMeans.begin`."""
        check_named_outside("reference", reference)
        about = self._about()
        proof, state = oauth.verifier(), oauth.expected_state(reference)
        params = oauth.visit_params(self.client, state, proof, at)
        params["scope"] = wire.SCOPE_SERVICE
        memory = Memory(
            means=self.name,
            phase=IDENTIFY,
            reference=reference,
            until=int(at.timestamp()) + self.seconds,
            about=about,
            expected=state,
            proof=proof,
        )
        return self._visit(memory, params)

    def identified(self, state: str, answer: Answer, at: datetime) -> Identified:
        """Who came back; see `RemoteMeans.identified`."""
        memory = self._memory(state, IDENTIFY)
        code = oauth.read_code(self.name, answer, memory.expected)
        oauth.refuse_late(memory.until, at, "the visit", identify=True)
        grant = oauth.exchanged(self.server, self.client, code, memory.proof)
        credential = self._credential(memory.about, grant.token)
        refuse_weak(credential.identity, at)
        known = attrs.evolve(
            memory,
            phase=IDENTIFIED,
            expected="",
            proof="",
            token=grant.token,
            token_until=int(at.timestamp()) + grant.lasts,
            credential=credential,
        )
        return Identified(
            state=known.as_text(self.client.secret),
            identity=credential.identity,
            most_at_once=credential.most_at_once,
        )

    def ask(
        self,
        state: str,
        identity: Identity,
        documents: Sequence[ToSign],
        at: datetime,
        description: str = "",
    ) -> Visit:
        """Where the person consents; see `RemoteMeans.ask`."""
        memory = self._memory(state, IDENTIFIED, CONSENT)
        oauth.refuse_late(memory.token_until, at, "the identification", identify=True)
        key = _key(memory)
        if key.identity != identity:
            raise MalformedError("this is not the person who was identified")
        consent = self._consent(key, documents, description)
        asked = attrs.evolve(
            memory,
            phase=CONSENT,
            until=min(int(at.timestamp()) + self.seconds, memory.token_until),
            consent=consent,
        )
        if key.mode == wire.EXPLICIT:
            return self._form(asked)
        return self._page(asked, at)

    def signatures(
        self, state: str, answer: Answer, at: datetime
    ) -> tuple[bytes | DigivlError, ...]:
        """The signatures that were consented to; see `RemoteMeans.signatures`."""
        memory = self._memory(state, CONSENT)
        explicit = _key(memory).mode == wire.EXPLICIT
        consented = self._told if explicit else self._came_back
        said = self._signed(memory, consented(memory, answer, at))
        return tuple(self._checked(memory, said))

    def end(self, state: str) -> None:
        """Let the service forget the person; see `RemoteMeans.end`."""
        memory = Memory.read(self.client.secret, state, self.name)
        if memory.token and memory.about.can(wire.REVOKE):
            body = {"token": memory.token, "token_type_hint": "access_token"}
            # It forgets by itself, too; nothing waits for it.
            with contextlib.suppress(DigivlError):
                self._call(wire.REVOKE, body, memory.token)

    def close(self) -> None:
        """Let go of the connections."""
        self.service.close()
        self.server.close()

    def _about(self) -> About:
        answer = self.service.post(wire.INFO, json={"lang": self.client.language})
        with self.service.reading(answer, _WHERE):
            return read_about(answer.json(), self.version)

    def _visit(self, memory: Memory, params: Mapping[str, str]) -> Visit:
        url = oauth.visit_url(
            self.server, self.client, params, push=memory.about.pushes
        )
        return Visit(
            state=memory.as_text(self.client.secret),
            expires_at=datetime.fromtimestamp(memory.until, UTC),
            url=url,
        )

    def _credential(self, about: About, token: str) -> Credential:
        body = about.wire.list_body()
        with explained():
            answer = self._call(wire.LIST, body, token)
        with self.service.reading(answer, _WHERE):
            chosen = self._chosen(read_ids(answer.json()))
        explicit = about.can(wire.AUTHORIZE)
        body = about.wire.credential_body(chosen, explicit=explicit)
        with explained():
            answer = self._call(wire.CREDENTIAL, body, token)
        with self.service.reading(answer, _WHERE):
            return read_credential(
                chosen,
                answer.json(),
                about.wire,
                Wanted(
                    digest=self.digest,
                    most_at_once=self.most_at_once,
                    binds=self.binds,
                ),
            )

    def _chosen(self, ids: Sequence[str]) -> str:
        if not ids:
            raise KeyUnusableError(
                f"this person has no key at {self.name}",
                hint="The person has to ask the service for one first.",
            )
        if self.credential == FIRST or (self.credential == ONLY and len(ids) == 1):
            return ids[0]
        if self.credential in ids:
            return self.credential
        raise KeyUnusableError(
            f"none of the {len(ids)} keys of this person at {self.name} is the one",
            hint="Set `credential` to `first`, or to the id of a key.",
        )

    def _consent(
        self, key: Credential, documents: Sequence[ToSign], description: str
    ) -> wire.Consent:
        if not 0 < len(documents) <= key.most_at_once:
            raise LimitExceededError(
                f"one consent covers 1 to {key.most_at_once} documents, not "
                f"{len(documents)}",
                hint="Split the list.",
            )
        digests = tuple(one.digest for one in documents)
        if any(len(one) != self.digest.algorithm.digest_size for one in digests):
            raise MalformedError(f"not all are digests by {self.digest.value}")
        return wire.Consent(
            credential=key.id,
            algorithm=key.algorithm,
            digest=self.digest,
            digests=digests,
            labels=tuple(one.label for one in documents),
            description=wire.description_of(description),
        )

    def _page(self, memory: Memory, at: datetime) -> Visit:
        proof, state = oauth.verifier(), oauth.expected_state(memory.reference)
        params = oauth.visit_params(self.client, state, proof, at)
        params |= _consent_params(memory)
        return self._visit(attrs.evolve(memory, expected=state, proof=proof), params)

    def _form(self, memory: Memory) -> Visit:
        key = _key(memory)
        if key.sends_code and memory.about.can(wire.SEND_CODE):
            with explained():
                self._call(wire.SEND_CODE, {wire.CREDENTIAL_ID: key.id}, memory.token)
        return Visit(
            state=memory.as_text(self.client.secret),
            expires_at=datetime.fromtimestamp(memory.until, UTC),
            questions=key.questions,
        )

    def _came_back(self, memory: Memory, answer: Answer, at: datetime) -> str:
        code = oauth.read_code(self.name, answer, memory.expected)
        oauth.refuse_late(memory.until, at, "the visit", identify=False)
        params = _consent_params(memory)
        more = {k: v for k, v in params.items() if k == "authorization_details"}
        return oauth.exchanged(self.server, self.client, code, memory.proof, more).token

    def _told(self, memory: Memory, answer: Answer, at: datetime) -> str:
        oauth.refuse_late(memory.until, at, "the form", identify=False)
        names = [question.name for question in _key(memory).questions]
        answers = {name: answer[name] for name in names if answer.get(name)}
        if any(len(one) > 200 for one in answers.values()):
            raise MalformedError("a PIN or code is not that long")
        body = memory.about.wire.authorize_body(_asked(memory), answers)
        with explained():
            said = self._call(wire.AUTHORIZE, body, memory.token)
        with self.service.reading(said, _WHERE):
            found = said.json()
            sad = found.get(wire.SAD) if isinstance(found, dict) else None
            if not isinstance(sad, str) or not sad:
                raise MalformedError("it gives no consent")
        return sad

    def _signed(self, memory: Memory, sad: str) -> Any:
        consent = _asked(memory)
        body = memory.about.wire.sign_body(consent, sad)
        try:
            answer = self._asked_once(body, memory.token)
        except OutcomeUnknownError as lost:
            # [A] sign-again
            try:
                answer = self._asked_once(body, memory.token)
            except (ConsentExpiredError, BackendUnavailableError) as cause:
                raise lost from cause
        with self.service.reading(answer, _WHERE):
            return read_signatures(answer.json(), len(consent.digests))

    def _asked_once(self, body: Mapping[str, Any], token: str) -> Any:
        with explained():
            return self._call(wire.SIGN, body, token, once=True)

    def _checked(self, memory: Memory, said: Sequence[str]) -> Sequence[Any]:
        consent, certificate = _asked(memory), _key(memory).identity.certificate
        return [
            self._one(text, certificate, digest)
            for text, digest in zip(said, consent.digests, strict=True)
        ]

    def _one(
        self, text: str, certificate: bytes, digest: bytes
    ) -> bytes | UntrustworthyAnswerError:
        try:
            return checked_signature(text, certificate, digest, self.digest)
        except MalformedError as wrong:
            return UntrustworthyAnswerError(
                self.name, str(wrong), hint="Ask for consent again, for this document."
            )

    def _call(
        self, path: str, body: Mapping[str, Any], token: str, *, once: bool = False
    ) -> Any:
        headers = {"authorization": f"Bearer {token}"}
        return self.service.post(path, json=dict(body), headers=headers, once=once)

    def _memory(self, state: str, *phases: str) -> Memory:
        memory = Memory.read(self.client.secret, state, self.name)
        if memory.phase not in phases:
            raise MalformedError("the session is at another step than this")
        return memory


def _key(memory: Memory) -> Credential:
    if memory.credential is None:
        raise MalformedError("nobody was identified yet")
    return memory.credential


def _asked(memory: Memory) -> wire.Consent:
    if memory.consent is None:
        raise MalformedError("nothing was asked yet")
    return memory.consent


def _consent_params(memory: Memory) -> dict[str, str]:
    return memory.about.wire.consent_params(_asked(memory), memory.about.rich)
