"""What stands on the forms of advice and agreement."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import attrs
import pytest

from digivl.access.model import DENIAL
from digivl.advice.agreement import Agreement
from digivl.advice.body import AdviceAspect, AdviceOutcome, Body
from digivl.advice.budget import AmountKind, BudgetLine, LocalImpact, StaffImpact
from digivl.advice.forms.service import FormKind
from digivl.advice.request import AspectRemark
from digivl.errors import NotFoundError, NotReadyError
from digivl.kernel.money import Euro
from digivl.kernel.parties import Party, Role
from digivl.records.port import Query
from digivl.testing.council import CABINET, INSPECTOR, OTHER_CABINET, SECRETARIAT
from digivl.testing.matter import BUDGET, MINISTER, Matter
from digivl.testing.papers import text_in

BODY = Party("OVO000001", "Agentschap", Role.GOVERNMENT_BODY)
CLERK = StaffImpact(fte=Decimal(1), function="klerk", statutory=True)
TWO_LINES = (
    BudgetLine(year=2027, article="HB0-1HDJ2HB-WT", vak=Euro("156000.00"), vek=None),
    BudgetLine(
        year=2026,
        article="HB0-1HDJ2AB-OW",
        vak=Euro("-1.50"),
        vek=Euro("0.00"),
        kind=AmountKind.REVENUE,
    ),
)


def advised(matter: Matter, **how: Any) -> str:
    """Id of a request with an advice."""
    usual: dict[str, Any] = {"outcome": AdviceOutcome.FAVOURABLE, "by": INSPECTOR}
    return matter.vl.advices.advise(matter.received(), **(usual | how)).id


def agreement(matter: Matter, advice: str, body: Body = Body.BA) -> str:
    """Id of an agreement that the minister has received."""
    ask = matter.vl.agreements.ask
    asked = ask(advice, minister=BUDGET, body=body, by=CABINET)
    return matter.vl.agreements.receive(asked.id, by=BUDGET).id


def test_a_question(matter: Matter) -> None:
    """Who asks whom what, since when, until when; about which bytes; what it costs."""
    matter.propose(
        lines=TWO_LINES,
        staff=(StaffImpact(fte=Decimal("0.8"), function="klerk", statutory=True),),
        local=LocalImpact(investment=Euro("-2500.00"), remark="Twintig procent mee."),
    )
    asked = matter.received()
    sha256 = matter.vl.documents.read(matter.nota).record.latest.sha256

    text = text_in(matter.vl.forms.request(asked, by=CABINET))

    for part in (
        "Vraag om advies van de Inspectie van Financiën",
        "Subsidie voor jeugdwerk",
        "Aan Inspectie van Financiën",
        "Van Kabinet jeugd",
        "Voorstel individueel besluit van de Vlaamse Regering",
        "Ingediend op 23 november 2026",
        "12 werkdagen, uiterlijk 9 december 2026",
        f"Kenmerk {asked}",
        f"Nota {sha256[:32]} {sha256[32:]}",
        "2027 HB0-1HDJ2HB-WT uitgave 156.000,00 nog niet gekend",
        "2026 Totaal ontvangst \N{MINUS SIGN}1,50 0,00",
        "klerk statutair +0,8",
        "Investeringsuitgaven \N{MINUS SIGN}2.500,00",
        "Twintig procent mee.",
        "Niet openbaar",
        "pagina 1 van 2",
    ):
        assert part in text


def test_a_question_in_its_course(matter: Matter) -> None:
    """What was asked meanwhile, why it is urgent, and what it was sent back for."""
    vl, asked = matter.vl, matter.received()
    vl.advices.inquire(asked, "Waarom zoveel?", by=INSPECTOR)
    open_one = text_in(vl.forms.request(asked, by=INSPECTOR))
    vl.advices.answer(asked, "Omdat het kan.", by=CABINET)
    vl.advices.urge(asked, reason="De oproep kan niet wachten.", by=MINISTER)
    urgent = text_in(vl.forms.request(asked, by=INSPECTOR))
    vl.advices.send_back(asked, lacks=["de raming"], by=INSPECTOR)
    sent_back = text_in(vl.forms.request(asked, by=INSPECTOR))

    assert "geschorst tot het antwoord" in open_one
    assert "Vraag: Waarom zoveel? Nog niet beantwoord." in open_one
    assert "Antwoord: Omdat het kan." in urgent
    assert "Dringend De oproep kan niet wachten." in urgent
    assert "4 werkdagen" in urgent
    assert "Stand teruggezonden, niet volledig" in sent_back
    assert "Wat ontbreekt 1. de raming" in sent_back


def test_a_draft_says_so(matter: Matter) -> None:
    """A question that is not put has no term; what is not known is said."""
    matter.propose(lines=(), budget_impact=None, more_staff=None)
    draft = matter.ask(submit=False)

    text = text_in(matter.vl.forms.request(draft.id, by=CABINET))

    assert "Stand ontwerp, nog niet ingediend" in text
    assert "Termijn" not in text
    for what in ("de begroting", "het personeel", "de lokale besturen"):
        assert f"De weerslag op {what} is nog niet gekend." in text


def test_a_question_tells_the_proposal_as_it_was(matter: Matter) -> None:
    """What is described otherwise afterwards is not what was asked."""
    asked = matter.received()
    before = matter.vl.forms.request(asked, by=CABINET)
    matter.wait(hours=1)
    matter.propose(more_staff=True)

    assert before == matter.vl.forms.request(asked, by=CABINET)


def test_who_looks_at_the_text_only(matter: Matter) -> None:
    """A question on legislative technique says nothing of staff."""
    asked = matter.ask(body=Body.WT)

    text = text_in(matter.vl.forms.request(asked.id, by=CABINET))

    assert "Vraag om wetgevingstechnisch en taalkundig advies" in text
    assert "Weerslag op de begroting" in text
    assert "personeel" not in text


def test_an_advice(matter: Matter) -> None:
    """Conclusion, agreement or not, each aspect, conditions, and what it rests on."""
    said = [
        AspectRemark(
            aspect=AdviceAspect.LEGALITY, text='Zie #eval("1") *x* $y$.\n\nEn.'
        )
    ]
    outcome = AdviceOutcome.FAVOURABLE_ON_CONDITIONS
    conditions = ["eerst de raming"]
    asked = advised(matter, outcome=outcome, aspects=said, conditions=conditions)
    pdf = matter.vl.forms.advice(asked, by=CABINET)

    text = text_in(pdf)

    for part in (
        "Gunstig onder voorwaarden Een begrotingsakkoord is vereist.",
        "Gevraagd door Kabinet jeugd",
        "Gevraagd aan Inspectie van Financiën",
        "Advies gegeven op 23 november 2026",
        'Wettigheid Zie #eval("1") *x* $y$. En.',
        "Budgettaire inpasbaarheid op termijn Geen opmerkingen.",
        "Voorwaarden 1. eerst de raming",
        "Het advies steunt op deze stukken.",
    ):
        assert part in text
    matter.vl.advices.meet(asked, 1, matter.nota, by=CABINET)
    assert pdf == matter.vl.forms.advice(asked, by=CABINET)


def test_no_agreement_needed(matter: Matter) -> None:
    """Only where the inspector said so."""
    asked = advised(matter, agreement_needed=False)

    text = text_in(matter.vl.forms.advice(asked, by=CABINET))

    assert "Gunstig Een begrotingsakkoord is niet vereist." in text


def test_a_silence(matter: Matter) -> None:
    """No advice in time is no advice: it says by which rule what that means."""
    asked = matter.received()
    matter.wait(days=30)
    matter.vl.silences.establish()

    text = text_in(matter.vl.forms.advice(asked, by=CABINET))

    assert "Verstreken termijn: advies van de Inspectie van Financiën" in text
    assert "Geen advies binnen de termijn Geacht gunstig." in text
    assert "12 werkdagen begon bij de ontvangst en verstreek op 9 december 2026" in text
    assert f"Regel Rechtsgrond SHA-256 van de regels {_rule(matter, asked)}" in text


def _rule(matter: Matter, asked: str) -> str:
    silence = matter.vl.advices.read(asked).record.silence
    assert silence is not None
    return silence.rule


def test_an_agreement(matter: Matter) -> None:
    """Granted with conditions; on which advice, documents and amounts it rests."""
    advice = advised(matter)
    filed = matter.vl.forms.file(advice, by=INSPECTOR)
    matter.wait(hours=1)
    asked = agreement(matter, advice)
    matter.vl.agreements.agree(asked, conditions=["binnen het krediet"], by=BUDGET)
    sha256 = filed.record.latest.sha256

    # A line can end behind a hyphen of an id.
    text = text_in(matter.vl.forms.agreement(asked, by=BUDGET)).replace("- ", "-")

    for part in (
        "Begrotingsakkoord Subsidie voor jeugdwerk Akkoord onder voorwaarden",
        "Gevraagd aan Minister van Begroting",
        "Beslist op 23 november 2026",
        "Voorwaarden 1. binnen het krediet",
        f"Gunstig, gegeven op 23 november 2026. Kenmerk {advice}.",
        f"Advies Inspectie Financiën {sha256[:32]} {sha256[32:]}",
        "Weerslag op de begroting",
    ):
        assert part in text


def test_a_refusal(matter: Matter) -> None:
    """With its reason, and the reply to the unfavourable advice before it."""
    advice = advised(matter, outcome=AdviceOutcome.UNFAVOURABLE)
    matter.vl.appeals.reply(advice, "Het krediet is er.", by=CABINET)
    asked = agreement(matter, advice)
    question = text_in(matter.vl.forms.request(asked, by=BUDGET))
    matter.vl.agreements.refuse(asked, reason="Geen krediet.", by=BUDGET)

    text = text_in(matter.vl.forms.agreement(asked, by=CABINET))

    assert "Vraag om begrotingsakkoord" in question
    assert "Repliek van 23 november 2026: Het krediet is er." in question
    assert "Weigering: begrotingsakkoord Subsidie voor jeugdwerk Geen akkoord" in text
    assert "Reden Geen krediet." in text


def test_an_agreement_that_came_too_late(matter: Matter) -> None:
    """It is no longer required, by a rule."""
    asked = agreement(matter, advised(matter))
    matter.wait(days=40)
    matter.vl.silences.establish()

    text = text_in(matter.vl.forms.agreement(asked, by=CABINET))

    assert "Geen akkoord binnen de termijn Niet langer vereist." in text
    assert "Advies van de Inspectie van Financiën Gunstig, gegeven op" in text


def test_the_form_of_the_state(matter: Matter) -> None:
    """The question until there is an answer, and the answer from then on."""
    forms, asked = matter.vl.forms, matter.received()
    before = (forms.kind(asked, by=CABINET), forms.make(asked, by=CABINET))
    question = forms.request(asked, by=CABINET)
    matter.vl.advices.advise(asked, AdviceOutcome.FAVOURABLE, by=INSPECTOR)
    other = agreement(matter, asked)

    assert (FormKind.REQUEST, question) == before
    assert FormKind.ADVICE is forms.kind(asked, by=CABINET)
    assert FormKind.REQUEST is forms.kind(other, by=CABINET)
    matter.vl.agreements.agree(other, by=BUDGET)
    assert FormKind.AGREEMENT is forms.kind(other, by=CABINET)


def test_nothing_to_put_on_it(matter: Matter) -> None:
    """An answer that is not there, or is of the other kind, is no form."""
    forms, asked = matter.vl.forms, matter.received()
    makers: list[Callable[..., bytes]] = [forms.advice, forms.agreement]
    for make in makers:
        with pytest.raises(NotReadyError):
            make(asked, by=CABINET)
    matter.vl.advices.advise(asked, AdviceOutcome.FAVOURABLE, by=INSPECTOR)
    other = agreement(matter, asked)

    for make in makers:
        with pytest.raises(NotReadyError):
            make(other, by=CABINET)


def test_a_document_that_is_gone(matter: Matter) -> None:
    """Its bytes are named all the same."""
    entry = matter.ask()
    basis = entry.record.basis
    gone = attrs.evolve(basis.pieces[0], document="nergens")
    record = attrs.evolve(entry.record, basis=attrs.evolve(basis, pieces=(gone,)))
    matter.vl.book.write(entry.next(record, "edit", CABINET, matter.council.now))

    text = text_in(matter.vl.forms.request(entry.id, by=CABINET))

    assert f"een stuk dat er niet meer is {gone.sha256[:32]}" in text


def test_who_reads_a_form(matter: Matter) -> None:
    """Who asked, who was asked, and who knows every dossier; to others it is absent."""
    forms, asked = matter.vl.forms, advised(matter)
    for reader in (CABINET, INSPECTOR, MINISTER, SECRETARIAT):
        assert forms.advice(asked, by=reader)

    texts = set()
    other = Party("if-2", "Inspecteur", Role.FINANCE_INSPECTOR)
    tried = ((OTHER_CABINET, asked), (BODY, asked), (other, asked), (BODY, "x"))
    for reader, name in tried:
        with pytest.raises(NotFoundError, match="there is no question") as told:
            forms.advice(name, by=reader)
        texts.add(str(told.value).replace(name, "…"))

    assert 1 == len(texts)
    assert 4 == len(matter.vl.book.rows(Query(kind=DENIAL.name)))


def test_an_agreement_knows_its_kind(matter: Matter) -> None:
    """That of Bestuurszaken is headed so."""
    matter.propose(more_staff=True, staff=(CLERK,))
    asked = agreement(matter, advised(matter), Body.BZ)
    matter.vl.agreements.agree(asked, remark="Binnen de koppen.", by=BUDGET)
    record: Agreement = matter.vl.agreements.read(asked).record

    text = text_in(matter.vl.forms.agreement(asked, by=CABINET))

    assert Body.BZ is record.body
    assert "Akkoord bestuurszaken Subsidie voor jeugdwerk Akkoord" in text
    assert "Opmerking Binnen de koppen." in text


def test_another_adviser(matter: Matter) -> None:
    """Without a term where no rule gives one; nothing is said of an agreement."""
    vl, council = matter.vl, Party("serv", "SERV", Role.GOVERNMENT_BODY)
    asked = vl.advices.ask(
        matter.dossier,
        documents=matter.documents,
        adviser=council,
        body=Body.VTC,
        by=CABINET,
    ).id
    vl.advices.receive(asked, by=council)
    question = text_in(vl.forms.request(asked, by=council))
    vl.advices.advise(asked, AdviceOutcome.FAVOURABLE, by=council)

    text = text_in(vl.forms.advice(asked, by=council))

    assert "Termijn geen regel geeft er een" in question
    assert "Gunstig Gevraagd door Kabinet jeugd" in text
    assert "Opmerkingen" not in text


def test_an_agreement_after_a_silence(matter: Matter) -> None:
    """It rests on an advice that did not come, and says what that means."""
    advice = matter.received()
    matter.wait(days=30)
    matter.vl.silences.establish()
    asked = agreement(matter, advice)

    text = text_in(matter.vl.forms.request(asked, by=BUDGET))

    assert "Geen advies binnen de termijn: geacht gunstig, op 23 december 2026" in text


def test_what_others_recorded(matter: Matter) -> None:
    """Their reference is shown; a version or advice that is not there is no crash."""
    entry = matter.vl.agreements.read(agreement(matter, advised(matter)))
    advice = matter.ask()
    pieces = entry.record.basis.pieces
    gone = attrs.evolve(pieces[0], sha256="f" * 64)
    record = attrs.evolve(
        entry.record,
        advice=advice.id,
        reference="BA/2026/1",
        basis=attrs.evolve(entry.record.basis, pieces=(gone, *pieces[1:])),
    )
    matter.vl.book.write(entry.next(record, "import", BUDGET, matter.council.now))

    text = text_in(matter.vl.forms.request(entry.id, by=BUDGET))

    assert "Kenmerk minister BA/2026/1" in text
    assert "een stuk dat er niet meer is" in text
    assert "Advies van de Inspectie van Financiën Nog niet gegeven." in text
