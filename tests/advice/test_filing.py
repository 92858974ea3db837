"""Forms that are filed: documents of the dossier like any other."""

from __future__ import annotations

from typing import BinaryIO

import attrs
import pytest

from digivl import Digivl
from digivl.access.model import AccessLevel
from digivl.advice.body import AdviceOutcome, Body
from digivl.advice.forms.service import QUESTION_TYPE, FormKind, form_id
from digivl.documents.model import BUDGET_AGREEMENT, IF_ADVICE, Origin
from digivl.documents.port import Stored
from digivl.documents.service import Documents
from digivl.dossiers.model import StepKind
from digivl.errors import (
    NotAllowedError,
    NotFoundError,
    NotReadyError,
    StaleRecordError,
    StepNotAllowedError,
)
from digivl.kernel.concepts import concept
from digivl.kernel.parties import Party, Role
from digivl.signing.model import Signatory
from digivl.testing.council import (
    CABINET,
    INSPECTOR,
    OTHER_CABINET,
    SECRETARIAT,
    Council,
)
from digivl.testing.matter import BUDGET, Matter
from digivl.validation.verdict import Indication

FAVOURABLE = AdviceOutcome.FAVOURABLE


def advised(matter: Matter) -> str:
    """Id of a request with an advice."""
    asked = matter.received()
    return matter.vl.advices.advise(asked, FAVOURABLE, by=INSPECTOR).id


def agreed(matter: Matter) -> str:
    """Id of an agreement that was granted."""
    ask, agreements = matter.vl.agreements.ask, matter.vl.agreements
    asked = ask(advised(matter), minister=BUDGET, by=CABINET).id
    agreements.receive(asked, by=BUDGET)
    return agreements.agree(asked, by=BUDGET).id


def test_filed_once(matter: Matter) -> None:
    """The record names the document; filed again, by anybody, nothing is written."""
    asked, forms = advised(matter), matter.vl.forms

    filed = forms.file(asked, by=INSPECTOR)
    record = matter.vl.advices.read(asked)
    matter.wait(days=1)
    again = forms.file(asked, by=CABINET)

    assert record.record.advice is not None
    assert (filed.id, "file advice") == (record.record.advice.document, record.action)
    assert (filed, record.version) == (again, matter.vl.advices.read(asked).version)
    assert "Advies van de Inspectie van Financiën: Subsidie voor jeugdwerk" == (
        filed.record.name
    )
    assert (IF_ADVICE, AccessLevel.INTERNAL_GOVERNMENT, Origin.RECEIVED) == (
        filed.record.type,
        filed.record.level,
        filed.record.latest.origin,
    )
    with matter.vl.reading.opened(filed.id, by=CABINET) as file:
        assert forms.advice(asked, by=CABINET) == file.read()


def test_what_happens_later_makes_no_version(matter: Matter) -> None:
    """Conditions that are met, and documents that get a name, change no advice."""
    vl, asked = matter.vl, matter.received()
    outcome = AdviceOutcome.FAVOURABLE_ON_CONDITIONS
    vl.advices.advise(asked, outcome, conditions=["de raming"], by=INSPECTOR)
    filed = vl.forms.file(asked, by=INSPECTOR)
    matter.wait(hours=1)
    vl.advices.meet(asked, 1, matter.nota, by=CABINET)
    vl.dossiers.set_level(matter.nota, AccessLevel.PUBLIC, by=SECRETARIAT)
    document = vl.documents.read(matter.nota)
    bis = attrs.evolve(document.record.latest, sha256="b" * 64, at=matter.council.now)
    record = document.record.with_version(bis)
    vl.book.write(document.next(record, "replace", CABINET, matter.council.now))

    assert filed == vl.forms.file(asked, by=INSPECTOR)


def test_a_question_that_says_more_is_a_new_version(matter: Matter) -> None:
    """Once it is received it names the term: then the form is a BIS."""
    vl, asked = matter.vl, matter.ask().id
    first = vl.forms.file(asked, by=CABINET)
    vl.advices.receive(asked, by=INSPECTOR)

    second = vl.forms.file(asked, by=CABINET)
    third = vl.forms.file(asked, by=CABINET)

    assert form_id(asked, FormKind.REQUEST) == first.id == second.id
    assert second == third
    assert [1, 2] == [len(one.record.versions) for one in (first, second)]
    assert "Subsidie voor jeugdwerk BIS" in second.record.name


def test_a_question_is_filed_as_an_annex(matter: Matter) -> None:
    """Assumed: no code list has a type for a question."""
    filed = matter.vl.forms.file(matter.ask().id, by=CABINET)

    assert QUESTION_TYPE == filed.record.type
    assert "Bijlage" == concept(filed.record.type).label


def test_an_answer_that_was_delivered(matter: Matter) -> None:
    """An advice with a document of its own is that document; no other one is made."""
    asked = matter.received()
    own = matter.council.document(matter.dossier, "Advies", type=IF_ADVICE)
    matter.vl.advices.advise(asked, FAVOURABLE, document=own, by=INSPECTOR)

    assert own == matter.vl.forms.file(asked, by=INSPECTOR).id
    question = matter.vl.forms.file(asked, FormKind.REQUEST, by=CABINET)
    assert form_id(asked, FormKind.REQUEST) == question.id


def test_who_answers_files(matter: Matter) -> None:
    """The minister, in the dossier of a colleague; not who only reads it."""
    asked = agreed(matter)
    reader = Party("kort-bestek", "Kort bestek", Role.PRESS)
    with pytest.raises(NotAllowedError, match="documenten aanleveren"):
        matter.vl.forms.file(asked, by=reader)
    with pytest.raises(NotFoundError):
        matter.vl.forms.file(asked, by=OTHER_CABINET)

    filed = matter.vl.forms.file(asked, by=BUDGET)

    ruling = matter.vl.agreements.read(asked).record.ruling
    assert ruling is not None
    assert filed.id == ruling.document
    assert BUDGET_AGREEMENT == filed.record.type


def test_a_closed_dossier_takes_no_form(matter: Matter) -> None:
    """Of nobody."""
    asked = advised(matter)
    matter.vl.dossiers.close(matter.dossier, by=CABINET)

    for who in (INSPECTOR, CABINET):
        with pytest.raises(StepNotAllowedError):
            matter.vl.forms.file(asked, by=who)


def test_nothing_to_file(matter: Matter) -> None:
    """An advice that is not given is no document; nothing is written."""
    asked = matter.received()
    version = matter.vl.advices.read(asked).version

    with pytest.raises(NotReadyError):
        matter.vl.forms.file(asked, FormKind.ADVICE, by=INSPECTOR)

    assert version == matter.vl.advices.read(asked).version


def test_a_silence_is_filed(matter: Matter) -> None:
    """As a document of the type of the advice that did not come, and called so."""
    asked = matter.received()
    matter.wait(days=30)
    matter.vl.silences.establish()

    filed = matter.vl.forms.file(asked, by=CABINET)

    assert filed == matter.vl.forms.file(asked, by=CABINET)
    assert IF_ADVICE == filed.record.type
    assert filed.record.title.startswith("Verstreken termijn: advies")
    assert "file advice" == matter.vl.advices.read(asked).action


def test_about_what_is_confidential(matter: Matter) -> None:
    """The form is confidential too, and who was asked still files and reads it."""
    vl = matter.vl
    vl.dossiers.set_level(matter.nota, AccessLevel.CONFIDENTIAL, by=SECRETARIAT)
    asked = advised(matter)

    filed = vl.forms.file(asked, by=INSPECTOR)

    assert AccessLevel.CONFIDENTIAL is filed.record.level
    assert vl.forms.advice(asked, by=INSPECTOR)


def test_in_a_confidential_step(matter: Matter) -> None:
    """A step with restricted access makes what is advised on it confidential."""
    vl = matter.vl
    vl.dossiers.submit(
        matter.dossier,
        StepKind.FINAL_APPROVAL,
        documents=matter.documents,
        by=CABINET,
        confidential=True,
    )

    filed = vl.forms.file(advised(matter), by=INSPECTOR)

    assert AccessLevel.CONFIDENTIAL is filed.record.level


def test_a_new_version_is_not_looser(matter: Matter) -> None:
    """What was made confidential by hand stays so."""
    vl, asked = matter.vl, matter.ask().id
    filed = vl.forms.file(asked, by=CABINET)
    vl.dossiers.set_level(filed.id, AccessLevel.CONFIDENTIAL, by=SECRETARIAT)
    vl.advices.receive(asked, by=INSPECTOR)

    again = vl.forms.file(asked, by=CABINET)

    assert [AccessLevel.CONFIDENTIAL] * 2 == [v.level for v in again.record.versions]


def test_two_who_file_at_once(matter: Matter, monkeypatch: pytest.MonkeyPatch) -> None:
    """One wins; the other is told, and then gets the same document."""
    forms, asked, keep = matter.vl.forms, advised(matter), Documents.keep

    def slowly(documents: Documents, content: BinaryIO) -> Stored:
        monkeypatch.setattr(Documents, "keep", keep)
        forms.file(asked, by=CABINET)
        return keep(documents, content)

    monkeypatch.setattr(Documents, "keep", slowly)
    with pytest.raises(StaleRecordError):
        forms.file(asked, by=INSPECTOR)

    assert 1 == len(forms.file(asked, by=INSPECTOR).record.versions)


def test_the_name_of_the_longest_title(matter: Matter) -> None:
    """A dossier with the longest title there can be has forms too."""
    entry = matter.ask()
    record = attrs.evolve(entry.record, title="t" * 500)
    matter.vl.book.write(entry.next(record, "edit", CABINET, matter.council.now))

    filed = matter.vl.forms.file(entry.id, by=CABINET)

    assert 500 == len(filed.record.title)


def test_signed_like_any_other() -> None:
    """Code in a free place, signature, register: an agreement goes the ordinary way."""
    with Digivl.in_memory() as vl:
        council = Council(vl, now=vl.clock())
        matter = Matter.opened(council)
        agreement = agreed(matter)
        document = vl.forms.file(agreement, by=BUDGET).id
        coded = vl.register.stamp(document, by=CABINET)
        signatory = Signatory(party=BUDGET, means="minister")
        flow = vl.signing.start(document, [signatory], by=CABINET).id
        vl.signing.sign(flow, by=BUDGET)
        registered = vl.register.register(flow, by=CABINET).record
        signed = vl.documents.read(document).record
        with vl.documents.opened(signed.latest.sha256) as file:
            verdict = vl.validate(file, "akkoord.pdf")
        filed_again = vl.forms.file(agreement, by=BUDGET)

    assert (1, False) == (coded.place.page, coded.added_page)
    assert Indication.TOTAL_PASSED is verdict.indication
    assert signed.latest.sha256 == registered.final
    assert Origin.SIGNED is filed_again.record.latest.origin
    assert Body.BA.document_type == signed.type
