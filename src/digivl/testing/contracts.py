"""Contracts: the tests that every backend of a kind passes, for who writes one.

    from digivl.testing.contracts import DocumentStoreContract

    class TestMyStore(DocumentStoreContract):
        @pytest.fixture
        def store(self, tmp_path):
            return MyStore(tmp_path)

They need pytest. For failures that show what was compared, put this into `conftest.py`:
``pytest.register_assert_rewrite("digivl.testing.contracts")``.
"""

from __future__ import annotations

import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import load_der_x509_certificate

from digivl.dispatch.model import Dispatch
from digivl.dispatch.provider import DeliveryProvider
from digivl.documents.port import DocumentStore, Stored
from digivl.errors import CorruptDocumentError, NotFoundError
from digivl.pdf.digests import Digest, digest_for
from digivl.signing.means import SigningMeans
from digivl.testing.book_contract import RecordBookContract
from digivl.testing.channel_contract import AdviceChannelContract
from digivl.testing.index_contract import SearchIndexContract
from digivl.testing.outbox_contract import OutboxContract
from digivl.testing.platform_contract import SigningPlatformContract
from digivl.testing.remote_contract import RemoteMeansContract
from digivl.testing.rows_contract import ManyRecordsContract
from digivl.testing.tallies_contract import TalliesContract

__all__ = [
    "AdviceChannelContract",
    "DeliveryProviderContract",
    "DocumentStoreContract",
    "ManyRecordsContract",
    "OutboxContract",
    "RecordBookContract",
    "RemoteMeansContract",
    "SearchIndexContract",
    "SigningMeansContract",
    "SigningPlatformContract",
    "TalliesContract",
]

_CONTENT: Final = b"%PDF-1.7 a decision\n"
_LARGE: Final = bytes(range(256)) * 16_384  # 4 MiB


def _named(content: bytes) -> Stored:
    return Stored(hashlib.sha256(content).hexdigest(), len(content))


def _fetched(store: DocumentStore, sha256: str) -> bytes:
    into = io.BytesIO()
    store.fetch(sha256, into)
    return into.getvalue()


class _Stream(io.RawIOBase):
    """Bytes that come in small pieces and only once, as from a network."""

    def __init__(self, content: bytes) -> None:
        self._rest = content

    def read(self, size: int = -1) -> bytes:
        size = 1_000 if size < 0 else min(size, 1_000)
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece


class _BrokenStream(_Stream):
    """A stream that ends in an error."""

    def read(self, size: int = -1) -> bytes:
        piece = super().read(size)
        if not piece:
            raise ConnectionResetError
        return piece


class DocumentStoreContract:
    """The rules of `digivl.documents.port.DocumentStore`.

    Derive a class whose name starts with `Test`, and give it a fixture `store`: an
    empty store that takes documents of 4 MiB, a new one for each test.
    """

    @pytest.fixture
    def store(self) -> DocumentStore:
        """The store that is tried; to be overridden."""
        raise NotImplementedError

    @pytest.mark.parametrize("content", [b"", b"\x00", _CONTENT, _LARGE], ids=len)
    def test_gives_back_what_was_put(
        self, store: DocumentStore, content: bytes
    ) -> None:
        """A document is named by its SHA-256 and comes back byte by byte."""
        stored = store.put(io.BytesIO(content))

        assert _named(content) == stored
        assert store.holds(stored.sha256)
        into = io.BytesIO()
        assert stored == store.fetch(stored.sha256, into)
        assert content == into.getvalue()

    def test_takes_a_stream(self, store: DocumentStore) -> None:
        """A document that comes in pieces, and only once, is taken."""
        stored = store.put(_Stream(_CONTENT * 500))  # type: ignore[arg-type]

        assert _named(_CONTENT * 500) == stored
        assert _CONTENT * 500 == _fetched(store, stored.sha256)

    def test_reads_from_where_the_stream_stands(self, store: DocumentStore) -> None:
        """What was read of a stream before is no part of the document."""
        stream = io.BytesIO(b"before" + _CONTENT)
        stream.seek(6)

        assert _named(_CONTENT) == store.put(stream)

    def test_same_bytes_again(self, store: DocumentStore) -> None:
        """Putting the same bytes twice changes nothing."""
        stored = store.put(io.BytesIO(_CONTENT))

        assert stored == store.put(io.BytesIO(_CONTENT))
        assert _CONTENT == _fetched(store, stored.sha256)

    def test_same_bytes_at_once(self, store: DocumentStore) -> None:
        """Many who put the same bytes at once all succeed; there is one document."""

        def put(_: int) -> Stored:
            return store.put(io.BytesIO(_LARGE))

        with ThreadPoolExecutor(8) as pool:
            names = set(pool.map(put, range(8)))

        assert {_named(_LARGE)} == names
        assert _LARGE == _fetched(store, _named(_LARGE).sha256)

    def test_broken_stream(self, store: DocumentStore) -> None:
        """What did not come whole is not kept, not even what came of it."""
        with pytest.raises(Exception):  # noqa: B017, PT011 (whatever the stream says)
            store.put(_BrokenStream(_CONTENT))  # type: ignore[arg-type]

        assert not store.holds(_named(_CONTENT).sha256)

    @pytest.mark.parametrize(
        "name",
        [
            "0" * 64,
            _named(_CONTENT).sha256.upper(),
            _named(_CONTENT).sha256[:-1],
            _named(_CONTENT).sha256 + "\n",
            "../" * 20 + "etc",
            "",
        ],
    )
    def test_other_names(self, store: DocumentStore, name: str) -> None:
        """A name that is not that of a document leads nowhere."""
        store.put(io.BytesIO(_CONTENT))

        assert not store.holds(name)
        with pytest.raises(NotFoundError):
            _fetched(store, name)


class SigningMeansContract:
    """The rules of `digivl.signing.means.SigningMeans`.

    Derive a class whose name starts with `Test`, and give it a fixture `means`.
    """

    @pytest.fixture
    def means(self) -> SigningMeans:
        """The means that is tried; to be overridden."""
        raise NotImplementedError

    def test_has_a_name(self, means: SigningMeans) -> None:
        """The settings call it by its name."""
        assert means.name

    def test_identity_is_a_chain(self, means: SigningMeans) -> None:
        """Each certificate was issued by the next; it stays the same."""
        identity = means.identity()

        path = [identity.certificate, *identity.chain]
        certificates = [load_der_x509_certificate(der) for der in path]
        for one, above in pairwise(certificates):
            one.verify_directly_issued_by(above)
        assert identity == means.identity()

    @pytest.mark.parametrize("message", [b"", b"attributes", _LARGE], ids=len)
    def test_certificate_verifies(self, means: SigningMeans, message: bytes) -> None:
        """A signature is that of the certificate over the message."""
        _verify(means, message, _signed(means, message))

    @pytest.mark.parametrize("digest", Digest)
    def test_signs_with_each_digest(self, means: SigningMeans, digest: Digest) -> None:
        """The digest is the caller's choice."""
        _verify(means, b"attributes", means.sign(b"attributes", digest), digest)

    def test_signs_from_many_threads(self, means: SigningMeans) -> None:
        """Signatures made at once do not get mixed up."""
        messages = [f"message {number}".encode() for number in range(16)]

        with ThreadPoolExecutor(4) as pool:
            signatures = list(pool.map(partial(_signed, means), messages))

        for message, signature in zip(messages, signatures, strict=True):
            _verify(means, message, signature)


def _signed(means: SigningMeans, message: bytes) -> bytes:
    return means.sign(message, digest_for(means.identity().certificate))


def _verify(
    means: SigningMeans, message: bytes, signature: bytes, digest: Digest | None = None
) -> None:
    certificate = means.identity().certificate
    algorithm = (digest or digest_for(certificate)).algorithm
    key = load_der_x509_certificate(certificate).public_key()
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, message, padding.PKCS1v15(), algorithm)
    else:
        assert isinstance(key, ec.EllipticCurvePublicKey)
        key.verify(signature, message, ec.ECDSA(algorithm))


class DeliveryProviderContract:
    """The rules of `digivl.dispatch.provider.DeliveryProvider`.

    Derive a class whose name starts with `Test`, and give it a fixture `provider`, and
    a fixture `dispatch`: a draft that it accepts, of the document `content`.
    """

    #: The document of the dispatch.
    content: bytes = _CONTENT

    @pytest.fixture
    def provider(self) -> DeliveryProvider:
        """The provider that is tried; to be overridden."""
        raise NotImplementedError

    @pytest.fixture
    def dispatch(self) -> Dispatch:
        """A draft that the provider accepts; to be overridden."""
        raise NotImplementedError

    def test_serves_a_channel(
        self, provider: DeliveryProvider, dispatch: Dispatch
    ) -> None:
        """It has a name, and serves the channel of the dispatch."""
        assert provider.name
        assert dispatch.channel in provider.channels

    def test_safe_to_repeat(
        self, provider: DeliveryProvider, dispatch: Dispatch
    ) -> None:
        """The same dispatch again gives the same message, not a second one."""
        once = provider.submit(dispatch, io.BytesIO(self.content))

        again = provider.submit(dispatch, io.BytesIO(self.content))

        assert once.message_id == again.message_id

    def test_reads_from_the_start(
        self, provider: DeliveryProvider, dispatch: Dispatch
    ) -> None:
        """Wherever the stream stands, the whole document is sent."""
        pdf = io.BytesIO(self.content)
        pdf.seek(5)

        assert provider.submit(dispatch, pdf).message_id

    def test_found_by_its_reference(
        self, provider: DeliveryProvider, dispatch: Dispatch
    ) -> None:
        """A dispatch is found once it was accepted, and not before."""
        assert provider.find(dispatch) is None

        receipt = provider.submit(dispatch, io.BytesIO(self.content))

        found = provider.find(dispatch)
        assert found is not None
        assert receipt.message_id == found.message_id

    def test_tells_the_status(
        self, provider: DeliveryProvider, dispatch: Dispatch
    ) -> None:
        """An accepted dispatch has a status, under the id of its receipt."""
        receipt = provider.submit(dispatch, io.BytesIO(self.content))
        accepted = dispatch.submit(receipt.at).accept(receipt)

        (status,) = provider.status([accepted])

        assert receipt.message_id == status.message_id

    def test_asked_about_nothing(self, provider: DeliveryProvider) -> None:
        """Where nothing is asked, nothing is answered."""
        assert [] == list(provider.status([]))

    def test_another_document(
        self, provider: DeliveryProvider, dispatch: Dispatch
    ) -> None:
        """Bytes that are not the document of the dispatch do not leave."""
        with pytest.raises(CorruptDocumentError):
            provider.submit(dispatch, io.BytesIO(self.content + b"\n"))

        assert provider.find(dispatch) is None
