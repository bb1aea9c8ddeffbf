"""The slash commands and shortcuts registered with Slack, from the features: what the manifest asks for is what the
listeners answer. Slack takes a command's name in ASCII alone, so «/søk» is «/fagtraad søk»."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.chat.grammar import did_you_mean, fold, under_root
from bot.feature import CommandWord, Features, Shortcut
from bot.language import LANGUAGES, _, speaking

ROOT = "fagtraad"  # its word is one of ours; everything may be written after it
ROOTS = {f"/{ROOT}": "nb", "/network": "en"}  # each with the language that it is described in
HELP = ("hjelp", "help")
BETWEEN = " · "  # between the ways to write a command, in its usage


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """`name` with its slash. `usage` is what stands after the name."""

    name: str
    description: str
    usage: str


def slash_commands(features: Features) -> tuple[SlashCommand, ...]:
    """The roots last: whoever types "/" sees what is done daily first."""
    with speaking("nb"):
        own = tuple(_own(word) for word in features.commands if word.slash not in ("", ROOT))
    return own + tuple(_root(name, language, features) for name, language in ROOTS.items())


def typed(command: str, text: str, features: Features) -> str:
    """What was meant by "/command text", in the words of the core. A name that is none of ours was made by hand in
    Slack's own pages, and stands for everything, as a root does."""
    name = command.lstrip("/").lower()
    for word in features.commands:
        if word.slash == name != ROOT:
            return f"{word.word} {text}".strip()
    others = _of_others(features)
    meant = under_root(text, others, ROOT)
    return text if meant != text and _is_a_slip(text, others, features) else meant


def _is_a_slip(text: str, others: Mapping[str, object], features: Features) -> bool:
    """Of a word that is not the root's: the core says then what was perhaps meant."""
    its = _its_own(features)
    near = did_you_mean(text, {**others, **its})
    return bool(near) and near[0] not in its


def global_shortcuts(features: Features) -> tuple[Shortcut, ...]:
    return features.shortcuts


def message_shortcuts(features: Features) -> tuple[Shortcut, ...]:
    return features.on_message


def _own(word: CommandWord) -> SlashCommand:
    return SlashCommand(f"/{word.slash}", _(word.help), BETWEEN.join(_after(_(word.usage))))


def _root(name: str, language: str, features: Features) -> SlashCommand:
    """The first way to write each command that has no name of its own, and everything of the root's word."""
    with speaking(language):
        uses = [
            use.removeprefix("/")
            for word in features.commands
            if not word.slash
            for use in _(word.usage).split(BETWEEN)[:1]
        ]
        uses += _of_root(features)
        return SlashCommand(name, _("Alt Fagtråd kan: søk, innstillinger, medlemmer, personvern"), BETWEEN.join(uses))


def _of_root(features: Features) -> list[str]:
    """What the root's own word does, as it is written after the root: oppsett, medlemmer, …"""
    return [use for word in features.commands if word.slash == ROOT for use in _after(_(word.usage))]


def _after(usage: str) -> list[str]:
    """ "/kasus · /kasus mine · /kasus KODE" → mine, KODE."""
    first = usage.split()[0]
    return [use for part in usage.split(BETWEEN) if (use := part.removeprefix(first).strip())]


def _its_own(features: Features) -> dict[str, object]:
    """The words that the root's own word understands, folded, in every language."""
    its: set[str] = set()
    for language in LANGUAGES:
        with speaking(language):
            its |= {fold(use) for use in _of_root(features)}
    return {word: word for word in its}


def _of_others(features: Features) -> dict[str, object]:
    """Every word that begins a command. Where one of them is the root's too («innstillinger»), it is the root's."""
    its = _its_own(features)
    return {word: word for word in (*features.words, *HELP) if fold(word) not in its}
