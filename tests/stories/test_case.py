"""A case from form to conclusion, as its people live it."""

from datetime import timedelta

from bot.chat.port import Done, Problems
from tests.world import CASES, World


async def test_a_case_is_asked_answered_and_closed(world: World) -> None:
    assert await world.ask("hedda") == Done()
    card = world.card("BLOD-26-001")
    assert "Ingen har svart ennå" in card.text

    await world.press("mari", card, "Jeg svarer")
    assert "Skal svare: Mari Solbakk" in world.card("BLOD-26-001").text
    await world.chat.say("mari", CASES, "Tranexamsyre alene holder hos oss.", under=card)
    await world.deliver()
    assert "Skal svare" not in world.card("BLOD-26-001").text
    assert "Svar fra Fjordheim HF (1)" in world.card("BLOD-26-001").text

    form = await world.press("hedda", world.card("BLOD-26-001"), "Avslutt med konklusjon")
    assert form is not None
    await world.chat.submit("hedda", CASES, form, {"conclusion": "Tranexamsyre alene."})
    await world.deliver()
    assert "Konklusjon: Tranexamsyre alene." in world.card("BLOD-26-001").text


async def test_a_blocked_case_stays_in_its_form_and_is_not_stored(world: World) -> None:
    outcome = await world.ask("hedda", question="Hva gjør vi med Kari Hansen, 14855820480?")
    assert isinstance(outcome, Problems)
    assert "question" in outcome.by_field
    assert outcome.form is not None
    assert [button.value for button in outcome.form.extra] == ["rewrite"]
    assert await world.wait(timedelta(days=10)) == 0
