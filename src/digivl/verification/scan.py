"""Reads a verification code from what somebody has: a photo, a scan, a PDF."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Final

from digivl.errors import ConfigurationError, LimitExceededError, MalformedError
from digivl.pdf.stamp import links
from digivl.settings import Limits

_PIXELS: Final = 120_000_000
_BYTES: Final = 60_000_000


def code_text(path: Path, *, host: str, limits: Limits) -> str:
    """The text of the code in a file.

    A PDF tells it in its link; of an image the QR code is read.

    Args:
        path: A PDF, or an image in a usual format.
        host: Host that the code must lead to, where there are several.
        limits: How much of the file is let in.

    Raises:
        MalformedError: No code of `host` in it, or not an image.
        ConfigurationError: The extra ``scan`` is not installed.
    """
    try:
        with path.open("rb") as file:
            is_pdf = b"%PDF-" in file.read(1024)
            file.seek(0)
            found = links(file, limits) if is_pdf else _read_image(path)
    except OSError as cause:
        raise MalformedError(f"{path} cannot be read: {cause.strerror}") from cause
    wanted = f"https://{host}/d/"
    for text in found:
        if text.lower().startswith(wanted):
            return text
    raise MalformedError(
        f"{path.name} holds no verification code of {host}",
        hint="Is the QR code whole, sharp and flat? Or type the code beside it.",
    )


def _read_image(path: Path) -> tuple[str, ...]:
    try:
        import zxingcpp
        from PIL import Image, UnidentifiedImageError
    except ImportError as cause:
        raise ConfigurationError(
            "no QR code can be read from an image here",
            hint="Run: pip install 'digivl[scan]', or type the code beside it.",
        ) from cause
    if path.stat().st_size > _BYTES:
        raise LimitExceededError(f"{path.name} is larger than {_BYTES} bytes")
    try:
        with warnings.catch_warnings():
            # A decompression bomb is refused, not warned about.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                if image.width * image.height > _PIXELS:
                    raise LimitExceededError(f"{path.name} has too many pixels")
                found = zxingcpp.read_barcodes(image.convert("L"))
    except (
        UnidentifiedImageError,
        Image.DecompressionBombWarning,
        Image.DecompressionBombError,
        OSError,
        ValueError,
        SyntaxError,
    ) as cause:
        raise MalformedError(
            f"{path.name} is no image that can be read",
            hint="Use PNG or JPEG, or type the code beside the QR code.",
        ) from cause
    return tuple(barcode.text for barcode in found if barcode.text)
