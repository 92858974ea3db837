"""What is the same in two revisions, however it is written."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import pytest

from digivl.pdf.changes import Kind
from digivl.pdf.comparison import changes_since
from digivl.pdf.reading import opened
from digivl.settings import Limits
from digivl.testing.crafted import Body, crafted, stream, updated
from digivl.testing.unsafe import samples

if TYPE_CHECKING:
    from collections.abc import Mapping

CATALOG: Final = "<< /Type /Catalog /Pages 2 0 R {} >>"
DATA: Final = stream("DER")


def kinds(before: bytes, objects: Mapping[int, Body]) -> set[Kind]:
    """The kinds of what an update with these objects changes."""
    after = updated(before, objects)
    return {one.kind for one in changes_since(opened(io.BytesIO(after), Limits()), 0)}


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("/Font << /A 5 0 R >>", "/Font << /A 5 0 R /B 6 0 R >>", {Kind.METADATA}),
        ("/Font << /A 5 0 R >>", "/Font << /A 6 0 R >>", {Kind.UNDEFINED}),
        ("/XObject << /A 5 0 R >>", "/XObject << /A 6 0 R >>", {Kind.METADATA}),
    ],
)
def test_default_resources(old: str, new: str, kind: set[Kind]) -> None:
    """A form may get more fonts; the ones it has stay what they are."""
    before = crafted(catalog=f"/AcroForm << /Fields [] /DR << {old} >> >>")
    after = CATALOG.format(f"/AcroForm << /Fields [] /DR << {new} >> >>")

    assert kind == kinds(before, {1: after})


def test_streams_of_objects() -> None:
    """Objects in a stream are followed; a stream that was replaced holds nothing."""
    (packed,) = (one.twin for one in samples() if one.name == "in a stream")
    place = packed.index(b"9 0 obj")
    root = updated(packed, {1: CATALOG.format("/A 7 0 R /B 8 0 R")})
    changes = changes_since(opened(io.BytesIO(root), Limits()), 1)
    again = updated(root, {20: DATA}).replace(
        b"20 1\n", b"9 1\n%010d 00000 n \n20 1\n" % place
    )
    head = stream("7 0 8 10 << /A 2 >>  << /B 1 >>", "/Type /ObjStm /N 2 /First 9")
    replaced = changes_since(opened(io.BytesIO(updated(root, {9: head})), Limits()), 2)

    assert {Kind.UNDEFINED} == {one.kind for one in changes}
    assert {Kind.UNDEFINED} == {one.kind for one in replaced}
    assert () == changes_since(opened(io.BytesIO(again), Limits()), 2)


def test_what_cannot_be_read() -> None:
    """What nobody can read is the same as itself, and as nothing else."""
    broken = crafted({7: "<< /A"}, catalog="/A 7 0 R")

    assert set() == kinds(broken, {20: DATA})
    assert {Kind.UNDEFINED} == kinds(broken, {7: "<< /A 1"})


def test_rings() -> None:
    """Objects that hold each other are followed once, whichever way round."""
    before = crafted({7: "<< /X << /Y 7 0 R >> >>"}, catalog="/A 7 0 R")
    turned = {
        1: CATALOG.format("/A << /X 8 0 R >>"),
        8: "<< /Y << /X 8 0 R >> >>",
    }

    assert set() == kinds(before, turned)
