"""Action items: who does what by when, reminded once on the due day."""

from bot.feature import CommandWord, Feature, Shortcut
from bot.features.actions import handlers

FEATURE = Feature(
    name="actions",
    commands=(
        CommandWord(
            "oppgave",
            ("oppgåve", "oppgaver", "oppgåver", "aksjonspunkt", "todo"),
            "/oppgave · /oppgave TEKST @NAVN frist 2026-12-04",
            "Se oppgavene dine, eller lag en ny",
            handlers.command,
        ),
    ),
    presses={
        "actions.new": handlers.new,
        "actions.done": handlers.done,
        "actions.undo": handlers.undo,
        "actions.remove": handlers.remove,
    },
    forms={"actions.new": handlers.submit},
    receipts={"actions.made": handlers.made_receipt, "actions.changed": handlers.changed_receipt},
    notices=handlers.NOTICES,
    erased=handlers.erased,
    on_message=(Shortcut("Lag oppgave", "actions.new"),),
)
