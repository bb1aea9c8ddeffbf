"""What somebody may not see they cannot reach: everything there is to do is done by each of them."""

from sqlalchemy import text

from bot import demo
from bot.chat.message import Form
from bot.chat.port import Outcome, Problems
from bot.help import RUN_COMMAND
from tests.promises.afternoon import CANARY, ITEM, live_through
from tests.world import CASES, GENERAL, World

WITHOUT = [m.account for m in demo.MEMBERS if not m.case_access]
WITH = [m.account for m in demo.MEMBERS if m.case_access]
CLOSED, REFUSED, APPEALED, OPEN, ERASED = "12345"
CASE_ITEM, PLAIN_ITEM = "12"
MISSING = "77"
CODES = {CLOSED: "BLOD-26-001", OPEN: "BLOD-26-002", ERASED: "BLOD-26-003", MISSING: "BLOD-26-077"}
ITEM_WORDS = (
    "{}",
    "vis {}",
    "ferdig {}",
    "fjern {}",
    "åpne {}",
    "angre {}",
    "endre {}",
    "utsett {}",
    "utsett {} mandag",
    "overfør {}",
    "overfør {} @kari @leder",
)
TYPED = {
    "sure": "on",
    "conclusion": "Ferdig.",
    "title": "Om dosering",
    "question": "Hvor mye?",
    "affirmed": "on",
    "confirmed": "on",
    "text": "Ringe",
    "owners": "1",
    "due": "fredag",
}


async def answer_to_press(world: World, who: str, does: str, carries: str) -> tuple[str, str]:
    """What they are told and what opens, as one can compare it."""
    before = len(world.chat.shown)
    form = await world.chat.press(who, "direct", does, carries)
    return _said_since(world, before), form.title if form else ""


async def answer_to_command(world: World, who: str, words: str) -> tuple[str, str]:
    before = len(world.chat.shown)
    form = await world.chat.command(who, "direct", words)
    return _said_since(world, before), form.title if form else ""


async def answer_to_form(world: World, who: str, does: str, carries: str, button: str = "") -> tuple[str, str]:
    before = len(world.chat.shown)
    outcome = await world.chat.submit(who, "direct", Form(does, "", (), carries), TYPED, button=button)
    return _said_since(world, before), _in_words(outcome)


def _said_since(world: World, before: int) -> str:
    return "\n".join(each.text for each in world.chat.shown[before:])


def _in_words(outcome: Outcome) -> str:
    return str(outcome.by_field) if isinstance(outcome, Problems) else type(outcome).__name__


async def all_cases(world: World) -> list[tuple[object, ...]]:
    async with world.database.reading() as session:
        rows = await session.execute(text("SELECT id, state, answered_at, closed_at FROM clinical_case ORDER BY id"))
        return [tuple(row) for row in rows]


async def deeds(world: World) -> list[tuple[object, ...]]:
    """What was recorded of cases and items; of oneself one may change what one likes."""
    async with world.database.reading() as session:
        query = "SELECT did, subject FROM audit WHERE subject LIKE 'case:%' OR subject LIKE 'item:%' ORDER BY id"
        return [tuple(row) for row in await session.execute(text(query))]


async def walk(world: World, who: str) -> None:
    """Everything, with every id there is and one that is not: the answers are the same, and hold nothing."""
    features = world.app.core.features
    for does in (*features.presses, RUN_COMMAND):
        for kind, ids in (("cases.", (CLOSED, REFUSED, APPEALED, OPEN, ERASED)), ("actions.", (CASE_ITEM,))):
            if does.startswith(kind) and does != "actions.all":  # carries a network, which is no secret
                missing = await answer_to_press(world, who, does, MISSING)
                for id in ids:
                    assert await answer_to_press(world, who, does, id) == missing, (who, does, id)
    for word in (each for command in features.commands for each in (command.word, *command.also)):
        await answer_to_command(world, who, f"/{word}")
        await answer_to_press(world, who, RUN_COMMAND, word)
    await walk_items(world, who)
    for wish in ("mine", "åpne", "alle"):
        await answer_to_command(world, who, f"/kasus {wish}")
    missing = await answer_to_command(world, who, f"/kasus {CODES[MISSING]}")
    for code in CODES.values():
        assert await answer_to_command(world, who, f"/kasus {code}") == missing, (who, code)
    for does in sorted(set(features.forms) - {"my_data.erase"}):  # which carries nothing, and is one's own to ask
        for button in ("", "rewrite", "appeal"):
            carried = "{}" if does.startswith("cases.") else "x{}"
            missing = await answer_to_form(world, who, does, carried.format(MISSING), button)
            for id in (CLOSED, REFUSED, APPEALED, OPEN, ERASED):
                if does != "cases.ask":  # carries a network, which is no secret
                    assert await answer_to_form(world, who, does, carried.format(id), button) == missing, (who, does)
    await world.chat.press(who, GENERAL, "actions.new")


async def walk_items(world: World, who: str) -> None:
    """An item of a case is as if it were not, by every word, button and form, whatever else they carry."""
    for words in ITEM_WORDS:
        missing = await answer_to_command(world, who, f"/oppgave {words.format(MISSING)}")
        assert await answer_to_command(world, who, f"/oppgave {words.format(CASE_ITEM)}") == missing, (who, words)
        assert "Det finner jeg ikke" in missing[0] or who == "gjest", words
    for carried in ("{}:1", "{}:2", "{}:2026-12-04T", "{}:meetingT", "{}:leader", "{}:1,2"):
        for does in world.app.core.features.presses:
            if does.startswith("actions.") and does not in ("actions.new", "actions.all"):
                missing = await answer_to_press(world, who, does, carried.format(MISSING))
                assert await answer_to_press(world, who, does, carried.format(CASE_ITEM)) == missing, (who, does)
        for does in ("actions.edit", "actions.move", "actions.hand"):
            for button in ("", "week", "meeting"):
                missing = await answer_to_form(world, who, does, carried.format(MISSING), button)
                assert await answer_to_form(world, who, does, carried.format(CASE_ITEM), button) == missing, (who, does)
    for words in ("", "mine", "alle"):
        assert "BLOD-26" not in (await answer_to_command(world, who, f"/oppgave {words}"))[0]
    for does, carried in (("actions.mine", CASE_ITEM), ("actions.all", f"1:{CASE_ITEM}"), ("actions.all", "1")):
        assert "BLOD-26" not in (await answer_to_press(world, who, does, carried))[0]


async def test_those_without_case_access_reach_nothing_of_a_case(world: World) -> None:
    await live_through(world)
    world.introduce("gjest", "Gjest Gjestesen", GENERAL, guest=True)
    before, records = await all_cases(world), await deeds(world)
    for who in (*WITHOUT, "gjest"):
        await walk(world, who)
    await world.deliver()
    assert await all_cases(world) == before
    assert await deeds(world) == records
    for who in (*WITHOUT, "gjest"):
        seen = world.visible_to(who).replace(ITEM, "")
        assert CANARY not in seen
        assert "BLOD-26-0" not in seen.replace(CODES[MISSING], "")


async def test_an_item_made_from_a_message_of_a_case_room_is_beyond_those_without_access(world: World) -> None:
    await live_through(world)
    card = world.card("BLOD-26-002")
    for who in WITHOUT:
        form = await world.chat.press(who, CASES, "actions.new", on=card)
        if form is not None:
            assert CANARY not in str(form)
            outcome = await world.chat.submit(who, "direct", form, TYPED)
            assert isinstance(outcome, Problems), who
    assert await world.count("action_item") == 2


async def test_an_appeal_that_is_not_released_is_as_if_it_were_not_for_other_members(world: World) -> None:
    await live_through(world)
    before = await all_cases(world)
    features = world.app.core.features
    for who in set(WITH) - {"hedda", "liv"}:
        for does in (press for press in features.presses if press.startswith("cases.")):
            refused, there, missing = [
                await answer_to_press(world, who, does, each) for each in (REFUSED, APPEALED, MISSING)
            ]
            assert refused == there == missing, (who, does)
        for does in ("cases.close", "cases.erase"):
            refused, there, missing = [
                await answer_to_form(world, who, does, each) for each in (REFUSED, APPEALED, MISSING)
            ]
            assert refused == there == missing, (who, does)
    assert await all_cases(world) == before
    for who in set(WITH) - {"hedda", "liv"}:
        assert "kvernfjolsstoppet" not in world.visible_to(who)
        assert "kvernfjolsgrunn" not in world.visible_to(who)


async def test_members_with_access_read_what_is_theirs_to_read(world: World) -> None:
    await live_through(world)
    for who in WITH:
        await world.chat.press(who, "direct", "cases.show", OPEN)
        assert "kvernfjolsspørsmål" in world.private(who)[-1]
        for id in (ERASED, REFUSED, APPEALED):
            await world.chat.press(who, "direct", "cases.show", id)
            assert "Det finner jeg ikke" in world.private(who)[-1]


async def test_rights_follow_named_access_and_never_the_role_alone(world: World) -> None:
    """A leader whose access is taken away is stopped like anybody else."""
    await live_through(world)
    kari = await world.person_id("kari")
    async with world.database.transaction() as session:
        await session.execute(
            text("UPDATE membership SET case_access_at = NULL WHERE person_id = :kari"), {"kari": kari}
        )
    before = len(world.private("kari"))
    for does in ("cases.show", "cases.ask_close", "cases.ask_erase", "cases.release"):
        for id in (OPEN, APPEALED, MISSING):
            assert await answer_to_press(world, "kari", does, id) == await answer_to_press(world, "kari", does, MISSING)
    assert CANARY not in "\n".join(world.private("kari")[before:])
