"""The QR code, the register of authentic documents, and the comparison with copies."""
