"""Paper is followed too: a label on a folder, and its scan."""

from __future__ import annotations

import io
from collections.abc import Callable

import pypdfium2
import pytest
import zxingcpp

from digivl.custody.label import PREFIX
from digivl.dossiers.model import DOSSIER
from digivl.errors import MalformedError, NotFoundError, StepNotAllowedError
from digivl.testing import route
from digivl.testing.route import Scene
from digivl.verification.code import VerificationCode

At = Callable[..., Scene]
SUBJECT = DOSSIER.ref("dossier-1")


def text_on(sheet: bytes) -> str:
    """What an independent reader finds in the symbol on a printed sheet."""
    image = pypdfium2.PdfDocument(io.BytesIO(sheet))[0].render(scale=2).to_pil()
    (found,) = zxingcpp.read_barcodes(image)
    text: str = found.text
    return text


def test_scan_records_the_hand_over(scene_at: At) -> None:
    """Who scans the printed label has the folder; once is enough."""
    vl = scene_at("opened").vl
    before = vl.custody.of(SUBJECT).record
    label = vl.labels.make(SUBJECT, by=route.CABINET)
    text = text_on(vl.labels.sheet(label))

    scanned = vl.labels.scanned(text, route.INSPECTOR)
    again = vl.labels.scanned(text.lower(), route.INSPECTOR)

    assert (route.INSPECTOR, "map gescand") == (scanned.record.holder, scanned.reason)
    assert (before.next_step, before.due) == (
        scanned.record.next_step,
        scanned.record.due,
    )
    assert scanned == again


def test_a_new_label_takes_the_place(scene_at: At) -> None:
    """A folder has one label that counts; the one before is refused with a hint."""
    labels = scene_at("opened").vl.labels
    old, new = (labels.make(SUBJECT, by=route.CABINET) for _ in range(2))

    with pytest.raises(NotFoundError) as refused:
        labels.scanned(PREFIX + old.id, route.INSPECTOR)

    assert "Print a new label" in refused.value.hint
    scanned = labels.scanned(PREFIX + new.id, route.INSPECTOR)
    assert route.INSPECTOR == scanned.record.holder


def test_other_codes_are_no_labels(scene_at: At) -> None:
    """The code of a document, or anything else, moves nothing."""
    labels = scene_at("opened").vl.labels
    document = VerificationCode.fresh()

    for text in (document.printed, document.link("v.example"), "", "x" * 5_000):
        with pytest.raises(MalformedError, match="no label"):
            labels.scanned(text, route.INSPECTOR)
    with pytest.raises(NotFoundError):
        labels.scanned(PREFIX + "0" * 26, route.INSPECTOR)


def test_nothing_left_to_do(scene_at: At) -> None:
    """The folder of a closed dossier is handed to nobody."""
    vl = scene_at("opened").vl
    label = vl.labels.make(SUBJECT, by=route.CABINET)
    vl.dossiers.close(SUBJECT.id, by=route.CABINET)

    with pytest.raises(StepNotAllowedError):
        vl.labels.scanned(PREFIX + label.id, route.INSPECTOR)
    with pytest.raises(NotFoundError):
        vl.labels.make(DOSSIER.ref("nergens"), by=route.SECRETARIAT)


def test_title_is_only_text(scene_at: At) -> None:
    """A title that looks like a program of the typesetter is printed as it is."""
    vl = scene_at("opened").vl
    title = 'Map #eval("1") *niet vet* $x$ "@a" \\ <b>'
    dossier = vl.dossiers.open(title, by=route.CABINET)
    sheet = vl.labels.sheet(vl.labels.make(dossier.ref, by=route.CABINET))

    page = pypdfium2.PdfDocument(io.BytesIO(sheet))[0]
    printed = " ".join(page.get_textpage().get_text_bounded().split())

    assert "".join(title.split()) in "".join(printed.split())
