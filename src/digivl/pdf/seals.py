"""Tells the certificate of an organisation from that of a person."""

from __future__ import annotations

import re
from typing import Any, Final

from asn1crypto import x509
from pyhanko.sign.ades.qualified_asn1 import get_qc_statements

from digivl.pdf.mark import DEVELOPMENT_MARK

#: Attributes of a subject that only people have.
_OF_PEOPLE: Final = {"given_name", "surname"}
#: A number of a person: as EN 319 412-1 writes it, or as it stands on a Belgian card.
_NUMBER: Final = re.compile(r"(?:PAS|IDC|PNO|TAX|TIN)[A-Z]{2}-.*|\d{11}")


def is_seal(der: bytes) -> bool:
    """True when a certificate is an organisation's: it seals, it does not sign.

    Its type decides, where it states one. Else its subject does: an organisation with
    its number, or with no other name, and nothing that only people have.

    Args:
        der: The certificate; one that cannot be read is no seal.

    Source:
        EN 319 412-5, 4.2.3 (QcType); EN 319 412-1, 5.1 (numbers of persons); EN 319
        412-3, 4.2.1 (subject of a legal person).
    """
    # What others issued may not be by the rules; asn1crypto parses it at any access.
    try:
        certificate = x509.Certificate.load(der)
        types = _types(certificate)
        return "qct_eseal" in types if types else _names_organization(certificate)
    except (ValueError, TypeError):
        return False


def _types(certificate: Any) -> set[str]:
    return {
        kind
        for one in get_qc_statements(certificate)
        if one["statement_id"].native == "qc_type"
        for kind in one["statement_info"].native
    }


def _names_organization(certificate: Any) -> bool:
    names = certificate.subject.native
    organization = names.get("organization_name", DEVELOPMENT_MARK)
    # The certificate of an employee names the organisation too.
    alone = names.get("common_name", organization) == organization
    named = organization != DEVELOPMENT_MARK and alone
    if not named and "organization_identifier" not in names:
        return False
    number = str(names.get("serial_number", ""))
    return _OF_PEOPLE.isdisjoint(names) and not _NUMBER.fullmatch(number)
