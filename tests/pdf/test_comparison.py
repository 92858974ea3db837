"""What two revisions of a document say differently, and of what kind that is."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import pytest

from digivl.errors import LimitExceededError
from digivl.pdf.changes import Kind
from digivl.pdf.comparison import changes_since
from digivl.pdf.reading import opened
from digivl.settings import Limits
from digivl.testing.crafted import Body, crafted, stream, updated

if TYPE_CHECKING:
    from collections.abc import Mapping

FORM: Final = "/AcroForm << /Fields [7 0 R 8 0 R] /DA (/F 0 Tf) >>"
LOOK: Final = stream("(Tien) Tj", "/Type /XObject /Subtype /Form /BBox [0 0 90 20]")
OTHER_LOOK: Final = stream("(Mil) Tj", "/Type /XObject /Subtype /Form /BBox [0 0 9 2]")
DATA: Final = stream("DER")
CATALOG: Final = "<< /Type /Catalog /Pages 2 0 R {} >>"
PAGE: Final = (
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
    "/Resources << /Font << /F 5 0 R >> {resources} >> {page} >>"
)
NOTE: Final = "<< /Type /Annot /Subtype /Text /Rect [9 9 20 20] /Contents ({}) >>"
SIGNATURE: Final = "<< /Type /Sig /SubFilter /ETSI.CAdES.detached /Contents <00> >>"
STAMP: Final = "<< /Type /DocTimeStamp /SubFilter /ETSI.RFC3161 /Contents <00> >>"


def text_field(value: str = "Tien", more: str = "/AP << /N 10 0 R >>") -> str:
    """A text field, which is its own place on the page."""
    return (
        "<< /Type /Annot /Subtype /Widget /FT /Tx /T (bedrag) /Rect [9 9 99 29] /P 3 0 "
        f"R /V ({value}) {more} >>"
    )


def signature_field(more: str = "", name: str = "S") -> str:
    """A signature field that shows nothing."""
    return (
        f"<< /Type /Annot /Subtype /Widget /FT /Sig /T ({name}) /P 3 0 R "
        f"/Rect [0 0 0 0] {more} >>"
    )


def form(**more: Body) -> bytes:
    """A document with a text field 7, and a signature field 8 that is empty."""
    objects: dict[int, Body | None] = {
        7: text_field(),
        8: signature_field(),
        10: LOOK,
    }
    return crafted(
        objects | {int(name[1:]): body for name, body in more.items()},
        catalog=FORM,
        page="/Annots [7 0 R 8 0 R]",
    )


def kinds(before: bytes, objects: Mapping[int, Body]) -> set[Kind]:
    """The kinds of what an update with these objects changes."""
    after = updated(before, objects)
    return {one.kind for one in changes_since(opened(io.BytesIO(after), Limits()), 0)}


@pytest.mark.parametrize(
    "objects",
    [
        {9: "<< /Leftover true >>"},
        {7: text_field()},
        {10: LOOK},
        {8: signature_field("/Ff 1")},
        {2: "<< /Type /Pages /Count 1 /Kids [3 0 R] /ITXT (5.5) >>"},
        {3: PAGE.format(resources="", page="/Annots [7 0 R 8 0 R] /Nothing null")},
        {4: stream("BT /F 12 Tf 72 720 Td (Besluit) Tj ET"), 20: DATA},
        {
            3: PAGE.format(resources="", page="/Annots [7 0 R 8 0 R]").replace(
                "595 842", "595.0 842.00"
            )
        },
    ],
)
def test_written_again(objects: dict[int, Body]) -> None:
    """Leftovers, copies, other ways to write the same: nothing changed."""
    assert set() == kinds(form(), objects)


STORE: Final = "/DSS << {} >> " + FORM


@pytest.mark.parametrize(
    "store",
    [
        "/Certs [20 0 R] /OCSPs [20 0 R] /CRLs [20 0 R]",
        "/Type /DSS /VRI << /Type /VRI /A1 << /Cert [20 0 R] /TU (D:2026) >> >>",
        "/VRI << /A1 << /Type /VRI /CRL [20 0 R] /TS 20 0 R >> >> /Certs []",
        "/VRI << /A1 << >> >>",
        "/Certs 21 0 R",
    ],
)
def test_security_store(store: str) -> None:
    """A store comes, is written anew, loses what it no longer needs: no more."""
    added: dict[int, Body] = {
        1: CATALOG.format(STORE.format(store)),
        20: DATA,
        21: "[20 0 R 99 0 R]",
    }

    assert {Kind.STORE} == kinds(form(), added)
    held = updated(form(), added)
    other: dict[int, Body] = {
        1: CATALOG.format(STORE.format("/Certs [22 0 R]")),
        22: stream("other"),
    }
    reader = opened(io.BytesIO(updated(held, other)), Limits())
    assert {Kind.STORE} == {one.kind for one in changes_since(reader, 1)}
    gone = opened(io.BytesIO(updated(held, {1: CATALOG.format(FORM)})), Limits())
    assert {Kind.UNDEFINED} == {one.kind for one in changes_since(gone, 1)}


@pytest.mark.parametrize(
    "store",
    [
        "/Pages 2 0 R",
        "/Certs [3 0 R]",
        "/VRI 20 0 R",
        "/VRI [20 0 R]",
        "/VRI << /A1 20 0 R >>",
        "/VRI << /A1 << /Page 3 0 R >> >>",
        "/VRI << /A1 << /Cert [3 0 R] >> >>",
    ],
)
def test_no_security_store(store: str) -> None:
    """What a store has no room for is no store."""
    added: dict[int, Body] = {1: CATALOG.format(STORE.format(store)), 20: DATA}

    assert {Kind.UNDEFINED} == kinds(form(), added)


@pytest.mark.parametrize(
    ("objects", "kind"),
    [
        ({1: CATALOG.format("/Version /2.0 /Extensions << >> " + FORM)}, "METADATA"),
        ({1: CATALOG.format("/Metadata 20 0 R " + FORM), 20: DATA}, "METADATA"),
        ({1: CATALOG.format("/PieceInfo << >> " + FORM)}, "METADATA"),
        ({1: CATALOG.format(FORM + " /OpenAction [3 0 R /Fit]")}, "UNDEFINED"),
        ({1: CATALOG.format("")}, "UNDEFINED"),
        ({1: CATALOG.format("/AcroForm []")}, "UNDEFINED"),
        ({1: CATALOG.format(FORM.replace("0 Tf", "9 Tf"))}, "METADATA"),
        ({1: CATALOG.format(FORM.replace("/DA", "/XFA (a) /DA"))}, "UNDEFINED"),
        (
            {1: CATALOG.format(FORM.replace("/DA", "/NeedAppearances true /DA"))},
            "FILLED",
        ),
        ({2: "<< /Type /Pages /Count 1 /Kids [3 0 R] /Rotate 180 >>"}, "UNDEFINED"),
        ({2: "<< /Type /Pages /Count 1 /Kids [3 0 R 3 0 R] >>"}, "PAGES"),
        (
            {
                2: "<< /Type /Pages /Count 1 /Kids [20 0 R] >>",
                20: "<< /Type /Pages /Parent 2 0 R /Count 1 /Kids [3 0 R] >>",
            },
            "PAGES",
        ),
        ({4: stream("BT /F 12 Tf 72 720 Td (Anders) Tj ET")}, "UNDEFINED"),
        ({4: "<< >>"}, "UNDEFINED"),
        ({5: "<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>"}, "UNDEFINED"),
        ({6: stream("another font")}, "UNDEFINED"),
    ],
)
def test_document(objects: dict[int, Body], kind: str) -> None:
    """The catalog, the pages, and what they draw with."""
    assert {Kind[kind]} == kinds(form(), objects)


SIGNED: Final[dict[int, Body]] = {8: signature_field("/V 20 0 R"), 20: SIGNATURE}


@pytest.mark.parametrize(
    ("objects", "kind"),
    [
        ({7: text_field("Elf")}, "FILLED"),
        ({7: text_field("Elf", "/AP << /N 20 0 R >>"), 20: OTHER_LOOK}, "FILLED"),
        ({7: text_field(more="/AP << /N 20 0 R >>"), 20: OTHER_LOOK}, "UNDEFINED"),
        ({10: OTHER_LOOK}, "UNDEFINED"),
        ({7: text_field(more="/AP << /N 10 0 R >> /F 2")}, "UNDEFINED"),
        ({7: text_field(more="/AP << /N 10 0 R >> /Ff 1")}, "METADATA"),
        ({7: text_field(more="/AP << /N 10 0 R >> /MK << >>")}, "UNDEFINED"),
        ({7: text_field().replace("bedrag", "prijs")}, "UNDEFINED"),
        ({7: stream("x")}, "UNDEFINED"),
        (SIGNED, "SIGNATURE"),
        (SIGNED | {20: STAMP}, "TIMESTAMP"),
        ({8: signature_field("/V 20 0 R /Lock << >>"), 20: SIGNATURE}, "SIGNATURE"),
        ({8: signature_field("/V 20 0 R /A << >>"), 20: SIGNATURE}, "UNDEFINED"),
        ({8: signature_field("/MK << >>")}, "UNDEFINED"),
        (
            {8: signature_field("/V 20 0 R").replace("[0 0 0 0]", "[9]"), 20: STAMP},
            "UNDEFINED",
        ),
    ],
)
def test_fields(objects: dict[int, Body], kind: str) -> None:
    """Filled in and signed, or changed in another way."""
    assert {Kind[kind]} == kinds(form(), objects)


def with_fields(listed: str) -> str:
    """The catalog with these fields."""
    return CATALOG.format(FORM.replace("7 0 R 8 0 R", listed))


ON_PAGE: Final = PAGE.format(resources="", page="/Annots [7 0 R 8 0 R 9 0 R]")
KID: Final = "<< /Subtype /Widget /Rect [9 9 99 99] /Parent 9 0 R /P 3 0 R >>"


@pytest.mark.parametrize(
    ("objects", "kind"),
    [
        ({9: signature_field(name="T")}, "SIGNATURE"),
        ({9: signature_field("/V 20 0 R", "T"), 3: ON_PAGE, 20: STAMP}, "TIMESTAMP"),
        ({9: signature_field("/AA << >>", "T")}, "UNDEFINED"),
        ({9: signature_field("", "T").replace("[0 0 0 0]", "[9]")}, "SIGNATURE"),
        ({9: text_field().replace("bedrag", "prijs")}, "UNDEFINED"),
        ({9: "<< /T (deel) >>"}, "UNDEFINED"),
        (
            {
                9: "<< /T (deel) /Kids [20 0 R] >>",
                20: signature_field("/Parent 9 0 R", "T"),
            },
            "SIGNATURE",
        ),
        (
            {
                9: "<< /T (deel) /AA << >> /Kids [20 0 R] >>",
                20: signature_field("/Parent 9 0 R", "T"),
            },
            "UNDEFINED",
        ),
        (
            {
                9: "<< /T (deel) /Kids [20 0 R 21 0 R] >>",
                20: signature_field("/Parent 9 0 R", "T"),
                21: "<< /FT /Tx /T (U) /Parent 9 0 R >>",
            },
            "UNDEFINED",
        ),
        (
            {
                9: signature_field("/Kids [20 0 R]", "T"),
                20: KID,
                3: PAGE.format(resources="", page="/Annots [7 0 R 8 0 R 20 0 R]"),
            },
            "SIGNATURE",
        ),
    ],
)
def test_new_fields(objects: dict[int, Body], kind: str) -> None:
    """Signature fields may come, with what they need and in branches of their own."""
    found = kinds(form(), {1: with_fields("7 0 R 8 0 R 9 0 R"), **objects})

    assert {Kind[kind]} == found - ({Kind.SIGNATURE} if kind == "UNDEFINED" else set())


def test_kid_of_what_is_there() -> None:
    """An empty signature field does not get a second place."""
    objects = {8: signature_field("/Kids [9 0 R]"), 9: KID.replace("9 0 R", "8 0 R")}

    assert {Kind.UNDEFINED} == kinds(form(), objects)


def test_removed_field() -> None:
    """A field that is gone from form and page, and one gone from the page only."""
    page = {3: PAGE.format(resources="", page="/Annots [8 0 R]")}

    assert {Kind.UNDEFINED} == kinds(form(), {1: with_fields("8 0 R"), **page})
    assert {Kind.UNDEFINED} == kinds(form(), page)


def noted(listed: str, **more: Body) -> bytes:
    """A page with notes 7 and 8."""
    objects = {7: NOTE.format("a"), 8: NOTE.format("b")}
    objects |= {int(name[1:]): str(body) for name, body in more.items()}
    return crafted(objects, page=f"/Annots [{listed}]")


@pytest.mark.parametrize(
    ("objects", "kind"),
    [
        ({7: NOTE.format("c")}, "ANNOTATION"),
        ({3: "[8 0 R 7 0 R]"}, "ANNOTATION"),
        ({3: "[7 0 R]"}, "ANNOTATION"),
        ({3: "[7 0 R 8 0 R 9 0 R]", 9: NOTE.format("c")}, "ANNOTATION"),
        ({3: f"[7 0 R 8 0 R {NOTE.format('c')}]"}, "ANNOTATION"),
        ({3: "[7 0 R 8 0 R 9 0 R]", 9: "<< /Subtype /Widget >>"}, "UNDEFINED"),
        ({3: "[7 0 R 8 0 R 9 0 R]", 9: stream("x")}, "UNDEFINED"),
        ({7: "<< /Subtype /Text /Rect [9 9 20 20] /Font << >> >>"}, "UNDEFINED"),
    ],
)
def test_annotations(objects: dict[int, str], kind: str) -> None:
    """Notes may be stuck on, changed, taken away; fields and resources are none."""
    if 3 in objects:
        page = PAGE.format(resources="", page=f"/Annots {objects[3]}")
        objects = objects | {3: page}

    assert {Kind[kind]} == kinds(noted("7 0 R 8 0 R"), objects)


@pytest.mark.parametrize("name", ["G", "Kids", "Parent", "Popup"])
def test_notes_that_pose_as_resources(name: str) -> None:
    """A note that a page draws with, too, is looked at as what it is used for."""
    before = crafted(
        {7: NOTE.format("a")},
        page="/Annots [7 0 R]",
        resources=f"/ExtGState << /{name} 7 0 R >>",
        catalog="/Odd << /A 8 0 R >>",
    )
    changed = {7: NOTE.format("a").replace(">>", "/ca 0 >>")}

    assert {Kind.ANNOTATION, Kind.UNDEFINED} == kinds(before, changed)


def test_fields_outside_the_form() -> None:
    """A field that no form lists may not change either."""
    before = crafted({7: text_field()}, page="/Annots [7 0 R]")

    assert set() == kinds(before, {20: DATA})
    assert {Kind.UNDEFINED} == kinds(before, {7: text_field("Elf")})


def test_looks_that_are_shared_and_filled() -> None:
    """A look of a text field that a page draws with, too."""
    before = crafted(
        {7: text_field(), 10: LOOK},
        catalog="/AcroForm << /Fields [7 0 R] >>",
        page="/Annots [7 0 R]",
        resources="/XObject << /X 10 0 R >>",
    )
    filled: dict[int, Body] = {
        7: text_field("Elf", "/AP << /N 20 0 R >>"),
        20: OTHER_LOOK,
    }

    assert {Kind.UNDEFINED} == kinds(before, filled)


def test_contents_that_pose_as_notes() -> None:
    """What a page shows is no annotation, though it is listed as one."""
    before = crafted(page="/Annots [4 0 R]")

    assert Kind.UNDEFINED in kinds(before, {4: stream("(Anders) Tj")})


def test_looks_that_are_used_elsewhere() -> None:
    """Who signs in a field does not draw anything else anew."""
    shared = form(_8=signature_field("/AP << /N 11 0 R >>"), _11=LOOK)
    before = crafted(
        {8: signature_field("/AP << /N 11 0 R >>"), 11: LOOK},
        catalog="/AcroForm << /Fields [8 0 R] >>",
        page="/Annots [8 0 R]",
        resources="/XObject << /X 11 0 R >>",
    )
    signed: dict[int, Body] = {
        8: signature_field("/V 20 0 R /AP << /N 21 0 R >>"),
        20: SIGNATURE,
        21: OTHER_LOOK,
    }

    assert {Kind.SIGNATURE} == kinds(shared, signed)
    assert {Kind.UNDEFINED} == kinds(before, signed)


def test_more_than_can_be_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds in steps, nodes and fields end in an error that says so."""
    monkeypatch.setattr("digivl.pdf.sameness._MOST_STEPS", 20)
    with pytest.raises(LimitExceededError, match="compared"):
        kinds(form(), SIGNED)
    monkeypatch.undo()
    monkeypatch.setattr("digivl.pdf.formchanges._MOST_FIELDS", 1)
    with pytest.raises(LimitExceededError, match="fields"):
        kinds(form(), SIGNED)
    monkeypatch.undo()
    monkeypatch.setattr("digivl.pdf.comparison._MOST_NODES", 1)
    with pytest.raises(LimitExceededError, match="page tree"):
        kinds(form(), SIGNED)
