"""Which words find which texts: the same on both databases."""

import asyncio
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import people, search
from bot.people import Standing
from bot.search import Entry
from bot.search.words import kept, wanted
from storage import Database
from tests.world import World

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

PAIRS = [
    # inflection
    ("prosedyre", "Revidere prosedyren", True),
    ("prosedyrene", "En prosedyre for alle", True),
    ("pasienter", "Pasienten skal følges opp", True),
    ("behandlingen", "Ulike behandlinger finnes", True),
    ("Blødning", "BLØDNINGER ved inngrep", True),
    ("barna", "Et barn med hemofili", True),
    # compounds: the beginning, the end, and as two words
    ("slag", "Revidere slagprosedyren", True),
    ("prosedyre", "Revidere slagprosedyren", True),
    ("slag prosedyre", "Revidere slagprosedyren", True),
    ("slagprosedyren", "Ny prosedyre for slag", True),
    ("hjerneblødning", "Blødning i hjernen", True),
    ("blødningsrisiko", "Risiko for blødning", True),
    ("tranex", "Tranexamsyre alene", True),
    ("syre", "Tranexamsyre alene", True),
    ("osedyre", "Revidere slagprosedyren", True),
    ("ell", "Eller noe annet", True),
    ("hel", "Helse i hele landet", True),
    ("dyr", "Revidere prosedyren", False),
    # nynorsk and bokmål
    ("bløding", "Blødning etter operasjon", True),
    ("blødninger", "Blødingar etter operasjon", True),
    ("sykehus", "Sjukehuset tek imot", True),
    ("sjukehus", "Sykehuset tar imot", True),
    ("hjemmebehandling", "Heimebehandling for born", True),
    ("oppgåver", "Fordele oppgavene", True),
    ("oppgave", "Fordele oppgåvene", True),
    ("helseforetak", "Helseføretaka melder", True),
    ("pasientar", "Pasienten", True),
    ("hjerte", "Hjartesvikt", True),
    ("faglige råd", "Faglege vurderingar", True),
    # letters
    ("blodning", "Blødning", True),
    ("bloedning", "Blødning", True),
    ("arsak", "Årsaken er ukjent", True),
    ("aarsak", "Årsaken er ukjent", True),
    ("laering", "Læring", True),
    ("lår", "Legen lar vente", False),
    ("før", "Medisin for barn", False),
    ("Áile", "Ring Aile", True),
    ("diare", "Diaré hos barn", True),
    ("Sjögren", "Sjøgrens syndrom", True),
    ("blødning", unicodedata.normalize("NFD", "Blødning på låret"), True),
    (unicodedata.normalize("NFD", "låret"), "Blødning på låret", True),
    ("slagprosedyre", "slag\u00adprosedyren", True),
    # numbers, codes, short words
    ("oppgave 12", "12 Ringe laben", True),
    ("12", "120 mg daglig", False),
    ("BLOD-26-014", "BLOD-26-014 Gi faktor", True),
    ("blod-26-014", "BLOD-26-014 Gi faktor", True),
    ("12/26", "Sak 12/26 følges opp", True),
    ("avblokk", "AV-blokk grad 2", True),
    ("AV-blokk", "avblokk grad 2", True),
    ("covid-19", "Covid–19 hos barn", True),
    ("d", "Vitamin D", True),
    ("vitamin d", "D-vitamin", True),
    ("e", "Vitamin D", False),
    ("µg", "Gi 50 μg", True),
    # English and Latin terms
    ("guidelines", "New guideline for bleeding", True),
    ("von Willebrand", "Von Willebrands sykdom", True),
    ("thrombosis", "Deep vein thrombosis", True),
    # words that say nothing
    ("har noen spurt om hemofili?", "Hemofili A", True),
    ("har noen spurt om hemofili?", "Noen har spurt om annet", False),
    ("og", "Først dette, og så det", True),
    # signs of SQL are no signs here
    ("%", "Hemofili A", False),
    ("hemo%", "Hemofili A", True),
    ("em_fil_", "Hemofili A", False),
    ("%ofi%", "Hemofili A", False),
    ("' OR 1=1 --", "Hemofili A", False),
    ("*", "Hemofili A", False),
]


@dataclass
class Library:
    """Entries of one network, and somebody who may see them all."""

    world: World
    standings: Sequence[Standing]
    refs: list[str] = field(default_factory=list)

    @property
    def database(self) -> Database:
        return self.world.database

    async def keep(self, *texts: str, kind: str = "book", cases: bool = False) -> None:
        async with self.database.transaction() as session:
            for text in texts:
                self.refs.append(text)
                at = NOW + timedelta(minutes=len(self.refs))
                await search.index(session, Entry(kind, len(self.refs), 1, text, at, needs_case_access=cases))

    async def find(self, question: str, most: int = search.MOST_HITS) -> list[str]:
        async with self.database.reading() as session:
            hits = await search.find(session, question, self.standings, most)
        return [self.refs[hit.ref - 1] for hit in hits]

    async def count(self) -> tuple[int, int]:
        return await self.world.count("search_entry"), await self.world.count("search_word")


@pytest.fixture
async def library(world: World) -> Library:
    mari = await world.person_id("mari")
    async with world.database.reading() as session:
        return Library(world, await people.standings(session, mari))


async def test_each_question_finds_what_it_should_and_no_more(library: Library) -> None:
    await library.keep(*dict.fromkeys(text for _question, text, _found in PAIRS))
    wrong = [(q, text, found) for q, text, found in PAIRS if (text in await library.find(q)) is not found]
    assert wrong == []


async def test_more_words_come_first_then_rarer_ones_then_the_newer(library: Library) -> None:
    await library.keep(
        "Hemofili hos barn",
        "Hemofili og emicizumab",
        "Hemofili, faktor og tannekstraksjon",
        "Hemofili hos voksne",
        "Faktor uten mer",
    )
    found = await library.find("faktor hemofili tannekstraksjon")
    assert found[0] == "Hemofili, faktor og tannekstraksjon"
    assert found[1] == "Faktor uten mer", "the rarer of two words"
    assert found[2:] == ["Hemofili hos voksne", "Hemofili og emicizumab", "Hemofili hos barn"], "newest first"


async def test_the_very_word_comes_before_what_only_contains_it(library: Library) -> None:
    await library.keep("Prosedyre for alle", "Slagprosedyren")
    assert await library.find("prosedyre") == ["Prosedyre for alle", "Slagprosedyren"]


async def test_both_halves_of_a_compound_must_be_there(library: Library) -> None:
    await library.keep("Prosedyre for lunge", "Slag hos unge", "Slag: ny prosedyre")
    assert await library.find("slagprosedyre") == ["Slag: ny prosedyre"]


async def test_a_text_is_found_by_its_words_of_now_alone(library: Library) -> None:
    async with library.database.transaction() as session:
        for text in ("Ringe laben", "Bestille rom"):
            await search.index(session, Entry("book", 1, 1, text, NOW, needs_case_access=False))
    library.refs.append("the one")
    assert await library.find("laben") == []
    assert await library.find("rom") == ["the one"]
    assert await library.count() == (1, 2)


async def test_two_who_index_the_same_at_once_leave_one_of_them(library: Library) -> None:
    async def once(text: str) -> None:
        async with library.database.transaction(patience=10) as session:
            await search.index(session, Entry("book", 1, 1, text, NOW, needs_case_access=False))

    texts = [f"felles {word}" for word in ("alfa", "beta", "gamma", "delta")]
    await asyncio.gather(*(once(text) for text in texts))
    assert await library.count() == (1, 2)


async def test_what_is_forgotten_leaves_nothing(library: Library) -> None:
    await library.keep("Kvernfjols", "Noe annet")
    async with library.database.transaction() as session:
        await search.forget(session, "book", 1, 2, 77)
        await search.forget(session, "book")
    assert await library.find("kvernfjols") == []
    assert await library.count() == (0, 0)


@pytest.mark.parametrize("question", ["", "   ", "\n", "…", "%_", "🩸", "\u200b", "--", "́"])
async def test_a_question_without_a_word_finds_nothing(library: Library, question: str) -> None:
    await library.keep("Hemofili A", "% _ 🩸 …")
    assert await library.find(question) == []
    assert search.asked_for(question) == []


async def test_a_very_long_question_is_answered(library: Library) -> None:
    await library.keep("Hemofili A", "x" * 5000)
    assert await library.find("hemofili " * 1200) == ["Hemofili A"]
    assert await library.find("x" * 10_000) == ["x" * 5000]
    many = " ".join(f"ord{number}" for number in range(2000))
    assert await library.find(many) == []
    assert len(wanted(many)) == 12


async def test_no_more_than_asked_for_come(library: Library) -> None:
    await library.keep(*(f"Hemofili {number}" for number in range(30)))
    assert await library.find("hemofili", most=3) == ["Hemofili 29", "Hemofili 28", "Hemofili 27"]


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=120))
def test_whatever_is_kept_is_wanted_by_each_of_its_words(text: str) -> None:
    stems = kept(text)
    for typed in text.split():
        for word in wanted(typed[:2000]):
            assert word.whole & stems, (typed, word)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=4))
def test_whatever_is_indexed_is_found_by_each_of_its_words(
    sqlite_url: str, postgres_url: str, texts: list[str]
) -> None:
    """On both databases, and they agree on everything that any word finds."""
    lists = [
        asyncio.run(_found_by_each_word(url, [t.replace("\0", "") for t in texts]))
        for url in (sqlite_url, postgres_url)
    ]
    assert lists[0] == lists[1]


async def _found_by_each_word(url: str, texts: list[str]) -> list[list[int]]:
    texts = [text.encode(errors="ignore").decode() for text in texts]
    database = Database(url)
    network = people.Network(code="T", name="T", kind="national", zone="Europe/Oslo", language="nb")
    answers = []
    try:
        async with database.transaction() as session:
            if (known := await session.get(people.Network, 1)) is None:
                session.add(network)
                await session.flush()
            standing = Standing(known or network, frozenset(), case_access=False)
            await search.forget(session, "text", *range(10))
            for ref, text in enumerate(texts):
                await search.index(session, Entry("text", ref, 1, text, NOW, needs_case_access=False))
            for ref, text in enumerate(texts):
                for word in text.split():
                    hits = [hit.ref for hit in await search.find(session, word, [standing])]
                    assert ref in hits or not search.asked_for(word), (word, text)
                    answers.append(hits)
    finally:
        await database.close()
    return answers
