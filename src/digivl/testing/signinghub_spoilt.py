"""Changes a page of a small PDF behind what is there, as an attacker would."""

from __future__ import annotations

import re


def changed_page(pdf: bytes) -> bytes:
    """The file with other words on its first page, in an increment.

    Args:
        pdf: As `digivl.testing.papers.paper` makes them, signed or not.
    """
    start = pdf.rindex(b"startxref")
    previous = int(pdf[start:].split()[1])
    drawing = b"BT /F 12 Tf 72 720 Td (Iets heel anders) Tj ET"
    place = len(pdf)
    body = b"5 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (
        len(drawing),
        drawing,
    )
    size = max(int(found) for found in re.findall(rb"/Size (\d+)", pdf))
    table = place + len(body)
    return (
        pdf
        + body
        + (
            b"xref\n5 1\n%010d 00000 n \ntrailer\n"
            b"<< /Size %d /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n"
            % (place, size, previous, table)
        )
    )
