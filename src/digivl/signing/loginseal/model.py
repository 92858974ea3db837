"""What is known when somebody signs by being logged in (ondertekenen na aanmelding).

The entry that holds it is the evidence: it never changes, and its digest is bound to
the seal on the document. Of personal values it holds commitments.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import attrs
from attrs.validators import optional

from digivl.errors import MalformedError
from digivl.kernel.checks import digest, free_text, public_line
from digivl.kernel.identifiers import INSZ, URI
from digivl.kernel.kinds import Kind, Standing
from digivl.kernel.moments import aware
from digivl.kernel.personal import Personal

#: How long after logging in somebody can sign; a longer session asks a new login.
LONGEST_SESSION: Final = timedelta(hours=12)
#: Clocks of an identity provider and of this machine differ.
_SLACK: Final = timedelta(minutes=5)
_LONGEST: Final = 200


def _name(
    _: object, attribute: attrs.Attribute[Personal[str]], name: Personal[str]
) -> None:
    if name.is_erased:
        return
    text = name.reveal()
    if not text.strip() or len(text) > _LONGEST or not text.isprintable():
        raise MalformedError(
            f"the {attribute.name} is one line of 1 to {_LONGEST} characters"
        )


@attrs.frozen(kw_only=True)
class Authentication:
    """How the application knows who acts (aanmelding).

    The application gives it after the identity provider answered; digivl cannot check
    it.

    Attributes:
        provider: Who let the person in, e.g. ``ACM/IDM``.
        method: With what, e.g. ``eID`` or ``itsme``.
        level: Level of assurance, as the URI that the provider gives.
        session: Id of the session there; opaque, never a national number.
        at: When the person logged in.
        person: Its name, as the provider gives it.
        number: Its national number, where the provider gives it.
        second_factor: What was asked at the moment of signing; empty for nothing.
        client: Address and program that the person used.
    """

    provider: str = attrs.field(validator=public_line)
    method: str = attrs.field(validator=public_line)
    level: URI
    session: str = attrs.field(validator=public_line)
    at: datetime = attrs.field(validator=aware)
    person: Personal[str] = attrs.field(validator=_name)
    number: Personal[INSZ] | None = None
    second_factor: str = attrs.field(default="", validator=free_text)
    client: Personal[str] | None = attrs.field(default=None, validator=optional(_name))

    def check_recent(self, now: datetime) -> None:
        """Refuse a login that cannot be the one of who signs now.

        Raises:
            MalformedError: It is too long ago, or still to come.
        """
        if not -_SLACK <= now - self.at <= LONGEST_SESSION:
            raise MalformedError(
                f"the login of {self.at:%Y-%m-%d %H:%M %Z} is not of this session",
                hint="Let the person log in again, then sign.",
            )


def _filled(_: object, __: object, text: str) -> None:
    if not text.strip():
        raise MalformedError(
            "nobody signs without a text that says so",
            hint="Give the text that stood beside the button.",
        )


@attrs.frozen(kw_only=True)
class LoginSeal:
    """Somebody who was logged in accepted a document, and it was sealed for that.

    Attributes:
        authentication: How it is known who that was.
        function: As whom it signs, in Dutch.
        text: What it accepted, as it stood on the screen.
        shown: SHA-256 of the file that it saw.
        size: Of that file, in bytes.
        title: Of the document, for a work list.
        dossier: Id of the dossier; None for a file outside any.
        document: Id of the document; None for a file outside any dossier.
        means: Name of the seal in the settings.
        certificate: SHA-256 of the certificate that sealed.
        field: Name of the signature field.
    """

    authentication: Authentication
    function: str = attrs.field(validator=public_line)
    text: str = attrs.field(validator=[free_text, _filled])
    shown: str = attrs.field(validator=digest)
    size: int
    title: str = attrs.field(validator=public_line)
    dossier: str | None = None
    document: str | None = None
    means: str
    certificate: str = attrs.field(validator=digest)
    field: str


def _standing(seal: LoginSeal) -> Standing:
    return Standing(
        state="verzegeld na aanmelding",
        title=seal.title,
        dossier=seal.dossier,
        part_of=seal.document,
        open=False,
    )


LOGIN_SEAL: Final = Kind("login-seal", LoginSeal, _standing)
