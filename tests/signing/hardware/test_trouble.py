"""What only real readers and HSMs do, through a driver that pretends."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pkcs11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from pkcs11 import KeyType, Mechanism, TokenFlag

from digivl.errors import KeyUnusableError, TokenLostError, WrongPINError
from digivl.kernel.moments import utc_now
from digivl.pdf.digests import Digest
from digivl.signing import hardware
from digivl.signing.hardware import HardwareKey
from digivl.signing.pins import PIN, PINEntry
from digivl.signing.tokenspec import TokenSpec
from tests.signing.hardware.pretend import SIGNED, Beside, Pretended, PretendKey
from tests.signing.hardware.softhsm import GOOD, KEYS, self_signed

SHA256 = Digest.SHA256
Means = Callable[..., HardwareKey]


@pytest.fixture(name="card")
def _card(monkeypatch: pytest.MonkeyPatch) -> Pretended:
    """The only token of the driver that pretends."""
    made = Pretended()
    monkeypatch.setattr(pkcs11, "lib", lambda _: made)
    monkeypatch.setattr(hardware, "DriverProcess", Beside)
    return made


@pytest.fixture(name="means")
def _means(card: Pretended, tmp_path: Path) -> Means:
    """The means for its key, by how the PIN is entered."""
    module = tmp_path / "driver.so"
    module.touch()

    def made(source: Any = PINEntry.PAD, **of: Any) -> HardwareKey:
        usual = {"token_label": card.label, "key_label": card.key.label}
        return HardwareKey("k", TokenSpec(module=module, **(usual | of)), PIN(source))

    return made


def test_a_pad_gets_no_pin(card: Pretended, means: Means) -> None:
    """The token is told that somebody signs; who it is types on the reader."""
    assert SIGNED == means().sign(b"m", SHA256)

    assert [pkcs11.PROTECTED_AUTH] == card.given
    assert [(None, Mechanism.RSA_PKCS)] == card.key.got


EACH_TIME = {"yes": (True, GOOD), "no": (False, None), "unknown": (None, None)}


@pytest.mark.parametrize("case", EACH_TIME)
def test_a_key_that_wants_the_pin_each_time(
    card: Pretended, means: Means, case: str
) -> None:
    """It gets it, for each signature; one that does not say so is asked nothing."""
    card.key.always, pin = EACH_TIME[case]
    key = means(lambda: GOOD)
    key.sign(b"m", SHA256)
    key.sign(b"m", SHA256)

    assert [pin, pin] == [given for given, _ in card.key.got]
    assert [GOOD] == card.given


def test_a_wrong_pin_for_a_signature_is_tried_once(
    card: Pretended, means: Means
) -> None:
    """As the one that opens the token."""
    card.key.always = True
    card.flags = TokenFlag.USER_PIN_FINAL_TRY
    pins = iter([GOOD, "000000", "000000"])
    key = means(lambda: next(pins))

    with pytest.raises(WrongPINError, match="is wrong; one try is left"):
        key.sign(b"m", SHA256)
    with pytest.raises(WrongPINError, match="refused before"):
        key.sign(b"m", SHA256)
    assert 1 == len(card.key.got)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (TokenFlag.USER_PIN_LOCKED, "is wrong; it is blocked now"),
        (TokenFlag.USER_PIN_COUNT_LOW, "is wrong; few tries are left"),
        (TokenFlag(0), r"is wrong\n"),
    ],
)
def test_how_many_tries_are_left(
    card: Pretended, means: Means, flags: TokenFlag, said: str
) -> None:
    """Where the token tells it."""
    card.flags, card.troubles = flags, [pkcs11.PinIncorrect()]

    with pytest.raises(WrongPINError, match=said):
        means(lambda: "000000").sign(b"m", SHA256)


def test_a_wrong_pin_on_a_pad(card: Pretended, means: Means) -> None:
    """Nobody here knows which one it was; the next try is on the reader again."""
    card.troubles = [pkcs11.PinIncorrect()]
    key = means()

    with pytest.raises(WrongPINError, match="is wrong"):
        key.sign(b"m", SHA256)
    assert SIGNED == key.sign(b"m", SHA256)


TROUBLES: dict[str, tuple[Exception, type[Exception], str]] = {
    "blocked": (pkcs11.PinLocked(), WrongPINError, "blocked or was never set"),
    "expired": (pkcs11.PinExpired(), WrongPINError, "blocked or was never set"),
    "cancelled": (pkcs11.FunctionCancelled(), KeyUnusableError, "cancelled"),
    "broken": (pkcs11.DeviceError("E7"), KeyUnusableError, "DeviceError: E7"),
    "full": (pkcs11.SessionCount(), KeyUnusableError, "SessionCount\n"),
}


@pytest.mark.parametrize("case", TROUBLES)
def test_trouble_at_each_moment(card: Pretended, means: Means, case: str) -> None:
    """When the token is opened or when it signs: typed, and then it goes on."""
    trouble, kind, said = TROUBLES[case]
    key = means(lambda: GOOD)
    card.troubles = [trouble]
    with pytest.raises(kind, match=said) as opening:
        key.sign(b"m", SHA256)
    card.key.troubles = [trouble]
    with pytest.raises(kind, match=said) as signing:
        key.sign(b"m", SHA256)

    assert opening.value.hint  # type: ignore[attr-defined]
    assert signing.value.hint  # type: ignore[attr-defined]
    assert SIGNED == key.sign(b"m", SHA256)


def test_a_session_that_is_gone_is_opened_again(card: Pretended, means: Means) -> None:
    """Nothing was signed, so the signature is made once."""
    card.key.troubles = [pkcs11.SessionHandleInvalid()]
    key = means(lambda: GOOD)

    assert SIGNED == key.sign(b"m", SHA256)
    assert [GOOD, GOOD] == card.given


def test_a_card_that_stays_out(card: Pretended, means: Means) -> None:
    """It is looked for once more, and not for ever."""
    card.key.troubles = [pkcs11.DeviceRemoved(), pkcs11.DeviceRemoved()]
    key = means(lambda: GOOD)

    with pytest.raises(TokenLostError, match="was taken out") as gone:
        key.sign(b"m", SHA256)
    assert gone.value.hint
    assert SIGNED == key.sign(b"m", SHA256)


def test_a_token_that_only_hashes_itself(card: Pretended, means: Means) -> None:
    """Then it gets the message; one that does neither is said not to fit."""
    card.offered = {Mechanism.SHA256_RSA_PKCS}
    key = means()

    assert SIGNED == key.sign(b"m", SHA256)
    assert Mechanism.SHA256_RSA_PKCS is card.key.got[0][1]
    with pytest.raises(KeyUnusableError, match="does not sign with SHA512_RSA_PKCS"):
        key.sign(b"m", Digest.SHA512)


def test_two_keys_of_one_name(card: Pretended, means: Means) -> None:
    """Neither is taken by chance; the session does not stay open."""
    card.more_keys = [PretendKey()]

    with pytest.raises(KeyUnusableError, match="has 2 keys under 'Signature'"):
        means().sign(b"m", SHA256)
    assert 2 == card.closed  # also the one in which the certificates were read


def test_a_key_of_another_kind(card: Pretended, means: Means) -> None:
    """Nothing that CMS would know."""
    card.key.key_type = KeyType.EC_EDWARDS

    with pytest.raises(KeyUnusableError, match="has a key of another kind"):
        means().sign(b"m", SHA256)


def test_a_token_with_no_end(card: Pretended, means: Means) -> None:
    """What a token lists is bounded."""
    card.more_keys = [PretendKey()] * 1_000

    with pytest.raises(KeyUnusableError, match="more than 1000 objects"):
        means().sign(b"m", SHA256)


def test_two_tokens_of_one_name(
    card: Pretended, means: Means, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The serial number tells them apart."""
    other = Pretended(serial=b"2 ")
    monkeypatch.setattr(Pretended, "get_slots", lambda *_, **__: [card, other])

    with pytest.raises(KeyUnusableError, match="2 tokens are called 'pretended'"):
        means().sign(b"m", SHA256)
    means(token_label="", token_serial="2").sign(b"m", SHA256)

    assert [] == card.key.got
    assert 1 == len(other.key.got)


def test_a_driver_that_lists_nothing(
    means: Means, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own error comes out as ours."""

    def broken(*_: Any, **__: Any) -> None:
        raise pkcs11.GeneralError

    monkeypatch.setattr(Pretended, "get_slots", broken)

    with pytest.raises(KeyUnusableError, match=r"tokens of driver\.so cannot be used"):
        means().identity()


def test_a_certificate_that_is_none(card: Pretended, means: Means) -> None:
    """What a card holds is not trusted to be what it says."""
    card.certificates = [b"no certificate"]

    with pytest.raises(KeyUnusableError, match="certificate that cannot be read"):
        means().identity()


def test_others_that_nobody_can_read(card: Pretended, means: Means) -> None:
    """Cards hold certificates of long ago; they do not stand in the way."""
    card.above = [b"no certificate"]

    assert () == means().identity().chain


def test_another_card_meanwhile(card: Pretended, means: Means) -> None:
    """What was prepared for one is not signed by another; nobody is asked a PIN."""
    key = means(lambda: GOOD)
    before = key.identity()
    key.close()
    other = self_signed(KEYS["rsa"](), "Other").public_bytes(Encoding.DER)
    card.certificates = [other]

    with pytest.raises(KeyUnusableError, match="another card is in its place") as told:
        key.sign(b"m", SHA256)
    assert told.value.hint
    assert [] == card.given
    assert other == key.identity().certificate != before.certificate
    assert SIGNED == key.sign(b"m", SHA256)


def test_several_certificates_for_one_key(card: Pretended, means: Means) -> None:
    """The settings then say which."""
    card.certificates = [b"one", b"two"]

    with pytest.raises(KeyUnusableError, match="holds several certificates"):
        means().identity()


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (pkcs11.PKCS11Error("wrong ELF class"), "PKCS11Error: wrong ELF class"),
        (UnicodeDecodeError("utf-8", b"", 0, 1, "?"), "used: UnicodeDecodeError\n"),
    ],
)
def test_a_driver_that_cannot_start(
    means: Means, monkeypatch: pytest.MonkeyPatch, trouble: Exception, said: str
) -> None:
    """Whatever python-pkcs11 stumbles over leaves as an error of ours."""

    def broken(_: str) -> None:
        raise trouble

    monkeypatch.setattr(pkcs11, "lib", broken)

    with pytest.raises(KeyUnusableError, match=said):
        means().identity()


def test_a_pin_on_a_pad_is_not_asked_here() -> None:
    """Nobody can find it out by asking."""
    with pytest.raises(TypeError, match="not entered here"):
        PIN(PINEntry.PAD).ask()


def issued(name: str, by: str, keys: dict[str, Any]) -> bytes:
    """A certificate of one key by another."""
    subject, issuer = (
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in (name, by)
    )
    made = x509.CertificateBuilder(issuer, subject, keys[name].public_key(), 7)
    made = made.not_valid_before(utc_now()).not_valid_after(utc_now())
    return made.sign(keys[by], hashes.SHA256()).public_bytes(Encoding.DER)


def test_the_chain_on_a_card(card: Pretended, means: Means) -> None:
    """In order, up to the root; others on the card stay there, of its name too."""
    keys = {name: ec.generate_private_key(ec.SECP256R1()) for name in "abcde"}
    own, middle, root = (issued(one, by, keys) for one, by in ("ab", "bc", "cc"))
    other = issued("d", "d", keys)
    keys["c"] = keys["e"]
    impostor = issued("c", "c", keys)
    card.certificates, card.above = [own], [impostor, root, other, middle]

    identity = means().identity()

    assert own == identity.certificate
    assert (middle, root) == identity.chain


def test_a_chain_without_end(card: Pretended, means: Means) -> None:
    """No more goes along than any chain has."""
    keys = {name: ec.generate_private_key(ec.SECP256R1()) for name in "abcdefghijkl"}
    own, *above = (issued(one, by, keys) for one, by in pairwise(keys))
    card.certificates, card.above = [own], above

    assert 8 == len(means().identity().chain)
