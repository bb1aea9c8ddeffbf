"""Action items: who does what by when, changed with a history, reminded of until they are done."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.feature import CommandWord, Feature, Shortcut
from bot.features.actions import (
    commands,
    following,
    handlers,
    history,
    notices,
    personal,
    retention,
    searching,
    submitting,
    ticking,
)
from bot.features.actions.editing import meeting_moved
from bot.features.actions.reminding import reminders
from bot.features.actions.reminding.reminders import look_again

__all__ = ["FEATURE", "look_again", "meeting_moved"]


async def _restored(session: AsyncSession, sealed_under: str, _now: datetime) -> None:
    await history.forget_words(session, sealed_under)


FEATURE = Feature(
    name="actions",
    commands=(
        CommandWord(
            "oppgave",
            ("oppgåve", "oppgaver", "oppgåver", "aksjonspunkt", "todo", "task", "tasks", "item"),
            "/oppgave · /oppgave TEKST @NAVN frist FREDAG · /oppgave alle",
            "Se oppgavene dine, eller lag en ny. Med nummer: /oppgave ferdig 12, utsett 12 mandag, overfør 12 @ola, "
            "endre 12, fjern 12, angre 12, vis 12",
            commands.command,
            slash="oppgave",
        ),
    ),
    presses={
        "actions.new": handlers.new,
        "actions.mine": handlers.mine,
        "actions.all": handlers.everybodys,
        "actions.show": handlers.show,
        "actions.done": handlers.done,
        "actions.reopen": handlers.reopen,
        "actions.remove": handlers.remove,
        "actions.undo": handlers.undo,
        "actions.edit": handlers.edit,
        "actions.move": handlers.move,
        "actions.move_to": handlers.move_to,
        "actions.hand": handlers.hand,
        "actions.hand_to": handlers.hand_to,
        **reminders.PRESSES,
    },
    forms={
        "actions.new": submitting.submit_new,
        "actions.edit": submitting.submit_edit,
        "actions.move": submitting.submit_move,
        "actions.hand": submitting.submit_hand,
    },
    receipts={
        "actions.made": handlers.made_receipt,
        "actions.changed": handlers.changed_receipt,
        "actions.unchanged": handlers.unchanged_receipt,
        **reminders.RECEIPTS,
    },
    notices=(*notices.NOTICES, *reminders.NOTICES),
    reacted=ticking.reacted,
    mine=handlers.on_own_page,
    erased=following.forget_items_of,
    restored=_restored,
    searchable=searching.SEARCHABLE,
    retention=retention.RETENTION,
    exported=personal.exported,
    person_erased=personal.person_erased,
    on_message=(Shortcut("Lag oppgave", "actions.new"),),
)
