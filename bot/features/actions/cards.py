"""Facts → messages and forms. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.chat.message import (
    AnyField,
    Button,
    Buttons,
    ChoiceField,
    DateField,
    Facts,
    Form,
    Message,
    Option,
    Part,
    Text,
    TextField,
    TickField,
    Tone,
    message,
)
from bot.features.actions.rules import LONGEST
from bot.features.actions.service import ItemFacts
from bot.features.actions.tables import ItemState
from bot.language import _, say_date, say_list


def item_card(item: ItemFacts) -> Message:
    return message(*_item(item), _buttons(item), title=_title(item), sealed_under=item.sealed_under)


def made(item: ItemFacts) -> Message:
    """To the one who made it: what was understood, and the way back."""
    back = Buttons(
        (Button(_("Ferdig"), "actions.done", str(item.id)), Button(_("Fjern"), "actions.remove", str(item.id)))
    )
    return message(*_item(item), back, title=_title(item), sealed_under=item.sealed_under)


def given(item: ItemFacts, by: str) -> Message:
    who = Text(_("{name} har gitt deg en oppgave.").format(name=by), Tone.MUTED)
    return message(who, *_item(item), _buttons(item), title=_title(item), sealed_under=item.sealed_under)


def due(item: ItemFacts) -> Message:
    title = _("Frist i dag: oppgave {number}").format(number=item.number)
    return message(*_item(item), _buttons(item), title=title, sealed_under=item.sealed_under)


def changed(item: ItemFacts) -> Message:
    """What became of it, with an undo."""
    number = str(item.id)
    if item.state is ItemState.DONE:
        said = _("Oppgave {number} er ferdig.").format(number=item.number)
    elif item.state is ItemState.REMOVED:
        said = _("Oppgave {number} er fjernet.").format(number=item.number)
    else:
        said = _("Oppgave {number} er åpen igjen.").format(number=item.number)
    undo = [Buttons((Button(_("Angre"), "actions.undo", number),))] if item.state is not ItemState.OPEN else []
    return message(said, *undo)


def item_list(items: Sequence[ItemFacts], today: date) -> Message:
    if not items:
        return message(
            _("Du har ingen åpne oppgaver."),
            Buttons((Button(_("Ny oppgave"), "actions.new"),)),
            title=_("Mine oppgaver"),
        )
    parts: list[Part] = []
    for item in items:
        parts += [Text(_line(item), Tone.WARNING if _is_overdue(item, today) else Tone.NORMAL), _buttons(item)]
    return message(*parts, title=_("Mine oppgaver"))


def _is_overdue(item: ItemFacts, today: date) -> bool:
    return item.due is not None and item.due < today


def _line(item: ItemFacts) -> str:
    due = _("frist {date}").format(date=say_date(item.due)) if item.due else _("uten frist")
    return f"{item.number}. {_what(item)} – {due}"


def _what(item: ItemFacts) -> str:
    """An item of a case shows its code in lists, never its words: a list may be read over a shoulder."""
    return _("oppgave i {code}").format(code=item.case_code) if item.case_code else item.text or ""


def _title(item: ItemFacts) -> str:
    return _("Oppgave {number}").format(number=item.number)


def _item(item: ItemFacts) -> list[Part]:
    facts = [(_("Hvem"), say_list(list(item.owners)))]
    if item.due:
        facts.append((_("Frist"), say_date(item.due)))
    if item.case_code:
        facts.append((_("Kasus"), item.case_code))
    text = item.text if item.text is not None else _("(slettet sammen med kasuset)")
    parts: list[Part] = [Text(text), Facts(tuple(facts))]
    if item.state is not ItemState.OPEN:
        done = item.state is ItemState.DONE
        parts.append(Text(_("Ferdig") if done else _("Fjernet"), Tone.GOOD if done else Tone.MUTED))
    return parts


def _buttons(item: ItemFacts) -> Buttons:
    number = str(item.id)
    if item.state is not ItemState.OPEN:
        return Buttons((Button(_("Åpne igjen"), "actions.undo", number),))
    return Buttons(
        (
            Button(_("Ferdig"), "actions.done", number, Tone.STRONG),
            Button(_("Fjern"), "actions.remove", number),
        )
    )


@dataclass(frozen=True, slots=True)
class ItemForm:
    """What the form shows; `notes` by field, `confirms` where the check's warnings may be confirmed."""

    carries: str
    members: Sequence[tuple[int, str]]
    text: str
    owner: int
    due: str = ""
    in_case: bool = False
    notes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    confirms: bool = False


def item_form(form: ItemForm) -> Form:
    def notes(name: str) -> tuple[str, ...]:
        return tuple(form.notes.get(name, ()))

    fields: list[AnyField] = [
        TextField("text", _("Hva skal gjøres?"), True, "", notes("text"), form.text, lines=2, longest=LONGEST),
        ChoiceField(
            "owner",
            _("Hvem"),
            notes=notes("owner"),
            options=tuple(Option(str(person), name) for person, name in form.members),
            value=str(form.owner),
        ),
        DateField("due", _("Frist"), False, _("Påminnelse kl. 08:00 samme dag"), notes("due"), form.due),
    ]
    if form.confirms:
        fields.append(TickField("confirmed", _("Jeg har vurdert merknadene, og teksten kan stå")))
    return Form(
        "actions.new",
        _("Lag oppgave"),
        fields,
        carries=form.carries,
        intro=_in_case() if form.in_case else (),
    )


def _in_case() -> tuple[Text, ...]:
    return (
        Text(_("Oppgaven hører til et kasus. Ikke skriv noe som gjør at pasienten kan kjennes igjen."), Tone.STRONG),
    )
