"""Lists of items → messages. Pure. An item of a case shows its code in a list, never its words: a list may be read
over a shoulder."""

from collections.abc import Sequence
from dataclasses import replace

from bot.chat.message import Button, Buttons, Message, Part, Text, Tone, message
from bot.features.actions.cards import say_due
from bot.features.actions.listing import Page
from bot.features.actions.rules import Wish
from bot.features.actions.service import ItemFacts
from bot.language import _, say_list
from bot.people import Network


def my_list(page: Page) -> Message:
    title = _("Mine oppgaver")
    if not page.items:
        return message(_("Du har ingen åpne oppgaver."), _new(), title=title)
    several = len(page.today) > 1
    parts: list[Part] = []
    for item in page.items:
        network = f" · {item.network}" if several else ""
        parts += [Text(_line(item) + network, _tone(item, page)), _buttons(item, page)]
    return message(*parts, *_more(page, "actions.mine", ""), title=title)


def on_own_page(page: Page) -> Message:
    mine = my_list(page)
    return replace(mine, parts=(*mine.parts, _new())) if page.items else mine


def all_list(page: Page, network: Network) -> Message:
    """By owner, with a heading wherever another begins."""
    title = _("Åpne oppgaver i {network}").format(network=network.name)
    if not page.items:
        return message(_("Ingen åpne oppgaver."), _new(), title=title)
    parts: list[Part] = []
    heading = ""
    for item in page.items:
        if (its := _heading(item, page)) != heading:
            heading = its
            parts.append(Text(heading, Tone.STRONG))
        parts += [Text(_line(item), _tone(item, page)), _buttons(item, page)]
    return message(*parts, *_more(page, "actions.all", f"{network.id}:"), title=title)


def which_network(networks: Sequence[Network]) -> Message:
    buttons = tuple(Button(network.name, "actions.all", str(network.id)) for network in networks)
    return message(_("Hvilket nettverk vil du se oppgavene i?"), Buttons(buttons))


def which_item(items: Sequence[ItemFacts], buttons: Sequence[Button]) -> Message:
    """Several networks have an item of that number: one button for each."""
    said = _("Flere av nettverkene dine har en oppgave {number}. Hvilken mener du?").format(number=items[0].number)
    parts: list[Part] = [Text(said)]
    for item, button in zip(items, buttons, strict=True):
        parts += [Text(f"{_line(item)} · {item.network}"), Buttons((button,))]
    return message(*parts)


def wish_button(wish: Wish, carries: str, does: str = "") -> Button:
    """What does the same as the word that was typed. `does` where the rest of what was typed goes with it."""
    return Button(
        {
            Wish.DONE: _("Ferdig"),
            Wish.REMOVE: _("Fjern"),
            Wish.REOPEN: _("Åpne igjen"),
            Wish.UNDO: _("Angre"),
            Wish.SHOW: _("Vis"),
            Wish.EDIT: _("Endre"),
            Wish.MOVE: _("Utsett"),
            Wish.HAND: _("Overfør"),
        }[wish],
        does or f"actions.{wish}",
        carries,
    )


def _heading(item: ItemFacts, page: Page) -> str:
    names = say_list(list(item.who)) or _("Må avklares")
    return _("Forfalt · {names}").format(names=names) if _is_overdue(item, page) else names


def _is_overdue(item: ItemFacts, page: Page) -> bool:
    return item.due is not None and item.due < page.today[item.network_id]


def _tone(item: ItemFacts, page: Page) -> Tone:
    return Tone.WARNING if item.unclear or _is_overdue(item, page) else Tone.NORMAL


def _line(item: ItemFacts) -> str:
    due = _("frist {date}").format(date=say_due(item)) if item.when else say_due(item)
    said = [f"{item.number}. {_what(item)}", due, *(held.role.label for held in item.roles)]
    return " – ".join([*said, _("må avklares")] if item.unclear else said)


def _what(item: ItemFacts) -> str:
    return (
        _("oppgave i {code}").format(code=item.case_code) if item.case_code else item.text or _("(ordene er slettet)")
    )


def _buttons(item: ItemFacts, page: Page) -> Buttons:
    number = str(item.id)
    show = Button(_("Vis"), "actions.show", number)
    if item.id not in page.changeable:
        return Buttons((show,))
    return Buttons(
        (
            Button(_("Ferdig"), "actions.done", number),
            Button(_("Utsett"), "actions.move", number),
            Button(_("Overfør"), "actions.hand", number),
            show,
        )
    )


def _more(page: Page, does: str, before: str) -> list[Part]:
    """Which of how many these are, where they are not all, and the way on."""
    if page.last is None and page.first == 1:
        return []
    last = page.first + len(page.items) - 1
    said = _("Viser {first}–{last} av {total}.").format(first=page.first, last=last, total=page.total)
    more = [Buttons((Button(_("Vis flere"), does, f"{before}{page.last}"),))] if page.last is not None else []
    return [Text(said, Tone.MUTED), *more]


def _new() -> Buttons:
    return Buttons((Button(_("Ny oppgave"), "actions.new"),))
