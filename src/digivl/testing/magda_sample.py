"""A message that the simulator of MAGDA accepts: to try it with, whole or broken."""

from __future__ import annotations

import base64
import hashlib
from typing import Any, Final

#: The document of the message.
PDF: Final = b"%PDF-1.7 a decision"

#: Where messages are posted.
MESSAGES: Final = "/api/v1/messages/messages"


def message(**changes: Any) -> dict[str, Any]:
    """A message that keeps all rules, or breaks those that the arguments say."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(PDF).digest()).decode()
    whole = {
        "recipient": {"eboxType": "citizen", "eboxIdValue": "85073003328"},
        "subject": {"nl": "Beslissing"},
        "messageTypeId": "besluit",
        "senderOrganizationId": "0316380841",
        "senderApplicationId": "urn:test",
        "bodyMainContent": False,
        "replyAuthorized": False,
        "attachments": [
            {
                "httpPartName": "upfile1",
                "mainContent": True,
                "digest": {"digestMethod": "sha_256", "digestValue": digest},
            }
        ],
        "deliveryChannel": "EBOX",
        "senderReference": "r1",
    }
    return whole | changes
