"""Keys on tokens: a real driver, with everything that can go wrong with a card."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from digivl.errors import ConfigurationError, KeyUnusableError, WrongPINError
from digivl.pdf.certificates import signed_by
from digivl.pdf.digests import Digest
from digivl.pdf.signer import SignatureSpec, sign
from digivl.settings import Limits
from digivl.signing.hardware import HardwareKey
from digivl.signing.means import SigningMeans
from digivl.signing.pins import PIN, PINEntry
from digivl.signing.tokenspec import TokenSpec
from digivl.testing.contracts import SigningMeansContract
from digivl.testing.papers import paper
from tests.signing.hardware.softhsm import GOOD, KEYS, Tokens

SHA256 = Digest.SHA256


@attrs.define
class Asked:
    """Somebody who is asked the PIN.

    Attributes:
        pin: What they say.
        times: How often they were asked.
    """

    pin: str = GOOD
    times: int = 0

    def __call__(self) -> str:
        """The PIN, each time."""
        self.times += 1
        return self.pin


def key_on(
    tokens: Tokens, label: str, asked: Asked | None = None, **of: Any
) -> HardwareKey:
    """The means for the key `Signature` of a token."""
    usual = {"key_label": "Signature", "token_label": label}
    spec = TokenSpec(module=tokens.module, **(usual | of))
    return HardwareKey("card", spec, PIN(asked or Asked()))


def holds(means: HardwareKey, signature: bytes) -> bool:
    """Whether it is the signature of this means over `message`."""
    certificate = means.identity().certificate
    return signed_by(certificate, signature, b"message", SHA256.algorithm)


@pytest.fixture(name="token", scope="module", params=[*KEYS])
def _token(request: pytest.FixtureRequest, tokens: Tokens) -> Iterator[HardwareKey]:
    """A token with one key of each kind."""
    label = f"HSM {request.param}"
    tokens.add(label)
    tokens.key(label, request.param)
    means = key_on(tokens, label)
    yield means
    means.close()


class TestHardwareKey(SigningMeansContract):
    """RSA and elliptic curves, on a token."""

    @pytest.fixture
    def means(self, token: HardwareKey) -> SigningMeans:
        """The key on the token."""
        return token


def test_signs_a_document(token: HardwareKey) -> None:
    """With the digest that fits the key."""
    target = io.BytesIO()
    signed = sign(
        io.BytesIO(paper()),
        target,
        SignatureSpec(field="S"),
        token.identity(),
        token.sign,
        at=datetime.now(UTC),
        limits=Limits(),
    )

    assert signed.size == len(target.getvalue())


@pytest.fixture(name="card", scope="module")
def _card(tokens: Tokens) -> str:
    """Label of a token with a P-384 key, as the card of today has."""
    if not tokens.has("BELPIC"):
        tokens.add("BELPIC")
        tokens.key("BELPIC", "p384")
    return "BELPIC"


def test_a_wrong_pin_is_tried_once(tokens: Tokens, card: str) -> None:
    """A batch does not block a card; the right PIN works at once."""
    asked = Asked("000000")
    means = key_on(tokens, card, asked)

    with pytest.raises(WrongPINError, match="'BELPIC' is wrong") as wrong:
        means.sign(b"message", SHA256)
    with pytest.raises(WrongPINError, match="refused before"):
        means.sign(b"message", SHA256)
    asked.pin = GOOD
    signature = means.sign(b"message", SHA256)

    assert holds(means, signature)
    assert "000000" not in f"{wrong.value} {wrong.value.hint} {means!r}"
    assert 3 == asked.times


def test_who_asks_the_identity_needs_no_pin(tokens: Tokens, card: str) -> None:
    """The certificate is public."""
    asked = Asked()
    identity = key_on(tokens, card, asked).identity()

    assert identity.certificate
    assert 0 == asked.times


def test_a_card_that_is_taken_out(tokens: Tokens) -> None:
    """Then the error says so; put back, it signs again."""
    tokens.add("removable")
    tokens.key("removable", "p256")
    means = key_on(tokens, "removable")
    means.sign(b"message", SHA256)
    (folder,) = (f for f in tokens.objects.iterdir() if b"removable" in token_object(f))
    away = tokens.folder / "away"
    shutil.move(folder, away)
    means.close()

    with pytest.raises(KeyUnusableError, match="no token 'removable' is there") as gone:
        means.sign(b"message", SHA256)
    shutil.move(away, folder)

    assert gone.value.hint
    assert means.sign(b"message", SHA256)
    means.close()
    assert means.sign(b"message", SHA256)


def token_object(folder: Path) -> bytes:
    """What the driver keeps of a token itself."""
    return (folder / "token.object").read_bytes()


def test_two_keys_of_one_token(tokens: Tokens) -> None:
    """Who is logged in for one is so for the other; closing one keeps the other."""
    tokens.add("two")
    tokens.key("two", "rsa", label="first", id="0a")
    tokens.key("two", "p256", label="second", id="0b")
    first = key_on(tokens, "two", key_label="first")
    second = key_on(tokens, "two", key_label="", key_id=b"\x0b")

    with ThreadPoolExecutor(4) as pool:
        made = [pool.submit(m.sign, b"m", SHA256) for m in (first, second) * 8]
        signatures = [one.result() for one in made]
    first.close()

    assert all(signatures)
    assert second.sign(b"message", SHA256)


def test_a_fork_opens_it_itself(tokens: Tokens, card: str) -> None:
    """A session does not live on in a child; neither disturbs the other."""
    means = key_on(tokens, card)
    means.sign(b"message", SHA256)
    child = os.fork()
    if child == 0:  # pragma: no cover - measured in the parent only
        try:
            made = means.sign(b"message", SHA256)
            good = holds(means, made)
            os._exit(0 if good else 1)
        except BaseException:  # noqa: BLE001 - a child must not go on as a test
            os._exit(2)

    assert 0 == os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert means.sign(b"message", SHA256)


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no such key": ({"key_label": "other"}, "no key 'other'; it has: Signature"),
    "no such id": ({"key_label": "", "key_id": b"\xff"}, "no key 'ff'"),
    "no such serial": ({"token_serial": "123"}, "no token 'BELPIC' is there"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_not_there(tokens: Tokens, card: str, case: str) -> None:
    """The error names what was wanted and what there is."""
    of, said = WRONG[case]
    means = key_on(tokens, card, **of)

    with pytest.raises(KeyUnusableError, match=said) as error:
        means.sign(b"message", SHA256)
    assert error.value.hint


def test_no_certificate_on_the_token(tokens: Tokens) -> None:
    """It can stand in a file of the settings."""
    tokens.add("bare")
    certificate = tokens.key("bare", "rsa", label="with", id="01")
    tokens.run("softhsm2-util", "--import", tokens.folder / "key.pem")(
        *("--token", "bare", "--label", "without", "--id", "02", "--pin", GOOD)
    )
    spec = TokenSpec(module=tokens.module, token_label="bare", key_label="without")

    with pytest.raises(KeyUnusableError, match="no certificate for the key 'without'"):
        HardwareKey("bare", spec, PIN(Asked())).identity()
    given = (certificate.public_bytes(Encoding.DER),)
    named = HardwareKey("bare", spec, PIN(Asked()), given)
    assert given[0] == named.identity().certificate
    assert holds(named, named.sign(b"message", SHA256))


def test_no_such_driver(tmp_path: Path) -> None:
    """The library is named in the error, and what to install."""
    absent = TokenSpec(module=tmp_path / "no.so", token_label="x", key_label="y")
    broken = attrs.evolve(absent, module=tmp_path / "broken.so")
    broken.module.write_bytes(b"no library")

    with pytest.raises(KeyUnusableError, match=r"no PKCS#11 library no\.so"):
        HardwareKey("x", absent, PIN(Asked())).identity()
    with pytest.raises(KeyUnusableError, match=r"library broken\.so cannot be used"):
        HardwareKey("x", broken, PIN(Asked())).identity()


@pytest.mark.parametrize("of", [{"token_label": ""}, {"key_label": ""}])
def test_a_key_has_a_name(of: dict[str, str]) -> None:
    """Nothing is taken by chance."""
    with pytest.raises(ConfigurationError, match="is named by"):
        TokenSpec(**{"module": Path("x"), "token_label": "a", "key_label": "b", **of})  # type: ignore[arg-type]


def test_a_pad_needs_a_token_with_a_pad(tokens: Tokens, card: str) -> None:
    """SoftHSM has none: the error is typed."""
    spec = TokenSpec(module=tokens.module, token_label=card, key_label="Signature")
    means = HardwareKey("pad", spec, PIN(PINEntry.PAD))

    with pytest.raises(KeyUnusableError):
        means.sign(b"message", SHA256)


def test_the_middleware_may_ask_itself(tokens: Tokens, card: str) -> None:
    """Without a log-in of ours; SoftHSM does not ask, and so shows no key."""
    spec = TokenSpec(module=tokens.module, token_label=card, key_label="Signature")
    means = HardwareKey("eid", spec, PIN(PINEntry.MIDDLEWARE))

    with pytest.raises(KeyUnusableError, match="no key 'Signature'"):
        means.sign(b"message", SHA256)
