"""Reports that were given on: who has only the file can know whether it is whole."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from digivl.signing.model import FLOW
from digivl.testing import route
from digivl.testing.route import Scene

At = Callable[..., Scene]


@pytest.mark.parametrize("how", ["a letter", "behind it", "cut off"])
def test_a_report_that_was_changed(scene_at: At, how: str) -> None:
    """Whoever has only the file is told, by validation, that it is not as it was."""
    scene = scene_at("signed")
    flow = next(scene.all(FLOW)).id
    pdf = scene.vl.evidence.make(flow, by=route.SECRETARIAT).pdf
    if how == "a letter":
        place = pdf.index(b"Vlaamse overheid")
        changed = pdf[:place] + b"W" + pdf[place + 1 :]
    elif how == "behind it":
        changed = _written_on(pdf)
    else:
        changed = pdf[:-200]

    verdict = scene.vl.validate(io.BytesIO(changed), "verslag")

    assert "TOTAL-PASSED" != verdict.indication.value
    assert "TOTAL-PASSED" == scene.vl.validate(io.BytesIO(pdf), "x").indication.value


def _written_on(pdf: bytes) -> bytes:
    """The file with a page that was turned in a revision behind the seal."""
    writer, target = IncrementalPdfFileWriter(io.BytesIO(pdf)), io.BytesIO()
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    page["/Rotate"] = generic.NumberObject(90)
    writer.update_container(page)
    writer.write(target)
    return target.getvalue()
