"""Search: words in their forms, filters, pages; on SQLite and PostgreSQL the same."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text

from digivl.access.model import AccessLevel
from digivl.documents.model import NOTA
from digivl.dossiers.model import DOSSIER, DecisionResult, Dossier
from digivl.dossiers.publication import RegulationType
from digivl.errors import MalformedError
from digivl.kernel.identifiers import URI
from digivl.kernel.parties import Party, Role
from digivl.records.entries import first
from digivl.search.service import Found, Only
from digivl.testing.council import ADMIN, CABINET, OTHER_CABINET, SECRETARIAT, Council
from digivl.testing.papers import paper

AREA = URI("http://themis.vlaanderen.be/id/beleidsveld/jeugd")


def titles(found: Found) -> list[str]:
    """What was found, by its title."""
    return [hit.title for hit in found.hits]


def with_text(council: Council, text: str, title: str = "Nota") -> str:
    """A document whose bytes are there, in a dossier of its own."""
    dossier = council.vl.dossiers.open(f"Dossier van {title}", by=CABINET).id
    content = io.BytesIO(paper(text))
    return council.vl.documents.add(
        dossier, content, title=title, type=NOTA, by=CABINET
    ).id


def test_words_in_their_forms(council: Council) -> None:
    """Plural, accents, capitals and leading zeros do not matter; all words do."""
    council.vl.dossiers.open("Principiële adviezen over brieven", by=CABINET)
    find = council.vl.search.find

    for words in ("advies", "PRINCIPIEEL brief", "advie*", '"adviezen over brief"'):
        assert ["Principiële adviezen over brieven"] == titles(find(words, by=ADMIN))
    for words in ("adviezen begroting", '"brieven adviezen"', "overheid", ".", "vies*"):
        assert [] == titles(find(words, by=ADMIN))


def test_numbers(council: Council) -> None:
    """A step and its documents are found by their number, at once and however typed."""
    meeting = council.meeting().id
    council.item(meeting)
    find = council.vl.search.find
    assert [] == titles(find("DOC.0001", by=SECRETARIAT))

    council.vl.approving.approve(meeting, by=SECRETARIAT)

    expected = {
        "Subsidie voor jeugdwerk",
        "VR 2026 2511 DOC.0001-1 Ontwerp van besluit - nota",
    }
    for words in ("DOC.0001", "doc.1", "VR 2026 2511 DOC.0001", "2026 DOC.0001"):
        assert expected == set(titles(find(words, by=SECRETARIAT)))
    assert ["VR PV 2026/1 van 25-11-2026"] == titles(find("pv 2026/1", by=SECRETARIAT))


def test_text_of_documents(council: Council) -> None:
    """Found once it was read; with the words marked where they stand."""
    with_text(council, "De subsidie wordt toegekend aan het jeugdhuis te Gent.")
    find = council.vl.search.find
    before = find("jeugdhuizen", by=CABINET)

    told = []
    read = council.vl.search.catch_up(lambda ref, left: told.append((ref.kind, left)))
    (hit,) = find("jeugdhuizen toegekend", by=CABINET).hits

    assert ((), 1) == (before.hits, before.behind)
    assert (1, [("document", 0)]) == (read, told)
    assert hit.excerpt is not None
    assert "wordt [toegekend] aan het [jeugdhuis] te Gent" in hit.excerpt.marked()
    assert 0 == council.vl.search.catch_up() == find("x", by=CABINET).behind


def test_only_the_last_version_is_searched(council: Council) -> None:
    """What stood in an earlier one is not found, and not shown."""
    document = with_text(council, "Oude tekst over kasteel")
    council.vl.search.catch_up()
    council.vl.documents.replace(
        document, io.BytesIO(paper("Nieuwe tekst over molen")), by=CABINET
    )

    between = titles(council.vl.search.find("kasteel", by=CABINET))
    council.vl.search.catch_up()

    assert [] == between == titles(council.vl.search.find("kasteel", by=CABINET))
    assert ["Nota BIS"] == titles(council.vl.search.find("molens", by=CABINET))


def test_a_text_that_cannot_be_read(council: Council) -> None:
    """Such a document is found by its name, and not tried for ever."""
    dossier = council.vl.dossiers.open("Zonder bytes", by=CABINET).id
    council.document(dossier, title="Verdwenen nota")

    assert 1 == council.vl.search.catch_up()
    assert 0 == council.vl.search.catch_up()
    assert ["Verdwenen nota"] == titles(council.vl.search.find("nota", by=CABINET))


def test_national_numbers_are_not_found(council: Council) -> None:
    """Nobody is found by the number of a person, and no excerpt shows one."""
    with_text(council, "Begunstigde 00.00.01 003-64 krijgt een toelage")
    council.vl.search.catch_up()
    find = council.vl.search.find

    for words in ("00000100364", '"00.00.01 003-64"', "100364", '"1 3 64"'):
        assert [] == titles(find(words, by=ADMIN))
    (hit,) = find("toelage", by=ADMIN).hits
    assert hit.excerpt is not None
    assert "Begunstigde ••• krijgt" in hit.excerpt.text


def test_filters(council: Council) -> None:
    """By kind, dossier, minister, policy field, type and moment; also without words."""
    vl, find = council.vl, council.vl.search.find
    youth = vl.dossiers.open("Jeugdplan", by=CABINET, areas=[AREA]).id
    council.now += timedelta(days=1)
    culture = vl.dossiers.open("Cultuurplan", by=OTHER_CABINET).id
    document = council.document(youth, title="Plan")
    vl.publications.start(
        culture, "Besluit cultuur", RegulationType.DECREE, by=ADMIN, ministers=["m-9"]
    )

    def found(**only: object) -> list[str]:
        return titles(find(by=ADMIN, only=Only(**only)))  # type: ignore[arg-type]

    assert ["Cultuurplan", "Jeugdplan"] == found(kinds=("dossier",))
    assert {"Plan", "Jeugdplan"} == set(found(dossier=youth))
    assert ["Jeugdplan"] == found(minister="minister-1")
    assert ["Besluit cultuur"] == found(minister="m-9")
    assert ["Jeugdplan"] == found(area=AREA)
    assert ["Plan"] == found(type=NOTA)
    assert ["Jeugdplan"] == found(until=council.now)
    assert "Jeugdplan" not in found(since=council.now)
    assert document in {hit.ref.id for hit in find("plan", by=ADMIN).hits}
    with pytest.raises(MalformedError, match="is not searched"):
        Only(kinds=("ministers",))


def test_from_page_to_page(council: Council) -> None:
    """Each hit once, the latest first, however many somebody else's lie between."""
    for n in range(12):
        owner = CABINET if n % 3 else OTHER_CABINET
        council.vl.dossiers.open(f"Plan {n}", by=owner)
        council.now += timedelta(minutes=1)
    seen: list[str] = []
    after = None
    for _ in range(20):
        page = council.vl.search.find("plan", by=CABINET, limit=3, after=after)
        seen += titles(page)
        after = page.after
        if after is None:
            break

    assert [f"Plan {n}" for n in reversed(range(12)) if n % 3] == seen


def test_who_reads_little_is_not_kept_waiting(council: Council) -> None:
    """Somebody who may know of almost nothing gets short pages, never a long wait."""
    council.vl.book.write(
        *(
            first(
                DOSSIER,
                f"plan-{n}",
                Dossier(title="Plan", opened_by=OTHER_CABINET, opened_at=council.now),
                "open",
                OTHER_CABINET,
                council.now,
            )
            for n in range(1_300)
        )
    )
    council.now -= timedelta(days=1)
    council.vl.dossiers.open("Eigen plan", by=CABINET)
    find = council.vl.search.find

    page = find("plan", by=CABINET)
    rest = find("plan", by=CABINET, after=page.after)

    assert ([], ["Eigen plan"]) == (titles(page), titles(rest))
    assert page.after is not None
    assert rest.after is None


@pytest.mark.parametrize("words", ["x" * 301, "a b " * 11, '"'])
def test_queries_are_bounded(council: Council, words: str) -> None:
    """A query that is too long is refused; one without a word finds nothing."""
    if words == '"':
        assert () == council.vl.search.find(words, by=ADMIN).hits
        return
    with pytest.raises(MalformedError, match="a query has at most"):
        council.vl.search.find(words, by=ADMIN)
    for limit in (0, 201):
        with pytest.raises(MalformedError, match="1 to 200"):
            council.vl.search.find("x", by=ADMIN, limit=limit)


def test_a_decision_does_not_show_before_its_release(council: Council) -> None:
    """A cabinet finds the step of another one, with what the agenda told of it."""
    meeting = council.meeting().id
    item = council.item(meeting, council.matter(level=AccessLevel.PUBLIC).id)
    council.vl.approving.close(meeting, by=SECRETARIAT)
    council.vl.deciding.decide(
        item.record.step, DecisionResult.WITHDRAWN, by=SECRETARIAT
    )

    (hit,) = council.vl.search.find(by=OTHER_CABINET, only=Only(kinds=("step",))).hits

    assert "ingetrokken" not in repr(hit)


def test_parts_of_a_dossier_open_with_it(council: Council) -> None:
    """What is on no approved agenda is known to its owner and the staff only."""
    step = council.matter("Geheim plan")
    body = Party("OVO000001", "Agentschap", Role.GOVERNMENT_BODY)
    find = council.vl.search.find
    before = [titles(find("geheim", by=who)) for who in (OTHER_CABINET, body)]
    meeting = council.meeting().id
    council.item(meeting, step.id)

    council.vl.approving.approve(meeting, by=SECRETARIAT)

    assert [[], []] == before
    assert ["Geheim plan"] * 2 == titles(find("geheim", by=OTHER_CABINET))
    assert [] == titles(find("geheim", by=body))


def test_many_who_search_at_once(council: Council) -> None:
    """Each takes in what is new; nobody waits in vain, and all find the same."""
    for n in range(300):
        council.vl.dossiers.open(f"Plan {n}", by=CABINET)

    with ThreadPoolExecutor(4) as pool:
        pages = list(
            pool.map(lambda _: council.vl.search.find("plan", by=ADMIN), range(8))
        )

    assert all(titles(pages[0]) == titles(page) for page in pages)
    assert 20 == len(pages[0].hits)


def test_interrupted_it_goes_on(council: Council) -> None:
    """What was read stays read; the rest waits for the next time."""
    for n in range(3):
        with_text(council, f"Tekst over molen {n}", title=f"Nota {n}")

    def stop(_: object, left: int) -> None:
        if left == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        council.vl.search.catch_up(stop)

    assert 1 == council.vl.search.find("molen", by=CABINET).behind
    assert 1 == council.vl.search.catch_up()
    assert 3 == len(council.vl.search.find("molens", by=CABINET).hits)


def test_a_lost_index_is_made_anew(council: Council, url: str) -> None:
    """It is no part of the book: dropped, the next search fills another one."""
    with_text(council, "Tekst over molen")
    council.vl.search.catch_up()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE search"))
    engine.dispose()

    found = council.vl.search.find("nota", by=CABINET)
    council.vl.search.catch_up()

    assert (2, 1) == (len(found.hits), found.behind)
    assert 1 == len(council.vl.search.find("molens", by=CABINET).hits)
