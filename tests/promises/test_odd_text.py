"""Text that is odd or meant to do harm is kept, shown inert, and is the same on both databases."""

from adapters.memory.chat import Shown
from bot.chat.inbound import clean
from bot.chat.message import CopyText, Facts, Form, Mentions, Quote, Text, TextField
from bot.chat.port import Done, Next, Problems
from tests.world import A_CASE, CASES, GENERAL, World, buttons, typed

ODD = {
    "nul": "før\x00etter",
    "lone surrogate": "før\ud800etter\udfff",
    "zero width": "før\u200better\u200d\ufeff",
    "right to left": "\u202eetter\u202c \u05e9\u05dc\u05d5\u05dd",
    "emoji": "🩸👩🏽‍⚕️🇳🇴",
    "decomposed": "a\u030angstro\u0308m",
    "long": "ord " * 740,
    "script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "slack": "<!channel> <@U123> <http://x|klikk> *fet* _kursiv_ `kode` ~strøket~",
    "teams": "<at>Kari</at> [klikk](javascript:alert(1)) **fet**",
    "card": '{"type": "AdaptiveCard", "body": [{"type": "TextBlock"}]}',
    "sql": "'); DROP TABLE person; -- \" %s :x ? {0} {name}",
    "template": "{{ 7 * 7 }} ${7*7} %(name)s {mark}",
    "lines": "en\r\nto\n\n\ntre\ttabulator",
}


def calls_upon_nobody(shown: Shown) -> bool:
    assert shown.message is not None
    return not any(isinstance(part, Mentions) for part in shown.message.parts)


def parts_with(shown: Shown, text: str) -> list[str]:
    """The kinds of parts that hold this text: all of them plain by contract."""
    assert shown.message is not None
    found = ["title"] if text in shown.message.title else []
    for part in shown.message.parts:
        match part:
            case Text(text=held) | Quote(text=held) | CopyText(text=held) if text in held:
                found.append(type(part).__name__)
            case Facts(facts=facts) if any(text in str(value) for _name, value in facts):
                found.append("Facts")
            case _:
                assert text not in repr(part), "only in what is plain text"
    return found


async def ask_anyhow(world: World, **texts: str) -> bool:
    """Ask, past all warnings. False where the check stopped it."""
    outcome = await world.ask("hedda", **texts)
    if isinstance(outcome, Next):
        outcome = await world.chat.submit("hedda", CASES, outcome.form, typed(outcome.form, confirmed="on"))
        await world.deliver()
    if isinstance(outcome, Problems):
        assert "Noe gikk galt" not in str(outcome.by_field)
    return outcome == Done()


async def test_odd_text_goes_through_a_whole_case_unharmed(world: World) -> None:
    for number, odd in enumerate(ODD.values(), start=1):
        await _live_through(world, str(number), odd)


async def _live_through(world: World, case: str, odd: str) -> None:
    kept, code = clean(odd), f"BLOD-26-{int(case):03}"
    title = f"Om {odd}" if len(odd) < 140 else "Om noe langt"
    assert await ask_anyhow(world, title=title, background=odd, question=f"Hva med {odd}?")
    card = world.card(code)
    assert parts_with(card, kept) == (["title"] if odd in title else []) + ["Quote", "Quote"]
    assert calls_upon_nobody(card)
    close = await world.chat.press("hedda", CASES, "cases.ask_close", case)
    assert close is not None
    outcome = await world.chat.submit("hedda", CASES, close, typed(close, conclusion=odd, learning=odd[:990]))
    if isinstance(outcome, Next):
        outcome = await world.chat.submit("hedda", CASES, outcome.form, typed(outcome.form, confirmed="on"))
    assert outcome == Done()
    await world.deliver()
    assert parts_with(world.card(code), kept.strip()).count("Quote") >= 3
    await world.chat.press("hedda", CASES, "cases.journal", case)
    assert parts_with(world.newest("hedda", CASES), kept) == ["CopyText"]


async def test_odd_text_in_commands_items_and_messages_is_answered(world: World) -> None:
    for odd in ODD.values():
        await _command(world, odd)
        await _make_item_of(world, odd)


async def _command(world: World, odd: str) -> None:
    for words in (odd, f"/{odd}", f"/kasus {odd}", f"/oppgave @{odd}", f"/oppgave Ringe frist {odd}", f"hjelp {odd}"):
        before = len(world.private("mari", GENERAL))
        form = await world.chat.command("mari", GENERAL, words)
        assert form is not None or len(world.private("mari", GENERAL)) > before, words[:30]
        assert "Noe gikk galt" not in world.private("mari", GENERAL)[-1], words[:30]


async def _make_item_of(world: World, odd: str) -> None:
    form = await world.make_item("mari", f"Ringe {odd}"[:480])
    if form is not None:
        outcome = await world.chat.submit("mari", GENERAL, form, typed(form))
        if isinstance(outcome, Next):
            await world.chat.submit("mari", GENERAL, outcome.form, typed(outcome.form, confirmed="on"))
    made = world.newest("mari", GENERAL)
    assert parts_with(made, " ".join(clean(f"Ringe {odd}"[:480]).split())) == ["Text"]
    assert calls_upon_nobody(made)
    await world.chat.say("mari", GENERAL, odd)
    said = await world.chat.say("mari", GENERAL, f"{odd} 14855820480"[-9000:])
    assert "Slik fjerner du den" in world.private("mari", GENERAL)[-1]
    form = await world.chat.press("kari", GENERAL, "actions.new", on=said)
    assert form is not None
    assert len(str(typed(form)["text"])) <= 500


async def test_odd_text_where_no_text_belongs_is_refused_at_its_field(world: World) -> None:
    form = await world.chat.press("hedda", CASES, "cases.ask")
    assert form is not None
    for odd in ODD.values():
        for field in ("age_band", "wanted_by"):
            outcome = await world.chat.submit("hedda", CASES, form, {**A_CASE, field: odd})
            assert isinstance(outcome, Problems)
            assert set(outcome.by_field) == {field}
        ids = {**A_CASE, "asked": (odd, odd), "unknown": odd}
        assert await world.chat.submit("hedda", CASES, form, ids) == Done()
        for carries in (odd, f"1;{odd}"):
            outcome = await world.chat.submit("hedda", CASES, Form("cases.close", "", (), clean(carries)), {})
            assert isinstance(outcome, Problems)
    assert "Noe gikk galt" not in world.visible_to("hedda")


async def test_text_longer_than_can_be_checked_is_refused_and_kept_in_the_form(world: World) -> None:
    for field in ("title", "background", "question"):
        outcome = await world.ask("hedda", **{field: "ord " * 2501})
        assert isinstance(outcome, Problems)
        assert "Kort ned til" in outcome.by_field[field]
    assert await world.count("clinical_case") == 0


async def test_three_thousand_characters_in_every_long_field_are_posted(world: World) -> None:
    longest = "ord " * 750
    assert await world.ask("hedda", background=longest, question=longest) == Done()
    assert world.card("BLOD-26-001").text.count("ord ord") >= 2


async def test_a_field_sent_as_a_list_is_no_fault(world: World) -> None:
    form = await world.chat.press("hedda", CASES, "cases.ask")
    assert form is not None
    values = {each.name: ("a", "b") for each in form.fields}
    outcome = await world.chat.submit("hedda", CASES, form, values)
    assert isinstance(outcome, Problems)
    assert {"title", "question"} <= set(outcome.by_field)


async def test_no_button_carries_what_a_person_wrote(world: World) -> None:
    word = "særpreget"
    assert await ask_anyhow(world, title=f"Om {word}", question=f"Hva med {word}?")
    await world.make_item("mari", f"Ringe om {word}")
    for shown in world.chat.shown:
        if shown.message is not None:
            assert word not in repr([(b.does, b.carries, b.label) for b in buttons(shown.message)])
    for does, carries in (("cases.ask_close", "1"), ("cases.ask_erase", "1"), ("cases.ask", "")):
        form = await world.chat.press("hedda", CASES, does, carries)
        assert form is not None
        assert word not in form.carries
        assert word not in form.title
        assert not any(isinstance(each, TextField) and word in each.value for each in form.fields)
