"""What reminders say. Pure."""

from collections.abc import Sequence
from datetime import date, timedelta

from bot.chat.message import Button, Buttons, Message, Part, Text, Tone, message
from bot.features.actions import cards
from bot.features.actions.reminding.lines import Line
from bot.features.actions.service import ItemFacts
from bot.help import RUN_COMMAND
from bot.language import _, ngettext, say_list
from bot.when import say_day
from bot.when.days import monday

SHOWN = 18
"""Items in one message, the most pressing first: Slack shows at most 50 blocks, and an item takes two. With all that
stands around them these are 45."""


def due(item: ItemFacts, today: date, instead_of: str = "") -> Message:
    """`instead_of` names the owner, where the reader is their deputy."""
    if instead_of:
        parts = (Text(_as_deputy(instead_of), Tone.MUTED), *cards.item_parts(item))
        buttons = [Button(_("Vis"), "actions.show", str(item.id))]
    else:
        parts, buttons = tuple(cards.item_parts(item)), [*cards.item_buttons(item).buttons]
    return Message((*parts, Buttons((*buttons, _stop(item.id)))), _due_title(item, today), item.sealed_under)


def _due_title(item: ItemFacts | Line, today: date) -> str:
    assert item.due is not None  # noqa: S101 - for the type checker: who has no due day is not reminded
    number, clock = item.number, f"{item.due_time:%H:%M}" if item.due_time else ""
    if item.due == today and clock:
        return _("Frist i dag kl. {time}: oppgave {number}").format(time=clock, number=number)
    if item.due == today:
        return _("Frist i dag: oppgave {number}").format(number=number)
    said = say_day(item.due, today, item.due_time)
    if item.due < today:
        return _("Fristen var {date}: oppgave {number}").format(date=said, number=number)
    return _("Frist {date}: oppgave {number}").format(date=said, number=number)


def due_list(items: Sequence[Line], today: date, instead_of: str = "") -> Message:
    """Several on one morning, or what came due while the reader was away."""
    parts: list[Part] = [Text(_as_deputy(instead_of), Tone.MUTED)] if instead_of else []
    parts += _section("", items, SHOWN, today, deputy=bool(instead_of))
    if len(items) > SHOWN:
        parts.append(_all_in(items) if instead_of else _all_mine())
    return message(*parts, title=_list_title(items, today))


def _list_title(items: Sequence[Line], today: date) -> str:
    count = len(items)
    if count == 1:
        return _due_title(items[0], today)
    if all(item.due == today for item in items):
        return ngettext("Frist i dag: {count} oppgave", "Frist i dag: {count} oppgaver", count).format(count=count)
    return ngettext("Frist: {count} oppgave", "Frist: {count} oppgaver", count).format(count=count)


def digest(items: Sequence[Line], today: date, instead_of: str = "") -> Message:
    """What is overdue first, then what is due this week; the rest is counted."""
    sunday = monday(today) + timedelta(days=6)
    overdue = [item for item in items if item.due is not None and item.due < today]
    week = [item for item in items if item.due is not None and today <= item.due <= sunday]
    rest = len(items) - len(overdue) - len(week)
    several = len({item.network_id for item in items}) > 1
    parts: list[Part] = [Text(_as_deputy(instead_of), Tone.MUTED)] if instead_of else []
    parts += _section(_("Over fristen"), overdue, SHOWN, today, deputy=bool(instead_of), several=several)
    room = max(SHOWN - len(overdue), 0)
    parts += _section(_("Frist denne uka"), week, room, today, deputy=bool(instead_of), several=several)
    if rest:
        parts.append(Text(_rest(rest, alone=not overdue and not week), Tone.MUTED))
    if not instead_of:
        parts.append(_all_mine())
    elif len(overdue) + len(week) > SHOWN:
        parts.append(_all_in(items))
    title = _("Oppgavene til {name}").format(name=instead_of) if instead_of else _("Oppgavene dine denne uka")
    return message(*parts, title=title)


def _section(
    heading: str, items: Sequence[Line], room: int, today: date, *, deputy: bool, several: bool = False
) -> list[Part]:
    if not items:
        return []
    parts: list[Part] = [Text(heading, Tone.STRONG)] if heading else []
    for item in items[:room]:
        late = item.due is not None and item.due < today
        network = f" · {item.network}" if several else ""
        parts.append(Text(_line(item, today) + network, Tone.WARNING if late else Tone.NORMAL))
        parts.append(Buttons((*_buttons(item, deputy=deputy), _stop(item.id))))
    if left := len(items) - len(items[:room]):
        parts.append(_and_more(left))
    return parts


def _and_more(count: int) -> Text:
    return Text(ngettext("… og {count} til", "… og {count} til", count).format(count=count), Tone.MUTED)


def _all_mine() -> Buttons:
    return Buttons((Button(_("Se alle oppgavene mine"), RUN_COMMAND, "oppgave"),))


def _all_in(items: Sequence[Line]) -> Buttons:
    """Everybody's, in each network that the list is about: what is another's is not among one's own."""
    networks = sorted({(item.network, item.network_id) for item in items})
    return Buttons(
        tuple(Button(_("Se alle i {network}").format(network=name), "actions.all", str(id)) for name, id in networks)
    )


def _rest(count: int, *, alone: bool) -> str:
    if alone:
        said = ngettext(
            "Ingenting har frist denne uka. Du har {count} åpen oppgave.",
            "Ingenting har frist denne uka. Du har {count} åpne oppgaver.",
            count,
        )
    else:
        said = ngettext(
            "I tillegg er {count} oppgave åpen, med senere frist eller uten.",
            "I tillegg er {count} oppgaver åpne, med senere frist eller uten.",
            count,
        )
    return said.format(count=count)


def overdue(items: Sequence[Line], network: str, today: date, instead_of: str = "") -> Message:
    """To the secretary: what has been overdue for two weeks, with whose it is."""
    intro = _("Disse har vært over fristen i to uker. Den som har oppgaven, har fått påminnelse.")
    parts: list[Part] = [Text(_as_deputy(instead_of), Tone.MUTED)] if instead_of else []
    parts.append(Text(intro))
    for item in items[:SHOWN]:
        whose = say_list(list(item.owners)) or _("må avklares")
        parts.append(Text(f"{_line(item, today)} – {whose}", Tone.WARNING))
        if item.opens:
            parts.append(Buttons((*_buttons(item, deputy=bool(instead_of)), _stop(item.id))))
    if left := len(items) - len(items[:SHOWN]):
        parts += [_and_more(left), _all_in(items)]
    title = _("To uker over fristen i {network}").format(network=network)
    return message(*parts, title=title)


def _line(item: Line, today: date | None = None) -> str:
    what = _("oppgave i {code}").format(code=item.case_code) if item.case_code else item.text
    when = _("frist {date}").format(date=say_day(item.due, today, item.due_time)) if item.due else _("uten frist")
    return f"{item.number}. {what} – {when}"


def _buttons(item: Line, *, deputy: bool) -> tuple[Button, ...]:
    """A deputy may look, not change: the item is still the other's."""
    if deputy:
        return (Button(_("Vis"), "actions.show", str(item.id)),)
    return Button(_("Ferdig"), "actions.done", str(item.id)), Button(_("Utsett"), "actions.move", str(item.id))


def _stop(item_id: int) -> Button:
    return Button(_("Slutt å minne meg på denne"), "actions.mute", str(item_id))


def _as_deputy(name: str) -> str:
    return _("Til deg som vara for {name}.").format(name=name)


def all_muted(items: Sequence[Line]) -> Message:
    title = _("Oppgaver uten påminnelse")
    if not items:
        return message(_("Jeg minner deg på alle oppgavene dine."), title=title)
    parts: list[Part] = []
    for item in items[:SHOWN]:
        again = Button(_("Minn meg på denne igjen"), "actions.unmute", str(item.id))
        parts += [Text(_line(item)), Buttons((again,))]
    if left := len(items) - len(items[:SHOWN]):
        parts.append(_and_more(left))
    return message(*parts, title=title)


def muted(item: ItemFacts) -> Message:
    said = _("Jeg minner deg ikke mer på oppgave {number}. Den står fortsatt i «/oppgave».")
    undo = Button(_("Angre"), "actions.unmute", str(item.id))
    return message(said.format(number=item.number), Buttons((undo,)))


def unmuted(item: ItemFacts) -> Message:
    said = _("Jeg minner deg på oppgave {number} igjen.").format(number=item.number)
    return message(said, Buttons((Button(_("Angre"), "actions.mute", str(item.id)),)))
