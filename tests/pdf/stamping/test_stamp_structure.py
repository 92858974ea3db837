"""A stamped PDF keeps its structure, and says in words what the stamp is."""

from __future__ import annotations

import io
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from digivl.pdf.reading import entry, opened
from digivl.pdf.stamp import Stamped, StampSpec
from digivl.settings import Limits

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    MakePDF = Callable[..., bytes]
    Program = Callable[[str], str]
    PageOf = Callable[..., Any]
    Stamper = Callable[..., tuple[bytes, Stamped]]
    Render = Callable[..., Image.Image]


LIMITS = Limits()


NOTICE = "ONTWIKKELING - GEEN RECHTSWAARDE"


FULL = b"0 0 595 842 re f"


@pytest.mark.interop
def test_structure_is_clean(
    make_pdf: MakePDF,
    tagged: bytes,
    needs_program: Program,
    tmp_path: Path,
    stamped: Stamper,
) -> None:
    """`qpdf --check` finds nothing, in plain, tagged and enlarged files."""
    for pdf in (make_pdf(), make_pdf(end=b""), make_pdf(FULL), tagged):
        path = tmp_path / "stamped.pdf"
        path.write_bytes(stamped(pdf, notice=NOTICE)[0])

        done = subprocess.run(
            [needs_program("qpdf"), "--check", str(path)],
            capture_output=True,
            text=True,
            check=False,
        )

        assert 0 == done.returncode, done.stdout + done.stderr
        assert "No syntax or stream encoding errors" in done.stdout


def test_words_for_who_cannot_see_untagged(
    make_pdf: MakePDF, stamped: Stamper, page_of: PageOf, spec: StampSpec
) -> None:
    """Without a structure tree the marked content carries the alternative text."""
    out, _ = stamped(make_pdf())

    drawn = page_of(out)["/Contents"][-1].data
    assert (
        f"/Span <</Alt <FEFF{spec.alt.encode('utf-16-be').hex()}>>> BDC".encode()
        in drawn
    )


def test_words_for_who_cannot_see_tagged(
    tagged: bytes, stamped: Stamper, page_of: PageOf, spec: StampSpec
) -> None:
    """A tagged document gets a figure with its words, a link and a paragraph."""
    before: Any = opened(io.BytesIO(tagged), LIMITS).root["/StructTreeRoot"]
    keys = before["/ParentTree"]

    out, done = stamped(tagged)

    page = page_of(out, done.place.page - 1)
    tree: Any = opened(io.BytesIO(out), LIMITS).root["/StructTreeRoot"]
    (document,) = [kid.get_object() for kid in kids(tree)]
    link, lines = [kid.get_object() for kid in kids(document)][-2:]
    figure, reference = (kid.get_object() for kid in link["/K"])
    assert ("/Link", "/Figure", "/P") == (link["/S"], figure["/S"], lines["/S"])
    assert spec.alt == figure["/Alt"]
    assert reference["/Obj"]["/StructParent"] in numbers(tree["/ParentTree"])
    on_page = numbers(tree["/ParentTree"])[page["/StructParents"]].get_object()
    assert figure == on_page[figure["/K"]]
    assert lines == on_page[lines["/K"]]
    assert "/S" == page["/Tabs"]
    assert len(numbers(tree["/ParentTree"])) > len(numbers(keys))
    drawn = page["/Contents"][-1].data.decode()
    assert f"/Figure <</MCID {figure['/K']}>> BDC" in drawn


def kids(element: Any) -> list[Any]:
    """The children of an element of the structure tree."""
    found = element["/K"]
    return list(found) if isinstance(found, list) else [found]


def numbers(node: Any) -> dict[int, Any]:
    """A number tree as a dictionary."""
    pairs = list(entry(node, "/Nums", ()))
    found = dict(zip(pairs[::2], pairs[1::2], strict=True))
    for kid in entry(node, "/Kids", ()):
        found |= numbers(kid.get_object())
    return found


@pytest.mark.parametrize(
    ("tree", "page", "others"),
    [
        (b"/K 31 0 R /ParentTree << /Nums [0 32 0 R] >>", b"/StructParents 0", {}),
        (b"/K [31 0 R] /ParentTree 33 0 R", b"/StructParents 0", {}),
        (b"/K [31 0 R 31 0 R] /ParentTreeNextKey 7", b"/StructParents 3", {}),
        (b"/ParentTree << >>", b"", {}),
        (b"/K [31 0 R]", b"", {31: b"<< /S /Document /P 30 0 R >>"}),
    ],
    ids=["flat", "leaves", "two branches", "empty", "no tree"],
)
def test_every_structure_tree_is_extended(
    make_pdf: MakePDF,
    tree: bytes,
    page: bytes,
    others: dict[int, bytes],
    stamped: Stamper,
    page_of: PageOf,
) -> None:
    """Whatever shape the trees have, figure, link and lines are found through them."""
    pdf = make_pdf(
        b"/P <</MCID 4>> BDC EMC",
        page=page,
        catalog=b"/MarkInfo << /Marked true >> /StructTreeRoot 30 0 R",
        others={
            30: b"<< /Type /StructTreeRoot %s >>" % tree,
            31: b"<< /S /Document /P 30 0 R /K 9 >>",
            32: b"[31 0 R]",
            33: b"<< /Kids [34 0 R] >>",
            34: b"<< /Limits [0 0] /Nums [0 32 0 R] >>",
        }
        | others,
    )

    out, _ = stamped(pdf)

    root: Any = opened(io.BytesIO(out), LIMITS).root["/StructTreeRoot"]
    found = numbers(root["/ParentTree"])
    on_page = found[page_of(out)["/StructParents"]].get_object()
    figure, lines = (element.get_object() for element in list(on_page)[-2:])
    link = found[max(found)].get_object()
    # The content uses number 4 already.
    assert (5, 6) == (figure["/K"], lines["/K"])
    assert figure == link["/K"][0]
    assert max(found) < root["/ParentTreeNextKey"]
    assert link in [kid.get_object() for kid in kids(link["/P"])]
