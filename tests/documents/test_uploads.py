"""What the name of an uploaded file says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digivl.documents.model import IF_ADVICE, NOTA, TYPE_BASE
from digivl.documents.uploads import UploadName, upload_name
from digivl.errors import MalformedError
from digivl.kernel.identifiers import URI

ANNEX = URI(TYPE_BASE + "b3e150d3-eac6-44cf-9e70-dd4d13423631")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "Ontwerp sociaal-economisch besluit-1-nota BIS.docx",
            UploadName(
                subject="Ontwerp sociaal-economisch besluit",
                position=1,
                type=NOTA,
                version=2,
            ),
        ),
        ("nota-1.pdf", UploadName(subject="Nota", position=1, type=NOTA)),
        ("Nota.pdf", UploadName(subject="Nota", type=NOTA)),
        (
            "Subsidie/2/Advies Inspectie Financiën TER VERTROUWELIJK.pdf",
            UploadName(
                subject="Subsidie",
                position=2,
                type=IF_ADVICE,
                version=3,
                confidential=True,
            ),
        ),
        (
            "Besluit - bijlage - 3.pdf",
            UploadName(subject="Besluit", position=3, type=ANNEX),
        ),
        ("A-B-C", UploadName(subject="A-B-C")),
        ("7.pdf", UploadName(subject="7")),
        ("Vertrouwelijk.pdf", UploadName(subject="Vertrouwelijk")),
        ("Begroting 2026.xlsx", UploadName(subject="Begroting 2026")),
    ],
)
def test_read(name: str, expected: UploadName) -> None:
    """Subject, place, type, version and level; the rest belongs to the subject."""
    assert expected == upload_name(name)


@given(st.text(min_size=1, max_size=300))
def test_any_name(name: str) -> None:
    """Any name is read, or is empty; a subject is never empty."""
    try:
        found = upload_name(name)
    except MalformedError:
        return

    assert found.subject
    assert found.version >= 1


@pytest.mark.parametrize("name", ["", " ", ".pdf", "x" * 301])
def test_no_name(name: str) -> None:
    """What is empty or far too long is refused."""
    with pytest.raises(MalformedError, match="1 to 300"):
        upload_name(name)
