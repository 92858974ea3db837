"""What both versions of the CSC API have in common: paths, names, words, algorithms.

What differs stands in `wire1` and `wire2`. What no description says is assumed; each
assumption is marked ``[A]`` where it stands and listed in `ASSUMPTIONS`.

Source:
    Cloud Signature Consortium, API specifications 1.0.4.0 and 2.0.0.2; RFC 6749
    (OAuth 2.0), RFC 7636 (PKCE), RFC 9126 (pushed requests), RFC 9396 (rich requests);
    what itsme documents of its service (CSC Qualified Signature, May 2026); the CSC
    client of the EU Digital Identity Wallet (April 2026).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

import attrs

from digivl.pdf.digests import Digest
from digivl.signing.remote import Question

#: What we had to assume, by name.
ASSUMPTIONS: Final = {
    "oauth-paths": "the authorisation server is `/oauth2/…` below `oauth_url`",
    "pkce-ignored": "a service of version 1 ignores the PKCE that it does not know",
    "account-key": "the key of the account token is the 32 bytes of the SHA-256",
    "multisign-word": "how many at once stands in `multisign` or `multiSign`: a "
    "number, or true for as many as the settings say",
    "ecdsa-form": "an ECDSA signature comes in DER, or as the two numbers in a row",
    "timeout-words": "a consent that took too long says so in its error or description",
    "certificate-words": "an expired, revoked or suspended certificate is named so",
    "description-set": "the description holds ISO 8859-15, 255 characters at most",
    "sad-in-body": "the token of the consent goes along as `SAD`, in version 2 too",
    "rich-type": "the type of a rich request is a word until 2.1, a URI from 2.2",
    "pushed-listed": "who takes pushed requests lists that method",
    "sign-again": "the same digests under one consent give the same signatures again, "
    "or a refusal",
}

INFO: Final = "/info"
LIST: Final = "/credentials/list"
CREDENTIAL: Final = "/credentials/info"
AUTHORIZE: Final = "/credentials/authorize"
SEND_CODE: Final = "/credentials/sendOTP"
SIGN: Final = "/signatures/signHash"
REVOKE: Final = "/auth/revoke"
#: [A] oauth-paths
VISIT: Final = "/oauth2/authorize"
TOKEN: Final = "/oauth2/token"  # noqa: S105 - a path
PUSHED: Final = "/oauth2/pushed_authorize"

SCOPE_SERVICE: Final = "service"
SCOPE_CREDENTIAL: Final = "credential"
CREDENTIAL_ID: Final = "credentialID"
SAD: Final = "SAD"

OAUTH: Final = "oauth2code"
EXPLICIT: Final = "explicit"
ENABLED: Final = "enabled"
VALID: Final = "valid"
#: Value of `SCAL` where a consent covers certain digests only.
BINDS: Final = "2"
#: Words for the status of a certificate, and what people read.
UNUSABLE: Final = {"expired": "expired", "revoked": "revoked", "suspended": "suspended"}
#: [A] description-set
CHARACTERS: Final = "iso8859-15"
LONGEST_DESCRIPTION: Final = 255

#: How many seconds a token or consent holds that does not say it.
LASTS: Final = 3_600

_RSA: Final = "1.2.840.113549.1.1.1"
_EC: Final = "1.2.840.10045.2.1"
#: Algorithm of a signature by key and digest.
ALGORITHMS: Final = {
    ("rsa", Digest.SHA256): "1.2.840.113549.1.1.11",
    ("rsa", Digest.SHA384): "1.2.840.113549.1.1.12",
    ("rsa", Digest.SHA512): "1.2.840.113549.1.1.13",
    ("ec", Digest.SHA256): "1.2.840.10045.4.3.2",
    ("ec", Digest.SHA384): "1.2.840.10045.4.3.3",
    ("ec", Digest.SHA512): "1.2.840.10045.4.3.4",
}
#: Algorithms that leave the digest to the request.
PLAIN: Final = {"rsa": _RSA, "ec": _EC}
DIGESTS: Final = {
    Digest.SHA256: "2.16.840.1.101.3.4.2.1",
    Digest.SHA384: "2.16.840.1.101.3.4.2.2",
    Digest.SHA512: "2.16.840.1.101.3.4.2.3",
}

#: Code of an OAuth error: the person said no.
DENIED: Final = "access_denied"
#: [A] timeout-words
TOO_LATE: Final = re.compile(r"time.?out|timed out|expired|too late", re.IGNORECASE)
LATER: Final = frozenset({"temporarily_unavailable", "server_error"})
NOT_THE_CLIENT: Final = frozenset(
    {"invalid_client", "unauthorized_client", "invalid_scope"}
)
SPENT: Final = "invalid_grant"
NO_TOKEN: Final = frozenset({"invalid_token", "expired_token"})
WRONG_CODE: Final = frozenset(
    {"invalid_otp", "invalid_pin", "invalid_authentication_data"}
)
#: What a refusal can say of the consent, of the key, of the certificate, of the number.
NO_CONSENT: Final = re.compile(
    r"sad.{0,20}expired|(invalid|missing).{0,40}parameter sad\b|authorized by the sad",
    re.IGNORECASE,
)
NO_KEY: Final = re.compile(
    r"credential.{0,60}(disabled|locked)|(locked|disabled) credential"
    r"|invalid parameter credentialID",
    re.IGNORECASE,
)
#: [A] certificate-words
NO_CERTIFICATE: Final = re.compile(
    r"certificate.{0,40}(expired|revoked|suspended)", re.IGNORECASE
)
TOO_MANY: Final = re.compile(
    r"number.{0,20}signatures? is too (high|large)|too many (hash|signature)",
    re.IGNORECASE,
)


@attrs.frozen(kw_only=True)
class Consent:
    """What a person consents to.

    Attributes:
        credential: Id of the key.
        algorithm: OID of the signature.
        digest: With which algorithm all was hashed.
        digests: In the order in which the signatures come back.
        labels: What the person may read of each.
        description: What the person reads of all; as the service can hold it.
    """

    credential: str
    algorithm: str
    digest: Digest
    digests: tuple[bytes, ...] = attrs.field(repr=False)
    labels: tuple[str, ...]
    description: str = ""

    @property
    def names_no_digest(self) -> bool:
        """True when the algorithm leaves the digest to the request."""
        return self.algorithm in PLAIN.values()


class Wire(Protocol):
    """What a version writes and reads in its own way."""

    def list_body(self) -> dict[str, Any]:
        """What asks for the ids of the keys of a person."""
        ...

    def credential_body(self, credential: str, *, explicit: bool) -> dict[str, Any]:
        """What asks for a key with its chain.

        Args:
            credential: Its id.
            explicit: True where the service can be told a PIN or code.
        """
        ...

    def mode(self, said: Mapping[str, Any]) -> str:
        """How the key is consented to: `OAUTH` or `EXPLICIT`."""
        ...

    def questions(self, said: Mapping[str, Any]) -> tuple[Question, ...]:
        """What an explicit consent asks of the person.

        Raises:
            MalformedError: It cannot be asked on a form.
        """
        ...

    def sends_code(self, said: Mapping[str, Any]) -> bool:
        """True when the service sends the person a code, once it is told to."""
        ...

    def consent_params(self, consent: Consent, rich: str) -> dict[str, str]:
        """What goes along with the person to the page of consent.

        Args:
            consent: To what.
            rich: Type of the rich request; empty sends plain parameters.
        """
        ...

    def authorize_body(
        self, consent: Consent, answers: Mapping[str, str]
    ) -> dict[str, Any]:
        """What tells the service a PIN or code."""
        ...

    def sign_body(self, consent: Consent, sad: str) -> dict[str, Any]:
        """What asks for the signatures."""
        ...


def description_of(text: str) -> str:
    """A description as a service can hold it."""
    plain = text.translate(_TYPEWRITER)[:LONGEST_DESCRIPTION]
    return plain.encode(CHARACTERS, "replace").decode(CHARACTERS)


_TYPEWRITER: Final = str.maketrans(
    {
        0x2018: "'",  # typographic quotes, dashes and dots, by their code points
        0x2019: "'",
        0x201C: '"',
        0x201D: '"',
        0x2013: "-",
        0x2014: "-",
        0x2026: "...",
    }
)


def texts(said: object) -> Sequence[str]:
    """A list of texts; empty for anything else."""
    if not isinstance(said, list):
        return ()
    return [one for one in said if isinstance(one, str)]
