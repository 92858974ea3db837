"""A document with its VR number above page 1."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from digivl.documents.model import CopyKind
from digivl.errors import NotFoundError, NotReadyError, SigningError
from digivl.kernel.parties import Party, Role
from digivl.testing import route
from digivl.testing.papers import text_in
from digivl.testing.route import Scene

At = Callable[..., Scene]


def test_its_number_as_it_is_stamped(scene_at: At) -> None:
    """The document stays as it is; what was made can be kept beside its source."""
    scene, target = scene_at("decided"), io.BytesIO()
    document = scene.vl.documents.read(scene.document).record

    scene.vl.papers.numbered(scene.document, target, by=route.SECRETARIAT)
    target.seek(0)
    source = document.latest.sha256
    kept = scene.vl.documents.copy(
        scene.document, target, CopyKind.NUMBERED, of=source, by=route.SECRETARIAT
    )

    assert document.number is not None
    assert document.number.stamp in text_in(target.getvalue())
    assert document.versions == kept.record.versions
    assert [(CopyKind.NUMBERED, source)] == [
        (copy.kind, copy.source) for copy in kept.record.copies
    ]


def test_what_is_refused(scene_at: At) -> None:
    """Before it has a number, once it is signed, and for who may not read it."""
    early, signed = scene_at("opened"), scene_at("signed")
    with pytest.raises(NotReadyError, match="VR-nummer"):
        early.vl.papers.numbered(early.document, io.BytesIO(), by=route.SECRETARIAT)
    with pytest.raises(SigningError):
        signed.vl.papers.numbered(signed.document, io.BytesIO(), by=route.SECRETARIAT)
    stranger = Party("burger", "Burger", Role.GOVERNMENT_BODY)
    with pytest.raises(NotFoundError):
        signed.vl.papers.numbered(signed.document, io.BytesIO(), by=stranger)
