"""Documents that nobody should sign unseen, one construct each, with a harmless twin.

For tests of the linter, and of whoever lets documents in: `samples` gives all of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from digivl.testing.crafted import Sample, crafted, stream
from digivl.testing.unsafe_files import of_drawing, of_files

_NOTE = "<< /Type /Annot /Subtype {} /Rect [72 600 200 640] /F 4 {} >>"
_EMPTY_LOOK = stream("", "/Type /XObject /Subtype /Form /BBox [0 0 128 40]")


def samples() -> list[Sample]:
    """At least one for each rule, but for those that need a real signature."""
    return [
        *_actions(),
        *_contents(),
        *_layers(),
        *_forms(),
        *_notes(),
        *of_drawing(),
        *of_files(),
    ]


def _on_page(annotation: str, **more: bytes | str) -> bytes:
    return crafted(
        {7: annotation, 8: _EMPTY_LOOK, **_numbered(more)}, page="/Annots [7 0 R]"
    )


def _numbered(more: dict[str, bytes | str]) -> dict[int, bytes | str]:
    return {int(name[1:]): body for name, body in more.items()}


def _link(action: str) -> bytes:
    return _on_page(
        f"<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /F 4 /A << {action} >> >>"
    )


def _actions() -> Iterator[Sample]:
    plain = _link("/S /GoTo /D [3 0 R /Fit]")
    for code, action, proof in (
        ("javascript", "/S /JavaScript /JS (a)", "/JavaScript"),
        ("javascript", "/JS (a)", "/JS"),
        ("javascript", "/S /URI /URI (JavaScript:a)", "JavaScript:a"),
        ("launch-action", "/S /Launch /F (a.exe)", "/Launch"),
        ("send-action", "/S /SubmitForm /F (https://example.com)", "/SubmitForm"),
        ("send-action", "/S /ImportData /F (a.fdf)", "/ImportData"),
        ("look-action", "/S /Hide /T (a)", "/Hide"),
        ("look-action", "/S /SetOCGState /State []", "/SetOCGState"),
        ("media-action", "/S /Rendition /OP 0", "/Rendition"),
        ("other-document-action", "/S /GoToR /F (b.pdf) /D [0 /Fit]", "/GoToR"),
        ("other-document-action", "/S /GoToE /D [0 /Fit]", "/GoToE"),
        ("other-document-action", "/S /Thread /F (b.pdf) /D 0", "b.pdf"),
        ("odd-link", "/S /URI /URI (file://server/a)", "file://"),
        ("link", "/S /URI /URI (https://example.com)", "https://"),
        ("menu-action", "/S /Named /N /SaveAs", "/SaveAs"),
        ("unknown-action", "/S /Teleport", "/Teleport"),
    ):
        yield Sample(code=code, name=proof, bad=_link(action), twin=plain, proof=proof)
    script = "<< /S /JavaScript /JS (app.beep\\(0\\)) >>"
    yield Sample(
        code="javascript",
        name="name tree",
        bad=crafted(
            {7: script}, catalog="/Names << /JavaScript << /Names [(a) 7 0 R] >> >>"
        ),
        twin=crafted(catalog="/Names << /Dests << /Names [(a) [3 0 R /Fit]] >> >>"),
        proof="/JavaScript",
    )
    opened = crafted(catalog="/OpenAction [3 0 R /Fit]")
    turned = "/AA << /O << /S /GoTo /D [3 0 R /Fit] >> >>"
    for name, bad in (
        ("open", crafted(catalog="/OpenAction << /S /Named /N /NextPage >>")),
        ("page", crafted(page=turned)),
        ("annotation", _on_page(_NOTE.format("/Link", turned))),
    ):
        yield Sample(code="automatic-action", name=name, bad=bad, twin=opened)


def _contents() -> Iterator[Sample]:
    image = "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray "
    image += "/BitsPerComponent 8 "
    form = "/Type /XObject /Subtype /Form /BBox [0 0 9 9] "
    drawn = {"resources": "/XObject << /X 7 0 R >>", "content": "/X Do"}
    twin = crafted({7: stream(b"\x80", image)}, **drawn)
    twin_form = crafted({7: stream("", form)}, **drawn)
    for name, entries in (
        ("stream", "/F (a.jpg)"),
        ("address", "/F << /FS /URL /F (a) >>"),
    ):
        bad = crafted({7: stream("", image + entries)}, **drawn)
        yield Sample(code="external-content", name=name, bad=bad, twin=twin, proof="/F")
    for code, entries in (
        ("external-content", "/Ref << /F (a.pdf) /Page 0 >>"),
        ("print-substitute", "/OPI << /2.0 << /Type /OPI /Version 2.0 /F (a) >> >>"),
    ):
        bad = crafted({7: stream("", form + entries)}, **drawn)
        yield Sample(
            code=code, name="form", bad=bad, twin=twin_form, proof=entries.split()[0]
        )
    other = "/Alternates [<< /Image 8 0 R /DefaultForPrinting true >>]"
    yield Sample(
        code="print-substitute",
        name="alternate",
        bad=crafted(
            {7: stream(b"\x80", image + other), 8: stream(b"\0", image)}, **drawn
        ),
        twin=twin,
        proof="/Alternates",
    )
    attached = "/Names << /EmbeddedFiles << /Names [(a) 7 0 R] >> >>"
    named = "<< /Type /Filespec /F (a.txt) {} >>"
    inside = crafted(
        {7: named.format("/EF << /F 8 0 R >>"), 8: stream("a", "/Type /EmbeddedFile")},
        catalog=attached,
    )
    loose = crafted(
        {7: stream("a", "/Type /EmbeddedFile")}, catalog="/PieceInfo << /A 7 0 R >>"
    )
    yield Sample(code="embedded-file", bad=inside, twin=crafted(), proof="/EF")
    yield Sample(code="embedded-file", name="loose", bad=loose, twin=crafted())
    yield Sample(
        code="external-file",
        bad=crafted({7: named.format("")}, catalog=attached),
        twin=inside,
    )
    yield Sample(
        code="portfolio",
        bad=crafted(catalog="/Collection << /View /T >>"),
        twin=crafted(),
        proof="/Collection",
    )
    for kind in ("/Screen", "/Sound", "/Movie", "/3D", "/RichMedia"):
        yield Sample(
            code="multimedia",
            name=kind,
            bad=_on_page(_NOTE.format(kind, "")),
            twin=_on_page(_NOTE.format("/Link", "")),
            proof=kind,
        )


def _layers() -> Iterator[Sample]:
    def layered(
        default: str, usage: str = "", more: str = "", member: str = "7 0 R"
    ) -> bytes:
        return crafted(
            {7: f"<< /Type /OCG /Name (a) {usage} >>"},
            catalog=f"/OCProperties << /OCGs [7 0 R] /D << {default} >> {more} >>",
            resources=f"/Properties << /L {member} >>",
            content="/OC /L BDC BT /F 12 Tf 72 700 Td (a) Tj ET EMC",
        )

    def among(words: str) -> bytes:
        return layered("/Order [7 0 R]", member=f"<< /Type /OCMD {words} >>")

    on = layered("/Order [7 0 R]")
    for name, bad in (
        ("off", layered("/OFF [7 0 R]")),
        ("base state", layered("/BaseState /OFF")),
        ("other configuration", layered("", more="/Configs [<< /OFF [7 0 R] >>]")),
        ("expression", among("/VE [/Not 7 0 R]")),
        ("all off", among("/OCGs 7 0 R /P /AllOff")),
        ("deep", among("/VE " + "[/And " * 30 + "7 0 R" + "]" * 30)),
    ):
        yield Sample(code="hidden-layer", name=name, bad=bad, twin=on)
    print_only = "/Usage << /Print << /PrintState /OFF >> /View << /ViewState /ON >> >>"
    by_zoom = "/AS [<< /Event /View /Category [/Zoom] /OCGs [7 0 R] >>]"
    twin = among("/VE [/Or 7 0 R [/And 7 0 R]]")
    for name, bad in (
        ("print", layered("", usage=print_only)),
        ("zoom", layered(by_zoom)),
    ):
        yield Sample(code="changing-layer", name=name, bad=bad, twin=twin)
    two = crafted(
        {
            7: "<< /Type /OCG /Name (a) >>",
            8: "<< /Type /OCG /Name (b) >>",
            9: "<< /Type /OCMD /OCGs [7 0 R 8 0 R] /P /AnyOff >>",
        },
        catalog="/OCProperties << /OCGs [7 0 R 8 0 R] /D << /OFF [8 0 R] >> >>",
        resources="/Properties << /L 9 0 R >>",
    )
    yield Sample(code="changing-layer", name="membership", bad=two, twin=on)
    yield Sample(code="layer", bad=on, twin=crafted(), proof="/OCProperties")


def _form(field: str, form: str = "", look: bytes = _EMPTY_LOOK) -> bytes:
    return crafted(
        {
            7: _NOTE.format("/Widget", field),
            8: look,
        },
        catalog=f"/AcroForm << /Fields [7 0 R] {form} >>",
        page="/Annots [7 0 R]",
    )


def _forms() -> Iterator[Sample]:
    def showing(text: str) -> bytes:
        entries = "/Type /XObject /Subtype /Form /BBox [0 0 128 40] "
        fonts = "/Resources << /Font << /F 5 0 R >> >>"
        return stream(f"BT /F 9 Tf 2 2 Td ({text}) Tj ET", entries + fonts)

    empty = _form("/FT /Sig /T (a)")
    locked = "/FT /Tx /T (a) /Ff 1 "
    look = "/AP << /N 8 0 R >>"
    for name, field in (
        ("text", "/FT /Tx"),
        ("choice", "/FT /Ch"),
        ("check", "/FT /Btn"),
    ):
        bad = _form(f"{field} /T (a)")
        yield Sample(code="fillable-field", name=name, bad=bad, twin=_form(locked))
    outside = crafted(
        {7: _NOTE.format("/Widget", "/FT /Tx /T (a)")}, page="/Annots [7 0 R]"
    )
    yield Sample(
        code="fillable-field", name="outside the form", bad=outside, twin=empty
    )
    parent = crafted(
        {7: "<< /FT /Tx /T (a) /Kids [8 0 R] >>", 8: "<< /Parent 7 0 R /T (b) >>"},
        catalog="/AcroForm << /Fields [7 0 R] >>",
    )
    yield Sample(code="fillable-field", name="inherited", bad=parent, twin=empty)
    filled = _form(locked + "/V (Honderd euro) " + look, look=showing("Honderd euro"))
    yield Sample(code="filled-field", bad=filled, twin=_form(locked))
    other = _form(locked + "/V (Honderd euro) " + look, look=showing("Tien euro"))
    yield Sample(code="field-look", bad=other, twin=filled)
    chosen = (
        "/FT /Ch /Ff 1 /T (a) /V (x) /Opt [[(x) (Honderd euro)] [(y) (Tien euro)]] "
        + look
    )
    yield Sample(
        code="field-look",
        name="choice",
        bad=_form(chosen, look=showing("Tien euro")),
        twin=_form(chosen, look=showing("Honderd euro")),
    )
    yield Sample(code="missing-look", bad=_form(locked + "/V (a)"), twin=filled)
    yield Sample(
        code="recomputed-looks",
        bad=_form("/FT /Sig /T (a)", "/NeedAppearances true"),
        twin=_form("/FT /Sig /T (a)", "/NeedAppearances false"),
    )
    yield Sample(
        code="calculated-field",
        bad=_form("/FT /Sig /T (a)", "/CO [7 0 R]"),
        twin=empty,
        proof="/CO",
    )
    yield Sample(
        code="xfa-form",
        bad=_form("/FT /Sig /T (a)", "/XFA [(template) 8 0 R]"),
        twin=empty,
        proof="/XFA",
    )


def _notes() -> Iterator[Sample]:
    look = "/AP << /N 8 0 R >>"
    stamp = _on_page(_NOTE.format("/Stamp", look))
    for name, flags in (("hidden", 2), ("print only", 4 | 32)):
        text = _NOTE.format("/Stamp", look).replace("/F 4", f"/F {flags}")
        yield Sample(
            code="hidden-annotation", name=name, bad=_on_page(text), twin=stamp
        )
    yield Sample(
        code="screen-only-annotation",
        bad=_on_page(_NOTE.format("/Stamp", look).replace("/F 4", "/F 0")),
        twin=stamp,
    )
    rolled = _on_page(
        _NOTE.format("/Stamp", "/AP << /N 8 0 R /R 9 0 R >>"), _9=_EMPTY_LOOK
    )
    yield Sample(code="changing-annotation", bad=rolled, twin=stamp, proof="/R")
    toggled = _NOTE.format("/Stamp", look).replace("/F 4", "/F 260")
    yield Sample(
        code="changing-annotation", name="flag", bad=_on_page(toggled), twin=stamp
    )
    link = _on_page(_NOTE.format("/Link", ""))
    yield Sample(code="remark", bad=stamp, twin=link, proof="/Stamp")
    yield Sample(
        code="redaction-mark",
        bad=_on_page(_NOTE.format("/Redact", "")),
        twin=stamp,
        proof="/Redact",
    )
    yield Sample(
        code="annotation-without-look",
        bad=_on_page(_NOTE.format("/Text", "")),
        twin=stamp,
    )
    yield Sample(
        code="unknown-annotation",
        bad=_on_page(_NOTE.format("/Hologram", "")),
        twin=stamp,
        proof="/Hologram",
    )
