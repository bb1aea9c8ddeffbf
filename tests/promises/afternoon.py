"""An afternoon in the network in which every text that anybody types holds a canary: a word found nowhere else."""

from datetime import timedelta

from bot.chat.message import Form
from bot.chat.port import Can, Done, Next, Outcome, Problems
from tests.world import CASES, GENERAL, World, typed

CANARY = "kvernfjols"
SEALED = tuple(
    f"{CANARY}{word}"
    for word in (
        "tittel",
        "bakgrunn",
        "spørsmål",
        "stoppet",
        "grunn",
        "konklusjon",
        "oppgaveikasus",
        "svar",
        "kommando",
        "melding",
    )
)
"""In text that the database never holds readable: sealed with its case, or not kept at all."""
LEARNT, ITEM = f"{CANARY}lærdom", f"{CANARY}oppgave"
"""Learning points and items outside cases lie open in their own column: docs/threat-model.md."""


def a_case(**changes: str) -> dict[str, str | tuple[str, ...]]:
    texts = {
        "title": "Om kvernfjolstittel",
        "background": "Mild hemofili A, kvernfjolsbakgrunn.",
        "question": "Gir dere kvernfjolsspørsmål?",
    }
    return {**texts, "age_band": "18-29", "affirmed": "on", **changes}


async def confirmed(world: World, who: str, outcome: Outcome) -> Outcome:
    """Past the warnings, if there are any."""
    if isinstance(outcome, Next):
        sent = typed(outcome.form, confirmed="on")
        return await world.chat.submit(who, CASES, outcome.form, sent)
    return outcome


async def opened(world: World, who: str, does: str, carries: str = "") -> Form:
    form = await world.chat.press(who, CASES, does, carries)
    assert form is not None, world.private(who, CASES)
    return form


async def asked(world: World, who: str, **changes: str) -> Outcome:
    form = await opened(world, who, "cases.ask")
    outcome = await confirmed(world, who, await world.chat.submit(who, CASES, form, a_case(**changes)))
    await world.deliver()
    return outcome


async def live_through(world: World) -> None:
    """Case 1 is answered and closed, 2 is appealed and refused, 3 waits for the privacy contact, 4 is open, 5 erased.

    Item 1 belongs to case 1, item 2 to nothing.
    """
    world.chat.can -= {Can.DELETE_OTHERS}
    assert await asked(world, "hedda") == Done()
    await _answer_and_close(world)
    for decided in (True, False):
        await _appeal(world)
        if decided:
            await world.press("liv", world.newest("liv"), "Avslå og slett")
    assert await asked(world, "hedda") == Done()
    assert await asked(world, "hedda") == Done()
    erase = await opened(world, "hedda", "cases.ask_erase", "5")
    assert await world.chat.submit("hedda", CASES, erase, {"sure": "on"}) == Done()
    await _say_careless_things(world)
    await world.wait(timedelta(days=12))


async def _answer_and_close(world: World) -> None:
    card = world.card("BLOD-26-001")
    await world.press("mari", card, "Jeg svarer")
    answer = await world.chat.say("mari", CASES, "Vi gir kvernfjolssvar.", under=card)
    item = await world.chat.press("mari", CASES, "actions.new", on=answer)
    assert item is not None
    kari = str(await world.person_id("kari"))
    sent = typed(item, text="Bestille kvernfjolsoppgaveikasus", owners=kari, due="2026-11-30")
    assert await world.chat.submit("mari", CASES, item, sent) == Done()
    await _edit_item(world, "1", "Bestille ny kvernfjolsoppgaveikasus")
    close = await opened(world, "hedda", "cases.ask_close", "1")
    texts = typed(close, conclusion="Rådet er kvernfjolskonklusjon.", learning="Husk kvernfjolslærdom.")
    assert await confirmed(world, "hedda", await world.chat.submit("hedda", CASES, close, texts)) == Done()
    await world.deliver()
    await world.chat.press("hedda", CASES, "cases.journal", "1")


async def _edit_item(world: World, item: str, text: str) -> None:
    form = await opened(world, "mari", "actions.edit", item)
    assert await world.chat.submit("mari", CASES, form, typed(form, text=text)) == Done()


async def _appeal(world: World) -> None:
    question = "Pasienten heter Kari Hansen, kvernfjolsstoppet."
    form = await opened(world, "hedda", "cases.ask")
    stopped = await world.chat.submit("hedda", CASES, form, a_case(question=question))
    assert isinstance(stopped, Problems)
    assert stopped.form is not None
    await world.chat.submit("hedda", CASES, stopped.form, typed(stopped.form), button="rewrite")
    reason = typed(stopped.form, reason="Det er en kvernfjolsgrunn.")
    assert await world.chat.submit("hedda", CASES, stopped.form, reason, button="appeal") == Done()
    await world.deliver()


async def _say_careless_things(world: World) -> None:
    await world.make_item("mari", "Ringe om kvernfjolsoppgave @kari frist 2026-12-01")
    await _edit_item(world, "2", "Ringe igjen om kvernfjolsoppgave")
    said = await world.chat.say("mari", GENERAL, "Pasient 14855820480 har kvernfjolsmelding.")
    await world.chat.change("mari", said, "Pasient 14855820480 har fortsatt kvernfjolsmelding.")
    await world.chat.press("kari", GENERAL, "actions.new", on=said)
    for words in (
        "/kasus kvinne 42 år med kvernfjolskommando",
        "kvernfjolskommando",
        "/oppgave Ringe 14855820480 om kvernfjolskommando",
        "/oppgave Ringe @kvernfjolskommando",
        "/oppgave Ringe frist kvernfjolskommando",
        "/oppgave utsett 2 kvernfjolskommando",
        "/oppgave overfør 2 @kvernfjolskommando",
        "/oppgave vis 2",
        "/oppgave alle",
        "/kasus åpne",
        "/kasus BLOD-26-001",
        "/oppgave",
    ):
        await world.chat.command("mari", GENERAL, words, public=True)
    await world.chat.command("liv", "direct", "/personvern")
    await world.deliver()
