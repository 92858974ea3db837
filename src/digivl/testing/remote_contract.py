"""The contract of means that need rounds with a person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.x509 import load_der_x509_certificate

from digivl.errors import (
    ConsentExpiredError,
    DigivlError,
    LimitExceededError,
    MalformedError,
    SigningCancelledError,
)
from digivl.pdf.signer import Identity
from digivl.signing.remote import Answer, Identified, RemoteMeans, ToSign, Visit

#: Plays the person: what it comes back with from a visit.
Person = Callable[[Visit], Answer]


class RemoteMeansContract:
    """The rules of `digivl.signing.remote.RemoteMeans`.

    Derive a class whose name starts with `Test`, and give it the fixtures `means`;
    `now`, the present moment where the means is; `confirms`, a person who agrees to
    everything; and `cancels`, one who agrees to nothing.
    """

    @pytest.fixture
    def means(self) -> RemoteMeans:
        """The means that is tried; to be overridden."""
        raise NotImplementedError

    @pytest.fixture
    def now(self) -> datetime:
        """The present moment, with a zone; to be overridden."""
        raise NotImplementedError

    @pytest.fixture
    def confirms(self) -> Person:
        """A person who agrees; to be overridden."""
        raise NotImplementedError

    @pytest.fixture
    def cancels(self) -> Person:
        """A person who does not; to be overridden."""
        raise NotImplementedError

    @pytest.fixture
    def identified(
        self, means: RemoteMeans, now: datetime, confirms: Person
    ) -> Identified:
        """A person who has said who it is."""
        visit = means.begin("session-1", now)
        return means.identified(visit.state, confirms(visit), now)

    def test_identity_is_a_chain(
        self, means: RemoteMeans, identified: Identified
    ) -> None:
        """It has a name; each certificate was issued by the next."""
        assert means.name
        assert identified.most_at_once >= 1
        path = [identified.identity.certificate, *identified.identity.chain]
        certificates = [load_der_x509_certificate(der) for der in path]
        for one, above in pairwise(certificates):
            one.verify_directly_issued_by(above)

    def test_signatures_verify(
        self,
        means: RemoteMeans,
        identified: Identified,
        now: datetime,
        confirms: Person,
    ) -> None:
        """As many signatures as digests, in their order, each of the certificate."""
        documents = _documents(means, min(3, identified.most_at_once))
        identity = identified.identity
        visit = means.ask(identified.state, identity, documents, now, "Drie stukken")

        made = means.signatures(visit.state, confirms(visit), now)

        assert len(documents) == len(made)
        for document, signature in zip(documents, made, strict=True):
            _verify(means, identity, document.digest, signature)

    def test_asks_again(
        self,
        means: RemoteMeans,
        identified: Identified,
        now: datetime,
        confirms: Person,
    ) -> None:
        """One identification serves many consents; each state leads on to the next."""
        state = identified.state
        for document in _documents(means, 2):
            visit = means.ask(state, identified.identity, [document], now)
            (signature,) = means.signatures(visit.state, confirms(visit), now)
            _verify(means, identified.identity, document.digest, signature)
            state = visit.state

    def test_nobody_signs_twice_with_one_answer(
        self,
        means: RemoteMeans,
        identified: Identified,
        now: datetime,
        confirms: Person,
    ) -> None:
        """The same answer again signs nothing else, and says what to do."""
        visit = means.ask(
            identified.state, identified.identity, _documents(means, 1), now
        )
        answer = confirms(visit)
        first = means.signatures(visit.state, answer, now)

        try:
            again = means.signatures(visit.state, answer, now)
        except ConsentExpiredError:
            return
        assert len(first) == len(again)

    def test_cancelled(
        self,
        means: RemoteMeans,
        identified: Identified,
        now: datetime,
        cancels: Person,
    ) -> None:
        """Who does not want to is not asked by force; consent can be asked again."""
        identity, documents = identified.identity, _documents(means, 1)
        visit = means.ask(identified.state, identity, documents, now)

        with pytest.raises(SigningCancelledError):
            means.signatures(visit.state, cancels(visit), now)

        again = means.ask(visit.state, identity, documents, now)
        assert again.state != visit.state

    def test_answer_of_another_visit(
        self, means: RemoteMeans, now: datetime, confirms: Person
    ) -> None:
        """An answer counts for the visit it was given at, and for no other."""
        mine, other = means.begin("session-1", now), means.begin("session-2", now)

        with pytest.raises(MalformedError):
            means.identified(mine.state, confirms(other), now)

    @pytest.mark.parametrize("state", ["", "{}", "null", "[1]", "x" * 40])
    def test_state_of_nobody(
        self, means: RemoteMeans, now: datetime, state: str
    ) -> None:
        """What is no state is refused."""
        with pytest.raises(MalformedError):
            means.identified(state, {}, now)

    def test_too_late(
        self, means: RemoteMeans, now: datetime, confirms: Person
    ) -> None:
        """An answer that comes after its end is none."""
        visit = means.begin("session-1", now)
        answer, late = confirms(visit), visit.expires_at + timedelta(seconds=1)

        with pytest.raises(ConsentExpiredError):
            means.identified(visit.state, answer, late)

    def test_too_many(
        self, means: RemoteMeans, identified: Identified, now: datetime
    ) -> None:
        """More than one consent can cover is refused before anybody is asked."""
        documents = _documents(means, identified.most_at_once + 1)

        with pytest.raises(LimitExceededError):
            means.ask(identified.state, identified.identity, documents, now)

    def test_state_tells_no_secret(
        self, means: RemoteMeans, identified: Identified
    ) -> None:
        """A visit and an identification do not show their state."""
        assert identified.state not in repr(identified)
        assert means.name in repr(means)


def _documents(means: RemoteMeans, number: int) -> list[ToSign]:
    return [
        ToSign(label=f"Stuk {n}", digest=means.digest.of(f"stuk {n}".encode()))
        for n in range(1, number + 1)
    ]


def _verify(
    means: RemoteMeans,
    identity: Identity,
    digest: bytes,
    signature: bytes | DigivlError,
) -> None:
    assert isinstance(signature, bytes)
    key = load_der_x509_certificate(identity.certificate).public_key()
    hashed = utils.Prehashed(means.digest.algorithm)
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, digest, padding.PKCS1v15(), hashed)
    else:
        assert isinstance(key, ec.EllipticCurvePublicKey)
        key.verify(signature, digest, ec.ECDSA(hashed))
