"""The contract of channels to those who advise and agree elsewhere."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Protocol

import attrs
import pytest

from digivl.advice.channels.port import AdviceChannel
from digivl.advice.messages.message import Advised, Outgoing, Received, Unclear
from digivl.errors import CorruptDocumentError, NotFoundError


class OtherSide(Protocol):
    """Plays who has to answer, for `AdviceChannelContract`."""

    def arrived(self) -> int:
        """How many messages arrived there, each counted once that is new there."""
        ...

    def receive(self, question: Outgoing) -> None:
        """Say that the question was received."""
        ...

    def advise(self, question: Outgoing, pdf: bytes) -> None:
        """Give favourable advice, with a PDF."""
        ...

    def mumble(self, question: Outgoing) -> None:
        """Say something about the question that nobody understands."""
        ...


class AdviceChannelContract:
    """The rules of `digivl.advice.channels.port.AdviceChannel`.

    Derive a class whose name starts with `Test`, and give it the fixtures `channel`,
    `question` (one that it takes, with one enclosure: the bytes `content`) and
    `other_side`.
    """

    #: The bytes of the document that the question encloses.
    content: bytes = b"%PDF-1.7 a nota\n"
    #: The bytes of the document that comes with an answer.
    answer: bytes = b"%PDF-1.7 an advice\n"

    @pytest.fixture
    def channel(self) -> AdviceChannel:
        """The channel that is tried; to be overridden."""
        raise NotImplementedError

    @pytest.fixture
    def question(self) -> Outgoing:
        """A question that it takes; to be overridden."""
        raise NotImplementedError

    @pytest.fixture
    def other_side(self) -> OtherSide:
        """Who answers; to be overridden."""
        raise NotImplementedError

    @contextmanager
    def opened(self, sha256: str) -> Iterator[BinaryIO]:
        """The document of the question."""
        assert hashlib.sha256(self.content).hexdigest() == sha256
        yield io.BytesIO(self.content)

    def test_takes_a_question(
        self, channel: AdviceChannel, question: Outgoing, other_side: OtherSide
    ) -> None:
        """It has a name; what it took is there, and it says when."""
        receipt = channel.send(question, self.opened)

        assert channel.name
        assert receipt.at.tzinfo is not None
        assert 1 == other_side.arrived()

    def test_says_whether_it_repeats(
        self, channel: AdviceChannel, question: Outgoing, other_side: OtherSide
    ) -> None:
        """Where it says that it knows keys, the same message does not arrive twice."""
        first = channel.send(question, self.opened)
        if not channel.repeats:
            return

        again = channel.send(question, self.opened)

        assert first.reference == again.reference
        assert 1 == other_side.arrived()

    def test_silence(self, channel: AdviceChannel, question: Outgoing) -> None:
        """Where nobody said anything, nothing is heard."""
        channel.send(question, self.opened)

        assert [] == list(channel.collect())

    def test_hears_until_it_is_confirmed(
        self, channel: AdviceChannel, question: Outgoing, other_side: OtherSide
    ) -> None:
        """A message comes again, the same one, until it is confirmed; then no more."""
        channel.send(question, self.opened)
        other_side.receive(question)

        (heard,) = channel.collect()
        (again,) = channel.collect()
        assert (Received(), question.question) == (heard.said, heard.question)
        assert heard.id == again.id
        channel.confirm(heard, apart=False)
        channel.confirm(heard, apart=False)

        assert [] == list(channel.collect())

    def test_brings_the_document(
        self, channel: AdviceChannel, question: Outgoing, other_side: OtherSide
    ) -> None:
        """The PDF of an answer is named by its hash, and can be read."""
        channel.send(question, self.opened)
        other_side.advise(question, self.answer)

        (heard,) = channel.collect()

        assert isinstance(heard.said, Advised)
        assert hashlib.sha256(self.answer).hexdigest() == heard.file
        with channel.opened(heard) as pdf:
            assert self.answer == pdf.read()

    def test_no_document(
        self, channel: AdviceChannel, question: Outgoing, other_side: OtherSide
    ) -> None:
        """An answer without a document says so."""
        channel.send(question, self.opened)
        other_side.receive(question)

        (heard,) = channel.collect()

        assert "" == heard.file
        with pytest.raises(NotFoundError), channel.opened(heard):
            pass

    def test_what_it_does_not_understand(
        self, channel: AdviceChannel, question: Outgoing, other_side: OtherSide
    ) -> None:
        """It is heard as unclear, with why; and does not hide what comes behind it."""
        channel.send(question, self.opened)
        other_side.mumble(question)
        other_side.receive(question)

        unclear, received = channel.collect()

        assert isinstance(unclear.said, Unclear)
        assert Received() == received.said
        channel.confirm(unclear, apart=True)
        assert [received.id] == [message.id for message in channel.collect()]

    def test_another_document(
        self, channel: AdviceChannel, question: Outgoing, other_side: OtherSide
    ) -> None:
        """Bytes that are not those of the enclosure do not leave."""
        (enclosure,) = question.enclosures
        other = attrs.evolve(enclosure, sha256="0" * 64)

        @contextmanager
        def opened(_: str) -> Iterator[BinaryIO]:
            yield io.BytesIO(self.content)

        with pytest.raises(CorruptDocumentError):
            channel.send(attrs.evolve(question, enclosures=(other,)), opened)
        assert 0 == other_side.arrived()
