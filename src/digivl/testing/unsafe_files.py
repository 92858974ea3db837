"""Samples of what is drawn and not seen, and of what the file holds beside that."""

from __future__ import annotations

from collections.abc import Iterator

from digivl.testing.crafted import LINE, Sample, crafted, stream, updated

_HELVETICA = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
_IMAGE = (
    "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray "
    "/BitsPerComponent 8 "
)
_FORM = "/Type /XObject /Subtype /Form /BBox [0 0 595 842] "
_X = "/XObject << /X 7 0 R >>"
_OVER_ALL = "q 595 0 0 842 0 0 cm /X Do Q"


def of_drawing() -> Iterator[Sample]:
    """What is on a page and cannot be seen; fonts."""
    yield from _fonts()
    yield from _covered()
    yield from _unseen()
    note = "<< /Type /Annot /Subtype /Stamp /Rect [60 710 200 740] /F 4 {} >>"
    note = note.format("/AP << /N 8 0 R >>")
    look = "/Type /XObject /Subtype /Form /BBox [0 0 140 30]"
    for name, matrix in (("", ""), ("turned", "/Matrix [0 1 -1 0 30 0]")):
        opaque = stream("1 g 0 0 140 30 re f", f"{look} {matrix}")
        empty = stream("0 0 140 30 re S", look)
        yield Sample(
            code="covering-annotation",
            name=name,
            bad=crafted({7: note, 8: opaque}, page="/Annots [7 0 R]"),
            twin=crafted({7: note, 8: empty}, page="/Annots [7 0 R]"),
        )
    yield Sample(
        code="odd-content",
        bad=crafted(content=LINE + " 1 2 RE"),
        twin=crafted(content=LINE + " BX EX"),
    )
    nested = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents [[4 0 R]] >>"
    yield Sample(
        code="odd-content", name="nested", bad=crafted({3: nested}), twin=crafted()
    )
    kept = {7: stream(b"\x80", _IMAGE)}
    yield Sample(
        code="unused-drawing",
        bad=crafted(kept, resources=_X),
        twin=crafted(kept, resources=_X, content="/X Do"),
    )


def _fonts() -> Iterator[Sample]:
    other = _HELVETICA.replace("Helvetica", "Arial")
    composed = (
        "<< /Type /Font /Subtype /Type0 /BaseFont /A /DescendantFonts [<< /A 1 >>] >>"
    )
    type3 = (
        "<< /Type /Font /Subtype /Type3 /FontMatrix [1 0 0 1 0 0] /CharProcs << >> >>"
    )
    for code, name, font in (
        ("standard-font", "", _HELVETICA),
        ("font-not-embedded", "", other),
        ("font-not-embedded", "composed", composed),
        ("type3-font", "", type3),
    ):
        yield Sample(code=code, name=name, bad=crafted({5: font}), twin=crafted())


def _covered() -> Iterator[Sample]:
    image, form = (
        {7: stream(b"\xff", _IMAGE)},
        {7: stream("1 g 0 0 595 842 re f", _FORM)},
    )
    masked = {7: stream(b"\xff", _IMAGE + "/SMask 8 0 R"), 8: stream(b"\0", _IMAGE)}
    for name, bad, twin in (
        (
            "image",
            crafted(image, resources=_X, content=f"{LINE} {_OVER_ALL}"),
            crafted(masked, resources=_X, content=f"{LINE} {_OVER_ALL}"),
        ),
        (
            "form",
            crafted(form, resources=_X, content=f"{LINE} /X Do"),
            crafted(form, resources=_X, content=f"/X Do 0 g {LINE}"),
        ),
        (
            "box",
            crafted(content=f"{LINE} 1 g 60 700 200 50 re f"),
            crafted(content=f"{LINE} 1 g 60 700 200 50 re S"),
        ),
        (
            "lines",
            crafted(content=f"{LINE} 1 g 60 700 m 260 700 l 260 750 l 60 750 l h f"),
            crafted(content=f"{LINE} 1 g 60 700 m 260 700 l 260 750 l h f"),
        ),
        (
            "clipped",
            crafted(content=f"{LINE} 60 700 200 50 re W n 1 g 0 0 595 842 re f"),
            crafted(content=f"{LINE} 60 100 200 50 re W n 1 g 0 0 595 842 re f"),
        ),
    ):
        yield Sample(code="covered-text", name=name, bad=bad, twin=twin)
    pale = "/ExtGState << /G << /ca 0.5 >> >>"
    blended = "/ExtGState << /G << /BM /Multiply >> >>"
    for name, state in (("alpha", pale), ("blend", blended)):
        yield Sample(
            code="covered-text",
            name=name,
            bad=crafted(resources=state, content=f"{LINE} 1 g 0 0 595 842 re f"),
            twin=crafted(resources=state, content=f"{LINE} /G gs 1 g 0 0 595 842 re f"),
        )


def _unseen() -> Iterator[Sample]:
    hidden = LINE.replace("BT", "BT 3 Tr")
    image = {7: stream(b"\x80", _IMAGE)}
    scan = crafted(image, resources=_X, content=f"{_OVER_ALL} {hidden}")
    clear = "/ExtGState << /G << /ca 0 >> >>"
    plain = crafted()
    for name, bad in (
        ("mode", crafted(content=hidden)),
        ("alpha", crafted(resources=clear, content=f"/G gs {LINE}")),
    ):
        yield Sample(code="invisible-text", name=name, bad=bad, twin=scan)
    yield Sample(code="scan-text", bad=scan, twin=crafted(content=hidden))
    dark = f"0 g 0 0 595 842 re f 1 g {LINE}"
    for name, colour in (
        ("grey", "1 g"),
        ("rgb", "1 1 1 rg"),
        ("cmyk", "0 0 0 0 k"),
        ("space", "/DeviceRGB cs 1 1 1 sc"),
        ("profile", "/C cs 1 sc"),
        ("on white", "1 g 0 0 595 842 re f"),
    ):
        profile = {8: stream("", "/N 1")}
        spaces = "/ColorSpace << /C [/ICCBased 8 0 R] >>"
        bad = crafted(profile, resources=spaces, content=f"{colour} {LINE}")
        yield Sample(code="white-text", name=name, bad=bad, twin=crafted(content=dark))
    tiny = LINE.replace("/F 12", "/F 0.4")
    yield Sample(code="tiny-text", bad=crafted(content=tiny), twin=plain)
    cropped = crafted(page="/MediaBox [0 0 595 842] /CropBox [0 0 595 400]")
    yield Sample(code="text-off-page", bad=cropped, twin=plain)
    yield Sample(
        code="text-off-page",
        name="media box",
        bad=crafted(content=LINE.replace("72 720", "72 900")),
        twin=plain,
    )


def of_files() -> Iterator[Sample]:
    """What the file holds beside the document."""
    yield from _shadows()
    yield from _history()
    plain = crafted()
    for code, bad in (
        ("bytes-after-end", plain + b"PK"),
        ("odd-version", crafted(header="%PDF-1.9")),
        ("odd-version", crafted(catalog="/Version /3.1")),
        ("page-tree", crafted({2: _twice("/Count 1"), 7: _page("4 0 R")})),
        ("page-tree", crafted({2: _twice("/Count 2").replace("7", "3")})),
        ("loosely-written", crafted({4: stream(LINE).replace(b"endstream", b"")})),
        ("duplicate-key", crafted(page="/Rotate 0 /Rotate 0")),
        ("unreadable-object", crafted({4: stream("a", "/Filter /FlateDecode")})),
        (
            "viewer-requirement",
            crafted(catalog="/Requirements [<< /S /EnableJavaScripts >>]"),
        ),
        ("usage-rights", crafted(catalog="/Perms << /UR3 << /Type /Sig >> >>")),
    ):
        yield Sample(code=code, bad=bad, twin=plain)
    yield Sample(code="hybrid-references", bad=_hybrid(conflicting=False), twin=plain)
    yield Sample(
        code="hybrid-conflict",
        bad=_hybrid(conflicting=True),
        twin=_hybrid(conflicting=False),
    )


def _twice(count: str) -> str:
    return f"<< /Type /Pages {count} /Kids [3 0 R 7 0 R] >>"


def _hybrid(*, conflicting: bool) -> bytes:
    """A file with two kinds of references, which name the same content or do not."""
    start = crafted({7: stream(LINE.replace("Besluit", "Ander"))})
    place = len(start) if conflicting else start.index(b"4 0 obj")
    other = b"4 0 obj\n" + stream(LINE.replace("Besluit", "Ander")) + b"\nendobj\n"
    body = start + other * conflicting
    row = b"\1" + place.to_bytes(4, "big") + b"\0"
    entries = "/Type /XRef /Size 9 /W [1 4 1] /Index [4 1] /Root 1 0 R"
    at = len(body)
    body += b"8 0 obj\n" + stream(row, entries) + b"\nendobj\n"
    previous = start.rpartition(b"startxref")[2].split()[0].decode()
    end = "xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 9 /Root 1 0 R "
    end += f"/Prev {previous} /XRefStm {at} >>\nstartxref\n{len(body)}\n%%EOF\n"
    return body + end.encode()


def _shadows() -> Iterator[Sample]:
    plain = crafted()
    other = b"\n4 0 obj\n" + stream(LINE.replace("Besluit", "Ander")) + b"\nendobj\n"
    table = plain.rindex(b"xref\n0 1")
    hidden = plain[:table] + other + plain[table:]
    hidden = hidden.replace(
        b"startxref\n%d" % table, b"startxref\n%d" % (table + len(other))
    )
    attached = crafted(
        {
            7: stream(plain, "/Type /EmbeddedFile"),
            8: "<< /Type /Filespec /EF << /F 7 0 R >> >>",
        },
        catalog="/AF [8 0 R]",
    )
    yield Sample(code="shadow-object", name="in the bytes", bad=hidden, twin=attached)
    yield Sample(
        code="shadow-object",
        name="in a stream",
        bad=_compressed(named=False),
        twin=_compressed(named=True),
    )
    page = "<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>"
    for name, body in (
        ("page", page),
        ("catalog", "<< /Type /Catalog /Pages 2 0 R >>"),
        ("field", "<< /FT /Tx /T (a) >>"),
        ("widget", "<< /Subtype /Widget /Rect [0 0 9 9] >>"),
        ("action", "<< /Type /Action /S /JavaScript /JS (a) >>"),
    ):
        bad = crafted({7: body})
        yield Sample(
            code="unused-part", name=name, bad=bad, twin=crafted({7: "<< /A 1 >>"})
        )
    for name, unused in (
        ("stream", stream(LINE)),
        ("font", _HELVETICA.encode()),
        ("empty page", b"<< /Type /Page /Parent 2 0 R >>"),
    ):
        yield Sample(
            code="unused-content", name=name, bad=crafted({7: unused}), twin=plain
        )
    yield Sample(code="unused-object", bad=crafted({7: "<< /A 1 >>"}), twin=plain)
    yield Sample(
        code="missing-object",
        bad=crafted(page="/Annots [9 0 R]"),
        twin=crafted(page="/Annots []"),
    )
    for name, bad in (
        ("annotation", crafted({7: "null"}, page="/Annots [7 0 R]")),
        ("content", crafted({7: "null", 3: _page("[4 0 R 7 0 R]")})),
        ("drawing", crafted({7: "null"}, resources=_X)),
    ):
        yield Sample(code="empty-place", name=name, bad=bad, twin=plain)


def _compressed(*, named: bool) -> bytes:
    """A file with two objects in a stream; cross-references name one or both."""
    start = crafted()
    held = b"7 0 8 10 << /A 1 >>  << /B 1 >>"
    at = len(start)
    body = start + b"9 0 obj\n" + stream(held, "/Type /ObjStm /N 2 /First 9")
    body += b"\nendobj\n"
    rows = [b"\2\0\0\0\x09\0", b"\2\0\0\0\x09\1"][: 1 + named]
    rows += [b"\1" + at.to_bytes(4, "big") + b"\0"]
    index = "7 3" if named else "7 1 9 1"
    previous = start.rpartition(b"startxref")[2].split()[0].decode()
    entries = f"/Type /XRef /Size 11 /W [1 4 1] /Index [{index}] /Root 1 0 R "
    entries += f"/Prev {previous}"
    end = b"10 0 obj\n" + stream(b"".join(rows), entries) + b"\nendobj\n"
    return body + end + b"startxref\n%d\n%%%%EOF\n" % len(body)


def _page(contents: str) -> str:
    fonts = "/Resources << /Font << /F 5 0 R >> >>"
    box = "/MediaBox [0 0 595 842]"
    return f"<< /Type /Page /Parent 2 0 R {box} /Contents {contents} {fonts} >>"


def _history() -> Iterator[Sample]:
    plain = crafted()
    changed = updated(plain, {4: stream(LINE.replace("Besluit", "Ander"))})
    yield Sample(
        code="earlier-version", bad=changed, twin=updated(plain, {7: "<< /A 1 >>"})
    )
    switched = updated(plain, {7: "<< /Type /Catalog /Pages 2 0 R >>"}, "/Root 7 0 R")
    yield Sample(code="catalog-switched", bad=switched, twin=changed)
    form = {"catalog": "/AcroForm << /Fields [7 0 R] >>"}
    empty = crafted({7: "<< /FT /Sig /T (a) >>"}, **form)
    signed = crafted(
        {7: "<< /FT /Sig /T (a) /V 8 0 R >>", 8: "<< /Type /Sig >>"}, **form
    )
    yield Sample(code="signed-before", bad=signed, twin=empty, proof="/V")
    gone = updated(signed, {7: "<< /FT /Sig /T (a) >>"})
    yield Sample(code="removed-signature", bad=gone, twin=empty)
    levels = (
        "<< /Reference [<< /TransformMethod /DocMDP /TransformParams << /P 2 >> >>] >>"
    )
    yield Sample(
        code="certified",
        bad=crafted(catalog=f"/Perms << /DocMDP {levels} >>"),
        twin=plain,
        proof="/DocMDP",
    )
