"""What a signature says of itself, as readers of PDF files show it (reden)."""

from __future__ import annotations

from digivl.pdf.seals import is_seal


def reason_of(function: str, certificate: bytes | None = None) -> str:
    """Why it stands there: as whom somebody signed, or by whom it was sealed.

    Args:
        function: Of the signatory, in Dutch.
        certificate: With which it signs, DER; None while that is not known.
    """
    if certificate is not None and is_seal(certificate):
        return f"Verzegeld door {function}"
    return f"Ondertekend als {function}"
