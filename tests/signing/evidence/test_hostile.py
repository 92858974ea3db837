"""Reports over what others wrote: nothing breaks the page, injects, or falls over."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Final

import attrs
import pypdfium2
import pytest
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from digivl.documents.model import NOTA
from digivl.errors import MalformedError
from digivl.pdf.findings import Findings, SignatureFinding, TimestampFinding
from digivl.pdf.typeset import typeset
from digivl.settings import Backend
from digivl.signing.evidence.found import found
from digivl.signing.evidence.legible import legible, one_line
from digivl.signing.evidence.model import Act, Difference, Evidence, File
from digivl.signing.evidence.paper import paper
from digivl.signing.evidence.people import Part, Participant, Seen, Who
from digivl.signing.model import Signatory
from digivl.testing import papers, route
from digivl.testing.route import Scene
from digivl.validation.verdict import FileVerdict, Indication
from tests.signing.evidence import test_numbers, test_paper
from tests.signing.evidence.reporting import told_by

MARKUP: Final = (
    '#eval("1") $x$ *a* _b_ `c` <d> @e [f](g) \\u{41} // h /* " #pagebreak()'
)
#: Control characters, marks that turn what follows, scripts the typesetter falls over.
WORST: Final = (
    MARKUP,
    "nul\0 bel\a esc\x1b[31m",
    "gpj.\N{RIGHT-TO-LEFT OVERRIDE}fdp \N{RIGHT-TO-LEFT MARK}\N{LEFT-TO-RIGHT ISOLATE}",
    "العربية שלום 中文 😀 ﷺ \ue000 \U00012031",
    "z" + "\N{COMBINING ACUTE ACCENT}" * 300,
    "\N{ZERO WIDTH SPACE}" * 100 + "\N{SOFT HYPHEN}" + "\u2028\u2029",
    "W" * 3_000,
    "woord " * 400,
)


def fits(pdf: bytes) -> bool:
    """Whether no letter stands outside the margins of a page."""
    for page in pypdfium2.PdfDocument(pdf):
        width, text = page.get_width(), page.get_textpage()
        edges = (text.get_charbox(n) for n in range(text.count_chars()))
        if any(left < 60 or right > width - 60 for left, _, right, _ in edges):
            return False
    return True


def full(text: str) -> Evidence:
    """A report that holds a text of others wherever one can stand."""
    who = Who(id="x", function=text or "x", role="minister", name=text)
    certificate = attrs.evolve(test_paper.CERTIFICATE, subject=text, issuer=text)
    stamp = attrs.evolve(
        test_paper.STAMP, authority=text, policy=text[:100], certificate=certificate
    )
    signature = attrs.evolve(
        test_paper.SIGNATURE, field=text, certificate=certificate, timestamps=(stamp,)
    )
    at, sha256 = test_paper.AT, test_paper.SHA
    return test_paper.evidence(
        title=text,
        problem=text,
        started_by=who,
        participants=(
            Participant(
                part=Part.SIGNS,
                state="getekend",
                who=who,
                acting=who,
                behalf=who,
                means=text,
                secured=text,
                identified=text,
                consent=text,
                done_at=at,
                refused_at=at,
                reason=text,
                remark=text,
                shown=Seen(sha256=sha256, at=at, by=who, face=text),
                over=sha256,
                field=text,
                authority=text,
                certificate=sha256,
            ),
        ),
        files=(File(sha256=sha256, size=1, origin=text, at=at, inside=False),),
        signatures=(signature,),
        timestamps=(stamp,),
        differences=(Difference(about=text, what=text, recorded=text, found=text),),
        acts=(
            Act(
                kind="signing",
                id="x",
                version=1,
                at=at,
                action=text,
                who=who,
                reason=text,
                leaf=sha256,
            ),
        ),
    )


@pytest.mark.parametrize("text", WORST, ids=range(len(WORST)))
def test_the_worst_texts(text: str) -> None:
    """They are told as they are, within the margins."""
    made = paper(full(text), "0" * 64)

    assert fits(made)
    assert "In het kort" in papers.text_in(made)


def test_markup_is_text() -> None:
    """Nothing of the language of the template is read."""
    text = papers.text_in(paper(full(MARKUP), "0" * 64))

    assert 20 < text.count('#eval("1") $x$ *a* _b_ `c` <d> @e')


@settings(max_examples=20)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text(text: str) -> None:
    """Whatever it is, the paper is made and nothing leaves the page."""
    assert fits(paper(full(text), "0" * 64))


@given(st.text(max_size=100))
def test_legible(text: str) -> None:
    """What can be set stays; the rest is told; done once, it is done."""
    (once,) = legible([text])

    assert once == legible(once)
    assert once.isprintable() or "\N{NO-BREAK SPACE}" in once
    assert len(once) <= 14 * len(text)
    assert one_line(text) == one_line(one_line(text))


def test_what_cannot_be_set_is_told() -> None:
    """By its code points; of very many, how many there are."""
    assert "prijs [U+4E2D U+6587] €" == legible("prijs 中文 €")
    assert "a [U+202E]b c" == legible("a \u202eb\n\tc")
    assert "Ł Ж Ω é e\u0301\u0308" == legible("Ł Ж Ω é e\u0301\u0308")
    assert legible("e" + "\u0301" * 30).endswith("U+0301 en nog 18]")


def test_every_character_that_is_set_can_be() -> None:
    """The fonts of the paper hold all that is not told by its code."""
    letters = [chr(n) for n in range(0x10000) if legible(chr(n)) == chr(n)]

    assert 2_000 < len(letters)
    template = "#set document(title: [x])\n#json(bytes(sys.inputs.data)).text"
    # Without the fonts of this machine: on another one they may not be there.
    data = {"text": " ".join(letters)}
    assert typeset(template, data, "a test", own_fonts_only=True)


def test_the_typesetter_falls_over() -> None:
    """That is an error of ours, on any paper."""
    letters = " ".join(chr(n) for n in range(0x600, 0x700) if chr(n).isprintable())
    template = "#set document(title: [x])\n#json(bytes(sys.inputs.data)).text"
    for text in (letters, "\0"):
        with pytest.raises(MalformedError, match="a test cannot be made") as caught:
            typeset(template, {"text": text}, "a test", own_fonts_only=True)
        assert caught.value.hint


def key(folder: Path, name: str) -> Backend:
    """A key file whose certificate has a name of somebody hostile."""
    fitting = name.encode()[:64].decode(errors="ignore")
    names = ((NameOID.COMMON_NAME, fitting), (NameOID.ORGANIZATION_NAME, fitting))
    _, kept = test_numbers.card(*names)
    (folder / "card.p12").write_bytes(kept)
    (folder / "card.password").write_bytes(b"geheim")
    options = {"file": str(folder / "card.p12")}
    options["password_file"] = str(folder / "card.password")
    return Backend(offer="pkcs12", options=options)


def spoilt(content: bytes, **entries: str) -> bytes:
    """A document whose first signature has these in its dictionary."""
    source, target = io.BytesIO(content), io.BytesIO()
    writer = IncrementalPdfFileWriter(source)
    field = writer.root["/AcroForm"]["/Fields"][0].get_object()
    for name, text in entries.items():
        field["/V"][generic.pdf_name(f"/{name}")] = generic.pdf_string(text)
    writer.update_container(field["/V"])
    writer.write(target)
    return target.getvalue()


@pytest.mark.parametrize("number", range(len(WORST)))
def test_over_a_hostile_file(
    scene_at: Callable[..., Scene], tmp_path: Path, number: int
) -> None:
    """A file that came in signed, with all of it wherever a file can hold it."""
    worst = WORST[number]
    means = {**scene_at("opened").vl.settings.means, "card": key(tmp_path, worst)}
    scene = scene_at("opened", means=means)
    vl, signed = scene.vl, io.BytesIO()
    vl.signing.sign_file(
        io.BytesIO(papers.paper()),
        signed,
        means="card",
        field=(worst[:50].replace(".", "") or "x"),
        reason="Reden",
    )
    moment = ("D:99991231235959Z", "D:00010101000000+23'59'", "D:2026", worst)
    content = spoilt(
        signed.getvalue(),
        **dict.fromkeys(("Reason", "Location", "Name", "ContactInfo"), worst),
        M=moment[number % 4],
    )
    document = vl.documents.add(
        scene.dossier, io.BytesIO(content), title="Besluit", type=NOTA, by=route.CABINET
    )
    one = Signatory(party=route.MINISTER, means="card")
    accepted = {"changed-after-signature": "proef"}
    flow = vl.signing.start(
        document.id, [one], by=route.SECRETARIAT, accepted=accepted
    ).id
    vl.signing.sign(flow, by=route.MINISTER)
    made = vl.evidence.make(flow, by=route.SECRETARIAT)

    told_by(made.evidence)
    assert fits(made.pdf)
    # No certificate may have a name that is written in both directions (RFC 4518, 2.4):
    # it is not read, and then nobody can tell whose signature it is.
    unread = any(one.certificate is None for one in made.evidence.signatures)
    assert [number in {2, 3}] * 2 == [unread, bool(made.evidence.differences)]


@pytest.mark.parametrize(
    "claimed",
    [
        datetime(2026, 11, 23, 13, 5),  # noqa: DTZ001 - a file can leave out the zone
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
    ],
)
def test_moments_and_numbers_that_are_none(claimed: datetime) -> None:
    """A moment that is in no calendar is not told; a number has an end."""
    stamp = TimestampFinding(problem=None, time=claimed, serial=-(16**99))
    facts = Findings(
        signatures=(SignatureFinding(field="F", problem=None, signing_time=claimed),),
        timestamps=(stamp,),
        lenient=False,
    )
    said = FileVerdict(file="x", indication=Indication.NO_SIGNATURE)
    file = found(io.BytesIO(), facts, said, earlier=(), sizes=())
    sent = File(
        sha256=test_paper.SHA, size=1, origin="signed", at=test_paper.AT, inside=True
    )
    text = told_by(
        test_paper.evidence(
            signatures=file.signatures, timestamps=file.timestamps, files=(sent,)
        )
    )

    assert "Tijdstip niet leesbaar" in text
    assert (None, None) == (file.signatures[0].claimed, file.timestamps[0].time)
    assert "-1" + "0" * 62 + "…" == file.timestamps[0].serial
