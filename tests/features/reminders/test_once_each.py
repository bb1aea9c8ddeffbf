"""For any due day and any absence: one reminder for each owner, on a working day, never after the due day unless the
owner was away."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.clock import is_working_day
from bot.features.actions.reminding.mornings import is_digest_day, reminder_day
from tests.databases import Postgres, Prepare, Sqlite
from tests.features.reminders.telling import at, away, digests, due
from tests.world import A_TUESDAY, World, world_on

FIRST = A_TUESDAY.date() + timedelta(days=1)
DAYS = 50


@dataclass(frozen=True)
class Life:
    """An owner's due day and absences, each as days from the first one."""

    due: int
    spells: tuple[tuple[int, int], ...]
    deputy: bool

    @property
    def due_day(self) -> date:
        return FIRST + timedelta(days=self.due)

    def is_away(self, day: date) -> bool:
        return any(first <= (day - FIRST).days <= first + length for first, length in self.spells)

    def day_told(self) -> date:
        """What the whole is to come to, said in the simplest way."""
        day = reminder_day(self.due_day)
        if not self.deputy:
            while self.is_away(day) or not is_working_day(day):
                day += timedelta(days=1)
        return day


LIVES = st.builds(
    Life,
    st.integers(0, 30),
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 12)), max_size=2).map(tuple),
    st.booleans(),
)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def new_url(request: pytest.FixtureRequest, schema: Prepare | None, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """As `database_url`, a new one for each example."""
    made: list[str] = []
    server: Sqlite | Postgres = request.getfixturevalue(request.param)

    def new() -> str:
        if isinstance(server, Sqlite):
            folder = tmp_path / str(len(made))
            folder.mkdir()
            made.append(server.create(folder, schema))
        else:
            made.append(server.create(schema))
        return made[-1]

    yield new
    if isinstance(server, Postgres):
        for url in made:
            server.drop(url)


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LIVES, min_size=12, max_size=12))
def test_one_reminder_for_each_owner_and_due_day(new_url: Callable[[], str], tmp_path: Path, lives: list[Life]) -> None:
    asyncio.run(_live(new_url(), tmp_path, lives))


async def _live(url: str, folder: Path, lives: list[Life]) -> None:
    async with world_on(url, folder) as world:
        for number, life in enumerate(lives):
            await _begin(world, number, life)
        for day in (FIRST + timedelta(days=ahead) for ahead in range(DAYS)):
            before = [_told(world, number) for number in range(len(lives))]
            await world.until(at(day.isoformat(), "23:00"))
            for number, life in enumerate(lives):
                reminders, mentions = (now - was for now, was in zip(_told(world, number), before[number], strict=True))
                _judge(life, day, reminders, mentions)


async def _begin(world: World, number: int, life: Life) -> None:
    await world.enrol(f"eier{number}", f"Eier{number} Testmo")
    await world.enrol(f"vara{number}", f"Vara{number} Testmo")
    for first, length in life.spells:
        begins, ends = FIRST + timedelta(days=first), FIRST + timedelta(days=first + length)
        deputy = f"vara{number}" if life.deputy else None
        await away(world, f"eier{number}", begins.isoformat(), ends.isoformat(), deputy)
    await world.make_item("kari", f"Oppgave @Eier{number} frist {life.due_day.isoformat()}")


def _told(world: World, number: int) -> tuple[int, int]:
    """(reminders, digests) of the owner and the deputy together."""
    both = (f"eier{number}", f"vara{number}")
    return sum(len(due(world, who)) for who in both), sum(len(digests(world, who)) for who in both)


def _judge(life: Life, day: date, reminders: int, mentions: int) -> None:
    told, in_digest = life.day_told(), is_digest_day(reminder_day(life.due_day))
    assert reminders == (1 if day == told and not in_digest else 0), (life, day)
    assert mentions <= 1, (life, day)
    if in_digest and day == told:
        assert mentions == 1, (life, day)
    if reminders or mentions:
        assert is_working_day(day)
        assert life.deputy or not life.is_away(day), (life, day)
    if reminders and day > life.due_day:
        assert life.is_away(reminder_day(life.due_day))
