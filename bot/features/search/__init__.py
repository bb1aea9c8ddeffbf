"""«Har noen spurt om dette før?»: learning points, items, and whatever else a feature says can be found."""

from bot.feature import CommandWord, Feature, Shortcut
from bot.features.search import handlers, keeping

FEATURE = Feature(
    name="search",
    commands=(
        CommandWord(
            "søk",
            ("leit", "leite", "finn", "search", "find", "har"),
            "/søk ORD",
            "Finn det nettverket har lært eller skrevet før",
            handlers.command,
        ),
    ),
    presses={"search.ask": handlers.ask, "search.more": handlers.more},
    forms={"search.find": handlers.submit},
    shortcuts=(Shortcut("Søk", "search.ask"),),
    retention=keeping.RETENTION,
    exported=keeping.exported,
    person_erased=keeping.person_erased,
)
