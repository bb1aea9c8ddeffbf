"""What is said of commands, where a slash begins any of them and where it begins only those that were registered."""

from bot.chat.message import Facts, Message
from bot.feature import Features
from bot.features import all_features
from bot.help import help_message
from bot.language import speaking


def usages(said: Message) -> list[str]:
    facts = next(part for part in said.parts if isinstance(part, Facts))
    return [way for usage, _does in facts.facts for way in usage.split(" · ")]


def test_a_command_without_a_name_of_its_own_is_said_after_the_root() -> None:
    ways = usages(help_message(Features(all_features()), registered=True))
    assert {"/kasus", "/oppgave alle", "/fagtraad søk ORD", "/fagtraad logg ut", "/fagtraad oppsett"} <= set(ways)
    assert {way.split()[0] for way in ways if way.startswith("/")} == {"/kasus", "/oppgave", "/fagtraad"}
    assert "/søk ORD" in usages(help_message(Features(all_features())))


def test_a_registered_name_is_the_same_in_every_language() -> None:
    with speaking("en"):
        said = help_message(Features(all_features()), registered=True)
    facts = next(part for part in said.parts if isinstance(part, Facts))
    [does] = [does for usage, does in facts.facts if usage.startswith("/oppgave")]
    assert "/oppgave done 12" in str(does)
    assert "/task" not in str(facts)
